"""Capacity against voltage, Q(V), of one half of each cycle; and what two cycles differ."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from bdg_explore.columns import CAPACITY_DIFFERENCE, CELL, CYCLE, VOLTAGE
from bdg_explore.errors import MissingDataError
from bdg_explore.rights import carry

from ..records.arrays import Floats, Ints
from .branches import Branches, Direction, branches_of, numbers_asked
from .voltage_grid import capacities_on, grid_of


def capacity_voltage(
    frame: pd.DataFrame,
    *,
    direction: Direction | None = None,
    cycles: int | Iterable[int] | None = None,
    grid: ArrayLike | None = None,
    step_volt: float = 0.001,
    hold_volt: float | None = 0.005,
    skip_share: float = 0.0,
    rest_current_ampere: float | None = None,
) -> pd.DataFrame:
    """Return capacity against voltage, Q(V), of each cycle's charge or discharge.

    Parameters
    ----------
    frame : DataFrame
        A time series (test time [s], voltage [V], current [A, positive charges], `cycle_count` if
        there is one), or a table of curves (`cycle_count`, voltage [V], capacity [Ah], a row a
        point, the points of a curve together). With a column `cell`, each cell on its own.
    direction : {"discharge", "charge"}, optional
        Which half; the discharge if not given, or what a table of curves holds.
    cycles : int or iterable of int, optional
        Numbers of the cycles; all if not given.
    grid : array-like, optional
        Voltages [V], rising or falling, evenly or not. If not given: those of the table, where its
        curves share an even grid; else multiples of `step_volt` from the lowest to the highest
        voltage of all curves.
    step_volt : float
        Step of that grid [V].
    hold_volt : float, optional
        A constant-voltage part is left out: points within this [V] of the half cycle's last voltage
        whose current is below 98 % of that with which they were reached. None keeps it, as a
        jump of Q at that voltage.
    skip_share : float
        Fraction of the points to pass over at the begin of each stretch of current and of each
        step. Their charge counts: it lies between the points around them.
    rest_current_ampere : float, optional
        Up to this magnitude [A] a current counts as rest; 0.1 % of a cell's largest current if
        not given. Say a twentieth of the capacity to leave out whatever flows below C/20.

    Returns
    -------
    DataFrame
        A table of curves: `cell` (if given), `cycle_count`, `voltage_volt` [V] and
        `discharging_capacity_ah` or `charging_capacity_ah` [Ah], positive, since the half cycle
        began; the same voltages for every curve, NaN outside those it measured. A cycle without
        this half has no rows.

    Raises
    ------
    FrameError
        If a required column is missing or holds no numbers, or test time runs backwards.
    ParameterError
        If an argument lies out of range.
    MissingDataError
        If a cycle that is asked for is not there, or the table holds the other direction only.

    Notes
    -----
    Capacity is the integral of the current that `summarize_cycles` forms (`capacity="integral"`):
    exact for a current that runs linearly between records.

    Q(v) is the charge that passed at voltages up to v in a charge, and down to v in a discharge,
    with the charge between two records spread evenly over the voltages between them. Where the
    voltage is monotone that is the straight line between the records. Where it is not (noise, the
    steps of a converter, recovery after a pause) it is the monotone rearrangement of the curve:
    nothing is sorted away, Q never falls, its ends are exact, and noise widens features without
    moving them, which a sort with a running maximum would do. Voltages within 1 uV count as
    one; the curve passes the middle of their capacities.

    Where a cycle holds several halves of one direction, the largest counts; turns below a tenth
    of it are pulses of the same half, and of a pulse only what flows in the half's direction
    counts. No point is left out at the begin unless asked (`skip_share`): the voltage's jump from
    rest is no part of the curve anyway, since both its ends must carry current, and the steep
    ends are what electrode balances are told by. A number that comes back later in a test is a
    curve of its own. A curve with gaps in which more than 0.5 % of its charge may have passed is
    NaN.

    References
    ----------
    Dubarry and Ansean 2022, Front. Energy Res. 10:1023555,
    https://doi.org/10.3389/fenrg.2022.1023555
    """
    branches = branches_of(
        frame,
        direction=direction,
        cycles=cycles,
        rest_current_ampere=rest_current_ampere,
        hold_volt=hold_volt,
        skip_share=skip_share,
    )
    points = grid_of(branches, grid, step_volt)
    values = {branches.capacity_name: capacities_on(branches, points)}
    branches = branches.without_points()  # room for the table
    return carry(frame, curve_table(branches, points, values))


def curve_table(branches: Branches, grid: Floats, values: dict[str, Floats]) -> pd.DataFrame:
    """Return a long table: every curve at every voltage, with columns of values.

    Parameters
    ----------
    branches : Branches
        The curves; their points are not looked at.
    grid : ndarray
        Voltages [V].
    values : dict of ndarray
        By column, one row a curve and one column a voltage.
    """
    columns: dict[str, Any] = branches.labels(len(grid))
    columns[VOLTAGE] = np.tile(grid, len(branches))
    columns.update({name: matrix.reshape(-1) for name, matrix in values.items()})
    return pd.DataFrame(columns, copy=False)


def capacity_difference(
    frame: pd.DataFrame,
    *,
    cycle: int | Iterable[int] | None = None,
    reference: int,
    direction: Direction | None = None,
    grid: ArrayLike | None = None,
    step_volt: float = 0.001,
    hold_volt: float | None = 0.005,
    skip_share: float = 0.0,
    rest_current_ampere: float | None = None,
) -> pd.DataFrame:
    """Return what Q(V) of a cycle differs from that of a reference cycle, cell by cell.

    Parameters
    ----------
    frame : DataFrame
        A time series or a table of curves, as in `capacity_voltage`.
    cycle : int or iterable of int, optional
        Number of the cycle, or numbers of several; every cycle if not given.
    reference : int
        Number of the cycle whose Q is subtracted.
    direction, grid, step_volt, hold_volt, skip_share, rest_current_ampere
        As in `capacity_voltage`.

    Returns
    -------
    DataFrame
        `cell` (if given), `cycle_count` (unless one cycle was asked for), `voltage_volt` [V] and
        `capacity_difference_ah` [Ah]; NaN where one of the two has no capacity. Cells that lack
        one of the cycles have no rows.

    Raises
    ------
    MissingDataError
        If no cell has both cycles.

    References
    ----------
    Severson et al. 2019, Nature Energy 4:383, https://doi.org/10.1038/s41560-019-0356-8
    """
    single = isinstance(cycle, int | np.integer)
    asked = None if cycle is None else set(numbers_asked(cycle).tolist())
    branches = branches_of(
        frame,
        direction=direction,
        cycles=None if asked is None else sorted(asked | {reference}),
        rest_current_ampere=rest_current_ampere,
        hold_volt=hold_volt,
        skip_share=skip_share,
    )
    points = grid_of(branches, grid, step_volt)
    capacity = capacities_on(branches, points)
    pairs = _pairs(branches, asked, reference)
    if not len(pairs):
        wanted = "another cycle" if asked is None else f"cycle {', '.join(map(str, sorted(asked)))}"
        raise MissingDataError(
            f"No cell has a curve of both {wanted} and cycle {reference}. "
            "The column cycle_count of capacity_voltage lists those there are."
        )
    one, other = pairs.T
    chosen = replace(branches, cycle=branches.cycle[one], cell=branches.cell[one], starts=one)
    table = curve_table(chosen, points, {CAPACITY_DIFFERENCE: capacity[one] - capacity[other]})
    return carry(frame, table.drop(columns=CYCLE) if single else table)


def _pairs(branches: Branches, asked: set[int] | None, reference: int) -> Ints:
    """Return curve and reference curve, a row a pair; of a number that comes back the first."""
    pairs = []
    for cell in np.unique(branches.cell):
        at = np.flatnonzero(branches.cell == cell)
        numbers, first = np.unique(branches.cycle[at], return_index=True)
        of = dict(zip(numbers.tolist(), at[first].tolist(), strict=True))
        if reference in of:
            wanted = [n for n in of if n != reference] if asked is None else [*asked & set(of)]
            pairs += [(of[n], of[reference]) for n in sorted(wanted)]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def curves_of(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Ints]]:
    """Return a long table's `cell` and `cycle_count`, a row a curve, and the rows of each.

    Rows of several cells may lie between each other; those of one cell are in its test order.
    Curves of a cell share their voltages; where these begin anew so does a curve, as of a cycle
    number that comes back.
    """
    keys = [name for name in (CELL, CYCLE) if name in table.columns]
    order = np.arange(len(table), dtype=np.int64)
    if CELL in keys:
        order = np.argsort(pd.factorize(table[CELL])[0], kind="stable")
    changed = np.zeros(max(len(table) - 1, 0), dtype=bool)
    for name in keys:
        changed |= np.diff(pd.factorize(table[name])[0][order]) != 0
    if VOLTAGE in table.columns and len(table):
        voltage = table[VOLTAGE].to_numpy(dtype=np.float64)[order]
        starts = np.append(0, np.flatnonzero(changed) + 1)
        first = np.repeat(voltage[starts], np.diff(np.append(starts, len(table))))
        changed |= voltage[1:] == first[1:]
    rows = np.split(order, np.flatnonzero(changed) + 1) if len(table) else []
    firsts = [group[0] for group in rows]
    return table[keys].iloc[firsts].reset_index(drop=True), rows
