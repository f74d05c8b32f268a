"""All lines of a text at once: where each begins and ends, and some of them as bytes again."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ._source import UTF16

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
