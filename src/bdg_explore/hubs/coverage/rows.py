"""How well catalogs describe what they list: one row a data set, and counts over the rows.

Everything is worked out from the catalogs alone: a data set is *listed*, whether its address
answers nobody has asked. A value stands in one of three states: *known*; *unverified*, stated but
traced to no primary source; *unknown*.
"""

import re
from collections.abc import Iterable
from typing import Any, Final
from weakref import WeakKeyDictionary

import pandas as pd

from bdg_explore.columns import (
    ACCESS,
    ANODE,
    CATHODE,
    DATASET,
    DOI,
    HUB,
    KIND,
    LANDING_URL,
    LICENCE,
    NOMINAL_CAPACITY,
    NOTE,
    OBJECTIVE,
    SEGMENT,
    TITLE,
    UNVERIFIED,
)
from bdg_explore.metadata import Primary, Record, fair_score
from bdg_explore.metadata.facts import facts_of
from bdg_explore.metadata.synonyms import CHEMISTRIES, shown_name

from ..collection import Hubs
from ..metadata_record import fair_of, record_of

STATES: Final = ("known", "unverified", "unknown")
ANSWERS: Final = ("true", "partial", "false")
DEMO: Final = "demo"
"""State of what ships with the package: synthetic, and never counted with the world's data."""

FIELDS: Final = tuple(facts_of(Primary))
"""The seven primary fields of Table S1."""

HUB_NAME: Final = "hub_name"
STATED: Final = "stated"
YEAR: Final = "year"
IS_DEMO: Final = "is_demo"
FAMILIES: Final = "chemistry_families"
SEVERAL: Final = {FAMILIES: " + ", OBJECTIVE: ", "}
"""Columns whose text may hold several values, and what parts them."""
PRIMARY_STATED: Final = "primary_stated"
PRIMARY_VERIFIED: Final = "primary_verified"
FAIR_SCORE: Final = "fair_score"
CELLS_KNOWN: Final = "cells_known"

_DEMO_HUB: Final = "demo"
# Those written in capitals are the names of compounds for a cathode.
_FAMILIES: Final = frozenset(name for name in CHEMISTRIES if name.isupper())
_SEVERAL: Final = re.compile(r"\s*(?:,|/|\+|\bor\b|\band\b|\bblend\b|(?<=[A-Z])-(?=[A-Z]))\s*")
# Of a collection that lists nothing, so that a page of it has what to count.
_COLUMNS: Final = (
    DATASET, TITLE, HUB, SEGMENT, KIND, IS_DEMO, CATHODE, FAMILIES, OBJECTIVE, STATED, LICENCE,
    ACCESS, PRIMARY_STATED, PRIMARY_VERIFIED, FAIR_SCORE,
    *(f"{field}_state" for field in (*FIELDS, LICENCE, ACCESS)),
)  # fmt: skip
_KEPT: "WeakKeyDictionary[Hubs, pd.DataFrame]" = WeakKeyDictionary()


def state(name: str) -> str:
    """Return the column of `overview` that tells how well a field is known."""
    return f"{name}_state"


def indicator(name: str) -> str:
    """Return the column of `overview` that holds the answer to a FAIR indicator."""
    return f"fair_{name}"


def overview(hubs: Hubs) -> pd.DataFrame:
    """Return one row a data set: what it is, how well it is described, how FAIR it is.

    Parameters
    ----------
    hubs : Hubs
        What `open_hubs` returned. The answer is kept as long as they are; do not change it.

    Returns
    -------
    DataFrame
        Indexed by data set, the demo last. Beside columns of the vocabulary: `primary_stated` and
        `primary_verified`, how many of the seven primary fields are known at all and known beyond
        doubt; `fair_score`, the mean of the indicators [0-1]; `chemistry_families` of the cathode;
        `is_demo`; `<field>_state`, one of `STATES`, for each primary field, licence and access; and
        `fair_<name>`, one of `ANSWERS`, for each FAIR indicator.
    """
    if hubs not in _KEPT:
        by_cell = _stated_by_cells(hubs)
        rows = [
            _row(hubs, str(name), by_cell.get(str(name), set())) for name in hubs.datasets.index
        ]
        table = pd.DataFrame(rows, columns=list(rows[0]) if rows else list(_COLUMNS))
        table = table.astype({IS_DEMO: bool}).set_index(DATASET, drop=False)
        _KEPT[hubs] = table.sort_values(IS_DEMO, kind="stable")
    return _KEPT[hubs]


def _row(hubs: Hubs, name: str, by_cell: set[str]) -> dict[str, Any]:
    dataset = hubs.dataset(name)
    listed: Any = hubs.datasets.loc[name]
    record, answers = record_of(dataset), fair_of(dataset)
    states = {field: field_state(record, field, by_cell) for field in FIELDS}
    known = [one for one in states.values() if one != "unknown"]
    return {
        DATASET: name,
        TITLE: dataset.title,
        HUB: dataset.hub.id,
        HUB_NAME: dataset.hub.name,
        SEGMENT: dataset.segment,
        KIND: dataset.kind,
        IS_DEMO: dataset.hub.id == _DEMO_HUB,
        CATHODE: listed[CATHODE],
        ANODE: listed[ANODE],
        NOMINAL_CAPACITY: dataset.primary.get(NOMINAL_CAPACITY),
        FAMILIES: SEVERAL[FAMILIES].join(
            families(listed[CATHODE]) or _families_of_cells(hubs, name)
        )
        or None,
        OBJECTIVE: listed[OBJECTIVE],
        STATED: dataset.stated or None,
        CELLS_KNOWN: int(listed[CELLS_KNOWN]),
        YEAR: dataset.citation.get("year"),
        LICENCE: None if dataset.licence == "unknown" else dataset.licence,
        ACCESS: listed[ACCESS],
        DOI: dataset.doi,
        LANDING_URL: dataset.landing_url,
        PRIMARY_STATED: len(known),
        PRIMARY_VERIFIED: known.count("known"),
        FAIR_SCORE: fair_score(answers),
        UNVERIFIED: ", ".join(dataset.unverified) or None,
        NOTE: dataset.notes,
        state(LICENCE): _rights_state(record, LICENCE, record.licence == "unknown"),
        state(ACCESS): _rights_state(record, ACCESS, unknown=False),
        **{state(field): told for field, told in states.items()},
        **{indicator(one.name): str(one.value).lower() for one in answers},
    }


def field_state(record: Record, field: str, by_cell: Iterable[str] = ()) -> str:
    """Return how well a primary field of a record is known: one of `STATES`.

    Parameters
    ----------
    record : Record
        Of a data set.
    field : str
        One of `FIELDS`.
    by_cell : iterable of str
        Fields that differ from cell to cell and that every listed cell states.
    """
    if field in record.missing and field not in by_cell:
        return "unknown"
    return "unverified" if record.is_unverified(field) else "known"


def _rights_state(record: Record, field: str, unknown: bool) -> str:
    if unknown:
        return "unknown"
    return "unverified" if record.is_unverified(field) else "known"


def _stated_by_cells(hubs: Hubs) -> dict[str, set[str]]:
    """Return, for each data set with listed cells, the primary fields that all of them state."""
    fields = [field for field in FIELDS if field in hubs.cells.columns]
    stated = hubs.cells[fields].notna().groupby(hubs.cells[DATASET]).all()
    return {str(name): {f for f in fields if row[f]} for name, row in stated.iterrows()}


def families(chemistry: Any) -> tuple[str, ...]:
    """Return the families of what people write for a cathode; several where it names several.

    Examples
    --------
    >>> families("NCA, NCM or LFP")
    ('NCA', 'NMC', 'LFP')
    >>> families("NMC811")
    ('NMC',)
    """
    if not isinstance(chemistry, str):
        return ()
    named = (shown_name(part.strip()) for part in _SEVERAL.split(chemistry))
    found = [re.sub(r"\d+$", "", name).upper() for name in named]
    # Where a part is no family we know, the whole is told as it is written.
    return tuple(dict.fromkeys(found)) if set(found) <= set(_FAMILIES) else (chemistry,)


def _families_of_cells(hubs: Hubs, name: str) -> tuple[str, ...]:
    """Return the families of a data set that states them cell by cell."""
    stated = hubs.cells.loc[hubs.cells[DATASET] == name, CATHODE].dropna().unique()
    return tuple(dict.fromkeys(one for text in stated for one in families(text)))
