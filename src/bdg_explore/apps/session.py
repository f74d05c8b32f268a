"""Work outside the event loop, and its answer inside a visitor's session."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final, TypeVar

import panel as pn
from bokeh.document import Document

_AT_ONCE: Final = 2

Answer = TypeVar("Answer")


def in_session(document: Document | None, action: Callable[[], object]) -> None:
    """Do something in a visitor's session from another thread; nothing if the visitor has gone."""
    if document is None:
        action()
    elif document.session_context is not None:
        document.add_next_tick_callback(pn.state._handle_exception_wrapper(action, document))


def in_background(work: Callable[[], Answer], then: Callable[[Answer | Exception], object]) -> None:
    """Do heavy work beside the event loop, so that other visitors do not wait.

    Parameters
    ----------
    work : callable
        What to do; at most two such jobs run at once on one server.
    then : callable
        Given the answer, or the exception, in the visitor's session.
    """
    document = pn.state.curdoc

    def job() -> None:
        answer: Any
        try:
            answer = work()
        except Exception as error:  # noqa: BLE001  (the visitor is told, in `then`)
            answer = error
        in_session(document, lambda: then(answer))

    _workers().submit(job)


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="bdg-visitor")
