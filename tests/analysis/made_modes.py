"""Slow curves of cells whose electrodes and lithium are known."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

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
    DISCHARGING_CAPACITY,
    TEST_TIME,
    VOLTAGE,
)

FRESH = {"lli": 0.0, "lam_ne": 0.0, "lam_pe": 0.0}


def slow_curves(
    design: str,
    states: Sequence[dict[str, float]] = (FRESH,),
    *,
    points: int = 300,
    noise: float = 0.0,
    drop: float = 0.0,
    seed: int = 0,
) -> pd.DataFrame:
    """One discharge a state, cycles 0, 100, 200 ..., evenly spaced in capacity."""
    cell, rng = cell_design(design), np.random.default_rng(seed)
    parts = []
    for k, losses in enumerate(states):
        state = aged_state(cell, **losses)
        solved = solve_balance(cell, state)
        x = np.linspace(float(solved.x100), float(solved.x0), points)
        volts = open_circuit_voltage(cell, x, state) - drop + noise * rng.standard_normal(points)
        passed = np.linspace(0, float(solved.capacity_ah), points)
        parts.append(pd.DataFrame({CYCLE: 100 * k, VOLTAGE: volts, DISCHARGING_CAPACITY: passed}))
    return pd.concat(parts, ignore_index=True)


def fleet(
    design: str, count: int, *, noise: float = 1e-3, points: int = 300, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fresh and aged curves of cells with random losses up to a quarter, and those losses."""
    rng = np.random.default_rng(seed)
    parts, truth = [], []
    while len(truth) < count:
        losses = dict(zip(FRESH, rng.uniform(0, 0.25, 3), strict=True))
        solved = solve_balance(
            cell_design(design), aged_state(cell_design(design), **losses), impossible="nan"
        )
        if not solved.capacity_ah > 0.5 * solve_balance(cell_design(design)).capacity_ah:
            continue
        curves = slow_curves(
            design, (FRESH, losses), points=points, noise=noise, seed=seed + 1000 + len(truth)
        )
        curves.insert(0, CELL, f"cell {len(truth)}")
        parts.append(curves)
        truth.append({**losses, "plating": bool(solved.plating)})
    return pd.concat(parts, ignore_index=True), pd.DataFrame(truth)


def records(curves: pd.DataFrame, *, ampere: float = 0.25) -> pd.DataFrame:
    """The same curves as a tester would write them: each discharged at a constant current."""
    parts, begin = [], 0.0
    for number, curve in curves.groupby(CYCLE):
        seconds = curve[DISCHARGING_CAPACITY].to_numpy() / ampere * 3600
        parts.append(
            pd.DataFrame(
                {
                    TEST_TIME: begin + seconds,
                    VOLTAGE: curve[VOLTAGE].to_numpy(),
                    CURRENT: -ampere,
                    CYCLE: number,
                }
            )
        )
        begin += seconds[-1] + 60
    return pd.concat(parts, ignore_index=True)
