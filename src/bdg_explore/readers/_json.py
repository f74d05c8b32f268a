"""JSON, read with its size bounded, and tables as programs lay them out in it."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import pyarrow as pa

from bdg_explore.errors import ReadError

from ._archive import AGAIN
from ._reader import Raw, Request, Wanted
from ._source import Head, Source

_LARGEST: Final = 134_217_728
_OPENS: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_KEY: Final = re.compile(rb'"((?:[^"\\]|\\.){1,80})"\s*:')
# headers as pandas' ``split`` has them
_LISTED: Final = re.compile(rb'"columns"\s*:\s*\[([^\[\]{}]*)\]')
_TEXT: Final = re.compile(rb'"((?:[^"\\]|\\.){1,80})"')
_MOST_KEYS: Final = 400
_INSIDE: Final = ("data", "table", "records")  # where a table stands that has metadata beside it


def keys(head: Head) -> set[str]:
    """Return the keys that the first bytes of a JSON text show; none if it is no JSON."""
    if not _OPENS.match(head.raw):
        return set()
    held: set[str] | None = head.source.seen.get("json keys")
    if held is None:
        named = _LISTED.search(head.raw)
        found = [*_KEY.findall(head.raw), *(_TEXT.findall(named[1]) if named else ())][:_MOST_KEYS]
        held = {_unescaped(key.decode("utf-8", errors="replace")) for key in found}
        head.source.seen["json keys"] = held
    return held


def _unescaped(key: str) -> str:
    return key.replace("\\/", "/").replace("\\u00b0", "°")


def load_json(source: Source) -> Any:
    """Read a JSON text, or one with a JSON value a line.

    Raises
    ------
    ReadError
        It is no JSON, cut short, or larger than 128 MiB.
    """
    content = source.content(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ReadError(f"{source.name} is larger than 128 MiB of JSON. Write it as Parquet.")
    if not _OPENS.match(content):
        raise ReadError(f"{source.name} is no JSON but {source.head.describe()}.")
    try:
        text = content.decode("utf-8-sig")
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            if "Extra data" not in error.msg:
                raise
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise ReadError(f"{source.name} is not a whole JSON text ({error}). {AGAIN}.") from error


def columns_in(value: Any, source: Source) -> dict[str, Sequence[Any]]:
    """Return the columns of a table in JSON, however it is laid out.

    Known are lists of records, {column: list}, {column: {index: value}} and pandas' ``split``;
    each may stand under ``data`` beside its metadata.

    Raises
    ------
    ReadError
        It is none of them, or its columns are not of one length.
    """
    inside = [value[key] for key in _INSIDE if key in value] if isinstance(value, Mapping) else []
    tables = (_columns(one) for one in (*inside, value))
    found = next((columns for columns in tables if columns is not None), None)
    if not found:
        raise ReadError(f"{source.name} is JSON, but no table of columns or records.")
    lengths = {name: len(column) for name, column in found.items()}
    if len(set(lengths.values())) > 1:
        shortest = min(lengths, key=lambda name: lengths[name])
        raise ReadError(
            f"{source.name}: its columns are not of one length ({shortest} has "
            f"{lengths[shortest]} values, others {max(lengths.values())}). {AGAIN}."
        )
    return found


def _columns(value: Any) -> dict[str, Sequence[Any]] | None:
    if isinstance(value, list) and value and all(isinstance(record, Mapping) for record in value):
        names = dict.fromkeys(chain.from_iterable(value))
        return {str(name): [record.get(name) for record in value] for name in names}
    if not isinstance(value, Mapping) or not value:
        return None
    if {"columns", "data"} <= set(value) and isinstance(value["data"], list):
        names_of, rows = value["columns"], value["data"]
        if isinstance(names_of, list) and all(
            isinstance(row, list) and len(row) == len(names_of) for row in rows
        ):
            return {str(n): [row[i] for row in rows] for i, n in enumerate(names_of)}
        return None
    columns: dict[str, Sequence[Any]] = {}
    for name, column in value.items():
        if isinstance(column, Mapping) and not {"data", "columns"} & set(column):
            columns[str(name)] = list(column.values())
        elif isinstance(column, list) and not any(isinstance(v, Mapping | list) for v in column):
            columns[str(name)] = column
    return columns or None


def raw_of(
    request: Request, columns: Mapping[str, Sequence[Any]], facts: dict[str, Any] | None = None
) -> Raw:
    """Give columns read from JSON as the walk takes them."""
    headers = tuple(columns)
    plan = request.plan(headers)
    rows = len(next(iter(columns.values())))
    if rows == 0:
        raise ReadError(f"{request.source.name} has columns and no records. {AGAIN}.")
    values = [array(columns[wanted.header], wanted) for wanted in plan]
    return Raw(plan, values, headers, rows, facts=dict(facts or {}))


def array(column: Iterable[Any], wanted: Wanted) -> Any:
    """Give one column: numbers if it holds nothing but numbers and nulls, else texts."""
    values = list(column)
    kinds = set(map(type, values))
    if wanted.held != "text" and kinds <= {float, int, type(None)}:
        try:
            numbers = np.array(values, dtype=np.float64)
        except OverflowError:  # a whole number too large for any float
            return pa.array([None if v is None else str(v) for v in values], pa.string())
        return pa.array(numbers, from_pandas=True) if wanted.rule.parse else numbers
    if kinds <= {bool, type(None)} and wanted.held == "flag":
        return np.array([bool(v) for v in values])
    return pa.array([None if v is None else str(v) for v in values], pa.string())
