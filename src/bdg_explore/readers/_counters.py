"""When a counter restarts, and what it counts: told from its values, not from its name."""

import re
from collections.abc import Iterable
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from bdg_explore.columns import CURRENT, CYCLE, STEP

Restart = Literal["never", "cycle", "step", "signed", "otherwise"]
Array = np.ndarray[Any, Any]

_NAME: Final = re.compile(
    r"(?P<scope>cycle_|step_|schedule_|)(?P<what>charging|discharging|net|cumulative)_"
    r"(?P<unit>capacity_ah|energy_wh)"
)
_SCOPES: Final = {"never": "", "cycle": "cycle_", "step": "step_", "otherwise": "schedule_"}
_SAYS: Final = {
    "never": "never restarts",
    "cycle": "restarts with each cycle",
    "step": "restarts with each step",
    "otherwise": "restarts at other places than cycles and steps",
}
_WAYS: Final = ("charging", "discharging")
_SLACK: Final = 1e-6  # of the counter's range: a larger fall is a restart
_CLEAR: Final = 0.01  # of the counter's range: that much must not be carried over a restart
_LEAPS: Final = 5.0  # times the usual change of a signed counter: a leap
_NOTHING: Final = 0.02  # of the value before: that little is left after a restart
_PIECE: Final = 65_536  # records looked at together, which stay in the processor's cache
_FOLLOWS: Final = 0.98  # share of a signed counter's changes that go with the current


def restarts(counter: Any, cycle: Any = None, step: Any = None, current: Any = None) -> Restart:
    """Say when a counter restarts, or that it goes up and down with the current.

    Parameters
    ----------
    counter : array
        Capacity [Ah] or energy [Wh].
    cycle, step : array, optional
        Cycle number, and running number of the step, of each record.
    current : array, optional
        Current [A]; needed for ``signed`` to be found.

    Returns
    -------
    {"never", "cycle", "step", "signed", "otherwise"}
        Of several that the values allow, the first of ``cycle``, ``step``, ``never``.

    Notes
    -----
    A fall larger than one part in a million of the counter's range is a restart. A counter restarts
    with each cycle (step) if it falls only where a new one begins, and carries no more than one
    hundredth of its range into any.
    """
    values, places = _given(counter, cycle, step, current)
    if len(values) >= 2 and "current" in places and goes_with(values, places["current"]):
        return "signed"
    allowed = _allowed(values, places)
    return next((s for s in ("cycle", "step", "never") if s in allowed), "otherwise")


def settle_counters(
    frame: pd.DataFrame, notes: list[str], names: Iterable[str] | None = None
) -> pd.DataFrame:
    """Name counters by what their values say: their scope, and whether they are signed.

    Parameters
    ----------
    frame : DataFrame
        A time series with its current signed, and with `cycle_count` and `step_count` where there
        are any.
    notes : list of str
        Where to say what was renamed.
    names : iterable of str, optional
        Which columns; by default all counters the frame has. A name that the values allow stays.

    Returns
    -------
    DataFrame
        The frame with ``step_charging_capacity_ah`` renamed to ``cycle_...``, to the bare name
        (never restarts) or to ``schedule_...`` (restarts elsewhere), as the case may be.
    """
    cycle, step, current = (
        frame[n].to_numpy() if n in frame.columns else None for n in (CYCLE, STEP, CURRENT)
    )
    renamed: dict[str, str] = {}
    for name in list(names if names is not None else frame.columns):
        parts = _NAME.fullmatch(str(name))
        if parts is None or name not in frame.columns:
            continue
        what = parts["what"]
        values, places = _given(frame[name], cycle, step, current)
        if what == "net":
            values, places = _unwound(values, places)
        elif len(values) >= 2 and "current" in places and goes_with(values, places["current"]):
            what = "net"
            values, places = _unwound(values, places)
        declared = next(k for k, v in _SCOPES.items() if v == parts["scope"])
        if declared in ("cycle", "step") and declared not in places and what == parts["what"]:
            continue  # nothing to tell it by
        allowed = _allowed(values, places, what)
        if declared == "otherwise":  # any restart agrees with the schedule's
            allowed.add(declared)
        found = next((s for s in (declared, "cycle", "step", "never") if s in allowed), "otherwise")
        new = f"{_SCOPES[found]}{what}_{parts['unit']}"
        if new == name:
            continue
        if new in frame.columns or new in renamed.values():
            notes.append(
                f"{name} {_SAYS[found]} by its values, but there is a {new}; left as it is"
            )
            continue
        renamed[name] = new
        goes = "goes up and down with the current and " if what != parts["what"] else ""
        notes.append(f"{name} {goes}{_SAYS[found]} in this file; read as {new}")
    return frame.rename(columns=renamed)


def _given(counter: Any, cycle: Any, step: Any, current: Any) -> tuple[Array, dict[str, Array]]:
    """Leave out records without a value."""
    values = np.asarray(counter, dtype=float)
    places = {
        name: np.asarray(array)
        for name, array in (("cycle", cycle), ("step", step), ("current", current))
        if array is not None
    }
    given = np.isfinite(values)
    if not given.all():
        values, places = values[given], {name: array[given] for name, array in places.items()}
    return values, places


def goes_with(values: Array, current: Array) -> bool:
    """Whether a counter rises with positive and falls with negative current.

    Parameters
    ----------
    values : array
        The counter, finite.
    current : array
        Current [A]. Where it never discharges, a counter cannot be told to be signed: False.
    """
    slack = _SLACK * (values.max() - values.min())
    discharges = np.count_nonzero(current < 0)
    pieces = (values[at : at + _PIECE + 1] for at in range(0, len(values), _PIECE))
    if 50 * sum(np.count_nonzero(np.diff(part) < -slack) for part in pieces) < discharges:
        return False  # the quick way out of what only grows
    change = np.diff(values)
    falls = change < -slack
    falls &= np.abs(values[1:]) > _NOTHING * np.abs(values[:-1])  # no restart
    if 50 * np.count_nonzero(falls) < discharges:
        return False
    flow = np.where(np.sign(current[1:]) == np.sign(current[:-1]), current[1:], 0.0)
    counts = falls | (change > slack)
    down, up = counts & (flow < 0), counts & (flow > 0)
    if not down.any():
        return False
    return bool(
        falls[down].mean() >= _FOLLOWS and (not up.any() or (~falls[up]).mean() >= _FOLLOWS)
    )


def _unwound(values: Array, places: dict[str, Array]) -> tuple[Array, dict[str, Array]]:
    """Turn a signed counter into one that only grows, but for its restarts.

    A signed counter restarts where it leaps to nothing, or leaps towards 0 against the current.
    """
    if len(values) < 2:
        return values, places
    before, change = values[:-1], np.diff(values)
    size = np.abs(change)
    moved = size[size > 0]
    usual = float(np.median(moved)) if len(moved) else 0.0
    towards = np.abs(values[1:]) < np.abs(before)
    leap = towards & (size > _LEAPS * usual) & (size > _CLEAR * float(np.abs(values).max()))
    against = np.zeros(len(change), bool)
    if "current" in places:
        current = places["current"]
        flow = np.sign(np.where(current[1:] == 0, current[:-1], current[1:]))
        against = np.sign(change) * flow < 0
    restart = leap & (against | (np.abs(values[1:]) <= _NOTHING * np.abs(before)))
    restart = np.r_[False, restart]
    begin = np.maximum.accumulate(np.where(restart, np.arange(len(values)), 0))
    grown = np.cumsum(np.where(restart, 0.0, np.r_[0.0, size]))
    return grown - grown[begin], places


def _allowed(values: Array, places: dict[str, Array], what: str = "") -> set[str]:
    """Say which scopes the values allow; `what` names the direction that is counted."""
    if len(values) < 2:
        return {"cycle", "step", "never"}
    lowest = float(values.min())
    span = float(values.max()) - lowest
    allowed = {"never", *({"cycle", "step"} & set(places))}
    for begin in range(0, len(values) - 1, _PIECE):
        piece = slice(begin, begin + _PIECE + 1)  # the last one is the first of the next piece
        part = values[piece]
        falls = part[1:] < part[:-1] - (1e-9 + _SLACK * span)
        clear = part > lowest + _CLEAR * span
        carried = ~falls & clear[:-1]
        if "current" in places and what in ("charging", "discharging"):
            # what a record counts while the current flows the other way passed before it
            current = places["current"][piece][1:]
            carried |= ~falls & clear[1:] & (current < 0 if what == "charging" else current > 0)
        if falls.any():
            allowed.discard("never")
        for name in allowed - {"never"}:
            given = places[name][piece]
            new = given[1:] != given[:-1]
            if falls[~new].any() or carried[new].any():
                allowed.discard(name)
        if not allowed:
            break
    return allowed


def name_by_restart(frame: pd.DataFrame, names: dict[str, str], notes: list[str]) -> pd.DataFrame:
    """Rename counters read as ``cycle_...`` where the values say that they restart otherwise.

    Parameters
    ----------
    frame : DataFrame
        A time series with `cycle_count`.
    names : dict
        {``cycle_...`` name: name of the same quantity that never restarts}.
    notes : list of str
        Where to say it.
    """
    if CYCLE not in frame.columns:
        return frame
    return settle_counters(frame, notes, names)


def positive(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Turn discharging counters that are written as negative numbers; capacities are positive."""
    for name in frame.columns:
        parts = _NAME.fullmatch(str(name))
        if parts and parts["what"] == "discharging":
            values = frame[name].to_numpy()
            if np.nanmax(values, initial=-np.inf) <= 0 and np.nanmin(values, initial=np.inf) < 0:
                frame[name] = 0.0 - values
                notes.append(f"{name} is written as a negative number; turned positive")
    return frame


def split_by_direction(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Split counters that count up in both directions by the current of their steps.

    Parameters
    ----------
    frame : DataFrame
        A time series with its current signed and `step_count`.
    notes : list of str
        Where to say it.

    Returns
    -------
    DataFrame
        In place of `step_cumulative_capacity_ah` the columns `step_charging_capacity_ah` and
        `step_discharging_capacity_ah`, and so for energy: all of it in that of the step's
        direction, 0 in the other. A counter is left whole where a step goes both ways, or where it
        holds something in a step without current.
    """
    counted = [
        name
        for name in frame.columns
        if str(name).startswith("step_cumulative_")
        and not {name.replace("cumulative", w) for w in _WAYS} & set(frame.columns)
    ]
    if not counted or not {STEP, CURRENT} <= set(frame.columns):
        return frame
    current, step = frame[CURRENT].to_numpy(), frame[STEP].to_numpy()
    begins = np.flatnonzero(np.r_[True, step[1:] != step[:-1]])
    least = 1e-3 * float(max(np.nanmax(current, initial=0.0), -np.nanmin(current, initial=0.0)))
    up = np.logical_or.reduceat(current > least, begins)
    down = np.logical_or.reduceat(current < -least, begins)
    if (up & down).any():
        row = int(begins[np.flatnonzero(up & down)[0]])
        notes.append(
            f"the step of record {row + 1} charges and discharges; {', '.join(counted)} not split"
        )
        return frame
    way = np.repeat(up.astype(np.int8) - down, np.diff(np.r_[begins, len(step)]))
    parts: dict[str, dict[str, Array]] = {}
    for name in counted:
        values = frame[name].to_numpy()
        missing = np.isnan(values)
        if ((values != 0) & ~missing & (way == 0)).any():
            notes.append(f"{name} is not 0 where no current flows; not split by direction")
            continue
        split = [name.replace("cumulative", what) for what in _WAYS]
        parts[name] = {new: np.zeros(len(values)) for new in split}
        for part, sign in zip(parts[name].values(), (1, -1), strict=True):
            np.copyto(part, values, where=(way == sign) | missing)
        notes.append(f"{name}: split into {' and '.join(split)} by the step's current")
    columns: dict[Any, Any] = {}
    for header, column in frame.items():
        columns.update(parts.get(str(header), {header: column}))
    return pd.DataFrame(columns, copy=False)
