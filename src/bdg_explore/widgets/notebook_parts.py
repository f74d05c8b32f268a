"""Parts of the browser in a notebook: those of the Panel face, hosted again.

`panel_facets.js`, `panel_actions.js` and `panel_told.js` say what they show and what they say.
"""

from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

from .part_source import part_source

_HERE: Final = Path(__file__).resolve().parent


class _NotebookPart(anywidget.AnyWidget):
    """An ES module written for Panel, given to a notebook as text."""

    _esm = _HERE / "notebook_part.js"
    _css = _HERE / "widgets.css"

    part = traitlets.Unicode().tag(sync=True)
    style_sheet = traitlets.Unicode().tag(sync=True)

    def __init__(self, part: str, **values: Any) -> None:
        style = (_HERE / "panel_face.css").read_text(encoding="utf-8")
        super().__init__(part=part_source(part), style_sheet=style, **values)


class NotebookFacets(_NotebookPart):
    """Facets with counts and numeric ranges with their spread; `on_msg` hears what is asked."""

    groups: Any = traitlets.List().tag(sync=True)
    total = traitlets.Int().tag(sync=True)
    summary = traitlets.Unicode().tag(sync=True)
    filtered = traitlets.Bool().tag(sync=True)

    def __init__(self, **values: Any) -> None:
        super().__init__("panel_facets.js", **values)


class NotebookTold(_NotebookPart):
    """How a search was understood; `on_msg` hears what should be looked for exactly."""

    words: Any = traitlets.List().tag(sync=True)
    said: Any = traitlets.List().tag(sync=True)
    datasets: Any = traitlets.List().tag(sync=True)
    beside = traitlets.Bool(True).tag(sync=True)

    def __init__(self, **values: Any) -> None:
        super().__init__("panel_told.js", **values)


class NotebookActions(_NotebookPart):
    """The selection as chips, with Python and downloads; `on_msg` hears what is wanted."""

    selection: Any = traitlets.List().tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)
    downloads: Any = traitlets.List().tag(sync=True)
    openable = traitlets.Bool().tag(sync=True)
    link = traitlets.Bool().tag(sync=True)

    def __init__(self, **values: Any) -> None:
        super().__init__("panel_actions.js", **values)
