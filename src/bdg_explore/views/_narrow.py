"""How pictures give way where there is little room, on a phone: told by their width in pixels."""

from typing import Any, Final

import holoviews as hv
from bokeh.models import CustomJS, MultiLine, Text
from bokeh.models.annotations import Legend, LegendItem

NARROW: Final = 480
"""Pictures narrower than this [px] have their tools below them, not beside."""
LETTER: Final = 6.4
"""Width of a letter of a label [px]."""
ENTRY: Final = 23
"""Height of an entry of a legend [px]."""
_WIDTH: Final = "inner_width"
_NAME: Final = "narrow"

_TOOLS_BELOW: Final = """
const narrow = figure.outer_width < most
if (figure.toolbar_location != null)  // else several figures share one
  figure.setv({toolbar_location: narrow ? "below" : "right", toolbar_sticky: !narrow})
const ticks = narrow ? Math.max(2, Math.min(6, Math.floor(figure.inner_width / 75))) : 6
for (const axis of figure.below)
  if (axis.ticker?.desired_num_ticks != null) axis.ticker.desired_num_ticks = ticks
"""
_LABELS: Final = """
const share = wanted / figure.inner_width
const fit = share < 0.5
labels.visible = fit
if (legend.visible === fit) {
  legend.visible = !fit
  figure.height += fit ? -higher : higher
}
const [first, last] = ends, range = figure.x_range, [set] = legend.tags
const end = last + (last - first) * (fit ? share / (1 - share) : 0.02)
if (set == null || range.end === set) {  // else a reader has zoomed
  range.setv({end, reset_end: end})
  legend.tags = [end]
}
"""


def give_way(figure: Any) -> None:
    """Let a figure put its tools below it, and fewer ticks on its axis, where it is narrow."""
    if any(one.name == _NAME for one in figure.js_property_callbacks.get(f"change:{_WIDTH}", ())):
        return
    args = {"figure": figure, "most": NARROW}
    figure.js_on_change(_WIDTH, CustomJS(name=_NAME, args=args, code=_TOOLS_BELOW))


def labels_or_legend(plot: Any, overlay: Any) -> None:
    """Give labels at the ends of curves the room they need; used as a HoloViews hook.

    The axis becomes as much longer as the labels take; where they would take half of the picture,
    a legend below it names the curves instead.

    Parameters
    ----------
    plot : holoviews plot
        Its `state` is the figure.
    overlay : holoviews.Overlay
        One `hv.Contours`, and labels of its curves in their order; without labels nothing is done.
    """
    written = [one for one in overlay if isinstance(one, hv.Labels)]
    if not written:
        return
    labels = [str(text) for text in written[0].dimension_values("text")]
    begin, end = next(one for one in overlay if isinstance(one, hv.Contours)).range(0)
    figure = plot.state
    glyphs = [one for one in figure.renderers if hasattr(one, "glyph")]
    curves = next(one for one in glyphs if isinstance(one.glyph, MultiLine))
    texts = (one for one in glyphs if isinstance(one.glyph, Text))
    legend = Legend(
        visible=False,
        glyph_height=ENTRY - 9,
        label_height=ENTRY - 9,
        tags=[None],  # where the axis was made to end
    )
    legend.items = [
        LegendItem(label=label, renderers=[curves], index=k) for k, label in enumerate(labels)
    ]
    figure.add_layout(legend, "below")
    args = {
        "figure": figure,
        "labels": next(one for one in texts if list(one.data_source.data["text"]) == labels),
        "legend": legend,
        "ends": [begin, end],
        "wanted": LETTER * max(map(len, labels)) + 12,
        "higher": ENTRY * len(labels) + 12,
    }
    figure.js_on_change(_WIDTH, CustomJS(args=args, code=_LABELS))
