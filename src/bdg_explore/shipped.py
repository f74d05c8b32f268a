"""Where the catalogs and notebooks that ship with the package lie."""

from pathlib import Path

from .errors import BdgError

_PACKAGE = Path(__file__).resolve().parent


def catalogs_folder() -> Path:
    """Return the folder of the catalogs that ship: in the wheel, or in the source checkout."""
    return _shipped("catalogs")


def notebooks_folder() -> Path:
    """Return the folder of the curated notebooks that ship."""
    return _shipped("notebooks")


def _shipped(name: str) -> Path:
    # A wheel carries the folder inside the package; an editable install leaves it in the checkout.
    for folder in (_PACKAGE / name, _PACKAGE.parents[1] / name):
        if folder.is_dir():
            return folder
    raise BdgError(
        f"The folder {name}/ that ships with bdg-explore is missing beside {_PACKAGE}. "
        "Install the package again: pip install --force-reinstall bdg-explore."
    )
