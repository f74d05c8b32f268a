"""Many hubs as one: their data sets, their cells, and the tables of any of them."""

import warnings
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.analysis import equivalent_full_cycles, summarize_cycles
from bdg_explore.columns import (
    ACCESS,
    CELL,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DATASET,
    EQUIVALENT_FULL_CYCLES,
    HUB,
    NATIVE_ID,
    NOMINAL_CAPACITY,
    NOTE,
    TABLES,
)
from bdg_explore.errors import (
    BdgError,
    CatalogWarning,
    MissingDataError,
    MissingDataWarning,
    ParameterError,
    UnknownNameError,
    did_you_mean,
)
from bdg_explore.metadata.access import PRIVATE
from bdg_explore.rights import RIGHTS, rights_of
from bdg_explore.shipped import catalogs_folder

from .anonymising import write_anonymised
from .catalogs import records_in
from .download.consent import Permit
from .download.offer import fetched, natives_of, offer
from .download.plan import Plan
from .entries import Dataset, Hub, TableSource
from .exports import export
from .federation import Source, open_catalogs, told_apart
from .filters import apply_filters
from .finding import cells_found, datasets_found
from .known_cells import KnownCells
from .lookup import Cells, holders, uids_of
from .mirror import Mirror, all_mirrors
from .missing import told
from .opening import open_part, stacked
from .overviews import datasets_frame, hubs_frame
from .search.datasets import searched_table
from .search.index import CellIndex
from .settings import user_catalogs
from .sharing import for_others, shows_others, withheld
from .sql import Local
from .sql import query as sql_query
from .tables import is_here

_SUMMARIES_KEPT: Final = 512


class Hubs:
    """Catalogs of battery data, opened together.

    Made by `open_hubs`. Opening reads catalogs only; the facts about cells are read with `cells`,
    measurements are read, or fetched, when a table is asked for.

    Parameters
    ----------
    datasets : iterable of Dataset
        The data sets of all catalogs, in the order in which they count: see `cells`.
    mirror : mapping
        Local tables that stand in for the web, by data set and table.

    Notes
    -----
    A `Hub` among the data sets is known from then on, even if it holds none.
    """

    def __init__(self, datasets: Iterable[Dataset | Hub], mirror: Mirror | None = None) -> None:
        named = told_apart(list(datasets))
        self._hubs, self._datasets, self._original = named.hubs, named.datasets, named.original
        self._remarks = list(named.remarks)
        self._mirror = mirror or {}
        self._known = KnownCells(
            {name: (one, self._tables(one)) for name, one in named.datasets.items()},
            named.original,
        )
        self._summaries: dict[str, pd.DataFrame] = {}
        self._seen_by_others: tuple[date, Hubs] | None = None

    def __repr__(self) -> str:
        held = f"{len(self._datasets)} data sets, {len(self.cells)} cells"
        return f"<Hubs: {len(self._hubs)} hubs, {held}>"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to know of the opening: catalogs and facts out of reach, data sets renamed here."""
        return (*self._remarks, *self._known.remarks)

    # --- what there is ----------------------------------------------------------------------------

    @cached_property
    def hubs(self) -> pd.DataFrame:
        """One row a hub, indexed by its id: who runs it, how it shares, how much it holds."""
        return hubs_frame(self._hubs.values(), self._datasets.values())

    @cached_property
    def datasets(self) -> pd.DataFrame:
        """One row a data set, indexed by its id; `cells_known` counts no cell twice."""
        held = [(dataset, self._tables(dataset)) for dataset in self._datasets.values()]
        return datasets_frame(held, self._known.table)

    @property
    def cells(self) -> pd.DataFrame:
        """One row a cell, indexed by its uid ``<data set>/<native id>``; unknown is missing.

        A cell that stands in several data sets is there once: where its data are here, before
        where they can be downloaded, before the rest; among equals where it was opened first. Its
        other uids stand in `also_known_as` and name it as well as its own.
        """
        return self._known.table.cells

    @property
    def listings(self) -> pd.DataFrame:
        """One row a cell and data set: `cells`, before those of several are listed once."""
        return self._known.table.every

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
        places: dict[str, Any] = {name: filters[name] for name in (DATASET, HUB) if name in filters}
        elsewhere = self._listed_elsewhere(places) if places else None
        if elsewhere is None:
            return cells_found(self.index, text, filters)
        others = {name: value for name, value in filters.items() if name not in places}
        found = cells_found(self.index, text, others)
        return found[found.index.isin(elsewhere)]

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

    def listed_as(self, uid: str) -> str:
        """Return the uid under which `cells` lists a cell, given any of its uids."""
        return self._known.listed_as(uid)

    def holds(self, uid: str) -> bool:
        """Whether a cell is known by this uid."""
        return uid in self._known.rows

    def names_of(self, uid: str) -> tuple[str, ...]:
        """Return every uid of a cell, that under which `cells` lists it first."""
        return self._known.names_of(uid)

    # --- what others may see ----------------------------------------------------------------------

    @property
    def withheld(self) -> dict[str, str]:
        """Data sets whose tables must not leave, with the reason: private, or under embargo."""
        return withheld(self._datasets.values())

    def for_others(self) -> "Hubs":
        """Return what others may see: without private data sets, nor tables under embargo.

        Whatever leaves a machine (a page that is served, an export, a link) is made from this.

        Returns
        -------
        Hubs
            These hubs themselves where nothing is withheld.
        """
        today = date.today()
        if self._seen_by_others is None or self._seen_by_others[0] != today:
            left_out = self.withheld
            seen = self
            if left_out or any(hub.access == PRIVATE for hub in self._hubs.values()):
                records = for_others(self._hubs.values(), self._datasets.values())
                mirror = {k: v for k, v in self._mirror.items() if k not in left_out}
                seen = Hubs(records, mirror)
            self._seen_by_others = today, seen
        return self._seen_by_others[1]

    def anonymised(
        self,
        folder: str | Path,
        *,
        key: str | bytes,
        cells: Cells | None = None,
        access: str = "open",
    ) -> "Hubs":
        """Write what others may see of a private hub without learning whose it is.

        The names of hub, data sets, cells and batches are replaced by keyed hashes (HMAC-SHA256).
        Owner, operator, contact, citation, DOI, addresses, notes, file names, dates and tertiary
        metadata stay out, and so does any text with a word of those. Numbers, chemistry, cell
        design, conditions and licence are kept. Only tables that are here are written.

        Parameters
        ----------
        folder : path
            The store: a new or empty folder, which others open as a catalog.
        key : str or bytes
            At least 16 bytes, for instance ``secrets.token_hex()``; it is written nowhere. The
            same key gives the same names, so that a later store can be laid beside an earlier one.
        cells : str, iterable of str, or DataFrame, optional
            Which cells; those of all private data sets, if not given.
        access : str
            What the store says of itself; giving it away is what makes it open.

        Returns
        -------
        Hubs
            The store, opened.

        Raises
        ------
        ParameterError
            The key is short, or the folder holds something.
        MissingDataError
            No data set is private, and no cells were named.

        Notes
        -----
        Whoever has the same measurements recognises them: numbers are not changed.
        """
        private = self.cells.index[self.cells[ACCESS] == PRIVATE]
        uids = self._uids(private if cells is None else cells)
        return Hubs(records_in(write_anonymised(self, uids, Path(folder), key, access)))

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
        uids = self._uids(cell)
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
            return self.cells if cells is None else self.cells.loc[self._uids(cells)]
        self._known_table(name)
        wanted = holders(name, self.cells, here=True) if cells is None else cells
        uids = self._uids(wanted)
        sources = {self._known.source(uid, name): uid for uid in uids}
        asked = None if cycles is None else list(cycles)
        permit = Permit(download, accept_unknown_licence)
        parts: list[pd.DataFrame] = []
        missing: dict[str, str] = {}
        errors: list[BdgError] = []
        rows = self._slim.iloc[[self._known.rows[uid] for uid in sources]]
        members_of = rows.groupby(DATASET, sort=False)
        for dataset_id, members in members_of:
            dataset = self._datasets[str(dataset_id)]
            part = open_part(
                dataset,
                self._tables(dataset),
                self._known.aliases(dataset.id),
                name,
                members,
                cycles=asked,
                permit=permit,
                summary=partial(self._summary, permit=permit),
            )
            own = _listed(part.frame, sources)
            if name == "cycles" and asked is None and len(own):
                self._count_full_cycles(own)  # stacked, what one table lacks may be in another
            parts.append(own)
            missing.update({sources[uid]: why for uid, why in part.missing.items()})
            errors += part.errors
        frame = stacked(parts)
        if asked is None:
            absent = set(uids) - set(missing) - set(frame[CELL].unique())
            missing.update(dict.fromkeys(sorted(absent), f"the table {name} holds nothing of it"))
        if len(missing) == len(uids):
            # One cause is told as it is; several are told together.
            raise errors[0] if len(errors) == 1 else MissingDataError(told(name, missing))
        frame.attrs["missing"] = missing
        frame.attrs[RIGHTS] = rights_of(
            self._known.table.every.iloc[[self._known.rows[u] for u in sources]]
        )
        if missing:
            warnings.warn(told(name, missing), MissingDataWarning, stacklevel=2)
        return frame

    def export(
        self,
        table: str,
        cells: Cells,
        path: str | Path,
        *,
        cycles: Iterable[int] | None = None,
        include_private: bool = False,
        download: bool = True,
    ) -> Path:
        """Write a table for others: with licence, access, DOI, citation and kind of its data.

        Parameters
        ----------
        table : str
            `cells`, `cycles`, `timeseries` or another table.
        cells : str, iterable of str, or DataFrame
            Which cells.
        path : path
            Ends on ``.csv`` (a head of lines with ``#``), ``.parquet`` (in ``.attrs["rights"]``,
            which pandas gives back), ``.json`` or ``.html``.
        cycles : iterable of int, optional
            Only these cycle numbers.
        include_private : bool
            The owner's word that private data, and data under embargo, may leave; else they are
            left out, with a warning.
        download : bool
            Whether files may be fetched from the web.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        SharingError
            All of the cells are private or under embargo.
        ParameterError
            The path ends on something else.
        """
        asked = {"cycles": cycles, "download": download, "include_private": include_private}
        return export(self, table, self._uids(cells), path, **asked)

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
        natives = None if cells is None else natives_of(found, cells, self._known.aliases(found.id))
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
            Local(
                dataset,
                table,
                self._known.aliases(dataset.id),
                self._known.instead(dataset.id, table.name),
            )
            for dataset in self._datasets.values()
            for table in self._tables(dataset).values()
            if is_here(table)
        ]
        return sql_query(query, self.cells.reset_index(), self.datasets.reset_index(), local)

    # --- inside -----------------------------------------------------------------------------------

    @cached_property
    def _slim(self) -> pd.DataFrame:
        """What opening a table asks of a cell; taking rows of all columns would cost more."""
        return self._known.table.every[[DATASET, NATIVE_ID, TABLES, NOTE]]

    @property
    def _nominal(self) -> "pd.Series[float]":
        return self._known.table.every[NOMINAL_CAPACITY]

    def _uids(self, asked: Cells) -> list[str]:
        """Return the uids in `cells` that were asked for, each once."""
        uids = uids_of(asked, self.cells, self._known.rows)
        return (
            list(dict.fromkeys(map(self.listed_as, uids))) if self._known.table.listed_as else uids
        )

    def _listed_elsewhere(self, places: Mapping[str, Any]) -> set[str] | None:
        """Return the cells of some data sets or hubs, or None if all are listed under these.

        A cell is held by each of its data sets and hubs, not only by the one it is listed under.
        """
        held = set(apply_filters(self._known.table.every, places).index)
        return (
            {self.listed_as(uid) for uid in held}
            if held & self._known.table.listed_as.keys()
            else None
        )

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
        nominal = self._nominal.iloc[[self._known.rows[c] for c in frame[CELL].unique()]]
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
            nominal = float(self._nominal.loc[uid])
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
        A catalog that ships or is named here, or a mirror, is not what it should be; the message
        names the place.
    ServerError
        A server that is named here cannot be opened. One that stands in the configuration is left
        out instead, with a warning.

    Notes
    -----
    A catalog is opened once, however often and by whatever path it is given. One that is listed,
    or lies on the web, and cannot be opened is told in a `CatalogWarning` and in ``.remarks``; the
    others open all the same. Of two data sets with one id the second is called ``<id>@<hub>``.
    """
    listed = [Source(place, required=False) for place in user_catalogs()]
    named = [Source(place) for place in sources]
    shipped = Source(catalogs_folder() / "bdg.yaml")
    records, troubles = open_catalogs([shipped, *listed, *named])
    hubs = Hubs(records, all_mirrors())
    for trouble in troubles:
        warnings.warn(trouble, CatalogWarning, stacklevel=2)
    hubs._remarks += troubles
    return hubs.for_others() if shows_others() else hubs


def _listed(frame: pd.DataFrame, sources: Mapping[str, str]) -> pd.DataFrame:
    """Name the cells of a table as `cells` lists them; the frame is ours to change."""
    if all(source == uid for source, uid in sources.items()) or frame.empty:
        return frame
    codes, uids = pd.factorize(frame[CELL])
    frame[CELL] = pd.Index([sources.get(str(uid), uid) for uid in uids], dtype=str).take(codes)
    return frame
