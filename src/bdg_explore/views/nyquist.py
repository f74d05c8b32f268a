"""Impedance in the complex plane."""

from collections.abc import Callable
from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import CustomJS, HoverTool

from bdg_explore.columns import FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE, axis
from bdg_explore.frames import IMPEDANCE, check_frame
from bdg_explore.rights import rights_in

from ._credit import credit, room
from ._spectra_shown import cycle_bar, legend_label, note, points_of, shown_spectra, spectra_of_fit
from .theme import TITLE_SIZE, load_bokeh, message, style

# HoloViews' own equal aspect gives way to a responsive width
_FIT: Final = """
const wide = figure.inner_width, high = figure.inner_height
if (wide > 0 && high > 0) {
  const ohm = Math.max((right - left) / wide, (top - bottom) / high)
  const middle = 0.5 * (left + right)
  figure.x_range.setv({start: middle - 0.5 * ohm * wide, end: middle + 0.5 * ohm * wide})
  figure.y_range.setv({start: bottom, end: bottom + ohm * high})
}
"""


def nyquist(
    impedance: pd.DataFrame,
    *,
    fit: pd.DataFrame | None = None,
    max_spectra: int = 30,
    title: str = "",
) -> Any:
    """Draw spectra in the complex plane, minus the imaginary part upward.

    Parameters
    ----------
    impedance : DataFrame
        One row a frequency: real and imaginary part [Ω], the latter negative for a capacitor.
        Spectra are told apart by `cell`, `cycle_count` and `step_count`, as far as there are any,
        and by the sweep of the frequency starting again.
    fit : DataFrame, optional
        Spectra of fits, named in the same way: `analysis.circuit_impedance`. They are drawn as
        lines, and what was measured as points only.
    max_spectra : int
        How many spectra at most, spread evenly over all; the line above says so.
    title : str
        Replaces the line above the picture.

    Returns
    -------
    holoviews.Overlay
        Both axes at the same scale, so that a half circle is one. Up to eight spectra have a
        legend; more are coloured by their cycle, with a bar.

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
    across = hv.Dimension("re", label=axis(REAL_IMPEDANCE))
    up = hv.Dimension("minus_im", label=f"−{axis(IMAGINARY_IMPEDANCE)}")
    hertz = hv.Dimension("f", label=axis(FREQUENCY))
    hover = HoverTool(
        tooltips=[(hertz.label, "@f{0.[000]a}"), ("Z / Ω", "@re{0.0000} − i·@minus_im{0.0000}")]
    )
    parts = cycle_bar(shown, [across, up])
    for one in shown:
        named = legend_label(one, len(shown))
        line = fits.get(one.names) if fit is not None else one.rows
        if line is not None:
            parts.append(
                hv.Curve(_plane(line), across, [up, hertz], label=named).opts(color=one.colour)
            )
    points = [_plane(one.rows) for one in shown]
    parts += points_of(shown, points, across, [up, hertz], hover)
    rights = rights_in(impedance)
    return hv.Overlay(parts).opts(
        responsive=True,
        height=380 + room(rights),
        show_grid=True,
        legend_position="top",
        legend_cols=2,
        hooks=[style, _same_scale(_limits(impedance)), *credit(rights)],
        title=title or note(len(shown), total),
        fontsize={"title": TITLE_SIZE},
    )


def _plane(rows: pd.DataFrame) -> tuple[Any, Any, Any]:
    names = (REAL_IMPEDANCE, IMAGINARY_IMPEDANCE, FREQUENCY)
    re, im, f = (rows[name].to_numpy(dtype=float) for name in names)
    return re, -im, f


def _limits(impedance: pd.DataFrame) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of what is drawn, with some room around."""
    re, up, _ = _plane(impedance)
    known = np.isfinite(re) & np.isfinite(up)
    if not known.any():
        return 0.0, 1.0, 0.0, 1.0
    left, right = float(np.min(re[known])), float(np.max(re[known]))
    bottom, top = float(np.min(up[known])), float(np.max(up[known]))
    spare = 0.05 * max(right - left, top - bottom, 1e-9)
    return left - spare, right + spare, bottom - spare, top + spare


def _same_scale(limits: tuple[float, float, float, float]) -> Callable[[Any, Any], None]:
    """Return the HoloViews hook that keeps an ohm as long upward as across, at any width."""

    def hook(plot: Any, _element: Any) -> None:
        figure = plot.state
        left, right, bottom, top = limits
        args = {"figure": figure, "left": left, "right": right, "bottom": bottom, "top": top}
        figure.x_range.update(start=left, end=right)
        figure.y_range.update(start=bottom, end=top)
        fit = CustomJS(args=args, code=_FIT)
        for name in ("inner_width", "inner_height"):
            figure.js_on_change(name, fit)

    return hook
