"""The part of a charge at constant voltage: when the limit is reached and the current falls."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..records.arrays import Column, Floats, Ints, Records
from ..records.spans import Spans

LEAST_SECOND: Final = 60.0
WINDOW_VOLT: Final = 0.005  # how far the voltage may be off its limit
FALLEN_SHARE: Final = 0.99  # of its level before: below it the current is falling
LEAST_FALL: Final = 0.95  # a current that ends above this share of its level never fell
PROBES: Final = 8
LOOKS: Final = 4  # at the current of a step, to see whether it fell
LAST_ROWS: Final = 5  # at the end of a span, whose median is the voltage of the limit


def constant_voltage(
    records: Records, steps: Spans, way: int, gap_rows: Ints
) -> tuple[Floats, Floats]:
    """Return time and charge of the constant-voltage part of every cycle's charge.

    Parameters
    ----------
    records : Records
        One cell.
    steps : Spans
        Its stretches of one direction in one step.
    way : {1, -1}
        Charge or discharge.
    gap_rows : ndarray of int
        Rows at which intervals begin that do not count.

    Returns
    -------
    tuple of ndarray
        Seconds and ampere seconds, one value a cycle, 0 where there is no such part.

    Notes
    -----
    Looked for in every step of a minute or more, since testers may rest before they hold. The
    voltage limit is that at the step's end (median of five records); the part reaches back from
    there as long as the voltage is within 5 mV of it, to where the current began to fall (last
    record with 99 % of its level). It is found by probing ever finer, not by looking at every
    record.
    """
    cycles = len(records.starts)
    chosen = np.flatnonzero((steps.way == way) & (steps.seconds >= LEAST_SECOND))
    first, last = steps.first[chosen], steps.stop[chosen] - 1
    falls = _falls(records.current, first, last)
    chosen, first, last = chosen[falls], first[falls], last[falls]
    begin = _begin(records, first, last)
    seconds, charge = steps.seconds[chosen], steps.charge[chosen]  # if it holds from the beginning
    later = np.flatnonzero(begin > first)
    if len(later):
        seconds[later], charge[later] = _sums(records, begin[later], last[later], gap_rows)
    cycle = steps.cycle[chosen]
    return np.bincount(cycle, seconds, cycles), np.bincount(cycle, charge, cycles)


def _falls(current: Column, first: Ints, last: Ints) -> NDArray[np.bool_]:
    share = np.linspace(0.0, 1.0, LOOKS)
    rows = first[:, None] + ((last - first)[:, None] * share).astype(np.int64)
    flow = np.abs(np.asarray(current[rows], dtype=np.float64))
    fallen: NDArray[np.bool_] = flow[:, -1] < LEAST_FALL * flow.max(axis=1)
    return fallen & (last - first >= 2)


def _begin(records: Records, first: Ints, last: Ints) -> Ints:
    """Return the rows from which the voltage stays and the current falls."""
    ends = np.maximum(last[:, None] - np.arange(LAST_ROWS), first[:, None])
    limit = np.median(np.asarray(records.voltage[ends], dtype=np.float64), axis=1)

    def off(rows: Ints, which: Ints) -> NDArray[np.bool_]:
        far: NDArray[np.bool_] = np.abs(records.voltage[rows] - limit[which, None]) > WINDOW_VOLT
        return far

    reached = np.minimum(_last_row(first, last, off) + 1, last)
    level = FALLEN_SHARE * np.abs(np.asarray(records.current[reached], dtype=np.float64))

    def flows(rows: Ints, which: Ints) -> NDArray[np.bool_]:
        still: NDArray[np.bool_] = np.abs(records.current[rows]) >= level[which, None]
        return still

    return _last_row(reached, last, flows)


def _last_row(first: Ints, last: Ints, holds: "Callable[[Ints, Ints], NDArray[np.bool_]]") -> Ints:
    """Return the last row, of those from `first` to `last`, for which something holds.

    It must not hold on from there to `last`; `first` minus 1 if it holds for none.
    """
    low, high = first - 1, last + 1  # holds up to low, does not from high on
    active = np.flatnonzero(high - low > 1)
    while len(active):
        width = (high - low)[active, None]
        rows = low[active, None] + 1 + (width - 1) * np.arange(PROBES) // PROBES
        found = holds(rows, active)
        some = found.any(axis=1)
        place = PROBES - 1 - np.argmax(found[:, ::-1], axis=1)
        line = np.arange(len(active))
        beyond = np.where(
            place < PROBES - 1, rows[line, np.minimum(place + 1, PROBES - 1)], high[active]
        )
        high[active] = np.where(some, beyond, rows[:, 0])
        low[active] = np.where(some, rows[line, place], low[active])
        active = active[(high - low)[active] > 1]
    return low


def _sums(records: Records, begin: Ints, last: Ints, gap_rows: Ints) -> tuple[Floats, Floats]:
    counts = last - begin + 1
    starts = np.cumsum(counts) - counts
    rows = np.arange(counts.sum()) + np.repeat(begin - starts, counts)
    time = np.asarray(records.time[rows], dtype=np.float64)
    flow = np.asarray(records.current[rows], dtype=np.float64)
    interval = np.append(np.diff(time), 0.0)
    interval[starts[1:] - 1] = 0.0
    if len(gap_rows):
        interval[np.isin(rows, gap_rows)] = 0.0
    moved = interval.copy()
    moved[:-1] *= 0.5 * np.abs(flow[1:] + flow[:-1])
    return np.add.reduceat(interval, starts), np.add.reduceat(np.nan_to_num(moved), starts)
