"""Derivatives of rows of evenly spaced values: Savitzky-Golay, differences, counts in bins."""

from typing import Final

import numpy as np

from ..records.arrays import Floats, Ints
from .filled_columns import frame_rows, spans

ROWS_AT_ONCE: Final = 128  # with the columns, small enough that BLAS calls no other thread
COLUMNS_AT_ONCE: Final = 32
# of one record's count, how much each bin around it is given; by number of bins
KERNELS: Final = {
    1: (1.0,),
    3: (0.25, 0.5, 0.25),
    5: (0.0668, 0.2417, 0.3830, 0.2417, 0.0668),
    7: (0.1059, 0.121, 0.1745, 0.1972, 0.1745, 0.121, 0.1059),
}


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
    half = window // 2
    place = np.arange(-half, half + 1) / max(half, 1)
    fit = np.linalg.pinv(np.vander(place, order + 1, increasing=True)) / max(half, 1)
    first, last = spans(values)
    result = np.empty_like(values)
    for begin in range(0, len(values), ROWS_AT_ONCE):
        some = slice(begin, begin + ROWS_AT_ONCE)
        filled = values[some].copy()
        frame_rows(filled, first[some], last[some] + 1, 0.0, 0.0)  # in a product NaN would spread
        _correlate(filled, fit[1], result[some])
    frame_rows(result, first + half, np.maximum(last - half, first + half - 1) + 1)
    rows = np.flatnonzero(last - first + 1 >= window)
    slopes = np.stack([k * place ** max(k - 1, 0) for k in range(order + 1)], axis=1) @ fit
    for edge, columns in ((first, slice(0, half)), (last - window + 1, slice(half + 1, window))):
        at = edge[rows, None] + np.arange(window)
        result[rows[:, None], at[:, columns]] = values[rows[:, None], at] @ slopes[columns].T
    return result


def _correlate(values: Floats, weights: Floats, out: Floats) -> None:
    """Weigh the columns around each; band by band a product of matrices, which is fast.

    Columns with too few beside them are left as they are in `out`.
    """
    width, window = values.shape[1], len(weights)
    band = np.zeros((COLUMNS_AT_ONCE + window - 1, COLUMNS_AT_ONCE))
    for k in range(COLUMNS_AT_ONCE):
        band[k : k + window, k] = weights
    for begin in range(0, width - window + 1, COLUMNS_AT_ONCE):
        size = min(COLUMNS_AT_ONCE, width - window + 1 - begin)
        middle = begin + window // 2
        np.matmul(
            values[:, begin : begin + size + window - 1],
            band[: size + window - 1, :size],
            out=out[:, middle : middle + size],
        )


def finite_difference(values: Floats, increment: int) -> Floats:
    """Return the difference over some columns around each, per column; less of them at the ends.

    Parameters
    ----------
    values : ndarray
        One curve a row; NaN before and after it.
    increment : int
        Columns to either side.
    """
    slope = np.empty_like(values)
    for begin in range(0, len(values), ROWS_AT_ONCE):
        some = slice(begin, begin + ROWS_AT_ONCE)
        _differences(values[some], increment, slope[some])
    return slope


def _differences(values: Floats, increment: int, out: Floats) -> None:
    first, last = spans(values)
    count, width = values.shape
    rows, column = np.arange(count), np.arange(width)
    padded = np.empty((count, width + 2 * increment))
    padded[:, increment : increment + width] = values
    ends = values[rows, first, None], values[rows, last, None]
    frame_rows(padded, first + increment, last + increment + 1, *ends)
    np.subtract(padded[:, 2 * increment :], padded[:, :width], out=out)
    over = np.minimum(column + increment, last[:, None])
    over -= np.maximum(column - increment, first[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        out /= over
    frame_rows(out, first, last + 1)


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
