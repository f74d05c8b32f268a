"""A self-hosted Battery Archive database (PostgreSQL, its published tables), opened as a hub."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from bdg_explore.columns import CELL, TEST_TIME
from bdg_explore.errors import (
    FrameError,
    LoginError,
    MissingTableError,
    ParameterError,
    did_you_mean,
)
from bdg_explore.frames import CONTRACTS, check_frame
from bdg_explore.hubs.entries import Dataset, Hub
from bdg_explore.readers import settle_counters

from .address import Address
from .archive_facts import Known, known_cells, known_modules
from .archive_layout import (
    ABUSE_CONDITIONS,
    CELLS,
    CONDITIONS,
    COUNTS,
    DAYS,
    MODULES,
    TABLES,
    WHAT_IS_THERE,
    Found,
    Layout,
    ids_query,
    rows_query,
)
from .postgres import Database
from .records import dataset_of, hub_of

_SCHEMA: Final = "public"
_SEVERAL: Final = 200
"""Cells asked for in one question."""


def open_archive(address: Address) -> Iterator[Hub | Dataset]:
    """Yield the hub that a database is, and a data set for each source of its cells.

    Asks for metadata only: the catalogue of the database, the tables of cells and conditions, and
    which cells the large tables hold, as far as an index answers that.

    Raises
    ------
    ServerError
        The database cannot be opened, see `Database.ask`.
    MissingTableError
        It has no table of cells.
    """
    database = Database(address)
    schema = address.said.get("schema") or _SCHEMA
    found = _tables(database, schema)
    _require_cells(database, schema, found)
    archive = Archive(database, schema, found)
    held = {name: archive.ids(name) for name, one in TABLES.items() if one.table in found}
    told = {name: ids for name, ids in held.items() if ids is not None}
    modules = known_modules(archive.rows_of(MODULES, key="module_id"), told)
    known = known_cells(
        archive.rows_of(CELLS),
        archive.rows_of(CONDITIONS),
        archive.rows_of(ABUSE_CONDITIONS),
        told,
        frozenset(modules.facts.index) if modules else frozenset(),
        whole_ah=found[CELLS].columns.get("ah") in ("smallint", "integer", "bigint"),
    )
    hub = hub_of(address, operator=None, notes=archive.notes())
    yield hub
    for one in (*known, *([modules] if modules else [])):
        yield _dataset(hub, address, archive, one, held)


def _dataset(
    hub: Hub,
    address: Address,
    archive: "Archive",
    known: Known,
    held: Mapping[str, frozenset[str] | None],
) -> Dataset:
    ids = tuple(known.facts.index)
    tables = {}
    for name, all_of_table in held.items():
        # Where no index tells, the cell's own line says whether it was cycled or abused.
        there = known.presumed[name] if all_of_table is None else all_of_table
        tables[name] = tuple(i for i in ids if i in there)
    return dataset_of(
        hub,
        address,
        known.source,
        title=f"{known.source} ({hub.name})",
        description=f"{len(ids)} of {known.source} in the database {address.database}",
        segment=known.segment,
        facts=known.facts,
        tables={name: cells for name, cells in tables.items() if cells},
        server=archive,
        format="postgresql",
    )


def _tables(database: Database, schema: str) -> dict[str, Found]:
    rows = database.ask(WHAT_IS_THERE, schema).to_pandas()
    return {
        str(name): Found(
            dict(zip(columns["column"], columns["type"], strict=True)),
            bool(columns["indexed"].any()),
            bool(columns["readable"].all()),
        )
        for name, columns in rows.groupby("table", sort=False)
    }


def _require_cells(database: Database, schema: str, found: Mapping[str, Found]) -> None:
    if CELLS not in found:
        held = ", ".join(sorted(found)[:12]) or "no table that this user can see"
        raise MissingTableError(
            f"{database} has no table {schema}.{CELLS}, so it is no Battery Archive database; the "
            f"schema {schema} holds {held}.{did_you_mean(CELLS, found)} Next: name the right "
            "database, or its schema with ?schema=... behind the address."
        )
    if "cell_id" not in found[CELLS].columns:
        raise MissingTableError(f"{database}: the table {schema}.{CELLS} has no column cell_id.")
    if not found[CELLS].readable:
        raise LoginError(
            f"{database}: this user may not read {schema}.{CELLS}. Next: ask its administrator "
            "for the right to SELECT."
        )


@dataclass(frozen=True)
class Archive:
    """Reads the published tables of one database.

    Attributes
    ----------
    database : Database
        Where they are.
    schema : str
        In which schema.
    found : mapping
        Which tables it has.
    """

    database: Database
    schema: str
    found: Mapping[str, Found] = field(repr=False)

    def __str__(self) -> str:
        return str(self.database)

    def where(self, table: str) -> str:
        """Return the table as SQL names it."""
        return ".".join('"' + part.replace('"', '""') + '"' for part in (self.schema, table))

    def rows_of(self, table: str, *, key: str = "cell_id") -> pd.DataFrame:
        """Return a small table whole, in the order of its index column; empty if there is none.

        `key` is the column that says whose a row is; it is called `cell_id` here.
        """
        found = self.found.get(table)
        if found is None or not found.readable or key not in found.columns:
            return pd.DataFrame({"cell_id": pd.Series(dtype=str)})
        numbers = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
        asked = ", ".join(
            f'"{name}"::{"float8" if found.columns[name] in numbers else "text"} AS "{name}"'
            for name in _PLAIN & set(found.columns)
        )
        asked += f'{"," if asked else ""} "{key}"::text AS "cell_id"'
        order = ' ORDER BY "index"' if "index" in found.columns else ""
        query = f'SELECT {asked} FROM {self.where(table)} WHERE "{key}" IS NOT NULL{order}'  # noqa: S608
        rows: pd.DataFrame = self.database.ask(query).to_pandas()
        return rows

    def ids(self, name: str) -> frozenset[str] | None:
        """Return which cells a table holds; None where only reading all of it would tell."""
        table = TABLES[name].table
        found = self.found[table]
        if not found.indexed or not found.readable:
            return None if found.readable else frozenset()
        answer = self.database.ask(ids_query(self.where(table)))
        return frozenset(answer.column("cell_id").to_pylist())

    def notes(self) -> str | None:
        """Return what its owner should know: large tables that no index makes quick."""
        slow = [
            one.table for one in TABLES.values()
            if one.table in self.found and not self.found[one.table].indexed
        ]  # fmt: skip
        if not slow:
            return None
        advice = "; ".join(f"CREATE INDEX ON {self.schema}.{table} (cell_id)" for table in slow)
        return (
            f"No index on cell_id: {', '.join(slow)}. Each cell costs a walk through the whole "
            f"table, and that a cell is in it is presumed. Its owner can cure that: {advice}."
        )

    def read(self, table: str, cells: Sequence[str], cycles: Sequence[int] | None) -> pd.DataFrame:
        """Return canonical columns and `cell`, the native id, of some cells.

        Raises
        ------
        ConnectionLostError
            The database broke off; nothing of what had come is returned.
        MissingTableError
            The table, or a column without which it means nothing, is not there.
        FrameError
            What is in the table breaks its contract; names the row.
        """
        layout = TABLES[table]
        found = self._found(layout)
        some = None if cycles is None else "{" + ",".join(str(int(one)) for one in cycles) + "}"
        if some is not None and "cycle_index" not in found.columns:
            raise ParameterError(f"{layout.table} of {self.database} knows no cycles.")
        parts = [
            self._ask(layout, found, cells[begin : begin + _SEVERAL], some)
            for begin in range(0, len(cells), _SEVERAL)
        ]
        frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
        notes: list[str] = []
        if TEST_TIME in frame.columns and len(cells) == 1:
            frame = settle_counters(frame, notes)
        frame.attrs["source"] = {
            "format": "postgresql", "table": table, "server": str(self), "notes": notes,
        }  # fmt: skip
        return check_frame(frame, CONTRACTS[table])

    def _found(self, layout: Layout) -> Found:
        found = self.found[layout.table]
        lacking = [
            layout.columns[n] for n in layout.needed if layout.columns[n] not in found.columns
        ]
        if lacking or "cell_id" not in found.columns:
            named = ", ".join(lacking or ["cell_id"])
            raise MissingTableError(
                f"{self.database}: the table {self.schema}.{layout.table} has no column {named}; "
                f"it has {', '.join(found.columns)}."
            )
        return found

    def _ask(
        self, layout: Layout, found: Found, cells: Sequence[str], some: str | None
    ) -> pd.DataFrame:
        one = len(cells) == 1
        query = rows_query(
            self.where(layout.table), layout, found, several=not one, some=some is not None
        )
        given = cells[0] if one else json.dumps(list(cells))
        answer = self.database.ask(query, given, *([] if some is None else [some]))
        missing = answer.column(layout.order).null_count
        if missing:  # a row of an answer has no number that would find it again
            theirs, among = layout.columns[layout.order], ", ".join(cells[:3])
            raise FrameError(
                f"{missing} of {answer.num_rows} records of {among} have no {theirs} in "
                f"{self.where(layout.table)} of {self.database}. Next: look at them with WHERE "
                f"{theirs} IS NULL, and have them corrected or removed."
            )
        return _in_order(answer, layout, cells)


_PLAIN: Final = frozenset({
    "source", "cathode", "anode", "ah", "form_factor", "test", "tester", "temperature",
    "temp", "soc", "soc_max", "soc_min", "v_max", "v_min", "v_init", "crate_c", "crate_d",
    "indentor", "nail_speed", "thickness", "parent_id", "num_series", "num_parallel",
    "configuration", "status",
})  # fmt: skip


def _in_order(answer: pa.Table, layout: Layout, cells: Sequence[str]) -> pd.DataFrame:
    """Turn an answer into a frame, cell by cell in the order asked for."""
    columns = {name: _values(answer.column(name), name) for name in answer.column_names}
    owner = columns.pop("ordinality", np.ones(answer.num_rows, np.int64)) - 1
    along = columns[layout.order]
    # Rows of a table have no order of their own; mostly they lie as they were written.
    back = (along[1:] < along[:-1]) & (owner[1:] == owner[:-1])
    if back.any() or (owner[1:] < owner[:-1]).any():
        order = np.lexsort((along, owner))
        columns, owner = {name: values[order] for name, values in columns.items()}, owner[order]
    frame = pd.DataFrame(columns, copy=False)
    kind = np.int8 if len(cells) < 128 else np.int64
    frame[CELL] = pd.Categorical.from_codes(owner.astype(kind), pd.Index(list(cells), dtype=str))
    return frame


def _values(column: pa.ChunkedArray, name: str) -> "np.ndarray[Any, Any]":
    """Return numbers: seconds for a date, a missing number as NaN."""
    if name in DAYS:
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    values: np.ndarray[Any, Any] = column.to_numpy()
    if name in DAYS:
        return values * 1e-6
    return values if name in (*COUNTS, "ordinality") else values.astype(np.float64, copy=False)
