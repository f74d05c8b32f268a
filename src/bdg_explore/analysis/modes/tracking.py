"""Degradation modes along a life: slow curves told apart into two electrodes and their lithium."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL,
    CONVERGED,
    CYCLE,
    ELECTRODE_RATIO,
    FIT_RMSE,
    LITHIUM_LOWER,
    LITHIUM_UPPER,
    LITHIUM_WORD,
    LOSS_OF_LITHIUM,
    LOSS_OF_MATERIAL_NE,
    LOSS_OF_MATERIAL_PE,
    MATERIAL_NE_LOWER,
    MATERIAL_NE_UPPER,
    MATERIAL_NE_WORD,
    MATERIAL_PE_LOWER,
    MATERIAL_PE_UPPER,
    MATERIAL_PE_WORD,
    NEGATIVE_EMPTY,
    NEGATIVE_FULL,
    OHMIC_DROP,
    PLATING,
    POSITIVE_EMPTY,
    POSITIVE_FULL,
    REASON,
    REFERENCE,
    STATE_OF_HEALTH,
)
from bdg_explore.rights import carry

from ..curves.branches import Branches, Direction, branches_of
from ..curves.slow_curves import slow_curves
from ..electrodes.potentials import HalfCellPair, potentials_of
from ..electrodes.shares import LITHIUM, NEGATIVE, POSITIVE, stoichiometries
from .choices import STOCK, Reference, fixed_sums, reference_of
from .of_one_cell import Choices, Fitted, Stock, fit_life, losses, words

_MODES: Final = {
    LITHIUM: (LOSS_OF_LITHIUM, LITHIUM_LOWER, LITHIUM_UPPER, LITHIUM_WORD),
    POSITIVE: (LOSS_OF_MATERIAL_PE, MATERIAL_PE_LOWER, MATERIAL_PE_UPPER, MATERIAL_PE_WORD),
    NEGATIVE: (LOSS_OF_MATERIAL_NE, MATERIAL_NE_LOWER, MATERIAL_NE_UPPER, MATERIAL_NE_WORD),
}
_FULL: Final = 0.995  # stoichiometry from which on the negative electrode counts as full


def degradation_modes(
    frame: pd.DataFrame,
    *,
    half_cells: HalfCellPair,
    direction: Direction | None = None,
    cycles: int | Iterable[int] | None = None,
    reference: Reference | None = None,
    fixed: Mapping[str, float] | None = None,
    ohmic: bool = False,
    derivative_weight: float = 0.0,
    intervals: bool = True,
    confidence: float = 0.95,
    tolerance_volt: float = 0.002,
    points: int = 500,
    hold_volt: float | None = 0.005,
    skip_share: float = 0.0,
    rest_current_ampere: float | None = None,
) -> pd.DataFrame:
    """Tell lithium lost from active material lost, by fitting half-cell curves to slow cycles.

    Parameters
    ----------
    frame : DataFrame
        A time series or a table of curves, as in `capacity_voltage`. The cycles must be slow, C/20
        or so: what is fitted is an equilibrium.
    half_cells : str or tuple
        A pair by the name of its cell design (``"chen2020"``, ``"prada2013"``; see
        `analysis.electrodes.DESIGNS`), or (negative, positive), each a name of
        `analysis.electrodes.HALF_CELLS` or a table of yours: stoichiometry (lithiated share of the
        sites, 0 to 1), potential against lithium [V].
    direction, cycles, hold_volt, skip_share, rest_current_ampere
        As in `capacity_voltage`.
    reference : int, mapping or DataFrame, optional
        What losses are counted from: a cycle; or capacities [Ah] under the names of the result's
        columns; or an earlier result, of which each cell's first row counts. A cycle need not be
        among `cycles`. The first of them that can be fitted, if not given.
    fixed : mapping, optional
        Modes that are known, as fractions of the reference: ``{"lam_pe": 0.0}`` where LAM_PE
        cannot be told, as for LFP. Names are `lli`, `lam_pe`, `lam_ne`.
    ohmic : bool
        Fit a constant ohmic drop [V] too, where the current is not quite nothing.
    derivative_weight : float
        Weight of the residual's derivative by charge, over that of the residual: dV/dQ is compared
        in volts per charge of the curve, over a fiftieth of it. 0 fits voltage alone; 0.02 to 0.1
        follow the graphite's steps more than the level of the voltage.
    intervals : bool
        Whether limits and identifiability are worked out; they take as long as the fit.
    confidence : float
        Of the limits.
    tolerance_volt : float
        Root mean square [V] by which two curves may differ and still count as alike: what the
        half-cell curves are good for. Identifiability is judged by it; or by what the fit misses
        the curve by, noise aside, where that is more.
    points : int
        A curve with more records is averaged over this many equal parts of its charge.

    Returns
    -------
    DataFrame
        One row a cell and cycle: `cell` (if given), `cycle_count`; LLI, LAM_PE and LAM_NE with
        lower and upper limit and identifiability; `state_of_health`; capacities of both electrodes
        and the lithium inventory [Ah]; stoichiometries x (negative) and y (positive) at the
        curve's empty and full end; N/P ratio, ohmic drop [V], RMSE [mV], `plating`, `converged`,
        what is the `reference`, and a `reason` where numbers are missing or doubtful.

    Raises
    ------
    FrameError
        The frame, or a half-cell table, does not hold what it must.
    UnknownNameError
        No half cell or pair has that name.
    ParameterError
        An argument lies out of range.
    MissingDataError
        A cycle that is asked for is not there.

    Notes
    -----
    At every charge the cell holds `Q_Li = x C_n + y C_p` and shows `U_p(y) - U_n(x)`. The four
    unknowns, written as free sites and lithium left at either end of the curve, are found by
    bounded least squares on V(Q), from many deterministic starts and, along a life, from the cycle
    before. Both electrodes stay within stoichiometry 0 to 1. Points that stand closer together than
    an even spread over charge would count for less, in the RMSE too: a table on a grid of voltages
    has most of its points where the curve is steep.

    Limits are those of the profile likelihood: a mode is moved, all else fitted anew, until the
    sum of squares has grown by the F quantile. Residuals that resemble their neighbours count for
    fewer, as many as they are independent: half-cell curves that are not those of the cell, or a
    cycle too fast, leave long waves, and wide limits. What such curves do without leaving a trace
    in the residuals, the limits cannot know. The reference's error is in them, except for a
    reference given as numbers. A limit that is never met stands where the search ends, at an
    electrode of thirteen times the curve's charge.

    Identifiability speaks of those: *identified*, if within `tolerance_volt` a mode could be
    moved by at most 5 percentage points either way; *weak* up to 8; else *not identifiable*, and
    the text says which values fit alike. The value is kept. In LFP the positive potential is flat,
    and LAM_PE is what cannot be told: fix it, or read the other two only.

    LLI counts all lithium that is gone: what side reactions took, and what was locked in material
    that was lost while it held lithium. Material lost while empty shows in LAM only. A curve cannot
    tell the two ways LAM came about; compare LLI with LAM times stoichiometry.

    `plating` is set where the negative electrode is full (x at least 0.995) at the full end: the
    lithium that still comes cannot enter.

    References
    ----------
    Dubarry, Truchot and Liaw 2012, J. Power Sources 219, 204, doi 10.1016/j.jpowsour.2012.07.016
    (the balance); Birkl et al. 2017, J. Power Sources 341, 373, doi 10.1016/j.jpowsour.2016.12.011
    (its fit to aged cells); Zou and Donner 2008, Stat. Med. 27, 1693 (limits of a ratio).

    Examples
    --------
    >>> import bdg_explore as bdg
    >>> hubs = bdg.open_hubs()
    >>> curves = hubs.table("curves", hubs.find("demo nmc811 25").index[0])
    >>> modes = bdg.degradation_modes(curves, half_cells="chen2020")  # doctest: +SKIP
    >>> bdg.views.degradation_modes(modes)  # doctest: +SKIP
    """
    negative, positive = potentials_of(half_cells)
    held = fixed_sums(fixed, derivative_weight, confidence, tolerance_volt, points, reference)
    asked = None if cycles is None else set(np.atleast_1d(np.asarray(cycles)).tolist())
    also = {reference} if isinstance(reference, int | np.integer) else set()
    branches = branches_of(
        frame,
        direction=direction,
        cycles=None if asked is None else sorted(asked | also),
        rest_current_ampere=rest_current_ampere,
        hold_volt=hold_volt,
        skip_share=skip_share,
    )
    sign = -1.0 if branches.direction == "discharge" else 1.0
    choices = Choices(
        negative,
        positive,
        sign if ohmic else 0.0,
        derivative_weight,
        held,
        intervals,
        confidence,
        tolerance_volt,
    )
    curves = slow_curves(branches, points)
    rows: list[dict[str, Any]] = []
    for which in np.unique(branches.cell):
        of_cell = np.flatnonzero(branches.cell == which)
        of_cell = of_cell[np.argsort(branches.cycle[of_cell], kind="stable")]
        numbers = branches.cycle[of_cell].tolist()
        name = None if branches.names is None else branches.names.iloc[which]
        base = reference_of(reference, name)
        fits, used = fit_life([curves[k] for k in of_cell], numbers, choices, base)
        rows += [
            {"curve": k, **_row(one, used, choices, base)}
            for k, number, one in zip(of_cell, numbers, fits, strict=True)
            if asked is None or number in asked
        ]
    return _table(branches, rows, frame)


def _row(one: Fitted, base: Stock | None, choices: Choices, asked: Any) -> dict[str, Any]:
    loss, limits = losses(one, base)
    said = words(one, base)
    row: dict[str, Any] = {}
    for k, (value, lower, upper, word) in _MODES.items():
        row |= {value: loss[k], lower: limits[k, 0], upper: limits[k, 1], word: said[k]}
    row[STATE_OF_HEALTH] = one.stock.charge / base.charge if base is not None else np.nan
    row |= {name: one.stock.held[k] for k, name in STOCK.items()}
    x0, x100, y0, y100 = (float(s) for s in stoichiometries(one.shares))
    row |= {NEGATIVE_EMPTY: x0, NEGATIVE_FULL: x100, POSITIVE_EMPTY: y0, POSITIVE_FULL: y100}
    row[ELECTRODE_RATIO] = one.stock.held[NEGATIVE] / one.stock.held[POSITIVE]
    row[OHMIC_DROP] = one.shares[4] if choices.drop_sign else np.nan
    row[FIT_RMSE] = 1e3 * one.rmse
    row |= {PLATING: x100 >= _FULL, CONVERGED: one.converged}
    row[REFERENCE] = base.name if base is not None else ""
    reason = one.reason
    if base is None and not reason:
        reason = f"no curve of the reference, cycle {asked}, could be fitted"
    row[REASON] = reason or _beyond(choices, (x0, x100), (y100, y0))
    return row


def _beyond(choices: Choices, x: tuple[float, float], y: tuple[float, float]) -> str:
    """Say where a fit needs more of a half-cell curve than was measured."""
    for half, (least, most), name in (
        (choices.negative, x, "negative"),
        (choices.positive, y, "positive"),
    ):
        if least < half.low - 0.005 or most > half.high + 0.005:
            return (
                f"the {name} electrode runs from {least:.2f} to {most:.2f}, its half-cell curve "
                f"from {half.low:.2f} to {half.high:.2f} only"
            )
    return ""


def _table(branches: Branches, rows: list[dict[str, Any]], frame: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["curve", *_row_names()])
    at = table.pop("curve").to_numpy(dtype=np.intp)
    labels = {name: pd.Series(values) for name, values in branches.labels(1).items()}
    for place, (name, values) in enumerate(labels.items()):
        table.insert(place, name, values.iloc[at].reset_index(drop=True))
    for name in (PLATING, CONVERGED):
        table[name] = table[name].astype(bool)
    for name in (REFERENCE, REASON, *(mode[3] for mode in _MODES.values())):
        table[name] = table[name].astype("str")
    numbers = [name for name in table.columns if name not in (CELL, CYCLE)]
    for name in numbers:
        if table[name].dtype == object:
            table[name] = table[name].astype(np.float64)
    table.attrs = {}
    return carry(frame, table)


def _row_names() -> list[str]:
    modes = [name for mode in _MODES.values() for name in mode]
    return [
        *modes,
        STATE_OF_HEALTH,
        *STOCK.values(),
        NEGATIVE_EMPTY,
        NEGATIVE_FULL,
        POSITIVE_EMPTY,
        POSITIVE_FULL,
        ELECTRODE_RATIO,
        OHMIC_DROP,
        FIT_RMSE,
        PLATING,
        CONVERGED,
        REFERENCE,
        REASON,
    ]
