"""How a value is distributed among cells: steps that rise, and those that have not got there."""

from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool, NumeralTickFormatter

from bdg_explore.columns import CELL, CENSORED, GROUP, SHARE, axis
from bdg_explore.errors import FrameError
from bdg_explore.rights import rights_in

from ._colour import group_colours, group_word
from ._credit import credit
from .theme import INK, TITLE_SIZE, in_lines, load_bokeh, message, style

NEEDED: Final = (GROUP, CENSORED, SHARE)
LEGEND_COLUMNS: Final = 3
DOT: Final = 6
ALIVE: Final = 8


def distribution_steps(
    found: pd.DataFrame,
    *,
    title: str | None = None,
    height: int = 340,
) -> Any:
    """Draw the share of cells at or below each value, group by group.

    Parameters
    ----------
    found : DataFrame
        What `analysis.distribution` returned.
    title : str, optional
        Replaces the line above the picture.
    height : int
        Height [px]; the width is that of the page.

    Returns
    -------
    holoviews.Overlay
        A step line a group with a dot at each cell; a cell that had not got there is a hollow
        circle at its last cycle, and no step. The legend tells how many cells a group has. Where
        there is nothing to draw, an `hv.Text` that says why.

    Raises
    ------
    FrameError
        If the table is not one of a distribution.
    """
    load_bokeh()
    lacking = [name for name in NEEDED if name not in found.columns]
    if lacking or "value" not in found.attrs:
        raise FrameError(
            "distribution_steps draws what analysis.distribution returned; this table has "
            + (f"no column {lacking[0]}." if lacking else "lost its .attrs.")
        )
    value = found.attrs["value"]
    if not len(found):
        return message(f"No cell has a known {value}.", height=height)
    x = hv.Dimension(value, label=axis(value))
    y = hv.Dimension(SHARE, label=axis(SHARE))
    groups = list(found[GROUP].unique())
    colours = group_colours(found[GROUP], found.attrs["by"])
    low, high = float(found[value].min()), float(found[value].max())
    pad = 0.03 * ((high - low) or 1.0)
    layers: list[Any] = []
    for group in groups:
        part = found[(found[GROUP] == group).to_numpy()]
        label = f"{group_word(group)} (n = {len(part)})"
        layers += _steps(part, x, y, label, colours[group], low - pad)
    half = hv.HLine(0.5).opts(color=INK, line_dash="dashed", line_width=1)
    return hv.Overlay([half, *layers]).opts(
        responsive=True,
        height=height,
        title=_told(found) if title is None else title,
        fontsize={"title": TITLE_SIZE},
        xlabel=x.label,
        ylabel=y.label,
        xlim=(low - pad, high + pad),
        ylim=(-0.03, 1.05),
        yformatter=NumeralTickFormatter(format="0 %"),
        legend_position="top",
        legend_cols=LEGEND_COLUMNS,
        show_legend=True,
        show_grid=True,
        hooks=[style, *credit(rights_in(found))],
    )


def _steps(part: pd.DataFrame, x: Any, y: Any, label: str, colour: str, left: float) -> list[Any]:
    at = part[x.name].to_numpy(dtype=np.float64)
    share = part[SHARE].to_numpy(dtype=np.float64)
    alive = part[CENSORED].to_numpy(dtype=bool)
    corners = np.concatenate(([left], np.repeat(at, 2)))
    heights = np.concatenate(([0.0, 0.0], np.repeat(share, 2)[:-1]))
    line = hv.Curve((corners, heights), x, y, label=label).opts(color=colour, line_width=2)
    table = pd.DataFrame(
        {
            x.name: at,
            SHARE: share,
            CELL: part.index.astype(str),
            "told": np.where(alive, "not reached by ", "") + pd.Series(at).map("{:,.4g}".format),
        }
    )
    tips = [("Cell", f"@{{{CELL}}}"), (x.label, "@told"), (y.label, f"@{SHARE}{{0 %}}")]
    layers = [line]
    for which, look in (
        (~alive, {"marker": "circle", "size": DOT, "fill_color": colour}),
        (alive, {"marker": "circle", "size": ALIVE, "fill_color": None}),
    ):
        if which.any():
            dots = hv.Scatter(table[which], x, [y, CELL, "told"])
            hover = HoverTool(tooltips=tips, attachment="horizontal")
            layers.append(dots.opts(line_color=colour, tools=[hover], show_legend=False, **look))
    return layers


def _told(found: pd.DataFrame) -> str:
    by = found.attrs["by"]
    words = [axis(by)] if by else []
    alive = int(found[CENSORED].sum())
    unknown = sum(found.attrs["unknown"].values())
    words += [f"{alive} of {len(found)} cells not there yet (○)"] if alive else []
    words += [f"{unknown} unknown"] if unknown else []
    return in_lines(words)
