"""Features for machine learning: a row a cell, from the first cycles of its life and no others."""

import operator
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    CAPACITY_DIFFERENCE,
    CELL,
    CYCLE_DISCHARGING_CAPACITY,
    DC_INTERNAL_RESISTANCE,
    DC_RESISTANCE_10S,
    FEATURE,
    FEATURE_CYCLES,
    FEATURE_INPUTS,
    FEATURE_LABEL,
    FEATURE_MEANING,
    FEATURE_MODELS,
    FEATURE_REFERENCE,
    FEATURE_UNIT,
    INTERNAL_RESISTANCE,
    KNOWN_COUNT,
    MEASURED,
    MISSING_COUNT,
    REASON,
    column,
)
from bdg_explore.errors import (
    FrameError,
    MissingDataError,
    ParameterError,
    UnknownNameError,
    did_you_mean,
)
from bdg_explore.frames import not_unfinished
from bdg_explore.rights import carry

from ..records.arrays import Floats
from ..records.by_cell import check_capacities
from .early_curves import Window
from .early_life import EarlyLife, early_lives
from .listed import FEATURES, INPUTS
from .values import EARLY_CHARGES, LATE_CYCLES

RESISTANCES: Final = (INTERNAL_RESISTANCE, DC_INTERNAL_RESISTANCE, DC_RESISTANCE_10S)
WINDOW: Final = "window"
MISSING: Final = "missing"


def life_features(
    cycles: pd.DataFrame,
    *,
    curves: pd.DataFrame | None = None,
    window: tuple[int, int] = (2, 100),
    early_cycle: int = 10,
    features: Iterable[str] | None = None,
    life_cycles: "Mapping[Hashable, float] | pd.Series[float] | None" = None,
    resistance: str | None = None,
    capacity: str = CYCLE_DISCHARGING_CAPACITY,
    complete_only: bool = True,
) -> pd.DataFrame:
    """Compute features of each cell from the first cycles of its life.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle, in any order; with a column `cell`, of many cells.
    curves : DataFrame, optional
        Time series, or a table of discharge curves, of the same cells; without it there are no
        features of ΔQ(V).
    window : tuple of int
        First and last cycle, both inside.
    early_cycle : int
        ΔQ(V) is Q(V) of the window's last cycle minus that of this one.
    features : iterable of str, optional
        Names, of those in `FEATURES`; all if not given.
    life_cycles : mapping or Series, optional
        Cycle at which each cell's life ended, for instance
        ``end_of_life(...)["sustained_cycle"]``. Cells that had ended by the window's last cycle
        are left out; a cell without a value had not.
    resistance : str, optional
        Column that holds the resistance [Ohm]; if not given, the first there is of
        `internal_resistance_ohm`, `dc_internal_resistance_ohm`, `dc_internal_resistance_10s_ohm`.
        Values that are not positive are no measurements.
    capacity : str
        Column that holds the discharging capacity [Ah].
    complete_only : bool
        Pass over the values of cycles whose `complete` is False, where the frame has that column.

    Returns
    -------
    DataFrame
        One row a cell (index `cell`, or one row if there is no such column), in the order of the
        frame, then those that only have curves; a column a feature; `measured_count`, how many
        cycles of the window have a capacity; `reason`, why a cell has no features, for instance
        because its record or its life ended inside the window: empty where it has some. A feature
        that is lacking is NaN; ``.attrs["missing"][feature][cell]`` tells why, and
        ``.attrs["window"]`` the first, the last and the early cycle.

    Raises
    ------
    FrameError
        If a column is missing or holds no numbers.
    ParameterError
        If the window is none.
    UnknownNameError
        If there is no feature, or no column of resistance, of that name.

    Notes
    -----
    Of each cell, and of its curves, later cycles are cut away before anything is computed, so a
    table of all of life gives what a table that ends with the window gives. Cells do not know
    of each other either: nothing is scaled or filled from one cell to another. Whether a record
    ends inside the window is told from the window too: it does if its last cycle there is
    followed by none when one was due, by its usual step. Numbers that come back (a tester that
    counts anew) are cut where they fall, if `start_test_time_second` tells the order; else the cell
    is left out.

    Logarithms are of base 10 and of magnitudes. Variance is over n - 1; skewness ``m3 / m2**1.5``
    and kurtosis ``m4 / m2**2`` have central moments over n (kurtosis of a normal distribution
    is 3), as in [1]_. Under a logarithm capacities are in Ah: scaling them moves such a feature by
    a constant. Other implementations differ (natural logarithms, a mean temperature for the
    integral, smoothed curves), so name this one when you cite a number.

    References
    ----------
    .. [1] Severson et al., Nature Energy 4 (2019) 383, doi 10.1038/s41560-019-0356-8. Each
       feature's own reference: `describe_features`.

    Examples
    --------
    >>> import pandas as pd
    >>> from bdg_explore.analysis import life_features
    >>> fade = {"cycle_count": range(1, 201), "cycle_discharging_capacity_ah": 1.0}
    >>> table = life_features(pd.DataFrame(fade), features=["first_capacity_ah"])
    >>> float(table["first_capacity_ah"].iloc[0])
    1.0
    """
    check_capacities(cycles, capacity)
    chosen = _chosen(features)
    limits = _window(window, early_cycle)
    ends = _ends(life_cycles)
    usable = not_unfinished(cycles) if complete_only else np.ones(len(cycles), dtype=bool)
    values = _values(cycles, capacity, resistance)
    rows: dict[Any, dict[str, Any]] = {}
    missing: dict[str, dict[Any, str]] = {}
    for name, life in early_lives(cycles, values, curves, limits, usable):
        end = ends.get(name, np.nan)
        if end <= limits.last:
            life = f"its life ended at cycle {end:g}, inside the window that ends at {limits.last}"
        rows[name] = _row(name, life, chosen, missing)
    table = pd.DataFrame(list(rows.values()), columns=[*chosen, MEASURED, REASON])
    table = table.astype({**dict.fromkeys(chosen, "float64"), MEASURED: "int64", REASON: "str"})
    if CELL in cycles.columns:
        table.index = pd.Index(list(rows), name=CELL)
    table.attrs = {WINDOW: [limits.first, limits.last, limits.early], MISSING: missing}
    return carry(cycles, table)


def describe_features(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say of each feature what it is, which cycles it is made of, and where it comes from.

    Parameters
    ----------
    table : DataFrame, optional
        What `life_features` returned; all features, in the window of Severson et al., if not given.

    Returns
    -------
    DataFrame
        One row a feature (index `feature`): `label`, `unit`, `feature_cycles`, `inputs`,
        `severson_models`, `meaning` and `reference`; of a table also `known_count` and
        `missing_count`, how many of the cells that outlived the window have it and lack it,
        and `reason`, the most frequent one for lacking it.
    """
    names = list(FEATURES) if table is None else [n for n in table.columns if n in FEATURES]
    first, last, early = (2, 100, 10) if table is None else table.attrs.get(WINDOW, (2, 100, 10))
    filled = {
        "first": first,
        "last": last,
        "early": early,
        "fifth": min(first + EARLY_CHARGES - 1, last),
        "late": max(first, last - LATE_CYCLES + 1),
    }
    records = pd.DataFrame(
        {
            FEATURE_LABEL: [column(name).label for name in names],
            FEATURE_UNIT: [column(name).unit for name in names],
            FEATURE_CYCLES: [FEATURES[name].cycles.format(**filled) for name in names],
            FEATURE_INPUTS: [", ".join(FEATURES[name].inputs) for name in names],
            FEATURE_MODELS: [", ".join(FEATURES[name].models) for name in names],
            FEATURE_MEANING: [column(name).meaning for name in names],
            FEATURE_REFERENCE: [FEATURES[name].reference for name in names],
        },
        index=pd.Index(names, name=FEATURE),
        dtype="str",
    )
    if table is not None:
        inside = table[table[REASON] == ""] if REASON in table.columns else table
        known = inside[names].notna().sum()
        told = table.attrs.get(MISSING, {})
        records[KNOWN_COUNT] = known.astype("int64")
        records[MISSING_COUNT] = (len(inside) - known).astype("int64")
        records[REASON] = pd.Series(
            {name: _most_frequent(told.get(name, {}).values()) for name in names}, dtype="str"
        )
    return records


def _row(
    name: Any, life: "EarlyLife | str", chosen: list[str], missing: dict[str, dict[Any, str]]
) -> dict[str, Any]:
    if isinstance(life, str):
        return {MEASURED: 0, REASON: life}
    row: dict[str, Any] = {
        MEASURED: int(np.isfinite(life.whole(CYCLE_DISCHARGING_CAPACITY)).sum()),
        REASON: "",
    }
    for one in chosen:
        try:
            row[one] = FEATURES[one].value(life)
        except MissingDataError as lacking:
            missing.setdefault(one, {})[name] = str(lacking)
    return row


def _most_frequent(reasons: Iterable[str]) -> str:
    counts = Counter(reasons).most_common(1)
    return counts[0][0] if counts else ""


def _chosen(features: Iterable[str] | None) -> list[str]:
    if features is None:
        return list(FEATURES)
    names = list(dict.fromkeys([features] if isinstance(features, str) else features))
    for name in names:
        if name not in FEATURES:
            raise UnknownNameError(
                f"No feature is called {name!r}.{did_you_mean(str(name), FEATURES)} "
                "describe_features() lists them all."
            )
    return names


def _ends(lives: "Mapping[Hashable, float] | pd.Series[float] | None") -> dict[Hashable, float]:
    if lives is None:
        return {}
    if not isinstance(lives, Mapping | pd.Series):
        raise ParameterError(
            f"life_cycles gives the last cycle of each cell by its name, not {lives!r}; for "
            "instance end_of_life(...)['sustained_cycle']."
        )
    return {key: float(cycle) for key, cycle in lives.items()}


def _window(window: tuple[int, int], early: int) -> Window:
    try:
        first, last = (operator.index(cycle) for cycle in window)
    except (TypeError, ValueError):
        raise ParameterError(
            f"window is a first and a last cycle, for instance (2, 100), not {window!r}."
        ) from None
    if not first <= last:
        raise ParameterError(f"window ends before it begins: cycles {first} to {last}.")
    try:
        return Window(first, last, operator.index(early))
    except TypeError:
        raise ParameterError(
            f"early_cycle is the number of a cycle, for instance 10, not {early!r}."
        ) from None


def _values(cycles: pd.DataFrame, capacity: str, resistance: str | None) -> dict[str, Floats]:
    """Return what features are made of, by the name that features know it by."""
    if resistance is not None and resistance not in cycles.columns:
        raise FrameError(
            f"The frame has no column {resistance}."
            f"{did_you_mean(resistance, map(str, cycles.columns))} "
            "Name the one that holds the resistance with resistance=..."
        )
    held = next((name for name in (resistance, *RESISTANCES) if name in cycles.columns), None)
    of = {name: name for name in INPUTS if name in cycles.columns and name != CAPACITY_DIFFERENCE}
    of[CYCLE_DISCHARGING_CAPACITY] = capacity
    of.pop(INTERNAL_RESISTANCE, None)
    values = {name: _numbers(cycles[held]) for name, held in of.items()}
    if held is not None:
        ohm = _numbers(cycles[held])
        values[INTERNAL_RESISTANCE] = np.where(ohm > 0, ohm, np.nan)
    return values


def _numbers(values: "pd.Series[Any]") -> NDArray[np.float64]:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)
