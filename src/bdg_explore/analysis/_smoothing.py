"""Derivatives of rows of evenly spaced values: Savitzky-Golay, differences, counts in bins."""

from typing import Final

import numpy as np

from ._records import Floats, Ints

# of one record's count, how much each bin around it is given; by number of bins
KERNELS: Final = {
    1: (1.0,),
    3: (0.25, 0.5, 0.25),
    5: (0.0668, 0.2417, 0.3830, 0.2417, 0.0668),
    7: (0.1059, 0.121, 0.1745, 0.1972, 0.1745, 0.121, 0.1059),
}


def spans(values: Floats) -> tuple[Ints, Ints]:
    """Return the first and the last column with a value, of each row; (0, -1) if there is none."""
    there = np.isfinite(values)
    some = there.any(axis=1)
    last = values.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    return np.where(some, there.argmax(axis=1), 0), np.where(some, last, -1)


def savitzky_golay(values: Floats, window: int, order: int) -> Floats:
    """Return the derivative of each row, per column, by polynomials fitted in a moving window.

    Parameters
    ----------
    values : ndarray
        One curve a row; NaN before and after it.
    window : int
        Columns of a window, odd.
    order : int
        Order of the polynomials, below `window`.

    Returns
    -------
    ndarray
        Near its ends a curve takes the polynomial of its first or last whole window. A curve
        shorter than a window is NaN.

    References
    ----------
    Savitzky and Golay 1964, Anal. Chem. 36:1627, https://doi.org/10.1021/ac60214a047
    """
    from scipy.ndimage import correlate1d  # late: the other analyses do not need it

    half = window // 2
    place = np.arange(-half, half + 1) / max(half, 1)
    fit = np.linalg.pinv(np.vander(place, order + 1, increasing=True)) / max(half, 1)
    result: Floats = correlate1d(values, fit[1], axis=1, mode="constant", cval=np.nan)
    first, last = spans(values)
    rows = np.flatnonzero(last - first + 1 >= window)
    slopes = np.stack([k * place ** max(k - 1, 0) for k in range(order + 1)], axis=1) @ fit
    for begin, columns in ((first, slice(0, half)), (last - window + 1, slice(half + 1, window))):
        at = begin[rows, None] + np.arange(window)
        result[rows[:, None], at[:, columns]] = values[rows[:, None], at] @ slopes[columns].T
    return result


def finite_difference(values: Floats, increment: int) -> Floats:
    """Return the difference over some columns around each, per column; less of them at the ends.

    Parameters
    ----------
    values : ndarray
        One curve a row; NaN before and after it.
    increment : int
        Columns to either side.
    """
    first, last = spans(values)
    column = np.arange(values.shape[1])
    low = np.maximum(column - increment, np.minimum(first, last)[:, None])
    high = np.minimum(column + increment, last[:, None])
    low, high = np.maximum(low, 0), np.maximum(high, 0)
    one = np.take_along_axis(values, np.minimum(low, values.shape[1] - 1), axis=1)
    other = np.take_along_axis(values, high, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope: Floats = np.divide(other - one, high - low)
    slope[~np.isfinite(values)] = np.nan
    return slope


def spread(counts: Floats, first: Ints, last: Ints, kernel: int) -> Floats:
    """Smooth counts with a kernel; what would leave a curve's bins is turned back into them.

    Parameters
    ----------
    counts : ndarray
        One curve a row, 0 before and after it.
    first, last : ndarray of int
        First and last bin of each.
    kernel : {1, 3, 5, 7}
        Bins that share a count.
    """
    weights = np.asarray(KERNELS[kernel])
    weights = weights / weights.sum()
    half = kernel // 2
    size = counts.shape[1]
    padded = np.zeros((len(counts), size + 2 * half))
    for k, weight in enumerate(weights):
        padded[:, k : k + size] += weight * counts
    rows = np.arange(len(counts))
    for k in range(half):
        for outside, inside in (
            (first - 1 - k, np.minimum(first + k, last)),
            (last + 1 + k, np.maximum(last - k, first)),
        ):
            padded[rows, inside + half] += padded[rows, outside + half]
            padded[rows, outside + half] = 0.0
    smooth: Floats = padded[:, half : half + size]
    return smooth
