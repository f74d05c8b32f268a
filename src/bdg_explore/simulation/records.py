"""What the tester writes down of a simulated cycle: sampled, noisy, rounded.

A record is taken when the voltage, the current or the clock has moved on enough, and at both ends
of every step, as testers do.
"""

from typing import Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CURRENT,
    CYCLE,
    START_TIME,
    STEP,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)

from .half_cells import Array
from .life import TICK, Life
from .noise import TIME_BITS, Noise, quantize

# The five steps of a cycle, in the order of `CycleBatch.phase`.
STEP_TYPES: Final = (
    "constant_current_charge",
    "constant_voltage_charge",
    "rest",
    "constant_current_discharge",
    "rest",
)
# A record each 15 mV, each 5 % of C-rate, each 60 s of current or 120 s of rest.
_VOLT: Final = 0.015
_C_RATE: Final = 0.05
_CURRENT_SECOND: Final = 60.0
_REST_SECOND: Final = 150.0
_VOLT_NOISE: Final = 1.5e-4
_CURRENT_NOISE: Final = 1e-4  # of nominal capacity over one hour
_KELVIN_NOISE: Final = 0.04


def records(life: Life) -> pd.DataFrame:
    """Return the stored records of a cell.

    Parameters
    ----------
    life : Life
        A simulated life.

    Returns
    -------
    DataFrame
        Time series of the stored cycles; test time runs on through the cycles in between.
    """
    parts = [_cycle_records(life, row) for row in range(len(life.stored))]
    return pd.concat(parts, ignore_index=True)


def _cycle_records(life: Life, row: int) -> pd.DataFrame:
    cell, cycle = life.cell, int(life.stored[row])
    summary = life.cycles.iloc[cycle - 1]
    nominal = cell.chemistry.design.nominal_capacity_ah
    traces = life.traces
    parts = []
    for step in range(len(STEP_TYPES)):
        points = traces.phase == step
        time, current, voltage, kelvin = (
            part[row, points]
            for part in (
                traces.time_second,
                traces.current_ampere,
                traces.voltage_volt,
                traces.temperature_celsius,
            )
        )
        if time[-1] - time[0] < 2 * TICK:
            continue
        picked = _pick(time, voltage, current / nominal, resting=STEP_TYPES[step] == "rest")
        parts.append(
            pd.DataFrame(
                {
                    TEST_TIME: picked,
                    CURRENT: np.interp(picked, time, current),
                    VOLTAGE: np.interp(picked, time, voltage),
                    SURFACE_TEMPERATURE: np.interp(picked, time, kelvin),
                    STEP: (cycle - 1) * len(STEP_TYPES) + step + 1,
                    STEP_TYPE: STEP_TYPES[step],
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return _as_measured(frame, life, cycle, float(summary[START_TIME]), nominal).assign(
        **{CYCLE: cycle, AMBIENT_TEMPERATURE: float(summary[AMBIENT_TEMPERATURE])}
    )


def _pick(time: Array, voltage: Array, c_rate: Array, *, resting: bool) -> Array:
    """Choose the times of the records of one step [s], in ticks of the clock."""
    spacing = _REST_SECOND if resting else _CURRENT_SECOND
    moved = (
        np.abs(np.diff(voltage)) / _VOLT
        + np.abs(np.diff(c_rate)) / _C_RATE
        + np.diff(time) / spacing
    )
    way = np.concatenate([[0.0], np.cumsum(moved)])
    # evenly along the way, so that no record hangs on a rounding
    count = max(2, int(np.ceil(way[-1] + 0.37)) + 1)
    picked = np.interp(np.linspace(0.0, way[-1], count), way, time)
    first, last = time[0] + TICK, time[-1]
    return np.unique(quantize(np.clip(picked, first, last), TIME_BITS))


def _as_measured(
    frame: pd.DataFrame, life: Life, cycle: int, start: float, nominal: float
) -> pd.DataFrame:
    cell = life.cell
    noise = Noise(cell.chemistry.dataset, cell.native_id, f"records of cycle {cycle}")
    count = len(frame)
    flowing = frame[CURRENT].to_numpy() != 0
    current = frame[CURRENT] + flowing * _CURRENT_NOISE * nominal * noise.normal(count)
    return frame.assign(
        **{
            TEST_TIME: frame[TEST_TIME] + start,
            CURRENT: current,
            VOLTAGE: frame[VOLTAGE] + _VOLT_NOISE * noise.normal(count),
            SURFACE_TEMPERATURE: frame[SURFACE_TEMPERATURE] + _KELVIN_NOISE * noise.normal(count),
        }
    )
