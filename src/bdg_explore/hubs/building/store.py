"""A folder of tester files becomes a hub of its own."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bdg_explore.errors import BdgError, MissingDataError, ParameterError

from .commit import alone
from .layout import WORK, is_store
from .naming import checked_id, id_of
from .plan import Parts
from .progress import Progress
from .reporting import Built
from .steps import Build
from .workers import Workers


def build(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    name: str | None = None,
    workers: int | None = None,
    parts: Parts = "auto",
    about: Mapping[str, Any] | None = None,
    progress: Progress = None,
) -> Built:
    """Build a store, a hub of your own, from a folder of tester files.

    Every file that a reader knows is read, checked and summarized; ``open_hubs(out)`` then shows
    its cells beside the others. It can be stopped at any moment and started again: what was read
    is not read again. So can it when files came, changed or went, or when `metadata.yaml` or
    `cells.csv` in the store was filled in.

    Parameters
    ----------
    folder : path
        Where the files are, folders inside included. Nothing in it is changed.
    out : path
        The store: a new or empty folder, or one that `build` made. It may lie inside `folder`.
    name : str, optional
        Name of the hub; that of the folder, or of the store as it is, if not given.
    workers : int, optional
        Number of processes; one a processor if not given. 0 reads in this process, where a file
        that brings it down brings down all.
    parts : {"auto", "names", "never"}
        Whether continuation files are joined to one test. *auto*: where names say so and, if they
        differ by a bare number alone, the records too. *names*: where names say so. *never*.
    about : mapping
        What to write into a new `metadata.yaml`: ``{"licence": ..., "primary": {...}}``.
    progress : bool or callable, optional
        A callable gets (what, files done, files in all). True shows a bar, False none; not given,
        a bar is shown on a terminal and in a notebook.

    Returns
    -------
    Built
        What became of every file; prints as a summary. A bad file stops nothing: it is named
        there and in the store's `report.csv`, with the reason.

    Raises
    ------
    ParameterError
        `folder` is no folder, or `out` is not a place for a store.
    MissingDataError
        Nothing in `folder` can be read; `out` is left as it was.
    CatalogError
        `metadata.yaml` or `cells.csv` of the store is not what it should be.
    BdgError
        Another build is at work in `out`, or it cannot be written.

    Notes
    -----
    The store holds a file of records a cell, so that processes write side by side, a cell that
    did not change is not written again, and opening one cell touches nothing of the others; the
    tables with few rows a cell (cycles, impedance, quality, provenance) are one file each. Voltage,
    current and temperature are held in single precision, times and counters in double. The same
    files give the same tables, to the last value.
    """
    source, target = Path(folder), Path(out)
    _check_places(source, target)
    if name is not None:
        checked_id(id_of(name))
    made = not target.exists()
    try:
        target.mkdir(parents=True, exist_ok=True)
        with alone(target) as work:
            logs = work / "logs"
            logs.mkdir(exist_ok=True)
            with Workers(_processors() if workers is None else workers, logs) as team:
                return Build(source, target, name, team, parts, about, progress).run()
    except (MissingDataError, ParameterError) as error:
        if made or isinstance(error, MissingDataError):
            _forget(target, made)
        raise
    except OSError as error:
        raise BdgError(
            f"The store {target} cannot be written: {error.strerror or error}"
            + (f" ({error.filename})" if error.filename else "")
            + ". Give a folder you may write to, with space left."
        ) from error


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _check_places(folder: Path, out: Path) -> None:
    if folder.is_file():
        raise ParameterError(f"{folder} is a file. Give its folder, or use bdg convert.")
    if not folder.is_dir():
        raise ParameterError(f"There is no folder {folder}. Check the path.")
    if out.exists() and not out.is_dir():
        raise ParameterError(f"{out} is a file. Give a new or empty folder for the store.")
    inside, outside = folder.resolve(), out.resolve()
    if inside == outside or inside.is_relative_to(outside):
        raise ParameterError(
            f"The store {out} would hold the folder it is built from, {folder}. "
            "Give a folder beside it, or inside it."
        )
    if out.is_dir() and any(out.iterdir()) and not is_store(out):
        raise ParameterError(
            f"{out} holds other things and is not a store that bdg build made. "
            "Give a new or empty folder."
        )


def _forget(out: Path, made: bool) -> None:
    """Leave nothing behind where no store was made."""
    shutil.rmtree(out / WORK, ignore_errors=True)
    if made:
        with suppress(OSError):  # somebody put something there
            out.rmdir()
