"""Which catalogs and mirrors `open_hubs` opens beside what ships.

The environment variable ``BDG_CATALOGS`` lists YAML files, folders or addresses, separated like a
search path; a file ``catalogs.yaml`` in the user's configuration folder lists more. The file
``mirrors.yaml`` beside it holds what `bdg mirror add` was given.
"""

import os
import re
from pathlib import Path
from typing import Any, Final

import platformdirs
import yaml

from bdg_explore.errors import CatalogError

VARIABLE: Final = "BDG_CATALOGS"
# An address holds colons too: before //, before the number of a port, and before a password, which
# must not come loose and be shown as if it were the name of a catalog.
_SEPARATOR: Final = (
    r":(?!//|\d+(?:[/?:]|$)|[^/:]*@)" if os.pathsep == ":" else re.escape(os.pathsep)
)


def config_file() -> Path:
    """Return where the user's own list of catalogs may lie."""
    return Path(platformdirs.user_config_dir("bdg-explore"), "catalogs.yaml")


def user_catalogs() -> list[str]:
    """Return the catalogs that the environment and the user's configuration name.

    Raises
    ------
    CatalogError
        The configuration file is not a list under the key ``catalogs``.
    """
    listed = os.environ.get(VARIABLE, "")
    found = [part for part in re.split(_SEPARATOR, listed) if part]
    path = config_file()
    if path.is_file():
        try:
            named = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("catalogs") or []
        except (yaml.YAMLError, AttributeError) as error:
            raise CatalogError(
                f"{path} cannot be read: {error}. Write catalogs: [my_lab/, https://...]."
            ) from error
        found += [str(one) for one in named]
    return found


def user_mirrors() -> list[dict[str, Any]]:
    """Return the mirrors that `bdg mirror add` has remembered: mappings with a ``path``.

    Raises
    ------
    CatalogError
        The file is not a list under the key ``mirrors``.
    """
    path = mirrors_file()
    if not path.is_file():
        return []
    try:
        listed = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("mirrors") or []
        return [{**one, "path": str(one["path"])} for one in listed]
    except (yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
        raise CatalogError(
            f"{path} cannot be read: {error}. Correct it, or delete it and add the mirrors again."
        ) from error


def remember_mirrors(mirrors: list[dict[str, Any]]) -> None:
    """Write the user's mirrors, in one step."""
    path = mirrors_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.tmp")
    text = yaml.safe_dump({"mirrors": mirrors}, sort_keys=False, allow_unicode=True, width=100)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def mirrors_file() -> Path:
    """Return where the user's mirrors are remembered."""
    return config_file().with_name("mirrors.yaml")
