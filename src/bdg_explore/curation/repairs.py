"""Repairs, each done only when it is asked for by name, logged, and reversible."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.errors import ParameterError, did_you_mean

from ._parts import Given, table_of
from ._repairs_of_rows import drop_duplicates, drop_missing, sort_time
from ._repairs_of_time import (
    interpolate_time,
    renumber_cycles,
    scale_time,
    shift_time,
    unstick_clock,
)
from ._repairs_of_values import (
    Job,
    drop_sentinels,
    flip_sign,
    mask_capacity_spikes,
    mask_constant,
    mask_limits,
    mask_spikes,
    scale_capacity,
)
from .repair_log import Change, RepairLog
from .settings import DEFAULTS, Settings


@dataclass(frozen=True)
class Repair:
    """A repair: its name, the finding it answers, what it does, and the function that does it."""

    name: str
    finding: str
    does: str
    run: Callable[[Job], tuple[pd.DataFrame, Change]]


REPAIRS: Final[Mapping[str, Repair]] = {
    one.name: one
    for one in (
        Repair(
            "interpolate_time",
            "Q01",
            "date lone misdated records between their neighbours",
            interpolate_time,
        ),
        Repair("sort_time", "Q01", "put rows in the order of their time", sort_time),
        Repair(
            "unstick_clock",
            "Q01",
            "set records at which the clock stood still a tenth of the median interval apart",
            unstick_clock,
        ),
        Repair("drop_duplicates", "Q02", "take out rows that repeat another", drop_duplicates),
        Repair("scale_time", "Q04", "multiply all times of the test by a factor", scale_time),
        Repair("shift_time", "Q05", "let time run on wherever it begins anew", shift_time),
        Repair("scale_capacity", "Q06", "multiply capacities by a factor", scale_capacity),
        Repair("flip_sign", "Q08", "turn the current round", flip_sign),
        Repair("mask_spikes", "Q09", "leave voltages that spike without a value", mask_spikes),
        Repair(
            "mask_capacity_spikes",
            "Q10",
            "leave capacities far above their neighbours without a value",
            mask_capacity_spikes,
        ),
        Repair(
            "renumber_cycles", "Q13", "count cycles on where their number falls", renumber_cycles
        ),
        Repair(
            "mask_constant",
            "Q14",
            "leave a sensor that stands still without a value",
            mask_constant,
        ),
        Repair(
            "drop_sentinels",
            "Q15",
            "leave numbers that stand for no value without one",
            drop_sentinels,
        ),
        Repair("mask_limits", "Q16", "leave values beyond their limits without one", mask_limits),
        Repair("drop_missing", "Q20", "take out rows without a required number", drop_missing),
    )
}


def repair(
    frame: pd.DataFrame,
    *names: str,
    table: str | None = None,
    time_factor: float | None = None,
    capacity_factor: float | None = None,
    columns: Sequence[str] | None = None,
    nominal_capacity_ah: Given = None,
    minimum_voltage_volt: Given = None,
    maximum_voltage_volt: Given = None,
    settings: Settings = DEFAULTS,
) -> tuple[pd.DataFrame, RepairLog]:
    """Repair a table in the ways that are named, in that order, and no other.

    Parameters
    ----------
    frame : DataFrame
        Time series or cycles with canonical columns. It is left as it was.
    *names : str
        Which repairs; `repairs` lists them, and a finding of `check` names its own.
    table : str, optional
        Which table it is; told by its columns if not given.
    time_factor : float, optional
        For ``scale_time``: seconds in one unit of the column, 0.001 for milliseconds; taken from
        the finding Q04 if not given.
    capacity_factor : float, optional
        For ``scale_capacity``: ampere hours in one unit of the column, 0.001 for mAh; taken from
        the finding Q06 if not given.
    columns : sequence of str, optional
        For ``scale_capacity``: which columns; those of the finding, or all capacities of a table
        for which a factor is given.
    nominal_capacity_ah, minimum_voltage_volt, maximum_voltage_volt : float, mapping or Series
        What is known of the cell [Ah, V], as in `check`.
    settings : Settings
        All thresholds.

    Returns
    -------
    frame : DataFrame
        A new frame. Where values were changed, a column ``raw_<name>`` keeps them as they were;
        ``attrs["repairs"]`` lists what was done.
    log : RepairLog
        What was done to which rows; ``log.undo(frame)`` gives the original back exactly.

    Raises
    ------
    ParameterError
        There is no such repair, it cannot be done on this table, or it needs a factor that
        neither was given nor follows from the data.
    FrameError
        The frame is no table that can be checked.

    Examples
    --------
    >>> import pandas as pd
    >>> cycles = pd.DataFrame(
    ...     {"cycle_count": range(1, 7), "cycle_discharging_capacity_ah": [1.0, 1.0, 45, 1, 1, 1]}
    ... )
    >>> mended, log = repair(cycles, "mask_capacity_spikes")
    >>> mended["cycle_discharging_capacity_ah"].isna().sum()
    1
    >>> log.undo(mended).equals(cycles)
    True
    """
    if not names:
        raise ParameterError(f"Name at least one repair of {', '.join(REPAIRS)}.")
    for name in names:
        if name not in REPAIRS:
            raise ParameterError(
                f"No repair is called {name!r}.{did_you_mean(name, REPAIRS)} "
                f"There are {', '.join(REPAIRS)}."
            )
    kind = table_of(frame, table)
    facts: dict[str, Any] = {
        "nominal_ah": nominal_capacity_ah,
        "low_volt": minimum_voltage_volt,
        "high_volt": maximum_voltage_volt,
    }
    factors = {"time": time_factor, "capacity": capacity_factor}
    for way, factor in factors.items():
        if factor is not None and not (np.isfinite(factor) and factor > 0):
            raise ParameterError(f"{way}_factor must be a positive number, not {factor!r}.")
    mended = frame.copy(deep=False)
    mended.attrs = {}
    changes: list[Change] = []
    for name in names:
        job = Job(name, mended, kind, facts, settings, factors, columns)
        with np.errstate(all="ignore"):
            mended, change = REPAIRS[name].run(job)
        changes.append(change)
    log = RepairLog(tuple(changes), frame.index, dict(frame.attrs), len(mended))
    before = frame.attrs.get("repairs")
    done = [*(before if isinstance(before, list) else []), *log.to_dict(most_rows=0)]
    mended.attrs = {**frame.attrs, "repairs": done}
    return mended, log


def repairs() -> pd.DataFrame:
    """List the repairs there are.

    Returns
    -------
    DataFrame
        One row a repair, the index its name: the `finding` it answers, and what it `does`.
    """
    rows = {one.name: {"finding": one.finding, "does": one.does} for one in REPAIRS.values()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("repair")
