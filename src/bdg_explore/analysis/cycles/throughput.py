"""Charge passed so far, counted in equivalent full cycles."""

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CHARGING_THROUGHPUT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_THROUGHPUT,
    EQUIVALENT_FULL_CYCLES,
    START_TIME,
)
from bdg_explore.errors import FrameError
from bdg_explore.frames import CYCLES, check_frame

from ..records.by_cell import rows_by_cell
from ..records.per_cell import Reference, per_cell

_SUMMED = {
    CYCLE_CHARGING_CAPACITY: CHARGING_THROUGHPUT,
    CYCLE_DISCHARGING_CAPACITY: DISCHARGING_THROUGHPUT,
}


def charge_throughput(cycles: pd.DataFrame) -> pd.DataFrame:
    """Sum the charge up to each cycle, each direction for itself.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle, capacities [Ah]; with a column `cell`, of many cells.

    Returns
    -------
    DataFrame
        `charging_throughput_ah` and `discharging_throughput_ah` [Ah], as far as the frame holds
        the capacities, with the index of `cycles`: all cycles of the frame up to and including
        this one. A cycle without a capacity adds nothing.

    Raises
    ------
    FrameError
        If the frame holds neither capacity.
    """
    check_frame(cycles, CYCLES)
    there = [c for c in _SUMMED if c in cycles]
    if not there:
        raise FrameError(
            f"Throughput needs {' or '.join(_SUMMED)}, and the frame has neither. "
            "summarize_cycles gives them."
        )
    passed = np.stack([np.nan_to_num(cycles[c].to_numpy(dtype=np.float64)) for c in there], axis=1)
    clock = START_TIME if START_TIME in cycles else CYCLE  # numbers may come back, time does not
    moments = cycles[clock].to_numpy(dtype=np.float64)
    total = np.empty(passed.shape)
    for _, rows in rows_by_cell(cycles):
        order = rows[np.argsort(moments[rows], kind="stable")]
        total[order] = np.cumsum(passed[order], axis=0)
    return pd.DataFrame(total, index=cycles.index, columns=[_SUMMED[c] for c in there])


def equivalent_full_cycles(
    cycles: pd.DataFrame, *, nominal_capacity_ah: Reference
) -> "pd.Series[float]":
    """Count the charge passed up to each cycle in full cycles of the nominal capacity.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle, capacities [Ah]; with a column `cell`, of many cells.
    nominal_capacity_ah : float, mapping or Series
        Nominal capacity [Ah], one for all or one a cell.

    Returns
    -------
    Series
        `equivalent_full_cycles` with the index of `cycles`: charge plus discharge of all cycles
        of the frame up to and including this one, over twice the nominal capacity. Where only
        one direction is in the frame, it stands for both. A cycle without a capacity adds nothing.

    Raises
    ------
    FrameError
        If the frame holds neither capacity.
    UnknownNameError
        If a cell has no nominal capacity.
    ParameterError
        If a nominal capacity is not positive.
    """
    nominal = per_cell(cycles, nominal_capacity_ah, "nominal_capacity_ah").to_numpy()
    total = charge_throughput(cycles).mean(axis=1)
    return (total / nominal).rename(EQUIVALENT_FULL_CYCLES)
