"""Impedance against frequency: modulus and phase."""

from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool

from bdg_explore.columns import (
    ABSOLUTE_IMPEDANCE,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    PHASE,
    REAL_IMPEDANCE,
    axis,
)
from bdg_explore.frames import IMPEDANCE, check_frame
from bdg_explore.rights import rights_in

from ._credit import credit, room
from ._spectra_shown import cycle_bar, legend_label, note, points_of, shown_spectra, spectra_of_fit
from .theme import TITLE_SIZE, load_bokeh, message, style


def bode(
    impedance: pd.DataFrame,
    *,
    fit: pd.DataFrame | None = None,
    max_spectra: int = 30,
    title: str = "",
    height: int = 240,
) -> Any:
    """Draw modulus and phase of spectra against frequency.

    Parameters
    ----------
    impedance : DataFrame
        One row a frequency: real and imaginary part [Ω], the latter negative for a capacitor.
        Spectra are told apart as in `nyquist`.
    fit : DataFrame, optional
        Spectra of fits, named in the same way: `analysis.circuit_impedance`. They are drawn as
        lines, and what was measured as points only.
    max_spectra : int
        How many spectra at most, spread evenly over all; the line above says so.
    title : str
        Replaces the line above the picture.
    height : int
        Height of each of the two [px].

    Returns
    -------
    holoviews.Layout
        Modulus above, on a logarithmic axis, minus the phase below; the frequencies go together.

    Raises
    ------
    FrameError
        A required column is missing.
    ParameterError
        `max_spectra` is less than one.
    """
    load_bokeh()
    check_frame(impedance, IMPEDANCE)
    shown, total = shown_spectra(impedance, max_spectra)
    if not len(impedance):
        return message("No impedance to draw. Choose a table with at least one frequency.")
    fits: dict[Any, pd.DataFrame] = {}
    if fit is not None and len(check_frame(spectra_of_fit(fit), IMPEDANCE)):
        fits = {one.names: one.rows for one in shown_spectra(fit, len(fit))[0]}
    hertz = hv.Dimension("f", label=axis(FREQUENCY))
    quantities = (
        (hv.Dimension("modulus", label=axis(ABSOLUTE_IMPEDANCE)), 0),
        (hv.Dimension("minus_phase", label=f"−{axis(PHASE)}"), 1),
    )
    every = impedance[FREQUENCY].to_numpy(dtype=float)
    every = every[every > 0]
    limits = (0.8 * float(np.min(every)), 1.25 * float(np.max(every))) if len(every) else (1, 10)
    pictures = []
    for up, which in quantities:
        hover = HoverTool(
            tooltips=[(hertz.label, "@f{0.[000]a}"), (up.label, f"@{up.name}{{0.0000}}")]
        )
        layers = cycle_bar(shown, [hertz, up])
        for one in shown:
            named = "" if which else legend_label(one, len(shown))
            line = fits.get(one.names) if fit is not None else one.rows
            if line is not None:
                layers.append(
                    hv.Curve(_against(line, which), hertz, up, label=named).opts(color=one.colour)
                )
        points = [_against(one.rows, which) for one in shown]
        layers += points_of(shown, points, hertz, [up], hover, named=not which)
        rights = rights_in(impedance) if which else []
        pictures.append(
            hv.Overlay(layers).opts(
                responsive=True,
                height=height + room(rights),
                logx=True,
                xlim=limits,
                logy=not which,
                show_grid=True,
                legend_position="top",
                legend_cols=2,
                hooks=[style, *credit(rights)],
                title="" if which else title or note(len(shown), total),
                fontsize={"title": TITLE_SIZE},
            )
        )
    return hv.Layout(pictures).cols(1).opts(sizing_mode="stretch_width", toolbar="right")


def _against(rows: pd.DataFrame, which: int) -> tuple[Any, Any]:
    """Return frequency, and modulus (0) or minus the phase (1), where the frequency is above 0."""
    f = rows[FREQUENCY].to_numpy(dtype=float)
    z = rows[REAL_IMPEDANCE].to_numpy(dtype=float) + 1j * rows[IMAGINARY_IMPEDANCE].to_numpy(
        dtype=float
    )
    order = np.argsort(f, kind="stable")
    order = order[f[order] > 0]
    values = -np.degrees(np.angle(z)) if which else np.abs(z)
    return f[order], values[order]
