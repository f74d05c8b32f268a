"""Reading one cell of a Battery Archive database: 50 cells, 5M records, against plain SQL.

    python benchmarks/bench_postgres.py [--cells 50] [--rows 100000]

Starts a PostgreSQL of its own (Debian: ``apt-get install postgresql``) and removes it again. The
reference is the same driver asked for the same cell by hand: ``SELECT *`` and the columns that we
take, into Arrow and no further. Target: at most 1.5 times either.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hubs"))

from adbc_driver_postgresql import dbapi
from servers.archive import GRANTS, INDEXES, NEWER, cell_ids, filled
from servers.cluster import READER_PASSWORD, Cluster, binaries

import bdg_explore as bdg

COLUMNS = (
    "test_time, date_time, cycle_index, i, v, ah_c, ah_d, e_c, e_d, env_temperature, "
    "cell_temperature"
)
LIMIT = 1.5


def in_turns(jobs: dict[str, Callable[[], object]], repeats: int = 15) -> dict[str, float]:
    """Return the best time of each job [s]; they run in turns, so that a busy machine is fair."""
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(repeats):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=50)
    parser.add_argument("--rows", type=int, default=100_000)
    asked = parser.parse_args()
    home = binaries()
    if home is None:
        print("PostgreSQL is not installed: apt-get install postgresql")
        return 1
    with Cluster(home) as cluster:
        cluster.sql("CREATE DATABASE archive")
        start = time.perf_counter()
        cluster.sql("\n".join([NEWER, filled(asked.cells, asked.rows), INDEXES, GRANTS]),
                    database="archive")  # fmt: skip
        print(f"filled in {time.perf_counter() - start:.0f} s: {asked.cells} cells, "
              f"{asked.cells * asked.rows:,} records")  # fmt: skip
        os.environ["PGPASSWORD"] = READER_PASSWORD
        bdg.open_hubs()
        start = time.perf_counter()
        without = bdg.open_hubs()
        between = time.perf_counter()
        hubs = bdg.open_hubs(cluster.address("archive"))
        took = time.perf_counter() - between - (between - start)
        print(f"opened in {took * 1e3:.0f} ms more than {len(without.hubs)} hubs without it")
        cell = cell_ids(asked.cells)[asked.cells // 2]
        uid = f"archive-my-lab/{cell}"
        with dbapi.connect(cluster.address("archive"), autocommit=True) as connection:

            def plain(columns: str) -> int:
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"SELECT {columns} FROM cycle_timeseries WHERE cell_id = '{cell}'"  # noqa: S608
                    )
                    return cursor.fetch_arrow_table().num_rows

            assert plain("*") == len(hubs.timeseries(uid)) == asked.rows
            best = in_turns(
                {
                    "plain SQL, SELECT *": lambda: plain("*"),
                    "plain SQL, our columns": lambda: plain(COLUMNS),
                    "hubs.timeseries": lambda: hubs.timeseries(uid),
                    "hubs.timeseries, 5 cycles": lambda: hubs.timeseries(uid, cycles=range(1, 6)),
                    "hubs.cycles": lambda: hubs.cycles(uid),
                }
            )
        for name, took in best.items():
            print(f"{name:28s} {took * 1e3:8.1f} ms")
        ours = best["hubs.timeseries"]
        ratios = {name: ours / took for name, took in best.items() if name.startswith("plain")}
        for name, ratio in ratios.items():
            print(f"hubs.timeseries over {name}: {ratio:.2f} (target: at most {LIMIT})")
    return int(max(ratios.values()) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
