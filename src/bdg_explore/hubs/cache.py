"""Where fetched files are kept, and when one of them counts as whole.

A url has five names in the cache folder, all beginning with a key of the full url::

    <key>-<name>             the file: whole and verified, or not there
    <key>-<name>.json        what is known of it (`Record`)
    <key>-<name>.part        bytes of a download under way, or of one that broke off
    <key>-<name>.part.json   which version of the file those bytes belong to
    <key>-<name>.lock        held while one process works on the url

A file counts as whole only together with a record that fits it. The record is written before
the file gets its name, so wherever a process is killed the two either fit or are not used.
"""

import errno
import hashlib
import json
import logging
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit, urlunsplit
from urllib.request import url2pathname

from filelock import FileLock, Timeout
from platformdirs import user_cache_dir

from bdg_explore.errors import FetchError

log = logging.getLogger(__name__)

SCHEMES = ("https", "http", "s3", "gs", "file")

# left free on the disk beside what a download needs [byte]
_SPARE = 16 * 2**20


@dataclass(frozen=True)
class Record:
    """What is known of a file in the cache, or of the beginning of one.

    `size` is that of the whole file [byte]; `mtime_ns` ties the record to the very file it
    was written for, so that a file somebody changed is noticed without reading it.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None
    sha256: str | None = None
    fetched_at: str | None = None
    mtime_ns: int | None = None


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


def cached(url: str, sha256: str | None = None, cache: str | Path | None = None) -> Path | None:
    """Return the whole local copy of a url, or None; never asks the network.

    Parameters
    ----------
    url : str
        The address, as `fetch` takes it; ``file:`` addresses stand for themselves.
    sha256 : str, optional
        Only a copy with this checksum counts.
    cache : path, optional
        See `cache_folder`.

    Returns
    -------
    Path or None
        The copy, if there is one.
    """
    sha256 = checked_sha256(url, sha256)
    if checked_scheme(url) == "file":
        path = local_path(url)
        there = path.is_file() and sha256 in (None, file_sha256(path))
        return path if there else None
    place = place_of(url, cache)
    record = whole(place)
    return place.path if record and sha256 in (None, record.sha256) else None


def forget(url: str, cache: str | Path | None = None) -> None:
    """Remove what the cache holds of a url, whole or in part.

    Parameters
    ----------
    url : str
        The address; a ``file:`` address is left alone.
    cache : path, optional
        See `cache_folder`.
    """
    checked_scheme(url)
    place = place_of(url, cache)
    if not place.path.parent.is_dir():
        return
    with locked(place):
        place.side.unlink(missing_ok=True)
        place.path.unlink(missing_ok=True)
        discard_part(place)


def shown(url: str) -> str:
    """Return the url without the user name and password it may carry, for messages and records."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def place_of(url: str, cache: str | Path | None = None) -> Place:
    """Return where a url lives: a key of the whole url, then its last part for human eyes."""
    url = urldefrag(url).url
    key = hashlib.sha256(url.encode()).hexdigest()[:24]
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", last).strip("._")[-80:] or "file"
    return Place(url, cache_folder(cache) / f"{key}-{name}")


def local_path(url: str) -> Path:
    """Return the path that a ``file:`` url names; one on another host is refused."""
    parts = urlsplit(url)
    path = Path(url2pathname(parts.path))
    if parts.netloc not in ("", "localhost") or not path.is_absolute():
        raise FetchError(
            f"{url} names no file of this computer. Next: write file:/// and the absolute path."
        )
    return path


def checked_scheme(url: str) -> str:
    """Return the scheme of a url that can be fetched; refuse any other by name."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        url.encode()
    except ValueError as error:
        raise FetchError(f"{url!r} is not a url: {error}. Next: correct it.") from error
    if parts.scheme not in SCHEMES:
        kind = f"the scheme {parts.scheme!r}" if parts.scheme else "no scheme"
        raise FetchError(
            f"{url!r} has {kind}; files are fetched over {', '.join(SCHEMES)} only. Next: "
            "correct the address; a file of this computer is written file:///absolute/path."
        )
    if not host and parts.scheme != "file":
        raise FetchError(f"{url!r} names no host. Next: correct it.")
    return parts.scheme


def checked_sha256(url: str, sha256: str | None) -> str | None:
    """Return the checksum in lower case; raise FetchError if it is none."""
    if sha256 is None:
        return None
    digits = sha256.strip().lower().removeprefix("sha256:")
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise FetchError(
            f"the sha256 given for {shown(url)} is {sha256!r}, not 64 hexadecimal digits. "
            "Next: correct it in the catalog."
        )
    return digits


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def whole(place: Place) -> Record | None:
    """Return the record of a whole file, or None where there is none that can be trusted.

    A file whose time stamp is not the recorded one (the cache was copied, or somebody edited
    the file) is read and compared by its sha256.
    """
    record = read_record(place.side)
    try:
        status = place.path.stat()
        if record is None or record.sha256 is None or record.size != status.st_size:
            return None
        if record.mtime_ns == status.st_mtime_ns:
            return record
        if file_sha256(place.path) != record.sha256:
            return None
    except OSError:  # not there, or not to be read: then it is fetched, or that is told
        return None
    record = replace(record, mtime_ns=status.st_mtime_ns)
    with suppress(OSError):  # a read-only cache is still good to read; it is only compared again
        write_record(place.side, record)
    return record


def read_record(path: Path) -> Record | None:
    """Return the record in a side file; None where it is missing or was cut or tampered with."""
    try:
        told = json.loads(path.read_bytes())
        record = Record(**told)
    except (OSError, ValueError, TypeError):
        return None
    texts = (record.etag, record.last_modified, record.sha256, record.fetched_at)
    numbers = (record.size, record.mtime_ns)
    sound = all(isinstance(text, str | None) for text in texts) and all(
        isinstance(number, int | None) for number in numbers
    )
    return record if sound else None


def write_record(path: Path, record: Record) -> None:
    """Write a side file in one step."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    draft.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
    draft.replace(path)


def start_part(place: Place, record: Record | None) -> None:
    """Begin a download at its first byte; without a record it cannot be resumed."""
    discard_part(place)
    place.part.touch()
    if record is not None:
        write_record(place.part_side, record)


def part_size(place: Place) -> int:
    """Return how many bytes of a broken download are here [byte]."""
    try:
        return place.part.stat().st_size
    except OSError:
        return 0


def discard_part(place: Place) -> None:
    """Remove a broken download; its record first, for bytes without a record are never used."""
    place.part_side.unlink(missing_ok=True)
    place.part.unlink(missing_ok=True)


def promote(place: Place, record: Record, sha256: str) -> None:
    """Make the part the whole file. The caller has verified it and holds the lock."""
    status = place.part.stat()
    # when its last byte came: a part may be promoted long after that
    came = datetime.fromtimestamp(status.st_mtime_ns / 1e9, UTC)
    record = replace(
        record,
        size=status.st_size,
        sha256=sha256,
        fetched_at=came.isoformat(timespec="microseconds"),
        mtime_ns=status.st_mtime_ns,
    )
    write_record(place.side, record)
    place.part.replace(place.path)
    place.part_side.unlink(missing_ok=True)


def adopt_part(place: Place, sha256: str | None, size: int | None) -> None:
    """Promote a part whose last byte came just before its process was killed."""
    record = read_record(place.part_side)
    here = part_size(place)
    if record is None or record.size != here or not place.part.exists():
        return
    found = file_sha256(place.part)
    if sha256 in (None, found) and size in (None, here):
        promote(place, record, found)
    else:
        discard_part(place)


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
