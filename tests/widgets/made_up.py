"""A small made-up fleet, and a stand-in for hubs that serves its cycles."""

import warnings

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    AVAILABILITY,
    CATHODE,
    CELL,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_LIFE,
    DATASET,
    HUB,
    KIND,
    LICENCE,
    NOMINAL_CAPACITY,
    NOTE,
    PROTOCOL,
)
from bdg_explore.errors import MissingDataError, MissingDataWarning
from bdg_explore.hubs.search import CellIndex


def fleet() -> pd.DataFrame:
    """Twelve synthetic cells that are here, and two of a lab that must be asked."""
    rows = []
    for i in range(12):
        cathode = ("LFP", "NMC811", "NMC532")[i % 3]
        temperature = (10.0, 25.0, 45.0)[i // 3 % 3]
        rows.append(
            {
                CELL: f"demo-{cathode.lower()}/{cathode.lower()}-{temperature:g}c-r{i}",
                HUB: "demo",
                DATASET: f"demo-{cathode.lower()}",
                KIND: "synthetic",
                CATHODE: cathode,
                NOMINAL_CAPACITY: (1.1, 5.0, 2.2)[i % 3],
                AMBIENT_TEMPERATURE: temperature,
                CYCLE_LIFE: 1500.0 - 20 * temperature if i % 4 else np.nan,
                PROTOCOL: "CC-CV 1C",
                AVAILABILITY: "here",
                LICENCE: "CC0-1.0",
                NOTE: "<img src=x onerror=\"window.hacked='note'\">" if i == 0 else None,
            }
        )
    rows += [
        {
            CELL: f"closed-2020/c{i}", HUB: "closed", DATASET: "closed-2020",
            KIND: "experimental", CATHODE: None, NOMINAL_CAPACITY: np.nan,
            AVAILABILITY: "request", LICENCE: "unknown",
        }
        for i in range(2)
    ]  # fmt: skip
    return pd.DataFrame(rows).set_index(CELL)


class FakeHubs:
    """As much of `Hubs` as a browser needs, without files."""

    def __init__(self, cells: pd.DataFrame) -> None:
        self.cells = cells
        self.index = CellIndex(cells)
        self.asked: list[tuple[str, ...]] = []

    def find(self, text: str = "", **filters) -> pd.DataFrame:
        ranges = {name: pair for name, pair in filters.items() if isinstance(pair, tuple)}
        facets = {name: values for name, values in filters.items() if name not in ranges}
        return self.cells.iloc[self.index.search(text, facets, ranges)]

    def cycles(self, cells, *, download: bool = True) -> pd.DataFrame:
        uids = list(cells.index) if isinstance(cells, pd.DataFrame) else list(cells)
        self.asked.append(tuple(uids))
        missing = {
            uid: "closed-2020 cannot be downloaded without asking: write to the lab"
            for uid in uids
            if self.cells.loc[uid, AVAILABILITY] != "here"
        }
        if len(missing) == len(uids):
            raise MissingDataError(f"No cycles for {', '.join(uids)}: write to the lab.")
        cycle = np.arange(1, 401)
        frame = pd.concat(
            pd.DataFrame(
                {
                    CELL: uid,
                    CYCLE: cycle,
                    CYCLE_DISCHARGING_CAPACITY: self.cells.loc[uid, NOMINAL_CAPACITY]
                    * (1 - 1e-5 * (10 + at) * cycle),
                }
            )
            for at, uid in enumerate(uids)
            if uid not in missing
        )
        frame.attrs["missing"] = missing
        if missing:
            warnings.warn(f"No cycles for {', '.join(missing)}.", MissingDataWarning, stacklevel=2)
        return frame.reset_index(drop=True)
