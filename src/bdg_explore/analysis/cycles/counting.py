"""Cycles of tests whose tester did not count them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from bdg_explore.columns import CURRENT, CYCLE, TEST_TIME
from bdg_explore.frames import TIMESERIES, check_frame

from ..records.by_cell import rows_by_cell
from ..records.cycle_order import numbered
from ..records.from_frames import numbers_of


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

    Raises
    ------
    FrameError
        If a column is missing or holds no numbers, or test time is missing or runs backwards.

    Notes
    -----
    A cycle begins with each charge that follows a discharge. Turns of the net charge smaller than
    a tenth of its whole range are pulses and do not count; nor does what may have passed in gaps,
    longer than 600 s and than ten times the median interval.
    """
    check_frame(timeseries, replace(TIMESERIES, required=(TEST_TIME, CURRENT)))
    time, current = (numbers_of(timeseries, name) for name in (TEST_TIME, CURRENT))
    numbers = np.ones(len(timeseries), dtype=np.int64)
    for _, rows in rows_by_cell(timeseries):
        numbers[rows] = numbered(time[rows], current[rows])
    return pd.Series(numbers, index=timeseries.index, name=CYCLE)
