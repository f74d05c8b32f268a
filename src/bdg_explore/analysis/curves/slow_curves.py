"""Slow half cycles as a fit of half cells takes them: voltage over the share of charge passed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..records.arrays import Floats
from .branches import Branches
from .capacity_grid import mean_voltages

FEWEST: Final = 20
_LEAST_VOLT: Final = 0.05


@dataclass(frozen=True)
class SlowCurve:
    """One half cycle, from its full to its empty end.

    Attributes
    ----------
    passed : ndarray
        Charge since the full end over the whole, 0 to 1, rising.
    voltage : ndarray
        Voltage there [V].
    charge : float
        The whole [Ah].
    reason : str
        Why it cannot be fitted; empty where it can.
    """

    passed: Floats
    voltage: Floats
    charge: float
    reason: str = ""


def slow_curves(branches: Branches, points: int) -> list[SlowCurve]:
    """Return every half cycle, at its records or, where it has more than `points`, as means.

    Parameters
    ----------
    branches : Branches
        The half cycles.
    points : int
        Equal parts of the charge, over which voltage is averaged.
    """
    long = branches.counts > points
    means = mean_voltages(branches, points)[1] if long.any() else None
    curves = []
    for k in range(len(branches)):
        rows = slice(branches.starts[k], branches.ends[k] + 1)
        charge, voltage = np.cumsum(branches.moved[rows]), branches.voltage[rows]
        whole = float(charge[-1] - charge[0])
        reason = _why_not(branches, k, whole, voltage)
        if reason:
            curves.append(SlowCurve(np.zeros(0), np.zeros(0), whole, reason))
            continue
        if means is not None and long[k]:
            passed, volts = (np.arange(points) + 0.5) / points, means[k]
        else:
            passed = np.maximum.accumulate(np.clip((charge - charge[0]) / whole, 0.0, 1.0))
            volts = voltage
        if branches.direction == "charge":
            passed, volts = 1 - passed[::-1], volts[::-1]
        curves.append(SlowCurve(passed, np.array(volts, dtype=np.float64), whole))
    return curves


def _why_not(branches: Branches, k: int, whole: float, voltage: Floats) -> str:
    if not branches.whole[k]:
        return "the curve has gaps"
    if branches.counts[k] < FEWEST:
        return f"{branches.counts[k]} records are too few: {FEWEST} are needed"
    if not whole > 0:
        return "no charge passes"
    if np.ptp(voltage) < _LEAST_VOLT:
        return f"the voltage changes by less than {1e3 * _LEAST_VOLT:g} mV"
    return ""
