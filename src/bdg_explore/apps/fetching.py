"""Bring a cell's files here when a visitor asks for it: with progress, and a way to stop.

Only addresses that stand in a catalog are ever asked for, never one from a visitor.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import panel as pn
import panel_material_ui as pmui
from bokeh.document import Document

from bdg_explore.errors import BdgError, FetchError, UnknownNameError
from bdg_explore.hubs.download.consent import Permit, check_access, is_unknown
from bdg_explore.hubs.download.plan import Wanted, plan_of
from bdg_explore.hubs.download.run import bring_one
from bdg_explore.hubs.entries import Dataset
from bdg_explore.hubs.fetching.sizes import size_text

from .bridge import as_sentence
from .cards import card
from .session import in_session

log = logging.getLogger(__name__)


class _StoppedError(BdgError):
    """The visitor stopped a download."""


def files_to_fetch(dataset: Dataset, native_id: str) -> list[Wanted]:
    """Return the files of a cell that its catalog names and that are not here yet."""
    try:
        return list(plan_of(dataset, dataset.tables, cells=[native_id]).missing)
    except UnknownNameError:
        return []


class FetchCard(pn.viewable.Viewer):
    """An offer to download a cell's files; where they may not be, how to get them.

    Parameters
    ----------
    dataset : Dataset
        Whose files they are: its licence and access decide what is asked first.
    files : sequence of Wanted
        What to fetch, from the catalog.
    on_done : callable
        Called, in the visitor's session, when all of them are here.
    """

    def __init__(
        self,
        dataset: Dataset,
        files: Sequence[Wanted],
        on_done: Callable[[], object],
        **params: Any,
    ):
        super().__init__(**params)
        self._dataset, self._files, self._on_done = dataset, list(files), on_done
        self._stop = threading.Event()
        sizes = [file.size for file in self._files]
        self._size = sum(size or 0 for size in sizes) if all(sizes) else None
        noun = "file" if len(self._files) == 1 else f"{len(self._files)} files"
        label = f"Fetch {size_text(self._size)}" if self._size else f"Fetch {noun} (size unknown)"
        self._message = self._offer()
        self._yes = pmui.Checkbox(
            label="I know the terms of these files and may use them", value=False,
            visible=is_unknown(dataset.licence),
        )  # fmt: skip
        self._button = pmui.Button(
            label=label, color="primary", on_click=self._begin, disabled=is_unknown(dataset.licence)
        )
        self._yes.param.watch(self._answered, "value")
        self._cancel = pmui.Button(
            label="Stop", variant="outlined", visible=False, on_click=self._end
        )
        self._bar = pmui.LinearProgress(value=0, visible=False, sizing_mode="stretch_width")
        self._told = pn.pane.Str("", margin=(6, 8))
        self._layout = pn.Column(
            self._message,
            self._yes,
            pn.Row(self._button, self._cancel, self._told),
            self._bar,
            sizing_mode="stretch_width",
            margin=0,
        )
        try:
            check_access(dataset, [])  # an account of whoever serves the page is not the visitor's
        except FetchError as kept:
            self._layout[:] = [card("The data are not given to everybody", str(kept))]

    def _offer(self) -> pn.pane.HTML:
        hosts = ", ".join(dict.fromkeys(file.url.split("/")[2] for file in self._files))
        place = f"They come from {hosts} and are kept on the machine that runs this page."
        if is_unknown(self._dataset.licence):
            page = self._dataset.landing_url
            terms = f"Nobody has stated their licence{f'; their page is {page}' if page else ''}."
        else:
            terms = f"Their licence is {self._dataset.licence}."
        return card("The data can be downloaded", place, terms)

    def _answered(self, event: Any) -> None:
        self._button.disabled = not event.new

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def _begin(self, _event: Any) -> None:
        self._stop.clear()
        self._button.visible, self._cancel.visible = False, True
        self._bar.param.update(visible=True, value=0 if self._size else -1)
        document = pn.state.curdoc
        threading.Thread(target=self._work, args=(document,), daemon=True).start()

    def _end(self, _event: Any) -> None:
        self._stop.set()

    def _work(self, document: Document | None) -> None:
        """Fetch outside the event loop, so that other visitors do not wait."""
        before = 0
        error: Exception | None = None
        shown = [-1]

        def progress(here: int, total: int | None) -> None:
            if self._stop.is_set():
                raise _StoppedError("stopped")
            whole = self._size or total
            percent = int(100 * (before + here) / whole) if whole else -1
            if percent != shown[0]:
                shown[0] = percent
                in_session(document, lambda: self._progress(percent, before + here))

        try:
            permit = Permit(unknown_licence=bool(self._yes.value))
            for file in self._files:
                path = bring_one(self._dataset, file, permit, progress=progress)
                before += path.stat().st_size
        except Exception as failed:
            log.exception("A download ended early")
            error = failed
        in_session(document, lambda: self._ended(error))

    def _progress(self, percent: int, here: int) -> None:
        self._bar.value = min(percent, 100)
        self._told.object = f"{size_text(here)}" + (
            f" of {size_text(self._size)}" if self._size else ""
        )

    def _ended(self, error: Exception | None) -> None:
        self._button.visible, self._cancel.visible, self._bar.visible = True, False, False
        if error is None:
            self._on_done()
        elif self._stop.is_set():
            self._told.object = "Stopped. What came is kept; fetching again goes on from there."
        else:
            text = str(error) if isinstance(error, FetchError) else as_sentence(error)
            self._layout[0] = card("The download failed", text, kind="error")
            self._told.object = ""
