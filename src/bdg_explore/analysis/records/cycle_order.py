"""Which half cycle comes first, which charge belongs to which discharge, and what was cut short."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .arrays import Column, Floats, Ints, Records
from .net_charge import net_charge

CYCLES_ASKED: Final = 9
COMPLETE_SHARE: Final = 0.97  # of the median of the cycles just before
CYCLES_COMPARED: Final = 10
LEAST_COMPARED: Final = 3
HALF_CYCLE_SHARE: Final = 0.1  # of the largest swing: smaller excursions are pulses


def begins_with_discharge(records: Records, both: NDArray[np.bool_]) -> bool:
    """Return whether the cycles of a cell begin with their discharge.

    Parameters
    ----------
    records : Records
        One cell.
    both : ndarray of bool
        Which cycles hold both directions.

    Returns
    -------
    bool
        True if in most of up to 9 cycles, spread over the test, the net charge since the cycle
        began falls further than it rises.
    """
    candidates = np.flatnonzero(both)
    if not len(candidates):
        return False
    chosen = np.unique(np.linspace(0, len(candidates) - 1, CYCLES_ASKED).astype(np.int64))
    ends, votes = records.ends, 0
    for cycle in candidates[chosen]:
        rows = slice(records.starts[cycle], ends[cycle] + 1)
        net = net_charge(records.time[rows], records.current[rows])
        votes += 1 if np.max(net) >= -np.min(net) else -1
    return votes < 0


def pair(charge: Floats, numbers: Ints, *, discharge_first: bool) -> Floats:
    """Return, for every cycle, the charge that its discharge is compared with.

    Parameters
    ----------
    charge : ndarray
        Something about the charge of every cycle.
    numbers : ndarray of int
        Number of every cycle.
    discharge_first : bool
        Whether cycles begin with their discharge; it then emptied what the cycle before charged.

    Returns
    -------
    ndarray
        The same values, or those of the cycle with the number before; NaN where there is none.
    """
    if not discharge_first:
        return charge
    paired = np.full(len(charge), np.nan)
    follows = numbers[1:] == numbers[:-1] + 1
    paired[1:][follows] = charge[:-1][follows]
    return paired


def are_complete(discharge: Floats, numbers: Ints) -> NDArray[np.bool_]:
    """Return which cycles ran to their end.

    Parameters
    ----------
    discharge : ndarray
        Discharged capacity of every cycle, in any unit; NaN where nothing was discharged.
    numbers : ndarray of int
        Number of every cycle, in test order.

    Returns
    -------
    ndarray of bool
        False for a cycle without a discharge, and for the last one if it gave less than 0.97 of
        the median of the ten numbers before it (where at least three of those are there).

    Notes
    -----
    Only the last cycle is measured against others: there a test or a file breaks off. An earlier
    one with less capacity has ended by its own rules. Comparing with the neighbours and not with
    the whole life keeps the last cycle of an aged cell complete. The ratio is the default of BEEP.

    References
    ----------
    Herring et al. 2020, SoftwareX 11:100506, https://doi.org/10.1016/j.softx.2020.100506
    """
    complete = ~np.isnan(discharge)
    if not len(discharge) or not complete[-1]:
        return complete
    near = complete & (numbers < numbers[-1]) & (numbers >= numbers[-1] - CYCLES_COMPARED)
    if near.sum() >= LEAST_COMPARED:
        complete[-1] = discharge[-1] >= COMPLETE_SHARE * np.median(discharge[near])
    return complete


def numbered(time: Column, current: Column) -> Ints:
    """Return the cycle of every record of a cell [s, A]; `count_cycles` says what a cycle is."""
    numbers = np.zeros(len(time), dtype=np.int64)
    numbers[_charges_after_discharge(net_charge(time, current))] = 1
    return 1 + np.cumsum(numbers)


def _charges_after_discharge(net: Floats) -> Ints:
    """Return the rows at which the net charge turns upwards, pulses passed over."""
    if len(net) < 2:
        return np.zeros(0, dtype=np.int64)
    swing = HALF_CYCLE_SHARE * float(np.ptp(net))
    if swing == 0.0:
        return np.zeros(0, dtype=np.int64)
    slope = np.sign(np.diff(net))
    moving = np.flatnonzero(slope)
    turns = moving[np.flatnonzero(np.diff(slope[moving])) + 1]  # rows where the net charge turns
    found: list[int] = []
    direction = low = high = 0
    for row in (*turns.tolist(), len(net) - 1):
        low = row if net[row] < net[low] else low
        high = row if net[row] > net[high] else high
        if direction <= 0 and net[row] - net[low] >= swing:
            if direction < 0:
                found.append(low)
            direction, high = 1, row
        elif direction >= 0 and net[high] - net[row] >= swing:
            direction, low = -1, row
    return np.asarray(found, dtype=np.int64)
