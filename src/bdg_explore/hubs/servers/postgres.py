"""Ask a PostgreSQL database, read only: parameters bound, answers as Arrow, errors by name.

The driver is ADBC's, which brings rows in PostgreSQL's binary form straight into columns. Passwords
are libpq's affair: ``~/.pgpass``, ``PGPASSWORD``, a service file; none passes through here.
"""

import os
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

import pyarrow as pa

from bdg_explore.errors import ConnectionLostError, LoginError, MissingTableError, ServerError

from .address import Address

INSTALL: Final = 'pip install "bdg-explore[servers]"'
_DRIVER: Final = {
    "application_name": "bdg-explore",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
# Broken off by the administrator, by a crash, or because the server is stopping or starting.
_BROKEN: Final = ("57P01", "57P02", "57P03", "08000", "08003", "08006")
_KEPT: Final = 2
ASKED: Final = ("current_setting('bdg.asked_1')", "current_setting('bdg.asked_2')")
"""The parameters of a question, as its SQL names them.

They are bound to settings of the transaction, which end with it. A question that has parameters of
its own comes back row by row; one without comes as a binary copy, in two thirds of the time.
"""
_SETTINGS: Final = ("transaction_read_only", "statement_timeout", "bdg.asked_1", "bdg.asked_2")


class Database:
    """A database that is asked questions; a connection is kept for the next one.

    Parameters
    ----------
    address : Address
        Where it is.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._idle: list[Any] = []
        self._lock = threading.Lock()
        self._process = os.getpid()

    def __reduce__(self) -> tuple[Any, ...]:
        return Database, (self._address,)  # another process connects for itself

    def __repr__(self) -> str:
        return f"<database {self._address}>"

    def __str__(self) -> str:
        return str(self._address)

    def ask(self, query: str, *parameters: str) -> pa.Table:
        """Return the answer to a question, whole.

        Parameters
        ----------
        query : str
            SQL that names its parameters as `ASKED` does.
        *parameters : str
            Bound by the server, never put into the text; at most two.

        Raises
        ------
        ServerError
            The server cannot be reached, refuses, or breaks off; by name where that is known.
        """
        with self._lock:
            kept = self._idle.pop() if self._idle and self._process == os.getpid() else None
        if kept is not None:
            # While it was idle the server may have closed it: that is no trouble of this question.
            with suppress(_Stale):
                return self._ask(kept, query, parameters, stale=True)
        return self._ask(_connect(self._address), query, parameters)

    def _ask(
        self, connection: Any, query: str, parameters: Sequence[str], *, stale: bool = False
    ) -> pa.Table:
        dbapi = _driver(self._address)
        begun = False
        given = ("on", f"{self._address.timeout * 1000:.0f}", *parameters)
        settings = ", ".join(
            f"set_config('{name}', ${i}, true)"
            for i, (name, _) in enumerate(zip(_SETTINGS, given, strict=False), 1)
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {settings}", given)
                cursor.fetchall()
                begun = True
                cursor.execute(query)
                answer = cursor.fetch_arrow_table()
            connection.rollback()
        except dbapi.Error as error:
            _close(connection)
            if stale and not begun and _is_broken(error):
                raise _Stale from None
            raise _explained(error, self._address) from None
        except BaseException:  # interrupted in the middle: it cannot be used again
            _close(connection)
            raise
        self._keep(connection)
        return answer

    def _keep(self, connection: Any) -> None:
        with self._lock:
            if self._process != os.getpid():  # a child does not touch what its parent holds
                self._process, self._idle = os.getpid(), []
            spare = len(self._idle) >= _KEPT
            if not spare:
                self._idle.append(connection)
        if spare:
            _close(connection)

    def close(self) -> None:
        """Give the kept connections back."""
        with self._lock:
            idle, self._idle = self._idle, []
        if self._process == os.getpid():
            for connection in idle:
                _close(connection)

    def __del__(self) -> None:
        with suppress(Exception):
            self.close()


class _Stale(Exception):  # noqa: N818  (never leaves this module)
    """A kept connection was closed by the server while it was idle."""


def _driver(address: Address) -> Any:
    try:
        return import_module("adbc_driver_postgresql.dbapi")
    except ImportError as error:
        raise ServerError(
            f"{address} needs the driver of PostgreSQL, which is not installed. Next: {INSTALL}"
        ) from error


def _connect(address: Address) -> Any:
    dbapi = _driver(address)
    try:
        return dbapi.connect(address.uri(_DRIVER))
    except dbapi.Error as error:
        raise _no_entry(address, str(error)) from None


def _close(connection: Any) -> None:
    with suppress(Exception):  # it is being given up; that it is broken already is no news
        connection.close()


def _no_entry(address: Address, told: str) -> ServerError:
    """Say why no connection came about, in the server's words where they help."""
    words = _words(told)
    low = words.casefold()
    if "no password supplied" in low:
        return LoginError(
            f"{address} asks for a password, and none was found. Next: write a line for it in "
            "~/.pgpass (host:port:database:user:password, chmod 600), or set PGPASSWORD."
        )
    if "authentication failed" in low:
        return LoginError(
            f"{address} does not let us in: {words}. Next: correct the user in the address, or "
            "the password in ~/.pgpass or PGPASSWORD."
        )
    if "pg_hba.conf" in low or "permission denied" in low or "not permitted" in low:
        return LoginError(
            f"{address} does not let us in: {words}. Next: ask its administrator to let this user "
            "connect from here."
        )
    return ServerError(
        f"{address} cannot be opened: {words}. Next: check the address and the network."
    )


def _is_broken(error: Exception) -> bool:
    state = getattr(error, "sqlstate", None)
    return state in _BROKEN or (state is None and "closed the connection" in str(error))


def _explained(error: Exception, address: Address) -> ServerError:
    state, words = getattr(error, "sqlstate", None), _words(str(error))
    if _is_broken(error):
        return ConnectionLostError(
            f"{address} broke off: {words}. Nothing of what had come is kept. Next: ask again; if "
            "it breaks off again, ask for fewer cells or cycles at a time."
        )
    if state in ("42P01", "42703"):
        return MissingTableError(
            f"{address}: {words}. Next: open the hub again; its tables have changed since."
        )
    if state == "42501":
        return LoginError(
            f"{address}: {words}. Next: ask its administrator for the right to SELECT."
        )
    if state == "57014":
        return ServerError(
            f"{address} was stopped after {address.timeout:g} s, the longest a question may take. "
            "Next: ask for fewer cells or cycles, see that cell_id has an index, or allow more "
            "time with ?timeout=900 behind the address."
        )
    return ServerError(f"{address} cannot answer: {words}.")


def _words(told: str) -> str:
    """Return what the server said, without the driver's preamble and our own query."""
    text = told.partition("\n\nQuery was:")[0].partition(". SQLSTATE:")[0]
    said = re.search(r"(?:FATAL|ERROR):\s*(.+)", text) or re.search(r"failed: (.+)", text)
    return " ".join((said[1] if said else text).split()).rstrip(".")
