"""Put a store in its place: all of it, or none."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from bdg_explore.errors import BdgError, CatalogError
from bdg_explore.hubs.catalogs import datasets_in

from .assembly import Cell, catalog, catalog_text, write_tables
from .facts import CellFacts, with_cells
from .layout import CATALOG, FACTS, METADATA, REPORT, REPORT_JSON, WORK, table_folders, write_json
from .metadata import About
from .reporting import Built, frame_of, plain

# Inside the work folder: the new store, what was there before, and what is to be thrown away.
_NEW: Final = "new"
_OLD: Final = "old"
_TRASH: Final = "trash"
_READY: Final = "ready"  # the new store is whole; from here on it only has to be moved
STAGED: Final = "staged"


@dataclass(frozen=True)
class Contents:
    """All that a store is made of."""

    built: Built
    title: str
    cells: Sequence[Cell]
    about: About
    facts: CellFacts
    template: str | None
    apart: Mapping[str, Mapping[str, Any]]
    version: str


@contextmanager
def alone(out: Path) -> Iterator[Path]:
    """Keep other builds out of a store, finish what one that was killed began, clear up after.

    Yields
    ------
    Path
        The work folder. What was read stays in it if the build does not come to its end.

    Raises
    ------
    BdgError
        Another build is at work there.
    """
    work = out / WORK
    work.mkdir(exist_ok=True)
    lock = FileLock(work / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BdgError(f"Another bdg build is at work in {out}. Wait for it, or stop it.") from None
    try:
        if (work / _READY).exists():
            _move_in(out)
        for left in (*work.glob("scratch-*"), work / _NEW, work / _OLD, work / _TRASH):
            shutil.rmtree(left, ignore_errors=True)
        yield work
    except BaseException:
        lock.release()
        raise
    # a folder that is half removed must not be taken for one that was read
    if (work / STAGED).exists():
        (work / STAGED).rename(work / _TRASH)
    lock.release()
    shutil.rmtree(work, ignore_errors=True)


def commit(contents: Contents) -> None:
    """Write the store beside its place, then move it there.

    The catalog goes first and comes last: while it is away, the folder opens as no hub. What
    people wrote (`metadata.yaml`, `cells.csv`) is never away. Killed while it moves, the next
    build begins by moving the rest.

    Raises
    ------
    CatalogError
        What people wrote makes no sound catalog.
    """
    built = contents.built
    out, new = built.out, built.out / WORK / _NEW
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    write_tables(
        contents.cells,
        new / built.dataset,
        contents.about,
        contents.facts,
        contents.version,
        contents.title,
        contents.apart,
    )
    _write_catalog(contents, new)
    frame_of(built.files).to_csv(new / REPORT, index=False, lineterminator="\n")
    write_json(plain(built), new / REPORT_JSON)
    if contents.template is not None:
        (new / METADATA).write_text(contents.template, encoding="utf-8")
    facts = with_cells(contents.facts, [cell.name for cell in contents.cells])
    if facts != contents.facts.text:
        (new / FACTS).write_text(facts, encoding="utf-8", newline="")
    (out / WORK / _READY).touch()
    _move_in(out)


def _move_in(out: Path) -> None:
    """Move the new store to its place; whatever of that is done already is not done again."""
    work = out / WORK
    new, old = work / _NEW, work / _OLD
    old.mkdir(exist_ok=True)
    tables = table_folders(new)
    if tables:
        if (out / CATALOG).exists():
            (out / CATALOG).replace(old / CATALOG)
        for folder in table_folders(out):
            folder.replace(old / folder.name)
        for folder in tables:
            folder.replace(out / folder.name)
    for name in (METADATA, FACTS, REPORT, REPORT_JSON, CATALOG):
        if (new / name).exists():
            (new / name).replace(out / name)
    (work / _READY).unlink()


def _write_catalog(contents: Contents, folder: Path) -> None:
    built = contents.built
    files = built.count("read")
    content = catalog(contents.cells, built.dataset, contents.title, contents.about, files)
    path = folder / CATALOG
    path.write_text(catalog_text(content), encoding="utf-8")
    try:
        list(datasets_in(path))
    except CatalogError as error:
        raise CatalogError(f"{METADATA} of {built.out} is not sound: {error}") from error
