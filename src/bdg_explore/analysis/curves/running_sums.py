"""Sums along rows, each value with all before it: as matrix products, which wait for nothing."""

from typing import Final

import numpy as np

from ..records.arrays import Floats

BLOCK: Final = 16
"""Rows are as wide as a multiple of this."""
_UP_TO: Final = np.triu(np.ones((BLOCK, BLOCK)))  # column k sums what stands up to k


def padded_width(width: int) -> int:
    """Return the least multiple of `BLOCK` that holds so many columns."""
    return -(-width // BLOCK) * BLOCK


def running_sums(values: Floats) -> Floats:
    """Return the cumulative sums of each row; the values are used up.

    Parameters
    ----------
    values : ndarray
        Rows in one piece of memory, `padded_width` wide.

    Returns
    -------
    ndarray
        What ``np.cumsum(values, axis=1)`` returns, to rounding.

    Notes
    -----
    A cumulative sum waits for every addition before it begins the next. Here each block is handed
    the sum of the blocks before it, and all are multiplied by one triangle at once. One product a
    row keeps them below the size that BLAS would spread over threads.
    """
    rows = len(values)
    blocked = values.reshape(rows, -1, BLOCK)
    before = np.cumsum(blocked[:, :-1] @ np.ones(BLOCK), axis=1)
    blocked[:, 1:, 0] += before
    return (blocked @ _UP_TO).reshape(rows, -1)
