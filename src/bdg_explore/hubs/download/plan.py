"""What would be fetched of a data set: its files, how large they are, and what is here of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import pandas as pd

from bdg_explore.errors import UnknownNameError, did_you_mean
from bdg_explore.hubs.entries import Dataset, TableFile, TableSource
from bdg_explore.hubs.fetching.addresses import name_of
from bdg_explore.hubs.fetching.cache import cached
from bdg_explore.hubs.fetching.parts import part_size
from bdg_explore.hubs.fetching.places import place_of

RAW: Final = "raw"  # by this name the files that no table is made of are chosen


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file of a data set.

    Attributes
    ----------
    name : str
        What people call it.
    url : str
        Where it is.
    table : str
        The table it belongs to; `RAW` for a file that is named but not read.
    cell : str or None
        Native id of the cell it holds, where it holds one.
    size : int or None
        Its length [byte]; None is unknown.
    sha256, md5 : str or None
        Checksum it must have.
    path : Path or None
        The whole, verified copy, if it is here.
    begun : int
        What a download that broke off left of it [byte].
    """

    name: str
    url: str
    table: str = RAW
    cell: str | None = None
    size: int | None = None
    sha256: str | None = None
    md5: str | None = None
    path: Path | None = None
    begun: int = 0

    @property
    def left(self) -> int | None:
        """What is still to come [byte]; None is unknown."""
        if self.path is not None:
            return 0
        return None if self.size is None else max(0, self.size - self.begun)


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of a data set that were asked for.

    Attributes
    ----------
    dataset : Dataset
        The data set.
    files : tuple of Wanted
        Each file once.
    licence : str
        The entry's, or what the record says where the files are; ``unknown`` where nobody does.
    record : str
        Landing page of the record the files were looked up in; empty where the entry names them.
    """

    dataset: Dataset
    files: tuple[Wanted, ...]
    licence: str
    record: str = ""

    @property
    def missing(self) -> tuple[Wanted, ...]:
        """The files that are not here yet."""
        return tuple(file for file in self.files if file.path is None)

    @property
    def left(self) -> int:
        """What is still to come of the files whose length is known [byte]."""
        return sum(file.left or 0 for file in self.files)

    @property
    def unknown(self) -> int:
        """How many of the files still to come are of unknown length."""
        return sum(file.left is None for file in self.files)

    def frame(self) -> pd.DataFrame:
        """Return one row a file: name, table, cell, bytes, path (missing: not here) and url."""
        rows = [
            (file.name, file.table, file.cell, file.size, file.path and str(file.path), file.url)
            for file in self.files
        ]
        frame = pd.DataFrame(rows, columns=["name", "table", "cell", "bytes", "path", "url"])
        frame["bytes"] = frame["bytes"].astype("Int64")
        frame.attrs = {"dataset": self.dataset.id, "licence": self.licence}
        return frame.set_index("name")


def wanted_of(source: TableSource, file: TableFile) -> Wanted:
    """Return a file of a table as one that is wanted."""
    told = (file.cell, file.size, file.sha256, file.md5)
    return Wanted(name_of(file.url) or file.url, file.url, source.name, *told)


def plan_of(
    dataset: Dataset,
    tables: Mapping[str, TableSource],
    *,
    only: Sequence[str] | None = None,
    cells: Iterable[str] | None = None,
    patterns: Sequence[str] | None = None,
    cache: str | Path | None = None,
) -> Plan:
    """Return what a data set's entry names on the web, as far as it was asked for.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    tables : mapping
        Its tables; those a mirror stands in for are not on the web.
    only : sequence of str, optional
        These tables; `RAW` stands for the files that no table is made of.
    cells : iterable of str, optional
        Only files that hold one of these native ids, or all cells.
    patterns : sequence of str, optional
        Only files whose names match one of them (``*.csv``).
    cache : path, optional
        See `cache_folder`.

    Raises
    ------
    UnknownNameError
        A table or a cell is not the data set's, or no file has such a name.
    """
    files = {
        file.url: file
        for source in tables.values()
        for file in _files_of(source, None if cells is None else frozenset(cells))
    }
    if cells is None:
        for raw in dataset.downloads:
            if raw.url:
                told = (raw.size, raw.sha256, raw.md5)
                files.setdefault(raw.url, Wanted(raw.name, raw.url, RAW, None, *told))
    else:
        _known_cells(dataset, tables, cells)
    chosen = list(files.values())
    if only is not None:
        known = {*tables, *(file.table for file in chosen)}
        for name in only:
            if name not in known:
                raise UnknownNameError(
                    f"{dataset.id} has no table {name!r}.{did_you_mean(name, known)} It has "
                    f"{', '.join(sorted(known)) or 'none'}."
                )
        chosen = [file for file in chosen if file.table in only]
    matched = matching(chosen, patterns, dataset.id)
    return Plan(dataset, tuple(seen_here(file, cache) for file in matched), dataset.licence)


def matching(
    files: Sequence[Wanted], patterns: Sequence[str] | None, where: str
) -> Sequence[Wanted]:
    """Return the files whose names match a pattern.

    Raises
    ------
    UnknownNameError
        A pattern matches none; names the nearest.
    """
    if patterns is None:
        return files
    names = [file.name for file in files]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UnknownNameError(
                f"No file of {where} matches {pattern!r}.{did_you_mean(pattern, names)} It has "
                f"{', '.join(names[:5]) or 'none'}{' ...' if len(names) > 5 else ''}."
            )
    return [file for file in files if any(fnmatchcase(file.name, p) for p in patterns)]


def seen_here(file: Wanted, cache: str | Path | None = None) -> Wanted:
    """Return a file with what is here of it."""
    path = cached(file.url, file.sha256, cache, md5=file.md5)
    if path is not None:
        return replace(file, path=path, size=path.stat().st_size)
    return replace(file, begun=part_size(place_of(file.url, cache)))


def _files_of(source: TableSource, cells: frozenset[str] | None) -> Iterable[Wanted]:
    for file in source.files:
        if not file.is_remote:
            continue
        of_all = file.cell is None and (
            source.cells is None or cells is None or not cells.isdisjoint(source.cells)
        )
        if cells is None or of_all or file.cell in cells:
            yield wanted_of(source, file)


def _known_cells(dataset: Dataset, tables: Mapping[str, TableSource], cells: Iterable[str]) -> None:
    known = {cell for source in tables.values() for cell in source.cells or ()}
    if any(source.cells is None for source in tables.values()):
        return  # only the files themselves know
    for cell in cells:
        if cell not in known:
            raise UnknownNameError(
                f"No file of {dataset.id} holds the cell {cell!r}.{did_you_mean(cell, known)}"
            )
