"""One row a hub, and one row a data set: what there is, at a glance."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from bdg_explore.columns import AVAILABILITY, DATASET, NOTE

from .entries import PRIMARY, Dataset, Hub, TableSource
from .same_cells import Federated
from .sharing import effective_access


def hubs_frame(hubs: Iterable[Hub], datasets: Iterable[Dataset]) -> pd.DataFrame:
    """Return one row a hub, indexed by its id: who runs it, how it shares, how much it holds."""
    held = Counter(dataset.hub.id for dataset in datasets)
    rows = [
        {
            "hub": hub.id,
            "name": hub.name,
            "operator": hub.operator,
            "datasets": held[hub.id],
            "access": hub.access,
            "licence": hub.licence,
            "contact": hub.contact,
            "landing_url": hub.landing_url,
            "unverified": ", ".join(hub.unverified),
            NOTE: hub.notes,
        }
        for hub in hubs
    ]
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else ["hub"]).set_index("hub")


def datasets_frame(
    held: Iterable[tuple[Dataset, Mapping[str, TableSource]]], known: Federated
) -> pd.DataFrame:
    """Return one row a data set, indexed by its id.

    `cells_known` counts each cell once, where `hubs.cells` lists it; `cells_elsewhere` counts the
    cells of the data set that are listed under another one.
    """
    cells = known.cells
    own = cells[DATASET].value_counts()
    elsewhere = Counter(known.every.loc[list(known.listed_as), DATASET])
    here = cells.groupby(DATASET)[AVAILABILITY].agg(lambda s: (s == "here").sum())
    rows = [
        {
            DATASET: dataset.id,
            "hub": dataset.hub.id,
            "hub_name": dataset.hub.name,
            "title": dataset.title,
            "description": dataset.description,
            "segment": dataset.segment,
            "kind": dataset.kind,
            "cells_stated": dataset.cells_stated,
            "stated": dataset.stated,
            "cells_known": int(own.get(dataset.id, 0)),
            "cells_elsewhere": elsewhere[dataset.id],
            "cells_here": int(here.get(dataset.id, 0)),
            "tables": " ".join(tables),
            "licence": dataset.licence,
            "access": effective_access(dataset),
            "doi": dataset.doi,
            "citation": dataset.reference,
            "landing_url": dataset.landing_url,
            **{key: _plain(dataset.primary.get(key)) for key in PRIMARY},
            "missing": ", ".join(dataset.missing),
            "also_in": " ".join(dataset.also_in),
            "unverified": ", ".join(dataset.unverified),
            NOTE: dataset.notes,
        }
        for dataset, tables in held
    ]
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else [DATASET]).set_index(DATASET)


def _plain(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
