"""Delimited text with a declared schema: fast through Arrow, exact about what is wrong."""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pacsv

from bdg_explore.errors import ReadError

from ._faults import NO_NUMBER, diagnose
from ._layout import AGAIN, Layout, layout_of, records
from ._reader import Raw, Request, Wanted
from ._source import Source, first_written, listed

_NUMBER: Final = re.compile(r"\s*[-+]?\d+([.,]\d*)?([eE][-+]?\d+)?\s*")
_INTEGER: Final = re.compile(r"\s*\d+\s*")
_BLOCK: Final = 4_194_304


def delimited(
    *, header_line: Callable[[Sequence[str]], int] = first_written
) -> Callable[[Request], Raw]:
    """Make the load function of a text format with one header line.

    Parameters
    ----------
    header_line : callable
        Takes the first lines of the file, gives the position of the one that holds the headers.

    Returns
    -------
    callable
        For the `load` of a `Reader`.
    """

    def load(request: Request) -> Raw:
        return _load(request, header_line)

    return load


def _load(request: Request, header_line: Callable[[Sequence[str]], int]) -> Raw:
    source = request.source
    layout = layout_of(source, header_line)
    plan = request.plan(layout.headers)
    if not plan:
        raise ReadError(
            f"{source.name} has none of the columns looked for; it has "
            f"{listed(layout.headers)}. Give columns={{their header: canonical name}}."
        )
    columns = _parse(source, layout, plan)
    rows = columns.num_rows
    if rows == 0:
        raise ReadError(f"{source.name} has a header and no records. {AGAIN}.")

    def place(row: int) -> str:
        lines = records(source, layout)
        number = next(islice(lines, row, None), (row + layout.header_line + 2, []))[0]
        return f"line {number}"

    notes = []
    if source.ends_in_line_break() is False:
        notes.append("the last line has no line break: its last value may be cut")
    return Raw(
        plan,
        [columns[f"c{w.place}"] for w in plan],
        layout.headers,
        rows,
        place,
        notes,
        {"encoding": layout.encoding, "delimiter": layout.delimiter, "decimal": layout.decimal},
    )


def _kinds(layout: Layout, plan: Sequence[Wanted]) -> dict[str, Any]:
    """Declare the Arrow type of every wanted column.

    Everything numeric is float64. Counts whose first value is written without a point are tried
    as integers, which is faster, and dates written as seconds as numbers.
    """
    kinds = {}
    for w in plan:
        first = layout.first[w.place] if w.place < len(layout.first) else ""
        if w.held in ("text", "flag") or (w.rule.parse and not _NUMBER.fullmatch(first)):
            kind = pa.string()
        elif w.held == "count" and _INTEGER.fullmatch(first):
            kind = pa.int64()
        else:
            kind = pa.float64()
        kinds[f"c{w.place}"] = kind
    return kinds


def _parse(source: Source, layout: Layout, plan: Sequence[Wanted]) -> Any:
    kinds = _kinds(layout, plan)
    encodings = ["utf-8", "latin-1"] if layout.encoding.startswith("utf-8") else [layout.encoding]
    problem: Exception | None = None
    while encodings:
        try:
            return _read(source, layout, kinds, encodings[0])
        except (pa.ArrowException, OSError, EOFError, UnicodeError) as error:
            problem = error
        if "UTF8" in str(problem):
            del encodings[0]  # a stray byte far behind the head, in a text column
        elif pa.int64() in kinds.values():  # a count written 1.0 after all
            kinds = {k: pa.float64() if v == pa.int64() else v for k, v in kinds.items()}
        else:
            break
    numbers = [w for w in plan if kinds[f"c{w.place}"] == pa.float64()]
    raise ReadError(diagnose(source, layout, numbers, problem)) from problem


def _read(source: Source, layout: Layout, kinds: dict[str, Any], encoding: str) -> Any:
    with source.arrow() as stream:
        return pacsv.read_csv(
            stream,
            pacsv.ReadOptions(
                column_names=[f"c{i}" for i in range(layout.width)],
                skip_rows=layout.header_line + 1,
                encoding=encoding,
                block_size=_BLOCK,
            ),
            pacsv.ParseOptions(delimiter=layout.delimiter),
            pacsv.ConvertOptions(
                include_columns=list(kinds),
                column_types=kinds,
                null_values=list(NO_NUMBER),
                strings_can_be_null=False,
                decimal_point=layout.decimal,
            ),
        )
