"""The one seam to Intake: our entries as its drivers.

Everything of substance lives in modules that know nothing of Intake; what stands here translates.
`DatasetCatalog` is an entry of a hub's file, a small catalog of the data set's tables;
`TableSource` is one table, with the parameter `cell`. `HubCatalog` opens a catalog of somebody
else's: ``intake.open_bdg_catalog("https://...")``.

Notes
-----
Intake fills in templates before any of this is asked, and they reach the environment. A catalog
from outside is therefore opened with `HubCatalog`, which parses it as data; the entries of one
that was opened with Intake's own are held to its folder here all the same.

Catalogs use Intake's ``sources:`` form, whose parameters, nesting and search work in 2.0.9.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import intake
import pandas as pd
from intake.catalog import Catalog
from intake.catalog.local import LocalCatalogEntry, UserParameter
from intake.source.base import DataSource, Schema

from bdg_explore.columns import CELL, NOTE
from bdg_explore.errors import BdgError, MissingDataError, ParameterError, did_you_mean
from bdg_explore.hubs import catalog_path

from .catalogs import datasets_in, resolved
from .collection import Hubs
from .entries import Dataset, Hub, dataset_from_entry
from .mirror import all_mirrors
from .missing import why_not
from .places import Place, place_in
from .sharing import shows_others
from .values import check_entry, checked_id

ALL = ""


class NoTableError(MissingDataError, KeyError, AttributeError):
    """A data set has no table of that name to be had here."""

    def __str__(self) -> str:
        return str(self.args[0])


class CellParameter(UserParameter):
    """Parameter `cell` of a table: a native id, or an empty text for all."""

    def validate(self, value: Any) -> str:
        """Return the value, or refuse it by name."""
        if value not in self.allowed:
            raise ParameterError(
                f"cell={value!r} is not a cell of this table."
                f"{did_you_mean(str(value), self.allowed)} "
                f"It has {len(self.allowed) - 1}, for instance {', '.join(self.allowed[1:4])}; "
                'leave cell out, or give "", for all.'
            )
        return str(value)


class TableEntry(LocalCatalogEntry):
    """Entry of a table; quiet about shell commands, which no parameter of ours ever holds."""

    def get(self, **user_parameters: Any) -> Any:
        """Return the source for the given parameters."""
        with warnings.catch_warnings():
            # Intake 2.0.9 says so for every text parameter, whatever it holds.
            warnings.filterwarnings("ignore", message="Shell command not executed")
            return super().get(**user_parameters)


class DatasetCatalog(Catalog):
    """A data set as a catalog of its tables.

    Parameters
    ----------
    tables, downloads, cells
        The entry's `args`, see the catalogs' own documentation.
    metadata : mapping
        The entry's metadata.
    dataset : Dataset, optional
        The data set, where it was read already.
    """

    name = "bdg_dataset"
    container = "catalog"
    version = "0.1"

    def __init__(
        self,
        tables: Mapping[str, Any] | None = None,
        downloads: Any = None,
        cells: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        dataset: Dataset | None = None,
        **kwargs: Any,
    ) -> None:
        self._dataset = dataset
        given = {"tables": tables, "downloads": downloads, "cells": cells}
        self._args = {key: value for key, value in given.items() if value}
        self._made: dict[str, LocalCatalogEntry] | None = None
        super().__init__(metadata=dict(metadata or {}), **kwargs)

    @property
    def _entries(self) -> dict[str, LocalCatalogEntry]:
        # Intake tells a source its name only after it was made, so tables are listed when asked.
        if self._made is None:
            self._made = self._list()
        return self._made

    @_entries.setter
    def _entries(self, value: Any) -> None:
        """Let the base class set what is listed on demand here."""

    def __getitem__(self, key: Any) -> Any:
        """Return a table, or say why there is none and how to get it."""
        try:
            return super().__getitem__(key)
        except KeyError as error:
            if self._dataset is None:
                raise
            held = self._dataset.tables
            why = why_not(self._dataset, str(key), pd.Series({NOTE: None}), held)
            raise NoTableError(f"{why}.{did_you_mean(str(key), self._entries)}") from error

    def __getattr__(self, item: str) -> Any:
        """Return a table by its name as an attribute."""
        if item.startswith("_") or item == "entry":
            raise AttributeError(item)
        return self[item]

    def _list(self) -> dict[str, LocalCatalogEntry]:
        if self._dataset is None:
            if not self.name or self.name == DatasetCatalog.name:
                return {}
            self._dataset = self._described()
        hubs = Hubs([self._dataset], all_mirrors())
        hubs = hubs.for_others() if shows_others() else hubs
        return {name: _table_entry(hubs, self._dataset, name, self) for name in _table_names(hubs)}

    def _described(self) -> Dataset:
        """Return the data set of an entry that Intake has read and filled in."""
        where = f"Intake catalog: {self.name}"
        entry: dict[str, Any] = {
            "driver": DatasetCatalog.name,
            "description": self.description or "",
            "args": self._args,
            "metadata": {k: v for k, v in self.metadata.items() if k != "catalog_dir"},
        }
        check_entry(entry, where)
        place = _place(self.metadata.get("catalog_dir"))
        hub = checked_id(self.metadata.get("hub") or "local", f"{where}: hub")
        name = checked_id(self.name, where)
        around = vars(self).get("catalog_object")  # the hub's own file, where there is one
        head = (around.metadata.get("hub") or {}) if around is not None else {}
        access = head.get("access") if isinstance(head, Mapping) else None
        owner = Hub(hub, hub, access=access)
        return dataset_from_entry(
            name, resolved(entry, place, where) if place else entry, owner, where, place
        )


class HubCatalog(Catalog):
    """Somebody's catalog, parsed as data: no template, no driver and no code of its own.

    Parameters
    ----------
    source : str
        A YAML file, a folder with ``catalog.yaml``, or an https address; see `open_hubs`.
    """

    name = "bdg_catalog"
    container = "catalog"
    version = "0.1"

    def __init__(
        self, source: str, metadata: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self._source = source
        super().__init__(metadata=dict(metadata or {}), **kwargs)
        self._captured_init_kwargs = {"source": source}

    def _load(self) -> None:
        self._entries = {
            one.id: LocalCatalogEntry(
                name=one.id,
                description=one.description,
                driver=DatasetCatalog,
                args={"dataset": one},
                metadata={"hub": one.hub.id, "segment": one.segment, "licence": one.licence},
                catalog=self,
                getenv=False,
                getshell=False,
            )
            for one in datasets_in(self._source)
        }


class TableSource(DataSource):
    """One table of a data set.

    Parameters
    ----------
    hubs : Hubs
        The data set, opened alone.
    table : str
        Name of the table.
    cell : str
        Native id, or an empty text for all cells.
    """

    name = "bdg_table"
    container = "dataframe"
    version = "0.1"
    partition_access = True

    def __init__(
        self,
        hubs: Hubs,
        table: str,
        cell: str = ALL,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(metadata=dict(metadata or {}))
        self._hubs, self._table, self._cell = hubs, table, cell
        # What Intake needs to make this source again with another `cell`.
        self._captured_init_kwargs = {"hubs": hubs, "table": table, "cell": cell}

    def _uids(self) -> list[str]:
        holders = _holders(self._hubs, self._table)
        return [uid for uid in holders if not self._cell or uid.split("/", 1)[1] == self._cell]

    def _cells(self) -> pd.DataFrame:
        return self._hubs.cells.loc[self._uids()]

    def _get_schema(self) -> Schema:
        # Facts are here; measurements are asked for their columns, and may have to be fetched.
        head = self._cells() if self._table == "cells" else self._get_partition(0).head(0)
        dtype = {name: str(kind) for name, kind in head.dtypes.items()}
        return Schema(
            dtype=dtype,
            shape=(None, len(dtype)),
            npartitions=len(self._uids()),
            extra_metadata={},
        )

    def _get_partition(self, i: int) -> pd.DataFrame:
        return self._hubs.table(self._table, self._uids()[i])

    def read(self) -> pd.DataFrame:
        """Return the table as a pandas DataFrame."""
        if self._table == "cells":
            return self._cells()
        return self._hubs.table(self._table, self._uids())

    def to_dask(self) -> Any:
        """Return the table as a Dask DataFrame, one partition a cell.

        Raises
        ------
        BdgError
            Dask is not installed.
        """
        try:
            import dask.dataframe as dd
        except ImportError as error:
            raise BdgError(
                'Dask is not installed. Install it: pip install "bdg-explore[dask]".'
            ) from error
        uids = self._uids()
        meta = self._hubs.table(self._table, uids[0]).head(0)
        return dd.from_map(_one_cell, uids, hubs=self._hubs, table=self._table, meta=meta)

    def _close(self) -> None:
        """Nothing is held open."""


def _place(folder: Any) -> Place | None:
    """Return the place of a catalog whose folder Intake names; None for one without a file."""
    text = str(folder or "").removeprefix("file://").rstrip("/")
    if not text:
        return None
    return place_in(f"{text}/catalog.yaml")


def _one_cell(uid: str, hubs: Hubs, table: str) -> pd.DataFrame:
    return hubs.table(table, uid)


def _table_names(hubs: Hubs) -> list[str]:
    named = hubs.cells["tables"].dropna().str.split()
    return [*dict.fromkeys(["cells", *(name for names in named for name in names)])]


def _holders(hubs: Hubs, table: str) -> list[str]:
    if table == "cells":
        return list(hubs.cells.index)
    held = hubs.cells["tables"].fillna("").str.split().map(lambda names: table in names)
    return list(hubs.cells.index[held])


def _table_entry(hubs: Hubs, dataset: Dataset, table: str, owner: Catalog) -> LocalCatalogEntry:
    natives = [uid.split("/", 1)[1] for uid in _holders(hubs, table)]
    parameter = CellParameter(
        name=CELL, description="Native id of a cell; empty for all", type="str", default=ALL,
        allowed=[ALL, *natives],
    )  # fmt: skip
    return TableEntry(
        name=table,
        description=f"{table} of {dataset.description or dataset.id}",
        driver=TableSource,
        args={"hubs": hubs, "table": table, CELL: "{{ cell }}"},
        parameters=[parameter],
        metadata={**owner.metadata, "dataset": dataset.id, "table": table},
        catalog=owner,
        getenv=False,
        getshell=False,
    )


def __getattr__(name: str) -> Any:
    """Open the collection when Intake's built-in catalog asks for it."""
    if name != "bdg":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return intake.open_catalog(catalog_path("bdg"))
