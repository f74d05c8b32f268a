"""How a delimited text is laid out: encoding, delimiter, headers, decimal sign; and its records."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from bdg_explore.errors import ReadError

from ._source import HEAD_BYTES, Source, delimiter_of, lines_of, split

AGAIN: Final = "Fetch, copy or export it again"
COMMA_NUMBER: Final = re.compile(r"\s*[-+]?\d+,\d+([eE][-+]?\d+)?\s*")
_LONGEST_LINE: Final = 1_048_576


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
    """

    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    width: int
    header_line: int
    decimal: str
    first: tuple[str, ...]


def layout_of(source: Source, header_line: Callable[[Sequence[str]], int]) -> Layout:
    """Look at the head of a text.

    Raises
    ------
    ReadError
        It is empty, no text, or no table.
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
    at = header_line(head.lines)
    line = head.lines[at]
    delimiter = delimiter_of(line)
    headers = tuple(h.strip() for h in split(line, delimiter))
    following = [text for text in head.lines[at + 1 : at + 50] if text.strip()]
    first = split(following[0], delimiter) if following else []
    surplus = first[len(headers) :]
    blank = not any(field.strip() for field in surplus)
    width = len(headers) + (len(surplus) if blank else 0)
    decimal = "."
    if delimiter != "," and any(COMMA_NUMBER.fullmatch(f) for f in first):
        decimal = ","
    return Layout(head.encoding, delimiter, headers, width, at, decimal, tuple(first))


def records(source: Source, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the fields of every line that holds a record."""
    encoding = layout.encoding
    with source.open() as stream:
        for number, line in enumerate(_lines(stream, encoding, source), start=1):
            if number > layout.header_line + 1 and line.strip("\r\n"):
                yield number, split(line, layout.delimiter)


def _lines(stream: IO[bytes], encoding: str, source: Source) -> Iterator[str]:
    if encoding == "utf-16":
        yield from lines_of(stream.read().decode(encoding, errors="replace"))
        return
    while chunk := stream.readline(_LONGEST_LINE):
        if len(chunk) == _LONGEST_LINE:
            raise ReadError(f"{source.name} has a line longer than 1 MiB: it is no table.")
        yield from lines_of(chunk.decode(encoding, errors="replace")) or [""]
