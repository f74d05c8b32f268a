"""Half-cell balance: how two electrodes and their lithium make a full cell.

A cell is two electrodes of capacity `C_n` and `C_p` over stoichiometry 0 to 1 and an inventory of
cyclable lithium `Q_Li`. At every state of charge

    Q_Li = x C_n + y C_p        U(x) = U_p(y) - U_n(x)        y = (Q_Li - x C_n) / C_p

and the voltage window fixes the stoichiometries at both ends. Ageing takes lithium (LLI) or
electrode (LAM) away; the balance then says what capacity is left. Losses of electrode are silent
until that electrode becomes limiting, which is the mechanistic knee.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bdg_explore.errors import ParameterError

from .designs import CellDesign
from .half_cells import Array

# Backed off from both ends of the bracket, so that 0 < x < 1 and 0 < y < 1 strictly.
_MARGIN: Final = 1e-9
# Bisections: 2**-52 of the bracket, beyond which doubles cannot tell; a fixed number repeats.
_BISECTIONS: Final = 52


@dataclass(frozen=True, slots=True)
class AgedState:
    """What is left of a cell in one or many states of ageing; the fields share a shape.

    Attributes
    ----------
    negative_capacity_ah, positive_capacity_ah : ndarray
        Electrode capacity left [Ah].
    lithium_ah : ndarray
        Cyclable lithium left [Ah].
    """

    negative_capacity_ah: Array
    positive_capacity_ah: Array
    lithium_ah: Array


@dataclass(frozen=True, slots=True)
class Balance:
    """Stoichiometries at the ends of the window, and the capacity between them.

    Attributes
    ----------
    x0, x100 : ndarray
        Stoichiometry of the negative electrode, empty and full cell [1].
    y0, y100 : ndarray
        Stoichiometry of the positive electrode, empty and full cell [1].
    capacity_ah : ndarray
        Charge between both ends at equilibrium [Ah].
    plating : ndarray of bool
        The negative electrode is full before the upper voltage is reached: charging on would
        plate lithium.
    window_reached : ndarray of bool
        Both ends of the voltage window are reached; where it is False the capacity is bounded by
        an electrode that is full or empty.
    """

    x0: Array
    x100: Array
    y0: Array
    y100: Array
    capacity_ah: Array
    plating: NDArray[np.bool_]
    window_reached: NDArray[np.bool_]


def fresh_state(design: CellDesign) -> AgedState:
    """Return a cell of which nothing is lost yet."""
    return AgedState(
        np.asarray(design.negative_capacity_ah),
        np.asarray(design.positive_capacity_ah),
        np.asarray(design.lithium_ah),
    )


def solve_balance(
    design: CellDesign,
    state: AgedState | None = None,
    *,
    impossible: Literal["raise", "nan"] = "raise",
) -> Balance:
    """Solve the half-cell balance for one or many states of ageing at once.

    Parameters
    ----------
    design : CellDesign
        Electrode materials and voltage window; also the fresh state.
    state : AgedState, optional
        What is left of the cell; the fresh cell if not given.
    impossible : {"raise", "nan"}
        What to do with a state that stores no charge between the two voltages.

    Returns
    -------
    Balance
        Fields have the shape of the state.

    Raises
    ------
    ParameterError
        A state has no capacity in the window, and `impossible` is ``"raise"``.

    Notes
    -----
    The bracket `max(0, (Q_Li - C_p)/C_n) <= x <= min(1, Q_Li/C_n)` keeps both stoichiometries
    inside 0 to 1. Where the voltage stays below the upper limit over the whole bracket, `x100`
    clamps at its upper end; if that end is `x = 1` the `plating` flag is set.
    """
    state = fresh_state(design) if state is None else state
    cn, cp, lithium = state.negative_capacity_ah, state.positive_capacity_ah, state.lithium_ah
    low, high = stoichiometry_bracket(state)
    v_min, v_max = design.minimum_voltage_volt, design.maximum_voltage_volt
    v_low = open_circuit_voltage(design, low, state)
    v_high = open_circuit_voltage(design, high, state)
    x0 = stoichiometry_at(design, v_min, state)
    x100 = stoichiometry_at(design, v_max, state)
    capacity = cn * (x100 - x0)
    possible = (low < high) & (v_low < v_max) & (v_high > v_min) & (capacity > 0)
    if impossible == "raise" and not possible.all():
        _raise_impossible(design, state, possible)
    short_of_full = v_high < v_max
    nan = np.nan
    return Balance(
        np.where(possible, x0, nan),
        np.where(possible, x100, nan),
        np.where(possible, (lithium - x0 * cn) / cp, nan),
        np.where(possible, (lithium - x100 * cn) / cp, nan),
        np.where(possible, capacity, nan),
        possible & short_of_full & (lithium / cn >= 1),
        possible & ~short_of_full & (v_low <= v_min),
    )


def open_circuit_voltage(
    design: CellDesign, stoichiometry: ArrayLike, state: AgedState | None = None
) -> Array:
    """Evaluate the equilibrium voltage of a full cell.

    Parameters
    ----------
    design : CellDesign
        Electrode materials.
    stoichiometry : array_like
        Stoichiometry of the negative electrode [1].
    state : AgedState, optional
        What is left of the cell; the fresh cell if not given.

    Returns
    -------
    ndarray
        Voltage [V].
    """
    state = fresh_state(design) if state is None else state
    x = np.asarray(stoichiometry, dtype=np.float64)
    y = (state.lithium_ah - x * state.negative_capacity_ah) / state.positive_capacity_ah
    return design.positive.potential(y) - design.negative.potential(x)


def stoichiometry_bracket(state: AgedState) -> tuple[Array, Array]:
    """Return the stoichiometries of the negative electrode between which both electrodes can be.

    Parameters
    ----------
    state : AgedState
        What is left of the cell.

    Returns
    -------
    low, high : ndarray
        Ends of the bracket [1]; equal where lithium and electrodes leave no room.
    """
    cn, cp, lithium = np.broadcast_arrays(
        state.negative_capacity_ah, state.positive_capacity_ah, state.lithium_ah
    )
    low = np.maximum(0.0, (lithium - cp) / cn) + _MARGIN
    high = np.minimum(1.0, lithium / cn) - _MARGIN
    return low, np.maximum(low, high)


def stoichiometry_at(
    design: CellDesign, voltage_volt: ArrayLike, state: AgedState | None = None
) -> Array:
    """Find the stoichiometry at which a cell rests at a voltage.

    Parameters
    ----------
    design : CellDesign
        Electrode materials.
    voltage_volt : array_like
        Equilibrium voltage [V]; broadcasts against the state.
    state : AgedState, optional
        What is left of the cell; the fresh cell if not given.

    Returns
    -------
    ndarray
        Stoichiometry of the negative electrode [1], clamped to the bracket.
    """
    state = fresh_state(design) if state is None else state
    target = np.asarray(voltage_volt, dtype=np.float64)
    low, high = stoichiometry_bracket(state)
    shape = np.broadcast_shapes(low.shape, target.shape)
    a, b = np.broadcast_to(low, shape), np.broadcast_to(high, shape)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (a + b)
        below = open_circuit_voltage(design, middle, state) < target
        a, b = np.where(below, middle, a), np.where(below, b, middle)
    return np.asarray(0.5 * (a + b))


def _raise_impossible(design: CellDesign, state: AgedState, possible: NDArray[np.bool_]) -> None:
    first = int(np.flatnonzero(~np.atleast_1d(possible))[0])
    cn, cp, lithium = (
        float(np.ravel(np.broadcast_to(part, np.shape(possible)))[first])
        for part in (state.negative_capacity_ah, state.positive_capacity_ah, state.lithium_ah)
    )
    raise ParameterError(
        f"{design.name} stores no charge between {design.minimum_voltage_volt:g} V and "
        f"{design.maximum_voltage_volt:g} V with C_n = {cn:.4g} Ah, C_p = {cp:.4g} Ah and "
        f"Q_Li = {lithium:.4g} Ah (state {first} of {np.size(possible)}). "
        "Take less away, widen the window, or pass impossible='nan'."
    )
