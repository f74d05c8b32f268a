"""Bring a table of a data set into memory: find its files, read them, name their cells."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore import readers
from bdg_explore.columns import CELL, CYCLE, NATIVE_ID
from bdg_explore.errors import CatalogError, FetchError, FrameError, MissingDataError, ReadError
from bdg_explore.frames import CONTRACTS, check_frame
from bdg_explore.readers import HUST, JOINED_TABLES

from .download.consent import Permit
from .download.plan import wanted_of
from .download.run import bring_one
from .entries import Dataset, TableFile, TableServer, TableSource
from .fetching.addresses import member_url, name_of, split_member
from .fetching.cache import cached
from .fetching.checksums import file_sha256
from .fetching.fetch import fetch
from .packages import is_packaged, not_installed, packaged_file

_SUFFIX_FORMATS: Final = {".parquet": "parquet", ".csv": "csv", ".gz": "csv"}


def is_here(source: TableSource) -> bool:
    """Whether every file of a table can be read without the network."""
    return source.server is None and all(_is_file_here(file) for file in source.files)


def _is_file_here(file: TableFile) -> bool:
    if is_packaged(file.url):
        return packaged_file(file.url) is not None
    return not file.is_remote or cached(file.url, file.sha256, md5=file.md5) is not None


def read_table(
    dataset: Dataset,
    source: TableSource,
    cells: Sequence[str] | None,
    *,
    cycles: Iterable[int] | None = None,
    names: Mapping[str, str] | None = None,
    permit: Permit = Permit(),  # noqa: B008 - immutable
) -> pd.DataFrame:
    """Read a table of a data set.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    source : TableSource
        The table.
    cells : sequence of str or None
        Native ids as the table spells them; None reads all.
    cycles : iterable of int, optional
        Only these cycle numbers.
    names : mapping, optional
        The table's spelling of an id -> the catalog's native id.
    permit : Permit
        Whether a file may be fetched from the web.

    Returns
    -------
    DataFrame
        Canonical columns and `cell`, the uid ``<data set>/<native id>``.

    Raises
    ------
    CatalogError
        A file that the catalog names is not there.
    FetchError
        A file could not be brought here, or may not be.
    FrameError, ReadError
        A file does not hold what it should.
    MissingDataError
        Nothing is to be fetched and a file is not here.
    """
    if source.server is None:
        frame = _from_files(dataset, source, cells, cycles, permit)
    else:
        frame = _from_server(source.server, source, cells, cycles, permit)
    # pandas copies attrs deeply at every step; what the reader told is put back at the end.
    told, frame.attrs = frame.attrs, {}
    frame[CELL] = _uids(dataset, frame[CELL], names or {})
    frame.attrs = told
    return frame


def _from_server(
    server: TableServer,
    source: TableSource,
    cells: Sequence[str] | None,
    cycles: Iterable[int] | None,
    permit: Permit,
) -> pd.DataFrame:
    if not permit.download:
        raise MissingDataError(
            f"{source.name} lies on {server}; it can be read from there with download=True."
        )
    asked = (source.cells or ()) if cells is None else cells
    return server.read(source.name, asked, None if cycles is None else list(cycles))


def _from_files(
    dataset: Dataset,
    source: TableSource,
    cells: Sequence[str] | None,
    cycles: Iterable[int] | None,
    permit: Permit,
) -> pd.DataFrame:
    wanted = None if cells is None else set(cells)
    asked = [f for f in source.files if wanted is None or f.cell is None or f.cell in wanted]
    held = Counter(file.cell for file in asked if file.cell is not None)
    several = {cell for cell, count in held.items() if count > 1 and source.name in JOINED_TABLES}
    parts: list[pd.DataFrame] = []
    tests: dict[str | None, list[pd.DataFrame]] = {cell: [] for cell in several}
    for file in asked:
        path = _local(dataset, source, file, permit)
        if source.format == HUST:
            parts.append(_read_vouched(dataset, source, cells, cycles, path))
        elif file.cell in several:  # a joined test counts its cycles anew: choose them then
            tests[file.cell].append(_read_file(source, file, cells, None, path))
        else:
            parts.append(_read_file(source, file, cells, cycles, path))
    parts += [_joined(frames, cell, cycles) for cell, frames in tests.items()]
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _joined(
    frames: Sequence[pd.DataFrame], cell: str | None, cycles: Iterable[int] | None
) -> pd.DataFrame:
    """Join the files of one test of a cell, in true order; clock and numbers go on."""
    scaled = frames[0].attrs.get("scaled")
    frame = readers.join([one.drop(columns=CELL) for one in frames])
    if cycles is not None and CYCLE in frame:
        frame = frame[frame[CYCLE].isin(list(cycles))].reset_index(drop=True)
    if scaled is not None:
        frame.attrs["scaled"] = scaled
    return _owned(frame, cell)


def _owned(frame: pd.DataFrame, cell: str | None) -> pd.DataFrame:
    """Say whose the rows are: all of one cell."""
    frame[CELL] = pd.Categorical.from_codes(np.zeros(len(frame), np.int8), pd.Index([cell]))
    return frame


def _uids(dataset: Dataset, natives: "pd.Series[Any]", names: Mapping[str, str]) -> "pd.Index[str]":
    """Return a uid a row; each is put together once, however many rows it has."""
    codes, ids = pd.factorize(natives.astype("category"))
    uids = [f"{dataset.id}/{names.get(str(native), str(native))}" for native in ids]
    return pd.Index(uids, dtype=str).take(codes, fill_value=np.nan)


def ids_in(source: TableSource) -> tuple[str, ...]:
    """Return the native ids a table holds, as the table spells them.

    Asks the files only where the catalog does not say, and only local ones.
    """
    if source.cells is not None or source.is_remote:
        return source.cells or ()
    found: dict[str, None] = {}
    for file in source.files:
        path = _existing(file, source, "the table")
        state = path.stat()
        asked = (source.name, source.origin, source.format, tuple(sorted(source.rename.items())))
        key = (path, state.st_mtime_ns, state.st_size, *asked)
        if key not in _HELD:
            _HELD[key] = _ids_of(source, file, path)
        found.update(dict.fromkeys(_HELD[key]))
    return tuple(found)


# Ids that files were found to hold: the same file, unchanged, is asked once a process.
_HELD: Final[dict[tuple[Any, ...], tuple[str, ...]]] = {}


def _ids_of(source: TableSource, file: TableFile, path: Path) -> tuple[str, ...]:
    format_ = _format(source, file)
    if format_ == HUST:
        return readers.hust_cells(path)
    if format_ == "parquet":
        ids = pd.read_parquet(path, columns=[_their_name(source, CELL)]).iloc[:, 0]
    else:
        spoken, table = _spoken(source, format_)
        frame = readers.read(
            path, format=spoken, table=table, columns=source.rename or None, check=False
        )
        ids = _owners(frame, source, path)
    return tuple(ids.astype(str).unique())


def _spoken(source: TableSource, format_: str) -> tuple[str | None, str | None]:
    """Return format and table by the names readers go by.

    A mirror may be older or younger than we are and call a format or a table otherwise. Its files
    are here and say what they are, so they are asked; a catalog's own names must be right.
    """
    if source.origin == "catalog":
        return format_, source.name
    known = readers.formats()["table"]
    if format_ not in known.index:
        return None, None
    tables = str(known[format_]).split()
    return format_, source.name if source.name in tables or "any" in tables else None


def _owners(frame: pd.DataFrame, source: TableSource, path: Path) -> "pd.Series[Any]":
    """Return whose each row is, as the file says; a mirror's file may be one test by its name."""
    for name in (CELL, NATIVE_ID):
        if name in frame.columns:
            return frame[name]
    if source.origin == "catalog":
        raise FrameError(
            f"{path}: the table {source.name} has no column {CELL}, and the catalog does not say "
            "whose it is. Name its cell with cells: [...] or add the column."
        )
    return pd.Series(path.name.split(".")[0], index=frame.index)


def _their_name(source: TableSource, name: str) -> str:
    return next((theirs for theirs, ours in source.rename.items() if ours == name), name)


def _local(dataset: Dataset, source: TableSource, file: TableFile, permit: Permit) -> Path:
    if is_packaged(file.url):
        return _packaged(file, f"{source.name} of {dataset.id}")
    if not file.is_remote:
        if source.origin == "catalog" and dataset.place:  # what {cell} made may be a link
            archive, _ = split_member(file.url.removeprefix("file://"))
            dataset.place.check_inside(Path(archive), f"{dataset.id}: {source.name}")
        return _existing(file, source, f"{dataset.id}: {source.name}")
    if not permit.download:
        path = cached(file.url, sha256=file.sha256, md5=file.md5)
        if path is None:
            raise MissingDataError(
                f"{source.name} of {dataset.id} is not on this machine; it can be downloaded "
                f"from {file.url}."
            )
        return path
    try:
        return bring_one(dataset, wanted_of(source, file), permit)
    except FetchError as error:
        raise type(error)(f"{source.name} of {dataset.id}: {error}") from error


def path_here(file: TableFile) -> Path:
    """Return where a file that `is_here` is read from; one of a local archive is taken out."""
    if file.is_remote:
        return cached(file.url, sha256=file.sha256, md5=file.md5) or Path(file.url)
    archive, member = split_member(file.url.removeprefix("file://"))
    path = Path(archive)
    return path if member is None else fetch(member_url(path.as_uri(), member), progress=False)


def _existing(file: TableFile, source: TableSource, what: str) -> Path:
    path = Path(split_member(file.url.removeprefix("file://"))[0])
    if not path.is_file():
        owner = "mirror" if source.origin == "mirror" else "catalog"
        raise CatalogError(
            f"{what}: the {owner} names {path}, which is not there. Put the file in its place, "
            f"or correct the {owner}."
        )
    return path_here(file)


def _packaged(file: TableFile, what: str) -> Path:
    path = packaged_file(file.url)
    if path is None:
        raise not_installed(what, file.url)
    if file.sha256 and file_sha256(path) != file.sha256:
        raise ReadError(
            f"{what}: {path} is not the file that the catalog means; the package has another "
            "version. Read it as it is with bdg.read, or install the version that the extra names."
        )
    return path


def _format(source: TableSource, file: TableFile) -> str:
    if source.format:
        return source.format
    suffix = Path(name_of(file.url)).suffix.lower()
    if suffix not in _SUFFIX_FORMATS:
        raise CatalogError(
            f"{file.url}: the table {source.name} states no format: and {suffix or 'no suffix'} "
            "does not tell one. bdg.formats() lists the formats."
        )
    return _SUFFIX_FORMATS[suffix]


def _read_file(
    source: TableSource,
    file: TableFile,
    cells: Sequence[str] | None,
    cycles: Iterable[int] | None,
    path: Path,
) -> pd.DataFrame:
    format_, table = _spoken(source, _format(source, file))
    keep = None if file.cell or cells is None else list(cells)
    # A plain table has a column of cells to choose by; a tester's file in a mirror may have none.
    within = source.origin == "catalog" or format_ in _SUFFIX_FORMATS.values()
    frame = readers.read(
        path,
        format=format_,
        table=table,
        columns=source.rename or None,
        cells=keep if within else None,
        cycles=None if cycles is None else list(cycles),
        check=not source.grid,
    )
    if source.grid:
        frame = _on_grid(frame, source, path)
        if source.name in CONTRACTS:
            check_frame(frame, CONTRACTS[source.name])
    for name, factor in source.scale.items():
        frame[name] = frame[name] * factor
    if source.scale:
        frame.attrs["scaled"] = dict(source.scale)
    if file.cell is not None:
        frame = _owned(frame, file.cell)
    else:
        if CELL not in frame.columns:
            frame[CELL] = _owners(frame, source, path)
        if keep is not None and not within:
            frame = frame[frame[CELL].isin(keep)].reset_index(drop=True)
    return frame


def _read_vouched(
    dataset: Dataset,
    source: TableSource,
    cells: Sequence[str] | None,
    cycles: Iterable[int] | None,
    path: Path,
) -> pd.DataFrame:
    """Read an archive of pickles if its sha256 is that of the entry; a mirror's copy likewise."""
    said = dataset.tables.get(source.name) if dataset.place and dataset.place.ships else None
    return readers.read_hust(
        path,
        sha256=said.files[0].sha256 if said else None,
        table=source.name,
        cells=cells,
        cycles=None if cycles is None else list(cycles),
    )


def _on_grid(frame: pd.DataFrame, source: TableSource, path: Path) -> pd.DataFrame:
    """Turn one row a cycle with lists into one row a point."""
    (grid_name, spec), *more = source.grid.items()
    if more:
        raise CatalogError(f"{path}: grid: takes one column, not {len(source.grid)}.")
    grid = np.linspace(spec["start"], spec["stop"], int(spec["num"]))
    lists = [
        name
        for name in frame.columns
        if frame[name].dtype == object
        and (frame.empty or isinstance(frame[name].iloc[0], list | np.ndarray))
    ]
    for name in lists:
        lengths = frame[name].map(len)
        if (lengths != len(grid)).any():
            row = int(np.flatnonzero(lengths != len(grid))[0])
            raise FrameError(
                f"{path}: row {row} of {name} holds {lengths.iloc[row]} values, "
                f"the grid of {grid_name} has {len(grid)}."
            )
    plain = frame.drop(columns=lists)
    out = plain.loc[plain.index.repeat(len(grid))].reset_index(drop=True)
    out[grid_name] = np.tile(grid, len(frame))
    for name in lists:
        values = np.concatenate(frame[name].to_list()) if len(frame) else np.empty(0)
        out[name] = values.astype(float)
    return out
