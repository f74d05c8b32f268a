"""The hub and the data sets that a server makes: private, of unknown licence, unless it is said."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bdg_explore.hubs.entries import Dataset, Hub, TableServer, TableSource

from .address import Address, slug


def hub_of(address: Address, *, operator: str | None, notes: str | None) -> Hub:
    """Return the hub; its owner's words stand in the address."""
    return Hub(
        id=address.hub,
        name=address.said.get("name") or address.hub,
        operator=operator,
        access=address.access,
        licence=address.said.get("licence"),
        contact=address.said.get("contact"),
        notes=notes,
    )


def dataset_of(
    hub: Hub,
    address: Address,
    called: str,
    *,
    title: str,
    description: str,
    facts: pd.DataFrame,
    tables: Mapping[str, tuple[str, ...]],
    server: TableServer,
    format: str,
    segment: str = "full_cell",
    notes: str | None = None,
) -> Dataset:
    """Return a data set whose tables a server reads.

    Parameters
    ----------
    hub : Hub
        The hub it belongs to.
    address : Address
        What its owner says of licence and access.
    called : str
        What the server calls it; its id is the hub's and this.
    title, description, notes : str
        In words.
    facts : DataFrame
        Columns of the cells table, indexed by native id.
    tables : mapping
        Table -> native ids it holds.
    server : TableServer
        Who reads them.
    format : str
        What is spoken with it.
    segment : str
        One of the four segments.
    """
    primary: dict[str, Any] = {"contact_details": hub.contact} if hub.contact else {}
    return Dataset(
        id=f"{hub.id}-{slug(called)}",
        hub=hub,
        description=description,
        title=title,
        segment=segment,
        kind="experimental",
        licence=address.said.get("licence") or "unknown",
        access=address.access,
        primary=primary,
        secondary={},
        citation={},
        tables={
            name: TableSource(name, (), format, cells=cells, server=server)
            for name, cells in tables.items()
        },
        notes=notes,
        told=facts,
    )
