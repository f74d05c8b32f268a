"""Cards: a message in the place where something was asked for."""

from collections.abc import Sequence
from html import escape
from typing import Literal

import panel as pn

from .theme import STYLE

Kind = Literal["error", "notice", "empty"]


def card(
    title: str, *sentences: str, kind: Kind = "notice", items: Sequence[str] = (), code: str = ""
) -> pn.pane.HTML:
    """Return a card with a title, sentences and perhaps a list; all of it plain text.

    Parameters
    ----------
    title : str
        What happened, or what is here.
    *sentences : str
        Why, and what next.
    kind : {"error", "notice", "empty"}
        How it looks; an error is also announced to screen readers.
    items : sequence of str
        Lines of a list.
    code : str
        Shown as code below.
    """
    role = "alert" if kind == "error" else "note"
    listed = "".join(f"<li>{escape(item)}</li>" for item in items)
    html = (
        f'<div class="card {kind}" role="{role}"><h2>{escape(title)}</h2>'
        + "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences if sentence)
        + (f"<ul>{listed}</ul>" if listed else "")
        + (f"<pre>{escape(code)}</pre>" if code else "")
        + "</div>"
    )
    return pn.pane.HTML(
        html,
        stylesheets=[STYLE],
        sizing_mode="stretch_width",
        margin=(8, 0),
        css_classes=["bdg-card"],
    )
