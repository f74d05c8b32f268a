"""Neware csv exports, record layer: one header line, one line a record.

``DataPoint,Cycle Index,Step Index,Step Type,Time,Cumulative Time,Current(A),Voltage(V),...`` and
the older ``Record number, ... Total Time, Status``. The unit stands in each header (A or mA, Ah or
mAh); characters that the export could not write stand as ``?``. Times are ``hh:mm:ss`` or numbers
in the unit of the header; ``Time`` is that in the step.

*Sign.* The current is signed, positive charges; an export of magnitudes is signed by ``Step Type``,
as a note says. *Counters* restart with every step; the values tell, not the name. Where there is no
cumulative time, the test time is put together from the times in the steps: pauses between steps
are then not in it. Dates are local time, read as if UTC.
"""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from bdg_explore.columns import (
    CURRENT,
    CYCLE,
    DC_INTERNAL_RESISTANCE,
    INTERNAL_RESISTANCE,
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

from ._counters import settle_counters, split_by_direction
from ._delimited import delimited
from ._layout import header_with
from ._reader import Reader, Rules
from ._signs import direction_of_word, sign_by_state
from ._source import Head, delimiter_of, split, squeeze
from ._steps import number_steps, with_test_time
from ._units import quantity_and_unit, unit_rules

CUMULATIVE: Final = ("step_cumulative_capacity_ah", "step_cumulative_energy_wh")

NAMES: Final[dict[str, str | tuple[str, ...]]] = {
    RECORD: ("DataPoint", "Record number", "Record Index", "Record ID", "Record",
             "Data serial", "数据序号", "记录号"),
    CYCLE: ("Cycle Index", "Cycle ID", "Cycle number", "Cycle", "循环号", "循环序号"),
    STEP_ID: ("Step Index", "Step ID", "Step number", "Step", "工步号", "工步序号"),
    STEP_TYPE: ("Step Type", "Step Name", "Status", "State", "Work mode", "工步类型", "工步名称"),
    TEST_TIME: ("Cumulative Time", "Total Time", "CumTime", "总时间", "累计时间"),
    STEP_TIME: ("Time", "Step Time", "Relative Time", "Record Time", "时间"),
    UNIX_TIME: ("Date", "Absolute Time", "Realtime", "Real Time", "DateTime", "Date Time",
                "绝对时间", "日期"),
    CURRENT: ("Current", "Cur", "电流"),
    VOLTAGE: ("Voltage", "Vol", "Volt", "电压"),
    POWER: "Power",
    STEP_CHARGING_CAPACITY: (
        "Chg. Cap.", "Charge Capacity", "Capacitance_Chg", "CapaCity-Chg", "Cap_Chg", "Chg Cap",
        "充电容量",
    ),
    STEP_DISCHARGING_CAPACITY: (
        "DChg. Cap.", "Discharge Capacity", "Capacitance_DChg", "CapaCity-Dchg", "Cap_DChg",
        "DChg Cap", "放电容量",
    ),
    STEP_CHARGING_ENERGY: (
        "Chg. Energy", "Charge Energy", "Engy_Chg", "Energy_Chg", "Chg Energy", "充电能量",
    ),
    STEP_DISCHARGING_ENERGY: (
        "DChg. Energy", "Discharge Energy", "Engy_DChg", "Energy_DChg", "DChg Energy",
        "放电能量",
    ),
    CUMULATIVE[0]: ("Capacity", "Cap", "容量"),
    CUMULATIVE[1]: ("Energy", "Engy", "能量"),
    DC_INTERNAL_RESISTANCE: "DCIR",
    INTERNAL_RESISTANCE: "Contact resistance",
    **{f"temperature_t{i}_celsius": (f"T{i}", f"Aux. T{i}", f"Temperature{i}", f"AuxTemp{i}")
       for i in range(1, 6)},
    "surface_temperature_celsius": ("Temperature", "Temp"),
}  # fmt: skip

_HEADER: Final = header_with(
    "DataPoint", "Record number", "Record Index", "Cycle Index", "Step Index", "Step Type",
    "Cumulative Time", "Total Time", "Cycle number", "Step number", "Cycle", "Step", "State",
    "Status", "Record", "Absolute Time", "DataPoint", "Cycle ID", "Step ID", "循环号", "工步号",
    "工步类型", "总时间", least=3,
)  # fmt: skip

# what only Neware calls a column, and what others do whose headers are much the same
_OWN: Final = {squeeze(word) for word in (
    "Step Type", "Step Name", "Status", "Cumulative Time", "Chg. Cap.", "DChg. Cap.",
    "Capacitance_Chg", "CapaCity-Chg", "Cap_Chg", "Record number", "Contact resistance",
    "Absolute Time", "工步类型", "循环号",
)}  # fmt: skip
_OTHERS: Final = {squeeze(word) for word in (
    "Test Time", "ACR", "TC_Counter1", "Is_FC_Data", "Amp-Hours", "Loop", "Potential",
)}  # fmt: skip


def _recognises(head: Head) -> bool:
    if not head.is_text:
        return False
    at = _HEADER(head.lines[:40])
    if at < 0:
        return False
    line = head.lines[at]
    headers = [h.strip() for h in split(line, delimiter_of(line))]
    named = unit_rules(NAMES)(headers)
    called = {squeeze(quantity_and_unit(h)[0]) for h in headers}
    own = bool(called & _OWN) or {"totaltime", "record"} <= called
    return {CURRENT, VOLTAGE, STEP_ID} <= set(named) and own and not called & _OTHERS


def finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Count the steps, sign the current if it is not, and name the counters."""
    frame = number_steps(frame, CYCLE, STEP_ID, STEP_TYPE, STEP_TIME)
    if STEP_TYPE in frame.columns and CURRENT in frame.columns:
        told: list[str] = []
        frame = sign_by_state(frame, STEP_TYPE, direction_of_word, told)
        notes.extend(note for note in told if "as its" not in note)
    frame = with_test_time(frame, notes)
    return settle_counters(split_by_direction(frame, notes), notes)


def columns(headers: Sequence[str]) -> Rules:
    """Give the columns; the sum of charge and discharge only where they do not stand apart."""
    found = dict(unit_rules(NAMES, dates=(UNIX_TIME,))(headers))
    for both, charge in zip(
        CUMULATIVE, (STEP_CHARGING_CAPACITY, STEP_CHARGING_ENERGY), strict=True
    ):
        if charge in found:
            found.pop(both, None)
    return found


READER = Reader(
    name="neware_csv",
    description="Neware BTS csv export, record layer",
    tester="Neware",
    recognises=_recognises,
    load=delimited(header_line=_HEADER),
    columns=columns,
    finish=finish,
    known_by="headers DataPoint, Cycle Index, Step Index, Step Type with units in brackets",
)
