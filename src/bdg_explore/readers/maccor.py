"""Maccor exports, text and csv, in every form of header.

One to many lines of preamble (``Today's Date ... Date of Test: ...``), then the headers:
``Rec#  Cyc#  Step  Test (Sec)  Step (Sec)  Amp-hr  Watt-hr  Amps  Volts  State  ES  DPt Time``, or
``Rec  Cycle  Step  Test Time (sec) ... Capacity  Energy  Current  Voltage  MD``, or ``Rec  Cycle P
Cycle C  Step  TestTime  StepTime  Cap. [Ah] ...``; TABs or commas between.

*Time* is in seconds, minutes or hours as the header says, or ``0d hh:mm:ss.ff``. A ``TestTime``
that is a bare number has no unit; it is found by the dates beside it, and a note says so. Numbers
may have commas between the thousands.

*Sign.* Most exports write the magnitude of the current; the letter of ``State``/``MD`` gives it its
sign (C charges; D discharges; R rests). A pause (P), suspension (S) or another letter holds the
last current of its step, and flows as the record before. Some exports have signs already, which
are then compared with the letters and left. A file without letters is told by its voltage
(`_signs.sign_by_voltage`), or refused.

*Counters.* ``Amp-hr`` and ``Watt-hr`` count up from 0 in every step, charging or discharging; they
become `step_charging_...` and `step_discharging_...` by the current of the step. Without a unit in
the header they are Ah, Wh, A and V; ``mAmp-hr``, ``mAmps`` are thousandths.

*Numbers.* `cycle_count` is ``Cyc#``, or ``Cycle C`` where there are two counters; from 0 where the
tester begins so. `step_id` is the line of the procedure.
"""

import re
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bdg_explore.columns import (
    AC_INTERNAL_RESISTANCE,
    CURRENT,
    CYCLE,
    DC_INTERNAL_RESISTANCE,
    RECORD,
    STEP,
    STEP_ID,
    STEP_TIME,
    STEP_TYPE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

from ._clock import duration, is_date, local_time, time_of_day
from ._counters import settle_counters, split_by_direction
from ._delimited import read_delimited
from ._layout import Layout, header_with
from ._reader import BadText, From, Raw, Reader, Request
from ._rows import numbers_of
from ._signs import Direction, sign_by_state, sign_by_voltage
from ._source import Head, delimiter_of, split, squeeze
from ._steps import number_steps
from ._units import quantity_and_unit, scale_to

_CAPACITY: Final = "step_cumulative_capacity_ah"
_ENERGY: Final = "step_cumulative_energy_wh"
# what a header may call a quantity, in lower case without spaces; an m before it is a thousandth
_CALLED: Final = {
    RECORD: ("rec#", "rec"),
    CYCLE: ("cyc#", "cyclec", "cycle", "cycle#", "cyclep"),
    STEP_ID: ("step", "step#"),
    TEST_TIME: ("testtime", "test"),
    STEP_TIME: ("steptime", "step"),
    _CAPACITY: ("amp-hr", "capacity", "cap.", "cap", "amphr", "ahr"),
    _ENERGY: ("watt-hr", "energy", "ener.", "ener", "watthr", "whr"),
    CURRENT: ("amps", "current", "amp"),
    VOLTAGE: ("volts", "voltage", "volt"),
    STEP_TYPE: ("state", "md", "mode"),
    UNIX_TIME: ("dpttime", "dpt-time", "datapointtime", "datetime"),
    AC_INTERNAL_RESISTANCE: ("acimp",),
    DC_INTERNAL_RESISTANCE: ("dcir",),
}
_MILLIAMPERE: Final = 1e-3
_NO_CELL: Final = 200.0  # volts: no cell on a channel that measures milliamperes has as many
_ABSOLUTE_ZERO: Final = -273.15
_MILLI: Final = (_CAPACITY, _ENERGY, CURRENT, VOLTAGE)
LETTERS: Final[dict[str, Direction]] = {
    "C": "charge", "D": "discharge", "R": "rest", "O": "rest", "P": "either", "S": "either",
    "CHARGE": "charge", "DISCHARGE": "discharge", "REST": "rest", "PAUSE": "either",
    "SUSPEND": "either", "SUSPENDED": "either", "A": "rest", "I": "either", "T": "either",
    "F": "either", "W": "either", "": "either",
}  # fmt: skip
_PROBE: Final = re.compile(r"(?:ev)?temp(?:erature)?\s*#?(\d+)", re.IGNORECASE)
_AUXILIARY: Final = re.compile(r"aux\s*#?(\d+)", re.IGNORECASE)
_SECONDS: Final = {1.0: "seconds", 60.0: "minutes", 3600.0: "hours", 86400.0: "days"}
_KEYS: Final = ("Rec#", "Rec", "Cyc#", "Cycle C", "Cycle", "Cycle P", "DPt Time", "State", "MD")


def _header_line(lines: Any) -> int:
    found = header_with(*_KEYS, least=2)(lines)
    return found if found >= 0 and _is_header(lines[found]) else -1


def _is_header(line: str) -> bool:
    fields = [squeeze(field) for field in split(line, delimiter_of(line))]
    return (
        fields[0] in _CALLED[RECORD]
        and bool({*_CALLED[CYCLE]} & {*fields})
        and "step" in fields
        and any(field.startswith(("volt", "mvolt")) for field in fields)
    )


def _recognises(head: Head) -> bool:
    return head.is_text and _header_line(head.lines) >= 0


def _rules(layout: Layout) -> dict[str, From]:
    """Say which column is which; the first record tells what the headers leave open."""
    found: dict[str, From] = {}
    for name, called in _CALLED.items():
        rule = _named(name, called, layout)
        if rule is not None:
            found[name] = rule
    for place, header in enumerate(layout.headers):
        probe, auxiliary = _PROBE.fullmatch(header.strip()), _AUXILIARY.match(header.strip())
        if probe:
            found[f"temperature_t{probe[1]}_celsius"] = From(header)
        elif auxiliary:
            unit = _auxiliary_unit(layout, place)
            if unit == "c":
                found[f"temperature_t{auxiliary[1]}_celsius"] = From(header)
            elif unit == "v":
                found[f"auxiliary_{auxiliary[1]}_volt"] = From(header)
    return found


def _named(name: str, called: tuple[str, ...], layout: Layout) -> From | None:
    for word in called:
        for header in layout.headers:
            quantity, unit = quantity_and_unit(header)
            milli = name in _MILLI and squeeze(quantity) == f"m{word}"
            if squeeze(header) == word or squeeze(quantity) == word or milli:
                rule = _rule(name, header, unit, milli)
                if rule is not None:
                    return rule
    return None


def _rule(name: str, header: str, unit: str | None, milli: bool) -> From | None:
    if name == UNIX_TIME:
        return From(header, parse=local_time)
    if name in (RECORD, CYCLE, STEP_ID, STEP_TYPE):
        return None if unit else From(header)
    time = name in (TEST_TIME, STEP_TIME)
    if not unit:
        return None if squeeze(header) == "step" else From(
            header, 1e-3 if milli else 1.0, parse=duration if time else None
        )  # fmt: skip
    scaled = scale_to(name, unit)
    return None if scaled is None else From(header, *scaled)


def _auxiliary_unit(layout: Layout, place: int) -> str:
    """Return the unit of an auxiliary column: in its header, or in the column beside it."""
    _, unit = quantity_and_unit(layout.headers[place])
    beside = layout.headers[place + 1 : place + 2]
    if not unit and beside and squeeze(beside[0]) == "units" and place + 1 < len(layout.first):
        unit = layout.first[place + 1]
    return squeeze(unit or "")


def _load(request: Request) -> Raw:
    raw = read_delimited(request, _header_line, _rules)
    date = next((i for i, w in enumerate(raw.plan) if w.name == UNIX_TIME), None)
    if date is not None:
        raw.values[date] = _whole_dates(raw, raw.values[date])
    _settle_time(raw, date)
    _settle_voltage(raw)
    return raw


def _whole_dates(raw: Raw, given: Any) -> Any:
    """Complete dates written as a time of day alone by the date in the preamble."""
    if not pa.types.is_string(given.type):
        return given
    first = next((v.as_py() for v in given if v.is_valid and v.as_py().strip()), "")
    if not first or is_date(first):
        return given
    preamble = raw.facts.get("preamble", {})
    stated = re.search(r"\d{1,2}/\d{1,2}/\d{4}", _stated_date(preamble))
    seconds = time_of_day(given)
    if stated is None or seconds is None:
        raw.notes.append("the dates hold a time of day only; the test time counts")
        return pa.nulls(len(given), pa.float64())
    midnight = local_time(pa.array([f"{stated[0]} 00:00:00"]))[0][0].as_py()
    falls = np.r_[False, np.diff(seconds) < 0]
    raw.notes.append(
        f"the dates hold a time of day only; the day is that of the preamble, {stated[0]}, and one "
        "more at each midnight"
    )
    return pa.array(midnight + seconds + 86400.0 * np.cumsum(falls))


def _stated_date(preamble: dict[str, str]) -> str:
    whole = " ".join(f"{key}: {value}" for key, value in preamble.items())
    after = re.search(r"Date of Test:?\s*(.*)", whole)
    return after[1] if after else ""


def _settle_time(raw: Raw, date: int | None) -> None:
    """Find the unit of a test time that is a bare number without one, by the dates beside it."""
    for i, wanted in enumerate(raw.plan):
        if wanted.name != TEST_TIME or wanted.rule.parse is None:
            continue
        numeric = not pa.types.is_string(raw.values[i].type)
        if not numeric or quantity_and_unit(wanted.header)[1]:
            return
        scale = 1.0
        if date is not None:
            with suppress(BadText):  # a wrong date is told when the dates are converted
                read = local_time(raw.values[date])
                scale = _ratio(raw.values[i], read[0])
                _keep(raw, date, read)
        told = _SECONDS.get(scale, "")
        raw.notes.append(
            f"{wanted.header!r} states no unit; by the dates beside it these are {told}"
            if scale != 1.0
            else f"{wanted.header!r} states no unit; taken as seconds"
        )
        if scale != 1.0:
            for j, other in enumerate(raw.plan):
                clock = pa.types.is_string(raw.values[j].type)
                if other.name in (TEST_TIME, STEP_TIME) and not clock:
                    raw.values[j] = pc.multiply(raw.values[j], scale)


def _keep(raw: Raw, place: int, read: tuple[Any, str]) -> None:
    """Let a column that has been read already not be read again when it is converted."""
    wanted = raw.plan[place]
    raw.plan[place] = replace(wanted, rule=replace(wanted.rule, parse=lambda _: read))


def _settle_voltage(raw: Raw) -> None:
    """Take voltages of hundreds, beside currents in mA, for the mV that they are."""
    place = next((i for i, w in enumerate(raw.plan) if w.name == VOLTAGE), None)
    if place is None or raw.plan[place].rule.scale != 1:
        return
    milli = any(w.name == CURRENT and w.rule.scale == _MILLIAMPERE for w in raw.plan)
    usual = float(np.nanmedian(np.abs(numbers_of(raw.values[place])))) if milli else 0.0
    if usual > _NO_CELL:
        raw.values[place] = pc.multiply(raw.values[place], _MILLIAMPERE)
        raw.notes.append(
            f"{raw.plan[place].header!r} lies around {usual:.4g}, while the current is in mA: "
            "taken as mV"
        )


def _ratio(time: Any, unix: Any) -> float:
    """Return how many seconds one unit of time is, if the dates agree on it; else 1."""
    t = np.diff(np.asarray(time.to_numpy(), dtype=float))
    u = np.diff(np.asarray(unix.to_numpy(zero_copy_only=False), dtype=float))
    told = (t > 0) & (u >= 5)
    if not told.any():
        return 1.0
    ratio = float(np.median(u[told] / t[told]))
    return next((s for s in _SECONDS if abs(ratio / s - 1) < 0.2), 1.0)


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame = _number_steps(frame)
    cold = [
        n for n in frame.columns if n.endswith("_celsius") and (frame[n] < _ABSOLUTE_ZERO).any()
    ]
    if cold:
        notes.append(f"below absolute zero, so probably not connected: {', '.join(cold)}")
    if CURRENT not in frame.columns:
        return frame
    if STEP_TYPE in frame.columns:
        frame = sign_by_state(frame, STEP_TYPE, LETTERS, notes)
    elif (frame[CURRENT] < 0).any():
        notes.append(f"{CURRENT} has signs in the file; left as it is")
    elif {TEST_TIME, VOLTAGE, STEP} <= set(frame.columns):
        frame[CURRENT] = sign_by_voltage(
            frame[TEST_TIME], frame[VOLTAGE], frame[CURRENT], frame[STEP], notes
        )
    return settle_counters(split_by_direction(frame, notes), notes)


def _number_steps(frame: pd.DataFrame) -> pd.DataFrame:
    """Count the steps; a record that ends a test under the next step's line begins none."""
    if not {STEP_ID, STEP_TIME, TEST_TIME} <= set(frame.columns):
        return number_steps(frame, CYCLE, STEP_ID, STEP_TIME)
    still = _repeated(frame)
    if not len(still):
        return number_steps(frame, CYCLE, STEP_ID, STEP_TIME)
    line = frame[STEP_ID].to_numpy()
    last = np.arange(len(frame))
    last[still] = 0
    last = np.maximum.accumulate(last)
    keys = frame.assign(**{STEP_ID: line[last]})
    numbered = number_steps(keys, CYCLE, STEP_ID, STEP_TIME)
    numbered[STEP_ID] = line
    return numbered


def _repeated(frame: pd.DataFrame) -> Any:
    """Find the records without a current in which nothing is counted on since the one before."""
    if CURRENT not in frame.columns:
        return np.zeros(0, np.int64)
    time = frame[TEST_TIME].to_numpy()
    rows = np.flatnonzero(time[1:] == time[:-1]) + 1
    rows = rows[frame[CURRENT].to_numpy()[rows] == 0]
    for name in (STEP_TIME, _CAPACITY, _ENERGY):
        if name in frame.columns:
            values = frame[name].to_numpy()
            rows = rows[values[rows] == values[rows - 1]]
    return rows


READER = Reader(
    name="maccor",
    description="Maccor text and csv exports, every form of header",
    tester="Maccor",
    recognises=_recognises,
    load=_load,
    columns={},
    suffixes=(".txt", ".csv", ".001", ".010"),
    finish=_finish,
    known_by="headers Rec#, Cyc#, Step and Amps/Volts, or their newer spellings, behind a preamble",
)
