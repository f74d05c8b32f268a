"""What a data set offers on the web: by its entry, or by the record that its entry names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from bdg_explore.errors import MissingDataError, OfflineError
from bdg_explore.hubs.entries import Dataset, TableSource
from bdg_explore.hubs.lookup import Cells
from bdg_explore.hubs.repositories import record_of

from .board import board
from .consent import Permit, check_access, how_to_get, is_unknown
from .notes import files_noted
from .plan import RAW, Plan, Wanted, matching, plan_of, seen_here
from .run import bring, raise_failed
from .sizes import with_sizes


def offer(
    dataset: Dataset,
    tables: Mapping[str, TableSource],
    *,
    only: Sequence[str] | None = None,
    cells: Iterable[str] | None = None,
    patterns: Sequence[str] | None = None,
    record: bool = False,
) -> Plan:
    """Return the files a data set offers, with their lengths as far as anybody knows them.

    Where the entry names no file on the web, the record it names at a repository is looked up.

    Parameters
    ----------
    dataset, tables, only, cells, patterns
        See `plan_of`.
    record : bool
        Look the record up even if the entry names files.

    Raises
    ------
    UnknownNameError
        See `plan_of`.
    FetchError
        The data are not open to everybody; says how to get them.
    MissingDataError
        Nothing of the data set is on the web; says how to get it.
    """
    plan = plan_of(dataset, tables, only=only, cells=cells, patterns=None)
    narrowed = only is not None or cells is not None
    if (record or not plan.files) and not narrowed:
        check_access(dataset, [])
        plan = _from_record(dataset) or plan
    if not plan.files:
        check_access(dataset, [])
        here = ", ".join(name for name, source in tables.items() if not source.is_remote)
        held = f"its tables ({here}) are on this machine already" if here else "no file is named"
        raise MissingDataError(
            f"Nothing of {dataset.id} is to be fetched: {held}."
            + ("" if here else f" Next: {how_to_get(dataset)}")
        )
    files = matching(plan.files, patterns, dataset.id)
    return replace(plan, files=tuple(with_sizes(files, plan.dataset.private_hosts)))


def _from_record(dataset: Dataset) -> Plan | None:
    """Look up the record that the entry names, by its DOI or its page."""
    found = None
    try:
        for name in (dataset.landing_url, dataset.doi, dataset.citation.get("doi")):
            found = found or (record_of(name, dataset.private_hosts) if name else None)
    except OfflineError as error:
        here = files_noted(dataset)
        raise OfflineError(
            f"{dataset.id} names its files in a record, which cannot be looked up now; here from "
            f"before: {', '.join(here) or 'nothing'}. {error}"
        ) from error
    if found is None:
        return None
    files = [
        Wanted(file.name, file.url, RAW, None, file.size, file.sha256, file.md5)
        for file in found.files
    ]
    stated = dataset.licence if is_unknown(found.licence) else str(found.licence)
    return Plan(dataset, tuple(map(seen_here, files)), stated, found.landing_url)


def fetched(plan: Plan, permit: Permit, progress: bool | None = None) -> Plan:
    """Fetch the files of a plan, and return it with the files that are here now.

    Raises
    ------
    FetchError
        It may not be fetched, or not all of it can be had.
    """
    with board(plan, progress) as told:
        brought = bring(plan, permit, told=told)
    raise_failed(brought)
    return brought.plan


def natives_of(dataset: Dataset, cells: Cells, aliases: Mapping[str, str]) -> list[str]:
    """Return the native ids of uids, native ids or other names of a data set's cells."""
    named = cells.index if isinstance(cells, pd.DataFrame) else cells
    listed = [named] if isinstance(named, str) else list(named)
    natives = [str(cell).removeprefix(f"{dataset.id}/") for cell in listed]
    return [aliases.get(native, native) for native in natives]
