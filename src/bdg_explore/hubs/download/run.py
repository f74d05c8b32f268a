"""Bring the files of a plan here, several at once; what cannot be had stops none of the others."""

import logging
import queue
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bdg_explore.errors import BdgError, FetchError, OfflineError
from bdg_explore.hubs.entries import Dataset
from bdg_explore.hubs.fetching.cache import cached
from bdg_explore.hubs.fetching.fetch import Progress, fetch, offline_by_environment
from bdg_explore.hubs.fetching.places import cache_folder
from bdg_explore.hubs.fetching.sizes import size_text

from .consent import Permit, check_access, check_licence
from .notes import write_note
from .plan import Plan, Wanted

log = logging.getLogger(__name__)

AT_ONCE: Final = 4
_SPARE: Final = 64 * 2**20  # left free on the disk [byte]

Told = Callable[[Wanted, int, int | None], object]
"""Called with a file, the bytes of it that are here, and all of them (None: unknown)."""


class _StoppedError(BdgError):
    """Somebody stopped the downloads."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a plan: the plan as it is now, and why files are missing."""

    plan: Plan
    failed: tuple[tuple[Wanted, BdgError], ...] = ()


def bring_one(
    dataset: Dataset,
    file: Wanted,
    permit: Permit,
    *,
    licence: str | None = None,
    progress: Progress = None,
) -> Path:
    """Return one file of a data set, fetched if it may be, and keep the terms beside it.

    Raises
    ------
    FetchError
        It may not be fetched, or cannot be had whole and verified.
    """
    try:
        check_access(dataset, [file.url])
        check_licence(dataset, permit, licence)
    except FetchError:
        # what was fetched with a yes, or got by hand, is the user's; no server is asked again
        here = cached(file.url, file.sha256, md5=file.md5)
        if here is None:
            raise
        return here
    path = fetch(
        file.url,
        sha256=file.sha256,
        md5=file.md5,
        size=file.size,
        progress=progress,
        private_hosts=dataset.private_hosts,
    )
    write_note(dataset, licence or dataset.licence, [(path, file.name, file.url)])
    return path


def bring(
    plan: Plan,
    permit: Permit,
    *,
    workers: int = AT_ONCE,
    told: Told | None = None,
    stop: threading.Event | None = None,
) -> Brought:
    """Fetch the files of a plan that are not here.

    Parameters
    ----------
    plan : Plan
        What to fetch.
    permit : Permit
        What the user allows.
    workers : int
        How many files at once.
    told : callable, optional
        Told of progress, from several threads.
    stop : Event, optional
        Once it is set, nothing more is asked for; what came is kept to go on from.

    Returns
    -------
    Brought
        The plan with the files that are here now, and what went wrong with the others.

    Raises
    ------
    FetchError
        Nothing may be fetched, or the disk has no room; nothing was asked for then.
    """
    if not plan.missing:
        return Brought(plan)
    check_access(plan.dataset, [file.url for file in plan.missing])
    check_licence(plan.dataset, permit, plan.licence)
    check_room_for(plan.left)
    todo: queue.SimpleQueue[Wanted] = queue.SimpleQueue()
    for file in plan.missing:
        todo.put(file)
    done: dict[str, Wanted] = {}
    silent: dict[str, OfflineError] = {}  # hosts that cannot be reached: asked once
    failed: list[tuple[Wanted, BdgError]] = []
    stopped = stop or threading.Event()

    def work() -> None:
        while not stopped.is_set():
            try:
                file = todo.get_nowait()
            except queue.Empty:
                return

            def progress(here: int, total: int | None, file: Wanted = file) -> None:
                if stopped.is_set():
                    raise _StoppedError("stopped")
                if told:
                    told(file, here, total)

            host = urlsplit(file.url).netloc
            try:
                if host in silent:
                    raise silent[host]
                path = bring_one(
                    plan.dataset, file, permit, licence=plan.licence, progress=progress
                )
            except _StoppedError:
                return
            except BdgError as error:
                failed.append((file, error))
                if isinstance(error, OfflineError):
                    silent[host] = error
            else:
                size = path.stat().st_size
                done[file.url] = replace(file, path=path, size=size)
                if told:
                    told(done[file.url], size, size)

    # daemons: somebody who presses Ctrl-C does not wait for a silent server; parts are kept
    threads = [
        threading.Thread(target=work, daemon=True)
        for _ in range(max(1, min(workers, len(plan.missing))))
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(0.1)
    except BaseException:
        stopped.set()
        raise
    files = tuple(done.get(file.url, file) for file in plan.files)
    return Brought(replace(plan, files=files), tuple(failed))


def raise_failed(brought: Brought) -> None:
    """Tell what could not be had, and what is here all the same.

    Raises
    ------
    OfflineError
        No server can be reached.
    FetchError
        Files are missing for other reasons.
    """
    if not brought.failed:
        return
    plan, failed = brought.plan, brought.failed
    here = [file for file in plan.files if file.path is not None]
    held = f"{len(here)} of {len(plan.files)} files are here{_names(here)}"
    if all(isinstance(error, OfflineError) for _, error in failed):
        hosts = ", ".join(sorted({urlsplit(file.url).netloc for file, _ in failed}))
        told = (
            "BDG_OFFLINE says that no server is asked"
            if offline_by_environment()
            else (f"{hosts} cannot be reached")
        )
        raise OfflineError(
            f"{plan.dataset.id} is not whole: {held}, and {told}. Next: "
            f"`bdg fetch {plan.dataset.id}` once more when the network is back; it goes on from "
            "here."
        ) from failed[0][1]
    if len(failed) == 1:
        raise failed[0][1]
    reasons = "; ".join(f"{file.name}: {error}" for file, error in failed[:3])
    more = f"; and {len(failed) - 3} more" if len(failed) > 3 else ""
    raise FetchError(f"{plan.dataset.id} is not whole: {held}. {reasons}{more}")


def check_room_for(needed: int, cache: str | Path | None = None) -> None:
    """Raise FetchError where the disk of the cache has no room for so much [byte]."""
    folder = cache_folder(cache)
    there = next(path for path in (folder, *folder.resolve().parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    if needed and needed + _SPARE > free:
        raise FetchError(
            f"{size_text(needed)} are to come, and the disk of the cache {folder} has "
            f"{size_text(free)} left; nothing was fetched. Next: free some space, set BDG_CACHE "
            "to a folder on a larger disk, or choose with --tables, --cells or --files."
        )


def _names(files: Sequence[Wanted]) -> str:
    if not files:
        return ""
    shown = ", ".join(file.name for file in files[:3])
    return f" ({shown}{' ...' if len(files) > 3 else ''})"
