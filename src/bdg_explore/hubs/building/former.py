"""The store that was there before: what of it can be used again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bdg_explore.columns import CELL

from .layout import ACCOUNTS, CATALOG, LAYOUT, read_json, table_folders
from .parquet import slim


class Former:
    """Tables that an earlier build made, by the key of what they were made of.

    Parameters
    ----------
    out : Path
        The store. Where it is not whole, nothing of it is used.
    """

    def __init__(self, out: Path) -> None:
        self._accounts: Mapping[str, dict[str, Any]] = {}
        self._tables: dict[str, dict[str, pa.Table]] = {}
        self.folder = out
        self.name = ""
        if not (out / CATALOG).is_file():
            return  # no store, or one whose building was interrupted at the very end
        for folder in table_folders(out):
            self.folder = folder
            told = read_json(folder / ACCOUNTS)
            self.name = str(told.get("name", ""))
            if told.get("layout") == LAYOUT:
                self._accounts = told["series"]

    def account(self, key: str) -> dict[str, Any] | None:
        """Return what was told of a series, if all of its tables are still there."""
        found = self._accounts.get(key)
        if found is None:
            return None
        for cell in found.get("cells", ()):
            for table in cell["tables"]:
                own = self.folder / table / f"{cell['cell']}.parquet"
                if not own.is_file() and cell["cell"] not in self._shared(table):
                    return None
        return found

    def shared(self, table: str, cell: str) -> pa.Table:
        """Return the rows of one cell of a table that all cells share."""
        return self._shared(table)[cell]

    def _shared(self, table: str) -> dict[str, pa.Table]:
        if table not in self._tables:
            path = self.folder / f"{table}.parquet"
            try:
                whole = pq.read_table(path) if path.is_file() else None
            except (pa.ArrowException, OSError):
                whole = None  # damaged: what it held is read from the sources again
            self._tables[table] = dict(_by_cell(whole, table)) if whole is not None else {}
        return self._tables[table]


def _by_cell(whole: pa.Table, table: str) -> Iterator[tuple[str, pa.Table]]:
    if not whole.num_rows or CELL not in whole.column_names:
        return
    labels = [f.name for f in whole.schema if pa.types.is_dictionary(f.type)]
    cells = whole[CELL].cast(pa.string()).to_numpy(zero_copy_only=False)
    begin = np.flatnonzero(np.concatenate(([True], cells[1:] != cells[:-1])))
    for start, stop in zip(begin, [*begin[1:], len(cells)], strict=True):
        rows = slim(whole.slice(start, stop - start), table)
        for name in labels:  # only the labels of this cell, as they were first written
            if name in rows.column_names:
                own = rows[name].cast(pa.string()).combine_chunks().dictionary_encode()
                rows = rows.set_column(rows.column_names.index(name), name, own)
        yield str(cells[start]), rows
