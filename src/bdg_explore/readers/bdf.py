"""Battery Data Format files: csv and Parquet, both header dialects, units as they come.

A column in another unit of the same kind is converted (``test_time_millisecond``,
``Current / mA``); one that the vocabulary lacks is kept if its name ends on a unit, else listed as
unmapped. Older names of the same terms are understood: ``date_time_millisecond``,
``cycle_dimensionless``, ``Temperature 1 / °C``, the degree sign mangled or not.

References
----------
Battery Data Alliance, Battery Data Format, https://github.com/battery-data-alliance
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from bdg_explore.columns import CURRENT, STEP_ID, STEP_RECORD, TEST_TIME, VOLTAGE

from ._delimited import delimited
from ._headers import vocabulary_columns
from ._parquet import load_parquet
from ._reader import Reader
from ._source import Head

_STEP_INDEX: Final = "step_index"


def is_bdf(headers: Iterable[str]) -> bool:
    """Whether these headers are those of a BDF file: test time, and voltage or current."""
    names = set(vocabulary_columns(list(headers)))
    return TEST_TIME in names and bool({VOLTAGE, CURRENT} & names)


def _settle_step_index(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Name the former column ``step_index`` by what it holds.

    Early BDF files keep the line of the tester's program there (now `step_id`); for a while the
    term meant the running number of the record in its step (now `step_record_index`). Only the
    latter goes up by one with most records, and else back to 1.
    """
    if _STEP_INDEX not in frame.columns:
        return frame
    index = frame[_STEP_INDEX].to_numpy()
    up = np.diff(index) == 1
    counts = bool(np.all(up | (index[1:] == 1))) and int(up.sum()) > len(up) / 2
    name = STEP_RECORD if counts else STEP_ID
    notes.append(f"'{_STEP_INDEX}' is a former BDF name; by its values it is {name}")
    if name in frame.columns:
        return frame.drop(columns=_STEP_INDEX)
    if np.all(np.rint(index) == index):
        frame = frame.astype({_STEP_INDEX: np.int64})
    return frame.rename(columns={_STEP_INDEX: name})


def _csv(head: Head) -> bool:
    return is_bdf(head.headers)


def _parquet(head: Head) -> bool:
    return is_bdf(head.parquet_columns)


READERS = [
    Reader(
        name="bdf_csv",
        description="Battery Data Format, csv",
        recognises=_csv,
        load=delimited(),
        columns=vocabulary_columns,
        suffixes=(".bdf.csv", ".csv", ".bdf", ".bdf.gz"),
        finish=_settle_step_index,
    ),
    Reader(
        name="bdf_parquet",
        description="Battery Data Format, Parquet",
        recognises=_parquet,
        load=load_parquet,
        columns=vocabulary_columns,
        suffixes=(".bdf.parquet", ".parquet"),
        finish=_settle_step_index,
    ),
]
