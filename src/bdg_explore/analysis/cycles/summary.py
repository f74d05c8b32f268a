"""Summarize a time series: one row a cycle."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL,
    CHARGING_THROUGHPUT,
    CYCLE,
    CYCLE_CLASS,
    CYCLE_TYPE,
    DISCHARGING_THROUGHPUT,
    EQUIVALENT_FULL_CYCLES,
)
from bdg_explore.errors import ParameterError, did_you_mean
from bdg_explore.frames import TIMESERIES, check_frame

from ..records.by_cell import records_by_cell
from ..records.per_cell import Reference, nominal_by_cell
from .capacity_source import POLICIES, CapacityPolicy
from .classes import classify_cycles
from .extra_columns import (
    OfRecords,
    OfSummary,
    check_names,
    columns_of_records,
    columns_of_summary,
    rows_of_cycles,
)
from .of_one_cell import Options, summarize_cell
from .throughput import charge_throughput, equivalent_full_cycles


def summarize_cycles(
    timeseries: pd.DataFrame,
    *,
    nominal_capacity_ah: Reference | None = None,
    capacity: CapacityPolicy = "auto",
    rest_current_ampere: float | None = None,
    extra: Mapping[str, OfRecords] | None = None,
    derived: Mapping[str, OfSummary] | None = None,
) -> pd.DataFrame:
    """Summarize a time series to one row a cycle.

    Parameters
    ----------
    timeseries : DataFrame
        Records with canonical columns: test time [s], voltage [V], current [A, positive charges],
        `cycle_count` as the tester counted. Temperature [degC], steps and the tester's counters
        [Ah, Wh] are used where they are there. With a column `cell`, each cell on its own.
    nominal_capacity_ah : float, mapping or Series, optional
        Nominal capacity [Ah], one for all or one a cell; adds `equivalent_full_cycles` and the
        C-rates, and sets from which change of current on a resistance is taken.
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
    extra : mapping of str to callable, optional
        Columns of your own: a function takes the records of one cycle (a frame of its own with
        all columns you gave and `cycle_count`, rows numbered from 0) and returns a number.
    derived : mapping of str to callable, optional
        Columns of your own made of the others: a function takes the whole summary, `extra`
        columns included, and returns a column (one value a row) or one value for all.

    Returns
    -------
    DataFrame
        One row a cycle; `columns.COLUMNS` says what each column is.

        * `cell` (if given), `cycle_count`, `record_count`, `complete`, `cycle_class`, and
          `cycle_type` if the records have it;
        * capacities [Ah] and energies [Wh] of both directions, `capacity_source`,
          `capacity_deviation`; coulombic, energy and voltage efficiency [fractions];
        * charging and discharging throughput [Ah], equivalent full cycles;
        * mean voltages and polarisation [V], limits of voltage, current and temperature,
          time-weighted mean temperature [degC], voltages at the end of rests [V];
        * start and end [s]; durations as a whole, of charge, discharge, rest, pauses, gaps [s];
        * shares of the constant-voltage part in the time and the charge of charging; mean
          currents without it [A]; rates over nominal and over measured capacity [1/h];
          `current_start_count`;
        * DC resistance at 1, 10 and 30 s [Ohm] and the edge it was taken at.

        A direction that did not happen has NaN capacity, and NaN efficiency.

    Raises
    ------
    FrameError
        If a required column is missing or holds no numbers, or test time runs backwards.
    ParameterError
        If an argument is not one of those above, or *counter* is asked for and there is none; or
        if a function of yours fails or does not return a number: which, and on which cycle.

    See Also
    --------
    classify_cycles : How `cycle_class` comes about.

    Notes
    -----
    How intervals are integrated, and which are left out, stands in `integrate_cycles`. The tester's
    cycle numbers are kept; a number that comes back later in the test is a row of its own, in test
    order. Where the frame has no `cycle_count`, cycles are counted by `count_cycles`: each begins
    with a charge that follows a discharge.

    Coulombic efficiency is discharge over charge of the same cycle; where most cycles of a cell
    begin with their discharge, over the charge of the cycle before. It is far above 1 where a
    cell came charged. Both come from one source: if only one direction is reported,
    efficiencies are formed from the two integrals. A mean voltage is energy over capacity of
    one span, voltage efficiency is energy over coulombic efficiency, and polarisation the
    difference of the two mean voltages, of the same pair. Incomplete is a cycle without a
    discharge, and a last one with less than 0.97 of the capacity of those before.
    Throughput and equivalent full cycles run up to and include their cycle, from the first in the
    frame: ``sum(q_charge + q_discharge) / (2 nominal)``. Temperature is that of the surface, else
    of the chamber.

    The constant-voltage part is the end of a charge of a minute or more: voltage within 5 mV of
    its last, current below 99 % of what it was and falling. A resistance is ``dV / dI`` from the
    last moment before an edge of the current to 1, 10 or 30 s after it, if the new current holds
    that long within 5 %. It takes an edge between rest and a current, of more than 0.1 C (without
    a nominal capacity: 5 % of the cell's largest current), over in 1 s, and records no further
    apart than the delay; all values of a cell are taken at one kind of edge, that most cycles
    have. A rest voltage is the last of the longest rest of a minute or more after that direction.

    Examples
    --------
    >>> import bdg_explore as bdg
    >>> cycles = bdg.summarize_cycles(
    ...     timeseries,
    ...     nominal_capacity_ah=1.1,
    ...     extra={"noise_volt": lambda records: records["voltage_volt"].diff().std()},
    ...     derived={"fade_ah": lambda cycles: -cycles["cycle_discharging_capacity_ah"].diff()},
    ... )  # doctest: +SKIP
    """
    if capacity not in POLICIES:
        raise ParameterError(
            f"capacity must be one of {', '.join(POLICIES)}, not {capacity!r}."
            f"{did_you_mean(str(capacity), POLICIES)}"
        )
    check_frame(timeseries, replace(TIMESERIES, rules=()))
    options = Options(capacity, rest_current_ampere)
    names, parts = records_by_cell(timeseries)
    nominal = nominal_by_cell(names, nominal_capacity_ah)
    cells = [
        summarize_cell(columns, rows, options, ah)
        for (columns, rows), ah in zip(parts, nominal, strict=True)
    ]
    summary = pd.DataFrame({name: np.concatenate([c[name] for c in cells]) for name in cells[0]})
    if names is not None:
        counts = [len(c[CYCLE]) for c in cells]
        column = np.repeat(np.asarray(names, dtype=object), counts[: len(names)])
        summary.insert(0, CELL, pd.Series(column).astype(timeseries[CELL].dtype))
    passed = charge_throughput(summary)
    for name in (CHARGING_THROUGHPUT, DISCHARGING_THROUGHPUT):
        summary[name] = passed[name]
    if nominal_capacity_ah is not None:
        summary[EQUIVALENT_FULL_CYCLES] = equivalent_full_cycles(
            summary, nominal_capacity_ah=nominal_capacity_ah
        )
    if CYCLE_TYPE in timeseries:
        rows, starts = rows_of_cycles(timeseries, summary)
        summary[CYCLE_TYPE] = timeseries[CYCLE_TYPE].iloc[rows[starts]].array
    summary[CYCLE_CLASS] = classify_cycles(summary)
    extra, derived = extra or {}, derived or {}
    check_names(extra, summary.columns)
    check_names(derived, [*summary.columns, *extra])
    if extra:
        summary = summary.assign(**columns_of_records(timeseries, summary, extra))
    return summary.assign(**columns_of_summary(summary, derived)) if derived else summary
