"""Peaks of dQ/dV: find them curve by curve, and follow them over a cell's life."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL,
    INCREMENTAL_CAPACITY,
    PEAK,
    PEAK_AREA,
    PEAK_HEIGHT,
    PEAK_VOLTAGE,
    PEAK_WIDTH,
    VOLTAGE,
)
from bdg_explore.errors import ParameterError
from bdg_explore.rights import carry

from ..records.arrays import Floats, Ints
from .capacity_voltage import curves_of
from .differentiation import capacity_column

NOISE_SHARE: Final = 0.01  # of the greatest value: what rises less is not looked at
NOISE_COUNT: Final = 8  # so many maxima are more than electrodes make
TOP_SHARE: Final = 0.25  # of a peak's rise, to which the parabola is fitted
_VALUES: Final = (PEAK_VOLTAGE, PEAK_HEIGHT, PEAK_AREA, PEAK_WIDTH)


def find_peaks(
    incremental: pd.DataFrame,
    *,
    prominence_share: float = 0.05,
    noise_factor: float = 8.0,
    margin_volt: float = 0.02,
) -> pd.DataFrame:
    """Find the peaks of every dQ/dV curve.

    Parameters
    ----------
    incremental : DataFrame
        What `incremental_capacity` returns.
    prominence_share : float
        How far a peak must rise above the higher of its two valleys, as a fraction of the curve's
        greatest ``|dQ/dV|`` between the margins.
    noise_factor : float
        How many times the rise of the curve's noise a peak must rise as well, where there is noise;
        0 asks for no more than `prominence_share`.
    margin_volt : float
        How far peaks must lie inside the ends of a curve [V].

    Returns
    -------
    DataFrame
        One row a peak: `cell` (if given), `cycle_count`, `peak_count` from 1 at the lowest voltage
        up, `peak_voltage_volt` [V], `peak_height_ah_per_volt` [Ah/V, negative in a discharge],
        `peak_area_ah` [Ah], `peak_width_volt` [V].

    Raises
    ------
    FrameError
        If a column is missing.
    ParameterError
        If an argument lies out of range.

    Notes
    -----
    Position and height are those of the parabola fitted to the top of the peak, the uppermost
    quarter of its rise.
    The area is the charge between the lowest points on either side, towards the next peak or the
    margin, with nothing subtracted; the width is taken half way down the prominence.

    A curve with eight or more maxima that rise by 1 % of its greatest ``|dQ/dV|`` is taken to be
    noisy, and the median of their rises for the rise of its noise. Finite differences of two peaks
    on 200 to 1000 points with 1 mV of noise have 26 to 48 such maxima; those of noise rise up to
    seven times the median, the two peaks more than ten times.
    """
    found = _find(incremental, prominence_share, noise_factor, margin_volt)
    return carry(incremental, _rows(*found))


def _find(
    incremental: pd.DataFrame, prominence_share: float, noise_factor: float, margin_volt: float
) -> tuple[pd.DataFrame, list[Floats]]:
    """Return the labels of the curves, and of each its peaks, a row a peak."""
    if not 0 < prominence_share < 1 or not margin_volt >= 0 or not noise_factor >= 0:
        raise ParameterError(
            f"prominence_share lies between 0 and 1, noise_factor and margin_volt are not "
            f"negative; not {prominence_share!r}, {noise_factor!r} and {margin_volt!r}."
        )
    capacity_column(incremental)
    table, rows = curves_of(incremental)
    voltage, slope = (
        incremental[name].to_numpy(dtype=np.float64) for name in (VOLTAGE, INCREMENTAL_CAPACITY)
    )
    return table, [
        _peaks_of(voltage[part], slope[part], prominence_share, noise_factor, margin_volt)
        for part in rows
    ]


def _peaks_of(
    voltage: Floats, slope: Floats, share: float, noise_factor: float, margin: float
) -> Floats:
    from scipy import signal  # late: the other analyses do not need it

    there = np.isfinite(slope)
    voltage, slope = voltage[there], slope[there]
    if len(voltage) < 3:
        return np.zeros((0, 4))
    if voltage[0] > voltage[-1]:
        voltage, slope = voltage[::-1], slope[::-1]
    inside = (voltage >= voltage[0] + margin) & (voltage <= voltage[-1] - margin)
    voltage, slope = voltage[inside], slope[inside]
    sign = -1.0 if np.sum(slope) < 0 else 1.0
    height = sign * slope
    if len(height) < 3 or not np.max(height) > 0:
        return np.zeros((0, 4))
    top = float(np.max(height))
    at, told = signal.find_peaks(height, prominence=min(share, NOISE_SHARE) * top)
    rises = told["prominences"]
    least = share * top
    if np.sum(rises > NOISE_SHARE * top) >= NOISE_COUNT:
        least = max(least, noise_factor * float(np.median(rises[rises > NOISE_SHARE * top])))
    at = at[rises >= least]
    if not len(at):
        return np.zeros((0, 4))
    edges = [0, *at.tolist(), len(height) - 1]
    valleys = [low + int(np.argmin(height[low : high + 1])) for low, high in pairwise(edges)]
    step = float(np.mean(np.diff(voltage)))
    widths = signal.peak_widths(height, at, rel_height=0.5)[0] * step
    top_begins, top_ends = signal.peak_widths(height, at, rel_height=TOP_SHARE)[2:]
    tips = np.array(
        [
            _tip(voltage, height, int(k), int(np.ceil(low)), int(high))
            for k, low, high in zip(at, top_begins, top_ends, strict=True)
        ]
    )
    areas = [np.trapezoid(height[a : b + 1], voltage[a : b + 1]) for a, b in pairwise(valleys)]
    return np.stack([tips[:, 0], sign * tips[:, 1], np.asarray(areas), widths], axis=1)


def _tip(voltage: Floats, height: Floats, at: int, low: int, high: int) -> tuple[float, float]:
    """Return where the parabola through the top of a peak is highest, and how high."""
    low, high = min(low, at - 1), max(high, at + 1)
    scale = float(voltage[high] - voltage[low])
    place = (voltage[low : high + 1] - voltage[at]) / scale
    bend, slope, level = np.polyfit(place, height[low : high + 1], 2)
    if bend < 0 and place[0] <= -0.5 * slope / bend <= place[-1]:
        return float(voltage[at] - 0.5 * scale * slope / bend), float(
            level - 0.25 * slope**2 / bend
        )
    return float(voltage[at]), float(height[at])


def track_peaks(
    incremental: pd.DataFrame,
    *,
    positions_volt: Sequence[float] | None = None,
    within_volt: float = 0.03,
    prominence_share: float = 0.05,
    noise_factor: float = 8.0,
    margin_volt: float = 0.02,
) -> pd.DataFrame:
    """Follow peaks of dQ/dV over the life of each cell; one that vanishes is NaN, not guessed.

    Parameters
    ----------
    incremental : DataFrame
        What `incremental_capacity` returns.
    positions_volt : sequence of float, optional
        Where the peaks to follow stand at first [V]; if not given, those of each cell's first
        curve that has any.
    within_volt : float
        How far a peak may move from where it was last seen [V].
    prominence_share, noise_factor, margin_volt
        As in `find_peaks`.

    Returns
    -------
    DataFrame
        One row a curve and a peak followed: `cell` (if given), `cycle_count`, `peak_count` in the
        order of the first positions, and what `find_peaks` tells of it; NaN where it was not seen.

    Raises
    ------
    FrameError
        If a column is missing.
    ParameterError
        If an argument lies out of range, or two positions are one.

    Notes
    -----
    Curves are taken in the order in which they stand. In each, the pair of followed and found
    peak that are nearest is matched first, and no peak is given to two; where two merge, the
    farther is missing. A peak that comes back is found again if it is near where it was last.
    """
    if not within_volt > 0:
        raise ParameterError(f"within_volt must be positive [V], not {within_volt!r}.")
    given = None if positions_volt is None else np.asarray(positions_volt, dtype=np.float64)
    if given is not None and (given.ndim != 1 or len(np.unique(given)) != len(given)):
        raise ParameterError("positions_volt must be voltages, each another.")
    table, per_curve = _find(incremental, prominence_share, noise_factor, margin_volt)
    cells = pd.factorize(table[CELL])[0] if CELL in table.columns else np.zeros(len(table), int)
    last: dict[int, Floats] = {}
    if given is None:
        for cell, here in zip(cells.tolist(), per_curve, strict=True):
            if len(here):
                last.setdefault(cell, here[:, 0].copy())
    found = []
    for cell, here in zip(cells.tolist(), per_curve, strict=True):
        before = last.setdefault(cell, np.zeros(0) if given is None else given.copy())
        match = _nearest(before, here[:, 0], within_volt)
        followed = np.full((len(match), len(_VALUES)), np.nan)
        seen = match >= 0
        followed[seen] = here[match[seen]]
        before[seen] = followed[seen, 0]
        found.append(followed)
    return carry(incremental, _rows(table, found))


def _rows(table: pd.DataFrame, per_curve: list[Floats]) -> pd.DataFrame:
    """Return one row a peak: the curve's labels, the number of the peak, its values."""
    counts = [len(values) for values in per_curve]
    result = table.loc[np.repeat(np.arange(len(table)), counts)].reset_index(drop=True)
    numbers = [np.arange(1, n + 1, dtype=np.int64) for n in counts]
    result[PEAK] = np.concatenate([*numbers, np.zeros(0, dtype=np.int64)])
    result[list(_VALUES)] = np.concatenate([*per_curve, np.zeros((0, len(_VALUES)))])
    return result


def _nearest(followed: Floats, found: Floats, within: float) -> Ints:
    """Return which found peak each followed one is, -1 for none."""
    match = np.full(len(followed), -1, dtype=np.int64)
    distance = np.abs(followed[:, None] - found[None, :])
    while distance.size and np.min(distance) <= within:
        one, other = np.unravel_index(int(np.argmin(distance)), distance.shape)
        match[one] = other
        distance[one, :] = np.inf
        distance[:, other] = np.inf
    return match
