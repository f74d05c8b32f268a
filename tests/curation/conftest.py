"""Real measurements for the tests that want them."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mirror() -> Path:
    named = os.environ.get("BDG_MIRROR")
    if not named:
        pytest.skip("BDG_MIRROR is not set: no real measurements here")
    return Path(named)
