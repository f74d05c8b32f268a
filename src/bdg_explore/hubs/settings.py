"""Which catalogs `open_hubs` opens beside the ones that ship.

The environment variable ``BDG_CATALOGS`` lists YAML files, folders or addresses, separated like a
search path; a file ``catalogs.yaml`` in the user's configuration folder lists more.
"""

import os
import re
from pathlib import Path
from typing import Final

import platformdirs
import yaml

from bdg_explore.errors import CatalogError

VARIABLE: Final = "BDG_CATALOGS"
# An address holds colons too: before //, and before the number of a port.
_SEPARATOR: Final = r":(?!//|\d+(?:[/?:]|$))" if os.pathsep == ":" else re.escape(os.pathsep)


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
