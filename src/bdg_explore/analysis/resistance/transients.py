"""How the voltage goes along in pulses between rests, and in rests that interrupt a current."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bdg_explore.columns import (
    CURRENT_AFTER,
    CURRENT_BEFORE,
    DIRECTION,
    EQUILIBRIUM_CHANGE,
    LINEARITY,
    PULSE_DURATION,
    REASON,
    REST_AFTER,
    ROOT_TIME_SLOPE,
    START_TIME,
    TEST_TIME,
    TRANSIENT_CHANGE,
    VOLTAGE,
    VOLTAGE_BEFORE,
)

from ..records.current_edges import CurrentEdges
from ..records.from_frames import Columns
from .edge_kinds import REST

LEAST_RECORDS: Final = 5
DRIFT: Final = "drift"  # [V], beside the columns of the result
ROW: Final = "row"  # the last record before the pulse, or before the interruption


def titration_pulses(
    columns: Columns,
    edges: CurrentEdges,
    old: NDArray[Any],
    new: NDArray[Any],
    window: tuple[float, float],
) -> list[dict[str, Any]]:
    """Return the pulses between rests, one a row, as far as they can be told apart."""
    time, voltage = columns[TEST_TIME], columns[VOLTAGE]
    rows = []
    for place in np.flatnonzero((old == REST) & (new != REST)).tolist():
        if place + 1 >= len(edges):
            continue
        start, stop = float(edges.start[place]), float(edges.start[place + 1])
        goes_on = place + 2 < len(edges)
        end = int(edges.before[place + 2]) if goes_on else len(time) - 1
        since = int(edges.after[place - 1]) if place else 0
        before = float(voltage[edges.before[place]])
        line = _line(time, voltage, edges.after[place], edges.before[place + 1], start, window)
        rests = new[place + 1] == REST
        rows.append(
            {
                START_TIME: start,
                PULSE_DURATION: stop - start,
                DIRECTION: str(new[place]),
                CURRENT_AFTER: float(edges.new[place]),
                VOLTAGE_BEFORE: before,
                REST_AFTER: float(time[end]) - stop if rests else np.nan,
                EQUILIBRIUM_CHANGE: float(voltage[end]) - before if rests else np.nan,
                TRANSIENT_CHANGE: line[0] * np.sqrt(stop - start),
                ROOT_TIME_SLOPE: line[0],
                LINEARITY: line[2],
                REASON: "" if rests else "no rest follows the pulse",
                DRIFT: max(
                    _drift(time, voltage, since, int(edges.before[place])),
                    _drift(time, voltage, int(edges.after[place + 1]), end),
                ),
                ROW: int(edges.before[place]),
            }
        )
    return rows


def _drift(time: NDArray[Any], voltage: NDArray[Any], first: int, last: int) -> float:
    """Return how far the voltage moves in the second half of a rest [V]."""
    middle = 0.5 * (float(time[first]) + float(time[last]))
    half = first + int(np.searchsorted(time[first : last + 1], middle))
    return abs(float(voltage[last]) - float(voltage[min(half, last)]))


def interruptions(
    columns: Columns,
    edges: CurrentEdges,
    old: NDArray[Any],
    new: NDArray[Any],
    window: tuple[float, float],
) -> list[dict[str, Any]]:
    """Return the rests that interrupt a current."""
    time, voltage = columns[TEST_TIME], columns[VOLTAGE]
    # a rest from edge `place` to the next, with the same direction before and after
    places = [
        place
        for place in np.flatnonzero((old != REST) & (new == REST)).tolist()
        if 0 < place < len(edges) - 1 and new[place + 1] == old[place] == new[place - 1]
    ]
    rows, ends = [], []
    for place in places:
        start, stop = float(edges.start[place]), float(edges.start[place + 1])
        line = _line(time, voltage, edges.after[place], edges.before[place + 1], start, window)
        on = start - float(edges.start[place - 1])
        ends.append(line[1])
        rows.append(
            {
                START_TIME: float(edges.start[place - 1]),
                PULSE_DURATION: on,
                DIRECTION: str(old[place]),
                CURRENT_BEFORE: float(edges.old[place]),
                VOLTAGE_BEFORE: float(voltage[edges.before[place]]),
                REST_AFTER: stop - start,
                TRANSIENT_CHANGE: line[0] * np.sqrt(on),
                ROOT_TIME_SLOPE: line[0],
                LINEARITY: line[2],
                ROW: int(edges.before[place]),
            }
        )
    for place, row in enumerate(rows):
        low, high = _beside(places, place)
        flowing = sum(rows[p][PULSE_DURATION] for p in range(low + 1, high + 1))
        rate = (ends[high] - ends[low]) / flowing if flowing else np.nan
        # the voltage relaxes the other way than it went: its slope is that of the current, turned
        row[EQUILIBRIUM_CHANGE] = rate * row[PULSE_DURATION]
        row[TRANSIENT_CHANGE] *= -1.0
        row[REASON] = "" if high > low else "no other interruption tells how the voltage goes"
    return rows


def _beside(places: list[int], at: int) -> tuple[int, int]:
    """Return the first and the last of an interruption and its neighbours in one stretch.

    Two are neighbours if one current flows between them, so that the second begins two edges after
    the first: not where the current turns round, changes or rests for long.
    """
    low = at - 1 if at and places[at] - places[at - 1] == 2 else at
    high = at + 1 if at + 1 < len(places) and places[at + 1] - places[at] == 2 else at
    return low, high


def _line(
    time: NDArray[Any],
    voltage: NDArray[Any],
    first: int,
    last: int,
    start: float,
    window: tuple[float, float],
) -> tuple[float, float, float]:
    """Return slope, intercept and R squared of voltage by the root of the time since an edge."""
    own = np.asarray(time[first : last + 1], dtype=np.float64) - start
    volts = np.asarray(voltage[first : last + 1], dtype=np.float64)
    inside = (own >= window[0]) & (own <= window[1]) & np.isfinite(volts)
    root, volts = np.sqrt(own[inside]), volts[inside]
    if len(np.unique(root)) < LEAST_RECORDS:
        return np.nan, np.nan, np.nan
    away, off = root - np.mean(root), volts - np.mean(volts)
    slope = float(np.sum(away * off) / np.sum(away**2))
    whole = float(np.sum(off**2))
    straight = slope**2 * float(np.sum(away**2)) / whole if whole else np.nan
    return slope, float(np.mean(volts)) - slope * float(np.mean(root)), straight
