"""What people know about each cell: a csv to fill in, and what it says."""

import csv
import io
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from bdg_explore.columns import COLUMNS, NATIVE_ID
from bdg_explore.errors import CatalogError, did_you_mean

OFFERED: Final = (
    NATIVE_ID, "nominal_capacity_ah", "cathode_chemistry", "anode_chemistry", "form_factor",
    "cell_model", "manufacturer", "ambient_temperature_celsius", "charging_c_rate",
    "discharging_c_rate", "soc_minimum", "soc_maximum", "minimum_voltage_volt",
    "maximum_voltage_volt", "protocol", "batch", "replicate", "barcode", "cycle_life", "note",
)  # fmt: skip


@dataclass(frozen=True)
class CellFacts:
    """What a facts file says.

    Attributes
    ----------
    text : str
        The file as it stands.
    columns : tuple of str
        Its columns.
    delimiter : str
        What stands between fields; spreadsheets write semicolons in half of the world.
    rows : dict
        {native id: {column: value}}, only what is filled in.
    """

    text: str = ""
    columns: tuple[str, ...] = OFFERED
    delimiter: str = ","
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, cell: str) -> Mapping[str, Any]:
        """Return what is known of one cell."""
        return self.rows.get(cell, {})

    def within(self, cell: str) -> list[str]:
        """Return the names, in order, of a cell and of those that one file of it holds."""
        start = bisect_left(self._names, cell + "/")
        stop = bisect_left(self._names, cell + "0")  # the sign after "/"
        return [*([cell] if cell in self.rows else []), *self._names[start:stop]]

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self.rows)


def read_facts(path: Path) -> CellFacts:
    """Read the facts that people filled in; where there is no file, nothing is known.

    Raises
    ------
    CatalogError
        A column has no canonical name, a cell stands there twice, or a value is no number where
        it must be one; names the line.
    """
    if not path.exists():
        return CellFacts()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path} cannot be read: {error}. Save it as csv in UTF-8.") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    columns = tuple(name.strip() for name in table[0]) if table else ()
    if NATIVE_ID not in columns:
        raise CatalogError(
            f"{path} needs a column {NATIVE_ID} that names the cells; it has "
            f"{', '.join(columns) or 'none'}. Correct it, or delete it to start anew."
        )
    for name in columns:
        if name and name not in COLUMNS:
            raise CatalogError(
                f"{path}: no column is called {name!r}.{did_you_mean(name, COLUMNS)}"
            )
    rows: dict[str, dict[str, Any]] = {}
    for line, fields in enumerate(table[1:], start=2):
        held = dict(zip(columns, (value.strip() for value in fields), strict=False))
        cell = held.pop(NATIVE_ID, "")
        if not any(fields) or not cell:
            continue
        if cell in rows:
            raise CatalogError(f"{path}, line {line}: the cell {cell} stands there twice.")
        rows[cell] = {
            name: _value(name, value, delimiter, f"{path}, line {line}")
            for name, value in held.items()
            if value and name
        }
    return CellFacts(text, columns, delimiter, rows)


def with_cells(facts: CellFacts, cells: Sequence[str]) -> str:
    """Return the file with a row for every cell; what people wrote stays letter by letter."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=facts.delimiter, lineterminator="\n")
    if not facts.text.strip():
        writer.writerow(facts.columns)
    else:
        out.write(facts.text if facts.text.endswith("\n") else facts.text + "\n")
    for cell in cells:
        if cell not in facts.rows:
            writer.writerow([cell if name == NATIVE_ID else "" for name in facts.columns])
    return out.getvalue()


def _value(name: str, text: str, delimiter: str, where: str) -> Any:
    if COLUMNS[name].kind == "text":
        return text
    number = text.replace(",", ".") if delimiter != "," else text
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        unit = COLUMNS[name].unit.replace("1", "no unit", 1)
        raise CatalogError(f"{where}: {name} is {text!r}; write a number alone, in {unit}.")
    return value
