"""Lists of cells: Battery Archive's import manifests and service rows, laboratory records.

A workbook (``cell_list.xlsx``, an experiment record), a csv or a Feather file with one row a cell:
its name, and what is known about it. Headers are matched by their words; states of charge in
percent become fractions. What a header says in no unit (thickness, nail speed) is left unmapped.

References
----------
https://www.batteryarchive.org
"""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.feather as feather

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    ANODE,
    CATHODE,
    CELL_MODEL,
    CHARGING_C_RATE,
    DISCHARGING_C_RATE,
    FORM_FACTOR,
    MANUFACTURER,
    MAXIMUM_VOLTAGE,
    MINIMUM_VOLTAGE,
    NATIVE_ID,
    NOMINAL_CAPACITY,
    OBJECTIVE,
    SOC_MAXIMUM,
    SOC_MINIMUM,
    TEST_EQUIPMENT,
)
from bdg_explore.errors import ReadError

from ._archive import AGAIN
from ._delimited import delimited
from ._reader import From, Raw, Reader, Request, Rules
from ._sheets import raw_of
from ._source import Head, Source, squeeze
from ._units import quantity_and_unit, scale_to
from ._workbook import Workbook, no_table, open_workbook, workbook

_ARROW: Final = (b"ARROW1", b"FEA1")
_MISSING: Final = ("-", "NA", "N/A")
_load_csv: Final = delimited()
_LARGEST: Final = 268_435_456
_NAMES: Final[dict[str, str | tuple[str, ...]]] = {
    NATIVE_ID: ("cell_id", "Cell", "Cell Name", "Battery ID", "Name", "file_id"),
    CATHODE: ("cathode", "Cathode Chemistry", "Chemistry"),
    ANODE: ("anode", "Anode Chemistry"),
    NOMINAL_CAPACITY: ("ah", "Nominal Capacity", "Rated Capacity", "capacity_ah"),
    FORM_FACTOR: ("form_factor", "Format", "Geometry"),
    CELL_MODEL: ("model", "Cell Model", "Part Number"),
    MANUFACTURER: ("manufacturer", "Maker"),
    AMBIENT_TEMPERATURE: ("temperature", "Ambient Temperature"),
    SOC_MAXIMUM: ("soc_max", "max_soc"),
    SOC_MINIMUM: ("soc_min", "min_soc"),
    CHARGING_C_RATE: ("crate_c", "charge_crate"),
    DISCHARGING_C_RATE: ("crate_d", "discharge_crate"),
    MINIMUM_VOLTAGE: ("v_min", "Minimum Voltage"),
    MAXIMUM_VOLTAGE: ("v_max", "Maximum Voltage"),
    "initial_voltage_volt": "v_init",
    TEST_EQUIPMENT: ("tester", "Cycler"),
    OBJECTIVE: "test",
}
_CALLED: Final = {squeeze(name) for name in _NAMES[NATIVE_ID]}
_PERCENT: Final = (SOC_MAXIMUM, SOC_MINIMUM)
_LEAST: Final = 3  # columns about cells, its name among them, that make a list of cells
# What speaks against a list of cells: a table of records or of tests.
_AGAINST: Final = ("Voltage", "Current", "Cycle Index", "Cycle", "Step", "Test-ID", "Test Time")


def _is_list(headers: Sequence[str]) -> bool:
    if not _CALLED & {squeeze(header) for header in headers}:
        return False  # the quick way out of rows that are no headers
    known = set(_columns(headers))
    other = {squeeze(quantity_and_unit(h)[0]) for h in headers} & {squeeze(h) for h in _AGAINST}
    return NATIVE_ID in known and len(known) >= _LEAST and not other


def _place(book: Workbook) -> tuple[str, int] | None:
    for name in book.names:
        for row, cells in enumerate(book.preview(name)):
            if _is_list([str(cell) for cell in cells if cell != ""]):
                return name, row
    return None


def _recognises(head: Head) -> bool:
    if head.raw.startswith(_ARROW):
        try:
            return _is_list(_feather(head.source).column_names)
        except ReadError:
            return False
    if head.is_text:
        return _is_list(head.headers)
    book = workbook(head)
    return book is not None and _place(book) is not None


def _load(request: Request) -> Raw:
    source = request.source
    if source.head.raw.startswith(_ARROW):
        return _load_feather(request)
    if source.head.is_text:
        return _load_csv(request)
    book = open_workbook(source)
    place = _place(book)
    if place is None:
        raise no_table(source, book, "headers that name cells and what is known about them")
    return raw_of(request, [book.table(*place)], missing=_MISSING)


def _load_feather(request: Request) -> Raw:
    table = _feather(request.source)
    headers = tuple(table.column_names)
    plan = request.plan(headers)
    values: list[Any] = []
    for wanted in plan:
        column = table.column(wanted.place).combine_chunks()
        values.append(column.cast(pa.float64()) if pa.types.is_null(column.type) else column)
    return Raw(plan, values, headers, table.num_rows)


def _feather(source: Source) -> Any:
    """Read a Feather file, which is held in memory whole."""
    held = source.seen.get("feather")
    if held is None:
        content = source.content()
        if len(content) > _LARGEST:
            raise ReadError(f"{source.name} is too large for a list of cells.")
        try:
            held = feather.read_table(pa.BufferReader(content))
            held.validate(full=True)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise ReadError(
                f"{source.name} is not a whole Feather file ({error}). {AGAIN}."
            ) from error
        source.seen["feather"] = held
    return held


def _columns(headers: Sequence[str]) -> Rules:
    rules: dict[str, From] = {}
    for name, given in _NAMES.items():
        for called in (given,) if isinstance(given, str) else given:
            rule = _rule(name, called, headers)
            if rule is not None:
                rules.setdefault(name, rule)
    return rules


def _rule(name: str, called: str, headers: Sequence[str]) -> From | None:
    for header in headers:
        if squeeze(header) == squeeze(called):
            return From(header, 0.01 if name in _PERCENT else 1.0)
        quantity, unit = quantity_and_unit(header)
        scaled = scale_to(name, unit) if unit and squeeze(quantity) == squeeze(called) else None
        if scaled is not None:
            return From(header, *scaled)
    return None


READER = Reader(
    name="cell_list",
    description="List of cells: Battery Archive manifest or service row, laboratory record",
    known_by="headers that name cells (cell_id, Name) and two or more facts about them "
    "(cathode, Chemistry, Nominal Capacity, form_factor, temperature ...)",
    recognises=_recognises,
    load=_load,
    columns=_columns,
    table="cells",
    suffixes=(".xlsx", ".csv", ".feather"),
)
