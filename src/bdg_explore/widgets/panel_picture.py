"""Pictures on a page."""

from typing import Any

import holoviews as hv
import panel as pn


def page_renderer() -> Any:
    """Return what draws HoloViews objects on a page.

    It has no theme of its own, which HoloViews would put on the whole page, and it paints without
    WebGL: a few ten thousand points are drawn at once, where starting WebGL takes seconds on a
    machine without a graphics card.
    """
    return hv.renderer("bokeh").instance(theme=None, webgl=False)


def picture_pane(picture: Any = None) -> pn.pane.HoloViews:
    """Return a pane as wide as its page, whose axes are its own.

    Panel would link the axes of all pictures of a page that have a name in common, however little
    they have to do with each other.

    Parameters
    ----------
    picture : holoviews object, optional
        What it shows at first.
    """
    return pn.pane.HoloViews(
        picture,
        renderer=page_renderer(),
        linked_axes=False,
        sizing_mode="stretch_width",
        margin=(8, 0, 0, 0),
    )
