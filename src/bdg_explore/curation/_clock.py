"""The clock of a test: duplicates, restarts, steps back and standing still; and a time that runs.

What is found here is told by the rules of time; the time that runs is what the later rules work
on, so that one fault of the clock is told once and not again by everything that uses time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from ._rule import Bools, Column, Floats, Ints, span_of
from .settings import Settings

LEAST_REPEATED: Final = 3  # records in a row, for a block to be one that was copied
SWITCH_SHARE: Final = 0.01  # of the largest current: a jump by more is a switch

_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Clock:
    """What the clock did; rows are positions in what was given.

    Attributes
    ----------
    time : ndarray
        Time that never runs back [unit of the column], of the kept records.
    kept : ndarray of int, optional
        The records that are no duplicates; None if all are kept.
    duplicates, restarts, backward, stuck, outliers : ndarray of int
        Records that repeat another one; with which a cycle's own time begins anew; that lie
        before the record before them; at which the clock stood still; that alone are misdated,
        so that time runs on without them.
    cycles : int
        Number of places at which one cycle follows another.
    """

    time: Floats
    kept: Ints | None = None
    duplicates: Ints = field(default_factory=lambda: _NONE)
    restarts: Ints = field(default_factory=lambda: _NONE)
    backward: Ints = field(default_factory=lambda: _NONE)
    stuck: Ints = field(default_factory=lambda: _NONE)
    outliers: Ints = field(default_factory=lambda: _NONE)
    cycles: int = 0

    def among(self, rows: Ints) -> "Clock":
        """Return the same of a table of which only some rows have a time."""
        return Clock(
            self.time,
            rows if self.kept is None else rows[self.kept],
            rows[self.duplicates],
            rows[self.restarts],
            rows[self.backward],
            rows[self.stuck],
            rows[self.outliers],
            self.cycles,
        )


def read_clock(
    time: Floats,
    *,
    measured: Sequence[Column],
    labels: Sequence[Column],
    cycle: Column | None,
    settings: Settings,
) -> Clock:
    """Follow the clock from record to record.

    Parameters
    ----------
    time : ndarray
        Test time, all finite, in the order of the file.
    measured : sequence of ndarray
        Voltage and current of the same records.
    labels : sequence of ndarray
        Numbers of cycles and steps, those there are.
    cycle : ndarray, optional
        Numbers of cycles.
    settings : Settings
        Thresholds.

    Returns
    -------
    Clock
        What was found.
    """
    passed = np.diff(time)
    if not len(passed) or np.min(passed) > 0:
        return Clock(time)
    forward = passed[passed > 0]
    absolute, relative = settings.time_slack
    slack = absolute + relative * float(np.median(forward)) if len(forward) else absolute
    slack += float(np.spacing(np.max(np.abs(time))))

    restarts, boundaries = _restarts(time, passed, cycle, slack, settings)
    running = _run_on(time, restarts) if len(restarts) else time
    duplicates = _duplicates(running, measured, labels)
    kept = np.arange(len(time))
    if len(duplicates):
        kept = np.delete(kept, duplicates)
        running = running[kept]
    passed = np.diff(running)
    backward = np.flatnonzero(passed < -slack) + 1
    still = np.flatnonzero(np.abs(passed) <= slack) + 1
    stuck = still[~_switches(kept[still], kept[still - 1], measured[-1], labels)]
    mended, outliers = _forward(running, backward)
    return Clock(
        mended,
        kept if len(duplicates) else None,
        duplicates,
        restarts,
        kept[backward],
        kept[stuck],
        kept[outliers],
        len(boundaries),
    )


def _restarts(
    time: Floats, passed: Floats, cycle: Column | None, slack: float, settings: Settings
) -> tuple[Ints, Ints]:
    """Return the first records of cycles that begin their own time; and where cycles follow."""
    if cycle is None:
        return _NONE, _NONE
    boundaries = np.flatnonzero(np.diff(cycle) > 0) + 1
    falls = np.flatnonzero(passed < -slack) + 1
    mine = np.intersect1d(falls, boundaries)
    if not len(mine) or len(mine) < settings.restart_share * len(boundaries):
        return _NONE, boundaries
    if len(mine) < len(falls) / 2:  # time falls everywhere, cycles have no part in it
        return _NONE, boundaries
    starts = np.concatenate(([0], boundaries))
    length = np.maximum.reduceat(time, starts) - np.minimum.reduceat(time, starts)
    to_zero = time[mine] <= time[0] + 0.1 * float(np.median(length))
    if to_zero.mean() < settings.restart_share:
        return _NONE, boundaries
    return mine, boundaries


def _run_on(time: Floats, restarts: Ints) -> Floats:
    """Let time run on over its restarts: each begins where the record before it ended."""
    lost = np.zeros(len(time))
    lost[restarts] = time[restarts - 1] - time[restarts]
    running: Floats = time + np.cumsum(lost)
    return running


def _duplicates(time: Floats, measured: Sequence[Column], labels: Sequence[Column]) -> Ints:
    """Return the records whose time, voltage and current another record has had already."""
    order = np.argsort(time, kind="stable")
    ordered = time[order]
    same = ordered[1:] == ordered[:-1]
    near = np.zeros(len(time), dtype=bool)
    near[1:] |= same
    near[:-1] |= same
    rows = np.sort(order[near])
    if not len(rows):
        return _NONE
    table = pd.DataFrame({i: c[rows] for i, c in enumerate((time, *measured))})
    told = table.duplicated(keep="first") & table.notna().all(axis=1)
    found = rows[told.to_numpy()]
    # a step may end and the next begin with one and the same measurement
    before = np.maximum(found - 1, 0)
    begins = np.zeros(len(found), dtype=bool)
    for label in labels:
        begins |= label[found] != label[before]
    beside = time[found] == time[before]
    found = found[~(begins & beside)]
    # elsewhere in the table, one record may be like another by chance: at rest, on a coarse clock
    apart = found[time[found] != time[np.maximum(found - 1, 0)]]
    runs = np.split(apart, np.flatnonzero(np.diff(apart) > 1) + 1)
    chance = [run for run in runs if len(run) < LEAST_REPEATED]
    return np.setdiff1d(found, np.concatenate(chance)) if chance else np.asarray(found)


def _switches(rows: Ints, before: Ints, current: Column, labels: Sequence[Column]) -> Bools:
    """Return at which records the tester has switched: there, two may share one time."""
    jump = np.abs(current[rows] - current[before])
    low, high = span_of(current)
    found: Bools = jump > SWITCH_SHARE * max(-low, high)
    for label in labels:
        found |= label[rows] != label[before]
    return found


def _forward(time: Floats, backward: Ints) -> tuple[Floats, Ints]:
    """Return a time that never falls, and its outliers: they are flattened, restarts run on."""
    if not len(backward):  # it may still fall by rounding
        return np.maximum.accumulate(time), _NONE
    mended = time.copy()
    last = backward - 1
    before = np.maximum(last - 1, 0)
    high = (last > 0) & (time[backward] >= time[before])  # the record before is too late
    mended[last[high]] = time[before[high]]
    after = np.minimum(backward + 1, len(time) - 1)
    low = ~high & (after > backward) & (time[after] >= time[last])  # this record is too early
    mended[backward[low]] = time[last[low]]
    falls = np.flatnonzero(np.diff(mended) < 0) + 1
    outliers = np.union1d(last[high], backward[low])
    running = _run_on(mended, falls) if len(falls) else mended
    return np.maximum.accumulate(running), outliers
