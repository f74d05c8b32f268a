"""Fewer points, the same picture: keep extremes, ends and gaps."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

LEAST_GAP_SECOND: Final = 600.0
GAP_FACTOR: Final = 10.0


def thin(x: Floats, y: Floats, count: int) -> Ints:
    """Choose the points of a curve that carry its picture.

    Parameters
    ----------
    x : ndarray
        Horizontal positions, not decreasing.
    y : ndarray
        Values; missing ones are never chosen.
    count : int
        How many points at most, 3 or more.

    Returns
    -------
    ndarray of int
        Positions in order; the first and the last measured one are among them, and in every
        stretch its extremes (MinMaxLTTB).

    References
    ----------
    Van Der Donckt et al. 2023, https://arxiv.org/abs/2305.00332
    """
    if len(y) > count and np.isnan(np.min(y)):
        measured = np.flatnonzero(~np.isnan(y))
        return measured[thin(x[measured], y[measured], count)]
    if len(y) <= count:
        return np.flatnonzero(~np.isnan(y))
    values = y if y.dtype in (np.float32, np.float64) else np.asarray(y, dtype=np.float64)
    places = np.ascontiguousarray(x, dtype=np.float64)
    chosen = MinMaxLTTBDownsampler().downsample(
        places, np.ascontiguousarray(values), n_out=max(count, 3)
    )
    return np.asarray(chosen, dtype=np.int64)


def gaps_in_time(time: Floats, *, block: int = 1 << 16) -> Ints:
    """Find the records after which a test has a gap.

    Parameters
    ----------
    time : ndarray
        Test time [s], not decreasing.
    block : int
        How many records to look at in one go.

    Returns
    -------
    ndarray of int
        Positions of the last record before each gap: longer than 600 s and than ten times the
        median interval of the thousand records around it.
    """
    found = []
    for begin in range(0, len(time) - 1, block):
        steps = np.diff(time[begin : begin + block + 1])
        if np.max(steps) > LEAST_GAP_SECOND:
            found.append(begin + np.flatnonzero(steps > LEAST_GAP_SECOND))
    if not found:
        return np.zeros(0, dtype=np.int64)
    long = np.concatenate(found)
    usual = np.array(
        [np.median(np.diff(time[max(0, place - 500) : place + 502])) for place in long[:2000]]
    )
    return np.asarray(long[:2000][time[long[:2000] + 1] - time[long[:2000]] > GAP_FACTOR * usual])


def thin_all(x: Floats, y: Floats, offsets: Ints, count: int) -> Ints:
    """Choose the points that carry the picture of many curves, all in one go.

    Parameters
    ----------
    x : ndarray
        Horizontal positions of all curves, one curve after the other, not decreasing in each.
    y : ndarray
        Values, none missing.
    offsets : ndarray of int
        Where each curve begins, and at last the number of points.
    count : int
        How many points a curve at most, 3 or more.

    Returns
    -------
    ndarray of int
        Positions in order; the first and the last of each curve are among them.

    Notes
    -----
    Each curve is laid on an interval of its own, one after the other, so that the stretches in
    which `thin` chooses are the same number for each.
    """
    sizes = np.diff(offsets)
    if not len(sizes) or np.max(sizes) <= count:
        return np.arange(len(y))
    starts, ends = offsets[:-1], offsets[1:] - 1
    low = x[starts].astype(np.float64)
    span = x[ends] - low
    place = (x - np.repeat(low, sizes)) * np.repeat(0.999 / np.where(span > 0, span, 1.0), sizes)
    place += np.repeat(np.arange(len(sizes)), sizes)
    chosen = thin(place, y, max(3, (count - 2) * len(sizes)))
    return _merged(chosen, starts, ends)


def holes_in_life(cycle: Floats, offsets: Ints) -> Ints:
    """Find the points of fades after which cycles are missing.

    Parameters
    ----------
    cycle : ndarray
        Cycle numbers or equivalent full cycles of all cells, one cell after the other, not
        decreasing in each.
    offsets : ndarray of int
        Where each cell begins, and at last the number of points.

    Returns
    -------
    ndarray of int
        Positions after which the next point of the same cell is further than 20 and than ten
        times the cell's median step.
    """
    steps = np.diff(cycle)
    if not len(steps):
        return np.zeros(0, dtype=np.int64)
    steps[offsets[1:-1] - 1] = 0.0  # from one cell to the next
    far = np.flatnonzero(steps > 20.0)
    if not len(far):
        return far
    owner = np.searchsorted(offsets, far, side="right") - 1
    usual = {
        int(cell): np.median(steps[offsets[cell] : offsets[cell + 1] - 1])
        for cell in np.unique(owner)
    }
    return far[steps[far] > GAP_FACTOR * np.array([usual[int(cell)] for cell in owner])]


def with_breaks(chosen: Ints, breaks: Ints) -> Ints:
    """Part chosen points where the curve must not be bridged.

    Parameters
    ----------
    chosen : ndarray of int
        Positions of the points to draw, in order.
    breaks : ndarray of int
        Positions after which nothing is drawn.

    Returns
    -------
    ndarray of int
        The positions, with those on both sides of each break within their span, and -1 between:
        draw -1 as a missing value.
    """
    if not len(breaks) or not len(chosen):
        return chosen
    inside = breaks[(breaks >= chosen[0]) & (breaks < chosen[-1])]
    if not len(inside):
        return chosen
    points = _merged(chosen, inside, inside + 1)
    return np.insert(points, np.searchsorted(points, inside, side="right"), -1)


def _merged(*positions: Ints) -> Ints:
    """Return positions in order, each once; for parts nearly in order far faster than a set."""
    joined = np.sort(np.concatenate(positions), kind="stable")
    return np.asarray(joined[np.diff(joined, prepend=-1) != 0], dtype=np.int64)
