"""Make a folder or a zip of files got by hand a mirror: find out which cells of which data set."""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from bdg_explore import readers
from bdg_explore.columns import ALSO_KNOWN_AS, DATASET, NATIVE_ID
from bdg_explore.errors import (
    BdgError,
    CatalogError,
    ParameterError,
    UnknownNameError,
    did_you_mean,
)
from bdg_explore.metadata.battery_archive_names import EXAMPLE, parse_cell_name

from .fetching.addresses import member_url
from .fetching.fetch import fetch
from .mirror import open_mirror
from .settings import remember_mirrors, user_mirrors

_MOST: Final = 100_000  # files that are looked through
_ENDINGS: Final = {  # of Battery Archive's files -> table and format
    "_cycle_data.csv": ("cycles", "batteryarchive_cycles_csv"),
    "_timeseries.csv": ("timeseries", "batteryarchive_timeseries_csv"),
    "_timeseries_data.csv": ("timeseries", "batteryarchive_timeseries_csv"),
}
_ANY: Final = ("timeseries", "to be recognised")  # no format's name: the file is asked


@dataclass(frozen=True, slots=True)
class FoundMirror:
    """What a folder or a zip archive holds of known data sets.

    Attributes
    ----------
    path : Path
        The folder or archive.
    datasets : mapping
        Data set -> table -> entry of the table, as a catalog writes it; empty where a
        ``mirror.yaml`` says it.
    cells : mapping
        Data set -> native ids that were found.
    unmatched : tuple of str
        Files that are no data of these cells.
    """

    path: Path
    datasets: Mapping[str, Mapping[str, Any]]
    cells: Mapping[str, tuple[str, ...]]
    unmatched: tuple[str, ...] = ()

    @property
    def entry(self) -> dict[str, Any]:
        """What is remembered of it."""
        found = {"path": str(self.path)}
        return found | ({"datasets": self.datasets} if self.datasets else {})


def find_mirror(path: str | Path, cells: pd.DataFrame, dataset: str | None = None) -> FoundMirror:
    """Find out which cells a folder or a zip archive holds.

    A folder with a ``mirror.yaml`` says it itself. Elsewhere a file is a cell's by its name: as
    Battery Archive names files (``<cell>_cycle_data.csv``, ``<cell>_timeseries.csv``), or, where
    the data set is named, the native id or another name of the cell and any ending.

    Parameters
    ----------
    path : path
        The folder, with folders inside, or the archive, which is not unpacked.
    cells : DataFrame
        One row a cell and data set: `Hubs.listings`.
    dataset : str, optional
        Only cells of this data set.

    Raises
    ------
    CatalogError
        There is no such folder or archive, or nothing in it is a known cell's.
    """
    place = Path(path).expanduser().resolve()
    if place.is_dir() and (place / "mirror.yaml").is_file():
        return _described(place, dataset)
    names = _cell_names(cells, dataset)
    tables: dict[str, dict[str, dict[str, Any]]] = {}
    held: dict[str, dict[str, None]] = {}
    unmatched, several = [], []
    for file in _files(place):
        owner = _owner(file, names, anyhow=dataset is not None)
        if owner is None:
            unmatched.append(file)
            continue
        home, native, (table, format_) = owner
        spec = tables.setdefault(home, {}).setdefault(table, {"format": format_, "files": []})
        if any(one["cell"] == native for one in spec["files"]):
            several.append(file)
            continue
        spec["files"].append({"cell": native, **_where(place, file)})
        held.setdefault(home, {})[native] = None
    if several:
        raise CatalogError(
            f"{place} holds several files of one cell and table ({', '.join(several[:3])}). Keep "
            "one of them; or, if they are parts of one test, make a hub of them: "
            f"`bdg build {place} OUT`."
        )
    if not tables:
        raise CatalogError(_nothing(place, unmatched, dataset))
    for home, specs in tables.items():
        for spec in specs.values():
            _check_content(home, spec)
    return FoundMirror(
        place, tables, {home: tuple(ids) for home, ids in held.items()}, tuple(unmatched)
    )


def add_mirror(found: FoundMirror) -> None:
    """Remember a mirror; what was known of its path before is replaced."""
    others = [one for one in user_mirrors() if one["path"] != str(found.path)]
    remember_mirrors([*others, found.entry])


def remove_mirror(name: str) -> dict[str, Any]:
    """Forget a mirror by its path, or by the one data set it stands in for; files stay.

    Raises
    ------
    UnknownNameError
        There is no such mirror; names the nearest.
    """
    known = user_mirrors()
    path = str(Path(name).expanduser().resolve())
    hits = [one for one in known if one["path"] in (name, path)] or [
        one for one in known if list(one.get("datasets") or ()) == [name]
    ]
    if len(hits) != 1:
        paths = [one["path"] for one in known]
        raise UnknownNameError(
            f"{'No mirror is' if not hits else f'{len(hits)} mirrors are'} called {name!r}."
            f"{did_you_mean(name, paths)} Name one by its path: {', '.join(paths) or 'none'}."
        )
    remember_mirrors([one for one in known if one is not hits[0]])
    return hits[0]


def _described(place: Path, dataset: str | None) -> FoundMirror:
    tables = open_mirror(place)
    if dataset is not None and dataset not in tables:
        raise CatalogError(
            f"{place / 'mirror.yaml'} says nothing of {dataset}.{did_you_mean(dataset, tables)} It "
            f"stands in for {', '.join(tables) or 'nothing'}."
        )
    held = {
        home: tuple({cell: None for source in sources.values() for cell in source.cells or ()})
        for home, sources in tables.items()
    }
    return FoundMirror(place, {}, held)


def _cell_names(cells: pd.DataFrame, dataset: str | None) -> dict[str, tuple[str, str]]:
    """Return every name of a cell -> data set and native id; native ids come before others."""
    told = cells if dataset is None else cells[cells[DATASET] == dataset]
    names: dict[str, tuple[str, str]] = {}
    if ALSO_KNOWN_AS in told.columns:
        for home, native, aliases in told[[DATASET, NATIVE_ID, ALSO_KNOWN_AS]].itertuples(
            index=False
        ):
            if isinstance(aliases, str):
                for alias in aliases.split(";"):
                    names[alias.strip()] = (str(home), str(native))
    for home, native in told[[DATASET, NATIVE_ID]].itertuples(index=False):
        names[str(native)] = (str(home), str(native))
    return names


def _owner(
    file: str, names: Mapping[str, tuple[str, str]], *, anyhow: bool
) -> tuple[str, str, tuple[str, str]] | None:
    """Return data set, native id, table and format of a file; None where it is nobody's."""
    base = file.rpartition("/")[2]
    for ending, kind in _ENDINGS.items():
        if base.lower().endswith(ending):
            try:
                native = str(parse_cell_name(base)[NATIVE_ID])
            except ParameterError:
                native = base[: -len(ending)]
            owner = names.get(native)
            return (*owner, kind) if owner else None
    if not anyhow or not base.partition(".")[2]:
        return None
    stem = next((s for s in (base.rpartition(".")[0], base.partition(".")[0]) if s in names), None)
    return (*names[stem], _ANY) if stem else None


def _files(place: Path) -> Iterator[str]:
    """Yield the names of the files in a folder or an archive, hidden ones left out."""
    found: Iterator[str]
    if place.is_dir():
        paths = (path for path in sorted(place.rglob("*")) if path.is_file())
        found = (path.relative_to(place).as_posix() for path in paths)
    elif zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as zipped:
            found = iter(sorted(name for name in zipped.namelist() if not name.endswith("/")))
    else:
        what = "is neither a folder nor a zip archive" if place.exists() else "is not there"
        raise CatalogError(f"{place} {what}. Give the folder, or the zip, that holds the files.")
    for count, name in enumerate(found):
        if count >= _MOST:
            raise CatalogError(
                f"{place} holds more than {_MOST:,} files. Give the folder of one data set."
            )
        if not any(part.startswith((".", "__MACOSX")) for part in name.split("/")):
            yield name


def _check_content(dataset: str, spec: Mapping[str, Any]) -> None:
    """Look into the first file of a table: a name alone says little."""
    file = spec["files"][0]
    path = Path(file["url"])
    name = file.get("member") or path.name
    if "member" in file:
        path = fetch(member_url(path.as_uri(), file["member"]), progress=False)
    try:
        found = readers.detect(path).name
    except BdgError as error:
        raise CatalogError(f"{name} is named like a file of {dataset}, but: {error}") from error
    if spec["format"] not in (found, _ANY[1]):
        raise CatalogError(
            f"{name} is named like a file of {dataset}, but it is {found}, not {spec['format']}. "
            "See whether it is the file you mean."
        )


def _where(place: Path, file: str) -> dict[str, str]:
    if place.is_dir():
        return {"url": str(place / file)}
    return {"url": str(place), "member": file}


def _nothing(place: Path, unmatched: list[str], dataset: str | None) -> str:
    seen = ", ".join(unmatched[:5]) + (" ..." if len(unmatched) > 5 else "")
    whose = f"a cell of {dataset}" if dataset else "a known cell"
    return (
        f"{place} holds no file of {whose}: it has {len(unmatched)} files"
        f"{f' ({seen})' if seen else ''}. A file of Battery Archive is named "
        f"{EXAMPLE}_timeseries.csv; of another data set, by the cell: name it with --dataset. "
        "Files of your own make a hub: `bdg build`."
    )
