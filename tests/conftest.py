"""Order of all tests: those that wait for a browser begin, so that no core is idle at the end.

And real measurements for the tests that want them.
"""

from pathlib import Path

import pytest
from hypothesis import settings

from real_files import FOLDERS, UNSET

# How long an example takes says more about what else the machine does.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {item.path for item in items if item.get_closest_marker("ui")}
    items.sort(key=lambda item: item.path not in slow)  # files stay whole


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Return the folder of real measurements."""
    if not FOLDERS:
        pytest.skip(UNSET)
    return FOLDERS[0]
