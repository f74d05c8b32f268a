"""Voltage on a grid of capacities: means over equal parts of each curve's own capacity."""

import numpy as np

from ..records.arrays import Floats
from .branches import Branches
from .voltage_grid import batches


def mean_voltages(branches: Branches, points: int) -> tuple[Floats, Floats, Floats]:
    """Return, of each curve, capacities [Ah], mean voltages [V] around them, and its span [Ah].

    Parameters
    ----------
    branches : Branches
        The curves.
    points : int
        How many equal parts.

    Notes
    -----
    The voltage runs linearly over capacity between two points, so its integral over capacity, the
    energy, is known exactly at the edges of every part; a mean voltage is the energy of a part
    over its capacity. A mean uses every record, where a value read off would use two.
    """
    count = len(branches)
    middles, means = (np.full((count, points), np.nan) for _ in range(2))
    spans = np.full(count, np.nan)
    edges = np.arange(points + 1) / points
    for curves, inside, starts in batches(branches, points):
        voltage, step = branches.voltage[inside], branches.moved[inside]
        rows, ends = len(starts), np.append(starts[1:], len(voltage)) - 1
        curve = np.repeat(np.arange(rows), ends + 1 - starts)
        charge = np.cumsum(step)
        charge -= (charge[starts] - step[starts])[curve]
        first, whole = charge[starts], charge[ends] - charge[starts]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (charge - first[curve]) / whole[curve]
        share = np.clip(np.nan_to_num(share), 0.0, 1.0)
        share = np.maximum.accumulate(share + 2.0 * curve) - 2.0 * curve  # Q never falls
        # for every edge the last point at or before it, by counting the points before each edge
        size = points + 1
        place = np.ceil(share * points - 1e-9).astype(np.int64)
        passed = np.bincount(curve * size + place, minlength=rows * size).reshape(rows, size)
        at = np.clip(starts[:, None] + np.cumsum(passed, axis=1) - 1, None, ends[:, None] - 1)
        moved = np.diff(share, append=share[-1:])
        moved[ends] = 0.0
        rise = np.diff(voltage, append=voltage[-1:])
        energy = np.concatenate(([0.0], np.cumsum(moved * (voltage + 0.5 * rise))[:-1]))
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(moved > 0, rise / moved, 0.0)
        on = edges - share[at]
        total = energy[at] + on * (voltage[at] + 0.5 * slope[at] * on)
        means[curves] = np.diff(total, axis=1) * points
        spans[curves] = whole
        middles[curves] = first[:, None] + whole[:, None] * (edges[:-1] + 0.5 / points)
    spoilt = ~branches.whole | ~(spans > 0)
    means[spoilt] = np.nan
    middles[spoilt] = np.nan
    return middles, means, spans
