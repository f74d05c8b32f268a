"""The opened data set: its record, its FAIR answers, what to cite and to take away."""

from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from bdg_explore.hubs import Hubs
from bdg_explore.hubs.coverage import overview
from bdg_explore.widgets.panel_parts import Texts

from .dataset_facts import fair_list, head, metadata
from .dataset_texts import citations, layouts, python
from .theme import STYLE


class DatasetDrawer(pn.viewable.Viewer):
    """What is known about one data set.

    Parameters
    ----------
    hubs : Hubs
        Where it is listed.
    on_change : callable
        Called when another data set is shown, or none.
    on_taken : callable
        Called with the id of a data set of which something was copied or saved.
    """

    def __init__(
        self,
        hubs: Hubs,
        on_change: Callable[[], object],
        on_taken: Callable[[str], object],
        **params: Any,
    ) -> None:
        super().__init__(**params)
        self._hubs, self._on_change, self._on_taken = hubs, on_change, on_taken
        self.name_shown = ""
        self._layout = pn.Column(
            visible=False, stylesheets=[STYLE], margin=0, css_classes=["drawer"]
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def open(self, name: str) -> None:
        """Show a data set; nothing happens where none has that id."""
        if name in self._hubs.datasets.index and name != self.name_shown:
            self.name_shown = name
            self._layout[:] = self._parts(name)
            self._layout.visible = True
            self._on_change()

    def close(self) -> None:
        """Show nothing."""
        if self.name_shown:
            self.name_shown = ""
            self._layout.visible = False
            self._layout[:] = []
            self._on_change()

    def _parts(self, name: str) -> list[Any]:
        dataset, row = self._hubs.dataset(name), overview(self._hubs).loc[name]
        whole = {"sizing_mode": "stretch_width", "margin": 0}
        close = pmui.IconButton(
            icon="close", label="", on_click=lambda _: self.close(), margin=(4, 0), size="small",
            description="Close (Esc)", description_delay=600,
        )  # fmt: skip
        code = {"name": "Python", "label": "Python", "text": python(dataset), "wraps": True}
        return [
            pn.Row(_html(head(dataset, row)), close, **whole),
            _html("<div class='facts'><h3>Cite it</h3></div>"),
            self._texts("Citation", citations(dataset)),
            _html(metadata(dataset, row)),
            _html(fair_list(dataset)),
            _html("<div class='facts'><h3>Take the metadata away</h3></div>"),
            self._texts("Metadata", [*layouts(dataset), code]),
        ]

    def _texts(self, label: str, items: list[dict[str, Any]]) -> Texts:
        return Texts(
            on_message=lambda _message: self._on_taken(self.name_shown), items=items, label=label,
            sizing_mode="stretch_width", margin=(4, 0, 8, 0),
        )  # fmt: skip


def _html(text: str) -> pn.pane.HTML:
    return pn.pane.HTML(text, stylesheets=[STYLE], sizing_mode="stretch_width", margin=0)
