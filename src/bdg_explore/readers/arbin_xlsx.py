"""Arbin workbooks (``.xlsx``, ``.xls``), as MITS Pro exports them, CALCE's among them.

Records stand in sheets called ``Channel_1-008``, ``Channel_11_1`` or ``Channel-2_1``, with the same
headers as the csv export; a long test goes on in further sheets (``Channel_1-008_1``,
``Channel_11_2``), which are joined in their order. Sheets ``Info`` or ``Global_Info`` say what was
run (kept in ``attrs["source"]["about"]``); sheets of statistics and charts are left out. A workbook
with several channels gives a column `cell`, the channel.

Current is signed, positive charges. Dates are those of Excel, in the tester's local time. The
capacity and energy counters are named by where their values restart; CALCE's count on through each
workbook and begin again with the next.

References
----------
CALCE Battery Research Group, University of Maryland, https://calce.umd.edu/battery-data
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from bdg_explore.columns import CELL

from ._arbin import finish
from ._reader import From, Raw, Reader, Request, Rules
from ._sheets import as_texts, raw_of
from ._source import Head, squeeze
from ._workbook import Table, Workbook, no_table, open_workbook, workbook
from .arbin_csv import READER as CSV

_KNOWN_BY: Final = ("Test_Time(s)", "Step_Index", "Current(A)", "Voltage(V)")
_LEFT_OUT: Final = re.compile(r"(?i)info|statist|chart|aux|event")
# Channel_1-008, Channel_1-008_1 (goes on); Channel_11_1, Channel_11_2 (goes on); Channel-2_1
_SHEET: Final = re.compile(r"(?i)channel[_ -]?(?P<channel>\d+(?:-\d+)?)(?:_(?P<part>\d+))?")
_ABOUT: Final = ("Channel", "Start_DateTime")
_AUXILIARY: Final = re.compile(
    r"(?i)aux_?(?P<what>temperature|voltage)\s*(?:\([^)]*\))?_(?P<number>\d+)\s*(?:\([^)]*\))?"
)
_UNITS: Final = {"temperature": "temperature_t{}_celsius", "voltage": "auxiliary_voltage_{}_volt"}


def _recognises(head: Head) -> bool:
    book = workbook(head)
    return book is not None and bool(_found(book, first=True))


def _found(book: Workbook, *, first: bool = False) -> list[tuple[str, int]]:
    names = [name for name in book.names if not _LEFT_OUT.search(name)]
    found = []
    for name in names:
        found.extend(book.find(*_KNOWN_BY, sheets=[name]))
        if first and found:
            break
    return found


def _load(request: Request) -> Raw:
    source = request.source
    book = open_workbook(source)
    found = _found(book)
    if not found:
        raise no_table(source, book, f"the headers {', '.join(_KNOWN_BY)}")
    tables = [t for t in (book.table(*place) for place in found) if len(t)]
    if not tables:
        tables = [book.table(*found[0])]
    notes: list[str] = []
    channels = [_channel(table.sheet) for table in tables]
    order = sorted(
        range(len(tables)), key=lambda i: (channels.index(channels[i]), _part(tables[i]))
    )
    if order != list(range(len(tables))):
        notes.append("the sheets do not stand in the order of their numbers; joined in that order")
    tables = [tables[i] for i in order]
    if len(tables) > 1:
        notes.append(f"joined from the sheets {', '.join(table.sheet for table in tables)}")
    extra: dict[str, Any] = {}
    if len(set(channels)) > 1:
        extra["sheet"] = np.repeat([channels[i] for i in order], [len(t) for t in tables])
    facts = {"sheets": {t.sheet: len(t) for t in tables}, **_about(book)}
    return raw_of(request, tables, notes=notes, facts=facts, extra=extra)


def _channel(sheet: str) -> str:
    parts = _SHEET.match(sheet)
    return parts["channel"] if parts else sheet


def _part(table: Table) -> int:
    parts = _SHEET.match(table.sheet)
    return int(parts["part"] or 0) if parts else 0


def _about(book: Workbook) -> dict[str, Any]:
    """Read what was run: the first line of the sheet Info or Global_Info."""
    for name in book.names:
        if "info" not in name.casefold():
            continue
        rows = book.preview(name)
        for row, cells in enumerate(rows[:-1]):
            heads = [squeeze(str(cell)) for cell in cells]
            if {squeeze(h) for h in _ABOUT} <= set(heads):
                texts = as_texts([None if c == "" else c for c in rows[row + 1]])
                named = zip(map(str, cells), texts, strict=False)
                return {"about": {h.strip(): t for h, t in named if h.strip() and t}}
    return {}


def _columns(headers: Sequence[str]) -> Rules:
    of_csv = CSV.columns(headers) if callable(CSV.columns) else CSV.columns
    rules = dict(of_csv)
    for header in headers:
        parts = _AUXILIARY.fullmatch(header)
        if parts:
            name = _UNITS[parts["what"].casefold()].format(parts["number"])
            rules[name] = From(header)
    return {CELL: From("sheet"), **rules}


READER = Reader(
    name="arbin_xlsx",
    description="Arbin workbook of MITS Pro, one or more channels; CALCE's workbooks",
    tester="Arbin",
    known_by="a sheet with the headers Test_Time(s), Step_Index, Current(A) and Voltage(V)",
    recognises=_recognises,
    load=_load,
    columns=_columns,
    suffixes=(".xlsx", ".xls"),
    finish=finish,
)
