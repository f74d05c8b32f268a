"""Impact metrics of the Battery Data Genome, as far as catalogs can tell them.

Each metric comes with its value, its formula, what it counts and what it does not know. What a
catalog cannot tell is listed with the reason, and is never zero. The demo that ships with the
package is left out of every metric.

References
----------
Ward et al. 2022, Principles of the Battery Data Genome, Joule; supporting information, impact
metrics.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import ArrayLike

from bdg_explore.columns import HUB, SEGMENT
from bdg_explore.errors import ParameterError
from bdg_explore.metadata.bricks import SEGMENTS

from ..collection import Hubs
from ..entries import Dataset
from ..metadata_record import is_mapped
from .distinct import distinct, institutions, plain_name
from .metric import NOT_FROM_A_CATALOG, Metric
from .rows import FAIR_SCORE, FIELDS, IS_DEMO, PRIMARY_STATED, PRIMARY_VERIFIED, overview


def impact_metrics(hubs: Hubs) -> tuple[Metric, ...]:
    """Compute what the open catalogs tell about their own impact.

    Parameters
    ----------
    hubs : Hubs
        What `open_hubs` returned.

    Returns
    -------
    tuple of Metric
        Those that can be computed first, then the others with their reason.
    """
    rows = overview(hubs)
    world = rows[~rows[IS_DEMO]]
    datasets = [hubs.dataset(name) for name in world.index]
    found = (
        *_of_hubs(hubs, datasets),
        *_of_people(hubs, datasets),
        *_of_size(datasets),
        *_of_adoption(world, datasets),
        *_of_balance(world, datasets),
    )
    computed = tuple(one for one in found if one.value is not None)
    return (*computed, *(one for one in found if one.value is None), *NOT_FROM_A_CATALOG)


# --- hubs and data sets ---------------------------------------------------------------------------


def datasets_per_hub(hubs: Hubs) -> pd.DataFrame:
    """Count the data sets of every hub, those listed and those that are different.

    Returns
    -------
    DataFrame
        Indexed by hub, most data sets first: `name`, `listed`, `distinct` (entries of one hub that
        are the same data count once) and `elsewhere` (also listed by another hub). Hubs that only
        point to others, or whose data nobody has described, have 0. The demo is left out.
    """
    rows = overview(hubs)
    world = rows[~rows[IS_DEMO]]
    group = distinct([hubs.dataset(name) for name in world.index])
    table = pd.DataFrame({HUB: world[HUB], "group": group})
    homes = table.groupby("group")[HUB].nunique()
    table["elsewhere"] = table["group"].map(homes) > 1
    by_hub = table.groupby(HUB).agg(
        listed=("group", "size"), distinct=("group", "nunique"), elsewhere=("elsewhere", "sum")
    )
    names = hubs.hubs["name"].drop(index=list(rows.loc[rows[IS_DEMO], HUB].unique()))
    counts = by_hub.reindex(names.index).fillna(0).astype(int)
    counts.insert(0, "name", names)
    return counts.sort_values(["listed", "name"], ascending=[False, True])


def gini(counts: ArrayLike) -> float:
    """Return the Gini coefficient of some counts [0-1]: 0 is even, near 1 one holds all.

    Raises
    ------
    ParameterError
        There is no count, or one is negative, or all are zero.

    Notes
    -----
    The mean absolute difference over all pairs, by twice the mean.
    """
    values = np.sort(np.asarray(counts, dtype=float))
    if not len(values) or values[0] < 0 or values.sum() == 0:
        raise ParameterError("A Gini coefficient needs counts, none negative and one above zero.")
    rank = np.arange(1, len(values) + 1)
    return float((2 * rank - len(values) - 1) @ values / (len(values) * values.sum()))


def _of_hubs(hubs: Hubs, datasets: list[Dataset]) -> Iterable[Metric]:
    counts = datasets_per_hub(hubs)
    hosting = counts[counts["listed"] > 0]
    different = distinct(datasets).nunique()
    yield Metric(
        name="hubs_listed", title="Hubs listed", value=len(counts),
        formula="number of hubs in the open catalogs",
        counts=f"{len(hosting)} with at least one data set, {len(counts) - len(hosting)} that are "
        "described without one",
        unknown="whether a hub answers today: no address was asked",
    )  # fmt: skip
    yield Metric(
        name="datasets_listed", title="Data sets listed", value=len(datasets),
        formula="number of entries", counts="entries of all hubs; the demo is left out",
        unknown="whether the data are still there",
    )  # fmt: skip
    yield Metric(
        name="datasets_distinct", title="Different data sets", value=different,
        formula="entries joined by also_in, by DOI of the data and by sha256, but not siblings",
        counts=f"{len(datasets) - different} entries repeat data of another, whole or in part",
        unknown="copies that nobody has noticed; "
        f"{sum(one.data_doi is None for one in datasets)} entries have no DOI of their own",
    )  # fmt: skip
    per_hub = hosting["distinct"]
    yield Metric(
        name="datasets_per_hub", title="Different data sets per hub, mean",
        value=float(per_hub.mean()) if len(per_hub) else None,
        formula="mean over hubs with at least one data set",
        counts=f"median {per_hub.median():g}, most {per_hub.max()}" if len(per_hub) else "",
        unknown="" if len(per_hub) else "No hub lists a data set.",
    )  # fmt: skip


# --- who shares -----------------------------------------------------------------------------------


def _of_people(hubs: Hubs, datasets: list[Dataset]) -> Iterable[Metric]:
    stated = [one.primary.get("contact_details") for one in datasets]
    known = [str(one) for one in stated if one]
    listed = {one.hub.id for one in datasets}
    operators = list(hubs.hubs.loc[hubs.hubs.index.isin(listed), "operator"].dropna())
    reachable = [one for one in known if re.search(r"@|://|orcid|ror\.org", one)]
    doubtful = sum("contact_details" in one.unverified for one in datasets)
    yield Metric(
        name="institutions", title="Sharing institutions, by name",
        value=len(institutions([*operators, *known])) or None,
        formula="different names of hub operators and contacts; case and punctuation ignored",
        counts=f"{len(institutions(operators))} operate hubs, {len(institutions(known))} are named "
        "as contacts",
        unknown="no entry states a ROR: a place written in two ways counts twice; "
        f"{doubtful} contacts are unverified",
    )  # fmt: skip
    yield Metric(
        name="contacts", title="Contacts",
        value=len({plain_name(one) for one in known}) or None,
        formula="different contact_details; case and punctuation ignored",
        counts=f"{len(known)} of {len(datasets)} entries name one, {len(reachable)} of them one "
        "that can be written to",
        unknown=f"{len(datasets) - len(known)} entries name none; {doubtful} are unverified",
    )  # fmt: skip


# --- how much -------------------------------------------------------------------------------------


def _of_size(datasets: list[Dataset]) -> Iterable[Metric]:
    sizes: dict[str, int | None] = {}
    named = 0
    for dataset in datasets:
        files = [
            *((one.url, one.size) for t in dataset.tables.values() for one in t.files),
            *((one.url or f"{dataset.id}/{one.name}", one.size) for one in dataset.downloads),
        ]
        named += bool(files)
        for address, size in files:
            sizes[address] = size if size is not None else sizes.get(address)
    told = [size for size in sizes.values() if size is not None]
    yield Metric(
        name="bytes_shared", title="Data shared, at least", value=float(sum(told)) or None,
        unit="bytes", formula="sum of the stated sizes of different files",
        counts=f"{len(told)} files with a stated size",
        unknown=f"{len(sizes) - len(told)} files have no stated size, and "
        f"{len(datasets) - named} entries name no file",
    )  # fmt: skip
    rows = {one.id: _rows_of(one) for one in datasets}
    counted = [count for count in rows.values() if count is not None]
    yield Metric(
        name="rows_shared", title="Rows of tables, at least", value=float(sum(counted)) or None,
        formula="sum of the rows of Parquet tables that lie beside their catalog",
        counts=f"{len(counted)} of {len(datasets)} entries",
        unknown=f"The rows of {len(datasets) - len(counted)} entries are not known: no catalog "
        "states them, and nothing was fetched to count.",
    )  # fmt: skip


def _rows_of(dataset: Dataset) -> int | None:
    paths = [
        Path(file.url)
        for name, table in dataset.tables.items()
        for file in table.files
        if name != "cells" and not file.is_remote and file.url.endswith(".parquet")
    ]
    return sum(pq.read_metadata(path).num_rows for path in paths) if paths else None


# --- how well -------------------------------------------------------------------------------------


def _of_adoption(world: pd.DataFrame, datasets: list[Dataset]) -> Iterable[Metric]:
    count = len(datasets)
    if not count:
        return
    mapped = [is_mapped(one) for one in datasets]
    yield Metric(
        name="mapped_share", title="Share of entries whose columns are mapped",
        value=sum(map(bool, mapped)) / count,
        formula="entries all of whose tables a reader turns into Battery Data Format names / all",
        counts=f"{sum(map(bool, mapped))} of {count} entries",
        unknown=f"{sum(one is None for one in mapped)} entries name no table, only files or a page",
    )  # fmt: skip
    yield Metric(
        name="primary_score", title="Primary metadata stated, mean share",
        value=float(world[PRIMARY_STATED].mean() / len(FIELDS)),
        formula=f"mean over entries of fields stated / {len(FIELDS)}",
        counts=f"the {len(FIELDS)} primary fields of Table S1, unverified ones included",
        unknown="whether unverified values are right",
    )  # fmt: skip
    yield Metric(
        name="primary_score_verified", title="Primary metadata verified, mean share",
        value=float(world[PRIMARY_VERIFIED].mean() / len(FIELDS)),
        formula=f"mean over entries of fields stated and not unverified / {len(FIELDS)}",
        counts="the same fields, without those nobody traced to a primary source",
    )  # fmt: skip
    yield Metric(
        name="fair_score", title="FAIR score, mean", value=float(world[FAIR_SCORE].mean()),
        formula="mean over entries of the mean of 13 indicators; partial counts one half",
        counts="see the indicators, each with its reason",
        unknown="whether addresses answer (A1): counted as partial",
    )  # fmt: skip


def _of_balance(world: pd.DataFrame, datasets: list[Dataset]) -> Iterable[Metric]:
    if not len(world):
        return
    frame = pd.DataFrame({HUB: world[HUB], "group": distinct(datasets)})
    per_hub = frame.groupby(HUB)["group"].nunique()
    yield Metric(
        name="gini", title="Imbalance of data sets over hubs (Gini)", value=gini(per_hub),
        formula="mean absolute difference of all pairs of hubs / (2 x mean)",
        counts=f"different data sets of {len(per_hub)} hubs with at least one; 0 is even",
        unknown="hubs and data sets that no catalog lists",
    )  # fmt: skip
    for segment in SEGMENTS:
        held = int((world[SEGMENT] == segment).sum())
        yield Metric(
            name=f"share_{segment}", title=f"Share of {segment.replace('_', ' ')} entries",
            value=held / len(world), formula="entries of the segment / all entries",
            counts=f"{held} of {len(world)} entries", unknown="entries that no catalog lists",
        )  # fmt: skip
