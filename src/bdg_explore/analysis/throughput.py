"""Charge passed so far, counted in equivalent full cycles."""

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    EQUIVALENT_FULL_CYCLES,
    START_TIME,
)
from bdg_explore.errors import FrameError
from bdg_explore.frames import CYCLES, check_frame

from .ageing import Reference, per_cell


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
    check_frame(cycles, CYCLES)
    there = [c for c in (CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY) if c in cycles]
    if not there:
        raise FrameError(
            f"Equivalent full cycles need {CYCLE_CHARGING_CAPACITY} or "
            f"{CYCLE_DISCHARGING_CAPACITY}, and the frame has neither."
        )
    nominal = per_cell(cycles, nominal_capacity_ah, "nominal_capacity_ah").to_numpy()
    passed = sum(np.nan_to_num(cycles[c].to_numpy(dtype=np.float64)) for c in there) / len(there)
    codes = pd.factorize(cycles[CELL])[0] if CELL in cycles else np.zeros(len(cycles), dtype=int)
    clock = START_TIME if START_TIME in cycles else CYCLE  # numbers may come back, time does not
    order = np.lexsort((cycles[clock].to_numpy(dtype=np.float64), codes))
    total = np.empty(len(cycles))
    total[order] = pd.Series(np.asarray(passed)[order]).groupby(codes[order]).cumsum()
    return pd.Series(total / nominal, index=cycles.index, name=EQUIVALENT_FULL_CYCLES)
