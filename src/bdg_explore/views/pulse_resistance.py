"""Resistance of pulses against state of charge, or along a life."""

import re
from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool, NumeralTickFormatter

from bdg_explore.columns import (
    CELL,
    CURRENT_EDGE,
    CYCLE,
    DIRECTION,
    SOC_BASIS,
    STATE_OF_CHARGE,
    axis,
    dc_resistance,
)
from bdg_explore.errors import FrameError, ParameterError, did_you_mean

from ._credit import credit, rights_shown, room
from .theme import CATEGORICAL, OTHER, TITLE_SIZE, load_bokeh, message, ordered, style

_X_NAMES: Final = {"soc": STATE_OF_CHARGE, "cycle": CYCLE}
_MOST_CELLS: Final = 8
_DELAYED: Final = re.compile(dc_resistance(1.0).replace("1s", r"([0-9.e+-]+)s"))


def pulse_resistance(
    pulses: pd.DataFrame,
    *,
    delay_second: float | None = None,
    x: str = "soc",
    onsets_only: bool = True,
    title: str | None = None,
    height: int = 340,
) -> Any:
    """Draw the resistance of pulses.

    Parameters
    ----------
    pulses : DataFrame
        What `pulse_resistance` returns.
    delay_second : float, optional
        Time after the edge [s]. If not given, of one cell every delay, and of several the
        shortest delay that any pulse has.
    x : {"soc", "cycle"} or str
        State of charge, cycle number, or any other column of numbers.
    onsets_only : bool
        Leave out edges that do not begin at rest.
    title : str, optional
        Replaces the line above, which says on which basis the state of charge is told.
    height : int
        Height [px].

    Returns
    -------
    holoviews.Overlay
        Circles where the pulse discharges, triangles where it charges; a line joins those of one
        cell, direction and delay. Where there is nothing to draw, an `hv.Text` that says why.

    Raises
    ------
    FrameError
        A column is missing.
    ParameterError
        The pulses do not have that delay.
    """
    load_bokeh()
    x_name = _X_NAMES.get(x, x)
    delays = _delays(pulses)
    for name in (x_name, DIRECTION, CURRENT_EDGE):
        if name not in pulses.columns:
            raise FrameError(
                f"The pulses have no column {name}.{did_you_mean(name, map(str, pulses.columns))}"
            )
    drawn = pulses[pulses[CURRENT_EDGE].str.startswith("rest")] if onsets_only else pulses
    cells = [str(c) for c in drawn[CELL].unique()] if CELL in drawn.columns else [""]
    chosen = _chosen(drawn, delays, delay_second, len(cells))
    series = _series(drawn, x_name, chosen, len(cells) > 1)
    if not series:
        return message("No pulse has a resistance to draw. Look at the column `reason`.")
    one_delay = f", {chosen[0]:g} s after the edge" if len(chosen) == 1 else ""
    across = hv.Dimension("x", label=axis(x_name))
    up = hv.Dimension("ohm", label=f"DC resistance{one_delay} / Ω")
    fraction = x_name == STATE_OF_CHARGE
    hover = HoverTool(
        tooltips=[(across.label, f"@x{{{'0 %' if fraction else '0.[00]'}}}"), (up.label, "@ohm")]
    )
    layers: list[Any] = []
    for label, (colour, way, points) in series.items():
        marker = "triangle" if way == "charge" else "circle"
        dash = "dashed" if way == "charge" else "solid"
        layers.append(hv.Curve(points, across, up, label=label).opts(color=colour, line_dash=dash))
        layers.append(
            hv.Scatter(points, across, up, label=label).opts(
                color=colour, marker=marker, size=6, tools=[hover]
            )
        )
    rights = rights_shown(pulses, cells)
    ends = np.concatenate([points[0] for *_, points in series.values()])
    low, high = float(np.min(ends)), float(np.max(ends))
    spare = 0.03 * (high - low) or 0.5
    return hv.Overlay(layers).opts(
        responsive=True,
        height=height + room(rights) + 22 * -(-len(series) // 2),
        xlim=(low - spare, high + spare),
        padding=(0, 0.1),
        show_grid=True,
        show_legend=len(series) > 1,
        legend_position="top",
        legend_cols=2,
        title=_note(drawn, fraction) if title is None else title,
        fontsize={"title": TITLE_SIZE},
        hooks=[style, *credit(rights)],
        **({"xformatter": NumeralTickFormatter(format="0 %")} if fraction else {}),
    )


def _delays(pulses: pd.DataFrame) -> list[float]:
    found = [_DELAYED.fullmatch(str(name)) for name in pulses.columns]
    delays = sorted(float(one[1]) for one in found if one)
    if not delays:
        raise FrameError(
            f"The pulses have no column like {dc_resistance(10.0)}. Give what "
            "pulse_resistance returns."
        )
    return delays


def _chosen(
    drawn: pd.DataFrame, delays: list[float], wanted: float | None, cells: int
) -> list[float]:
    if wanted is not None:
        if wanted not in delays:
            raise ParameterError(
                f"The pulses have resistances at {', '.join(f'{d:g}' for d in delays)} s, not at "
                f"{wanted!r}."
            )
        return [wanted]
    known = [d for d in delays if drawn[dc_resistance(d)].notna().any()]
    return known[:1] if cells > 1 else known


def _series(
    drawn: pd.DataFrame, x: str, delays: list[float], several: bool
) -> dict[str, tuple[str, str, tuple[Any, Any]]]:
    """Return what is drawn as one line: its label, colour, direction and points."""
    by = [CELL, DIRECTION] if several else [DIRECTION]
    cells = list(drawn[CELL].unique()) if several else []
    by_delay = ordered(len(delays)) if len(delays) > 1 else [CATEGORICAL[0]]
    found = {}
    for names, rows in drawn.groupby(by, sort=False, observed=True):
        way = str(names[-1])
        for place, delay in enumerate(delays):
            values = rows[dc_resistance(delay)].to_numpy(dtype=float)
            at = rows[x].to_numpy(dtype=float)
            there = np.isfinite(values) & np.isfinite(at)
            if not there.any():
                continue
            order = np.argsort(at[there], kind="stable")
            points = at[there][order], values[there][order]
            if several:
                number = cells.index(names[0])
                colour = CATEGORICAL[number] if number < _MOST_CELLS else OTHER
                label = f"{names[0]}, {way}"
            else:
                colour, label = by_delay[place], f"{delay:g} s, {way}"
            found[label] = (colour, way, points)
    return found


def _note(drawn: pd.DataFrame, fraction: bool) -> str:
    if not fraction or SOC_BASIS not in drawn.columns:
        return ""
    words = {
        "range": "SOC over the range of the test",
        "nominal": "SOC over the nominal capacity",
    }
    return "; ".join(words.get(str(basis), str(basis)) for basis in drawn[SOC_BASIS].unique())
