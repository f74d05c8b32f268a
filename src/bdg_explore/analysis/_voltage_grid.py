"""Capacity on a grid of voltages: how much charge passed on one side of each."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from bdg_explore.errors import ParameterError

from ._records import Floats, Ints
from .half_cycles import Branches

SAME_VOLT: Final = 1e-6  # voltages closer than this are one voltage
BATCH: Final = 250_000  # points and grid points worked on at a time: they stay in cache
MOST_VALUES: Final = 100_000_000


def grid_of(branches: Branches, grid: ArrayLike | None, step_volt: float) -> Floats:
    """Return the voltages asked for: given ones, those of the table, or multiples of a step."""
    if grid is not None:
        points = np.asarray(grid, dtype=np.float64)
        steps = np.diff(points) if points.ndim == 1 else np.zeros(0)
        if not (len(steps) and ((steps > 0).all() or (steps < 0).all())):
            raise ParameterError(
                "grid must be two voltages or more, all rising or all falling, "
                "for instance np.linspace(3.6, 2.0, 1000)."
            )
    elif branches.grid is not None:
        points = branches.grid
    else:
        points = _multiples(branches, step_volt)
    if len(points) * len(branches) > MOST_VALUES:
        raise ParameterError(
            f"{len(branches)} curves of {len(points)} points are more than memory should hold. "
            "Choose cycles=, or a larger step_volt."
        )
    return points


def _multiples(branches: Branches, step_volt: float) -> Floats:
    if not (np.isfinite(step_volt) and step_volt > 0):
        raise ParameterError(f"step_volt is a step of the voltage grid [V], not {step_volt!r}.")
    if not len(branches):
        return np.zeros(0)
    low = int(np.floor(np.min(branches.voltage) / step_volt + 1e-6))
    high = int(np.ceil(np.max(branches.voltage) / step_volt - 1e-6))
    if high - low > MOST_VALUES:
        raise ParameterError(f"step_volt {step_volt:g} V is too fine for these voltages.")
    multiples: Floats = np.arange(low, max(high, low + 1) + 1) * np.float64(step_volt)
    return multiples


def batches(branches: Branches, width: int) -> Iterator[tuple[slice, Floats, Floats, Ints]]:
    """Yield curves that fit the cache: which, their voltage, charge and the curve of each point."""
    counts = branches.counts
    load = np.cumsum(counts + width)
    begin = 0
    while begin < len(branches):
        used = load[begin - 1] if begin else 0
        end = max(int(np.searchsorted(load, used + BATCH, side="right")), begin + 1)
        first, last = branches.starts[begin], branches.ends[end - 1] + 1
        curve = np.repeat(np.arange(end - begin), counts[begin:end])
        points = slice(first, last)
        yield slice(begin, end), branches.voltage[points], branches.charge[points], curve
        begin = end


def capacities_on(branches: Branches, grid: Floats) -> Floats:
    """Return the capacity [Ah] of every curve at every voltage; NaN outside what was measured.

    Parameters
    ----------
    branches : Branches
        The curves.
    grid : ndarray
        Voltages [V], rising or falling.

    Returns
    -------
    ndarray
        One row a curve, one column a voltage.

    Notes
    -----
    Between two points the charge is spread evenly over the voltages between them, whichever way
    the voltage goes. Each such piece is a ramp: its slope begins at the first grid point above
    its lower end and stops at the first above its upper end, so three sums along the grid give
    all curves at once.
    """
    result = np.full((len(branches), len(grid)), np.nan)
    if not len(branches):
        return result
    rising = bool(grid[0] < grid[-1])
    up = grid if rising else grid[::-1]
    for curves, voltage, charge, curve in batches(branches, len(grid)):
        values = _ramps(branches.direction, up, voltage, charge, curve)
        result[curves] = values if rising else values[:, ::-1]
    result[~branches.whole] = np.nan
    return result


def _ramps(direction: str, grid: Floats, voltage: Floats, charge: Floats, curve: Ints) -> Floats:
    count, width = int(curve[-1]) + 1, len(grid) + 1
    starts = np.searchsorted(curve, np.arange(count))
    ends = np.append(starts[1:], len(curve)) - 1
    above = voltage - grid[0]
    moved = np.diff(charge)
    moved[ends[:-1]] = 0.0  # from one curve to the next nothing passes
    low, high = np.minimum(above[1:], above[:-1]), np.maximum(above[1:], above[:-1])
    flat = np.flatnonzero(high - low < SAME_VOLT)
    if len(flat):  # a jump: half of it lies on either side of its voltage
        middle = 0.5 * (low[flat] + high[flat])
        low[flat], high[flat] = middle - 0.5 * SAME_VOLT, middle + 0.5 * SAME_VOLT
    place = _Place(grid)
    row = curve[:-1] * width
    begins, stops = row + place(low), row + place(high)
    size = count * width
    total = np.bincount(stops, moved, size).reshape(count, width)
    on = np.flatnonzero((stops > begins) & (moved != 0.0))
    slope = moved[on] / (high[on] - low[on])
    offset = slope * low[on]
    slopes = np.bincount(begins[on], slope, size) - np.bincount(stops[on], slope, size)
    offsets = np.bincount(begins[on], offset, size) - np.bincount(stops[on], offset, size)
    below = np.cumsum(slopes.reshape(count, width)[:, :-1], axis=1, dtype=np.float64)
    below *= grid - grid[0]
    total[:, :-1] -= offsets.reshape(count, width)[:, :-1]
    below += np.cumsum(total[:, :-1], axis=1)
    return _bounded(direction, grid, voltage, charge, starts, ends, below)


def _bounded(
    direction: str,
    grid: Floats,
    voltage: Floats,
    charge: Floats,
    starts: Ints,
    ends: Ints,
    below: Floats,
) -> Floats:
    """Turn charge below each voltage into capacity; exact at the ends, NaN beyond them."""
    first, whole = charge[starts], charge[ends] - charge[starts]
    least, most = np.minimum.reduceat(voltage, starts), np.maximum.reduceat(voltage, starts)
    begin = np.searchsorted(grid, least - SAME_VOLT)
    floor = np.searchsorted(grid, least + SAME_VOLT, side="right")
    roof = np.searchsorted(grid, most - SAME_VOLT)
    stop = np.searchsorted(grid, most + SAME_VOLT, side="right")
    for k in range(len(below)):
        below[k, begin[k] : floor[k]] = 0.0
        below[k, roof[k] : stop[k]] = whole[k]
    if direction == "charge":
        below += first[:, None]
    else:
        np.subtract((first + whole)[:, None], below, out=below)
    for k in range(len(below)):
        below[k, : begin[k]] = np.nan
        below[k, stop[k] :] = np.nan
    return below


class _Place:
    """Find the first grid point at or above a voltage, given above the first one [V]."""

    def __init__(self, grid: Floats) -> None:
        self.grid = grid - grid[0]
        step = self.grid[-1] / (len(grid) - 1)
        even = np.abs(self.grid - step * np.arange(len(grid))).max() < 1e-9
        self.scale = 1.0 / step if even else 0.0

    def __call__(self, voltage: Floats) -> Ints:
        if not self.scale:
            return np.searchsorted(self.grid, voltage).astype(np.int64)
        place: Any = np.ceil(voltage * self.scale - 1e-9)
        found: Ints = np.clip(place, 0, len(self.grid), out=place).astype(np.int64)
        return found
