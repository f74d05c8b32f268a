"""How a delimited text is laid out: encoding, delimiter, headers, decimal sign; and its records."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bdg_explore.errors import ReadError

from ._lines import each_line
from ._source import HEAD_BYTES, Source, delimiter_of, lines_of, split, squeeze

AGAIN: Final = "Fetch, copy or export it again"
COMMA_NUMBER: Final = re.compile(r"\s*[-+]?\d+,\d+([eE][-+]?\d+)?\s*")
POINT_NUMBER: Final = re.compile(r"\s*[-+]?[\d,]*\.\d+([eE][-+]?\d+)?\s*")
_RECORD: Final = re.compile(r"\s*[-+]?\d")  # headers begin otherwise
_LONGEST_PREAMBLE: Final = 4_194_304
_LOOKED_AT: Final = 50  # records whose numbers show the decimal sign


@dataclass(frozen=True)
class Layout:
    """How the text is laid out, as its head shows.

    Attributes
    ----------
    encoding : str
        Name of the encoding.
    delimiter : str
        What stands between fields.
    headers : tuple of str
        The headers.
    width : int
        Fields in a record; more than headers where the tester ends every record with delimiters.
    header_line : int
        Lines before the one with the headers.
    decimal : str
        Decimal sign.
    first : tuple of str
        Fields of the first record, empty if there is none.
    preamble : tuple of str
        The lines before the headers.
    """

    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    width: int
    header_line: int
    decimal: str
    first: tuple[str, ...]
    preamble: tuple[str, ...] = ()


def header_with(*wanted: str, least: int = 0) -> Callable[[Sequence[str]], int]:
    """Make a function that finds the header line by headers it has.

    Parameters
    ----------
    *wanted : str
        Headers in any spelling; a line that has all of them, or `least` of them, is the one.
    least : int
        How many of them suffice; 0 for all.

    Returns
    -------
    callable
        For the `header_line` of `delimited`; gives -1 where no line has them.
    """
    keys = {squeeze(header) for header in wanted}
    enough = least or len(keys)

    def find(lines: Sequence[str]) -> int:
        for number, line in enumerate(lines):
            if len(line) > HEAD_BYTES or _RECORD.match(line):
                continue
            delimiter = delimiter_of(line)
            if delimiter in line:
                fields = {squeeze(f.strip(" ~#")) for f in split(line, delimiter)}
                if len(keys & fields) >= enough:
                    return number
        return -1

    return find


def layout_of(source: Source, header_line: Callable[[Sequence[str]], int]) -> Layout:
    """Look at the head of a text.

    Raises
    ------
    ReadError
        It is empty, no text, or no table; or no line holds the headers looked for.
    """
    head = source.head
    if not head.raw:
        raise ReadError(f"{source.name} is empty (0 bytes). {AGAIN}.")
    if not any(line.strip() for line in head.lines):
        raise ReadError(f"{source.name} begins with nothing but blank lines. {AGAIN}.")
    if not head.is_text:
        raise ReadError(f"{source.name} is not text but {head.describe()}.")
    if len(head.raw) == HEAD_BYTES and len(head.lines) < 2:
        raise ReadError(
            f"{source.name} has a first line longer than {HEAD_BYTES} bytes: it is no table."
        )
    lines = head.lines
    at = header_line(lines)
    if len(head.raw) == HEAD_BYTES and (at < 0 or at > len(lines) - _LOOKED_AT):
        lines = lines_of(source.content(_LONGEST_PREAMBLE).decode(head.encoding, errors="replace"))
        at = header_line(lines)
    if not 0 <= at < len(lines):
        raise ReadError(
            f"{source.name} has no line with the headers of this format; it is "
            f"{head.describe()}. Leave format= out, or give columns={{header: canonical name}}."
        )
    long = next(
        (n for n, text in enumerate(lines[: at + _LOOKED_AT]) if len(text) > HEAD_BYTES), -1
    )
    if long >= 0:
        raise ReadError(
            f"{source.name}, line {long + 1} is longer than {HEAD_BYTES} characters: it is no "
            f"table. {AGAIN}."
        )
    line = lines[at]
    delimiter = delimiter_of(line)
    headers = [h.strip() for h in split(line, delimiter)]
    following = [split(text, delimiter) for text in lines[at + 1 : at + _LOOKED_AT] if text.strip()]
    first = following[0] if following else []
    width = _width(headers, first)
    decimal = "."
    if delimiter != ",":
        fields = [field for record in following for field in record]
        if any(COMMA_NUMBER.fullmatch(f) for f in fields) and not any(
            POINT_NUMBER.fullmatch(f) for f in fields
        ):
            decimal = ","
    return Layout(
        head.encoding,
        delimiter,
        tuple(headers[:width]),
        width,
        at,
        decimal,
        tuple(first),
        tuple(lines[:at]),
    )


def _width(headers: Sequence[str], first: Sequence[str]) -> int:
    """Say how many fields records have: delimiters at the end of a line hold none."""
    if len(first) >= len(headers):
        surplus = first[len(headers) :]
        return len(headers) if any(f.strip() for f in surplus) else len(first)
    nameless = not any(headers[len(first) :])
    return len(first) if first and nameless else len(headers)


def records(
    source: Source, layout: Layout, most_lines: int = sys.maxsize
) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the fields of every line that holds a record, up to a line."""
    for number, line in enumerate(each_line(source), start=1):
        if number > most_lines:
            return
        if number > layout.header_line + 1 and line.strip("\r\n"):
            yield number, split(line, layout.delimiter)
