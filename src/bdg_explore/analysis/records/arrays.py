"""The records of one cell as plain arrays, cut into cycles and into blocks of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bdg_explore.columns import TEST_TIME
from bdg_explore.errors import FrameError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Column = NDArray[Any]
Rows = range | Ints

BLOCK_ROWS: Final = 131_072  # large enough to forget the loop, small enough to stay in cache


@dataclass(frozen=True)
class Records:
    """The records of one cell, in test order.

    Attributes
    ----------
    time, voltage, current : ndarray
        Test time [s], voltage [V], current [A], positive charges.
    starts : ndarray of int
        Row at which each cycle begins; the first is 0.
    temperature : ndarray, optional
        Temperature [degC].
    step : ndarray, optional
        A number that changes whenever the tester's program goes on to its next step.
    step_time : ndarray, optional
        Time since the step began [s].
    rows : sequence of int, optional
        Row of the caller's frame at which each record stands, for messages; as here if not given.
    """

    time: Column
    voltage: Column
    current: Column
    starts: Ints
    temperature: Column | None = None
    step: Column | None = None
    step_time: Column | None = None
    rows: Rows | None = None

    def cycle_of(self, rows: Ints) -> Ints:
        """Return the position of the cycle each row belongs to."""
        return np.searchsorted(self.starts, rows, side="right") - 1

    def part(self, rows: slice, cycles: slice) -> "Records":
        """Return some of the records, which are those of whole cycles."""
        some: dict[str, Any] = {
            name: None if getattr(self, name) is None else getattr(self, name)[rows]
            for name in ("time", "voltage", "current", "temperature", "step", "step_time")
        }
        starts = self.starts[cycles] - rows.start
        own = range(len(self.time)) if self.rows is None else self.rows
        return replace(self, **some, starts=starts, rows=own[rows])

    @property
    def ends(self) -> Ints:
        """Row at which each cycle has its last record."""
        return np.append(self.starts[1:], len(self.time)) - 1


def joined(parts: Sequence[Column], dtype: Any = np.float64) -> Column:
    """Return the parts one after the other, without a copy if there is but one."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)


def run_starts(labels: Column) -> Ints:
    """Return the rows at which the label differs from the row before; the first is 0."""
    found = [np.zeros(min(len(labels), 1), dtype=np.int64)]
    flags = np.empty(BLOCK_ROWS, dtype=bool)  # small and used again: fresh memory is slow
    for begin in range(0, len(labels) - 1, BLOCK_ROWS):
        part = labels[begin : begin + BLOCK_ROWS + 1]
        changed = np.not_equal(part[1:], part[:-1], out=flags[: len(part) - 1])
        found.append(np.flatnonzero(changed) + (begin + 1))
    return np.concatenate(found)


def blocks(length: int, starts: Ints) -> Iterable[tuple[slice, int, Ints]]:
    """Cut rows into blocks; yield the rows, their first cycle and where cycles begin in them."""
    for begin in range(0, length, BLOCK_ROWS):
        end = min(begin + BLOCK_ROWS, length)
        first = int(np.searchsorted(starts, begin, side="right")) - 1
        last = int(np.searchsorted(starts, end, side="left"))
        yield slice(begin, end), first, np.maximum(starts[first:last] - begin, 0)


def extremes(values: Column, starts: Ints) -> tuple[Floats, Floats, bool]:
    """Return the smallest and the largest value of each cycle, and whether any is missing.

    Parameters
    ----------
    values : ndarray
        One value a record.
    starts : ndarray of int
        Row at which each cycle begins; the first is 0.

    Returns
    -------
    tuple
        Minimum and maximum of each cycle, NaN for a cycle without a value; True if a value is
        missing somewhere.
    """
    low, high = np.full(len(starts), np.nan), np.full(len(starts), np.nan)
    missing = False
    for rows, first, offsets in blocks(len(values), starts):
        part = np.asarray(values[rows], dtype=np.float64)
        missing |= widen(low, high, part, first, offsets)
    return low, high, missing


def largest(low: Floats, high: Floats) -> float:
    """Return the largest magnitude between the `extremes` of some cycles; 0 if there is none."""
    return float(np.nanmax(np.maximum(-low, high), initial=0.0))


def widen(low: Floats, high: Floats, part: Floats, first: int, offsets: Ints) -> bool:
    """Widen the limits of the cycles, from `first` on, by a block; say if values are missing."""
    here = slice(first, first + len(offsets))
    least = np.minimum.reduceat(part, offsets)  # carries NaN along, and so finds it for nothing
    missing = bool(np.isnan(least).any())
    if missing:
        least = np.fmin.reduceat(part, offsets)
    np.fmin(low[here], least, out=low[here])
    np.fmax(high[here], np.fmax.reduceat(part, offsets), out=high[here])
    return missing


def time_error(records: Records) -> FrameError:
    """Return the error that says where test time is missing or runs backwards."""
    times = np.asarray(records.time, dtype=np.float64)
    own = range(len(times)) if records.rows is None else records.rows
    bad = np.flatnonzero(~np.isfinite(times))
    if len(bad):
        return FrameError(
            f"{TEST_TIME} has no value at row {own[bad[0]]} ({len(bad)} in all). "
            "Leave those records out, or give the time they were taken."
        )
    row = int(np.flatnonzero(np.diff(times) < 0)[0]) + 1
    return FrameError(
        f"{TEST_TIME} runs backwards at row {own[row]} ({times[row - 1]:g} s to {times[row]:g} s). "
        "Join files in test order first."
    )
