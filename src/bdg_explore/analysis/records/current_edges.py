"""Edges of the current: where it goes from one level to another, and the voltage a while later."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .arrays import BLOCK_ROWS, Column, Floats, Ints

MOVING_SHARE: Final = 0.1  # of the least change: a record-to-record change that may be part of one
TRIMMED_SHARE: Final = 0.05  # of the whole change: what less than this adds at an end is noise
HOLD_SHARE: Final = 0.05  # of the change: how far the current may stray and still hold
LATE_SHARE: Final = 0.05  # of the delay: how far off a record may stand without interpolation
OLDEST_ALONE_SECOND: Final = 2.0  # of the only record before an edge
NEAR_ROWS: Final = 12  # rows by which an edge may reach to either side of a given one
EVERYWHERE_SHARE: Final = 20  # rows to look at, beside a given one, until all are looked at


@dataclass(frozen=True)
class CurrentEdges:
    """Edges of the current of one cell, in test order; one value an edge.

    Attributes
    ----------
    before, after : ndarray of int
        Last row with the old current, first row with the new one.
    start : ndarray
        Test time at which the change began [s].
    ramp : ndarray
        How long the change took, as far as the records tell [s].
    old, new : ndarray
        Current before and after [A], positive charges.
    """

    before: Ints
    after: Ints
    start: Floats
    ramp: Floats
    old: Floats
    new: Floats

    def __len__(self) -> int:
        return len(self.before)

    @property
    def change(self) -> Floats:
        """New minus old current [A]."""
        return self.new - self.old

    def chosen(self, which: NDArray[np.bool_]) -> "CurrentEdges":
        """Return some of the edges."""
        return CurrentEdges(**{name: values[which] for name, values in vars(self).items()})


def find_edges(
    time: Column,
    current: Column,
    *,
    least_change_ampere: float,
    step_time: Column | None = None,
    near: Ints | None = None,
) -> CurrentEdges:
    """Find where the current of a cell goes from one level to another.

    Parameters
    ----------
    time, current : ndarray
        Test time [s] and current [A] of the records of one cell, in test order.
    least_change_ampere : float
        Smallest change that counts [A].
    step_time : ndarray, optional
        Time since the tester's step began [s].
    near : ndarray of int, optional
        Look only beside these; everywhere if not given.

    Returns
    -------
    CurrentEdges
        The edges, whatever they take; those of a slow ramp say so in `ramp`.

    Notes
    -----
    Changes from record to record that go the same way one after the other are one edge, if each
    is more than a tenth of the least change and all together are more than the least change. What
    adds less than 5 % at either end is noise and trimmed off.

    The change begins at the last record of the old current, and takes until the first of the new
    one. Where `step_time` tells that a step of the tester began in between, it begins there; and
    if no record stands on the ramp it took no time, since testers switch within milliseconds.
    Records without a current end an edge.
    """
    level = MOVING_SHARE * least_change_ampere
    if near is None or EVERYWHERE_SHARE * len(near) > len(current):
        first, last = _merged(_moving(current, level), current)
    else:
        first, last = _grown(current, level, near)
    if len(first):
        # a small share of the change at one end is noise, and may happen at both
        total = np.abs(_values(current, last + 1) - _values(current, first))
        longer = last > first
        small = _steps(current, first) < TRIMMED_SHARE * total
        first = first + (longer & small)
        small = _steps(current, last) < TRIMMED_SHARE * total
        last = last - ((last > first) & small)
    before, after = first, last + 1
    old, new = _values(current, before), _values(current, after)
    keep = np.abs(new - old) > least_change_ampere
    before, after, old, new = before[keep], after[keep], old[keep], new[keep]
    start, end = _values(time, before), _values(time, after)
    ramp = end - start
    if step_time is not None:
        own = _values(step_time, after)
        began = np.clip(end - own, start, end)
        slack = 1e-3 + 2e-7 * own  # two clocks, rounded apart
        inside = (own >= 0) & (end - own >= start - slack)
        ramp = np.where(inside, np.where(after == before + 1, 0.0, end - began), ramp)
        start = np.where(inside, began, start)
    return CurrentEdges(before, after, start, ramp, old, new)


def held_after(
    edges: CurrentEdges,
    time: Column,
    voltage: Column,
    current: Column,
    delay_second: float,
) -> tuple[Floats, Floats]:
    """Return voltage and current a delay after each edge, if the new current held so long.

    Parameters
    ----------
    edges : CurrentEdges
        What `find_edges` found, in test order.
    time, voltage, current : ndarray
        Test time [s], voltage [V] and current [A] of the records.
    delay_second : float
        Time since the edge began [s].

    Returns
    -------
    tuple of ndarray
        Voltage [V] and current [A], one value an edge. NaN where the current strayed by more than
        5 % of the edge's change before, where the records end earlier, and where none is near.

    Notes
    -----
    Interpolated linearly between the records on either side, which may stand no further apart
    than the delay, unless one is within 5 % of it. Nothing is taken from before the edge.
    """
    result = np.full(len(edges), np.nan), np.full(len(edges), np.nan)
    rows = len(time)
    if not len(edges):
        return result
    target = edges.start + delay_second
    slack = LATE_SHARE * delay_second
    # the first record at or after the moment, and the one before; none of before the edge
    later = np.searchsorted(time, target, side="left")
    later = np.maximum(later, edges.after)
    earlier = np.maximum(later - 1, edges.after)
    ended = later >= rows
    later = np.minimum(later, rows - 1)
    earlier = np.minimum(earlier, later)
    begin, end = _values(time, earlier), _values(time, later)
    late, early = np.abs(end - target) <= slack, np.abs(begin - target) <= slack
    between = (begin <= target) & (target <= end) & (end - begin <= delay_second)
    known = between | late | early
    known &= ~ended | early
    # a record that is near enough is taken as it stands where one cannot interpolate
    share = np.zeros(len(edges))
    wide = end > begin
    share[wide] = np.clip((target - begin)[wide] / (end - begin)[wide], 0.0, 1.0)
    share = np.where(between, share, np.where(late & ~ended, 1.0, 0.0))
    stop = np.where(share > 0, later, earlier)
    next_edge = np.append(edges.before[1:], rows)
    known &= stop <= next_edge
    known[known] = _holds(edges.chosen(known), current, stop[known])
    where = np.flatnonzero(known)
    for out, values in zip(result, (voltage, current), strict=True):
        low, high = _values(values, earlier[where]), _values(values, stop[where])
        out[where] = low + share[where] * (high - low)
    return result


def response(
    edges: CurrentEdges, time: Column, voltage: Column, current: Column, delay_second: float
) -> Floats:
    """Return how far the voltage moved a delay after each edge, over the change of the current.

    Parameters
    ----------
    edges, time, voltage, current, delay_second
        As `held_after` takes them.

    Returns
    -------
    ndarray
        ``dV / dI`` [Ohm]. NaN as of `held_after`, and where `forgotten`; zero or less where the
        voltage moved of itself, or was not yet measured anew: no resistance.
    """
    there, flowing = held_after(edges, time, voltage, current, delay_second)
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = (there - _values(voltage, edges.before)) / (flowing - edges.old)
    return np.where(forgotten(edges, time, current), np.nan, moved)


def forgotten(edges: CurrentEdges, time: Column, current: Column) -> NDArray[np.bool_]:
    """Return at which edges nobody knows the voltage just before.

    There one record stands for all that was before, and is older than 2 s: the first of a
    step, as files have it that keep one record a step. The cell went on while nobody looked.
    """
    old = edges.start - _values(time, edges.before) > OLDEST_ALONE_SECOND
    earlier = np.maximum(edges.before - 1, 0)
    moved = np.abs(_values(current, edges.before) - _values(current, earlier))
    alone: NDArray[np.bool_] = moved > HOLD_SHARE * np.abs(edges.change)
    return old & alone


def _holds(edges: CurrentEdges, current: Column, stop: Ints) -> NDArray[np.bool_]:
    """Return for which edges the new current holds from the edge to a row."""
    counts = stop - edges.after + 1
    begins = np.cumsum(counts) - counts
    holds: NDArray[np.bool_] = np.ones(len(edges), dtype=bool)
    if len(edges):
        rows = np.arange(counts.sum()) + np.repeat(edges.after - begins, counts)
        strayed = np.abs(_values(current, rows) - np.repeat(edges.new, counts))
        holds = np.maximum.reduceat(strayed, begins) <= HOLD_SHARE * np.abs(edges.change)
    return holds


def _moving(current: Column, level: float) -> Ints:
    """Return the rows from which the current changes by more than a level to the next."""
    found = [np.zeros(0, dtype=np.int64)]
    for begin in range(0, len(current) - 1, BLOCK_ROWS):
        part = np.asarray(current[begin : begin + BLOCK_ROWS + 1], dtype=np.float64)
        found.append(np.flatnonzero(np.abs(np.diff(part)) > level) + begin)
    return np.concatenate(found)


def _grown(current: Column, level: float, near: Ints) -> tuple[Ints, Ints]:
    """Return the first and the last row of the changes beside some rows."""
    end = len(current) - 2  # the last row from which there is a next one
    around = np.clip(near[:, None] + np.arange(-2, 1), 0, end)
    steps = _steps(current, around)
    steps[np.isnan(steps)] = 0.0
    most = np.argmax(steps, axis=1)
    line = np.flatnonzero(steps[np.arange(len(near)), most] > level)
    first = np.sort(around[line, most[line]])
    last = first.copy()
    way = np.where(_values(current, first + 1) > _values(current, first), 1.0, -1.0)
    for rows, by in ((first, -1), (last, 1)):
        active = np.arange(len(rows))
        for _ in range(NEAR_ROWS):
            beside = rows[active] + by
            active = active[(beside >= 0) & (beside <= end)]
            beside = rows[active] + by
            change = _values(current, beside + 1) - _values(current, beside)
            active = active[way[active] * change > level]
            if not len(active):
                break
            rows[active] += by
    apart = np.append(True, first[1:] != first[:-1])[: len(first)]
    return first[apart], last[apart]


def _merged(moving: Ints, current: Column) -> tuple[Ints, Ints]:
    """Return the first and the last of the rows that follow each other and go the same way."""
    if not len(moving):
        return moving, moving
    upwards = _values(current, moving + 1) > _values(current, moving)
    apart = (np.diff(moving) > 1) | (upwards[1:] != upwards[:-1])
    cut = np.flatnonzero(apart)
    return moving[np.append(0, cut + 1)], moving[np.append(cut, len(moving) - 1)]


def _steps(current: Column, rows: Ints) -> Floats:
    """Return by how much the current changes from each of the rows to the next [A]."""
    return np.abs(_values(current, rows + 1) - _values(current, rows))


def _values(column: Column, rows: Ints) -> Floats:
    return np.asarray(column[rows], dtype=np.float64)
