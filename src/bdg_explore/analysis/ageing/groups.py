"""Which group each cell belongs to."""

from collections.abc import Hashable, Mapping
from typing import Any, Final, TypeAlias

import pandas as pd

from bdg_explore.columns import CELL
from bdg_explore.errors import FrameError, did_you_mean

By: TypeAlias = "str | Mapping[Hashable, Any] | pd.Series[Any] | None"

UNKNOWN: Final = "unknown"
ALL: Final = "all cells"


def groups_of(
    names: list[Any], by: Any, cells: pd.DataFrame | None, rows: pd.DataFrame
) -> "pd.Series[Any]":
    """Return the group of each cell."""
    index = pd.Index(names)
    if by is None:
        return pd.Series(ALL, index=index)
    if not isinstance(by, str):
        return pd.Series([dict(by).get(name) for name in names], index=index)
    if cells is not None:
        facts = cells.set_index(CELL) if CELL in cells.columns else cells
        if by in facts.columns:
            return facts.loc[~facts.index.duplicated(), by].reindex(index)
    if by in rows.columns and CELL in rows.columns:
        first = rows.drop_duplicates(CELL).set_index(CELL)[by]
        return first.reindex(index)
    known = [*map(str, rows.columns), *([] if cells is None else map(str, cells.columns))]
    raise FrameError(
        f"There is no column {by!r} to group cells by.{did_you_mean(by, known)}"
        + (" Give cells=..." if cells is None else "")
    )


def members_of(group_of: "pd.Series[Any]") -> list[tuple[Any, list[Any]]]:
    """Return each group and its cells: numbers in order, words by the alphabet, unknown last."""
    known = group_of.dropna()
    groups = sorted(known.unique(), key=lambda g: (isinstance(g, str), g))
    members = [(group, list(known.index[known == group])) for group in groups]
    lacking = list(group_of.index[group_of.isna()])
    return members + ([(UNKNOWN, lacking)] if lacking else [])
