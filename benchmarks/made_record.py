"""The record every benchmark runs on: CC-CV charge, rest, CC discharge, rest, over and over."""

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CHARGING_CAPACITY,
    CHARGING_ENERGY,
    CURRENT,
    CYCLE,
    DISCHARGING_CAPACITY,
    DISCHARGING_ENERGY,
    STEP,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)

ROWS_A_CYCLE = 1000
STEP_ENDS = np.array([400, 500, 520, 950])  # CC, CV, rest, CC out, rest


def record(cycles: int, *, seed: int = 20, small: bool = False) -> pd.DataFrame:
    """Make a test of 1,000 rows a cycle in ten columns, with seeded noise on voltage and heat.

    `small` gives the types of the store: float32 for voltage, current, temperature, int32 counts.
    """
    rng = np.random.default_rng(seed)
    k = np.arange(ROWS_A_CYCLE)
    step = np.searchsorted(STEP_ENDS, k, side="right")
    current = np.select([step == 0, step == 1, step == 3], [1.0, np.exp((399 - k) / 40.0), -1.0])
    soc = np.cumsum(current) / np.cumsum(current).max()
    voltage = 3.2 + 0.8 * soc + 0.05 * current
    voltage[step == 1] = voltage[STEP_ENDS[0] - 1]  # CV
    rows = cycles * ROWS_A_CYCLE
    time = np.arange(rows) * 8.0
    flow = np.tile(current, cycles)
    volts = np.tile(voltage, cycles) + rng.normal(0.0, 1e-3, rows)
    inwards, outwards = np.maximum(flow, 0) * 8 / 3600, np.maximum(-flow, 0) * 8 / 3600
    frame = {
        TEST_TIME: time,
        VOLTAGE: volts,
        CURRENT: flow,
        SURFACE_TEMPERATURE: 25.0 + rng.normal(0.0, 0.1, rows),
        CYCLE: np.repeat(np.arange(1, cycles + 1), ROWS_A_CYCLE),
        STEP: np.repeat(np.arange(cycles) * 5, ROWS_A_CYCLE) + np.tile(step, cycles) + 1,
        CHARGING_CAPACITY: np.cumsum(inwards),
        DISCHARGING_CAPACITY: np.cumsum(outwards),
        CHARGING_ENERGY: np.cumsum(inwards * volts),
        DISCHARGING_ENERGY: np.cumsum(outwards * volts),
    }
    if small:
        for name in (VOLTAGE, CURRENT, SURFACE_TEMPERATURE):
            frame[name] = frame[name].astype(np.float32)
        for name in (CYCLE, STEP):
            frame[name] = frame[name].astype(np.int32)
    return pd.DataFrame(frame, copy=False)
