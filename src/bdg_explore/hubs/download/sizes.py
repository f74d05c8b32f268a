"""How large files are: asked of their servers where nobody has written it down."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Final

from bdg_explore.errors import FetchError
from bdg_explore.hubs.fetching.addresses import split_member
from bdg_explore.hubs.fetching.fetch import offline_by_environment
from bdg_explore.hubs.fetching.public import refuse_inside

from .plan import Wanted

_AT_ONCE: Final = 8
_MOST: Final = 64  # files whose size is asked for
_PATIENCE: Final = 5.0  # longest silence of a server [s]


def with_sizes(
    files: Sequence[Wanted], private_hosts: Collection[str] | None = None
) -> list[Wanted]:
    """Return files with the lengths their servers tell, where the catalog does not.

    A server that does not tell, or cannot be reached, leaves a length unknown: that is no error.
    """
    asked = [
        file
        for file in files
        if file.size is None and file.path is None and file.url.startswith("http")
    ][:_MOST]
    if not asked or offline_by_environment():
        return list(files)
    length = partial(_length, private_hosts=private_hosts)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = dict(zip((file.url for file in asked), pool.map(length, asked), strict=True))
    return [replace(file, size=found.get(file.url, file.size)) for file in files]


def _length(file: Wanted, private_hosts: Collection[str] | None) -> int | None:
    import requests

    from bdg_explore.hubs.fetching.web import open_session

    if split_member(file.url)[1] is not None:
        return None  # its archive would have to be opened
    try:
        refuse_inside(file.url, private_hosts, file.name)
        with open_session(private_hosts, file.name) as session:
            answer = session.head(file.url, allow_redirects=True, timeout=_PATIENCE)
    except (requests.RequestException, FetchError, ValueError):
        return None
    told = answer.headers.get("Content-Length", "")
    web_page = answer.headers.get("Content-Type", "").lower().startswith("text/html")
    return int(told) if answer.ok and told.isdecimal() and not web_page else None
