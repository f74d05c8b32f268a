"""Turn what a person names into uids of cells."""

from collections.abc import Iterable, Mapping

import pandas as pd

from bdg_explore.columns import AVAILABILITY, CELL, DATASET, NATIVE_ID, TABLES
from bdg_explore.errors import MissingDataError, UnknownNameError, did_you_mean

Cells = str | Iterable[str] | pd.DataFrame


def uids_of(asked: Cells, cells: pd.DataFrame, rows: Mapping[str, int]) -> list[str]:
    """Return the uids that a uid, several, or rows of the cells table name, each once.

    `rows` maps every known uid to its row in `cells`.

    Raises
    ------
    UnknownNameError
        A uid is not in `cells`; names the nearest.
    MissingDataError
        Nothing was asked for.
    """
    if isinstance(asked, pd.DataFrame):
        named: Iterable[str] = asked[CELL] if CELL in asked.columns else asked.index
    else:
        named = [asked] if isinstance(asked, str) else asked
    uids = list(dict.fromkeys(map(str, named)))
    if not uids:
        raise MissingDataError(
            "No cell was asked for: the list is empty. hubs.find(...) shows what there is."
        )
    for uid in uids:
        if uid not in rows:
            raise UnknownNameError(_unknown(uid, cells))
    return uids


def holders(table: str, cells: pd.DataFrame, *, here: bool) -> list[str]:
    """Return the uids of the cells that hold a table; only those on this machine if `here`."""
    held = cells[TABLES].fillna("").str.split().map(lambda names: table in names).astype(bool)
    if here:
        held &= cells[AVAILABILITY] == "here"
    return list(cells.index[held])


def _unknown(uid: str, cells: pd.DataFrame) -> str:
    same = cells.index[cells[NATIVE_ID] == uid]
    if len(same):
        return f"{uid!r} is a native id. Ask for the uid {same[0]!r}."
    prefix = uid.split("/")[0]
    near = cells.index[cells[DATASET] == prefix]
    hint = did_you_mean(uid, near if len(near) else cells.index)
    return f"No cell is called {uid!r}.{hint} hubs.find({prefix!r}) searches."
