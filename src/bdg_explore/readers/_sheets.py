"""From tables in a workbook to what a reader gives: typed columns, several sheets in order."""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

import numpy as np
import pyarrow as pa

from bdg_explore.columns import UNIX_TIME
from bdg_explore.errors import ReadError

from ._archive import AGAIN
from ._clock import duration, is_clock, local_time
from ._faults import NO_NUMBER
from ._reader import Raw, Request, Wanted
from ._source import squeeze
from ._workbook import Table, joined

_ERRORS: Final = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_NOTHING: Final = frozenset((*NO_NUMBER, *_ERRORS))
_DAY_ZERO: Final = dt.datetime(1899, 12, 30)
_DAYS_TO_1970: Final = 25569
_DAY: Final = 86400
# Days that are dates when a test ran, and not numbers of seconds: 1954 to 2119.
_DATES: Final = (20_000.0, 80_000.0)
_LEAP: Final = 60  # before it, days count one less: Excel believes in 29 February 1900


def raw_of(
    request: Request,
    tables: Sequence[Table],
    *,
    notes: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
    missing: Sequence[str] = (),
    extra: Mapping[str, Any] | None = None,
) -> Raw:
    """Give what the sheets hold, joined one below the other.

    Parameters
    ----------
    request : Request
        What the loader was asked for.
    tables : sequence of Table
        In the order in which they belong; columns are matched by their headers.
    notes, facts
        What to say beside.
    missing : sequence of str
        What the format writes where there is no value, ``-``.
    extra : mapping, optional
        {header: values} of columns made up by the loader.

    Raises
    ------
    ReadError
        There are no records.
    """
    source = request.source
    headers = [*tables[0].headers]
    for table in tables[1:]:
        known = {squeeze(h) for h in headers}
        headers.extend(h for h in table.headers if h and squeeze(h) not in known)
    made = dict(extra or {})
    shown = (*headers, *made)
    plan = request.plan(shown)
    rows = sum(len(table) for table in tables)
    if rows == 0:
        raise ReadError(f"{source.name} has headers and no records. {AGAIN}.")
    said = list(notes)
    values = []
    for wanted in plan:
        if wanted.header in made and wanted.place >= len(headers):
            values.append(made[wanted.header])
        else:
            cells = joined([_column(table, wanted, tables[0]) for table in tables])
            values.append(_typed(cells, wanted, missing, said))
    return Raw(plan, values, shown, rows, placing(tables), said, {**(facts or {})})


def placing(tables: Sequence[Table]) -> Callable[[int], str]:
    """Make the function that says where a record stands."""
    ends = list(accumulate(len(table) for table in tables))

    def place(row: int) -> str:
        for table, end in zip(tables, ends, strict=True):
            if row < end:
                return f"sheet {table.sheet}, row {table.row + 1 + row - (end - len(table))}"
        return f"record {row + 1}"

    return place


def _column(table: Table, wanted: Wanted, first: Table) -> Any:
    at = wanted.place
    if table is not first and (at >= len(table.headers) or table.headers[at] != wanted.header):
        places = [i for i, h in enumerate(table.headers) if squeeze(h) == squeeze(wanted.header)]
        at = places[0] if places else -1
    if at < 0 or at >= len(table.columns):
        return np.full(len(table), np.nan)
    return table.columns[at]


def _typed(cells: Any, wanted: Wanted, missing: Sequence[str], notes: list[str]) -> Any:
    """Give one column as the walk takes it: numbers, texts or stamps."""
    if wanted.held == "text" and wanted.rule.parse is None:
        return pa.array([None if c in missing else c for c in as_texts(cells)], pa.string())
    date = wanted.rule.parse is local_time or wanted.name == UNIX_TIME
    if isinstance(cells, np.ndarray):
        given = cells[~np.isnan(cells)]
        if date and len(given) and _DATES[0] < given.min() and given.max() < _DATES[1]:
            cells = np.round((cells - _DAYS_TO_1970) * _DAY, 3)
            notes.append(f"{wanted.header!r}: days since 1900, local time, its zone not stated")
        return pa.array(cells, from_pandas=True) if wanted.rule.parse else cells
    errors = sum(isinstance(cell, str) and cell.strip() in _ERRORS for cell in cells)
    if errors:
        notes.append(f"{wanted.header!r}: {errors} cells hold an error of a formula; no value")
    nothing = _NOTHING | set(missing)
    bare = [None if isinstance(c, str) and c.strip() in nothing else c for c in cells]
    kinds = {type(cell) for cell in bare} - {type(None)}
    if kinds <= {float, int, bool}:
        numbers = np.array(bare, dtype=np.float64)
        return pa.array(numbers, from_pandas=True) if wanted.rule.parse else numbers
    if date and kinds <= {dt.datetime, dt.date}:
        return pa.array([_moment(cell) for cell in bare], pa.timestamp("us"))
    if kinds & {dt.datetime, dt.date, dt.time, dt.timedelta} and not date:
        numbers = np.array([_seconds(cell) for cell in bare], dtype=np.float64)
        if not np.isnan(numbers).all():
            clock = wanted.rule.parse is duration or wanted.name.endswith("_second")
            if clock:
                return pa.array(numbers, from_pandas=True) if wanted.rule.parse else numbers
    return pa.array(as_texts(bare), pa.string())


def as_texts(cells: Any) -> list[str | None]:
    """Give cells as texts; whole numbers without a point, ``18650``; empty ones as None."""
    listed_ = cells.tolist() if isinstance(cells, np.ndarray) else cells
    return [_text(cell) for cell in listed_]


def _text(cell: Any) -> str | None:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell).strip() or None


def _moment(cell: Any) -> dt.datetime | None:
    if cell is None or isinstance(cell, dt.datetime):
        return cell
    return dt.datetime(cell.year, cell.month, cell.day)


def _seconds(cell: Any) -> float:
    """Give a duration [s] that a workbook shows as a time, a date in 1900, or a text."""
    if isinstance(cell, dt.timedelta):
        return cell / dt.timedelta(seconds=1)
    if isinstance(cell, dt.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, dt.datetime | dt.date):
        moment = _moment(cell)
        days = (moment - _DAY_ZERO) / dt.timedelta(days=1) if moment else math.nan
        return round((days - 1 if days <= _LEAP else days) * _DAY, 3)
    if isinstance(cell, float | int):
        return float(cell)
    if isinstance(cell, str) and is_clock(cell):
        return float(duration(pa.array([cell]))[0][0].as_py())
    return math.nan
