"""Order of all tests: those that wait for a browser begin, so that no core is idle at the end."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {item.path for item in items if item.get_closest_marker("ui")}
    items.sort(key=lambda item: item.path not in slow)  # files stay whole
