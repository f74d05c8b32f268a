"""From the files of one test to its tables on disk; what one worker does with one job."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pandas as pd

from bdg_explore import readers
from bdg_explore.analysis import summarize_cycles
from bdg_explore.columns import CELL, NATIVE_ID
from bdg_explore.errors import BdgError, FrameError, ReadError

from .layout import ACCOUNTS, write_json
from .parquet import typed, write
from .quality import quality_rows

# Tables whose records one file may hold among each other.
_SIDE_BY_SIDE: Final = {"timeseries", "impedance", "auxiliary"}
_FACTS_TABLE: Final = "cells"
_MOST_NOTES: Final = 50
_LONGEST_NOTE: Final = 1_000


def look(path: Path) -> dict[str, Any]:
    """Say what a file is: its checksum, and the reader that recognises it.

    Raises
    ------
    BdgError
        It is empty, or of no known format.
    """
    source = readers.Source(path)
    sha256 = readers.digest(source)
    try:
        known = readers.detect(path)
    except BdgError as error:
        return {"sha256": sha256, "error": str(error), "unknown": not isinstance(error, ReadError)}
    table = known.table if known.table != "any" else readers.likely_table(source.head)
    return {"sha256": sha256, "format": known.name, "table": table or "", "tester": known.tester}


def read_series(job: Mapping[str, Any]) -> dict[str, Any]:
    """Read the files of one test and put its tables into a folder of its own.

    Parameters
    ----------
    job : mapping
        `cell`, `files` (path, name, sha256 each, in the order of their names), `format`,
        `only_by_number`, `beside_records`, `facts`, `staged` (the folder to make), `scratch`
        (where to make it), and `bad`: {name: reason} of files that are not to be touched.

    Returns
    -------
    dict
        The account: what was read from which file, or why not. It lies in the folder too, and the
        folder appears only when it is whole.
    """
    staged, scratch = Path(job["staged"]), Path(job["scratch"]) / uuid4().hex
    scratch.mkdir()
    try:
        account = _read(job, scratch)
        write_json(account, scratch / ACCOUNTS)
        scratch.rename(staged)
    except OSError:
        if not (staged / ACCOUNTS).is_file():  # else another process was faster
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return account


def try_series(job: Mapping[str, Any]) -> dict[str, Any]:
    """Do all that `read_series` does, and keep nothing: whether it comes to its end."""
    scratch = Path(job["scratch"]) / uuid4().hex
    scratch.mkdir()
    try:
        _read(job, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return {}


def _read(job: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    files: list[dict[str, Any]] = [
        {"name": file["name"], "sha256": file["sha256"], "bytes": file["bytes"]}
        for file in job["files"]
    ]
    account: dict[str, Any] = {"cell": job["cell"], "format": job["format"], "files": files}
    parts: dict[str, list[pd.DataFrame]] = {}
    for file, told in zip(job["files"], files, strict=True):
        if file["name"] in job.get("bad", {}):
            told["error"] = job["bad"][file["name"]]
            continue
        try:
            for table, frame in _tables_of(Path(file["path"]), job["format"]):
                frame.attrs["source"]["file"] = told["name"]
                parts.setdefault(table, []).append(frame)
            if readers.digest(readers.Source(Path(file["path"]))) != file["sha256"]:
                raise ReadError("it was changed while it was read; build again when it is whole")
        except (BdgError, OSError) as error:
            told["error"] = _reason(error, Path(file["path"]).name)
            for frames in parts.values():
                frames[:] = [f for f in frames if f.attrs["source"]["file"] != told["name"]]
    if job["beside_records"] and "cycles" in parts:
        parts["reported_cycles"] = parts.pop("cycles")
    parts = {table: frames for table, frames in parts.items() if frames}
    if not parts:
        return account
    tables: dict[str, pd.DataFrame] = {}
    for table, frames in parts.items():
        whole = _joined(frames, table, bool(job["only_by_number"]))
        if isinstance(whole, str):
            return {**account, "apart": whole}
        tables[table] = whole
    _tell_files(files, tables)
    account["cells"] = [
        _cell(cell, own, job["facts"].get(cell, job["facts"].get("", {})), folder / str(place))
        for place, (cell, own) in enumerate(_split(job["cell"], tables))
    ]
    return account


def _tables_of(path: Path, format: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Read what the file holds: its own table, and others that its reader finds in it."""
    frame = readers.read(path, format=format)
    told = frame.attrs["source"]
    yield str(told["table"]), frame
    head = readers.Source(path).head
    for other in readers.readers_of(format):
        if other.table in (told["table"], "any"):
            continue
        rest = told.get("rows_left_out") and {other.table, told["table"]} <= _SIDE_BY_SIDE
        if rest or other.recognises(head):
            try:
                yield other.table, readers.read(path, format=format, table=other.table)
            except (ReadError, FrameError):
                continue  # the file holds none; had it been damaged, its own table had told


def _joined(frames: Sequence[pd.DataFrame], table: str, only_by_number: bool) -> pd.DataFrame | str:
    """Join parts; or return why files whose names look like parts of one test are none."""
    if len(frames) == 1:
        return frames[0]
    if table == "timeseries" and only_by_number:
        together, why = readers.evidence(frames)
        if not together:
            return why
    try:
        return readers.join(frames)
    except BdgError as error:
        return str(error)


def _tell_files(files: list[dict[str, Any]], tables: Mapping[str, pd.DataFrame]) -> None:
    """Write what the reader tells beside the file it tells it of."""
    by_name = {file["name"]: file for file in files}
    for table, frame in tables.items():
        source = frame.attrs["source"]
        parts = source.get("parts") or [{**source, "overlap_rows": 0}]
        for place, part in enumerate(parts, start=1):
            told = by_name[part["file"]].setdefault("tables", {})
            told[table] = {
                "part": place if len(parts) > 1 else None,
                "rows_in": part["rows_in"],
                "rows_out": part["rows_out"],
                "overlap_rows": part["overlap_rows"],
                "unmapped": list(source["unmapped"])[:_MOST_NOTES],
                "notes": [str(note)[:_LONGEST_NOTE] for note in source["notes"][:_MOST_NOTES]],
            }


def _split(
    cell: str, tables: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """Give the tables of each cell; most files are of one."""
    of_cells: dict[str, dict[str, pd.DataFrame]] = {}
    for table, frame in tables.items():
        if table == _FACTS_TABLE:
            continue
        names = [n for n in (CELL, NATIVE_ID) if n in frame and frame[n].nunique() > 1]  # noqa: PD101
        if not names:
            of_cells.setdefault(cell, {})[table] = frame
            continue
        for name, rows in frame.groupby(frame[names[0]].astype("str"), sort=True):
            own = rows.reset_index(drop=True)
            of_cells.setdefault(f"{cell}/{_file_safe(str(name))}", {})[table] = own
    yield from of_cells.items()


def _file_safe(name: str) -> str:
    """Return a name of a cell as part of a path."""
    safe = name.strip().replace("/", "-").replace("\\", "-").replace("\0", "")
    return safe if safe.strip(".") else "_"


def _cell(
    cell: str, tables: dict[str, pd.DataFrame], facts: Mapping[str, float], folder: Path
) -> dict[str, Any]:
    notes: list[str] = []
    timeseries = tables.get("timeseries")
    if timeseries is not None:
        if "cycles" in tables:
            tables["reported_cycles"] = tables.pop("cycles")
        try:
            tables["cycles"] = summarize_cycles(timeseries)
        except BdgError as error:
            notes.append(f"no cycles could be made of the time series: {error}")
    quality = quality_rows(tables, facts, notes)
    folder.mkdir()
    for table, frame in tables.items():
        write(typed(frame, table, cell), folder / f"{table}.parquet")
    rows = {table: len(frame) for table, frame in tables.items()}
    return {"cell": cell, "tables": rows, "quality": quality, "notes": notes}


def _reason(error: Exception, name: str) -> str:
    """Return an error without the name of the file, which stands beside it."""
    return re.sub(rf"^{re.escape(name)}(?: \([\w]+\))?[:,]? ", "", str(error))
