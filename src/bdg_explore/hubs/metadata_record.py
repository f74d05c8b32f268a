"""What a catalog says about a data set as the record that exports and FAIR indicators take."""

from functools import cache
from typing import Any

from bdg_explore import readers
from bdg_explore.metadata import Indicator, Record, fair_indicators

from .entries import Dataset, TableSource
from .sharing import effective_access


def record_of(dataset: Dataset) -> Record:
    """Return the metadata of a data set as a whole.

    Parameters
    ----------
    dataset : Dataset
        As `Hubs.dataset` returns it.

    Returns
    -------
    Record
        For `to_battinfo`, `to_datacite`, `to_schema_org` and `to_ro_crate` of
        `bdg_explore.metadata`; its ``uid`` is the data set's id.

    Raises
    ------
    MetadataError
        A value is one that its field cannot hold.
    """
    metadata: dict[str, Any] = {
        name: getattr(dataset, name)
        for name in ("title", "segment", "kind", "licence", "landing_url", "notes")
    }
    metadata |= {
        "access": effective_access(dataset),
        "doi": dataset.data_doi,
        "primary": dict(dataset.primary),
        "secondary": dict(dataset.secondary),
        "citation": dict(dataset.citation),
        "unverified": list(dataset.unverified),
        "embargo_until": dataset.embargo_until and dataset.embargo_until.isoformat(),
    }
    args = {
        "tables": {name: _files(table) for name, table in dataset.tables.items()},
        "downloads": [
            {"name": one.name, "url": one.url, "bytes": one.size, "sha256": one.sha256,
             "layout": one.layout}
            for one in dataset.downloads
        ],
    }  # fmt: skip
    hub = {"id": dataset.hub.id, "name": dataset.hub.name, "operator": dataset.hub.operator}
    entry = {"description": dataset.description, "args": args, "metadata": metadata}
    return Record.from_entry(entry, dataset=dataset.id, hub=hub)


def fair_of(dataset: Dataset) -> tuple[Indicator, ...]:
    """Answer the FAIR indicators for a data set that a catalog lists.

    Nothing is asked of the web: whether an address answers stays open.
    """
    return fair_indicators(record_of(dataset), listed=True, mapped=is_mapped(dataset))


def is_mapped(dataset: Dataset) -> bool | None:
    """Tell whether readers name the columns of every table; None where it has no table."""
    if not dataset.tables:
        return None
    return all(table.format in _formats() for table in dataset.tables.values())


@cache
def _formats() -> frozenset[str]:
    return frozenset(map(str, readers.formats().index))


def _files(table: TableSource) -> dict[str, Any]:
    files = [
        {"url": one.url, "cell": one.cell, "bytes": one.size, "sha256": one.sha256}
        for one in table.files
    ]
    return {"format": table.format, "files": files}
