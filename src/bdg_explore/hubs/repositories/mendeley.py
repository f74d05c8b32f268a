"""Mendeley Data: ``/public-api/datasets/<id>``, the interface its own pages use."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from ._asking import ask
from ._record import Found, RecordFile, length, licence_of

API: Final = "https://data.mendeley.com"


def place_of(doi: str, landing: str) -> tuple[str, str] | None:
    """Return id and version (may be empty) of a data set, or None where it is not Mendeley's."""
    found = re.fullmatch(r"10\.17632/([a-z0-9]+)(?:\.(\d+))?", doi, re.IGNORECASE)
    if not found and urlsplit(landing).hostname == "data.mendeley.com":
        found = re.match(r"/datasets/([a-z0-9]+)(?:/(\d+))?", urlsplit(landing).path)
    return (found[1], found[2] or "") if found else None


def look_up(place: tuple[str, str]) -> Found:
    """Look a data set up: the version that is named, else the newest."""
    own, version = place
    told: dict[str, Any] = ask(f"{API}/public-api/datasets/{own}")
    version = version or str(told.get("version") or "")
    files = told.get("files")
    if files is None or (version and str(told.get("version") or version) != version):
        files = ask(f"{API}/public-api/datasets/{own}/files?folder_id=root&version={version}")
    licence = told.get("data_licence") or told.get("licence") or {}
    return Found(
        f"{API}/datasets/{own}" + (f"/{version}" if version else ""),
        str(told.get("name") or ""),
        licence_of(licence.get("url"), licence.get("short_name"), licence.get("full_name")),
        tuple(_file(file) for file in files),
    )


def _file(told: dict[str, Any]) -> RecordFile:
    held = told["content_details"]
    size = length(held.get("size", told.get("size")))
    return RecordFile(told["filename"], held["download_url"], size, held.get("sha256_hash"))
