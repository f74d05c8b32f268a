"""The real documents, where there are any."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def mirror() -> Path:
    folder = os.environ.get("BDG_MIRROR")
    if not folder or not (Path(folder) / "metadata").is_dir():
        pytest.skip("BDG_MIRROR names no folder with the real documents")
    return Path(folder)
