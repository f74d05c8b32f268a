"""A small made-up fleet, and a stand-in for hubs that serves its cycles."""

import pandas as pd
import pytest

from .made_up import FakeHubs, fleet


@pytest.fixture
def cells() -> pd.DataFrame:
    return fleet()


@pytest.fixture
def hubs(cells: pd.DataFrame) -> FakeHubs:
    return FakeHubs(cells)
