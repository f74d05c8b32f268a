"""How far several downloads are: a bar for all of them, and one a file that is under way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bdg_explore.hubs.fetching.progress import somebody_looks

from .plan import Plan, Wanted
from .run import Told

_NAME = 28  # letters of a file's name beside its bar


@contextmanager
def board(plan: Plan, progress: bool | None = None) -> Iterator[Told | None]:
    """Give what `bring` tells of progress, or None where nobody looks.

    Parameters
    ----------
    plan : Plan
        What is fetched.
    progress : bool, optional
        True shows bars, False none; by default where somebody looks.
    """
    if not plan.missing or not (somebody_looks() if progress is None else progress):
        yield None
        return
    from tqdm.auto import tqdm  # asks for the notebook's widgets: only where a bar is shown

    shown = _Board(plan, tqdm)
    try:
        yield shown.told
    finally:
        shown.close()


class _Board:
    """Bars, told of progress from several threads."""

    def __init__(self, plan: Plan, tqdm: Any) -> None:
        self._lock, self._tqdm = threading.Lock(), tqdm
        self._here = {file.url: file.begun for file in plan.missing}
        self._begun = dict(self._here)
        self._sizes = {file.url: file.size for file in plan.missing}
        self._bars: dict[str, Any] = {}
        self._done, self._count = 0, len(plan.missing)
        self._all = tqdm(
            total=self._total(), initial=sum(self._here.values()), desc=self._title(),
            unit="B", unit_scale=True, position=0, leave=True, dynamic_ncols=True,
        )  # fmt: skip

    def _total(self) -> int | None:
        sizes = list(self._sizes.values())
        return None if None in sizes else sum(size or 0 for size in sizes)

    def _title(self) -> str:
        return f"{self._done} of {self._count} files".ljust(_NAME)

    def told(self, file: Wanted, here: int, total: int | None) -> None:
        """Show that of a file so much is here [byte]."""
        with self._lock:
            if total is not None and self._sizes.get(file.url) is None:
                self._sizes[file.url] = total
                self._all.total = self._total()
            self._here[file.url] = here
            bar = self._bars.get(file.url)
            if bar is None and file.path is None:
                bar = self._bars[file.url] = self._tqdm(
                    total=total or file.size, initial=here, desc=_shortened(file.name),
                    unit="B", unit_scale=True, leave=False, position=self._free_line(),
                    dynamic_ncols=True,
                )  # fmt: skip
            elif bar is not None:
                bar.update(here - bar.n)
            if file.path is not None:
                self._done += 1
                self._all.set_description(self._title(), refresh=False)
                if bar is not None:
                    self._bars.pop(file.url).close()
            self._all.update(sum(self._here.values()) - self._all.n)

    def _free_line(self) -> int:
        """Return the first line below the bar of all files that no bar stands on."""
        taken = {abs(bar.pos) for bar in self._bars.values()}
        return next(line for line in range(1, len(taken) + 2) if line not in taken)

    def close(self) -> None:
        """Leave the bar of all files standing, as it is."""
        with self._lock:
            for bar in self._bars.values():
                bar.close()
            self._all.close()


def _shortened(name: str) -> str:
    name = name.rpartition("/")[2]
    return (name if len(name) <= _NAME else f"{name[: _NAME - 9]}...{name[-6:]}").ljust(_NAME)
