"""Mirrors: folders that stand in for the network.

A mirror holds local copies of hubs' tables, described by its ``mirror.yaml``; the environment
variable ``BDG_MIRROR`` names one (or several, separated like a search path), and `bdg mirror add`
remembers more (`mirror_finding`). A data set that stands in a mirror is read from there and never
from the web.
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bdg_explore.errors import CatalogError

from .catalogs import Place, load_yaml
from .entries import TableSource, table_from_entry
from .settings import user_mirrors

log = logging.getLogger(__name__)

VARIABLE: Final = "BDG_MIRROR"

Mirror = Mapping[str, Mapping[str, TableSource]]


def mirror_folders() -> list[Path]:
    """Return the folders that ``BDG_MIRROR`` names."""
    return [
        Path(part).expanduser() for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part
    ]


def open_mirror(folder: Path) -> Mirror:
    """Return the tables of a mirror, by data set and table name.

    Parameters
    ----------
    folder : Path
        A folder that holds ``mirror.yaml``.

    Raises
    ------
    CatalogError
        There is no ``mirror.yaml``, it is malformed, or it leads out of the folder.
    """
    path = folder / "mirror.yaml"
    if not path.is_file():
        raise CatalogError(
            f"{VARIABLE} names {folder}, which holds no mirror.yaml. Name a mirror's folder, "
            f"or unset {VARIABLE}."
        )
    place = Place(str(path.resolve()), str(folder.resolve()))
    datasets = load_yaml(place).get("datasets")
    if not isinstance(datasets, Mapping):
        raise CatalogError(f"{path}: a mirror needs a key datasets: with one entry a data set.")
    return {
        str(dataset): {
            str(name): _table(str(name), spec, place, f"{path}: {dataset}")
            for name, spec in (tables or {}).items()
        }
        for dataset, tables in datasets.items()
    }


def _table(name: str, spec: object, place: Place, where: str) -> TableSource:
    if not isinstance(spec, Mapping):
        raise CatalogError(f"{where}: {name} must be a mapping with path:.")
    paths = spec.get("path") or ()
    paths = [paths] if isinstance(paths, str) else list(paths)
    local = {**spec, "path": [place.resolve(str(one), where) for one in paths]}
    return table_from_entry(name, local, where, origin="mirror")


def _remembered(entry: Mapping[str, Any]) -> Mirror:
    """Return the tables of a mirror the user added; none while it is not there."""
    path = Path(entry["path"])
    if not path.exists():  # a disk that is not mounted now
        log.warning("the mirror %s is not there; `bdg mirror remove` forgets it", path)
        return {}
    if not entry.get("datasets"):
        return open_mirror(path)
    return {
        str(dataset): {
            str(name): table_from_entry(name, spec, f"{path}: {dataset}", origin="mirror")
            for name, spec in tables.items()
        }
        for dataset, tables in entry["datasets"].items()
    }


def all_mirrors() -> Mirror:
    """Return the tables of every mirror that is set or remembered; the first one named wins."""
    merged: dict[str, dict[str, TableSource]] = {}
    for mirror in (*map(open_mirror, mirror_folders()), *map(_remembered, user_mirrors())):
        for dataset, tables in mirror.items():
            known = merged.setdefault(dataset, {})
            known.update({name: table for name, table in tables.items() if name not in known})
    return merged
