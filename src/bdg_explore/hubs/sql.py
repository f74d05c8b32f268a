"""Questions in SQL over cells, data sets and the Parquet tables on this machine."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import pandas as pd

from bdg_explore.columns import CELL
from bdg_explore.errors import BdgError

from .entries import Dataset, TableSource
from .fetching.cache import cached

Local = tuple[Dataset, TableSource, Mapping[str, str]]


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
    local : iterable of (Dataset, TableSource, aliases)
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
    for dataset, source, aliases in local:
        if _is_parquet(source) and not source.grid:
            by_name.setdefault(source.name, []).append((dataset, source, aliases))
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


def _select(connection: duckdb.DuckDBPyConnection, member: Local, alias_table: str) -> str:
    dataset, source, aliases = member
    paths = ", ".join(_quoted(str(_path(file.url, file.sha256))) for file in source.files)
    renames = ", ".join(f'"{old}" as "{new}"' for old, new in source.rename.items())
    rename = f" rename ({renames})" if renames else ""
    native = f'cast("{CELL}" as varchar)'
    uid, join = native, ""
    if source.origin == "mirror" and aliases:
        frame = pd.DataFrame({"alias": list(aliases), "native": list(aliases.values())})
        connection.register(alias_table, frame)
        uid = f"coalesce({alias_table}.native, {native})"
        join = f" left join {alias_table} on {native} = {alias_table}.alias"
    columns = f'parts.* exclude ("{CELL}"){rename}'
    return (
        f'select {_quoted(dataset.id + "/")} || {uid} as "{CELL}", {columns} '  # noqa: S608
        f"from read_parquet([{paths}]) as parts{join}"
    )


def _path(url: str, sha256: str | None) -> Path:
    local = cached(url, sha256=sha256) if "://" in url else Path(url)
    return local or Path(url)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
