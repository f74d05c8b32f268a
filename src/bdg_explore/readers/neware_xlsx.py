"""Neware workbooks: BTS 8 (sheet ``record`` beside ``cycle``, ``step``, ``test``) and older ones.

Older clients write the records to ``Detail_67_3_1`` or ``Record List1``, long tests to several of
them, which are joined in the order of their record numbers; thermometers to ``DetailTemp_...`` and
auxiliary voltages to ``DetailVol_...``, taken over where they hold the same records. The sheets are
found by their headers. Everything else is as in the csv export: see `neware_csv`.

Excel may hold a time as a time of day, as a date of the year 1900 or as text; all are read.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from bdg_explore.columns import CURRENT, RECORD, STEP_ID, STEP_TYPE, VOLTAGE
from bdg_explore.errors import ReadError

from ._reader import From, Raw, Reader, Request, Rules
from ._sheets import raw_of
from ._source import Head, squeeze
from ._workbook import Table, Workbook, no_table, open_workbook, workbook
from .neware_csv import columns as columns_of_csv
from .neware_csv import finish

_ALSO: Final = {"steps": "Step", "cycles": "Cycle"}  # spellings that only workbooks have
_AUXILIARY_SHEET: Final = re.compile(r"(?i)detail_?(?:temp|vol)")
_AUXILIARY: Final = re.compile(
    r"(?i)aux\w*\.?\s*(?:ch|channel)?\s*T?U?(?P<number>\d+)\s*(?P<what>[TUV])\s*\((?P<unit>[^)]*)\)"
)
_CHANNELS: Final = {
    "t": "temperature_t{}_celsius", "u": "auxiliary_voltage_{}_volt",
    "v": "auxiliary_voltage_{}_volt",
}  # fmt: skip
_ARBIN: Final = "testtime(s)"


def _columns(headers: Sequence[str]) -> Rules:
    spelt = {squeeze(h): h for h in headers}
    also = {usual: spelt[odd] for odd, usual in _ALSO.items() if odd in spelt}
    rules = dict(columns_of_csv([*headers, *also]))
    for name, rule in rules.items():
        if rule.source in also:
            rules[name] = From(also[str(rule.source)], rule.scale, rule.offset, rule.parse)
    for header in headers:
        parts = _AUXILIARY.search(header)
        if parts:
            name = _CHANNELS[parts["what"].casefold()].format(parts["number"])
            milli = parts["unit"].strip().startswith("m")
            rules.setdefault(name, From(header, 1e-3 if milli else 1.0))
    return rules


def _is_record(cells: Sequence[Any]) -> bool:
    headers = [str(cell).strip() for cell in cells if isinstance(cell, str)]
    words = " ".join(headers).casefold()
    if "vol" not in words or "cur" not in words or _ARBIN in map(squeeze, headers):
        return False  # the quick way out of rows that are no headers
    named = set(_columns(headers))
    return {CURRENT, VOLTAGE, RECORD} <= named and bool({STEP_ID, STEP_TYPE} & named)


def _places(book: Workbook, *, first: bool = False) -> list[tuple[str, int]]:
    found = []
    for name in book.names:
        for row, cells in enumerate(book.preview(name)):
            if _is_record(cells):
                found.append((name, row))
                break
        if first and found:
            break
    return found


def _recognises(head: Head) -> bool:
    book = workbook(head)
    return book is not None and bool(_places(book, first=True))


def _load(request: Request) -> Raw:
    source = request.source
    book = open_workbook(source)
    places = _places(book)
    if not places:
        raise no_table(
            source, book, "headers of Neware records (DataPoint, Step Type, Voltage ...)"
        )
    tables = [book.table(*place) for place in places]
    tables = [t for t in tables if len(t)] or tables[:1]
    notes = []
    numbers = [_record_numbers(table) for table in tables]
    if len(tables) > 1 and all(len(n) for n in numbers):
        order = sorted(range(len(tables)), key=lambda i: float(numbers[i][0]))
        for before, after in pairwise(order):
            if numbers[after][0] <= numbers[before][-1]:
                raise ReadError(
                    f"{source.name}: the sheets {tables[before].sheet} and {tables[after].sheet} "
                    "hold records of the same numbers; they are not parts of one test. "
                    "Export each test to a file of its own."
                )
        tables, numbers = [tables[i] for i in order], [numbers[i] for i in order]
    if len(tables) > 1:
        notes.append(f"joined from the sheets {', '.join(table.sheet for table in tables)}")
    facts = {"sheets": {t.sheet: len(t) for t in tables}}
    extra = _auxiliary(book, numbers, notes)
    return raw_of(request, tables, notes=notes, facts=facts, extra=extra)


def _record_numbers(table: Table) -> Any:
    rule = _columns(table.headers).get(RECORD)
    column = table.columns[table.headers.index(str(rule.source))] if rule else None
    return column if isinstance(column, np.ndarray) else np.empty(0)


def _auxiliary(book: Workbook, numbers: Sequence[Any], notes: list[str]) -> dict[str, Any]:
    """Read thermometers and voltages of sheets of their own, if they hold the same records."""
    found: dict[str, list[Any]] = {}
    held: dict[str, list[Any]] = {}
    for name in book.names:
        if not _AUXILIARY_SHEET.match(name):
            continue
        row = next(
            (i for i, cells in enumerate(book.preview(name)) if _names_channels(cells)), None
        )
        if row is None:
            continue
        table = book.table(name, row)
        for header, column in zip(table.headers, table.columns, strict=True):
            if _AUXILIARY.search(header) and isinstance(column, np.ndarray):
                found.setdefault(header, []).append(column)
                held.setdefault(header, []).append(_record_numbers(table))
    records = np.concatenate(list(numbers)) if numbers else np.empty(0)
    extra = {}
    for header, parts in found.items():
        same = np.concatenate(held[header])
        if len(same) == len(records) and np.array_equal(same, records):
            extra[header] = np.concatenate(parts)
        else:
            notes.append(f"{header!r} was measured on other records and is left out")
    return extra


def _names_channels(cells: Sequence[Any]) -> bool:
    return any(isinstance(cell, str) and _AUXILIARY.search(cell) for cell in cells)


READER = Reader(
    name="neware_xlsx",
    description="Neware workbook: sheet record of BTS 8, Detail_ or Record List of older clients",
    tester="Neware",
    known_by="a sheet with headers as DataPoint, Step Type, Current(A) and Voltage(V)",
    recognises=_recognises,
    load=_load,
    columns=_columns,
    suffixes=(".xlsx", ".xls"),
    finish=finish,
)
