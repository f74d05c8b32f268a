"""Frames that the public face is tried on: two small cells, in every table there is."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pandas as pd

from bdg_explore import analysis
from bdg_explore.analysis.electrodes import (
    aged_state,
    cell_design,
    open_circuit_voltage,
    solve_balance,
)
from bdg_explore.columns import (
    CELL,
    CURRENT,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    REAL_IMPEDANCE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

CELLS = ("lab/a", "lab/b")
STEP_SECOND = 10.0
CIRCUIT = "R0-p(R1,C1)-p(R2,C2)"
HALF_CELLS = "chen2020"
EPOCH = 1_700_000_000.0


@cache
def made(name: str) -> pd.DataFrame:
    """Return a table, made once; who wants to change it takes a copy."""
    return MADE[name]()


def _of_cells(make: Callable[[str, int], pd.DataFrame]) -> pd.DataFrame:
    parts = [make(name, place) for place, name in enumerate(CELLS)]
    return pd.concat(parts, ignore_index=True)


def _records(cell: str, size: float, cycles: int = 4) -> pd.DataFrame:
    """Make a test of CC charge, rest, CC discharge, rest, on a curve with two steps."""
    hours = np.array([2.0, 0.5, 2.0, 0.5])
    counts = (hours * 3600 / STEP_SECOND).astype(int)
    current = size * np.repeat([1.0, 0.0, -1.0, 0.0], counts)
    step = np.repeat([1, 2, 3, 4], counts)
    parts = []
    for k in range(cycles):
        flow = current * (1 - 0.02 * k)
        charge = np.cumsum(flow) * STEP_SECOND / 3600
        share = charge / (2.2 * size)
        open_circuit = 3.2 + 0.5 * share + 0.1 * np.tanh((share - 0.3) / 0.04)
        voltage = open_circuit + 0.1 * np.tanh((share - 0.6) / 0.04) + 0.05 / size * flow
        begin = k * len(current)
        time = (begin + np.arange(len(current))) * STEP_SECOND
        parts.append(
            pd.DataFrame(
                {
                    CELL: cell,
                    TEST_TIME: time,
                    UNIX_TIME: EPOCH + time,
                    VOLTAGE: voltage,
                    CURRENT: flow,
                    CYCLE: k + 1,
                    "step_count": 4 * k + step,
                    SURFACE_TEMPERATURE: 25 + 2 * np.abs(flow) / size,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _fade(cell: str, knee: int) -> pd.DataFrame:
    k = np.arange(1, 401)
    noise = np.random.default_rng(knee).normal(0, 1e-4, len(k))
    capacity = 1.1 - 2e-4 * k - 1e-3 * np.maximum(k - knee, 0) + noise
    return pd.DataFrame(
        {
            CELL: cell,
            CYCLE: k,
            "cycle_charging_capacity_ah": capacity / 0.999,
            CYCLE_DISCHARGING_CAPACITY: capacity,
            "complete": True,
        }
    )


def _spectrum(cell: str, size: float) -> pd.DataFrame:
    frequency = np.logspace(4, -2, 31)
    omega = 2j * np.pi * frequency
    impedance = size * (0.02 + 0.03 / (1 + omega * 0.03 * 0.5) + 0.05 / (1 + omega * 0.05 * 60))
    return pd.DataFrame(
        {
            CELL: cell,
            CYCLE: 1,
            FREQUENCY: frequency,
            REAL_IMPEDANCE: impedance.real,
            IMAGINARY_IMPEDANCE: impedance.imag,
        }
    )


def _slow(cell: str, loss: float) -> pd.DataFrame:
    """Make slow discharges of a cell before and after it lost some lithium."""
    design, parts = cell_design(HALF_CELLS), []
    for cycle, lost in ((0, 0.0), (100, loss)):
        state = aged_state(design, lli=lost)
        solved = solve_balance(design, state)
        x = np.linspace(float(solved.x100), float(solved.x0), 200)
        parts.append(
            pd.DataFrame(
                {
                    CELL: cell,
                    CYCLE: cycle,
                    VOLTAGE: open_circuit_voltage(design, x, state),
                    DISCHARGING_CAPACITY: np.linspace(0, float(solved.capacity_ah), 200),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


MADE: Mapping[str, Callable[[], pd.DataFrame]] = {
    "records": lambda: _of_cells(lambda name, place: _records(name, 1.0 - 0.1 * place)),
    "one_cell": lambda: _records(CELLS[0], 1.0),
    "flawed": lambda: _records(CELLS[0], 1.0).iloc[[*range(1000), *range(995, 2000)]],
    "summary": lambda: analysis.summarize_cycles(made("records")),
    "cycles": lambda: _of_cells(lambda name, place: _fade(name, 200 + 40 * place)),
    "curves": lambda: analysis.capacity_voltage(made("records"), step_volt=0.004),
    "slopes": lambda: analysis.incremental_capacity(made("records"), step_volt=0.004),
    "slopes_of_one": lambda: analysis.incremental_capacity(made("one_cell"), step_volt=0.004),
    "tracks": lambda: analysis.track_peaks(made("slopes")),
    "pulses": lambda: analysis.pulse_resistance(made("records")),
    "spectra": lambda: _of_cells(lambda name, place: _spectrum(name, 1.0 + place)),
    "fits": lambda: analysis.fit_circuit(made("spectra"), CIRCUIT, starts=1),
    "relaxation": lambda: analysis.relaxation_distribution(made("spectra")),
    "slow": lambda: _of_cells(lambda name, place: _slow(name, 0.02 + 0.03 * place)),
    "modes": lambda: analysis.degradation_modes(made("slow"), half_cells=HALF_CELLS),
    "fitted": lambda: analysis.fitted_voltages(made("slow"), made("modes"), half_cells=HALF_CELLS),
    "lives": lambda: analysis.end_of_life(made("cycles"), reference_ah=1.1).reset_index(),
    "bands": lambda: analysis.group_bands(made("cycles"), least=1),
    "distribution": lambda: analysis.distribution(made("lives"), "end_of_life_cycle"),
    "counts": lambda: pd.DataFrame(
        {"value": ["LFP", "NMC", None], "state": ["known", "unverified", "unknown"]}
    ).assign(datasets=[3, 2, 1]),
    "shares": lambda: pd.DataFrame({"hub": ["one", "two"], "field": "uid"}).assign(
        stated=[1.0, 0.5], verified=[0.5, 0.0], datasets=[4, 2]
    ),
}
WITHOUT_CELLS = frozenset({"counts", "shares"})
TIMED = frozenset({"records", "one_cell", "flawed"})
