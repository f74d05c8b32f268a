"""Degradation modes: what ageing takes away from a cell."""

import numpy as np
from numpy.typing import ArrayLike

from bdg_explore.errors import ParameterError

from .balance import AgedState, solve_balance
from .designs import CellDesign


def aged_state(
    design: CellDesign,
    *,
    lli: ArrayLike = 0.0,
    lam_ne: ArrayLike = 0.0,
    lam_pe: ArrayLike = 0.0,
    lam_ne_lithiated: ArrayLike = 0.0,
    lam_pe_lithiated: ArrayLike = 0.0,
) -> AgedState:
    """Take degradation modes off a fresh cell.

    Parameters
    ----------
    design : CellDesign
        The fresh cell.
    lli : array_like
        Loss of lithium inventory, fraction of the fresh inventory [1].
    lam_ne, lam_pe : array_like
        Loss of active material while it holds no lithium, fraction of the fresh electrode [1];
        the lithium stays in the cell.
    lam_ne_lithiated, lam_pe_lithiated : array_like
        Loss of active material while it is full: the negative electrode at the top of charge of
        the fresh cell, the positive at its end of discharge [1]. The lithium in it is lost too.

    Returns
    -------
    AgedState
        What is left; the arguments broadcast against each other.

    Raises
    ------
    ParameterError
        A loss is not a fraction from 0 to below 1, or no electrode or lithium is left.
    """
    losses = {
        "lli": lli,
        "lam_ne": lam_ne,
        "lam_pe": lam_pe,
        "lam_ne_lithiated": lam_ne_lithiated,
        "lam_pe_lithiated": lam_pe_lithiated,
    }
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in losses.items()}
    for name, value in arrays.items():
        if not np.all((value >= 0) & (value < 1)):
            raise ParameterError(
                f"{name} must be a fraction from 0 to below 1; it spans "
                f"{np.min(value):g} to {np.max(value):g}. Give 5 % as 0.05."
            )
    lli_, ne, pe, ne_full, pe_full = np.broadcast_arrays(*arrays.values())
    fresh = solve_balance(design) if ne_full.any() or pe_full.any() else None
    x_full, y_full = (float(fresh.x100), float(fresh.y0)) if fresh else (0.0, 0.0)
    state = AgedState(
        design.negative_capacity_ah * (1 - ne - ne_full),
        design.positive_capacity_ah * (1 - pe - pe_full),
        design.lithium_ah * (1 - lli_)
        - ne_full * design.negative_capacity_ah * x_full
        - pe_full * design.positive_capacity_ah * y_full,
    )
    _require_something_left(design, state)
    return state


def _require_something_left(design: CellDesign, state: AgedState) -> None:
    for field in ("negative_capacity_ah", "positive_capacity_ah", "lithium_ah"):
        left = getattr(state, field)
        if np.any(left <= 0):
            raise ParameterError(
                f"The losses leave {np.min(left):g} Ah as {field} of {design.name}; "
                "together they must take less than there is."
            )
