"""Several columns of the table of cycles along life, one panel below the other."""

import textwrap
from collections.abc import Sequence
from typing import Any, Final

import holoviews as hv
import pandas as pd

from bdg_explore.columns import (
    CELL,
    COLUMNS,
    COULOMBIC_EFFICIENCY,
    CYCLE,
    ENERGY_EFFICIENCY,
    EQUIVALENT_FULL_CYCLES,
    START_TIME,
    TEST_TIME,
    axis,
)
from bdg_explore.errors import FrameError, did_you_mean

from ._credit import rights_shown, room
from ._narrow import labels_or_legend
from .capacity_fade import capacity_fade
from .theme import message, style
from .traces import LONG_LABEL

X_NAMES: Final = {"cycle": CYCLE, "efc": EQUIVALENT_FULL_CYCLES, "time": START_TIME}
DAY: Final = 86_400.0
FIRST_HEIGHT: Final = 260
OTHER_HEIGHT: Final = 190


def along_life(
    cycles: pd.DataFrame,
    columns: str | Sequence[str] = (COULOMBIC_EFFICIENCY, ENERGY_EFFICIENCY),
    *,
    x: str = "cycle",
    cells: pd.DataFrame | None = None,
    color: str | None = None,
    max_points: int = 200,
    max_cells: int = 3000,
    complete_only: bool = True,
    title: str | None = None,
) -> Any:
    """Draw columns of the table of cycles along life: efficiencies, resistances, temperatures ...

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle; with a column `cell`, of many cells.
    columns : str or sequence of str
        Which columns, a panel each. One that nobody measured is left out, and the title says so.
    x : {"cycle", "efc", "time"} or str
        Along what: cycle number, equivalent full cycles, test time [d], or any column of `cycles`.
    cells : DataFrame, optional
        What is known of the cells: index or column `cell`.
    color : str, optional
        A column of `cells` or of `cycles`, as in `capacity_fade`.
    max_points, max_cells : int
        Points a cell, and cells, at most.
    complete_only : bool
        Leave out cycles whose `complete` is False.
    title : str, optional
        Replaces the line above the first panel.

    Returns
    -------
    holoviews.Layout
        One `capacity_fade` a column, over the same axis. Single wild values lie beyond the axis,
        and the first panel says how many. Where nothing was measured, an `hv.Text` that says so.

    Raises
    ------
    FrameError
        If the frame has none of the columns, or not `x`.
    """
    wanted = [columns] if isinstance(columns, str) else list(dict.fromkeys(columns))
    for name in wanted:
        if name not in cycles.columns and (len(wanted) == 1 or name not in COLUMNS):
            raise FrameError(
                f"The cycles have no column {name}.{did_you_mean(name, map(str, cycles.columns))}"
            )
    drawn = [n for n in wanted if n in cycles.columns and cycles[n].notna().any()]
    lacking = [_title(n) for n in wanted if n not in drawn]
    if not drawn:
        return message(f"Nobody measured {', '.join(lacking)}. Choose other columns.")
    across = X_NAMES.get(x, x)
    if x == "time" and START_TIME in cycles.columns:
        across = f"{COLUMNS[TEST_TIME].title} / d"
        cycles = cycles.assign(**{across: cycles[START_TIME] / DAY})
    names = cycles[CELL].unique() if CELL in cycles.columns else ()
    extra = room(rights_shown(cycles, map(str, names)))
    panels = []
    for place, name in enumerate(drawn):
        first, last = place == 0, place == len(drawn) - 1
        panel = capacity_fade(
            cycles,
            cells=cells,
            y=name,
            x=across,
            color=color,
            threshold=None,
            max_points=max_points,
            max_cells=max_cells,
            complete_only=complete_only,
            labels=first,
            title=title if first else "",
            height=(FIRST_HEIGHT if first else OTHER_HEIGHT) + (extra if last else 0),
        )
        if not first:  # what the first panel names has the same colour here
            panel = panel.opts(show_legend=False)
        if not last:
            panel = panel.opts(xlabel="", hooks=[labels_or_legend, style])
        if len(label := axis(name)) > LONG_LABEL:
            panel = panel.opts(ylabel=textwrap.fill(label, LONG_LABEL))
        panels.append(panel)
    if lacking and title is None:
        panels[0] = panels[0].opts(title=f"not measured: {', '.join(lacking)}")
    return hv.Layout(panels).cols(1).opts(shared_axes=True, toolbar="right")


def _title(name: str) -> str:
    return COLUMNS[name].title.lower() if name in COLUMNS else name
