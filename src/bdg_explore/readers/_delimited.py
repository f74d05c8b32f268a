"""Delimited text with a declared schema: fast through Arrow, exact about what is wrong."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from bdg_explore.errors import ReadError

from ._faults import NO_NUMBER, diagnose
from ._layout import AGAIN, Layout, layout_of, records
from ._mend import Mended, mend
from ._preamble import preamble_facts
from ._reader import Raw, Request, Rules, Wanted
from ._source import Source, first_written
from ._values import texts

_NUMBER: Final = re.compile(r"\s*[-+]?\d+([.,]\d*)?([eE][-+]?\d+)?\s*")
_INTEGER: Final = re.compile(r"\s*\d+\s*")
_THOUSANDS: Final = r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?([eE][-+]?\d+)?"
_INVALID: Final = re.compile(r"invalid value '(.*)'", re.DOTALL)
_BLOCK: Final = 4_194_304

HeaderLine = Callable[[Sequence[str]], int]


def delimited(*, header_line: HeaderLine = first_written) -> Callable[[Request], Raw]:
    """Make the load function of a text format with one header line.

    Parameters
    ----------
    header_line : callable
        Takes the first lines of the file, gives the position of the one that holds the headers,
        -1 where there is none.

    Returns
    -------
    callable
        For the `load` of a `Reader`.
    """

    def load(request: Request) -> Raw:
        return read_delimited(request, header_line)

    return load


def read_delimited(
    request: Request,
    header_line: HeaderLine = first_written,
    rules: Callable[[Layout], Rules] | None = None,
) -> Raw:
    """Read a delimited text.

    Parameters
    ----------
    request : Request
        What is wanted.
    header_line : callable
        Gives the position of the line with the headers.
    rules : callable, optional
        The reader's columns where the headers alone do not tell them: takes the layout, which
        also has the lines before the headers and the first record.

    Returns
    -------
    Raw
        The wanted columns. Its facts have the layout, what stands before the headers
        (``preamble``), which lines are no records (``lines_left_out``), and before which records
        headers are repeated (``restarts``).
    """
    source = request.source
    layout = layout_of(source, header_line)
    if rules is not None:
        request = replace(request, rules=rules(layout))
    plan = request.plan(layout.headers)
    table = _parse(source, layout, plan)
    rows = table.columns.num_rows
    if rows == 0:
        raise ReadError(f"{source.name} has a header and no records. {AGAIN}.")
    mended = table.mended

    def place(row: int) -> str:
        if mended is not None:
            return f"line {int(mended.lines[row])}" if row < len(mended.lines) else f"record {row}"
        lines = records(source, layout)
        number = next(islice(lines, row, None), (row + layout.header_line + 2, []))[0]
        return f"line {number}"

    notes, facts = [], {}
    if source.ends_in_line_break() is False:
        notes.append("the last line has no line break: its last value may be cut")
    if mended is not None and mended.left_out:
        told = ", ".join(f"{what} {count}" for what, count in mended.left_out.items())
        notes.append(f"lines left out, because they are no records: {told}")
        facts = {"lines_left_out": mended.left_out, "restarts": mended.restarts}
        if mended.footer:
            facts["footer"] = mended.footer[:20]
    if mended is not None and mended.completed:
        notes.append(f"{mended.completed} records lack or exceed their last, blank fields")
    preamble = preamble_facts(layout.preamble)
    values = [
        _without_thousands(table.columns[f"c{w.place}"], w, source, place)
        if w.place in table.thousands
        else table.columns[f"c{w.place}"]
        for w in plan
    ]
    return Raw(
        plan,
        values,
        layout.headers,
        rows,
        place,
        notes,
        {
            "encoding": layout.encoding,
            "delimiter": layout.delimiter,
            "decimal": layout.decimal,
            **({"preamble": preamble} if preamble else {}),
            **facts,
        },
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


@dataclass
class _Table:
    """What Arrow read, and what it took."""

    columns: Any
    mended: Mended | None
    thousands: set[int]


def _parse(source: Source, layout: Layout, plan: Sequence[Wanted]) -> _Table:
    """Read the fast way; where that fails, as the failure asks for, and else say what is wrong."""
    kinds = _kinds(layout, plan)
    encoding = "utf-16" if layout.encoding == "utf-16" else "utf-8"
    mended: Mended | None = None
    looked = False
    thousands: set[int] = set()
    while True:
        try:
            return _Table(_read(source, layout, kinds, encoding, mended), mended, thousands)
        except (pa.ArrowException, OSError, EOFError, UnicodeError) as error:
            problem: Exception = error
        said = str(problem)
        found = _INVALID.search(said)
        invalid = found[1] if found else ""
        whole = found and _NUMBER.fullmatch(invalid)
        if "UTF8" in said and encoding == "utf-8":
            encoding = "latin-1"  # a stray byte far behind the head, in a text column
        elif whole and pa.int64() in kinds.values():  # a count written 1.0 after all
            kinds = {k: pa.float64() if v == pa.int64() else v for k, v in kinds.items()}
        elif _is_thousands(invalid, layout) and not thousands:
            thousands = {w.place for w in plan if kinds[f"c{w.place}"] != pa.string()}
            kinds = dict.fromkeys(kinds, pa.string())
        elif not looked:
            looked, mended = True, mend(source, layout)
            if mended is not None and encoding == "utf-16":
                encoding = "utf-8"
        elif pa.int64() in kinds.values():
            kinds = {k: pa.float64() if v == pa.int64() else v for k, v in kinds.items()}
        else:
            break
    numbers = [w for w in plan if kinds[f"c{w.place}"] == pa.float64()]
    raise ReadError(diagnose(source, layout, numbers, problem)) from problem


def _is_thousands(text: str, layout: Layout) -> bool:
    return (
        layout.delimiter != ","
        and layout.decimal == "."
        and re.fullmatch(_THOUSANDS, text.strip()) is not None
    )


def _read(
    source: Source,
    layout: Layout,
    kinds: dict[str, Any],
    encoding: str,
    mended: Mended | None,
) -> Any:
    with source.arrow() if mended is None else pa.BufferReader(mended.data) as stream:
        return pacsv.read_csv(
            stream,
            pacsv.ReadOptions(
                column_names=[f"c{i}" for i in range(layout.width)],
                skip_rows=layout.header_line + 1 if mended is None else 0,
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


def _without_thousands(
    values: Any, wanted: Wanted, source: Source, place: Callable[[int], str]
) -> Any:
    """Read numbers with commas between the thousands, ``1,305.3926``."""
    given = texts(values)
    none = pc.is_in(given, pa.array([text for text in NO_NUMBER if text.strip()]))
    given = pc.if_else(none, pa.scalar(None, pa.string()), given)
    commas = pc.match_substring(given, ",")
    if wanted.rule.parse and not pc.any(commas).as_py():
        return given
    bad = pc.and_(commas, pc.invert(pc.match_substring_regex(given, f"^{_THOUSANDS}$")))
    bare = pc.replace_substring(given, ",", "")
    row = pc.index(pc.fill_null(bad, False), True).as_py()
    if row < 0:
        try:
            return bare.cast(pa.float64())
        except pa.ArrowInvalid:
            number = re.compile(r"[-+]?\d*\.?\d*([eE][-+]?\d+)?")
            row = next(i for i, t in enumerate(bare.to_pylist()) if t and not number.fullmatch(t))
    raise ReadError(
        f"{source.name}, {place(row)}, column {wanted.header!r}: {given[row].as_py()[:60]!r} is "
        "not a number. Correct it, or leave the field empty."
    )
