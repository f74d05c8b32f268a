"""Where a server is, as its user writes it: no password in it, and what we may say about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from bdg_explore.errors import CatalogError, did_you_mean
from bdg_explore.metadata.bricks import ACCESS_LEVELS

SCHEMES: Final = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "galvanalyser+https": "https",
    "galvanalyser+http": "http",
}
"""Scheme as a user writes it -> the scheme that is spoken."""

# What we read from the part behind the question mark; the driver never sees it.
OURS: Final = ("hub", "name", "licence", "access", "contact", "schema", "timeout")
# What of libpq's own parameters a user may set there. Secrets are not among them.
THEIRS: Final = (
    "host", "port", "dbname", "user", "service", "passfile", "sslmode", "sslrootcert", "sslcert",
    "sslkey", "sslcrl", "channel_binding", "gssencmode", "krbsrvname", "target_session_attrs",
    "connect_timeout", "application_name",
)  # fmt: skip
_SECRETS: Final = ("password", "sslpassword", "token", "api_key", "key", "secret")
_TIMEOUT: Final = 300.0


@dataclass(frozen=True, slots=True)
class Address:
    """A server's address, and what its owner says about the hub it makes.

    Attributes
    ----------
    scheme : {"postgresql", "https", "http"}
        What is spoken with it.
    netloc, path : str
        User, host and port; name of the database, or path of the interface.
    options : mapping
        Parameters of the driver, such as ``sslmode``.
    said : mapping
        ``hub`` (id), ``name``, ``licence``, ``access``, ``contact``, ``schema``, ``timeout`` [s].
    """

    scheme: str
    netloc: str
    path: str
    options: Mapping[str, str]
    said: Mapping[str, str]

    @property
    def host(self) -> str:
        """Name of the host, empty for a local socket."""
        return self.options.get("host") or urlsplit(f"//{self.netloc}").hostname or ""

    @property
    def database(self) -> str:
        """Name of the database."""
        return self.options.get("dbname") or unquote(self.path.strip("/"))

    @property
    def timeout(self) -> float:
        """Longest time a question may take [s]."""
        return float(self.said.get("timeout") or _TIMEOUT)

    @property
    def access(self) -> str:
        """How its tables may be shared; private unless the owner says otherwise."""
        return self.said.get("access") or "private"

    @property
    def hub(self) -> str:
        """Id of the hub: the owner's, else the name of the database or of the host."""
        named = self.database if self.scheme == "postgresql" else self.host
        return self.said.get("hub") or slug(named or self.options.get("service") or self.host)

    @property
    def base(self) -> str:
        """The address without anything behind it."""
        return f"{self.scheme}://{self.netloc}{self.path.rstrip('/')}"

    def uri(self, more: Mapping[str, str]) -> str:
        """Return what the driver is given: its own parameters, those of the user first."""
        query = urlencode({**more, **self.options}, quote_via=quote)
        return f"{self.base}?{query}" if query else self.base

    def __str__(self) -> str:
        return self.base


def slug(text: str) -> str:
    """Return a name as ids are written: lower case, a hyphen for all but letters and digits."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "unnamed"


def is_server(source: Any) -> bool:
    """Whether a source names a server, by its scheme."""
    return isinstance(source, str) and source.partition("://")[0] in SCHEMES


def without_secrets(source: Any) -> str:
    """Return an address as a message may show it: without password, and what stands behind it.

    Any other source is shown as it is.
    """
    if not is_server(source):
        return str(source)
    scheme, _, rest = str(source).partition("://")
    where = re.split(r"[?#]", rest, maxsplit=1)[0]
    account, at, host = where.rpartition("@")
    return f"{scheme}://{account.partition(':')[0]}{at}{host}"


def parse_address(text: str) -> Address:
    """Return the address a user wrote.

    Parameters
    ----------
    text : str
        ``postgresql://reader@db.lab.org/archive?licence=CC-BY-4.0``,
        ``galvanalyser+https://galv.lab.org/api?hub=my_lab``.

    Raises
    ------
    CatalogError
        It holds a password, a key that means nothing, or a value that may not be. The password is
        not repeated.
    """
    try:
        parts = urlsplit(text)
        password, _ = parts.password, parts.port
    except ValueError as error:
        raise CatalogError(f"The address of a server cannot be read: {error}.") from None
    scheme = SCHEMES[parts.scheme]
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if password is not None or any(key.casefold() in _SECRETS for key in asked):
        host = parts.hostname or "the server"
        raise CatalogError(
            f"The address of {host} holds a password or a token, which would end in a notebook or "
            f"a settings file. Take it out, and {_where_to_keep(scheme)}."
        )
    allowed = (*OURS, *THEIRS) if scheme == "postgresql" else OURS
    for key in asked:
        if key not in allowed:
            raise CatalogError(
                f"{parts.scheme}://{parts.hostname}: no key is called {key!r}."
                f"{did_you_mean(key, allowed)} Known: {', '.join(allowed)}."
            )
    said = {key: value for key, value in asked.items() if key in OURS}
    options = {key: value for key, value in asked.items() if key not in OURS}
    _check(said, parts.hostname or "")
    address = Address(scheme, parts.netloc, parts.path, options, said)
    if scheme != "postgresql" and not address.host:
        raise CatalogError(f"{text} names no host. Write galvanalyser+https://galv.my-lab.org.")
    return address


def _check(said: Mapping[str, str], host: str) -> None:
    access = said.get("access")
    if access is not None and access not in ACCESS_LEVELS:
        raise CatalogError(
            f"{host}: access is {access!r} and must be one of {', '.join(ACCESS_LEVELS)}."
            f"{did_you_mean(access, ACCESS_LEVELS)}"
        )
    timeout = said.get("timeout")
    if timeout is not None and not re.fullmatch(r"[1-9]\d{0,5}(\.\d+)?", timeout):
        raise CatalogError(f"{host}: timeout is {timeout!r} and must be a number of seconds.")
    hub = said.get("hub")
    if hub is not None and not re.fullmatch(r"[A-Za-z0-9][\w.-]*", hub):
        raise CatalogError(
            f"{host}: hub is {hub!r} and must be an id of letters, digits, '-', '_' and '.'."
        )


def _where_to_keep(scheme: str) -> str:
    if scheme == "postgresql":
        return "keep it in ~/.pgpass, or set PGPASSWORD before you start Python"
    return "keep it as the password of the host in ~/.netrc, or set GALVANALYSER_TOKEN"
