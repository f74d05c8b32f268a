"""Resistance from pulses: how the voltage answers a step of the current."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CURRENT,
    CURRENT_AFTER,
    CURRENT_BEFORE,
    CURRENT_EDGE,
    CYCLE,
    DIRECTION,
    NET_CHARGE,
    OHMIC_PULSE_RESISTANCE,
    PULSE,
    PULSE_DURATION,
    PULSE_TEMPERATURE,
    REASON,
    START_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
    VOLTAGE_BEFORE,
    dc_resistance,
)
from bdg_explore.errors import ParameterError
from bdg_explore.frames import TIMESERIES, check_frame

from ..cycles.resistance import LONGEST_RAMP_SECOND
from ..records.arrays import Floats
from ..records.current_edges import HOLD_SHARE, CurrentEdges, forgotten, response
from ..records.from_frames import Columns
from ..records.net_charge import net_charge
from ..records.per_cell import Reference
from .edge_kinds import (
    REST,
    check_edge_choices,
    edges_of,
    of_every_cell,
    state_of_charge,
)

OHMIC_SECOND: Final = 0.1


def pulse_resistance(
    timeseries: pd.DataFrame,
    *,
    delays: Sequence[float] = (1.0, 10.0, 30.0),
    nominal_capacity_ah: Reference | None = None,
    least_change_ampere: float | None = None,
    state_of_charge_start: float | None = None,
) -> pd.DataFrame:
    """Take the resistance at every edge of the current: HPPC pulses, GITT steps, starts and ends.

    Parameters
    ----------
    timeseries : DataFrame
        Records in test order; with a column `cell`, of many cells.
    delays : sequence of float
        Times after the edge at which the resistance is taken [s].
    nominal_capacity_ah : float, mapping or Series, optional
        Nominal capacity [Ah], one for all or one a cell.
    least_change_ampere : float, optional
        Smallest change of current that counts [A]; if not given, a tenth of the nominal capacity
        an hour (0.1C), and 5 % of the largest current where that is not known.
    state_of_charge_start : float, optional
        State of charge at the first record, from 0 to 1; with the nominal capacity it gives that
        of every pulse.

    Returns
    -------
    DataFrame
        One row an edge, in test order: `cell` and `cycle_count` (if given); `pulse_count`;
        `start_test_time_second` [s] and `pulse_duration_second`, until the next edge [s];
        `current_edge`, for instance *rest to discharge*, and `direction`;
        `current_before_ampere`, `current_after_ampere` [A, positive charges] and
        `voltage_before_volt` [V]; `ohmic_pulse_resistance_ohm` [ohm], at the first record if it is
        less than 0.1 s after the edge; of every delay ``dc_internal_resistance_<delay>s_ohm``
        [ohm]; `temperature_celsius` [degC]; `net_charge_ah` since the first record [Ah];
        `state_of_charge` and `state_of_charge_basis`; `reason`, why a resistance is missing, else
        empty.

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
    ``(V(t0 + delay) - V(t0)) / (I(t0 + delay) - I(t0))``, with t0 the last record before the edge;
    positive for a cell in both directions [1]_. It grows with the delay, from the ohmic part over
    charge transfer to diffusion: compare only the same delay, and see that the cell had rested.

    A current counts as rest up to a thousandth of the cell's largest, or a tenth of the least
    change if that is more: channels are not quite zero. There is no resistance at an edge at which
    the current turns from charge to discharge or back, since the two sides answer differently, at
    one that takes longer than 1 s, and at a delay until which the current does not hold within 5 %
    of its change or near which no record stands. Nor is there one where the voltage did not follow
    the current, or the only record before the edge is over 2 s old. Records 10 s apart do not tell
    how long an edge took, unless `step_time_second` says when the step began.

    State of charge is told on one of two bases. *nominal*: from `state_of_charge_start` by the net
    charge over the nominal capacity. *range*, where these are not given: 0 and 1 are the least and
    the most charge of the cell's records, which is the state of charge only of a test that goes
    from full to empty.

    References
    ----------
    .. [1] Christophersen, Battery Test Manual For Electric Vehicles, INL/EXT-15-34184 (2015),
       doi 10.2172/1186745.

    Examples
    --------
    >>> import bdg_explore as bdg, numpy as np, pandas as pd
    >>> time = np.arange(0.0, 120.0)
    >>> on = (time >= 20) & (time < 60)
    >>> pulse = pd.DataFrame(
    ...     {
    ...         "test_time_second": time,
    ...         "current_ampere": np.where(on, -2.0, 0.0),
    ...         "voltage_volt": np.where(on, 3.6 - 2.0 * 0.03, 3.6),
    ...     }
    ... )
    >>> bdg.pulse_resistance(pulse)["dc_internal_resistance_10s_ohm"].round(6).tolist()
    [0.03, 0.03]
    """
    check_frame(timeseries, TIMESERIES)
    wanted = _checked_delays(delays)
    check_edge_choices(least_change_ampere, state_of_charge_start)

    def of_one(columns: Columns, nominal: float | None) -> pd.DataFrame:
        return _pulses(columns, wanted, nominal, least_change_ampere, state_of_charge_start)

    return of_every_cell(timeseries, nominal_capacity_ah, of_one)


def _checked_delays(delays: Sequence[float]) -> list[float]:
    wanted = [float(delay) for delay in np.atleast_1d(np.asarray(delays, dtype=np.float64))]
    if not wanted or not all(0 < delay < np.inf for delay in wanted):
        raise ParameterError(
            f"delays are positive times [s], for instance (1, 10), not {delays!r}."
        )
    if len({dc_resistance(delay) for delay in wanted}) < len(wanted):
        raise ParameterError(f"Give each delay once, not {delays!r}.")
    return wanted


def _pulses(
    columns: Columns,
    delays: list[float],
    nominal: float | None,
    least_change: float | None,
    soc_start: float | None,
) -> pd.DataFrame:
    """Return the pulses of one cell."""
    time, current, voltage = columns[TEST_TIME], columns[CURRENT], columns[VOLTAGE]
    edges, old, new = edges_of(columns, nominal, least_change)
    durations = np.append(edges.start[1:], time[-1:])[: len(edges)] - edges.start
    resistances, reasons = _resistances(edges, old, new, durations, columns, delays)
    charge = net_charge(time, current)
    table: dict[str, Any] = {CYCLE: columns[CYCLE][edges.after]} if CYCLE in columns else {}
    table |= {
        PULSE: np.arange(1, len(edges) + 1, dtype=np.int64),
        START_TIME: edges.start,
        PULSE_DURATION: durations,
        CURRENT_EDGE: pd.array([f"{a} to {b}" for a, b in zip(old, new, strict=True)], "str"),
        DIRECTION: pd.array(np.where(np.abs(edges.new) >= np.abs(edges.old), new, old), "str"),
        CURRENT_BEFORE: edges.old,
        CURRENT_AFTER: edges.new,
        VOLTAGE_BEFORE: np.asarray(voltage[edges.before], dtype=np.float64),
        **resistances,
        PULSE_TEMPERATURE: _temperature(columns, edges),
        NET_CHARGE: charge[edges.before],
    }
    table |= state_of_charge(charge, charge[edges.before], nominal, soc_start)
    return pd.DataFrame(table | {REASON: pd.array(reasons, "str")})


def _resistances(
    edges: CurrentEdges,
    old: NDArray[Any],
    new: NDArray[Any],
    durations: Floats,
    columns: Columns,
    delays: list[float],
) -> tuple[dict[str, Floats], list[str]]:
    """Return the resistances by column, and why some are missing, an edge each."""
    time, current, voltage = columns[TEST_TIME], columns[CURRENT], columns[VOLTAGE]
    before = np.asarray(voltage[edges.before], dtype=np.float64)
    turns = (old != REST) & (new != REST) & (old != new)
    slow = edges.ramp > LONGEST_RAMP_SECOND
    missing = np.isnan(before) | forgotten(edges, time, current)
    sound = ~(turns | slow | missing)
    found = {OHMIC_PULSE_RESISTANCE: np.where(sound, _ohmic(edges, columns), np.nan)}
    against: NDArray[np.bool_] = np.zeros(len(edges), dtype=bool)
    for delay in delays:
        moved = response(edges, time, voltage, current, delay)
        against |= moved <= 0
        found[dc_resistance(delay)] = np.where(sound & (moved > 0), moved, np.nan)
    reasons = np.select(
        [turns, slow, missing, against],
        [
            "the current turns round",
            "the current took, or may have taken, more than 1 s to change",
            "no voltage before the edge",
            "the voltage did not follow the current",
        ],
        "",
    ).astype(object)
    lacking = {d: sound & ~against & np.isnan(found[dc_resistance(d)]) for d in delays}
    for place in np.flatnonzero(np.any(list(lacking.values()), axis=0)):
        lasts = durations[place]
        short = [d for d in delays if lacking[d][place] and lasts < d]
        far = [d for d in delays if lacking[d][place] and lasts >= d]
        ends = f"it ends before {_listed(short)} s" if short else ""
        strays = f"the current strays, or no record stands, by {_listed(far)} s" if far else ""
        reasons[place] = "; ".join(text for text in (strays, ends) if text)
    return found, reasons.tolist()


def _ohmic(edges: CurrentEdges, columns: Columns) -> Floats:
    """Return the resistance at the first record after each edge, if it stands soon after it.

    A record of the very moment may hold the new current and still the old voltage; the next is
    taken then.
    """
    time, current, voltage = columns[TEST_TIME], columns[CURRENT], columns[VOLTAGE]
    at_once = np.asarray(time[edges.after], dtype=np.float64) <= edges.start
    first = np.minimum(edges.after + at_once, len(time) - 1)
    passed = np.asarray(time[first], dtype=np.float64) - edges.start
    strayed = np.abs(np.asarray(current[first], dtype=np.float64) - edges.new)
    soon = (passed > 0) & (passed < OHMIC_SECOND) & (strayed <= HOLD_SHARE * np.abs(edges.change))
    moved = np.asarray(voltage[first], np.float64) - np.asarray(voltage[edges.before], np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = moved / edges.change
    return np.where(soon & (ratio > 0), ratio, np.nan)


def _listed(delays: list[float]) -> str:
    return " and ".join(f"{delay:g}" for delay in delays)


def _temperature(columns: Columns, edges: CurrentEdges) -> Floats:
    for name in (SURFACE_TEMPERATURE, AMBIENT_TEMPERATURE):
        if name in columns:
            return np.asarray(columns[name][edges.before], dtype=np.float64)
    return np.full(len(edges), np.nan)
