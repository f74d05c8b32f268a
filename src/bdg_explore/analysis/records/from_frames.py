"""Columns of a frame as arrays of numbers, and as the records of a cell."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import CURRENT, STEP, STEP_ID, STEP_TIME, TEST_TIME, VOLTAGE
from bdg_explore.errors import FrameError, ParameterError

from .arrays import Column, Ints, Records, Rows

Columns = dict[str, Column]

SECONDS_AN_HOUR: Final = 3600.0
REST_SHARE: Final = 1e-3  # of a cell's largest current: up to there it is at rest


def columns_of(frame: pd.DataFrame, names: Iterable[str]) -> Columns:
    """Return those of the named columns that the frame has, as arrays, without copies if possible.

    Parameters
    ----------
    frame : DataFrame
        Records.
    names : iterable of str
        Which columns; of the two that tell steps apart, any type will do.

    Returns
    -------
    dict of ndarray
        Numbers, by column.
    """
    there = {name: frame[name] for name in names if name in frame.columns}
    return {
        name: _labels(values) if name in (STEP, STEP_ID) else numbers_of(frame, name)
        for name, values in there.items()
    }


def numbers_of(frame: pd.DataFrame, name: str) -> Column:
    """Return a column as an array of numbers, without a copy where it is one already."""
    values = frame[name].to_numpy()
    if values.dtype.kind in "fiu":
        return values
    try:
        return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise FrameError(
            f"Column {name} must hold numbers but holds {frame[name].dtype}, for instance "
            f"{frame[name].iloc[:1].tolist()}. Convert it, or leave the column out."
        ) from None


def _labels(values: "pd.Series[Any]") -> Column:
    array = values.to_numpy()
    return array if array.dtype.kind in "fiu" else pd.factorize(values)[0]


def records_of(columns: Columns, starts: Ints, rows: Rows) -> Records:
    """Return the records of one cell, without their temperature.

    Parameters
    ----------
    columns : dict of ndarray
        What `columns_of` gave of the cell.
    starts : ndarray of int
        Row at which each cycle begins.
    rows : sequence of int
        Row of the caller's frame at which each record stands.
    """
    return Records(
        time=columns[TEST_TIME],
        voltage=columns[VOLTAGE],
        current=columns[CURRENT],
        starts=starts,
        step=next((columns[name] for name in (STEP, STEP_ID) if name in columns), None),
        step_time=columns.get(STEP_TIME),
        rows=rows,
    )


def rest_current(given: float | None, largest_ampere: float) -> float:
    """Return up to which magnitude a current counts as rest [A]: as given, or as is usual."""
    if given is None:
        return REST_SHARE * largest_ampere
    if not (isinstance(given, int | float | np.number) and 0 <= given < np.inf):
        raise ParameterError(
            f"rest_current_ampere is a magnitude of current [A], 0 or more, not {given!r}."
        )
    return float(given)
