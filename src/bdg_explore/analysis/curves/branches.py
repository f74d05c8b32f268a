"""The branches of curves: of each cycle its charge or its discharge, voltage against capacity."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    CHARGING_CAPACITY,
    CURRENT,
    CYCLE,
    DISCHARGING_CAPACITY,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import MissingDataError, ParameterError
from bdg_explore.frames import CURVES, TIMESERIES, check_frame

from ..records.arrays import Floats, Ints, Rows, extremes, joined, largest, run_starts
from ..records.by_cell import records_by_cell
from ..records.cycle_order import numbered
from ..records.from_frames import Columns, records_of, rest_current
from .cutting import cut_branches

Direction = Literal["charge", "discharge"]
CAPACITIES: Final[dict[str, str]] = {
    "discharge": DISCHARGING_CAPACITY,
    "charge": CHARGING_CAPACITY,
}


@dataclass(frozen=True)
class Branches:
    """One direction of many cycles, point by point; curve after curve, each in order of time.

    Attributes
    ----------
    direction : {"charge", "discharge"}
        Which.
    voltage, moved : ndarray
        Voltage [V] of every point, and the charge that passed since the point before it or, at a
        curve's first point, since the half cycle began [Ah].
    starts : ndarray of int
        First point of each curve.
    cycle, cell : ndarray of int
        Of each curve, its cycle number and the position of its cell in `names`.
    whole : ndarray of bool
        False for a curve with a gap that matters; see `capacity_voltage`.
    names : Series or None
        The cells, in the type the caller gave; None if there is no such column.
    grid : ndarray or None
        The even voltages on which every curve of a table stands already.
    """

    direction: Direction
    voltage: Floats
    moved: Floats
    starts: Ints
    cycle: Ints
    cell: Ints
    whole: NDArray[np.bool_]
    names: "pd.Series[Any] | None" = None
    grid: Floats | None = None

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def counts(self) -> Ints:
        """Number of points of each curve."""
        return np.diff(self.starts, append=len(self.voltage))

    @property
    def ends(self) -> Ints:
        """Last point of each curve."""
        return self.starts + self.counts - 1

    @property
    def capacity_name(self) -> str:
        """Column of the capacity."""
        return CAPACITIES[self.direction]

    def labels(self, points: "int | Ints") -> dict[str, Any]:
        """Return the columns `cell` (if there is one) and `cycle_count` of a long table."""
        columns: dict[str, Any] = {}
        if self.names is not None:
            columns[CELL] = self.names.take(np.repeat(self.cell, points)).reset_index(drop=True)
        columns[CYCLE] = np.repeat(self.cycle, points)
        return columns

    def without_points(self) -> "Branches":
        """Return what is known of the curves but their points, which may be many."""
        return replace(self, voltage=np.zeros(0), moved=np.zeros(0))


def branches_of(
    frame: pd.DataFrame,
    *,
    direction: Direction | None,
    cycles: int | Iterable[int] | None,
    rest_current_ampere: float | None,
    hold_volt: float | None,
    skip_share: float,
) -> Branches:
    """Cut the half cycles out of a time series, or take them from a table of curves.

    Parameters
    ----------
    frame : DataFrame
        Records or curves; the other arguments are those of `capacity_voltage`.

    Returns
    -------
    Branches
        Those with two points or more.
    """
    if not 0 <= skip_share < 1:
        raise ParameterError(f"skip_share is a fraction from 0 to below 1, not {skip_share!r}.")
    if hold_volt is not None and not 0 <= hold_volt < np.inf:
        raise ParameterError(f"hold_volt is a voltage [V], 0 or more, or None, not {hold_volt!r}.")
    if direction is not None and direction not in CAPACITIES:
        raise ParameterError(f"direction must be 'charge' or 'discharge', not {direction!r}.")
    has = set(frame.columns)
    curves = not {TEST_TIME, CURRENT} <= has and bool({*CAPACITIES.values()} & has)
    check_frame(frame, CURVES if curves else replace(TIMESERIES, rules=()))
    if curves:
        direction = direction or ("discharge" if DISCHARGING_CAPACITY in has else "charge")
        if CAPACITIES[direction] not in has:
            raise MissingDataError(
                f"This table of curves has no {CAPACITIES[direction]}. Ask for the other direction."
            )
    names, cells = records_by_cell(frame)
    way: Direction = direction or "discharge"
    wanted = None if cycles is None else numbers_asked(cycles)
    seen: list[Ints] = []
    found: list[tuple[Floats, Floats, Ints, Ints, NDArray[np.bool_]]] = []
    for columns, rows in cells:
        numbers = columns.get(CYCLE)
        if numbers is None:
            numbers = numbered(columns[TEST_TIME], columns[CURRENT])
        starts = run_starts(numbers)
        seen.append(np.asarray(numbers[starts], dtype=np.int64))
        columns, starts, rows = _chosen({**columns, CYCLE: numbers}, starts, rows, wanted)
        part = _of_table if curves else _of_records
        options = (rest_current_ampere, hold_volt, skip_share)
        voltage, moved, first, whole = part(columns, starts, rows, way, options)
        of_cycle = np.searchsorted(starts, first[:, 1], side="right") - 1
        cycle = np.asarray(columns[CYCLE][starts][of_cycle], dtype=np.int64)
        found.append((voltage, moved, first[:, 0], cycle, whole))
    _check_cycles(wanted, np.concatenate(seen))
    counts = [len(cycle) for *_, cycle, _ in found]
    before = np.cumsum([0, *(len(voltage) for voltage, *_ in found)])
    return Branches(
        way,
        joined([voltage for voltage, *_ in found]),
        joined([moved for _, moved, *_ in found]),
        joined([f[2] + begin for f, begin in zip(found, before[:-1], strict=True)]),
        joined([f[3] for f in found]),
        np.repeat(np.arange(len(counts)), counts),
        joined([f[4] for f in found]),
        None if names is None else pd.Series(names, dtype=frame[CELL].dtype),
        _even_grid([columns for columns, _ in cells]) if curves else None,
    )


def numbers_asked(cycles: int | Iterable[int]) -> Ints:
    """Return the numbers of the cycles asked for, each once, in rising order."""
    asked = np.array(list(cycles) if isinstance(cycles, Iterable) else [cycles])
    if len(asked) and not (asked.dtype.kind in "iuf" and (asked == np.round(asked)).all()):
        raise ParameterError(
            f"cycles are numbers of cycles, for instance 10 or [10, 100], not {cycles!r}."
        )
    return np.unique(asked.astype(np.int64))


def _chosen(columns: Columns, starts: Ints, rows: Rows, wanted: Any) -> tuple[Columns, Ints, Rows]:
    """Return the records of the wanted cycles, where each cycle begins, and the caller's rows."""
    if wanted is None:
        return columns, starts, rows
    numbers = columns[CYCLE]
    counts = np.diff(starts, append=len(numbers))
    keep = np.isin(numbers[starts], wanted)
    some = np.repeat(keep, counts)
    starts = np.cumsum([0, *counts[keep]])[:-1].astype(np.int64)
    return {name: values[some] for name, values in columns.items()}, starts, np.asarray(rows)[some]


def _check_cycles(wanted: Any, seen: Ints) -> None:
    missing = [] if wanted is None else np.setdiff1d(wanted, seen).tolist()
    if missing:
        span = f"{np.min(seen)} to {np.max(seen)}" if len(seen) else "none"
        raise MissingDataError(
            f"No cycle has the number {', '.join(map(str, missing[:5]))}; there are {span}."
        )


def _of_records(
    columns: Columns, starts: Ints, rows: Rows, direction: Direction, options: Any
) -> tuple[Floats, Floats, Ints, NDArray[np.bool_]]:
    rest, hold_volt, skip_share = options
    records = records_of(columns, starts, rows)
    most = 0.0 if rest is not None else largest(*extremes(records.current, starts)[:2])
    rest = rest_current(rest, most)
    sign = 1.0 if direction == "charge" else -1.0
    return cut_branches(records, sign, rest=rest, hold_volt=hold_volt, skip_share=skip_share)


def _of_table(
    columns: Columns,
    starts: Ints,
    caller_rows: Rows,  # noqa: ARG001
    direction: Direction,
    options: Any,  # noqa: ARG001
) -> tuple[Floats, Floats, Ints, NDArray[np.bool_]]:
    """Take the points of a table of curves, each curve turned so that its capacity grows."""
    voltage = np.asarray(columns[VOLTAGE], dtype=np.float64)
    charge = np.asarray(columns[CAPACITIES[direction]], dtype=np.float64)
    rows = np.flatnonzero(np.isfinite(voltage) & np.isfinite(charge))
    curve = np.searchsorted(starts, rows, side="right") - 1
    counts = np.bincount(curve, minlength=len(starts))
    rows = rows[np.repeat(counts, counts) > 1]
    counts = np.where(counts > 1, counts, 0)
    starts_here = (np.cumsum(counts) - counts)[counts > 0]
    counts = counts[counts > 0]
    ends = starts_here + counts - 1
    falls = charge[rows[ends]] < charge[rows[starts_here]]
    if falls.any():
        place = np.arange(len(rows))
        turned = np.repeat(falls, counts)
        place[turned] = (np.repeat(starts_here + ends, counts) - place)[turned]
        rows = rows[place]
    first = np.stack([starts_here, rows[starts_here]], axis=1)
    moved = np.diff(charge[rows], prepend=0.0)
    moved[starts_here] = charge[rows[starts_here]]
    return voltage[rows], moved, first, np.ones(len(counts), dtype=bool)


def _even_grid(cells: list[Columns]) -> Floats | None:
    """Return the voltages that all curves of a table share, if they do and stand evenly."""
    first = None
    for columns in cells:
        voltage, starts = columns[VOLTAGE], run_starts(columns[CYCLE])
        if not len(voltage):
            continue
        count = int(starts[1]) if len(starts) > 1 else len(voltage)
        if first is None:
            first = np.asarray(voltage[:count], dtype=np.float64)
        if len(first) != count or len(voltage) % count or count < 3:
            return None
        if not np.array_equal(np.asarray(voltage, dtype=np.float64).reshape(-1, count)[0], first):
            return None
        if not (voltage.reshape(-1, count) == voltage[:count]).all():
            return None
    if first is None:
        return None
    steps = np.diff(first)
    even = np.allclose(steps, steps.mean(), rtol=1e-4, atol=0.0) and steps.mean() != 0
    return first if even else None
