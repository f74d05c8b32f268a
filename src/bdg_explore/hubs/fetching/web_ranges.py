"""A file on a web server, read where one seeks: by ranges, all of one version."""

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Final

import requests

from bdg_explore.errors import FetchError

from .addresses import shown
from .order import CHUNK, Again, Changed, NoRanges, Order
from .records import Record, goes_on, validator
from .web import body_of, follow, open_session
from .web_refusals import refused

_TAIL: Final = 128 * 1024  # lists some thousand files of an archive [byte]
_MOST_AT_ONCE: Final = 64 * 2**20  # no list of files is longer [byte]
_WINDOW: Final = 2**20  # asked for where nobody says how far will be read [byte]


def open_ranges(order: Order, url: str, stack: ExitStack) -> tuple["WebFile", Record]:
    """Open a file of a web server for seeking; its end comes with the first answer.

    Raises
    ------
    NoRanges
        The server gives the file only whole.
    Again, FetchError
        It gives nothing; see `web_refusals`.
    """
    session = stack.enter_context(open_session(order.private_hosts, order.name))
    for asked in (f"bytes=-{_TAIL}", "bytes=0-0"):  # not every server knows the first form
        response = follow(order, url, session, {"Range": asked})
        try:
            found = re.fullmatch(
                r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", "").strip()
            )
            if response.status_code == 206 and found:
                first, last, size = map(int, found.groups())
                tail = b""
                if last == size - 1 and size - first <= _TAIL:
                    tail = b"".join(islice(body_of(order, response, False), 1 + _TAIL // CHUNK))
                    if len(tail) != size - first:
                        raise Again("the connection broke off")
                told = response.headers
                seen = Record(shown(url), told.get("ETag"), told.get("Last-Modified"), size)
                return WebFile(order, url, session, seen, tail), seen
            if response.status_code not in (200, 206, 400, 416, 501):
                refused(order, response)
        finally:
            response.close()
    raise NoRanges(url)


class WebFile(io.RawIOBase):
    """Reads a file of a web server piece by piece; `until` is how far reading on will go."""

    def __init__(
        self, order: Order, url: str, session: requests.Session, seen: Record, tail: bytes
    ) -> None:
        super().__init__()
        self._order, self._url, self._session, self._seen = order, url, session, seen
        self._size = seen.size or 0
        self._tail, self._tail_at = tail, self._size - len(tail)
        self._at = 0
        self._body: Iterator[bytes] = iter(())
        self._spare = b""  # came, and was not read yet
        self._body_at = -1  # where the next byte of `_spare` and `_body` belongs
        self._response: requests.Response | None = None
        self.until: int | None = None

    def seekable(self) -> bool:
        """Tell that one can seek."""
        return True

    def readable(self) -> bool:
        """Tell that one can read."""
        return True

    def tell(self) -> int:
        """Return where the next byte is read [byte]."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; nothing is asked until it is read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return as many bytes as asked for, or all there are until the end."""
        wanted = self._size - self._at if size is None or size < 0 else size
        wanted = max(0, min(wanted, self._size - self._at))
        if wanted > _MOST_AT_ONCE:
            raise FetchError(
                f"{shown(self._url)} asks for {wanted:,} bytes at once: no list of files is that "
                "long. It is not read. Next: fetch it whole, if you trust it."
            )
        if self._at >= self._tail_at:
            start = self._at - self._tail_at
            self._at += wanted
            return self._tail[start : start + wanted]
        if self._at != self._body_at:
            self._ask(self._at, wanted)
        while len(self._spare) < wanted:
            piece = next(self._body, b"")
            if not piece:
                self._ask(self._at + len(self._spare), wanted - len(self._spare), keep=True)
                piece = next(self._body, b"")
                if not piece:
                    self._body_at = -1
                    raise Again("the server sent less than was asked for")
            self._spare += piece
        found, self._spare = self._spare[:wanted], self._spare[wanted:]
        self._at += wanted
        self._body_at = self._at
        return found

    def close(self) -> None:
        """Let go of the connection."""
        if self._response is not None:
            self._response.close()
        super().close()

    def _ask(self, first: int, wanted: int, *, keep: bool = False) -> None:
        """Ask for a range of the version that was seen first."""
        if self._response is not None:
            self._response.close()
        if not keep:
            self._spare, self._body_at = b"", first
        least = first + wanted
        end = min(self._size, max(least, self.until if self.until else least + _WINDOW))
        headers = {"Range": f"bytes={first}-{end - 1}"}
        if name := validator(self._seen):
            headers["If-Range"] = name
        response = follow(self._order, self._url, self._session, headers)
        self._response = response
        if response.status_code not in (200, 206):
            self._body_at = -1
            refused(self._order, response)
        told = response.headers
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", told.get("Content-Range", "").strip())
        seen = Record(
            self._url, told.get("ETag"), told.get("Last-Modified"), int(found[2]) if found else None
        )
        if response.status_code == 200 or not found or int(found[1]) != first:
            raise Changed("it changed while it was read", wait=0)
        if not goes_on(self._seen, seen):
            raise Changed("it changed while it was read", wait=0)
        self._body = body_of(self._order, response, False)
