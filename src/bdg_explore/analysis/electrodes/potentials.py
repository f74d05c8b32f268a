"""Half-cell curves made ready for a fit: of a closed form, or of a user's own measurement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from bdg_explore.errors import FrameError, ParameterError, UnknownNameError, did_you_mean

from .designs import DESIGNS
from .half_cells import HALF_CELLS, Array, HalfCell

HalfCellCurve: TypeAlias = "str | HalfCell | pd.DataFrame | Sequence[Any] | np.ndarray[Any, Any]"
"""A name of `HALF_CELLS`, a record of them, or a table: stoichiometry [1], potential [V]."""
HalfCellPair: TypeAlias = "str | tuple[HalfCellCurve, HalfCellCurve]"
"""A name of `DESIGNS`, whose two materials are meant, or (negative, positive)."""

_CELLS: Final = 16384  # of the even grid: the steepest closed form is met to 0.1 mV everywhere
_FEWEST: Final = 10
_MOST_VOLT: Final = 10.0  # no electrode material; a table in millivolts has more


@dataclass(frozen=True)
class Potential:
    """Potential and its slope on an even grid of stoichiometries from 0 to 1.

    Attributes
    ----------
    name : str
        What it is called in messages.
    values, slopes : ndarray
        Potential [V] and its derivative [V], at `i / (len - 1)`.
    low, high : float
        Stoichiometries between which the curve is known; beyond, it goes on straight.
    """

    name: str
    values: Array
    slopes: Array
    low: float
    high: float

    def __call__(self, stoichiometry: Array) -> tuple[Array, Array]:
        """Return potential and slope at stoichiometries from 0 to 1 (others are taken there)."""
        last = len(self.values) - 1
        place = np.clip(stoichiometry * last, 0.0, last - 1e-6)
        cell = place.astype(np.intp)
        place -= cell
        low, high = self.values[cell], self.values[cell + 1]
        slope = self.slopes[cell] * (1.0 - place) + self.slopes[cell + 1] * place
        return low + (high - low) * place, slope


def potentials_of(half_cells: HalfCellPair) -> tuple[Potential, Potential]:
    """Return the two half-cell curves of a cell.

    Parameters
    ----------
    half_cells : str or tuple
        Name of a cell design, for instance ``"chen2020"``, or (negative, positive): each a name of
        `HALF_CELLS`, or a DataFrame or array of two columns, stoichiometry (lithiated share of the
        sites, 0 to 1) and potential against lithium [V].

    Returns
    -------
    negative, positive : Potential

    Raises
    ------
    UnknownNameError
        No design, or no half cell, has that name.
    FrameError
        A table does not hold a half-cell curve.
    ParameterError
        It is not a pair, or an electrode is given for the other.
    """
    if isinstance(half_cells, str):
        if half_cells not in DESIGNS:
            raise UnknownNameError(
                f"No pair of half cells is called {half_cells!r}."
                f"{did_you_mean(half_cells, DESIGNS)} There are {', '.join(DESIGNS)}; or give "
                "half_cells=(negative, positive), names or tables of your own."
            )
        design = DESIGNS[half_cells]
        return _of_name(design.negative.name), _of_name(design.positive.name)
    if not isinstance(half_cells, tuple | list) or len(half_cells) != 2:
        raise ParameterError(
            "half_cells is a pair (negative, positive), or the name of a cell design, for "
            "instance 'chen2020'."
        )
    negative, positive = (
        _potential(half_cells[0], "negative"),
        _potential(half_cells[1], "positive"),
    )
    if np.median(negative.values) >= np.median(positive.values):
        raise ParameterError(
            f"{negative.name} lies above {positive.name}; half_cells is (negative, positive). "
            "Exchange them."
        )
    return negative, positive


def _potential(curve: HalfCellCurve, electrode: str) -> Potential:
    if isinstance(curve, HalfCell):
        curve = curve.name
    if not isinstance(curve, str):
        return _of_table(curve, electrode)
    if curve not in HALF_CELLS:
        raise UnknownNameError(
            f"No half cell is called {curve!r}.{did_you_mean(curve, HALF_CELLS)} "
            f"There are {', '.join(HALF_CELLS)}; or give a table of stoichiometry and potential."
        )
    if HALF_CELLS[curve].electrode != electrode:
        raise ParameterError(
            f"{curve} is a {HALF_CELLS[curve].electrode} electrode, and stands here as the "
            f"{electrode} one. half_cells is (negative, positive)."
        )
    return _of_name(curve)


@lru_cache(maxsize=32)
def _of_name(name: str) -> Potential:
    at = np.linspace(0.0, 1.0, _CELLS + 1)
    return _gridded(name, HALF_CELLS[name].potential(at), 0.0, 1.0)


def _of_table(table: Any, electrode: str) -> Potential:
    """Take a measured curve: sorted, points of one stoichiometry averaged, monotone in between."""
    from scipy.interpolate import PchipInterpolator  # late: the other analyses do not need it

    what = f"The {electrode} half-cell curve"
    try:
        values = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError):
        raise FrameError(
            f"{what} needs two columns of numbers, as many stoichiometries as potentials [V], or "
            f"the name of a half cell; it is a {type(table).__name__} of something else."
        ) from None
    if values.ndim == 2 and values.shape[0] == 2 and values.shape[1] != 2:
        values = values.T  # a pair of arrays
    if values.ndim != 2 or values.shape[1] != 2 or len(values) < _FEWEST:
        raise FrameError(
            f"{what} needs two columns, stoichiometry and potential [V], and at least {_FEWEST} "
            f"rows; it has the shape {values.shape}."
        )
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise FrameError(f"{what} lacks a value at row {row}. Leave such rows out.")
    largest = float(np.abs(values[:, 1]).max())
    if largest > _MOST_VOLT:
        raise FrameError(
            f"{what} reaches {largest:g} V in its second column. Give potentials in volts."
        )
    share, inverse = np.unique(values[:, 0], return_inverse=True)
    if share[0] < 0 or share[-1] > 1 or len(share) < _FEWEST:
        raise FrameError(
            f"{what} spans stoichiometries {share[0]:g} to {share[-1]:g} in its first column; they "
            "are lithiated shares of the sites, 0 to 1. Divide a capacity by that of the electrode."
        )
    volts = np.bincount(inverse, values[:, 1]) / np.bincount(inverse)
    if np.polyfit(share, volts, 1)[0] > 0:
        raise FrameError(
            f"{what} rises with stoichiometry; a potential against lithium falls as lithium "
            "enters. If the first column is the delithiated share, give one minus it."
        )
    at = np.linspace(0.0, 1.0, _CELLS + 1)
    inside = (at >= share[0]) & (at <= share[-1])
    grid = np.empty_like(at)
    grid[inside] = PchipInterpolator(share, volts)(at[inside])
    first, last = np.flatnonzero(inside)[[0, -1]]
    around = max(1, _CELLS // 200)  # the slope at an end is that of its half percent
    low = (grid[first] - grid[min(first + around, last)]) / around
    high = (grid[last] - grid[max(last - around, first)]) / around
    grid[:first] = grid[first] + low * np.arange(first, 0, -1)
    grid[last + 1 :] = grid[last] + high * np.arange(1, _CELLS + 1 - last)
    return _gridded(f"the {electrode} half-cell curve", grid, float(share[0]), float(share[-1]))


def _gridded(name: str, values: Array, low: float, high: float) -> Potential:
    values = np.asarray(values, dtype=np.float64)
    return Potential(name, values, np.gradient(values, 1.0 / _CELLS), low, high)
