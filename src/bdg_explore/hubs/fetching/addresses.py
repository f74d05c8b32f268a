"""Addresses of files: which can be fetched, and how one is shown."""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname

from bdg_explore.errors import FetchError

SCHEMES = ("https", "http", "s3", "gs", "file")


def shown(url: str) -> str:
    """Return the url without the user name and password it may carry, for messages and records."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


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
