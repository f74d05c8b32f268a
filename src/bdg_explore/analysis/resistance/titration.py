"""Diffusion from titration: galvanostatic steps (GITT) and interruptions of a current (ICI)."""

from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CURRENT,
    CURRENT_AFTER,
    CURRENT_BEFORE,
    CYCLE,
    DIFFUSION_COEFFICIENT,
    DIRECTION,
    EQUILIBRIUM_CHANGE,
    FOURIER_NUMBER,
    LINEARITY,
    NET_CHARGE,
    PULSE,
    PULSE_DURATION,
    REASON,
    REST_AFTER,
    ROOT_TIME_SLOPE,
    START_TIME,
    TEST_TIME,
    TRANSIENT_CHANGE,
    VOLTAGE_BEFORE,
)
from bdg_explore.errors import ParameterError, did_you_mean
from bdg_explore.frames import TIMESERIES, check_frame

from ..records.arrays import Floats
from ..records.from_frames import Columns
from ..records.net_charge import net_charge
from ..records.per_cell import Reference
from .edge_kinds import (
    check_edge_choices,
    edges_of,
    of_every_cell,
    state_of_charge,
)
from .transients import DRIFT, LEAST_RECORDS, ROW, interruptions, titration_pulses

Geometry = Literal["slab", "cylinder", "sphere"]
Method = Literal["gitt", "ici"]

VOLUME_OVER_AREA: Final = {"slab": 1.0, "cylinder": 1.0 / 2.0, "sphere": 1.0 / 3.0}
UNSETTLED_SHARE: Final = 0.1  # of dEs: how far the second half of a rest may move the voltage


def diffusion_coefficients(
    timeseries: pd.DataFrame,
    *,
    length_metre: float,
    geometry: Geometry = "sphere",
    method: Method = "gitt",
    fit_from_second: float = 1.0,
    fit_to_second: float | None = None,
    nominal_capacity_ah: Reference | None = None,
    least_change_ampere: float | None = None,
    state_of_charge_start: float | None = None,
) -> pd.DataFrame:
    """Take diffusion coefficients from titration steps, or from interruptions of a current.

    Parameters
    ----------
    timeseries : DataFrame
        Records in test order; with a column `cell`, of many cells.
    length_metre : float
        Thickness of a slab that one face feeds, or radius of a cylinder or sphere [m].
    geometry : {"sphere", "cylinder", "slab"}
        Shape of the particles.
    method : {"gitt", "ici"}
        *gitt*: every pulse of current between two rests long enough for equilibrium. *ici*: every
        short rest that interrupts a current.
    fit_from_second, fit_to_second : float
        From which time after the edge the line by the root of time is fitted, and to which [s];
        to the end of the pulse, or of the rest, if not given.
    nominal_capacity_ah, least_change_ampere, state_of_charge_start
        As in `pulse_resistance`.

    Returns
    -------
    DataFrame
        One row a pulse (*gitt*) or a rest (*ici*), in test order: `cell` and `cycle_count` (if
        given); `pulse_count`; `start_test_time_second` and `pulse_duration_second` of the current
        [s]; `direction`; its `current_after_ampere` (*gitt*) or `current_before_ampere` (*ici*)
        [A, positive charges], the other missing; `voltage_before_volt` [V];
        `rest_after_duration_second` [s]; `equilibrium_voltage_change_volt` (dEs) and
        `transient_voltage_change_volt` (dEt) [V];
        `root_time_slope_volt_per_root_second` with its `root_time_linearity`, R squared;
        `diffusion_coefficient_square_metre_per_second` [m2/s] and `fourier_number`;
        `net_charge_ah` [Ah], `state_of_charge` and its basis; `reason`, why there is none, or what
        makes it doubtful, else empty.

    Raises
    ------
    FrameError
        If a column is missing, or time is missing or runs backwards.
    ParameterError
        If an argument is out of range.
    UnknownNameError
        If the nominal capacity lacks a cell.

    Notes
    -----
    *gitt* [1]_: ``D = 4/(pi tau) (L dEs/dEt)^2`` with L the volume of the particles over their
    surface: the thickness of a slab, a half of the radius of a cylinder, a third of that of a
    sphere. tau is the length of the pulse; dEs the difference of the voltages at the ends of the
    rests after and before; dEt the slope of the voltage by the root of time times the root of tau,
    so that neither the ohmic drop nor charge transfer count. Where a rest was too short, dEs is
    wrong, and D by its square: it is called doubtful where in the second half of the rest before
    or after the voltage still moved by a tenth of dEs.

    *ici* [2]_: ``D = 4/pi (L (dEs/dt) / (dE/d sqrt(t)))^2`` with the slope of the voltage by the
    root of time in the interruption, and dEs/dt from the voltages to which those lines reach back
    at the moment the current stops, from the interruption before to the one after over the time
    with current between them. dEs is given for the current's length.

    Both hold for diffusion that has not met the middle of the particle, with one active material
    that decides: see that `root_time_linearity` is near 1 and `fourier_number`, D tau/length^2,
    well below 0.1. D is that of the whole cell's voltage; a full cell mixes two electrodes, and its
    length is a matter of belief. D scales with the length squared.

    References
    ----------
    .. [1] Weppner and Huggins, J. Electrochem. Soc. 124 (1977) 1569, doi 10.1149/1.2133112.
    .. [2] Chien, Liu, Menon, Brant, Brandell and Lacey, Nature Communications 14 (2023) 2289,
       doi 10.1038/s41467-023-37989-6.
    """
    check_frame(timeseries, TIMESERIES)
    _check_choices(length_metre, geometry, method, fit_from_second, fit_to_second)
    check_edge_choices(least_change_ampere, state_of_charge_start)
    length = length_metre * VOLUME_OVER_AREA[geometry]
    window = fit_from_second, np.inf if fit_to_second is None else fit_to_second
    find = titration_pulses if method == "gitt" else interruptions

    def of_one(columns: Columns, nominal: float | None) -> pd.DataFrame:
        rows = find(columns, *edges_of(columns, nominal, least_change_ampere), window)
        return _finished(rows, columns, length, length_metre, nominal, state_of_charge_start)

    return of_every_cell(timeseries, nominal_capacity_ah, of_one)


def _check_choices(
    length: float, geometry: str, method: str, fit_from: float, fit_to: float | None
) -> None:
    for name, value, known in (
        ("geometry", geometry, get_args(Geometry)),
        ("method", method, get_args(Method)),
    ):
        if value not in known:
            raise ParameterError(
                f"{name} is one of {', '.join(known)}, not {value!r}.{did_you_mean(value, known)}"
            )
    if not 0 < length < np.inf:
        raise ParameterError(f"length_metre is positive, for instance 5e-6, not {length!r}.")
    if not fit_from >= 0 or not (fit_to is None or fit_to > fit_from):
        raise ParameterError(
            f"The line is fitted from a time to a later one [s], not {fit_from!r} to {fit_to!r}."
        )


_NUMBERS: Final = (
    START_TIME,
    PULSE_DURATION,
    DIRECTION,
    CURRENT_BEFORE,
    CURRENT_AFTER,
    VOLTAGE_BEFORE,
    REST_AFTER,
    EQUILIBRIUM_CHANGE,
    TRANSIENT_CHANGE,
    ROOT_TIME_SLOPE,
    LINEARITY,
)


def _finished(
    rows: list[dict[str, Any]],
    columns: Columns,
    length: float,
    outer: float,
    nominal: float | None,
    soc_start: float | None,
) -> pd.DataFrame:
    """Return the table of one cell, with what follows from its pulses."""
    at = np.array([row[ROW] for row in rows], dtype=np.int64)
    table = pd.DataFrame(rows, columns=[*_NUMBERS, REASON])
    table = table.astype({name: "str" if name == DIRECTION else "float64" for name in _NUMBERS})
    table.insert(0, PULSE, np.arange(1, len(rows) + 1, dtype=np.int64))
    if CYCLE in columns:
        table.insert(0, CYCLE, columns[CYCLE][at])
    settled, passing = (table[n].to_numpy() for n in (EQUILIBRIUM_CHANGE, TRANSIENT_CHANGE))
    duration = table[PULSE_DURATION].to_numpy()
    reason = np.array(table[REASON], dtype=object)
    sign = np.where(table[DIRECTION].to_numpy() == "charge", 1.0, -1.0)
    few = np.isnan(passing) & (reason == "")
    reason[few] = f"fewer than {LEAST_RECORDS} records to fit a line to"
    reason[np.isnan(settled) & (reason == "")] = (
        "no voltage tells the equilibrium: it, or the line to it, is missing here or beside"
    )
    odd = (reason == "") & ~((settled * sign > 0) & (passing * sign > 0))
    reason[odd] = "the voltage does not go the way of the current; the rest was too short"
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 4.0 / (np.pi * duration) * (length * settled / passing) ** 2
    found = np.where(reason == "", found, np.nan)
    drift = np.array([row.get(DRIFT, np.nan) for row in rows])
    for place in np.flatnonzero((reason == "") & (drift > UNSETTLED_SHARE * np.abs(settled))):
        reason[place] = (
            "doubtful: in the second half of a rest beside the pulse the voltage still moved by "
            f"{drift[place] / abs(settled[place]):.0%} of dEs; rest longer"
        )
    at_rest: Floats = net_charge(columns[TEST_TIME], columns[CURRENT])
    table = table.drop(columns=REASON).assign(
        **{DIFFUSION_COEFFICIENT: found, FOURIER_NUMBER: found * duration / outer**2},
        **{NET_CHARGE: at_rest[at]},
        **state_of_charge(at_rest, at_rest[at], nominal, soc_start),
    )
    table[REASON] = pd.array(reason.tolist(), "str")
    return table
