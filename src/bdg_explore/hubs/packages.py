"""Files that an installed Python package ships, found without importing any of it.

A catalog that ships names one as ``package://<package>/<path in it>``; another catalog may not.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from bdg_explore.errors import MissingDataError

SCHEME: Final = "package://"
_ADDRESS: Final = re.compile(r"package://([a-z][a-z0-9_-]*)/((?:[\w-]+/)*[\w-]+\.\w+)")
# Which extra of ours brings a package.
_EXTRAS: Final = {"ampworks": "samples"}


def is_packaged(url: str) -> bool:
    """Whether an address names a file of a package."""
    return url.startswith(SCHEME)


def packaged_file(url: str) -> Path | None:
    """Return the file that an address names; None where the package is not installed.

    A package that is installed without the file is as good as not installed.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return None
    try:
        installed = distribution(found[1])
    except PackageNotFoundError:
        return None
    path = Path(str(installed.locate_file(f"{found[1]}/{found[2]}")))
    return path if path.is_file() else None


def not_installed(what: str, url: str) -> MissingDataError:
    """Return what to raise where a package would have to be installed first."""
    package = url.removeprefix(SCHEME).partition("/")[0]
    extra = _EXTRAS.get(package)
    command = f'pip install "bdg-explore[{extra}]"' if extra else f"pip install {package}"
    return MissingDataError(
        f"{what} is a file of the package {package}, which is not installed here. Next: {command}; "
        f"for the data alone, without what {package} itself needs: pip install --no-deps {package}."
    )
