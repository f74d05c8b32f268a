"""Cut one direction of each cycle out of the records of a cell, its charge integrated exactly."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..records.arrays import BLOCK_ROWS, Floats, Ints, Records, blocks, joined, time_error
from ..records.cycle_order import HALF_CYCLE_SHARE
from ..records.from_frames import SECONDS_AN_HOUR
from ..records.intervals import counted_intervals

HELD_SHARE: Final = 0.98  # of the current with which the limit was reached: below, it is held
LAST_RECORDS: Final = 5  # of a charge: one of them tells at which voltage it ended
MOST_OVERSHOOT: Final = 5.0  # widths of a hold that a record may lie over what is held
GAP_SHARE: Final = 0.005  # of a curve's charge: gaps that may hide more spoil the curve
PART_ROWS: Final = BLOCK_ROWS

Cut = tuple[Floats, Floats, Ints, NDArray[np.bool_]]


def cut_branches(
    records: Records, sign: float, *, rest: float, hold_volt: float | None, skip_share: float
) -> Cut:
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
        Voltage [V] of every point and the charge since the point before it [Ah], at a curve's first
        point since the half cycle began; of each curve its first point and the row that is in the
        records; whether no gap spoils it.
    """
    parts = [
        _cut(part, sign, rest=rest, hold_volt=hold_volt, skip_share=skip_share)
        for part in _whole_cycles(records)
    ]
    points = np.cumsum([0, *(len(voltage) for voltage, *_ in parts)])[:-1]
    for (_, _, first, _), before in zip(parts, points, strict=True):
        first[:, 0] += before
    voltage, charge, first, whole = (joined(of_kind) for of_kind in zip(*parts, strict=True))
    return voltage, charge, first, whole


def _whole_cycles(records: Records) -> Iterator[tuple[Records, int]]:
    """Yield the records in parts that fit the cache, cut between cycles; and where each begins."""
    begin, cycle = 0, 0
    while True:
        after = int(np.searchsorted(records.starts, begin + PART_ROWS, side="right")) - 1
        if len(records.time) <= begin + PART_ROWS:
            after = len(records.starts)
        after = max(after, cycle + 1)
        end = int(records.starts[after]) if after < len(records.starts) else len(records.time)
        if begin and not records.time[begin] >= records.time[begin - 1]:
            raise time_error(records)
        yield records.part(slice(begin, end), slice(cycle, after)), begin
        if end == len(records.time):
            return
        begin, cycle = end, after


def _cut(
    part: tuple[Records, int],
    sign: float,
    *,
    rest: float,
    hold_volt: float | None,
    skip_share: float,
) -> Cut:
    records, begin = part
    moved, rows, gaps = _integrate(records, sign, rest)
    first = np.searchsorted(rows, records.starts)
    some = _lengths(first, rows) > 0
    first, since = first[some], records.starts[some]
    if not len(first):
        return np.zeros(0), np.zeros(0), np.zeros((0, 2), dtype=np.int64), np.zeros(0, dtype=bool)
    pauses = np.diff(rows) > 1
    pauses[first[1:] - 1] = False
    if pauses.any():
        rows, first, since = _largest_halves(
            records, sign, rest, moved, rows, first, since, np.flatnonzero(pauses) + 1
        )
    voltage = np.asarray(records.voltage[rows], dtype=np.float64)
    keep = np.ones(len(rows), dtype=bool)
    if hold_volt is not None:
        _leave_out_held(records, sign * voltage, rows, first, hold_volt, keep)
    last = np.maximum.reduceat(np.where(keep, np.arange(len(rows)), 0), first)
    whole = _unspoilt(records, sign, rest, rows, first, np.maximum(last, first), moved, gaps)
    if skip_share > 0:
        _leave_out_onsets(records, rows, first, skip_share, keep)
    left = _lengths(first, rows)
    if not keep.all():
        left = np.add.reduceat(keep, first, dtype=np.int64)
    curves = left > 1
    if not curves.all():  # one point is no curve
        keep &= np.repeat(curves, _lengths(first, rows))
        left, since, whole = left[curves], since[curves], whole[curves]
    if not keep.all():
        rows, voltage = rows[keep], voltage[keep]
    first = np.cumsum(left) - left
    charge = _charges_between(moved, rows, first, since)
    charge /= SECONDS_AN_HOUR
    return voltage, charge, np.stack([first, rows[first] + begin], axis=1), whole


def _lengths(first: Ints, rows: Ints) -> Ints:
    """Return how many of the rows each curve has."""
    return np.concatenate((first[1:], [len(rows)])) - first


def _charges_between(moved: Floats, rows: Ints, first: Ints, since: Ints) -> Floats:
    """Return the charge from row to row [A s]; at a curve's first row, since the curve began.

    Parameters
    ----------
    moved : ndarray
        Charge that passed since the record before, of every record [A s].
    rows : ndarray of int
        Records of the curves, one curve after the other.
    first : ndarray of int
        Which of the rows each curve begins with.
    since : ndarray of int
        Record at which the charge of each curve is zero.
    """
    charge = moved[rows]
    after = np.ones(len(rows), dtype=bool)  # rows that do not follow on the row before
    np.not_equal(rows[1:], rows[:-1] + 1, out=after[1:])
    after[first] = True
    at = np.flatnonzero(after)
    if len(at):
        edges = np.stack([rows[at - 1], rows[at]], axis=1)
        edges[np.searchsorted(at, first), 0] = since
        edges += 1
        sums = np.add.reduceat(moved, edges.reshape(-1))[::2]
        charge[at] = np.where(edges[:, 1] > edges[:, 0], sums, 0.0)
    return charge


def _integrate(
    records: Records, sign: float, rest: float
) -> tuple[Floats, Ints, list[tuple[Ints, Floats]]]:
    """Return the charge moved since the record before [A s], where current flows, and the gaps."""
    count = len(records.time)
    moved = np.zeros(count + 1)  # one more, so that sums may end there
    held: list[tuple[Ints, Floats]] = []
    gaps: list[tuple[Ints, Floats]] = []
    flowing: list[Ints] = []

    def note(name: str, rows: Ints, values: Floats) -> None:
        if name in ("gap", "hold_charge"):  # ours is the charging way: the sign was turned
            (gaps if name == "gap" else held).append((rows, values))

    room = np.empty(min(BLOCK_ROWS, count) + 1)
    flags = np.empty(min(BLOCK_ROWS, count) + 1, dtype=bool)
    for rows, _, _ in blocks(count, records.starts):
        begin, length = rows.start, rows.stop - rows.start
        current = np.multiply(records.current[begin : rows.stop + 1], sign, dtype=np.float64)
        voltage = np.asarray(records.voltage[begin : rows.stop + 1], dtype=np.float64)
        there = np.isfinite(voltage)
        missing = not (there.all() and np.isfinite(current).all())
        interval, _ = counted_intervals(
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
        _charges(current, interval[: len(current) - 1], moved[begin + 1 : begin + len(current)])
    for at, values in held:
        moved[at + 1] += values
    return moved, joined(flowing, np.int64), gaps


def _charges(current: Floats, between: Floats, out: Floats) -> None:
    """Put the charge of each interval where it belongs: of a line, what is above zero [A s]."""
    ours = np.maximum(current, 0.0)
    np.add(ours[1:], ours[:-1], out=out)
    back = current < 0
    turns = np.flatnonzero(back[1:] != back[:-1])
    if len(turns):  # the line crosses zero inside: only what lies on our side counts
        both = np.abs(current[turns]) + np.abs(current[turns + 1])
        out[turns] *= np.divide(out[turns], both, out=np.zeros(len(turns)), where=both > 0)
    out *= between
    out *= 0.5


def _largest_halves(
    records: Records,
    sign: float,
    rest: float,
    moved: Floats,
    rows: Ints,
    first: Ints,
    since: Ints,
    at: Ints,
) -> tuple[Ints, Ints, Ints]:
    """Where a cycle goes the other way in between, take the larger part; pulses do not count."""
    passed, back = np.cumsum(moved), np.cumsum(_integrate(records, -sign, rest)[0])
    cycle = np.searchsorted(first, at, side="right") - 1
    last = np.append(first[1:], len(rows)) - 1
    amount = passed[rows[last]] - passed[since]
    cuts = at[back[rows[at]] - back[rows[at - 1]] > HALF_CYCLE_SHARE * amount[cycle]]
    if not len(cuts):
        return rows, first, since
    pieces = np.union1d(first, cuts)
    of_cycle = np.searchsorted(first, pieces, side="right") - 1
    before = np.minimum(rows[pieces - 1] + 1, len(records.time) - 1)  # what ends the piece before
    since = np.where(np.isin(pieces, first), since[of_cycle], before)
    ends = np.append(pieces[1:], len(rows))
    order = np.lexsort((pieces, passed[since] - passed[rows[ends - 1]], of_cycle))
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
    last: Ints,
    moved: Floats,
    gaps: list[tuple[Ints, Floats]],
) -> NDArray[np.bool_]:
    """Return which curves have no gap in which more than a trifle of charge may have passed.

    Each counts from its `first` to its `last` row: a gap while the voltage is held, which is left
    out, spoils nothing.
    """
    whole = np.ones(len(first), dtype=bool)
    if not gaps or not len(first):
        return whole
    at = np.concatenate([where for where, _ in gaps])
    span = np.concatenate([values for _, values in gaps])
    one, other = (sign * np.asarray(records.current[at + k], dtype=np.float64) for k in (0, 1))
    curve = np.searchsorted(rows[first], at, side="right") - 1
    during = (curve >= 0) & (at < rows[last][curve])
    during &= ~((one <= rest) | (other <= rest))  # NaN is neither: it may have flowed
    charge = span * np.nan_to_num(np.fmax(one, other), nan=np.inf)
    lost = np.bincount(curve[during], charge[during], len(first))
    passed = np.cumsum(moved)
    amount = passed[rows[last]] - passed[rows[first]]
    whole[lost > GAP_SHARE * amount] = False
    return whole


def _leave_out_held(
    records: Records,
    height: Floats,
    rows: Ints,
    first: Ints,
    hold_volt: float,
    keep: NDArray[np.bool_],
) -> None:
    """Leave out points near the height [V] that is held, whose current has been let down.

    What is held is where the charge ended, and the mean of what lies near: the greatest height may
    be a record that shot over, from which the others lie further than the noise.
    """
    top = np.maximum.reduceat(height, first)
    most = MOST_OVERSHOOT * hold_volt
    near = np.flatnonzero(height > np.min(top) - most - hold_volt)
    curve = np.searchsorted(first, near, side="right") - 1
    within = height[near] > top[curve] - most - hold_volt
    near, curve = near[within], curve[within]
    below = top[curve] - height[near]
    current = np.abs(np.asarray(records.current[rows[near]], dtype=np.float64))

    def held(over: Floats) -> Ints:
        there = np.flatnonzero(below < over[curve] + hold_volt)
        arrival = current[there][np.searchsorted(curve[there], np.arange(len(first)))]
        low: Ints = there[current[there] < HELD_SHARE * arrival[curve[there]]]
        return low

    # the very last records may stand after the current was cut off
    last = np.append(first[1:], len(rows)) - 1 - np.arange(LAST_RECORDS)[:, None]
    end = top - np.max(height[np.maximum(last, first)], axis=0)
    over = np.where(end < most + hold_volt, np.minimum(end, most), 0.0)
    low = held(over)
    count = np.maximum(np.bincount(curve[low], minlength=len(first)), 1)
    mean = np.bincount(curve[low], below[low], len(first)) / count
    low = held(np.clip(mean, over, most))
    keep[near[low]] = False
    _leave_out_ends(records, rows, np.maximum(last, first), near[low], curve[low], keep)


def _leave_out_ends(
    records: Records, rows: Ints, last: Ints, held: Ints, curve: Ints, keep: NDArray[np.bool_]
) -> None:
    """Leave out what comes after a hold at less current than was held: the cell goes to rest.

    `last` are the last points of each curve (a column a curve), `held` the points of the holds and
    `curve` whose they are.
    """
    curves = last.shape[1]
    flow = np.abs(np.asarray(records.current[rows[last]], dtype=np.float64))
    least, after = np.full(curves, np.inf), np.zeros(curves, dtype=np.int64)
    np.minimum.at(least, curve, np.abs(np.asarray(records.current[rows[held]], dtype=np.float64)))
    np.maximum.at(after, curve, held)
    keep[last[(last > after) & (flow < least) & np.isfinite(least)]] = False


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
