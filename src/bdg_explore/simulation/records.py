"""What the tester writes down of a simulated cycle: sampled, noisy, rounded.

A record is taken when the voltage, the current or the clock has moved on enough, and at both ends
of every step, as testers do.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.analysis.electrodes.half_cells import Array
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

from .life import Life
from .noise import TICK, TIME_BITS, VOLT_NOISE, Noise, quantize

# The five steps of a cycle, in the order of `CycleBatch.phase`.
STEP_TYPES: Final = (
    "constant_current_charge",
    "constant_voltage_charge",
    "rest",
    "constant_current_discharge",
    "rest",
)
_LABELS: Final = np.array(STEP_TYPES, dtype=object)
# A record each 15 mV, each 5 % of C-rate, each 60 s of current or 150 s of rest.
_VOLT: Final = 0.015
_C_RATE: Final = 0.05
_CURRENT_SECOND: Final = 60.0
_REST_SECOND: Final = 150.0
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
    cycles = [_cycle_records(life, row) for row in range(len(life.stored))]
    return pd.DataFrame(
        {name: np.concatenate([cycle[name] for cycle in cycles]) for name in cycles[0]}
    )


def _cycle_records(life: Life, row: int) -> dict[str, NDArray[Any]]:
    """Sample, disturb and time the records of one stored cycle."""
    cell, cycle = life.cell, int(life.stored[row])
    summary = life.cycles.iloc[cycle - 1]
    nominal = cell.chemistry.design.nominal_capacity_ah
    traces = life.traces
    steps = []
    for step, kind in enumerate(STEP_TYPES):
        points = traces.phase == step
        time, current = traces.time_second[row, points], traces.current_ampere[row, points]
        voltage, celsius = traces.voltage_volt[row, points], traces.temperature_celsius[row, points]
        if time[-1] - time[0] < 2 * TICK:
            continue
        picked = _pick(time, voltage, current / nominal, resting=kind == "rest")
        drawn = (np.interp(picked, time, values) for values in (current, voltage, celsius))
        steps.append((picked, *drawn, np.full(len(picked), step)))
    time, current, voltage, celsius, step_code = map(np.concatenate, zip(*steps, strict=True))
    noise = Noise(cell.chemistry.dataset, cell.native_id, f"records of cycle {cycle}")
    count = len(time)
    flowing = current != 0
    return {
        CYCLE: np.full(count, cycle),
        STEP: (cycle - 1) * len(STEP_TYPES) + step_code + 1,
        STEP_TYPE: _LABELS[step_code],
        TEST_TIME: time + float(summary[START_TIME]),
        CURRENT: current + flowing * _CURRENT_NOISE * nominal * noise.normal(count),
        VOLTAGE: voltage + VOLT_NOISE * noise.normal(count),
        SURFACE_TEMPERATURE: celsius + _KELVIN_NOISE * noise.normal(count),
        AMBIENT_TEMPERATURE: np.full(count, float(summary[AMBIENT_TEMPERATURE])),
    }


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
