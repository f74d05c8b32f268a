"""Landt csv exports.

Some lines of preamble (``cell model:,,,``), then headers in small letters that end on their unit:
``channel_index,cycle_index,step_index,date_time_iso_string,test_time_s,step_time_s,current_A,
voltage_V,discharge_capacity_Ah,...,step_name``. Despite its name the date is ``MM/DD/YYYY
hh:mm:ss``, local time. ``channel_index`` numbers the records; where it does not, it is left out.

The current is signed, positive charges. Capacities and energies restart with each step, as far as
the values tell. A thermometer or a pressure gauge that is 0 throughout was not connected, as a note
says; pressure in psi becomes Pa.
"""

from typing import Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CURRENT,
    CYCLE,
    POWER,
    RECORD,
    STEP_CHARGING_CAPACITY,
    STEP_CHARGING_ENERGY,
    STEP_DISCHARGING_CAPACITY,
    STEP_DISCHARGING_ENERGY,
    STEP_ID,
    STEP_TIME,
    STEP_TYPE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

from ._delimited import delimited
from ._finish import steps_and_counters
from ._layout import header_with
from ._reader import Reader
from ._source import Head
from ._units import unit_rules

_HEADER: Final = header_with("test_time_s", "voltage_v", "current_a")
_GAUGES: Final = tuple(f"temperature_t{i}_celsius" for i in range(1, 6))
_COLUMNS: Final = unit_rules(
    {
        RECORD: ("record_index", "data_point", "channel_index"),
        CYCLE: "cycle_index",
        STEP_ID: "step_index",
        UNIX_TIME: ("date_time_iso_string", "date_time"),
        TEST_TIME: "test_time",
        STEP_TIME: "step_time",
        CURRENT: "current",
        VOLTAGE: "voltage",
        POWER: "power",
        STEP_DISCHARGING_CAPACITY: "discharge_capacity",
        STEP_CHARGING_CAPACITY: "charge_capacity",
        STEP_DISCHARGING_ENERGY: "discharge_energy",
        STEP_CHARGING_ENERGY: "charge_energy",
        "pressure_pa": "pressure",
        **{name: f"temperature_{i}" for i, name in enumerate(_GAUGES, start=1)},
        STEP_TYPE: ("step_name", "step_type"),
    },
    dates=(UNIX_TIME,),
)


def _recognises(head: Head) -> bool:
    if not head.is_text:
        return False
    at = _HEADER(head.lines[:60])
    words = ("channel_index", "cycle_index", "step_index", "step_name", "date_time_iso_string")
    return at >= 0 and sum(word in head.lines[at].casefold() for word in words) >= 2


_settle: Final = steps_and_counters(CYCLE, STEP_ID, STEP_TIME)


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    if RECORD in frame.columns and not (np.diff(frame[RECORD].to_numpy()) > 0).all():
        notes.append("'channel_index' does not number the records here; left out")
        frame = frame.drop(columns=RECORD)
    idle = [n for n in (*_GAUGES, "pressure_pa") if n in frame.columns and not frame[n].any()]
    if idle:
        notes.append(f"0 throughout, so probably not connected: {', '.join(idle)}")
    return _settle(frame, notes)


READER = Reader(
    name="landt_csv",
    description="Landt csv export",
    tester="Landt",
    recognises=_recognises,
    load=delimited(header_line=_HEADER),
    columns=_COLUMNS,
    finish=_finish,
    known_by="headers test_time_s, current_A, voltage_V, with step_index or channel_index",
)
