"""Bitrode csv exports: that of the tester, and that of VisuaLCN for cells, modules and packs.

The tester's: ``Exclude,Time(s),Cycle,Loop,Loop,Loop,Step,StepTime(s),Current(A),Voltage(V),
Power(W),Capacity(Ah),Energy(Wh),Mode,Data,``; three columns are called ``Loop``.

VisuaLCN: lines of keys and values (``Test Name,...``), then ``Total Time,Cycle,Loop Counter #1,...,
Amp-Hours,...,Cell Voltage A1,...,Temperature A1,...,Mode,Real Time,...``, no units; a last line
counts the records. They are taken as s, A, V, W, Ah, Wh and degree Celsius, as a note says.
Voltages of single cells or cell groups and the thermometers beside them stay columns of their own:
`cell_voltage_a1_volt`, `temperature_a1_celsius`. `voltage_volt` is that of the whole module.

The current is signed, positive charges (compared with ``Mode``: CHRG, DCHG, REST). ``Capacity`` and
``Amp-Hours`` go up and down with it; ``Amp Hours Discharge`` is written negative and turned
positive. When they restart is told from their values.
"""

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from bdg_explore.columns import (
    CURRENT,
    CYCLE,
    POWER,
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
from bdg_explore.errors import ReadError

from ._delimited import read_delimited
from ._finish import steps_and_counters
from ._layout import header_with
from ._reader import From, Raw, Reader, Request, Rules
from ._signs import direction_of_word, sign_by_state
from ._source import Head, delimiter_of, split, squeeze
from ._units import unit_rules

_TESTER: Final = header_with("Exclude", "Time(s)", "StepTime(s)", "Current(A)", "Loop", least=4)
_VISUAL: Final = header_with("Total Time", "Step time", "Amp-Hours", "Watt-Hours", "Mode", least=4)
_OF_CELLS: Final = re.compile(r"(cell voltage|temperature)\s*([a-z]?\d+)", re.IGNORECASE)
_STATED: Final = re.compile(r"Total Number of Data Lines.*?(\d+)\s*$")
_COLUMNS: Final = unit_rules(
    {
        TEST_TIME: ("Time", "Total Time"),
        CYCLE: "Cycle",
        STEP_ID: "Step",
        STEP_TIME: ("StepTime", "Step time"),
        CURRENT: "Current",
        VOLTAGE: "Voltage",
        POWER: "Power",
        "schedule_net_capacity_ah": ("Capacity", "Amp-Hours"),
        "schedule_net_energy_wh": ("Energy", "Watt-Hours"),
        STEP_CHARGING_CAPACITY: "Amp Hours Charge",
        STEP_DISCHARGING_CAPACITY: "Amp Hours Discharge",
        STEP_CHARGING_ENERGY: "Watt Hours Charge",
        STEP_DISCHARGING_ENERGY: "Watt Hours Discharge",
        STEP_TYPE: "Mode",
        UNIX_TIME: "Real Time",
    },
    dates=(UNIX_TIME,),
)


def _header_line(lines: Sequence[str]) -> int:
    found = _TESTER(lines)
    return found if found >= 0 else _VISUAL(lines)


def _columns(headers: Sequence[str]) -> Rules:
    found = dict(_COLUMNS(headers))
    for header in headers:
        one = _OF_CELLS.fullmatch(header.strip())
        if one:
            what, unit = one[1].lower().replace(" ", "_"), "volt" if "v" in one[1] else "celsius"
            found[f"{what}_{one[2].lower()}_{'volt' if 'voltage' in what else unit}"] = From(header)
    return found


def _load(request: Request) -> Raw:
    raw = read_delimited(request, _header_line)
    if not any("(" in header for header in raw.headers):
        raw.notes.append("the headers state no units; taken as s, A, V, W, Ah, Wh and degC")
    for line in raw.facts.get("footer", []):
        stated = _STATED.search(line)
        if stated and int(stated[1]) != raw.rows:
            raise ReadError(
                f"{request.source.name} says it has {int(stated[1])} data lines and holds "
                f"{raw.rows}. It was not written or copied to its end. Export it again."
            )
    return raw


def _recognises(head: Head) -> bool:
    if not head.is_text:
        return False
    at = _header_line(head.lines[:200])
    if not 0 <= at < len(head.lines):
        return False
    line = head.lines[at]
    return "mode" in {squeeze(h) for h in split(line, delimiter_of(line))}


_settle: Final = steps_and_counters(CYCLE, STEP_ID, STEP_TYPE, STEP_TIME)


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    if STEP_TYPE in frame.columns and CURRENT in frame.columns:
        frame = sign_by_state(frame, STEP_TYPE, direction_of_word, notes)
    return _settle(frame, notes)


READER = Reader(
    name="bitrode_csv",
    description="Bitrode csv export, also of modules (VisuaLCN)",
    tester="Bitrode",
    recognises=_recognises,
    load=_load,
    columns=_columns,
    finish=_finish,
    known_by="headers Exclude, Time(s), Loop, StepTime(s), or Total Time, Amp-Hours, Watt-Hours",
)
