"""What was drawn."""

from typing import Any

import holoviews as hv
import pytest

from bdg_explore.views.theme import load_bokeh


@pytest.fixture
def rendered():
    """Draw a picture with Bokeh and return the plot; its `state` is the figure."""

    def render(picture: Any) -> Any:
        load_bokeh()
        return hv.renderer("bokeh").get_plot(picture)

    return render
