"""Columns of a frame as arrays of numbers."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import STEP, STEP_ID
from bdg_explore.errors import FrameError

from .arrays import Column

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
