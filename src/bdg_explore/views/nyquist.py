"""Impedance in the complex plane."""

from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool

from bdg_explore.columns import (
    CELL,
    CYCLE,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    REAL_IMPEDANCE,
    STEP,
    axis,
    column,
)
from bdg_explore.errors import ParameterError
from bdg_explore.frames import IMPEDANCE, check_frame
from bdg_explore.rights import rights_in

from ._credit import credit
from .theme import CATEGORICAL, TITLE_SIZE, load_bokeh, message, ordered, style

_LEGEND: Final = 8


def nyquist(impedance: pd.DataFrame, *, max_spectra: int = 30, title: str = "") -> Any:
    """Draw spectra in the complex plane, minus the imaginary part upward.

    Parameters
    ----------
    impedance : DataFrame
        One row a frequency: real and imaginary part [Ω], the latter negative for a capacitor.
        Spectra are told apart by `cell`, `cycle_count` and `step_count`, as far as there are any,
        and by the sweep of the frequency starting again.
    max_spectra : int
        How many spectra at most, spread evenly over all; the line above says so.
    title : str
        Replaces the line above the picture.

    Returns
    -------
    holoviews.Overlay
        Both axes at the same scale, so that a half circle is one.

    Raises
    ------
    FrameError
        A required column is missing.
    ParameterError
        `max_spectra` is less than one.
    """
    load_bokeh()
    check_frame(impedance, IMPEDANCE)
    if max_spectra < 1:
        raise ParameterError(f"max_spectra must be at least 1, not {max_spectra}.")
    if not len(impedance):
        return message("No impedance to draw. Choose a table with at least one frequency.")
    spectra = _spectra(impedance)
    shown = [spectra[i] for i in _spread(len(spectra), max_spectra)]
    colours = ordered(len(shown)) if len(shown) > 1 else [CATEGORICAL[0]]
    across = hv.Dimension("re", label=axis(REAL_IMPEDANCE))
    up = hv.Dimension("minus_im", label=f"−{axis(IMAGINARY_IMPEDANCE)}")
    hertz = hv.Dimension("f", label=axis(FREQUENCY))
    hover = HoverTool(
        tooltips=[(hertz.label, "@f{0.[000]a}"), ("Z / Ω", "@re{0.0000} − i·@minus_im{0.0000}")]
    )
    parts = []
    for (label, part), colour in zip(shown, colours, strict=True):
        re = part[REAL_IMPEDANCE].to_numpy(dtype=float)
        data = (re, -part[IMAGINARY_IMPEDANCE].to_numpy(dtype=float), part[FREQUENCY].to_numpy())
        named = label if 1 < len(shown) <= _LEGEND else ""
        parts.append(hv.Curve(data, across, [up, hertz], label=named).opts(color=colour))
        parts.append(
            hv.Scatter(data, across, [up, hertz], label=named).opts(
                color=colour, size=4, tools=[hover]
            )
        )
    note = f"showing {len(shown)} of {len(spectra):,} spectra" if len(shown) < len(spectra) else ""
    return hv.Overlay(parts).opts(
        responsive=True,
        min_height=380,
        data_aspect=1,
        show_grid=True,
        legend_position="right",
        hooks=[style, *credit(rights_in(impedance))],
        title=title or note,
        fontsize={"title": TITLE_SIZE},
    )


def _spread(count: int, most: int) -> list[int]:
    return sorted({round(i) for i in np.linspace(0, count - 1, min(count, most))})


def _spectra(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Part the table into spectra, with a label each."""
    keys = [name for name in (CELL, CYCLE, STEP) if name in frame.columns]
    varies = {name: len(frame[name].unique()) > 1 for name in keys}
    parts = []
    grouped: Any = frame.groupby(keys, sort=False, observed=True) if keys else [((), frame)]
    for values, group in grouped:
        varying = [
            f"{column(name).title.lower()} {value}"
            for name, value in zip(keys, values, strict=True)
            if varies[name]
        ]
        for i, part in enumerate(_sweeps(group)):
            parts.append((", ".join([*varying, f"sweep {i + 1}"] if i else varying), part))
    return parts


def _sweeps(group: pd.DataFrame) -> list[pd.DataFrame]:
    """Part records where the frequency jumps back to where the sweep began."""
    steps = np.diff(np.log(np.maximum(group[FREQUENCY].to_numpy(dtype=float), 1e-12)))
    if len(steps) < 3:
        return [group]
    against = np.sign(np.median(steps)) * steps < -np.log(10)  # more than a decade back
    return [
        group.iloc[part] for part in np.split(np.arange(len(group)), np.flatnonzero(against) + 1)
    ]
