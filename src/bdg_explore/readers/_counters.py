"""When a counter restarts: told from its values, not from its name."""

from typing import Any, Literal

import numpy as np
import pandas as pd

from bdg_explore.columns import CYCLE

Restart = Literal["never", "cycle", "otherwise"]


def restarts(counter: Any, cycle: Any) -> Restart:
    """Say when a counter restarts.

    Parameters
    ----------
    counter : array
        Capacity [Ah] or energy [Wh] that only grows between restarts.
    cycle : array
        Cycle number of each record.

    Returns
    -------
    {"never", "cycle", "otherwise"}
        ``never`` needs more than one cycle to be told from ``cycle``.

    Notes
    -----
    A fall larger than one part in a million of the counter's range is a restart.
    """
    values = np.asarray(counter, dtype=float)
    cycle = np.asarray(cycle)
    given = np.isfinite(values)
    if not given.all():
        values, cycle = values[given], cycle[given]
    if len(values) < 2:
        return "cycle"
    slack = 1e-9 + 1e-6 * (values.max() - values.min())
    falls = values[1:] < values[:-1] - slack
    new = cycle[1:] != cycle[:-1]
    if falls.any():
        return "cycle" if new[falls].all() else "otherwise"
    return "never" if new.any() and values.max() > values[np.argmax(new)] + slack else "cycle"


def name_by_restart(frame: pd.DataFrame, names: dict[str, str], notes: list[str]) -> pd.DataFrame:
    """Rename counters read as ``cycle_...`` where the values say that they restart otherwise.

    Parameters
    ----------
    frame : DataFrame
        A time series with `cycle_count`.
    names : dict
        {``cycle_...`` name: name of the same quantity that never restarts}.
    notes : list of str
        Where to say it.
    """
    if CYCLE not in frame.columns:
        return frame
    cycle = frame[CYCLE].to_numpy()
    renamed = {}
    for name, bare in names.items():
        if name in frame.columns:
            found = restarts(frame[name].to_numpy(), cycle)
            if found != "cycle":
                renamed[name] = bare if found == "never" else f"schedule_{bare}"
                what = "never restarts" if found == "never" else "restarts inside cycles"
                notes.append(f"{name} {what} in this file; read as {renamed[name]}")
    return frame.rename(columns=renamed)
