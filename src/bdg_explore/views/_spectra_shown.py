"""Which spectra of a table a picture shows, what they are called, and in which colour."""

from dataclasses import dataclass
from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd

from bdg_explore.columns import CIRCUIT, CYCLE, FREQUENCY, axis, column
from bdg_explore.errors import FrameError, ParameterError
from bdg_explore.frames import SPECTRUM_KEYS

from .theme import CATEGORICAL, ordered

LEGEND: Final = 8


@dataclass(frozen=True)
class Shown:
    """One spectrum as it is drawn.

    Attributes
    ----------
    label : str
        What tells it from the others; empty where it is alone.
    names : tuple
        Values of the columns that name it.
    rows : DataFrame
        Its rows.
    colour : str
        Hexadecimal.
    """

    label: str
    names: tuple[Any, ...]
    rows: pd.DataFrame
    colour: str


def shown_spectra(frame: pd.DataFrame, most: int) -> tuple[list[Shown], int]:
    """Return the spectra that a picture shows, spread evenly over all, and how many there are.

    Parameters
    ----------
    frame : DataFrame
        One or many spectra, or curves made of them; told apart by `cell`, `cycle_count` and
        `step_count`, as far as there are any, and by a sweep of frequencies that begins again.
    most : int
        How many at most.
    """
    if most < 1:
        raise ParameterError(f"max_spectra must be at least 1, not {most}.")
    parts = _parts(frame)
    chosen = [parts[i] for i in _spread(len(parts), most)]
    colours = _colours([rows for _, _, rows in chosen], frame)
    return [
        Shown(label, names, rows, colour)
        for (label, names, rows), colour in zip(chosen, colours, strict=True)
    ], len(parts)


def note(shown: int, total: int) -> str:
    """Return the line above a picture that does not show all spectra."""
    return f"showing {shown} of {total:,} spectra" if shown < total else ""


def legend_label(spectrum: Shown, count: int) -> str:
    """Return what the legend calls a spectrum; nothing where there are too many, or but one."""
    return spectrum.label if 1 < count <= LEGEND else ""


def cycle_bar(spectra: list[Shown], dims: list[Any]) -> list[Any]:
    """Return what draws the colour bar of the cycles, where there are too many for a legend."""
    cycles = _cycles([one.rows for one in spectra])
    if len(spectra) <= LEGEND or cycles is None:
        return []
    scale = hv.Dimension("cycle", label=axis(CYCLE))
    nothing = np.full(2, np.nan)
    limits = float(np.min(cycles)), float(np.max(cycles))
    return [
        hv.Points((nothing, nothing, np.array(limits)), dims, scale).opts(
            color="cycle",
            cmap=ordered(),
            clim=limits,
            colorbar=True,
            colorbar_opts={"title": scale.label},
            show_legend=False,
        )
    ]


def points_of(
    spectra: list[Shown],
    points: list[tuple[Any, ...]],
    across: Any,
    up: list[Any],
    hover: Any,
    *,
    named: bool = True,
) -> list[Any]:
    """Return what draws the measured points: one element for all where none has a legend.

    HoloViews takes 20 ms an element, so that thirty spectra would take a second more.
    """
    if len(spectra) > LEGEND:
        colours = np.repeat([one.colour for one in spectra], [len(data[0]) for data in points])
        columns = (np.concatenate(parts) for parts in zip(*points, strict=True))
        every = hv.Scatter((*columns, colours), across, [*up, "colour"])
        return [every.opts(color="colour", size=4, tools=[hover], show_legend=False)]
    labels = [legend_label(one, len(spectra)) if named else "" for one in spectra]
    return [
        hv.Scatter(data, across, up, label=label).opts(color=one.colour, size=4, tools=[hover])
        for one, data, label in zip(spectra, points, labels, strict=True)
    ]


def spectra_of_fit(fit: pd.DataFrame) -> pd.DataFrame:
    """Return the spectra of fits, or say how they are made of what `fit_circuit` returns."""
    if FREQUENCY not in fit.columns and CIRCUIT in fit.columns:
        raise FrameError(
            "fit takes spectra, and these are values of circuits. Give it "
            "analysis.circuit_impedance(fits, frequencies)."
        )
    return fit


def _cycles(parts: list[pd.DataFrame]) -> Any:
    """Return the cycle of each spectrum, None where it does not tell them apart."""
    if not parts or CYCLE not in parts[0].columns:
        return None
    cycles = np.array([part[CYCLE].iloc[0] for part in parts], dtype=np.float64)
    return cycles if np.isfinite(cycles).all() and np.ptp(cycles) > 0 else None


def _colours(parts: list[pd.DataFrame], frame: pd.DataFrame) -> list[str]:
    if len(parts) < 2:
        return [CATEGORICAL[0]] * len(parts)
    cycles = _cycles(parts)
    others = [n for n in SPECTRUM_KEYS if n in frame.columns and n != CYCLE]
    if cycles is None or any(len(frame[name].unique()) > 1 for name in others):
        few = len(parts) <= len(CATEGORICAL) and cycles is None
        return list(CATEGORICAL[: len(parts)]) if few else ordered(len(parts))
    scale = ordered()
    places = (cycles - np.min(cycles)) / np.ptp(cycles) * (len(scale) - 1)
    return [scale[round(float(place))] for place in places]


def _spread(count: int, most: int) -> list[int]:
    return sorted({round(i) for i in np.linspace(0, count - 1, min(count, most))})


def _parts(frame: pd.DataFrame) -> list[tuple[str, tuple[Any, ...], pd.DataFrame]]:
    """Part the table into spectra, with a label and the names of each."""
    keys = [name for name in SPECTRUM_KEYS if name in frame.columns]
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
            label = ", ".join([*varying, f"sweep {i + 1}"] if i else varying)
            parts.append((label, (*values, i), part))
    return parts


def _sweeps(group: pd.DataFrame) -> list[pd.DataFrame]:
    """Part records where the frequency jumps back to where the sweep began."""
    if FREQUENCY not in group.columns:
        return [group]
    steps = np.diff(np.log(np.maximum(group[FREQUENCY].to_numpy(dtype=float), 1e-12)))
    if len(steps) < 3:
        return [group]
    against = np.sign(np.median(steps)) * steps < -np.log(10)  # more than a decade back
    return [
        group.iloc[part] for part in np.split(np.arange(len(group)), np.flatnonzero(against) + 1)
    ]
