"""Parquet: only the wanted columns, and only the wanted rows where the file can tell them."""

from functools import reduce
from operator import and_
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bdg_explore.columns import CELL
from bdg_explore.errors import ReadError

from ._reader import Raw, Request
from ._source import listed, parquet_errors


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
        if not plan:
            raise ReadError(
                f"{source.name} has none of the columns looked for; it has "
                f"{listed(schema.names)}. Give columns={{their header: canonical name}}."
            )
        headers = {w.name: w.header for w in plan}
        conditions = [
            _is_one_of(headers[name], values, schema.field(headers[name]).type, name)
            for name, values in request.only.items()
            if name in headers
        ]
        table = pq.read_table(
            source.seekable(),
            columns=[w.header for w in plan],
            filters=reduce(and_, conditions) if conditions else None,
        )
    values = [table[w.header] for w in plan]
    return Raw(plan, values, tuple(schema.names), file.metadata.num_rows)


def _is_one_of(header: str, values: Any, kind: Any, name: str) -> Any:
    field = pc.field(header)
    stored = kind.value_type if pa.types.is_dictionary(kind) else kind
    if name == CELL:
        text = pa.types.is_string(stored) or pa.types.is_large_string(stored)
        return (field if text else field.cast(pa.string())).isin(list(values))
    return field.isin(pa.array(values, pa.int64()).cast(stored, safe=False))
