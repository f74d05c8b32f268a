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
    dark : bool
        Whether the page around is dark; set by the page, and the picture is made again.
    """

    _esm = _HERE / "notebook_plot.js"
    _css = _HERE / "widgets.css"

    item: Any = traitlets.Dict().tag(sync=True)
    version = traitlets.Unicode(bokeh.__version__).tag(sync=True)
    height = traitlets.Int(320).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    dark = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._picture: Any = None
        self.on_msg(self._hear)

    def show(self, picture: Any) -> None:
        """Show a HoloViews object, or nothing if it is None."""
        self._picture = picture
        self.item = {} if picture is None else bokeh_item(picture, self.height, dark=self.dark)

    @traitlets.observe("dark")
    def _repaint(self, _change: Any) -> None:
        if self._picture is not None:
            self.show(self._picture)

    def _hear(self, _widget: Any, message: Any, _buffers: Any) -> None:
        if isinstance(message, dict) and message.get("need") == "bokehjs":
            self.send({"bokehjs": bokeh.__version__}, [_bokehjs()])


def bokeh_item(picture: Any, height: int, *, dark: bool) -> dict[str, Any]:
    """Return a HoloViews object as BokehJS embeds it, as wide as its place."""
    import holoviews.plotting.bokeh  # noqa: F401 - registers the renderer, publishes nothing
    from bokeh.embed import json_item
    from bokeh.models import Plot
    from holoviews import renderer

    figure = renderer("bokeh").get_plot(picture).state
    if isinstance(figure, Plot):
        figure.update(width=None, height=height, sizing_mode="stretch_width")
    return dict(json_item(figure, theme=_theme(dark)))


@cache
def _theme(dark: bool) -> Any:
    from bokeh.themes import Theme

    ink, grid = ("#d8d8d8", "#ffffff") if dark else ("#333333", "#000000")
    paper = "#1a1a1a" if dark else "#ffffff"
    text = {"text_color": ink}
    return Theme(
        json={
            "attrs": {
                "Plot": {
                    "background_fill_alpha": 0,
                    "border_fill_alpha": 0,
                    "outline_line_color": None,
                },
                "Axis": {
                    "axis_line_color": ink,
                    "major_tick_line_color": ink,
                    "minor_tick_line_color": None,
                    "major_label_text_color": ink,
                    "axis_label_text_color": ink,
                },
                "Grid": {"grid_line_color": grid, "grid_line_alpha": 0.12},
                "Title": text,
                "Legend": {
                    "label_text_color": ink,
                    "title_text_color": ink,
                    "background_fill_color": paper,
                    "background_fill_alpha": 0.7,
                    "border_line_color": None,
                },
                "BaseColorBar": {
                    "major_label_text_color": ink,
                    "title_text_color": ink,
                    "background_fill_alpha": 0,
                },
            }
        }
    )


@cache
def _bokehjs() -> bytes:
    """Return BokehJS as it ships with Bokeh, about 1.4 MB."""
    folder = Path(bokeh.__file__).parent / "server" / "static" / "js"
    return (folder / "bokeh.min.js").read_bytes()
