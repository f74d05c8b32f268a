"""Ask the REST interface of a Galvanalyser: lists page by page, one thing, one partition's bytes.

The token goes to the server it belongs to and to no other: what the server points to is either
asked of itself again, by id, or, where it hands a partition over to its store, fetched without it.
What comes is bounded, so that a server gone wrong cannot fill the memory.
"""

import json
import netrc
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests

from bdg_explore.errors import ConnectionLostError, LoginError, MissingDataError, ServerError
from bdg_explore.hubs.fetching.web import open_session

from .address import Address

VARIABLE: Final = "GALVANALYSER_TOKEN"
_PAGE: Final = 100
_MOST: Final = 1_000_000  # things in a list
_JSON_BYTES: Final = 32 * 2**20
_LIST_BYTES: Final = 256 * 2**20
_FILE_BYTES: Final = 2**30
_CONNECT: Final = 10.0
_SILENCE: Final = 60.0
_REDIRECTS: Final = 5
_SAFE: Final = ("https",)  # how a store elsewhere may be asked
_PIECE: Final = 2**18
_AGAIN: Final = (429, 502, 503, 504)
_WAITS: Final = (0.5, 2.0)  # before a question is asked again [s]
_TOKEN: Final = (
    f"make one on the page Tokens of your Galvanalyser, and set {VARIABLE} to it or write it into "
    "~/.netrc (machine <host> login token password <token>)"
)

Thing = Mapping[str, Any]


class Service:
    """One Galvanalyser, asked in one session.

    Parameters
    ----------
    address : Address
        Where it is.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._session = open_session()
        self._session.auth = _Bearer(address)

    def __repr__(self) -> str:
        return f"<Galvanalyser {self._address}>"

    def __str__(self) -> str:
        return str(self._address)

    def listed(self, name: str) -> Iterator[Thing]:
        """Yield everything of a kind that the user may see: ``cells``, ``cycler_tests`` ...

        Raises
        ------
        ServerError
            The server cannot be reached, refuses, or its answer is no list; by name where that is
            known.
        """
        seen: set[str] = set()
        received = 0
        for offset in range(0, _MOST, _PAGE):
            query = {"limit": str(_PAGE), "offset": str(offset)}
            content = self._content(f"{name}/", query, _JSON_BYTES)
            received += len(content)
            page = self._parsed(content, f"{name}/")
            things = page.get("results") if isinstance(page, dict) else page
            if not isinstance(things, list) or not all(isinstance(one, dict) for one in things):
                raise ServerError(
                    f"{self}/{name}/ gives no list, so it is no Galvanalyser that this package "
                    "knows (version 2). Next: check the address; it is that of the interface, not "
                    "of its pages."
                )
            new = {str(one.get("id")): one for one in things if str(one.get("id")) not in seen}
            yield from new.values()
            seen |= set(new)
            if not new or isinstance(page, list) or not page.get("next"):
                return
            if received > _LIST_BYTES:
                break
        raise ServerError(
            f"{self}/{name}/ goes on after {len(seen):,} entries and {received / 2**20:.0f} MiB. "
            "Next: tell its owner."
        )

    def one(self, name: str, key: str) -> Thing:
        """Return one thing by its id.

        Raises
        ------
        ServerError
            See `listed`.
        """
        thing = self._parsed(self._content(f"{name}/{key}/", {}, _JSON_BYTES), f"{name}/{key}/")
        if not isinstance(thing, dict):
            raise ServerError(f"{self}/{name}/{key}/ gives something else than one entry.")
        return thing

    def partition(self, key: str) -> bytes:
        """Return the bytes of one partition, a Parquet file.

        Raises
        ------
        ServerError
            See `listed`.
        """
        return self._content(f"parquet_partitions/{key}/file/", {}, _FILE_BYTES)

    def _parsed(self, content: bytes, path: str) -> Any:
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise ServerError(
                f"{self}/{path} gives no JSON. Next: check the address; it is that of the "
                "interface, not of its pages."
            ) from None

    def _content(self, path: str, query: Mapping[str, str], most: int) -> bytes:
        for wait in (*_WAITS, None):
            try:
                return self._once(path, query, most)
            except _Again as again:
                if wait is None:
                    raise again.error from None
                time.sleep(wait)
        raise AssertionError("unreachable")

    def _once(self, path: str, query: Mapping[str, str], most: int) -> bytes:
        where = f"{self}/{path}"
        try:
            with self._follow(f"{self._address.base}/{path}", query) as response:
                self._refused(response, where)
                return _bounded(response, most, where)
        except requests.exceptions.SSLError as error:
            raise ServerError(
                f"The certificate of {self._address.host} is not trusted ({error}). Next: set "
                "REQUESTS_CA_BUNDLE to your organisation's certificates."
            ) from None
        except (requests.ConnectTimeout, requests.exceptions.InvalidURL) as error:
            raise _unreached(where, error) from None
        except requests.ConnectionError as error:
            if "NewConnectionError" in repr(error) or "NameResolution" in repr(error):
                raise _unreached(where, error) from None
            raise _Again(_lost(where, "the connection broke off")) from None
        except requests.Timeout:
            raise _Again(_lost(where, f"the server was silent for {_SILENCE:g} s")) from None
        except requests.RequestException as error:
            raise _Again(_lost(where, str(error))) from None

    def _follow(self, url: str, query: Mapping[str, str]) -> requests.Response:
        """Ask, and follow a partition to where it is stored; the token stays at home."""
        for _ in range(_REDIRECTS + 1):
            at_home = _origin(url) == _origin(self._address.base)
            response = self._session.get(
                url, params=query, stream=True, allow_redirects=False,
                timeout=(_CONNECT, _SILENCE), auth=None if at_home else _nothing,
            )  # fmt: skip
            target = self._session.get_redirect_target(response)
            if target is None:
                return response
            response.close()
            url, query = urljoin(url, target), {}
            if _origin(url) != _origin(self._address.base) and urlsplit(url).scheme not in _SAFE:
                raise ServerError(
                    f"{self} points to {urlsplit(url).scheme}://{urlsplit(url).hostname}, which is "
                    "not followed: only https is from here. Next: tell its owner."
                )
        raise ServerError(f"{self} redirects more than {_REDIRECTS} times. Next: tell its owner.")

    def _refused(self, response: requests.Response, where: str) -> None:
        status = response.status_code
        if status == 200:
            return
        told = f"HTTP {status} {response.reason or ''}".strip()
        if status == 401:
            raise LoginError(
                f"{where} asks who you are ({told}): the token is missing, wrong or expired. Next: "
                f"{_TOKEN}."
            )
        if status == 403:
            raise LoginError(
                f"{where} is not for you ({told}). Next: ask its team to let you read it."
            )
        if status in (404, 410):
            raise MissingDataError(
                f"{where} is not there ({told}). Next: check the address, or open the hub again; "
                "it may have been removed."
            )
        error = ServerError(f"{where} answers {told}. Next: ask again later, or tell its owner.")
        raise _Again(error) if status in _AGAIN else error


class _Again(Exception):  # noqa: N818  (never leaves this module)
    """A trouble that another try may cure, and what to say if it does not."""

    def __init__(self, error: ServerError) -> None:
        super().__init__(str(error))
        self.error = error


class _Bearer(requests.auth.AuthBase):
    """The user's token, looked up when it is needed and kept out of sight."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        token = _token(self._address.host)
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        return request


def _nothing(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _token(host: str) -> str | None:
    """Return the token of a host: its line in ~/.netrc, else the environment's."""
    with suppress(OSError, netrc.NetrcParseError):
        known = netrc.netrc(os.environ.get("NETRC")).hosts.get(host)
        if known and known[2]:
            return known[2]
    return os.environ.get(VARIABLE) or None


def _bounded(response: requests.Response, most: int, where: str) -> bytes:
    content = bytearray()
    for piece in response.iter_content(_PIECE):
        content += piece
        if len(content) > most:
            raise ServerError(
                f"{where} sends more than {most / 2**20:.0f} MiB, and is not read further. Next: "
                "tell its owner."
            )
    length = response.headers.get("Content-Length", "")
    encoded = response.headers.get("Content-Encoding", "identity").lower() != "identity"
    if length.isdecimal() and not encoded and len(content) < int(length):
        raise _Again(_lost(where, f"it broke off after {len(content):,} of {int(length):,} bytes"))
    return bytes(content)


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _unreached(where: str, error: Exception) -> ServerError:
    reason = str(getattr(error.args[0] if error.args else error, "reason", error))
    return ServerError(
        f"{where} cannot be reached ({reason.rpartition(': ')[2]}). Next: check the address and "
        "the network."
    )


def _lost(where: str, why: str) -> ConnectionLostError:
    return ConnectionLostError(
        f"{where}: {why}. Nothing of what had come is kept. Next: ask again, and tell its owner if "
        "it goes on."
    )
