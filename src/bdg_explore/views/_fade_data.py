"""The points of a fade picture: which cells, which values, thinned."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    NOMINAL_CAPACITY,
    STATE_OF_HEALTH,
)
from bdg_explore.errors import FrameError, ParameterError, did_you_mean
from bdg_explore.frames import not_unfinished

from ._lines import Lines
from .thinning import holes_in_life, thin_all, with_breaks

Reference = float | Mapping[Hashable, float] | pd.Series
PICTURE_POINTS: Final = 80_000  # of float32 pairs: with what goes with each line, under 1 MB
LEAST_POINTS: Final = 24

Y_NAMES: Final = {"capacity": CYCLE_DISCHARGING_CAPACITY, "soh": STATE_OF_HEALTH}
X_NAMES: Final = {"cycle": CYCLE}


@dataclass(frozen=True)
class Fades:
    """The measured points of every cell, sorted.

    Attributes
    ----------
    names : list of str
        Cells, in the order of the frame; one empty name where the frame names none.
    x, y : ndarray
        Points of all cells, one cell after the other.
    offsets : ndarray of int
        Where each cell begins, and at last the number of points.
    left_out : tuple of str
        Sentences about what is not drawn.
    """

    names: list[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    offsets: NDArray[np.int64]
    left_out: tuple[str, ...]


def facts_of(cells: pd.DataFrame | None, names: list[str]) -> pd.DataFrame:
    """Return what is known about the named cells, a row a name; empty rows for the unknown."""
    if cells is None:
        return pd.DataFrame(index=pd.Index(names, name=CELL))
    facts = cells.set_index(CELL) if CELL in cells.columns else cells
    return facts[~facts.index.duplicated()].reindex(names)


def gather(
    cycles: pd.DataFrame, *, x: str, y: str, complete_only: bool
) -> tuple[Fades, pd.DataFrame]:
    """Sort out the measured points of each cell.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle.
    x, y : str
        Columns to draw.
    complete_only : bool
        Leave out cycles whose `complete` is False.

    Returns
    -------
    tuple
        The points, and the rows of `cycles` at which each cell begins (for facts held there).
    """
    for name in (x, y):
        if name not in cycles.columns:
            raise FrameError(
                f"The cycles have no column {name}.{did_you_mean(name, map(str, cycles.columns))}"
            )
    across = _numbers(cycles[x])
    values = _numbers(cycles[y])
    usable = ~(np.isnan(across) | np.isnan(values))
    left_out: tuple[str, ...] = ()
    if complete_only:
        cut = ~not_unfinished(cycles) & usable
        if cut.any():
            count = int(cut.sum())
            left_out = (f"{count:,} unfinished {'cycle' if count == 1 else 'cycles'} left out",)
            usable &= ~cut
    if CELL in cycles.columns:
        codes, labels = pd.factorize(cycles[CELL])
        names = [str(label) for label in labels]
    else:
        codes, names = np.zeros(len(cycles), dtype=np.int64), [""]
    usable &= codes >= 0
    if not usable.all():
        rows = np.flatnonzero(usable)
        across, values, of = across[rows], values[rows], codes[rows]
    else:
        of = codes
    behind = np.diff(of)
    if (behind < 0).any() or (np.diff(across)[behind == 0] < 0).any():
        order = np.lexsort((across, of))
        across, values, of = across[order], values[order], of[order]
    offsets = np.searchsorted(of, np.arange(len(names) + 1)).astype(np.int64)
    first = np.zeros(len(names), dtype=np.int64)
    begins = np.flatnonzero(np.diff(codes, prepend=-1) != 0)[::-1]
    first[codes[begins]] = begins  # the earliest is written last
    return Fades(names, across, values, offsets, left_out), cycles.iloc[first]


def select(fades: Fades, keep: NDArray[np.int64]) -> Fades:
    """Return some of the cells, by position, in that order."""
    if len(keep) == len(fades.names) and (np.diff(keep) == 1).all():
        return fades
    sizes = np.diff(fades.offsets)[keep]
    starts = np.repeat(fades.offsets[keep] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
    rows = np.arange(int(sizes.sum())) + starts
    return Fades(
        [fades.names[k] for k in keep],
        fades.x[rows],
        fades.y[rows],
        np.concatenate(([0], np.cumsum(sizes))),
        fades.left_out,
    )


def divide(fades: Fades, reference: NDArray[np.float64]) -> Fades:
    """Return the values over one reference a cell."""
    share = fades.y / np.repeat(reference, np.diff(fades.offsets))
    return Fades(fades.names, fades.x, share, fades.offsets, fades.left_out)


def references(
    fades: Fades, facts: pd.DataFrame, rows: pd.DataFrame, given: Reference | None
) -> NDArray[np.float64]:
    """Return the reference capacity of each cell [Ah]; NaN where it is not known."""
    if given is None:
        held = next((f for f in (facts, rows) if NOMINAL_CAPACITY in f.columns), None)
        if held is None:
            return np.full(len(fades.names), np.nan)
        return _numbers(held[NOMINAL_CAPACITY])
    if isinstance(given, Mapping | pd.Series):
        known = {str(name): float(value) for name, value in given.items()}
        return np.array([known.get(name, np.nan) for name in fades.names])
    if not given > 0:
        raise ParameterError(f"reference_ah must be positive, not {given!r}.")
    return np.full(len(fades.names), float(given))


def thinned(fades: Fades, *, max_points: int) -> Lines:
    """Return the points to draw, at most `max_points` a cell and `PICTURE_POINTS` in all."""
    each = max(LEAST_POINTS, min(max_points, PICTURE_POINTS // max(len(fades.names), 1)))
    chosen = thin_all(fades.x, fades.y, fades.offsets, each)
    chosen = with_breaks(chosen, holes_in_life(fades.x, fades.offsets))
    x, y = fades.x[chosen].astype(np.float32), fades.y[chosen].astype(np.float32)
    x[chosen < 0], y[chosen < 0] = np.nan, np.nan
    if len(chosen):  # a break belongs to the point before it
        chosen = np.where(chosen < 0, np.roll(chosen, 1), chosen)
    offsets = np.searchsorted(chosen, fades.offsets).astype(np.int64)
    return Lines(x, y, offsets, {})


def _numbers(values: "pd.Series[Any]") -> NDArray[np.float64]:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)
