"""Find cells among very many: free text, facets and ranges over one table of cells.

Arrays of numpy answer every question, so a count that leaves one filter out costs no more than
the answer itself. An index is made at the first question and may be shared by any number of
readers.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .answer import Answer, Filter, Histogram, Understood
from .columns import SearchColumns
from .datasets import DATASET_FIELDS, DatasetIndex
from .filters import (
    Facets,
    Mask,
    Ranges,
    best_first,
    column_filters,
    near_values,
    together,
    word_filters,
)
from .meaning import Meaning

__all__ = ["CellIndex", "Histogram"]


class CellIndex:
    """Answer questions about one table of cells.

    Parameters
    ----------
    cells : DataFrame
        One row a cell, its index the names; any columns of the vocabulary. It must not change.
    datasets : DataFrame, optional
        One row a data set, as `search_datasets.searched_table` makes it. A word that only a data
        set holds is then known too.

    Attributes
    ----------
    datasets : DatasetIndex or None
        The same questions asked of data sets.

    Examples
    --------
    >>> index = CellIndex(cells)  # doctest: +SKIP
    >>> index.search("lfp 45", {"kind": ["experimental"]}, {"nominal_capacity_ah": (1, 2)})
    array([3, 17])
    """

    def __init__(self, cells: pd.DataFrame, datasets: pd.DataFrame | None = None) -> None:
        self.cells = cells
        self._columns = SearchColumns(cells)
        sets = None if datasets is None else SearchColumns(datasets, DATASET_FIELDS)
        self._meaning = Meaning([self._columns, *([sets] if sets else [])])
        self.datasets = DatasetIndex(sets, self._columns, self._meaning) if sets else None

    def ask(
        self,
        query: str = "",
        facets: Facets | None = None,
        ranges: Ranges | None = None,
        *,
        within: Mask | None = None,
    ) -> Answer:
        """Find the cells that meet everything asked for, and say how it was understood.

        Parameters
        ----------
        query : str
            Words that must all be met, in any order: names and their synonyms, quantities with
            their unit, parts of ids. `"in quotes"` is looked for letter by letter. Notes count
            only for a word that no field holds. A word that nothing holds is taken for the
            nearest that something does. Where no cell meets every quantity, those about there
            (5 K, a tenth) are taken.
        facets : mapping of str to list, optional
            Per column, values of which any will do; None stands for unknown.
        ranges : mapping of str to (low, high), optional
            Per column of numbers, borders that belong to the range; None leaves a side open.
            A cell without a number is in no range.
        within : ndarray of bool, optional
            Cells to look among.

        Returns
        -------
        Answer
            Positions, the best first, and what to tell.

        Raises
        ------
        UnknownNameError
            The table has no such column.
        ParameterError
            A range of a column that holds no numbers, or with its borders swapped.
        """
        asked, words = self._meaning.of(query)
        found, near = self._filters(words, facets, ranges, within)
        positions = np.flatnonzero(together(found, len(self.cells), within=within))
        positions = best_first(positions, found)
        taken = near_values(words, self._columns, positions) if near else ()
        return Answer(positions, words, taken, asked.left_out, asked.too_many)

    @property
    def nbytes(self) -> int:
        """Memory that is held beside the table, as far as anything was worked out [bytes]."""
        return self._columns.nbytes

    def search(
        self, query: str = "", facets: Facets | None = None, ranges: Ranges | None = None
    ) -> NDArray[np.intp]:
        """Return the positions of the cells that meet everything asked for, the best first."""
        return self.ask(query, facets, ranges).positions

    def filters(
        self, query: str = "", facets: Facets | None = None, ranges: Ranges | None = None
    ) -> list[Filter]:
        """Return what was asked for: one filter a word, one a facet, one a range."""
        return self._filters(self._meaning.of(query)[1], facets, ranges)[0]

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
        rows = len(self.cells)
        everything = together(found, rows)
        return {
            column: self._count(
                column,
                together(found, rows, but=("facet", column)) if column in chosen else everything,
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
        asked = self.filters(query, facets, ranges)
        mask = together(asked, len(self.cells), but=("range", column))
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
        rows = len(self.cells)
        without = [(f, int(together(found, rows, but=(f.kind, f.name)).sum())) for f in found]
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
        if together([f for f, _ in blockers], len(self.cells)).any():
            return ""
        hint = self._meaning.unheld(query)
        ways = [f"{f.label} (would give {count:,})" for f, count in blockers[:2] if count]
        if ways:
            return f"No cell matches.{hint} Remove {' or '.join(ways)}."
        return f"No cell matches.{hint} Clear all filters (would give {len(self.cells):,})."

    # --- inside -----------------------------------------------------------------------------------
    def _filters(
        self,
        words: Sequence[Understood],
        facets: Facets | None,
        ranges: Ranges | None,
        within: Mask | None = None,
    ) -> tuple[list[Filter], bool]:
        """Return the filters, and whether near quantities had to be taken."""
        rows = len(self.cells)
        others = column_filters(facets, ranges, self._columns)
        found = [*word_filters(words, self._columns), *others]
        if not any(one.reading is not None for one in words):
            return found, False
        if together(found, rows, within=within).any():
            return found, False
        closer = [*word_filters(words, self._columns, near=True), *others]
        near = bool(together(closer, rows, within=within).any())
        return (closer, True) if near else (found, False)

    def _count(self, column: str, mask: Mask) -> list[tuple[Any, int]]:
        codes, values = self._columns.codes(column)
        usual = self._columns.frequencies(column)
        counts = np.bincount(codes[mask], minlength=len(values) + 1)
        ranked = sorted(range(1, len(values) + 1), key=lambda code: -usual[code])
        rows = [(values[code - 1], int(counts[code])) for code in ranked]
        return [*rows, (None, int(counts[0]))] if usual[0] else rows
