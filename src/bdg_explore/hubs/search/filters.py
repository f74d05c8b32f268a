"""Facets, ranges and words as filters over the rows of one table, and what they give together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bdg_explore.errors import ParameterError

from .answer import Filter, Understood, shown, shown_range
from .columns import SearchColumns
from .meaning import grades
from .words import Grades

Facets = Mapping[str, Any]
Ranges = Mapping[str, tuple[float | None, float | None]]
Mask = NDArray[np.bool_]


def word_filters(
    words: Iterable[Understood], table: SearchColumns, *, near: bool = False
) -> list[Filter]:
    """Return one filter a word."""
    found = []
    for one in words:
        fits = grades(one, table, near=near)
        found.append(Filter("word", one.typed, one.label, fits > 0, fits))
    return found


def column_filters(
    facets: Facets | None, ranges: Ranges | None, table: SearchColumns
) -> list[Filter]:
    """Return one filter a facet and one a range.

    Raises
    ------
    UnknownNameError
        The table has no such column.
    ParameterError
        A range of a column that holds no numbers, or with its borders swapped.
    """
    found = []
    for column, given in (facets or {}).items():
        wanted = list(given) if isinstance(given, (list, tuple, set, frozenset)) else [given]
        if wanted:
            label = " or ".join(shown(column, value) for value in wanted)
            found.append(Filter("facet", column, label, _any_of(table, column, wanted)))
    for column, (low, high) in (ranges or {}).items():
        label = shown_range(column, low, high)
        found.append(Filter("range", column, label, _between(table, column, low, high)))
    return found


def together(
    filters: Iterable[Filter],
    rows: int,
    *,
    but: tuple[str, str] | None = None,
    within: Mask | None = None,
) -> Mask:
    """Return which rows meet all filters, except the one that `but` names by kind and name."""
    mask = np.ones(rows, bool) if within is None else within.copy()
    for one in filters:
        if (one.kind, one.name) != but:
            mask &= one.mask
    return mask


def best_first(positions: NDArray[np.intp], filters: Sequence[Filter]) -> NDArray[np.intp]:
    """Return positions with the best fitting words first; equally good ones stay as they are."""
    scores = [one.grades[positions] for one in filters if one.grades is not None]
    if not scores or not len(positions):
        return positions
    # At most 32 words of grade 4.
    total: Grades = np.stack(scores).sum(axis=0, dtype=np.uint8)
    if (total == total[0]).all():
        return positions
    return positions[np.argsort(np.uint8(255) - total, kind="stable")]


def near_values(
    words: Iterable[Understood], table: SearchColumns, positions: NDArray[np.intp]
) -> tuple[tuple[str, str], ...]:
    """Return the quantities that some of the rows found do not meet, and what these hold."""
    told = []
    for one in words:
        if one.reading is None or grades(one, table)[positions].all():
            continue
        close: dict[str, None] = {}
        for column in one.reading.columns:
            if column in table.cells.columns:
                values = np.unique(table.numbers(column)[positions])
                off = np.maximum(one.reading.low - values, values - one.reading.high)
                within = values[(off > 0) & (off <= one.reading.near)]
                close.update((shown(column, float(value)), None) for value in within)
        told.append((one.meaning, " and ".join(close)))
    return tuple(told)


def _any_of(table: SearchColumns, column: str, wanted: list[Any]) -> Mask:
    codes, values = table.codes(column)
    known = {None if value != value else value for value in wanted}  # NaN is unknown too
    hit = np.array([None in known, *(value in known for value in values)])
    return hit.take(codes)


def _between(table: SearchColumns, column: str, low: float | None, high: float | None) -> Mask:
    low = -np.inf if low is None else low
    high = np.inf if high is None else high
    if not low <= high:
        raise ParameterError(f"The range of {column} must run upwards; got {low:g} to {high:g}.")
    numbers = table.numbers(column)
    return (numbers >= low) & (numbers <= high)
