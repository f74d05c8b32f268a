"""The Panel face of the browser: the same headless state as the notebook face, in a page.

Nothing is decided here. Each part shows what `BrowserState` holds and hands on what was asked for.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import panel as pn

from bdg_explore.columns import HUB
from bdg_explore.hubs import Hubs
from bdg_explore.hubs.exports import cells_csv

from .panel_fade import PanelFade
from .panel_groups import facet_groups
from .panel_parts import Actions, Facets, SearchBox, Told
from .panel_shelf import shelf_of
from .panel_table import PanelTable
from .state import BrowserState

_MOST_SELECTED: Final = 500  # cells that one click may choose
_PICTURE: Final = re.compile(r"bdg\.views\.capacity_fade\(.*\)\s*$")  # the last line
_NARROW: Final = """
.facets { padding: 0 8px 16px 0; }
:host { max-width: 100%; }
@media (max-width: 760px) { .facets { max-height: 45vh; overflow-y: auto; } }
"""


class PanelBrowser(pn.viewable.Viewer):
    """Search field, facets, table and actions over one state.

    Shows itself whole (in a notebook page), or lends its parts to a page that arranges them:
    `search`, `told`, `facets`, `table`, `actions`. Shown whole, with hubs, it has a fade plot that
    follows.

    Parameters
    ----------
    state : BrowserState
        What was asked for and chosen. It may have other faces.
    hubs : Hubs, optional
        Where the cells come from.
    on_open : callable, optional
        Given the uid of a cell to open. Without it cells cannot be opened.
    downloads : dict of str to (label, title, callable), optional
        Offered beside `Cells csv`; the callable returns a file name and its text.
    link : bool
        Whether the address bar holds the state.
    """

    def __init__(
        self,
        state: BrowserState,
        hubs: Hubs | None = None,
        *,
        on_open: Callable[[str], object] | None = None,
        downloads: dict[str, tuple[str, str, Callable[[], tuple[str, str]]]] | None = None,
        link: bool = False,
        **params: Any,
    ) -> None:
        super().__init__(**params)
        self.state, self.hubs = state, hubs
        self._on_open = on_open
        self._downloads = downloads or {
            "cells": ("Cells csv", "The facts about these cells, as a table", self._cells_csv)
        }
        self._shown: Any = None
        self.fade: PanelFade | None = None  # the plot that follows, if there is one
        whole = {"sizing_mode": "stretch_width", "margin": 0}
        self.search = SearchBox(
            value=state.query,
            placeholder="Search: lfp 45c 1.1ah",
            label="Search cells by words: chemistry, temperature, data set, protocol, id",
            sizing_mode="stretch_width",
            max_width=640,
            margin=(0, 12),
        )
        self.told = Told(on_message=self._meant, **whole)
        self.facets = Facets(on_message=self._asked, **whole)
        self.table = PanelTable(
            columns=state.table_columns,
            label="Cells found",
            sizing_mode="stretch_width",
            margin=0,
        )
        self.actions = Actions(
            on_message=self._wanted,
            hint="Select rows to compare those cells"
            + ("; double-click one to open it." if on_open else "."),
            openable=on_open is not None,
            link=link,
            downloads=[
                {"name": name, "label": label, "title": title}
                for name, (label, title, _) in self._downloads.items()
            ],
            **whole,
        )
        self.search.param.watch(self._typed, "value")
        self.table.param.watch(self._touched, ["page", "sort", "selection", "opened"])
        state.observe(
            self._refresh, ["query", "facets", "ranges", "sort", "page", "page_size", "selection"]
        )
        self._refresh()

    # --- from the state to the screen -------------------------------------------------------------
    def _refresh(self, _change: Any = None) -> None:
        state = self.state
        now = (state.query, state.facets, state.ranges, state.sort, state.page, state.page_size)
        if self._shown is None or now[:3] != self._shown[:3]:
            hubs = state.result[HUB].nunique() if HUB in state.cells.columns else 0
            asked = bool(state.query or state.facets or state.ranges)
            self.search.value = state.query
            self.told.param.update(**state.told)
            self.facets.param.update(
                groups=facet_groups(state),
                total=state.total,
                summary=_summary(state.total, hubs, len(state.cells), asked),
                filtered=asked,
            )
        if now != self._shown:
            self.table.param.update(
                rows=state.rows,
                total=state.total,
                page=state.page,
                page_size=state.page_size,
                sort=list(state.sort),
                message=state.message,
                order=state.order_at_rest,
                selection=list(state.selection),
            )
        else:
            self.table.selection = list(state.selection)
        self._shown = now
        self.actions.param.update(
            selection=list(state.selection),
            code=self.code,
            selectable=state.total if state.total <= _MOST_SELECTED else 0,
        )

    # --- from the screen to the state -------------------------------------------------------------
    def _typed(self, event: Any) -> None:
        self.state.query = event.new

    def _touched(self, *events: Any) -> None:
        for event in events:
            if event.name == "opened":
                self._open(event.new)
            else:
                value = event.new if event.name == "page" else tuple(event.new)
                setattr(self.state, event.name, value)

    def _meant(self, message: dict[str, Any]) -> None:
        if "exactly" in message:
            self.state.exactly(str(message["exactly"]))

    def _asked(self, message: dict[str, Any]) -> None:
        state = self.state
        if message.get("reset"):
            state.clear()
        elif "facet" in message:
            state.choose(str(message["facet"]), message["values"])
        elif "range" in message:
            state.narrow(str(message["range"]), message["low"], message["high"])

    def _wanted(self, message: dict[str, Any]) -> None:
        if "open" in message:
            self._open(str(message["open"]))
        elif "drop" in message:
            gone = message["drop"]
            self.state.selection = tuple(uid for uid in self.state.selection if uid != gone)
        elif message.get("clear"):
            self.state.selection = ()
        elif message.get("all"):
            self.state.selection = tuple(self.state.result.index)
        elif message.get("download") in self._downloads:
            try:
                name, text = self._downloads[message["download"]][2]()
            except BaseException:
                self.actions.send({})  # the button is waiting for an answer
                raise
            self.actions.send({"file": name, "text": text})

    def _open(self, uid: str) -> None:
        if uid and self._on_open is not None:
            self._on_open(uid)

    @property
    def chosen(self) -> pd.DataFrame:
        """The selected cells, or everything that was found."""
        if self.state.selection:
            return self.state.cells.loc[list(self.state.selection)]
        return self.state.result

    @property
    def code(self) -> str:
        """Python that repeats the question and draws the same picture."""
        code = self.state.code
        return code if self.fade is None else f"{_PICTURE.sub('', code)}{self.fade.python}"

    def refresh_code(self) -> None:
        """Show the Python anew: the picture was asked for in another way."""
        self.actions.code = self.code

    def _cells_csv(self) -> tuple[str, str]:
        return "cells.csv", cells_csv(self.hubs, self.chosen)

    def __panel__(self) -> Any:
        """Arrange the parts for a place of unknown width: facets beside the table, or above it."""
        self.facets.styles = {"flex": "1 1 240px", "max-width": "100%"}
        self.facets.stylesheets = [*self.facets.stylesheets, _NARROW]
        self.search.margin = (0, 0, 8, 0)
        parts: list[Any] = [self.search, self.told, self.actions, self.table]
        if self.hubs is not None:
            fade = PanelFade(self.state, shelf_of(self.hubs), on_change=self.refresh_code)
            self.state.observe(
                lambda _: fade.draw_soon(), ["query", "facets", "ranges", "sort", "selection"]
            )
            fade.draw()
            self.fade = fade
            self.refresh_code()
            parts.insert(2, fade)
        right = pn.Column(
            *parts,
            sizing_mode="stretch_width",
            styles={"flex": "4 1 480px", "min-width": "0"},
            margin=0,
        )
        return pn.FlexBox(
            self.facets, right, gap="16px", sizing_mode="stretch_width", margin=(8, 0)
        )


def _summary(total: int, hubs: int, known: int, asked: bool) -> str:
    noun = "cell" if total == 1 else "cells"
    if asked:
        return f"of {known:,} cells"
    return f"{noun} from {hubs} hub{'' if hubs == 1 else 's'}"
