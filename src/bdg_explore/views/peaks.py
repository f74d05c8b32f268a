"""Peaks of dQ/dV along a life."""

from typing import Any, Final, Literal

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    CYCLE,
    KIND,
    PEAK,
    PEAK_AREA,
    PEAK_HEIGHT,
    PEAK_VOLTAGE,
    PEAK_WIDTH,
    axis,
)
from bdg_explore.errors import FrameError, ParameterError, did_you_mean

from ._colour import colour_by
from ._credit import credit, rights_shown
from ._fade_data import facts_of
from ._fade_glyphs import curves as coloured_lines
from ._lines import Lines
from .theme import TITLE_SIZE, load_bokeh, message, style

Y_NAMES: Final = {
    "voltage": PEAK_VOLTAGE,
    "height": PEAK_HEIGHT,
    "area": PEAK_AREA,
    "width": PEAK_WIDTH,
}
MOST_MARKED: Final = 2000
LEGEND_COLUMNS: Final = 3


def peaks(
    tracks: pd.DataFrame,
    *,
    y: Literal["voltage", "height", "area", "width"] = "voltage",
    cells: pd.DataFrame | None = None,
    title: str | None = None,
    height: int = 380,
) -> Any:
    """Draw where the peaks of dQ/dV stand along the life of a cell, or how high they are.

    Parameters
    ----------
    tracks : DataFrame
        What `analysis.track_peaks` returns, of one cell or several.
    y : {"voltage", "height", "area", "width"}
        What of a peak is drawn: where it stands [V], dQ/dV there [Ah/V], its area [Ah] or its
        width [V].
    cells : DataFrame, optional
        What is known of the cells, for the line of licences below.
    title : str, optional
        Line above the picture.
    height : int
        Height [px]; the width is that of the page.

    Returns
    -------
    holoviews.Overlay
        A line a peak and cell, a colour a peak; broken where the peak was not seen. Where there is
        nothing to draw, an `hv.Text` that says why.

    Raises
    ------
    FrameError
        If a column is missing.
    ParameterError
        If `y` is none of those above.
    """
    load_bokeh()
    if y not in Y_NAMES:
        raise ParameterError(
            f"y must be one of {', '.join(Y_NAMES)}, not {y!r}.{did_you_mean(str(y), Y_NAMES)}"
        )
    name = Y_NAMES[y]
    for needed in (CYCLE, PEAK, name):
        if needed not in tracks.columns:
            raise FrameError(
                f"The tracks have no column {needed}. bdg.analysis.track_peaks has it."
            )
    seen = tracks[name].notna()
    if not seen.any():
        return message("No peaks to draw. Lower prominence_share, or take slower cycles.")
    keys = [key for key in (CELL, PEAK) if key in tracks.columns]
    parts = [
        part.sort_values(CYCLE, kind="stable")
        for _, part in tracks.groupby(keys, sort=False, observed=True)
        if part[name].notna().any()
    ]
    names = [str(part[CELL].iloc[0]) if CELL in part else "" for part in parts]
    label = pd.Series([f"peak {int(part[PEAK].iloc[0])}" for part in parts], dtype=object)
    colouring = colour_by(label, PEAK)
    lines = Lines(
        np.concatenate([part[CYCLE].to_numpy(dtype=np.float64) for part in parts]),
        np.concatenate([part[name].to_numpy(dtype=np.float64) for part in parts]),
        np.cumsum([0, *(len(part) for part in parts)]).astype(np.int64),
        {
            CELL: np.array(names, dtype=object),
            KIND: np.full(len(parts), "", dtype=object),
            PEAK: colouring.values,
        },
    )
    dims = hv.Dimension(CYCLE, label="Cycle"), hv.Dimension(name, label=axis(name))
    hover = HoverTool(
        tooltips=[
            *([("Cell", f"@{{{CELL}}}")] if any(names) else []),
            ("Peak", f"@{{{PEAK}}}"),
            ("Cycle", "$snap_x{0}"),
            (dims[1].label, "$snap_y{0.0000}"),
        ],
        line_policy="nearest",
        attachment="horizontal",
    )
    layers = [coloured_lines(lines, dims, colouring, PEAK).opts(tools=[hover, "tap"])]
    if len(lines.x) <= MOST_MARKED:
        layers.append(_marks(lines, dims, colouring.values, colouring.colours))
    facts = facts_of(cells, list(dict.fromkeys(names))) if cells is not None else None
    several = len(set(names))
    return hv.Overlay(layers).opts(
        responsive=True,
        height=height,
        title=title if title is not None else f"{several:,} cells" if several > 1 else "",
        fontsize={"title": TITLE_SIZE},
        ylim=_limits(lines.y),
        show_grid=True,
        show_legend=len(set(label)) > 1,
        legend_position="top",
        legend_cols=LEGEND_COLUMNS,
        hooks=[style, *credit(rights_shown(tracks, names, facts))],
    )


def _marks(lines: Lines, dims: Any, labels: NDArray[Any], colours: Any) -> Any:
    """Return a dot for each time a peak was seen: a line would not show it between two gaps."""
    seen = np.isfinite(lines.y)
    colour = np.repeat([colours[label] for label in labels], np.diff(lines.offsets))
    return hv.Scatter((lines.x[seen], lines.y[seen], colour[seen]), dims[0], [dims[1], "c"]).opts(
        color="c", size=4, show_legend=False
    )


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    pad = max(0.08 * (high - low), 0.005 * abs(high)) or 0.01
    return low - pad, high + pad
