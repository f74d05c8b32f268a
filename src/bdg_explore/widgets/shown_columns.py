"""Which facts about cells a browser shows, and under which heads."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    AVAILABILITY,
    CATHODE,
    CELL,
    CHARGING_C_RATE,
    COLUMNS,
    CYCLE_LIFE,
    DATASET,
    DISCHARGING_C_RATE,
    FORM_FACTOR,
    HUB,
    KIND,
    LICENCE,
    NOMINAL_CAPACITY,
    PROTOCOL,
    SEGMENT,
    Column,
)

FACETS: Final = (CATHODE, HUB, DATASET, SEGMENT, KIND, FORM_FACTOR, AVAILABILITY, LICENCE)
RANGES: Final = (
    AMBIENT_TEMPERATURE, NOMINAL_CAPACITY, CHARGING_C_RATE, DISCHARGING_C_RATE, CYCLE_LIFE,
)  # fmt: skip
# Short facts first: what a narrow page cuts off is the long text of the protocol.
TABLE: Final = (
    CELL, CATHODE, NOMINAL_CAPACITY, AMBIENT_TEMPERATURE, CHARGING_C_RATE, DISCHARGING_C_RATE,
    CYCLE_LIFE, KIND, AVAILABILITY, LICENCE, PROTOCOL,
)  # fmt: skip
_BADGES: Final = frozenset({KIND})


def known_columns(cells: pd.DataFrame, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of some columns in which at least one cell has a value."""
    return tuple(name for name in names if name in cells.columns and cells[name].notna().any())


def table_column(given: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return how a table shows a column: `name`, `title`, `unit`, `kind` and `meaning`.

    Parameters
    ----------
    given : str or mapping
        A column's name; or a mapping with a `name` whose other entries win over the vocabulary.
        `kind` picks the formatter in the table: `number`, `text`, `badge`, or one of yours.
    """
    wanted = {"name": given} if isinstance(given, str) else dict(given)
    name = str(wanted["name"])
    record = COLUMNS.get(name, Column(name, name.replace("_", " "), "", "", "text"))
    unit = "" if record.unit == "1" else record.unit
    number = record.kind in ("float", "count")
    kind = "badge" if name in _BADGES else "number" if number else "text"
    shown = {"title": record.title, "unit": unit, "kind": kind, "meaning": record.meaning}
    return shown | wanted
