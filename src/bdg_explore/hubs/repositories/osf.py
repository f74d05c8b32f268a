"""The Open Science Framework: ``/v2/nodes/<id>/files/osfstorage/``, folder by folder.

References
----------
https://developer.osf.io/
"""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from bdg_explore.errors import FetchError, OfflineError

from ._asking import ask
from ._record import Found, RecordFile, length, licence_of

API: Final = "https://api.osf.io"
_MOST: Final = 1000  # pages that are read of one record
_NAMES: Final = {
    "CC-By Attribution 4.0 International": "CC-BY-4.0",
    "CC-By Attribution-ShareAlike 4.0 International": "CC-BY-SA-4.0",
    "CC-By Attribution-NonCommercial 4.0 International": "CC-BY-NC-4.0",
    "CC0 1.0 Universal": "CC0-1.0",
    "MIT License": "MIT",
    "Apache License 2.0": "Apache-2.0",
    'BSD 3-Clause "New"/"Revised" License': "BSD-3-Clause",
}


def place_of(doi: str, landing: str) -> str | None:
    """Return the id of a project or registration, or None where it is not of the OSF."""
    found = re.fullmatch(r"10\.17605/OSF\.IO/([A-Z0-9]{5})", doi, re.IGNORECASE)
    if not found and urlsplit(landing).hostname in ("osf.io", "www.osf.io"):
        found = re.match(r"/([a-z0-9]{5})(?:/|$)", urlsplit(landing).path, re.IGNORECASE)
    return found[1].lower() if found else None


def look_up(guid: str) -> Found:
    """Look a project up, or a registration; folders are entered."""
    kind = "nodes"
    try:
        told = ask(f"{API}/v2/nodes/{guid}/?embed=license")["data"]
    except OfflineError:
        raise
    except FetchError:
        kind = "registrations"
        told = ask(f"{API}/v2/registrations/{guid}/?embed=license")["data"]
    about: dict[str, Any] = told.get("attributes") or {}
    embedded = ((told.get("embeds") or {}).get("license") or {}).get("data") or {}
    name = str((embedded.get("attributes") or {}).get("name") or "")
    return Found(
        f"https://osf.io/{guid}/",
        str(about.get("title") or ""),
        licence_of(_NAMES.get(name, name)),
        tuple(_files(f"{API}/v2/{kind}/{guid}/files/osfstorage/?page[size]=100")),
    )


def _files(first: str) -> list[RecordFile]:
    pages, files = [first], []
    seen: set[str] = set()
    while pages and len(seen) < _MOST:
        url = pages.pop(0)
        if url in seen:
            continue
        seen.add(url)
        told = ask(url)
        for item in told["data"]:
            about = item["attributes"]
            if about["kind"] == "folder":
                pages.append(item["relationships"]["files"]["links"]["related"]["href"])
                continue
            hashes = (about.get("extra") or {}).get("hashes") or {}
            name = str(about.get("materialized_path") or about["name"]).lstrip("/")
            files.append(
                RecordFile(
                    name,
                    item["links"]["download"],
                    length(about.get("size")),
                    hashes.get("sha256"),
                    hashes.get("md5"),
                )
            )
        if following := (told.get("links") or {}).get("next"):
            pages.append(following)
    return files
