"""The Battery Failure Databank of NREL and NASA: one row a test of fractional calorimetry.

The sheet is found by its headers, wherever it stands and whatever it is called; a second table, of
the cell designs (``table="cells"``), likewise. ``-`` stands for what is missing. Units stand at the
end of each header; percents become fractions (``energy_share_...``), heats stay in kilojoules.
Texts of the processing and of the radiography are not taken over and are listed as unmapped.

References
----------
D. P. Finegan et al., The Battery Failure Databank, Journal of Power Sources 597, 234106, 2024.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from bdg_explore.columns import (
    ANODE,
    CALORIMETER,
    CATHODE,
    CELL_MODEL,
    CELL_NUMBER,
    FAILURE,
    FORM_FACTOR,
    NATIVE_ID,
    NOMINAL_CAPACITY,
    NOTE,
    PROCESSING,
    TEST_DATE,
    TEST_SERIES,
    TRIGGER,
)

from ._headers import unit_of
from ._reader import From, Raw, Reader, Request, Rules
from ._sheets import as_texts, raw_of
from ._source import Head, squeeze
from ._workbook import Table, sheets_with, workbook

_TESTS: Final = ("Cell-Description", "Test-ID", "Trigger-Mechanism", "Test-Series")
_CELLS: Final = ("Cell-Description", "Cell-Format", "Cell-Capacity-Ah")
_MISSING: Final = ("-", "N/A", "None Recorded", "Not Applicable")
_TEXTS: Final = {
    NATIVE_ID: "Test-ID",
    CELL_MODEL: "Cell-Description",
    TEST_SERIES: "Test-Series",
    TRIGGER: "Trigger-Mechanism",
    TEST_DATE: "Test-Date",
    CELL_NUMBER: "Cell-ID-Number",
    CALORIMETER: "S-FTRC-Generation",
    PROCESSING: "Data-Processing-Utility",
    FAILURE: "Cell-Failure-Mechanism",
    NOTE: "Test-Notes",
}
_OF_CELLS: Final = {
    NATIVE_ID: "Cell-Description",
    FORM_FACTOR: "Cell-Format",
    NOMINAL_CAPACITY: "Cell-Capacity-Ah",
    CATHODE: "Cathode-Characteristics",
    ANODE: "Anode-Characteristics",
}
# Headers that do not end on their unit, and a rate in a spelling of its own.
_ODD: Final = {
    "Mass-Ejected": ("mass_ejected_gram", 1.0),
    "Percent-Original-Mass-Ejected": ("original_mass_ejected_share", 0.01),
    "TC-Failure-Count": ("thermocouple_failure_count", 1.0),
    "TC-Failure-Percent-%": ("thermocouple_failure_share", 0.01),
    "Total-Energy-Ratio": ("total_energy_ratio", 1.0),
    "Conductive-Heat-Loss-Rate-kJs-1": ("conductive_heat_loss_rate_watt", 1000.0),
}
_TIME_CONSTANT: Final = re.compile(r"[Ƭτ\u0166\u03a4]-(?P<where>.+)")


def _has(headers: Sequence[str]) -> Callable[[Head], bool]:
    def recognises(head: Head) -> bool:
        book = workbook(head)
        return book is not None and bool(book.find(*headers))

    return recognises


def _loader(headers: Sequence[str]) -> Callable[[Request], Raw]:
    def load(request: Request) -> Raw:
        book, found = sheets_with(request.source, *headers)
        whole = book.table(*found[0])
        table, left_out = _named(whole, headers[0])
        notes = ["'-' stands for what is missing"]
        if left_out:
            notes.append(f"{left_out} rows of the sheet name nothing and are left out")
        if len(found) > 1:
            notes.append(f"also in the sheets {', '.join(name for name, _ in found[1:])}")
        dates = _dates(table)
        facts = {"sheet": table.sheet, "rows_left_out": left_out}
        raw = raw_of(request, [table], notes=notes, facts=facts, missing=_MISSING)
        for i, wanted in enumerate(raw.plan):
            if wanted.name == TEST_DATE and dates is not None:
                raw.values[i] = dates
            elif wanted.held != "text":
                raw.values[i] = _without(table.columns[wanted.place])
        return raw

    return load


def _named(table: Table, header: str) -> tuple[Table, int]:
    """Keep the rows that name a cell; a remark below the table does not."""
    place = [squeeze(h) for h in table.headers].index(squeeze(header))
    column = table.columns[place]
    kept = [i for i, text in enumerate(as_texts(column)) if text]
    if len(kept) == len(table):
        return table, 0
    columns = tuple(
        c[kept] if isinstance(c, np.ndarray) else [c[i] for i in kept] for c in table.columns
    )
    return Table(table.sheet, table.row, table.headers, columns), len(table) - len(kept)


def _dates(table: Table) -> Any:
    for header, column in zip(table.headers, table.columns, strict=True):
        if squeeze(header) == squeeze("Test-Date") and not isinstance(column, np.ndarray):
            days = [c.date() if hasattr(c, "date") and callable(c.date) else c for c in column]
            return pa.array([None if d in (None, *_MISSING) else str(d) for d in days], pa.string())
    return None


def _without(column: Any) -> Any:
    """Give a column of numbers in which texts stand for what is missing."""
    if isinstance(column, np.ndarray):
        return column
    bare = [None if isinstance(c, str) and c.strip() in ("", *_MISSING) else c for c in column]
    if all(c is None or isinstance(c, float | int) for c in bare):
        return np.array(bare, dtype=np.float64)
    return pa.array(as_texts(bare), pa.string())


def _columns(texts: dict[str, str]) -> Callable[[Sequence[str]], Rules]:
    def columns(headers: Sequence[str]) -> Rules:
        rules = {name: From(header) for name, header in texts.items()}
        taken = {squeeze(header) for header in texts.values()}
        for header in headers:
            name, scale = _quantity(header)
            if name and squeeze(header) not in taken:
                rules.setdefault(name, From(header, scale))
        return rules

    return columns


def _quantity(header: str) -> tuple[str, float]:
    """Name a column of numbers by its header; an empty name where it has no unit."""
    if header in _ODD:
        return _ODD[header]
    constant = _TIME_CONSTANT.fullmatch(header)
    if constant:
        return f"time_constant_{_snake(constant['where'])}_second", 1.0
    quantity, _, symbol = header.rpartition("-")
    if symbol == "%":
        words = _snake(quantity).replace("_percent", "_share")
        return words, 0.01
    found = unit_of(symbol) if quantity else None
    if found is None or not found[0]:
        return "", 1.0
    word, scale, _ = found
    return f"{_snake(quantity).replace('energy_fraction', 'energy')}_{word}", scale


def _snake(text: str) -> str:
    return re.sub(r"[^0-9a-z]+", "_", text.casefold()).strip("_")


READERS = [
    Reader(
        name="failure_databank_xlsx",
        description="Battery Failure Databank (NREL, NASA): one row a test, and its cell designs",
        known_by="a sheet with the headers Cell-Description, Test-ID, Trigger-Mechanism and "
        "Test-Series",
        recognises=_has(_TESTS),
        load=_loader(_TESTS),
        columns=_columns(_TEXTS),
        table="failures",
        suffixes=(".xlsx",),
    ),
    Reader(
        name="failure_databank_xlsx",
        description="Battery Failure Databank: the cell designs",
        known_by="a sheet with the headers Cell-Description, Cell-Format and Cell-Capacity-Ah",
        recognises=_has(_CELLS),
        load=_loader(_CELLS),
        columns=_columns(_OF_CELLS),
        table="cells",
        suffixes=(".xlsx",),
    ),
]
