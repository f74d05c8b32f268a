"""A Dataverse: ``/api/datasets/:persistentId``.

References
----------
https://guides.dataverse.org/en/latest/api/native-api.html,
https://guides.dataverse.org/en/latest/api/dataaccess.html
"""

import re
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from ._asking import ask
from ._record import Found, RecordFile, checksums, length, licence_of

SERVERS: Final = {
    "10.5683": "https://borealisdata.ca",
    "10.7910": "https://dataverse.harvard.edu",
    "10.34810": "https://dataverse.csuc.cat",
    "10.48804": "https://rdr.kuleuven.be",
}


def place_of(doi: str, landing: str) -> tuple[str, str] | None:
    """Return server and DOI of a data set, or None where it is in no Dataverse."""
    parts = urlsplit(landing)
    named = parse_qs(parts.query).get("persistentId", [""])[0]
    if named.startswith("doi:") and parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc}", named.removeprefix("doi:")
    server = SERVERS.get(doi.partition("/")[0])
    return (server, doi) if server else None


def look_up(place: tuple[str, str]) -> Found:
    """Look the newest published version of a data set up.

    A table that the server made another file of is named, measured and fetched as it was given.
    """
    server, doi = place
    told: dict[str, Any] = ask(f"{server}/api/datasets/:persistentId/?persistentId=doi:{doi}")[
        "data"
    ]
    version = told["latestVersion"]
    licence = version.get("license") or {}
    if not isinstance(licence, dict):
        licence = {"name": licence}
    fields = ((version.get("metadataBlocks") or {}).get("citation") or {}).get("fields") or ()
    titles = [field.get("value") for field in fields if field.get("typeName") == "title"]
    return Found(
        str(told.get("persistentUrl") or f"{server}/dataset.xhtml?persistentId=doi:{doi}"),
        str(titles[0] if titles else ""),
        licence_of(licence.get("uri"), licence.get("name")),
        tuple(_file(server, file) for file in version.get("files") or ()),
    )


def _file(server: str, told: dict[str, Any]) -> RecordFile:
    held = told["dataFile"]
    url = f"{server}/api/access/datafile/{held['id']}"
    name, size = told.get("label") or held["filename"], held.get("filesize")
    if held.get("originalFileFormat"):
        name = held.get("originalFileName") or re.sub(r"\.tab$", "", name)
        url, size = f"{url}?format=original", held.get("originalFileSize")
    checksum = held.get("checksum") or {}
    kind = str(checksum.get("type") or "").lower().replace("-", "")
    given = checksums(f"{kind}:{checksum.get('value')}") or checksums(f"md5:{held.get('md5')}")
    folder = told.get("directoryLabel")
    return RecordFile(f"{folder}/{name}" if folder else name, url, length(size), **given)
