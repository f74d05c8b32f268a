"""Bring a file here, whole and verified, from https, http, s3, gs or a local path.

A download is written to a part file and gets its name only after its length and sha256 were
verified; one that broke off goes on from where it stopped, if the server still has the same
version. `bdg_explore.hubs.cache` says where files are kept and when one counts as whole.
"""

import hashlib
import importlib
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from io import FileIO
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from bdg_explore.errors import FetchError

from .cache import (
    Place,
    Record,
    adopt_part,
    cannot_write,
    check_room,
    checked_scheme,
    checked_sha256,
    discard_part,
    file_sha256,
    local_path,
    locked,
    part_size,
    place_of,
    promote,
    read_record,
    shown,
    start_part,
    whole,
)

Progress = bool | Callable[[int, int | None], object] | None

log = logging.getLogger(__name__)

_CHUNK = 64 * 1024  # [byte]
_BAR_FROM = 10**6  # a smaller file is here before a bar could be read [byte]
_CONNECT = 10.0  # longest wait for a connection [s]
_TRIES = 5  # in a row, none of which brought more than the ones before
_TRIES_IN_ALL = 100
_REDIRECTS = 10
_BACK_OFF = 0.5  # first wait between two tries, doubled each time [s]
_LONGEST_WAIT = 60.0  # a server that asks for more is not waited for [s]
_BUCKETS: dict[str, tuple[str, dict[str, Any]]] = {
    "s3": ("s3fs", {"anon": True}),
    "gs": ("gcsfs", {"token": "anon"}),
}
_MIRROR = "point BDG_MIRROR at a folder that holds the file"


@dataclass(frozen=True)
class _Order:
    """What was asked for, and how."""

    place: Place
    sha256: str | None
    size: int | None
    progress: Progress
    timeout: float

    @property
    def name(self) -> str:
        return shown(self.place.url)


@dataclass(frozen=True)
class _Answer:
    """What a server sends: the bytes of one version of the file, from `offset` on."""

    offset: int
    version: Record
    resumable: bool
    chunks: Iterator[bytes]
    close: Callable[[], object]


class _Again(Exception):  # noqa: N818 - not an error yet
    """A try that failed in a way that the next one may not; wait [s], None for the usual."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def fetch(
    url: str,
    *,
    sha256: str | None = None,
    size: int | None = None,
    cache: str | Path | None = None,
    progress: Progress = None,
    offline: bool | None = None,
    timeout: float = 30.0,
) -> Path:
    """Return the path of a whole, verified local copy of a url, downloading it if need be.

    With `sha256` a copy that has it is used without any request. Without, the server is asked
    whether the file changed since; where it cannot be reached the copy is used and a warning
    is logged.

    Parameters
    ----------
    url : str
        An ``https``, ``http``, ``s3``, ``gs`` or ``file`` address.
    sha256 : str, optional
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
    A file without `sha256` and `size`, from a server that says neither a length nor a chunk
    count, is whole when the server hangs up: nothing better can be known. A server that gives
    neither ETag nor Last-Modified is taken to have the same file while its length is the same;
    `forget` the url to fetch it anew.
    """
    scheme = checked_scheme(url)
    sha256 = checked_sha256(url, sha256)
    if scheme == "file":
        return _local(url, sha256, size)
    order = _Order(place_of(url, cache), sha256, size, progress, timeout)
    asked_at = datetime.now(UTC).isoformat(timespec="microseconds")
    copy = _fitting(order)
    if copy and sha256:
        return order.place.path
    if offline or _offline_by_environment():
        return _without_network(order, copy)
    with locked(order.place):
        try:
            adopt_part(order.place, sha256, size)
        except OSError as error:
            raise cannot_write(order.place, error) from error
        copy = _fitting(order)
        # a copy that another process brought while this one waited for the lock is new enough
        if copy and (sha256 or (copy.fetched_at or "") >= asked_at):
            return order.place.path
        return _download(order, copy)


def _offline_by_environment() -> bool:
    return os.environ.get("BDG_OFFLINE", "").strip().lower() not in ("", "0", "false", "no", "off")


def _local(url: str, sha256: str | None, size: int | None) -> Path:
    """Return a local file as it stands, after the same checks."""
    path = local_path(url)
    if not path.is_file():
        raise FetchError(f"{path} is not there. Next: correct the address {url}.")
    if size is not None and path.stat().st_size != size:
        raise _wrong_size(url, size, path.stat().st_size)
    if sha256 is not None and (found := file_sha256(path)) != sha256:
        raise _wrong_sha256(url, sha256, found, "it was left as it is")
    return path


def _fitting(order: _Order) -> Record | None:
    """Return the record of the copy in the cache, if it is what was ordered."""
    record = whole(order.place)
    if record is None or order.sha256 not in (None, record.sha256):
        return None
    # a checksum says more than a length: where both are given, the length cannot add to it
    return record if order.sha256 or order.size in (None, record.size) else None


def _without_network(order: _Order, copy: Record | None) -> Path:
    """Return the copy, or tell what is missing and what can be done."""
    if copy:
        log.info("offline: %s is read from the copy of %s", order.name, copy.fetched_at)
        return order.place.path
    here = part_size(order.place)
    begun = f" ({here:,} bytes of it are, from a download that broke off)" if here else ""
    other = " (an other version of it is)" if whole(order.place) else ""
    raise FetchError(
        f"{order.name} is not in the cache {order.place.path.parent}{other or begun}, and no "
        "server is asked while offline. Next: go online (unset BDG_OFFLINE) and ask again, or "
        f"fetch the data set there beforehand with `bdg fetch`, or {_MIRROR}."
    )


def _download(order: _Order, copy: Record | None) -> Path:
    """Ask until the file is here, or cannot be; `copy` stands in while no server answers."""
    place = order.place
    failures, furthest = 0, part_size(place)
    with ExitStack() as stack:
        ask = _transport(order, stack)
        for _ in range(_TRIES_IN_ALL):
            try:
                answer = ask(copy, _resumable_part(order))
                if answer is None:
                    discard_part(place)
                    return place.path
                copy = None  # the server has another version: the copy is known to be old
                _receive(order, answer)
                return place.path
            except _Again as trouble:
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
    raise _given_up(order, _Again("too many tries, each of which broke off"), part_size(place))


def _given_up(order: _Order, trouble: _Again, here: int) -> FetchError:
    kept = f" ({here:,} bytes are kept, and it goes on from there)" if here else ""
    later = "in a while" if trouble.wait is None else f"in {trouble.wait:.0f} s"
    return FetchError(
        f"cannot fetch {order.name}: {trouble}. Next: try again {later}{kept}, or {_MIRROR}."
    )


def _resumable_part(order: _Order) -> tuple[int, Record | None]:
    """Return how much of a broken download can be gone on with, and its version."""
    record = read_record(order.place.part_side)
    here = part_size(order.place)
    if record is None or here == 0 or (record.size is not None and here >= record.size):
        return 0, None
    # without a name for the version only a checksum can tell that two halves belong together
    return (here, record) if _validator(record) or order.sha256 else (0, None)


def _validator(record: Record) -> str | None:
    """Return what If-Range may carry: a strong ETag, else the date."""
    strong = record.etag and not record.etag.startswith("W/")
    return record.etag if strong else record.last_modified


def _same_version(one: Record, other: Record) -> bool:
    if one.etag and other.etag:
        return one.etag.removeprefix("W/") == other.etag.removeprefix("W/")
    same_size = one.size is not None and one.size == other.size
    if one.last_modified and other.last_modified:
        return one.last_modified == other.last_modified and same_size
    unnamed = not (one.etag or other.etag or one.last_modified or other.last_modified)
    return unnamed and same_size


def _receive(order: _Order, answer: _Answer) -> None:
    """Write what comes to the part, verify it, and only then give it its name."""
    place, total, done = order.place, answer.version.size, answer.offset
    digest = hashlib.sha256()
    with ExitStack() as stack:
        stack.callback(answer.close)
        if None not in (total, order.size) and total != order.size:
            discard_part(place)
            raise _wrong_size(order.name, order.size, total)
        check_room(place, (total or order.size or 0) - done)
        try:
            if done == 0:
                start_part(place, answer.version if answer.resumable else None)
            else:
                with place.part.open("rb") as begun:
                    digest = hashlib.file_digest(begun, "sha256")
            # unbuffered: what was received is on disk when the process is killed
            sink = stack.enter_context(place.part.open("ab", buffering=0))
        except OSError as error:
            raise cannot_write(place, error) from error
        tell = stack.enter_context(_telling(order, done, total))
        for chunk in answer.chunks:
            done += len(chunk)
            if order.size is not None and done > order.size:
                discard_part(place)
                raise _wrong_size(order.name, order.size, done)
            _write(place, sink, chunk)
            digest.update(chunk)
            tell(done, total)
    if total is not None and done < total:
        raise _Again(f"it broke off after {done:,} of {total:,} bytes")
    _verify(order, answer, done, digest.hexdigest())
    try:
        with place.part.open("rb+") as written:
            os.fsync(written.fileno())
        promote(place, answer.version, digest.hexdigest())
    except OSError as error:
        raise cannot_write(place, error) from error


def _write(place: Place, sink: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    try:
        while rest:
            rest = rest[sink.write(rest) :]
    except OSError as error:
        raise cannot_write(place, error) from error


def _verify(order: _Order, answer: _Answer, done: int, found: str) -> None:
    """Raise where the file is not the one that was ordered; nothing of it is kept then."""
    if order.size not in (None, done):
        discard_part(order.place)
        raise _wrong_size(order.name, order.size, done)
    if order.sha256 not in (None, found):
        discard_part(order.place)
        if answer.offset:  # the halves may be of two versions: once more, from the start
            raise _Again("the two parts of it do not fit", wait=0)
        raise _wrong_sha256(order.name, order.sha256, found, "it was removed")


def _wrong_size(name: str, expected: int | None, found: int | None) -> FetchError:
    return FetchError(
        f"{name} should have {expected:,} bytes but has {found:,}. Next: see at the data set's "
        "landing page whether the file was replaced, then correct `bytes` in the catalog."
    )


def _wrong_sha256(name: str, expected: str | None, found: str, fate: str) -> FetchError:
    return FetchError(
        f"{name} is not the file the catalog means ({fate}): its sha256 should be {expected} "
        f"but is {found}. Next: try once more; if it stays so, see at the data set's landing "
        "page whether the file was replaced, then correct `sha256` in the catalog."
    )


@contextmanager
def _telling(order: _Order, done: int, total: int | None) -> Iterator[Callable[..., object]]:
    """Give what is called with (bytes so far, bytes in all) after every chunk."""
    if callable(order.progress):
        order.progress(done, total)
        yield order.progress
        return
    size = total or order.size or 0
    shows = order.progress or (order.progress is None and size > _BAR_FROM and _somebody_looks())
    if not shows:
        yield lambda _done, _total: None
        return
    from tqdm.auto import tqdm  # asks for the notebook's widgets: only where a bar is shown

    name = order.place.path.name.partition("-")[2]
    with tqdm(
        total=size or None, initial=done, desc=name, unit="B", unit_scale=True, leave=False
    ) as bar:
        yield lambda now, _total: bar.update(now - bar.n)


def _somebody_looks() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel") or sys.stderr.isatty()


def _transport(
    order: _Order, stack: ExitStack
) -> Callable[[Record | None, tuple[int, Record | None]], _Answer | None]:
    """Return what asks the server of this scheme; None as its answer means: not changed."""
    scheme = urlsplit(order.place.url).scheme
    if scheme in ("s3", "gs"):
        return partial(_ask_bucket, order, scheme)
    session = stack.enter_context(requests.Session())
    session.headers["User-Agent"] = f"bdg-explore/{_version()}"
    # lengths, ranges and checksums are those of the file, not of a compressed form of it
    session.headers["Accept-Encoding"] = "identity"
    return partial(_ask_http, order, session)


def _version() -> str:
    try:
        return version("bdg-explore")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"


def _ask_http(
    order: _Order,
    session: requests.Session,
    copy: Record | None,
    part: tuple[int, Record | None],
) -> _Answer | None:
    """Ask for the file, for the rest of it, or whether it changed."""
    here, begun = part
    headers: dict[str, str | None] = {}
    if copy:
        headers |= {"If-None-Match": copy.etag, "If-Modified-Since": copy.last_modified}
    if begun:
        headers |= {"Range": f"bytes={here}-", "If-Range": _validator(begun)}
    response = _follow(order, session, {name: told for name, told in headers.items() if told})
    try:
        if response.status_code == 304 and copy:
            answer = None
        elif response.status_code in (200, 206):
            answer = _accept(order, response, here, begun)
            if copy and _same_version(copy, answer.version):
                answer = None
        elif response.status_code == 416 and begun:
            discard_part(order.place)
            raise _Again("the server has no more of it than is here", wait=0)
        else:
            _refused(order, response)
    except BaseException:
        response.close()
        raise
    if answer is None:
        response.close()
    return answer


def _follow(order: _Order, session: requests.Session, headers: dict[str, str]) -> requests.Response:
    """Ask, and follow redirections, but never to a less safe place."""
    url = order.place.url
    for _ in range(_REDIRECTS + 1):
        try:
            response = session.get(
                url,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(min(_CONNECT, order.timeout), order.timeout),
            )
            target = session.get_redirect_target(response)
        except requests.RequestException as error:
            raise _trouble(order, error) from error
        if target is None:
            return response
        response.close()
        before, url = url, urljoin(url, target)
        allowed = ("https",) if urlsplit(before).scheme == "https" else ("https", "http")
        if urlsplit(url).scheme not in allowed:
            raise FetchError(
                f"{order.name} redirects to {shown(url)}, which is not followed: only "
                f"{' or '.join(allowed)} is from there. Next: see at the data set's landing "
                "page where the file is now, and correct the catalog."
            )
    raise FetchError(
        f"{order.name} redirects more than {_REDIRECTS} times. Next: open it in a browser and "
        f"correct the address in the catalog, or {_MIRROR}."
    )


def _accept(order: _Order, response: requests.Response, here: int, begun: Record | None) -> _Answer:
    """Understand a 200 or 206, and trust its Content-Range only where it fits what is here."""
    headers = response.headers
    length = headers.get("Content-Length", "")
    # an archive that a server labels as compressed text is meant as it is
    encoded = headers.get("Content-Encoding", "identity").lower() != "identity" and (
        order.place.path.suffix.lower() not in (".gz", ".tgz")
    )
    content_range = headers.get("Content-Range")
    if response.status_code == 206 or content_range:
        total = _rest_of(content_range, here)
        seen = Record(order.name, headers.get("ETag"), headers.get("Last-Modified"), total)
        if begun is None or encoded or total is None or not _goes_on(begun, seen):
            discard_part(order.place)
            raise _Again("the server sent a part that does not fit what is here", wait=0)
        return _Answer(here, seen, True, _bytes_of(order, response, encoded), response.close)
    total = int(length) if length.isdecimal() and not encoded else None
    seen = Record(order.name, headers.get("ETag"), headers.get("Last-Modified"), total)
    chunks = _bytes_of(order, response, encoded)
    kind = headers.get("Content-Type", "").lower()
    if kind.startswith("text/html") and order.place.path.suffix.lower() not in (".html", ".htm"):
        chunks = _no_web_page(order, chunks)
    return _Answer(0, seen, not encoded, chunks, response.close)


def _rest_of(content_range: str | None, here: int) -> int | None:
    """Return the whole length [byte] where the range begins at the first missing byte."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", (content_range or "").strip())
    return int(found[3]) if found and int(found[1]) == here else None


def _goes_on(begun: Record, seen: Record) -> bool:
    """Tell whether a rest belongs to the version that was begun; what is unsaid does not speak."""
    pairs = (
        (begun.etag, seen.etag),
        (begun.last_modified, seen.last_modified),
        (begun.size, seen.size),
    )
    return all(one == other for one, other in pairs if one is not None and other is not None)


def _bytes_of(order: _Order, response: requests.Response, decode: bool) -> Iterator[bytes]:
    """Yield the body; a broken connection is another try."""
    try:
        yield from response.raw.stream(_CHUNK, decode_content=decode)
    except ReadTimeoutError as error:
        raise _Again(f"the server was silent for {order.timeout:g} s") from error
    except HTTPError as error:
        raise _Again("the connection broke off") from error


def _no_web_page(order: _Order, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Refuse the page that some hubs send in place of a file, with a cheerful 200."""
    first = next(chunks, b"")
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html)", first, re.IGNORECASE):
        raise FetchError(
            f"{order.name} gives a web page, not a file: perhaps one to log in or to agree to "
            "terms. Next: open it in a browser, fetch the file by hand and "
            f"{_MIRROR}."
        )
    return chain([first], chunks)


def _trouble(order: _Order, error: requests.RequestException) -> FetchError | _Again:
    """Tell what kept a request from being answered, and whether another try may help."""
    host = urlsplit(order.place.url).hostname
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.exceptions.SSLError):
        what = f"the certificate of {host} is not trusted ({cause or error})"
        step = "set REQUESTS_CA_BUNDLE to your organisation's certificates if it has a proxy"
    elif isinstance(error, requests.exceptions.ProxyError):
        what = f"the proxy cannot be used ({cause or error})"
        step = "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    elif isinstance(error, requests.ConnectTimeout) or isinstance(cause, NewConnectionError):
        what = f"{host} cannot be reached ({_reason(cause or error)})"
        step = "check the network"
    elif isinstance(error, requests.Timeout):
        return _Again(f"{host} was silent for {order.timeout:g} s")
    elif isinstance(error, requests.ConnectionError):
        return _Again(f"the connection to {host} broke off")
    else:
        what, step = f"{error}", "correct the address in the catalog"
    return FetchError(f"cannot fetch {order.name}: {what}. Next: {step}, or {_MIRROR}.")


def _reason(cause: object) -> str:
    """Return the system's own words out of a nested connection error."""
    found = re.search(r"\[Errno -?\d+\] ([\w ]+)", str(cause))
    return found[1] if found else "no answer in time"


def _refused(order: _Order, response: requests.Response) -> NoReturn:
    """Raise what a status other than success means for the one who asked."""
    status = response.status_code
    told = f"HTTP {status} {response.reason or ''}".strip()
    if status in (408, 425, 429, 500, 502, 503, 504):
        wait = _retry_after(response.headers.get("Retry-After"))
        asks = f" and asks to wait {wait:.0f} s" if wait else ""
        raise _Again(f"the server answers {told}{asks}", wait)
    if status in (401, 403):
        what = f"the server gives it only to those it knows ({told})"
        step = (
            "see at the data set's landing page how to get it: access may be on request or need "
            "an account; fetch the file by hand and"
        )
    elif status in (404, 410):
        what = f"it is not there ({told})"
        step = "see at the data set's landing page where it is now, and correct the catalog; or"
    else:
        what, step = f"the server answers {told}", "open the address in a browser; or"
    raise FetchError(f"cannot fetch {order.name}: {what}. Next: {step} {_MIRROR}.")


def _retry_after(told: str | None) -> float | None:
    """Return how long a server asks to wait [s]: it says seconds or a date."""
    if told is None:
        return None
    if told.strip().isdecimal():
        return float(told)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, until.timestamp() - time.time())


def _ask_bucket(
    order: _Order, scheme: str, copy: Record | None, part: tuple[int, Record | None]
) -> _Answer | None:
    """Ask a public bucket through fsspec; its settings (`fsspec.config`) may give a key."""
    package, public = _BUCKETS[scheme]
    here, begun = part
    try:
        settings = importlib.import_module("fsspec.config").conf.get(scheme)
        core = importlib.import_module("fsspec.core")
        files, path = core.url_to_fs(order.place.url, **({} if settings else public))
        files.invalidate_cache()
        told: dict[str, Any] = files.info(path)
        file = files.open(path, "rb")
    except ImportError as error:
        raise FetchError(
            f"{order.name} needs the package {package}. Next: `pip install {package}`, "
            f"or {_MIRROR}."
        ) from error
    except FileNotFoundError as error:
        raise FetchError(
            f"{order.name} is not there. Next: see at the data set's landing page where it is "
            f"now, and correct the catalog; or {_MIRROR}."
        ) from error
    except Exception as error:  # each store has errors of its own kind
        raise FetchError(
            f"cannot fetch {order.name}: {error}. Next: check the network and, where the bucket "
            f"is not public, the settings of {package}; or {_MIRROR}."
        ) from error
    date = told.get("LastModified") or told.get("updated") or told.get("mtime")
    etag = told.get("ETag") or told.get("etag")
    seen = Record(order.name, etag, str(date) if date else None, told.get("size"))
    if copy and _same_version(copy, seen):
        file.close()
        return None
    offset = here if begun and _same_version(begun, seen) else 0
    return _Answer(offset, seen, True, _bytes_from(file, offset), file.close)


def _bytes_from(file: Any, offset: int) -> Iterator[bytes]:
    try:
        file.seek(offset)
        while chunk := file.read(_CHUNK):
            yield chunk
    except Exception as error:  # each store has errors of its own kind
        raise _Again(f"the connection broke off ({error})") from error
