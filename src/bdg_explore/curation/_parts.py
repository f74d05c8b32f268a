"""From a frame to one subject a cell: which table it is, which columns, which rows."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from bdg_explore.columns import CELL, CYCLE, STEP, STEP_ID, TEST_TIME
from bdg_explore.errors import FrameError, ParameterError, did_you_mean
from bdg_explore.frames import (
    ABUSE,
    AUXILIARY,
    CELLS,
    CONTRACTS,
    CURVES,
    CYCLES,
    IMPEDANCE,
    TIMESERIES,
    check_frame,
)

from ._rule import Column, Ints
from ._series import Series
from ._subject import Facts, Subject
from ._tables import CurveTable, CycleTable
from .settings import Settings

Given: TypeAlias = "float | Mapping[Any, float] | pd.Series[float] | None"
RAW: Final = "raw_"
"""Begins the name of a column that keeps values as they were before a repair."""
_GUESSED: Final = (TIMESERIES, IMPEDANCE, CURVES, CYCLES, ABUSE, CELLS, AUXILIARY)


def table_of(frame: pd.DataFrame, table: str | None) -> str:
    """Return which table a frame is, or say why it is none that can be checked."""
    if table is None:
        source = frame.attrs.get("source")
        told = source.get("table") if isinstance(source, dict) else None
        contract = CONTRACTS.get(str(told))
        if contract is None or not set(contract.required) <= set(frame.columns):
            has = set(frame.columns)
            contract = next(
                (
                    c
                    for c in _GUESSED
                    if set(c.required) <= has and (not c.one_of or set(c.one_of) & has)
                ),
                None,
            )
        if contract is None:
            raise FrameError(
                "The frame makes no table that can be checked; it has "
                f"{', '.join(map(str, frame.columns[:12])) or 'no columns'}. A time series needs "
                f"{', '.join(TIMESERIES.required)}, cycles need {CYCLE}; say which with table=."
            )
    elif table in CONTRACTS:
        contract = CONTRACTS[table]
    else:
        raise ParameterError(
            f"No table is called {table!r}.{did_you_mean(table, CONTRACTS)} "
            f"There are {', '.join(CONTRACTS)}."
        )
    check_frame(frame, replace(contract, rules=()))  # what rules object to are findings here
    if not len(frame):
        raise FrameError(f"The table of {contract.name} has no rows: there is nothing to check.")
    return contract.name


def columns_of(frame: pd.DataFrame) -> dict[str, Column]:
    """Return the columns that rules can look at, as arrays, without copies where possible."""
    columns: dict[str, Column] = {}
    for place, name in enumerate(frame.columns):
        if str(name).startswith(RAW):
            continue
        series = frame.iloc[:, place]
        if name in (STEP, STEP_ID) and not pd.api.types.is_numeric_dtype(series):
            columns[name] = np.asarray(pd.factorize(series)[0])
        elif pd.api.types.is_bool_dtype(series):
            columns[str(name)] = series.to_numpy()
        elif pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_complex_dtype(series):
            values = series.to_numpy()
            if values.dtype.kind not in "fi":
                values = series.to_numpy(dtype=np.float64, na_value=np.nan)
            elif values.dtype.kind == "i" and name not in (CYCLE, STEP, STEP_ID, TEST_TIME):
                values = values.astype(np.float64)
            columns[str(name)] = values
    return columns


def cells_of(frame: pd.DataFrame) -> list[tuple[Hashable | None, Ints | None]]:
    """Return the cells of a table and their rows; None for all rows."""
    if CELL not in frame.columns:
        return [(None, None)]
    cell = frame[CELL]
    first = cell.iloc[0]
    if bool((cell == first).all()):
        return [(first, None)]
    codes, names = pd.factorize(cell, use_na_sentinel=False)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(names) + 1))
    return [(names[i], np.sort(order[edges[i] : edges[i + 1]])) for i in range(len(names))]


def make_subject(
    columns: Mapping[str, Column],
    table: str,
    facts: Facts,
    settings: Settings,
    cycles: pd.DataFrame | None = None,
) -> Subject:
    """Return one cell's table, ready to be examined."""
    if table == "timeseries":
        return Series(columns, facts, settings, cycles)
    if table == "cycles":
        return CycleTable(columns, facts, settings)
    if table == "curves":
        return CurveTable(columns, facts, settings)
    return Subject(columns, table, facts, settings)


def cycles_of(cycles: pd.DataFrame | None, cell: Hashable | None) -> pd.DataFrame | None:
    """Return one cell's rows of a table of cycles; None if there are none."""
    if cycles is None:
        return None
    check_frame(cycles, replace(CYCLES, rules=()))
    if cell is not None and CELL in cycles.columns:
        cycles = cycles[cycles[CELL] == cell]
    return cycles if len(cycles) else None


def of_cell(given: Any, cell: Hashable | None, name: str) -> float | None:
    """Return one cell's value of an argument; None where it is not known."""
    if isinstance(given, Mapping | pd.Series):
        given = given.get(cell)
    if given is None or given is pd.NA:
        return None
    try:
        value = float(given)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} must be a number, not {given!r}.") from None
    if np.isnan(value):
        return None
    if not np.isfinite(value) or (name == "nominal_capacity_ah" and value <= 0):
        raise ParameterError(f"{name} must be a positive number, not {value:g}.")
    return value
