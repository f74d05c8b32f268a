"""Tables of a store on disk: types that follow from the names, written the same every time."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bdg_explore.columns import CELL, COLUMNS
from bdg_explore.frames import CONTRACTS

from .layout import ROWS_IN_GROUP

_LABEL: Final = pa.dictionary(pa.int32(), pa.string())
# What is measured to five digits at most; times and counters of a whole test need more.
_SINGLE: Final = ("_volt", "_ampere", "_celsius", "_watt", "_ohm", "_pa")
_SINGLE_TABLES: Final = ("timeseries", "abuse", "auxiliary")
_ROWS_TOGETHER: Final = 4_096


def typed(frame: pd.DataFrame, table: str, cell: str | None = None) -> pa.Table:
    """Return a frame as an Arrow table, `cell` first, columns without any value left out.

    Parameters
    ----------
    frame : DataFrame
        Canonical columns.
    table : str
        Which table it is. Voltage, current and temperature of records become single precision.
    cell : str, optional
        Native id; every row is of this cell.

    Notes
    -----
    A column's type follows from its name and table alone, so the files of all cells agree.
    """
    rows = len(frame)
    columns: dict[str, Any] = {}
    if cell is not None:
        owner = pa.array([cell], pa.string())
        columns[CELL] = pa.DictionaryArray.from_arrays(
            pa.nulls(rows, pa.int32()).fill_null(0), owner
        )
    needed = CONTRACTS[table].required if table in CONTRACTS else ()
    for name in map(str, frame.columns):
        if name == CELL and cell is not None:
            continue
        values = _array(frame[name], kind_of(name, table))
        if name in needed or values.null_count < rows or not rows:
            columns[name] = values
    return pa.table(columns)


def kind_of(name: str, table: str) -> pa.DataType:
    """Return how a column is stored."""
    known = COLUMNS.get(name)
    kind = known.kind if known else "float"
    if kind == "text":
        return pa.string() if table == "cells" else _LABEL
    if kind == "flag":
        return pa.bool_()
    if kind == "count":
        return pa.int64()
    single = table in _SINGLE_TABLES and name.endswith(_SINGLE)
    return pa.float32() if single else pa.float64()


def _array(values: "pd.Series[Any]", kind: pa.DataType) -> Any:
    if kind in (_LABEL, pa.string()):
        texts = pa.array(values.astype("str"), pa.string(), from_pandas=True)
        return texts.dictionary_encode() if kind == _LABEL else texts
    return pa.array(values, from_pandas=True).cast(kind)


def slim(table: pa.Table, name: str) -> pa.Table:
    """Leave out the columns in which no row has a value, as `typed` does."""
    needed = CONTRACTS[name].required if name in CONTRACTS else ()
    empty = [
        column
        for column in table.column_names
        if column not in needed and table.num_rows and table[column].null_count == table.num_rows
    ]
    return table.drop_columns(empty) if empty else table


def write(table: pa.Table, path: Path) -> None:
    """Write one cell's table."""
    with _writer(path, table.schema) as writer:
        writer.write_table(table, row_group_size=ROWS_IN_GROUP)


def write_shared(schemas: Iterable[pa.Schema], tables: Iterable[pa.Table], path: Path) -> None:
    """Write the tables of many cells one after the other, whole cells in a row group.

    Columns stand in the order in which the cells bring them; what a cell lacks is missing there.

    Parameters
    ----------
    schemas : iterable of Schema
        Those of the tables.
    tables : iterable of Table
        One a cell; no more than a few are in memory at a time.
    path : Path
        The file to write.
    """
    fields: dict[str, Any] = {}
    for one in schemas:
        for field in one:
            fields.setdefault(field.name, field)
    schema = pa.schema(list(fields.values()))
    with _writer(path, schema) as writer:
        for together in _together(tables):
            whole = pa.concat_tables([_widened(table, schema) for table in together])
            writer.write_table(whole.unify_dictionaries(), row_group_size=ROWS_IN_GROUP)


def _together(tables: Iterable[pa.Table]) -> Iterator[list[pa.Table]]:
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(one.num_rows for one in held) >= _ROWS_TOGETHER:
            yield held
            held = []
    if held:
        yield held


def _widened(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    counts = [field.name for field in schema if pa.types.is_integer(field.type)]
    labels = [field.name for field in schema if field.name not in {*floats, *counts}]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=labels,
        use_byte_stream_split=floats,
        column_encoding=dict.fromkeys(counts, "DELTA_BINARY_PACKED"),
    )
