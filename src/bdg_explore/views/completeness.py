"""How complete the metadata of hubs are: lollipops, and a map of hubs and fields."""

from collections.abc import Callable
from typing import Any

import holoviews as hv
import pandas as pd
from bokeh.models import HoverTool

from ._coverage_parts import ROW, needs, plain_axes, short
from .theme import CATEGORICAL, TITLE_SIZE, load_bokeh, message, ordered, style


def completeness_lollipops(scores: pd.DataFrame, *, title: str = "") -> Any:
    """Draw for each hub the share of primary metadata that is stated, and that is verified.

    Parameters
    ----------
    scores : DataFrame
        `hub`, `stated` and `verified` [0-1], `datasets`; in the order of the rows.
    title : str
        Line above the picture.

    Returns
    -------
    holoviews.Overlay
        An open dot where the stated share lies, a full one where the verified, a line between.

    Raises
    ------
    FrameError
        A column is missing.
    """
    load_bokeh()
    needs(scores, "hub", "stated", "verified", "datasets")
    if not len(scores):
        return message("No hub with a data set to describe.")
    held = scores.reset_index(drop=True)
    at = range(len(held))
    lines = pd.DataFrame({"x0": held["verified"], "y0": at, "x1": held["stated"], "y1": at})
    dots = held.assign(y=at, value=held["hub"])
    facts = ["value", "datasets", "verified", "stated"]
    hover = HoverTool(
        tooltips=[("hub", "@value"), ("data sets", "@datasets"), ("stated", "@stated{0 %}"),
                  ("verified", "@verified{0 %}")]
    )  # fmt: skip
    stated = hv.Scatter(dots, "stated", ["y", *facts[:3]], label="stated").opts(
        color="rgba(0,0,0,0)", line_color=CATEGORICAL[3], line_width=2, size=10, tools=[hover]
    )
    verified = hv.Scatter(dots, "verified", ["y", *facts[:2], "stated"], label="verified").opts(
        color=CATEGORICAL[0], size=9, tools=[hover]
    )
    segments = hv.Segments(lines, ["x0", "y0", "x1", "y1"]).opts(color=CATEGORICAL[3], line_width=2)
    return hv.Overlay([segments, stated, verified]).opts(
        responsive=True,
        height=ROW * len(held) + (24 if title else 0) + 86,
        title=title,
        fontsize={"title": TITLE_SIZE},
        xlim=(-0.03, 1.03),
        ylim=(len(held) - 0.5, -0.5),
        xlabel="Share of the seven primary fields / %",
        xticks=[(0, "0"), (0.5, "50"), (1, "100")],
        ylabel="",
        yticks=[(i, short(str(name))) for i, name in enumerate(held["hub"])],
        show_legend=True,
        legend_position="top",
        legend_cols=2,
        show_grid=True,
        toolbar=None,
        default_tools=[],
        hooks=[style, plain_axes],
    )


def completeness_map(
    shares: pd.DataFrame, *, names: Callable[[str], str] = str, title: str = ""
) -> Any:
    """Draw for each hub and field the share of data sets that state it.

    Parameters
    ----------
    shares : DataFrame
        `hub`, `field`, `stated` and `verified` [0-1], `datasets`.
    names : callable
        Turns a field into what stands above its column.
    title : str
        Line above the picture.

    Returns
    -------
    holoviews.Overlay
        Tiles, dark to bright from none to all, each with its share in percent.

    Raises
    ------
    FrameError
        A column is missing.
    """
    load_bokeh()
    needs(shares, "hub", "field", "stated", "verified", "datasets")
    if not len(shares):
        return message("No hub with a data set to describe.")
    hubs, fields = list(dict.fromkeys(shares["hub"])), list(dict.fromkeys(shares["field"]))
    x, y = shares["field"].map(fields.index), shares["hub"].map(hubs.index)
    tiles = shares.assign(
        x0=x - 0.47, x1=x + 0.47, y0=y - 0.45, y1=y + 0.45, value=shares["hub"],
        name=shares["field"].map(names),
    )  # fmt: skip
    hover = HoverTool(
        tooltips=[("hub", "@value"), ("field", "@name"), ("stated", "@stated{0 %}"),
                  ("verified", "@verified{0 %}"), ("data sets", "@datasets")]
    )  # fmt: skip
    facts = ["stated", "value", "name", "field", "verified", "datasets"]
    drawn = hv.Rectangles(tiles, ["x0", "y0", "x1", "y1"], facts).opts(
        color="stated", cmap=ordered(), clim=(0, 1), line_color=None, tools=[hover],
        selection_alpha=1, nonselection_alpha=1, colorbar=False,
    )  # fmt: skip
    words = pd.DataFrame({"x": x, "y": y, "text": [f"{100 * v:.0f}" for v in shares["stated"]]})
    ink = ["#ffffff" if share < 0.62 else "#101418" for share in shares["stated"]]
    text = hv.Labels(words.assign(ink=ink), ["x", "y"], ["text", "ink"]).opts(
        text_color="ink", text_font_size="11px", cmap=None
    )
    return hv.Overlay([drawn, text]).opts(
        responsive=True,
        height=ROW * len(hubs) + (24 if title else 0) + 86,
        title=title,
        fontsize={"title": TITLE_SIZE},
        xlim=(-0.5, len(fields) - 0.5),
        ylim=(len(hubs) - 0.5, -0.5),
        xlabel="",
        ylabel="",
        xaxis="top",
        xrotation=40,
        xticks=[(i, short(names(one))) for i, one in enumerate(fields)],
        yticks=[(i, short(str(one))) for i, one in enumerate(hubs)],
        toolbar=None,
        default_tools=[],
        hooks=[style, plain_axes],
    )
