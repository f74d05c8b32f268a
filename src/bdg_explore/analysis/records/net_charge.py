"""Net charge of a cell: what went in minus what came out, record by record."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .from_frames import SECONDS_AN_HOUR
from .intervals import GAP_FACTOR, LEAST_GAP_SECOND


def net_charge(time: NDArray[Any], current: NDArray[Any]) -> Floats:
    """Return the charge since the first record [Ah], nothing over gaps and missing currents.

    Parameters
    ----------
    time, current : ndarray
        Test time [s] and current [A], positive charges, of records in test order.
    """
    if len(time) < 2:
        return np.zeros(len(time))
    span = np.diff(np.asarray(time, dtype=np.float64))
    flow = np.asarray(current, dtype=np.float64)
    mean = 0.5 * (flow[1:] + flow[:-1])
    gap = span > max(GAP_FACTOR * float(np.median(span)), LEAST_GAP_SECOND)
    passed = np.where(gap | np.isnan(mean), 0.0, mean * span)
    return np.concatenate([[0.0], np.cumsum(passed)]) / SECONDS_AN_HOUR
