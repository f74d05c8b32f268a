"""Summarize a time series: one row a cycle."""

from collections.abc import Hashable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL,
    CYCLE,
    EQUIVALENT_FULL_CYCLES,
)
from bdg_explore.errors import ParameterError, did_you_mean
from bdg_explore.frames import TIMESERIES, check_frame

from .by_cell import records_by_cell
from .capacity_source import POLICIES, CapacityPolicy
from .cell_summary import Options, summarize_cell
from .throughput import equivalent_full_cycles


def summarize_cycles(
    timeseries: pd.DataFrame,
    *,
    nominal_capacity_ah: float | Mapping[Hashable, float] | pd.Series | None = None,
    capacity: CapacityPolicy = "auto",
    rest_current_ampere: float | None = None,
) -> pd.DataFrame:
    """Summarize a time series to one row a cycle.

    Parameters
    ----------
    timeseries : DataFrame
        Records with canonical columns: test time [s], voltage [V], current [A, positive charges],
        `cycle_count` as the tester counted. Temperature [degC], steps and the tester's counters
        [Ah, Wh] are used where they are there. With a column `cell`, each cell on its own.
    nominal_capacity_ah : float, mapping or Series, optional
        Nominal capacity [Ah], one for all or one a cell; adds `equivalent_full_cycles`.
    capacity : {"auto", "integral", "counter"}
        Where capacities come from. *integral*: current over time. *counter*: the file's own
        statement wherever it makes one. *auto*: a value that the file reports for a whole cycle
        wins; a running counter is used where it agrees with the integral within 1 % or 5 mAh (for
        a small cell 0.5 % of its capacity), or where the cycle has a gap or was sampled too
        coarsely to integrate (median step above 40 mV or 60 s); otherwise the integral.
        `capacity_source` says which it was, `capacity_deviation` how far the file's statement
        about the discharge lies off the integral.
    rest_current_ampere : float, optional
        Up to this magnitude [A] a current counts as rest; 0.1 % of a cell's largest current if
        not given. It decides durations, which directions happened, and where a current jumps.

    Returns
    -------
    DataFrame
        One row a cycle: `cell` (if given) and `cycle_count`, capacities [Ah], energies [Wh],
        coulombic, energy and voltage efficiency [fractions], mean voltages [V], limits of voltage,
        current and temperature, time-weighted mean temperature [degC], times and durations [s],
        `record_count`, `complete`, `capacity_source`, `capacity_deviation`. A direction that did
        not happen has NaN capacity, and NaN efficiency.

    Raises
    ------
    FrameError
        If a required column is missing or holds no numbers, or test time runs backwards.
    ParameterError
        If an argument is not one of those above, or *counter* is asked for and there is none.

    Notes
    -----
    How intervals are integrated, and which are left out, stands in `integrate_cycles`. The tester's
    cycle numbers are kept; a number that comes back later in the test is a row of its own, in test
    order. Where the frame has no `cycle_count`, cycles are counted by `count_cycles`: each begins
    with a charge that follows a discharge.

    Coulombic efficiency is discharge over charge of the same cycle; where most cycles of a cell
    begin with their discharge, over the charge of the cycle before. Both come from one source: if
    only one direction is reported, efficiencies are formed from the two integrals. A mean voltage
    is energy over capacity of one span, and voltage efficiency is energy over coulombic
    efficiency. Incomplete is a cycle without a discharge, and a last one with less than 0.97 of
    the capacity of those before. Equivalent full cycles run up to and include their cycle, from
    the first in the frame: ``sum(q_charge + q_discharge) / (2 nominal)``. Temperature is that of
    the surface, else of the chamber.
    """
    if capacity not in POLICIES:
        raise ParameterError(
            f"capacity must be one of {', '.join(POLICIES)}, not {capacity!r}."
            f"{did_you_mean(str(capacity), POLICIES)}"
        )
    check_frame(timeseries, replace(TIMESERIES, rules=()))
    options = Options(capacity, rest_current_ampere)
    names, parts = records_by_cell(timeseries)
    cells = [summarize_cell(columns, offset, options) for columns, offset in parts]
    summary = pd.DataFrame({name: np.concatenate([c[name] for c in cells]) for name in cells[0]})
    if names is not None:
        counts = [len(c[CYCLE]) for c in cells]
        column = np.repeat(np.asarray(names, dtype=object), counts[: len(names)])
        summary.insert(0, CELL, pd.Series(column).astype(timeseries[CELL].dtype))
    if nominal_capacity_ah is not None:
        summary[EQUIVALENT_FULL_CYCLES] = equivalent_full_cycles(
            summary, nominal_capacity_ah=nominal_capacity_ah
        )
    return summary
