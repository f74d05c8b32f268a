"""Steps, numbered as they were run: the program's line recurs, `step_count` never does."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bdg_explore.columns import CYCLE, STEP, STEP_TIME


def running_steps(*keys: Any) -> npt.NDArray[np.int64]:
    """Count the steps as they were run.

    Parameters
    ----------
    *keys : array, Series or Categorical
        What tells one step from the next, each one value a record: the program's line, the cycle,
        the tester's word for the step. A missing value equals a missing one.

    Returns
    -------
    array
        1 for the first record, one more whenever any key changes from a record to the next.
    """
    rows = len(keys[0])
    new = np.ones(rows, dtype=bool)
    new[1:] = False
    for key in keys:
        new[1:] |= _changes(key)
    return np.cumsum(new, dtype=np.int64)


def number_steps(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Give a frame the column `step_count`, told from those of the named columns that it has.

    A new step begins where one of them changes; of `step_time_second`, where it falls back. A
    new cycle alone begins no step where the time in the step tells: testers count cycles on inside
    a step. A frame that has none of them, or has a `step_count`, is returned as it came.
    """
    held = [name for name in names if name in frame.columns]
    if {CYCLE, STEP_TIME} <= set(held):
        held.remove(CYCLE)
    if not held or STEP in frame.columns:
        return frame
    last = max(list(frame.columns).index(name) for name in held)
    keys = [_begun(frame[name]) if name == STEP_TIME else frame[name] for name in held]
    frame.insert(last + 1, STEP, running_steps(*keys))
    return frame


def whole_time(step_time: Any, step: Any) -> npt.NDArray[np.float64]:
    """Lay the steps one after the other [s]: each begins where the one before ended."""
    time, step = np.asarray(step_time, dtype=float), np.asarray(step)
    begins = np.flatnonzero(np.r_[True, step[1:] != step[:-1]])
    ends = np.r_[begins[1:], len(step)] - 1
    offsets = np.r_[0.0, np.cumsum(np.fmax.reduceat(time, begins) if len(begins) else [])[:-1]]
    laid: npt.NDArray[np.float64] = time + np.repeat(offsets, ends - begins + 1)
    return laid


def _begun(step_time: Any) -> npt.NDArray[np.int64]:
    """Count how often the time in the step fell back."""
    time = np.asarray(step_time, dtype=float)
    falls = np.zeros(len(time), dtype=bool)
    falls[1:] = time[1:] < time[:-1]
    return np.cumsum(falls, dtype=np.int64)


def _changes(key: Any) -> Any:
    values = key.array if isinstance(key, pd.Series) else key
    array = values.codes if isinstance(values, pd.Categorical) else np.asarray(values)
    changed = array[1:] != array[:-1]
    if array.dtype.kind == "f":
        missing = np.isnan(array)
        changed &= ~(missing[1:] & missing[:-1])
    return changed
