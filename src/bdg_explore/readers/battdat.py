"""battery-data-toolkit (battdat) files: HDF5 with its tables inside, or one Parquet file a table.

``raw_data`` gives a time series, ``cycle_stats`` cycles, ``eis_data`` impedance. Current is signed,
positive charges. ``cycle_number`` counts from 0 and is kept so. ``step_index`` counts within a
cycle and is taken as the step's line; the running number is told from it and from the cycle.
``cycle_capacity`` and ``cycle_energy`` count what was *dis*charged as positive and are turned
round; the energy counters of raw data are given in joules by the schema and are read so unless the
values say Wh (energy over capacity is a voltage the record has). ``coulomb_efficiency`` and
``energy_efficiency`` of ``cycle_stats`` are described as lost fractions and hold percent or
fractions: they are left unmapped, to be computed anew.

Files with several data sets inside (prefixes) give a column `cell`, the prefix.

References
----------
https://rovi-org.github.io/battery-data-toolkit
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from bdg_explore.columns import (
    ABSOLUTE_IMPEDANCE,
    CELL,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DURATION,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    INTERNAL_RESISTANCE,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_VOLTAGE,
    MEAN_TEMPERATURE,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    PHASE,
    REAL_IMPEDANCE,
    START_TIME,
    STEP,
    STEP_ID,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._h5tables import H5Table, find, load, same_names, tables
from ._parquet import load_parquet
from ._reader import From, Raw, Reader, Request, Rules
from ._source import Head, listed, parquet_errors
from ._steps import number_steps

_RAW: Final = ("test_time", "voltage", "current")
_STATS: Final = ("cycle_number", "capacity_charge", "capacity_discharge")
_EIS: Final = ("frequency", "z_real", "z_imag")
_NET: Final = ("cycle_net_capacity_ah", "cycle_net_energy_wh")
_PREFIX: Final = "prefix"
_METADATA: Final = (b"battery_metadata", b"table_metadata")
_JOULE: Final = 3600.0
_TOLERANCE: Final = 0.05
_VOLTS: Final = (0.2, 30.0)  # what energy over capacity may be [V], if the energy is in Wh

_COLUMNS: Final[dict[str, Rules]] = {
    "timeseries": {
        CELL: From(_PREFIX),
        TEST_TIME: From("test_time"),
        UNIX_TIME: From("time"),
        CYCLE: From("cycle_number"),
        STEP_ID: From("step_index"),
        "substep_index": From("substep_index"),
        STEP_TYPE: From("method"),
        VOLTAGE: From("voltage"),
        CURRENT: From("current"),
        SURFACE_TEMPERATURE: From("temperature"),
        INTERNAL_RESISTANCE: From("internal_resistance"),
        CYCLE_CHARGING_CAPACITY: From("cycle_capacity_charge"),
        CYCLE_DISCHARGING_CAPACITY: From("cycle_capacity_discharge"),
        CYCLE_CHARGING_ENERGY: From("cycle_energy_charge"),
        CYCLE_DISCHARGING_ENERGY: From("cycle_energy_discharge"),
        _NET[0]: From("cycle_capacity", -1.0),
        _NET[1]: From("cycle_energy", -1.0),
    },
    "cycles": {
        CELL: From(_PREFIX),
        CYCLE: From("cycle_number"),
        START_TIME: From("cycle_start"),
        DURATION: From("cycle_duration"),
        CYCLE_CHARGING_CAPACITY: From("capacity_charge"),
        CYCLE_DISCHARGING_CAPACITY: From("capacity_discharge"),
        CYCLE_CHARGING_ENERGY: From("energy_charge"),
        CYCLE_DISCHARGING_ENERGY: From("energy_discharge"),
        MEAN_CHARGING_VOLTAGE: From("charge_V_average"),
        MEAN_DISCHARGING_VOLTAGE: From("discharge_V_average"),
        MINIMUM_VOLTAGE: From("V_minimum"),
        MAXIMUM_VOLTAGE: From("V_maximum"),
        MINIMUM_TEMPERATURE: From("temperature_minimum"),
        MAXIMUM_TEMPERATURE: From("temperature_maximum"),
        MEAN_TEMPERATURE: From("temperature_average"),
    },
    "impedance": {
        CELL: From(_PREFIX),
        STEP: From("test_id"),
        TEST_TIME: From("test_time"),
        UNIX_TIME: From("time"),
        FREQUENCY: From("frequency"),
        REAL_IMPEDANCE: From("z_real"),
        IMAGINARY_IMPEDANCE: From("z_imag"),
        ABSOLUTE_IMPEDANCE: From("z_mag"),
        PHASE: From("z_phase"),
    },
}
_KNOWN_BY: Final = {"timeseries": _RAW, "cycles": _STATS, "impedance": _EIS}
_NAMES: Final = {"timeseries": "raw_data", "cycles": "cycle_stats", "impedance": "eis_data"}


def _is(table: str) -> Callable[[H5Table], bool]:
    def accepts(found: H5Table) -> bool:
        marked = found.name == _NAMES[table] or "battdat_version" in found.attributes
        return marked and same_names(found, *_KNOWN_BY[table])

    return accepts


def _in_hdf5(table: str) -> Callable[[Head], bool]:
    return lambda head: find(head, _is(table)) is not None


def _in_parquet(table: str) -> Callable[[Head], bool]:
    def recognises(head: Head) -> bool:
        if not head.raw.startswith(b"PAR1") or not set(_KNOWN_BY[table]) <= set(
            head.parquet_columns
        ):
            return False
        return any(key in _parquet_metadata(head) for key in _METADATA)

    return recognises


def _parquet_metadata(head: Head) -> dict[bytes, bytes]:
    with parquet_errors(head.source):
        return pq.ParquetFile(head.source.seekable()).schema_arrow.metadata or {}


def _load_hdf5(table: str) -> Callable[[Request], Raw]:
    def load_all(request: Request) -> Raw:
        source = request.source
        found = [one for one in tables(source) if _is(table)(one)]
        if not found:
            names = [one.path for one in tables(source)]
            raise ReadError(
                f"{source.name} holds no battdat table {_NAMES[table]}; its tables are "
                f"{listed(names) or 'none'}."
            )
        if len(found) == 1:
            return load(request, found[0])
        return _joined(request, found)

    return load_all


def _joined(request: Request, found: Sequence[H5Table]) -> Raw:
    """Put the data sets of a file one below the other, each with its prefix."""
    parts = [load(request, one) for one in found]
    headers = parts[0].headers
    if any(part.headers != headers for part in parts):
        raise ReadError(
            f"{request.source.name}: its data sets {listed([one.path for one in found])} do not "
            "have the same columns. Write each to a file of its own."
        )
    prefixes = [one.path.strip("/").rpartition("/")[0] or one.path.strip("/") for one in found]
    plan = request.plan((*headers, _PREFIX))
    values: list[Any] = [
        np.concatenate([np.asarray(part.values[i]) for part in parts])
        for i in range(len(parts[0].plan))
    ]
    lengths = [part.rows for part in parts]
    order = {wanted.header: value for wanted, value in zip(parts[0].plan, values, strict=True)}
    order[_PREFIX] = np.repeat(prefixes, lengths)
    return Raw(plan, [order[w.header] for w in plan], (*headers, _PREFIX), sum(lengths))


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame = _energies(frame, notes)
    keys = [name for name in (CELL, CYCLE, STEP_ID, "substep_index") if name in frame.columns]
    return number_steps(frame, *keys)


def _energies(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Bring energies to Wh: joules by the schema, Wh where the values say so."""
    pairs = (
        (CYCLE_CHARGING_ENERGY, CYCLE_CHARGING_CAPACITY),
        (CYCLE_DISCHARGING_ENERGY, CYCLE_DISCHARGING_CAPACITY),
        _NET[::-1],
    )
    for energy, capacity in pairs:
        if energy not in frame.columns:
            continue
        ratio = np.nan
        if capacity in frame.columns:
            charge = np.abs(frame[capacity].to_numpy(dtype=float))
            counts = charge > 0.1 * np.nanmax(charge, initial=0.0)
            if counts.any():
                ratio = float(
                    np.nanmedian(np.abs(frame[energy].to_numpy())[counts] / charge[counts])
                )
        if _VOLTS[0] <= ratio <= _VOLTS[1]:
            notes.append(
                f"{energy}: in Wh by its values ({ratio:.2f} Wh/Ah), whatever the schema says"
            )
        else:
            frame[energy] = frame[energy] / _JOULE
            notes.append(f"{energy}: taken as joules, as the schema says")
    return frame


def _verify(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Say so where the energy of cycles is not their capacity times their mean voltage."""
    for energy, capacity, mean in (
        (CYCLE_CHARGING_ENERGY, CYCLE_CHARGING_CAPACITY, MEAN_CHARGING_VOLTAGE),
        (CYCLE_DISCHARGING_ENERGY, CYCLE_DISCHARGING_CAPACITY, MEAN_DISCHARGING_VOLTAGE),
    ):
        if not {energy, capacity, mean} <= set(frame.columns):
            continue
        expected = (frame[capacity] * frame[mean]).to_numpy()
        off = np.abs(frame[energy].to_numpy() - expected) > _TOLERANCE * np.abs(expected)
        if off.any():
            notes.append(
                f"{energy} differs from {capacity} times {mean} by more than 5 % in "
                f"{int(off.sum())} cycles; it is taken as Wh"
            )
    return frame


def _readers() -> list[Reader]:
    made = []
    for table, what in (
        ("timeseries", "time series (raw_data)"),
        ("cycles", "cycles (cycle_stats)"),
        ("impedance", "impedance (eis_data)"),
    ):
        finish: dict[str, Any] = {}
        if table in _FINISH:
            finish["finish"] = _FINISH[table]
        known = ", ".join(_KNOWN_BY[table])
        made.append(
            Reader(
                name="battdat_h5",
                description=f"battery-data-toolkit HDF5: {what}",
                known_by=f"an HDF5 table {_NAMES[table]} with the columns {known}",
                recognises=_in_hdf5(table),
                load=_load_hdf5(table),
                columns=_COLUMNS[table],
                table=table,
                suffixes=(".h5", ".hdf"),
                **finish,
            )
        )
        made.append(
            Reader(
                name="battdat_parquet",
                description=f"battery-data-toolkit Parquet: {what}",
                known_by=f"Parquet with battery_metadata and the columns {known}",
                recognises=_in_parquet(table),
                load=load_parquet,
                columns=_COLUMNS[table],
                table=table,
                suffixes=(".parquet",),
                **finish,
            )
        )
    return made


_FINISH: Final = {"timeseries": _finish, "cycles": _verify}
READERS = _readers()
