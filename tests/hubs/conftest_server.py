"""A real HTTP server on 127.0.0.1 that serves a file well, or badly in a chosen way.

::

    with FileServer() as server:
        file = server.add("/cells.csv", b"...")     # a `Served`; change its fields at any time
        fetch(server.url("/cells.csv"))
        server.asked[0].range, server.bodies("/cells.csv")
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass
class Served:
    """One file, and what the server does wrong with it."""

    body: bytes
    etag: str | None = "auto"  # "auto": follows the body
    last_modified: str | None = None
    ranges: bool = True  # False: Range is ignored, the whole body comes
    suffix_ranges: bool = True  # False: bytes=-N is not understood
    if_range: bool = True  # False: Range is obeyed whatever If-Range says
    content_range: Callable[[int, int, int], str] | None = None  # (first, last, total) -> a lie
    range_status: int = 206
    most: int | None = None  # bytes of a range that are sent at most
    length: bool = True  # False: no Content-Length, the end is the end of the connection
    chunked: bool = False
    length_lie: int = 0  # added to the true Content-Length
    answers: list[int] = field(default_factory=list)  # statuses given first, one a request
    headers: dict[str, str] = field(default_factory=dict)
    redirect: str | None = None
    cuts: list[int] = field(default_factory=list)  # body bytes after which to hang up, one a body
    delay: float = 0.0  # before the answer [s]
    pause: float = 0.0  # after each piece of the body [s]
    piece: int = 64 * 1024
    hang_up: int = 0  # requests to hang up on without a word

    def tag(self) -> str | None:
        """Return the ETag of the body as it is now."""
        if self.etag == "auto":
            return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
        return self.etag


@dataclass
class Asked:
    """One request as it came, and what was answered."""

    path: str
    headers: dict[str, str]
    status: int = 0
    sent: int = 0  # body bytes

    @property
    def range(self) -> str | None:
        """Return the Range header."""
        return self.headers.get("range")


class FileServer:
    """Serves what was added, on a port of its own, until the `with` block ends."""

    def __init__(self) -> None:
        self.files: dict[str, Served] = {}
        self.asked: list[Asked] = []
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def add(self, path: str, body: bytes, **behaviour: Any) -> Served:
        """Serve a body under a path; `behaviour` are fields of `Served`."""
        self.files[path] = Served(body, **behaviour)
        return self.files[path]

    def file(self, path: str) -> Served | None:
        """Return what is served under a path, with its query if it was added so."""
        return self.files.get(path) or self.files.get(path.partition("?")[0])

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def bodies(self, path: str) -> list[Asked]:
        """Return the requests that were answered with bytes of the file."""
        return [one for one in self.asked if one.path == path and one.status in (200, 206)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    owner: FileServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""

    def do_HEAD(self) -> None:
        file = self.owner.file(self.path)
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()})
        self.owner.asked.append(asked)
        asked.status = 404 if file is None else 200
        size = {"Content-Length": str(len(file.body))} if file and file.length else {}
        self._head(asked.status, size)

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.path, headers)
        self.owner.asked.append(asked)
        file = self.owner.file(self.path)
        if file is None:
            self._empty(asked, 404, {})
            return
        time.sleep(file.delay)
        if file.hang_up > 0:
            file.hang_up -= 1
            self.close_connection = True
        elif file.answers and (status := file.answers.pop(0)) != 200:
            self._empty(asked, status, file.headers)
        elif file.redirect is not None:
            self._empty(asked, 302, {"Location": file.redirect})
        elif self._unchanged(file, headers):
            self._empty(asked, 304, self._names(file))
        else:
            self._serve(asked, file, headers)

    def _unchanged(self, file: Served, headers: dict[str, str]) -> bool:
        if "if-none-match" in headers:
            return headers["if-none-match"] == file.tag()
        since = headers.get("if-modified-since")
        return since is not None and since == file.last_modified

    def _names(self, file: Served) -> dict[str, str]:
        named = {"ETag": file.tag(), "Last-Modified": file.last_modified}
        return {name: value for name, value in named.items() if value}

    def _serve(self, asked: Asked, file: Served, headers: dict[str, str]) -> None:
        body, total, first = file.body, len(file.body), 0
        status, told = 200, self._names(file) | file.headers
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", headers.get("range", ""))
        if found and not found[1] and not file.suffix_ranges:
            found = None
        current = headers.get("if-range") in (None, file.tag(), file.last_modified)
        if found and file.ranges and (current or not file.if_range):
            first = int(found[1]) if found[1] else max(0, total - int(found[2]))
            status = file.range_status
            if first >= total:
                self._empty(asked, 416, {"Content-Range": f"bytes */{total}"})
                return
            last = int(found[2]) + 1 if found[1] and found[2] else total
            body = memoryview(body)[: last if file.most is None else min(last, first + file.most)]
            say = file.content_range or "bytes {}-{}/{}".format
            told["Content-Range"] = say(first, len(body) - 1, total)
        rest = memoryview(body)[first:]  # a body of 1 GB is not copied
        if file.chunked:
            told["Transfer-Encoding"] = "chunked"
        elif file.length:
            told["Content-Length"] = str(len(rest) + file.length_lie)
        else:
            told["Connection"] = "close"
        asked.status = status
        self._head(status, told)
        cut = file.cuts.pop(0) if file.cuts else None
        self._pieces(asked, file, rest if cut is None else rest[:cut])
        if cut is not None or file.length_lie or not (file.length or file.chunked):
            self.close_connection = True
        elif file.chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _pieces(self, asked: Asked, file: Served, body: memoryview) -> None:
        for start in range(0, len(body), file.piece):
            piece = body[start : start + file.piece]
            head, tail = (f"{len(piece):x}\r\n".encode(), b"\r\n") if file.chunked else (b"", b"")
            self.wfile.write(b"".join((head, piece, tail)))
            asked.sent += len(piece)
            time.sleep(file.pause)

    def _empty(self, asked: Asked, status: int, told: dict[str, str]) -> None:
        asked.status = status
        self._head(status, told if status == 304 else told | {"Content-Length": "0"})

    def _head(self, status: int, told: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
