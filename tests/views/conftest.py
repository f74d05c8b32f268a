"""Real measurements, and what was drawn."""

import os
from pathlib import Path
from typing import Any

import holoviews as hv
import pytest

from bdg_explore.views.theme import load_bokeh


@pytest.fixture(scope="session")
def mirror() -> Path:
    named = os.environ.get("BDG_MIRROR")
    if not named:
        pytest.skip("BDG_MIRROR is not set: no real measurements here")
    return Path(named)


@pytest.fixture
def rendered():
    """Draw a picture with Bokeh and return the plot; its `state` is the figure."""

    def render(picture: Any) -> Any:
        load_bokeh()
        return hv.renderer("bokeh").get_plot(picture)

    return render
