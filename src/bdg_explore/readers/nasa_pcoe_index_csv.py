"""The community's index of the NASA PCoE ageing data: a csv with one row an operation.

``type,start_time,ambient_temperature,battery_id,test_id,uid,filename,Capacity,Re,Rct``, where the
records themselves stand in a csv an operation. The index gives cycles: one row a discharge, in the
order of its battery's operations, numbered as in the MATLAB files (see `nasa_pcoe_mat`). Charges
and impedance sweeps are left out and counted. ``start_time`` is a MATLAB date vector in two
notations; ``Capacity`` may be ``[]``, and 0 where the discharge never came below 2.7 V: no value.

References
----------
B. Saha and K. Goebel, Battery Data Set, NASA Prognostics Data Repository, 2007.
"""

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CELL,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    STEP,
    UNIX_TIME,
)
from bdg_explore.errors import ReadError

from ._archive import AGAIN
from ._reader import From, Raw, Reader, Request
from ._source import Head, Source

_HEADERS: Final = ("type", "start_time", "ambient_temperature", "battery_id", "test_id", "Capacity")
_LARGEST: Final = 67_108_864
_MOST_LINES: Final = 200_000
_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
_NOTHING: Final = ("", "[]", "nan")


def _recognises(head: Head) -> bool:
    return head.has_headers(*_HEADERS)


def _load(request: Request) -> Raw:
    source = request.source
    content = source.content(_LARGEST + 1)
    if len(content) > _LARGEST or content.count(b"\n") > _MOST_LINES:
        raise ReadError(f"{source.name} is too large for an index of operations.")
    text = content.decode("utf-8-sig", errors="replace").replace("\0", "")
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise ReadError(f"{source.name} is not a whole csv ({error}). {AGAIN}.") from error
    headers = [header.strip() for header in rows[0]] if rows else []
    missing = [header for header in _HEADERS if header not in headers]
    if missing:
        raise ReadError(f"{source.name} has no column {', '.join(missing)}.")
    lines = [(number, row) for number, row in enumerate(rows[1:], start=2) if row]
    for number, row in lines:
        if len(row) != len(headers):
            raise ReadError(
                f"{source.name}, line {number}: {len(row)} fields under {len(headers)} headers. "
                f"{AGAIN}."
            )
    kind = headers.index("type")
    kept = [(number, row) for number, row in lines if row[kind].strip() == "discharge"]
    if not kept:
        raise ReadError(f"{source.name} lists no discharges.")
    plan = request.plan(headers)
    values = [_values([row[w.place].strip() for _, row in kept], w.header) for w in plan]
    _check_numbers(source, kept, headers.index("test_id"))
    others = Counter(row[kind].strip() for _, row in lines if row[kind].strip() != "discharge")
    told = ", ".join(f"{count} of type {name!r}" for name, count in sorted(others.items()))
    notes = [
        f"{len(lines) - len(kept)} operations are no discharges and are left out: {told or 'none'}",
        "start_time: local dates, their zone not stated; read as if UTC",
    ]
    facts = {"rows_left_out": len(lines) - len(kept), "operations": dict(others)}
    return Raw(
        plan,
        values,
        tuple(headers),
        len(lines),
        lambda row: f"line {kept[row][0]}",
        notes,
        facts,
    )


def _check_numbers(source: Source, kept: list[tuple[int, list[str]]], place: int) -> None:
    """Look whether each operation has its number, by which they are put in order."""
    for number, row in kept:
        if np.isnan(_number(row[place].strip())):
            raise ReadError(
                f"{source.name}, line {number}, column 'test_id': {row[place][:60]!r} is not a "
                "number. Correct it."
            )


def _values(texts: list[str], header: str) -> Any:
    """Give one column: dates as seconds, numbers, else texts."""
    if header == "start_time":
        return np.array([_date(text) for text in texts], dtype=np.float64)
    if header == "Capacity":
        numbers = [_number(text) for text in texts]
        return np.array([number or np.nan for number in numbers], dtype=np.float64)
    if header in ("ambient_temperature", "test_id"):
        return np.array([_number(text) for text in texts], dtype=np.float64)
    return np.array(texts, dtype=object)


def _number(text: str) -> float:
    if text.casefold() in _NOTHING or not _NUMBER.fullmatch(text):
        return np.nan
    return float(text)


def _date(text: str) -> float:
    """Return seconds since 1970 [s] of a date vector ``[2010. 7. 21. 15. 0. 35.093]``."""
    parts = [float(part) for part in _NUMBER.findall(text)]
    if len(parts) != 6 or max(map(abs, parts)) > 9999:
        return np.nan
    year, month, day, hour, minute = (int(part) for part in parts[:5])
    try:
        base = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return np.nan
    seconds = 3600 * hour + 60 * minute + parts[5]
    return (base - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1) + seconds


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    order = frame.groupby(CELL, observed=True)[STEP].rank(method="first")
    frame.insert(1, CYCLE, order.astype(np.int64))
    empty = int(frame[CYCLE_DISCHARGING_CAPACITY].isna().sum())
    if empty:
        notes.append(f"{empty} discharges have no capacity: it is empty, [] or 0 in the file")
    return frame


READER = Reader(
    name="nasa_pcoe_index_csv",
    description="Index of the NASA PCoE battery data as csv: the capacity of each discharge",
    known_by="headers type, start_time, battery_id, test_id and Capacity",
    recognises=_recognises,
    load=_load,
    columns={
        CELL: From("battery_id"),
        STEP: From("test_id", offset=1),
        UNIX_TIME: From("start_time"),
        AMBIENT_TEMPERATURE: From("ambient_temperature"),
        CYCLE_DISCHARGING_CAPACITY: From("Capacity"),
    },
    table="cycles",
    suffixes=(".csv",),
    finish=_finish,
)
