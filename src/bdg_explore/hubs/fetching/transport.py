"""Asking the server of a scheme: public buckets here, through fsspec; http in `web`."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bdg_explore.errors import FetchError

from .addresses import split_member
from .order import CHUNK, MIRROR, Again, Answer, Order
from .records import Record, same_version

_BUCKETS: dict[str, tuple[str, dict[str, Any]]] = {
    "s3": ("s3fs", {"anon": True}),
    "gs": ("gcsfs", {"token": "anon"}),
}


def transport(
    order: Order, stack: ExitStack
) -> Callable[[Record | None, tuple[int, Record | None]], Answer | None]:
    """Return what asks the server of this scheme; None as its answer means: not changed."""
    archive, member = split_member(order.place.url)
    if member is not None:
        from .members import MemberAsker

        return MemberAsker(order, archive, member, stack)
    scheme = urlsplit(order.place.url).scheme
    if scheme in ("s3", "gs"):
        return partial(_ask_bucket, order)
    from .web import ask_http, open_session  # requests is slow to load: only where it is used

    session = stack.enter_context(open_session(order.private_hosts, order.name))
    return partial(ask_http, order, session)


def _ask_bucket(
    order: Order, copy: Record | None, part: tuple[int, Record | None]
) -> Answer | None:
    """Ask a public bucket through fsspec; its settings (`fsspec.config`) may give a key."""
    here, begun = part
    file, seen = open_in_bucket(order, order.place.url)
    if copy and same_version(copy, seen):
        file.close()
        return None
    offset = here if begun and same_version(begun, seen) else 0
    return Answer(offset, seen, True, _bytes_from(file, offset), file.close)


def open_in_bucket(order: Order, url: str) -> tuple[Any, Record]:
    """Open a file of a bucket, and tell which version of it that is."""
    scheme = urlsplit(url).scheme
    package, public = _BUCKETS[scheme]
    try:
        settings = importlib.import_module("fsspec.config").conf.get(scheme)
        core = importlib.import_module("fsspec.core")
        files, path = core.url_to_fs(url, **({} if settings else public))
        files.invalidate_cache()
        told: dict[str, Any] = files.info(path)
        file = files.open(path, "rb")
    except ImportError as error:
        raise FetchError(
            f"{order.name} needs the package {package}. Next: `pip install {package}`, or {MIRROR}."
        ) from error
    except FileNotFoundError as error:
        raise FetchError(
            f"{order.name} is not there. Next: see at the data set's landing page where it is "
            f"now, and correct the catalog; or {MIRROR}."
        ) from error
    except Exception as error:  # each store has errors of its own kind
        raise FetchError(
            f"cannot fetch {order.name}: {error}. Next: check the network and, where the bucket "
            f"is not public, the settings of {package}; or {MIRROR}."
        ) from error
    date = told.get("LastModified") or told.get("updated") or told.get("mtime")
    etag = told.get("ETag") or told.get("etag")
    return file, Record(order.name, etag, str(date) if date else None, told.get("size"))


def _bytes_from(file: Any, offset: int) -> Iterator[bytes]:
    try:
        file.seek(offset)
        while chunk := file.read(CHUNK):
            yield chunk
    except Exception as error:  # each store has errors of its own kind
        raise Again(f"the connection broke off ({error})") from error
