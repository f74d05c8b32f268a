"""Decide for every cycle whether its capacity is reported, counted by the tester, or integrated."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..records.arrays import Floats, Ints
from .counters import Counter

CapacityPolicy = Literal["auto", "integral", "counter"]
POLICIES: Final = ("auto", "integral", "counter")
Bools = NDArray[np.bool_]

AGREEMENT: Final = 0.01  # of the integral
AGREEMENT_AH: Final = 0.005  # but never finer than this ...
AGREEMENT_OF_LARGEST: Final = 0.005  # ... unless that is more than this of the cell's capacity
HAPPENED: Final = 0.01  # of the cell's largest half cycle

INTEGRAL: Final = 0
COUNTER: Final = 1
REPORTED: Final = 2
SOURCES: Final = np.array(["integral", "counter", "reported"], dtype=object)


@dataclass(frozen=True)
class Direction:
    """One direction of every cycle of a cell.

    Attributes
    ----------
    integral : ndarray
        Integrated capacity [Ah].
    energy : ndarray
        Integrated energy [Wh].
    duration : ndarray
        Time with a current in this direction [s].
    counter : Counter or None
        What the file says about the capacity [Ah].
    energy_counter : Counter or None
        What the file says about the energy [Wh], in the same scope.
    """

    integral: Floats
    energy: Floats
    duration: Floats
    counter: Counter | None
    energy_counter: Counter | None

    @property
    def said(self) -> Floats:
        """What the file says [Ah]; NaN where it says nothing."""
        if self.counter is None or not self.counter.speaks:
            return np.full(len(self.integral), np.nan)
        return self.counter.amounts

    @property
    def reported(self) -> bool:
        """Whether the file states one value a cycle."""
        return self.counter is not None and self.counter.kind == "reported"

    def deviation(self) -> Floats:
        """Return what the file says over the integral, minus one."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.said / self.integral - 1.0
        return np.where(np.isfinite(ratio), ratio, np.nan)

    def happened(self) -> Bools:
        """Return in which cycles this direction happened at all."""
        largest = np.max(self.integral, initial=0.0)
        told = np.nan_to_num(self.said)
        happened: Bools = self.duration > 0
        happened = happened | (self.integral > HAPPENED * largest)
        return happened | (told > HAPPENED * np.max(told, initial=0.0))

    def agrees(self, largest_ah: float) -> Bools:
        """Return where what the file says agrees with the integral."""
        absolute = min(AGREEMENT_AH, AGREEMENT_OF_LARGEST * largest_ah)
        slack = np.maximum(AGREEMENT * self.integral, absolute)
        agreed: Bools = np.abs(self.said - self.integral) <= slack
        return agreed


def choose_source(
    charge: Direction,
    discharge: Direction,
    *,
    policy: CapacityPolicy,
    unsure: Callable[[int], bool],
) -> tuple[Ints, Ints]:
    """Choose where each cycle's two capacities come from.

    Parameters
    ----------
    charge, discharge : Direction
        What is known of the two directions.
    policy : {"auto", "integral", "counter"}
        See `summarize_cycles`.
    unsure : callable
        Takes the position of a cycle; True if its integral is not to be believed.

    Returns
    -------
    tuple of ndarray
        Codes for charge and discharge, positions in `SOURCES`.
    """
    sources = np.zeros((2, len(charge.integral)), dtype=np.int64)
    if policy == "integral":
        return sources[0], sources[1]
    both = (charge, discharge)
    largest = max(float(np.max(d.integral, initial=0.0)) for d in both)
    counted = [~np.isnan(d.said) & (not d.reported) for d in both]
    # a direction objects if it happened, is counted, and disagrees; then neither is believed
    doubts = np.zeros(len(charge.integral), dtype=bool)
    if policy == "auto":
        for direction, has in zip(both, counted, strict=True):
            doubts |= has & direction.happened() & ~direction.agrees(largest)
        for cycle in np.flatnonzero(doubts):
            doubts[cycle] = not unsure(int(cycle))
    for source, direction, has in zip(sources, both, counted, strict=True):
        source[has & ~doubts] = COUNTER
        if direction.reported:
            source[~np.isnan(direction.said)] = REPORTED
    return sources[0], sources[1]


def take(direction: Direction, source: Ints, limits: tuple[Floats, Floats]) -> tuple[Floats, ...]:
    """Return capacity [Ah], mean voltage [V] and energy [Wh] of one direction.

    Parameters
    ----------
    direction : Direction
        What is known.
    source : ndarray of int
        What `choose_source` chose.
    limits : tuple of ndarray
        Lowest and highest voltage of each cycle [V].

    Returns
    -------
    tuple of ndarray
        NaN where the direction did not happen.

    Notes
    -----
    A mean voltage is energy over capacity *of the same span*: both counted where the tester
    counted both, both integrated otherwise. The energy is the capacity times that voltage, so
    that energy, capacity and mean voltage of a row always belong together.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        voltage = direction.energy / direction.integral
        if direction.energy_counter is not None and direction.energy_counter.speaks:
            counted = direction.energy_counter.amounts / direction.said
            low, high = limits
            slack = 0.05 * np.abs(high)
            sane = (source != INTEGRAL) & (counted >= low - slack) & (counted <= high + slack)
            voltage = np.where(sane, counted, voltage)
    capacity = np.where(source == INTEGRAL, direction.integral, direction.said)
    energy = np.where(source == INTEGRAL, direction.energy, capacity * voltage)
    happened = direction.happened()
    return tuple(np.where(happened, values, np.nan) for values in (capacity, voltage, energy))
