"""Where a fade bends, read from the shape of its curve: Kneedle and bisector.

Both look at the curve in a square, cycles and capacity from 0 to 1, so neither unit matters.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def kneedle(x: Floats, y: Floats) -> float | None:
    """Return where the curve lies farthest above its chord, or None if nowhere above."""
    u, v = _square(x, y)
    above = v - (1 - u)
    k = int(np.argmax(above))
    return float(x[k]) if above[k] > 0 else None


def bisector(x: Floats, y: Floats, share: float) -> float | None:
    """Return where the bisector of the first and the last tangent meets the curve.

    Parameters
    ----------
    x, y : ndarray
        The curve, `x` rising.
    share : float
        Part of the record, at its begin and at its end, to which the tangents are fitted.

    Returns
    -------
    float or None
        None where the tangents do not meet within the record, or the bisector misses the curve.
    """
    u, v = _square(x, y)
    first, last = u <= share, u >= 1 - share
    if min(first.sum(), last.sum()) < 2:
        return None
    (a, b), (c, d) = (np.polyfit(u[part], v[part], 1) for part in (first, last))
    if a == c:
        return None
    u0 = (d - b) / (a - c)
    v0 = a * u0 + b
    if not 0 < u0 < 1:
        return None
    # away from the corner: backwards along the first tangent, forwards along the last
    ways = np.array([[-1.0, -a], [1.0, c]]) / np.hypot(1.0, [[a], [c]])
    across = ways.sum(axis=0)
    side = (u - u0) * across[1] - (v - v0) * across[0]
    turns = np.flatnonzero(np.sign(side[1:]) * np.sign(side[:-1]) <= 0)
    if not len(turns):
        return None
    k = int(turns[np.argmin(np.abs(u[turns] - u0) + np.abs(v[turns] - v0))])
    step = side[k] / (side[k] - side[k + 1]) if side[k] != side[k + 1] else 0.0
    return float(x[k] + step * (x[k + 1] - x[k]))


def _square(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    low, high = float(np.min(y)), float(np.max(y))
    return (x - x[0]) / (x[-1] - x[0]), (y - low) / (high - low)
