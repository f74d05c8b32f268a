"""The parts of the Panel face: search field, facets, and what to do with the selection.

Each is a small ES module without a library, so a page asks nothing of an outside host and one
message redraws a whole part. They hold no state: the Python side says what to show, and a message
says what was asked for.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import panel as pn
import param

from .part_source import part_source

_HERE = Path(__file__).resolve().parent
STYLE = (_HERE / "panel_face.css").read_text(encoding="utf-8")


class _Part(pn.custom.JSComponent):
    """A part that hands what its JavaScript says to one function."""

    _stylesheets: ClassVar[list[str]] = [STYLE]

    def __init__(self, on_message: Callable[[dict[str, Any]], object] | None = None, **params: Any):
        self._on_message = on_message
        super().__init__(**params)

    def _handle_msg(self, data: dict[str, Any]) -> None:
        if self._on_message is not None:
            self._on_message(data)

    def listen(self, on_message: Callable[[dict[str, Any]], object]) -> None:
        """Hand what the JavaScript says to another function."""
        self._on_message = on_message

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the JavaScript."""
        self._send_msg(message)


class SearchBox(_Part):
    """A search field; `value` follows what is typed after a short rest, `/` focuses it."""

    value = param.String(default="", doc="What was typed.")
    placeholder = param.String(default="", doc="Shown while nothing is typed.")
    label = param.String(default="Search", doc="Name for screen readers.")

    _esm = _HERE / "panel_search.js"


class Told(_Part):
    """How a search was understood, what was done otherwise, and data sets without cells.

    Says `{"exactly": word}` where a misspelling should not have been forgiven.
    """

    words = param.List(default=[], doc="Of `{typed, meaning, how}`.")
    said = param.List(default=[], doc="Further sentences.")
    datasets = param.List(default=[], doc="Of `{id, title, url}`.")
    beside = param.Boolean(default=True, doc="Whether cells were found too.")

    _esm = part_source("panel_told.js")


class Facets(_Part):
    """Facets with counts and numeric ranges with their spread.

    Says `{"facet": column, "values": [...]}`, `{"range": column, "low": x, "high": y}` with None
    for an open side, or `{"reset": True}`.
    """

    groups = param.List(default=[], doc="Facets and ranges, as `panel_face.facet_groups` makes.")
    total = param.Integer(default=0, doc="Cells found.")
    summary = param.String(default="", doc="What stands beside the number.")
    filtered = param.Boolean(default=False, doc="Whether anything was asked for.")

    _esm = part_source("panel_facets.js")


class Actions(_Part):
    """The selection as chips, with Python, downloads and a link.

    Says `{"open": uid}`, `{"drop": uid}`, `{"clear": True}`, `{"all": True}` or
    `{"download": name}`; answer the last with `send({"file": name, "text": text})`.
    """

    selection = param.List(default=[], doc="Uids, in the order they were chosen.")
    code = param.String(default="", doc="Python that repeats the view.")
    hint = param.String(default="", doc="Shown while nothing is selected.")
    downloads = param.List(default=[], doc="Of `{name, label, title}`.")
    selectable = param.Integer(default=0, doc="How many cells 'Select all' would choose; 0: none.")
    openable = param.Boolean(default=False, doc="Whether a cell can be opened here.")
    link = param.Boolean(default=False, doc="Whether the address bar holds the state.")

    _esm = part_source("panel_actions.js")


class Texts(_Part):
    """Texts to look at, copy and save, one at a time.

    Says `{"took": name}` when one was copied or saved.
    """

    items = param.List(
        default=[],
        doc="Of `{name, label, text, file, type, note, wraps}`; without text, only the note.",
    )
    label = param.String(default="Texts", doc="Name for screen readers.")

    _esm = part_source("panel_texts.js")
