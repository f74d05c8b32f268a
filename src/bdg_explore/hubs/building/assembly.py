"""Put the tables of all cells together: a folder that is whole before it gets its name."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from bdg_explore.columns import (
    CELL,
    NATIVE_ID,
    NOTE,
    OVERLAP_ROWS,
    PACKAGE_VERSION,
    PART,
    QUALITY_SCORE,
    ROWS_IN,
    ROWS_OUT,
    SOURCE_BYTES,
    SOURCE_FILE,
    SOURCE_FORMAT,
    SOURCE_SHA256,
    TABLE,
    TEST_EQUIPMENT,
    TESTER,
)

from .facts import CellFacts
from .former import Former
from .layout import ACCOUNTS, CELL_TABLES, HEAD, LAYOUT, MADE_BY, SHARED_TABLES, write_json
from .metadata import About
from .parquet import typed, write_shared
from .plan import Series

_CATALOG_HEAD: Final = f"""\
{HEAD}, which writes it anew at every build.
# What you know about the data goes into metadata.yaml, what differs from cell to cell into
# cells.csv; then build once more.
"""


@dataclass(frozen=True)
class Piece:
    """What was read of one series, wherever it lies.

    Attributes
    ----------
    series : Series
        Its files.
    key : str
        What it was made of: contents, names, reader, version.
    account : mapping
        What was told about the reading.
    staged : Path or None
        The folder it was read into; None where the former store has it.
    former : Former or None
        The former store.
    """

    series: Series
    key: str
    account: Mapping[str, Any]
    staged: Path | None = None
    former: Former | None = None

    def file(self, place: int, cell: str, table: str) -> Path:
        """Return the file of one cell's table."""
        if self.staged is not None:
            return self.staged / str(place) / f"{table}.parquet"
        assert self.former is not None  # noqa: S101  (one of them is always there)
        return self.former.folder / table / f"{cell}.parquet"

    def schema(self, place: int, cell: str, table: str) -> pa.Schema:
        """Return the columns of what `rows` returns."""
        if self.staged is not None:
            return pq.read_schema(self.file(place, cell, table))
        return self.rows(place, cell, table).schema

    def rows(self, place: int, cell: str, table: str) -> pa.Table:
        """Return the rows of a table that all cells share."""
        if self.staged is not None:
            return pq.read_table(self.file(place, cell, table))
        assert self.former is not None  # noqa: S101
        return self.former.shared(table, cell)


@dataclass
class Cell:
    """One cell of the store: which piece each table comes from, and how sound it is."""

    name: str
    tables: dict[str, tuple[Piece, int]] = field(default_factory=dict)
    quality: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def score(self) -> float | None:
        """The lowest score of its tables."""
        scores = [row[QUALITY_SCORE] for row in self.quality if row[QUALITY_SCORE] is not None]
        return min(scores) if scores else None


def cells_of(pieces: Iterable[Piece]) -> list[Cell]:
    """Gather what the pieces hold, cell by cell, in the order of their names.

    Where two files hold the same table of one cell, the first one's is taken, and it is told.
    """
    found: dict[str, Cell] = {}
    for piece in pieces:
        for place, told in enumerate(piece.account["cells"]):
            cell = found.setdefault(told["cell"], Cell(told["cell"]))
            cell.notes += told["notes"]
            taken = set()
            for table in told["tables"]:
                if table in cell.tables:
                    first = cell.tables[table][0].series.files[0].file.name
                    name = piece.series.files[0].file.name
                    cell.notes.append(f"{table} of {name} is left out: it comes from {first}")
                else:
                    cell.tables[table] = (piece, place)
                    taken.add(table)
            cell.quality += [row for row in told["quality"] if row[TABLE] in taken]
    return [found[name] for name in sorted(found)]


def write_tables(
    cells: Sequence[Cell],
    folder: Path,
    about: About,
    facts: CellFacts,
    version: str,
    title: str,
    apart: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write the tables of a data set into a new folder.

    Parameters
    ----------
    cells : sequence of Cell
        In the order of their names.
    folder : Path
        Where to; it is made.
    about, facts
        What people know.
    version : str
        Version of the package.
    title : str
        Name of the data set.
    apart : mapping
        Accounts of files that are not parts of one test though their names say so, by key.
    """
    folder.mkdir(parents=True)
    for table in CELL_TABLES:
        for cell in cells:
            if table in cell.tables:
                piece, place = cell.tables[table]
                target = folder / table / f"{cell.name}.parquet"
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(piece.file(place, cell.name, table), target)
    for table in SHARED_TABLES:
        held = [(*cell.tables[table], cell.name) for cell in cells if table in cell.tables]
        if held:
            schemas = (piece.schema(place, name, table) for piece, place, name in held)
            tables = (piece.rows(place, name, table) for piece, place, name in held)
            write_shared(schemas, tables, folder / f"{table}.parquet")
    rows = {
        "cells": [_facts(cell, about, facts) for cell in cells],
        "quality": [{CELL: cell.name, **row} for cell in cells for row in cell.quality],
        "provenance": [row for cell in cells for row in _provenance(cell, version)],
    }
    for table, written in rows.items():
        if written:
            whole = typed(pd.DataFrame(written), table)
            write_shared([whole.schema], [whole], folder / f"{table}.parquet")
    pieces = {piece.key: piece.account for cell in cells for piece, _ in cell.tables.values()}
    series = {**apart, **pieces}
    content = {
        "made_by": MADE_BY,
        "layout": LAYOUT,
        "version": version,
        "name": title,
        "series": series,
    }
    write_json(content, folder / ACCOUNTS)


def catalog(
    cells: Sequence[Cell], dataset: str, name: str, about: About, source_count: int
) -> dict[str, Any]:
    """Return the catalog of the store, as a catalog file holds it."""
    place = f"{{{{ CATALOG_DIR }}}}/{dataset}"
    every = [cell.name for cell in cells]
    held = {t: [c.name for c in cells if t in c.tables] for t in (*CELL_TABLES, *SHARED_TABLES)}
    held["quality"] = [cell.name for cell in cells if cell.quality]
    tables: dict[str, Any] = {}
    for table, holders in {"cells": every, **held, "provenance": every}.items():
        own = table in CELL_TABLES
        if holders:
            url = f"{place}/{table}/{{cell}}.parquet" if own else f"{place}/{table}.parquet"
            tables[table] = {"url": url, "format": "parquet"}
            if own or holders != every:
                tables[table]["cells"] = holders
    files = "file" if source_count == 1 else "files"
    described = about.description or f"{name}: {len(cells)} cells from {source_count} {files}"
    return {
        "metadata": {"version": 1, "hub": {"id": dataset, "name": name, **about.hub}},
        "sources": {
            dataset: {
                "driver": "bdg_dataset",
                "description": described,
                "args": {"cells": f"{place}/cells.parquet", "tables": tables},
                "metadata": {"hub": dataset, "title": name, **about.metadata,
                             "cells_stated": len(cells)},
            }
        },
    }  # fmt: skip


def catalog_text(content: Mapping[str, Any]) -> str:
    """Write a catalog."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text = yaml.dump(content, Dumper=dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return _CATALOG_HEAD + str(text)


def _facts(cell: Cell, about: About, facts: CellFacts) -> dict[str, Any]:
    testers = sorted({piece.series.files[0].tester for piece, _ in cell.tables.values()} - {""})
    row: dict[str, Any] = {NATIVE_ID: cell.name}
    if testers and TEST_EQUIPMENT not in about.metadata["primary"]:
        row[TEST_EQUIPMENT] = ", ".join(testers)
    if cell.score is not None:
        row[QUALITY_SCORE] = cell.score
    return {**row, **facts.of(cell.name)}


def _provenance(cell: Cell, version: str) -> Iterator[dict[str, Any]]:
    pieces = {piece.key: piece for piece, _ in cell.tables.values()}
    for piece in pieces.values():
        for known, told in zip(piece.series.files, piece.account["files"], strict=True):
            base = {
                CELL: cell.name,
                SOURCE_FILE: told["name"],
                SOURCE_SHA256: told["sha256"],
                SOURCE_BYTES: told["bytes"],
                SOURCE_FORMAT: known.format,
                TESTER: known.tester or None,
                PACKAGE_VERSION: version,
            }
            for table, read in (told.get("tables") or {}).items():
                yield {
                    **base,
                    TABLE: table,
                    PART: read["part"],
                    ROWS_IN: read["rows_in"],
                    ROWS_OUT: read["rows_out"],
                    OVERLAP_ROWS: read["overlap_rows"],
                    NOTE: "; ".join(read["notes"]) or None,
                }


def _link(source: Path, target: Path) -> None:
    """Let a file stand in two places; copied where the file system cannot."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
