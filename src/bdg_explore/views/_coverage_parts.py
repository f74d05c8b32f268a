"""What pictures of coverage share: the height of a row, names beside it, axes without a line."""

from typing import Any, Final

import pandas as pd
from bokeh.models import FixedTicker

from bdg_explore.errors import FrameError

ROW: Final = 24  # height of a row with its gap [px]
_LONGEST: Final = 22  # letters of a name beside a row


def needs(frame: pd.DataFrame, *columns: str) -> None:
    """Refuse a table that lacks a column.

    Raises
    ------
    FrameError
        Names what is missing, and what there is.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise FrameError(
            f"The table to draw has no column {', '.join(missing)}; it has "
            f"{', '.join(map(str, frame.columns))}."
        )


def short(name: str) -> str:
    """Return a name that fits beside a bar."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def plain_axes(plot: Any, _element: Any) -> None:
    """Leave away the line and the ticks beside names; they are read, not measured.

    Of no width, not without colour: a page gives axes the colour of its own ink.
    """
    names = [axis for axis in plot.state.axis if isinstance(axis.ticker, FixedTicker)]
    for axis in names:
        axis.update(axis_line_width=0, major_tick_line_width=0)
