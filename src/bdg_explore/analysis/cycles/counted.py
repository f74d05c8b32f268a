"""Cycles of tests whose tester did not count them."""

import numpy as np
import pandas as pd

from bdg_explore.columns import CURRENT, CYCLE, TEST_TIME

from ..records.by_cell import rows_by_cell
from ..records.cycle_order import numbered


def count_cycles(timeseries: pd.DataFrame) -> pd.Series:
    """Count the cycles of a test whose tester did not.

    Parameters
    ----------
    timeseries : DataFrame
        Records in test order, canonical columns: test time [s], current [A, positive charges].
        With a column `cell`, each cell on its own.

    Returns
    -------
    Series
        `cycle_count`, from 1, with the index of the frame.

    Notes
    -----
    A cycle begins with each charge that follows a discharge. Turns of the net charge smaller than
    a tenth of its whole range are pulses and do not count.
    """
    time, current = timeseries[TEST_TIME].to_numpy(), timeseries[CURRENT].to_numpy()
    numbers = np.ones(len(timeseries), dtype=np.int64)
    for _, rows in rows_by_cell(timeseries):
        numbers[rows] = numbered(time[rows], current[rows])
    return pd.Series(numbers, index=timeseries.index, name=CYCLE)
