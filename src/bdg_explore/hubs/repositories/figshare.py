"""figshare, under its own name and under those of universities: ``/v2/articles/<number>``.

References
----------
https://docs.figshare.com/#public_article
"""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from ._asking import ask
from ._record import Found, RecordFile, checksums, length, licence_of

API: Final = "https://api.figshare.com"
_PAGE: Final = 100  # files a page
_HOSTS: Final = ("kilthub.cmu.edu", "repository.lboro.ac.uk")  # figshare by other names


def place_of(doi: str, landing: str) -> tuple[str, str] | None:
    """Return number and version (or '') of an article, None where it is not figshare's."""
    found = re.fullmatch(r"10\.6084/m9\.figshare\.(?:c\.)?(\d+)(?:\.v(\d+))?", doi)
    host = urlsplit(landing).hostname or ""
    if not found and (host in _HOSTS or host == "figshare.com" or host.endswith(".figshare.com")):
        found = re.search(r"/(\d{5,})(?:/(\d+))?/?$", urlsplit(landing).path)
    return (found[1], found[2] or "") if found else None


def look_up(place: tuple[str, str]) -> Found:
    """Look an article up: the version that is named, else the newest."""
    number, version = place
    article = f"{API}/v2/articles/{number}"
    told: dict[str, Any] = ask(f"{article}/versions/{version}" if version else article)
    if not version and told.get("version"):  # the files of one version, however many pages
        version = str(told["version"])
    files: list[Any] = []
    page = 1
    while True:
        base = f"{article}/versions/{version}" if version else article
        more = ask(f"{base}/files?page={page}&page_size={_PAGE}")
        files += more
        page += 1
        if len(more) < _PAGE:
            break
    licence = told.get("license") or {}
    return Found(
        str(told.get("figshare_url") or told.get("url_public_html") or article),
        str(told.get("title") or ""),
        licence_of(licence.get("url"), licence.get("name")),
        tuple(
            RecordFile(
                file["name"],
                file["download_url"],
                length(file.get("size")),
                **checksums(f"md5:{file.get('computed_md5') or file.get('supplied_md5')}"),
            )
            for file in files
            if not file.get("is_link_only")
        ),
    )
