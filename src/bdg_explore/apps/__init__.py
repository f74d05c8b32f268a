"""Whole pages: arrangement of widgets and views, and nothing computed here.

Each builder takes hubs and returns a page; `guarded` turns a builder into an app that shows an
error card where Panel would show a blank page.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bring_page import bring
    from .explorer import explorer
    from .frame import guarded
    from .glance_page import glance
    from .notebook_page import notebook_page
    from .serving import serve

__all__ = ["bring", "explorer", "glance", "guarded", "notebook_page", "serve"]

_HOMES = {
    "bring": "bring_page",
    "explorer": "explorer",
    "glance": "glance_page",
    "guarded": "frame",
    "notebook_page": "notebook_page",
    "serve": "serving",
}


def __getattr__(name: str) -> Any:
    """Load a page when it is first asked for: Panel takes seconds."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
