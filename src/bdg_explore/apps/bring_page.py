"""Bring your own data: what a tester's file is, is it sound, take it away. Arrangement only."""

import logging
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui

from bdg_explore.errors import BdgError
from bdg_explore.hubs.examining import (
    Examination,
    examine,
    examine_joined,
    parts_of_one_test,
)
from bdg_explore.readers import formats

from .bridge import as_sentence
from .examined import result
from .frame import frame
from .own_hub import OwnHub
from .session import in_background
from .theme import STYLE
from .uploads import DropZone, Limits, Shelf

log = logging.getLogger(__name__)

_LEAD = (
    "Any common cycler or impedance file: what it is, whether it is sound, how the cell behaved, "
    "and a Battery Data Format file to take away. Several files become a hub of your own."
)


class Bring:
    """One visitor's files.

    Parameters
    ----------
    limits : Limits
        How much may be brought.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.shelf = Shelf(limits or Limits())
        self.files: dict[int, Examination] = {}
        self.joined: dict[tuple[int, ...], Examination] = {}
        self._listing = False
        self.zone = DropZone(self.shelf, self._arrived, self._removed, sizing_mode="stretch_width")
        self.choice = pmui.Select(
            label="Test",
            options={},
            visible=False,
            sizing_mode="stretch_width",
            margin=(16, 0, 0, 0),
        )
        self.choice.param.watch(lambda _event: self._show(), "value")
        self.shown = pn.Column(sizing_mode="stretch_width", margin=(16, 0))
        self.own_hub = OwnHub(self._paths, self.shelf.folder)
        if pn.state.curdoc is not None and pn.state.curdoc.session_context is not None:
            pn.state.on_session_destroyed(lambda _context: self.shelf.close())

    # --- files come and go ------------------------------------------------------------------------
    def _arrived(self, number: int) -> None:
        path = self.shelf.uploads[number].path
        in_background(lambda: examine(path), lambda answer: self._examined(number, answer))

    def _examined(self, number: int, answer: Examination | Exception) -> None:
        if number not in self.shelf.uploads:
            return  # taken away while it was read
        if isinstance(answer, Exception):
            if not isinstance(answer, BdgError):
                log.error("A visitor's file could not be read", exc_info=answer)
            self.shelf.remove(number)
            self.zone.tell(number, as_sentence(answer), refused=True)
            return
        self.files[number] = answer
        self.zone.tell(number, _in_short(answer))
        self._list(self.choice.value or (number,))
        self._look_for_parts()

    def _removed(self, number: int) -> None:
        if self.files.pop(number, None) is not None:
            self.joined = {k: v for k, v in self.joined.items() if number not in k}
            self._list(self.choice.value)
            self._look_for_parts()

    def _look_for_parts(self) -> None:
        """Join the files that are parts of one test, beside the event loop."""
        examined = {self.shelf.uploads[n].path: one for n, one in self.files.items()}
        numbers = {self.shelf.uploads[n].path: n for n in self.files}

        def work() -> dict[tuple[int, ...], Examination]:
            return {
                tuple(numbers[path] for path in paths): examine_joined([examined[p] for p in paths])
                for paths in parts_of_one_test(examined)
            }

        def then(answer: dict[tuple[int, ...], Examination] | Exception) -> None:
            if isinstance(answer, Exception):
                log.info("Files of a visitor were not joined: %s", answer)
            elif set(numbers.values()) == set(self.files) and answer.keys() != self.joined.keys():
                self.joined = answer
                self._list(next(iter(answer), self.choice.value))

        if len(self.files) > 1:
            in_background(work, then)

    def _paths(self) -> list[Path]:
        return [self.shelf.uploads[number].path for number in self.files]

    # --- what is shown ----------------------------------------------------------------------------
    def _tests(self) -> dict[tuple[int, ...], Examination]:
        parts = {number for key in self.joined for number in key}
        alone = {(n,): one for n, one in self.files.items() if n not in parts}
        return self.joined | alone

    def _list(self, chosen: Any) -> None:
        tests = self._tests()
        options: dict[str, tuple[int, ...]] = {}
        for key in tests:
            name = self._name(key)
            options[f"{name} (file {key[0] + 1})" if name in options else name] = key
        value = chosen if chosen in tests else next(iter(tests), None)
        self._listing = True
        try:
            self.choice.param.update(options=options, value=value, visible=len(options) > 1)
        finally:
            self._listing = False
        self._show()
        self.own_hub.offer(len(self.files))

    def _name(self, key: tuple[int, ...]) -> str:
        first = self.shelf.uploads[key[0]].path.name
        return first if len(key) == 1 else f"{first} and {len(key) - 1} more, joined"

    def _show(self) -> None:
        if self._listing:
            return
        key, tests = self.choice.value, self._tests()
        self.shown[:] = (
            [result(tests[key], self._name(key), self.shelf.uploads[key[0]].path)]
            if key in tests
            else []
        )

    def page(self, links: Sequence[tuple[str, str]] = ()) -> pmui.Page:
        """Arrange the parts."""
        head = pn.pane.HTML(
            '<div class="home"><h1>Bring your own data</h1>'
            f'<p class="lead">{escape(_LEAD)}</p></div>',
            stylesheets=[STYLE],
            sizing_mode="stretch_width",
            margin=0,
        )
        main = pn.Column(
            head,
            self.zone,
            self.choice,
            self.shown,
            self.own_hub,
            sizing_mode="stretch_width",
            styles={"padding": "4px 20px 48px"},
            margin=0,
        )
        return frame("Bring your own data", [main], links=links, main_width=1080)


def _in_short(examined: Examination) -> str:
    told = [examined.reader.description, f"{examined.source['rows_out']:,} records"]
    if examined.report is not None:
        errors = int((examined.report.findings["severity"] == "error").sum())
        told.append(f"quality {examined.report.score:.2f} of 1")
        if errors:
            told.append(f"{errors} error{'s' if errors > 1 else ''} found")
    return " · ".join(told)


def bring(*, links: Sequence[tuple[str, str]] = ()) -> pmui.Page:
    """Return the page as one visitor's own.

    Parameters
    ----------
    links : sequence of (text, address)
        Other pages of the same server.
    """
    formats()  # loads every reader, so that no visitor's first file waits for it
    return Bring().page(links)
