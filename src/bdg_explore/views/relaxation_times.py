"""Distributions of relaxation times."""

from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool

from bdg_explore.columns import RELAXATION_DISTRIBUTION, RELAXATION_TIME, axis
from bdg_explore.errors import FrameError
from bdg_explore.rights import rights_in

from ._credit import credit, room
from ._spectra_shown import cycle_bar, legend_label, note, shown_spectra
from .theme import TITLE_SIZE, load_bokeh, message, style


def relaxation_times(
    distribution: pd.DataFrame, *, max_spectra: int = 30, title: str = "", height: int = 320
) -> Any:
    """Draw distributions of relaxation times, a curve a spectrum.

    Parameters
    ----------
    distribution : DataFrame
        What `analysis.relaxation_distribution` returns.
    max_spectra : int
        How many curves at most, spread evenly over all; the line above says so.
    title : str
        Replaces the line above the picture.
    height : int
        Height [px].

    Returns
    -------
    holoviews.Overlay
        Resistance a unit of the natural logarithm of the time, so that the area under a curve is
        a resistance. Up to eight curves have a legend; more are coloured by their cycle.

    Raises
    ------
    FrameError
        A required column is missing.
    ParameterError
        `max_spectra` is less than one.
    """
    load_bokeh()
    for name in (RELAXATION_TIME, RELAXATION_DISTRIBUTION):
        if name not in distribution.columns:
            raise FrameError(
                f"The distribution has no column {name}. Give what "
                "analysis.relaxation_distribution makes of spectra."
            )
    shown, total = shown_spectra(distribution, max_spectra)
    if not len(distribution):
        return message("No relaxation times to draw. Choose spectra of at least six frequencies.")
    across = hv.Dimension("tau", label=axis(RELAXATION_TIME))
    up = hv.Dimension("density", label=axis(RELAXATION_DISTRIBUTION))
    hover = HoverTool(
        tooltips=[(across.label, "@tau{0.[0000]}"), (up.label, "@density{0.0000}")], mode="mouse"
    )
    layers = cycle_bar(shown, [across, up])
    for one in shown:
        rows = one.rows.sort_values(RELAXATION_TIME, kind="stable")
        data = tuple(
            rows[n].to_numpy(dtype=float) for n in (RELAXATION_TIME, RELAXATION_DISTRIBUTION)
        )
        layers.append(
            hv.Curve(data, across, up, label=legend_label(one, len(shown))).opts(
                color=one.colour, line_width=2, tools=[hover]
            )
        )
    highest = float(np.nanmax(distribution[RELAXATION_DISTRIBUTION].to_numpy(dtype=float)))
    rights = rights_in(distribution)
    return hv.Overlay(layers).opts(
        responsive=True,
        height=height + room(rights),
        logx=True,
        ylim=(0.0, 1.05 * highest or 1.0),
        show_grid=True,
        legend_position="top",
        legend_cols=2,
        hooks=[style, *credit(rights)],
        title=title or note(len(shown), total),
        fontsize={"title": TITLE_SIZE},
    )
