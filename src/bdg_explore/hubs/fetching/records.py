"""What is known of one version of a file, and whether two versions are the same."""

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path


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
    md5: str | None = None
    fetched_at: str | None = None
    mtime_ns: int | None = None


def read_record(path: Path) -> Record | None:
    """Return the record in a side file; None where it is missing or was cut or tampered with."""
    try:
        told = json.loads(path.read_bytes())
        record = Record(**told)
    except (OSError, ValueError, TypeError):
        return None
    texts = (record.etag, record.last_modified, record.sha256, record.md5, record.fetched_at)
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


def validator(record: Record) -> str | None:
    """Return what If-Range may carry: a strong ETag, else the date."""
    strong = record.etag and not record.etag.startswith("W/")
    return record.etag if strong else record.last_modified


def same_version(one: Record, other: Record) -> bool:
    """Tell whether two records speak of one version: by ETag, else by date and length."""
    if one.etag and other.etag:
        return one.etag.removeprefix("W/") == other.etag.removeprefix("W/")
    same_size = one.size is not None and one.size == other.size
    if one.last_modified and other.last_modified:
        return one.last_modified == other.last_modified and same_size
    unnamed = not (one.etag or other.etag or one.last_modified or other.last_modified)
    return unnamed and same_size


def goes_on(begun: Record, seen: Record) -> bool:
    """Tell whether a rest belongs to the version that was begun; what is unsaid does not speak."""
    pairs = (
        (begun.etag, seen.etag),
        (begun.last_modified, seen.last_modified),
        (begun.size, seen.size),
    )
    return all(one == other for one, other in pairs if one is not None and other is not None)
