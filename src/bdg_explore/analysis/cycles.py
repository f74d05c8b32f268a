"""Summarize a time series: one row a cycle."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CELL,
    CURRENT,
    CYCLE,
    EQUIVALENT_FULL_CYCLES,
    STEP,
    STEP_ID,
    STEP_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import FrameError, ParameterError, did_you_mean
from bdg_explore.frames import TIMESERIES, check_frame

from ._records import run_starts
from .capacity_source import POLICIES, CapacityPolicy
from .cell_summary import Options, summarize_cell
from .counters import COUNTERS
from .throughput import equivalent_full_cycles

SUMMARY_INPUTS: Final = (
    CELL,
    TEST_TIME,
    VOLTAGE,
    CURRENT,
    CYCLE,
    STEP,
    STEP_ID,
    STEP_TIME,
    SURFACE_TEMPERATURE,
    AMBIENT_TEMPERATURE,
    *(name for scopes in COUNTERS.values() for names in scopes.values() for name in names),
)
"""The columns `summarize_cycles` may use; of a wide file, read only those of them it has."""


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
    parts = {
        name: summarize_cell(frame, offset, options) for name, frame, offset in _cells(timeseries)
    }
    summary = pd.concat(parts.values(), ignore_index=True)
    if CELL in timeseries.columns:
        cells = np.repeat(np.array(list(parts), dtype=object), [len(p) for p in parts.values()])
        summary.insert(0, CELL, pd.Series(cells).astype(timeseries[CELL].dtype))
    if nominal_capacity_ah is not None:
        summary[EQUIVALENT_FULL_CYCLES] = equivalent_full_cycles(
            summary, nominal_capacity_ah=nominal_capacity_ah
        )
    return summary


def _cells(timeseries: pd.DataFrame) -> Iterable[tuple[Any, pd.DataFrame, int]]:
    """Yield each cell's name, records and first row; a frame without `cell` is one cell."""
    if CELL not in timeseries.columns:
        yield None, timeseries, 0
        return
    codes, names = pd.factorize(timeseries[CELL])
    if len(codes) and np.min(codes) < 0:
        row = int(np.flatnonzero(codes < 0)[0])
        raise FrameError(f"{CELL} has no value at row {row}. Name the cell, or drop the column.")
    starts = run_starts(codes)
    if len(starts) > len(names):  # cells interleaved: put together, keeping the test order of each
        order = np.argsort(codes, kind="stable")
        timeseries, codes = timeseries.iloc[order], codes[order]
        starts = run_starts(codes)
    if not len(starts):
        yield None, timeseries, 0
    ends = np.append(starts, len(codes))[1:]
    for begin, end in zip(starts, ends, strict=True):
        yield names[codes[begin]], timeseries.iloc[begin:end], int(begin)
