"""Charge counted in bins of voltage: the LEAN method of dQ/dV."""

from typing import Final

import numpy as np

from bdg_explore.errors import ParameterError

from ..records.arrays import Floats
from .branches import Branches
from .derivatives import spread
from .voltage_grid import MOST_VALUES

LEAST_BIN_VOLT: Final = 0.005
LOOKED_AT: Final = 100_000  # records from which the instrument's resolution is told
COARSE_VOLT: Final = 1e-4  # a finer instrument needs no care


def count_charge(
    branches: Branches, bin_volt: float | None, kernel: int
) -> tuple[Floats, Floats, Floats]:
    """Return the middles of the bins [V], and of each curve capacity [Ah] and dQ/dV [Ah/V] there.

    Parameters
    ----------
    branches : Branches
        The curves.
    bin_volt : float or None
        Width of a bin [V].
    kernel : int
        Bins over which counts are smoothed.

    Notes
    -----
    The edges of bins lie half a resolution below its multiples, so that every bin holds as many
    levels of the converter.
    """
    if not len(branches):
        return np.zeros(0), np.zeros((0, 0)), np.zeros((0, 0))
    fine = resolution(branches.voltage)
    width = bin_volt
    if width is None:
        width = fine * np.ceil(LEAST_BIN_VOLT / fine - 1e-6) if fine else LEAST_BIN_VOLT
    place = np.floor((branches.voltage + 0.5 * fine) / width + 1e-9).astype(np.int64)
    lowest, size = int(np.min(place)), int(np.max(place) - np.min(place)) + 1
    if size * len(branches) > MOST_VALUES:
        raise ParameterError(f"Bins of {width:g} V are too fine for these voltages; widen them.")
    place -= lowest
    counts, starts = branches.counts, branches.starts
    before = branches.moved.copy()
    before[starts] = 0.0
    weight = 0.5 * before
    weight[:-1] += 0.5 * before[1:]
    curve = np.repeat(np.arange(len(branches)), counts)
    charge: Floats = np.bincount(curve * size + place, weight, size * len(branches)).reshape(
        len(branches), size
    )
    first, last = np.minimum.reduceat(place, starts), np.maximum.reduceat(place, starts)
    below = np.cumsum(charge, axis=1) - 0.5 * charge
    begin = branches.moved[starts][:, None]
    end = np.add.reduceat(branches.moved, starts)[:, None]
    falling = branches.direction == "discharge"
    capacity = end - below if falling else begin + below
    slope = spread(charge, first, last, kernel) / (-width if falling else width)
    column = np.arange(size)
    outside = (column < first[:, None]) | (column > last[:, None]) | ~branches.whole[:, None]
    capacity[outside] = np.nan
    slope[outside] = np.nan
    middles = (np.arange(size) + lowest + 0.5) * width - 0.5 * fine
    return middles, capacity, slope


def resolution(voltage: Floats) -> float:
    """Return the step of the converter that took the voltages [V]; 0 if too fine to matter."""
    levels = np.unique(voltage[:: max(1, len(voltage) // LOOKED_AT)])
    gaps = np.diff(levels)
    gaps = gaps[gaps > 1e-6]
    if not len(gaps):
        return 0.0
    step = float(np.median(gaps[gaps < 1.5 * np.min(gaps)]))
    if step < COARSE_VOLT:
        return 0.0
    # single precision blurs each gap; over the whole range the blur is divided by many steps
    far = levels[-1] - levels[0]
    for part in (0.01, 0.1, 1.0):
        inside = levels[levels <= levels[0] + part * far]
        steps = np.round((inside[-1] - inside[0]) / step)
        step = float((inside[-1] - inside[0]) / steps) if steps else step
    off = np.abs(levels / step - np.round(levels / step))
    return step if np.mean(off < 0.05) > 0.95 else 0.0
