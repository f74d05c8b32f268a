"""The fade plot of a page: the picture of `LinkedFade` with its choices, its note, its clicks."""

from collections.abc import Callable
from html import escape
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, MultiLine, SaveTool
from bokeh.models.renderers import GlyphRenderer

from bdg_explore import views
from bdg_explore.columns import (
    AVAILABILITY,
    CYCLE,
    EQUIVALENT_FULL_CYCLES,
    axis,
)

from .panel_linked_fade import PageFade
from .panel_parts import STYLE
from .panel_picture import page_renderer
from .panel_shelf import Shelf
from .state import BrowserState

_X: Final = {axis(name): name for name in (CYCLE, EQUIVALENT_FULL_CYCLES)}
_Y: Final = {"State of health, of nominal": "soh", "Discharging capacity": "capacity"}
_REST: Final = 60  # after the last change before curves are drawn [ms]


class PanelFade(pn.viewable.Viewer):
    """Curves of the cells chosen, or of those found.

    Parameters
    ----------
    state : BrowserState
        What was found and chosen.
    shelf : Shelf
        Where the cycles come from.
    on_tap : callable, optional
        Given the uid of a curve that was clicked.
    on_change : callable, optional
        Called when a choice was made by hand.
    may_save : callable, optional
        Given the cells drawn, whether the picture may be saved; by default it may.
    """

    def __init__(
        self,
        state: BrowserState,
        shelf: Shelf,
        *,
        on_tap: Callable[[str], object] | None = None,
        on_change: Callable[[], object] | None = None,
        may_save: Callable[[list[str]], bool] | None = None,
        height: int = 372,
        **params: Any,
    ) -> None:
        super().__init__(**params)
        self.state, self.linked = state, PageFade(state, shelf)
        self._on_tap, self._on_change, self._may_save = on_tap, on_change, may_save
        self._quiet = False
        self._due: Any = None
        colours = self.linked.color_columns()
        if colours and self.linked.color not in colours.values():
            self.linked.color = next(iter(colours.values()))
        self._usual = {"y": self.linked.y, "x": self.linked.x, "colour": self.linked.color}
        small = {
            "size": "small",
            "margin": (4, 4),
            "sizing_mode": "stretch_width",
            "styles": {"flex": "1 1 140px", "max-width": "240px"},
        }
        self.y = pmui.Select(label="Show", options=_Y, value=self.linked.y, **small)
        self.x = pmui.Select(label="Against", options=_X, value=self.linked.x, **small)
        self.colour = pmui.Select(
            label="Colour", options=colours, value=self.linked.color, visible=bool(colours), **small
        )
        for select in (self.y, self.x, self.colour):
            select.param.watch(self._chosen, "value")
        self._plot = pn.pane.Bokeh(sizing_mode="stretch_width", height=height, margin=0)
        self._picture: Any = None
        self._source: ColumnDataSource | None = None
        self._cells: list[str] = []  # in the order of the curves
        self._note = pn.pane.HTML(stylesheets=[STYLE], sizing_mode="stretch_width", margin=(2, 4))
        self._layout = pn.Column(
            pn.FlexBox(
                self.y, self.x, self.colour, margin=(4, 0, 0, 0), sizing_mode="stretch_width"
            ),
            self._plot,
            self._note,
            sizing_mode="stretch_width",
            margin=0,
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    @property
    def shown(self) -> list[str]:
        """The cells whose curves are asked for."""
        return list(self.linked.wanted())

    @property
    def python(self) -> str:
        """The line of Python that draws what is seen."""
        chosen = [f'y="{self.linked.y}"']
        if self.linked.x != CYCLE and self.linked.x in self.linked.axes:
            chosen.append(f'x="{self.linked.x}"')
        if self.colour.visible:
            chosen.append(f'color="{self.linked.color}"')
        return f"bdg.views.capacity_fade(cycles, cells=hubs.cells, {', '.join(chosen)})"

    def draw_soon(self) -> None:
        """Draw once the changes have come to rest, so that the table answers first."""
        document = pn.state.curdoc
        if document is None or document.session_context is None:
            self.draw()
            return
        if self._due is not None:
            document.remove_timeout_callback(self._due)
        self._due = document.add_timeout_callback(self._draw_now, _REST)

    def _draw_now(self) -> None:
        self._due = None
        pn.state.execute(self.draw, schedule=False)  # an error is told to the visitor

    def draw(self, *, again: bool = False) -> None:
        """Draw what the state asks for, if it is not what is seen already.

        Parameters
        ----------
        again : bool
            Draw in any case: data have come.
        """
        if again:
            before = self.linked
            self.linked = PageFade(
                self.state, before.hubs, x=before.x, y=before.y, color=before.color
            )
        self.linked.follow()
        self.x.visible = len(self.linked.axes) > 1
        picture = self.linked.picture
        if picture is not None and picture is not self._picture:
            self._picture = picture
            self._plot.object = self._figure(picture)
        self._plot.visible = picture is not None
        if picture is None:
            text = escape(self._why_nothing())
            self._note.object = f'<p class="curves nothing" role="status">{text}</p>'
        else:
            self._note.object = f'<p class="curves">{escape(self.linked.note)}</p>'

    def _why_nothing(self) -> str:
        state = self.state
        if state.selection:
            waiting = (state.cells.loc[list(state.selection), AVAILABILITY] == "download").any()
            return self.linked.note + (" Open a cell to fetch its data." if waiting else "")
        if not state.total:
            return "No curves to show."  # what to remove is said in the table
        return (
            f"None of the {state.total:,} cells found has measurements on this machine. "
            "Open one to see how to get them."
        )

    def highlight(self, uid: str) -> None:
        """Light up the curve of a cell; an empty uid lights all."""
        if self._source is not None:
            found = [self._cells.index(uid)] if uid in self._cells else []
            if list(self._source.selected.indices) != found:
                self._source.selected.indices = found

    def _figure(self, picture: Any) -> Any:
        """Draw a picture, and listen to clicks on its curves.

        A HoloViews selection stream would listen to the last layer of an overlay, not to them.
        """
        figure = page_renderer().get_plot(picture).state
        figure.update(width=None, height=None, sizing_mode="stretch_both")
        self._cells = views.fade_cells(picture)
        if self._may_save is not None and not self._may_save(self._cells):
            figure.toolbar.tools = [t for t in figure.toolbar.tools if not isinstance(t, SaveTool)]
        glyphs = [one for one in figure.select(GlyphRenderer) if isinstance(one.glyph, MultiLine)]
        self._source = glyphs[0].data_source if glyphs else None
        if self._source is not None and self._on_tap is not None:
            self._source.selected.on_change("indices", self._tapped)
        return figure

    def _tapped(self, _name: str, _old: list[int], new: list[int]) -> None:
        if new and self._on_tap is not None and new[0] < len(self._cells):
            self._on_tap(self._cells[new[0]])

    def _chosen(self, _event: Any = None) -> None:
        if self._quiet:
            return
        self._take()
        self.draw()
        if self._on_change is not None:
            self._on_change()

    # --- the address bar --------------------------------------------------------------------------
    def as_query(self) -> dict[str, str]:
        """Return the choices that differ from the usual."""
        chosen = {name: str(select.value) for name, select in self._selects().items()}
        return {name: value for name, value in chosen.items() if value != self._usual[name]}

    def from_query(self, asked: dict[str, str]) -> None:
        """Take over what `as_query` wrote; what means nothing becomes the usual."""
        self._quiet = True
        try:
            for name, select in self._selects().items():
                value = asked.get(name, "")
                select.value = value if value in select.options.values() else self._usual[name]
            self._take()
        finally:
            self._quiet = False

    def _selects(self) -> dict[str, pmui.Select]:
        return {"y": self.y, "x": self.x, "colour": self.colour}

    def _take(self) -> None:
        self.linked.x, self.linked.y = self.x.value, self.y.value
        if self.colour.value is not None:  # cells that are all alike leave nothing to colour by
            self.linked.color = self.colour.value
