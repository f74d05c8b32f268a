"""Cut one direction of each cycle out of the records of a cell, its charge integrated exactly."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ._intervals import counted_intervals
from ._records import BLOCK_ROWS, Floats, Ints, Records, blocks
from .cycle_order import HALF_CYCLE_SHARE

HELD_SHARE: Final = 0.98  # of the current with which the limit was reached: below, it is held
GAP_SHARE: Final = 0.005  # of a curve's charge: gaps that may hide more spoil the curve
SECONDS_AN_HOUR: Final = 3600.0


def cut_branches(
    records: Records, sign: float, *, rest: float, hold_volt: float | None, skip_share: float
) -> tuple[Floats, Floats, Ints, NDArray[np.bool_]]:
    """Return the points of each cycle's charge or discharge.

    Parameters
    ----------
    records : Records
        One cell.
    sign : float
        1 for charges, -1 for discharges.
    rest : float
        Up to this magnitude a current counts as rest [A].
    hold_volt, skip_share
        See `capacity_voltage`.

    Returns
    -------
    tuple
        Voltage [V] and charge since the half cycle began [Ah] of every point; of each curve its
        first point and the row that is in the records; whether no gap spoils it.
    """
    passed, rows, gaps = _integrate(records, sign, rest)
    first = np.searchsorted(rows, records.starts)
    base = passed[records.starts] if len(passed) else np.zeros(0)
    some = np.diff(first, append=len(rows)) > 0
    first, base = first[some], base[some]
    inside = np.diff(rows) > 1
    inside[first[1:] - 1] = False
    if inside.any():
        rows, first, base = _largest_halves(records, sign, rest, passed, rows, first, base, inside)
    whole = _unspoilt(records, sign, rest, rows, first, passed, gaps)
    keep = np.ones(len(rows), dtype=bool)
    if hold_volt is not None and len(rows):
        _leave_out_held(records, sign, rows, first, hold_volt, keep)
    if skip_share > 0:
        _leave_out_onsets(records, rows, first, skip_share, keep)
    if not len(rows):
        return np.zeros(0), np.zeros(0), np.zeros((0, 2), dtype=np.int64), np.zeros(0, dtype=bool)
    left = np.add.reduceat(keep, first, dtype=np.int64)
    if left.min() < 2:  # one point is no curve
        keep &= np.repeat(left > 1, np.diff(first, append=len(rows)))
    curves = left > 1
    counts, base, whole = left[curves], base[curves], whole[curves]
    if not keep.all():
        rows = rows[keep]
    starts = np.cumsum(counts) - counts
    charge = passed[rows] - np.repeat(base, counts)
    charge /= SECONDS_AN_HOUR
    voltage = np.asarray(records.voltage[rows], dtype=np.float64)
    return voltage, charge, np.stack([starts, rows[starts]], axis=1), whole


def _integrate(
    records: Records, sign: float, rest: float
) -> tuple[Floats, Ints, list[tuple[Ints, Floats]]]:
    """Return the charge passed at each record [A s], where current flows, and the gaps."""
    count = len(records.time)
    passed = np.zeros(count)
    held: list[tuple[Ints, Floats]] = []
    gaps: list[tuple[Ints, Floats]] = []
    flowing: list[Ints] = [np.zeros(0, dtype=np.int64)]

    def note(name: str, rows: Ints, values: Floats) -> None:
        if name in ("gap", "hold_charge"):  # ours is the charging way: the sign was turned
            (gaps if name == "gap" else held).append((rows, values))

    room = np.empty(min(BLOCK_ROWS, count) + 1)
    flags = np.empty(min(BLOCK_ROWS, count) + 1, dtype=bool)
    for rows, _, _ in blocks(count, records.starts):
        begin, length = rows.start, rows.stop - rows.start
        current = sign * np.asarray(records.current[begin : rows.stop + 1], dtype=np.float64)
        voltage = np.asarray(records.voltage[begin : rows.stop + 1], dtype=np.float64)
        there = np.isfinite(voltage)
        missing = not (there.all() and np.isfinite(current).all())
        interval = counted_intervals(
            records,
            rows,
            current,
            voltage,
            rest=rest,
            missing=missing,
            note=note,
            out=room,
            flags=flags,
        )
        flows = (current > rest) & there if missing else current > rest
        flowing.append(begin + np.flatnonzero(flows[:length]))
        if missing:
            current = np.nan_to_num(current)
        between = interval[: len(current) - 1]
        ours = np.maximum(current, 0.0)
        charge = ours[1:] + ours[:-1]
        turns = np.flatnonzero((current[1:] < 0) != (current[:-1] < 0))
        if len(turns):  # the line crosses zero inside: only what lies on our side counts
            both = np.abs(current[turns]) + np.abs(current[turns + 1])
            charge[turns] *= np.divide(
                charge[turns], both, out=np.zeros(len(turns)), where=both > 0
            )
        charge *= between
        charge *= 0.5
        passed[begin + 1 : begin + len(current)] = charge
    for at, values in held:
        passed[at + 1] += values
    return np.cumsum(passed, out=passed), np.concatenate(flowing), gaps


def _largest_halves(
    records: Records,
    sign: float,
    rest: float,
    passed: Floats,
    rows: Ints,
    first: Ints,
    base: Floats,
    inside: NDArray[np.bool_],
) -> tuple[Ints, Ints, Floats]:
    """Where a cycle goes the other way in between, take the larger part; pulses do not count."""
    back, _, _ = _integrate(records, -sign, rest)
    at = np.flatnonzero(inside)
    cycle = np.searchsorted(first, at, side="right") - 1
    last = np.append(first[1:], len(rows)) - 1
    amount = passed[rows[last]] - base
    cuts = at[back[rows[at + 1]] - back[rows[at]] > HALF_CYCLE_SHARE * amount[cycle]] + 1
    if not len(cuts):
        return rows, first, base
    pieces = np.union1d(first, cuts)
    of_cycle = np.searchsorted(first, pieces, side="right") - 1
    before = np.minimum(rows[pieces - 1] + 1, len(passed) - 1)  # what ends the piece before
    since = np.where(np.isin(pieces, first), base[of_cycle], passed[before])
    ends = np.append(pieces[1:], len(rows))
    order = np.lexsort((pieces, -(passed[rows[ends - 1]] - since), of_cycle))
    chosen = order[np.unique(of_cycle[order], return_index=True)[1]]
    keep = np.zeros(len(pieces), dtype=bool)
    keep[chosen] = True
    counts = ends - pieces
    kept = counts[keep]
    return rows[np.repeat(keep, counts)], np.cumsum(kept) - kept, since[keep]


def _unspoilt(
    records: Records,
    sign: float,
    rest: float,
    rows: Ints,
    first: Ints,
    passed: Floats,
    gaps: list[tuple[Ints, Floats]],
) -> NDArray[np.bool_]:
    """Return which curves have no gap in which more than a trifle of charge may have passed."""
    whole = np.ones(len(first), dtype=bool)
    if not gaps or not len(first):
        return whole
    at = np.concatenate([where for where, _ in gaps])
    span = np.concatenate([values for _, values in gaps])
    one, other = (sign * np.asarray(records.current[at + k], dtype=np.float64) for k in (0, 1))
    last = np.append(first[1:], len(rows)) - 1
    curve = np.searchsorted(rows[first], at, side="right") - 1
    during = (curve >= 0) & (at < rows[last][curve])
    during &= ~((one <= rest) | (other <= rest))  # NaN is neither: it may have flowed
    charge = span * np.nan_to_num(np.fmax(one, other), nan=np.inf)
    lost = np.bincount(curve[during], charge[during], len(first))
    amount = passed[rows[last]] - passed[rows[first]]
    whole[lost > GAP_SHARE * amount] = False
    return whole


def _leave_out_held(
    records: Records,
    sign: float,
    rows: Ints,
    first: Ints,
    hold_volt: float,
    keep: NDArray[np.bool_],
) -> None:
    """Leave out points near the highest (charge) voltage whose current has been let down."""
    height = sign * np.asarray(records.voltage[rows], dtype=np.float64)
    counts = np.diff(first, append=len(rows))
    top = np.maximum.reduceat(height, first)
    near = np.flatnonzero(height > np.repeat(top - hold_volt, counts))
    curve = np.searchsorted(first, near, side="right") - 1
    current = np.abs(np.asarray(records.current[rows[near]], dtype=np.float64))
    arrival = current[np.searchsorted(curve, np.arange(len(first)))]
    keep[near[current < HELD_SHARE * arrival[curve]]] = False


def _leave_out_onsets(
    records: Records, rows: Ints, first: Ints, skip_share: float, keep: NDArray[np.bool_]
) -> None:
    """Leave out the first share of the points of each stretch without a break or a new step."""
    breaks = np.ones(len(rows), dtype=bool)
    breaks[1:] = np.diff(rows) > 1
    if records.step is not None:
        breaks[1:] |= records.step[rows[1:]] != records.step[rows[:-1]]
    breaks[first] = True
    begins = np.flatnonzero(breaks)
    counts = np.diff(begins, append=len(rows))
    place = np.arange(len(rows)) - np.repeat(begins, counts)
    keep &= place >= np.repeat(np.floor(skip_share * counts), counts)
