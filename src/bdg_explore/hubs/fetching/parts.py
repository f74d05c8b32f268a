"""Downloads that are not whole yet: begun, thrown away, or made the whole file.

The record of a file is written before the file gets its name, so wherever a process is killed
the two either fit or are not used.
"""

from dataclasses import replace
from datetime import UTC, datetime

from .checksums import file_md5, file_sha256
from .places import Place
from .records import Record, read_record, write_record


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


def promote(place: Place, record: Record, sha256: str, md5: str | None = None) -> None:
    """Make the part the whole file. The caller has verified it and holds the lock."""
    status = place.part.stat()
    # when its last byte came: a part may be promoted long after that
    came = datetime.fromtimestamp(status.st_mtime_ns / 1e9, UTC)
    record = replace(
        record,
        size=status.st_size,
        sha256=sha256,
        md5=md5,
        fetched_at=came.isoformat(timespec="microseconds"),
        mtime_ns=status.st_mtime_ns,
    )
    write_record(place.side, record)
    place.part.replace(place.path)
    place.part_side.unlink(missing_ok=True)


def adopt_part(place: Place, sha256: str | None, size: int | None, md5: str | None = None) -> None:
    """Promote a part whose last byte came just before its process was killed."""
    record = read_record(place.part_side)
    here = part_size(place)
    if record is None or record.size != here or not place.part.exists():
        return
    found = file_sha256(place.part)
    fits = sha256 in (None, found) and md5 in (None, md5 and file_md5(place.part))
    if fits and size in (None, here):
        promote(place, record, found, md5)
    else:
        discard_part(place)
