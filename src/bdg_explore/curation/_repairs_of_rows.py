"""Repairs that take rows out, or put them in another order."""

import numpy as np
import pandas as pd

from bdg_explore.columns import TEST_TIME
from bdg_explore.errors import ParameterError

from ._repairs_of_values import Job
from ._rule import Ints, plural
from ._series import Series
from ._subject import THERMAL
from ._tables import CycleTable
from .repair_log import Change
from .value_rules import lacking


def drop_duplicates(job: Job) -> tuple[pd.DataFrame, Change]:
    """Take out rows that repeat another."""
    rows = [np.zeros(0, dtype=np.int64)]
    for subject, places in job.cells():
        if isinstance(subject, Series):
            rows.append(places[subject.clock.duplicates])
        elif isinstance(subject, CycleTable):
            rows.append(places[subject.duplicates])
        else:
            raise ParameterError(f"{job.name} repairs time series and cycles, not {job.table}.")
    return _without(job, np.concatenate(rows), "that repeat another")


def drop_missing(job: Job) -> tuple[pd.DataFrame, Change]:
    """Take out rows without a required number."""
    rows = [np.zeros(0, dtype=np.int64)]
    for subject, places in job.cells():
        rows += [places[found] for name, found in lacking(subject).items() if name not in THERMAL]
    return _without(job, np.unique(np.concatenate(rows)), "without a required number")


def _without(job: Job, rows: Ints, which: str) -> tuple[pd.DataFrame, Change]:
    if not len(rows):
        return job.frame, Change(job.name, "Nothing to repair.")
    rows = np.sort(rows)
    keep = np.ones(len(job.frame), dtype=bool)
    keep[rows] = False
    return job.frame[keep], Change(
        job.name,
        f"{plural(len(rows), 'row')} {which} taken out.",
        rows,
        removed=job.frame.iloc[rows],
    )


def sort_time(job: Job) -> tuple[pd.DataFrame, Change]:
    """Put the rows of every cell in the order of their time; rows without one go last."""
    if TEST_TIME not in job.frame.columns:
        raise ParameterError(f"{job.name} needs {TEST_TIME}, which the table does not have.")
    time = job.frame[TEST_TIME].to_numpy(dtype=np.float64, na_value=np.nan)
    order = np.arange(len(time))
    for _, places in job.cells():
        order[places] = places[np.argsort(time[places], kind="stable")]
    moved = np.flatnonzero(order != np.arange(len(time)))
    if not len(moved):
        return job.frame, Change(job.name, "Nothing to repair.")
    said = f"{plural(len(moved), 'row')} moved, so that time does not fall."
    return job.frame.iloc[order], Change(job.name, said, moved, order=order)
