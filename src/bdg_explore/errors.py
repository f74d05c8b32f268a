"""What can go wrong, told as a sentence: what, where, and what next.

Everything this package raises on bad input is a `BdgError`, so one `except` catches it all.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class BdgError(Exception):
    """Base of every error this package raises on purpose."""


class FrameError(BdgError):
    """A table breaks its contract: a missing column, a wrong type, time running backwards."""


class SignError(FrameError):
    """The measurements say that positive current discharges the cell."""


class ReadError(BdgError):
    """A file of a known format cannot be read whole."""


class UnknownFormatError(BdgError):
    """No reader, or more than one, recognises a file or a format name."""


class CatalogError(BdgError):
    """A catalog, or an entry of one, is not what it should be."""


class FetchError(BdgError):
    """A file could not be brought here whole and verified."""


class ServerError(FetchError):
    """A database or a web service of a hub cannot be reached, or gives no sound answer."""


class LoginError(ServerError):
    """A server does not let us in, or not to what was asked for."""


class MissingTableError(ServerError):
    """A database lacks a table, or a column of it, that the published layout has."""


class ConnectionLostError(ServerError):
    """A server broke off in the middle; nothing of what had come is returned."""


class MissingDataError(BdgError):
    """What was asked for is known but its data are not to be had here."""


class OfflineError(FetchError):
    """A file is not here, and no server that has it can be reached, or is to be asked."""


class UnknownNameError(BdgError):
    """No cell, data set, column or table has that name."""


class MetadataError(BdgError):
    """A record of metadata is not what it should be."""


class ParameterError(BdgError, ValueError):
    """An argument lies outside what it may be."""


class SharingError(BdgError):
    """What is private or under embargo was to leave, and its owner has not said so."""


class SharingWarning(UserWarning):
    """Something private or under embargo was left out of what was to leave."""


class CatalogWarning(UserWarning):
    """A catalog beside those that ship could not be opened; the others are."""


class MissingDataWarning(UserWarning):
    """Some of the cells asked for have no data; the others are returned."""


class SearchWarning(UserWarning):
    """A search was answered in another way than it was typed: a misspelling was forgiven."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean x?"`` for the nearest known word, or an empty string.

    Parameters
    ----------
    word : str
        What was given.
    known : iterable of str
        What would have been right.

    Returns
    -------
    str
        A sentence to append to an error, with a leading space.
    """
    by_lower = {str(name).lower(): str(name) for name in known}
    asked = str(word).lower()
    near = get_close_matches(asked, by_lower, n=1, cutoff=0.6)
    near = near or [name for name in by_lower if len(asked) > 2 and asked in name]
    return f" Did you mean {by_lower[near[0]]}?" if near else ""
