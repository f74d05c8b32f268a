"""Capacity on a grid of voltages: how much charge passed on one side of each."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from bdg_explore.errors import ParameterError

from ..records.arrays import Floats, Ints
from .branches import Branches
from .charge_below import SAME_VOLT, Grid, charge_below
from .filled_columns import fill, frame_rows

BATCH: Final = 65_536  # points and grid points worked on at a time: they stay in cache
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


def batches(branches: Branches, width: int) -> Iterator[tuple[slice, slice, Ints]]:
    """Yield curves that fit the cache: which, their points, and which of those are first ones."""
    load = np.cumsum(branches.counts + width)
    begin = 0
    while begin < len(branches):
        used = load[begin - 1] if begin else 0
        end = max(int(np.searchsorted(load, used + BATCH, side="right")), begin + 1)
        first, last = branches.starts[begin], branches.ends[end - 1] + 1
        yield slice(begin, end), slice(first, last), branches.starts[begin:end] - first
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
    """
    result = np.empty((len(branches), len(grid)))
    if not len(branches):
        return result
    rising = bool(grid[0] < grid[-1])
    up, upwards = (grid, result) if rising else (grid[::-1], result[:, ::-1])
    axis, voltage, moved, starts = Grid(up), branches.voltage, branches.moved, branches.starts
    first, whole = moved[starts], np.add.reduceat(moved, starts)
    charging = branches.direction == "charge"
    for curves, points, offsets in batches(branches, len(grid)):
        below = charge_below(axis, voltage[points], moved[points], offsets)
        if charging:
            np.add(first[curves, None], below, out=upwards[curves])
        else:
            np.subtract(whole[curves, None], below, out=upwards[curves])
    least, most = np.minimum.reduceat(voltage, starts), np.maximum.reduceat(voltage, starts)
    begin, end = np.searchsorted(up, least - SAME_VOLT), _first_above(up, most)
    fill(upwards, begin, _first_above(up, least), first if charging else whole)  # exact at the ends
    fill(upwards, np.searchsorted(up, most - SAME_VOLT), end, whole if charging else first)
    frame_rows(upwards, begin, end)
    if not branches.whole.all():
        result[~branches.whole] = np.nan
    return result


def _first_above(grid: Floats, voltage: Floats) -> Ints:
    return np.searchsorted(grid, voltage + SAME_VOLT, side="right")
