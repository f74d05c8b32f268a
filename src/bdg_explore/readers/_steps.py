"""Steps, numbered as they were run: the program's line recurs, `step_count` never does."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bdg_explore.columns import CYCLE, STEP, STEP_TIME, TEST_TIME


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
    return _counted(len(keys[0]), [_changes(key) for key in keys])


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
    new = [_falls(frame[name]) if name == STEP_TIME else _changes(frame[name]) for name in held]
    steps = pd.Series(_counted(len(frame), new), frame.index, copy=False)
    frame.insert(last + 1, STEP, steps)
    return frame


def whole_time(step_time: Any, step: Any) -> npt.NDArray[np.float64]:
    """Lay the steps one after the other [s]: each begins where the one before ended."""
    time, step = np.asarray(step_time, dtype=float), np.asarray(step)
    begins = np.flatnonzero(np.r_[True, step[1:] != step[:-1]])
    ends = np.r_[begins[1:], len(step)] - 1
    offsets = np.r_[0.0, np.cumsum(np.fmax.reduceat(time, begins) if len(begins) else [])[:-1]]
    laid: npt.NDArray[np.float64] = time + np.repeat(offsets, ends - begins + 1)
    return laid


def with_test_time(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Put `test_time_second` together from the times in the steps, where there is none."""
    if TEST_TIME not in frame.columns and {STEP, STEP_TIME} <= set(frame.columns):
        place = list(frame.columns).index(STEP_TIME)
        frame.insert(place, TEST_TIME, whole_time(frame[STEP_TIME], frame[STEP]))
        notes.append(
            f"{TEST_TIME} is put together from the times in the steps; pauses are not in it"
        )
    return frame


def _counted(rows: int, changes: Iterable[Any]) -> npt.NDArray[np.int64]:
    """Count on where any of them says, of each record but the first, that a step begins."""
    new = np.zeros(rows, dtype=bool)
    new[:1] = True
    for change in changes:
        new[1:] |= change
    return np.cumsum(new, dtype=np.int64)


def _falls(step_time: Any) -> Any:
    """Say of each record but the first whether the time in the step fell back."""
    time = np.asarray(step_time, dtype=float)
    return time[1:] < time[:-1]


def _changes(key: Any) -> Any:
    """Say of each record but the first whether a key changes there."""
    values = key.array if isinstance(key, pd.Series) else key
    array = values.codes if isinstance(values, pd.Categorical) else np.asarray(values)
    changed = array[1:] != array[:-1]
    if array.dtype.kind == "f":
        missing = np.isnan(array)
        changed &= ~(missing[1:] & missing[:-1])
    return changed
