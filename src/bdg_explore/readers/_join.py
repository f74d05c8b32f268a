"""Join the parts of one test: in true order, each record once, clocks and numbers going on."""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from bdg_explore.columns import STEP, TEST_TIME, UNIX_TIME
from bdg_explore.errors import FrameError, ParameterError, ReadError
from bdg_explore.frames import CONTRACTS, check_frame

from ._seam import NEVER_RESET, Laid, Seam, seam
from ._series import order_by_name
from ._source import Source, as_source, listed

JOINED_TABLES: Final = ("timeseries", "cycles", "curves", "impedance", "abuse", "auxiliary")
_SCOPES: Final = ("", "cycle_", "step_", "schedule_")
_CHUNK: Final = 1 << 20
# What a tester's header says of one test or one cell, and of no other.
_TEST_FACTS: Final = ("test_name", "test_id", "barcode")
_NAMED: Final = re.compile(r"(?i)\b(?:file ?name|test ?name|barcode|cell ?id|serial)\b\W*\w{3}")
_DATED: Final = re.compile(r"\d+[-/.]\d+[-/.]\d+|\d+:\d\d(?::\d\d)?(?: [AP]M)?")


def read_parts(
    paths: Sequence[object], read_one: Callable[[Source], pd.DataFrame], *, check: bool = True
) -> pd.DataFrame:
    """Read the parts of one test and join them; see `join`.

    Parameters
    ----------
    paths : sequence of path, bytes or file
        The parts, in any order. A file that is there twice, by its content, is read once.
    read_one : callable
        Reads one of them.
    check : bool
        Whether the joined frame must pass its contract.

    Raises
    ------
    ParameterError
        There is no part.
    ReadError
        They are not parts of one test, see `join`.
    """
    sources = [as_source(path) for path in paths]
    if not sources:
        raise ParameterError("There is no file to read: the list is empty.")
    kept: dict[str, Source] = {}
    copies: list[str] = []
    for source in sources:
        first = kept.setdefault(digest(source), source)
        if first is not source:
            copies.append(f"{source.name} has the same content as {first.name}; it is left out")
    frames = [read_one(source) for source in kept.values()]
    frame = join(frames, check=check) if len(frames) > 1 else frames[0]
    frame.attrs["source"]["notes"] = [*copies, *frame.attrs["source"]["notes"]]
    frame.attrs["source"]["copies"] = len(copies)
    return frame


def digest(source: Source) -> str:
    """Return the sha256 of the bytes as they are stored."""
    if source.path is None:
        return hashlib.sha256(source.data).hexdigest()
    found = hashlib.sha256()
    with source.path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def join(parts: Sequence[pd.DataFrame], *, check: bool = True) -> pd.DataFrame:
    """Join frames that were read from the parts of one test.

    Parameters
    ----------
    parts : sequence of DataFrame
        What `read` gave for each part.
    check : bool
        Whether the joined frame must pass its contract.

    Returns
    -------
    DataFrame
        In order of the absolute start times where all parts have one, else of the number or the
        date in their names, else as given. Test time runs on, with the real pause where absolute
        times tell it. Cycle, step and record numbers, and counters that never reset, go on where
        they restart with a part. A record that two parts hold stands there once. A column that a
        part lacks is missing there. ``attrs["source"]`` tells all of it: `parts` (rows in and
        out, what was added), `overlap_rows`, and `notes`.

    Raises
    ------
    ReadError
        The parts are of different formats or tables, or run at the same time with different
        records: they are not parts of one test.
    FrameError
        The joined frame breaks its contract.
    """
    sources = [part.attrs["source"] for part in parts]
    _of_one_kind(sources)
    notes: list[str] = []
    places, how = _order(parts, [source["file"] for source in sources])
    sources = [sources[place] for place in places]
    names = [source["file"] for source in sources]
    notes.append(f"{len(parts)} parts joined {how}: {listed(names, 100)}")
    frames = _one_scope([_bare(parts[place]) for place in places], notes)
    frames = _told_apart(frames, notes)
    seams = _seams(frames)
    for name, found in zip(names, seams, strict=True):
        if found.conflict:
            raise ReadError(
                f"{name} {found.conflict}; these are not parts of one test: {listed(names)}. "
                "Read them one by one."
            )
        notes += [f"{name}: {note}" for note in found.notes]
    _tell_columns(frames, names, notes)
    frame = _stack([_laid(frame, found) for frame, found in zip(frames, seams, strict=True)])
    table = str(sources[0]["table"])
    if check and table in CONTRACTS:
        try:
            check_frame(frame, CONTRACTS[table])
        except FrameError as error:
            raise FrameError(f"{listed(names)}, joined: {error}") from None
    frame.attrs["source"] = _account(sources, seams, len(frame), notes)
    return frame


def evidence(parts: Sequence[pd.DataFrame]) -> tuple[bool, str]:
    """Say whether frames are parts of one test, as their records tell.

    Parameters
    ----------
    parts : sequence of DataFrame
        What `read` gave for each part.

    Returns
    -------
    bool
        True where every part goes on where the one before it ended, or shares records with it.
        False where a part runs at the same time as another, or nothing speaks for it.
    str
        What tells it.
    """
    places, _ = _order(parts, [part.attrs["source"]["file"] for part in parts])
    told = ""
    frames = [parts[place] for place in places]
    for place, found in zip(places, _seams(frames), strict=True):
        name = parts[place].attrs["source"]["file"]
        if found.conflict:
            return False, f"{name} {found.conflict}"
        if place != places[0]:
            here = found.evidence or _same_test(parts[places[0]], parts[place])
            if not here:
                return False, f"nothing in the records of {name} says that it goes on"
            told = told or here
    return True, told


def _same_test(first: pd.DataFrame, other: pd.DataFrame) -> str:
    """Say what the headers of two files share that only one test has; empty if nothing."""
    ours, theirs = first.attrs["source"], other.attrs["source"]
    for key in _TEST_FACTS:
        if ours.get(key) and ours.get(key) == theirs.get(key):
            return f"the same {key.replace('_', ' ')}"
    texts = [
        _DATED.sub("", " ".join(f"{key}: {value}" for key, value in told.items()))
        for told in (ours.get("preamble") or {}, theirs.get("preamble") or {})
    ]
    return "the same preamble" if texts[0] == texts[1] and _NAMED.search(texts[0]) else ""


def _of_one_kind(sources: Sequence[dict[str, Any]]) -> None:
    first = sources[0]
    for other in sources[1:]:
        for key in ("format", "table"):
            if other[key] != first[key]:
                raise ReadError(
                    f"{first['file']} and {other['file']} are not parts of one test: their {key} "
                    f"is {first[key]} and {other[key]}. Read them one by one."
                )
    if first["table"] not in JOINED_TABLES:
        raise ReadError(
            f"{first['file']} holds a table of {first['table']}, which has no parts. "
            "Read the files one by one."
        )


def _order(parts: Sequence[pd.DataFrame], names: Sequence[str]) -> tuple[list[int], str]:
    """Return the places of the parts in true order, and how it is known."""
    spans = [_span(part) for part in parts]
    if all(np.isfinite(span).all() for span in spans):
        return sorted(range(len(parts)), key=lambda i: spans[i]), "in order of their start times"
    by_name = order_by_name(names)
    if by_name is not None:
        return by_name
    return list(range(len(parts))), "as given (neither times nor names tell their order)"


def _span(part: pd.DataFrame) -> tuple[float, float]:
    """First and last absolute time [s] of a part, NaN where not known."""
    if UNIX_TIME not in part or not len(part):
        return np.nan, np.nan
    times = part[UNIX_TIME].to_numpy(float)
    return float(times[0]), float(times[-1])


def _bare(part: pd.DataFrame) -> pd.DataFrame:
    part = part.copy(deep=False)
    part.attrs = {}
    return part


def _one_scope(frames: list[pd.DataFrame], notes: list[str]) -> list[pd.DataFrame]:
    """Give a counter one name throughout.

    A reader tells from a file's own records when its counters restart. In a file of one cycle it
    cannot; there the other parts tell.
    """
    for quantity in NEVER_RESET:
        held = [[s for s in _SCOPES if s + quantity in frame] for frame in frames]
        scopes = {scope for found in held for scope in found}
        if len(scopes) < 2 or any(len(found) != 1 for found in held):
            continue
        told = {
            found[0]
            for found, frame in zip(held, frames, strict=True)
            if _cycles_in(frame) > 1  # of one cycle, nothing is told
        }
        one = told.pop() if len(told) == 1 else "schedule_"
        frames = [
            frame.rename(columns={found[0] + quantity: one + quantity})
            for frame, found in zip(frames, held, strict=True)
        ]
        notes.append(
            f"{', '.join(sorted(s + quantity for s in scopes))} in different parts are one "
            f"counter; read as {one + quantity}"
        )
    return frames


def _cycles_in(frame: pd.DataFrame) -> int:
    return int(frame["cycle_count"].nunique()) if "cycle_count" in frame else 0


def _told_apart(frames: list[pd.DataFrame], notes: list[str]) -> list[pd.DataFrame]:
    """Give each part a number where it holds neither times, cycles nor steps: rows would mix."""
    if any({TEST_TIME, "cycle_count", STEP} & set(frame.columns) for frame in frames):
        return frames
    notes.append(f"{STEP} numbers the parts, whose rows nothing else tells apart")
    return [frame.assign(**{STEP: place}) for place, frame in enumerate(frames, start=1)]


def _seams(frames: Sequence[pd.DataFrame]) -> list[Seam]:
    found: list[Seam] = []
    laid: list[Laid] = []
    for frame in frames:
        start = _span(frame)[0]
        # those before that were still running; the last one always counts
        near = [one for one in laid[:-1] if not _span(one.frame)[1] < start] + laid[-1:]
        one = seam(near, frame) if near else Seam(np.ones(len(frame), bool))
        found.append(one)
        if one.keep.any():
            laid.append(Laid(frame, one.add))
    return found


def _tell_columns(frames: Sequence[pd.DataFrame], names: Sequence[str], notes: list[str]) -> None:
    every = dict.fromkeys(name for frame in frames for name in frame.columns)
    for name, frame in zip(names, frames, strict=True):
        lacks = [column for column in every if column not in frame]
        if lacks:
            notes.append(f"{name} lacks {listed(lacks)}; missing there")


def _laid(frame: pd.DataFrame, found: Seam) -> pd.DataFrame:
    """Return the kept records with what is added to them; the caller's frame stays as it was."""
    kept = frame if found.keep.all() else frame[found.keep]
    moved: dict[str, Any] = {}
    for name, add in found.add.items():
        if add:
            values = kept[name].to_numpy()
            whole = np.issubdtype(values.dtype, np.integer) and add == round(add)
            moved[name] = values + (int(add) if whole else add)
    return kept.assign(**moved) if moved else kept


def _stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames; labels stay categories, and columns that one lacks are missing there."""
    frames = [frame for frame in frames if len(frame)] or list(frames[:1])
    labels: dict[str, Any] = {}
    for name in dict.fromkeys(name for frame in frames for name in frame.columns):
        if any(name in f and isinstance(f[name].dtype, pd.CategoricalDtype) for f in frames):
            labels[name] = union_categoricals(
                [
                    pd.Categorical(
                        frame[name].astype("str") if name in frame else [None] * len(frame)
                    )
                    for frame in frames
                ],
                sort_categories=True,
            )
    plain = [frame.drop(columns=[n for n in labels if n in frame]) for frame in frames]
    stacked = pd.concat(plain, ignore_index=True)
    for name, values in labels.items():
        stacked[name] = values
    order = dict.fromkeys(name for frame in frames for name in frame.columns)
    return stacked[list(order)]


def _account(
    sources: Sequence[dict[str, Any]], seams: Sequence[Seam], rows: int, notes: list[str]
) -> dict[str, Any]:
    """Put together what the parts tell: rows, columns, notes, and how they were joined."""
    columns: dict[str, dict[str, Any]] = {}
    for source in sources:
        for name, told in source["columns"].items():
            if name in columns:
                for key in ("nulls_in", "nulls_out"):
                    columns[name][key] += told[key]
            else:
                columns[name] = dict(told)
    parts = [
        {
            "file": source["file"],
            "rows_in": source["rows_in"],
            "rows_out": int(found.keep.sum()),
            "overlap_rows": found.shared,
            "pause_second": None if np.isnan(found.pause) else found.pause,
            "added": {name: add for name, add in found.add.items() if add},
        }
        for source, found in zip(sources, seams, strict=True)
    ]
    own = [f"{source['file']}: {note}" for source in sources for note in source["notes"]]
    told_once = {k: v for source in reversed(sources) for k, v in source.items()}
    return {
        **told_once,
        "file": listed([source["file"] for source in sources], 3),
        "rows_in": sum(source["rows_in"] for source in sources),
        "rows_out": rows,
        "overlap_rows": sum(found.shared for found in seams),
        "parts": parts,
        "columns": columns,
        "unmapped": list(dict.fromkeys(h for source in sources for h in source["unmapped"])),
        "notes": [*notes, *own],
    }
