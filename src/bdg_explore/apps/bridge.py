"""What only the browser can do for a page: its address bar, the Escape key, short notices."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import panel as pn
import param

from bdg_explore.errors import BdgError

log = logging.getLogger(__name__)

_BRIDGES: "WeakKeyDictionary[Any, Bridge]" = WeakKeyDictionary()


class Bridge(pn.custom.JSComponent):
    """An invisible part of every page.

    Parameters
    ----------
    on_address : callable, optional
        Given the query string after the visitor went back or forward.
    on_escape : callable, optional
        Called when Escape was pressed and nothing else wanted it.
    """

    address = param.String(default="", doc="Query string of the address bar, with its `?`.")

    _esm = Path(__file__).with_name("bridge.js")

    def __init__(
        self,
        on_address: Callable[[str], object] | None = None,
        on_escape: Callable[[], object] | None = None,
        **params: Any,
    ) -> None:
        self._on_address, self._on_escape = on_address, on_escape
        super().__init__(**params)
        if pn.state.curdoc is not None:
            _BRIDGES[pn.state.curdoc] = self

    def _handle_msg(self, data: dict[str, Any]) -> None:
        if "address" in data and self._on_address is not None:
            self._on_address(str(data["address"]))
        elif data.get("key") == "Escape" and self._on_escape is not None:
            self._on_escape()

    def notify(self, text: str, kind: str = "info") -> None:
        """Show a short notice: `kind` is `info` or `error`."""
        message = {"notice": text, "kind": kind}
        session = getattr(pn.state.curdoc, "session_context", None)
        if session is not None and not pn.state.loaded:
            pn.state.onload(lambda: self._send_msg(message))  # nobody listens before
        else:
            self._send_msg(message)


def tell_visitor(error: Exception) -> None:
    """Log an exception of a callback and tell the visitor: the handler of every page.

    A `BdgError` is a sentence meant for people; of anything else only its kind is said, because
    its text may hold what is private to the server.
    """
    log.error("A callback failed", exc_info=error)
    bridge = _BRIDGES.get(pn.state.curdoc)
    if bridge is not None:
        bridge.notify(as_sentence(error), "error")


def as_sentence(error: BaseException) -> str:
    """Return what a visitor is told about an error."""
    if isinstance(error, BdgError):
        return str(error)
    return (
        f"Something went wrong here ({type(error).__name__}). The server's log says what; "
        "reload the page to go on."
    )
