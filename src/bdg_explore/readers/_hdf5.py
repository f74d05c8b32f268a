"""HDF5 files, and MATLAB 7.3 files, which are such: read in a process of their own.

The HDF5 library can loop for ever on a damaged file, or take its process down. It therefore runs in
a helper process (`_hdf5_worker`) with a limit of time and memory, which is kept for a while and
used again. What comes back are numbers and texts only.
"""

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from bdg_explore.errors import ReadError

from ._archive import AGAIN
from ._source import Head, Source

SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"
MATLAB: Final = b"MATLAB 7.3"
MOST_BYTES: Final = 1_610_612_736  # of numbers in one answer
_SCRIPT: Final = Path(__file__).with_name("_hdf5_worker.py")
_PATIENCE: Final = 6.0  # seconds without a sign of life, for a small file
_RATE: Final = 20_000_000  # bytes of file that one call of the library reads in a second, at least
_ALIVE, _DONE = b".", b"!"
_IDLE: Final = 20.0  # seconds after which the helper is sent home
_OFFSETS: Final = (0, 512, 1024, 2048)  # where the superblock may stand


@dataclass(frozen=True)
class Node:
    """A group or data set.

    Attributes
    ----------
    path : str
        Its path from the root.
    kind : {"group", "number", "text", "table", "reference", "other"}
        What it holds.
    shape : tuple of int
        Shape of a data set.
    fields : tuple of str
        Columns of a table.
    attributes : dict
        Texts and numbers attached to it.
    """

    path: str
    kind: str
    shape: tuple[int, ...] = ()
    fields: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> str:
        """The path of the group it stands in; empty for the root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class Tree:
    """What an HDF5 file holds: `nodes` by their paths, and the root's `attributes`."""

    nodes: dict[str, Node]
    attributes: dict[str, Any]


def is_hdf5(head: Head) -> bool:
    """Whether the first bytes are those of an HDF5 file, plain or of MATLAB 7.3."""
    return any(head.raw[at : at + 8] == SIGNATURE for at in _OFFSETS)


def tree(head: Head) -> Tree | None:
    """Return what a file holds; None if it is no HDF5 file, or not whole."""
    if not is_hdf5(head):
        return None
    try:
        return open_tree(head.source)
    except ReadError:
        return None


def open_tree(source: Source) -> Tree:
    """List what an HDF5 file holds; listed once, kept for the next one who asks.

    Raises
    ------
    ReadError
        It is no HDF5 file, or damaged.
    """
    held = source.seen.get("hdf5")
    if held is None:
        try:
            held = _tree(_ask(source, {"do": "tree"}))
        except ReadError as error:
            held = error
        source.seen["hdf5"] = held
    if isinstance(held, ReadError):
        raise held
    listed: Tree = held
    return listed


def _tree(answer: dict[str, Any]) -> Tree:
    nodes = {}
    for node in answer["nodes"]:
        nodes[node["path"]] = Node(
            node["path"],
            node.get("type", "group"),
            tuple(node.get("shape") or ()),
            tuple(node.get("fields", ())),
            node["attributes"],
        )
    return Tree(nodes, answer["attributes"])


def read(source: Source, paths: list[str]) -> dict[str, Any]:
    """Read data sets.

    Returns
    -------
    dict
        {path: values}: an array, a list of texts, or for a table {column: array or texts}.

    Raises
    ------
    ReadError
        The file is damaged; or a data set lies in another file, or is larger than fits into memory.
    """
    values: dict[str, Any] = _ask(source, {"do": "read", "paths": paths})["values"]
    return values


def structures(
    source: Source,
    path: str,
    fields: dict[str, list[str] | None],
    entries: list[int] | None = None,
) -> dict[str, list[Any]]:
    """Read entries of a MATLAB structure array.

    Parameters
    ----------
    source : Source
        A MATLAB 7.3 file.
    path : str
        Where the structure stands.
    fields : dict
        {field: which of its own fields, None for all}.
    entries : list of int, optional
        Which entries, counted from 0.

    Returns
    -------
    dict
        {field: a value an entry}: an array, a text, a dict of fields, a list, or `Ragged`.
    """
    request = {"do": "structures", "path": path, "fields": fields, "entries": entries}
    found: dict[str, list[Any]] = _ask(source, request)["fields"]
    return found


@dataclass(frozen=True)
class Ragged:
    """Several arrays of numbers in one, with the length of each."""

    values: Any
    lengths: Any


def _ask(source: Source, request: dict[str, Any]) -> dict[str, Any]:
    if not is_hdf5(source.head):
        raise ReadError(f"{source.name} is no HDF5 file but {source.head.describe()}.")
    _check_length(source)
    content = None
    if source.path and not source.gzipped:
        request["path_of_file"] = os.fspath(source.path.resolve())
    else:
        content = source.content()
        request["bytes"] = len(content)
    request["most"] = MOST_BYTES
    size = len(content) if content is not None else source.size
    answer = _HELPER.ask(request, content, _PATIENCE + size / _RATE)
    if "refused" in answer:
        raise ReadError(f"{source.name} is not read: {answer['refused']}.")
    if "error" in answer:
        raise ReadError(f"{source.name} is not a whole HDF5 file ({answer['error']}). {AGAIN}.")
    return answer


def _check_length(source: Source) -> None:
    """Compare the length the file states with the one it has."""
    raw = source.head.raw
    at = next(at for at in _OFFSETS if raw[at : at + 8] == SIGNATURE)
    version = raw[at + 8] if len(raw) > at + 8 else 255
    if version > 3:
        raise ReadError(f"{source.name} is not a whole HDF5 file (version {version}). {AGAIN}.")
    offsets, place = (raw[at + 13], at + 40) if version < 2 else (raw[at + 9], at + 28)
    place += 4 * (version == 1)
    if offsets != 8 or len(raw) < place + 8 or source.gzipped:
        return
    (stated,) = struct.unpack_from("<Q", raw, place)
    if source.size < stated < 2**62:
        raise ReadError(
            f"{source.name} is cut short: it has {source.size} of {stated} bytes. {AGAIN}."
        )


class _Helper:
    """The process that reads; started when needed, sent home when idle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._rest: threading.Timer | None = None

    def ask(
        self, request: dict[str, Any], content: bytes | None, patience: float
    ) -> dict[str, Any]:
        with self._lock:
            process = self._running()
            watch = _Watch(process, patience)
            try:
                return _exchange(process, request, content, watch)
            except (OSError, EOFError, ValueError):
                self._stop()
                what = (
                    f"the HDF5 library gives no sign of life for {patience:.0f} s"
                    if watch.ended
                    else "the HDF5 library breaks down on it"
                )
                return {"error": what}
            finally:
                watch.stop()
                self._rest_later()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._rest:
            self._rest.cancel()
        if self._owner != os.getpid():  # after a fork, the helper is the parent's
            self._process = None
        if self._process is None or self._process.poll() is not None:
            path = os.pathsep.join(entry for entry in sys.path if entry)
            self._process = subprocess.Popen(
                [sys.executable, "-P", os.fspath(_SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path, "HDF5_PLUGIN_PRELOAD": "::"},
            )
            self._owner = os.getpid()
        return self._process

    def _rest_later(self) -> None:
        self._rest = threading.Timer(_IDLE, self.stop)
        self._rest.daemon = True
        self._rest.start()

    def stop(self) -> None:
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError, ValueError):
                if stream:
                    stream.close()
        process.wait()


class _Watch:
    """Ends a process that gives no sign of life for too long."""

    def __init__(self, process: "subprocess.Popen[bytes]", patience: float) -> None:
        self._process, self._patience = process, patience
        self._deadline = time.monotonic() + patience
        self._over = threading.Event()
        self.ended = False
        threading.Thread(target=self._look, daemon=True).start()

    def alive(self) -> None:
        self._deadline = time.monotonic() + self._patience

    def stop(self) -> None:
        self._over.set()

    def _look(self) -> None:
        while not self._over.wait(max(self._deadline - time.monotonic(), 0.005)):
            if time.monotonic() >= self._deadline:
                self.ended = True
                self._process.kill()
                return


def _exchange(
    process: "subprocess.Popen[bytes]",
    request: dict[str, Any],
    content: bytes | None,
    watch: _Watch,
) -> dict[str, Any]:
    send, receive = process.stdin, process.stdout
    if send is None or receive is None:
        raise OSError("no pipe")
    send.write(json.dumps(request).encode() + b"\n")
    if content is not None:
        send.write(content)
    send.flush()

    def take(size: int) -> bytes:
        data = receive.read(size)
        if len(data) != size:
            raise EOFError
        watch.alive()
        return data

    while (sign := take(1)) == _ALIVE:
        watch.alive()
    if sign != _DONE:
        raise ValueError("an answer out of order")
    length, count = struct.unpack("<QI", take(12))
    answer = json.loads(take(length))
    buffers = [take(struct.unpack("<Q", take(8))[0]) for _ in range(count)]
    decoded: dict[str, Any] = _decoded(answer, buffers)
    return decoded


def _decoded(value: Any, buffers: list[bytes]) -> Any:
    """Put the numbers back where they belong."""
    if not isinstance(value, dict):
        return [_decoded(v, buffers) for v in value] if isinstance(value, list) else value
    if "array" in value:
        array = np.frombuffer(buffers[value["array"]], np.dtype(value["type"]))
        return array.reshape(value["shape"])
    if "texts" in value:
        return value["texts"]
    if "text" in value and len(value) == 1:
        return value["text"]
    if "ragged" in value:
        return Ragged(_decoded(value["ragged"], buffers), _decoded(value["lengths"], buffers))
    if len(value) == 1 and next(iter(value)) in ("list", "columns", "inside"):
        return _decoded(next(iter(value.values())), buffers)
    return {name: _decoded(inner, buffers) for name, inner in value.items()}


_HELPER: Final = _Helper()
atexit.register(_HELPER.stop)
