"""A file inside a zip archive, without the rest of the archive: here, on a web server, in a bucket.

Nothing is unpacked but the one file, and it is written where the cache says, so no name in an
archive can lead anywhere. What an archive says about itself is limited as in the readers.

remotezip asks a server as rarely (twice for one file of many, where fsspec asks five times), but
neither goes on where a connection broke off nor notices that the archive became another one between
two requests; `zipfile` over `web_ranges` does.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

from bdg_explore.errors import FetchError, did_you_mean
from bdg_explore.readers import most_unpacked

from .addresses import local_path
from .cache import whole
from .order import CHUNK, Answer, Changed, Order
from .places import place_of
from .records import Record, same_version
from .transport import open_in_bucket

_ENCRYPTED: Final = 0x1


class MemberAsker:
    """Asks for one file of an archive, and goes on with it where a connection broke off.

    Parameters
    ----------
    order : Order
        What was asked for; its place is that of the file inside.
    archive : str
        Address of the archive.
    member : str
        Name of the file in it.
    stack : ExitStack
        Closes what is opened here.

    Notes
    -----
    A download that a new process takes up begins anew: packed bytes cannot be entered midway.
    """

    def __init__(self, order: Order, archive: str, member: str, stack: ExitStack) -> None:
        self._order, self._archive, self._member, self._stack = order, archive, member, stack
        self._given = 0  # bytes of the file that were handed out
        self._version: Record | None = None
        self._zipped: zipfile.ZipFile | None = None
        self._info: zipfile.ZipInfo | None = None
        self._stream: IO[bytes] | None = None

    def __call__(self, copy: Record | None, part: tuple[int, Record | None]) -> Answer | None:
        """Answer as a `transport` does."""
        here, begun = part
        if self._version is None or here != self._given or (here and begun != self._version):
            self._open()
        assert self._version is not None  # noqa: S101 - `_open` sets it, or raises
        if copy and same_version(copy, self._version):
            return None
        return Answer(self._given, self._version, True, self._pieces(), lambda: None)

    def _open(self) -> None:
        """Find the file in the archive's list; nothing of it is read yet."""
        self._stream, self._given = None, 0
        file, seen = self._archive_file()
        try:
            zipped = self._stack.enter_context(zipfile.ZipFile(file))
            info = self._found(zipped)
            until = min(
                (
                    i.header_offset
                    for i in zipped.infolist()
                    if i.header_offset > info.header_offset
                ),
                default=zipped.start_dir,
            )
            if hasattr(file, "until"):  # a web server is asked for no more than the file
                file.until = until
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
            raise self._damaged(error) from error
        self._zipped, self._info = zipped, info
        self._version = Record(self._order.name, seen.etag, seen.last_modified, info.file_size)

    def _archive_file(self) -> tuple[Any, Record]:
        """Open the archive where it is nearest: here, in the cache, or where it lives."""
        scheme = urlsplit(self._archive).scheme
        file: Any
        if scheme == "file":
            return self._local(local_path(self._archive))
        place = place_of(self._archive, self._order.place.path.parent)
        if record := whole(place):
            file, _ = self._local(place.path)
            return file, record
        if scheme in ("s3", "gs"):
            file, seen = open_in_bucket(self._order, self._archive)
        else:
            from .web_ranges import open_ranges  # requests is slow to load: only where it is used

            file, seen = open_ranges(self._order, self._archive, self._stack)
        self._stack.callback(file.close)
        return file, seen

    def _local(self, path: Path) -> tuple[IO[bytes], Record]:
        if not path.is_file():
            raise FetchError(f"{path} is not there. Next: correct the address {self._order.name}.")
        status = path.stat()
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        file = self._stack.enter_context(path.open("rb"))
        return file, Record(self._archive, tag, None, status.st_size)

    def _found(self, zipped: zipfile.ZipFile) -> zipfile.ZipInfo:
        """Return what the archive says of the file; refuse what no measurements would be."""
        names = zipped.namelist()
        if names.count(self._member) != 1:
            if self._member in names:
                raise FetchError(
                    f"{self._archive} holds {names.count(self._member)} files called "
                    f"{self._member}. Next: fetch it whole and unpack it by hand."
                )
            raise FetchError(
                f"{self._archive} holds no file {self._member}."
                f"{did_you_mean(self._member, names)} It holds {len(names)}: "
                f"{', '.join(names[:3])}{' ...' if len(names) > 3 else ''}. Next: correct "
                "`member` in the catalog."
            )
        info = zipped.getinfo(self._member)
        if info.flag_bits & _ENCRYPTED:
            raise FetchError(
                f"{self._order.name} is encrypted. Next: fetch {self._archive} by hand and unpack "
                "it with its password."
            )
        if info.file_size > most_unpacked(info.compress_size):
            raise FetchError(
                f"{self._order.name} has {info.compress_size:,} bytes and says it unpacks to "
                f"{info.file_size:,}: a zip bomb, or damaged. Next: if you trust it, fetch the "
                "archive by hand and unpack it."
            )
        return info

    def _pieces(self) -> Iterator[bytes]:
        try:
            if self._stream is None and self._zipped and self._info:
                self._stream = self._stack.enter_context(self._zipped.open(self._info))
            while self._stream and (piece := self._stream.read(CHUNK)):
                self._given += len(piece)
                yield piece
        except Changed:
            self._version = None
            raise
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            self._stream = None
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> FetchError:
        reason = f"{self._order.name} cannot be taken out of its archive: {error}"
        return FetchError(
            f"{reason}. Next: fetch {self._archive} whole, or see at the data set's landing page "
            "whether it was replaced."
        )
