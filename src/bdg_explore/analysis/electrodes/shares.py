"""How two electrodes lie over one slow voltage curve: in shares of its charge.

A curve of total charge Q is described by four shares of Q, none of them negative, in the order
`free_n, left_n, left_p, free_p`: sites of the negative electrode still free and lithium left in the
positive when the cell is full, lithium left in the negative and sites of the positive still free
when it is empty. Neighbours add up to what is asked for:

    C_n = Q (1 + free_n + left_n)    Q_Li = Q (1 + left_n + left_p)    C_p = Q (1 + left_p + free_p)

so that bounds stay plain, and fixing a capacity ties two neighbours. The fifth parameter is the
ohmic drop [V].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from .half_cells import Array

NEGATIVE, LITHIUM, POSITIVE = 0, 1, 2  # sum k adds shares k and k + 1
SUMS: Final = (NEGATIVE, LITHIUM, POSITIVE)
MOST: Final = 6.0  # no share is larger: a curve of a seventh of an electrode tells nothing of it
_MOST_DROP: Final = 0.5  # [V]


def stoichiometries(shares: Array) -> tuple[Array, Array, Array, Array]:
    """Return x0, x100, y0, y100 of shares; the last axis holds the parameters."""
    free_n, left_n, left_p, free_p = (shares[..., k] for k in range(4))
    negative, positive = 1 + free_n + left_n, 1 + left_p + free_p
    return (
        left_n / negative,
        (1 + left_n) / negative,
        (1 + left_p) / positive,
        left_p / positive,
    )


def shares_of(x0: Array, x100: Array, y0: Array, y100: Array, drop: Array) -> Array:
    """Return the shares of stoichiometries, the inverse of `stoichiometries`."""
    negative, positive = 1 / (x100 - x0), 1 / (y0 - y100)
    return np.stack(
        [(1 - x100) * negative, x0 * negative, y100 * positive, (1 - y0) * positive, drop], axis=-1
    )


@dataclass(frozen=True)
class Chart:
    """Free coordinates of many problems in which some sums are fixed.

    Attributes
    ----------
    origin : ndarray, shape (problems, 5)
        Shares where all coordinates are zero.
    ways : ndarray, shape (problems, 5, coordinates)
        What a coordinate adds to the shares.
    low, high : ndarray, shape (problems, coordinates)
        Bounds of the coordinates; `low > high` where the sums contradict each other.
    """

    origin: Array
    ways: Array
    low: Array
    high: Array

    def shares(self, at: Array) -> Array:
        """Return the shares at coordinates."""
        shares: Array = self.origin + np.einsum("kij,kj->ki", self.ways, at)
        return shares

    def nearest(self, shares: Array) -> Array:
        """Return coordinates near shares, within bounds."""
        off = shares - self.origin
        weight = np.abs(self.ways)
        at = np.einsum("kij,ki->kj", self.ways, off) / weight.sum(axis=1)
        near: Array = np.clip(at, self.low, np.maximum(self.low, self.high))
        return near


def chart_of(sums: list[Mapping[int, float]], ohmic: bool) -> Chart:
    """Return free coordinates for problems that fix the same sums at different values.

    Parameters
    ----------
    sums : list of mapping
        Of each problem, value of each fixed sum, as a share of the curve's charge less one.
    ohmic : bool
        Whether the ohmic drop is free.
    """
    parts = [_chart_of_one(fixed, ohmic) for fixed in sums]
    return Chart(*(np.stack(part) for part in zip(*parts, strict=True)))


def _chart_of_one(fixed: Mapping[int, float], ohmic: bool) -> tuple[Array, Array, Array, Array]:
    origin, ways = np.zeros(5), []
    low, high = [], []
    k = 0
    while k < 4:
        way = np.zeros(5)
        way[k], least, most = 1.0, 0.0, MOST
        while k in fixed:  # share k + 1 is what remains of the sum
            origin[k + 1], way[k + 1] = fixed[k] - origin[k], -way[k]
            k += 1
            ends = (-origin[k] * way[k], (MOST - origin[k]) * way[k])
            least, most = max(least, min(ends)), min(most, max(ends))
        ways.append(way)
        low.append(least)
        high.append(most)
        k += 1
    if ohmic:
        ways.append(np.eye(5)[4])
        low.append(0.0)
        high.append(_MOST_DROP)
    return origin, np.stack(ways, axis=1), np.array(low), np.array(high)
