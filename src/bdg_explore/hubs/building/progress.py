"""Telling how far a build is: to a callable, or with a bar where somebody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = bool | Callable[[str, int, int], object] | None


@contextmanager
def telling(progress: Progress, what: str, total: int) -> Iterator[Callable[[int], object]]:
    """Give what is called with how many more files are done.

    Parameters
    ----------
    progress : bool or callable, optional
        A callable gets (what, done, total). True shows a bar, False none; not given, a bar is
        shown on a terminal and in a notebook.
    what : str
        What is being done.
    total : int
        How many files there are.
    """
    if callable(progress):
        done = 0
        progress(what, done, total)

        def tell(more: int) -> None:
            nonlocal done
            done += more
            progress(what, done, total)

        yield tell
        return
    shows = _somebody_looks() if progress is None else progress
    if not shows or not total:
        yield lambda _more: None
        return
    from tqdm.auto import tqdm  # asks for the notebook's widgets: only where a bar is shown

    with tqdm(total=total, desc=what, unit="file", leave=False) as bar:
        yield bar.update


def _somebody_looks() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel") or sys.stderr.isatty()
