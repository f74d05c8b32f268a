"""Curves of many cycles in one picture: Q(V), dQ/dV, dV/dQ, and what two cycles differ."""

from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool
from numpy.typing import NDArray

from bdg_explore.columns import (
    CAPACITY_DIFFERENCE,
    CELL,
    CHARGING_CAPACITY,
    CYCLE,
    DIFFERENTIAL_VOLTAGE,
    DISCHARGING_CAPACITY,
    INCREMENTAL_CAPACITY,
    KIND,
    VOLTAGE,
    axis,
)
from bdg_explore.errors import FrameError, ParameterError

from ._colour import Colouring, colour_by
from ._credit import credit, rights_shown
from ._fade_data import facts_of
from ._fade_glyphs import curves as coloured_lines
from ._fade_glyphs import short_names
from ._lines import Lines
from .theme import TITLE_SIZE, load_bokeh, message, ordered, style
from .thinning import thin

CAPACITIES: Final = (DISCHARGING_CAPACITY, CHARGING_CAPACITY)
HEIGHTS: Final = (INCREMENTAL_CAPACITY, DIFFERENTIAL_VOLTAGE, CAPACITY_DIFFERENCE, *CAPACITIES)
MOST_POINTS: Final = 40_000  # of all curves: 320 kB
LEAST_POINTS: Final = 40
BODY: Final = (1.0, 96.0)  # per cent of |dV/dQ|, whose ends run away
LEGEND_COLUMNS: Final = 2


def curves(
    table: pd.DataFrame,
    *,
    cells: pd.DataFrame | None = None,
    max_curves: int = 200,
    max_points: int = 400,
    title: str | None = None,
    height: int = 380,
) -> Any:
    """Draw the curves of many cycles over each other, coloured from the first cycle to the last.

    Parameters
    ----------
    table : DataFrame
        What `capacity_voltage`, `incremental_capacity`, `differential_voltage` or
        `capacity_difference` returns, or a table of curves of a hub: a row a point, the points of
        a curve together.
    cells : DataFrame, optional
        What is known of the cells, for the line of licences below.
    max_curves : int
        Curves at most, spread evenly over all; the line above says so.
    max_points : int
        Points a curve at most; of many curves fewer, 40,000 in all.
    title : str, optional
        Replaces that line.
    height : int
        Height [px]; the width is that of the page.

    Returns
    -------
    holoviews.Overlay
        Capacity, dQ/dV or a difference over voltage; dV/dQ over capacity, its axis cut where the
        ends run away. One `hv.Contours` with a line a curve; where all are of one cycle or have
        none, a colour a cell. Where there is nothing to draw, an `hv.Text` that says why.

    Raises
    ------
    FrameError
        If the table holds no curves.
    ParameterError
        If `max_curves` or `max_points` is too small.
    """
    load_bokeh()
    if max_curves < 1 or max_points < 3:
        raise ParameterError(
            "A picture needs max_curves of 1 or more, and max_points of 3 or more."
        )
    across, up = axes_of(table)
    every = _split(table, across, up)
    if not len(every):
        return message("No curves to draw. Choose cycles with a charge or a discharge.")
    chosen = np.unique(np.linspace(0, len(every) - 1, max_curves).astype(np.int64)).tolist()
    shown = [every[k] for k in chosen]
    most = min(max_points, max(LEAST_POINTS, MOST_POINTS // len(shown)))
    lines, rows = _thinned(table, shown, across, up, most)
    labels = table.iloc[rows]
    colouring, name = _colouring(labels)
    names = [str(one) for one in labels[CELL]] if CELL in labels.columns else [""] * len(rows)
    lines.facts.update({CELL: np.array(names, dtype=object), KIND: np.full(len(rows), "", object)})
    if CYCLE in labels.columns:
        lines.facts[CYCLE] = labels[CYCLE].to_numpy(dtype=np.float64)
    if name == CELL and colouring is not None:
        lines.facts[CELL] = colouring.values
    dims = hv.Dimension(across, label=axis(across)), hv.Dimension(up, label=axis(up))
    drawn = coloured_lines(lines, dims, colouring, name).opts(
        tools=[_hover(lines, dims), "tap"], line_join="round"
    )
    note = f"{len(shown)} of {len(every):,} curves" if len(shown) < len(every) else ""
    several = len(set(names)) > 1
    facts = facts_of(cells, list(dict.fromkeys(names))) if cells is not None else None
    return hv.Overlay([drawn]).opts(
        responsive=True,
        height=height,
        title=title if title is not None else note,
        fontsize={"title": TITLE_SIZE},
        ylim=_limits(lines.y, up),
        xlim=_padded(lines.x),
        show_grid=True,
        show_legend=several and colouring is not None and not colouring.by_number,
        legend_position="top",
        legend_cols=LEGEND_COLUMNS,
        hooks=[style, *credit(rights_shown(table, names, facts))],
    )


def axes_of(table: pd.DataFrame) -> tuple[str, str]:
    """Return which columns of a table of curves go across and up."""
    up = next((name for name in HEIGHTS if name in table.columns), None)
    across: str | None = VOLTAGE
    if up == DIFFERENTIAL_VOLTAGE:
        across = next((name for name in CAPACITIES if name in table.columns), None)
    if up is None or across is None or across not in table.columns:
        raise FrameError(
            f"The table holds no curves: it needs {VOLTAGE} and one of {', '.join(HEIGHTS)}. "
            "bdg.capacity_voltage and bdg.incremental_capacity make them of a time series."
        )
    return across, up


def _split(table: pd.DataFrame, across: str, up: str) -> list[slice]:
    """Return the rows of each curve that has two points or more."""
    changed = np.zeros(max(len(table) - 1, 0), dtype=bool)
    for name in (CELL, CYCLE):
        if name in table.columns:
            changed |= np.diff(pd.factorize(table[name])[0]) != 0
    edges = np.concatenate([[0], np.flatnonzero(changed) + 1, [len(table)]])
    there = np.isfinite(table[across].to_numpy(float)) & np.isfinite(table[up].to_numpy(float))
    before = np.concatenate([[0], np.cumsum(there)])
    some = np.flatnonzero(before[edges[1:]] - before[edges[:-1]] > 1)
    return [
        slice(a, b) for a, b in zip(edges[some].tolist(), edges[some + 1].tolist(), strict=True)
    ]


def _thinned(
    table: pd.DataFrame, shown: list[slice], across: str, up: str, most: int
) -> tuple[Lines, NDArray[np.int64]]:
    """Return the lines, and the first row of each."""
    x, y = (table[name].to_numpy(dtype=np.float64) for name in (across, up))
    parts = []
    for rows in shown:
        at, height = x[rows], y[rows]
        falling = at[-1] < at[0]
        if falling:
            at, height = at[::-1], height[::-1]
        keep = thin(at, height, most)
        parts.append((at[keep].astype(np.float32), height[keep].astype(np.float32)))
    offsets = np.cumsum([0, *(len(at) for at, _ in parts)]).astype(np.int64)
    lines = Lines(
        np.concatenate([at for at, _ in parts]),
        np.concatenate([up for _, up in parts]),
        offsets,
        {},
    )
    return lines, np.array([rows.start for rows in shown], dtype=np.int64)


def _colouring(labels: pd.DataFrame) -> tuple[Colouring | None, str | None]:
    """Colour by cycle where there are several, else by cell."""
    if CYCLE in labels.columns and len(labels[CYCLE].unique()) > 1:
        return Colouring("Cycle", labels[CYCLE].to_numpy(dtype=np.float64), ordered()), CYCLE
    if CELL in labels.columns and len(labels[CELL].unique()) > 1:
        short = short_names([str(name) for name in labels[CELL]])
        return colour_by(pd.Series(short, dtype=object), CELL), CELL
    return None, None


def _hover(lines: Lines, dims: tuple[Any, Any]) -> HoverTool:
    rows = [("Cell", f"@{{{CELL}}}")] if any(lines.facts[CELL]) else []
    if CYCLE in lines.facts:
        rows.append(("Cycle", f"@{{{CYCLE}}}{{0}}"))
    rows += [(dims[0].label, "$snap_x{0.000}"), (dims[1].label, "$snap_y{0.0000}")]
    return HoverTool(tooltips=rows, line_policy="nearest", attachment="horizontal")


def _padded(values: NDArray[Any]) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    pad = 0.02 * (high - low) or 0.5
    return low - pad, high + pad


def _limits(values: NDArray[Any], up: str) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    if up == DIFFERENTIAL_VOLTAGE:
        share = BODY if np.median(values) > 0 else (100.0 - BODY[1], 100.0 - BODY[0])
        ends = np.percentile(values, share)
        low, high = min(0.0, float(ends[0])), max(0.0, float(ends[1]))
    pad = 0.06 * (high - low) or 0.5
    return low - pad, high + pad
