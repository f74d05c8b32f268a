"""The pieces of a fade picture: the curves, their labels, the end-of-life line."""

from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool
from numpy.typing import NDArray

from bdg_explore.columns import CELL, COLUMNS, KIND, axis

from ._colour import Colouring
from ._lines import Lines, lines_element
from .theme import CATEGORICAL, INK, OTHER

GROUP: Final = "Fade"
SYNTHETIC: Final = "synthetic"
MOST_TOOLTIP_LINES: Final = 5
LABEL_SIZE: Final = "12px"
LABEL_LENGTH: Final = 22
BODY: Final = (0.1, 99.9)  # per cent of the values that set the axis ...
BODY_MARGIN: Final = 0.3  # ... and how far beyond their span it may reach for the others
MOST_SAMPLED: Final = 100_000


def curves(
    lines: Lines,
    dims: tuple[Any, Any],
    colouring: Colouring | None,
    name: str | None,
    *,
    legend: bool = True,
) -> Any:
    """Return all curves as one element, coloured, to be hovered and tapped.

    Parameters
    ----------
    lines : Lines
        Points, with the facts `cell`, `kind` and, if given, the column `name`.
    dims : tuple of hv.Dimension
        Across and up.
    colouring : Colouring or None
        One colour for all if there is none.
    name : str or None
        The fact that gives the colour.
    legend : bool
        Whether a legend names the categories.
    """
    count = len(lines.offsets) - 1
    vdims = [d for d in dict.fromkeys((name, CELL, KIND)) if d is not None and d in lines.facts]
    options: dict[str, Any] = {
        "tools": [_hover(lines, dims, vdims), "tap"],
        "line_width": 2.0 if count <= 6 else 1.5 if count <= 100 else 1.0,
        "line_alpha": 0.95 if count <= 100 else max(0.4, 0.95 - count / 2000),
        "nonselection_alpha": 0.12,
        "show_legend": legend and colouring is not None and not colouring.by_number,
    }
    if colouring is None:
        options["color"] = CATEGORICAL[0]
    else:
        options["cmap"] = colouring.colours
        options["clipping_colors"] = {"NaN": OTHER}
        if colouring.by_number:
            options["colorbar"] = True
            options["colorbar_opts"] = {"title": colouring.title}
    kdims = list(dims)
    titled = [
        hv.Dimension(d, label=colouring.title) if d == name and colouring else d for d in vdims
    ]
    return lines_element(lines, kdims, titled, group=GROUP).opts(**options)


def _hover(lines: Lines, dims: tuple[Any, Any], vdims: list[str]) -> HoverTool:
    rows: list[tuple[str, str]] = []
    if any(lines.facts[CELL]):
        rows.append(("Cell", f"@{{{CELL}}}"))
    rows.append((dims[0].label, "$snap_x{0,0.[0]}"))
    rows.append((dims[1].label, "$snap_y{0.000[0]}"))
    for name in vdims:
        if name == CELL or (name == KIND and not any(lines.facts[KIND])):
            continue
        known = COLUMNS.get(name)
        number = lines.facts[name].dtype.kind == "f"
        title = known.label if known and number else known.title if known else name
        rows.append((title, f"@{{{name}}}{{0.[000]}}" if number else f"@{{{name}}}"))
    return HoverTool(
        tooltips=rows[:MOST_TOOLTIP_LINES],
        line_policy="nearest",
        attachment="horizontal",
    )


def single_points(lines: Lines, dims: tuple[Any, Any]) -> Any | None:
    """Return marks for cells of one point, which a line would not show; None if there are none."""
    alone = np.flatnonzero(np.diff(lines.offsets) == 1)
    if not len(alone):
        return None
    rows = lines.offsets[alone]
    marks = hv.Scatter((lines.x[rows], lines.y[rows]), dims[0], dims[1])
    return marks.opts(color=CATEGORICAL[0], size=6)


def end_of_life(at: float, left: float, share: float) -> Any:
    """Return the dashed line of the end of life, and its name."""
    line = hv.HLine(at).opts(color=INK, line_dash="dashed", line_width=1)
    name = hv.Text(left, at, f"End of life {100 * share:g} %")
    return line * name.opts(
        text_color=INK,
        text_font_size=LABEL_SIZE,
        text_align="left",
        text_baseline="bottom",
    )


def end_labels(
    lines: Lines,
    labels: list[str],
    colours: list[str],
    dims: tuple[Any, Any],
    limits: tuple[float, float],
) -> Any:
    """Return a label at the end of each curve, moved apart where they would overlap."""
    ends = lines.offsets[1:] - 1
    span = float(np.ptp(lines.x[~np.isnan(lines.x)])) or 1.0
    table = pd.DataFrame(
        {
            dims[0].name: lines.x[ends] + 0.012 * span,
            dims[1].name: _apart(lines.y[ends].astype(np.float64), limits),
            "text": labels,
            "colour": colours,
        }
    )
    return hv.Labels(table, list(dims), ["text", "colour"]).opts(
        text_color="colour",
        text_align="left",
        text_baseline="middle",
        text_font_size=LABEL_SIZE,
        show_legend=False,
    )


def short_names(names: list[str]) -> list[str]:
    """Leave out what all names share before the last slash, and what is too long to print."""
    heads = {name.rpartition("/")[0] for name in names}
    short = [name.rpartition("/")[2] for name in names] if len(heads) == 1 else names
    return [n if len(n) <= LABEL_LENGTH else f"{n[: LABEL_LENGTH - 1]}…" for n in short]


def room_for_labels(labels: list[str]) -> float:
    """Return by what share the axis must be longer for labels at the curves' ends, on a phone."""
    return min(0.6, 0.05 + 0.025 * max(map(len, labels)))


def upward(values: NDArray[np.float64], *, least: float = 0.01) -> tuple[tuple[float, float], int]:
    """Return limits of the upward axis, and how many values lie beyond them.

    Parameters
    ----------
    values : ndarray
        All values to draw, at least one.
    least : float
        Margin at least, as a share of the highest value: no picture of the last digit.

    Returns
    -------
    tuple
        Limits that single wild values do not stretch: those of 99.8 % of the values and three
        tenths of their span more, or of all values where they lie within that.
    """
    sample = values[:: max(1, len(values) // MOST_SAMPLED)]
    low, high = np.percentile(sample, BODY)
    margin = BODY_MARGIN * (high - low)
    low, high = max(np.min(values), low - margin), min(np.max(values), high + margin)
    beyond = int(np.count_nonzero((values < low) | (values > high)))
    pad = max(0.05 * (high - low), least * abs(high)) or 1.0
    return (float(low - pad), float(high + pad)), beyond


def _apart(ends: NDArray[np.float64], limits: tuple[float, float]) -> NDArray[np.float64]:
    """Move heights apart until they are a line of text from each other, inside the axis."""
    low, high = limits
    line = 0.062 * (high - low)
    order = np.argsort(ends)[::-1]  # from the top
    moved = np.minimum(ends[order], high - line / 2)
    for k in range(1, len(moved)):
        moved[k] = min(moved[k], moved[k - 1] - line)
    moved += (np.minimum(ends[order], high - line / 2) - moved).mean()
    moved[-1] = max(moved[-1], low + line / 2)
    for k in range(len(moved) - 2, -1, -1):
        moved[k] = max(moved[k], moved[k + 1] + line)
    apart = np.empty_like(ends)
    apart[order] = moved
    return apart


def dimensions(x: str, y: str) -> tuple[Any, Any]:
    """Return the axes, labelled as the vocabulary has them."""
    return hv.Dimension(x, label=axis(x)), hv.Dimension(y, label=axis(y))
