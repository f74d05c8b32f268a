"""Addresses of files: which can be fetched, and how one is shown."""

import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import url2pathname

from bdg_explore.errors import FetchError

SCHEMES = ("https", "http", "s3", "gs", "file")
_MEMBER = "#member="


def shown(url: str) -> str:
    """Return the url without the user name and password it may carry, for messages and records."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def member_url(archive: str, member: str) -> str:
    """Return the address of a file inside a zip archive: ``<archive>#member=<name>``."""
    return f"{archive}{_MEMBER}{quote(checked_member(archive, member))}"


def split_member(url: str) -> tuple[str, str | None]:
    """Return the archive's address and the name of the file inside; None for a plain address."""
    archive, mark, name = url.partition(_MEMBER)
    return (archive, checked_member(archive, unquote(name))) if mark else (url, None)


def name_of(url: str) -> str:
    """Return what people call the file at an address; empty where it has no name."""
    archive, member = split_member(url)
    return member or unquote(urlsplit(archive).path).rstrip("/").rpartition("/")[2]


def checked_member(archive: str, member: str) -> str:
    """Return the name of a file inside an archive; refuse one that leads out of it."""
    parts = member.split("/")
    leads_out = "\\" in member or "\0" in member or not {"", ".", ".."}.isdisjoint(parts)
    if leads_out or re.match(r"[A-Za-z]:", member):
        raise FetchError(
            f"{member!r} names no file inside {shown(archive)}. Next: write the name as the "
            "archive lists it, folder/file.csv, without .. and without a leading slash."
        )
    return member


def local_path(url: str) -> Path:
    """Return the path that a ``file:`` url names; one on another host is refused."""
    parts = urlsplit(url)
    path = Path(url2pathname(parts.path))
    if parts.netloc not in ("", "localhost") or not path.is_absolute():
        raise FetchError(
            f"{url} names no file of this computer. Next: write file:/// and the absolute path."
        )
    return path


def checked_scheme(url: str) -> str:
    """Return the scheme of a url that can be fetched; refuse any other by name."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        url.encode()
    except ValueError as error:
        raise FetchError(f"{url!r} is not a url: {error}. Next: correct it.") from error
    if parts.scheme not in SCHEMES:
        kind = f"the scheme {parts.scheme!r}" if parts.scheme else "no scheme"
        raise FetchError(
            f"{url!r} has {kind}; files are fetched over {', '.join(SCHEMES)} only. Next: "
            "correct the address; a file of this computer is written file:///absolute/path."
        )
    if not host and parts.scheme != "file":
        raise FetchError(f"{url!r} names no host. Next: correct it.")
    return parts.scheme
