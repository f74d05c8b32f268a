"""The opened cell: its trace, its metadata, its downloads, in a drawer on the right."""

import logging
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui

from bdg_explore import views
from bdg_explore.columns import AVAILABILITY, CYCLE, DATASET, NATIVE_ID, TABLES
from bdg_explore.errors import BdgError
from bdg_explore.hubs import Hubs
from bdg_explore.hubs.download.plan import Wanted
from bdg_explore.hubs.entries import Dataset
from bdg_explore.hubs.exports import csv_with_rights
from bdg_explore.hubs.exports import leaving as may_leave
from bdg_explore.widgets.panel_parts import Actions
from bdg_explore.widgets.panel_picture import picture_pane
from bdg_explore.widgets.panel_shelf import Shelf, shelf_of

from .bridge import as_sentence
from .cards import card
from .cell_facts import facts, marks
from .fetching import FetchCard, files_to_fetch
from .theme import STYLE

log = logging.getLogger(__name__)


class CellDrawer(pn.viewable.Viewer):
    """What is known about one cell, and its measurements.

    Parameters
    ----------
    shelf : Shelf
        Where its tables come from.
    on_change : callable
        Called when another cell or cycle is shown, or none.
    on_data : callable
        Called with a uid whose data have just come here.
    leaving : Hubs, optional
        What downloads may hold; what others may see if not given.
    """

    def __init__(
        self,
        shelf: Shelf,
        on_change: Callable[[], object],
        on_data: Callable[[str], object],
        leaving: Hubs | None = None,
        **params: Any,
    ) -> None:
        super().__init__(**params)
        self._shelf, self._on_change, self._on_data = shelf, on_change, on_data
        self._to = shelf.hubs.for_others() if leaving is None else leaving
        self.uid = ""
        self.cycle: int | None = None
        self._slider: pmui.DiscreteSlider | None = None
        self._plot: Any = None
        self._layout = pn.Column(
            visible=False, stylesheets=[STYLE], margin=0, css_classes=["drawer"]
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def open(self, uid: str, cycle: int | None = None) -> None:
        """Show a cell; `cycle` is the cycle of its trace, the first if it has no such."""
        if uid not in self._shelf.hubs.cells.index:
            return
        self.uid, self.cycle = uid, cycle
        self._layout[:] = self._parts(uid)
        self._layout.visible = True
        self._on_change()

    def close(self) -> None:
        """Show nothing."""
        if self.uid:
            self.uid, self.cycle, self._slider, self._plot = "", None, None, None
            self._layout.visible = False
            self._layout[:] = []
            self._on_change()

    # --- parts ------------------------------------------------------------------------------------
    def _parts(self, uid: str) -> list[Any]:
        hubs = self._shelf.hubs
        row: Any = hubs.cells.loc[uid]
        dataset = hubs.dataset(str(row[DATASET]))
        if row[AVAILABILITY] == "download" and row[TABLES] and not _waiting(row, dataset):
            row = row.copy()
            row[AVAILABILITY] = "here"  # fetched since the catalogs were opened
        whole = {"sizing_mode": "stretch_width", "margin": 0}
        head = pn.pane.HTML(
            f'<div class="cell"><h2>{escape(uid)}</h2>{marks(row)}</div>',
            stylesheets=[STYLE],
            **whole,
        )
        close = pmui.IconButton(
            icon="close", label="", on_click=lambda _: self.close(), margin=(4, 0), size="small",
            description="Close (Esc)", description_delay=600,
        )  # fmt: skip
        return [
            pn.Row(head, close, **whole),
            self._measured(uid, row, dataset),
            self._actions(uid, row),
            pn.pane.HTML(facts(row, dataset), stylesheets=[STYLE], **whole),
        ]

    def _measured(self, uid: str, row: Any, dataset: Any) -> Any:
        try:
            return self._trace(uid, row, dataset)
        except Exception as error:
            log.exception("The trace of %s cannot be shown", uid)
            return card("The trace cannot be shown", as_sentence(error), kind="error")

    def _trace(self, uid: str, row: Any, dataset: Any) -> Any:
        try:
            records = self._shelf.timeseries(uid)
        except BdgError as error:
            files = _waiting(row, dataset)
            if files:
                return FetchCard(dataset, files, lambda: self._arrived(uid))
            return card("No trace of this cell is here", *_sentences(error, row))
        numbers = [int(n) for n in np.unique(records[CYCLE])] if CYCLE in records else []
        if self.cycle not in numbers:
            self.cycle = numbers[0] if numbers else None
        self._plot = picture_pane()
        self._draw(records)
        if len(numbers) < 2:
            return pn.Column(self._plot, sizing_mode="stretch_width", margin=0)
        self._slider = pmui.DiscreteSlider(
            label=f"Cycle, {len(numbers)} recorded", options=numbers, value=self.cycle,
            sizing_mode="stretch_width", margin=(4, 12, 0, 12), size="small",
        )  # fmt: skip
        self._slider.param.watch(lambda event: self._turn(records, event.new), "value")
        return pn.Column(self._plot, self._slider, sizing_mode="stretch_width", margin=0)

    def _turn(self, records: Any, cycle: int) -> None:
        self.cycle = int(cycle)
        self._draw(records)
        self._on_change()

    def _draw(self, records: Any) -> None:
        part = records if self.cycle is None else records[records[CYCLE] == self.cycle]
        picture = views.voltage_current_trace(part)
        # Without its tools a picture of what must not leave cannot be saved.
        self._plot.object = picture if self._to.holds(self.uid) else picture.opts(toolbar=None)

    def _arrived(self, uid: str) -> None:
        self._shelf.forget(uid)
        self._on_data(uid)
        if self.uid == uid:
            self.open(uid, self.cycle)

    # --- taking away ------------------------------------------------------------------------------
    def _actions(self, uid: str, row: Any) -> Actions:
        tables = str(row[TABLES]).split()
        here = row[AVAILABILITY] == "here"
        downloads = []
        if here and {"cycles", "timeseries"} & set(tables):
            downloads.append({"name": "cycles", "label": "Cycles csv", "title": "One row a cycle"})
        if here and "timeseries" in tables:
            downloads.append(
                {"name": "trace", "label": "Trace csv", "title": "The records of this cycle"}
            )
        actions = Actions(
            code=_code(uid, tables), downloads=downloads, link=True,
            sizing_mode="stretch_width", margin=(8, 0, 0, 0),
        )  # fmt: skip
        actions.listen(lambda message: self._download(actions, message))
        return actions

    def _download(self, actions: Actions, message: dict[str, Any]) -> None:
        name = message.get("download")
        if name not in ("cycles", "trace"):
            return
        stem = self.uid.replace("/", "_")
        try:
            out = may_leave(self._shelf.hubs, [self.uid], self._to)
            cells, shelf = out.cells, shelf_of(out.hubs)
            if name == "cycles":
                frame = shelf.cycles(list(cells.index))
                about, file = f"Cycles of {self.uid}", f"{stem}_cycles.csv"
            else:
                frame = shelf.timeseries(str(cells.index[0]))
                frame = frame if self.cycle is None else frame[frame[CYCLE] == self.cycle]
                about, file = f"Cycle {self.cycle} of {self.uid}", f"{stem}_cycle_{self.cycle}.csv"
            text = csv_with_rights(frame, cells, about)
        except BaseException:
            actions.send({})  # the button is waiting for an answer
            raise
        actions.send({"file": file, "text": text})


def _waiting(row: Any, dataset: Dataset) -> list[Wanted]:
    return files_to_fetch(dataset, str(row[NATIVE_ID]))


def _sentences(error: BdgError, row: Any) -> list[str]:
    note = row.get("note")
    own = str(note) if isinstance(note, str) and note and note not in str(error) else ""
    return [str(error), own]


def _code(uid: str, tables: list[str]) -> str:
    lines = ["import bdg_explore as bdg", "", "hubs = bdg.open_hubs()", f'cell = "{uid}"']
    lines.append("bdg.views.capacity_fade(hubs.cycles(cell))")
    if "timeseries" in tables:
        lines.append("bdg.views.voltage_current_trace(hubs.timeseries(cell))")
    return "\n".join(lines)
