"""Where two parts of a test meet: what they share, how long the pause was, what restarts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    COLUMNS,
    CURRENT,
    CYCLE,
    RECORD,
    STEP,
    STEP_ID,
    STEP_TIME,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

NUMBERS: Final = (CYCLE, STEP, RECORD)
NEVER_RESET: Final = tuple(
    f"{direction}_{quantity}"
    for quantity in ("capacity_ah", "energy_wh")
    for direction in ("charging", "discharging", "cumulative", "net")
)
_FEW: Final = 3  # equal records that may be so by chance, for instance at the begin of a rest


@dataclass(frozen=True)
class Laid:
    """A part that has its place.

    Attributes
    ----------
    frame : DataFrame
        The part as it was read.
    add : dict
        {column: what is added to it, so that it goes on from the part before}.
    """

    frame: pd.DataFrame
    add: dict[str, float] = field(default_factory=dict)


@dataclass
class Seam:
    """How a part follows the ones before it.

    Attributes
    ----------
    keep : array of bool
        Records of the part that the parts before do not have.
    shared : int
        Records that are left out because they do.
    add : dict
        {column: what to add to the part's values}.
    pause : float
        Time between the last record before and the first one after [s]; NaN where not known.
    notes : list of str
        What was done and why.
    evidence : str
        What in the records says that the part goes on where the one before ended; empty if
        nothing does.
    conflict : str
        Why the two cannot be parts of one test; empty if they can.
    """

    keep: Any
    shared: int = 0
    add: dict[str, float] = field(default_factory=dict)
    pause: float = np.nan
    notes: list[str] = field(default_factory=list)
    evidence: str = ""
    conflict: str = ""


@dataclass(frozen=True)
class _Twins:
    """One record that stands in a part before, and in the part that follows."""

    laid: Laid
    theirs: int
    mine: int


def seam(laid: Sequence[Laid], part: pd.DataFrame) -> Seam:
    """Say how a part follows.

    Parameters
    ----------
    laid : sequence of Laid
        The parts before, in order. Those that ended before the part began may be left out, but
        the last one not. None of them is empty.
    part : DataFrame
        The part that follows, as it was read.
    """
    found = Seam(np.ones(len(part), bool))
    if not len(part):
        return found
    last = laid[-1]
    names = set(part.columns) & set(last.frame.columns)
    twins = _shared(laid, part, found)
    if found.conflict or found.shared == len(part):
        return found
    restarted = TEST_TIME in names and _restarts(last.frame, part)
    if TEST_TIME in names:
        if twins is not None:
            found.add[TEST_TIME] = _difference(twins, part, TEST_TIME)
        elif restarted:
            found.add[TEST_TIME] = _after_pause(last, part, found)
        else:
            found.add[TEST_TIME] = last.add.get(TEST_TIME, 0.0)
            if len(last.frame) > _FEW:
                found.evidence = "test time runs on"
    for name in (*NUMBERS, *NEVER_RESET):
        if name not in names:
            continue
        if twins is not None:
            add = _difference(twins, part, name)
        elif name in NUMBERS:
            add = _go_on(name, laid, part, restarted)
        else:
            add = _count_on(name, last, part, restarted)
        if add != last.add.get(name, 0.0):
            unit = COLUMNS[name].unit.replace("1", "").rjust(1)
            found.notes.append(f"{name} restarts; {add:.6g}{unit} is added so that it goes on")
        found.add[name] = add
    return found


def _shared(laid: Sequence[Laid], part: pd.DataFrame, found: Seam) -> _Twins | None:
    """Mark the records that a part before has too; return the last one of them."""
    dated = all(_known(frame, UNIX_TIME) for frame in (*(one.frame for one in laid), part))
    clock = UNIX_TIME if dated else TEST_TIME
    compared = laid if dated else laid[-1:]  # test times of others are not on the same clock
    needs = {clock, VOLTAGE, CURRENT}
    if not all(needs <= set(frame.columns) for frame in (*(one.frame for one in compared), part)):
        return None
    mine = part[clock].to_numpy(float)
    theirs = [one.frame[clock].to_numpy(float) for one in compared]
    end = max(clock.max() for clock in theirs)
    inside = np.flatnonzero(mine <= end)
    if not len(inside):
        return None
    records = _records(part.iloc[inside], clock)
    equal = np.zeros(len(inside), bool)
    twins = None
    for one, times in zip(compared, theirs, strict=True):
        places = np.flatnonzero(times >= mine.min())
        held = _records(one.frame.iloc[places], clock)
        same = np.isin(records, held)
        equal |= same
        if same.any():
            place = int(np.flatnonzero(same)[-1])
            twins = _Twins(one, int(places[held == records[place]][-1]), int(inside[place]))
    if not dated and not (equal.all() and len(inside) > min(_FEW, len(part) - 1)):
        return None  # the clock begins anew: nothing can be compared
    early = mine[inside][~equal] < end - _resolution(mine, *theirs)
    if dated and early.any():
        found.conflict = (
            f"runs at the same time as a part before it and holds other records then "
            f"({int(early.sum())} of {len(inside)})"
        )
        return None
    if twins is not None:
        found.keep[inside[equal]] = False
        found.shared = int(equal.sum())
        found.notes.append(f"{found.shared} records that stand in a part before are left out")
        if found.shared > _FEW or found.shared == len(part):
            found.evidence = "records in common"
    return twins


def _known(frame: pd.DataFrame, name: str) -> bool:
    return name in frame and bool(np.isfinite(frame[name].to_numpy(float)).all())


def _records(frame: pd.DataFrame, clock: str) -> Any:
    """One value a record, equal where time, voltage and current are."""
    columns = [frame[name].to_numpy(float) for name in (clock, VOLTAGE, CURRENT)]
    stacked = np.column_stack([np.nan_to_num(values, nan=1e300) + 0.0 for values in columns])
    return np.ascontiguousarray(stacked).view([("t", "f8"), ("v", "f8"), ("i", "f8")]).ravel()


def _resolution(*clocks: Any) -> float:
    """Smallest step [s] by which the clocks advance; dates are often whole minutes."""
    steps = np.concatenate([np.diff(clock) for clock in clocks])
    steps = steps[steps > 0]
    return float(steps.min()) if len(steps) else 0.0


def _restarts(before: pd.DataFrame, part: pd.DataFrame) -> bool:
    """Whether the test's clock begins anew with the part."""
    if _first(part, TEST_TIME) < _last(before, TEST_TIME):
        return True
    # a short part may end before the next one's first record: then records count from one again
    again = RECORD in part and RECORD in before
    return again and _first(part, RECORD) <= _first(before, RECORD)


def _after_pause(last: Laid, part: pd.DataFrame, found: Seam) -> float:
    """Return what makes test time run on: the real pause where clocks tell it."""
    if all(_known(frame, UNIX_TIME) for frame in (last.frame, part)):
        pause = max(0.0, _first(part, UNIX_TIME) - _last(last.frame, UNIX_TIME))
        found.pause = pause
        how = f"by {UNIX_TIME} the pause is {pause:g} s"
    else:
        steps = np.diff(last.frame[TEST_TIME].to_numpy(float)[-1000:])
        steps = steps[steps > 0]
        pause = float(np.median(steps)) if len(steps) else 0.0
        how = f"the pause is not known and taken as one sampling interval, {pause:g} s"
    add = _end(last, TEST_TIME) + pause - _first(part, TEST_TIME)
    found.notes.append(f"{TEST_TIME} restarts; {how}, so {add:.10g} s are added")
    return add


def _go_on(name: str, laid: Sequence[Laid], part: pd.DataFrame, restarted: bool) -> float:
    """Return what makes a number go on: cycles, steps, records."""
    last = laid[-1]
    first, end, begin = _first(part, name), _last(last.frame, name), _first(last.frame, name)
    anew = first < end or (restarted and first <= begin)
    if not anew or not np.isfinite([first, end]).all():
        return last.add.get(name, 0.0)
    peaks = [
        np.nanmax(one.frame[name].to_numpy(float)) + one.add.get(name, 0.0)
        for one in laid
        if name in one.frame
    ]
    goes_on_in_step = name == STEP and _same_step(last.frame, part)
    return float(max(peaks)) - first + (0.0 if goes_on_in_step else 1.0)


def _same_step(before: pd.DataFrame, part: pd.DataFrame) -> bool:
    """Whether the part goes on in the step in which the one before it ends."""
    told = [name for name in (STEP_ID, CYCLE, STEP_TIME) if name in part and name in before]
    if STEP_TIME not in told or STEP_ID not in told:
        return False
    alike = all(_first(part, name) == _last(before, name) for name in told if name != STEP_TIME)
    return alike and _first(part, STEP_TIME) > _last(before, STEP_TIME)


def _count_on(name: str, last: Laid, part: pd.DataFrame, restarted: bool) -> float:
    """Return what makes a counter that never resets count on."""
    first, end = _first(part, name), _last(last.frame, name)
    if not np.isfinite([first, end]).all():
        return last.add.get(name, 0.0)
    if name.startswith("net"):  # it may fall by itself
        anew = restarted and abs(first) < abs(first - end)
    else:
        slack = 1e-9 + 1e-6 * float(np.nanmax(np.abs(last.frame[name].to_numpy(float))))
        anew = first < end - slack
    return _end(last, name) if anew else last.add.get(name, 0.0)


def _difference(twins: _Twins, part: pd.DataFrame, name: str) -> float:
    """Return how much less a column has in the part for one and the same record."""
    if name not in twins.laid.frame:
        return 0.0
    ours = float(twins.laid.frame[name].iloc[twins.theirs]) + twins.laid.add.get(name, 0.0)
    found = ours - float(part[name].iloc[twins.mine])
    return found if np.isfinite(found) else 0.0


def _end(last: Laid, name: str) -> float:
    return _last(last.frame, name) + last.add.get(name, 0.0)


def _first(frame: pd.DataFrame, name: str) -> float:
    return _given(frame, name, 0)


def _last(frame: pd.DataFrame, name: str) -> float:
    return _given(frame, name, -1)


def _given(frame: pd.DataFrame, name: str, place: int) -> float:
    values = frame[name].to_numpy(float)
    values = values[np.isfinite(values)]
    return float(values[place]) if len(values) else float("nan")
