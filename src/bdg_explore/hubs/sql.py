"""Questions in SQL over cells, data sets and the Parquet tables on this machine."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd

from bdg_explore.columns import CELL
from bdg_explore.errors import BdgError

from .entries import Dataset, TableSource
from .tables import path_here


@dataclass(frozen=True)
class Local:
    """A table on this machine.

    Attributes
    ----------
    dataset, source : Dataset, TableSource
        Whose it is, and where.
    aliases : mapping
        Other names of its cells -> native id.
    instead : mapping
        Native ids of cells that are listed under another data set -> their uid there, or None
        where that data set has the table too.
    """

    dataset: Dataset
    source: TableSource
    aliases: Mapping[str, str]
    instead: Mapping[str, str | None]


def query(
    text: str, cells: pd.DataFrame, datasets: pd.DataFrame, local: Iterable[Local]
) -> pd.DataFrame:
    """Run a query.

    Parameters
    ----------
    text : str
        SQL as DuckDB speaks it.
    cells, datasets : DataFrame
        Registered under these names.
    local : iterable of Local
        Tables on this machine; those in Parquet become views, one a table name.

    Returns
    -------
    DataFrame
        The result.

    Raises
    ------
    BdgError
        DuckDB's message, and which tables there are.
    """
    by_name: dict[str, list[Local]] = {}
    for one in local:
        if _is_parquet(one.source) and not one.source.grid:
            by_name.setdefault(one.source.name, []).append(one)
    with duckdb.connect() as connection:
        connection.register("cells", cells)
        connection.register("datasets", datasets)
        for name, members in by_name.items():
            if name == "cells" or not re.search(rf"\b{re.escape(name)}\b", text):
                continue
            selects = [
                _select(connection, member, f"{name}_aliases_{i}")
                for i, member in enumerate(members)
            ]
            connection.execute(f'create view "{name}" as ' + " union all by name ".join(selects))
        try:
            return connection.execute(text).df()
        except duckdb.Error as error:
            known = ", ".join(sorted({"cells", "datasets", *by_name}))
            raise BdgError(f"The query failed: {error}\nTables here: {known}.") from error


def _is_parquet(source: TableSource) -> bool:
    return source.format == "parquet" or all(f.url.endswith(".parquet") for f in source.files)


def _select(connection: duckdb.DuckDBPyConnection, member: Local, names_table: str) -> str:
    source = member.source
    paths = ", ".join(_quoted(str(path_here(file))) for file in source.files)
    renames = ", ".join(f'"{old}" as "{new}"' for old, new in source.rename.items())
    rename = f" rename ({renames})" if renames else ""
    native = f'cast("{CELL}" as varchar)'
    uid, join = f"{_quoted(member.dataset.id + '/')} || {native}", ""
    names = _names(member)
    if names:
        frame = pd.DataFrame({"spelt": list(names), "uid": list(names.values())}, dtype=str)
        connection.register(names_table, frame)
        uid = f"coalesce({names_table}.uid, {uid})"
        join = (
            f" left join {names_table} on {native} = {names_table}.spelt "
            f"where {names_table}.spelt is null or {names_table}.uid is not null"
        )
    columns = f'parts.* exclude ("{CELL}"){rename}'
    return (
        f'select {uid} as "{CELL}", {columns} '  # noqa: S608
        f"from read_parquet([{paths}]) as parts{join}"
    )


def _names(member: Local) -> dict[str, str | None]:
    """Return spellings of native ids -> the uid they stand for, or None to leave the cell out."""
    spelt = {native: native for native in member.instead}
    if member.source.origin == "mirror":
        spelt = {**member.aliases, **spelt}
    usual = f"{member.dataset.id}/"
    return {name: member.instead.get(native, usual + native) for name, native in spelt.items()}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
