"""Paths of ageing: how degradation modes grow with cycles.

Each mode follows `a k**p + b (exp(c k) - 1)` in cycle number `k`; the half-cell balance turns the
modes into capacity and voltage. The parameters travel with the data as `pathinfo`.

References
----------
Dubarry and Beck 2020, J. Power Sources 479, 228806 (the idea of sweeping mechanistic paths).
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bdg_explore.analysis.electrodes.balance import AgedState, solve_balance
from bdg_explore.analysis.electrodes.designs import CellDesign
from bdg_explore.analysis.electrodes.half_cells import Array
from bdg_explore.analysis.electrodes.losses import aged_state
from bdg_explore.errors import ParameterError

# Beyond this share of an electrode or of the lithium the model has nothing left to say.
LARGEST_LOSS: Final = 0.85


@dataclass(frozen=True, slots=True)
class ModePath:
    """One degradation mode along the cycles: `a k**p + b (exp(c k) - 1)`.

    Attributes
    ----------
    a : float
        Loss after one cycle by the power law [1].
    p : float
        Power, 0.5 to 2; 1 is linear, 0.5 the square root of layer growth [1].
    b : float
        Size of the accelerating part [1].
    c : float
        Its growth per cycle [1].
    """

    a: float = 0.0
    p: float = 1.0
    b: float = 0.0
    c: float = 0.0

    def __post_init__(self) -> None:
        if not 0.5 <= self.p <= 2:
            raise ParameterError(f"The power p of a mode path runs from 0.5 to 2, not {self.p:g}.")
        if min(self.a, self.b, self.c) < 0:
            raise ParameterError(
                f"A mode path only grows: a, b and c must be 0 or more, not "
                f"{self.a:g}, {self.b:g}, {self.c:g}."
            )

    def at(self, cycle: ArrayLike) -> Array:
        """Return the loss after a number of cycles, as a fraction [1]."""
        k = np.asarray(cycle, dtype=np.float64)
        # capped, so that a path swept far beyond the end of life stays a number
        return self.a * k**self.p + self.b * np.expm1(np.minimum(self.c * k, 50.0))


@dataclass(frozen=True, slots=True)
class AgeingPath:
    """How a cell ages.

    Attributes
    ----------
    lli, lam_ne, lam_pe : ModePath
        Loss of lithium inventory, and of active material of either electrode (delithiated).
    plating : float
        Share of the lithium plated in a charge that is lost for good [1]. Plating sets in where
        the negative electrode is full before the upper voltage is reached; 0 means all of it is
        stripped again.
    """

    lli: ModePath = field(default_factory=ModePath)
    lam_ne: ModePath = field(default_factory=ModePath)
    lam_pe: ModePath = field(default_factory=ModePath)
    plating: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.plating <= 1:
            raise ParameterError(
                f"plating is the share of plated lithium lost, 0 to 1, not {self.plating:g}."
            )

    def pathinfo(self) -> str:
        """Return the parameters as JSON text, to be stored with the data."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_pathinfo(cls, text: str) -> "AgeingPath":
        """Return the path that `pathinfo` wrote down.

        Parameters
        ----------
        text : str
            JSON text.

        Raises
        ------
        ParameterError
            The text is not what `pathinfo` writes.
        """
        try:
            known = json.loads(text)
            modes = {name: ModePath(**known[name]) for name in ("lli", "lam_ne", "lam_pe")}
            return cls(**modes, plating=float(known["plating"]))
        except (ValueError, TypeError, KeyError) as error:
            raise ParameterError(
                f"This is not the pathinfo of an ageing path: {text[:80]!r} ({error})."
            ) from error


@dataclass(frozen=True, slots=True)
class Evolution:
    """Degradation modes of a cell at some cycles; every field has one value a cycle.

    Attributes
    ----------
    cycle : ndarray of int
        Cycle numbers.
    lli, lam_ne, lam_pe : ndarray
        Losses, fractions of the fresh cell [1]; `lli` holds what plating took too.
    plated_ah : ndarray
        Lithium that would be plated in the next full charge [Ah].
    """

    cycle: NDArray[np.int64]
    lli: Array
    lam_ne: Array
    lam_pe: Array
    plated_ah: Array


def check_points(last: int = 3000) -> NDArray[np.int64]:
    """Return the cycles of the reference curves: every 10 up to 200, every 200 up to 3000.

    Parameters
    ----------
    last : int
        No check point lies beyond this cycle.
    """
    points = np.concatenate([np.arange(0, 201, 10), np.arange(400, 3001, 200)])
    return points[points <= last].astype(np.int64)


def evolve(design: CellDesign, path: AgeingPath, cycles: ArrayLike) -> Evolution:
    """Follow the degradation modes of a cell.

    Parameters
    ----------
    design : CellDesign
        The fresh cell.
    path : AgeingPath
        How it ages.
    cycles : array_like of int
        Cycle numbers, 0 or more.

    Returns
    -------
    Evolution
        Modes after that many cycles.

    Notes
    -----
    A full negative electrode leaves `Q_Li - C_n - C_p y*` in the positive that still wants to come
    out, `y*` being the stoichiometry at which the upper voltage would be reached. Each cycle that
    much is plated, and `path.plating` of it lost.
    """
    k = np.asarray(cycles, dtype=np.int64)
    if np.any(k < 0):
        raise ParameterError(f"Cycle numbers are 0 or more; one is {np.min(k)}.")
    lli, lam_ne, lam_pe = path.lli.at(k), path.lam_ne.at(k), path.lam_pe.at(k)
    full = _positive_left_at_full(design)

    def overshoot(lli: Array, lam_ne: Array, lam_pe: Array) -> Array:
        return np.asarray(
            design.lithium_ah * (1 - lli)
            - design.negative_capacity_ah * (1 - lam_ne)
            - design.positive_capacity_ah * (1 - lam_pe) * full
        )

    if path.plating and k.size:
        every = np.arange(int(np.max(k)) + 1)
        excess = overshoot(path.lli.at(every), path.lam_ne.at(every), path.lam_pe.at(every))
        lost, losses = 0.0, []
        for value in excess.tolist():
            losses.append(lost)
            lost += path.plating * max(0.0, value - lost)
        lli = lli + np.asarray(losses)[k] / design.lithium_ah
    return Evolution(k, lli, lam_ne, lam_pe, np.maximum(0.0, overshoot(lli, lam_ne, lam_pe)))


def state_of(design: CellDesign, evolution: Evolution) -> AgedState:
    """Return what is left of the cell at each cycle of an evolution."""
    return aged_state(design, lli=evolution.lli, lam_ne=evolution.lam_ne, lam_pe=evolution.lam_pe)


def usable(design: CellDesign, evolution: Evolution) -> NDArray[np.bool_]:
    """Tell at which cycles a cell still stores charge and every loss is at most 85 %.

    Parameters
    ----------
    design : CellDesign
        The fresh cell.
    evolution : Evolution
        Its modes.

    Returns
    -------
    ndarray of bool
        False where the path must be rejected or cut.
    """
    modes = (evolution.lli, evolution.lam_ne, evolution.lam_pe)
    small = np.all([mode <= LARGEST_LOSS for mode in modes], axis=0)
    lli, lam_ne, lam_pe = (np.where(small, mode, 0.0) for mode in modes)
    solved = solve_balance(
        design, aged_state(design, lli=lli, lam_ne=lam_ne, lam_pe=lam_pe), impossible="nan"
    )
    return small & np.isfinite(solved.capacity_ah)


def _positive_left_at_full(design: CellDesign) -> float:
    """Stoichiometry of the positive where, with a full negative, the upper voltage is reached."""
    target = design.maximum_voltage_volt + float(design.negative.potential(np.asarray(1.0)))
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = float(design.positive.potential(np.asarray(middle))) > target
        low, high = (middle, high) if above else (low, middle)
    return 0.5 * (low + high)
