"""Voltage, current and temperature of one cell against time, thinned to what a screen can show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import HoverTool
from numpy.typing import NDArray

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CELL,
    COLUMNS,
    CURRENT,
    CYCLE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
    axis,
)
from bdg_explore.errors import FrameError, ParameterError
from bdg_explore.frames import TIMESERIES, check_frame
from bdg_explore.rights import Rights, rights_in

from ._credit import credit, room
from .theme import CATEGORICAL, TITLE_SIZE, load_bokeh, message, ordered, style
from .thinning import gaps_in_time, thin, with_breaks

PICTURE_POINTS: Final = 4000  # over all panels: under 60 kB
UNITS: Final = (("s", 1.0, 300.0), ("min", 60.0, 10_800.0), ("h", 3600.0, 864_000.0))
DAY: Final = ("d", 86_400.0)
MOST_APART: Final = 8
MOSTLY: Final = 0.9
FIRST_HEIGHT: Final = 220
OTHER_HEIGHT: Final = 150
LONG_LABEL: Final = 18  # does not fit beside a low panel in one line
_COLOURS: Final = {
    VOLTAGE: CATEGORICAL[0],
    CURRENT: CATEGORICAL[2],
    SURFACE_TEMPERATURE: CATEGORICAL[7],
    AMBIENT_TEMPERATURE: CATEGORICAL[7],
}


def voltage_current_trace(
    timeseries: pd.DataFrame,
    *,
    cycles: int | Sequence[int] | None = None,
    max_points: int = 2000,
    dynamic: bool = True,
    title: str = "",
) -> Any:
    """Draw voltage, current and, where there is one, temperature of one cell against time.

    Parameters
    ----------
    timeseries : DataFrame
        Records of one cell in test order, canonical columns.
    cycles : int or sequence of int, optional
        Cycles to draw; all if not given. Cycles that do not follow each other are laid over one
        another, each from its own start, eight at most; so are all of a record that was kept for
        some cycles only, where nine tenths of the time axis would be empty.
    max_points : int
        Points a panel at most; three panels share 4,000.
    dynamic : bool
        Choose points anew from the full record whenever the view is zoomed or moved. This needs a
        running kernel or server; without one the first picture stays. False gives a plain layout.
    title : str
        Replaces the line above the picture, which says so where cycles lie over one another.

    Returns
    -------
    holoviews.Layout
        One panel below the other over the same time axis. Gaps in the record (longer than 600 s
        and than ten times the interval usual around them) stay open. Where there is nothing to
        draw, an `hv.Text` that says why.

    Raises
    ------
    FrameError
        If a required column is missing, or the frame holds more than one cell.
    ParameterError
        If `cycles` is asked for and the frame has no `cycle_count`.

    Notes
    -----
    Points are chosen by MinMaxLTTB, which keeps the extremes of every stretch.
    """
    load_bokeh()
    check_frame(timeseries, replace(TIMESERIES, rules=()))
    _check_one_cell(timeseries)
    if not len(timeseries):
        return message("No records to draw. Choose a cell that has a time series.")
    shown = [VOLTAGE, CURRENT]
    shown += [n for n in (SURFACE_TEMPERATURE, AMBIENT_TEMPERATURE) if _measured(timeseries, n)][:1]
    parts, note = _parts(timeseries, cycles, shown)
    if not parts:
        return message("None of these cycles is in the record.")
    each = max(50, min(max_points, PICTURE_POINTS // (len(shown) * len(parts))))
    panels = [
        _panel(
            parts,
            name,
            each,
            dynamic=dynamic,
            title=(title or note) if name == VOLTAGE else "",
            rights=rights_in(timeseries) if name == shown[-1] else None,
        )
        for name in shown
    ]
    return hv.Layout(panels).cols(1).opts(shared_axes=True, toolbar="right")


@dataclass(frozen=True)
class Part:
    """A stretch of the record that is drawn as one curve.

    Attributes
    ----------
    label : str
        What the legend calls it; empty if there is only one.
    start : float
        Test time that counts as zero [s].
    time : ndarray
        Test time [s].
    values : dict of ndarray
        What was measured, by column.
    gaps : ndarray of int
        Positions after which the record has a gap.
    """

    label: str
    start: float
    time: NDArray[Any]
    values: dict[str, NDArray[Any]]
    gaps: NDArray[np.int64]


def thinned_part(
    part: Part, name: str, count: int, *, unit: float, view: tuple[float, float] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return the points that carry one curve of a trace.

    Parameters
    ----------
    part : Part
        The stretch.
    name : str
        Column to draw.
    count : int
        How many points at most.
    unit : float
        Seconds in one unit of the time axis.
    view : tuple of float, optional
        The part of the time axis in view [units]; all if not given.

    Returns
    -------
    tuple of ndarray
        Time [units] and values; missing where a gap is.
    """
    begin, end = 0, len(part.time)
    if view is not None:
        seconds = np.asarray(view, dtype=np.float64) * unit + part.start
        begin = max(0, int(np.searchsorted(part.time, seconds[0], side="left")) - 1)
        end = min(end, int(np.searchsorted(part.time, seconds[1], side="right")) + 1)
    time, values = part.time[begin:end], part.values[name][begin:end]
    chosen = with_breaks(thin(time, values, count), part.gaps - begin)
    x = (time[chosen].astype(np.float64) - part.start) / unit
    y = values[chosen].astype(np.float32)
    x[chosen < 0], y[chosen < 0] = np.nan, np.nan
    return x, y


def _panel(
    parts: list[Part],
    name: str,
    count: int,
    *,
    dynamic: bool,
    title: str,
    rights: Rights | None,
) -> Any:
    label, unit, (low, high) = _time_axis(parts)
    across = hv.Dimension("time", label=label)
    up = hv.Dimension(name, label=axis(name))
    colours = ordered(len(parts)) if len(parts) > 1 else [_COLOURS.get(name, CATEGORICAL[0])]

    limits: list[tuple[float, float]] = []

    def draw(x_range: tuple[float, float] | None = None) -> Any:
        curves = [
            hv.Curve(
                thinned_part(part, name, count, unit=unit, view=x_range),
                across,
                up,
                label=part.label,
            ).opts(color=colour, line_width=1.25, tools=[_hover(across, up)])
            for part, colour in zip(parts, colours, strict=True)
        ]
        picture = curves[0] if len(curves) == 1 else hv.Overlay(curves)
        if not limits:  # the first picture is of everything, and sets the axis for good
            limits.append(_upward(picture, name))
        return picture.opts(
            xlim=(low, high),
            ylim=limits[0],
            responsive=True,
            height=(FIRST_HEIGHT if name == VOLTAGE else OTHER_HEIGHT) + room(rights or []),
            show_grid=True,
            hooks=[style, *credit(rights or [])],
            title=title,
            fontsize={"title": TITLE_SIZE},
            ylabel=up.label.replace(" ", "\n", 1) if len(up.label) > LONG_LABEL else up.label,
            **({"xlabel": ""} if rights is None else {}),
            **({} if len(curves) == 1 else _legend(shown=name == VOLTAGE)),
        )

    return hv.DynamicMap(draw, streams=[hv.streams.RangeX()]) if dynamic else draw()


def _legend(*, shown: bool) -> dict[str, Any]:
    return {"show_legend": shown, "legend_position": "top", "legend_cols": 4}


def _hover(across: Any, up: Any) -> HoverTool:
    return HoverTool(
        tooltips=[(across.label, "@time{0.[0000]}"), (up.label, f"@{{{up.name}}}{{0.0000}}")],
        mode="vline",
        attachment="horizontal",
    )


def _time_axis(parts: list[Part]) -> tuple[str, float, tuple[float, float]]:
    """Return the axis' label, the seconds in its unit, and its limits [units]."""
    low = min(float(part.time[0]) - part.start for part in parts)
    high = max(float(part.time[-1]) - part.start for part in parts)
    span = (high - low) or 1.0
    name, unit = next(((n, u) for n, u, most in UNITS if span <= most), DAY)
    title = COLUMNS[TEST_TIME].title if not parts[0].label else "Time since the cycle began"
    pad = 0.01 * span
    return f"{title} / {name}", unit, ((low - pad) / unit, (high + pad) / unit)


def _upward(picture: Any, name: str) -> tuple[float, float]:
    low, high = picture.range(name)
    pad = 0.06 * (high - low) or 0.05 * abs(high) or 0.5
    return low - pad, high + pad


def _check_one_cell(timeseries: pd.DataFrame) -> None:
    if CELL in timeseries.columns and len(found := timeseries[CELL].unique()) > 1:
        raise FrameError(
            f"A trace is of one cell, but the frame holds {len(found)}. Choose one: "
            f"timeseries[timeseries[{CELL!r}] == {found[0]!r}]."
        )


def _measured(timeseries: pd.DataFrame, name: str) -> bool:
    return name in timeseries.columns and bool(timeseries[name].notna().any())


def _parts(
    timeseries: pd.DataFrame, cycles: int | Sequence[int] | None, names: list[str]
) -> tuple[list[Part], str]:
    """Return the curves to draw and, if cycles lie over one another, what to say about it."""
    if cycles is None:
        whole = _part(timeseries, names)
        if CYCLE not in timeseries.columns or not _mostly_gaps(whole):
            return [whole], ""
    elif CYCLE not in timeseries.columns:
        raise ParameterError(
            f"cycles= needs a column {CYCLE}. Leave cycles out, or number them first: "
            "timeseries.assign(cycle_count=count_cycles(timeseries))."
        )
    numbers = timeseries[CYCLE].to_numpy()
    every = np.unique(numbers)
    wanted = every if cycles is None else np.atleast_1d(np.asarray(cycles))
    there = every[np.isin(every, wanted)]
    if not len(there):
        return [], ""
    neighbours = (np.diff(np.flatnonzero(np.isin(every, there))) == 1).all()
    if cycles is not None and neighbours:
        return [_part(timeseries.iloc[_rows(np.isin(numbers, there))], names)], ""
    shown = there[np.unique(np.linspace(0, len(there) - 1, MOST_APART).astype(int))]
    parts = [_part(timeseries.iloc[_rows(numbers == k)], names, f"cycle {k}") for k in shown]
    if len(shown) < len(there):
        return parts, f"showing {len(shown)} of {len(there):,} cycles, each from its own start"
    return parts, "each cycle from its own start"


def _mostly_gaps(part: Part) -> bool:
    """Return whether nearly all of the time axis would be empty."""
    if not len(part.gaps):
        return False
    missing = float((part.time[part.gaps + 1] - part.time[part.gaps]).sum())
    return missing > MOSTLY * float(part.time[-1] - part.time[0])


def _rows(chosen: NDArray[np.bool_]) -> slice | NDArray[np.int64]:
    """Return a slice, which copies nothing, where the chosen rows are neighbours."""
    rows = np.flatnonzero(chosen)
    if rows[-1] - rows[0] + 1 == len(rows):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _part(frame: pd.DataFrame, names: list[str], label: str = "") -> Part:
    time = frame[TEST_TIME].to_numpy(dtype=np.float64)
    return Part(
        label=label,
        start=float(time[0]) if label else 0.0,
        time=time,
        values={name: frame[name].to_numpy(dtype=_kept(frame[name])) for name in names},
        gaps=gaps_in_time(time),
    )


def _kept(values: "pd.Series[Any]") -> type[np.floating[Any]]:
    return np.float32 if values.dtype == np.float32 else np.float64
