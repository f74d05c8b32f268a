"""The pictures of the page of hubs: drawn when their tab is looked at, and tapped to filter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import panel as pn
import panel_material_ui as pmui
from bokeh.models import Quad
from bokeh.models.renderers import GlyphRenderer

from bdg_explore import views
from bdg_explore.columns import (
    ACCESS,
    ANODE,
    CATHODE,
    CONTACT,
    HUB,
    LICENCE,
    NOMINAL_CAPACITY,
    OBJECTIVE,
    SEGMENT,
    TEST_EQUIPMENT,
)
from bdg_explore.hubs.coverage import (
    FAMILIES,
    completeness,
    completeness_by_hub,
    counted,
    fair_counts,
    indicator,
    score_by_hub,
    state,
)
from bdg_explore.widgets.panel_picture import page_renderer

from .dataset_facts import title_of
from .glance_tables import fair_questions, impact_table, key_to_bars
from .theme import STYLE

_SHORT: Final = {
    "uid": "id", OBJECTIVE: "objective", ANODE: "anode", CATHODE: "cathode",
    NOMINAL_CAPACITY: "capacity", TEST_EQUIPMENT: "tester", CONTACT: "contact",
}  # fmt: skip
_MOST: Final = {HUB: 40, OBJECTIVE: 20}
_REST: Final = 60  # after a change before pictures are drawn [ms]
_TABS: Final = ("Overview", "Hubs", "Metadata", "FAIR", "Impact")
# Five tabs side by side on a phone.
_NARROW: Final = {"& .MuiTab-root": {"minWidth": 0, "padding": "12px 10px"}}


@dataclass(frozen=True)
class Asked:
    """What a picture is drawn of.

    Attributes
    ----------
    rows : callable
        Given a column, the rows found without what was asked of that column.
    chosen : callable
        Given a column, the values asked for.
    """

    rows: Callable[[str], pd.DataFrame]
    chosen: Callable[[str], Sequence[Any]]


class Pictures(pn.viewable.Viewer):
    """Tabs of pictures that follow the question and are a way to ask.

    Parameters
    ----------
    asked : Asked
        What was asked for.
    metrics : DataFrame
        The impact metrics, as `hubs.impact.metrics_table` gives them.
    on_pick : callable
        Given a column and the values whose bar was tapped.
    on_tab : callable
        Called when another tab is looked at.
    """

    def __init__(
        self,
        asked: Asked,
        metrics: pd.DataFrame,
        on_pick: Callable[[str, Sequence[Any]], object],
        on_tab: Callable[[], object],
        **params: Any,
    ) -> None:
        super().__init__(**params)
        self._asked, self._on_pick, self._on_tab = asked, on_pick, on_tab
        self._panes: dict[str, pn.pane.Bokeh] = {}
        self._due = False
        pane = self._pane
        self._tabs = pmui.Tabs(
            (_TABS[0], pn.Column(
                _html(key_to_bars()),
                _side_by_side(
                    pn.Column(pane(SEGMENT), pane(ACCESS), margin=0, sizing_mode="stretch_width"),
                    pane(FAMILIES), pane(LICENCE),
                ),
                sizing_mode="stretch_width", margin=0,
            )),
            (_TABS[1], _side_by_side(pane(HUB), pane(OBJECTIVE))),
            (_TABS[2], pn.Column(
                _html(key_to_bars()),
                _side_by_side(pane("fields"), pane("scores"), pane("map")),
                sizing_mode="stretch_width", margin=0,
            )),
            (_TABS[3], _side_by_side(pane("fair"), _html(fair_questions()))),
            (_TABS[4], _html(impact_table(metrics))),
            sizing_mode="stretch_width", margin=(8, 0), sx=_NARROW,
        )  # fmt: skip
        self._held = ((SEGMENT, ACCESS, FAMILIES, LICENCE), (HUB, OBJECTIVE),
                      ("fields", "scores", "map"), ("fair",), ())  # fmt: skip
        self._tabs.param.watch(self._turned, "active")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._tabs

    @property
    def tab(self) -> str:
        """Name of the tab looked at; empty for the first."""
        return _TABS[self._tabs.active] if self._tabs.active else ""

    @tab.setter
    def tab(self, name: str) -> None:
        self._tabs.active = _TABS.index(name) if name in _TABS else 0

    def draw_soon(self) -> None:
        """Draw once the page, or the table's answer, has gone out: words come first."""
        document = pn.state.curdoc
        if document is None or document.session_context is None:
            self.draw()
        elif not pn.state.loaded:
            pn.state.onload(self.draw)
        elif not self._due:
            self._due = True
            document.add_timeout_callback(self._draw_now, _REST)

    def _draw_now(self) -> None:
        self._due = False
        pn.state.execute(self.draw, schedule=False)  # an error is told to the visitor

    def draw(self) -> None:
        """Draw the pictures of the tab looked at."""
        for name in self._held[self._tabs.active]:
            figure = page_renderer().get_plot(self._picture(name)).state
            figure.update(width=None, sizing_mode="stretch_width")
            for drawn in figure.select(GlyphRenderer):
                if isinstance(drawn.glyph, Quad) and "value" in drawn.data_source.data:
                    self._listen(name, drawn.data_source)
            self._panes[name].param.update(object=figure, height=figure.height)

    def _pane(self, name: str) -> pn.pane.Bokeh:
        self._panes[name] = pn.pane.Bokeh(sizing_mode="stretch_width", height=160, margin=(4, 0))
        return self._panes[name]

    def _picture(self, name: str) -> Any:
        if name == "fields":
            return views.coverage_bars(
                completeness(self._asked.rows("")), title="Primary metadata",
                names=title_of, ends="known",
            )  # fmt: skip
        if name == "scores":
            return views.completeness_lollipops(
                score_by_hub(self._asked.rows("")), title="Primary metadata by hub"
            )
        if name == "map":
            return views.completeness_map(
                completeness_by_hub(self._asked.rows("")), names=lambda one: _SHORT.get(one, one),
                title="Stated, of a hub's data sets / %",
            )  # fmt: skip
        if name == "fair":
            return views.coverage_bars(
                fair_counts(self._asked.rows("")), title="FAIR indicators",
                most=20, legend=True, ends="true",
            )  # fmt: skip
        title = "Cathode" if name == FAMILIES else title_of(name)
        return views.coverage_bars(
            counted(self._asked.rows(name), name), title=title, most=_MOST.get(name, 9),
            names=lambda one: one.replace("_", " "), chosen=self._asked.chosen(name),
        )  # fmt: skip

    # --- taps -------------------------------------------------------------------------------------
    def _listen(self, name: str, source: Any) -> None:
        def tapped(_attribute: str, _old: list[int], new: list[int]) -> None:
            if new:
                row = {key: values[new[0]] for key, values in source.data.items()}
                self._pick(name, row)

        source.selected.on_change("indices", tapped)

    def _pick(self, name: str, row: dict[str, Any]) -> None:
        value = str(row["value"])
        if name == "fields":
            self._on_pick(state(value), [str(row["state"])])
        elif name == "fair":
            self._on_pick(indicator(value), [str(row["state"])])
        elif name == "map":
            self._on_pick(HUB, [value])
        else:
            groups = views.bar_groups(
                counted(self._asked.rows(name), name), most=_MOST.get(name, 9)
            )
            self._on_pick(name, groups[value])

    def _turned(self, _event: Any) -> None:
        self.draw_soon()
        self._on_tab()


def _side_by_side(*parts: Any) -> pn.FlexBox:
    for part in parts:
        part.styles = {"flex": "1 1 300px", "min-width": "0", "max-width": "100%"}
    return pn.FlexBox(
        *parts, gap="8px 24px", align_items="flex-start", sizing_mode="stretch_width", margin=0
    )


def _html(text: str) -> pn.pane.HTML:
    return pn.pane.HTML(text, stylesheets=[STYLE], sizing_mode="stretch_width", margin=(8, 0))
