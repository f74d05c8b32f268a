"""Rows of a table that each hold values from one column to another, and NaN around them."""

import numpy as np

from ..records.arrays import Floats, Ints


def spans(values: Floats) -> tuple[Ints, Ints]:
    """Return the first and the last column with a value, of each row; (0, -1) if there is none."""
    there = np.isfinite(values)
    some = there.any(axis=1)
    last = values.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    return np.where(some, there.argmax(axis=1), 0), np.where(some, last, -1)


def fill(table: Floats, begin: Ints, end: Ints, values: Floats) -> None:
    """Set columns of each row, from its begin to before its end, to its value; a few of them."""
    counts = np.maximum(end - begin, 0)
    rows = np.repeat(np.arange(len(table)), counts)
    columns = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts - begin, counts)
    table[rows, columns] = values[rows]


def frame_rows(
    table: Floats,
    begin: Ints,
    end: Ints,
    before: "float | Floats" = np.nan,
    after: "float | Floats" = np.nan,
) -> None:
    """Set the columns of each row before its begin, and from its end on, to NaN or other values."""
    if not table.size:
        return
    column = np.arange(table.shape[1])
    left, right = slice(0, max(int(np.max(begin)), 0)), slice(max(int(np.min(end)), 0), None)
    np.copyto(table[:, left], before, where=column[left] < begin[:, None])
    np.copyto(table[:, right], after, where=column[right] >= end[:, None])
