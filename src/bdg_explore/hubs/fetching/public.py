"""Which hosts a catalog from outside may make this machine ask: those of the public internet.

What lies on this machine, in its network or at a cloud's metadata service answers requests that
come from here and nowhere else; a catalog that somebody else wrote must not make them. Hence

* a user's own local catalog may name any host;
* the collection that ships, and a catalog fetched from the web, may name public hosts only;
  one that itself lies off the public internet may also name its own host;
* nobody is redirected from a public host to one that is not.

A name is looked up once, and the address found is the one that is asked.
"""

import ipaddress
import socket
from collections.abc import Collection
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from bdg_explore.errors import FetchError

# Names that public name servers do not answer, and clouds' and home routers' own.
_INSIDE: Final = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private",
    "home.arpa", "invalid", "onion",
)  # fmt: skip
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(host: str) -> bool:
    """Whether a host's name or address, as it is written, is one of the public internet.

    Parameters
    ----------
    host : str
        A name, or an address in any of the ways in which the system reads one: ``127.1`` and
        ``2130706433`` are loopback too.
    """
    name = host.strip("[]").rstrip(".").lower()
    address = _address(name)
    if address is not None:
        return _is_global(address)
    return "." in name and not any(name == end or name.endswith(f".{end}") for end in _INSIDE)


def netloc_of(url: str) -> str:
    """Return host and port of a url, as `private_hosts` of `fetch` names them."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{(parts.hostname or '').rstrip('.')}:{port}"


def lies_inside(url: str) -> bool:
    """Whether the host of a url is off the public internet, by its name or where that leads."""
    host = urlsplit(url).hostname or ""
    if not is_public(host):
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(not is_public(str(one[4][0])) for one in found)


def refuse_inside(url: str, private_hosts: Collection[str] | None, name: str) -> None:
    """Raise FetchError where a url names a host off the public internet that may not be asked."""
    if private_hosts is None or netloc_of(url) in private_hosts:
        return
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("s3", "gs") and not is_public(host):
        raise not_public(name, host, "its name says")


def not_public(name: str, host: str, why: str) -> FetchError:
    """Return what to raise where a host may not be asked."""
    return FetchError(
        f"{name} is not fetched: {host} is not on the public internet ({why}), and a catalog "
        "from outside may not ask there. Next: if you trust it, save the catalog on this machine "
        "and open the copy."
    )


def _address(name: str) -> Address | None:
    with suppress(ValueError):
        return ipaddress.ip_address(name.partition("%")[0])
    with suppress(OSError, ValueError):  # 127.1, 0x7f.0.0.1, 2130706433
        return ipaddress.IPv4Address(socket.inet_aton(name))
    return None


def _is_global(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_global(inner)
    return address.is_global and not address.is_multicast
