"""Marks on the curves of a fade picture: ends of life, cells that still live, knees."""

from dataclasses import dataclass
from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    CENSORED,
    CYCLE,
    END_OF_LIFE,
    KNEE,
    KNEE_LOWER,
    KNEE_UPPER,
)
from bdg_explore.errors import FrameError, did_you_mean

from ._fade_data import Fades, facts_of, gather, select
from .theme import INK

Floats = NDArray[np.float64]

MARK_SIZE: Final = 8
MANY: Final = 100
SIZE_OF_MANY: Final = 4
ENDED: Final = "end of life"
ALIVE: Final = "not reached"
BENT: Final = "knee"


@dataclass(frozen=True)
class Curves:
    """The curves that marks stand on.

    Attributes
    ----------
    fades : Fades
        Points as they are drawn.
    life : Fades
        Of the same cells, what is drawn across against the cycle number.
    """

    fades: Fades
    life: Fades

    def across(self, cycles: Floats) -> Floats:
        """Return where a cycle of each cell lies across."""
        return self._at(self.life, cycles)

    def up(self, across: Floats) -> Floats:
        """Return how high each cell's curve is there."""
        return self._at(self.fades, across)

    def _at(self, lines: Fades, places: Floats) -> Floats:
        found = np.full(len(places), np.nan)
        for k in map(int, np.flatnonzero(np.isfinite(places))):
            part = slice(lines.offsets[k], lines.offsets[k + 1])
            if lines.offsets[k] < lines.offsets[k + 1]:
                found[k] = np.interp(places[k], lines.x[part], lines.y[part])
        return found


def curves_of(cycles: pd.DataFrame, fades: Fades, x: str, complete_only: bool) -> Curves:
    """Return the drawn curves together with where each cycle lies across.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle.
    fades : Fades
        Points as they are drawn.
    x : str
        Column that is drawn across.
    complete_only : bool
        Leave out cycles whose `complete` is False.
    """
    life, _ = gather(cycles, x=CYCLE, y=x, complete_only=complete_only)
    place = {name: k for k, name in enumerate(life.names)}
    keep = np.array([place[name] for name in fades.names], dtype=np.int64)
    return Curves(fades, select(life, keep))


def life_marks(lives: pd.DataFrame, curves: Curves, dims: tuple[Any, Any]) -> list[Any]:
    """Return a mark at each end of life, and another where a cell had not got there.

    Parameters
    ----------
    lives : DataFrame
        One row a cell: end of life [cycles], `censored`.
    curves : Curves
        What the marks stand on.
    dims : tuple of hv.Dimension
        Across and up.
    """
    table = _of_cells(lives, curves.fades.names, END_OF_LIFE, CENSORED)
    cycles = _numbers(table[END_OF_LIFE])
    alive = table[CENSORED].fillna(False).to_numpy(dtype=bool)
    words = np.where(alive, "not reached by cycle ", "end of life at cycle ")
    told = [f"{word}{cycle:,.0f}" for word, cycle in zip(words, cycles, strict=True)]
    x = curves.across(cycles)
    y = curves.up(x)
    style = {"fill_color": INK, "marker": "circle"}
    hollow = {"fill_color": None, "marker": "circle"}
    return [
        *_marks(curves, x, y, told, ~alive, dims, ENDED, style),
        *_marks(curves, x, y, told, alive, dims, ALIVE, hollow),
    ]


def knee_marks(knees: pd.DataFrame, curves: Curves, dims: tuple[Any, Any]) -> list[Any]:
    """Return a mark at each knee, with its interval as a bar.

    Parameters
    ----------
    knees : DataFrame
        One row a cell: knee [cycles] and its limits.
    curves : Curves
        What the marks stand on.
    dims : tuple of hv.Dimension
        Across and up.
    """
    table = _of_cells(knees, curves.fades.names, KNEE, KNEE_LOWER, KNEE_UPPER)
    at, low, high = (_numbers(table[name]) for name in (KNEE, KNEE_LOWER, KNEE_UPPER))
    told = [
        f"knee at cycle {k:,.0f}" + (f" ({a:,.0f} to {b:,.0f})" if np.isfinite(a + b) else "")
        for k, a, b in zip(at, low, high, strict=True)
    ]
    x = curves.across(at)
    y = curves.up(x)
    marks = _marks(
        curves, x, y, told, np.isfinite(at), dims, BENT, {"fill_color": INK, "marker": "diamond"}
    )
    wide = np.isfinite(low + high + x + y)
    if not wide.any():
        return marks
    left, right = curves.across(low)[wide], curves.across(high)[wide]
    bars = hv.Segments((left, y[wide], right, y[wide]), [dims[0], dims[1], "x1", "y1"])
    return [bars.opts(color=INK, line_width=3, line_alpha=0.6, show_legend=False), *marks]


def _marks(
    curves: Curves,
    x: Floats,
    y: Floats,
    told: list[str],
    which: NDArray[np.bool_],
    dims: tuple[Any, Any],
    label: str,
    style: dict[str, Any],
) -> list[Any]:
    rows = np.flatnonzero(which & np.isfinite(x) & np.isfinite(y))
    if not len(rows):
        return []
    table = pd.DataFrame(
        {
            dims[0].name: x[rows],
            dims[1].name: y[rows],
            CELL: [curves.fades.names[k] for k in rows],
            "told": [told[k] for k in rows],
        }
    )
    tips = [("Cell", f"@{{{CELL}}}"), ("", "@told")][0 if curves.fades.names[0] else 1 :]
    marks = hv.Scatter(table, dims[0], [dims[1], CELL, "told"], label=label)
    return [
        marks.opts(
            size=MARK_SIZE if len(rows) <= MANY else SIZE_OF_MANY,
            line_color=INK,
            tools=[HoverTool(tooltips=tips, attachment="horizontal")],
            **style,
        )
    ]


def _of_cells(table: pd.DataFrame, names: list[str], *needed: str) -> pd.DataFrame:
    """Return the rows of the named cells; one row without a name is that of the only cell."""
    for name in needed:
        if name not in table.columns:
            raise FrameError(
                f"The table to mark has no column {name}."
                f"{did_you_mean(name, map(str, table.columns))}"
            )
    if names == [""] and len(table) == 1:
        return table
    kept = table.reset_index() if table.index.name == CELL else table
    if CELL not in kept.columns:
        kept = table.rename_axis(CELL).reset_index()
    return facts_of(kept.astype({CELL: str}), names)


def _numbers(values: "pd.Series[Any]") -> Floats:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)
