"""What others may see of hubs: private data sets are left out, embargoed ones keep their tables.

Whoever opens a hub on their own machine reads all of it. What leaves that machine, a page that is
served, a file that is exported, a link, is made from `for_others` of the hubs.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Literal

from bdg_explore.metadata.access import PRIVATE, why_kept

from .entries import Dataset, Hub


def why_withheld(dataset: Dataset, on: date | None = None) -> str:
    """Return why the tables of a data set must not leave; empty where they may.

    All of a private hub is private, whatever its entries say: a leak cannot be undone.
    """
    return why_kept(effective_access(dataset), dataset.embargo_until, on)


def effective_access(dataset: Dataset) -> str:
    """Return the level of access that holds: the hub's where it is private, else the data set's."""
    return PRIVATE if dataset.hub.access == PRIVATE else dataset.access


def withheld(datasets: Iterable[Dataset], on: date | None = None) -> dict[str, str]:
    """Return the data sets whose tables must not leave, with the reason."""
    told = {dataset.id: why_withheld(dataset, on) for dataset in datasets}
    return {name: why for name, why in told.items() if why}


def for_others(
    hubs: Iterable[Hub], datasets: Iterable[Dataset], on: date | None = None
) -> Iterator[Hub | Dataset]:
    """Yield what of hubs and data sets others may see.

    A private data set is not there at all, nor is a hub of which nothing else is left. Of one
    under embargo the record stays (a citation may be public before the data), without tables,
    files or facts about its cells.
    """
    every = list(datasets)
    private = {one.id for one in every if why_withheld(one, on) == "private"}
    emptied = {one.hub.id for one in every} - {one.hub.id for one in every if one.id not in private}
    for hub in hubs:
        if hub.id not in emptied and hub.access != PRIVATE:
            yield hub
    for dataset in every:
        if dataset.id in private:
            continue
        seen = replace(
            dataset,
            also_in=tuple(name for name in dataset.also_in if name not in private),
            siblings=tuple(name for name in dataset.siblings if name not in private),
        )
        if why_withheld(dataset, on):
            seen = replace(seen, tables={}, downloads=(), facts=None, told=None)
        yield seen


Private = Literal["hide", "show", "share"]
"""What becomes of private and embargoed data on a page: others see it; its owner sees it; both,
and exports and links may hold them."""


def sentence(left_out: Mapping[str, str], next_step: str = "") -> str:
    """Return what was left out and why, as a sentence; empty where nothing was."""
    if not left_out:
        return ""
    named = [f"{name} ({why})" for name, why in list(left_out.items())[:3]]
    more = f" and {len(left_out) - 3} more" if len(left_out) > 3 else ""
    return f"Left out: {', '.join(named)}{more}.{' ' if next_step else ''}{next_step}"


# --- a process that shows pages to others ---------------------------------------------------------
_LOCK = Lock()
_SHOWING = 0


@contextmanager
def showing_others() -> Iterator[None]:
    """Let `open_hubs` of this process, in a served notebook too, give only what others may see."""
    global _SHOWING
    with _LOCK:
        _SHOWING += 1
    try:
        yield
    finally:
        with _LOCK:
            _SHOWING -= 1


def shows_others() -> bool:
    """Whether this process shows pages to others than the owner of the hubs."""
    return _SHOWING > 0
