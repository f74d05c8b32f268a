"""Q(V) and dQ/dV of every cycle, a thousand points each, against numpy's own interpolation.

python benchmarks/bench_curves.py [--rows 1000000] [--long]

The reference interpolates curves that are cut out, integrated and sorted already, one `np.interp`
a curve, into a table of the same shape: what nobody can do without. `--long` does ten times as many
rows as well, and tells how much longer that takes and the memory it needs.
"""

import argparse
import os
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd
from made_record import ROWS_A_CYCLE, record
from measured import Measure, as_table, turns

from bdg_explore.analysis import capacity_voltage, differential_voltage, incremental_capacity
from bdg_explore.columns import CURRENT, CYCLE, DISCHARGING_CAPACITY, STEP, TEST_TIME, VOLTAGE

POINTS = 1000
GRID = np.linspace(3.15, 4.0, POINTS)
STEP_VOLT = 0.85 / POINTS  # as many points of dQ/dV
CURVE_TARGET_MS, LONG_TARGET, MEMORY_TARGET_MIB = 0.03, 12.0, 700
COLUMNS = [TEST_TIME, VOLTAGE, CURRENT, CYCLE, STEP]


def interpolated(curves: list[tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
    capacity = np.empty((len(curves), POINTS))
    for row, (voltage, charge) in zip(capacity, curves, strict=True):
        row[:] = np.interp(GRID, voltage, charge)
    return pd.DataFrame(
        {
            CYCLE: np.repeat(np.arange(1, len(curves) + 1), POINTS),
            VOLTAGE: np.tile(GRID, len(curves)),
            DISCHARGING_CAPACITY: capacity.reshape(-1),
        },
        copy=False,
    )


def sorted_curves(frame: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return voltage and charge of each discharge, by voltage."""
    flows = frame[frame[CURRENT] < 0]
    cuts = np.flatnonzero(np.diff(flows[CYCLE])) + 1
    volts = np.split(flows[VOLTAGE].to_numpy(), cuts)
    return [(np.sort(v), np.linspace(1.0, 0.0, len(v))) for v in volts]


def measures(rows: int = 1_000_000, repeats: int = 9) -> list[Measure]:
    """Measure curves of all cycles beside the reference, in turns."""
    frame = record(rows // ROWS_A_CYCLE)[COLUMNS]
    curves = sorted_curves(frame)
    reference, *ours = turns(
        lambda: interpolated(curves),
        lambda: capacity_voltage(frame, grid=GRID),
        lambda: incremental_capacity(frame, step_volt=STEP_VOLT),
        lambda: incremental_capacity(frame, method="lean"),
        lambda: differential_voltage(frame, points=POINTS),
        count=repeats,
    )
    names = ("Q(V)", "dQ/dV", "dQ/dV, counted", "dV/dQ")
    targets = ((3.0, 6.0), (3.0, 7.5), (3.0, 7.5), (None, 12.0))
    return [
        Measure(
            f"{name}, {len(curves):,} curves, {rows:,} rows",
            "np.interp of sorted curves",
            took,
            reference,
            target=target,
            limit=limit,
        )
        for name, took, (target, limit) in zip(names, ours, targets, strict=True)
    ]


def long_record(rows: int) -> pd.DataFrame:
    """Make a record in the types of the store, piece by piece, so that making it needs no room."""
    piece = 1_000_000
    frame = {
        name: np.empty(rows, dtype)
        for name, dtype in zip(COLUMNS, ("f8", "f4", "f4", "i4", "i4"), strict=True)
    }
    for begin in range(0, rows, piece):
        part = record(min(piece, rows - begin) // ROWS_A_CYCLE, seed=begin, small=True)
        for name, values in frame.items():
            values[begin : begin + len(part)] = part[name]
        cycles = begin // ROWS_A_CYCLE
        for name, shift in ((TEST_TIME, begin * 8.0), (CYCLE, cycles), (STEP, 5 * cycles)):
            frame[name][begin : begin + len(part)] += shift
    return pd.DataFrame(frame, copy=False)


def once(rows: int, repeats: int) -> None:
    """Print the best time [s] and the peak memory [MiB] of Q(V) of a record of this length."""
    frame, best = long_record(rows), float("inf")
    for _ in range(repeats):
        begin = time.perf_counter()
        capacity_voltage(frame, grid=GRID)
        best = min(best, time.perf_counter() - begin)
    print(best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def ten_times(rows: int, repeats: int) -> str:
    """Compare a record with one ten times as long, each in a process of its own."""
    told = []
    for count in (rows, 10 * rows):
        command = [sys.executable, __file__, "--once", "--rows", str(count)]
        done = subprocess.run(
            [*command, "--repeats", str(repeats)], check=True, capture_output=True, text=True
        )
        told.append([float(value) for value in done.stdout.split()])
    (short, _), (long, memory) = told
    return (
        f"Q(V) of {10 * rows:,} rows takes {long / short:.1f} times what {rows:,} take "
        f"(target {LONG_TARGET:g}), at a peak of {memory:.0f} MiB, the record and the curves "
        f"among them (target {MEMORY_TARGET_MIB})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--long", action="store_true", help="ten times the rows as well")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        once(given.rows, given.repeats)
        return
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    found = measures(given.rows, given.repeats)
    print(as_table(found))
    each = 1e3 * found[0].ours / (given.rows // ROWS_A_CYCLE)
    print(f"\nQ(V): {each:.3f} ms a curve (target {CURVE_TARGET_MS})")
    if given.long:
        print(ten_times(given.rows, max(3, given.repeats // 3)))


if __name__ == "__main__":
    main()
