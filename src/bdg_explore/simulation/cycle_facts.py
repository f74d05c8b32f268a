"""What the table of cycles says of simulated cycles: by the definitions of `summarize_cycles`.

Numbers that change smoothly along a life are read off some simulated cycles (`cycle_facts`), so
that they can be interpolated between them; those that follow from the other columns of the table,
or from the cycles before, are added to the finished table (`with_derived`).
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.analysis import (
    charge_throughput,
    classify_cycles,
    equivalent_full_cycles,
    summarize_cycles,
)
from bdg_explore.analysis.cycles.resistance import DELAYS
from bdg_explore.analysis.electrodes.half_cells import Array
from bdg_explore.columns import (
    CAPACITY_SOURCE,
    CHARGING_C_RATE,
    CHARGING_DURATION,
    COULOMBIC_EFFICIENCY,
    CURRENT,
    CURRENT_STARTS,
    CV_CAPACITY_SHARE,
    CV_DURATION_SHARE,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_CLASS,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DC_RESISTANCE_EDGE,
    DISCHARGING_C_RATE,
    DISCHARGING_DURATION,
    DURATION,
    ENERGY_EFFICIENCY,
    EQUIVALENT_FULL_CYCLES,
    MAXIMUM_CURRENT,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_CHARGING_CURRENT,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_CURRENT,
    MEAN_DISCHARGING_VOLTAGE,
    MEAN_TEMPERATURE,
    MEASURED_CHARGING_C_RATE,
    MEASURED_DISCHARGING_C_RATE,
    MINIMUM_CURRENT,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    PAUSED_DURATION,
    POLARISATION,
    REST_DURATION,
    REST_VOLTAGE_AFTER_CHARGE,
    REST_VOLTAGE_AFTER_DISCHARGE,
    STEP,
    TEST_TIME,
    VOLTAGE,
    VOLTAGE_EFFICIENCY,
)

from .cycling import CycleBatch
from .noise import TICK
from .roots import rows_interp

# What summarize_cycles says of a simulated cycle and what lies between two can be interpolated.
SUMMARIZED: Final = (
    MINIMUM_CURRENT,
    MAXIMUM_CURRENT,
    REST_DURATION,
    PAUSED_DURATION,
    CV_DURATION_SHARE,
    CV_CAPACITY_SHARE,
    MEAN_CHARGING_CURRENT,
    MEAN_DISCHARGING_CURRENT,
    *DELAYS,
    REST_VOLTAGE_AFTER_CHARGE,
    REST_VOLTAGE_AFTER_DISCHARGE,
    CURRENT_STARTS,
)


def cycle_facts(
    batch: CycleBatch, *, nominal_capacity_ah: float
) -> tuple[dict[str, Array], dict[str, str]]:
    """Summarize simulated cycles.

    Parameters
    ----------
    batch : CycleBatch
        Simulated cycles.
    nominal_capacity_ah : float
        Nominal capacity [Ah]; sets from which change of current on a resistance is taken.

    Returns
    -------
    dict of str to ndarray
        One value a cycle, by column: capacities [Ah], energies [Wh], times [s], voltages [V],
        currents [A], temperatures [degC], resistances [Ohm] and shares.
    dict of str to str
        What holds for all of them, by column: the edge of the resistances, where capacities are
        from.
    """
    summary = summarize_cycles(as_records(batch), nominal_capacity_ah=nominal_capacity_ah)
    facts = _totals(batch) | {name: summary[name].to_numpy(np.float64) for name in SUMMARIZED}
    words = {name: str(summary[name].iloc[0]) for name in (DC_RESISTANCE_EDGE, CAPACITY_SOURCE)}
    return facts, words


def as_records(batch: CycleBatch) -> pd.DataFrame:
    """Return every point of simulated cycles as a record, one cycle after the other.

    Parameters
    ----------
    batch : CycleBatch
        Simulated cycles.

    Returns
    -------
    DataFrame
        A canonical frame without noise; `cycle_count` is the row of the batch. As in what the
        tester writes down, the first record of a step comes a tick of the clock after its
        beginning, and between two points the voltage is a straight line. There is a record at
        each delay of a resistance.
    """
    delays = np.array(list(DELAYS.values()))
    steps = []
    for step in np.unique(batch.phase):
        points = batch.phase == step
        time = batch.time_second[:, points]
        begin, end = time[:, :1], time[:, -1:]
        at = np.sort(np.concatenate([time, begin + delays], axis=1), axis=1)
        at = np.minimum(np.maximum(at, begin + TICK), end)
        drawn = (batch.current_ampere[:, points], batch.voltage_volt[:, points])
        steps.append((at, *(rows_interp(at, time, values) for values in drawn)))
    time, current, voltage = (np.concatenate(part, axis=1) for part in zip(*steps, strict=True))
    count, width = time.shape
    offset = np.cumsum(time[:, -1] + TICK) - time[:, -1]
    code = np.repeat(np.unique(batch.phase), [part[0].shape[1] for part in steps])
    cycle = np.repeat(np.arange(count), width)
    return pd.DataFrame(
        {
            CYCLE: cycle,
            STEP: cycle * len(steps) + np.tile(code, count),
            TEST_TIME: (time + offset[:, None]).ravel(),
            CURRENT: current.ravel(),
            VOLTAGE: voltage.ravel(),
        }
    )


def with_derived(cycles: pd.DataFrame, *, nominal_capacity_ah: float) -> pd.DataFrame:
    """Add what follows from the other columns of a cell's table, and from the cycles before.

    Parameters
    ----------
    cycles : DataFrame
        All cycles that are left of one cell.
    nominal_capacity_ah : float
        Nominal capacity [Ah].

    Returns
    -------
    DataFrame
        With efficiency of voltage and polarisation [V], C-rates [1/h], throughput [Ah],
        equivalent full cycles and classes.
    """
    inwards, outwards = cycles[MEAN_CHARGING_CURRENT], cycles[MEAN_DISCHARGING_CURRENT]
    measured = cycles[CYCLE_DISCHARGING_CAPACITY]
    added = {
        VOLTAGE_EFFICIENCY: cycles[ENERGY_EFFICIENCY] / cycles[COULOMBIC_EFFICIENCY],
        POLARISATION: cycles[MEAN_CHARGING_VOLTAGE] - cycles[MEAN_DISCHARGING_VOLTAGE],
        CHARGING_C_RATE: inwards / nominal_capacity_ah,
        DISCHARGING_C_RATE: outwards / nominal_capacity_ah,
        MEASURED_CHARGING_C_RATE: inwards / measured,
        MEASURED_DISCHARGING_C_RATE: outwards / measured,
        EQUIVALENT_FULL_CYCLES: equivalent_full_cycles(
            cycles, nominal_capacity_ah=nominal_capacity_ah
        ),
        CYCLE_CLASS: classify_cycles(cycles),
    }
    return cycles.assign(**charge_throughput(cycles), **added)


def _totals(batch: CycleBatch) -> dict[str, Array]:
    """Summarize simulated cycles in capacities [Ah], energies [Wh], times [s], temperatures."""
    t, i, v = batch.time_second, batch.current_ampere, batch.voltage_volt
    celsius = batch.temperature_celsius
    charge, discharge = np.flatnonzero(batch.phase <= 1), np.flatnonzero(batch.phase == 3)

    def hours(rate: Array, columns: NDArray[np.int64]) -> Array:
        return np.asarray(np.trapezoid(rate[:, columns], t[:, columns], axis=1) / 3600)

    return {
        CYCLE_CHARGING_CAPACITY: hours(i, charge),
        CYCLE_DISCHARGING_CAPACITY: -hours(i, discharge),
        CYCLE_CHARGING_ENERGY: hours(i * v, charge),
        CYCLE_DISCHARGING_ENERGY: -hours(i * v, discharge),
        CHARGING_DURATION: t[:, charge[-1]],
        DISCHARGING_DURATION: t[:, discharge[-1]] - t[:, discharge[0]],
        DURATION: t[:, -1],
        MINIMUM_VOLTAGE: v.min(axis=1),
        MAXIMUM_VOLTAGE: v.max(axis=1),
        MEAN_TEMPERATURE: np.asarray(np.trapezoid(celsius, t, axis=1) / t[:, -1]),
        MINIMUM_TEMPERATURE: celsius.min(axis=1),
        MAXIMUM_TEMPERATURE: celsius.max(axis=1),
    }
