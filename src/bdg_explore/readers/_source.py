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
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO, Any, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from bdg_explore.errors import ReadError

HEAD_BYTES: Final = 65_536
LARGEST: Final = 536_870_912  # what is held in memory in one piece [bytes]
_GZIP: Final = b"\x1f\x8b"
# Measurements pack to a tenth or a thirtieth; what unpacks to more than a hundred times its size
# was made to fill a memory. Small files may, for instance a test at rest.
_HARMLESS: Final = 67_108_864
_RATIO: Final = 100
_PIECE: Final = 16_777_216
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")

# How a file that no reader takes introduces itself, by its first bytes.
_SIGNATURES: Final = (
    (b"PAR1", "a Parquet file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"MATLAB 7.3", "a MATLAB 7.3 file (HDF5 inside)"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"PK\x03\x04", "a zip archive or an Office workbook"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Office document (OLE: .doc, .xls, .msg); save a workbook as .xlsx or csv",
    ),
    (b"\x00\x01\x00\x00Standard Jet DB", "a Microsoft Access database"),
    (b"BIO-LOGIC MODULAR FILE", "a BioLogic .mpr file"),
    (b"NEWARE", "a Neware .nda file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"BM", "a BMP picture"),
    (b"RIFF", "a picture, a sound or a film"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document (RTF), not plain text"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x93NUMPY", "a numpy array without column names"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it and read its files one by one"),
    (b"Rar!", "a RAR archive: unpack it and read its files one by one"),
    (b"\xfd7zXZ", "an xz archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive: unpack it first"),
    (b"version https://git-lfs", "a Git LFS pointer, not the data it stands for"),
    (b"ARROW1", "a Feather file"),
)

_NUMBER: Final = re.compile(r"\s*\ufeff?[-+]?\d*[.,]?\d+([eE][-+]?\d+)?\s*")


@lru_cache(maxsize=8192)
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

    @cached_property
    def size(self) -> int:
        """Number of bytes as they are stored [bytes]."""
        return self.path.stat().st_size if self.path else len(self.data)

    @property
    def most_unpacked(self) -> int:
        """Most bytes that may come out of it; beyond, it is taken for a decompression bomb."""
        return most_unpacked(self.size)

    def open(self) -> IO[bytes]:
        """Open the bytes from the start, decompressed.

        A gzip file that unpacks to more than measurements do raises a `ReadError` when read.
        """
        if not self.gzipped:
            return self._raw()
        packed = gzip.open(self.path or io.BytesIO(self.data))  # noqa: SIM115  (closed below it)
        return cast("IO[bytes]", io.BufferedReader(_Bounded(packed, self), HEAD_BYTES))

    def arrow(self) -> Any:
        """Open the bytes as an Arrow stream, decompressed; fast for large files."""
        raw = pa.OSFile(os.fsencode(self.path)) if self.path else pa.BufferReader(self.data)
        if not self.gzipped:
            return raw
        return pa.PythonFile(_Bounded(pa.CompressedInputStream(raw, "gzip"), self), mode="r")

    def content(self, most: int | None = None) -> bytes:
        """Return the bytes, decompressed: no more of them than asked for, else all of them.

        Raises
        ------
        ReadError
            It is a gzip file that is damaged or cut short, or unpacks to far more than
            measurements do; or all of it was asked for and it is larger than 512 MiB.
        """
        if most is None and not self.gzipped:
            if self.size > LARGEST:
                raise ReadError(self._too_large())
            return self.path.read_bytes() if self.path else self.data
        left = LARGEST + 1 if most is None else most
        pieces = []
        try:
            with self.open() as stream:
                while left > 0 and (piece := stream.read(min(left, _PIECE))):
                    pieces.append(piece)
                    left -= len(piece)
        except (OSError, EOFError, zlib.error) as error:
            raise ReadError(
                f"{self.name} is not a whole gzip file: {error}. Fetch or copy it again."
            ) from error
        if most is None and left <= 0:
            raise ReadError(self._too_large())
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _too_large(self) -> str:
        return (
            f"{self.name} is larger than {LARGEST >> 20} MiB, and this format is read in one "
            "piece. Export the test in parts, or as csv."
        )

    def seekable(self) -> Any:
        """Open the bytes as an Arrow stream one can jump in; in memory if they are gzip."""
        return pa.BufferReader(self.content()) if self.gzipped else self.arrow()

    @cached_property
    def seen(self) -> dict[str, Any]:
        """What readers found out about it, so that none has to look twice."""
        return {}

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


def most_unpacked(packed: int) -> int:
    """Return how many bytes [bytes] may come out of so many packed ones."""
    return max(_HARMLESS, _RATIO * packed)


class _Bounded(io.RawIOBase):
    """A stream that ends in an error where more comes out of it than measurements unpack to."""

    def __init__(self, stream: Any, source: Source) -> None:
        super().__init__()
        self._stream, self._source = stream, source
        self._left = source.most_unpacked

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        self._left -= len(piece)
        if self._left < 0:
            raise ReadError(
                f"{self._source.name} has {self._source.size} bytes and unpacks to more than "
                f"{self._source.most_unpacked}: a decompression bomb, or damaged. It is not read. "
                "If you trust it, unpack it yourself."
            )
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()


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
        if self.raw.startswith(UTF16):
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
        if self.raw.startswith(UTF16):
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
        fields = split(first, delimiter_of(first))
        if len(fields) > 1 and all(_NUMBER.fullmatch(field) for field in fields):
            return (
                f"a table of numbers without a line of headers, which begins with {first[:80]!r}; "
                "put a line above it that says what each column is, and in which unit"
            )
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
            raise ReadError(
                f"{file} is a folder. Give one file of it, or the parts of one test as a list; "
                "bdg build makes a hub of all its files."
            )
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
