"""The capacities of a cell, cycle by cycle, and which of them are not what they seem."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CAPACITY_SOURCE,
    CHARGING_DURATION,
    COMPLETE,
    CYCLE,
    DISCHARGING_DURATION,
    GAP_DURATION,
)

from ._rule import Bools, Floats, Ints
from .fingerprints import CAPACITY_COLUMNS
from .settings import Settings

FIRST_CYCLES: Final = 5
OTHER_RATE: Final = 1.25  # cycles whose rates differ by more are not compared
LEAST_COMPARED: Final = 3
RECURRING: Final = 1.1  # capacities within this factor are of one kind ...
LEAST_RECURRING: Final = 4  # ... which so many of them make


@dataclass(frozen=True)
class Life:
    """Capacities in test order, and what is odd about them; every cycle is odd in one way only.

    Attributes
    ----------
    cycle : ndarray of int
        Numbers as the tester counted.
    capacity : ndarray
        Capacity [Ah], NaN where there is none.
    column : str
        Where it comes from; empty if there is no capacity.
    spikes, near_zero, regenerations : ndarray of bool
        Capacities far above their neighbours; of next to nothing; above the cycle before.
    unfinished : bool
        Whether the last cycle was cut short.
    typical_ah : float
        Median of the first capacities that are neither [Ah]; NaN if there are none.
    neighbours_ah : ndarray
        Median of the capacities around each cycle [Ah].
    reference_ah : float
        What near zero is measured by [Ah].
    """

    cycle: Ints
    capacity: Floats
    column: str
    spikes: Bools
    near_zero: Bools
    regenerations: Bools
    unfinished: bool
    typical_ah: float
    neighbours_ah: Floats
    reference_ah: float

    @property
    def counted(self) -> int:
        """Number of cycles with a capacity."""
        return int(np.isfinite(self.capacity).sum())


def read_life(
    cycles: pd.DataFrame, *, nominal_ah: float | None, factor: float, settings: Settings
) -> Life:
    """Judge the capacities of one cell.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle, in test order, no two rows alike.
    nominal_ah : float, optional
        What a full cycle is expected to give [Ah].
    factor : float
        By which capacities are to be multiplied to be in Ah.
    settings : Settings
        Thresholds.
    """
    column = next((n for n in CAPACITY_COLUMNS if n in cycles.columns), "")
    number = np.nan_to_num(cycles[CYCLE].to_numpy(dtype=np.float64, na_value=np.nan))
    number = number.astype(np.int64)
    reach = settings.capacity_neighbours
    capacity = np.full(len(cycles), np.nan)
    if column:
        capacity = cycles[column].to_numpy(dtype=np.float64, na_value=np.nan) * factor
        capacity = np.where(np.isfinite(capacity), capacity, np.nan)
        no_value = np.isin(capacity, settings.sentinels)
        capacity[no_value] = np.nan
    rate = _rate(cycles, column, capacity)
    around = _neighbours(capacity, number, reach)
    with np.errstate(invalid="ignore"):
        spikes = capacity > settings.capacity_spike_share * around
        floor = nominal_ah if nominal_ah is not None else _second(capacity)
        spikes &= capacity > settings.near_zero_share * floor
        if nominal_ah is not None:
            first = capacity[np.isfinite(capacity)][:FIRST_CYCLES]
            low, high = settings.nominal_range
            if len(first) and low <= np.median(first) / nominal_ah <= high:
                spikes |= capacity > settings.capacity_spike_nominal * nominal_ah
        spikes &= _same_rate(rate, _neighbours(rate, number, reach))
    tests = spikes & _recur(capacity, spikes, nominal_ah, settings)
    spikes &= ~tests
    sure = _sure(cycles)
    complete = COMPLETE not in cycles.columns or bool(cycles[COMPLETE].iloc[-1:].all())
    judged = np.where(spikes | ~sure, np.nan, capacity)
    unfinished = len(judged) > 0 and _unfinished(number, judged, rate, complete, settings)
    sound = capacity[np.isfinite(capacity) & ~spikes]
    reference = nominal_ah if nominal_ah is not None else _median(sound)
    with np.errstate(invalid="ignore"):
        near_zero = ~spikes & sure & (capacity < settings.near_zero_share * reference)
    if unfinished:
        near_zero[-1] = False
    odd = spikes | near_zero | ~sure | tests
    if unfinished:
        odd[-1] = True
    kept = np.flatnonzero(np.isfinite(capacity) & ~odd)
    regenerations = np.zeros(len(capacity), dtype=bool)
    if len(kept) > 1:
        before, after = capacity[kept[:-1]], capacity[kept[1:]]
        rises = after - before > settings.regeneration_share * before
        rises &= _same_rate(rate[kept[:-1]], rate[kept[1:]])
        rises &= np.diff(number[kept]) <= reach
        regenerations[kept[1:][rises]] = True
    return Life(
        number,
        capacity,
        column,
        spikes,
        near_zero,
        regenerations,
        unfinished,
        _median(capacity[kept][:FIRST_CYCLES]),
        around,
        float(reference),
    )


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _recur(capacity: Floats, spikes: Bools, nominal_ah: float | None, settings: Settings) -> Bools:
    """Return which of the large capacities come again and again, as those of check-ups do."""
    values = np.sort(capacity[spikes])
    like = np.searchsorted(values, RECURRING * capacity, side="right")
    like -= np.searchsorted(values, capacity / RECURRING, side="left")
    recur: Bools = like >= LEAST_RECURRING
    if nominal_ah is not None:
        recur &= capacity <= settings.capacity_spike_nominal * nominal_ah
    return recur


def _second(values: Floats) -> float:
    """Return the second largest of the values: the largest may be a spike."""
    there = np.sort(values[np.isfinite(values)])
    return float(there[-2]) if len(there) > 1 else 0.0


def _rate(cycles: pd.DataFrame, column: str, capacity: Floats) -> Floats:
    """Return the mean current of each cycle's capacity [A], NaN where it is not known."""
    duration = CHARGING_DURATION if "_charging" in f"_{column}" else DISCHARGING_DURATION
    if duration not in cycles.columns:
        return np.full(len(capacity), np.nan)
    seconds = cycles[duration].to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = capacity / seconds * 3600.0
    return np.where(np.isfinite(rate) & (rate > 0), rate, np.nan)


def _sure(cycles: pd.DataFrame) -> Bools:
    """Return which capacities are whole: an integral lacks what passed in a gap."""
    if not {GAP_DURATION, CAPACITY_SOURCE} <= set(cycles.columns):
        return np.ones(len(cycles), dtype=bool)
    gap = cycles[GAP_DURATION].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(~((gap > 0) & (cycles[CAPACITY_SOURCE] == "integral").to_numpy()))


def _same_rate(one: Floats, other: Floats) -> Bools:
    """Return where two rates are alike, or not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = one / other
    return np.asarray(np.isnan(ratio) | ((ratio < OTHER_RATE) & (ratio > 1 / OTHER_RATE)))


def _neighbours(values: Floats, number: Ints, reach: int) -> Floats:
    """Return the median of the values of the cycles around each one, itself left out.

    Around means by number, so that the stored few of many cycles are not compared. NaN where too
    few are there.
    """
    count = len(values)
    if count < 2:
        return np.full(count, np.nan)
    blank = np.full(reach, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(
        np.concatenate((blank, values, blank)), 2 * reach + 1
    )
    numbers = np.lib.stride_tricks.sliding_window_view(
        np.concatenate((blank, number, blank)), 2 * reach + 1
    )
    with np.errstate(invalid="ignore"):
        near = np.abs(numbers - number[:, None]) <= reach
    near[:, reach] = False
    others = np.sort(np.where(near, windows, np.nan), axis=1)  # NaN goes last
    there = np.isfinite(others).sum(axis=1)
    row = np.arange(count)
    middle = 0.5 * (others[row, np.maximum(there - 1, 0) // 2] + others[row, there // 2])
    return np.where(there >= LEAST_COMPARED, middle, np.nan)


def _unfinished(
    number: Ints, capacity: Floats, rate: Floats, complete: bool, settings: Settings
) -> bool:
    """Return whether the last cycle was cut short.

    It is measured by the median of the ten numbers before it, and by the line through them: an
    aged cell may lose some per cent within ten cycles.
    """
    reach = settings.capacity_neighbours
    last, near = number[-1], number[:-1]
    around = np.isfinite(capacity[:-1]) & (near < last) & (near >= last - reach)
    around[: -reach or None] = False  # a number may have come before, where files were joined
    before = np.flatnonzero(around)
    if len(before) < LEAST_COMPARED:
        return False
    if np.isnan(capacity[-1]):
        return not complete
    if not _same_rate(rate[-1:], np.asarray([_median(rate[before])]))[0]:
        return False
    x, y = (number[before] - last).astype(np.float64), capacity[before]
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    expected = min(float(np.median(y)), float(y.mean() - slope * x.mean()))
    return bool(capacity[-1] < settings.unfinished_share * expected)
