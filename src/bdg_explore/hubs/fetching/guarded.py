"""A session that connects to public addresses only, wherever a name leads.

The name is looked up once and the address that was looked at is the one connected to: a second
answer of the name server, another than the first, is never asked for.
"""

import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .public import is_public, not_public


def guard(session: requests.Session, private_hosts: Collection[str] | None, name: str) -> None:
    """Let a session connect to public addresses only, whatever a name leads to.

    Parameters
    ----------
    session : Session
        What will ask.
    private_hosts : collection of str or None
        ``host:port`` that may be asked wherever they lie; None for any at all.
    name : str
        The url as messages show it.
    """
    if private_hosts is not None:
        adapter = _Guarded(frozenset(private_hosts), name)
        session.mount("https://", adapter)
        session.mount("http://", adapter)


class _Guarded(HTTPAdapter):
    """Opens its connections by way of `_checked`; a proxy's own address is the user's choice."""

    def __init__(self, private_hosts: frozenset[str], name: str) -> None:
        self._allowed, self._name = private_hosts, name
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        allowed, name = self._allowed, self._name

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _checked(self, super()._new_conn, allowed, name)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _checked(self, super()._new_conn, allowed, name)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _checked(
    connection: Any, connect: Callable[[], socket.socket], allowed: frozenset[str], name: str
) -> socket.socket:
    """Connect to an address that was looked at; the name stays what the certificate is for."""
    host = connection._dns_host
    plain = host.strip("[]").rstrip(".").lower()
    if f"{plain}:{connection.port}" in allowed:
        return connect()
    addresses: list[str] = []
    with suppress(OSError, UnicodeError):  # where a name leads nowhere, connecting tells so
        found = socket.getaddrinfo(plain, connection.port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
    for address in addresses:
        if not is_public(address):
            raise not_public(name, plain, f"it leads to {address}")
    try:
        for address in addresses[:-1]:
            connection._dns_host = address
            with suppress(Exception):  # the next address may answer
                return connect()
        connection._dns_host = addresses[-1] if addresses else host
        return connect()
    finally:
        connection._dns_host = host
