"""Groups of cells along life: a median each, and a band around it."""

from itertools import pairwise
from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool

from bdg_explore.columns import (
    CELL_COUNT,
    GROUP,
    GROUP_COUNT,
    LOWER,
    MEDIAN,
    UPPER,
    axis,
)
from bdg_explore.errors import FrameError
from bdg_explore.rights import rights_in

from ._colour import group_colours, group_word
from ._credit import credit
from ._fade_glyphs import end_of_life, upward
from ._per_cent import per_cent
from .theme import TITLE_SIZE, in_lines, load_bokeh, message, style

NEEDED: Final = (GROUP, MEDIAN, LOWER, UPPER, CELL_COUNT, GROUP_COUNT)
LEGEND_COLUMNS: Final = 3
ALPHA: Final = 0.18


def fade_bands(
    bands: pd.DataFrame,
    *,
    threshold: float | None = None,
    title: str | None = None,
    height: int = 380,
) -> Any:
    """Draw the median of groups of cells along life, with a band of quantiles.

    Parameters
    ----------
    bands : DataFrame
        What `analysis.group_bands` returned.
    threshold : float, optional
        Where end of life is drawn, in the unit of the value; as a share where that is one.
    title : str, optional
        Replaces the line that says which quantiles the band shows, and what is not drawn.
    height : int
        Height [px]; the width is that of the page.

    Returns
    -------
    holoviews.Overlay
        A line and a band a group, in a colour of its own (the most numerous eight groups, then
        grey), named in the legend with its number of cells. The line is dotted where cells of the
        group have ended: from there on it is the median of those that are left. Where there is
        nothing to draw, an `hv.Text` that says why.

    Raises
    ------
    FrameError
        If the table is not one of bands.
    """
    load_bokeh()
    lacking = [name for name in NEEDED if name not in bands.columns]
    if lacking or "x" not in bands.attrs:
        raise FrameError(
            "fade_bands draws what analysis.group_bands returned; this table has "
            + (f"no column {lacking[0]}." if lacking else "lost its .attrs.")
        )
    if not len(bands):
        return message("No group has cells enough for a band.", height=height)
    x, y = bands.attrs["x"], bands.attrs["value"]
    of_groups = bands.drop_duplicates(GROUP).set_index(GROUP)[GROUP_COUNT]
    colours = group_colours(pd.Series(np.repeat(of_groups.index, of_groups)), bands.attrs["by"])
    dims = hv.Dimension(x, label=axis(x)), hv.Dimension(y, label=axis(y))
    layers: list[Any] = []
    for group, count in of_groups.items():
        label = f"{group_word(group)} (n = {count})"
        part = bands[(bands[GROUP] == group).to_numpy()]
        layers += _group(part, dims, label, colours[group])
    if threshold is not None:
        layers.append(end_of_life(threshold, float(bands[x].min()), threshold))
    limits, _ = upward(bands[[LOWER, UPPER]].to_numpy(dtype=np.float64).ravel())
    return hv.Overlay(layers).opts(
        responsive=True,
        height=height,
        title=_told(bands) if title is None else title,
        fontsize={"title": TITLE_SIZE},
        xlabel=dims[0].label,
        ylabel=dims[1].label,
        ylim=limits,
        legend_position="top",
        legend_cols=LEGEND_COLUMNS,
        show_legend=True,
        show_grid=True,
        hooks=[style, *credit(rights_in(bands))],
        **per_cent(y),
    )


def _group(part: pd.DataFrame, dims: tuple[Any, Any], label: str, colour: str) -> list[Any]:
    x, y = dims
    table = part[[x.name, MEDIAN, LOWER, UPPER, CELL_COUNT]].rename(columns={MEDIAN: y.name})
    table = table.assign(label=label)
    band = hv.Area(table, x, [hv.Dimension(LOWER), hv.Dimension(UPPER)], label=label).opts(
        fill_color=colour, fill_alpha=ALPHA, line_alpha=0, show_legend=False
    )
    layers = [band]
    whole = (part[CELL_COUNT] == part[GROUP_COUNT]).to_numpy()
    edges = [0, *(np.flatnonzero(np.diff(whole.astype(int))) + 1).tolist(), len(table)]
    tips = [
        ("", "@label"),
        (x.label, f"@{{{x.name}}}{{0,0.[0]}}"),
        (y.label, f"@{{{y.name}}}{{0.000[0]}}"),
        ("Band", f"@{LOWER}{{0.000[0]}} to @{UPPER}{{0.000[0]}}"),
        ("Cells left", f"@{CELL_COUNT}"),
    ]
    for begin, end in pairwise(edges):
        line = hv.Curve(
            table.iloc[begin : end + 1],  # up to where the next piece begins
            x,
            [y, LOWER, UPPER, CELL_COUNT, "label"],
            label=label,
        )
        layers.append(
            line.opts(
                color=colour,
                line_width=2,
                line_dash="solid" if whole[begin] else "dotted",
                tools=[HoverTool(tooltips=tips, attachment="horizontal")],
            )
        )
    return layers


def _told(bands: pd.DataFrame) -> str:
    low, high = (f"{100 * q:g}" for q in bands.attrs["quantiles"])
    by = bands.attrs["by"]
    words = [axis(by)] if by else []
    words.append(f"median, {low} to {high} %")
    if (bands[CELL_COUNT] < bands[GROUP_COUNT]).any():
        words.append("dotted where cells have ended")
    few = bands.attrs["left_out"]
    if few:
        words.append(f"{len(few)} {'group' if len(few) == 1 else 'groups'} too small")
    return in_lines(words)
