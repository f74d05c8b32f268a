"""Made-up fades and records to draw."""

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CATHODE,
    CELL,
    CURRENT,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    KIND,
    NOMINAL_CAPACITY,
    TEST_TIME,
    VOLTAGE,
)


def fleet(cells: int, cycles: int = 300) -> pd.DataFrame:
    """Straight fades from 1 Ah; cell k loses (k + 1) parts in 10,000 a cycle."""
    k = np.arange(1, cycles + 1)
    slopes = 1e-4 * (1 + np.arange(cells) % 10)
    return pd.DataFrame(
        {
            CELL: np.repeat([f"made-up/c{i:04d}" for i in range(cells)], cycles),
            CYCLE: np.tile(k, cells),
            CYCLE_DISCHARGING_CAPACITY: (1.0 - slopes[:, None] * k).ravel(),
        }
    )


def facts(cycles: pd.DataFrame, **columns: object) -> pd.DataFrame:
    names = list(dict.fromkeys(cycles[CELL]))
    chemistries = np.resize(["LFP", "NMC811", "LFP"], len(names))
    made = {NOMINAL_CAPACITY: 1.0, CATHODE: chemistries, KIND: "experimental", **columns}
    return pd.DataFrame(made, index=pd.Index(names, name=CELL))


def records(count: int = 5000, step: float = 10.0) -> pd.DataFrame:
    time = np.arange(count) * step
    return pd.DataFrame(
        {
            TEST_TIME: time,
            VOLTAGE: 3.6 + 0.4 * np.sin(time / 3000),
            CURRENT: np.where(np.sin(time / 3000) > 0, 1.0, -1.0),
            CYCLE: 1 + (time // 10_000).astype(int),
        }
    )
