"""The explorer: find cells, see how they fade, open one. Arrangement only."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    AVAILABILITY,
    CATHODE,
    CELL,
    CHARGING_C_RATE,
    CYCLE_LIFE,
    DISCHARGING_C_RATE,
    KIND,
    LICENCE,
    NOMINAL_CAPACITY,
    PROTOCOL,
)
from bdg_explore.hubs import Hubs
from bdg_explore.hubs.exports import Leaving, csv_with_rights, leaving
from bdg_explore.hubs.sharing import Private
from bdg_explore.widgets.panel_face import PanelBrowser
from bdg_explore.widgets.panel_fade import PanelFade
from bdg_explore.widgets.panel_shelf import shelf_of
from bdg_explore.widgets.state import BrowserState

from .address import as_listed, for_a_link, read_address, write_address
from .bridge import Bridge
from .drawer import CellDrawer
from .frame import frame

_COLUMNS: Final = (
    CATHODE, NOMINAL_CAPACITY, AMBIENT_TEMPERATURE, CHARGING_C_RATE, DISCHARGING_C_RATE, CYCLE_LIFE,
    KIND, AVAILABILITY, LICENCE, PROTOCOL,
)  # fmt: skip


class Explorer:
    """One visitor's explorer: the parts, and how they follow each other.

    Parameters
    ----------
    hubs : Hubs
        What is shown.
    leaving : Hubs, optional
        What exports and links may hold; `hubs.for_others()` if not given.
    """

    def __init__(self, hubs: Hubs, leaving: Hubs | None = None) -> None:
        self._leaving = hubs.for_others() if leaving is None else leaving
        self.hubs, self.shelf = hubs, shelf_of(hubs)
        self.state = BrowserState(hubs.index, _columns(hubs))
        self.bridge = Bridge(on_address=self.restore, on_escape=self._escape)
        self.fade = PanelFade(
            self.state,
            self.shelf,
            on_tap=self.open,
            on_change=self._write_address,
            may_save=lambda uids: all(map(self._leaving.holds, uids)),
        )
        self.drawer = CellDrawer(self.shelf, self._write_address, self._arrived, self._leaving)
        self.browser = PanelBrowser(
            self.state,
            hubs,
            on_open=self.open,
            link=True,
            downloads={
                "cells": ("Cells csv", "Facts about these cells, with their citation", self._cells),
                "cycles": ("Cycles csv", "One row a cycle of the plotted cells", self._cycles),
            },
        )
        self.browser.fade = self.fade
        self._restoring = False
        if pn.state.location is not None:
            self.restore(pn.state.location.search or "")
        else:
            self.fade.draw()
        self.state.observe(self._follow, ["query", "facets", "ranges", "sort", "page", "selection"])

    # --- what follows what ------------------------------------------------------------------------
    def _follow(self, _change: Any = None) -> None:
        if not self._restoring:
            self.fade.draw_soon()
            self._write_address()

    def open(self, uid: str) -> None:
        """Open a cell in the drawer, unless it is open already."""
        if uid != self.drawer.uid:
            self.drawer.open(uid)

    def _escape(self) -> None:
        self.drawer.close()

    def _arrived(self, _uid: str) -> None:
        self.fade.draw(again=True)

    # --- the address bar --------------------------------------------------------------------------
    def address(self) -> str:
        """Return the query string that opens this view again."""
        parts = self.state.as_query() | self.fade.as_query()
        if self.drawer.uid:
            parts["open"] = self.drawer.uid
            if self.drawer.cycle is not None:
                parts["cycle"] = str(self.drawer.cycle)
        return write_address(for_a_link(parts, self.hubs, self._leaving))

    def _write_address(self) -> None:
        if not self._restoring:
            self.browser.table.opened = self.drawer.uid
            self.fade.highlight(self.drawer.uid)
            self.bridge.address = self.address()
            self.browser.refresh_code()

    def restore(self, search: str) -> None:
        """Show what an address says, as far as it means something here; tell what does not."""
        asked = as_listed(read_address(search), self.hubs)
        self._restoring = True
        try:
            problems = self.state.from_query(asked)
            self.fade.from_query(asked)
            uid, cycle = asked.get("open", ""), asked.get("cycle", "")
            if uid in self.hubs.cells.index:
                self.drawer.open(uid, int(cycle) if cycle.isdecimal() else None)
            else:
                self.drawer.close()
                if uid:
                    problems.append(f"No cell is called {uid!r} here.")
        finally:
            self._restoring = False
        self.fade.draw()
        self._write_address()
        for problem in problems:
            self.bridge.notify(problem)

    # --- taking away ------------------------------------------------------------------------------
    def _cells(self) -> tuple[str, str]:
        cells = self._may_leave(self.browser.chosen.index).cells
        return "cells.csv", csv_with_rights(cells, cells, f"{len(cells)} cells of BDG Explore")

    def _cycles(self) -> tuple[str, str]:
        out = self._may_leave(self.fade.shown)
        cycles = shelf_of(out.hubs).cycles(list(out.cells.index))
        about = f"Cycles of {len(out.cells)} cells"
        return "cycles.csv", csv_with_rights(cycles, out.cells, about)

    def _may_leave(self, uids: Iterable[str]) -> Leaving:
        out = leaving(self.hubs, uids, self._leaving)
        if out.left_out:
            self.bridge.notify(out.left_out)
        return out

    def page(self, links: Sequence[tuple[str, str]] = ()) -> pmui.Page:
        """Arrange the parts."""
        main = pn.Column(
            self.browser.told,
            self.fade,
            self.browser.actions,
            self.browser.table,
            self.drawer,
            sizing_mode="stretch_width",
            styles={"padding": "4px 20px 32px"},
            margin=0,
        )
        return frame(
            "Explorer",
            [main],
            sidebar=[self.browser.facets],
            header=[self.browser.search],
            bridge=self.bridge,
            links=links,
        )


def _columns(hubs: Hubs) -> tuple[str, ...]:
    return (CELL, *(name for name in _COLUMNS if hubs.cells[name].notna().any()))


def explorer(
    hubs: Hubs, *, links: Sequence[tuple[str, str]] = (), private: Private = "hide"
) -> pmui.Page:
    """Return the explorer as a page for one visitor.

    Parameters
    ----------
    hubs : Hubs
        Opened once and shared by all visitors.
    links : sequence of (text, address)
        Other pages of the same server.
    private : {"hide", "show", "share"}
        Whether private data and data under embargo are seen. *hide*: they are not there; for a
        page that others can reach. *show*: they are seen, and stay out of downloads and links; for
        their owner. *share*: they are seen and may leave.
    """
    shown = hubs.for_others() if private == "hide" else hubs
    return Explorer(shown, hubs if private == "share" else None).page(links)
