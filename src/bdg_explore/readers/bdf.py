"""Battery Data Format files: csv and Parquet, both header dialects, units as they come.

A file with a frequency and both parts of the impedance in every record is one of spectra, table
``impedance``; where only some records have a frequency it is a time series with spectra in it.

A column in another unit of the same kind is converted (``test_time_millisecond``,
``Current / mA``); one that the vocabulary lacks is kept if its name ends on a unit, else listed as
unmapped. Older names of the same terms are understood: ``date_time_millisecond``,
``cycle_dimensionless``, ``Temperature 1 / °C``, the degree sign mangled or not.

References
----------
Battery Data Alliance, Battery Data Format, https://github.com/battery-data-alliance
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from bdg_explore.columns import (
    CURRENT,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    REAL_IMPEDANCE,
    STEP_ID,
    STEP_RECORD,
    TEST_TIME,
    VOLTAGE,
)

from ._delimited import delimited
from ._faults import NO_NUMBER
from ._headers import vocabulary_columns
from ._parquet import load_parquet
from ._reader import Reader
from ._source import Head, delimiter_of, first_written, parquet_errors, split
from ._values import nulls

_STEP_INDEX: Final = "step_index"
_SPECTRUM: Final = {FREQUENCY, REAL_IMPEDANCE, IMAGINARY_IMPEDANCE}
_LOOKED_AT: Final = 200  # records of a csv in which the frequency must stand


def is_bdf(headers: Iterable[str]) -> bool:
    """Whether these headers are those of a BDF file: test time and V or I, or a spectrum."""
    names = set(vocabulary_columns(list(headers)))
    return _is_series(names) or names >= _SPECTRUM


def _is_series(names: set[str]) -> bool:
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


def _csv_spectra(head: Head) -> bool:
    columns = vocabulary_columns(head.headers)
    if not set(columns) >= _SPECTRUM:
        return False
    at = first_written(head.lines)
    place = head.headers.index(columns[FREQUENCY].sources[0])
    delimiter = delimiter_of(head.lines[at])
    records = [split(line, delimiter) for line in head.lines[at + 1 : at + _LOOKED_AT] if line]
    return not _is_series(set(columns)) or all(
        fields[place].strip() not in NO_NUMBER for fields in records if len(fields) > place
    )


def _csv(head: Head) -> bool:
    return is_bdf(head.headers) and not _csv_spectra(head)


def _parquet_spectra(head: Head) -> bool:
    columns = vocabulary_columns(head.parquet_columns)
    if not set(columns) >= _SPECTRUM:
        return False
    return not _is_series(set(columns)) or _is_full(head, columns[FREQUENCY].sources[0])


def _is_full(head: Head, column: str) -> bool:
    """Whether a column of a Parquet file has a value in every record."""
    with parquet_errors(head.source):
        values = pq.read_table(head.source.seekable(), columns=[column])[column]
        return nulls(values, exact=True) == 0


def _parquet(head: Head) -> bool:
    return is_bdf(head.parquet_columns) and not _parquet_spectra(head)


_CSV: dict[str, Any] = {
    "name": "bdf_csv",
    "description": "Battery Data Format, csv",
    "known_by": "a header line with test time, and voltage, current or impedance, in BDF's words",
    "load": delimited(),
    "columns": vocabulary_columns,
    "suffixes": (".bdf.csv", ".csv", ".bdf", ".bdf.gz"),
    "finish": _settle_step_index,
}
_PARQUET: dict[str, Any] = {
    "name": "bdf_parquet",
    "description": "Battery Data Format, Parquet",
    "known_by": "columns with test time, and voltage, current or impedance, in BDF's words",
    "load": load_parquet,
    "columns": vocabulary_columns,
    "suffixes": (".bdf.parquet", ".parquet"),
    "finish": _settle_step_index,
}

READERS = [
    Reader(recognises=_csv, **_CSV),
    Reader(recognises=_csv_spectra, table="impedance", **_CSV),
    Reader(recognises=_parquet, **_PARQUET),
    Reader(recognises=_parquet_spectra, table="impedance", **_PARQUET),
]
