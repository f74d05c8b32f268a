"""Basytec text exports.

Lines that begin with ``~``; the last of them holds the headers, ``~Time[s]  DataSet  t-Step[s] ...
Line  Command  U[V]  I[A] ...``, TABs (or spaces) between. The times are in the unit of their header
(s, min or h); the degree sign is often mangled. The current is signed, positive charges.

``Ah[Ah]`` is the charge passed since the test began, charge minus discharge; ``Ah-Cyc-Charge`` and
``Ah-Cyc-Discharge`` restart with each cycle; discharge is written as the tester has it and turned
positive where it is not. ``Ah-Step`` restarts with each step. `step_id` is the line of the test
plan, `step_type` its command.
"""

from typing import Final

from bdg_explore.columns import (
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DC_INTERNAL_RESISTANCE,
    NET_CAPACITY,
    NET_ENERGY,
    POWER,
    RECORD,
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

_TIMES: Final = tuple(f"Time[{unit}]" for unit in ("s", "h", "min", "ms"))
_HEADER: Final = header_with(*_TIMES, "U[V]", "I[A]", "U[mV]", "I[mA]", least=3)
_COLUMNS: Final = unit_rules(
    {
        TEST_TIME: "Time",
        RECORD: "DataSet",
        UNIX_TIME: ("DateTime", "Date Time"),
        STEP_TIME: "t-Step",
        STEP_ID: "Line",
        STEP_TYPE: "Command",
        CYCLE: "Cyc-Count",
        VOLTAGE: "U",
        CURRENT: "I",
        POWER: "P",
        NET_CAPACITY: "Ah",
        NET_ENERGY: "Wh",
        CYCLE_CHARGING_CAPACITY: ("Ah-Cyc-Charge", "Ah-Cyc-Charge-0"),
        CYCLE_DISCHARGING_CAPACITY: ("Ah-Cyc-Discharge", "Ah-Cyc-Discharge-0"),
        CYCLE_CHARGING_ENERGY: ("Wh-Cyc-Charge", "Wh-Cyc-Charge-0"),
        CYCLE_DISCHARGING_ENERGY: ("Wh-Cyc-Discharge", "Wh-Cyc-Discharge-0"),
        "step_net_capacity_ah": "Ah-Step",
        "step_net_energy_wh": "Wh-Step",
        "ac_internal_resistance_ohm": "R-AC",
        DC_INTERNAL_RESISTANCE: "R-DC",
        **{f"temperature_t{i}_celsius": f"T{i}" for i in range(1, 6)},
    },
    dates=(UNIX_TIME,),
)


def _recognises(head: Head) -> bool:
    if not head.is_text:
        return False
    begins = "\n".join(head.lines[:5]).lstrip("\ufeff")
    return (begins.startswith("~") or "asytec" in begins) and _HEADER(head.lines) >= 0


READER = Reader(
    name="basytec_txt",
    description="Basytec text export",
    tester="Basytec",
    recognises=_recognises,
    load=delimited(header_line=_HEADER),
    columns=_COLUMNS,
    suffixes=(".txt", ".dat"),
    finish=steps_and_counters(STEP_ID, STEP_TYPE, CYCLE, STEP_TIME),
    known_by="lines that begin with ~, headers Time[s] or Time[h], U[V], I[A]",
)
