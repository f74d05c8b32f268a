"""A fitted slow curve over the measured one, and what is left between them."""

from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool

from bdg_explore.columns import (
    CELL,
    CHARGING_CAPACITY,
    CYCLE,
    DISCHARGING_CAPACITY,
    FITTED_VOLTAGE,
    VOLTAGE,
    VOLTAGE_RESIDUAL,
    axis,
)
from bdg_explore.errors import FrameError, ParameterError

from ._credit import credit, rights_shown, room
from .theme import CATEGORICAL, INK, TITLE_SIZE, in_lines, load_bokeh, message, ordered, style

_UPPER: Final = 280
_LOWER: Final = 180
_POINTS: Final = 400  # of a curve, as circles
_LEGEND: Final = 6


def fit_residuals(fitted: pd.DataFrame, *, max_curves: int = 6, title: str | None = None) -> Any:
    """Draw measured and fitted voltage over capacity, and below them their difference.

    Parameters
    ----------
    fitted : DataFrame
        What `analysis.fitted_voltages` returns.
    max_curves : int
        How many curves at most, spread evenly over all; the line above says so.
    title : str, optional
        Replaces the line above, which gives the root mean square of the residuals.

    Returns
    -------
    holoviews.Layout
        Points measured, lines fitted, coloured from the first cycle to the last; below, measured
        less fitted [mV] over the same capacity. An `hv.Text` where there is nothing to draw.

    Raises
    ------
    FrameError
        A column is missing.
    ParameterError
        `max_curves` is less than one.
    """
    load_bokeh()
    capacity = next((c for c in (DISCHARGING_CAPACITY, CHARGING_CAPACITY) if c in fitted), None)
    for name in (CYCLE, VOLTAGE, FITTED_VOLTAGE, VOLTAGE_RESIDUAL):
        if name not in fitted.columns or capacity is None:
            raise FrameError(
                f"The table lacks {name if capacity else DISCHARGING_CAPACITY}: give what "
                "analysis.fitted_voltages returns."
            )
    if max_curves < 1:
        raise ParameterError(f"max_curves must be at least 1, not {max_curves}.")
    if not len(fitted) or capacity is None:
        return message("No fitted curve to draw. Fit degradation modes first.")
    parts = _parts(fitted)
    shown = [
        parts[k]
        for k in sorted(
            {round(i) for i in np.linspace(0, len(parts) - 1, min(len(parts), max_curves))}
        )
    ]
    colours = ordered(len(shown)) if len(shown) > 1 else [CATEGORICAL[0]]
    rms = float(np.sqrt(np.mean(fitted[VOLTAGE_RESIDUAL].to_numpy(dtype=np.float64) ** 2)))
    notes = ["points measured, lines fitted", f"RMSE {rms:.2g} mV"]
    if len(shown) < len(parts):
        notes.append(f"showing {len(shown)} of {len(parts):,} curves")
    names = [str(n) for n in fitted[CELL].unique()] if CELL in fitted.columns else []
    rights = rights_shown(fitted, names)
    across = hv.Dimension(capacity, label=axis(capacity))
    upper = _voltages(shown, colours, across).opts(
        height=_UPPER,
        title=in_lines(notes) if title is None else title,
        show_legend=1 < len(shown) <= _LEGEND,
        legend_position="top",
        legend_cols=3,
        xlabel="",
        hooks=[style],
    )
    lower = _residuals(shown, colours, across).opts(
        height=_LOWER + room(rights),
        show_legend=False,
        hooks=[style, *credit(rights)],
    )
    panels = [
        panel.opts(responsive=True, show_grid=True, fontsize={"title": TITLE_SIZE})
        for panel in (upper, lower)
    ]
    return hv.Layout(panels).cols(1).opts(shared_axes=True, toolbar="right")


def _parts(fitted: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return every curve with a label."""
    keys = [name for name in (CELL, CYCLE) if name in fitted.columns]
    several = CELL in keys and len(fitted[CELL].unique()) > 1
    parts = []
    for values, part in fitted.groupby(keys, sort=False, observed=True):
        cycle = f"cycle {values[-1]}"
        parts.append((f"{str(values[0]).rpartition('/')[2]}, {cycle}" if several else cycle, part))
    return parts


def _voltages(shown: list[tuple[str, pd.DataFrame]], colours: list[str], across: Any) -> Any:
    up = hv.Dimension(VOLTAGE, label=axis(VOLTAGE))
    layers: list[Any] = []
    for (label, part), colour in zip(shown, colours, strict=True):
        some = part.iloc[np.unique(np.linspace(0, len(part) - 1, _POINTS).astype(np.intp))]
        points = hv.Scatter((some[across.name], some[VOLTAGE]), across, up)
        ink = colour if len(shown) > 1 else INK  # of one curve, grey tells points from the line
        layers.append(points.opts(color=ink, size=5, alpha=0.3, line_alpha=0.0, show_legend=False))
        line = (part[across.name], part[FITTED_VOLTAGE])
        layers.append(hv.Curve(line, across, up, label=label).opts(color=colour, line_width=1.5))
    return hv.Overlay(layers)


def _residuals(shown: list[tuple[str, pd.DataFrame]], colours: list[str], across: Any) -> Any:
    up = hv.Dimension(VOLTAGE_RESIDUAL, label=axis(VOLTAGE_RESIDUAL))
    hover = HoverTool(
        tooltips=[
            (across.label, f"@{{{across.name}}}{{0.0000}}"),
            (up.label, f"@{{{up.name}}}{{0.00}}"),
        ],
        attachment="horizontal",
    )
    layers: list[Any] = []
    for (_, part), colour in zip(shown, colours, strict=True):
        data = (part[across.name], part[VOLTAGE_RESIDUAL])
        line = hv.Curve(data, across, up)
        layers.append(line.opts(color=colour, line_width=1.25, alpha=0.85, tools=[hover]))
    layers.append(hv.HLine(0).opts(color=INK, line_width=1, line_dash="dashed"))
    return hv.Overlay(layers)
