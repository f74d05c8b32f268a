"""Texts that are a table but for a few lines: repeated headers, footers, fields cut off blank.

The fast way of reading wants every line alike. Where it fails, the lines are looked at here all at
once: what is no record is left out and counted, a record without its last blank fields is made
whole, and anything else is left for the diagnosis. Nothing that holds a value is dropped.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from ._layout import Layout
from ._lines import Lines, lines_in
from ._source import LARGEST, Source, split

_MOST_ODD: Final = 20_000  # lines that are looked at one by one
_WORDS: Final = re.compile(r"[\[~#*=<-]{0,3}\s*[^\W\d_](?:.*[^\W\d_]){3}.*")

REPEATED: Final = "headers repeated"
BEFORE: Final = "before repeated headers"
FOOTER: Final = "after the last record"


@dataclass(frozen=True)
class Mended:
    """The records of a text, one a line.

    Attributes
    ----------
    data : bytes
        The lines that hold records, encoded as the file is (UTF-16 as UTF-8).
    lines : ndarray
        Their numbers in the file, from 1.
    left_out : dict
        {what: how many lines}.
    completed : int
        Records that lacked their last, blank fields.
    restarts : list of int
        Records before which a header is repeated.
    footer : list of str
        The lines after the last record.
    """

    data: bytes
    lines: Any
    left_out: dict[str, int] = field(default_factory=dict)
    completed: int = 0
    restarts: list[int] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)


def mend(source: Source, layout: Layout) -> Mended | None:
    """Sort the lines of a text into records and the rest; None if that makes it no better."""
    if source.size > LARGEST or len(layout.delimiter) != 1:
        return None
    content = source.content(LARGEST // 2) if source.gzipped else source.content()
    if source.gzipped and len(content) == LARGEST // 2:
        return None
    places = 12 * content.count(b"\n") + content.count(layout.delimiter.encode())
    if 8 * places > LARGEST:  # what stands where would take more memory than the text
        return None
    encoding = "utf-8" if layout.encoding == "utf-16" else layout.encoding
    lines = lines_in(content)
    content, text, starts, ends = lines.content, lines.signs, lines.starts, lines.ends
    lengths = ends - starts
    lengths -= (lengths > 0) & (text[np.maximum(ends - 1, 0)] == 13)
    marks = np.flatnonzero(text == ord(layout.delimiter))
    fields = np.searchsorted(marks, ends) - np.searchsorted(marks, starts) + 1
    data = np.arange(len(starts)) > layout.header_line
    whole = data & (fields == layout.width) & (lengths > 0)
    odd = data & (fields != layout.width) & (lengths > 0)

    at = layout.header_line
    header = content[starts[at] : starts[at] + lengths[at]] if at < len(starts) else b""
    if not header:  # a lone CR ends a line elsewhere and not here
        return None
    repeated = np.zeros(len(starts), bool)
    alike = data & (lengths == lengths[at]) & (text[starts] == header[0])
    for row in np.flatnonzero(alike).tolist():
        repeated[row] = content[starts[row] : starts[row] + lengths[row]] == header
    whole &= ~repeated
    odd &= ~repeated
    if int(odd.sum()) > _MOST_ODD or (not repeated.any() and not odd.any()):
        return None

    mended: dict[int, bytes] = {}
    unknown = []
    for row in np.flatnonzero(odd).tolist():
        line = content[starts[row] : starts[row] + lengths[row]].decode(encoding, errors="replace")
        made = _completed(line, layout) if line.strip() else None
        if made is not None:
            whole[row] = True
            mended[row] = made.encode(encoding, errors="replace")
        elif line.strip():
            unknown.append((row, line))
    records = np.flatnonzero(whole)
    if not len(records):
        return None
    left_out = {REPEATED: int(repeated.sum())} if repeated.any() else {}
    headers = np.flatnonzero(repeated)
    footer = []
    for row, line in unknown:
        follows = headers[np.searchsorted(headers, row) :]
        next_record = records[np.searchsorted(records, row) :]
        if len(follows) and (not len(next_record) or follows[0] < next_record[0]):
            left_out[BEFORE] = left_out.get(BEFORE, 0) + 1
        elif not len(next_record) and _is_footer(line, layout):
            left_out[FOOTER] = left_out.get(FOOTER, 0) + 1
            footer.append(line.strip())
        else:
            return None
    if not left_out and not mended:
        return None
    restarts = sorted({int(np.searchsorted(records, row)) for row in headers} - {0, len(records)})
    return Mended(
        _joined(lines, whole, mended),
        records + 1,
        left_out,
        len(mended),
        restarts,
        footer,
    )


def _completed(line: str, layout: Layout) -> str | None:
    """Give a record its number of fields if only blank ones are missing or too many."""
    fields = split(line, layout.delimiter)
    if len(fields) == layout.width:
        return line  # a delimiter stands inside quotes
    named = max((i + 1 for i, h in enumerate(layout.headers) if h), default=0)
    if len(fields) > layout.width:
        if any(f.strip() for f in fields[layout.width :]) or '"' in line:
            return None
        return layout.delimiter.join(fields[: layout.width])
    if len(fields) < named or '"' in line:
        return None
    return line + layout.delimiter * (layout.width - len(fields))


def _is_footer(line: str, layout: Layout) -> bool:
    """Whether a line after the last record is words, where records begin with a number.

    A record that was cut off has more fields than two, or begins as records do.
    """
    numeric = bool(layout.first) and re.match(r"\s*[-+]?\d", layout.first[0]) is not None
    written = [field.strip() for field in split(line, layout.delimiter) if field.strip()]
    return numeric and 0 < len(written) <= 2 and _WORDS.fullmatch(written[0]) is not None


def _joined(lines: Lines, whole: Any, mended: dict[int, bytes]) -> bytes:
    """Put the records one after the other."""
    if not mended:
        return lines.chosen(whole)
    pieces = []
    for row in np.flatnonzero(whole).tolist():
        line = mended.get(row)
        pieces.append(
            lines.content[lines.starts[row] : lines.ends[row] + 1] if line is None else line + b"\n"
        )
    return b"".join(pieces)
