"""A HoloViews picture in a notebook, drawn without an extension, a network or an earlier cell."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import anywidget
import bokeh
import traitlets

_HERE: Final = Path(__file__).resolve().parent


class NotebookPlot(anywidget.AnyWidget):
    """A picture that can be exchanged.

    `jupyter_bokeh` needs Panel's extension loaded in an earlier cell and shows an error without;
    this widget brings BokehJS from the kernel when the page has none of that version.

    Attributes
    ----------
    label : str
        What the picture shows, for screen readers.
    """

    _esm = _HERE / "notebook_plot.js"
    _css = _HERE / "widgets.css"

    item: Any = traitlets.Dict().tag(sync=True)
    version = traitlets.Unicode(bokeh.__version__).tag(sync=True)
    height = traitlets.Int(320).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.on_msg(self._hear)

    def show(self, picture: Any) -> None:
        """Show a HoloViews object, or nothing if it is None."""
        self.item = {} if picture is None else bokeh_item(picture, self.height)

    def _hear(self, _widget: Any, message: Any, _buffers: Any) -> None:
        if isinstance(message, dict) and message.get("need") == "bokehjs":
            self.send({"bokehjs": bokeh.__version__}, [_bokehjs()])


def bokeh_item(picture: Any, height: int) -> dict[str, Any]:
    """Return a HoloViews object as BokehJS embeds it, as wide as its place."""
    import holoviews.plotting.bokeh  # noqa: F401 - registers the renderer, publishes nothing
    from bokeh.embed import json_item
    from bokeh.models import Plot
    from holoviews import renderer

    figure = renderer("bokeh").get_plot(picture).state
    if isinstance(figure, Plot):
        figure.update(width=None, height=height, sizing_mode="stretch_width")
    return dict(json_item(figure))


@cache
def _bokehjs() -> bytes:
    """Return BokehJS as it ships with Bokeh, about 1.4 MB."""
    folder = Path(bokeh.__file__).parent / "server" / "static" / "js"
    return (folder / "bokeh.min.js").read_bytes()
