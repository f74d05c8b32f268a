"""The first cycles of one cell: all that its features may look at."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import CYCLE, START_TIME
from bdg_explore.errors import MissingDataError

from ..records.arrays import Floats
from ..records.by_cell import rows_by_cell
from .early_curves import Differences, Window


@dataclass(frozen=True)
class EarlyLife:
    """What one cell did inside the window; every question that has no answer raises.

    Attributes
    ----------
    window : Window
        Which cycles these are.
    numbers : ndarray
        Cycle numbers, increasing, each once.
    columns : dict of ndarray
        One value a cycle; NaN where there is none.
    voltage, difference : ndarray
        Grid [V], falling or rising, and ΔQ [Ah] on it, without points that were not measured.
    no_difference : str
        Why there is no ΔQ; empty where there is one.
    """

    window: Window
    numbers: Floats
    columns: dict[str, Floats]
    voltage: Floats
    difference: Floats
    no_difference: str = ""

    def measured(self, name: str, *, least: int = 1) -> tuple[Floats, Floats]:
        """Return the cycles that have a value, and the values; at least so many."""
        values = self.whole(name)
        known = np.isfinite(values)
        if known.sum() < least:
            raise MissingDataError(
                f"{name}: {known.sum()} of {least} cycles that are needed have a value"
            )
        return self.numbers[known], values[known]

    def at(self, name: str, cycle: int) -> float:
        """Return the value of one cycle."""
        return float(self.each(name, cycle, cycle)[0])

    def each(self, name: str, first: int, last: int) -> Floats:
        """Return the values of cycles that must all have one."""
        wanted = np.arange(first, min(last, self.window.last) + 1)
        place = np.searchsorted(self.numbers, wanted)
        there = place < len(self.numbers)
        there[there] = self.numbers[place[there]] == wanted[there]
        values = np.full(len(wanted), np.nan)
        values[there] = self.whole(name)[place[there]]
        lacking = wanted[~np.isfinite(values)]
        if len(lacking):
            more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
            raise MissingDataError(f"{name}: no value at cycle {lacking[0]}{more}")
        return values

    def between(self, first: int, last: int) -> "EarlyLife":
        """Return the same of fewer cycles."""
        inside = (self.numbers >= first) & (self.numbers <= last)
        return replace(
            self,
            window=Window(first, last, self.window.early),
            numbers=self.numbers[inside],
            columns={name: values[inside] for name, values in self.columns.items()},
        )

    def delta(self) -> Floats:
        """Return ΔQ [Ah] at all voltages that both curves reach."""
        if self.no_difference:
            raise MissingDataError(self.no_difference)
        return self.difference

    def whole(self, name: str) -> Floats:
        """Return one value a cycle, NaN where there is none."""
        if name not in self.columns:
            raise MissingDataError(f"{name}: the cycles have no such column")
        return self.columns[name]


def early_lives(
    cycles: pd.DataFrame,
    values: dict[str, Floats],
    curves: pd.DataFrame | None,
    window: Window,
    usable: NDArray[np.bool_],
) -> Iterable[tuple[Any, "EarlyLife | str"]]:
    """Yield each cell's name and its window, or why it has none.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle.
    values : dict of ndarray
        What features are made of, one value a row of `cycles`.
    curves : DataFrame, optional
        Time series or table of curves.
    window : Window
        Which cycles may be looked at.
    usable : ndarray of bool
        Rows whose values count; the others only tell that the cycle took place.
    """
    numbers = cycles[CYCLE].to_numpy(dtype=np.float64)
    clock = cycles[START_TIME].to_numpy(dtype=np.float64) if START_TIME in cycles else None
    deltas = Differences(curves, cycles, window)
    for name, rows in rows_by_cell(cycles):
        rows = rows[numbers[rows] <= window.last]  # from here on nothing later can be seen
        kept = _in_order(rows, numbers, clock)
        if isinstance(kept, str):
            yield name, kept
            continue
        if (ended := _ended(numbers[kept], window.last)) is not None:
            yield name, ended
            continue
        kept = kept[numbers[kept] >= window.first]
        of_cell = {
            column: np.where(usable[kept], array[kept], np.nan) for column, array in values.items()
        }
        yield name, EarlyLife(window, numbers[kept], of_cell, *deltas.of(name))
    nothing = dict.fromkeys(values, np.zeros(0))
    for name in deltas.names_beside(cycles):
        if deltas.reaches_the_end(name):
            yield name, EarlyLife(window, np.zeros(0), nothing, *deltas.of(name))
        else:
            yield name, f"has no cycles, and no curve of cycle {window.last}"


def _in_order(rows: NDArray[np.intp], numbers: Floats, clock: Floats | None) -> Any:
    """Return the rows by cycle; up to where the tester began to count anew. Or why there are none.

    Numbers that come back would carry a later life into the window.
    """
    if len(np.unique(numbers[rows])) == len(rows):
        return rows[np.argsort(numbers[rows], kind="stable")]
    if clock is None or not np.isfinite(clock[rows]).all():
        return f"cycle numbers come back, and no {START_TIME} tells which came first"
    rows = rows[np.lexsort((numbers[rows], clock[rows]))]
    fall = np.flatnonzero(np.diff(numbers[rows]) < 0)
    rows = rows[: fall[0] + 1] if len(fall) else rows
    twice = np.flatnonzero(np.diff(numbers[rows]) == 0)
    if len(twice):
        return f"cycle {numbers[rows[twice[0]]]:.0f} stands there twice"
    return rows


def _ended(numbers: Floats, last: int) -> str | None:
    """Say that the record ended inside the window, as far as the window itself can tell.

    It did if the cycle after its last one was due by then: one usual step on.
    """
    if not len(numbers):
        return f"has no cycle up to {last}"
    usual = float(np.median(np.diff(numbers))) if len(numbers) > 1 else 1.0
    if numbers[-1] + usual <= last:
        return (
            f"its last cycle up to {last} is {numbers[-1]:.0f}: it ended inside the window, "
            "or lacks the window's end"
        )
    return None
