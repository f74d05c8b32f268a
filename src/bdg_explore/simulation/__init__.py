"""Mechanistic ageing: ageing paths of a cell design, and the synthetic demo fleet.

A cell design and its losses (`aged_state`) give the capacity that is left (`solve_balance`); an
`AgeingPath` makes losses grow with cycles (`evolve`, `slow_curves`). The demo hub is written by
``python -m bdg_explore.simulation.demo``. Half cells, designs, balance and losses live in
`bdg_explore.analysis.electrodes`, which also fits them to measured curves; here they are passed on.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bdg_explore.analysis.electrodes import (
        DESIGNS,
        HALF_CELLS,
        CellDesign,
        HalfCell,
        aged_state,
        cell_design,
        half_cell,
        solve_balance,
    )

    from .ageing import AgeingPath, ModePath, check_points, evolve
    from .slow_discharge import slow_curves

# public name -> the module it lives in; loaded when first used
_ELECTRODES = "bdg_explore.analysis.electrodes"
_HOMES = {
    "AgeingPath": f"{__name__}.ageing",
    "ModePath": f"{__name__}.ageing",
    "check_points": f"{__name__}.ageing",
    "evolve": f"{__name__}.ageing",
    "slow_curves": f"{__name__}.slow_discharge",
    "CellDesign": _ELECTRODES,
    "DESIGNS": _ELECTRODES,
    "cell_design": _ELECTRODES,
    "HALF_CELLS": _ELECTRODES,
    "HalfCell": _ELECTRODES,
    "half_cell": _ELECTRODES,
    "aged_state": _ELECTRODES,
    "solve_balance": _ELECTRODES,
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
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
