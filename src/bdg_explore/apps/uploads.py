"""Files of a visitor: streamed to disk piece by piece, limited, gone when the visitor goes."""

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO, Final

import panel as pn
import param

from bdg_explore.errors import BdgError
from bdg_explore.hubs.fetching.sizes import size_text

log = logging.getLogger(__name__)

_PREFIX: Final = "bdg-bring-"
_LONGEST_NAME: Final = 120


class UploadError(BdgError):
    """A file of a visitor is not taken."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a visitor may bring.

    Attributes
    ----------
    file_bytes : int
        Largest file.
    all_bytes : int
        All files of one visitor together.
    files : int
        How many files.
    """

    file_bytes: int = 200_000_000
    all_bytes: int = 600_000_000
    files: int = 20

    def sentence(self) -> str:
        """Say what may be brought."""
        return (
            f"Up to {self.files} files, {size_text(self.file_bytes)} each and "
            f"{size_text(self.all_bytes)} in all. They stay on the machine that runs this page, "
            "are seen by nobody else, and are deleted when you close it."
        )


@dataclass
class Upload:
    """One file on its way, or here.

    Attributes
    ----------
    path : Path
        Where it is.
    size : int
        Bytes it will have.
    here : int
        Bytes that have come.
    """

    path: Path
    size: int
    here: int = 0
    stream: BinaryIO | None = field(default=None, repr=False)

    @property
    def whole(self) -> bool:
        """Whether all of it has come."""
        return self.stream is None and self.here == self.size


class Shelf:
    """The folder of one visitor: what is in it, and what may still come.

    Parameters
    ----------
    limits : Limits
        How much may come.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        _sweep()
        prefix = f"{_PREFIX}{os.getpid()}-"
        self._folder = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
        self.uploads: dict[int, Upload] = {}

    @property
    def folder(self) -> Path:
        """Where the files are; everything in it goes with the visitor."""
        return Path(self._folder.name)

    def begin(self, number: int, name: str, size: int) -> Upload:
        """Make room for a file.

        Raises
        ------
        UploadError
            It is too large, one too many, or the disk is too full.
        """
        limits = self.limits
        if size > limits.file_bytes:
            raise UploadError(
                f"{name} has {size_text(size)}; this page takes files of up to "
                f"{size_text(limits.file_bytes)}. Install bdg-explore and read it where it is: "
                f'bdg.read("{name}"), or bdg convert on the command line.'
            )
        if size == 0:
            raise UploadError(f"{name} is empty (0 bytes). Export or copy it again.")
        if len(self.uploads) >= limits.files:
            raise UploadError(
                f"{limits.files} files are here already. Remove one, or build a hub of a whole "
                "folder on the command line: bdg build FOLDER OUT."
            )
        if size + sum(one.size for one in self.uploads.values()) > limits.all_bytes:
            raise UploadError(
                f"With {name} the files would be more than {size_text(limits.all_bytes)}. Remove "
                "one first."
            )
        folder = self.folder
        if size > shutil.disk_usage(folder).free // 2:
            raise UploadError(f"There is no room for {name} on the machine that runs this page.")
        place = folder / str(number)  # a folder each: the name is kept, and is nobody else's
        place.mkdir()
        path = place / _plain(name)
        upload = Upload(path, size, stream=path.open("wb"))
        self.uploads[number] = upload
        return upload

    def take(self, number: int, at: int, piece: bytes) -> Upload:
        """Write the next piece of a file.

        Raises
        ------
        UploadError
            It is not the next piece, or more than was announced.
        """
        upload = self.uploads[number]
        if upload.stream is None or at != upload.here or upload.here + len(piece) > upload.size:
            self.remove(number)
            raise UploadError(f"{upload.path.name} did not come in order. Choose it again.")
        upload.stream.write(piece)
        upload.here += len(piece)
        if not piece and upload.here < upload.size:
            self.remove(number)
            raise UploadError(f"{upload.path.name} ended early. Choose it again.")
        if upload.here == upload.size:
            upload.stream.close()
            upload.stream = None
        return upload

    def remove(self, number: int) -> None:
        """Forget a file, and delete what came of it."""
        upload = self.uploads.pop(number, None)
        if upload is None:
            return
        if upload.stream is not None:
            upload.stream.close()
        shutil.rmtree(upload.path.parent, ignore_errors=True)

    def close(self) -> None:
        """Delete everything."""
        for number in list(self.uploads):
            self.remove(number)
        self._folder.cleanup()


def _plain(name: str) -> str:
    """Return a file name that is nothing but a name."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    plain = re.sub(r"[\x00-\x1f\x7f/\\:]", "_", last).strip(". ") or "file"
    stem, dot, suffix = plain.rpartition(".")
    return plain if len(plain) <= _LONGEST_NAME else f"{stem[:80]}{dot}{suffix[-20:]}"


def _sweep() -> None:
    """Delete what servers that were killed have left behind."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = left.name[len(_PREFIX) :].partition("-")[0]
        if owner.isdecimal() and not _runs(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class DropZone(pn.custom.JSComponent):
    """Where files are dropped, and the list of those that were.

    Parameters
    ----------
    shelf : Shelf
        Where they go.
    on_file : callable
        Called with its number when a file has come whole.
    on_remove : callable
        Called with its number when the visitor took a file away.
    """

    prompt = param.String(default="Drop files of a battery tester here, one or several")
    limits = param.String()

    _esm = Path(__file__).with_name("uploads.js")

    def __init__(
        self,
        shelf: Shelf,
        on_file: Callable[[int], object],
        on_remove: Callable[[int], object],
        **params: Any,
    ) -> None:
        self._shelf, self._on_file, self._on_remove = shelf, on_file, on_remove
        super().__init__(limits=shelf.limits.sentence(), **params)

    def tell(self, number: int, text: str, *, busy: bool = False, refused: bool = False) -> None:
        """Say something beside a file."""
        self._send_msg({"id": number, "told": text, "busy": busy, "refused": refused})

    def _handle_msg(self, data: dict[str, Any]) -> None:
        number = next((data[k] for k in ("begin", "piece", "cancel", "remove") if k in data), None)
        if not isinstance(number, int) or not 0 <= number < 1_000_000:
            return
        try:
            if "begin" in data:
                self._shelf.begin(number, str(data.get("name")), int(data.get("size", -1)))
                self._send_msg({"id": number, "at": 0})
            elif "piece" in data and number in self._shelf.uploads:
                self._take(number, int(data["at"]), bytes(data["data"]))
            else:
                self._shelf.remove(number)
                self._on_remove(number)
        except UploadError as refused:
            self.tell(number, str(refused), refused=True)
        except (OSError, ValueError, TypeError) as error:
            log.exception("A file of a visitor could not be taken")
            self._shelf.remove(number)
            self.tell(number, f"The file could not be stored ({error}).", refused=True)

    def _take(self, number: int, at: int, piece: bytes) -> None:
        upload = self._shelf.take(number, at, piece)
        if upload.whole:
            self.tell(number, "Reading ...", busy=True)
            self._on_file(number)
        else:
            self._send_msg({"id": number, "at": upload.here})
