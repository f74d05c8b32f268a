"""PEC csv exports.

Some 45 lines of keys and values (``Request Year:,2026``), as many as the request has, perhaps a
block ``#RESULTS CHECK``; then the headers ``Test,Cell,Rack,Shelf,Position,Cell ID,Step,Instruction
Name,Cycle,Total Time (...),...``. Each time states how it is written: ``Hours in hh:mm:ss.xxx``,
``Decimal Hours``, ``Minutes`` or ``Seconds``; voltage, current, capacity and energy state V or mV,
A or mA, Ah or mAh, Wh or mWh. ``Real Time`` is local time, month first.

The current is signed, positive charges. When the counters restart is told from their values.
"""

from typing import Final

from bdg_explore.columns import (
    AC_INTERNAL_RESISTANCE,
    AMBIENT_TEMPERATURE,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DC_INTERNAL_RESISTANCE,
    INTERNAL_RESISTANCE,
    STEP_ID,
    STEP_TIME,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
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

_HEADER: Final = header_with("Test", "Cell", "Rack", "Shelf", "Instruction Name", "Cycle", least=5)
_COLUMNS: Final = unit_rules(
    {
        STEP_ID: "Step",
        STEP_TYPE: "Instruction Name",
        CYCLE: "Cycle",
        TEST_TIME: "Total Time",
        STEP_TIME: "Step Time",
        UNIX_TIME: "Real Time",
        VOLTAGE: "Voltage",
        CURRENT: "Current",
        CYCLE_CHARGING_CAPACITY: "Charge Capacity",
        CYCLE_DISCHARGING_CAPACITY: "Discharge Capacity",
        CYCLE_CHARGING_ENERGY: ("Charge Energy", "Charge Capacity"),  # an old export in mWh
        CYCLE_DISCHARGING_ENERGY: ("Discharge Energy", "Discharge Capacity"),
        INTERNAL_RESISTANCE: ("Internal Resistance 1", "Internal Resistance"),
        SURFACE_TEMPERATURE: ("Cell surface temperature", "Temp", "Temperature"),
        AMBIENT_TEMPERATURE: "Ambient temperature",
        DC_INTERNAL_RESISTANCE: "DC Internal Resistance",
        AC_INTERNAL_RESISTANCE: "AC Internal Resistance",
        "station_temperature_celsius": "Station Temperature",
    },
    dates=(UNIX_TIME,),
)


def _recognises(head: Head) -> bool:
    if not head.is_text:
        return False
    first = head.lines[0].lstrip("\ufeff") if head.lines else ""
    return first.startswith("Request Year:") or _HEADER(head.lines[:400]) >= 0


READER = Reader(
    name="pec_csv",
    description="PEC csv export",
    tester="PEC",
    recognises=_recognises,
    load=delimited(header_line=_HEADER),
    columns=_COLUMNS,
    finish=steps_and_counters(CYCLE, STEP_ID, STEP_TYPE, STEP_TIME),
    known_by="a first line Request Year:, headers Test, Cell, Rack, Shelf, Instruction Name",
)
