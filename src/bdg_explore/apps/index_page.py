"""The page at the root of a server: what can be opened, one sentence each."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import panel as pn
import panel_material_ui as pmui

from .frame import frame
from .theme import STYLE


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that can be opened: `kind` is `Dashboard` or `Notebook`."""

    title: str
    sentence: str
    address: str
    kind: str


def index_page(entries: Sequence[Entry], facts: str = "") -> pmui.Page:
    """Return the page that lists the others.

    Parameters
    ----------
    entries : sequence of Entry
        Dashboards and notebooks, in their order.
    facts : str
        One line about the data behind them.
    """
    items = "".join(
        f'<li><a href="{escape(entry.address, quote=True)}"><span class="kind">{escape(entry.kind)}'
        f"</span><h2>{escape(entry.title)}</h2><p>{escape(entry.sentence)}</p></a></li>"
        for entry in entries
    )
    html = (
        '<div class="home">'
        "<h1>The world’s public battery data, in one place</h1>"
        '<p class="lead">Find cells by chemistry, protocol and temperature across hubs, see how '
        "they age, and take every picture away as a few lines of Python.</p>"
        f'<ul>{items}</ul><p class="foot">{escape(facts)}</p></div>'
    )
    body = pn.pane.HTML(
        html,
        stylesheets=[STYLE],
        sizing_mode="stretch_width",
        margin=0,
        styles={"padding": "0 16px"},
    )
    return frame("Home", [body], main_width=1080)
