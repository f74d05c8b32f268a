"""Tables inside a text: blocks of records that end before the file does, or follow one another.

A format finds its blocks line by line and says what their headers are; here they are bounded, their
lines checked and their columns taken out.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import pyarrow as pa

from bdg_explore.errors import ReadError

from ._faults import NO_NUMBER
from ._layout import AGAIN, COMMA_NUMBER
from ._lines import each_line
from ._reader import Raw, Request
from ._source import Source, split

_MOST_TEXT: Final = 128 * 1_048_576  # characters of records held at once
_MOST_LINES: Final = 500_000
_NOTHING: Final = frozenset(NO_NUMBER)


@dataclass
class Block:
    """One table inside a text.

    Attributes
    ----------
    headers : tuple of str
        The headers; an empty one where a field has no name.
    delimiter : str
        What stands between fields; empty where it is white space of any length.
    lines : list of str
        The records as they stand.
    numbers : list of int
        The line of the file each record stands in, counted from 1.
    """

    headers: tuple[str, ...]
    delimiter: str
    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def add(self, number: int, line: str) -> None:
        """Take in one record."""
        self.lines.append(line)
        self.numbers.append(number)


def text_lines(source: Source) -> Iterator[tuple[int, str]]:
    """Yield every line of a text and its number, counted from 1.

    Raises
    ------
    ReadError
        A line is longer than 1 MiB or holds NUL bytes, the text is longer than can be held, or a
        gzip file is damaged.
    """
    if not source.head.is_text:
        raise ReadError(f"{source.name} is not text but {source.head.describe()}.")
    number = total = 0
    try:
        for line in each_line(source):
            number += 1
            total += len(line)
            if total > _MOST_TEXT or number > _MOST_LINES:
                raise ReadError(
                    f"{source.name} holds more than {_MOST_TEXT >> 20} MiB or {_MOST_LINES} lines "
                    "of text, more than is read of such a file. Cut it into pieces."
                )
            if "\0" in line:
                raise ReadError(
                    f"{source.name}, line {number}: NUL bytes in place of text; the file was not "
                    f"written to its end. {AGAIN}."
                )
            yield number, line
    except (OSError, EOFError, zlib.error) as broken:
        raise ReadError(f"{source.name} is not a whole gzip file: {broken}. {AGAIN}.") from broken


def raw_of(
    request: Request,
    blocks: Sequence[Block],
    *,
    more: Mapping[str, Sequence[Any]] | None = None,
    to_end: bool = False,
) -> Raw:
    """Join blocks and take the wanted columns out of them, as text.

    Parameters
    ----------
    request : Request
        Says which columns are wanted, once the headers are known.
    blocks : sequence of Block
        At least one, with records; where one lacks a header of another its records have no value.
    more : mapping, optional
        {header: one value a record}: columns that the records themselves do not hold.
    to_end : bool
        Whether the last record ends the file; it may then be cut, which a note says.

    Raises
    ------
    ReadError
        There are no records, or one has another number of fields than there are headers.
    """
    source = request.source
    numbers = [number for block in blocks for number in block.numbers]
    if not numbers:
        raise ReadError(f"{source.name} has a header and no records. {AGAIN}.")
    more = more or {}
    headers = tuple(dict.fromkeys(chain.from_iterable((*(b.headers for b in blocks), more))))
    if len(blocks) == 1:
        headers = (*blocks[0].headers, *more)  # a header that stands there twice is told
    plan = request.plan(headers)
    columns: list[Any] = [more.get(w.header, []) for w in plan]
    comma = False
    for block in blocks:
        wanted = [
            (columns[i], w.place if len(blocks) == 1 else _place(block, w.header))
            for i, w in enumerate(plan)
            if w.header not in more
        ]
        comma |= _take(block, wanted, source, last=block is blocks[-1])
    for i, w in enumerate(plan):
        if w.header not in more:
            columns[i] = _texts(columns[i], comma and w.held in ("float", "count"))
        else:
            columns[i] = pa.array(columns[i])
    notes = []
    if to_end and source.ends_in_line_break() is False:
        notes.append("the last line has no line break: its last value may be cut")
    return Raw(
        plan,
        columns,
        headers,
        len(numbers),
        lambda row: f"line {numbers[row]}",
        notes,
        {"encoding": source.head.encoding, "decimal": "," if comma else "."},
    )


def _place(block: Block, header: str) -> int | None:
    return block.headers.index(header) if header in block.headers else None


def fields_of(line: str, delimiter: str) -> list[str]:
    """Split one record into its fields."""
    if not delimiter:
        return line.split()
    return split(line, delimiter) if '"' in line else line.split(delimiter)


def _take(
    block: Block, wanted: Sequence[tuple[list[str], int | None]], source: Source, *, last: bool
) -> bool:
    """Append the fields of a block to their columns; say whether it has decimal commas."""
    width, comma = len(block.headers), False
    for number, line in zip(block.numbers, block.lines, strict=True):
        fields = fields_of(line, block.delimiter)
        if len(fields) != width:
            surplus = fields[width:]
            if len(fields) < width or any(text.strip() for text in surplus):
                at_end = last and number == block.numbers[-1]
                raise ReadError(_wrong_length(source, number, fields, width, at_end))
        for column, place in wanted:
            text = "" if place is None else fields[place]
            comma = comma or (block.delimiter != "," and "," in text and _has_comma(text))
            column.append(text)
    return comma


def _has_comma(text: str) -> bool:
    return COMMA_NUMBER.fullmatch(text) is not None


def _wrong_length(source: Source, line: int, fields: list[str], width: int, at_end: bool) -> str:
    where = f"{source.name}, line {line}"
    if at_end and len(fields) < width:
        return (
            f"{where} is cut short: {len(fields)} of {width} fields. The file was not written or "
            f"copied to its end. {AGAIN}, or delete this last line."
        )
    return (
        f"{where}: {len(fields)} fields under {width} headers. "
        "Correct that line, or export the file again."
    )


def _texts(texts: list[str], comma: bool) -> Any:
    """Give one column as Arrow text: what stands for no number as null, decimal points."""
    trimmed = (text.strip() for text in texts)
    given = [None if text in _NOTHING else text for text in trimmed]
    if comma:
        given = [text and text.replace(",", ".") for text in given]
    return pa.array(given, pa.string())
