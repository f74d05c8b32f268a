"""ΔQ(V) of the first cycles: from the two curves of the window, and no others."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import CAPACITY_DIFFERENCE, CELL, CYCLE, VOLTAGE
from bdg_explore.errors import FrameError, MissingDataError

from ..curves.capacity_voltage import capacity_difference
from ..records.arrays import Floats
from ..records.by_cell import rows_by_cell

LEAST_VOLTAGES: Final = 3
ROUNDING: Final = 1e-12  # [Ah]


@dataclass(frozen=True)
class Window:
    """Which cycles may be looked at.

    Attributes
    ----------
    first, last : int
        Numbers of the first and of the last cycle.
    early : int
        Number of the cycle whose curve is taken from that of the last one.
    """

    first: int
    last: int
    early: int


class Differences:
    """ΔQ(V) of each cell.

    Parameters
    ----------
    curves : DataFrame, optional
        Time series or table of curves.
    cycles : DataFrame
        One row a cycle; with a column `cell` if the curves have one.
    window : Window
        Which two cycles.
    """

    def __init__(self, curves: pd.DataFrame | None, cycles: pd.DataFrame, window: Window) -> None:
        self.window = window
        self.rows: dict[Any, NDArray[np.intp]] = {}
        self.names: list[Any] = []
        self.curves = curves
        if curves is None:
            return
        if CYCLE not in curves.columns:
            raise FrameError(
                f"The curves have no column {CYCLE}, so no window can be cut from them. Number "
                "them first: timeseries.assign(cycle_count=count_cycles(timeseries))."
            )
        if (CELL in curves.columns) != (CELL in cycles.columns):
            raise FrameError(
                f"Of cycles and curves one has a column {CELL}, the other has none. Name the cells "
                "in both, or in neither."
            )
        if CELL in curves.columns:
            self.names = list(curves[CELL].unique())
        inside = curves[CYCLE].isin([window.early, window.last]).to_numpy()
        self.curves = curves.loc[inside]
        self.rows = dict(rows_by_cell(self.curves))

    def names_beside(self, cycles: pd.DataFrame) -> list[Any]:
        """Return the cells that have curves but no cycles."""
        there = set(cycles[CELL].unique()) if self.names else set()
        return [name for name in self.names if name not in there]

    def reaches_the_end(self, name: Any) -> bool:
        """Return whether a cell has a curve of the window's last cycle."""
        if self.curves is None or name not in self.rows:
            return False
        return bool((self.curves[CYCLE].to_numpy()[self.rows[name]] == self.window.last).any())

    def of(self, name: Any) -> tuple[Floats, Floats, str]:
        """Return voltage, ΔQ and, where there is none, why."""
        voltage, delta, why = np.zeros(0), np.zeros(0), ""
        early, last = self.window.early, self.window.last
        if self.curves is None:
            why = "no curves were given"
        elif early >= last:
            why = f"cycle {early} lies not before the window's end, {last}"
        elif name not in self.rows:
            why = f"no discharge curve of cycle {early} or {last}"
        else:
            curves = self.curves.iloc[self.rows[name]]
            try:
                table = capacity_difference(curves, cycle=last, reference=early)
            except MissingDataError:
                lacking = {early, last}.difference(curves[CYCLE])
                told = " or ".join(map(str, sorted(lacking or {early, last})))
                return voltage, delta, f"no discharge curve of cycle {told}"
            table = table[table[CAPACITY_DIFFERENCE].notna()]
            if len(table) < LEAST_VOLTAGES:
                return voltage, delta, f"the curves of cycles {early} and {last} share no voltages"
            voltage, delta = table[VOLTAGE].to_numpy(), table[CAPACITY_DIFFERENCE].to_numpy()
            delta = np.where(np.abs(delta) < ROUNDING, 0.0, delta)
        return voltage, delta, why
