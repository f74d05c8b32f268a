"""Capacity against life: how cells age, side by side."""

from dataclasses import replace
from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import NumeralTickFormatter
from numpy.typing import NDArray

from bdg_explore.columns import CELL, COLUMNS, KIND, STATE_OF_HEALTH
from bdg_explore.errors import ParameterError, did_you_mean

from ._colour import Colouring, colour_by
from ._credit import credit, rights_shown
from ._fade_data import (
    X_NAMES,
    Y_NAMES,
    Fades,
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
    SYNTHETIC,
    curves,
    dimensions,
    end_labels,
    end_of_life,
    room_for_labels,
    short_names,
    single_points,
    upward,
)
from ._lines import Lines
from .theme import CATEGORICAL, OTHER, TITLE_SIZE, load_bokeh, message, style

DIRECT_LABELS: Final = 6
LEGEND_COLUMNS: Final = 3  # fits a phone


def capacity_fade(
    cycles: pd.DataFrame,
    *,
    cells: pd.DataFrame | None = None,
    y: str = "capacity",
    x: str = "cycle",
    color: str | None = None,
    reference_ah: Reference | None = None,
    threshold: float | None = 0.8,
    max_points: int = 200,
    max_cells: int = 3000,
    complete_only: bool = True,
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
    threshold : float or None
        Where end of life is drawn, as a fraction of the reference; only where all cells drawn
        share a reference, or `y` is relative. None draws no line.
    max_points : int
        Points a cell at most; a picture of many cells takes fewer, 80,000 in all.
    max_cells : int
        Cells at most; the picture says when it shows fewer than there are.
    complete_only : bool
        Leave out cycles whose `complete` is False.
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
    shown = np.flatnonzero(measured & ~(divided & np.isnan(base)))
    if not len(shown):
        return message(_why_empty(cycles, fades, drawn), height=height)
    total, lacking = len(shown), int(measured.sum()) - len(shown)
    if total > max_cells:
        shown = shown[np.unique(np.linspace(0, total - 1, max_cells).astype(np.int64))]
    fades = select(fades, shown)
    facts, rows, base = facts.iloc[shown], rows.iloc[shown], base[shown]

    end = _threshold(threshold, relative=relative, y=y_name, base=base)
    colouring, name = _colouring(color, facts, rows, fades.names)
    if colouring is not None and (grey := colouring.grey()).any():  # grey lines lie undermost
        order = np.argsort(~grey, kind="stable")
        fades, colouring = select(fades, order), colouring.reordered(order)
        facts, rows = facts.iloc[order], rows.iloc[order]
    kinds = _kinds(facts, rows)
    told = {CELL: np.array(fades.names, dtype=object), KIND: kinds}
    if colouring is not None and name is not None:
        told[name] = colouring.values
    lines = replace(thinned(fades, max_points=max_points), facts=told)
    limits, beyond = upward(fades.y)
    labels = _labels(fades.names, kinds)
    layers = _layers(lines, dimensions(x_name, y_name), colouring, name, labels, limits)
    if end is not None and threshold is not None:
        layers += list(end_of_life(end, float(np.nanmin(lines.x)), threshold))
    return hv.Overlay(layers).opts(
        responsive=True,
        height=height,
        fontsize={"title": TITLE_SIZE},
        title=_notes(fades, total, lacking, beyond, kinds) if title is None else title,
        xlim=_across(lines.x, right=room_for_labels(labels) if labels else 0.02),
        ylim=limits,
        legend_position="top",
        legend_cols=LEGEND_COLUMNS,
        show_legend=not labels and colouring is not None and not colouring.by_number,
        show_grid=True,
        hooks=[
            style,
            *credit(rights_shown(cycles, fades.names, facts if len(facts.columns) else None)),
        ],
        **({"yformatter": NumeralTickFormatter(format="0 %")} if relative else {}),
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
    layers = [curves(lines, dims, colouring, name)]
    alone = single_points(lines, dims)
    if alone is not None:
        layers.append(alone)
    if labels:
        layers.append(end_labels(lines, labels, _colours(colouring, len(labels)), dims, limits))
    return layers


def _labels(names: list[str], kinds: NDArray[Any]) -> list[str]:
    """Return what to write at the end of each curve; nothing where there are too many."""
    if len(names) > DIRECT_LABELS or not names[0]:
        return []
    pairs = zip(short_names(names), kinds, strict=True)
    return [f"{name} ({SYNTHETIC})" if kind == SYNTHETIC else name for name, kind in pairs]


def _check_reference(base: NDArray[np.float64], measured: NDArray[np.bool_]) -> None:
    if measured.any() and np.isnan(base[measured]).all():
        raise ParameterError(
            "y='soh' needs a reference: reference_ah=<Ah, or one a cell>, a column "
            f"{STATE_OF_HEALTH} in the cycles, or cells with nominal_capacity_ah."
        )


def _why_empty(cycles: pd.DataFrame, fades: Fades, drawn: str) -> str:
    if not len(cycles):
        return "No cycles to draw. Choose cells that have a cycles table."
    what = COLUMNS[drawn].title.lower() if drawn in COLUMNS else drawn
    count = len(fades.names)
    if count == 1:
        return f"The cell has no measured {what}."
    return f"None of the {count:,} cells has a measured {what}."


def _kinds(facts: pd.DataFrame, rows: pd.DataFrame) -> NDArray[Any]:
    held = next((f[KIND] for f in (facts, rows) if KIND in f.columns), None)
    if held is None:
        return np.full(len(facts), "", dtype=object)
    return held.astype(object).where(held.notna(), "").to_numpy(dtype=object)


def _colouring(
    color: str | None, facts: pd.DataFrame, rows: pd.DataFrame, names: list[str]
) -> tuple[Colouring | None, str | None]:
    if color is None:
        if not 1 < len(names) <= DIRECT_LABELS:
            return None, None
        color = CELL
    if color == CELL:
        return colour_by(pd.Series(names, dtype=object), CELL), CELL
    for held in (facts, rows):
        if color in held.columns:
            return colour_by(held[color], color), color
    known = [*map(str, facts.columns), *map(str, rows.columns)]
    raise ParameterError(
        f"Neither cells nor cycles have a column {color!r} to colour by."
        f"{did_you_mean(color, known)}" + (" Give cells=..." if not len(facts.columns) else "")
    )


def _colours(colouring: Colouring | None, count: int) -> list[str]:
    """Return the colour of each label."""
    if colouring is None:
        return [CATEGORICAL[0]] * count
    if isinstance(colouring.colours, dict):
        return [colouring.colours[value] for value in colouring.values]
    low, high = np.nanmin(colouring.values), np.nanmax(colouring.values)
    places = (colouring.values - low) / ((high - low) or 1.0) * (len(colouring.colours) - 1)
    return [OTHER if np.isnan(p) else colouring.colours[int(p)] for p in places]


def _threshold(
    threshold: float | None, *, relative: bool, y: str, base: NDArray[np.float64]
) -> float | None:
    """Return where end of life lies on the axis; None where that means nothing."""
    if threshold is None:
        return None
    if relative:
        return threshold
    if y != Y_NAMES["capacity"] or np.isnan(base).any() or np.ptp(base) > 1e-3 * base[0]:
        return None
    return float(threshold * base[0])


def _notes(fades: Fades, total: int, lacking: int, beyond: int, kinds: NDArray[Any]) -> str:
    """Return the line above the picture: how many cells, and what is not seen."""
    shown, synthetic = len(fades.names), int((kinds == SYNTHETIC).sum())
    notes = []
    if shown < total:
        notes.append(f"showing {shown:,} of {total:,} cells")
    elif shown > DIRECT_LABELS:
        notes.append(f"{shown:,} cells")
    if synthetic == shown and (shown > DIRECT_LABELS or not fades.names[0]):
        notes.append(SYNTHETIC)
    elif synthetic and shown > DIRECT_LABELS:
        notes.append(f"{synthetic:,} of them {SYNTHETIC}")
    if lacking:
        notes.append(f"{lacking:,} without a reference not shown")
    if beyond:
        notes.append(f"{beyond:,} {'value' if beyond == 1 else 'values'} beyond the axis")
    return " · ".join((*notes, *fades.left_out))


def _across(x: NDArray[np.floating[Any]], *, right: float) -> tuple[float, float]:
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    span = (high - low) or 1.0
    return low - 0.02 * span, high + right * span
