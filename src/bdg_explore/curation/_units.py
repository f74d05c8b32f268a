"""Is time in seconds and capacity in ampere hours? The numbers speak for themselves, or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from bdg_explore.columns import UNIX_TIME, VOLTAGE

from ._rule import Floats

if TYPE_CHECKING:
    from ._series import Series

# {how many seconds the unit has: its name}
TIME_UNITS: Final = {1e-3: "milliseconds", 60.0: "minutes", 3600.0: "hours", 1e-9: "nanoseconds"}
# {how many of the unit make an ampere hour: its name}
CAPACITY_UNITS: Final = {1000.0: "mAh", 3600.0: "As (coulomb)"}
FULL_SWING_VOLT: Final = 0.4  # a cycle that swings less may well pass a small part of the capacity
BELIEVED: Final = (0.02, 2.0)  # charge of a cycle over nominal capacity
FASTEST_SAMPLING_SECOND: Final = 0.05


@dataclass(frozen=True)
class Units:
    """Factors that bring a table into seconds and ampere hours.

    Attributes
    ----------
    time : float
        Multiply test time by it; 1 where it is in seconds, as far as one can tell.
    time_evidence : str
        How one can tell; empty where nothing is wrong.
    time_judged : bool
        Whether there was anything to go by.
    capacity : mapping
        {column: factor}, of the columns that are not in ampere hours.
    ratios : mapping
        {column: median of what it counts over the integral}, of every counter.
    """

    time: float = 1.0
    time_evidence: str = ""
    time_judged: bool = False
    capacity: Mapping[str, float] = field(default_factory=dict)
    ratios: Mapping[str, float] = field(default_factory=dict)


def near(ratio: float, units: Mapping[float, str], spread: float) -> float:
    """Return the number of the unit that a ratio names, 1 if it names none."""
    if not ratio > 0:
        return 1.0
    nearest = min(units, key=lambda number: abs(np.log(ratio / number)))
    return nearest if 1 / spread <= ratio / nearest <= spread else 1.0


def read_units(series: "Series") -> Units:
    """Find out whether time and counters of a time series are in their units.

    Parameters
    ----------
    series : Series
        The records.

    Notes
    -----
    A counter over the integral of the current names a unit if it is near 1/1000, 60, 3600 or 1e-9
    (time), or near 1000 or 3600 (capacity). Where it could be either, the nominal capacity decides:
    whichever of the two then is of its size is right. Without it, 3600 is taken for hours if the
    records would else lie less than 0.05 s apart. Without counters the clock is held against
    `unix_time_second`, and the integral against the nominal capacity, where cycles swing by at
    least 0.4 V. Last, the median interval under current must lie between 1 ms and 1 h.
    """
    spread = series.settings.unit_spread
    flowing, passed = series.flowing, np.diff(series.clock.time)
    moving = passed[(flowing[1:] & flowing[:-1]) & (passed > 0)]
    usual = float(np.median(moving)) if len(moving) else float("nan")
    ratios = _counter_ratios(series)
    time, evidence = _by_unix_time(series, spread)
    judged = bool(evidence)
    if time == 1.0 and ratios:
        time, told = _by_counters(series, ratios, usual, spread)
        evidence, judged = (told, True) if time != 1.0 else (evidence, True)
    if time == 1.0 and not ratios:
        time, told, could = _by_nominal(series, spread)
        evidence, judged = (told, True) if time != 1.0 else (evidence, judged or could)
    if time == 1.0:
        evidence = ""
        if np.isfinite(usual):
            judged = True
            low, high = series.settings.interval_second
            if not low <= usual <= high:
                evidence = (
                    f"Under current the median interval is {usual:g} s; between {low:g} and "
                    f"{high:g} s is believed."
                )
    capacity = {}
    for name, ratio in ratios.items():
        number = near(ratio / time, CAPACITY_UNITS, spread)
        if number != 1.0:
            capacity[name] = 1.0 / number
    return Units(time, evidence, judged, capacity, ratios)


def _counter_ratios(series: "Series") -> dict[str, float]:
    ratios = {}
    for counting in series.countings_as_written:
        said, integral = counting.said(), counting.integral
        there = np.isfinite(said) & (said > 0) & (integral > 0)
        there &= integral > np.maximum(0.05 * np.max(integral, initial=0.0), 10 * series.least_ah)
        if counting.counter.speaks and there.any():
            ratios[counting.name] = float(np.median(said[there] / integral[there]))
    return ratios


def _by_unix_time(series: "Series", spread: float) -> tuple[float, str]:
    if UNIX_TIME not in series.columns or len(series.clock.time) < 3:
        return 1.0, ""
    real = np.diff(np.asarray(series.kept(UNIX_TIME), dtype=np.float64))
    own = np.diff(series.clock.time)
    both = np.isfinite(real) & (real > 0) & (own > 0)
    if both.sum() < 2:
        return 1.0, ""
    ratio = float(np.median(real[both] / own[both]))
    factor = near(ratio, TIME_UNITS, spread)
    return factor, (
        f"Test time passes {1 / ratio:.4g} times as fast as unix_time_second: "
        f"it is in {TIME_UNITS.get(factor, 'seconds')}."
    )


def _by_counters(
    series: "Series", ratios: Mapping[str, float], usual: float, spread: float
) -> tuple[float, str]:
    """Return the factor of time that all counters agree on."""
    factors = {near(ratio, TIME_UNITS, spread) for ratio in ratios.values()}
    if len(factors) != 1 or factors == {1.0}:
        return 1.0, ""
    (factor,) = factors
    nominal = series.facts.nominal_ah
    if factor == 1e-3 and nominal and series.largest_ampere > series.settings.c_rate * nominal:
        return 1.0, ""  # the current is in mA, which is another finding
    capacity_unit = near(next(iter(ratios.values())), CAPACITY_UNITS, spread)
    if capacity_unit != 1.0:  # 3600: hours, or ampere seconds
        if nominal is not None:
            told = max(_typical(c.said()) for c in series.countings_as_written)
            if not BELIEVED[0] <= told / nominal <= BELIEVED[1]:
                return 1.0, ""
        elif not usual < FASTEST_SAMPLING_SECOND:
            return 1.0, ""
    name, ratio = next(iter(ratios.items()))
    other = " (or the current is in mA)" if factor == 1e-3 else ""
    return factor, (
        f"{name} counts {ratio:.4g} times the integral of the current: time is in "
        f"{TIME_UNITS[factor]}{other}."
    )


def _by_nominal(series: "Series", spread: float) -> tuple[float, str, bool]:
    """Return the factor of time that makes a cycle pass the nominal capacity."""
    nominal = series.facts.nominal_ah
    if nominal is None or not len(series.starts):
        return 1.0, "", False
    sums = series.as_written
    passed = sums.filter(like="capacity_ah").to_numpy().max(axis=1, initial=0.0)
    volts = np.asarray(series.kept(VOLTAGE), dtype=np.float64)
    swing = np.fmax.reduceat(volts, series.starts) - np.fmin.reduceat(volts, series.starts)
    full = np.isfinite(passed) & (passed > 0) & (swing >= FULL_SWING_VOLT)
    if not full.any():
        return 1.0, "", False
    if series.largest_ampere > series.settings.c_rate * nominal:  # it is the current then
        return 1.0, "", False
    ratio = float(np.median(passed[full])) / nominal
    for number, name in TIME_UNITS.items():
        if 0.2 / spread <= ratio * number <= spread:
            return (
                number,
                (
                    f"A full cycle passes {ratio:.4g} times the nominal {nominal:g} Ah: "
                    f"time is in {name}."
                ),
                True,
            )
    return 1.0, "", True


def _typical(values: Floats) -> float:
    there = values[np.isfinite(values) & (values > 0)]
    return float(np.median(there)) if len(there) else 0.0
