"""Which files are parts of one test, and in which order: as their names tell.

Testers write a long test into several files and number or date them: ``test_01.res``,
``test.002``, ``test_Part2.csv``, ``CS2_35_8_17_10.xlsx`` (month, day, year). Labs number their
cells in the same way, so a bare number is only a hint; a word for a specimen before it
(``cell_01``) speaks against it.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Final, Literal

Kind = Literal["part", "date", "number", ""]

_PACKED: Final = (".gz",)
_DOUBLE: Final = (".bdf",)
_DATE: Final = re.compile(
    r"^(?P<base>.+?)[_\-. ]+(?P<a>\d{4}|\d{1,2})(?P<s>[_\-.])(?P<b>\d{1,2})(?P=s)"
    r"(?P<c>\d{4}|\d{1,2})"
    r"(?:[_\-. T]+(?P<h>\d{2})[_\-.h]?(?P<m>\d{2})(?:[_\-.m]?(?P<second>\d{2}))?)?$"
)
_COMPACT: Final = re.compile(
    r"^(?P<base>.+?)[_\-. ]+(?P<a>(?:19|20)\d\d)(?P<b>[01]\d)(?P<c>[0-3]\d)"
    r"(?:[_\-. T]?(?P<h>[0-2]\d)(?P<m>[0-5]\d)(?P<second>[0-5]\d)?)?$"
)
_PART: Final = re.compile(
    r"^(?P<base>.*?)[_\-. (]*(?:part|pt|teil|segment|continued)[_\-. ]*(?P<n>\d{1,4})"
    r"(?:[_\-. ]*of[_\-. ]*\d+)?\)?$",
    re.IGNORECASE,
)
# EC-Lab writes a file a technique: <name>_<nn>_<technique>_C<channel>
_TECHNIQUE: Final = re.compile(
    r"^(?P<base>.+)_(?P<n>\d\d)_(?P<what>[A-Z][A-Za-z]*)_(?P<channel>C[A-Z]?\d{1,3})$"
)
_NUMBER: Final = re.compile(r"^(?P<base>.*?)[_\- ]+(?P<n>\d{1,3})$")
_DIGITS: Final = re.compile(r"^(.*?)(\d{1,9})$")
_SPECIMEN: Final = frozenset({
    "cell", "cells", "ch", "chan", "channel", "sample", "coin", "pouch", "bat", "batt",
    "battery", "no", "nr", "id", "specimen", "module", "pack", "unit", "cycle", "cyc", "step",
    "rep", "replicate", "run", "stack", "electrode", "half",
})  # fmt: skip
_STYLES: Final = {"year_month_day": (0, 1, 2), "month_day_year": (2, 0, 1),
                  "day_month_year": (2, 1, 0)}  # fmt: skip


@dataclass(frozen=True)
class NamePart:
    """What a file name says about its place in a series.

    Attributes
    ----------
    base : str
        The name without its part number or date, and without suffixes.
    kind : {"part", "date", "number", ""}
        How the place is told: a word for a part (or a technique's number), a date, a bare number
        that may as well be a cell's, or not at all.
    key : tuple of int
        The number; or day, month, year in the order of the name, then hour, minute, second.
    suffix : str
        The end of the name; ``.#`` where that is the number.
    """

    base: str
    kind: Kind
    key: tuple[int, ...]
    suffix: str


def name_part(name: str) -> NamePart:
    """Take a file name apart.

    Examples
    --------
    >>> name_part("CS2_35_8_17_10.xlsx").key
    (8, 17, 10, 0, 0, 0)
    >>> name_part("test_Part2.csv")
    NamePart(base='test', kind='part', key=(2,), suffix='.csv')
    """
    stem, suffix = _stem(name)
    if re.fullmatch(r"\.\d{3}", suffix):
        return NamePart(stem, "number", (int(suffix[1:]),), ".#")
    if found := _PART.match(stem):
        base = found["base"].rstrip(" _-.(")
        return NamePart(base, "part", (int(found["n"]),), suffix)
    if found := _TECHNIQUE.match(stem):
        base = f"{found['base']}_{found['channel']}"
        return NamePart(base, "part", (int(found["n"]),), suffix)
    for pattern in (_DATE, _COMPACT):
        found = pattern.match(stem)
        if found and (found["h"] is None or int(found["h"]) < 24):
            key = tuple(int(found[g] or 0) for g in ("a", "b", "c", "h", "m", "second"))
            if any(_day(key, style) for style in _STYLES):
                return NamePart(found["base"], "date", key, suffix)
    if found := _NUMBER.match(stem):
        return NamePart(found["base"], "number", (int(found["n"]),), suffix)
    return NamePart(stem, "", (), suffix)


def order_by_name(names: Sequence[str]) -> tuple[list[int], str] | None:
    """Order files by the number or the date in their names.

    Parameters
    ----------
    names : sequence of str
        File names.

    Returns
    -------
    places : list of int
        Positions in true order.
    how : str
        Which it was, and how a date was read.
    None
        Where the names do not tell: no number or date, or one of them twice.
    """
    parts = [name_part(name) for name in names]
    kinds = {part.kind for part in parts}
    keys: list[tuple[int, ...]]
    if kinds == {"date"}:
        style, days = _dates([part.key for part in parts])
        how = f"by the date in their names, read as {style}"
        keys = [(d.toordinal(), *p.key[3:]) if d else () for d, p in zip(days, parts, strict=True)]
    elif kinds in ({"part"}, {"", "part"}):
        keys = [part.key or (1,) for part in parts]  # the first one is often not numbered
        how = "by the part number in their names"
    elif kinds == {"number"}:
        keys = [part.key for part in parts]
        how = "by the number in their names"
    else:  # test9.csv, test10.csv
        ends = [_DIGITS.match(stem(name)) for name in names]
        if len({found[1] if found else name for name, found in zip(names, ends, strict=True)}) > 1:
            return None
        keys = [(int(found[2]),) if found else () for found in ends]
        how = "by the number in their names"
    if len(set(keys)) < len(keys) or () in keys:
        return None
    return sorted(range(len(names)), key=lambda place: keys[place]), how


def group(
    paths: Sequence[str | os.PathLike[str]],
    formats: Mapping[Path, str] | Callable[[Path], str] | None = None,
) -> list[list[Path]]:
    """Say which files seem to be parts of one test, as their names tell.

    Parameters
    ----------
    paths : sequence of path
        The files; from several folders if you like.
    formats : mapping or callable, optional
        Format of each file; files of different formats are never parts of one test. Where it is
        not given, the suffix stands for it.

    Returns
    -------
    list of list of Path
        Each inner list is one test in the order of its parts; most hold one file. Parts lie in one
        folder, share their name up to part number or date, and have the same format. Every path
        stands there once, the lists in the order of their first file.
    """
    held: dict[tuple[Path, str, str, str, str], list[Path]] = {}
    for given in paths:
        path = Path(given)
        part = name_part(path.name)
        of = formats(path) if callable(formats) else (formats or {}).get(path, "")
        # an unnumbered file may be the first part of numbered ones
        kind: str = "part" if part.kind in ("", "part") else part.kind
        if kind == "number" and part.suffix != ".#" and not _may_be_a_part(part.base):
            kind = path.name
        ident = (path.parent, part.base.casefold(), part.suffix.casefold(), kind, of)
        held.setdefault(ident, []).append(path)
    found: list[list[Path]] = []
    for members in held.values():
        numbered = [path for path in members if name_part(path.name).kind]
        for together in (members, numbered):
            order = order_by_name([path.name for path in together]) if len(together) > 1 else None
            if order is not None:
                found.append([together[place] for place in order[0]])
                break
        else:
            together = []
        found += [[path] for path in members if path not in together]
    first = {Path(path): place for place, path in enumerate(paths)}
    return sorted(found, key=lambda members: min(first[path] for path in members))


def needs_evidence(names: Sequence[str]) -> bool:
    """Whether the names alone do not suffice to take the files for parts of one test."""
    return any(name_part(name).kind == "number" for name in names)


def base_name(names: Sequence[str]) -> str:
    """Return what the names of the parts of one test share; of one file, its stem.

    It is empty where the files are called ``Part1``, ``Part2`` and no more.
    """
    return name_part(names[0]).base if len(names) > 1 else stem(names[0])


def stem(name: str) -> str:
    """Return a file name without its suffixes; a numeric one stays, it may be all that differs."""
    head, suffix = _stem(name)
    return head + suffix if re.fullmatch(r"\.\d+", suffix) else head


def _stem(name: str) -> tuple[str, str]:
    suffixes = ""
    head = name
    for known in (_PACKED, None, _DOUBLE):
        end = PurePath(head).suffix
        if end and (known is None or end.casefold() in known) and not re.search(r"\s", end):
            head, suffixes = head[: -len(end)], end + suffixes
    return (head, suffixes) if head else (name, "")


def _may_be_a_part(base: str) -> bool:
    """Whether a bare number after this may count parts, not cells."""
    words = re.findall(r"[^\W\d_]+", base.casefold())
    return bool(words) and len(words[-1]) > 1 and words[-1] not in _SPECIMEN


def _dates(keys: Sequence[tuple[int, ...]]) -> tuple[str, list[date | None]]:
    """Read dates in the one style that all of them allow; US order where several do."""
    for style in _STYLES:
        days = [_day(key, style) for key in keys]
        if all(days):
            return style, days
    return "no one style", [None] * len(keys)


def _day(key: tuple[int, ...], style: str) -> date | None:
    year, month, day = (key[place] for place in _STYLES[style])
    if style == "year_month_day" and year < 1900:
        return None
    if year < 100:
        year += 1900 if year >= 70 else 2000
    try:
        return date(year, month, day) if 1970 <= year < 2050 else None
    except ValueError:
        return None
