"""The browser of cells in a notebook: search, facets, table and fade curves, linked."""

import asyncio
import sys
from collections.abc import Callable
from html import escape
from typing import Any, Final

import ipywidgets
import pandas as pd
import traitlets

from bdg_explore.columns import HUB
from bdg_explore.hubs import Hubs
from bdg_explore.hubs.exports import cells_csv

from .linked_fade import LinkedFade
from .notebook_parts import NotebookActions, NotebookFacets, NotebookTold
from .notebook_plot import NotebookPlot
from .panel_groups import facet_groups
from .state import BrowserState
from .table import CellTable
from .traits import FacetsTrait, RangesTrait, SelectionTrait

_SHARED: Final = ("query", "facets", "ranges", "selection")
_REST: Final = 0.15  # [s] after the last change before curves are drawn


class CellBrowser(ipywidgets.VBox):
    """Find cells by words, facets and ranges, choose some, and see how they age.

    With nothing chosen the curves are those of the cells found.

    Parameters
    ----------
    hubs : Hubs or DataFrame
        What to browse; a table of cells has no curves.
    plot : bool
        Whether fade curves follow the table.
    page_size : int
        Rows of a page of the table.
    **asked
        Where to start: `query`, `facets`, `ranges`, `selection`.

    Attributes
    ----------
    query : str
        Words that must all occur.
    facets : dict of str to list
        Per column, values of which any will do; None stands for unknown.
    ranges : dict of str to (low, high)
        Per column of numbers, borders that belong to the range.
    selection : tuple of str
        Names of the cells chosen.
    state : BrowserState
        The headless half; other faces may share it.

    Examples
    --------
    >>> browser = bdg.CellBrowser(bdg.open_hubs(), query="demo lfp")  # doctest: +SKIP
    >>> browser.selection  # doctest: +SKIP
    ('demo-lfp/lfp-45c-r1',)
    """

    query = traitlets.Unicode()
    facets = FacetsTrait()
    ranges = RangesTrait()
    selection = SelectionTrait()

    def __init__(
        self,
        hubs: Hubs | pd.DataFrame,
        *,
        plot: bool = True,
        page_size: int = 10,
        **asked: Any,
    ) -> None:
        self.hubs = None if isinstance(hubs, pd.DataFrame) else hubs
        cells = hubs if isinstance(hubs, pd.DataFrame) else hubs.index
        self.state = BrowserState(cells, page_size=page_size, **asked)
        self._index = self.state._index  # what the traits of this class check against
        self.fade = LinkedFade(self.state, self.hubs) if plot else None
        self._shown_elsewhere = _in_served_page()
        self._due: Any = None
        self._shown: tuple[Any, ...] = ()
        super().__init__(**{name: getattr(self.state, name) for name in _SHARED})
        self.add_class("bdg-browser")
        self._build()
        self.state.observe(self._refresh, [*_SHARED, "sort", "page", "page_size"])
        self.observe(self._to_state, list(_SHARED))
        self._refresh()
        if self.fade is not None and not self._shown_elsewhere:
            self.fade.follow()  # the first picture is there with the widget

    # --- what the browser answers -----------------------------------------------------------------
    @property
    def result(self) -> pd.DataFrame:
        """The cells found, in the order of the table."""
        return self.state.result

    @property
    def code(self) -> str:
        """Python that repeats the question and plots what is chosen."""
        return self.state.code

    def __panel__(self) -> Any:
        """Return the Panel face of the same state, for a served page."""
        # Imported here: a notebook need not load Panel for this.
        from .panel_face import PanelBrowser

        self._shown_elsewhere = True
        return PanelBrowser(state=self.state, hubs=self.hubs if self.fade else None)

    # --- what is on the screen --------------------------------------------------------------------
    def _build(self) -> None:
        wide = ipywidgets.Layout(width="100%", min_width="0")
        self._search = ipywidgets.Text(
            placeholder="lfp 45c 1.1ah",
            description="Search",
            layout=ipywidgets.Layout(width="auto"),
        )
        self._search.style.description_width = "56px"
        self._facets = NotebookFacets(layout=ipywidgets.Layout(flex="0 1 264px", min_width="220px"))
        self._facets.add_class("bdg-facets")
        self._table = CellTable(columns=self.state.table_columns, label="Cells found", layout=wide)
        self._actions = NotebookActions(
            hint="Select cells to compare only them.",
            downloads=[
                {"name": "cells", "label": "Cells csv", "title": "The facts about these cells"}
            ],
            layout=wide,
        )
        self._told = NotebookTold()
        self._problem = ipywidgets.HTML(layout=ipywidgets.Layout(display="none"))
        self._search.observe(self._visibly(self._typed), "value")
        self._facets.on_msg(self._visibly(self._asked))
        self._table.observe(self._visibly(self._touched), ["page", "sort", "selection"])
        self._told.on_msg(self._visibly(self._meant))
        self._actions.on_msg(self._visibly(self._wanted))
        right = ipywidgets.VBox(
            [self._table, self._actions, *self._fade_parts()],
            layout=ipywidgets.Layout(flex="4 1 480px", min_width="0", overflow="hidden"),
        )
        both = ipywidgets.Layout(display="flex", flex_flow="row wrap", grid_gap="16px")
        body = ipywidgets.Box([self._facets, right], layout=both)
        self.children = [self._search, self._told, self._problem, body]

    def _fade_parts(self) -> list[Any]:
        if self.fade is None:
            return []
        fade = self.fade
        self._plot = NotebookPlot(label="Capacity fade of the cells", height=340)
        self._note = ipywidgets.HTML()
        traitlets.dlink((fade, "note"), (self._note, "value"), _sentence)
        fade.observe(lambda change: self._plot.show(change.new), "picture")
        colors = fade.color_columns()
        if fade.color not in colors.values() and colors:
            fade.color = next(iter(colors.values()))
        y = ipywidgets.Dropdown(
            options={"State of health": "soh", "Capacity": "capacity"}, description="Show"
        )
        color = ipywidgets.Dropdown(options=colors, description="Colour")
        traitlets.link((fade, "y"), (y, "value"))
        if colors:
            traitlets.link((fade, "color"), (color, "value"))
        fade.observe(self._draw_soon, ["y", "color"])
        for choice in (y, color):
            choice.style.description_width = "56px"
            choice.layout.width = "240px"
        wrap = ipywidgets.Layout(display="flex", flex_flow="row wrap")
        return [ipywidgets.Box([y, color], layout=wrap), self._plot, self._note]

    def _refresh(self, _change: Any = None) -> None:
        """Bring the screen up to the state, once however many traits changed together."""
        state = self.state
        question = (state.query, state.facets, state.ranges)
        shown = (question, state.sort, state.page, state.page_size, state.selection)
        if shown == self._shown:
            return
        new_question = not self._shown or question != self._shown[0]
        self._shown = shown
        with self.hold_trait_notifications():
            for name in _SHARED:
                setattr(self, name, getattr(state, name))
        self._search.value = state.query
        if new_question:
            with self._told.hold_sync():
                for name, value in state.told.items():
                    setattr(self._told, name, value)
            asked = any(question)
            with self._facets.hold_sync():
                self._facets.groups = facet_groups(state)
                self._facets.total = state.total
                self._facets.summary = _summary(state, asked)
                self._facets.filtered = asked
        with self._table.hold_sync():
            self._table.rows = state.rows
            self._table.total = state.total
            self._table.page = state.page
            self._table.page_size = state.page_size
            self._table.sort = list(state.sort)
            self._table.message = state.message
            self._table.order = state.order_at_rest
            self._table.selection = list(state.selection)
        with self._actions.hold_sync():
            self._actions.selection = list(state.selection)
            self._actions.code = state.code
        self._draw_soon()

    def _draw_soon(self, _change: Any = None) -> None:
        """Draw the curves once the changes have come to rest."""
        if self.fade is None or self._shown_elsewhere:
            return
        if self._due is not None:
            self._due.cancel()
        try:
            self._due = asyncio.get_running_loop().call_later(_REST, self.fade.follow)
        except RuntimeError:  # no event loop: a script or a test
            self.fade.follow()

    # --- what is asked for ------------------------------------------------------------------------
    def _to_state(self, _change: Any = None) -> None:
        with self.state.hold_trait_notifications():
            for name in _SHARED:
                setattr(self.state, name, getattr(self, name))

    def _typed(self, change: Any) -> None:
        self.state.query = change.new

    def _touched(self, change: Any) -> None:
        value = change.new if change.name == "page" else tuple(change.new)
        setattr(self.state, change.name, value)

    def _asked(self, _widget: Any, message: dict[str, Any], _buffers: Any) -> None:
        if message.get("reset"):
            self.state.clear()
        elif "facet" in message:
            self.state.choose(str(message["facet"]), message["values"])
        elif "range" in message:
            self.state.narrow(str(message["range"]), message["low"], message["high"])

    def _meant(self, _widget: Any, message: dict[str, Any], _buffers: Any) -> None:
        if "exactly" in message:
            self.state.exactly(str(message["exactly"]))

    def _wanted(self, _widget: Any, message: dict[str, Any], _buffers: Any) -> None:
        chosen = self.state.selection
        if "drop" in message:
            self.state.selection = tuple(uid for uid in chosen if uid != message["drop"])
        elif message.get("clear"):
            self.state.selection = ()
        elif message.get("download") == "cells":
            cells = self.state.cells.loc[list(chosen)] if chosen else self.state.result
            self._actions.send({"file": "cells.csv", "text": cells_csv(self.hubs, cells)})

    def _visibly(self, job: Callable[..., None]) -> Callable[..., None]:
        """Return the job with its errors shown in the widget: nobody looks in the kernel's log."""

        def run(*args: Any) -> None:
            try:
                job(*args)
            except Exception as error:  # noqa: BLE001
                self._shown = ()  # the screen must show what the state holds, not what was refused
                self._refresh()
                self._tell(str(error) or type(error).__name__)
            else:
                self._tell("")

        return run

    def _tell(self, text: str) -> None:
        self._problem.value = _sentence(text)
        self._problem.layout.display = "block" if text else "none"


def _in_served_page() -> bool:
    """Return whether this runs in a page that Panel serves, where the Panel face will be shown."""
    panel = sys.modules.get("panel")
    return panel is not None and panel.state.curdoc is not None


def _sentence(text: str) -> str:
    return f'<div role="status" style="line-height:1.4;padding:4px 0">{escape(text)}</div>'


def _summary(state: BrowserState, asked: bool) -> str:
    if asked:
        return f"of {len(state.cells):,} cells"
    hubs = state.cells[HUB].nunique() if HUB in state.cells.columns else 0
    return f"cells from {hubs} hubs" if hubs > 1 else "cells"
