"""Servers opened as hubs: a self-hosted Battery Archive database, a Galvanalyser.

A server is asked only if its user names it: as an argument of `open_hubs`, in ``BDG_CATALOGS`` or
in the user's configuration. A catalog cannot name one. Opening asks for metadata; measurements are
read when a table is asked for, of the cells and cycles asked for.
"""

from collections.abc import Iterator

from bdg_explore.hubs.entries import Dataset, Hub

from .address import is_server, parse_address, without_secrets

__all__ = ["is_server", "records_of", "without_secrets"]


def records_of(source: str) -> Iterator[Hub | Dataset]:
    """Yield the hub that a server is, and its data sets.

    Parameters
    ----------
    source : str
        Address of the server, see `parse_address`.

    Raises
    ------
    CatalogError
        The address is not right.
    ServerError
        The server cannot be reached, does not let us in, or is not what it should be.
    """
    address = parse_address(source)
    # What speaks with a server is slow to load: only the one that is needed.
    if address.scheme == "postgresql":
        from .battery_archive import open_archive

        return open_archive(address)
    from .galvanalyser import open_galvanalyser

    return open_galvanalyser(address)
