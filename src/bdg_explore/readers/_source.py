"""Where bytes come from: a path, a buffer, plain or gzipped; and what their first bytes say."""

import csv
import gzip
import io
import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from bdg_explore.errors import ReadError

HEAD_BYTES: Final = 65_536
_GZIP: Final = b"\x1f\x8b"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")

# How a file that no reader takes introduces itself, by its first bytes.
_SIGNATURES: Final = (
    (b"PAR1", "a Parquet file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"MATLAB 7.3", "a MATLAB 7.3 file (HDF5 inside)"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"PK\x03\x04", "a zip archive or an Office workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x00\x01\x00\x00Standard Jet DB", "a Microsoft Access database"),
    (b"BIO-LOGIC MODULAR FILE", "a BioLogic .mpr file"),
    (b"NEWARE", "a Neware .nda file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"%PDF", "a PDF document"),
    (b"version https://git-lfs", "a Git LFS pointer, not the data it stands for"),
    (b"ARROW1", "a Feather file"),
)


def squeeze(header: str) -> str:
    """Reduce a header to what its spellings share.

    ``Test_Time(s)`` and ``Test Time (s)`` become one, and so do the ways in which a degree sign is
    written or mangled.
    """
    return re.sub(r"[\s_\ufeff]|Â|[°˚º�?]", "", header).casefold()


@dataclass(frozen=True)
class Source:
    """A file or a buffer that can be opened again and again.

    Attributes
    ----------
    path : Path or None
        The file, if there is one.
    data : bytes
        What the buffer held, if there is no file.
    """

    path: Path | None
    data: bytes = b""

    @property
    def name(self) -> str:
        """What to call it in an error."""
        return self.path.name if self.path else "the buffer"

    @cached_property
    def gzipped(self) -> bool:
        """Whether the bytes are gzip, told by their magic number."""
        with self._raw() as stream:
            return stream.read(2) == _GZIP

    def _raw(self) -> IO[bytes]:
        return self.path.open("rb") if self.path else io.BytesIO(self.data)

    def open(self) -> IO[bytes]:
        """Open the bytes from the start, decompressed."""
        if not self.gzipped:
            return self._raw()
        return cast("IO[bytes]", gzip.open(self.path or io.BytesIO(self.data)))

    def arrow(self) -> Any:
        """Open the bytes as an Arrow stream, decompressed; fast for large files."""
        raw = pa.OSFile(os.fspath(self.path)) if self.path else pa.BufferReader(self.data)
        return pa.CompressedInputStream(raw, "gzip") if self.gzipped else raw

    def content(self, most: int = -1) -> bytes:
        """Return the bytes, decompressed, no more of them than asked for.

        Raises
        ------
        ReadError
            It is a gzip file that is damaged or cut short.
        """
        try:
            with self.open() as stream:
                return stream.read(most)
        except (OSError, EOFError, zlib.error) as error:
            raise ReadError(
                f"{self.name} is not a whole gzip file: {error}. Fetch or copy it again."
            ) from error

    def seekable(self) -> Any:
        """Open the bytes as an Arrow stream one can jump in; in memory if they are gzip."""
        return pa.BufferReader(self.content()) if self.gzipped else self.arrow()

    @cached_property
    def head(self) -> "Head":
        """The first bytes, decompressed."""
        return Head(self.content(HEAD_BYTES), self)

    def ends_in_line_break(self) -> bool | None:
        """Whether the last byte ends a line; None where that costs a whole decompression."""
        if self.gzipped:
            return None
        with self._raw() as stream:
            if stream.seek(0, os.SEEK_END) == 0:
                return True
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) in b"\r\n\x00"


@dataclass(frozen=True)
class Head:
    """The first bytes of a file, as readers look at them to recognise it."""

    raw: bytes
    source: Source

    def __contains__(self, part: bytes) -> bool:
        return part in self.raw

    @cached_property
    def encoding(self) -> str:
        """Encoding of the text: by its byte-order mark, UTF-8 where it is valid, else Latin-1."""
        if self.raw.startswith(_UTF16):
            return "utf-16"
        if self.raw.startswith(b"\xef\xbb\xbf"):
            return "utf-8-sig"
        whole = self.raw[: self.raw.rfind(b"\n") + 1] if len(self.raw) == HEAD_BYTES else self.raw
        try:
            whole.decode("utf-8")
        except UnicodeDecodeError:
            return "latin-1"
        return "utf-8"

    @cached_property
    def lines(self) -> list[str]:
        """The first lines as text."""
        return lines_of(self.raw.decode(self.encoding, errors="replace"))

    @cached_property
    def is_text(self) -> bool:
        """Whether the bytes read as text."""
        if self.raw.startswith(_UTF16):
            return True
        line = self.raw.split(b"\n", 1)[0]
        return (
            bool(self.raw) and b"\0" not in line and not re.search(rb"[\x01-\x08\x0e-\x1a]", line)
        )

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """The fields of the first line with text, if there is more than one."""
        if not self.is_text or not self.lines:
            return ()
        line = self.lines[first_written(self.lines)]
        fields = split(line, delimiter_of(line))
        return tuple(fields) if len(fields) > 1 else ()

    def count_headers(self, *headers: str) -> int:
        """Say how many of these headers the first line has, in any spelling and order."""
        return len({squeeze(h) for h in headers} & {squeeze(h) for h in self.headers})

    def has_headers(self, *headers: str) -> bool:
        """Whether the first line has all these headers."""
        return self.count_headers(*headers) == len({squeeze(h) for h in headers})

    @cached_property
    def parquet_columns(self) -> tuple[str, ...]:
        """The column names of a Parquet file; empty for anything else."""
        if not self.raw.startswith(b"PAR1"):
            return ()
        with parquet_errors(self.source):
            return tuple(pq.ParquetFile(self.source.seekable()).schema_arrow.names)

    def describe(self) -> str:
        """Say what the file looks like, for an error."""
        if not self.raw:
            return "an empty file"
        for magic, what in _SIGNATURES:
            if self.raw.startswith(magic):
                return what
        if not self.is_text:
            return f"a binary file that begins with {self.raw[:8].hex(' ')}"
        if re.match(rb"\s*<(!doctype|html)", self.raw, re.IGNORECASE):
            return "a web page, perhaps an error or a login page in place of the data"
        if re.match(rb'\s*(\{|\[\s*[\[{"\d])', self.raw):
            return "a JSON text"
        first = next((line.strip() for line in self.lines if line.strip()), "")
        return f"a text file that begins with {first[:160]!r}"


@contextmanager
def parquet_errors(source: Source) -> Iterator[None]:
    """Turn what Arrow says about a broken Parquet file into a `ReadError`."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise ReadError(
            f"{source.name} is not a whole Parquet file ({error}). Fetch or copy it again."
        ) from error


def lines_of(text: str) -> list[str]:
    """Split text at line breaks of any system, and at nothing else."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def first_written(lines: Sequence[str]) -> int:
    """Return the position of the first line that is not blank."""
    return next((i for i, line in enumerate(lines) if line.strip()), 0)


def delimiter_of(line: str) -> str:
    """Return the delimiter that splits a header line into most fields."""
    return max((",", ";", "\t", "|"), key=line.count)


def split(line: str, delimiter: str) -> list[str]:
    """Split one line of delimited text, quotes respected."""
    try:
        return next(csv.reader([line.strip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return line.strip("\r\n").split(delimiter)


def as_source(path: object) -> Source:
    """Take a path, bytes or an open file.

    Raises
    ------
    ReadError
        There is no such file, or it is a folder.
    """
    if isinstance(path, Source):
        return path
    if isinstance(path, bytes | bytearray | memoryview):
        return Source(None, bytes(path))
    if isinstance(path, str | os.PathLike):
        file = Path(path)
        if file.is_dir():
            raise ReadError(f"{file} is a folder. Give one file of it.")
        if not file.is_file():
            raise ReadError(f"There is no file {file}. Check the path.")
        return Source(file)
    reader: Callable[[], str | bytes] | None = getattr(path, "read", None)
    if reader is None:
        raise ReadError(f"Cannot read from {type(path).__name__}. Give a path, bytes or a file.")
    content = reader()
    return Source(None, content.encode() if isinstance(content, str) else content)


def listed(names: Sequence[str], most: int = 12) -> str:
    """Write names for an error, the first few of them."""
    shown = ", ".join(map(str, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
