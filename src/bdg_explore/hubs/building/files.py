"""Which files of a folder may hold measurements."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .layout import is_store

# Texts that stand beside data and are none.
_ABOUT: Final = re.compile(
    r"^(readme|licen[cs]e|copying|changelog|changes|citation|authors|contributing|notice"
    r"|thumbs\.db$|desktop\.ini$)",
    re.IGNORECASE,
)
# Documents and programs, which a reader of tables might stumble over.
_PROSE: Final = frozenset({
    ".md", ".rst", ".tex", ".bib", ".pdf", ".htm", ".html", ".yaml", ".yml", ".toml", ".py",
    ".ipynb", ".m", ".r", ".jl", ".sh", ".bat",
})  # fmt: skip
_TEMPORARY: Final = ("~$", "~", ".")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the folder.

    Attributes
    ----------
    path : Path
        Where it is.
    name : str
        Its path inside the folder, ``/`` between folders; what cannot be written as text is
        replaced.
    size : int
        Its size [bytes].
    """

    path: Path
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file or folder that is not looked into, and why."""

    name: str
    reason: str


def files_in(folder: Path, out: Path) -> Iterator[SourceFile | PassedOver]:
    """Walk a folder, in one order on every machine.

    Parameters
    ----------
    folder : Path
        Where to look, folders inside included; links to folders are not followed.
    out : Path
        The store that is being built; what lies in it is passed over without a word.

    Yields
    ------
    SourceFile or PassedOver
        Hidden and temporary files are neither.
    """
    own = out.resolve()
    unreadable: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=unreadable.append):
        here = Path(place)
        folders[:] = sorted(f for f in folders if not f.startswith(_TEMPORARY))
        for inner in list(folders):
            if (here / inner).resolve() == own:
                folders.remove(inner)
            elif (here / inner).is_symlink():
                yield PassedOver(written(here / inner, folder), "a link to a folder")
            elif is_store(here / inner):
                folders.remove(inner)
                yield PassedOver(written(here / inner, folder), "a store that bdg build made")
        for name in sorted(names):
            if not name.startswith(_TEMPORARY):
                yield _file(here / name, written(here / name, folder))
    for error in unreadable:
        place = written(Path(str(error.filename)), folder)
        yield PassedOver(place, f"the folder cannot be read: {error.strerror}")


def written(path: Path, folder: Path) -> str:
    """Return a path inside a folder as text that can be written everywhere."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")


def _file(path: Path, name: str) -> SourceFile | PassedOver:
    if _ABOUT.match(path.name):
        return PassedOver(name, "a text about the data")
    if path.suffix.lower() in _PROSE:
        return PassedOver(name, "a document or a program")
    try:
        status = path.stat()
    except OSError as error:
        return PassedOver(name, f"it cannot be opened: {error.strerror}")
    if not stat.S_ISREG(status.st_mode):
        return PassedOver(name, "no ordinary file")
    return SourceFile(path, name, status.st_size)
