"""Parquet: only the wanted columns, and only the wanted rows where the file can tell them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bdg_explore.errors import ReadError

from ._reader import Raw, Request
from ._source import parquet_errors


def load_parquet(request: Request) -> Raw:
    """Load the wanted columns of a Parquet file; rows are chosen while reading.

    A file sorted by cell, in row groups, gives one cell without decoding the others.
    """
    source = request.source
    if not source.head.raw.startswith(b"PAR1"):
        raise ReadError(f"{source.name} is no Parquet file but {source.head.describe()}.")
    with parquet_errors(source):
        file = pq.ParquetFile(source.seekable())
        schema = file.schema_arrow
        plan = request.plan(schema.names)
        headers = {w.name: w.header for w in plan}
        wanted = {headers[n]: values for n, values in request.only.items() if n in headers}
        table = file.read_row_groups(_groups(file, wanted), columns=[w.header for w in plan])
        for header, values in wanted.items():
            table = table.filter(_is_one_of(table[header], values))
    values = [table[w.header] for w in plan]
    return Raw(plan, values, tuple(schema.names), file.metadata.num_rows)


def _groups(file: pq.ParquetFile, wanted: Mapping[str, Sequence[Any]]) -> list[int]:
    """Return the row groups that can hold wanted rows, as far as the file's statistics tell."""
    metadata = file.metadata
    if not wanted or metadata.num_row_groups == 0:
        return list(range(metadata.num_row_groups))
    first = metadata.row_group(0)
    leaves = {first.column(i).path_in_schema: i for i in range(first.num_columns)}
    return [
        group
        for group in range(metadata.num_row_groups)
        if all(
            _may_hold(metadata.row_group(group).column(leaves[header]).statistics, values)
            for header, values in wanted.items()
            if header in leaves
        )
    ]


def _may_hold(statistics: Any, values: Sequence[Any]) -> bool:
    if statistics is None or not statistics.has_min_max:
        return True
    low, high = statistics.min, statistics.max
    if not values or not isinstance(low, type(values[0])):
        return True
    return any(low <= value <= high for value in values)


def _is_one_of(column: pa.ChunkedArray, values: Sequence[Any]) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if values and isinstance(values[0], str) and not _is_text(column.type):
        column = column.cast(pa.string())
    kind = column.type if _is_text(column.type) else pa.float64()
    return pc.is_in(column.cast(kind), pa.array(values, kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
