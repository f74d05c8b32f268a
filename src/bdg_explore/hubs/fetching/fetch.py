"""Bring a file here, whole and verified, from https, http, s3, gs or a local path.

A download is written to a part file and gets its name only after its length and sha256 were
verified; one that broke off goes on from where it stopped, if the server still has the same
version. `places` says where files are kept, `cache` when one
counts as whole.
"""

import logging
import os
import time
from collections.abc import Collection
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bdg_explore.errors import FetchError, OfflineError

from .addresses import checked_scheme, local_path, shown, split_member
from .cache import is_meant, whole
from .checksums import (
    checked_md5,
    checked_sha256,
    file_md5,
    file_sha256,
    wrong_digest,
    wrong_size,
)
from .order import MIRROR, Again, NoRanges, Order, Progress
from .parts import adopt_part, discard_part, part_size
from .places import cannot_write, locked, place_of
from .public import refuse_inside
from .receiving import receive
from .records import Record, read_record, validator
from .transport import transport

__all__ = ["Progress", "fetch"]

log = logging.getLogger(__name__)

_TRIES = 5  # in a row, none of which brought more than the ones before
_TRIES_IN_ALL = 100
_BACK_OFF = 0.5  # first wait between two tries, doubled each time [s]
_LONGEST_WAIT = 60.0  # a server that asks for more is not waited for [s]
_AS_IT_IS = "it was left as it is"


def fetch(
    url: str,
    *,
    sha256: str | None = None,
    md5: str | None = None,
    size: int | None = None,
    cache: str | Path | None = None,
    progress: Progress = None,
    offline: bool | None = None,
    timeout: float = 30.0,
    private_hosts: Collection[str] | None = None,
) -> Path:
    """Return the path of a whole, verified local copy of a url, downloading it if need be.

    With `sha256` or `md5` a copy that has it is used without any request. Without, the server is
    asked whether the file changed since; where it cannot be reached the copy is used and a
    warning is logged.

    Parameters
    ----------
    url : str
        An ``https``, ``http``, ``s3``, ``gs`` or ``file`` address. One that ends in
        ``#member=<name>`` (`addresses.member_url`) is a file inside a zip archive: only its
        bytes are asked for, where the server can give a range.
    sha256, md5 : str, optional
        Checksum the file must have.
    size : int, optional
        Length the file must have [byte].
    cache : path, optional
        Folder to keep files in; default ``BDG_CACHE``, else the user's cache folder.
    progress : bool or callable, optional
        True for a bar, False for none; by default a bar where somebody is looking and the
        file is larger than 1 MB. A callable is given the bytes so far and in all (None where
        the server does not say); an exception it raises ends the download, which can be
        resumed later.
    offline : bool, optional
        True asks no server. So does a ``BDG_OFFLINE=1`` in the environment, whatever is
        given here.
    timeout : float
        Longest silence of a server [s].
    private_hosts : collection of str, optional
        ``host:port`` off the public internet that may be asked; by default any, as for a user's
        own address. See `public`.

    Returns
    -------
    Path
        The local file; its name ends as the url does.

    Raises
    ------
    FetchError
        If the file cannot be had whole and verified. What came of it is kept to go on from,
        never under the name of the whole file.

    Notes
    -----
    A file without checksum and `size`, from a server that says neither a length nor a chunk
    count, is whole when the server hangs up: nothing better can be known. A server that gives
    neither ETag nor Last-Modified is taken to have the same file while its length is the same;
    `forget` the url to fetch it anew.
    """
    scheme = checked_scheme(url)
    sha256, md5 = checked_sha256(url, sha256), checked_md5(url, md5)
    is_local = scheme == "file"
    if is_local and split_member(url)[1] is None:
        return _local(url, sha256, md5, size)
    refuse_inside(url, private_hosts, shown(url))
    order = Order(place_of(url, cache), sha256, size, progress, timeout, md5, private_hosts)
    asked_at = datetime.now(UTC).isoformat(timespec="microseconds")
    copy = _fitting(order)
    if copy and order.is_known:
        return order.place.path
    if not is_local and (offline or offline_by_environment()):
        return _without_network(order, copy)
    with locked(order.place):
        try:
            adopt_part(order.place, sha256, size, md5)
        except OSError as error:
            raise cannot_write(order.place, error) from error
        copy = _fitting(order)
        # a copy that another process brought while this one waited for the lock is new enough
        if copy and (order.is_known or (copy.fetched_at or "") >= asked_at):
            return order.place.path
        try:
            return _download(order, copy)
        except NoRanges as whole_only:
            archive = str(whole_only)
            log.info("%s gives no parts of %s; it is fetched whole", order.name, archive)
            fetch(
                archive,
                cache=cache,
                progress=progress,
                offline=offline,
                timeout=timeout,
                private_hosts=private_hosts,
            )
            return _download(order, copy)


def offline_by_environment() -> bool:
    """Tell whether ``BDG_OFFLINE`` says that no server is asked."""
    return os.environ.get("BDG_OFFLINE", "").strip().lower() not in ("", "0", "false", "no", "off")


def _local(url: str, sha256: str | None, md5: str | None, size: int | None) -> Path:
    """Return a local file as it stands, after the same checks."""
    path = local_path(url)
    if not path.is_file():
        raise FetchError(f"{path} is not there. Next: correct the address {url}.")
    if size is not None and path.stat().st_size != size:
        raise wrong_size(url, size, path.stat().st_size)
    if sha256 is not None and (found := file_sha256(path)) != sha256:
        raise wrong_digest("sha256", url, sha256, found, _AS_IT_IS)
    if md5 is not None and (found := file_md5(path)) != md5:
        raise wrong_digest("md5", url, md5, found, _AS_IT_IS)
    return path


def _fitting(order: Order) -> Record | None:
    """Return the record of the copy in the cache, if it is what was ordered."""
    record = whole(order.place)
    if record is None or not is_meant(order.place, record, order.sha256, order.md5):
        return None
    # a checksum says more than a length: where both are given, the length cannot add to it
    return record if order.is_known or order.size in (None, record.size) else None


def _without_network(order: Order, copy: Record | None) -> Path:
    """Return the copy, or tell what is missing and what can be done."""
    if copy:
        log.info("offline: %s is read from the copy of %s", order.name, copy.fetched_at)
        return order.place.path
    here = part_size(order.place)
    begun = f" ({here:,} bytes of it are, from a download that broke off)" if here else ""
    other = " (an other version of it is)" if whole(order.place) else ""
    raise OfflineError(
        f"{order.name} is not in the cache {order.place.path.parent}{other or begun}, and no "
        "server is asked while offline. Next: go online (unset BDG_OFFLINE) and ask again, or "
        f"fetch the data set there beforehand with `bdg fetch`, or {MIRROR}."
    )


def _download(order: Order, copy: Record | None) -> Path:
    """Ask until the file is here, or cannot be; `copy` stands in while no server answers."""
    place = order.place
    failures, furthest = 0, part_size(place)
    with ExitStack() as stack:
        ask = transport(order, stack)
        for _ in range(_TRIES_IN_ALL):
            try:
                answer = ask(copy, _resumable_part(order))
                if answer is None:
                    discard_part(place)
                    return place.path
                copy = None  # the server has another version: the copy is known to be old
                receive(order, answer)
                return place.path
            except Again as trouble:
                here = part_size(place)
                failures = 1 if here > furthest else failures + 1
                furthest = max(furthest, here)
                wait = _BACK_OFF * 2 ** (failures - 1) if trouble.wait is None else trouble.wait
                if failures < _TRIES and wait <= _LONGEST_WAIT:
                    log.info("%s: %s; trying again in %.1f s", order.name, trouble, wait)
                    time.sleep(wait)
                    continue
                error = _given_up(order, trouble, here)
            except FetchError as refusal:
                error = refusal
            if copy is None:
                raise error
            log.warning("the copy of %s is used, unchecked: %s", copy.fetched_at, error)
            return place.path
    raise _given_up(order, Again("too many tries, each of which broke off"), part_size(place))


def _given_up(order: Order, trouble: Again, here: int) -> FetchError:
    kept = f" ({here:,} bytes are kept, and it goes on from there)" if here else ""
    later = "in a while" if trouble.wait is None else f"in {trouble.wait:.0f} s"
    return FetchError(
        f"cannot fetch {order.name}: {trouble}. Next: try again {later}{kept}, or {MIRROR}."
    )


def _resumable_part(order: Order) -> tuple[int, Record | None]:
    """Return how much of a broken download can be gone on with, and its version."""
    record = read_record(order.place.part_side)
    here = part_size(order.place)
    if record is None or here == 0 or (record.size is not None and here >= record.size):
        return 0, None
    # without a name for the version only a checksum can tell that two halves belong together
    return (here, record) if validator(record) or order.is_known else (0, None)
