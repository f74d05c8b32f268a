"""Made-up facts about cells, for searching among very many."""

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    ANODE,
    AVAILABILITY,
    CATHODE,
    CELL,
    CELL_MODEL,
    CHARGING_C_RATE,
    CYCLE_LIFE,
    DATASET,
    DISCHARGING_C_RATE,
    FORM_FACTOR,
    HUB,
    KIND,
    LICENCE,
    MANUFACTURER,
    NOMINAL_CAPACITY,
    NOTE,
    PROTOCOL,
    SEGMENT,
    TITLE,
)


def synthetic_cells(count: int, seed: int = 7) -> pd.DataFrame:
    """Return made-up facts about cells, as varied as those of real hubs."""
    random = np.random.default_rng(seed)

    def one_of(values: list, share: float = 1.0) -> np.ndarray:
        drawn = np.array(values, dtype=object)[random.integers(0, len(values), count)]
        drawn[random.random(count) > share] = None
        return drawn

    datasets = [f"author{i:02d}-20{10 + i % 16}" for i in range(60)]
    which = random.integers(0, len(datasets), count)
    cathodes = ["LFP", "NMC811", "NMC532", "NMC111", "NCA", "LCO", "LMO", "NMC+LCO"]
    life = random.lognormal(6.6, 0.6, count).round()
    life[random.random(count) > 0.7] = np.nan
    return pd.DataFrame(
        {
            HUB: np.array([f"hub{i:02d}" for i in range(12)], dtype=object)[which % 12],
            DATASET: np.array(datasets, dtype=object)[which],
            TITLE: np.array(
                [f"Ageing campaign {i} on commercial cells" for i in range(60)], dtype=object
            )[which],
            SEGMENT: one_of(["full_cell", "module_pack", "field"]),
            KIND: one_of(["experimental", "experimental", "synthetic"]),
            CATHODE: one_of(cathodes, 0.95),
            ANODE: one_of(["graphite", "silicon-graphite", "LTO"], 0.8),
            NOMINAL_CAPACITY: random.uniform(0.2, 60, count).round(2),
            FORM_FACTOR: one_of(["18650", "21700", "pouch", "prismatic", "coin"], 0.9),
            CELL_MODEL: one_of([f"M{i:03d}-{i * 7 % 90}" for i in range(150)], 0.7),
            MANUFACTURER: one_of(["A123", "LG Chem", "Panasonic", "Samsung", "EVE", "Sony"], 0.7),
            AMBIENT_TEMPERATURE: random.choice([-10, 0, 10, 15, 25, 35, 45, np.nan], count),
            CHARGING_C_RATE: random.choice([0.2, 0.5, 1, 2, 3.6, 4.8], count),
            DISCHARGING_C_RATE: random.choice([0.5, 1, 2, 3, 4], count),
            PROTOCOL: one_of([f"CC-CV {r}C to {s} %" for r in (0.5, 1, 2) for s in range(40, 99)]),
            CYCLE_LIFE: life,
            NOTE: one_of(["stopped early", "room temperature", "repacked upstream"], 0.1),
            AVAILABILITY: one_of(["here", "download", "request"]),
            LICENCE: one_of(["CC-BY-4.0", "CC0-1.0", "unknown"]),
        },
        index=pd.Index(
            [f"{datasets[d]}/W{i % 97:02d}-{i:07d}-c{i % 8}" for i, d in enumerate(which)],
            name=CELL,
        ),
    )
