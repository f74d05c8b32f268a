"""Asking a web server: for a file, for the rest of it, or whether it changed."""

import re
from collections.abc import Collection, Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from bdg_explore.errors import FetchError

from .addresses import shown
from .guarded import guard
from .order import CHUNK, MIRROR, Again, Answer, Order
from .parts import discard_part
from .public import lies_inside, refuse_inside
from .records import Record, goes_on, same_version, validator
from .web_refusals import refused, trouble_of

_CONNECT = 10.0  # longest wait for a connection [s]
_REDIRECTS = 10


def open_session(
    private_hosts: Collection[str] | None = None, name: str = "the address"
) -> requests.Session:
    """Return a session that says who asks, and asks for files as they are."""
    session = requests.Session()
    guard(session, private_hosts, name)
    session.headers["User-Agent"] = f"bdg-explore/{_version()}"
    # lengths, ranges and checksums are those of the file, not of a compressed form of it
    session.headers["Accept-Encoding"] = "identity"
    return session


def _version() -> str:
    try:
        return version("bdg-explore")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"


def ask_http(
    order: Order,
    session: requests.Session,
    copy: Record | None,
    part: tuple[int, Record | None],
) -> Answer | None:
    """Ask for the file, for the rest of it, or whether it changed."""
    here, begun = part
    headers: dict[str, str | None] = {}
    if copy:
        headers |= {"If-None-Match": copy.etag, "If-Modified-Since": copy.last_modified}
    if begun:
        headers |= {"Range": f"bytes={here}-", "If-Range": validator(begun)}
    response = follow(
        order, order.place.url, session, {name: told for name, told in headers.items() if told}
    )
    try:
        if response.status_code == 304 and copy:
            answer = None
        elif response.status_code in (200, 206):
            answer = _accept(order, response, here, begun)
            if copy and same_version(copy, answer.version):
                answer = None
        elif response.status_code == 416 and begun:
            discard_part(order.place)
            raise Again("the server has no more of it than is here", wait=0)
        else:
            refused(order, response)
    except BaseException:
        response.close()
        raise
    if answer is None:
        response.close()
    return answer


def follow(
    order: Order, url: str, session: requests.Session, headers: dict[str, str]
) -> requests.Response:
    """Ask, and follow redirections, but never to a less safe place."""
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
            raise trouble_of(order, error) from error
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
        if order.private_hosts is None and not lies_inside(order.place.url):
            guard(session, (), order.name)  # not even a user's own address may lead inside
            refuse_inside(url, (), order.name)
        else:
            refuse_inside(url, order.private_hosts, order.name)
    raise FetchError(
        f"{order.name} redirects more than {_REDIRECTS} times. Next: open it in a browser and "
        f"correct the address in the catalog, or {MIRROR}."
    )


def _accept(order: Order, response: requests.Response, here: int, begun: Record | None) -> Answer:
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
        if begun is None or encoded or total is None or not goes_on(begun, seen):
            discard_part(order.place)
            raise Again("the server sent a part that does not fit what is here", wait=0)
        return Answer(here, seen, True, body_of(order, response, encoded), response.close)
    total = int(length) if length.isdecimal() and not encoded else None
    seen = Record(order.name, headers.get("ETag"), headers.get("Last-Modified"), total)
    chunks = body_of(order, response, encoded)
    kind = headers.get("Content-Type", "").lower()
    if kind.startswith("text/html") and order.place.path.suffix.lower() not in (".html", ".htm"):
        chunks = _no_web_page(order, chunks)
    return Answer(0, seen, not encoded, chunks, response.close)


def _rest_of(content_range: str | None, here: int) -> int | None:
    """Return the whole length [byte] where the range begins at the first missing byte."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", (content_range or "").strip())
    return int(found[3]) if found and int(found[1]) == here else None


def body_of(order: Order, response: requests.Response, decode: bool) -> Iterator[bytes]:
    """Yield the body; a broken connection is another try."""
    try:
        yield from response.raw.stream(CHUNK, decode_content=decode)
    except ReadTimeoutError as error:
        raise Again(f"the server was silent for {order.timeout:g} s") from error
    except HTTPError as error:
        raise Again("the connection broke off") from error


def _no_web_page(order: Order, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Refuse the page that some hubs send in place of a file, with a cheerful 200."""
    first = next(chunks, b"")
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html)", first, re.IGNORECASE):
        raise FetchError(
            f"{order.name} gives a web page, not a file: perhaps one to log in or to agree to "
            "terms. Next: open it in a browser, fetch the file by hand and "
            f"{MIRROR}."
        )
    return chain([first], chunks)
