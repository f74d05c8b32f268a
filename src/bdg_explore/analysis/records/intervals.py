"""Which intervals between records count: none between cycles, across gaps or across jumps."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .arrays import Column, Floats, Ints, Records, time_error

LEAST_GAP_SECOND: Final = 600.0
PAUSE_SECOND: Final = 3600.0
GAP_FACTOR: Final = 10.0

Note = Callable[[str, Ints, Floats], None]
"""Takes the name of a sum, the rows at which intervals begin, and what to add to the sum."""


def counted_intervals(
    records: Records,
    rows: slice,
    current: Floats,
    voltage: Floats,
    *,
    rest: float,
    missing: bool,
    note: Note,
    out: Floats,
    flags: NDArray[np.bool_],
) -> tuple[Floats, Ints]:
    """Return the times between the records of a block [s], 0 where nothing is to be integrated.

    Parameters
    ----------
    records : Records
        The whole cell.
    rows : slice
        The block.
    current, voltage : ndarray
        Of the block and, if there is one, of the record that follows it.
    rest : float
        Up to this magnitude a current counts as rest [A].
    missing : bool
        Whether a current or a voltage may be missing in the block.
    note : callable
        Told what was left out (``gap``, ``switching``), what a new step is owed (``hold_...``) and
        which intervals are longer than an hour (``paused``), left out or not.
    out : ndarray
        Where to put the result.
    flags : ndarray of bool
        Room to work in, one a record.

    Returns
    -------
    tuple of ndarray
        One interval a record, from it to the next (the last record of a cell has 0), and the rows
        of the block after which the tester's step changes.
    """
    begin, end = rows.start, rows.stop
    time = np.asarray(records.time[begin : end + 1], dtype=np.float64)
    interval = out[: end - begin]
    interval[-1] = 0.0
    inner = interval[: len(time) - 1]
    with np.errstate(invalid="ignore"):  # two infinite times are an error of ours, below
        np.subtract(time[1:], time[:-1], out=inner)
    where = np.zeros(0, dtype=np.int64)
    if not len(inner):
        if not np.isfinite(time).all():
            raise time_error(records)
        return interval, where
    shortest = float(np.min(inner))
    # were all others as short as the shortest, how long could the longest be?
    longest = shortest + float(time[-1] - time[0]) - len(inner) * shortest
    if not (shortest >= 0 and longest < np.inf):
        raise time_error(records)

    low, high = np.searchsorted(records.starts, (begin, end), side="right")
    inner[records.starts[low:high] - begin - 1] = 0.0
    far_apart = longest > LEAST_GAP_SECOND and bool(np.max(inner) > LEAST_GAP_SECOND)
    if far_apart:
        long = np.flatnonzero(inner > PAUSE_SECOND)
        note("paused", begin + long, inner[long])
    if missing:
        _leave_out_missing(begin, inner, current, voltage, note)
    if far_apart:
        _leave_out_gaps(records, begin, inner, current, note)
    if records.step is not None:
        where = _step_changes(records.step, begin, len(inner), flags)
        _leave_out_switches(records, begin, where, inner, current, voltage, rest, note)
    return interval, where


def _leave_out_missing(
    begin: int, inner: Floats, current: Floats, voltage: Floats, note: Note
) -> None:
    missing = np.isnan(current) | np.isnan(voltage)
    where = np.flatnonzero((missing[1:] | missing[:-1]) & (inner > 0))
    note("gap", begin + where, inner[where])
    inner[where] = 0.0


def _leave_out_gaps(
    records: Records, begin: int, inner: Floats, current: Floats, note: Note
) -> None:
    where = np.flatnonzero(inner > LEAST_GAP_SECOND)
    where = where[(current[where] != 0) | (current[where + 1] != 0)]
    cycles = records.cycle_of(begin + where)
    usual = np.zeros(len(where))
    for cycle in np.unique(cycles):
        inside = slice(records.starts[cycle], records.ends[cycle] + 1)
        times = np.asarray(records.time[inside], dtype=np.float64)
        usual[cycles == cycle] = np.median(np.diff(times))
    where = where[inner[where] > GAP_FACTOR * usual]
    note("gap", begin + where, inner[where])
    inner[where] = 0.0


def _step_changes(step: Column, begin: int, count: int, flags: NDArray[np.bool_]) -> Ints:
    part = step[begin : begin + count + 1]
    return np.flatnonzero(np.not_equal(part[1:], part[:-1], out=flags[:count]))


def _leave_out_switches(
    records: Records,
    begin: int,
    where: Ints,
    inner: Floats,
    current: Floats,
    voltage: Floats,
    rest: float,
    note: Note,
) -> None:
    """Leave out jumps of the current at step changes; credit the new step what it owns."""
    where = where[inner[where] > 0]
    after = where + 1
    one, other = current[where], current[after]
    flows_on = (np.minimum(one, other) > rest) | (np.maximum(one, other) < -rest)
    where, after = where[~flows_on], after[~flows_on]
    if not len(where):
        return
    span = inner[where]
    inner[where] = 0.0
    note("switching", begin + where, span)
    if records.step_time is None:
        return
    own = np.asarray(records.step_time[begin + after], dtype=np.float64)
    held = np.clip(np.nan_to_num(own, nan=0.0), 0.0, span)
    for name, sign in (("charge", 1.0), ("discharge", -1.0)):
        passed = held * np.maximum(sign * current[after], 0.0)
        note(f"hold_{name}", begin + where, passed)
        note(f"hold_{name}_energy", begin + where, passed * voltage[after])
        note(f"hold_{name}_time", begin + where, held * (passed > 0))
