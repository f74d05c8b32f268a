"""Find battery cells across public hubs, see how they age, and trust the number.

The names below are the public face; each is loaded when it is first used, so that
``import bdg_explore`` costs next to nothing.

Examples
--------
>>> import bdg_explore as bdg
>>> hubs = bdg.open_hubs()
>>> cycles = hubs.cycles(hubs.find("demo lfp 45"))
>>> bdg.views.capacity_fade(cycles)  # doctest: +SKIP
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from .errors import BdgError

if TYPE_CHECKING:
    from . import analysis, views
    from .analysis import (
        capacity_voltage,
        degradation_modes,
        differential_voltage,
        end_of_life,
        find_knee,
        incremental_capacity,
        pulse_resistance,
        state_of_health,
        summarize_cycles,
    )
    from .curation import check
    from .hubs import Hubs, catalog_path, open_hubs
    from .readers import formats, read
    from .widgets import CellBrowser

try:
    __version__ = version("bdg-explore")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0+unknown"

# public name -> the module it lives in; a module of its own name is the module itself
_HOMES = {
    "open_hubs": "hubs",
    "Hubs": "hubs",
    "catalog_path": "hubs",
    "read": "readers",
    "formats": "readers",
    "check": "curation",
    "summarize_cycles": "analysis",
    "state_of_health": "analysis",
    "end_of_life": "analysis",
    "find_knee": "analysis",
    "capacity_voltage": "analysis",
    "incremental_capacity": "analysis",
    "differential_voltage": "analysis",
    "pulse_resistance": "analysis",
    "degradation_modes": "analysis",
    "analysis": "analysis",
    "views": "views",
    "CellBrowser": "widgets",
}

__all__ = [
    "BdgError",
    "CellBrowser",
    "Hubs",
    "__version__",
    "analysis",
    "capacity_voltage",
    "catalog_path",
    "check",
    "degradation_modes",
    "differential_voltage",
    "end_of_life",
    "find_knee",
    "formats",
    "incremental_capacity",
    "open_hubs",
    "pulse_resistance",
    "read",
    "state_of_health",
    "summarize_cycles",
    "views",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{home}")
    value = module if home == name else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
