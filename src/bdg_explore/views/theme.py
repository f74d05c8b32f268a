"""How every picture looks: colours, ink, grid and tools; the same on light and dark pages."""

import textwrap
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final

import holoviews as hv
import numpy as np
from bokeh.core.properties import value
from bokeh.models import Text

from ._narrow import give_way

# Eight colours and a grey that stay apart for colour-blind eyes, on white and on near-black.
CATEGORICAL: Final = (
    "#0072b2",
    "#c2a500",
    "#aa3377",
    "#56b4e9",
    "#117733",
    "#ff006e",
    "#8338ec",
    "#a6761d",
)
OTHER: Final = "#8f8f8f"
"""Colour of everything beyond the eighth category, and of what is unknown."""

INK: Final = "#7a7a7a"
"""Text and axes: a grey that is read on white as well as on near-black."""
GRID: Final = "rgba(128, 128, 128, 0.2)"
TITLE_SIZE: Final = "13px"
LINE: Final = 36  # letters of a title on a phone
MESSAGE: Final = 46  # letters of a line of a sentence there
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_ORDERED_FROM, _ORDERED_TO = 0.18, 0.86  # of plasma: neither lost in the dark nor on white
LEAST_HEIGHT: Final = 220


def load_bokeh() -> None:
    """Make HoloViews draw with Bokeh; in a notebook, also make its pictures show themselves."""
    if "bokeh" not in hv.Store.renderers:
        if _in_notebook():
            hv.extension("bokeh", logo=False, inline=True)  # no request to an outside host
        else:
            import_module("holoviews.plotting.bokeh")  # which registers itself
    if hv.Store.current_backend != "bokeh":  # setting it rebuilds all of HoloViews' options
        hv.Store.set_current_backend("bokeh")


def _in_notebook() -> bool:
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def ordered(count: int = 256) -> list[str]:
    """Return colours for things that have an order, such as temperature or cycle.

    Parameters
    ----------
    count : int
        How many, from low to high.

    Returns
    -------
    list of str
        Hexadecimal colours, perceptually even (a part of matplotlib's *plasma*).
    """
    from bokeh.palettes import Plasma256

    places = np.linspace(_ORDERED_FROM, _ORDERED_TO, count) * (len(Plasma256) - 1)
    return [Plasma256[round(place)] for place in places]


def in_lines(parts: Iterable[str], *, letters: int = LINE) -> str:
    """Return a title in lines that a phone has room for, broken between its parts.

    Parameters
    ----------
    parts : iterable of str
        What is said, part by part.
    letters : int
        Length of a line; a part that is longer takes several.
    """
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and len(longer) <= letters:
            lines[-1] = longer
        else:
            lines += textwrap.wrap(part, letters)
    return "\n".join(lines)


def message(text: str, *, height: int = LEAST_HEIGHT) -> Any:
    """Return a picture that says in words why there is nothing to draw.

    Parameters
    ----------
    text : str
        One sentence, with the next step; broken into lines that a phone has room for.
    height : int
        Height [px].

    Returns
    -------
    holoviews.Text
        The sentence, without axes.
    """
    load_bokeh()
    return hv.Text(0.5, 0.5, textwrap.fill(text, MESSAGE)).opts(
        text_color=INK,
        text_font_size="14px",
        xaxis=None,
        yaxis=None,
        xlim=(0, 1),
        ylim=(0, 1),
        responsive=True,
        height=height,
        toolbar=None,
        default_tools=[],
        hooks=[style],
    )


def style(plot: Any, element: Any) -> None:  # noqa: ARG001 (HoloViews gives both to a hook)
    """Dress a Bokeh figure; used as a HoloViews hook.

    Parameters
    ----------
    plot : holoviews plot
        Its `state` is the figure.
    element : holoviews element
        What is drawn.
    """
    figure = plot.state
    figure.background_fill_color = None
    figure.border_fill_color = None
    figure.outline_line_color = None
    figure.toolbar.logo = None
    figure.frame_align = plot.layout_num > 0  # pictures below each other are not one
    figure.toolbar.active_scroll = None  # the page scrolls; zooming by wheel wants a click first
    figure.title.text_color = INK
    figure.title.text_font = FONT
    figure.title.text_font_size = TITLE_SIZE
    figure.title.text_font_style = "normal"
    for renderer in figure.renderers:
        if isinstance(getattr(renderer, "glyph", None), Text):
            renderer.glyph.text_font = value(FONT)
    for axis in figure.axis:
        axis.axis_line_color = INK
        axis.axis_line_width = 1
        axis.major_tick_line_color = INK
        axis.major_tick_in = 0
        axis.minor_tick_line_color = None
        axis.major_label_text_color = INK
        axis.major_label_text_font = FONT
        axis.major_label_text_font_size = "12px"
        axis.axis_label_text_color = INK
        axis.axis_label_text_font = FONT
        axis.axis_label_text_font_size = "13px"
        axis.axis_label_text_font_style = "normal"
    for grid in figure.grid:
        if grid.grid_line_color is not None:
            grid.grid_line_color = GRID
    for legend in figure.legend:
        legend.background_fill_alpha = 0.0
        legend.border_line_color = None
        legend.label_text_color = INK
        legend.label_text_font = FONT
        legend.label_text_font_size = "12px"
        legend.title_text_color = INK
        legend.title_text_font = FONT
        legend.title_text_font_size = "12px"
        legend.title_text_font_style = "normal"
        legend.spacing = 6
        legend.padding = 0
        legend.margin = 6
        legend.location = "left" if legend in figure.above else legend.location
    for bar in (item for item in figure.right if type(item).__name__ == "ColorBar"):
        bar.background_fill_alpha = 0.0
        bar.bar_line_color = None
        bar.width = 10
        bar.major_tick_line_color = None
        bar.major_label_text_color = INK
        bar.major_label_text_font = FONT
        bar.major_label_text_font_size = "12px"
        bar.title_text_color = INK
        bar.title_text_font = FONT
        bar.title_text_font_size = "12px"
        bar.title_text_font_style = "normal"
    give_way(figure)
