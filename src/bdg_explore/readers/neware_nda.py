"""Neware binary files of BTS 5 to 7 and of BTS 9 (``.nda``).

The file begins with ``NEWARE``; its version stands behind (`_nda` lists the layouts; version 29 and
130 with records of version 19 were compared with files, for others a note says that they were not).

*Sign and units.* The current is signed, positive charges; integers count units of the current range
(`_neware.multiplier`). Versions that count one capacity for both directions are split by the step
type. *Counters* restart with every step. *Cycles* are those in the file, from 1. *Time*: where the
file has only the time in the step, the test time is put together from it, and pauses between steps
are not in it. Dates are seconds since 1970 (UTC) or, in versions 26, 28 and 29, the tester's local
time, read as if UTC. Records that come twice are left out, and those out of order are put in order;
notes say how many.
"""

from typing import Any, Final

import numpy as np

from bdg_explore.errors import ReadError

from ._archive import damage
from ._nda import nda_records
from ._ndc import calendar_seconds
from ._neware import Columns, finish, rules, unverified, words
from ._reader import Raw, Reader, Request
from ._source import Head

_MAGIC: Final = b"NEWARE"
_LEAST: Final = 1024
_LOCAL: Final = "dates: the tester's local time, its zone not stated; read as if UTC"
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second")


def _recognises(head: Head) -> bool:
    return head.raw.startswith(_MAGIC)


def _load(request: Request) -> Raw:
    source = request.source
    content = source.content()
    if not content.startswith(_MAGIC) or len(content) < _LEAST:
        what = f"cut short ({len(content)} bytes)" if content.startswith(_MAGIC) else ""
        raise ReadError(
            f"{source.name} is {what or 'no Neware .nda file but ' + source.head.describe()}."
        )
    notes: list[str] = []
    with damage(source, "Neware .nda file"):
        columns, layout, version = nda_records(content, source)
        channels = columns.pop("_channels", [])
        rows = len(columns["index"])
        if rows == 0:
            raise ReadError(f"{source.name} has no records: the test was not begun.")
        calendar = columns.pop("_calendar", None)
        if calendar is not None:
            columns["date (s)"] = calendar_seconds(*(calendar[f"_{part}"] for part in _PARTS))
            notes.append(_LOCAL)
        columns = _in_order(columns, notes)
        for header, index, values in channels:
            columns[header] = _joined(columns["index"], index, values)
    if not layout.checked:
        notes.append(unverified(f"version {version}"))
    facts: dict[str, Any] = {"nda_version": version}
    left_out = rows - len(columns["index"])
    if left_out:
        facts["rows_left_out"] = left_out
    columns["step type"] = words(columns["step type"])
    jumps = columns.pop("_jumps", None)
    if jumps is not None:
        columns["jumps"] = jumps
    headers = tuple(columns)
    plan = request.plan(headers)
    return Raw(plan, [columns[w.header] for w in plan], headers, rows, notes=notes, facts=facts)


def _in_order(columns: Columns, notes: list[str]) -> Columns:
    """Put records in the order of their index, and keep the first of those that come twice."""
    index = columns["index"].astype(np.int64)
    if (np.diff(index) > 0).all():
        return columns
    _, first = np.unique(index, return_index=True)
    twice = len(index) - len(first)
    if twice:
        notes.append(f"{twice} records come a second time under one index; the first is kept")
    if (np.diff(first) < 0).any():
        notes.append("the records do not stand in the order of their index; put in that order")
    return {header: values[first] for header, values in columns.items()}


def _joined(records: Any, index: Any, values: Any) -> Any:
    """Give each record the value of an auxiliary channel with its index; NaN without one."""
    known, first = np.unique(index, return_index=True)
    place = np.minimum(np.searchsorted(known, records), len(known) - 1)
    return np.where(known[place] == records, values[first][place].astype(np.float64), np.nan)


READER = Reader(
    name="neware_nda",
    description="Neware BTS binary file (.nda)",
    tester="Neware",
    recognises=_recognises,
    load=_load,
    columns=rules,
    suffixes=(".nda",),
    finish=finish,
    known_by="NEWARE at the beginning",
)
