"""One row a cell: what the facts tables, the data sets and the tables themselves know."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from bdg_explore.columns import (
    ACCESS,
    ALSO_KNOWN_AS,
    AVAILABILITY,
    BATCH,
    CELL,
    CITATION,
    COLUMNS,
    DATASET,
    DOI,
    HUB,
    KIND,
    LANDING_URL,
    LICENCE,
    NATIVE_ID,
    NOTE,
    SEGMENT,
    SPLIT,
    TABLES,
    TITLE,
    UNVERIFIED,
)

from .entries import PRIMARY, Dataset, TableSource
from .facts import read_facts
from .packages import is_packaged
from .sharing import effective_access
from .tables import ids_in, is_here

# The order people read a cell in; what the facts tables add follows.
_FIRST: Final = (
    DATASET, NATIVE_ID, HUB, TITLE, SEGMENT, KIND, "cathode_chemistry", "anode_chemistry",
    "nominal_capacity_ah", "form_factor", "cell_model", "manufacturer",
    "ambient_temperature_celsius", "charging_c_rate", "discharging_c_rate", "soc_minimum",
    "soc_maximum", "minimum_voltage_volt", "maximum_voltage_volt", "protocol", BATCH, SPLIT,
    "replicate", "cycle_life", "objective_of_test", "test_equipment", "contact_details",
    TABLES, AVAILABILITY, LICENCE, ACCESS, DOI, CITATION, LANDING_URL, UNVERIFIED, NOTE,
    ALSO_KNOWN_AS,
)  # fmt: skip


def facts_of(dataset: Dataset) -> pd.DataFrame:
    """Return the facts a data set's catalog gives about its cells, indexed by native id.

    Raises
    ------
    CatalogError
        The table is missing, has no `native_id`, repeats one, or has an unknown column.
    FetchError
        It lies on the web and cannot be had.
    """
    if dataset.told is not None:
        return dataset.told
    return read_facts(dataset.id, dataset.facts, dataset.place)


def alias_map(facts: pd.DataFrame) -> dict[str, str]:
    """Return other names of cells -> native id."""
    if ALSO_KNOWN_AS not in facts.columns:
        return {}
    return {
        alias.strip(): str(native)
        for native, aliases in facts[ALSO_KNOWN_AS].dropna().items()
        for alias in str(aliases).split(";")
    }


def cells_of(
    dataset: Dataset,
    tables: Mapping[str, TableSource],
    facts: pd.DataFrame,
    aliases: Mapping[str, str],
) -> pd.DataFrame:
    """Return one row a cell of a data set, indexed by uid.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    tables : mapping
        The tables it can be opened from, a mirror's included.
    facts : DataFrame
        What `facts_of` returned.
    aliases : mapping
        What `alias_map` returned.

    Returns
    -------
    DataFrame
        Columns of the cells table. A cell that only a table names is there too; none is invented.
    """
    held: dict[str, dict[str, None]] = {}
    for name, source in tables.items():
        if name == "cells":
            continue
        # A catalog's own local table is about the cells its facts list: no need to ask the file.
        asks = source.origin == "mirror" or not len(facts) or source.cells is not None
        ids = [aliases.get(i, i) for i in ids_in(source)] if asks else list(map(str, facts.index))
        for native in ids:
            held.setdefault(native, {})[name] = None
    natives = [*map(str, facts.index), *(i for i in held if i not in facts.index)]
    if not natives:
        return _NO_CELLS
    known = facts.reindex(natives)
    columns: dict[str, Any] = {name: known[name].array for name in known.columns}
    shared = {**{key: dataset.primary.get(key) for key in PRIMARY}, **dataset.secondary}
    for name, value in shared.items():
        if name not in COLUMNS or value is None or isinstance(value, dict):
            continue  # of this segment only, it stays with the data set; or not known
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        columns[name] = known[name].fillna(text).array if name in known.columns else text
    here = {name for name, source in tables.items() if is_here(source)}
    packaged = {n for n, s in tables.items() if any(is_packaged(file.url) for file in s.files)}
    columns |= {name: value for name, value in _constants(dataset).items() if value is not None}
    columns[NATIVE_ID] = natives
    columns[TABLES] = [" ".join(held.get(native, ())) for native in natives]
    columns[AVAILABILITY] = [
        _availability(dataset, held.get(native, {}), here, packaged) for native in natives
    ]
    index = pd.Index([f"{dataset.id}/{native}" for native in natives], name=CELL)
    return pd.DataFrame(columns, index=index)


_NO_CELLS: Final = pd.DataFrame(index=pd.Index([], name=CELL, dtype=str))


def joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Stack the cells of several data sets, columns in reading order and of one type each."""
    # Columns that are all unknown in one data set must not decide the type for the others.
    slim = [frame.dropna(axis=1, how="all") for frame in frames if len(frame)]
    stacked = pd.concat(slim) if slim else pd.DataFrame(index=pd.Index([], name=CELL, dtype=str))
    order = [*_FIRST, *(name for name in stacked.columns if name not in _FIRST)]
    stacked = stacked.reindex(columns=order)
    for name in stacked.columns:
        if COLUMNS[name].kind == "text":
            stacked[name] = stacked[name].astype("str")
        else:
            stacked[name] = pd.to_numeric(stacked[name]).astype(float)
    stacked.index = pd.Index(stacked.index.astype("str"), name=CELL)
    return stacked


def _constants(dataset: Dataset) -> dict[str, Any]:
    return {
        DATASET: dataset.id,
        HUB: dataset.hub.id,
        TITLE: dataset.title,
        SEGMENT: dataset.segment,
        KIND: dataset.kind,
        LICENCE: dataset.licence,
        ACCESS: effective_access(dataset),
        DOI: dataset.doi,
        CITATION: dataset.reference or None,
        LANDING_URL: dataset.landing_url,
        UNVERIFIED: ", ".join(dataset.unverified) or None,
    }


def _availability(
    dataset: Dataset, held: Mapping[str, None], here: set[str], packaged: set[str]
) -> str:
    if set(held) & here:
        return "here"
    if set(held) & packaged:
        return "install"
    if held or (dataset.access == "open" and any(one.url for one in dataset.downloads)):
        return "download"
    return "request"
