"""Join the parts of one test: in true order, each record once, clocks and numbers going on."""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import CYCLE, STEP, TEST_TIME, UNIX_TIME
from bdg_explore.errors import FrameError, ParameterError, ReadError
from bdg_explore.frames import CONTRACTS, check_frame

from ._seam import Laid, Seam, seam
from ._series import order_by_name
from ._source import Source, as_source, listed
from ._stacking import account, laid, one_scope, stack

JOINED_TABLES: Final = ("timeseries", "cycles", "curves", "impedance", "abuse", "auxiliary")
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
    frames = one_scope([_bare(parts[place]) for place in places], notes)
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
    frame = stack([laid(frame, found) for frame, found in zip(frames, seams, strict=True)])
    table = str(sources[0]["table"])
    if check and table in CONTRACTS:
        try:
            check_frame(frame, CONTRACTS[table])
        except FrameError as error:
            raise FrameError(f"{listed(names)}, joined: {error}") from None
    frame.attrs["source"] = account(sources, seams, len(frame), notes)
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


def _told_apart(frames: list[pd.DataFrame], notes: list[str]) -> list[pd.DataFrame]:
    """Give each part a number where it holds neither times, cycles nor steps: rows would mix."""
    if any({TEST_TIME, CYCLE, STEP} & set(frame.columns) for frame in frames):
        return frames
    notes.append(f"{STEP} numbers the parts, whose rows nothing else tells apart")
    return [frame.assign(**{STEP: place}) for place, frame in enumerate(frames, start=1)]


def _seams(frames: Sequence[pd.DataFrame]) -> list[Seam]:
    found: list[Seam] = []
    before: list[Laid] = []
    for frame in frames:
        start = _span(frame)[0]
        # those before that were still running; the last one always counts
        near = [one for one in before[:-1] if not _span(one.frame)[1] < start] + before[-1:]
        one = seam(near, frame) if near else Seam(np.ones(len(frame), bool))
        found.append(one)
        if one.keep.any():
            before.append(Laid(frame, one.add))
    return found


def _tell_columns(frames: Sequence[pd.DataFrame], names: Sequence[str], notes: list[str]) -> None:
    every = dict.fromkeys(name for frame in frames for name in frame.columns)
    for name, frame in zip(names, frames, strict=True):
        lacks = [column for column in every if column not in frame]
        if lacks:
            notes.append(f"{name} lacks {listed(lacks)}; missing there")
