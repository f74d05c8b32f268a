"""What a visitor of the browser has asked for and chosen, and what follows from it. No screen."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import traitlets

from bdg_explore.columns import CELL
from bdg_explore.errors import BdgError
from bdg_explore.hubs.search import CellIndex, Histogram, in_quotes, told_unlisted

from .address import (
    RANGE,
    as_known,
    join_range,
    join_values,
    split_range,
    split_values,
)
from .python_code import browser_code
from .shown_columns import FACETS, RANGES, TABLE, known_columns, table_column
from .told import told_of
from .traits import FacetsTrait, RangesTrait, SelectionTrait, SortTrait


class BrowserState(traitlets.HasTraits):
    """A question about a table of cells, its answer page by page, and the cells chosen.

    Set `query`, `facets`, `ranges`, `sort`, `page`, `page_size` and `selection`; watch the rest.
    Several may be set at once inside `hold_trait_notifications()`: the answer is then worked out
    once. A new question goes back to the first page and keeps the selection.

    Parameters
    ----------
    cells : DataFrame or CellIndex
        One row a cell, indexed by name. An index may be shared by any number of states.
    columns : sequence of str or mapping, optional
        Columns of the table, as `table_column` takes them.
    facets_of : sequence of str
        Columns whose values are counted as facets, as far as the table has them.
    ranges_of : sequence of str
        Columns of numbers that are offered as ranges.
    opening : str
        Python that opens these hubs, for `code`.

    Attributes
    ----------
    total : int
        Cells that meet the question.
    rows : list of dict
        The current page, as JSON holds it; unknown is None.
    facet_counts : dict of str to list of (value, count)
        For each facet, how many cells each value would give.
    message : str
        What was done in another way than it was typed, and what to do when nothing is found;
        else empty.
    told : dict
        The same for a screen: `words` with how each was understood, further sentences as `said`,
        and `datasets` that match but list no cells, with title and address.
    """

    query = traitlets.Unicode()
    facets = FacetsTrait()
    ranges = RangesTrait()
    sort = SortTrait()
    page = traitlets.Int(0, min=0)
    page_size = traitlets.Int(25, min=1)
    selection = SelectionTrait()

    total = traitlets.Int(read_only=True)
    rows: Any = traitlets.List(read_only=True)
    facet_counts = traitlets.Dict(read_only=True)
    message = traitlets.Unicode(read_only=True)
    told = traitlets.Dict(read_only=True)

    def __init__(
        self,
        cells: pd.DataFrame | CellIndex,
        columns: Sequence[str | Mapping[str, Any]] | None = None,
        *,
        facets_of: Sequence[str] = FACETS,
        ranges_of: Sequence[str] = RANGES,
        opening: str = "bdg.open_hubs()",
        **asked: Any,
    ) -> None:
        self._index = cells if isinstance(cells, CellIndex) else CellIndex(cells)
        self._opening = opening
        frame = self._index.cells
        self.facet_columns = known_columns(frame, facets_of)
        self.range_columns = known_columns(frame, ranges_of)
        wanted = (CELL, *known_columns(frame, TABLE)) if columns is None else columns
        self.table_columns = [table_column(one) for one in wanted]
        self._found = self._ordered = np.empty(0, np.intp)
        self._answered: tuple[Any, ...] = ()
        super().__init__(**asked)
        self._follow()

    # --- what follows -----------------------------------------------------------------------------
    @traitlets.observe("query", "facets", "ranges", "sort", "page", "page_size")
    def _follow(self, _change: Any = None) -> None:
        """Work out the answer, once however many traits changed together."""
        question = (self.query, self.facets, self.ranges)
        view = (question, self.sort, self.page, self.page_size)
        if view == self._answered:
            return
        before = self._answered or (None, None, None, None)
        new_question, new_order = question != before[0], self.sort != before[1]
        if new_question:
            self._answer = self._index.ask(*question)
            self._found = self._answer.positions
        if new_question or new_order:
            self._ordered = self._sorted(self._found)
        page = 0 if (new_question or new_order) and self.page == before[2] else self.page
        page = min(page, max(0, (len(self._found) - 1) // self.page_size))
        self._answered = (question, self.sort, page, self.page_size)
        with self.hold_trait_notifications():
            self.page = page
            self.set_trait("rows", self._page_rows(page))
            if new_question:
                self.set_trait("total", len(self._found))
                counts = self._index.facet_counts(self.facet_columns, *question)
                self.set_trait("facet_counts", counts)
                told = told_of(self._answer, self._index, question)
                self.set_trait("told", told)
                self.set_trait("message", self._message(told["datasets"]))

    def _message(self, unlisted: Sequence[Mapping[str, Any]]) -> str:
        sentences = list(self._answer.told)
        if not self.total:
            question = (self.query, self.facets, self.ranges)
            sentences.append(self._index.explain_nothing(*question))
            sentences.append(told_unlisted([one["id"] for one in unlisted], beside=False))
        return " ".join(filter(None, sentences))

    @property
    def order_at_rest(self) -> str:
        """What orders the rows while they are sorted by no column."""
        return "best match first" if self.query.strip() else ""

    def _sorted(self, positions: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        if not self.sort:
            return positions
        column, direction = self.sort
        return self._index.order(positions, column, descending=direction == "desc")

    def _page_rows(self, page: int) -> list[dict[str, Any]]:
        start = page * self.page_size
        rows = self._index.cells.iloc[self._ordered[start : start + self.page_size]]
        names = [column["name"] for column in self.table_columns]
        values = {name: rows[name] if name in rows.columns else rows.index for name in names}
        values[CELL] = rows.index
        listed = {name: [_plain(value) for value in values[name].tolist()] for name in values}
        return [dict(zip(listed, row, strict=True)) for row in zip(*listed.values(), strict=True)]

    @property
    def cells(self) -> pd.DataFrame:
        """All the cells there are."""
        return self._index.cells

    @property
    def result(self) -> pd.DataFrame:
        """The cells that meet the question, in the order of the table: the best match first."""
        return self._index.cells.iloc[self._ordered]

    @property
    def code(self) -> str:
        """Python that repeats the question and plots what is chosen."""
        return browser_code(
            self.query, self.facets, self.ranges, self.sort, self.selection, self._opening
        )

    def histogram(self, column: str, bins: int = 24) -> Histogram:
        """Return how a numeric column is spread over the cells, its own range left out."""
        return self._index.histogram(column, self.query, self.facets, self.ranges, bins=bins)

    def exactly(self, word: str) -> None:
        """Ask for a word letter by letter that was taken for a misspelling."""
        self.query = in_quotes(self.query, word)

    def choose(self, column: str, values: Sequence[Any]) -> None:
        """Ask for some values of one facet, the others as they were; none takes it back."""
        self.facets = {**self.facets, column: list(values)}

    def narrow(self, column: str, low: float | None, high: float | None) -> None:
        """Ask for one range, the others as they were; open on both sides takes it back."""
        others = {name: pair for name, pair in self.ranges.items() if name != column}
        self.ranges = others if low is None and high is None else {**others, column: (low, high)}

    def clear(self) -> None:
        """Take back the question; what is chosen stays."""
        with self.hold_trait_notifications():
            self.query, self.facets, self.ranges = "", {}, {}

    # --- the address bar --------------------------------------------------------------------------
    def as_query(self) -> dict[str, str]:
        """Return the state as short strings for an address bar; what is at rest is left out."""
        asked = {"q": self.query} if self.query else {}
        asked |= {column: join_values(values) for column, values in self.facets.items()}
        asked |= {column + RANGE: join_range(*pair) for column, pair in self.ranges.items()}
        asked |= {"sort": ".".join(self.sort)} if self.sort else {}
        asked |= {"page": str(self.page + 1)} if self.page else {}
        return asked | ({"cells": join_values(self.selection)} if self.selection else {})

    def from_query(self, asked: Mapping[str, Any]) -> list[str]:
        """Take over what `as_query` wrote, perhaps long ago, perhaps edited by hand.

        Parameters
        ----------
        asked : mapping of str to str
            As `urllib.parse.parse_qsl` reads an address. Names that mean nothing here are left
            to others.

        Returns
        -------
        list of str
            A sentence for each part that could not be taken over.
        """
        problems: list[str] = []
        facets: dict[str, Any] = {}
        ranges: dict[str, Any] = {}
        for name, given in asked.items():
            text, column = str(given), name.removesuffix(RANGE)
            if name.endswith(RANGE) and column in self.cells.columns:
                try:
                    ranges |= RangesTrait().validate(self, {column: split_range(text)})
                except (ValueError, BdgError) as error:
                    problems.append(f"The range of {column} in the link was left out: {error}")
            elif name in self.cells.columns:
                known = (value for value, _ in self._index.facet_counts([name])[name])
                facets[name] = as_known(split_values(text), known)
        selection = split_values(str(asked.get("cells", "")))
        here = [uid for uid in selection if uid in self.cells.index]
        if len(here) < len(selection):
            gone = ", ".join(str(uid) for uid in selection if uid not in self.cells.index)
            problems.append(f"No cell of that name is in the open catalogs any more: {gone}.")
        with self.hold_trait_notifications():
            self.query = str(asked.get("q", ""))
            self.facets, self.ranges, self.selection = facets, ranges, tuple(here)
            self.sort = ()
            try:
                column, _, direction = str(asked.get("sort", "")).rpartition(".")
                self.sort = (column, direction) if column else ()
            except BdgError as error:
                problems.append(f"The order in the link was left out: {error}")
        page = str(asked.get("page", "1"))
        self.page = max(0, int(page) - 1) if page.isdecimal() else 0
        return problems


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it; what is unknown or not finite is None."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return None if pd.isna(value) else str(value)
