"""The table of both faces: one ES module, for anywidget here and for a Panel component there."""

from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

TABLE_JS: Final = Path(__file__).with_name("table.js")
WIDGETS_CSS: Final = Path(__file__).with_name("widgets.css")


class CellTable(anywidget.AnyWidget):
    """A page of rows, sortable, selectable, usable by mouse, touch, keyboard and screen reader.

    Only the page in sight travels to the browser. Arrow keys move, Space selects, Enter or a
    double click opens, Page Up and Page Down turn pages. On a phone each row is a card.

    Attributes
    ----------
    columns : list of dict
        `name`, `title`, `unit`, `kind` ("number", "text", "badge") and `meaning` (a tooltip).
    rows : list of dict
        The rows of the page, as JSON; None is shown as unknown.
    key : str
        Name of the value that identifies a row.
    label : str
        Name of the table for screen readers.
    total, page, page_size : int
        Rows in all, current page from 0, rows a page.
    sort : list
        `[]`, or a column's name and "asc" or "desc".
    selection : list
        Keys of the selected rows, also of other pages.
    opened : str
        Key of the row last opened; set it back to "" when it is closed.
    message : str
        What to say when there is no row.
    order : str
        What orders the rows while they are sorted by no column, if that is worth saying.
    """

    _esm = TABLE_JS
    _css = WIDGETS_CSS

    columns: Any = traitlets.List().tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True)
    key = traitlets.Unicode("cell").tag(sync=True)
    label = traitlets.Unicode("Cells").tag(sync=True)
    total = traitlets.Int().tag(sync=True)
    page = traitlets.Int().tag(sync=True)
    page_size = traitlets.Int(25).tag(sync=True)
    sort: Any = traitlets.List().tag(sync=True)
    selection: Any = traitlets.List().tag(sync=True)
    opened = traitlets.Unicode().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    order = traitlets.Unicode().tag(sync=True)
