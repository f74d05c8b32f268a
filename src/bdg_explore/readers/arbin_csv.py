"""Arbin csv exports, old and new headers.

Three header dialects are one format: ``Data_Point,Test_Time,DateTime,...`` (units not stated,
DateTime in seconds since 1970), ``Data_Point,Test_Time(s),Date_Time,...`` and
``Data Point,Date Time,Test Time (s),...`` (MITS Pro, MITS 8 and later; dates as
``MM/DD/YYYY hh:mm:ss.fff`` in the tester's local time, a TAB before them, a byte-order mark).
Current is signed, positive charges. The capacity and energy counters restart where the schedule
says so; they are ``schedule_...`` unless cycle numbers show that this is at each cycle, or never.
Steps are counted. The optional columns Step_Index and Cycle_Index may be empty; they
are then left out.
"""

from bdg_explore.columns import (
    AC_INTERNAL_RESISTANCE,
    CURRENT,
    CYCLE,
    INTERNAL_RESISTANCE,
    POWER,
    RECORD,
    SCHEDULE_CHARGING_CAPACITY,
    SCHEDULE_CHARGING_ENERGY,
    SCHEDULE_DISCHARGING_CAPACITY,
    SCHEDULE_DISCHARGING_ENERGY,
    STEP_ID,
    STEP_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

from ._arbin import finish
from ._clock import local_time
from ._delimited import delimited
from ._reader import From, Reader
from ._source import Head


def _recognises(head: Head) -> bool:
    usual = ("Test_Time", "Step_Time", "Charge_Capacity", "Discharge_Capacity")
    units = ("Test_Time(s)", "Step_Time(s)", "Charge_Capacity(Ah)", "Discharge_Capacity(Ah)")
    return head.has_headers("Data_Point") and head.count_headers(*usual, *units) >= 2


_THERMOMETERS = {
    f"temperature_t{i}_celsius": From(
        (f"Aux_Temperature_{i} (C)", f"Aux_Temperature(C)_{i}", f"Aux_Temperature_{i}",
         f"Temperature (C)_{i}", f"Aux_Temperature()_{i}")
    )
    for i in range(1, 6)
}  # fmt: skip

READER = Reader(
    name="arbin_csv",
    description="Arbin csv export, old headers, MITS Pro and MITS 8",
    tester="Arbin",
    known_by="a first line with Data_Point and two of Test_Time, Step_Time, Charge_Capacity "
    "and Discharge_Capacity, with or without units",
    recognises=_recognises,
    load=delimited(),
    columns={
        RECORD: From("Data_Point"),
        TEST_TIME: From(("Test_Time(s)", "Test_Time")),
        UNIX_TIME: From(("Date_Time", "DateTime"), parse=local_time),
        STEP_TIME: From(("Step_Time(s)", "Step_Time")),
        STEP_ID: From("Step_Index"),
        CYCLE: From("Cycle_Index"),
        CURRENT: From(("Current(A)", "Current")),
        VOLTAGE: From(("Voltage(V)", "Voltage")),
        POWER: From("Power(W)"),
        SCHEDULE_CHARGING_CAPACITY: From(("Charge_Capacity(Ah)", "Charge_Capacity")),
        SCHEDULE_DISCHARGING_CAPACITY: From(("Discharge_Capacity(Ah)", "Discharge_Capacity")),
        SCHEDULE_CHARGING_ENERGY: From(("Charge_Energy(Wh)", "Charge_Energy")),
        SCHEDULE_DISCHARGING_ENERGY: From(("Discharge_Energy(Wh)", "Discharge_Energy")),
        INTERNAL_RESISTANCE: From(("Internal_Resistance(Ohm)", "Internal_Resistance")),
        AC_INTERNAL_RESISTANCE: From(("ACR(Ohm)", "AC_Impedance(Ohm)")),
        SURFACE_TEMPERATURE: From(("Temperature(C)", "Temperature")),
        **_THERMOMETERS,
    },
    finish=finish,
)
