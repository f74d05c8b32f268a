"""How the current of every cycle flowed: constant voltage, rates, rests, throughput."""

import numpy as np

from bdg_explore.columns import (
    CHARGING_C_RATE,
    CURRENT_STARTS,
    CV_CAPACITY_SHARE,
    CV_DURATION_SHARE,
    DISCHARGING_C_RATE,
    MEAN_CHARGING_CURRENT,
    MEAN_DISCHARGING_CURRENT,
    MEASURED_CHARGING_C_RATE,
    MEASURED_DISCHARGING_C_RATE,
    REST_VOLTAGE_AFTER_CHARGE,
    REST_VOLTAGE_AFTER_DISCHARGE,
)

from ..records.arrays import Column, Floats, Records
from ..records.spans import rest_voltages
from .constant_voltage import constant_voltage
from .sums import CycleSums


def cycle_flow(
    records: Records,
    sums: CycleSums,
    *,
    largest_ampere: float,
    measured_ah: Floats,
    nominal_ah: float | None,
) -> dict[str, Column]:
    """Return constant-voltage shares, mean currents, rates, rest voltages and starts of current.

    Parameters
    ----------
    records : Records
        One cell.
    sums : CycleSums
        What `integrate_cycles` found.
    largest_ampere : float
        The cell's largest current [A].
    measured_ah : ndarray
        Discharged capacity of every cycle [Ah].
    nominal_ah : float or None
        Nominal capacity [Ah]; without it there are no C-rates.

    Returns
    -------
    dict of ndarray
        One value a cycle, by column; NaN where a direction did not happen.
    """
    cv_in = constant_voltage(records, sums.steps, 1, sums.gap_rows)
    cv_out = constant_voltage(records, sums.steps, -1, sums.gap_rows)
    inwards = _over(sums.charge - cv_in[1], sums.charging - cv_in[0])
    outwards = _over(sums.discharge - cv_out[1], sums.discharging - cv_out[0])
    spans = sums.steps.merged().without_noise(records.time, records.current, largest_ampere)
    after_charge, after_discharge = rest_voltages(
        spans, records.time, records.voltage, len(records.starts)
    )
    flowing = spans.cycle[spans.way != 0]
    found: dict[str, Column] = {
        CV_DURATION_SHARE: np.minimum(_over(cv_in[0], sums.charging), 1.0),
        CV_CAPACITY_SHARE: np.minimum(_over(cv_in[1], sums.charge, sums.charging > 0), 1.0),
        MEAN_CHARGING_CURRENT: inwards,
        MEAN_DISCHARGING_CURRENT: outwards,
        MEASURED_CHARGING_C_RATE: _over(inwards, measured_ah),
        MEASURED_DISCHARGING_C_RATE: _over(outwards, measured_ah),
        REST_VOLTAGE_AFTER_CHARGE: after_charge,
        REST_VOLTAGE_AFTER_DISCHARGE: after_discharge,
        CURRENT_STARTS: np.bincount(flowing, minlength=len(records.starts)),
    }
    if nominal_ah is not None:
        found[CHARGING_C_RATE] = inwards / nominal_ah
        found[DISCHARGING_C_RATE] = outwards / nominal_ah
    return found


def _over(part: Floats, whole: Floats, happened: "Column | bool" = True) -> Floats:
    """Return a part over the whole; NaN where there is none of it."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where((whole > 0) & happened, part / whole, np.nan)
