"""A CKAN portal: ``/api/3/action/package_show``.

References
----------
https://docs.ckan.org/en/latest/api/
"""

import re
from typing import Any, Final
from urllib.parse import quote, urlsplit

from bdg_explore.hubs.fetching.addresses import name_of

from ._asking import ask
from ._record import Found, RecordFile, checksums, length, licence_of

HOSTS: Final = ("data.nasa.gov", "batterydata.energy.gov", "catalog.data.gov", "demo.ckan.org")


def place_of(doi: str, landing: str) -> tuple[str, str] | None:  # noqa: ARG001 - as its siblings
    """Return portal and id of a data set, or None where it is in no portal that is known."""
    parts = urlsplit(landing)
    found = re.match(r"/dataset/(?:dataset/)?([^/?#]+)", parts.path)
    if parts.hostname not in HOSTS or not found:
        return None
    return f"{parts.scheme}://{parts.netloc}", found[1]


def look_up(place: tuple[str, str]) -> Found:
    """Look a data set up; links to other pages among its resources are left out."""
    portal, name = place
    told: dict[str, Any] = ask(f"{portal}/api/3/action/package_show?id={quote(name)}")["result"]
    return Found(
        f"{portal}/dataset/{name}",
        str(told.get("title") or ""),
        licence_of(told.get("license_id"), told.get("license_url"), told.get("license_title")),
        tuple(_file(resource) for resource in told["resources"] if _is_file(resource)),
    )


def _file(told: dict[str, Any]) -> RecordFile:
    digits = str(told.get("hash") or "")
    given = checksums(digits) or checksums(f"md5:{digits}") or checksums(f"sha256:{digits}")
    return RecordFile(
        name_of(told["url"]) or told.get("name") or told["url"],
        told["url"],
        length(told.get("size")),
        **given,
    )


def _is_file(told: dict[str, Any]) -> bool:
    kind = str(told.get("format") or "").lower()
    return kind not in ("html", "website", "api", "link") and urlsplit(told["url"]).scheme in (
        "http",
        "https",
    )
