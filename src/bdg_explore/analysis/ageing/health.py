"""State of health and end of life: capacity over a reference that is always named."""

from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    CENSORED,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    END_OF_LIFE,
    FIRST_TOUCH,
    INTERPOLATED,
    LAST_CYCLE,
    NOMINAL_CAPACITY,
    STATE_OF_HEALTH,
    SUSTAINED,
    THRESHOLD,
)
from bdg_explore.errors import FrameError, ParameterError, UnknownNameError, did_you_mean
from bdg_explore.frames import not_unfinished
from bdg_explore.rights import carry

from ..records.by_cell import check_capacities, rows_by_cell
from ..records.from_frames import numbers_of
from ..records.per_cell import Reference, per_cell

NamedReference = Literal["nominal", "initial", "median_first"]
NAMED: Final = ("nominal", "initial", "median_first")

_COLUMNS: Final = {
    END_OF_LIFE: "float64",
    FIRST_TOUCH: "float64",
    SUSTAINED: "float64",
    INTERPOLATED: "float64",
    CENSORED: "bool",
    LAST_CYCLE: "float64",
    THRESHOLD: "float64",
}


def state_of_health(
    cycles: pd.DataFrame,
    *,
    reference_ah: Reference | None = None,
    reference: NamedReference | None = None,
    first_cycles: int = 40,
    capacity: str = CYCLE_DISCHARGING_CAPACITY,
) -> pd.Series:
    """Return capacity over a named reference, cycle by cycle.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle; with a column `cell`, of many cells.
    reference_ah : float, mapping or Series, optional
        The reference [Ah], one for all or one a cell.
    reference : {"nominal", "initial", "median_first"}, optional
        Or its name: *nominal* is the column `nominal_capacity_ah` of the frame; *initial* the
        first complete cycle of each cell; *median_first* the median of its `first_cycles` first.
    first_cycles : int
        How many cycles *median_first* takes.
    capacity : str
        Column that holds the capacity [Ah].

    Returns
    -------
    Series
        `state_of_health`, a fraction, with the index of `cycles`. Not clipped at 1; missing where
        the capacity or its reference is, or where the reference named is not positive.

    Raises
    ------
    ParameterError
        If no reference is given, or two are.
    UnknownNameError
        If the reference lacks a cell.
    """
    check_capacities(cycles, capacity)
    base = _positive_reference(cycles, reference_ah, reference, first_cycles, capacity)
    health = numbers_of(cycles, capacity) / base.to_numpy(dtype=np.float64)
    return pd.Series(health, index=cycles.index, name=STATE_OF_HEALTH)


def end_of_life(
    cycles: pd.DataFrame,
    *,
    reference_ah: Reference | None = None,
    reference: NamedReference | None = None,
    threshold: float | None = None,
    threshold_ah: float | None = None,
    sustained: int = 3,
    first_cycles: int = 40,
    complete_only: bool = True,
    capacity: str = CYCLE_DISCHARGING_CAPACITY,
) -> pd.DataFrame:
    """Find the cycle at which each cell falls below a threshold for good.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle; with a column `cell`, of many cells.
    reference_ah, reference, first_cycles
        The reference of `state_of_health`.
    threshold : float, optional
        Fraction of the reference; 0.8 if neither this nor `threshold_ah` is given.
    threshold_ah : float, optional
        The threshold itself [Ah]; needs no reference.
    sustained : int
        How many cycles in a row must lie below it.
    complete_only : bool
        Pass over cycles whose `complete` is False, where the frame has that column.
    capacity : str
        Column that holds the capacity [Ah].

    Returns
    -------
    DataFrame
        One row a cell (index `cell`, or one row if there is no such column):
        `end_of_life_cycle`, the sustained crossing, or the last cycle where `censored`;
        `first_touch_cycle`, the first cycle below; `sustained_cycle`, the first of `sustained`
        cycles in a row below; `interpolated_cycle`, where the straight line between the cycles
        before and at the sustained crossing meets the threshold; `censored`, True where there is
        no sustained crossing; `last_cycle`; `threshold_ah`. What did not happen is missing.

    Raises
    ------
    ParameterError
        If arguments contradict each other or lie out of range.
    UnknownNameError
        If the reference lacks a cell.

    Notes
    -----
    Below is strict, ``Q < threshold``. A cell is censored if its record ends before it has stayed
    below for `sustained` cycles; one that stopped at its first cycle below has a
    `first_touch_cycle` equal to its `last_cycle`. Cycles without a capacity are passed over, so
    neighbours are neighbours among the measured cycles.
    """
    check_capacities(cycles, capacity)
    if not (isinstance(sustained, int | np.integer) and sustained >= 1):
        raise ParameterError(f"sustained is a number of cycles, at least 1, not {sustained!r}.")
    limits = _thresholds(
        cycles, reference_ah, reference, first_cycles, capacity, threshold, threshold_ah
    )
    numbers = cycles[CYCLE].to_numpy(dtype=np.float64)
    amounts = numbers_of(cycles, capacity).astype(np.float64)
    measured = np.isfinite(amounts)
    if complete_only:
        measured &= not_unfinished(cycles)
    found = {}
    for name, rows in rows_by_cell(cycles):
        rows = rows[measured[rows]]
        rows = rows[np.argsort(numbers[rows], kind="stable")]
        limit = limits[rows[0]] if len(rows) else np.nan
        if len(rows) and np.isnan(limit):
            whose = "" if name is None else f" of cell {name!r}"
            raise UnknownNameError(
                f"The reference{whose} is not known or not positive, nor is the end of life "
                "then. Give reference_ah for it, or leave the cell out."
            )
        found[name] = _crossings(numbers[rows], amounts[rows], float(limit), sustained)
    table = pd.DataFrame(list(found.values()), columns=list(_COLUMNS)).astype(_COLUMNS)
    if CELL in cycles.columns:
        table.index = pd.Index(list(found), name=CELL)
    return carry(cycles, table)


def _crossings(
    numbers: NDArray[np.float64], amounts: NDArray[np.float64], limit: float, sustained: int
) -> dict[str, float | bool]:
    """Return the row of one cell, whose measured cycles are given in order."""
    below = amounts < limit
    last = numbers[-1] if len(numbers) else np.nan
    touches = np.flatnonzero(below)
    inside = np.concatenate(([0], np.cumsum(below)))
    whole = max(len(inside) - sustained, 0)  # a record too short for one run has none
    stays = np.flatnonzero(inside[sustained:] - inside[:whole] == sustained)
    row: dict[str, float | bool] = {
        END_OF_LIFE: last,
        FIRST_TOUCH: numbers[touches[0]] if len(touches) else np.nan,
        SUSTAINED: np.nan,
        INTERPOLATED: np.nan,
        CENSORED: not len(stays),
        LAST_CYCLE: last,
        THRESHOLD: limit,
    }
    if len(stays):
        k = int(stays[0])
        row[END_OF_LIFE] = row[SUSTAINED] = numbers[k]
        if k > 0:  # the cycle before lies at or above the threshold, or an earlier run would do
            share = (amounts[k - 1] - limit) / (amounts[k - 1] - amounts[k])
            row[INTERPOLATED] = numbers[k - 1] + share * (numbers[k] - numbers[k - 1])
    return row


def _positive_reference(
    cycles: pd.DataFrame,
    reference_ah: Reference | None,
    reference: NamedReference | None,
    first_cycles: int,
    capacity: str,
) -> "pd.Series[float]":
    """Return the reference of each row [Ah]; NaN where it is none, as a nominal capacity of 0."""
    base = _reference(cycles, reference_ah, reference, first_cycles, capacity)
    return base.where((base > 0) & np.isfinite(base))


def _reference(
    cycles: pd.DataFrame,
    reference_ah: Reference | None,
    reference: NamedReference | None,
    first_cycles: int,
    capacity: str,
) -> "pd.Series[float]":
    if (reference_ah is None) == (reference is None):
        raise ParameterError(
            "State of health needs one named reference: reference_ah=<Ah, or one a cell>, or "
            f"reference= one of {', '.join(NAMED)}. "
            + ("Neither was given." if reference is None else "Both were given.")
        )
    if reference_ah is not None:
        return per_cell(cycles, reference_ah, "reference_ah")
    if reference not in NAMED:
        raise ParameterError(
            f"reference must be one of {', '.join(NAMED)}, not {reference!r}."
            f"{did_you_mean(str(reference), NAMED)}"
        )
    if reference == "nominal":
        if NOMINAL_CAPACITY not in cycles.columns:
            raise FrameError(
                f"reference='nominal' needs a column {NOMINAL_CAPACITY}. Give "
                "reference_ah=cells['nominal_capacity_ah'] instead, one value a cell."
            )
        return pd.Series(numbers_of(cycles, NOMINAL_CAPACITY), cycles.index, dtype="float64")
    if not (isinstance(first_cycles, int | np.integer) and first_cycles >= 1):
        raise ParameterError(
            f"first_cycles is a number of cycles, 1 or more, not {first_cycles!r}."
        )
    usable = cycles[capacity].notna().to_numpy() & not_unfinished(cycles)
    ordered = cycles.loc[usable].sort_values(CYCLE, kind="stable")
    count = 1 if reference == "initial" else first_cycles
    if CELL not in cycles.columns:
        return pd.Series(ordered[capacity].head(count).median(), index=cycles.index)
    first = ordered.groupby(CELL, observed=True, sort=False).head(count)
    base = first.groupby(CELL, observed=True)[capacity].median()
    return cycles[CELL].map(base.to_dict()).astype("float64")


def _thresholds(
    cycles: pd.DataFrame,
    reference_ah: Reference | None,
    reference: NamedReference | None,
    first_cycles: int,
    capacity: str,
    threshold: float | None,
    threshold_ah: float | None,
) -> NDArray[np.float64]:
    """Return the threshold of each row [Ah]."""
    if threshold_ah is None:
        share = 0.8 if threshold is None else threshold
        if not (isinstance(share, int | float | np.number) and 0 < share < 1.5):
            raise ParameterError(
                f"threshold is a fraction of the reference, for instance 0.8; {share!r} is not. "
                "Give a capacity in Ah as threshold_ah."
            )
        base = _positive_reference(cycles, reference_ah, reference, first_cycles, capacity)
        return np.asarray(share * base.to_numpy(dtype=np.float64), dtype=np.float64)
    if threshold is not None or reference_ah is not None or reference is not None:
        raise ParameterError(
            "threshold_ah says it all: leave out threshold and reference, or give those two."
        )
    if not (isinstance(threshold_ah, int | float | np.number) and 0 < threshold_ah < np.inf):
        raise ParameterError(f"threshold_ah must be positive, not {threshold_ah!r}.")
    return np.full(len(cycles), float(threshold_ah))
