"""Sums over the records of a cycle: charge, energy, times, temperature; one pass, in blocks.

Each block of rows fits the processor's cache, so the work costs little more than reading the
columns. Everything here is numpy on one cell's records in test order.
"""

from typing import Final

import numpy as np

from ..records.arrays import BLOCK_ROWS, Floats, Ints, Records, blocks, widen
from ..records.intervals import counted_intervals
from ..records.spans import Spans
from .sums import CycleSums

MOST_WAITING: Final = 1_000_000  # runs and notes held before they are brought to their cycles

_OF_RUNS: Final = (
    "charge",
    "discharge",
    "charge_energy",
    "discharge_energy",
    "charging",
    "discharging",
    "resting",
)
_NOTED: Final = (
    "gap",
    "paused",
    "switching",
    "surplus",
    "surplus_charge_energy",
    "surplus_discharge_energy",
    "hold_charge",
    "hold_discharge",
    "hold_charge_energy",
    "hold_discharge_energy",
    "hold_charge_time",
    "hold_discharge_time",
)
_OF_HEAT: Final = ("temperature", "no_temperature")


def integrate_cycles(
    records: Records, *, rest_current_ampere: float, missing_current: bool = True
) -> CycleSums:
    """Integrate current and power over every cycle of one cell.

    Parameters
    ----------
    records : Records
        One cell in test order.
    rest_current_ampere : float
        Up to this magnitude a current counts as rest [A]: in the two durations, and where the
        question is whether a current starts, stops or flows on at a step change.
    missing_current : bool
        False where the caller has seen that no current is missing, which spares a look.

    Returns
    -------
    CycleSums
        Sums of each cycle.

    Raises
    ------
    FrameError
        If test time is missing somewhere or runs backwards.

    Notes
    -----
    Current and power run linearly between two records of a cycle, and an interval in which the
    current turns round is split where it crosses zero, so neither direction is credited with the
    other's time: a clipped trapezoid would over-count each side by ``I_a I_b dt / 2(I_a + I_b)``.

    Four kinds of interval are left out: between two cycles; across a gap, which is longer than
    600 s and than ten times the cycle's median interval with a current on either side; beside a
    record without current or voltage; and across a step change at which the current starts,
    stops or turns round, because there it jumps and does not ramp. Of the last kind the new
    step's own share, which ``step_time_second`` tells, is credited at the new step's current:
    testers that write no record at the start of a step would otherwise lose one interval a step.
    """
    sums = _Sums(records, rest_current_ampere, missing_current)
    for rows, first, offsets in blocks(len(records.time), records.starts):
        sums.add(rows, first, offsets)
    return sums.result()


class _Sums:
    """What the blocks of one stretch of records leave behind."""

    def __init__(self, records: Records, rest_current_ampere: float, missing_current: bool) -> None:
        self.records = records
        self.rest = rest_current_ampere
        self.missing_current = missing_current
        self.carried = 0.0  # the interval that ends at the next block's first record
        count = len(records.starts)
        self.of = {name: np.zeros(count) for name in (*_OF_RUNS, *_NOTED, *_OF_HEAT)}
        self.voltage_limits = np.full(count, np.nan), np.full(count, np.nan)
        self.temperature_limits = np.full(count, np.nan), np.full(count, np.nan)
        rows = min(BLOCK_ROWS, len(records.time)) + 1
        self.scratch = np.empty((3, rows))  # fresh memory for each block would cost a third more
        self.flags = np.empty((3, rows), dtype=bool)
        self.runs: list[tuple[Ints, Floats, Floats, Floats, Floats]] = []
        self.notes: list[tuple[str, Ints, Floats]] = []
        self.waiting = 0
        self.steps: list[tuple[Ints, Ints, Ints, Floats, Floats]] = []
        self.gapped = False
        self.gap_rows: list[Ints] = []

    def note(self, name: str, rows: Ints, values: Floats) -> None:
        """Add values, one an interval that begins at `rows`, to the sum of their cycles."""
        self.notes.append((name, rows, values))
        self.waiting += len(rows)
        self.gapped |= name == "gap" and len(rows) > 0

    def add(self, rows: slice, first: int, offsets: Ints) -> None:
        """Add one block of rows."""
        r, begin, length = self.records, rows.start, rows.stop - rows.start
        current = np.asarray(r.current[begin : rows.stop + 1], dtype=np.float64)
        voltage = np.asarray(r.voltage[begin : rows.stop + 1], dtype=np.float64)
        missing = widen(*self.voltage_limits, voltage[:length], first, offsets)
        missing = missing or self.missing_current or bool(np.isnan(voltage[-1]))
        self.gapped = False
        interval, changes = counted_intervals(
            r,
            rows,
            current,
            voltage,
            rest=self.rest,
            missing=missing,
            note=self.note,
            out=self.scratch[0],
            flags=self.flags[0],
        )
        weight = self.scratch[1, :length]  # of a record: half the interval on either side of it
        np.add(interval[:-1], interval[1:], out=weight[1:])
        weight[0] = self.carried + interval[0]
        if r.temperature is not None:
            temperature = np.asarray(r.temperature[rows], dtype=np.float64)
            unknown = widen(*self.temperature_limits, temperature, first, offsets)
            self._add_temperature(temperature, first, offsets, weight, unknown=unknown)

        runs = self._runs(begin, offsets, changes, current, voltage, interval)
        if missing:  # such records weigh nothing: the intervals beside them are 0
            current, voltage = np.nan_to_num(current), np.nan_to_num(voltage)
        flowing = current[runs]  # a rest that begins with a missing current is a rest
        if self.gapped:
            lasting = np.add.reduceat(weight, runs)
        else:  # nothing is left out inside a run: the clock tells
            ends = np.append(runs[1:], length) - 1
            time = np.asarray(r.time[begin + np.stack([runs, ends])], dtype=np.float64)
            before = np.append(self.carried, interval[runs[1:] - 1])
            lasting = 2.0 * (time[1] - time[0]) + before + interval[ends]
        self.carried = float(interval[-1])
        weight *= current[:length]
        moved = np.add.reduceat(weight, runs)
        weight *= voltage[:length]
        work = np.add.reduceat(weight, runs)
        self.runs.append((begin + runs, flowing, lasting, moved, work))
        self.waiting += len(runs)
        if self.waiting > MOST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Bring what was found in runs of one direction, and noted, to their cycles."""
        count = len(self.records.starts)
        if self.runs:
            rows, flowing, lasting, moved, work = (
                np.concatenate(part) for part in zip(*self.runs, strict=True)
            )
            cycle = self.records.cycle_of(rows)
            ways = {
                "charging": (flowing > self.rest, lasting),
                "discharging": (flowing < -self.rest, lasting),
                "resting": (np.abs(flowing) <= self.rest, lasting),
                "charge": (flowing >= 0, moved),
                "charge_energy": (flowing >= 0, work),
                "discharge": (flowing < 0, -moved),
                "discharge_energy": (flowing < 0, -work),
            }
            for name, (chosen, values) in ways.items():
                self.of[name] += np.bincount(cycle[chosen], values[chosen], count)
            way = np.subtract(flowing > self.rest, flowing < -self.rest, dtype=np.int64)
            self.steps.append((rows, way, cycle, 0.5 * lasting, 0.5 * np.abs(moved)))
        self.gap_rows += [rows for name, rows, _ in self.notes if name == "gap"]
        for name in {name for name, _, _ in self.notes}:
            rows = np.concatenate([r for n, r, _ in self.notes if n == name])
            values = np.concatenate([v for n, _, v in self.notes if n == name])
            self.of[name] += np.bincount(self.records.cycle_of(rows), values, count)
        self.runs, self.notes, self.waiting = [], [], 0

    def _runs(
        self,
        begin: int,
        offsets: Ints,
        changes: Ints,
        current: Floats,
        voltage: Floats,
        interval: Floats,
    ) -> Ints:
        """Return where runs of one direction in one step begin; note what crossings surplus."""
        count = len(current)
        state, changed = self.flags[0, :count], self.flags[1, : len(interval) + 1]
        inner, other = changed[1:count], self.flags[2, : count - 1]
        np.less(current, 0.0, out=state)
        np.not_equal(state[1:], state[:-1], out=inner)
        for compare, level in ((np.greater, self.rest), (np.less, -self.rest)):
            compare(current, level, out=state)
            np.not_equal(state[1:], state[:-1], out=other)
            np.logical_or(inner, other, out=inner)
        changed[-1] = False
        changed[changes + 1] = True
        changed[offsets] = True  # row 0 of a block begins a run, whatever was before
        found = np.flatnonzero(changed[: len(interval)])
        ends = (
            found[found > 0] if len(current) == len(interval) else np.append(found[1:], count - 1)
        )
        turns = ends[(current[ends - 1] < 0) != (current[ends] < 0)] - 1
        if len(turns):
            self._note_turns(begin, turns, current, voltage, interval)
        return found

    def _note_turns(
        self, begin: int, turns: Ints, current: Floats, voltage: Floats, interval: Floats
    ) -> None:
        turns = turns[interval[turns] > 0]
        if not len(turns):
            return
        before, after = current[turns], current[turns + 1]
        # twice the charge that the clipped trapezoid gives to both sides, each at its own voltage
        surplus = np.abs(before * after) / (np.abs(before) + np.abs(after)) * interval[turns]
        ends = voltage[turns], voltage[turns + 1]
        falling = before > 0
        rows = begin + turns
        self.note("surplus", rows, surplus)
        self.note("surplus_charge_energy", rows, surplus * np.where(falling, *ends))
        self.note("surplus_discharge_energy", rows, surplus * np.where(falling, *ends[::-1]))

    def _add_temperature(
        self, temperature: Floats, first: int, offsets: Ints, weight: Floats, *, unknown: bool
    ) -> None:
        here = slice(first, first + len(offsets))
        if unknown:
            without = np.isnan(temperature)
            self.of["no_temperature"][here] += np.add.reduceat(weight * without, offsets)
            temperature = np.where(without, 0.0, temperature)
        heat = np.multiply(weight, temperature, out=self.scratch[2, : len(weight)])
        self.of["temperature"][here] += np.add.reduceat(heat, offsets)

    def result(self) -> CycleSums:
        """Return the sums; the halves of the intervals are taken here, once."""
        self.settle()
        of = self.of

        def total(name: str, surplus: str) -> Floats:
            return 0.5 * (of[name] - of[surplus]) + of[f"hold_{name}"]

        return CycleSums(
            charge=total("charge", "surplus"),
            discharge=total("discharge", "surplus"),
            charge_energy=total("charge_energy", "surplus_charge_energy"),
            discharge_energy=total("discharge_energy", "surplus_discharge_energy"),
            charging=0.5 * of["charging"] + of["hold_charge_time"],
            discharging=0.5 * of["discharging"] + of["hold_discharge_time"],
            resting=0.5 * of["resting"],
            gap=of["gap"],
            paused=of["paused"],
            switching=of["switching"],
            voltage_limits=self.voltage_limits,
            temperature=0.5 * of["temperature"],
            no_temperature=0.5 * of["no_temperature"],
            temperature_limits=self.temperature_limits,
            steps=Spans.of(self.steps, self.records),
            gap_rows=np.concatenate([np.zeros(0, dtype=np.int64), *self.gap_rows]),
        )
