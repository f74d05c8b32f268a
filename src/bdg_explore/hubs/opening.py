"""Open one table of some cells of one data set, wherever it lies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from bdg_explore.columns import CELL, KIND, NATIVE_ID, TABLES
from bdg_explore.errors import BdgError, FetchError, MissingDataError

from .download.consent import Permit
from .entries import Dataset, TableSource
from .missing import why_not
from .tables import read_table


@dataclass(frozen=True)
class Opened:
    """Part of a table, why some of the cells asked for are not in it, and what was raised."""

    frame: pd.DataFrame
    missing: Mapping[str, str]
    errors: tuple[BdgError, ...] = ()


def open_part(
    dataset: Dataset,
    tables: Mapping[str, TableSource],
    aliases: Mapping[str, str],
    name: str,
    members: pd.DataFrame,
    *,
    cycles: list[int] | None,
    permit: Permit,
    summary: Callable[[str], pd.DataFrame],
) -> Opened:
    """Return a table of some cells of a data set.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    tables : mapping
        Its tables, those of a mirror included.
    aliases : mapping
        Other names of its cells -> native id.
    name : str
        The table.
    members : DataFrame
        Rows of the cells table that are asked for.
    cycles : list of int or None
        Only these cycle numbers.
    permit : Permit
        Whether files may be fetched.
    summary : callable
        Gives the per-cycle summary of a uid that has only time series.

    Returns
    -------
    Opened
        The table, and uid -> reason for the cells it lacks.
    """
    held = members[TABLES].fillna("").str.split().map(set)
    has = held.map(lambda names: name in names).astype(bool)
    derives = name == "cycles" and held.map(lambda names: "timeseries" in names).astype(bool)
    direct, derived = members[has], members[~has & derives]
    parts: list[pd.DataFrame] = []
    missing: dict[str, str] = {}
    errors: list[BdgError] = []
    if len(direct):
        try:
            ids, names = _spelt(direct, tables[name], aliases)
            part = read_table(dataset, tables[name], ids, cycles=cycles, names=names, permit=permit)
            parts.append(part)
        except (MissingDataError, FetchError) as error:
            errors.append(error)
            missing.update(dict.fromkeys(map(str, direct.index), str(error)))
    for uid in map(str, derived.index):
        try:
            part = summary(uid)
            parts.append(part if cycles is None else part[part["cycle_count"].isin(cycles)])
        except BdgError as error:
            errors.append(error)
            missing[uid] = str(error)
    for uid in members.index[~has & ~(members.index.isin(derived.index))]:
        missing[str(uid)] = why_not(dataset, name, members.loc[uid], tables)
    frame = stacked(parts)
    if KIND not in frame.columns:
        frame[KIND] = dataset.kind
    return Opened(frame, missing, tuple(errors))


def _spelt(
    direct: pd.DataFrame, source: TableSource, aliases: Mapping[str, str]
) -> tuple[list[str], Mapping[str, str]]:
    """Return the ids as the table spells them, and the way back to native ids."""
    natives = list(direct[NATIVE_ID])
    if source.origin == "catalog" or not aliases:
        return natives, {}
    theirs: dict[str, list[str]] = {}
    for alias, native in aliases.items():
        theirs.setdefault(native, [native]).append(alias)
    return [spelling for native in natives for spelling in theirs.get(native, [native])], aliases


def stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Stack tables; columns one of them lacks are missing there."""
    if len(parts) == 1:
        return parts[0].reset_index(drop=True)
    # A column that is all missing in one part must not decide the type for the others.
    slim = [part.dropna(axis=1, how="all") for part in parts if len(part)]
    return (
        pd.concat(slim, ignore_index=True) if slim else pd.DataFrame({CELL: pd.Series(dtype=str)})
    )
