"""What kind of value each key of a catalog takes; anything else is refused by name.

Which keys there are and which words they may hold stands in `entries`. Here a list is told from
a word, and a number from a text, before anything is done with it.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from bdg_explore.columns import COLUMNS
from bdg_explore.errors import CatalogError

Check = Callable[[Any, str], None]

_LONGEST: Final = 20_000  # characters of a text
_LARGEST: Final = 1e18  # of a number; more bytes, cells or volts there are not
_ID: Final = re.compile(r"\w[\w+-]*(?:\.[\w+-]+)*")
_TABLE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DOI: Final = re.compile(r"10\.\d{4,9}/[!-~]{1,250}")
_DIGEST: Final = {"sha256": re.compile(r"[0-9a-fA-F]{64}"), "md5": re.compile(r"[0-9a-fA-F]{32}")}
_MOST_POINTS: Final = 100_000
_SHOWN: Final = 60


def checked_id(value: Any, where: str) -> str:
    """Return the id of a hub or data set: letters, digits, ``_``, ``+``, ``-`` and single dots.

    It becomes part of a cell's uid and of file names, so it holds nothing that means more there.
    """
    text = str(value)
    if len(text) > 200 or not _ID.fullmatch(text):
        raise CatalogError(
            f"{where}: {_short(text)} cannot be an id. Use letters, digits, _, - and dots between."
        )
    return text


def check_entry(entry: Mapping[str, Any], where: str) -> None:
    """Check the kinds of all values of an entry of a hub's catalog.

    Raises
    ------
    CatalogError
        A list stands where a word should, a text where a number should, and the like.
    """
    _text(entry.get("description"), f"{where}: description")
    _mapping(entry.get("args"), f"{where}: args")
    args = entry.get("args") or {}
    _word(args.get("cells"), f"{where}: cells")
    _mapping(args.get("tables"), f"{where}: tables")
    for name, table in (args.get("tables") or {}).items():
        if not isinstance(name, str) or not _TABLE.fullmatch(name):
            raise CatalogError(
                f"{where}: {_short(name)} cannot be the name of a table. Use cycles, timeseries, "
                "curves or another word in lower case."
            )
        check_table(table, f"{where}: {name}")
    _each(_keys(_DOWNLOAD))(args.get("downloads"), f"{where}: downloads")
    _keys(_METADATA)(entry.get("metadata"), f"{where}: metadata")


def check_table(table: Any, where: str) -> None:
    """Check the kinds of all values of one table of an entry, or of a mirror."""
    if not isinstance(table, Mapping):
        _refuse(table, "a mapping with url: or files:", where)
    _keys(_TABLE_KEYS)(table, where)


def check_hub(head: Any, where: str) -> None:
    """Check the kinds of all values in the head of a hub's catalog."""
    if not isinstance(head, Mapping):
        _refuse(head, "a mapping with id: and name:", where)
    _keys(_HUB)(head, where)


# --- kinds; each takes None for "not said" --------------------------------------------------------


def _refuse(value: Any, wanted: str, where: str) -> NoReturn:
    raise CatalogError(f"{where} is {_short(value)} and must be {wanted}.")


def _short(value: Any) -> str:
    if isinstance(value, list | Mapping):
        return f"a {'list' if isinstance(value, list) else 'mapping'} of {len(value)}"
    text = repr(value if len(str(value)) <= _SHOWN else str(value)[:_SHOWN] + "...")
    return (
        text if not isinstance(value, bool) else f"{text} (write it in quotes if a word is meant)"
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any, where: str) -> None:
    if value is not None and not (isinstance(value, str | date) or _is_number(value)):
        _refuse(value, "a text", where)
    if isinstance(value, str) and len(value) > _LONGEST:
        _refuse(value, f"a text of at most {_LONGEST} characters", where)


def _word(value: Any, where: str) -> None:
    """Accept a text that names something: a number is not meant here."""
    if value is not None and not isinstance(value, str):
        _refuse(value, "a text", where)
    _text(value, where)


def _number(value: Any, where: str) -> None:
    if value is None:
        return
    if not _is_number(value):
        _refuse(value, "a number alone, without a unit", where)
    if not math.isfinite(value) or abs(value) > _LARGEST:
        _refuse(value, f"a finite number, at most {_LARGEST:g}", where)


def _count(value: Any, where: str) -> None:
    _number(value, where)
    if value is not None and (not isinstance(value, int) or value < 0):
        _refuse(value, "a whole number, 0 or more", where)


def _mapping(value: Any, where: str) -> None:
    if value is not None and not isinstance(value, Mapping):
        _refuse(value, "a mapping of keys to values", where)


def _doi(value: Any, where: str) -> None:
    if value is not None and not (isinstance(value, str) and _DOI.fullmatch(value)):
        _refuse(value, "a DOI alone, 10.1234/abc", where)


def _link(value: Any, where: str) -> None:
    """Accept what a page may link to: a web address, and nothing a browser would run."""
    if value is None:
        return
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        fine = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        fine = False
    if not fine or not re.fullmatch(r"[^\s\\<>\"]{1,2000}", value):
        _refuse(value, "a web address, https://...", where)


def _digest(name: str) -> Check:
    def check(value: Any, where: str) -> None:
        if value is not None and not (isinstance(value, str) and _DIGEST[name].fullmatch(value)):
            _refuse(value, f"a {name} in hexadecimal digits", where)

    return check


def _each(check: Check) -> Check:
    """Accept a list of such values."""

    def all_of(value: Any, where: str) -> None:
        if value is not None and not isinstance(value, list | tuple):
            _refuse(value, "a list", where)
        for one in value or ():
            _said(check)(one, where)

    return all_of


def _said(check: Check) -> Check:
    """Accept such a value, and no empty place for one."""

    def given(value: Any, where: str) -> None:
        if value is None:
            _refuse(value, "given, or left out", where)
        check(value, where)

    return given


def _some(check: Check) -> Check:
    """Accept one such value, or a list of them."""

    def any_of(value: Any, where: str) -> None:
        (_each(check) if isinstance(value, list | tuple) else check)(value, where)

    return any_of


def _map(check: Check) -> Check:
    """Accept a mapping of any words to such values."""

    def all_of(value: Any, where: str) -> None:
        _mapping(value, where)
        for key, one in (value or {}).items():
            _text(key, where)
            check(one, f"{where}: {_short(key)}")

    return all_of


def _keys(checks: Mapping[str, Check]) -> Check:
    """Accept a mapping in which each known key has its own kind; which are known is not asked."""

    def all_of(value: Any, where: str) -> None:
        _mapping(value, where)
        for key, one in (value or {}).items():
            if key in checks:
                checks[key](one, f"{where}: {key}")

    return all_of


def _grid(value: Any, where: str) -> None:
    """Accept start, stop and number of points for each column."""
    _map(_map(_number))(value, where)
    for name, spec in (value or {}).items():
        num = (spec or {}).get("num")
        if set(spec or {}) != {"start", "stop", "num"} or None in spec.values():
            raise CatalogError(f"{where}: {_short(name)} needs start:, stop: and num:, no more.")
        if not isinstance(num, int) or not 2 <= num <= _MOST_POINTS:
            _refuse(num, f"a whole number of points from 2 to {_MOST_POINTS}", f"{where}: num")


def _facts(value: Any, where: str) -> None:
    """Accept what holds for all cells: a number where the column holds numbers, else words."""
    _mapping(value, where)
    for key, one in (value or {}).items():
        at = f"{where}: {_short(key)}"
        if isinstance(one, Mapping):
            _map(_some(_text))(one, at)
        elif key in COLUMNS and COLUMNS[key].kind != "text":
            _number(one, at)
        else:
            _some(_text)(one, at)


def _texts(keys: Iterable[str]) -> dict[str, Check]:
    return dict.fromkeys(keys, _text)


def _words(keys: Iterable[str]) -> dict[str, Check]:
    return dict.fromkeys(keys, _word)


_HUB: Final[Mapping[str, Check]] = {
    **_texts(("id", "name", "operator", "access", "licence", "contact", "notes")),
    "landing_url": _link,
    "unverified": _some(_word),
}
_FILE: Final[Mapping[str, Check]] = {
    **_words(("url", "member")),
    **_texts(("cell", "name")),
    "sha256": _digest("sha256"),
    "md5": _digest("md5"),
    "bytes": _count,
}
_DOWNLOAD: Final[Mapping[str, Check]] = {
    **_FILE, **_texts(("layout", "note")),
}  # fmt: skip
_TABLE_KEYS: Final[Mapping[str, Check]] = {
    **_words(("format", "note")),
    "url": _some(_word),
    "path": _some(_word),
    "member": _some(_word),
    "files": _each(_keys(_FILE)),
    "rename": _map(_text),
    "cells": _each(_text),
    "grid": _grid,
    "scale": _map(_said(_number)),
    "sha256": _digest("sha256"),
    "md5": _digest("md5"),
    "bytes": _count,
}
_METADATA: Final[Mapping[str, Check]] = {
    **_words(("hub", "segment", "kind", "licence", "access", "notes", "how_to_get")),
    **_texts(("title",)),
    "cells_stated": _count,
    "citation": _keys(
        {**_texts(("title", "journal", "year")), "authors": _some(_text), "doi": _doi}
    ),
    "doi": _doi,
    "landing_url": _link,
    "primary": _facts,
    "secondary": _facts,
    "unverified": _some(_word),
    "also_in": _some(_word),
    "siblings": _some(_word),
    "counted": _map(_text),
}
