"""Capacity against life: how cells age, side by side."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    KIND,
    STATE_OF_HEALTH,
)
from bdg_explore.errors import ParameterError

from ._colour import Colouring
from ._credit import credit, rights_shown
from ._fade_colours import colouring_of, colours_of
from ._fade_data import (
    X_NAMES,
    Y_NAMES,
    Reference,
    divide,
    facts_of,
    gather,
    references,
    select,
    thinned,
)
from ._fade_glyphs import (
    GROUP,
    curves,
    dimensions,
    end_labels,
    end_of_life,
    room_for_labels,
    single_points,
    upward,
)
from ._fade_marks import Curves, curves_of, knee_marks, life_marks
from ._fade_words import kinds_of, labels_of, notes_of, why_empty
from ._lines import Lines
from ._narrow import labels_or_legend
from ._per_cent import least_margin, per_cent
from .theme import TITLE_SIZE, load_bokeh, message, style

LEGEND_COLUMNS: Final = 3  # fits a phone


def capacity_fade(
    cycles: pd.DataFrame,
    *,
    cells: pd.DataFrame | None = None,
    y: str = "capacity",
    x: str = "cycle",
    color: str | None = None,
    reference_ah: Reference | None = None,
    threshold: float | Sequence[float] | None = 0.8,
    lives: pd.DataFrame | None = None,
    knees: pd.DataFrame | None = None,
    max_points: int = 200,
    max_cells: int = 3000,
    complete_only: bool = True,
    labels: bool = True,
    title: str | None = None,
    height: int = 380,
) -> Any:
    """Draw how the capacity of cells fades.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle; with a column `cell`, of many cells.
    cells : DataFrame, optional
        What is known of the cells: index or column `cell`. Gives colours, nominal capacities and
        whether a cell is synthetic.
    y : {"capacity", "soh"} or str
        Discharging capacity [Ah]; or the same over a reference: `reference_ah`, else the column
        `state_of_health`, else the cells' nominal capacity; or any column of `cycles`.
    x : {"cycle"} or str
        Cycle number, or any column of `cycles`, for instance `equivalent_full_cycles`.
    color : str, optional
        A column of `cells` or of `cycles`. Numbers get a colour bar, categories a legend: at most
        eight colours, then grey.
    reference_ah : float, mapping or Series, optional
        Reference capacity [Ah], one for all or one a cell.
    threshold : float, sequence of float or None
        Where end of life is drawn, as a fraction of the reference; only where all cells drawn
        share a reference, or `y` is relative. None draws no line.
    lives : DataFrame, optional
        What `analysis.end_of_life` returned: a mark where each life ends, a hollow one where a
        cell had not got there when its record ended.
    knees : DataFrame, optional
        What `analysis.find_knee` returned: a mark at each knee, and its interval as a bar.
    max_points : int
        Points a cell at most; a picture of many cells takes fewer, 80,000 in all.
    max_cells : int
        Cells at most; the picture says when it shows fewer than there are.
    complete_only : bool
        Leave out cycles whose `complete` is False.
    labels : bool
        Name up to six cells at the ends of their curves; else in a legend.
    title : str, optional
        Replaces the line that says how many cells are shown and whether they are synthetic.
    height : int
        Height [px]; the width is that of the page.

    Returns
    -------
    holoviews.Overlay
        All cells are one `hv.Contours`, see `fade_lines`; up to six are labelled at their end.
        Licence, access, DOI and kind of the data stand below, as far as `cells` or the table's
        ``.attrs["rights"]`` tell them.
        Where there is nothing to draw, an `hv.Text` that says why.

    Raises
    ------
    FrameError
        If a column that is to be drawn is missing.
    ParameterError
        If `color` is a column of neither table, or `y="soh"` finds no reference.

    Examples
    --------
    Know which cells were clicked:

    >>> picture = capacity_fade(cycles)  # doctest: +SKIP
    >>> tapped = hv.streams.Selection1D(source=fade_lines(picture))  # doctest: +SKIP
    >>> [fade_cells(picture)[i] for i in tapped.index]  # doctest: +SKIP
    """
    load_bokeh()
    x_name, y_name = X_NAMES.get(x, x), Y_NAMES.get(y, y)
    relative = y_name == STATE_OF_HEALTH
    divided = relative and (reference_ah is not None or STATE_OF_HEALTH not in cycles.columns)
    drawn = Y_NAMES["capacity"] if divided else y_name
    fades, rows = gather(cycles, x=x_name, y=drawn, complete_only=complete_only)
    facts = facts_of(cells, fades.names)
    base = references(fades, facts, rows, reference_ah)
    measured = np.diff(fades.offsets) > 0
    if divided:
        _check_reference(base, measured)
        fades = divide(fades, base)
    usable = np.flatnonzero(measured & ~(divided & np.isnan(base)))
    if not len(usable):
        return message(why_empty(cycles, fades, drawn), height=height)
    total, lacking = len(usable), int(measured.sum()) - len(usable)
    shown = usable[np.unique(np.linspace(0, total - 1, min(total, max_cells)).astype(np.int64))]
    fades, facts = select(fades, shown), facts.iloc[shown]
    rows, base = rows.iloc[shown], base[shown]
    colouring, name = colouring_of(color, facts, rows, fades.names)
    if colouring is not None:
        order = np.argsort(~colouring.grey(), kind="stable")  # grey lines lie undermost
        fades, colouring = select(fades, order), colouring.reordered(order)
        facts, rows = facts.iloc[order], rows.iloc[order]
    kinds = kinds_of(facts, rows)
    told = {CELL: np.array(fades.names, dtype=object), KIND: kinds}
    if colouring is not None and name is not None:
        told[name] = colouring.values
    lines = replace(thinned(fades, max_points=max_points), facts=told)
    limits, beyond = upward(fades.y, least=least_margin(y_name))
    names = labels_of(fades.names, kinds) if labels else []
    dims = dimensions(x_name, y_name)
    layers = _layers(lines, dims, colouring, name, names, limits)
    layers += _end_lines(threshold, float(np.nanmin(lines.x)), relative, y_name, base)
    marks: list[Any] = []
    if lives is not None or knees is not None:
        marks = _marks(curves_of(cycles, fades, x_name, complete_only), lives, knees, dims)
    by_category = not names and colouring is not None and not colouring.by_number
    return hv.Overlay([*layers, *marks]).opts(
        responsive=True,
        height=height,
        fontsize={"title": TITLE_SIZE},
        title=notes_of(fades, total, lacking, beyond, kinds) if title is None else title,
        xlim=_across(lines.x, right=room_for_labels(names) if names else 0.02),
        ylim=limits,
        legend_position="top",
        legend_cols=LEGEND_COLUMNS,
        show_legend=by_category or bool(marks),
        show_grid=True,
        hooks=[
            labels_or_legend,
            style,
            *credit(rights_shown(cycles, fades.names, facts if len(facts.columns) else None)),
        ],
        **per_cent(y_name),
    )


def fade_lines(picture: Any) -> Any:
    """Return the one element that holds all curves of a fade picture.

    Parameters
    ----------
    picture : holoviews.Overlay
        What `capacity_fade` returned.

    Returns
    -------
    holoviews.Contours or None
        Give it to `hv.streams.Selection1D(source=...)` to be told which lines are tapped; their
        numbers are positions in `fade_cells`. None where nothing is drawn.
    """
    every = picture.traverse(lambda e: e)
    found = [e for e in every if isinstance(e, hv.Contours) and e.group == GROUP]
    return found[0] if found else None


def fade_cells(picture: Any) -> list[str]:
    """Return the cells of a fade picture, in the order of its lines.

    Parameters
    ----------
    picture : holoviews.Overlay
        What `capacity_fade` returned.
    """
    lines = fade_lines(picture)
    return [] if lines is None else list(lines.dimension_values(CELL, expanded=False))


def _layers(
    lines: Lines,
    dims: tuple[Any, Any],
    colouring: Colouring | None,
    name: str | None,
    labels: list[str],
    limits: tuple[float, float],
) -> list[Any]:
    layers = [curves(lines, dims, colouring, name, legend=not labels)]
    alone = single_points(lines, dims)
    if alone is not None:
        layers.append(alone)
    if labels:
        layers.append(end_labels(lines, labels, colours_of(colouring, len(labels)), dims, limits))
    return layers


def _marks(
    on: Curves, lives: pd.DataFrame | None, knees: pd.DataFrame | None, dims: tuple[Any, Any]
) -> list[Any]:
    bent = [] if knees is None else knee_marks(knees, on, dims)
    return bent + ([] if lives is None else life_marks(lives, on, dims))


def _check_reference(base: NDArray[np.float64], measured: NDArray[np.bool_]) -> None:
    if measured.any() and np.isnan(base[measured]).all():
        raise ParameterError(
            "y='soh' needs a reference: reference_ah=<Ah, or one a cell>, a column "
            f"{STATE_OF_HEALTH} in the cycles, or cells with nominal_capacity_ah."
        )


def _end_lines(
    threshold: float | Sequence[float] | None,
    left: float,
    relative: bool,
    y: str,
    base: NDArray[np.float64],
) -> list[Any]:
    """Return dashed lines where end of life lies on the axis; none where that means nothing."""
    if threshold is None:
        return []
    shares = np.atleast_1d(np.asarray(threshold, dtype=np.float64))
    if relative:
        scale = 1.0
    elif y != Y_NAMES["capacity"] or np.isnan(base).any() or np.ptp(base) > 1e-3 * base[0]:
        return []
    else:
        scale = float(base[0])
    return [part for share in shares for part in end_of_life(share * scale, left, float(share))]


def _across(x: NDArray[np.floating[Any]], *, right: float) -> tuple[float, float]:
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    span = (high - low) or 1.0
    return low - 0.02 * span, high + right * span
