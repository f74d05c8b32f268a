"""Slow discharge curves of an ageing cell: equilibrium less `I R`."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from bdg_explore.analysis.electrodes.balance import (
    AgedState,
    open_circuit_voltage,
    solve_balance,
    stoichiometry_at,
)
from bdg_explore.analysis.electrodes.designs import CellDesign
from bdg_explore.columns import CYCLE, DISCHARGING_CAPACITY, VOLTAGE
from bdg_explore.errors import ParameterError

from .ageing import LARGEST_LOSS, Evolution, state_of, usable


def slow_curves(
    design: CellDesign,
    evolution: Evolution,
    *,
    voltage_grid_volt: ArrayLike,
    current_ampere: float = 0.0,
    resistance_ohm: ArrayLike = 0.0,
) -> pd.DataFrame:
    """Return slow discharge curves V(Q): equilibrium less `I R`.

    Parameters
    ----------
    design : CellDesign
        The fresh cell.
    evolution : Evolution
        Its modes at the cycles wanted.
    voltage_grid_volt : array_like
        Voltages of the points [V]; a curve holds those it passes through.
    current_ampere : float
        Size of the discharge current, 0 or more [A].
    resistance_ohm : array_like
        Resistance, one for all cycles or one a cycle [ohm].

    Returns
    -------
    DataFrame
        `cycle_count`, `voltage_volt` [V], falling in each curve, and `discharging_capacity_ah`
        [Ah] since the top of charge.

    Raises
    ------
    ParameterError
        At some cycle the path leaves no capacity, or takes more than 85 % by one mode.
    """
    if current_ampere < 0:
        raise ParameterError("current_ampere is the size of a discharge current, 0 or more.")
    fit = usable(design, evolution)
    if not fit.all():
        raise ParameterError(
            f"The ageing path is rejected: at cycle {int(evolution.cycle[~fit][0])} it leaves no "
            f"capacity in the window, or one mode takes more than {LARGEST_LOSS:.0%}."
        )
    state = state_of(design, evolution)
    column = AgedState(
        state.negative_capacity_ah[:, None],
        state.positive_capacity_ah[:, None],
        state.lithium_ah[:, None],
    )
    drop = np.broadcast_to(current_ampere * np.asarray(resistance_ohm), evolution.cycle.shape)
    grid = np.sort(np.asarray(voltage_grid_volt, dtype=np.float64))[::-1]
    full = solve_balance(design, state).x100
    start = open_circuit_voltage(design, full, state) - drop
    reached = stoichiometry_at(design, grid[None, :] + drop[:, None], column)
    # a nanovolt of slack, so that a grid that begins at the limit itself keeps its first point
    passed = (grid[None, :] <= start[:, None] + 1e-9) & (
        grid[None, :] >= design.minimum_voltage_volt - 1e-9
    )
    capacity = column.negative_capacity_ah * (full[:, None] - reached)
    return pd.DataFrame(
        {
            CYCLE: np.repeat(evolution.cycle, passed.sum(axis=1)),
            VOLTAGE: np.broadcast_to(grid, passed.shape)[passed],
            DISCHARGING_CAPACITY: np.maximum(capacity[passed], 0.0),
        }
    )
