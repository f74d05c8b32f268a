"""Many hubs as one: their data sets, their cells, and the tables of any of them."""

import warnings
from collections import Counter
from collections.abc import Iterable
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.analysis import equivalent_full_cycles, summarize_cycles
from bdg_explore.columns import (
    CELL,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DATASET,
    EQUIVALENT_FULL_CYCLES,
    NATIVE_ID,
    NOMINAL_CAPACITY,
    NOTE,
    TABLES,
)
from bdg_explore.errors import (
    BdgError,
    CatalogError,
    MissingDataError,
    MissingDataWarning,
    ParameterError,
    UnknownNameError,
    did_you_mean,
)
from bdg_explore.shipped import catalogs_folder

from .catalogs import records_in
from .cells import alias_map, cells_of, facts_of, joined
from .download.consent import Permit
from .download.offer import fetched, natives_of, offer
from .download.plan import Plan
from .entries import PRIMARY, Dataset, Hub, TableSource
from .finding import cells_found, datasets_found
from .lookup import Cells, holders, uids_of
from .mirror import Mirror, all_mirrors
from .missing import told
from .opening import open_part, stacked
from .search import CellIndex
from .search_datasets import searched_table
from .servers import is_server, records_of
from .settings import user_catalogs
from .sql import query as sql_query
from .tables import is_here

_SUMMARIES_KEPT: Final = 512


class Hubs:
    """Catalogs of battery data, opened together.

    Made by `open_hubs`. Opening reads catalogs and facts only; measurements are read, or fetched,
    when a table is asked for.

    Parameters
    ----------
    datasets : iterable of Dataset
        The data sets of all catalogs.
    mirror : mapping
        Local tables that stand in for the web, by data set and table.

    Notes
    -----
    A `Hub` among the data sets is known from then on, even if it holds none.
    """

    def __init__(self, datasets: Iterable[Dataset | Hub], mirror: Mirror | None = None) -> None:
        self._datasets: dict[str, Dataset] = {}
        self._hubs: dict[str, Hub] = {}
        for dataset in datasets:
            hub = dataset if isinstance(dataset, Hub) else dataset.hub
            self._hubs.setdefault(hub.id, hub)
            if isinstance(dataset, Hub):
                continue
            if dataset.id in self._datasets:
                other = self._datasets[dataset.id].hub.id
                raise CatalogError(
                    f"Two data sets are called {dataset.id}, in the hubs {other} and "
                    f"{dataset.hub.id}. Rename one: ids are unique across hubs."
                )
            self._datasets[dataset.id] = dataset
        self._mirror = mirror or {}
        self._facts = {name: facts_of(dataset) for name, dataset in self._datasets.items()}
        self._aliases = {name: alias_map(facts) for name, facts in self._facts.items()}
        self._summaries: dict[str, pd.DataFrame] = {}

    def __repr__(self) -> str:
        held = f"{len(self._datasets)} data sets, {len(self.cells)} cells"
        return f"<Hubs: {len(self._hubs)} hubs, {held}>"

    # --- what there is ----------------------------------------------------------------------------

    @cached_property
    def hubs(self) -> pd.DataFrame:
        """One row a hub, indexed by its id: who runs it, how it shares, how much it holds."""
        held = Counter(dataset.hub.id for dataset in self._datasets.values())
        rows = [
            {
                "hub": hub.id,
                "name": hub.name,
                "operator": hub.operator,
                "datasets": held[hub.id],
                "access": hub.access,
                "licence": hub.licence,
                "contact": hub.contact,
                "landing_url": hub.landing_url,
                "unverified": ", ".join(hub.unverified),
                NOTE: hub.notes,
            }
            for hub in self._hubs.values()
        ]
        return pd.DataFrame(rows, columns=list(rows[0]) if rows else ["hub"]).set_index("hub")

    @cached_property
    def datasets(self) -> pd.DataFrame:
        """One row a data set, indexed by its id."""
        known = self.cells[DATASET].value_counts()
        here = self.cells.groupby(DATASET)["availability"].agg(lambda s: (s == "here").sum())
        rows = [
            {
                DATASET: dataset.id,
                "hub": dataset.hub.id,
                "hub_name": dataset.hub.name,
                "title": dataset.title,
                "description": dataset.description,
                "segment": dataset.segment,
                "kind": dataset.kind,
                "cells_stated": dataset.cells_stated,
                "stated": dataset.stated,
                "cells_known": int(known.get(dataset.id, 0)),
                "cells_here": int(here.get(dataset.id, 0)),
                "tables": " ".join(self._tables(dataset)),
                "licence": dataset.licence,
                "access": dataset.access,
                "doi": dataset.doi,
                "citation": dataset.reference,
                "landing_url": dataset.landing_url,
                **{key: _plain(dataset.primary.get(key)) for key in PRIMARY},
                "missing": ", ".join(dataset.missing),
                "also_in": " ".join(dataset.also_in),
                "unverified": ", ".join(dataset.unverified),
                NOTE: dataset.notes,
            }
            for dataset in self._datasets.values()
        ]
        return pd.DataFrame(rows, columns=list(rows[0]) if rows else [DATASET]).set_index(DATASET)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """One row a cell, indexed by its uid ``<data set>/<native id>``; unknown is missing."""
        return joined(
            [
                cells_of(dataset, self._tables(dataset), self._facts[name], self._aliases[name])
                for name, dataset in self._datasets.items()
            ]
        )

    @cached_property
    def index(self) -> CellIndex:
        """The search index over `cells`."""
        known = searched_table(self._datasets.values(), self.datasets)
        return CellIndex(self.cells, known)

    def dataset(self, name: str) -> Dataset:
        """Return the record of a data set: title, licence, citation, tables.

        Raises
        ------
        UnknownNameError
            No data set has that id; names the nearest.
        """
        if name not in self._datasets:
            raise UnknownNameError(
                f"No data set is called {name!r}.{did_you_mean(name, self._datasets)} "
                "hubs.datasets lists them."
            )
        return self._datasets[name]

    def find(self, text: str = "", **filters: Any) -> pd.DataFrame:
        """Find cells by words and by conditions on their columns.

        Parameters
        ----------
        text : str
            Words that must all be met, in any order: chemistry by any of its names, quantities
            with their unit (``25C``, ``2.5 Ah``, ``C/2``, ``>2Ah``), data set, hub, model,
            protocol, id. ``"in quotes"`` is looked for letter by letter. Letter case and accents
            do not matter. See `docs/search.md`.
        **filters
            ``column=value`` (equal), ``column=[a, b]`` (any of them), ``column=(low, high)`` for
            numbers (both ends included, None leaves an end open).

        Returns
        -------
        DataFrame
            The rows of `cells` that match, the best first; empty if none does. Without text they
            stay in their order. ``.attrs["understood"]`` says how each word was taken,
            ``.attrs["datasets"]`` names the data sets that match but list no cells.

        Raises
        ------
        UnknownNameError
            No column has that name; names the nearest.

        Warns
        -----
        SearchWarning
            A misspelling was forgiven, near values stand in for a quantity that no cell meets, or
            only data sets without a list of cells match.
        """
        return cells_found(self.index, text, filters)

    def find_datasets(self, text: str = "", **filters: Any) -> pd.DataFrame:
        """Find data sets, also those whose cells nobody listed.

        Parameters
        ----------
        text : str
            Words as `find` takes them; each must be said of the data set or of one of its cells.
        **filters
            Conditions on columns of `datasets`.

        Returns
        -------
        DataFrame
            The rows of `datasets` that match, the best first.

        Raises
        ------
        UnknownNameError
            No column has that name; names the nearest.

        Warns
        -----
        SearchWarning
            As for `find`.
        """
        return datasets_found(self.index, self.datasets, text, filters)

    # --- tables -----------------------------------------------------------------------------------

    def cycles(
        self, cells: Cells, *, download: bool = True, accept_unknown_licence: bool = False
    ) -> pd.DataFrame:
        """Return one row a cycle for the cells asked for.

        Where a data set holds only time series they are summarized (`summarize_cycles`).

        Parameters
        ----------
        cells : str, iterable of str, or DataFrame
            A uid, several, or rows of `cells`.
        download : bool
            Whether files may be fetched from the web; False uses what is here.
        accept_unknown_licence : bool
            The explicit yes without which no file of an unknown licence is fetched.

        Returns
        -------
        DataFrame
            Columns of the cycles contract and `cell`. Where some cells have no data,
            ``.attrs["missing"]`` maps their uid to the reason, and a warning says so.

        Raises
        ------
        UnknownNameError
            A uid is not known.
        MissingDataError
            None of the cells has data that can be had here.
        """
        return self.table(
            "cycles", cells, download=download, accept_unknown_licence=accept_unknown_licence
        )

    def timeseries(
        self,
        cell: Cells,
        cycles: Iterable[int] | None = None,
        *,
        download: bool = True,
        accept_unknown_licence: bool = False,
    ) -> pd.DataFrame:
        """Return the records of one cell, in test order.

        Parameters
        ----------
        cell : str
            A uid, or a frame of cells with one row.
        cycles : iterable of int, optional
            Only these cycle numbers, as the tester counted them.
        download : bool
            Whether files may be fetched from the web.
        accept_unknown_licence : bool
            See `cycles`.

        Returns
        -------
        DataFrame
            A canonical frame with column `cell`: time [s], voltage [V], current [A, positive
            charges] and what else the test recorded.

        Raises
        ------
        MissingDataError
            The cell has no time series here, or none of those cycles.
        ParameterError
            More than one cell was asked for.
        """
        uids = uids_of(cell, self.cells, self._rows)
        if len(uids) != 1:
            raise ParameterError(
                f"timeseries takes one cell and was given {len(uids)}. "
                'Use hubs.table("timeseries", cells) for several.'
            )
        frame = self.table(
            "timeseries",
            uids,
            cycles=cycles,
            download=download,
            accept_unknown_licence=accept_unknown_licence,
        )
        if cycles is not None and frame.empty:
            raise MissingDataError(
                f"{uids[0]} has no time series of cycles {sorted(cycles)}. "
                f'hubs.timeseries("{uids[0]}")["{CYCLE}"].unique() lists those it has.'
            )
        return frame

    def table(
        self,
        name: str,
        cells: Cells | None = None,
        *,
        cycles: Iterable[int] | None = None,
        download: bool = True,
        accept_unknown_licence: bool = False,
    ) -> pd.DataFrame:
        """Return any table of the cells asked for.

        Parameters
        ----------
        name : str
            `cycles`, `timeseries`, `curves` or another table a data set holds.
        cells : str, iterable of str, or DataFrame, optional
            Which cells; all that hold the table and are here, if not given.
        cycles : iterable of int, optional
            Only these cycle numbers.
        download : bool
            Whether files may be fetched from the web.
        accept_unknown_licence : bool
            See `cycles`.

        Returns
        -------
        DataFrame
            The table, with column `cell`; see `cycles` for ``.attrs["missing"]``.

        Raises
        ------
        UnknownNameError
            No table, or no cell, has that name.
        MissingDataError
            None of the cells holds the table, or none can be had here.
        """
        if name == "cells":
            return (
                self.cells
                if cells is None
                else self.cells.loc[uids_of(cells, self.cells, self._rows)]
            )
        self._known_table(name)
        wanted = holders(name, self.cells, here=True) if cells is None else cells
        uids = uids_of(wanted, self.cells, self._rows)
        asked = None if cycles is None else list(cycles)
        permit = Permit(download, accept_unknown_licence)
        parts: list[pd.DataFrame] = []
        missing: dict[str, str] = {}
        errors: list[BdgError] = []
        members_of = self._slim.iloc[[self._rows[uid] for uid in uids]].groupby(DATASET, sort=False)
        for dataset_id, members in members_of:
            dataset = self._datasets[str(dataset_id)]
            part = open_part(
                dataset,
                self._tables(dataset),
                self._aliases[dataset.id],
                name,
                members,
                cycles=asked,
                permit=permit,
                summary=partial(self._summary, permit=permit),
            )
            parts.append(part.frame)
            missing.update(part.missing)
            errors += part.errors
        frame = stacked(parts)
        if asked is None:
            absent = set(uids) - set(missing) - set(frame[CELL].unique())
            missing.update(dict.fromkeys(sorted(absent), f"the table {name} holds nothing of it"))
        if len(missing) == len(uids):
            # One cause is told as it is; several are told together.
            raise errors[0] if len(errors) == 1 else MissingDataError(told(name, missing))
        if name == "cycles" and asked is None:
            self._count_full_cycles(frame)
        frame.attrs["missing"] = missing
        if missing:
            warnings.warn(told(name, missing), MissingDataWarning, stacklevel=2)
        return frame

    def fetch(
        self,
        dataset: str,
        *,
        tables: Iterable[str] | None = None,
        cells: Cells | None = None,
        files: Iterable[str] | None = None,
        accept_unknown_licence: bool = False,
        dry_run: bool = False,
        progress: bool | None = None,
    ) -> pd.DataFrame:
        """Fetch files of a data set into the cache: whole, verified, several at once.

        Files that are here already are not fetched again, and a download that broke off goes on
        from where it stopped. Licence and citation are kept beside the files. Where the entry
        names no file, the record it names (at Zenodo, figshare, Dataverse, OSF, Mendeley Data or
        a CKAN portal) is looked up.

        Parameters
        ----------
        dataset : str
            Id of the data set.
        tables : iterable of str, optional
            Only these tables; ``raw`` stands for files that no table is made of.
        cells : str, iterable of str, or DataFrame, optional
            Only files that hold one of these cells.
        files : iterable of str, optional
            Only files whose names match one of these patterns (``*.csv``).
        accept_unknown_licence : bool
            The explicit yes without which no file of an unknown licence is fetched.
        dry_run : bool
            Fetch nothing; tell what would be fetched, and how large it is.
        progress : bool, optional
            True shows bars, False none; by default where somebody looks.

        Returns
        -------
        DataFrame
            One row a file, indexed by its name: table, cell, bytes, path (missing where it is not
            here) and url.

        Raises
        ------
        UnknownNameError
            No data set, table, cell or file has that name; names the nearest.
        MissingDataError
            Nothing of the data set can be fetched; says how to get it.
        FetchError
            It may not be fetched, or not all of it can be had.
        """
        plan = self.offer(dataset, tables=tables, cells=cells, files=files)
        if not dry_run:
            plan = fetched(plan, Permit(unknown_licence=accept_unknown_licence), progress)
        return plan.frame()

    def offer(
        self,
        dataset: str,
        *,
        tables: Iterable[str] | None = None,
        cells: Cells | None = None,
        files: Iterable[str] | None = None,
        record: bool = False,
    ) -> Plan:
        """Return what `fetch` would fetch; with `record`, the files of the record."""
        found = self.dataset(dataset)
        natives = None if cells is None else natives_of(found, cells, self._aliases[dataset])
        return offer(
            found,
            self._tables(found),
            only=None if tables is None else list(tables),
            cells=natives,
            patterns=None if files is None else list(files),
            record=record,
        )

    def sql(self, query: str) -> pd.DataFrame:
        """Answer a question in SQL (DuckDB) over the tables that are here.

        `cells` and `datasets` are always there; `cycles`, `timeseries` and `curves` are the union
        of the Parquet tables on this machine, with `cell` the uid. Tables in other formats, and
        those on servers, take part only through `hubs.cycles` and its kin.

        Raises
        ------
        BdgError
            DuckDB's message, where the query is not right.
        """
        local = [
            (dataset, table, self._aliases[dataset.id])
            for dataset in self._datasets.values()
            for table in self._tables(dataset).values()
            if is_here(table)
        ]
        return sql_query(query, self.cells.reset_index(), self.datasets.reset_index(), local)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {str(uid): row for row, uid in enumerate(self.cells.index)}

    @cached_property
    def _slim(self) -> pd.DataFrame:
        """What opening a table asks of a cell; taking rows of all columns would cost more."""
        return self.cells[[DATASET, NATIVE_ID, TABLES, NOTE]]

    # --- inside -----------------------------------------------------------------------------------

    def _tables(self, dataset: Dataset) -> dict[str, TableSource]:
        return {**dataset.tables, **self._mirror.get(dataset.id, {})}

    def _known_table(self, name: str) -> None:
        known = {table for dataset in self._datasets.values() for table in self._tables(dataset)}
        if name not in known | {"cycles", "timeseries", "curves"}:
            raise UnknownNameError(
                f"No table is called {name!r}.{did_you_mean(name, known)} "
                f"Known here: {', '.join(sorted(known))}."
            )

    def _count_full_cycles(self, frame: pd.DataFrame) -> None:
        """Add equivalent full cycles to whole lives of cells whose nominal capacity is known."""
        nominal = self.cells[NOMINAL_CAPACITY].iloc[[self._rows[c] for c in frame[CELL].unique()]]
        lacks = EQUIVALENT_FULL_CYCLES not in frame.columns
        measured = {CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY} & set(frame.columns)
        if lacks and measured and nominal.notna().all():
            frame[EQUIVALENT_FULL_CYCLES] = equivalent_full_cycles(
                frame, nominal_capacity_ah=nominal
            )

    def _summary(self, uid: str, *, permit: Permit) -> pd.DataFrame:
        if uid not in self._summaries:
            frame = self.table(
                "timeseries",
                uid,
                download=permit.download,
                accept_unknown_licence=permit.unknown_licence,
            )
            nominal = float(self.cells[NOMINAL_CAPACITY].loc[uid])
            if len(self._summaries) >= _SUMMARIES_KEPT:
                self._summaries.pop(next(iter(self._summaries)))
            self._summaries[uid] = summarize_cycles(
                frame, nominal_capacity_ah=None if np.isnan(nominal) else nominal
            )
        return self._summaries[uid].copy()


def open_hubs(*sources: str | Path) -> Hubs:
    """Open the catalogs that ship, the user's own, and any that are named.

    Parameters
    ----------
    *sources : str or Path
        More catalogs: a YAML file, a folder with ``catalog.yaml``, or an https address. Or a
        server: ``postgresql://reader@db.lab.org/archive`` (Battery Archive's published tables) or
        ``galvanalyser+https://galv.lab.org``; see ``docs/servers.md``.

    Returns
    -------
    Hubs
        All of them as one. ``BDG_CATALOGS`` and the user's configuration add catalogs, and
        ``BDG_MIRROR`` names folders that stand in for the web.

    Raises
    ------
    CatalogError
        A catalog or a mirror is not what it should be; the message names the place.
    ServerError
        A server that is named here cannot be opened. One that stands in the configuration is left
        out instead, with a warning.
    """
    opened = [catalogs_folder() / "bdg.yaml", *user_catalogs(), *sources]
    records = (
        records_of(str(source), configured=source not in sources)
        if is_server(source)
        else records_in(source)
        for source in opened
    )
    return Hubs(chain.from_iterable(records), all_mirrors())


def _plain(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
