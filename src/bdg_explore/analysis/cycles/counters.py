"""What the tester itself counted: find out from the data how a counter restarts, then read it."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..records.arrays import BLOCK_ROWS, Column, Floats, Ints, run_starts

CounterKind = Literal["never", "cycle", "step", "signed", "reported", "unknown", "empty"]

SLACK: Final = 1e-6  # of the counter's range: how far it may fall back by rounding
SIGNED_SHARE: Final = 0.99  # of its changes must have the sign of the current


@dataclass(frozen=True)
class Counter:
    """What one column says for each cycle.

    Attributes
    ----------
    kind : str
        ``never``, ``cycle`` and ``step`` say when the counter restarts; ``signed`` goes up while
        charging and down while discharging; ``reported`` is one value a cycle; ``unknown`` fits
        none of these and ``empty`` holds nothing.
    amounts : ndarray
        What was counted in each cycle, in the column's own unit; NaN where it does not say.
    """

    kind: CounterKind
    amounts: Floats

    @property
    def speaks(self) -> bool:
        """Whether the counter says anything one can use."""
        return self.kind not in ("unknown", "empty")


def read_counter(
    values: Column,
    current: Column,
    numbers: Ints,
    starts: Ints,
    *,
    sign: int,
    scope: str,
    step: Column | None = None,
) -> Counter:
    """Find out how a counter restarts and what it counted in every cycle.

    Parameters
    ----------
    values : ndarray
        The counter, one value a record, in any unit.
    current : ndarray
        Current [A], positive charges.
    numbers : ndarray of int
        Number of each cycle.
    starts : ndarray of int
        Row at which each cycle begins; the first is 0.
    sign : {1, -1}
        Direction the column claims to count: 1 charge, -1 discharge.
    scope : str
        First word of the column's name: ``cycle`` and ``step`` promise that the first record
        counts from zero, ``cycle`` may also hold one value a cycle.
    step : ndarray, optional
        A number that changes with the tester's steps.

    Returns
    -------
    Counter
        Kind and amounts.

    Notes
    -----
    The kind is a property of the data, not of the column's name: *never* falls back; falls back
    only where a *cycle* begins; only where a *step* begins; or follows the *sign* of the current.
    A counter that restarts counts its new value as passed since the restart. What it counted
    between the last record of a cycle and the first of the next belongs to the next, as testers
    have it, if the two numbers follow each other.
    """
    nothing = np.full(len(starts), np.nan)
    if not len(values):
        return Counter("empty", nothing)
    falls = _falls(values)
    if np.isnan(values[0]) or np.isnan(values[falls + 1]).any():
        return _read_sparse(values, current, numbers, starts, sign=sign, scope=scope, step=step)
    if not len(falls) and values[0] == values[-1] == 0:
        return Counter("empty", nothing)
    if scope == "cycle" and _constant_in_cycles(values, starts):
        return Counter("reported", np.asarray(values[starts], dtype=np.float64))
    if len(falls):  # rounding may let a counter fall back by a trifle
        falls = falls[values[falls] - values[falls + 1] > SLACK * float(np.ptp(values))]
    at_cycle = _among(falls + 1, starts)
    if at_cycle.all():
        kind: CounterKind = "cycle" if len(falls) else "never"
    elif step is not None and (at_cycle | (step[falls + 1] != step[falls])).all():
        kind = "step"
    elif _follows_current(values, current):
        return Counter("signed", _signed_amounts(values, starts, sign))
    else:
        return Counter("unknown", nothing)
    from_zero = kind != "never" or scope in ("cycle", "step")
    return Counter(kind, _amounts(values, numbers, starts, falls, from_zero=from_zero))


def _read_sparse(
    values: Column,
    current: Column,
    numbers: Ints,
    starts: Ints,
    *,
    sign: int,
    scope: str,
    step: Column | None,
) -> Counter:
    """Read a counter that some records lack: one value a cycle, or a slower clock."""
    amounts = np.full(len(starts), np.nan)
    rows = np.flatnonzero(~np.isnan(values))
    if not len(rows):
        return Counter("empty", amounts)
    cycle = np.searchsorted(starts, rows, side="right") - 1
    if scope == "cycle" and (np.diff(cycle) > 0).all():
        amounts[cycle] = values[rows]
        return Counter("reported", amounts)
    present, first = np.unique(cycle, return_index=True)
    inner = read_counter(
        values[rows],
        current[rows],
        numbers[present],
        first.astype(np.int64),
        sign=sign,
        scope=scope,
        step=None if step is None else step[rows],
    )
    amounts[present] = inner.amounts
    return Counter(inner.kind, amounts)


def _constant_in_cycles(values: Column, starts: Ints) -> bool:
    ends = np.append(starts[1:], len(values)) - 1
    if len(starts) == len(values) or (values[starts] != values[ends]).any():
        return False
    return bool(_among(run_starts(values), starts).all())


def _falls(values: Column) -> Ints:
    """Return the rows after which the counter falls back, or has no value."""
    found = [np.zeros(0, dtype=np.int64)]
    flags = np.empty(BLOCK_ROWS, dtype=bool)
    for begin in range(0, len(values) - 1, BLOCK_ROWS):
        part = values[begin : begin + BLOCK_ROWS + 1]
        holds = np.greater_equal(part[1:], part[:-1], out=flags[: len(part) - 1])
        if np.count_nonzero(holds) < len(holds):
            found.append(np.flatnonzero(~holds) + begin)
    return np.concatenate(found)


def _among(rows: Ints, starts: Ints) -> NDArray[np.bool_]:
    """Return which rows are in a sorted list of rows."""
    place = np.minimum(np.searchsorted(starts, rows), len(starts) - 1)
    found: NDArray[np.bool_] = starts[place] == rows
    return found


def _amounts(
    values: Column, numbers: Ints, starts: Ints, falls: Ints, *, from_zero: bool
) -> Floats:
    ends = np.append(starts[1:], len(values)) - 1
    amounts = np.asarray(values[ends], dtype=np.float64) - values[starts]
    cycle = np.searchsorted(starts, falls, side="right") - 1
    inside = falls < ends[cycle]
    np.add.at(amounts, cycle[inside], values[falls[inside]])
    # what passed between a cycle's last record and the next cycle's first
    before = np.asarray(values[starts[1:] - 1], dtype=np.float64)
    begins = np.asarray(values[starts[1:]], dtype=np.float64)
    follows = numbers[1:] == numbers[:-1] + 1
    fell = _among(starts[1:] - 1, falls) if len(falls) else np.zeros(len(starts) - 1, dtype=bool)
    amounts[1:] += np.where(fell, begins, np.where(follows, np.maximum(begins - before, 0.0), 0.0))
    if from_zero:
        amounts[0] += values[0]
    return amounts


def _follows_current(values: Column, current: Column) -> bool:
    """Return whether the counter rises while charging and falls while discharging."""
    changes = np.diff(values)
    flow = np.asarray(current[1:], dtype=np.float64)
    rises, falls = changes > 0, changes < 0
    return bool(
        falls.any()
        and (flow[falls] < 0).mean() >= SIGNED_SHARE
        and (not rises.any() or (flow[rises] > 0).mean() >= SIGNED_SHARE)
    )


def _signed_amounts(values: Column, starts: Ints, sign: int) -> Floats:
    steps = np.zeros(len(values))
    steps[1:] = np.maximum(sign * np.diff(values), 0.0)
    steps[starts] = 0.0
    return np.asarray(np.add.reduceat(steps, starts), dtype=np.float64)


def is_coarse(voltage: NDArray[Any], time: NDArray[Any]) -> bool:
    """Return whether a cycle was sampled too coarsely for its integral to be believed.

    Parameters
    ----------
    voltage, time : ndarray
        Voltage [V] and test time [s] of the cycle's records.

    Returns
    -------
    bool
        True if the median step exceeds 40 mV or 60 s.
    """
    if len(time) < 2:
        return True
    steps = np.abs(np.diff(np.asarray(voltage, dtype=np.float64)))
    times = np.diff(np.asarray(time, dtype=np.float64))
    if np.median(times) > 60.0:
        return True
    known = steps[~np.isnan(steps)]
    return bool(len(known) and np.median(known) > 0.04)
