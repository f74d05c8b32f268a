"""What the catalogs say about cells, read when it is first asked for, each cell once."""

import warnings
from collections.abc import Mapping
from functools import cached_property

import pandas as pd

from bdg_explore.columns import TABLES
from bdg_explore.errors import BdgError, CatalogWarning

from .cells import alias_map, cells_of, facts_of, joined
from .entries import Dataset, TableSource
from .facts import read_facts
from .same_cells import Federated, federated, links_by_content, links_by_name

Held = Mapping[str, tuple[Dataset, Mapping[str, TableSource]]]
"""Data set id -> the data set, and its tables, a mirror's included."""


class KnownCells:
    """The cells of data sets.

    Parameters
    ----------
    held : mapping
        The data sets, in the order in which they count.
    original : mapping
        Id of a data set here -> id in its catalog, where they differ.

    Attributes
    ----------
    remarks : list of str
        Whose cells could not be read.
    """

    def __init__(self, held: Held, original: Mapping[str, str]) -> None:
        self._held, self._original = held, original
        self._facts_read: dict[str, pd.DataFrame] = {}
        self._aliases_read: dict[str, dict[str, str]] = {}
        self.remarks: list[str] = []

    @cached_property
    def table(self) -> Federated:
        """One row a cell, and one row a cell and data set."""
        aliases = {name: self.aliases(name) for name in self._held}
        every = joined(
            [
                cells_of(one, tables, self.facts(name), aliases[name])
                for name, (one, tables) in self._held.items()
            ]
        )
        datasets = {name: one for name, (one, _) in self._held.items()}
        by_name = links_by_name(datasets, self._original, every, aliases)
        return federated(every, [*by_name, *links_by_content(self._held, every)])

    @cached_property
    def rows(self) -> dict[str, int]:
        """Every uid -> its row among all cells of all data sets."""
        return {uid: row for row, uid in enumerate(self.table.every.index.tolist())}

    @cached_property
    def _tables(self) -> list[list[str]]:
        return [names.split() for names in self.table.every[TABLES].fillna("").tolist()]

    def listed_as(self, uid: str) -> str:
        """Return the uid under which a cell is listed, given any of its uids."""
        return self.table.listed_as.get(uid, uid)

    def names_of(self, uid: str) -> tuple[str, ...]:
        """Return every uid of a cell, that under which it is listed first."""
        listed = self.listed_as(uid)
        return self.table.sources.get(listed, (listed,))

    def source(self, uid: str, table: str) -> str:
        """Return the uid of a cell in the data set that its table comes from."""
        several = self.table.sources.get(uid)
        if several is None:
            return uid
        wanted = (table, "timeseries") if table == "cycles" else (table,)
        return next(
            (one for name in wanted for one in several if name in self._tables[self.rows[one]]), uid
        )

    def instead(self, dataset: str, table: str) -> Mapping[str, str | None]:
        """Return native ids of cells with several sources -> the uid they are listed by, or None.

        None where the table of that cell comes from another data set.
        """
        prefix = f"{dataset}/"
        return {
            one.removeprefix(prefix): uid if self.source(uid, table) == one else None
            for uid, several in self.table.sources.items()
            for one in several
            if one.startswith(prefix)
        }

    def facts(self, name: str) -> pd.DataFrame:
        """Return the facts about a data set's cells; those on the web that cannot be had are told.

        One table that is out of reach, or unsound, must not hide the cells of all others.
        """
        if name not in self._facts_read:
            dataset = self._held[name][0]
            try:
                facts = facts_of(dataset)
            except BdgError as error:
                if "://" not in (dataset.facts or ""):
                    raise  # what lies here is the user's own to mend
                facts = read_facts(name, None)
                self.remarks.append(f"The cells of {name} are not known: {error}")
                warnings.warn(self.remarks[-1], CatalogWarning, stacklevel=2)
            self._facts_read[name] = facts
        return self._facts_read[name]

    def aliases(self, name: str) -> Mapping[str, str]:
        """Return the other names of a data set's cells -> native id."""
        if name not in self._aliases_read:
            self._aliases_read[name] = alias_map(self.facts(name))
        return self._aliases_read[name]
