"""Finding where: roots, limits and crossings of many rows at once.

Every search takes a fixed number of steps, so that it ends the same way everywhere.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bdg_explore.analysis.electrodes.half_cells import Array

_BISECTIONS: Final = 50
_SECANTS: Final = 9


def bisect(reached: Callable[[Array], NDArray[np.bool_]], low: Array, high: Array) -> Array:
    """Find where a condition that is false at `low` becomes true."""
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        met = reached(middle)
        low, high = np.where(met, low, middle), np.where(met, middle, high)
    return low


def falling_current(excess: Callable[[Array], Array], largest: Array) -> Array:
    """Find the current from 0 to `largest` at which a rising excess is zero."""
    low, high = np.zeros_like(largest), largest
    f_low, f_high = excess(low), excess(high)
    for k in range(_SECANTS):
        slope = np.maximum(f_high - f_low, 1e-15)
        secant = np.clip(low - f_low * (high - low) / slope, low, high)
        # every third trial halves, so that a steep end cannot stall the secant
        trial = 0.5 * (low + high) if k % 3 == 2 else secant
        value = excess(trial)
        above = value > 0
        high, f_high = np.where(above, trial, high), np.where(above, value, f_high)
        low, f_low = np.where(above, low, trial), np.where(above, f_low, value)
    slope = np.maximum(f_high - f_low, 1e-15)
    return np.asarray(np.clip(low - f_low * (high - low) / slope, low, high))


def crossing(time: Array, rising: Array, level: Array) -> Array:
    """Return the time, a column, at which a rising quantity reaches a level, or the last time."""
    over = rising >= level
    over[:, -1] = True
    last = np.argmax(over, axis=1)[:, None]
    before = np.maximum(last - 1, 0)
    a, b = np.take_along_axis(rising, before, 1), np.take_along_axis(rising, last, 1)
    share = np.clip((level - a) / np.maximum(b - a, 1e-12), 0.0, 1.0)
    t0, t1 = np.take_along_axis(time, before, 1), np.take_along_axis(time, last, 1)
    return np.asarray(t0 + share * (t1 - t0))


def rows_interp(at: Array, x: Array, y: Array) -> Array:
    """Interpolate each row of `y` over its row of `x`, linearly."""
    return np.stack([np.interp(a, b, c) for a, b, c in zip(at, x, y, strict=True)])
