"""Columns of a table of cycles that the user defines by functions of their own."""

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from bdg_explore.columns import CELL, CYCLE, RECORD_COUNT
from bdg_explore.errors import ParameterError

from ..records.arrays import Floats, Ints
from ..records.by_cell import rows_by_cell

OfRecords = Callable[[pd.DataFrame], float]
OfSummary = Callable[[pd.DataFrame], Any]


def check_names(functions: Mapping[str, Any], taken: "pd.Index[str] | list[str]") -> None:
    """Raise ParameterError unless every name is new and belongs to something one can call."""
    for name, function in functions.items():
        if not callable(function):
            raise ParameterError(
                f"The column {name!r} needs a function, not {type(function).__name__}."
            )
        if name in taken:
            raise ParameterError(f"The summary has a column {name} already. Choose another name.")


def columns_of_records(
    timeseries: pd.DataFrame, summary: pd.DataFrame, functions: Mapping[str, OfRecords]
) -> dict[str, Floats]:
    """Call functions on the records of every cycle.

    Parameters
    ----------
    timeseries : DataFrame
        The caller's records.
    summary : DataFrame
        Their cycles, cell by cell in test order, with `record_count`.
    functions : mapping
        Name of the column, and a function that takes the records of one cycle (a frame of its own
        with all columns of the caller's and `cycle_count`, rows numbered from 0) and returns a
        number.

    Returns
    -------
    dict of ndarray
        One value a cycle, by column.
    """
    rows, starts = rows_of_cycles(timeseries, summary)
    numbers = summary[CYCLE].tolist()
    cells = summary[CELL].tolist() if CELL in summary else None
    values = {name: np.full(len(summary), np.nan) for name in functions}
    for place, (number, own) in enumerate(zip(numbers, np.split(rows, starts[1:]), strict=False)):
        part = timeseries.iloc[own].reset_index(drop=True)
        if CYCLE not in part:
            part[CYCLE] = number
        where = f"cycle {number}" + ("" if cells is None else f" of cell {cells[place]!r}")
        for name, function in functions.items():
            value = _called(name, function, part.copy(), where)
            values[name][place] = _number(value, name, where)
    return values


def rows_of_cycles(timeseries: pd.DataFrame, summary: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return the rows of the records, cycle by cycle, and where each cycle begins among them."""
    counts = summary[RECORD_COUNT].to_numpy()
    parts = [rows.astype(np.int64) for _, rows in rows_by_cell(timeseries)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts]), np.cumsum(counts) - counts


def columns_of_summary(
    summary: pd.DataFrame, functions: Mapping[str, OfSummary]
) -> dict[str, "pd.Series[Any]"]:
    """Call functions on the table of cycles; each gives a column, or one value for all."""
    columns: dict[str, pd.Series[Any]] = {}
    for name, function in functions.items():
        where = f"a table of {len(summary)} cycles"
        value = _called(name, function, summary.copy(), where)
        lengthy = np.ndim(value) > 0
        if lengthy and len(value) != len(summary):
            raise ParameterError(
                f"The function of the column {name!r} returned {len(value)} values for "
                f"{len(summary)} cycles. Let it return one a row, or one for all."
            )
        if isinstance(value, pd.Series) and not value.index.equals(summary.index):
            raise ParameterError(
                f"The function of the column {name!r} returned a Series with another index than "
                "the table it was given. Keep the index, or return an array in the order of rows."
            )
        columns[name] = pd.Series(value, index=summary.index, name=name)
    return columns


def _called(
    name: str, function: Callable[[pd.DataFrame], Any], frame: pd.DataFrame, of: str
) -> Any:
    try:
        return function(frame)
    except Exception as error:
        raise ParameterError(
            f"The function of the column {name!r} ({_title(function)}) failed on {of}: "
            f"{type(error).__name__}: {error}. Try it on those records alone."
        ) from error


def _number(value: Any, name: str, where: str) -> float:
    if value is None or value is pd.NA:
        return np.nan
    if isinstance(value, Real | np.bool_) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return float(value)
    raise ParameterError(
        f"The function of the column {name!r} returned {type(value).__name__} for {where}, where "
        "one number is wanted."
    )


def _title(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", type(function).__name__)
