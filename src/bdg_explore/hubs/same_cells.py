"""One cell that stands in several data sets: recognised, listed once, known by every name.

Two rows are one cell where the data sets hold the same measurements and a name agrees, or where
the cells were read from the same file. The data sets hold the same if one says so (``also_in``),
or if hubs of their own give one DOI for both and neither names the other a sibling. A name is the
native id or one of `also_known_as`. Files are the same by sha256.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import pandas as pd

from bdg_explore.columns import ALSO_KNOWN_AS, AVAILABILITY, CELL, DATASET, NATIVE_ID, SOURCE_SHA256
from bdg_explore.errors import BdgError

from .download.consent import Permit
from .entries import Dataset, TableSource
from .tables import is_here, read_table

_NEARNESS: Final = {"here": 0, "install": 1, "download": 2, "request": 3}
PROVENANCE: Final = "provenance"


@dataclass(frozen=True)
class Federated:
    """Cells, each once.

    Attributes
    ----------
    cells : DataFrame
        One row a cell.
    every : DataFrame
        One row a cell and data set.
    listed_as : dict
        Uid -> the uid under which the cell stands in `cells`, where that is another.
    sources : dict
        Uid in `cells` -> its uids in all data sets, the preferred first; only cells with several.
    """

    cells: pd.DataFrame
    every: pd.DataFrame
    listed_as: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def federated(every: pd.DataFrame, links: Iterable[tuple[str, str]]) -> Federated:
    """List cells once that stand in several data sets.

    Parameters
    ----------
    every : DataFrame
        One row a cell and data set, in the order in which the data sets were opened.
    links : iterable of (uid, uid)
        Rows that are one cell. A link that would make one of two cells of a data set is wrong,
        and left out.

    Returns
    -------
    Federated
        Of several rows the one whose data are here is listed, before one that can be downloaded,
        before the rest; among equals the one opened first. The others' uids stand in its
        `also_known_as`.
    """
    groups = _groups(every, links)
    if not groups:
        return Federated(every, every)
    rank = {uid: row for row, uid in enumerate(every.index.tolist())}
    near = [_NEARNESS.get(where, 3) for where in every[AVAILABILITY].tolist()]
    listed_as: dict[str, str] = {}
    sources: dict[str, tuple[str, ...]] = {}
    for group in groups:
        ordered = sorted(group, key=lambda uid: (near[rank[uid]], rank[uid]))
        sources[ordered[0]] = tuple(ordered)
        listed_as.update(dict.fromkeys(ordered[1:], ordered[0]))
    cells = every.drop(index=list(listed_as))
    # Only what changes is written, so that the column keeps its type.
    known = cells.loc[list(sources), ALSO_KNOWN_AS]
    names = [
        "; ".join([*([text] if isinstance(text, str) and text else []), *sources[uid][1:]])
        for uid, text in zip(sources, known.tolist(), strict=True)
    ]
    cells.loc[list(sources), ALSO_KNOWN_AS] = pd.array(names, dtype="str")
    return Federated(cells, every, listed_as, sources)


def _groups(every: pd.DataFrame, links: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Join links to groups with at most one row a data set."""
    owner = dict(zip(every.index.tolist(), every[DATASET].tolist(), strict=True))
    group: dict[str, list[str]] = {}
    for pair in links:
        one, other = (group.setdefault(uid, [uid]) for uid in pair)
        if one is other or {owner[uid] for uid in one} & {owner[uid] for uid in other}:
            continue
        one += other
        group.update(dict.fromkeys(other, one))
    return [uids for uid, uids in group.items() if len(uids) > 1 and uids[0] == uid]


def links_by_name(
    datasets: Mapping[str, Dataset],
    original: Mapping[str, str],
    every: pd.DataFrame,
    aliases: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[str, str]]:
    """Yield pairs of uids that one name, in data sets with the same measurements, makes one cell.

    Parameters
    ----------
    datasets : mapping
        By id.
    original : mapping
        Id here -> id in its catalog, where they differ.
    every : DataFrame
        One row a cell and data set.
    aliases : mapping
        Data set -> other name -> native id.
    """
    pairs = [
        (one, other)
        for one, other in _candidates(datasets.values(), original)
        if _hold_the_same(one, other, original)
    ]
    if not pairs:
        return
    wanted = {dataset.id for pair in pairs for dataset in pair}
    natives = every.loc[every[DATASET].isin(wanted), [DATASET, NATIVE_ID]]
    names = {
        str(name): {**aliases[str(name)], **{one: one for one in ids.tolist()}}
        for name, ids in natives.groupby(DATASET)[NATIVE_ID]
    }
    known = set(every.index.tolist())
    for one, other in pairs:
        mine, theirs = names.get(one.id, {}), names.get(other.id, {})
        for name in mine.keys() & theirs.keys():
            uids = f"{one.id}/{mine[name]}", f"{other.id}/{theirs[name]}"
            if known.issuperset(uids):
                yield uids


def _candidates(
    datasets: Iterable[Dataset], original: Mapping[str, str]
) -> Iterator[tuple[Dataset, Dataset]]:
    """Yield pairs that a word of theirs brings together, in the order of opening."""
    by_word: dict[str, list[Dataset]] = defaultdict(list)
    for dataset in datasets:
        words = {f"id {original.get(dataset.id, dataset.id)}"}
        words |= {f"id {name}" for name in dataset.also_in}
        if dataset.doi:
            words.add(f"doi {dataset.doi.casefold()}")
        for word in words:
            by_word[word].append(dataset)
    seen: set[tuple[str, str]] = set()
    for members in by_word.values():
        for one, other in combinations(members, 2):
            if (one.id, other.id) not in seen:
                seen.add((one.id, other.id))
                yield one, other


def _hold_the_same(one: Dataset, other: Dataset, original: Mapping[str, str]) -> bool:
    mine, theirs = (original.get(dataset.id, dataset.id) for dataset in (one, other))
    if theirs in one.also_in or mine in other.also_in:
        return True
    if theirs in one.siblings or mine in other.siblings or one.hub.id == other.hub.id:
        return False
    sure = "doi" not in one.unverified and "doi" not in other.unverified
    return bool(sure and one.doi and other.doi and one.doi.casefold() == other.doi.casefold())


def links_by_content(
    tables: Mapping[str, tuple[Dataset, Mapping[str, TableSource]]], every: pd.DataFrame
) -> Iterator[tuple[str, str]]:
    """Yield pairs of uids that were read from the same file, by its sha256.

    Where a file holds several cells of a data set, the native id must agree too.

    Parameters
    ----------
    tables : mapping
        Data set id -> the data set, and its tables.
    every : DataFrame
        One row a cell and data set.
    """
    holders: dict[str, dict[str, dict[str, None]]] = defaultdict(dict)  # sha256 -> data set -> uids
    for name, (dataset, held) in tables.items():
        for uid, sha256 in _contents(dataset, held):
            holders[sha256].setdefault(name, {})[uid] = None
    shared = [by_set for by_set in holders.values() if len(by_set) > 1]
    known = set(every.index.tolist()) if shared else set()
    for held_by in shared:
        alone = all(len(uids) == 1 for uids in held_by.values())
        same: dict[str, list[str]] = defaultdict(list)
        for uid in (uid for uids in held_by.values() for uid in uids if uid in known):
            same["" if alone else uid.split("/", 1)[1]].append(uid)
        for first, *others in same.values():
            yield from ((first, other) for other in others)


def _contents(dataset: Dataset, tables: Mapping[str, TableSource]) -> Iterator[tuple[str, str]]:
    """Yield uid and sha256 of the files that cells of a data set come from, as far as told."""
    for source in tables.values():
        for file in source.files:
            if file.cell and file.sha256:
                yield f"{dataset.id}/{file.cell}", file.sha256.lower()
    provenance = tables.get(PROVENANCE)
    if provenance is None or not is_here(provenance):
        return
    try:
        told = read_table(dataset, provenance, None, permit=Permit(download=False))
    except BdgError:  # told when the table itself is asked for
        return
    if SOURCE_SHA256 in told.columns:
        told = told[[CELL, SOURCE_SHA256]].dropna().astype(str).drop_duplicates()
        yield from zip(told[CELL], told[SOURCE_SHA256], strict=True)
