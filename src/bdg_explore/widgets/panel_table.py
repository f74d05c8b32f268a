"""The table of cells as a Panel component, over the ES module that the notebook face uses."""

from typing import ClassVar

import panel as pn
import param

from .table import TABLE_JS, WIDGETS_CSS


class PanelTable(pn.custom.AnyWidgetComponent):
    """A page of rows, sortable and selectable; see `table.CellTable` for what each value means."""

    columns = param.List(default=[])
    rows = param.List(default=[])
    key = param.String(default="cell")
    label = param.String(default="Cells")
    total = param.Integer(default=0)
    page = param.Integer(default=0)
    page_size = param.Integer(default=25)
    sort = param.List(default=[])
    selection = param.List(default=[])
    opened = param.String(default="")
    message = param.String(default="")

    _esm = TABLE_JS
    _stylesheets: ClassVar[list[str]] = [WIDGETS_CSS.read_text(encoding="utf-8")]
