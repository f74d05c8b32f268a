"""A life as a map: cycle across, voltage up, dQ/dV or what Q(V) lost as colour."""

from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    CYCLE,
    DIFFERENTIAL_VOLTAGE,
    INCREMENTAL_CAPACITY,
    VOLTAGE,
    axis,
    column,
)
from bdg_explore.errors import FrameError, ParameterError

from ._credit import credit, rights_shown
from ._fade_data import facts_of
from ._fade_glyphs import short_names
from .curves import axes_of
from .theme import TITLE_SIZE, load_bokeh, message, ordered, style

MOST_CYCLES: Final = 400
MOST_VOLTAGES: Final = 300  # with as many cycles: 480 kB
BODY: Final = (0.5, 99.5)  # per cent of the values that take the whole of the colours
NONE_TO_DRAW: Final = "No map to draw. It takes curves of two cycles or more."


def cycle_voltage_map(
    table: pd.DataFrame,
    *,
    cells: pd.DataFrame | None = None,
    title: str | None = None,
    height: int = 380,
) -> Any:
    """Draw dQ/dV, or what Q(V) lost, of every cycle of one cell as a map of colours.

    Parameters
    ----------
    table : DataFrame
        What `incremental_capacity`, `capacity_voltage` or `capacity_difference` of every cycle
        returns: all curves on the same voltages.
    cells : DataFrame, optional
        What is known of the cell, for the line of licences below.
    title : str, optional
        Replaces the line above, which names the cell.
    height : int
        Height [px]; the width is that of the page.

    Returns
    -------
    holoviews.Overlay
        One `hv.Image` of at most 400 by 300 values. Between two measured cycles stands the nearer
        one; the hover tells which. Where there is nothing to draw, an `hv.Text` that says why.

    Raises
    ------
    FrameError
        If the table holds no curves over voltage, or no `cycle_count`.
    ParameterError
        If there are several cells, or the curves do not share their voltages.

    Notes
    -----
    dQ/dV is drawn by its magnitude, which a discharge has as well. Colours run over 99 % of the
    values; a peak moves along the map as lithium is lost, and pales as material is.
    """
    load_bokeh()
    _, up = axes_of(table)
    if up == DIFFERENTIAL_VOLTAGE or CYCLE not in table.columns:
        raise FrameError(
            f"A map needs curves over voltage of several cycles ({CYCLE}). "
            "Give it what bdg.incremental_capacity returns."
        )
    names = [str(name) for name in table[CELL].unique()] if CELL in table.columns else []
    if len(names) > 1:
        raise ParameterError(
            f"A map shows one cell, and this table has {len(names)}. "
            f"Choose one: table[table['{CELL}'] == {names[0]!r}]."
        )
    if table.empty:
        return message(NONE_TO_DRAW)
    cycle, voltage, values = _matrix(table, up)
    if len(cycle) < 2 or not np.isfinite(values).any():
        return message(NONE_TO_DRAW)
    label = axis(up)
    if up == INCREMENTAL_CAPACITY:
        values, label = np.abs(values), f"|dQ/dV| / {column(up).unit}"
    image, nearest, span = _image(cycle, voltage, values)
    dims = hv.Dimension(CYCLE, label="Cycle"), hv.Dimension(VOLTAGE, label=axis(VOLTAGE))
    drawn = hv.Image(
        (span, image[0], image[1], np.broadcast_to(nearest, image[1].shape)),
        list(dims),
        [hv.Dimension("value", label=label), hv.Dimension("nearest", label="Measured cycle")],
    )
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, BODY)
    hover = HoverTool(
        tooltips=[
            *([("Cell", names[0])] if names else []),
            ("Cycle", "@nearest{0}"),
            (dims[1].label, "$y{0.000}"),
            (label, "@image{0.000}"),
        ],
        attachment="horizontal",
    )
    note = f"{len(cycle):,} cycles" + "".join(f", {name}" for name in short_names(names))
    facts = facts_of(cells, names) if cells is not None else None
    return hv.Overlay(
        [
            drawn.opts(
                cmap=ordered(),
                clim=(float(low), float(max(high, low + 1e-12))),
                clipping_colors={"NaN": "rgba(0, 0, 0, 0)"},
                colorbar=True,
                colorbar_opts={"title": label},
                tools=[hover],
            )
        ]
    ).opts(
        responsive=True,
        height=height,
        title=note if title is None else title,
        fontsize={"title": TITLE_SIZE},
        show_grid=False,
        hooks=[style, *credit(rights_shown(table, names, facts))],
    )


def _matrix(
    table: pd.DataFrame, up: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return cycles, rising voltages, and the values, a row a voltage and a column a cycle."""
    number = table[CYCLE].to_numpy(dtype=np.float64)
    voltage = table[VOLTAGE].to_numpy(dtype=np.float64)
    starts = np.flatnonzero(voltage == voltage[:1])  # of a curve; a cycle number may come twice
    width = int(starts[1]) if len(starts) > 1 else len(number)
    if len(number) == width * len(starts):
        grid, numbers = voltage[:width], number.reshape(-1, width)
        whole = (numbers == numbers[:, :1]).all()
        if whole and (voltage.reshape(-1, width) == grid).all():
            values = table[up].to_numpy(dtype=np.float64).reshape(-1, width)
            order = np.argsort(number[starts], kind="stable")
            rising = slice(None) if grid[0] <= grid[-1] else slice(None, None, -1)
            return number[starts][order], grid[rising], values[order][:, rising].T
    raise ParameterError(
        "The curves of a map must share their voltages. bdg.capacity_voltage and "
        "bdg.incremental_capacity put them on the same."
    )


def _image(
    cycle: NDArray[np.float64], voltage: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[tuple[Any, Any], NDArray[np.float32], NDArray[np.float64]]:
    """Return (voltages, values) on even steps, the cycle each column shows, and the columns."""
    count = min(MOST_CYCLES, max(int(np.ptp(cycle)) + 1, 2))
    across = np.linspace(cycle[0], cycle[-1], count)
    right = np.clip(np.searchsorted(cycle, across), 1, len(cycle) - 1)
    nearest = right - (across - cycle[right - 1] <= cycle[right] - across)
    even = np.linspace(voltage[0], voltage[-1], min(MOST_VOLTAGES, len(voltage)))
    place = np.clip(np.searchsorted(voltage, even), 0, len(voltage) - 1)
    image = values[np.ix_(place, nearest)].astype(np.float32)
    return (even, image), cycle[nearest].astype(np.float32), across
