"""Which files become which cells, and what each cell is called."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from bdg_explore.readers import base_name, group, name_part

from .files import SourceFile
from .layout import LONGEST_NAME

Parts = Literal["auto", "names", "never"]

# Ends of names that say which table a file holds; the files of one cell share the rest.
_TABLE_WORDS: Final = {
    "timeseries": re.compile(r"[_\-. ](?:time_?series(?:_data)?|raw)$", re.IGNORECASE),
    "cycles": re.compile(r"[_\-. ](?:cycle_data|cycles|summary)$", re.IGNORECASE),
    "impedance": re.compile(r"[_\-. ](?:p?eis|impedance)$", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A file whose format is known.

    Attributes
    ----------
    file : SourceFile
        The file.
    sha256 : str
        Checksum of its bytes.
    format, table, tester : str
        The reader's name, the table it gives first, and whose files these are.
    """

    file: SourceFile
    sha256: str
    format: str
    table: str
    tester: str


@dataclass(frozen=True, slots=True)
class Series:
    """One test: its files, in the order of their names, and the cell it is of.

    Attributes
    ----------
    cell : str
        Native id of the cell.
    files : tuple of Known
        One file, or the parts.
    only_by_number : bool
        Whether nothing but a number in the names says that these are parts; cells are numbered
        in the same way.
    beside_records : bool
        Whether it is a table of cycles of a cell whose records another file holds.
    """

    cell: str
    files: tuple[Known, ...]
    only_by_number: bool = False
    beside_records: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Names of the files."""
        return frozenset(known.file.name for known in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(known.file.size for known in self.files)


def plan(
    known: Sequence[Known],
    root: str,
    *,
    parts: Parts = "auto",
    apart: Collection[frozenset[str]] = (),
) -> list[Series]:
    """Say which files are parts of one test, and name the cells.

    Parameters
    ----------
    known : sequence of Known
        The files, each content once.
    root : str
        What a cell is called whose files have no name of their own (``Part1.csv``).
    parts : {"auto", "names", "never"}
        Whether files are joined; with *auto* the records have the last word.
    apart : collection of frozenset of str
        Files that are not parts of one test though their names say so.

    Returns
    -------
    list of Series
        In the order of the cells' names.

    Notes
    -----
    A cell is called as its file, with the folders it lies in and without suffix, part number,
    date, and the word for the table. So a name stays when other files come or go; only two files
    of one folder that differ in nothing but their suffix and hold the same table keep it.
    """
    by_path = {Path(one.file.name): one for one in known}
    formats = {path: one.format for path, one in by_path.items()}
    groups = [[path] for path in by_path] if parts == "never" else group(list(by_path), formats)
    found: list[tuple[str, list[Path]]] = []
    for members in groups:
        names = frozenset(path.as_posix() for path in members)
        for together in [[path] for path in members] if names in apart else [members]:
            table = by_path[together[0]].table
            found.append((_cell(together, table, root), together))
    taken: dict[tuple[str, str], int] = {}
    for cell, members in found:
        key = (cell.casefold(), by_path[members[0]].table)
        taken[key] = taken.get(key, 0) + 1
    series = []
    for cell, members in found:
        files = tuple(by_path[path] for path in members)
        if taken[cell.casefold(), files[0].table] > 1:
            cell = _full(members[0])
        numbered = all(name_part(path.name).kind == "number" for path in members)
        series.append(Series(cell, files, numbered and len(files) > 1))
    series = _apart_at_last(series)
    recorded = {one.cell for one in series if one.files[0].table == "timeseries"}
    series = [
        replace(one, beside_records=one.files[0].table == "cycles" and one.cell in recorded)
        for one in series
    ]
    return sorted(series, key=lambda one: (one.cell, one.files[0].file.name))


def _cell(members: Sequence[Path], table: str, root: str) -> str:
    name = base_name([path.name for path in members])
    word = _TABLE_WORDS.get(table)
    name = (word.sub("", name) if word else name) or name
    folder = PurePosixPath(members[0].as_posix()).parent
    if not name:
        return _clean(folder) if folder.name else root
    return _clean(folder / name)


def _full(path: Path) -> str:
    return _clean(PurePosixPath(path.as_posix()))


def _clean(path: PurePosixPath) -> str:
    """Return a path as an id and as a place for files: composed letters, no part too long."""
    parts = []
    for part in unicodedata.normalize("NFC", path.as_posix()).split("/"):
        encoded = part.encode()
        if len(encoded) > LONGEST_NAME:
            end = hashlib.sha256(encoded).hexdigest()[:8]
            part = encoded[: LONGEST_NAME - 9].decode(errors="ignore") + "-" + end
        parts.append(part.strip() or "_")
    return "/".join(parts)


def _apart_at_last(series: Sequence[Series]) -> list[Series]:
    """Tell cells apart that still share a name, for instance by the case of a letter."""
    count: dict[tuple[str, str], int] = {}
    for one in series:
        key = (one.cell.casefold(), one.files[0].table)
        count[key] = count.get(key, 0) + 1
    return [
        one
        if count[one.cell.casefold(), one.files[0].table] == 1
        else replace(one, cell=f"{one.cell}-{one.files[0].sha256[:8]}")
        for one in series
    ]
