"""The lines of a text: one after the other, or where all of them begin and end."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bdg_explore.errors import ReadError

from ._source import UTF16, Source

_LONGEST: Final = 1_048_576  # characters of one line
_PIECE: Final = 16_777_216  # looked through at a time, so that a large text costs little beside it


@dataclass(frozen=True)
class Lines:
    """A text held in memory, line by line.

    Attributes
    ----------
    content : bytes
        The text, each line ended by LF; encoded as the file is (UTF-16 as UTF-8).
    signs : ndarray
        The same as uint8.
    starts, ends : ndarray
        Where each line begins, and where its LF stands.
    """

    content: bytes
    signs: Any
    starts: Any
    ends: Any

    def chosen(self, rows: Any) -> bytes:
        """Put some lines one after the other: those for which `rows` holds True."""
        return bytes(self.signs[np.repeat(rows, self.ends - self.starts + 1)].tobytes())


def lines_in(content: bytes) -> Lines:
    """Find the lines of a text, whichever way they end; an end that is missing is added."""
    if content.startswith(UTF16):
        content = content.decode("utf-16", errors="replace").encode()
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    if not content.endswith(b"\n"):
        content += b"\n"
    signs = np.frombuffer(content, np.uint8)
    ends = np.concatenate(
        [
            np.flatnonzero(signs[at : at + _PIECE] == ord("\n")) + at
            for at in range(0, len(signs), _PIECE)
        ]
    )
    return Lines(content, signs, np.r_[0, ends[:-1] + 1], ends)


def each_line(source: Source) -> Iterator[str]:
    """Yield the lines of a text without their ends, whichever way they end.

    Raises
    ------
    ReadError
        A line is longer than 1 MiB.
    """
    encoding = source.head.encoding
    with (
        source.open() as stream,
        io.TextIOWrapper(stream, encoding, errors="replace") as text,
    ):
        while line := text.readline(_LONGEST):
            if len(line) == _LONGEST:
                raise ReadError(f"{source.name} has a line longer than 1 MiB: it is no table.")
            yield line.removesuffix("\n")
