"""Telling how far a download is: to a callable, or with a bar where somebody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .order import Order

_BAR_FROM = 10**6  # a smaller file is here before a bar could be read [byte]


@contextmanager
def telling(order: Order, done: int, total: int | None) -> Iterator[Callable[..., object]]:
    """Give what is called with (bytes so far, bytes in all) after every chunk."""
    if callable(order.progress):
        order.progress(done, total)
        yield order.progress
        return
    size = total or order.size or 0
    shows = order.progress or (order.progress is None and size > _BAR_FROM and somebody_looks())
    if not shows:
        yield lambda _done, _total: None
        return
    from tqdm.auto import tqdm  # asks for the notebook's widgets: only where a bar is shown

    name = order.place.path.name.partition("-")[2]
    with tqdm(
        total=size or None, initial=done, desc=name, unit="B", unit_scale=True, leave=False
    ) as bar:
        yield lambda now, _total: bar.update(now - bar.n)


def somebody_looks() -> bool:
    """Tell whether there is a terminal or a notebook to show a bar in."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel") or sys.stderr.isatty()
