"""Widgets: what a visitor asked for and chose, and the faces that show it.

`BrowserState` is the headless half; `CellBrowser` shows it with ipywidgets, and a Panel face over
the same state serves pages.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cell_browser import CellBrowser
    from .state import BrowserState

__all__ = ["BrowserState", "CellBrowser"]

_HOMES = {"BrowserState": "state", "CellBrowser": "cell_browser"}


def __getattr__(name: str) -> Any:
    """Load a widget when it is first asked for: the state alone needs no screen."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
