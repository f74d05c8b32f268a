"""Zip archives and the XML in them, read without trusting what they say about themselves.

Nothing is written to disk, so no name in an archive can lead out of a folder. Sizes are limited as
declared and as they turn out; XML that declares a document type or entities is refused.
"""

import io
import struct
import sys
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from bdg_explore.errors import ReadError

from ._source import LARGEST, Source, listed, most_unpacked

AGAIN: Final = "Fetch, copy or export it again"
_MOST_MEMBERS: Final = 10_000
_LARGEST_XML: Final = 4_194_304
_PIECE: Final = 67_108_864
_LOCAL: Final = struct.Struct("<4s22xHH")
_ENCRYPTED: Final = 0x1


class Archive:
    """An open zip archive; `members` are the names in it.

    Raises
    ------
    ReadError
        It is no zip archive, or holds more than it could in earnest.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        content = source.content()
        self._bytes = memoryview(content)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as zipped:
                infos = zipped.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, zlib.error) as error:
            raise ReadError(
                f"{source.name} is not a whole zip archive ({error}). {AGAIN}."
            ) from error
        if len(infos) > _MOST_MEMBERS:
            raise ReadError(
                f"{source.name} holds {len(infos)} files; no tester writes more than "
                f"{_MOST_MEMBERS}. It is not read."
            )
        total = sum(info.file_size for info in infos)
        if total > most_unpacked(len(self._bytes)):
            raise ReadError(
                f"{source.name} has {len(self._bytes)} bytes and says it unpacks to {total}: a zip "
                "bomb, or damaged. It is not read. If you trust it, unpack it yourself."
            )
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) < len(infos):
            raise ReadError(f"{source.name} holds two files of one name. {AGAIN}.")

    @property
    def members(self) -> tuple[str, ...]:
        """The names of its files."""
        return tuple(self._infos)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str) -> bytes:
        """Return one file of it.

        Raises
        ------
        ReadError
            There is no such file; it is encrypted, packed in another way than testers do, damaged,
            or larger than it says or than 512 MiB.
        """
        pieces = list(self._pieces(name, LARGEST))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def check(self, name: str) -> None:
        """Unpack one file of it and forget it; raises as `read`, but for no size alone."""
        for _ in self.pieces(name):
            pass

    def pieces(self, name: str) -> Iterator[bytes]:
        """Unpack one file of it piece by piece; raises as `read`, but for no size alone."""
        return self._pieces(name, sys.maxsize)

    def _pieces(self, name: str, most: int) -> Iterator[bytes]:
        info = self._infos.get(name)
        if info is None:
            raise ReadError(
                f"{self._source.name} has no file {name}; it has {listed(self.members) or 'none'}."
            )
        where = f"{name} in {self._source.name}"
        if info.flag_bits & _ENCRYPTED:
            raise ReadError(f"{where} is encrypted. Unpack it with its password.")
        if info.file_size > most:
            raise ReadError(f"{where} is larger than {most >> 20} MiB. Export the test in parts.")
        size = check = 0
        try:
            for piece in self._unpacked(info):
                size += len(piece)
                check = zlib.crc32(piece, check)
                if size > info.file_size:
                    raise zlib.error("more comes out than it says")
                yield piece
            if size != info.file_size or check != info.CRC:
                raise zlib.error("size or check sum differ from what it says")
        except (zlib.error, struct.error) as error:
            raise ReadError(f"{where} is damaged ({error}). {AGAIN}.") from error

    def _unpacked(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """Undo the packing in large pieces: twice as fast as the library's small ones."""
        magic, name_length, extra = _LOCAL.unpack_from(self._bytes, info.header_offset)
        begin = info.header_offset + _LOCAL.size + name_length + extra
        packed = self._bytes[begin : begin + info.compress_size]
        if magic != b"PK\x03\x04" or len(packed) != info.compress_size:
            raise zlib.error("it does not stand where the archive says")
        if info.compress_type == zipfile.ZIP_STORED:
            yield bytes(packed)
            return
        if info.compress_type != zipfile.ZIP_DEFLATED:
            raise zlib.error(f"it is packed in way {info.compress_type}, which is not known here")
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        rest: Any = packed
        while piece := stream.decompress(rest, _PIECE):
            yield piece
            rest = stream.unconsumed_tail

    def xml(self, name: str, encoding: str = "utf-8") -> ET.Element:
        """Parse one file of it as XML; an encoding that it states itself is not asked.

        Raises
        ------
        ReadError
            As `read`; or it is no XML, larger than 4 MiB, or declares a document type or entities.
        """
        return parse_xml(self.read(name).decode(encoding, errors="replace"), name, self._source)


def parse_xml(text: str, name: str, source: Source) -> ET.Element:
    """Parse XML that declares no document type and no entities; see `Archive.xml`."""
    where = f"{name} in {source.name}"
    if len(text) > _LARGEST_XML:
        raise ReadError(f"{where} is larger than {_LARGEST_XML >> 20} MiB; it is not read.")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ReadError(
            f"{where} declares a document type, with which XML can blow up or reach for other "
            "files. No tester writes that; it is not read."
        )
    try:
        return ET.fromstring(text)  # noqa: S314  (what makes it dangerous was refused above)
    except (ET.ParseError, ValueError, RecursionError) as error:
        raise ReadError(f"{where} is no whole XML ({error}). {AGAIN}.") from error


def check_archive(source: Source) -> None:
    """Say so if a zip archive that a library will unpack (a workbook) is a bomb or damaged.

    Every file of it is unpacked once, piece by piece, and forgotten.

    Raises
    ------
    ReadError
        It is no whole zip archive, or more comes out of it than it says or than is in earnest.
    """
    archive = Archive(source)
    for name in archive.members:
        archive.check(name)


@contextmanager
def damage(source: Source, what: str, also: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn what numpy, `struct` or a library says about damaged bytes into a `ReadError`."""
    told: tuple[type[Exception], ...] = (struct.error, ValueError, IndexError, OverflowError)
    try:
        yield
    except (*told, *also) as error:
        raise ReadError(f"{source.name} is not a whole {what} ({error}). {AGAIN}.") from error
