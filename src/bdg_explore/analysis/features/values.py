"""How features are computed from the first cycles of one cell."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from bdg_explore.columns import (
    CHARGING_DURATION,
    COULOMBIC_EFFICIENCY,
    CYCLE_DISCHARGING_CAPACITY,
    DURATION,
    GAP_DURATION,
    INTERNAL_RESISTANCE,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_VOLTAGE,
    MEAN_POLARISATION,
    MEAN_TEMPERATURE,
)
from bdg_explore.errors import MissingDataError

from ..records.arrays import Floats
from .early_life import EarlyLife

Value = Callable[[EarlyLife], float]

EARLY_CHARGES: Final = 5
LATE_CYCLES: Final = 10
LEAST_OF_A_LINE: Final = 3

Q: Final = CYCLE_DISCHARGING_CAPACITY  # whatever column the caller named as the capacity
R: Final = INTERNAL_RESISTANCE  # and as the resistance


def of_difference(measure: Callable[[Floats], float], *, what: str) -> Value:
    """Return log10 of the magnitude of a measure of ΔQ."""

    def value(life: EarlyLife) -> float:
        size = abs(float(measure(life.delta())))
        if not size > 0:
            raise MissingDataError(f"the {what} of ΔQ is zero, which has no logarithm")
        return float(np.log10(size))

    return value


def variance(delta: Floats) -> float:
    """Return the sample variance."""
    return float(delta.var(ddof=1))


def quartile_range(delta: Floats) -> float:
    """Return the third minus the first quartile."""
    low, high = np.quantile(delta, [0.25, 0.75])
    return float(high - low)


def moment(order: int) -> Callable[[Floats], float]:
    """Return the central moment over that power of the standard deviation, both over n."""

    def measure(delta: Floats) -> float:
        around = delta - delta.mean()
        spread = float(np.mean(around**2))
        if not spread > 0:
            raise MissingDataError("ΔQ is the same at all voltages, so its shape has no measure")
        return float(np.mean(around**order) / spread ** (order / 2))

    return measure


def lowest_at(life: EarlyLife) -> float:
    """Return the voltage at which ΔQ is lowest."""
    return float(life.voltage[np.argmin(life.delta())])


def first(name: str) -> Value:
    """Return the value of the window's first cycle."""
    return lambda life: life.at(name, life.window.first)


def last(name: str) -> Value:
    """Return the value of the window's last cycle."""
    return lambda life: life.at(name, life.window.last)


def change(name: str) -> Value:
    """Return the last cycle's value minus the first one's."""
    return lambda life: last(name)(life) - first(name)(life)


def mean(name: str) -> Value:
    """Return the mean of what was measured."""
    return lambda life: float(np.mean(life.measured(name)[1]))


def lowest(name: str) -> Value:
    """Return the lowest value."""
    return lambda life: float(np.min(life.measured(name)[1]))


def highest(name: str) -> Value:
    """Return the highest value."""
    return lambda life: float(np.max(life.measured(name)[1]))


def slope(name: str) -> Value:
    """Return the slope of the least-squares line [a cycle]."""
    return lambda life: _line(life, name)[0]


def intercept(name: str) -> Value:
    """Return the value of the least-squares line at cycle 0."""
    return lambda life: _line(life, name)[1]


def _line(life: EarlyLife, name: str) -> tuple[float, float]:
    x, y = life.measured(name, least=LEAST_OF_A_LINE)
    middle = x.mean()
    gradient = float((x - middle) @ (y - y.mean()) / ((x - middle) @ (x - middle)))
    return gradient, float(y.mean() - gradient * middle)


def late(value: Value) -> Value:
    """Return the same of the window's last ten cycles."""

    def of_late(life: EarlyLife) -> float:
        window = life.window
        return value(life.between(max(window.first, window.last - LATE_CYCLES + 1), window.last))

    return of_late


def rise(life: EarlyLife) -> float:
    """Return the largest capacity minus that of the first cycle."""
    return highest(Q)(life) - first(Q)(life)


def slope_change(life: EarlyLife) -> float:
    """Return the slope of the second half minus that of the first."""
    window = life.window
    half = (window.first + window.last) // 2
    before, after = life.between(window.first, half), life.between(half + 1, window.last)
    return slope(Q)(after) - slope(Q)(before)


def early_charging(life: EarlyLife) -> float:
    """Return the mean charging time of the first five cycles [s]; all must have one."""
    begin = life.window.first
    return float(life.each(CHARGING_DURATION, begin, begin + EARLY_CHARGES - 1).mean())


def temperature_integral(life: EarlyLife) -> float:
    """Return temperature over time [degC h]; of each cycle both must be known."""
    window = life.window
    span = life.each(DURATION, window.first, window.last)
    if GAP_DURATION in life.columns:  # over gaps nothing is known
        span = span - life.each(GAP_DURATION, window.first, window.last)
    return float(life.each(MEAN_TEMPERATURE, window.first, window.last) @ span) / 3600


def deviation(life: EarlyLife) -> float:
    """Return the sample standard deviation of the coulombic efficiency."""
    return float(np.std(life.measured(COULOMBIC_EFFICIENCY, least=2)[1], ddof=1))


def of_polarisation(make: Callable[[str], Value]) -> Value:
    """Return a value of the mean charging minus the mean discharging voltage."""

    def value(life: EarlyLife) -> float:
        apart = life.whole(MEAN_CHARGING_VOLTAGE) - life.whole(MEAN_DISCHARGING_VOLTAGE)
        return make(MEAN_POLARISATION)(replace(life, columns={MEAN_POLARISATION: apart}))

    return value
