"""The HUST archive: a zip of Python pickles, one a cell (Ma et al. 2022, Mendeley nsc7hnsg4s).

``our_data/<cell>.pkl`` holds ``{cell: {"rul": {cycle: n}, "dq": {cycle: mAh}, "data": {cycle:
frame}}}``, each frame with the columns ``Status``, ``Cycle number``, ``Current (mA)``, ``Voltage
(V)``, ``Capacity (mAh)`` and ``Time (s)``. Charge is positive; the time begins anew each cycle.

A pickle is a program, so this is no format that `read` offers: the archive is read where a catalog
that ships states its sha256 and the file has it, and even then nothing of it is run (`_pickled`).
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL,
    CURRENT,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    STEP_TYPE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError, UnknownFormatError

from ._pickled import Columns, unpickled
from ._reader import From, Reader, Request
from ._source import LARGEST, Source, listed, most_unpacked
from ._steps import number_steps, whole_time
from ._walk import walk

HUST: Final = "hust_pkl"  # what a catalog that ships calls it
_MEMBER: Final = re.compile(r"(?:[^/]+/)*([0-9]+-[0-9]+)\.pkl")
_MOST_MEMBERS: Final = 1_000
_RECORDED: Final = ("Status", "Cycle number", "Current (mA)", "Voltage (V)", "Time (s)")


def read_hust(
    path: Path,
    *,
    sha256: str | None,
    table: str = "timeseries",
    cells: Sequence[str] | None = None,
    cycles: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Read the HUST archive, if it is the one that a catalog means.

    Parameters
    ----------
    path : Path
        The zip archive.
    sha256 : str or None
        What the catalog states. Without one nothing is read.
    table : {"timeseries", "cycles"}
        The records, or the discharged capacity of each cycle as the authors give it.
    cells : sequence of str, optional
        Only these cells, ``1-1``; each is a file in the archive.
    cycles : sequence of int, optional
        Only these cycles.

    Returns
    -------
    DataFrame
        Canonical columns and `cell`, see `readers.read`.

    Raises
    ------
    UnknownFormatError
        No checksum is stated, or the file has another.
    ReadError
        It is no whole archive of that layout, or has no such cell.
    """
    if sha256 is None:
        raise UnknownFormatError(
            f"{path.name} holds Python pickles, and no catalog that ships states its sha256. It is "
            "refused: loading a pickle runs whatever code is inside. Ask its makers for Parquet or "
            "csv."
        )
    state = path.stat()
    if (found := _digest(path, state.st_mtime_ns, state.st_size)) != sha256.lower():
        raise UnknownFormatError(
            f"{path.name} holds Python pickles, and is not the archive that the catalog means: its "
            f"sha256 is {found[:12]}..., not {sha256[:12].lower()}.... It is refused. Fetch it "
            "again from its landing page."
        )
    return walk(_READERS[table], Source(path), cells=cells, cycles=cycles)


def hust_cells(path: Path) -> tuple[str, ...]:
    """Return the cells of the archive by the names of its files; none of them is opened."""
    with _opened(path) as archive:
        return tuple(_members(archive))


@lru_cache(maxsize=8)
def _digest(path: Path, _changed: int, _size: int) -> str:
    """Return the sha256; the same file, unchanged, is hashed once a process."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, OSError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise ReadError(f"{path.name} is not a whole zip archive ({error}).") from error


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > _MOST_MEMBERS:
        raise ReadError(f"{archive.filename} holds {len(infos)} files. It is not read.")
    return {found[1]: info for info in infos if (found := _MEMBER.fullmatch(info.filename))}


def _told(request: Request) -> dict[str, dict[str, Any]]:
    """Return what the archive holds of each cell asked for."""
    path, wanted = request.source.path, request.only.get(CELL)
    if path is None:
        raise ReadError("The HUST archive is read from a file.")
    with _opened(path) as archive:
        members = _members(archive)
        names = list(members) if wanted is None else [str(one) for one in wanted]
        lacking = [name for name in names if name not in members]
        if lacking or not members:
            raise ReadError(
                f"{path.name} has no cell {listed(lacking)}; it has {listed(list(members))}."
            )
        return {name: _cell(archive, members[name], name) for name in names}


def _cell(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> dict[str, Any]:
    where = f"{info.filename} in {Path(str(archive.filename)).name}"
    if info.file_size > min(LARGEST, most_unpacked(info.compress_size)):
        raise ReadError(f"{where} unpacks to {info.file_size} bytes. It is not read.")
    with archive.open(info) as file:
        content = unpickled(file.read(info.file_size + 1), where)
    held = content.get(name) if isinstance(content, dict) else None
    if not isinstance(held, dict) or not {"dq", "data"} <= set(held):
        raise ReadError(f"{where} does not hold the cell {name} with its dq and data.")
    return held


def _records(request: Request) -> pd.DataFrame:
    parts = []
    for cell, held in _told(request).items():
        frames = dict(sorted(held["data"].items()))
        for cycle, frame in frames.items():
            lacks = [] if isinstance(frame, Columns) else list(_RECORDED)
            lacks = lacks or [name for name in _RECORDED if name not in frame.values]
            if lacks:
                raise ReadError(f"{cell}: cycle {cycle} has no {listed(lacks)}.")
        whole = {
            name: np.concatenate([frame.values[name] for frame in frames.values()])
            for name in _RECORDED
        }
        order = np.repeat(
            list(frames), [len(frame.values["Time (s)"]) for frame in frames.values()]
        )
        whole["Time (s)"] = whole_time(whole["Time (s)"], order)
        parts.append(pd.DataFrame({**whole, CELL: cell}))
    return pd.concat(parts, ignore_index=True)


def _capacities(request: Request) -> pd.DataFrame:
    parts = [
        pd.DataFrame({CELL: cell, "cycle": list(held["dq"]), "dq": list(held["dq"].values())})
        for cell, held in _told(request).items()
    ]
    return pd.concat(parts, ignore_index=True)


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    notes.append(
        "the time begins anew each cycle; cycles are laid end to end, without the time between them"
    )
    notes.append("'Capacity (mAh)' is left out: how it counts is not published")
    return number_steps(frame, CELL, CYCLE, STEP_TYPE)


_READERS: Final = {
    "timeseries": Reader(
        name=HUST,
        description="zip of pickled frames, one a cell, of the HUST data set",
        recognises=lambda head: False,  # noqa: ARG005  (it is never offered)
        load=_records,
        columns={
            CELL: From(CELL),
            TEST_TIME: From("Time (s)"),
            VOLTAGE: From("Voltage (V)"),
            CURRENT: From("Current (mA)", scale=1e-3),
            CYCLE: From("Cycle number"),
            STEP_TYPE: From("Status"),
        },
        tester="Neware",
        finish=_finish,
    ),
    "cycles": Reader(
        name=HUST,
        description="zip of pickled frames, one a cell, of the HUST data set",
        recognises=lambda head: False,  # noqa: ARG005
        load=_capacities,
        columns={
            CELL: From(CELL),
            CYCLE: From("cycle"),
            CYCLE_DISCHARGING_CAPACITY: From("dq", scale=1e-3),
        },
        table="cycles",
        tester="Neware",
    ),
}
