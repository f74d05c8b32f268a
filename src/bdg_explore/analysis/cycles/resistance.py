"""DC resistance of every cycle, at the edge with which a current starts or stops."""

from typing import Final

import numpy as np

from bdg_explore.columns import (
    DC_RESISTANCE_1S,
    DC_RESISTANCE_10S,
    DC_RESISTANCE_30S,
    DC_RESISTANCE_EDGE,
)

from ..records.arrays import Column, Floats, Ints, Records
from ..records.current_edges import MOVING_SHARE, CurrentEdges, find_edges, response
from ..records.spans import Spans

DELAYS: Final = {DC_RESISTANCE_1S: 1.0, DC_RESISTANCE_10S: 10.0, DC_RESISTANCE_30S: 30.0}
KINDS: Final = ("rest to discharge", "rest to charge", "discharge to rest", "charge to rest")
LONGEST_RAMP_SECOND: Final = 1.05  # a second, with what the clock of a record a second strays
LEAST_RATE: Final = 0.1  # of the nominal capacity an hour: the smallest change of current
LEAST_SHARE: Final = 0.05  # of the cell's largest current, where the nominal is not known


def least_change(nominal_ah: float | None, largest_ampere: float) -> float:
    """Return the smallest change of current at which a resistance is taken [A]."""
    return LEAST_SHARE * largest_ampere if nominal_ah is None else LEAST_RATE * nominal_ah


def rest_level(rest_ampere: float, least_change_ampere: float) -> float:
    """Return up to which magnitude a current beside an edge counts as rest [A].

    A channel that is not quite zero at rest is at rest: so much as may pass from record to record
    without being part of a change.
    """
    return max(rest_ampere, MOVING_SHARE * least_change_ampere)


def cycle_resistances(
    records: Records, spans: Spans, *, rest_current_ampere: float, least_change_ampere: float
) -> dict[str, Column]:
    """Return the DC resistance of every cycle, 1, 10 and 30 s after one edge of the current.

    Parameters
    ----------
    records : Records
        One cell.
    spans : Spans
        Its stretches of one direction.
    rest_current_ampere : float
        Up to this magnitude a current counts as rest [A].
    least_change_ampere : float
        Smallest change of current that counts [A].

    Returns
    -------
    dict of ndarray
        Resistances [Ohm], NaN where there is none, and the kind of the edge, None likewise.

    Notes
    -----
    ``(V(t0 + delay) - V(t0)) / (I(t0 + delay) - I(t0))`` with t0 the last moment before the edge,
    at edges between rest and a current only, that take at most 1 s, if the new current holds for
    the delay and the voltage follows it. All values of a cell are taken at the same kind of edge,
    the one that most of its cycles have, so that they can be followed along its life; of several
    in a cycle, at the first of those at which most delays can be answered.
    """
    cycles = len(records.starts)
    result: dict[str, Column] = {name: np.full(cycles, np.nan) for name in DELAYS}
    result[DC_RESISTANCE_EDGE] = np.full(cycles, None, dtype=object)
    edges = find_edges(
        records.time,
        records.current,
        least_change_ampere=least_change_ampere,
        step_time=records.step_time,
        near=spans.first[1:],
    )
    kinds = _kinds(edges, rest_level(rest_current_ampere, least_change_ampere))
    valid = (kinds >= 0) & (edges.ramp <= LONGEST_RAMP_SECOND)
    edges, kinds = edges.chosen(valid), kinds[valid]
    values = np.array([_resistance(edges, records, delay) for delay in DELAYS.values()])
    answered = np.isfinite(values).sum(axis=0)
    cycle = records.cycle_of(edges.after)
    some = np.flatnonzero(answered)
    if not len(some):
        return result
    has = np.zeros((len(KINDS), cycles), dtype=bool)
    has[kinds[some], cycle[some]] = True
    kind = int(np.argmax(has.sum(axis=1)))
    some = some[kinds[some] == kind]
    order = some[np.lexsort((-some, answered[some], cycle[some]))]
    # of each cycle the last in this order: most answered, then the first
    for name, of_edge in zip(DELAYS, values, strict=True):
        result[name][cycle[order]] = of_edge[order]
    result[DC_RESISTANCE_EDGE][cycle[order]] = KINDS[kind]
    return result


def _kinds(edges: CurrentEdges, rest: float) -> Ints:
    """Return the position of each edge's kind in KINDS; -1 for one that is not from or to rest."""
    from_rest, to_rest = np.abs(edges.old) <= rest, np.abs(edges.new) <= rest
    return np.select(
        [
            from_rest & (edges.new < -rest),
            from_rest & (edges.new > rest),
            to_rest & (edges.old < -rest),
            to_rest & (edges.old > rest),
        ],
        [0, 1, 2, 3],
        -1,
    )


def _resistance(edges: CurrentEdges, records: Records, delay: float) -> Floats:
    moved = response(edges, records.time, records.voltage, records.current, delay)
    return np.where(moved > 0, moved, np.nan)
