"""What the exports of Arbin testers share: steps are counted, counters named by their values."""

from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL,
    CYCLE,
    SCHEDULE_CHARGING_CAPACITY,
    SCHEDULE_CHARGING_ENERGY,
    SCHEDULE_DISCHARGING_CAPACITY,
    SCHEDULE_DISCHARGING_ENERGY,
    STEP_ID,
    STEP_TIME,
)

from ._steps import number_steps

_COUNTERS: Final = (
    SCHEDULE_CHARGING_CAPACITY,
    SCHEDULE_DISCHARGING_CAPACITY,
    SCHEDULE_CHARGING_ENERGY,
    SCHEDULE_DISCHARGING_ENERGY,
)


def finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Count the steps, and name the counters.

    Arbin's counters restart where the schedule says so, hence ``schedule_...``. A schedule resets
    all four together; where the values show that it is at each new cycle, they are ``cycle_...``,
    and where they count on through the file, they have the bare name. Of one cycle nothing is told.
    """
    frame = number_steps(frame, CELL, CYCLE, STEP_ID, STEP_TIME)
    held = [name for name in _COUNTERS if name in frame.columns]
    if CYCLE not in frame.columns or CELL in frame.columns or not held:
        return frame  # of several channels, the counters are not one after the other
    cycle = frame[CYCLE].to_numpy()
    new = cycle[1:] != cycle[:-1]
    told = [_restarts(frame[name].to_numpy(dtype=float), new) for name in held]
    elsewhere, at_cycles, carried = (any(seen) for seen in zip(*told, strict=True))
    if elsewhere or at_cycles == carried:
        return frame
    scope = "cycle_" if at_cycles else ""
    notes.append(
        "the counters of capacity and energy "
        + ("restart with each cycle" if at_cycles else "never restart in this file")
    )
    return frame.rename(columns={name: name.replace("schedule_", scope, 1) for name in held})


def _restarts(counter: Any, new: Any) -> tuple[bool, bool, bool]:
    """Say whether it falls inside cycles, falls at new ones, and is carried over to new ones."""
    if np.isnan(counter).any():
        keep = np.isfinite(counter)
        new = np.diff(np.cumsum(np.r_[0, new])[keep]) > 0
        counter = counter[keep]
    if len(counter) < 2:
        return False, False, False
    slack = 1e-9 + 1e-6 * (counter.max() - counter.min())
    falls = counter[1:] < counter[:-1] - slack
    carried = new & ~falls & (counter[:-1] > slack)
    return bool((falls & ~new).any()), bool((falls & new).any()), bool(carried.any())
