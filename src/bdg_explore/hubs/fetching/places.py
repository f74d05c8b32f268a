"""Where a url lives in the cache folder, the lock on it and the room for it.

A url has five names there, all beginning with a key of the full url::

    <key>-<name>             the file: whole and verified, or not there
    <key>-<name>.json        what is known of it (`Record`)
    <key>-<name>.part        bytes of a download under way, or of one that broke off
    <key>-<name>.part.json   which version of the file those bytes belong to
    <key>-<name>.lock        held while one process works on the url
"""

import errno
import hashlib
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag

from filelock import FileLock, Timeout
from platformdirs import user_cache_dir

from bdg_explore.errors import FetchError

from .addresses import member_url, name_of, shown, split_member

log = logging.getLogger(__name__)

# left free on the disk beside what a download needs [byte]
_SPARE = 16 * 2**20


@dataclass(frozen=True)
class Place:
    """Where one url lives in the cache."""

    url: str
    path: Path

    @property
    def side(self) -> Path:
        """Record of the whole file."""
        return self._beside(".json")

    @property
    def part(self) -> Path:
        """Bytes of a download that is not whole yet."""
        return self._beside(".part")

    @property
    def part_side(self) -> Path:
        """Record of the version those bytes belong to."""
        return self._beside(".part.json")

    @property
    def lock(self) -> Path:
        """Held by the one process that works on this url."""
        return self._beside(".lock")

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)


def cache_folder(cache: str | Path | None = None) -> Path:
    """Return the folder that fetched files are kept in; it need not exist yet.

    Parameters
    ----------
    cache : path, optional
        A folder of the caller's choice. Default: the environment's ``BDG_CACHE``, else the
        user's cache folder on this system.

    Returns
    -------
    Path
        The folder.
    """
    chosen = cache or os.environ.get("BDG_CACHE") or user_cache_dir("bdg-explore", appauthor=False)
    return Path(chosen).expanduser()


def place_of(url: str, cache: str | Path | None = None) -> Place:
    """Return where a url lives: a key of the whole url, then its last part for human eyes."""
    archive, member = split_member(url)
    last = name_of(url).rpartition("/")[2]
    url = urldefrag(archive).url
    if member is not None:
        url = member_url(url, member)
    key = hashlib.sha256(url.encode()).hexdigest()[:24]
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", last).strip("._")[-80:] or "file"
    return Place(url, cache_folder(cache) / f"{key}-{name}")


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """Hold the lock of a url; a second process or thread waits here for the first."""
    lock = FileLock(str(place.lock))
    try:
        place.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=1)
        except Timeout:
            log.info("another process is fetching %s; waiting for it", shown(place.url))
            lock.acquire()
    except OSError as error:
        raise cannot_write(place, error) from error
    try:
        yield
    finally:
        lock.release()


def check_room(place: Place, needed: int) -> None:
    """Raise FetchError where the disk has no room for a download of this length [byte]."""
    free = shutil.disk_usage(place.path.parent).free
    if needed + _SPARE > free:
        raise FetchError(
            f"{shown(place.url)} needs {needed:,} more bytes, and the disk of the cache "
            f"{place.path.parent} has {free:,} left. Next: free some space, or set BDG_CACHE to "
            "a folder on a larger disk."
        )


def cannot_write(place: Place, error: OSError) -> FetchError:
    """Tell a failed write as a FetchError."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return FetchError(
        f"cannot write to the cache {place.path.parent} while fetching {shown(place.url)}: "
        f"{'the disk is full' if full else error.strerror or error}. Next: "
        f"{'free some space' if full else 'make the folder writable'}, or set BDG_CACHE to "
        "another folder."
    )
