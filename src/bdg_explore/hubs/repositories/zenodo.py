"""Zenodo: ``/api/records/<number>``.

References
----------
https://developers.zenodo.org/#records
"""

import re
from typing import Any, Final
from urllib.parse import quote, urlsplit

from ._asking import ask
from ._record import Found, RecordFile, checksums, length, licence_of

API: Final = "https://zenodo.org"


def place_of(doi: str, landing: str) -> str | None:
    """Return the record's number, or None where it is not Zenodo's."""
    found = re.fullmatch(r"10\.5281/zenodo\.(\d+)", doi, re.IGNORECASE)
    if not found and urlsplit(landing).hostname in ("zenodo.org", "www.zenodo.org"):
        found = re.match(r"/records?/(\d+)", urlsplit(landing).path)
    return found[1] if found else None


def look_up(number: str) -> Found:
    """Look a record up; the number of all versions leads to the newest."""
    told: dict[str, Any] = ask(f"{API}/api/records/{number}")
    about = told.get("metadata") or {}
    licence = about.get("license") or {}
    own = told.get("id", number)
    files = []
    for file in told.get("files") or ():
        name = file.get("key") or file["filename"]
        url = f"{API}/records/{own}/files/{quote(name)}?download=1"
        links = file.get("links") or {}
        given = checksums(file.get("checksum")) or checksums(f"md5:{file.get('checksum')}")
        size = length(file.get("size", file.get("filesize")))
        files.append(
            RecordFile(name, links.get("content") or links.get("self") or url, size, **given)
        )
    return Found(
        f"{API}/records/{own}",
        str(about.get("title") or told.get("title") or ""),
        licence_of(licence.get("id") if isinstance(licence, dict) else licence),
        tuple(files),
    )
