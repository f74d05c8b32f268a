"""Find cells among very many: free text, facets and ranges over one table of cells.

Masks of numpy arrays answer every question, so a count that leaves one filter out costs no more
than the answer itself. An index is made at the first question and may be shared by any number of
readers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import COLUMNS, axis
from bdg_explore.errors import ParameterError, did_you_mean

from .search_columns import SearchColumns
from .search_words import words

Facets = Mapping[str, Any]
Ranges = Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Filter:
    """One thing that was asked for, and which cells meet it.

    Attributes
    ----------
    kind : {"word", "facet", "range"}
        Where it was asked.
    name : str
        The word, or the column.
    label : str
        How a sentence names it: `45 °C`.
    mask : ndarray of bool
        One value a cell.
    """

    kind: Literal["word", "facet", "range"]
    name: str
    label: str
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class Histogram:
    """How the numbers of a column are spread.

    Attributes
    ----------
    edges : ndarray of float
        Borders of the bins, one more than there are bins; those of the whole table.
    counts : ndarray of int
        Cells in each bin; the last bin includes its upper border.
    unknown : int
        Cells without a number.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    unknown: int


class CellIndex:
    """Answer questions about one table of cells.

    Parameters
    ----------
    cells : DataFrame
        One row a cell, its index the names; any columns of the vocabulary. It must not change.

    Examples
    --------
    >>> index = CellIndex(cells)  # doctest: +SKIP
    >>> index.search("lfp 45", {"kind": ["experimental"]}, {"nominal_capacity_ah": (1, 2)})
    array([3, 17])
    """

    def __init__(self, cells: pd.DataFrame) -> None:
        self.cells = cells
        self._columns = SearchColumns(cells)

    def search(
        self, query: str = "", facets: Facets | None = None, ranges: Ranges | None = None
    ) -> NDArray[np.intp]:
        """Return the positions of the cells that meet everything asked for.

        Parameters
        ----------
        query : str
            Words that must all occur, in any column that text may look at; `"two words"` together.
            Notes count only for a word that nothing else holds.
        facets : mapping of str to list, optional
            Per column, values of which any will do; None stands for unknown.
        ranges : mapping of str to (low, high), optional
            Per column of numbers, borders that belong to the range; None leaves a side open.
            A cell without a number is in no range.

        Returns
        -------
        ndarray of int
            Positions in the order of the table.

        Raises
        ------
        UnknownNameError
            The table has no such column.
        ParameterError
            A range of a column that holds no numbers, or with its borders swapped.
        """
        return np.flatnonzero(self._all(self.filters(query, facets, ranges)))

    def filters(
        self, query: str = "", facets: Facets | None = None, ranges: Ranges | None = None
    ) -> list[Filter]:
        """Return what was asked for: one filter a word, one a facet, one a range."""
        found = [Filter("word", word, f"“{word}”", self._word(word)) for word in words(query)]
        for column, given in (facets or {}).items():
            wanted = list(given) if isinstance(given, (list, tuple, set, frozenset)) else [given]
            if wanted:
                label = " or ".join(shown(column, value) for value in wanted)
                found.append(Filter("facet", column, label, self._any_of(column, wanted)))
        for column, (low, high) in (ranges or {}).items():
            label = _shown_range(column, low, high)
            found.append(Filter("range", column, label, self._between(column, low, high)))
        return found

    def facet_counts(
        self,
        columns: Iterable[str],
        query: str = "",
        facets: Facets | None = None,
        ranges: Ranges | None = None,
    ) -> dict[str, list[tuple[Any, int]]]:
        """Count the cells for each value of some columns.

        A column ignores its own filter, so the alternatives to what was chosen stay in sight.
        Values that would give nothing stay too, with a count of 0.

        Returns
        -------
        dict of str to list of (value, count)
            The most frequent value of the whole table first, unknown (None) last.
        """
        found = self.filters(query, facets, ranges)
        chosen = {f.name for f in found if f.kind == "facet"}
        everything = self._all(found)
        return {
            column: self._count(
                column, self._all(found, but=("facet", column)) if column in chosen else everything
            )
            for column in columns
        }

    def histogram(
        self,
        column: str,
        query: str = "",
        facets: Facets | None = None,
        ranges: Ranges | None = None,
        *,
        bins: int = 24,
    ) -> Histogram:
        """Count the cells over equal steps of a numeric column, which ignores its own range."""
        mask = self._all(self.filters(query, facets, ranges), but=("range", column))
        numbers = self._columns.numbers(column)
        known = np.isfinite(numbers)
        if not known.any():
            return Histogram(np.array([0.0, 1.0]), np.zeros(1, np.int64), int(mask.sum()))
        low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
        counts, edges = np.histogram(numbers[mask & known], bins=bins, range=(low, high))
        return Histogram(edges, counts, int((mask & ~known).sum()))

    def order(
        self, positions: NDArray[np.intp], column: str, *, descending: bool = False
    ) -> NDArray[np.intp]:
        """Sort positions by a column (or the index's name); equal ones stay, unknown ones last."""
        rank = self._columns.rank(column)[positions]
        if descending:
            rank = np.where(rank == len(self.cells), rank, -rank)
        return positions[np.argsort(rank, kind="stable")]

    def blockers(
        self, query: str = "", facets: Facets | None = None, ranges: Ranges | None = None
    ) -> list[tuple[Filter, int]]:
        """Return each single filter with how many cells there would be without it, most first."""
        found = self.filters(query, facets, ranges)
        without = [(f, int(self._all(found, but=(f.kind, f.name)).sum())) for f in found]
        return sorted(without, key=lambda pair: -pair[1])

    def explain_nothing(
        self, query: str = "", facets: Facets | None = None, ranges: Ranges | None = None
    ) -> str:
        """Return a sentence that says what to do when nothing is found; empty if something is.

        It reads like "No cell matches. Remove 45 °C (would give 31)."
        """
        if not len(self.cells):
            return "There is no cell to look through: the catalogs that are open list none."
        blockers = self.blockers(query, facets, ranges)
        if self._all([f for f, _ in blockers]).any():
            return ""
        hint = "".join(
            f" Nothing is called {f.label}.{did_you_mean(f.name, self._columns.vocabulary)}"
            for f, _ in blockers
            if f.kind == "word" and not f.mask.any()
        )
        ways = [f"{f.label} (would give {count:,})" for f, count in blockers[:2] if count]
        if ways:
            return f"No cell matches.{hint} Remove {' or '.join(ways)}."
        return f"No cell matches.{hint} Clear all filters (would give {len(self.cells):,})."

    # --- masks ------------------------------------------------------------------------------------
    def _all(
        self, filters: Iterable[Filter], but: tuple[str, str] | None = None
    ) -> NDArray[np.bool_]:
        mask = np.ones(len(self.cells), bool)
        for one in filters:
            if (one.kind, one.name) != but:
                mask &= one.mask
        return mask

    def _word(self, word: str) -> NDArray[np.bool_]:
        return self._columns.word_mask(word)

    def _any_of(self, column: str, wanted: list[Any]) -> NDArray[np.bool_]:
        codes, values = self._columns.codes(column)
        known = {None if value != value else value for value in wanted}  # NaN is unknown too
        hit = np.array([None in known, *(value in known for value in values)])
        return hit.take(codes)

    def _between(self, column: str, low: float | None, high: float | None) -> NDArray[np.bool_]:
        low = -np.inf if low is None else low
        high = np.inf if high is None else high
        if not low <= high:
            raise ParameterError(
                f"The range of {column} must run upwards; got {low:g} to {high:g}."
            )
        numbers = self._columns.numbers(column)
        return (numbers >= low) & (numbers <= high)

    def _count(self, column: str, mask: NDArray[np.bool_]) -> list[tuple[Any, int]]:
        codes, values = self._columns.codes(column)
        usual = self._columns.frequencies(column)
        counts = np.bincount(codes[mask], minlength=len(values) + 1)
        ranked = sorted(range(1, len(values) + 1), key=lambda code: -usual[code])
        rows = [(values[code - 1], int(counts[code])) for code in ranked]
        return [*rows, (None, int(counts[0]))] if usual[0] else rows


def shown(column: str, value: Any) -> str:
    """Return a value of a cells column as a sentence names it: `45 °C`, `unknown cathode`."""
    record = COLUMNS.get(column)
    if value is None or value != value:
        return f"unknown {record.title.lower() if record else column}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:g} {record.unit}" if record and record.unit != "1" else f"{value:g}"
    return str(value)


def _shown_range(column: str, low: float | None, high: float | None) -> str:
    record = COLUMNS.get(column)
    name = record.title if record else axis(column)
    unit = f" {record.unit}" if record and record.unit not in ("", "1") else ""
    lower = low is not None and np.isfinite(low)
    upper = high is not None and np.isfinite(high)
    if lower and upper:
        return f"{name} {low:g} to {high:g}{unit}"
    if lower:
        return f"{name} from {low:g}{unit}"
    return f"{name} up to {high:g}{unit}" if upper else f"{name} of any known value"
