"""Tables that leave: as csv, Parquet, JSON or HTML, each with the rights of its data.

What is private or under embargo stays, see `sharing`, unless whoever owns it says otherwise.
"""

import io
import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from bdg_explore.errors import ParameterError, SharingError, SharingWarning
from bdg_explore.rights import RIGHTS, Rights, as_lines, rights_in, rights_of

if TYPE_CHECKING:
    from .collection import Hubs

_HOW: Final = (
    "They leave this machine only if their owner says so: hubs.export(..., include_private=True), "
    "or bdg serve --share-private."
)


@dataclass(frozen=True)
class Leaving:
    """The cells that may leave, of those asked for.

    Attributes
    ----------
    hubs : Hubs
        Where their tables come from.
    cells : DataFrame
        Their rows, as `hubs` lists them.
    left_out : str
        How many stay and why, as a sentence; empty if none does.
    """

    hubs: "Hubs"
    cells: pd.DataFrame
    left_out: str = ""


def leaving(hubs: "Hubs", uids: Iterable[str], to: "Hubs | None" = None) -> Leaving:
    """Return which of some cells may leave.

    A cell that a private hub and a public one share leaves as the public one has it.

    Parameters
    ----------
    hubs : Hubs
        As their owner sees them.
    uids : iterable of str
        Cells of `hubs`.
    to : Hubs, optional
        What may leave; `hubs.for_others()` if not given.

    Raises
    ------
    SharingError
        None of them may.
    """
    to = hubs.for_others() if to is None else to
    asked = list(uids)
    if to is hubs:
        return Leaving(hubs, hubs.cells.loc[asked])
    known = {uid: next(filter(to.holds, hubs.names_of(uid)), None) for uid in asked}
    kept = list(dict.fromkeys(to.listed_as(name) for name in known.values() if name))
    staying = sum(name is None for name in known.values())
    if asked and not kept:
        raise SharingError(f"Nothing may leave: {_cells(staying)} private or under embargo. {_HOW}")
    told = f"Left out: {_cells(staying)} private or under embargo." if staying else ""
    return Leaving(to, to.cells.loc[kept], told)


def _cells(count: int) -> str:
    return "this one cell, which is" if count == 1 else f"{count:,} cells, which are"


def cells_csv(hubs: "Hubs | None", cells: pd.DataFrame) -> str:
    """Return the facts about cells as csv for a download, those that may leave.

    Raises
    ------
    SharingError
        None of them may.
    """
    out = cells if hubs is None else leaving(hubs, cells.index).cells
    return csv_with_rights(out, out, f"{len(out)} cells of BDG Explore")


def csv_with_rights(frame: pd.DataFrame, cells: pd.DataFrame, about: str) -> str:
    """Return a table as csv under a head that says whose data it is and how to cite it.

    Parameters
    ----------
    frame : DataFrame
        The table.
    cells : DataFrame
        Rows of the cells table that it is about.
    about : str
        What the table is, in a few words.

    Returns
    -------
    str
        Lines that begin with ``#``, then the csv. The first says how many lines to skip.
    """
    return _csv(frame, rights_in(frame) or rights_of(cells), about)


def _csv(frame: pd.DataFrame, rights: Rights, about: str) -> str:
    lines = [" ".join(about.split()), *as_lines(rights)]
    out = io.StringIO()
    out.write(f"# Read with pandas.read_csv(file, skiprows={len(lines) + 1})\n")
    out.writelines(f"# {line}\n" for line in lines)
    frame.to_csv(out, index=frame.index.name is not None)
    return out.getvalue()


def _json(frame: pd.DataFrame, rights: Rights, about: str) -> str:
    rows = frame.reset_index() if frame.index.name else frame
    content = json.loads(rows.to_json(orient="split", index=False, double_precision=15))
    return json.dumps({"about": about, RIGHTS: rights, **content}, ensure_ascii=False)


def _html(frame: pd.DataFrame, rights: Rights, about: str) -> str:
    told = "".join(f"<li>{escape(line)}</li>" for line in as_lines(rights))
    meta = escape(json.dumps(rights, ensure_ascii=False), quote=True)
    table = frame.to_html(index=frame.index.name is not None, border=0, na_rep="")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<title>{escape(about)}</title><meta name="{RIGHTS}" content="{meta}"></head>'
        f"<body><h1>{escape(about)}</h1><ul>{told}</ul>{table}</body></html>\n"
    )


def write_with_rights(
    frame: pd.DataFrame, path: str | Path, rights: Rights, about: str = "BDG Explore"
) -> Path:
    """Write a table with the rights of its data.

    Parameters
    ----------
    frame : DataFrame
        The table.
    path : path
        Ends on ``.csv`` (a head of lines with ``#``), ``.parquet`` (in ``.attrs``, which pandas
        gives back), ``.json`` or ``.html``.
    rights : list of dict
        See `bdg_explore.rights.rights_of`.
    about : str
        What the table is, in a few words.

    Raises
    ------
    ParameterError
        The path ends on something else.
    """
    target = Path(path)
    texts: dict[str, Callable[..., str]] = {".csv": _csv, ".json": _json, ".html": _html}
    suffix = target.suffix.lower()
    if suffix == ".parquet":
        bare = frame.copy(deep=False)
        bare.attrs = {RIGHTS: rights}  # nothing else: a path of this machine is nobody's business
        bare.to_parquet(target, index=frame.index.name is not None)
    elif suffix in texts:
        target.write_text(texts[suffix](frame, rights, about), encoding="utf-8")
    else:
        raise ParameterError(f"{target.name} must end on .csv, .parquet, .json or .html.")
    return target


def export(hubs: "Hubs", table: str, uids: Iterable[str], path: str | Path, **asked: Any) -> Path:
    """Write a table of some cells, as `Hubs.export` does."""
    include_private = asked.pop("include_private", False)
    out = leaving(hubs, uids, hubs if include_private else None)
    if out.left_out:
        warnings.warn(out.left_out, SharingWarning, stacklevel=3)
    frame = out.hubs.table(table, list(out.cells.index), **asked)
    about = f"{table} of {len(out.cells)} cell{'' if len(out.cells) == 1 else 's'}"
    return write_with_rights(frame, path, rights_in(frame) or rights_of(out.cells), about)
