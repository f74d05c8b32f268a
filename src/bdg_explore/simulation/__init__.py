"""Mechanistic ageing: half-cell balance, ageing paths, and the synthetic demo fleet.

A cell design and its losses (`aged_state`) give the capacity that is left (`solve_balance`); an
`AgeingPath` makes losses grow with cycles (`evolve`, `slow_curves`). The demo hub is written by
``python -m bdg_explore.simulation.demo``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .ageing import AgeingPath, ModePath, check_points, evolve
    from .balance import solve_balance
    from .designs import DESIGNS, CellDesign, cell_design
    from .half_cells import HALF_CELLS, HalfCell, half_cell
    from .losses import aged_state
    from .slow_discharge import slow_curves

# public name -> the module it lives in; loaded when first used
_HOMES = {
    "AgeingPath": "ageing",
    "ModePath": "ageing",
    "check_points": "ageing",
    "evolve": "ageing",
    "CellDesign": "designs",
    "DESIGNS": "designs",
    "cell_design": "designs",
    "HALF_CELLS": "half_cells",
    "HalfCell": "half_cells",
    "half_cell": "half_cells",
    "aged_state": "losses",
    "solve_balance": "balance",
    "slow_curves": "slow_discharge",
}

__all__ = [
    "DESIGNS",
    "HALF_CELLS",
    "AgeingPath",
    "CellDesign",
    "HalfCell",
    "ModePath",
    "aged_state",
    "cell_design",
    "check_points",
    "evolve",
    "half_cell",
    "slow_curves",
    "solve_balance",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
