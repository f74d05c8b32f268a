"""Hubs at a glance: what catalogs list, how well it is described. Arrangement only."""

from collections.abc import Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

import pandas as pd
import panel as pn
import panel_material_ui as pmui

from bdg_explore.columns import (
    ACCESS,
    CATHODE,
    DATASET,
    HUB,
    KIND,
    LICENCE,
    OBJECTIVE,
    SEGMENT,
    TITLE,
)
from bdg_explore.hubs import Hubs
from bdg_explore.hubs.coverage import (
    FAIR_SCORE,
    FAMILIES,
    IS_DEMO,
    PRIMARY_STATED,
    STATED,
    holding,
    impact_metrics,
    metrics_table,
    overview,
    parts,
)
from bdg_explore.hubs.search import CellIndex
from bdg_explore.hubs.sharing import Private
from bdg_explore.widgets.panel_groups import facet_groups, value_label
from bdg_explore.widgets.panel_parts import Facets, SearchBox
from bdg_explore.widgets.panel_table import PanelTable
from bdg_explore.widgets.state import BrowserState

from .address import for_a_link, read_address, write_address
from .bridge import Bridge
from .dataset_drawer import DatasetDrawer
from .dataset_facts import title_of
from .frame import frame
from .glance_pictures import Asked, Pictures
from .glance_tables import headline
from .theme import STYLE
from .usage import note_use

_FACETS: Final = (SEGMENT, CATHODE, LICENCE, ACCESS, HUB, KIND, OBJECTIVE)
_COLUMNS: Final = (
    {"name": DATASET, "title": "Data set", "kind": "text"},
    HUB, SEGMENT, CATHODE,
    {"name": STATED, "title": "States", "meaning": "What the data set is said to hold."},
    LICENCE, ACCESS,
    {"name": PRIMARY_STATED, "title": "Primary", "unit": "of 7", "kind": "number",
     "meaning": "Primary metadata that are stated, unverified ones included."},
    {"name": FAIR_SCORE, "title": "FAIR", "unit": "of 1", "kind": "number",
     "meaning": "Mean of the FAIR indicators; open the data set for the reasons."},
    KIND, TITLE,
)  # fmt: skip
_ROWS: Final = 15
_INDEXES: "WeakKeyDictionary[Hubs, CellIndex]" = WeakKeyDictionary()
_METRICS: "WeakKeyDictionary[Hubs, pd.DataFrame]" = WeakKeyDictionary()


class Glance:
    """One visitor's page: the parts, and how they follow each other."""

    def __init__(self, hubs: Hubs, leaving: Hubs | None = None) -> None:
        self._leaving = hubs.for_others() if leaving is None else leaving
        self.hubs, self.rows = hubs, overview(hubs)
        self.index = _INDEXES.setdefault(hubs, CellIndex(self.rows))
        if hubs not in _METRICS:
            _METRICS[hubs] = metrics_table(impact_metrics(hubs))
        self.state = BrowserState(
            self.index, _COLUMNS, facets_of=_FACETS, ranges_of=(), page_size=_ROWS
        )
        self.bridge = Bridge(on_address=self.restore, on_escape=self._escape)
        self.drawer = DatasetDrawer(hubs, self._write_address, self._taken)
        self.pictures = Pictures(
            Asked(self._without, self._chosen), _METRICS[hubs], self.pick, self._write_address
        )
        whole = {"sizing_mode": "stretch_width", "margin": 0}
        self.search = SearchBox(
            placeholder="Search: nmc field CC-BY zenodo",
            label="Search data sets by words: title, hub, chemistry, objective, id",
            sizing_mode="stretch_width", max_width=640, margin=(0, 12),
        )  # fmt: skip
        self.facets = Facets(on_message=self._asked, **whole)
        self.chips = pn.FlexBox(gap="8px", sizing_mode="stretch_width", margin=(8, 0, 0, 0))
        self.table = PanelTable(
            columns=self.state.table_columns, key=DATASET, label="Data sets", **whole
        )
        self.search.param.watch(lambda event: self.state.set_trait("query", event.new), "value")
        self.table.param.watch(self._touched, ["page", "sort", "selection", "opened"])
        self._restoring = False
        self.restore(pn.state.location.search or "" if pn.state.location is not None else "")
        self.state.observe(self._follow, ["query", "facets", "sort", "page"])
        note_use("visit")

    # --- what follows what ------------------------------------------------------------------------
    def _follow(self, change: Any) -> None:
        if not self._restoring:
            self._show()
            if change.name in ("query", "facets"):
                self.pictures.draw_soon()
            self._write_address()

    def _show(self) -> None:
        state = self.state
        asked = bool(state.query or state.facets)
        self.search.value = state.query
        self.facets.param.update(
            groups=facet_groups(state), total=state.total, filtered=asked,
            summary=f"of {len(self.rows)} data sets" if asked else "data sets, the demo included",
        )  # fmt: skip
        self.table.param.update(
            rows=state.rows, total=state.total, page=state.page, page_size=state.page_size,
            sort=list(state.sort), message=state.message.replace("No cell", "No data set"),
        )  # fmt: skip
        # A close mark on each says what a click does.
        self.chips[:] = [
            pmui.Button(
                label=self._label(column), icon="close", variant="outlined", size="small",
                margin=0, on_click=lambda _event, column=column: self._drop(column),
            )
            for column in state.facets
        ]  # fmt: skip
        self.chips.visible = bool(state.facets)

    def _label(self, column: str) -> str:
        named = {FAMILIES: "Cathode"}.get(column) or title_of(column.removesuffix("_state"))
        values = self._chosen(column) or self.state.facets[column]
        told = [value_label(column, value) for value in values]
        return f"{named}: {', '.join(told[:3])}{f' and {len(told) - 3} more' if told[3:] else ''}"

    def _drop(self, column: str) -> None:
        self.state.facets = {k: v for k, v in self.state.facets.items() if k != column}

    # --- what the pictures ask --------------------------------------------------------------------
    def _without(self, column: str) -> pd.DataFrame:
        """Return the rows found without what was asked of a column."""
        facets = {name: held for name, held in self.state.facets.items() if name != column}
        return self.rows.iloc[self.index.search(self.state.query, facets)]

    def _chosen(self, column: str) -> list[Any]:
        """Return the values of a column all of whose rows are asked for."""
        held = self.state.facets.get(column, ())
        values = dict.fromkeys(part for text in held for part in parts(column, text))
        return [one for one in values if set(holding(self.rows, column, [one])) <= set(held)]

    def pick(self, column: str, values: Sequence[Any]) -> None:
        """Ask for some values of a column; the same ones again take it back."""
        texts = holding(self.rows, column, values)
        again = set(self.state.facets.get(column, ())) == set(texts)
        self.state.choose(column, [] if again else texts)

    # --- from the screen --------------------------------------------------------------------------
    def _asked(self, message: dict[str, Any]) -> None:
        if message.get("reset"):
            self.state.clear()
        elif "facet" in message:
            self.state.choose(str(message["facet"]), message["values"])

    def _touched(self, *events: Any) -> None:
        for event in events:
            if event.name == "selection":
                # One is open at a time: what was chosen last.
                chosen = [name for name in event.new if name != self.drawer.name_shown]
                if chosen:
                    self.open(chosen[-1])
                elif self.drawer.name_shown and not event.new:
                    self.drawer.close()
            elif event.name == "opened":
                self.open(event.new)
            else:
                setattr(
                    self.state, event.name, event.new if event.name == "page" else tuple(event.new)
                )

    def open(self, name: str) -> None:
        """Open the record of a data set."""
        self.drawer.open(name)
        if name in self.rows.index:
            note_use("open", self.rows.loc[name])

    def _taken(self, name: str) -> None:
        note_use("download", self.rows.loc[name])

    def _escape(self) -> None:
        self.drawer.close()

    # --- the address bar --------------------------------------------------------------------------
    def address(self) -> str:
        """Return the query string that opens this view again."""
        asked = {"show": self.pictures.tab, "open": self.drawer.name_shown}
        parts = self.state.as_query() | asked
        return write_address(for_a_link(parts, self.hubs, self._leaving))

    def _write_address(self) -> None:
        if not self._restoring:
            name = self.drawer.name_shown
            self.table.param.update(selection=[name] if name else [], opened=name)
            self.bridge.address = self.address()

    def restore(self, search: str) -> None:
        """Show what an address says, as far as it means something here; tell what does not."""
        asked = read_address(search)
        self._restoring = True
        try:
            problems = self.state.from_query(asked)
            self.pictures.tab = asked.get("show", "")
            name = asked.get("open", "")
            if name in self.rows.index:
                self.drawer.open(name)
            else:
                self.drawer.close()
                problems += [f"No data set is called {name!r} here."] if name else []
            self._show()
        finally:
            self._restoring = False
        self.pictures.draw_soon()
        self._write_address()
        for problem in problems:
            self.bridge.notify(problem)

    def page(self, links: Sequence[tuple[str, str]] = ()) -> pmui.Page:
        """Arrange the parts."""
        head = pn.pane.HTML(
            headline(_METRICS[self.hubs], int(self.rows[IS_DEMO].sum())),
            stylesheets=[STYLE], sizing_mode="stretch_width", margin=0,
        )  # fmt: skip
        main = pn.Column(
            head, self.pictures, self.chips, self.table, self.drawer,
            sizing_mode="stretch_width", styles={"padding": "4px 20px 32px"}, margin=0,
        )  # fmt: skip
        return frame(
            "Hubs at a glance", [main], sidebar=[self.facets], header=[self.search],
            bridge=self.bridge, links=links,
        )  # fmt: skip


def glance(
    hubs: Hubs, *, links: Sequence[tuple[str, str]] = (), private: Private = "hide"
) -> pmui.Page:
    """Return the page of hubs and data sets for one visitor.

    Parameters
    ----------
    hubs : Hubs
        Opened once and shared by all visitors.
    links : sequence of (text, address)
        Other pages of the same server.
    private : {"hide", "show", "share"}
        What becomes of private data sets, see `explorer`.
    """
    shown = hubs.for_others() if private == "hide" else hubs
    return Glance(shown, hubs if private == "share" else None).page(links)
