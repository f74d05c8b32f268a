"""Knees: the cycle from which capacity fades faster, if there is one."""

from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    AUTOCORRELATION,
    BEND_END,
    CELL,
    CENSORED,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    EVIDENCE,
    KNEE,
    KNEE_CAPACITY,
    KNEE_HEALTH,
    KNEE_LOWER,
    KNEE_UPPER,
    LAST_CYCLE,
    MEASURED,
    METHOD,
    ONSET,
    ONSET_LOWER,
    ONSET_REASON,
    ONSET_UPPER,
    REASON,
    SLOPE_AFTER,
    SLOPE_BEFORE,
    STRAY,
)
from bdg_explore.errors import ParameterError, did_you_mean
from bdg_explore.frames import not_unfinished
from bdg_explore.rights import carry

from ..records.by_cell import check_capacities, rows_by_cell
from ..records.from_frames import numbers_of
from ..records.per_cell import Reference
from .health import NamedReference, state_of_health
from .knee_of_one import Choices, Knee, Method, knee_of

Floats = NDArray[np.float64]


def find_knee(
    cycles: pd.DataFrame,
    *,
    method: Method = "bacon_watts",
    evidence: float = 10.0,
    margin: float = 0.05,
    outliers: float | None = 0.2,
    smoothing_cycles: int | None = None,
    tangent_share: float = 0.2,
    confidence: float = 0.95,
    reference_ah: Reference | None = None,
    reference: NamedReference | None = None,
    first_cycles: int = 40,
    complete_only: bool = True,
    capacity: str = CYCLE_DISCHARGING_CAPACITY,
) -> pd.DataFrame:
    """Find the cycle at which each cell begins to fade faster, or say why there is none.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle, in any order; with a column `cell`, of many cells.
    method : {"bacon_watts", "kneedle", "bisector"}
        How the knee is placed. *bacon_watts*: the break of the best line broken once, and the
        onset, the first break of the best line broken twice. *kneedle*: where the curve lies
        farthest above its chord. *bisector*: where the bisector of the first and the last tangent
        meets the curve. They answer different questions; tell which one was asked.
    evidence : float
        By how much a broken line must improve the Bayesian information criterion over a straight
        one for a knee to be believed, and two breaks over one for an onset.
    margin : float
        Share of the record, at its begin and at its end, in which no knee is believed.
    outliers : float, optional
        Pass over cycles that lie farther from the median of the 11 around them than this share of
        the fade, and than six robust standard deviations; None passes over nothing. Below 100
        cycles it is 5 around them, and the first and last two stay.
    smoothing_cycles : int, optional
        Length of the running straight-line fit [cycles] through which *kneedle* and *bisector* see
        the curve; a twentieth of the cycles if not given, 1 for none. *bacon_watts* takes the
        points as measured, for smoothed ones would look like more evidence than there is.
    tangent_share : float
        Share of the record to which *bisector* fits each tangent.
    confidence : float
        Level of the intervals.
    reference_ah, reference, first_cycles
        The reference of `state_of_health`; only for `knee_state_of_health`, it moves no knee.
    complete_only : bool
        Pass over cycles whose `complete` is False, where the frame has that column.
    capacity : str
        Column that holds the capacity [Ah].

    Returns
    -------
    DataFrame
        One row a cell (index `cell`, or one row if there is no such column): `knee_cycle` with
        `knee_lower_cycle` and `knee_upper_cycle`; `knee_capacity_ah` [Ah] and, with a reference,
        `knee_state_of_health` there; `slope_before_ah_per_cycle` and `slope_after_ah_per_cycle`
        [Ah a cycle, negative falls] of the line broken once; `onset_cycle` with its limits, and
        `bend_end_cycle`, the second of the two breaks; `bic_improvement` and
        `residual_autocorrelation` of the line broken once; `measured_count` and `stray_count`, how
        many cycles had a capacity and how many of them were passed over; `censored`, True where
        there is no knee up to `last_cycle`; `method`; `reason` and `onset_reason`, empty or why
        there is no knee or no onset. What there is not is missing, never a number.

    Raises
    ------
    FrameError
        If a column is missing or holds no numbers.
    ParameterError
        If an argument is out of range.
    UnknownNameError
        If the reference lacks a cell.

    Notes
    -----
    The model is Bacon and Watts' with a sharp transition, ``a0 + a1 (k - k1) + a2 |k - k1|``, and
    with a second such term for the onset, as in [1]_. For given breaks it is linear, so every
    measured cycle, or every pair of them, is compared as break by least squares, none is guessed;
    blocks of pairs are left out only where three free lines already fit worse. The best is then
    refined between its neighbours, to a hundredth of a cycle.

    A knee is believed, whatever the method, if in the points as measured the line broken once
    beats the straight one by `evidence`, falls before the break and falls faster after it, and the
    break lies within `margin`. A cell without one is censored at its last cycle: it may bend later.

    The intervals hold the breaks whose sum of squares is not worse than the best by an F test of
    one degree of freedom (profile likelihood). They take residuals for independent; a smooth fade
    leaves correlated ones, which `residual_autocorrelation` tells, and then a broken line is an
    approximation and its interval says how sharply it is placed, not that the cell bends there. The
    limits of the onset are rounded outwards to the next measured cycle. Methods other than
    *bacon_watts* have no interval and no onset.

    References
    ----------
    .. [1] Fermín-Cueto et al., Energy and AI 1 (2020) 100006, doi 10.1016/j.egyai.2020.100006.
    .. [2] Bacon and Watts, Biometrika 58 (1971) 525, doi 10.1093/biomet/58.3.525.
    .. [3] Satopää et al., Finding a "Kneedle" in a haystack, ICDCSW 2011, 166,
       doi 10.1109/ICDCSW.2011.20.

    Examples
    --------
    >>> import bdg_explore as bdg
    >>> import pandas as pd
    >>> fade = [1 - 1e-4 * min(k, 600) - 1e-3 * max(k - 600, 0) for k in range(1, 801)]
    >>> cycles = pd.DataFrame({"cycle_count": range(1, 801), "cycle_discharging_capacity_ah": fade})
    >>> float(bdg.find_knee(cycles)["knee_cycle"].iloc[0].round(1))
    600.0
    >>> bdg.find_knee(cycles[:600])["reason"].iloc[0]  # doctest: +ELLIPSIS
    'a straight line does as well up to cycle 600: ...'
    """
    check_capacities(cycles, capacity)
    _check_choices(method, evidence, margin, outliers, smoothing_cycles, tangent_share, confidence)
    numbers = cycles[CYCLE].to_numpy(dtype=np.float64)
    amounts = numbers_of(cycles, capacity).astype(np.float64)
    usable = np.isfinite(amounts)
    if complete_only:
        usable &= not_unfinished(cycles)
    choices = Choices(
        method, evidence, margin, outliers, smoothing_cycles, tangent_share, confidence
    )
    found, rows_of = {}, {}
    for name, rows in rows_by_cell(cycles):
        rows = rows[usable[rows]]
        found[name] = knee_of(numbers[rows], amounts[rows], choices)
        rows_of[name] = rows
    table = _table(list(found.values()), method)
    if CELL in cycles.columns:
        table.index = pd.Index(list(found), name=CELL)
    if reference_ah is not None or reference is not None:
        health = state_of_health(
            cycles,
            reference_ah=reference_ah,
            reference=reference,
            first_cycles=first_cycles,
            capacity=capacity,
        ).to_numpy(dtype=np.float64)
        base = [_base(amounts[rows], health[rows]) for rows in rows_of.values()]
        at = list(table.columns).index(KNEE_CAPACITY) + 1
        table.insert(at, KNEE_HEALTH, table[KNEE_CAPACITY].to_numpy() / np.array(base))
    return carry(cycles, table)


def _table(knees: list[Knee], method: str) -> pd.DataFrame:
    columns = {
        KNEE: [k.at for k in knees],
        KNEE_LOWER: [k.lower for k in knees],
        KNEE_UPPER: [k.upper for k in knees],
        KNEE_CAPACITY: [k.capacity for k in knees],
        SLOPE_BEFORE: [k.before for k in knees],
        SLOPE_AFTER: [k.after for k in knees],
        ONSET: [k.onset for k in knees],
        ONSET_LOWER: [k.onset_lower for k in knees],
        ONSET_UPPER: [k.onset_upper for k in knees],
        BEND_END: [k.end for k in knees],
        EVIDENCE: [k.evidence for k in knees],
        AUTOCORRELATION: [k.autocorrelation for k in knees],
        LAST_CYCLE: [k.last for k in knees],
    }
    table = pd.DataFrame(columns, dtype=np.float64)
    table[MEASURED] = np.array([k.measured for k in knees], dtype=np.int64)
    table[STRAY] = np.array([k.stray for k in knees], dtype=np.int64)
    table[CENSORED] = table[KNEE].isna()
    table[METHOD] = pd.Series([method] * len(knees), dtype="str")
    table[REASON] = pd.Series([k.reason for k in knees], dtype="str")
    table[ONSET_REASON] = pd.Series([k.onset_reason for k in knees], dtype="str")
    return table


def _base(amounts: Floats, health: Floats) -> float:
    """Return the reference that stands behind state of health, the same in every row of a cell."""
    good = np.flatnonzero(np.isfinite(health) & (health != 0))
    return float(amounts[good[0]] / health[good[0]]) if len(good) else np.nan


def _check_choices(
    method: str,
    evidence: float,
    margin: float,
    outliers: float | None,
    smoothing_cycles: int | None,
    tangent_share: float,
    confidence: float,
) -> None:
    known = get_args(Method)
    if method not in known:
        raise ParameterError(
            f"method must be one of {', '.join(known)}, not {method!r}."
            f"{did_you_mean(str(method), known)}"
        )
    wanted = (
        (evidence >= 0, f"evidence is a difference of BIC, for instance 10, not {evidence!r}."),
        (0 <= margin < 0.5, f"margin is a share of the record below one half, not {margin!r}."),
        (
            outliers is None or outliers > 0,
            f"outliers is a positive share of the fade, or None for none, not {outliers!r}.",
        ),
        (
            smoothing_cycles is None or smoothing_cycles >= 1,
            f"smoothing_cycles must be at least 1 (none), not {smoothing_cycles!r}.",
        ),
        (
            method != "bacon_watts" or smoothing_cycles in (None, 1),
            "bacon_watts takes the points as measured: leave out smoothing_cycles, or choose "
            "kneedle or bisector.",
        ),
        (
            0 < tangent_share <= 0.5,
            f"tangent_share is a share of the record up to one half, not {tangent_share!r}.",
        ),
        (
            0 < confidence < 1,
            f"confidence lies between 0 and 1, for instance 0.95: {confidence!r}.",
        ),
    )
    for sound, message in wanted:
        if not sound:
            raise ParameterError(message)
