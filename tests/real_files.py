"""Real measurements: the folders that BDG_MIRROR names, as it stood when the tests began."""

import os
from pathlib import Path
from typing import Final

import pytest

FOLDERS: Final = [Path(p) for p in os.environ.get("BDG_MIRROR", "").split(os.pathsep) if p]
UNSET: Final = "BDG_MIRROR is not set: no real measurements here"


def folder_with(part: str) -> Path:
    """Return the first folder that holds a part, ``raw/arbin``; else one that does not exist."""
    return next((folder for folder in FOLDERS if (folder / part).is_dir()), Path("nowhere"))


def needs_real(part: str) -> pytest.MarkDecorator:
    """Skip a test, or all of a module, where no folder holds that part."""
    reason = f"no folder of BDG_MIRROR holds {part}" if FOLDERS else UNSET
    return pytest.mark.skipif(not folder_with(part).is_dir(), reason=reason)
