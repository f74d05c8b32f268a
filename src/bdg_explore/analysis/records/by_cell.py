"""Frames of many cells, taken apart: each cell on its own."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CELL,
    CURRENT,
    CYCLE,
    CYCLE_TYPE,
    STEP,
    STEP_ID,
    STEP_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import FrameError, did_you_mean
from bdg_explore.frames import CYCLES, check_frame

from .arrays import Rows, run_starts
from .counter_columns import COUNTERS
from .from_frames import Columns, columns_of

SUMMARY_INPUTS: Final = (
    CELL,
    TEST_TIME,
    VOLTAGE,
    CURRENT,
    CYCLE,
    CYCLE_TYPE,
    STEP,
    STEP_ID,
    STEP_TIME,
    SURFACE_TEMPERATURE,
    AMBIENT_TEMPERATURE,
    *(name for scopes in COUNTERS.values() for names in scopes.values() for name in names),
)
"""The columns `summarize_cycles` may use; of a wide file, read only those of them it has."""


def rows_by_cell(cycles: pd.DataFrame) -> Iterable[tuple[Any, NDArray[np.intp]]]:
    """Yield each cell's name and the positions of its rows; a frame without `cell` is one cell."""
    if CELL not in cycles.columns:
        yield None, np.arange(len(cycles))
        return
    codes, names = _codes(cycles)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(names) + 1))
    for name, begin, end in zip(names, edges[:-1], edges[1:], strict=True):
        yield name, order[begin:end]


def _codes(frame: pd.DataFrame) -> tuple[NDArray[np.intp], Any]:
    """Return a number for the cell of each row, and the cells; none may be unknown."""
    codes, names = pd.factorize(frame[CELL])
    if len(codes) and np.min(codes) < 0:
        row = int(np.flatnonzero(codes < 0)[0])
        raise FrameError(f"{CELL} has no value at row {row}. Name the cell, or drop the column.")
    return codes, names


def check_capacities(cycles: pd.DataFrame, capacity: str) -> None:
    """Raise FrameError unless the frame is a table of cycles that has the capacity asked for."""
    check_frame(cycles, CYCLES)
    if capacity not in cycles.columns:
        raise FrameError(
            f"The frame has no column {capacity}.{did_you_mean(capacity, map(str, cycles.columns))}"
            " Name the one that holds the capacity with capacity=..."
        )


def records_by_cell(
    timeseries: pd.DataFrame,
) -> tuple[list[Any] | None, list[tuple[Columns, Rows]]]:
    """Return the cells' names, and each one's columns and rows; None if there is no `cell`."""
    columns = columns_of(timeseries, (n for n in SUMMARY_INPUTS if n not in (CELL, CYCLE_TYPE)))
    _check_cycle_numbers(columns)
    rows: Rows = range(len(timeseries))
    if CELL not in timeseries.columns:
        return None, [(columns, rows)]
    codes, names = _codes(timeseries)
    starts = run_starts(codes)
    if len(starts) > len(names):  # cells interleaved: put together, keeping the test order of each
        rows = np.argsort(codes, kind="stable")
        columns = {name: values[rows] for name, values in columns.items()}
        starts = run_starts(codes[rows])
    edges = [*starts.tolist(), len(codes)]
    parts = [
        ({name: values[begin:end] for name, values in columns.items()}, rows[begin:end])
        for begin, end in pairwise(edges)
    ]
    return list(names), parts or [(columns, rows)]


def _check_cycle_numbers(columns: Columns) -> None:
    numbers = columns.get(CYCLE)
    if numbers is None or numbers.dtype.kind != "f":
        return
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise FrameError(
            f"{CYCLE} has no value at row {bad[0]} ({len(bad)} in all). "
            "Leave those records out, or leave the column out to have cycles counted."
        )
