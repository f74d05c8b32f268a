"""Indigo files: an HDF5 store of pandas with one frame, ``time_series_data``.

Current is signed, positive charges. ``half_cycle_count`` numbers the charges and discharges and is
taken as the step; ``cell_coulomb_count_c`` [C] and ``cell_energy_j`` [J] go up and down with the
current and begin again with each half cycle; they become net capacity [Ah] and energy [Wh].
``system_time_us`` counts microseconds since 1970 (UTC). A file of several cells has a column
`cell`.

References
----------
P. Herring et al., BEEP, SoftwareX 11, 100506, 2020; its documentation names the columns.
"""

from typing import Final

import pandas as pd

from bdg_explore.columns import (
    CELL,
    CURRENT,
    CYCLE,
    POWER,
    RECORD,
    STEP,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._counters import settle_counters
from ._h5tables import INDEX, H5Table, find, load, same_names, tables
from ._reader import From, Raw, Reader, Request
from ._source import Head, listed

_KNOWN_BY: Final = ("time_s", "cell_current_a", "cell_voltage_v", "half_cycle_count")


def _is_indigo(table: H5Table) -> bool:
    return same_names(table, *_KNOWN_BY)


def _recognises(head: Head) -> bool:
    return find(head, _is_indigo) is not None


def _load(request: Request) -> Raw:
    source = request.source
    found = next(filter(_is_indigo, tables(source)), None)
    if found is None:
        names = [table.path or "/" for table in tables(source)]
        raise ReadError(
            f"{source.name} holds no table with {', '.join(_KNOWN_BY)}; its tables are "
            f"{listed(names) or 'none'}. It is no Indigo file."
        )
    return load(request, found)


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    if CELL in frame.columns and len(frame[CELL].cat.categories) == 1:
        notes.append(f"all records are of cell {frame[CELL].iloc[0]}")
        frame = frame.drop(columns=CELL)
    return settle_counters(frame, notes)


READER = Reader(
    name="indigo_h5",
    description="Indigo cycler, HDF5 store with the frame time_series_data",
    tester="Indigo",
    known_by="an HDF5 table with the columns time_s, cell_current_a, cell_voltage_v and "
    "half_cycle_count",
    recognises=_recognises,
    load=_load,
    columns={
        CELL: From("cell_id"),
        RECORD: From(INDEX),
        TEST_TIME: From("time_s"),
        UNIX_TIME: From("system_time_us", 1e-6),
        CYCLE: From("cycle_count"),
        STEP: From("half_cycle_count"),
        CURRENT: From("cell_current_a"),
        VOLTAGE: From("cell_voltage_v"),
        POWER: From("cell_power_w"),
        "step_net_capacity_ah": From("cell_coulomb_count_c", 1 / 3600),
        "step_net_energy_wh": From("cell_energy_j", 1 / 3600),
        SURFACE_TEMPERATURE: From("cell_temperature_c"),
    },
    suffixes=(".h5",),
    finish=_finish,
)
