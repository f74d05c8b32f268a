"""Half-cell balance: how two electrodes and their lithium make a full cell.

A cell is two electrodes of capacity `C_n` and `C_p` over stoichiometry 0 to 1 and an inventory of
cyclable lithium `Q_Li`. At every state of charge

    Q_Li = x C_n + y C_p        U(x) = U_p(y) - U_n(x)        y = (Q_Li - x C_n) / C_p

and the voltage window fixes the stoichiometries at both ends. Ageing takes lithium (LLI) or
electrode (LAM) away; the balance then says what capacity is left. Losses of electrode are silent
until that electrode becomes limiting, which is the mechanistic knee.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bdg_explore.errors import ParameterError

from .half_cells import Array, HalfCell

# Backed off from both ends of the bracket, so that 0 < x < 1 and 0 < y < 1 strictly.
_MARGIN: Final = 1e-9
# Bisections: 2**-52 of the bracket, beyond which doubles cannot tell; a fixed number repeats.
_BISECTIONS: Final = 52


@dataclass(frozen=True, slots=True)
class CellDesign:
    """Two electrodes, their lithium and the voltage window of a full cell.

    Attributes
    ----------
    name : str
        What the design is called.
    negative, positive : HalfCell
        Electrode materials.
    negative_capacity_ah, positive_capacity_ah : float
        Capacity of each electrode over stoichiometry 0 to 1 [Ah].
    lithium_ah : float
        Cyclable lithium [Ah].
    minimum_voltage_volt, maximum_voltage_volt : float
        Voltage window [V].
    nominal_capacity_ah : float
        Capacity the maker would state [Ah].
    """

    name: str
    negative: HalfCell
    positive: HalfCell
    negative_capacity_ah: float
    positive_capacity_ah: float
    lithium_ah: float
    minimum_voltage_volt: float
    maximum_voltage_volt: float
    nominal_capacity_ah: float

    def __post_init__(self) -> None:
        for field in ("negative_capacity_ah", "positive_capacity_ah", "lithium_ah"):
            value = getattr(self, field)
            if not (np.isfinite(value) and value > 0):
                raise ParameterError(f"{field} of {self.name} must be above 0 Ah, not {value!r}.")
        if not self.minimum_voltage_volt < self.maximum_voltage_volt:
            raise ParameterError(
                f"The voltage window of {self.name} must rise: "
                f"{self.minimum_voltage_volt!r} V to {self.maximum_voltage_volt!r} V does not."
            )

    def scaled(self, factor: float) -> "CellDesign":
        """Return a cell of the same chemistry, `factor` times as large; stoichiometries stay."""
        return replace(
            self,
            negative_capacity_ah=self.negative_capacity_ah * factor,
            positive_capacity_ah=self.positive_capacity_ah * factor,
            lithium_ah=self.lithium_ah * factor,
            nominal_capacity_ah=self.nominal_capacity_ah * factor,
        )


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
    fresh = balance(design) if ne_full.any() or pe_full.any() else None
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


def balance(
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
    if state is None:
        state = aged_state(design)
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
    state = aged_state(design) if state is None else state
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
    state = aged_state(design) if state is None else state
    target = np.asarray(voltage_volt, dtype=np.float64)
    low, high = stoichiometry_bracket(state)
    shape = np.broadcast_shapes(low.shape, target.shape)
    a, b = np.broadcast_to(low, shape), np.broadcast_to(high, shape)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (a + b)
        below = open_circuit_voltage(design, middle, state) < target
        a, b = np.where(below, middle, a), np.where(below, b, middle)
    return np.asarray(0.5 * (a + b))


def _require_something_left(design: CellDesign, state: AgedState) -> None:
    for field in ("negative_capacity_ah", "positive_capacity_ah", "lithium_ah"):
        left = getattr(state, field)
        if np.any(left <= 0):
            raise ParameterError(
                f"The losses leave {np.min(left):g} Ah as {field} of {design.name}; "
                "together they must take less than there is."
            )


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
