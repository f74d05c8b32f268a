"""Asking a repository for JSON: with the patience, the limits and the messages of `fetch`."""

import json
from collections.abc import Collection
from contextvars import ContextVar
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bdg_explore.errors import FetchError
from bdg_explore.hubs.fetching.fetch import fetch

# Hosts off the public internet that may be asked, see `fetch`: a DOI can lead anywhere.
REACH: Final[ContextVar[Collection[str] | None]] = ContextVar("REACH", default=frozenset())
_LARGEST: Final = 64 * 2**20  # no list of files is longer [byte]


def ask(url: str) -> Any:
    """Return what a repository answers; it is not kept, for it may change.

    Raises
    ------
    OfflineError, FetchError
        There is no answer, or it is not JSON.
    """

    def limit(here: int, _total: int | None) -> None:
        if here > _LARGEST:
            raise FetchError(f"{url} answers with more than {_LARGEST:,} bytes. It is not read.")

    with TemporaryDirectory(prefix="bdg-") as folder:
        path: Path = fetch(url, cache=folder, progress=limit, private_hosts=REACH.get())
        try:
            return json.loads(path.read_bytes())
        except ValueError as error:
            raise FetchError(
                f"{url} answers with something else than JSON. Next: take the files from the "
                "record's page, and `bdg mirror add` them."
            ) from error
