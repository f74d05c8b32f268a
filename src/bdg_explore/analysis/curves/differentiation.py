"""Derivatives of curves: dQ/dV (ICA) and dV/dQ (DVA), and the check of area against capacity."""

from collections.abc import Iterable
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    AREA,
    AREA_DEVIATION,
    CHARGING_CAPACITY,
    DIFFERENTIAL_VOLTAGE,
    DISCHARGING_CAPACITY,
    INCREMENTAL_CAPACITY,
    SPAN,
    VOLTAGE,
)
from bdg_explore.errors import FrameError, ParameterError, did_you_mean
from bdg_explore.rights import carry

from ..records.arrays import Floats
from .branches import Branches, Direction, branches_of
from .capacity_grid import mean_voltages
from .capacity_voltage import curve_table, curves_of
from .derivatives import KERNELS, finite_difference, savitzky_golay
from .lean import count_charge
from .voltage_grid import capacities_on, grid_of

Method = Literal["savitzky_golay", "lean", "finite_difference"]
METHODS: Final = ("savitzky_golay", "lean", "finite_difference")
WINDOW_VOLT: Final = {"savitzky_golay": 0.03, "finite_difference": 0.01}
WINDOW_SHARE: Final = {"savitzky_golay": 0.02, "finite_difference": 0.01}


def incremental_capacity(
    frame: pd.DataFrame,
    *,
    method: Method = "savitzky_golay",
    window_volt: float | None = None,
    polynomial_order: int = 3,
    kernel: Literal[1, 3, 5, 7] = 5,
    step_volt: float = 0.001,
    direction: Direction | None = None,
    cycles: int | Iterable[int] | None = None,
    hold_volt: float | None = 0.005,
    skip_share: float = 0.0,
    rest_current_ampere: float | None = None,
) -> pd.DataFrame:
    """Differentiate capacity with respect to voltage (ICA), curve by curve.

    Parameters
    ----------
    frame : DataFrame
        A time series or a table of curves, as in `capacity_voltage`.
    method : {"savitzky_golay", "lean", "finite_difference"}
        *savitzky_golay*: polynomials fitted to Q(V) in a moving window. *lean*: records counted
        in bins of voltage, each with the charge it stands for, then smoothed. *finite_difference*:
        the rise of Q over an increment of voltage.
    window_volt : float, optional
        Span of the fit (30 mV if not given), width of a bin, or increment (10 mV) [V]. A bin is,
        if not given, the least multiple of the instrument's resolution that reaches 5 mV.
    polynomial_order : int
        Order of the polynomials of *savitzky_golay*.
    kernel : {1, 3, 5, 7}
        Bins over which *lean* smooths; 1 does not smooth.
    step_volt : float
        Step of the voltage grid [V]; a table of curves with an even grid keeps its own.
    direction, cycles, hold_volt, skip_share, rest_current_ampere
        As in `capacity_voltage`.

    Returns
    -------
    DataFrame
        A table of curves with `cell` (if given), `cycle_count`, `voltage_volt` [V], the capacity
        [Ah] and `incremental_capacity_ah_per_volt` [Ah/V]: positive in a charge, negative in a
        discharge, whose capacity grows as the voltage falls. NaN outside the voltages measured.

    Raises
    ------
    ParameterError
        If a window is too narrow for the grid or an argument is not one of those above.
    FrameError, MissingDataError
        As in `capacity_voltage`.

    Notes
    -----
    Windows are in volts, so results do not depend on the rate of sampling. `check_area` compares
    the area under each curve with its capacity. With constant current and even sampling the
    counts of *lean* are ``I dt n / bin``, its original form; otherwise each record counts the
    charge half way to its neighbours, so the area is the capacity all the same.

    With 1 mV of noise *savitzky_golay* and *lean* keep peaks some tens of millivolts wide within
    3 mV. *finite_difference* claims no such thing: it is a quick look at clean records, adds
    nothing to them and lets their noise through; `find_peaks` passes over the peaks of noise.

    Above about C/5 peaks move and merge: tell the rate with the picture.

    References
    ----------
    Feng et al. 2020, eTransportation 3:100051, https://doi.org/10.1016/j.etran.2020.100051;
    Dubarry and Ansean 2022, Front. Energy Res. 10:1023555,
    https://doi.org/10.3389/fenrg.2022.1023555
    """
    _check_method(method, kernel, window_volt)
    branches = branches_of(
        frame,
        direction=direction,
        cycles=cycles,
        rest_current_ampere=rest_current_ampere,
        hold_volt=hold_volt,
        skip_share=skip_share,
    )
    if method == "lean":
        grid, capacity, slope = count_charge(branches, window_volt, kernel)
    else:
        grid = grid_of(branches, None, step_volt)
        capacity = capacities_on(branches, grid)
        step = (grid[-1] - grid[0]) / (len(grid) - 1) if len(grid) else step_volt
        window = window_volt or WINDOW_VOLT[method]
        slope = _derivative(capacity, method, window / abs(step), polynomial_order, "step_volt")
        slope /= step
    branches = branches.without_points()  # room for the table
    values = {branches.capacity_name: capacity, INCREMENTAL_CAPACITY: slope}
    return carry(frame, curve_table(branches, grid, values))


def differential_voltage(
    frame: pd.DataFrame,
    *,
    method: Method = "savitzky_golay",
    window_share: float | None = None,
    window_volt: float | None = None,
    polynomial_order: int = 3,
    kernel: Literal[1, 3, 5, 7] = 5,
    points: int = 1000,
    direction: Direction | None = None,
    cycles: int | Iterable[int] | None = None,
    hold_volt: float | None = 0.005,
    skip_share: float = 0.0,
    rest_current_ampere: float | None = None,
) -> pd.DataFrame:
    """Differentiate voltage with respect to capacity (DVA), curve by curve.

    Parameters
    ----------
    frame : DataFrame
        A time series or a table of curves, as in `capacity_voltage`.
    method : {"savitzky_golay", "lean", "finite_difference"}
        *savitzky_golay*: polynomials fitted to V(Q) in a moving window. *finite_difference*: the
        rise of V over an increment of capacity. *lean*: one over the dQ/dV that
        `incremental_capacity` counts in bins of voltage.
    window_share : float, optional
        Span of the fit (0.02 if not given) or increment (0.01), as a fraction of the curve's own
        capacity.
    window_volt : float, optional
        Width of a bin of *lean* [V]; see `incremental_capacity`.
    polynomial_order, kernel
        As in `incremental_capacity`.
    points : int
        Into how many equal parts of its own capacity each curve is cut; its points are the mean
        voltages of those parts. *lean* has its bins instead.
    direction, cycles, hold_volt, skip_share, rest_current_ampere
        As in `capacity_voltage`.

    Returns
    -------
    DataFrame
        `cell` (if given), `cycle_count`, the capacity [Ah], `voltage_volt` [V] and
        `differential_voltage_volt_per_ah` [V/Ah], negative in a discharge, whose voltage falls as
        its capacity grows; in order of capacity.

    Raises
    ------
    ParameterError
        If a window is too narrow or an argument is not one of those above.
    FrameError, MissingDataError
        As in `capacity_voltage`.

    References
    ----------
    Bloom et al. 2005, J. Power Sources 139:295, https://doi.org/10.1016/j.jpowsour.2004.07.021
    """
    _check_method(method, kernel, window_volt if method == "lean" else window_share)
    if not (isinstance(points, int | np.integer) and points >= 3):
        raise ParameterError(f"points is how many equal parts, 3 or more, not {points!r}.")
    if window_share is not None and not window_share < 1:
        raise ParameterError(f"window_share is a fraction of a curve's capacity: {window_share!r}.")
    branches = branches_of(
        frame,
        direction=direction,
        cycles=cycles,
        rest_current_ampere=rest_current_ampere,
        hold_volt=hold_volt,
        skip_share=skip_share,
    )
    if method == "lean":
        return carry(frame, _counted_voltage(branches, window_volt, kernel))
    capacity, voltage, spans = mean_voltages(branches, points)
    window = (window_share or WINDOW_SHARE[method]) * points
    slope = _derivative(voltage, method, window, polynomial_order, "points")
    with np.errstate(divide="ignore", invalid="ignore"):
        slope /= spans[:, None] / points
    columns: dict[str, Any] = branches.labels(points)
    columns[branches.capacity_name] = capacity.reshape(-1)
    columns[VOLTAGE] = voltage.reshape(-1)
    columns[DIFFERENTIAL_VOLTAGE] = slope.reshape(-1)
    return carry(frame, pd.DataFrame(columns, copy=False))


def check_area(incremental: pd.DataFrame) -> pd.DataFrame:
    """Compare the area under each dQ/dV with the capacity of its curve.

    Parameters
    ----------
    incremental : DataFrame
        What `incremental_capacity` returns.

    Returns
    -------
    DataFrame
        One row a curve: `cell` (if given), `cycle_count`, `area_ah`, the integral of dQ/dV over
        voltage by the trapezoidal rule [Ah, positive]; `span_ah`, the capacity between the ends
        of the curve [Ah]; `area_deviation`, the one over the other minus one, which should
        stay within 0.005, and is NaN where the curve spans nothing.

    Raises
    ------
    FrameError
        If a column is missing.
    """
    capacity = capacity_column(incremental)
    table, rows = curves_of(incremental)
    voltage, slope, charge = (
        incremental[name].to_numpy(dtype=np.float64)
        for name in (VOLTAGE, INCREMENTAL_CAPACITY, capacity)
    )
    found = np.full((len(rows), 2), np.nan)
    for k, part in enumerate(rows):
        there = np.isfinite(slope[part])
        if there.sum() > 1:
            inside = charge[part][there]
            area = np.trapezoid(slope[part][there], voltage[part][there])
            found[k] = abs(area), abs(inside[-1] - inside[0])
    table[AREA], table[SPAN] = found.T
    table[AREA_DEVIATION] = table[AREA] / table[SPAN].where(table[SPAN] > 0) - 1.0
    return carry(incremental, table)


def capacity_column(incremental: pd.DataFrame) -> str:
    """Return the capacity column of a frame that `incremental_capacity` made, or raise."""
    names = [c for c in (DISCHARGING_CAPACITY, CHARGING_CAPACITY) if c in incremental.columns]
    if not names or not {VOLTAGE, INCREMENTAL_CAPACITY} <= set(incremental.columns):
        raise FrameError(
            f"This needs the columns {VOLTAGE}, {INCREMENTAL_CAPACITY} and a capacity, which "
            "incremental_capacity returns."
        )
    return names[0]


def _check_method(method: str, kernel: int, window: float | None) -> None:
    if method not in METHODS:
        raise ParameterError(
            f"method must be one of {', '.join(METHODS)}, not {method!r}."
            f"{did_you_mean(str(method), METHODS)}"
        )
    if kernel not in KERNELS:
        raise ParameterError(f"kernel must be 1, 3, 5 or 7 bins, not {kernel!r}.")
    if window is not None and not (np.isfinite(window) and window > 0):
        raise ParameterError(f"A window is a positive number, not {window!r}.")


def _derivative(values: Floats, method: str, window: float, order: int, finer: str) -> Floats:
    """Differentiate rows with a window of so many columns."""
    if values.size == 0:
        return values.copy()
    if method == "finite_difference":
        return finite_difference(values, max(1, round(window / 2)))
    columns = 2 * round(window / 2) + 1
    if not (isinstance(order, int | np.integer) and order >= 1):
        raise ParameterError(f"polynomial_order is an order, 1 or more, not {order!r}.")
    if order >= columns:
        raise ParameterError(
            f"A window of {columns} points is too narrow for polynomials of order {order}. "
            f"Widen it, or take a finer grid ({finer})."
        )
    return savitzky_golay(values, columns, order)


def _counted_voltage(branches: Branches, window_volt: float | None, kernel: int) -> pd.DataFrame:
    grid, capacity, slope = count_charge(branches, window_volt, kernel)
    with np.errstate(divide="ignore"):
        inverse = 1.0 / slope
    inverse[~np.isfinite(inverse)] = np.nan
    if branches.direction == "discharge":
        grid, capacity, inverse = grid[::-1], capacity[:, ::-1], inverse[:, ::-1]
    names = {branches.capacity_name: capacity, DIFFERENTIAL_VOLTAGE: inverse}
    table = curve_table(branches, grid, names)
    return table[table[DIFFERENTIAL_VOLTAGE].notna()].reset_index(drop=True)
