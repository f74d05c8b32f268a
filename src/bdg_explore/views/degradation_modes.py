"""Degradation modes along a life: what is lost of the lithium and of either electrode."""

from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool, NumeralTickFormatter
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    CYCLE,
    KIND,
    LOSS_OF_LITHIUM,
    LOSS_OF_MATERIAL_NE,
    LOSS_OF_MATERIAL_PE,
    PLATING,
    REFERENCE,
    STATE_OF_HEALTH,
    axis,
)
from bdg_explore.errors import FrameError, did_you_mean

from ._colour import Colouring, colour_by
from ._credit import credit, rights_shown, room
from ._fade_glyphs import curves, end_labels, room_for_labels
from ._lines import Lines
from .theme import CATEGORICAL, INK, TITLE_SIZE, in_lines, load_bokeh, message, style

_MODES: Final = {  # short name, colour
    LOSS_OF_LITHIUM: ("LLI", CATEGORICAL[0]),
    LOSS_OF_MATERIAL_PE: ("LAM PE", CATEGORICAL[2]),
    LOSS_OF_MATERIAL_NE: ("LAM NE", CATEGORICAL[4]),
}
_CAPACITY: Final = "capacity"
_UNSURE: Final = "not identifiable"
_NAMED_CELLS: Final = 6
_PANEL: Final = 200
_LEGEND_LINE: Final = 26
_LEAST_SPAN: Final = 0.02  # modes of a cell that hardly ages are not blown up to fill the picture


def degradation_modes(
    modes: pd.DataFrame,
    *,
    x: str = "cycle",
    bands: bool = True,
    capacity: bool = True,
    title: str | None = None,
    height: int = 380,
) -> Any:
    """Draw what ageing took of the lithium and of both electrodes.

    Parameters
    ----------
    modes : DataFrame
        What `analysis.degradation_modes` returns, or a table of cycles with the three losses.
    x : {"cycle"} or str
        Cycle number, or any other column of numbers.
    bands : bool
        Shade the intervals, where the table has them; of one cell only.
    capacity : bool
        Draw the capacity lost beside them, where the table has `state_of_health`; of one cell only.
    title : str, optional
        Replaces the line above, which says what cannot be identified.
    height : int
        Height [px] of the picture of one cell.

    Returns
    -------
    holoviews.Overlay or holoviews.Layout
        Of one cell all losses in one picture: LLI, LAM PE (positive electrode), LAM NE (negative)
        and, dashed, the capacity lost; dotted where a mode is not identifiable in most cycles; a
        triangle at the foot where the negative electrode is full at the end of charge. Of several
        cells one picture a mode, a line a cell. Where there is nothing to draw, an `hv.Text`
        that says why.

    Raises
    ------
    FrameError
        A column is missing.
    """
    load_bokeh()
    x_name = CYCLE if x == "cycle" else x
    for name in (x_name, *_MODES):
        if name not in modes.columns:
            raise FrameError(
                f"The modes have no column {name}.{did_you_mean(name, map(str, modes.columns))}"
            )
    drawn = modes[modes[x_name].notna() & modes[list(_MODES)].notna().any(axis=1)]
    if not len(drawn):
        return message("No degradation modes to draw. Fit slow cycles of a cell first.")
    if CELL in drawn.columns and len(drawn[CELL].unique()) > 1:
        return _of_many(drawn, x_name, title)
    one = drawn.sort_values(x_name, kind="stable")
    return _of_one(modes, one, x_name, bands=bands, capacity=capacity, title=title, height=height)


def _of_one(
    modes: pd.DataFrame,
    one: pd.DataFrame,
    x: str,
    *,
    bands: bool,
    capacity: bool,
    title: str | None,
    height: int,
) -> Any:
    across = hv.Dimension(x, label=axis(x))
    up = hv.Dimension("lost", label=_lost(one))
    at = one[x].to_numpy(dtype=np.float64)
    series = {
        short: (one[name].to_numpy(dtype=np.float64), colour, _unsure(one, name))
        for name, (short, colour) in _MODES.items()
    }
    if capacity and STATE_OF_HEALTH in one.columns and one[STATE_OF_HEALTH].notna().any():
        health = one[STATE_OF_HEALTH].to_numpy(dtype=np.float64)
        series[_CAPACITY] = (1 - health, INK, False)
    limits = _limits(np.concatenate([values for values, *_ in series.values()]))
    layers: list[Any] = []
    if bands:
        layers += [
            _band(at, one, name, colour, limits, (across, up))
            for name, (_, colour) in _MODES.items()
            if f"{name}_lower" in one.columns
        ]
    hover = HoverTool(
        tooltips=[(across.label, f"@{{{x}}}{{0,0.[0]}}"), ("$name", "@lost{0.00 %}")],
        attachment="horizontal",
    )
    for short, (values, colour, unsure) in series.items():
        dash = "dashed" if short == _CAPACITY else "dotted" if unsure else "solid"
        data = (at, values)
        line = hv.Curve(data, across, up, group="Mode", label=short)
        layers.append(line.opts(color=colour, line_width=2, line_dash=dash, show_legend=False))
        dots = hv.Scatter(data, across, up, label=short)
        layers.append(dots.opts(color=colour, size=4, tools=[hover], show_legend=False))
    if PLATING in one.columns and one[PLATING].to_numpy(dtype=bool).any():
        layers.append(_plating(at[one[PLATING].to_numpy(dtype=bool)], limits, (across, up)))
    labels = list(series)
    layers.append(_end_labels(at, series, labels, limits, (across, up)))
    span = (at[-1] - at[0]) or 1.0
    names = [str(one[CELL].iloc[0])] if CELL in one.columns else []
    return hv.Overlay(layers).opts(
        responsive=True,
        height=height,
        show_grid=True,
        show_legend=False,
        xlim=(at[0] - 0.02 * span, at[-1] + room_for_labels(labels) * span),
        ylim=limits,
        yformatter=NumeralTickFormatter(format="0.[0] %"),
        title=_note(one) if title is None else title,
        fontsize={"title": TITLE_SIZE},
        hooks=[style, *credit(rights_shown(modes, names))],
    )


def _band(
    at: NDArray[np.float64],
    one: pd.DataFrame,
    name: str,
    colour: str,
    limits: tuple[float, float],
    dims: tuple[Any, Any],
) -> Any:
    low, high = (
        np.clip(
            np.nan_to_num(one[f"{name}_{side}"].to_numpy(dtype=np.float64), nan=beyond), *limits
        )
        for side, beyond in (("lower", limits[0]), ("upper", limits[1]))
    )
    data = (at, low, high)
    return hv.Area(data, dims[0], [dims[1], hv.Dimension("upper")]).opts(
        color=colour, alpha=0.15, line_alpha=0.0, show_legend=False
    )


def _plating(at: NDArray[np.float64], limits: tuple[float, float], dims: tuple[Any, Any]) -> Any:
    foot = np.full(len(at), limits[0] + 0.03 * (limits[1] - limits[0]))
    return hv.Scatter((at, foot), *dims, group="Plating").opts(
        color=CATEGORICAL[5], marker="triangle", size=7, show_legend=False
    )


def _end_labels(
    at: NDArray[np.float64],
    series: dict[str, tuple[NDArray[np.float64], str, bool]],
    labels: list[str],
    limits: tuple[float, float],
    dims: tuple[Any, Any],
) -> Any:
    known = [np.flatnonzero(np.isfinite(values)) for values, *_ in series.values()]
    lines = Lines(
        np.concatenate([at[k] for k in known]),
        np.concatenate([values[k] for (values, *_), k in zip(series.values(), known, strict=True)]),
        np.concatenate([[0], np.cumsum([len(k) for k in known])]).astype(np.int64),
        {},
    )
    return end_labels(lines, labels, [colour for _, colour, _ in series.values()], dims, limits)


def _of_many(drawn: pd.DataFrame, x: str, title: str | None) -> Any:
    names = [str(name) for name in drawn[CELL].unique()]
    colouring = (
        colour_by(pd.Series(_tails(names), dtype=object), CELL)
        if len(names) <= _NAMED_CELLS
        else None
    )
    rights = rights_shown(drawn, names)
    panels = []
    for place, (name, (short, _)) in enumerate(_MODES.items()):
        last = place == len(_MODES) - 1
        panel = _panel(drawn, x, name, short, colouring, names)
        note = f"{len(names):,} cells" if title is None and colouring is None else title or ""
        panels.append(
            panel.opts(
                responsive=True,
                height=_PANEL
                + (room(rights) if last else 0)
                + (_LEGEND_LINE * len(names) if colouring is not None and place == 0 else 0),
                show_grid=True,
                show_legend=colouring is not None and place == 0,
                legend_position="top",
                legend_cols=1,
                yformatter=NumeralTickFormatter(format="0.[0] %"),
                title=note if place == 0 else "",
                fontsize={"title": TITLE_SIZE},
                hooks=[style, *(credit(rights) if last else [])],
                **({} if last else {"xlabel": ""}),
            )
        )
    return hv.Layout(panels).cols(1).opts(shared_axes=True, toolbar="right")


def _panel(
    drawn: pd.DataFrame,
    x: str,
    name: str,
    label: str,
    colouring: Colouring | None,
    names: list[str],
) -> Any:
    parts = [
        part.sort_values(x, kind="stable")
        for _, part in drawn[drawn[name].notna()].groupby(CELL, sort=False, observed=True)
    ]
    told = {str(part[CELL].iloc[0]) for part in parts}
    keep = np.array([k for k, cell in enumerate(names) if cell in told], dtype=np.intp)
    facts: dict[str, NDArray[Any]] = {CELL: np.array(names, dtype=object)[keep]}
    if colouring is not None:
        facts[CELL] = colouring.values[keep]
    facts[KIND] = np.full(len(keep), "", dtype=object)
    lines = Lines(
        np.concatenate([part[x].to_numpy(dtype=np.float64) for part in parts] or [np.zeros(0)]),
        np.concatenate([part[name].to_numpy(dtype=np.float64) for part in parts] or [np.zeros(0)]),
        np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64),
        facts,
    )
    # each panel has an upward axis of its own name, else they would share its range
    dims = (hv.Dimension(x, label=axis(x)), hv.Dimension(name, label=label))
    picture = curves(lines, dims, colouring, CELL if colouring else None)
    return hv.Overlay([picture]).opts(ylim=_limits(lines.y))


def _tails(names: list[str]) -> list[str]:
    """Return what names have after the last slash, where that tells them apart."""
    tails = [name.rpartition("/")[2] for name in names]
    return tails if len(set(tails)) == len(names) else names


def _lost(one: pd.DataFrame) -> str:
    """Return the label of the upward axis: since when the losses count."""
    told = one[REFERENCE].unique().tolist() if REFERENCE in one.columns else []
    return (
        f"Lost since {told[0]}" if len(told) == 1 and str(told[0]).startswith("cycle") else "Lost"
    )


def _unsure(one: pd.DataFrame, name: str) -> bool:
    """Return whether most fits do not tell a mode."""
    column = f"{name}_identifiability"
    if column not in one.columns:
        return False
    return bool(one[column].astype(str).str.startswith(_UNSURE).mean() > 0.5)


def _note(one: pd.DataFrame) -> str:
    unsure = [short for name, (short, _) in _MODES.items() if _unsure(one, name)]
    notes = [f"{' and '.join(unsure)} {_UNSURE} (dotted)"] if unsure else []
    if PLATING in one.columns and (count := int(one[PLATING].to_numpy(dtype=bool).sum())):
        notes.append(f"▲ negative electrode full: {count} {'cycle' if count == 1 else 'cycles'}")
    return in_lines(notes)


def _limits(values: NDArray[np.float64]) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    low, high = (np.min(known), np.max(known)) if len(known) else (0.0, 0.0)
    low, high = min(float(low), 0.0), max(float(high), _LEAST_SPAN)
    pad = 0.08 * (high - low)
    return low - pad, high + pad
