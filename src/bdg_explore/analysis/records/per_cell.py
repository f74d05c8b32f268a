"""One value for all cells, or one a cell."""

from collections.abc import Hashable, Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from bdg_explore.columns import CELL
from bdg_explore.errors import ParameterError, UnknownNameError, did_you_mean

Reference = float | Mapping[Hashable, float] | pd.Series


def per_cell(cycles: pd.DataFrame, values: Reference, name: str) -> "pd.Series[float]":
    """Spread a value, or one value a cell, over the rows of a frame.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle.
    values : float, mapping or Series
        One for all, or one a cell.
    name : str
        What the values are called, for the message.

    Returns
    -------
    Series
        One value a row.

    Raises
    ------
    UnknownNameError
        If a cell has none.
    ParameterError
        If values for cells are given but the frame does not name its cells, or one is not
        positive.
    """
    if not isinstance(values, Mapping | pd.Series):
        if not _amount(values) > 0:
            raise ParameterError(
                f"{name} must be positive, one number or one a cell by its name, not {values!r}."
            )
        return pd.Series(float(values), index=cycles.index)
    if CELL not in cycles.columns:
        raise ParameterError(
            f"{name} gives one value a cell, but the frame has no column {CELL}. Give one number."
        )
    known = {key: _amount(value) for key, value in values.items()}
    cells = cycles[CELL]
    lacking = [cell for cell in cells.unique() if not known.get(cell, np.nan) > 0]
    if lacking:
        one = lacking[0]
        alike = "" if one in known else did_you_mean(str(one), map(str, known))
        raise UnknownNameError(
            f"{name} has no positive value for {len(lacking)} of {cells.nunique()} cells, for "
            f"instance {one!r}.{alike} Give it, or leave those cells out."
        )
    return cells.map(known).astype("float64")


def _amount(value: Any) -> float:
    """Return a finite number as it is, and NaN for anything else."""
    return float(value) if isinstance(value, Real) and np.isfinite(value) else np.nan


def nominal_by_cell(names: list[Any] | None, nominal: Reference | None) -> list[float | None]:
    """Return the nominal capacity of each cell [Ah]; None for all where it is not given."""
    if nominal is None:
        return [None] * (1 if names is None else max(len(names), 1))
    frame = pd.DataFrame({CELL: names} if names else {"one": [0]})
    return [float(value) for value in per_cell(frame, nominal, "nominal_capacity_ah")]
