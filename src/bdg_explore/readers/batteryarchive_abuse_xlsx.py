"""Battery Archive abuse workbooks: nail and crush tests of Sandia (SNL) and Oak Ridge (ORNL).

A sheet has the headers ``Running Time``, ``Axial Displacement``, ``Axial Force``, ``Analog 1`` (the
cell's voltage) and thermocouples ``TC 01`` ... ``TC 06``. Oak Ridge logs the thermocouples on a
clock of their own, ``Running Time 1``, beside a blank column. Both clocks are taken to begin at
once; their records are then put in one order of time, records of one instant together, and nothing
is interpolated: what was not measured at an instant has no value there.

The file states no units; they are taken as s, mm, N, V and degrees Celsius, as a note says.

References
----------
https://www.batteryarchive.org
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from bdg_explore.columns import AXIAL_DISPLACEMENT, AXIAL_FORCE, TEST_TIME, VOLTAGE

from ._reader import From, Raw, Reader, Request, Rules
from ._sheets import placing, raw_of
from ._source import Head, squeeze
from ._units import quantity_and_unit, unit_rules
from ._workbook import Table, sheets_with, workbook

_KNOWN_BY: Final = ("Running Time", "Axial Force", "Axial Displacement")
_TIME: Final = "running time"
_THERMOCOUPLE: Final = re.compile(r"(?i)TC\s*0*(?P<number>\d+)\s*(?:[(\[].*)?")
_NAMES: Final[Mapping[str, str | tuple[str, ...]]] = {
    TEST_TIME: "Running Time",
    AXIAL_DISPLACEMENT: "Axial Displacement",
    AXIAL_FORCE: "Axial Force",
    VOLTAGE: ("Analog 1", "Voltage", "Cell Voltage"),
}


def _recognises(head: Head) -> bool:
    book = workbook(head)
    return book is not None and bool(book.find(*_KNOWN_BY))


def _load(request: Request) -> Raw:
    book, found = sheets_with(request.source, *_KNOWN_BY)
    table = book.table(*found[0])
    notes = ["units are not stated; taken as s, mm, N, V and degrees Celsius"]
    clocks = [i for i, h in enumerate(table.headers) if _is_clock(h)]
    if len(clocks) < 2:
        return raw_of(request, [table], notes=notes)
    joined, merged = _one_clock(table, clocks)
    notes.append(
        f"{len(clocks)} clocks, taken to begin at once; their records are put in one order of time "
        f"({merged} of one instant together), nothing is interpolated"
    )
    raw = raw_of(request, [joined], notes=notes, facts={"records_merged": merged})
    raw.place = placing([table]) if len(joined) == len(table) else raw.place
    return raw


def _is_clock(header: str) -> bool:
    return re.sub(r"\s*\d*\s*$", "", quantity_and_unit(header)[0].casefold()) == _TIME


def _one_clock(table: Table, clocks: Sequence[int]) -> tuple[Table, int]:
    """Lay what stands under each clock on one time; records of one instant become one."""
    numbers = [_numbers(column) for column in table.columns]
    parts = [
        (begin, end, ~np.isnan(numbers[begin]))
        for begin, end in zip(clocks, [*clocks[1:], len(numbers)], strict=True)
    ]
    times, place = np.unique(
        np.concatenate([numbers[begin][given] for begin, _, given in parts]), return_inverse=True
    )
    headers, columns, done = [table.headers[clocks[0]]], [times], 0
    for begin, end, given in parts:
        rows = place[done : done + int(given.sum())]
        done += len(rows)
        if len(np.unique(rows)) < len(rows):  # one clock shows an instant twice: keep both apart
            return table, 0
        for i in range(begin + 1, end):
            if table.headers[i]:
                column = np.full(len(times), np.nan)
                column[rows] = numbers[i][given]
                headers.append(table.headers[i])
                columns.append(column)
    return Table(table.sheet, table.row, tuple(headers), tuple(columns)), done - len(times)


def _numbers(column: Any) -> Any:
    if isinstance(column, np.ndarray):
        return column
    return np.array([c if isinstance(c, float) else np.nan for c in column], dtype=np.float64)


def _columns(headers: Sequence[str]) -> Rules:
    rules = dict(unit_rules(_NAMES)(headers))
    for header in headers:
        parts = _THERMOCOUPLE.fullmatch(header)
        if parts and squeeze(header):
            rules.setdefault(f"temperature_t{int(parts['number'])}_celsius", From(header))
    return dict(sorted(rules.items(), key=lambda item: _rank(item[0])))


def _rank(name: str) -> tuple[int, str]:
    fixed = list(_NAMES)
    return (fixed.index(name), "") if name in fixed else (len(fixed), name)


READER = Reader(
    name="batteryarchive_abuse_xlsx",
    description="Battery Archive abuse test (nail, crush), workbook of SNL or ORNL",
    tester="",
    known_by="a sheet with the headers Running Time, Axial Force and Axial Displacement",
    recognises=_recognises,
    load=_load,
    columns=_columns,
    table="abuse",
    suffixes=(".xlsx",),
)
