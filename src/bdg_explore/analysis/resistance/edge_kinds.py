"""Edges of the current of one cell: from what to what, at which charge."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    CURRENT,
    SOC_BASIS,
    STATE_OF_CHARGE,
    STEP_TIME,
    TEST_TIME,
)

from ..cycles.resistance import least_change
from ..records.arrays import Floats
from ..records.current_edges import CurrentEdges, find_edges
from ..records.from_frames import REST_SHARE, SECONDS_AN_HOUR, Columns
from ..records.intervals import GAP_FACTOR, LEAST_GAP_SECOND

REST, CHARGE, DISCHARGE = "rest", "charge", "discharge"


def edges_of(
    columns: Columns, nominal: float | None, least_change_ampere: float | None
) -> tuple[CurrentEdges, NDArray[Any], NDArray[Any]]:
    """Return the edges of a cell, and from what and to what each of them goes.

    Parameters
    ----------
    columns : dict of ndarray
        Records of one cell.
    nominal : float, optional
        Nominal capacity [Ah].
    least_change_ampere : float, optional
        Smallest change of current that counts [A].
    """
    current = columns[CURRENT]
    largest = float(np.nanmax(np.abs(current))) if np.isfinite(current).any() else 0.0
    if least_change_ampere is None:
        least_change_ampere = least_change(nominal, largest)
    edges = find_edges(
        columns[TEST_TIME],
        current,
        least_change_ampere=least_change_ampere,
        step_time=columns.get(STEP_TIME),
    )
    rest = REST_SHARE * largest
    return edges, _levels(edges.old, rest), _levels(edges.new, rest)


def _levels(current: Floats, rest: float) -> NDArray[Any]:
    return np.select([current > rest, current < -rest], [CHARGE, DISCHARGE], REST)


def net_charge(time: NDArray[Any], current: NDArray[Any]) -> Floats:
    """Return the charge since the first record [Ah], nothing over gaps and missing currents."""
    if len(time) < 2:
        return np.zeros(len(time))
    span = np.diff(np.asarray(time, dtype=np.float64))
    flow = np.asarray(current, dtype=np.float64)
    mean = 0.5 * (flow[1:] + flow[:-1])
    gap = span > max(GAP_FACTOR * float(np.median(span)), LEAST_GAP_SECOND)
    passed = np.where(gap | np.isnan(mean), 0.0, mean * span)
    return np.concatenate([[0.0], np.cumsum(passed)]) / SECONDS_AN_HOUR


def state_of_charge(
    charge: Floats, at: Floats, nominal: float | None, start: float | None
) -> dict[str, Any]:
    """Return the state of charge at some charges, and its basis: nominal or range."""
    basis = "range"
    soc = np.full(len(at), np.nan)
    if nominal is not None and start is not None:
        basis, soc = "nominal", start + at / nominal
    elif len(charge) and np.ptp(charge) > 0:
        soc = (at - np.min(charge)) / np.ptp(charge)
    return {STATE_OF_CHARGE: soc, SOC_BASIS: pd.array([basis] * len(at), "str")}
