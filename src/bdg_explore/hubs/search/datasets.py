"""Search over data sets: by what is said of them, and by their cells where those are listed."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import COLUMNS, DATASET, LANDING_URL, TITLE

from ..entries import Dataset
from .answer import Answer, Filter, Understood
from .columns import FIELDS, SearchColumns
from .filters import Facets, Mask, Ranges, best_first, column_filters, together
from .meaning import Meaning, grades
from .words import EXACT, Grades

CELLS_LISTED: Final = ("cells_known", "cells_elsewhere")
DATASET_FIELDS: Final = (
    *FIELDS, "hub_name", "description", "stated", "electrolyte", "vehicle_model",
)  # fmt: skip


def searched_table(datasets: Iterable[Dataset], table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of data sets with the facts that hold for all their cells as columns.

    Parameters
    ----------
    datasets : iterable of Dataset
        The records.
    table : DataFrame
        `Hubs.datasets`.
    """
    facts = {one.id: dict(one.secondary) for one in datasets}
    names = dict.fromkeys(name for known in facts.values() for name in known)
    added: dict[str, Any] = {DATASET: table.index}
    for name in names:
        values = [facts[uid].get(name) for uid in table.index]
        if name in COLUMNS and COLUMNS[name].kind != "text":
            added[name] = pd.to_numeric(pd.Series(values, table.index), errors="coerce")
        else:
            texts = [None if value is None else str(value) for value in values]
            added[name] = pd.Series(texts, table.index, dtype="str")
    return table.assign(**added)


class DatasetIndex:
    """Answer questions about one table of data sets.

    Parameters
    ----------
    table : SearchColumns
        The data sets, as `searched_table` makes them.
    cells : SearchColumns
        Their cells, as far as they are known.
    meaning : Meaning
        How words are understood over both.
    """

    def __init__(self, table: SearchColumns, cells: SearchColumns, meaning: Meaning) -> None:
        self._table, self._cells, self._meaning = table, cells, meaning

    def ask(self, query: str, *, within: Mask | None = None) -> Answer:
        """Find data sets: each word must be said of the data set, or of one of its cells."""
        asked, words = self._meaning.of(query)
        rows = len(self._table.cells)
        near = False
        found = [self._filter(one) for one in words]
        mask = together(found, rows, within=within)
        if not mask.any() and any(one.reading is not None for one in words):
            closer = [self._filter(one, near=True) for one in words]
            about = together(closer, rows, within=within)
            if about.any():
                found, mask, near = closer, about, True
        positions = best_first(np.flatnonzero(mask), found)
        quantities = " and ".join(one.meaning for one in words if one.reading is not None)
        taken = ((quantities, "within 5 K or a tenth"),) if near else ()
        return Answer(positions, words, taken, asked.left_out, asked.too_many, "data set")

    def explain_nothing(self, query: str) -> str:
        """Return a sentence that says what to do when no data set is found."""
        hint = self._meaning.unheld(query)
        return f"No data set matches.{hint or ' Take a word away.'}"

    def unlisted(
        self, query: str, facets: Facets | None = None, ranges: Ranges | None = None
    ) -> list[str]:
        """Return the data sets without a list of cells that meet a question, the best first.

        A facet or a range of something that is not known of whole data sets is met by none.
        """
        _, words = self._meaning.of(query)
        asked = [*(facets or {}), *(ranges or {})]
        known = self._table.cells.columns
        if not (words or asked) or any(column not in known for column in asked):
            return []
        found = [self._filter(one, of_cells=False) for one in words]
        found += column_filters(facets, ranges, self._table)
        empty = np.sum([self._table.numbers(name) for name in CELLS_LISTED], axis=0) == 0
        ids = self._table.cells.index
        positions = np.flatnonzero(together(found, len(ids), within=empty))
        return [str(ids[at]) for at in best_first(positions, found)]

    def about(self, ids: Iterable[str]) -> list[dict[str, str | None]]:
        """Return id, title and landing page of data sets, as JSON holds them."""
        rows = self._table.cells.loc[list(ids), [TITLE, LANDING_URL]]
        return [
            {"id": str(name), "title": _text(title) or str(name), "url": _text(url)}
            for name, title, url in rows.itertuples()
        ]

    def _filter(self, one: Understood, *, near: bool = False, of_cells: bool = True) -> Filter:
        fits = grades(one, self._table, near=near)
        if of_cells:
            fits = np.maximum(fits, self._of_cells(grades(one, self._cells, near=near)))
        return Filter("word", one.typed, one.label, fits > 0, fits)

    def _of_cells(self, fits: Grades) -> Grades:
        """Return, for each data set, how well the best of its cells fits."""
        best = np.zeros(len(self._table.cells), np.uint8)
        if DATASET not in self._cells.cells.columns:
            return best
        codes, values = self._cells.codes(DATASET)
        places = self._places
        for grade in range(1, EXACT + 1):
            counted = np.bincount(codes[fits == grade], minlength=len(values) + 1)[1:]
            best[places[(counted > 0) & (places >= 0)]] = grade
        return best

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """Where each data set that has cells stands in the table; -1 if it is not there."""
        return self._table.cells.index.get_indexer(pd.Index(self._cells.codes(DATASET)[1]))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
