"""Sound cells, made up so that every number can be worked out by hand."""

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CHARGING_CAPACITY,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    STEP,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)

NOMINAL_AH = 2.0
LOW_VOLT, HIGH_VOLT = 3.0, 4.2
FADE = 0.002  # of the capacity, a cycle
OHM = 0.03

KNOWN = {
    "nominal_capacity_ah": NOMINAL_AH,
    "minimum_voltage_volt": LOW_VOLT,
    "maximum_voltage_volt": HIGH_VOLT,
}


def _steps(cycle: int, every: float):
    """Yield current [A], state of charge and held voltage of the steps of a cycle."""
    full = NOMINAL_AH * (1 - FADE * (cycle - 1))
    hour = 3600.0

    def flat(seconds: float, ampere: float):
        time = np.arange(0.0, seconds + every / 2, every)
        return time, np.full(len(time), ampere)

    time, current = flat(0.9 * full / 2.0 * hour, 2.0)
    charged = current * time / hour / full
    yield time, current, charged, False
    # the held voltage: the current falls as exp(-t / 12 min), until it has filled the cell
    time = np.arange(0.0, 1800.0 + every / 2, every)
    current = 2.0 * np.exp(-time / 720.0)
    passed = 2.0 * 720.0 * (1 - np.exp(-time / 720.0)) / hour / full
    yield time, current, charged[-1] + passed, True
    top = charged[-1] + passed[-1]
    time, current = flat(600.0, 0.0)
    yield time, current, np.full(len(time), top), False
    time, current = flat(top * full / 2.0 * hour, -2.0)
    yield time, current, top + current * time / hour / full, False
    time, current = flat(1200.0, 0.0)
    yield time, current, np.zeros(len(time)), False


def timeseries(cycles: int = 12, *, every: float = 20.0, scope: str = "cycle") -> pd.DataFrame:
    """Return cycles of CC charge, CV, rest, CC discharge, rest: no noise, counters that agree."""
    parts, begin, step = [], 0.0, 0
    charge = discharge = 0.0
    for cycle in range(1, cycles + 1):
        if scope == "cycle":
            charge = discharge = 0.0
        for time, current, soc, held in _steps(cycle, every):
            step += 1
            volt = 3.1 + 0.9 * soc + 0.08 * soc**3 + OHM * current
            if held:
                volt = np.full(len(time), volt[0])
            passed = np.concatenate(([0.0], np.cumsum(0.5 * (current[1:] + current[:-1]) * every)))
            ups, downs = np.maximum(passed, 0.0) / 3600, np.maximum(-passed, 0.0) / 3600
            absolute = begin + time
            parts.append(
                {
                    TEST_TIME: absolute,
                    VOLTAGE: volt,
                    CURRENT: current,
                    CYCLE: np.full(len(time), cycle),
                    STEP: np.full(len(time), step),
                    SURFACE_TEMPERATURE: 25.0 + np.sin(absolute / 1700.0) + 0.4 * np.abs(current),
                    _COUNTERS[scope][0]: charge + ups,
                    _COUNTERS[scope][1]: discharge + downs,
                }
            )
            charge, discharge = charge + ups[-1], discharge + downs[-1]
            begin = absolute[-1] + every
    return pd.DataFrame({n: np.concatenate([p[n] for p in parts]) for n in parts[0]})


_COUNTERS = {
    "cycle": (CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY),
    "test": (CHARGING_CAPACITY, DISCHARGING_CAPACITY),
}


def cycle_table(count: int = 60) -> pd.DataFrame:
    number = np.arange(1, count + 1)
    return pd.DataFrame(
        {CYCLE: number, CYCLE_DISCHARGING_CAPACITY: NOMINAL_AH * (1 - FADE * (number - 1))}
    )


def curve_table(count: int = 20, points: int = 50) -> pd.DataFrame:
    """Discharge curves from 4.2 V to 3.0 V, a straight line each."""
    volt = np.linspace(HIGH_VOLT, LOW_VOLT, points)
    number = np.arange(1, count + 1)
    charge = (HIGH_VOLT - volt) / (HIGH_VOLT - LOW_VOLT)
    full = NOMINAL_AH * (1 - FADE * (number - 1))
    return pd.DataFrame(
        {
            CYCLE: np.repeat(number, points),
            VOLTAGE: np.tile(volt, count),
            DISCHARGING_CAPACITY: (full[:, None] * charge).ravel(),
        }
    )
