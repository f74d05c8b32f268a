"""Hubs: catalogs of battery data, opened, searched and read as one."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bdg_explore.errors import UnknownNameError, did_you_mean
from bdg_explore.shipped import catalogs_folder

if TYPE_CHECKING:
    from .collection import Hubs, open_hubs
    from .entries import Dataset, Hub

__all__ = ["Dataset", "Hub", "Hubs", "catalog_path", "open_hubs"]

_HOMES = {"Hubs": "collection", "open_hubs": "collection", "Dataset": "entries", "Hub": "entries"}


def catalog_path(name: str = "bdg") -> str:
    """Return the path of a catalog that ships, for ``intake.open_catalog``.

    Parameters
    ----------
    name : str
        `bdg`, the whole collection, or the id of a hub.

    Returns
    -------
    str
        Path of a YAML file.

    Raises
    ------
    UnknownNameError
        No such catalog ships; names the nearest.
    """
    folder = catalogs_folder()
    known = {path.stem: path for path in (folder / "bdg.yaml", *folder.glob("hubs/*.yaml"))}
    if name not in known:
        raise UnknownNameError(
            f"No catalog called {name!r} ships.{did_you_mean(name, known)} "
            f"Known: {', '.join(sorted(known))}."
        )
    return str(Path(known[name]))


def __getattr__(name: str) -> Any:
    """Load the rest when it is asked for: the shim beside must stay light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
