"""A hub from a folder of files: two processes against one, memory of each, and the second run.

python benchmarks/bench_build.py [--files 200] [--rows 100000] [--repeats 1]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from made_record import ROWS_A_CYCLE, record

from bdg_explore.columns import CURRENT, TEST_TIME, VOLTAGE
from bdg_explore.hubs.building import build
from bdg_explore.hubs.catalogs import datasets_in
from bdg_explore.hubs.collection import Hubs

RATIO_TARGET = 1.7
MEMORY_TARGET_MIB = 1024
OPEN_TARGET_MS = 20
DIGITS = {TEST_TIME: 3, VOLTAGE: 5, CURRENT: 5}


def write(folder: Path, files: int, rows: int) -> int:
    """Write files as a tester prints them; return their size in bytes."""
    cycles = max(1, rows // ROWS_A_CYCLE)
    base = record(cycles)
    size = 0
    for number in range(files):
        noise = np.random.default_rng(number).normal(0.0, 1e-3, len(base))
        frame = base.assign(**{VOLTAGE: base[VOLTAGE] + noise})
        table = pa.table({c: frame[c].round(DIGITS.get(c, 7)) for c in frame})
        path = folder / f"group {number % 4}" / f"cell {number:03}.csv"
        path.parent.mkdir(exist_ok=True)
        pacsv.write_csv(table, path)
        size += path.stat().st_size
    return size


def arithmetic() -> float:
    """Return how many times as much two processes do as one: 2 where both processors are free."""
    code = "x = 0\nfor i in range(8_000_000): x += i * i"
    seconds = []
    for count in (1, 2):
        begin = time.perf_counter()
        several = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(count)]
        for process in several:
            process.wait()
        seconds.append(time.perf_counter() - begin)
    return 2 * seconds[0] / seconds[1]


def run(folder: Path, out: Path, workers: int) -> dict[str, float]:
    """Build in a process of its own, whose children are the workers; say how it went."""
    told = subprocess.run(
        [sys.executable, __file__, "--one", str(workers), str(folder), str(out)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(told.stdout)


def one(workers: int, folder: Path, out: Path) -> None:
    begin, busy = time.perf_counter(), time.process_time()
    built = build(folder, out, workers=workers, progress=False)
    seconds, busy = time.perf_counter() - begin, time.process_time() - busy
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "seconds": seconds,
        "cells": len(built.cells),
        "mib": children.ru_maxrss / 1024,
        "own": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "processor": children.ru_utime + children.ru_stime,
        "beside": busy,
    }
    print(json.dumps(told))


def opening(out: Path) -> None:
    begin = time.perf_counter()
    hubs = Hubs(datasets_in(out))
    cells = hubs.cells
    seconds = time.perf_counter() - begin
    uid = cells.index[len(cells) // 2]
    times = []
    for _ in range(30):
        begin = time.perf_counter()
        frame = hubs.timeseries(uid)
        times.append(time.perf_counter() - begin)
    print(
        f"opened with {len(cells)} cells in {seconds * 1e3:.0f} ms; one cell, {len(frame):,} rows, "
        f"{len(frame.columns)} columns: best {min(times) * 1e3:.1f} ms, "
        f"median {np.median(times) * 1e3:.1f} ms (target {OPEN_TARGET_MS})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(int(given.one[0]), Path(given.one[1]), Path(given.one[2]))
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "files")
        folder.mkdir()
        size = write(folder, given.files, given.rows)
        print(
            f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; "
            f"{given.files} files of {given.rows:,} rows, {size / 1e6:.0f} MB"
        )
        best: dict[int, dict[str, float]] = {}
        free = [arithmetic()]
        for repeat in range(given.repeats):
            for workers in (1, 2):
                told = run(folder, Path(place, f"{workers}-{repeat}"), workers)
                if workers not in best or told["seconds"] < best[workers]["seconds"]:
                    best[workers] = told
                free.append(arithmetic())
        for workers, told in best.items():
            print(
                f"{workers} workers: {told['seconds']:.1f} s, {told['cells']} cells, "
                f"{told['mib']:.0f} MiB a worker (target {MEMORY_TARGET_MIB}), "
                f"{told['own']:.0f} MiB beside them; processor time {told['processor']:.1f} s, "
                f"beside them {told['beside']:.1f} s"
            )
        ratio = best[1]["seconds"] / best[2]["seconds"]
        bare = float(np.median(free))
        print(
            f"two workers against one: {ratio:.2f} times as fast (target {RATIO_TARGET} where both "
            f"processors are free); two processes of bare arithmetic: {bare:.2f}, so the build "
            f"reaches {ratio / bare:.0%} of what was to be had (target {RATIO_TARGET / 2:.0%})"
        )
        out = Path(place, "2-0")
        held = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        again = run(folder, out, 2)
        print(f"the store: {held / 1e6:.0f} MB; built again unchanged: {again['seconds']:.1f} s")
        opening(out)


if __name__ == "__main__":
    main()
