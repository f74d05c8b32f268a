"""Battery Archive csv: one row a cycle (``_cycle_data``) and time series (``_timeseries``).

The cycle index is written as a float; start and end dates, and temperatures, may be empty or
absent. Current is signed, positive charges. Capacities and energies restart with every cycle; where
the values of a time series say otherwise they are named accordingly and a note says so. Dates are
local time of a laboratory whose zone is not stated; they are read as if UTC.

References
----------
https://www.batteryarchive.org
"""

import pandas as pd

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CHARGING_CAPACITY,
    CHARGING_ENERGY,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DISCHARGING_CAPACITY,
    DISCHARGING_ENERGY,
    END_TIME,
    MAXIMUM_CURRENT,
    MAXIMUM_VOLTAGE,
    MINIMUM_CURRENT,
    MINIMUM_VOLTAGE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

from ._clock import local_time
from ._counters import name_by_restart
from ._delimited import delimited
from ._reader import From, Reader
from ._source import Head

_COUNTERS = {
    CYCLE_CHARGING_CAPACITY: From("Charge_Capacity (Ah)"),
    CYCLE_DISCHARGING_CAPACITY: From("Discharge_Capacity (Ah)"),
    CYCLE_CHARGING_ENERGY: From("Charge_Energy (Wh)"),
    CYCLE_DISCHARGING_ENERGY: From("Discharge_Energy (Wh)"),
}
_NEVER = {
    CYCLE_CHARGING_CAPACITY: CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY: DISCHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY: CHARGING_ENERGY,
    CYCLE_DISCHARGING_ENERGY: DISCHARGING_ENERGY,
}


def _is_cycles(head: Head) -> bool:
    return head.has_headers("Min_Current (A)", "Max_Current (A)", "Min_Voltage (V)")


def _is_timeseries(head: Head) -> bool:
    return head.has_headers("Date_Time", "Environment_Temperature (C)", "Cell_Temperature (C)")


def _name_counters(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    return name_by_restart(frame, _NEVER, notes)


READERS = [
    Reader(
        name="batteryarchive_cycles_csv",
        description="Battery Archive, one row a cycle",
        known_by="a first line with Min_Current (A), Max_Current (A) and Min_Voltage (V)",
        recognises=_is_cycles,
        load=delimited(),
        table="cycles",
        columns={
            CYCLE: From("Cycle_Index"),
            END_TIME: From("Test_Time (s)"),
            MINIMUM_CURRENT: From("Min_Current (A)"),
            MAXIMUM_CURRENT: From("Max_Current (A)"),
            MINIMUM_VOLTAGE: From("Min_Voltage (V)"),
            MAXIMUM_VOLTAGE: From("Max_Voltage (V)"),
            **_COUNTERS,
        },
    ),
    Reader(
        name="batteryarchive_timeseries_csv",
        description="Battery Archive, time series",
        known_by="a first line with Date_Time, Environment_Temperature (C), Cell_Temperature (C)",
        recognises=_is_timeseries,
        load=delimited(),
        columns={
            UNIX_TIME: From("Date_Time", parse=local_time),
            TEST_TIME: From("Test_Time (s)"),
            CYCLE: From("Cycle_Index"),
            CURRENT: From("Current (A)"),
            VOLTAGE: From("Voltage (V)"),
            **_COUNTERS,
            AMBIENT_TEMPERATURE: From("Environment_Temperature (C)"),
            SURFACE_TEMPERATURE: From("Cell_Temperature (C)"),
        },
        finish=_name_counters,
    ),
]
