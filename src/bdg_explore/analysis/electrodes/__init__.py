"""Two electrodes make a cell: half-cell potentials, their balance, what ageing takes away."""

from .balance import (
    AgedState,
    Balance,
    fresh_state,
    open_circuit_voltage,
    solve_balance,
    stoichiometry_at,
)
from .designs import DESIGNS, CellDesign, cell_design
from .half_cells import HALF_CELLS, HalfCell, half_cell, open_circuit_potential
from .losses import aged_state

__all__ = [
    "DESIGNS",
    "HALF_CELLS",
    "AgedState",
    "Balance",
    "CellDesign",
    "HalfCell",
    "aged_state",
    "cell_design",
    "fresh_state",
    "half_cell",
    "open_circuit_potential",
    "open_circuit_voltage",
    "solve_balance",
    "stoichiometry_at",
]
