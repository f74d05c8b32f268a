"""A curated notebook as a page: its story shown, its code behind a switch, its results alive."""

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from html import escape
from typing import Any, Final

import holoviews as hv
import pandas as pd
import panel as pn
import panel_material_ui as pmui

from bdg_explore.errors import BdgError
from bdg_explore.hubs.sharing import Private, showing_others
from bdg_explore.rights import as_lines, rights_in
from bdg_explore.widgets.panel_picture import picture_pane

from .cards import card
from .frame import frame
from .notebook_run import Outcome, run
from .notebooks import Notebook
from .tables import table_of
from .theme import STYLE

log = logging.getLogger(__name__)

_ROWS: Final = 20


def notebook_page(
    notebook: Notebook,
    *,
    links: Sequence[tuple[str, str]] = (),
    code: bool = False,
    private: Private = "hide",
) -> pmui.Page:
    """Return the page of a notebook; running it is part of making the page.

    Parameters
    ----------
    notebook : Notebook
        Read by `read_notebook`. Its code is executed with the rights of the server: pass only
        notebooks that ship, or that whoever starts the server has named.
    links : sequence of (text, address)
        Other pages.
    code : bool
        Whether the code is shown from the start.
    private : {"hide", "show", "share"}
        With *hide* `open_hubs` gives the notebook only what others may see; see `explorer`.
    """
    switch = pmui.Switch(
        label="Show code", value=code, margin=(0, 8), styles={"margin-left": "auto"}
    )
    parts: list[Any] = []
    with showing_others() if private == "hide" else nullcontext():
        outcomes = list(run(notebook))
    for outcome in outcomes:
        if outcome.cell.kind == "markdown":
            parts.append(_markdown(outcome.cell.source))
            continue
        source = _block(f'<pre class="in"><code>{escape(outcome.cell.source)}</code></pre>')
        source.visible = code
        switch.jslink(source, value="visible")
        parts += [source, *_results(notebook, outcome)]
    story = pn.Column(
        *parts, sizing_mode="stretch_width", styles={"padding": "8px 16px 64px"}, margin=0
    )
    return frame(
        notebook.title,
        [story],
        header=[switch],
        links=links,
        main_width=1180,
    )


def _results(notebook: Notebook, outcome: Outcome) -> list[Any]:
    results: list[Any] = (
        [_block(f"<pre class='out'>{escape(outcome.printed)}</pre>")] if outcome.printed else []
    )
    for value in outcome.shown:
        try:
            results.append(shown(value))
        except Exception as error:
            log.exception("%s: cell %s cannot be shown", notebook.path, outcome.cell.number)
            outcome.error = error
    results += [card("Some data are not here", text) for text in outcome.warned]
    if outcome.error is not None:
        log.error("%s: cell %s failed", notebook.path, outcome.cell.number, exc_info=outcome.error)
        results.append(_failed(outcome))
    return results


def shown(value: Any) -> Any:
    """Return what Panel shows for the value of a cell.

    A frame becomes a table of a few rows that scrolls inside; an object with `__panel__`, such as
    `CellBrowser`, shows its Panel face; what Panel does not know is shown as text.
    """
    if isinstance(value, pd.Series):
        value = value.to_frame()
    if isinstance(value, pd.DataFrame):
        told = "".join(f"<li>{escape(line)}</li>" for line in as_lines(rights_in(value)))
        whose = f'<details class="facts"><summary>Rights</summary><ul>{told}</ul></details>'
        table = table_of(value, most=_ROWS, digits=5, index=True)
        return _block(table + (whose if told else ""))
    if isinstance(value, str):
        return _block(f"<pre class='out'>{escape(value)}</pre>")
    if hasattr(value, "__panel__") or isinstance(value, pn.viewable.Viewable):
        return pn.panel(value, sizing_mode="stretch_width")
    if isinstance(value, hv.core.Dimensioned):
        return picture_pane(value)
    if not hasattr(value, "_repr_html_") and pn.pane.PaneBase.get_pane_type(value) is pn.pane.Str:
        return _block(f"<pre class='out'>{escape(repr(value))}</pre>")
    return pn.panel(value, sizing_mode="stretch_width")


def _markdown(source: str) -> pn.pane.Markdown:
    return pn.pane.Markdown(
        source,
        stylesheets=[STYLE],
        css_classes=["story"],
        sizing_mode="stretch_width",
        margin=(4, 0),
        renderer="markdown-it",
    )


def _block(html: str) -> pn.pane.HTML:
    return pn.pane.HTML(html, stylesheets=[STYLE], sizing_mode="stretch_width", margin=(4, 0))


def _failed(outcome: Outcome) -> pn.pane.HTML:
    error = outcome.error
    line = f", line {outcome.line}" if outcome.line else ""
    text = (
        str(error)
        if isinstance(error, (BdgError, SyntaxError))
        else f"{type(error).__name__}: {error}"
    )
    lines = outcome.cell.source.splitlines()
    return card(
        f"Cell {outcome.cell.number} failed{line}",
        text,
        "What stands below it is shown as far as it does not need this cell.",
        kind="error",
        code=lines[outcome.line - 1].strip() if 0 < outcome.line <= len(lines) else "",
    )
