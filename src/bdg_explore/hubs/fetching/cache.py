"""Which fetched files are here, and when one of them counts as whole.

A file counts as whole only together with a record that fits it. `places` says
where the two are kept, `parts` how a download becomes one.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from .addresses import checked_scheme, local_path, split_member
from .checksums import checked_md5, checked_sha256, file_md5, file_sha256
from .parts import discard_part
from .places import Place, cache_folder, locked, place_of
from .records import Record, read_record, write_record

__all__ = ["cache_folder", "cached", "forget", "whole"]


def cached(
    url: str,
    sha256: str | None = None,
    cache: str | Path | None = None,
    *,
    md5: str | None = None,
) -> Path | None:
    """Return the whole local copy of a url, or None; never asks the network.

    Parameters
    ----------
    url : str
        The address, as `fetch` takes it; ``file:`` addresses stand for themselves.
    sha256 : str, optional
        Only a copy with this checksum counts.
    cache : path, optional
        See `cache_folder`.
    md5 : str, optional
        Only a copy with this checksum counts; `sha256` says more where both are given.

    Returns
    -------
    Path or None
        The copy, if there is one.
    """
    sha256, md5 = checked_sha256(url, sha256), checked_md5(url, md5)
    if checked_scheme(url) == "file" and split_member(url)[1] is None:
        path = local_path(url)
        if not path.is_file() or sha256 not in (None, file_sha256(path) if sha256 else None):
            return None
        return path if sha256 or md5 in (None, file_md5(path) if md5 else None) else None
    place = place_of(url, cache)
    record = whole(place)
    return place.path if record and is_meant(place, record, sha256, md5) else None


def is_meant(place: Place, record: Record, sha256: str | None, md5: str | None) -> bool:
    """Tell whether a whole file has the checksum asked for; where none is, any file will do."""
    if sha256 or not md5:
        return sha256 in (None, record.sha256)
    return md5 == (record.md5 or file_md5(place.path))


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
