"""Degradation modes of made-up cells: how near the truth, how sure, how fast.

python benchmarks/bench_modes.py [--cells 200] [--noise 0.001]
"""

import argparse
import time

import numpy as np
import pandas as pd

import bdg_explore as bdg
from bdg_explore.analysis.electrodes import aged_state, cell_design, solve_balance
from bdg_explore.columns import (
    CELL,
    CYCLE,
    LOSS_OF_LITHIUM,
    LOSS_OF_MATERIAL_NE,
    LOSS_OF_MATERIAL_PE,
    VOLTAGE,
)
from bdg_explore.simulation import slow_curves
from bdg_explore.simulation.ageing import Evolution

MODES = {"lli": LOSS_OF_LITHIUM, "lam_ne": LOSS_OF_MATERIAL_NE, "lam_pe": LOSS_OF_MATERIAL_PE}
LARGEST_LOSS = 0.25
ERROR_TARGET = 0.005  # median, of NMC
COVERAGE_TARGET = (0.85, 0.99)
MS_TARGET = 50  # of one processor, a curve, without limits


def fleet(design: str, cells: int, noise: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return fresh and aged curves of cells, and what each has lost."""
    cell, rng = cell_design(design), np.random.default_rng(7)
    fresh = float(solve_balance(cell).capacity_ah)
    grid = np.arange(cell.minimum_voltage_volt, cell.maximum_voltage_volt, 0.004)
    parts, truth = [], []
    while len(truth) < cells:
        lost = dict(zip(MODES, rng.uniform(0, LARGEST_LOSS, 3), strict=True))
        left = solve_balance(cell, aged_state(cell, **lost), impossible="nan").capacity_ah
        if not left > 0.5 * fresh:
            continue
        both = {name: np.array([0.0, value]) for name, value in lost.items()}
        life = Evolution(np.array([0, 100]), **both, plated_ah=np.zeros(2))
        curves = slow_curves(cell, life, voltage_grid_volt=grid)
        curves[VOLTAGE] += noise * rng.standard_normal(len(curves))
        parts.append(curves.assign(**{CELL: f"cell {len(truth)}"}))
        truth.append(lost)
    return pd.concat(parts, ignore_index=True), pd.DataFrame(truth)


def measure(design: str, cells: int, noise: float) -> bool:
    """Fit a fleet, print what came of it, and say whether the targets are met."""
    curves, truth = fleet(design, cells, noise)
    count = 2 * cells
    begin = time.process_time()
    bdg.degradation_modes(curves, half_cells=design, intervals=False)
    plain = 1e3 * (time.process_time() - begin) / count
    begin = time.process_time()
    found = bdg.degradation_modes(curves, half_cells=design)
    full = 1e3 * (time.process_time() - begin) / count
    aged = found[found[CYCLE] == 100].reset_index(drop=True)
    print(f"{design}: {plain:.0f} ms a curve, {full:.0f} ms with limits")
    met = plain <= MS_TARGET
    for key, name in MODES.items():
        error = (aged[name] - truth[key]).abs()
        inside = aged[f"{name}_lower"].le(truth[key]) & aged[f"{name}_upper"].ge(truth[key])
        words = aged[f"{name}_identifiability"].str.split(":").str[0].value_counts().to_dict()
        print(
            f"  {key:7} median error {100 * error.median():.3f} pp, largest {100 * error.max():.2f}"
            f" pp, in the limits {inside.mean():.1%}, {words}"
        )
        low, high = COVERAGE_TARGET
        met &= error.median() <= ERROR_TARGET and low <= inside.mean() <= high
    return met


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--noise", type=float, default=1e-3, help="of the voltage [V]")
    chosen = parser.parse_args()
    for design in ("chen2020", "mohtat2020", "prada2013"):
        met = measure(design, chosen.cells, chosen.noise)
        print(f"  targets {'met' if met else 'NOT met'}")


if __name__ == "__main__":
    main()
