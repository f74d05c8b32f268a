"""What everything takes beside its reference in the same run, as one table.

python benchmarks [--rows 1000000] [--check]

Peers (see `bench_peers.py`) are timed where they are installed. With `--check` only what has a
limit is measured, without peers, and the run ends with an error where a ratio stays above its limit
three times in a row: something has become slow.
"""

import argparse
import os
from collections.abc import Callable, Iterable

import bench_curves
import bench_peers
import bench_pictures
import bench_search
import bench_summary
from measured import Measure, as_table

TRIES = 3


def within_limits(jobs: Iterable[Callable[[], Iterable[Measure]]]) -> list[Measure]:
    """Measure jobs, those with a ratio above its limit again; return the last of each."""
    told: list[Measure] = []
    for job in jobs:
        best: dict[str, Measure] = {}
        for _ in range(TRIES):
            for one in job():
                seen = best.setdefault(one.job, one)
                best[one.job] = min(seen, one, key=lambda measure: measure.ratio)
            if not any(one.slow for one in best.values()):
                break
        told += best.values()
    return told


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true", help="end with an error if one is slow")
    given = parser.parse_args()
    jobs: list[Callable[[], Iterable[Measure]]] = [
        lambda: bench_summary.measures(given.rows),
        lambda: bench_curves.measures(given.rows),
        lambda: bench_pictures.measures(given.rows),
        bench_search.measures,
    ]
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    if not given.check:
        jobs.append(lambda: bench_peers.measures(given.rows))
        print(as_table(one for job in jobs for one in job()))
        return
    told = within_limits(jobs)
    print(as_table(told))
    slow = [one for one in told if one.slow]
    for one in slow:
        print(f"SLOW: {one.job} takes {one.ratio:.3g} x {one.against}; at most {one.limit:g}")
    raise SystemExit(1 if slow else 0)


if __name__ == "__main__":
    main()
