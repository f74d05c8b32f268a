"""A million records are checked while one waits for nothing."""

import time

import numpy as np
import pandas as pd
from made_cells import timeseries

from bdg_explore.columns import CYCLE, STEP, TEST_TIME
from bdg_explore.curation import check


def best(job, count: int = 3) -> float:
    """Return the least time that this process was at work [s], whoever else was."""
    times = []
    for _ in range(count):
        begin = time.process_time()
        job()
        times.append(time.process_time() - begin)
    return min(times)


def long_test(rows: int) -> pd.DataFrame:
    once = timeseries(12, every=5.0)
    count = rows // len(once)
    whole = pd.concat([once] * count, ignore_index=True)
    turn = np.repeat(np.arange(count), len(once))
    whole[CYCLE] += 12 * turn
    whole[STEP] += 60 * turn
    whole[TEST_TIME] += turn * (once[TEST_TIME].iloc[-1] + 5.0)
    return whole


def test_a_check_costs_so_many_sums_of_the_columns():
    frame = long_test(500_000)
    columns = [frame[name].to_numpy() for name in frame]
    reference = best(lambda: [values.sum() for values in columns], 9)
    ours = best(lambda: check(frame))
    print(f"{len(frame):,} rows: sum {1e3 * reference:.1f} ms, check {1e3 * ours:.0f} ms")
    assert ours < 150 * reference + 0.1  # about 40 times on a quiet machine


def test_time_grows_with_rows_and_not_faster():
    small, large = long_test(100_000), long_test(400_000)
    assert best(lambda: check(large)) < 10 * best(lambda: check(small)) + 0.05
