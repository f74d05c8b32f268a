"""Cells as lines over several axes: what was done to them, what was seen, how long they lived."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool
from numpy.typing import NDArray

from bdg_explore.columns import CELL, COLUMNS
from bdg_explore.errors import FrameError, ParameterError, did_you_mean

from ._colour import UNKNOWN, colour_by
from ._credit import credit, rights_shown
from ._lines import Lines, lines_element
from .theme import INK, OTHER, TITLE_SIZE, load_bokeh, message, style

BELOW: Final = -0.14
"""Where a line passes an axis on which its cell has no value."""
MOST_CATEGORIES: Final = 12
TICKS: Final = (0.0, 0.5, 1.0)
FEW: Final = 5
"""So many different numbers are all marked, and so many heads stand side by side."""
HEAD_WIDTH: Final = 11
HEADS: Final = (1.1, 1.34)
BEYOND: Final = 0.045
"""How far beyond the ends of an axis their values stand."""
TEXT: Final = "10px"


@dataclass(frozen=True)
class Scale:
    """One upright axis.

    Attributes
    ----------
    title : str
        What it is called, unit included.
    places : ndarray
        Where each cell lies, 0 to 1; NaN where it has no value.
    ticks : dict
        Text by place.
    """

    title: str
    places: NDArray[np.float64]
    ticks: dict[float, str]


def parallel_coordinates(
    table: pd.DataFrame,
    columns: Sequence[str],
    *,
    color: str | None = None,
    cells: pd.DataFrame | None = None,
    title: str | None = None,
    height: int = 380,
) -> Any:
    """Draw each cell as a line over upright axes, one a column.

    Parameters
    ----------
    table : DataFrame
        One row a cell: index or column `cell`; conditions, features and lives side by side.
    columns : sequence of str
        Two axes or more, from left to right; of `table` or of `cells`. Text becomes an axis of
        categories.
    color : str, optional
        Column that gives the colour; the last axis if not given.
    cells : DataFrame, optional
        What is known of the cells: index or column `cell`.
    title : str, optional
        Replaces the line that says how many cells are shown.
    height : int
        Height [px]; the width is that of the page.

    Returns
    -------
    holoviews.Overlay
        All cells are one `hv.Contours`. A line whose cell has no value on an axis passes below it,
        at *unknown*. Click a line to single it out. Where there is nothing to draw, an `hv.Text`.

    Raises
    ------
    ParameterError
        If there are fewer than two axes, or one of too many categories.
    FrameError
        If a column is missing.
    """
    load_bokeh()
    facts = _joined(table, cells)
    if len(columns) < 2:
        raise ParameterError("parallel_coordinates needs two columns or more.")
    color = columns[-1] if color is None else color
    for name in (*columns, color):
        if name not in facts.columns:
            known = did_you_mean(str(name), map(str, facts.columns))
            raise FrameError(f"Neither table nor cells have a column {name}.{known}")
    if not len(facts):
        return message("No cells to draw.", height=height)
    scales = [_scale(facts[name], name) for name in columns]
    colouring = colour_by(facts[color], color)
    lines = _lines(scales, facts, colouring, color)
    picture = _curves(lines, colouring, color, columns)
    return hv.Overlay([*_axes(scales), picture, *_texts(scales)]).opts(
        responsive=True,
        height=height,
        title=f"{len(facts):,} cells" if title is None else title,
        fontsize={"title": TITLE_SIZE},
        xlim=(-0.5, len(scales) - 0.5),
        ylim=(BELOW - 0.08, 1.4 if len(scales) <= FEW else 1.64),
        xaxis=None,
        yaxis=None,
        legend_position="bottom",
        legend_cols=3,
        show_legend=not colouring.by_number,
        show_grid=False,
        hooks=[style, *credit(rights_shown(table, map(str, facts.index), facts))],
    )


def _joined(table: pd.DataFrame, cells: pd.DataFrame | None) -> pd.DataFrame:
    facts = table.set_index(CELL) if CELL in table.columns else table
    if cells is None:
        return facts
    known = cells.set_index(CELL) if CELL in cells.columns else cells
    known = known.loc[~known.index.duplicated(), known.columns.difference(facts.columns)]
    return facts.join(known)


def _scale(values: "pd.Series[Any]", name: str) -> Scale:
    known = COLUMNS.get(name)
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if number:
        at = values.to_numpy(dtype=np.float64, na_value=np.nan)
        low, high = (np.nanmin(at), np.nanmax(at)) if np.isfinite(at).any() else (0.0, 1.0)
        title = known.label if known else name
        if not high > low:
            return Scale(title, np.where(np.isfinite(at), 0.5, np.nan), {0.5: _short(low)})
        few = np.unique(at[np.isfinite(at)])
        marked = (few - low) / (high - low) if len(few) <= FEW else TICKS
        ticks = {float(p): _short(low + p * (high - low)) for p in marked}
        return Scale(title, (at - low) / (high - low), ticks)
    words = values.map(lambda v: None if pd.isna(v) else str(v))
    found = sorted(words.dropna().unique())
    if len(found) > MOST_CATEGORIES:
        raise ParameterError(
            f"{name} has {len(found)} categories; an axis shows {MOST_CATEGORIES} at most. "
            "Leave it out, or choose fewer cells."
        )
    step = 1.0 / max(len(found) - 1, 1)
    place = {word: k * step if len(found) > 1 else 0.5 for k, word in enumerate(found)}
    places = words.map(place).to_numpy(dtype=np.float64, na_value=np.nan)
    return Scale(known.title if known else name, places, {at: word for word, at in place.items()})


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _lines(scales: list[Scale], facts: pd.DataFrame, colouring: Any, color: str) -> Lines:
    up = np.column_stack([np.where(np.isnan(s.places), BELOW, s.places) for s in scales])
    count, axes = up.shape
    across = np.tile(np.arange(axes, dtype=np.float64), count)
    told = {CELL: facts.index.astype(str).to_numpy(dtype=object), color: colouring.values}
    offsets = np.arange(0, count * axes + 1, axes, dtype=np.int64)
    return Lines(across, up.ravel(), offsets, told)


def _curves(lines: Lines, colouring: Any, color: str, axes: Sequence[str]) -> Any:
    count = len(lines.offsets) - 1
    number = colouring.by_number
    told = f"@{{{color}}}{{0,0.[000]}}" if number else f"@{{{color}}}"
    options: dict[str, Any] = {
        "tools": [HoverTool(tooltips=[("Cell", f"@{{{CELL}}}"), (colouring.title, told)]), "tap"],
        "line_width": 1.5,
        "line_alpha": 0.85 if count <= 100 else 0.5,
        "nonselection_alpha": 0.08,
        "cmap": colouring.colours,
        "clipping_colors": {"NaN": OTHER},
        "show_legend": not number,
    }
    if number and color not in axes:  # where it is an axis, that is its key
        options |= {"colorbar": True, "colorbar_opts": {"title": colouring.title}}
    vdims = [hv.Dimension(color, label=colouring.title), CELL] if color != CELL else [CELL]
    return lines_element(lines, ["axis", "place"], vdims, group="Cells").opts(**options)


def _axes(scales: list[Scale]) -> list[Any]:
    at = np.arange(len(scales), dtype=np.float64)
    bars = hv.Segments((at, np.zeros_like(at), at, np.ones_like(at)), ["axis", "place", "x1", "y1"])
    return [bars.opts(color=INK, line_width=1)]


def _texts(scales: list[Scale]) -> list[Any]:
    inner = [
        (float(k), place, f" {text}")
        for k, scale in enumerate(scales)
        for place, text in scale.ticks.items()
        if 0 < place < 1
    ]
    lacking = [
        (float(k), BELOW, f" {UNKNOWN}") for k, s in enumerate(scales) if np.isnan(s.places).any()
    ]
    ends = [  # beyond the axis, where no line crosses them
        (float(k), place + (BEYOND if place else -BEYOND), scale.ticks[place])
        for k, scale in enumerate(scales)
        for place in (0.0, 1.0)
        if place in scale.ticks
    ]
    heads = [
        (float(k), HEADS[k % 2 if len(scales) > FEW else 0], textwrap.fill(scale.title, HEAD_WIDTH))
        for k, scale in enumerate(scales)
    ]
    look = {"text_color": INK, "text_font_size": TEXT, "show_legend": False}
    dims = ["axis", "place"]
    return [
        hv.Labels(inner + lacking, dims, "text").opts(text_align="left", **look),
        hv.Labels(ends, dims, "text").opts(text_align="center", **look),
        hv.Labels(heads, dims, "text").opts(text_align="center", text_baseline="bottom", **look),
    ]
