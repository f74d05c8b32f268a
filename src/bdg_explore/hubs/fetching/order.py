"""What is asked of a server, what it answers, and when it is worth asking again."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from .addresses import shown
from .places import Place
from .records import Record

Progress = bool | Callable[[int, int | None], object] | None

CHUNK = 64 * 1024  # what is read of an answer at a time [byte]
MIRROR = "point BDG_MIRROR at a folder that holds the file"


@dataclass(frozen=True)
class Order:
    """What was asked for, and how."""

    place: Place
    sha256: str | None
    size: int | None
    progress: Progress
    timeout: float
    md5: str | None = None
    private_hosts: Collection[str] | None = None

    @property
    def name(self) -> str:
        """The url as messages show it."""
        return shown(self.place.url)

    @property
    def is_known(self) -> bool:
        """Whether a checksum says which file is meant."""
        return self.sha256 is not None or self.md5 is not None


@dataclass(frozen=True)
class Answer:
    """What a server sends: the bytes of one version of the file, from `offset` on."""

    offset: int
    version: Record
    resumable: bool
    chunks: Iterator[bytes]
    close: Callable[[], object]


class NoRanges(Exception):  # noqa: N818 - not an error yet
    """A server gives an archive only whole; its address is the argument."""


class Again(Exception):  # noqa: N818 - not an error yet
    """A try that failed in a way that the next one may not; wait [s], None for the usual."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Changed(Again):
    """An archive became another version while it was read: from the start, then."""
