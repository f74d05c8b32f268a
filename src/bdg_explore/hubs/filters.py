"""Conditions on columns of a frame: equal, any of, inside a range."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.errors import ParameterError, UnknownNameError, did_you_mean


def apply_filters(frame: pd.DataFrame, filters: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows that meet every condition.

    Parameters
    ----------
    frame : DataFrame
        The rows.
    filters : mapping
        Column -> a value (equal), a list or set (any of), or a pair (low, high) for numbers, both
        ends included and None open. Text is compared without regard to letter case.

    Returns
    -------
    DataFrame
        The rows that match, in their order. A missing value meets no condition but None.

    Raises
    ------
    UnknownNameError
        A column is not there; names the nearest.
    ParameterError
        A range is given for text, or its ends are reversed.
    """
    return frame[meets(frame, filters)]


def meets(frame: pd.DataFrame, filters: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return, row by row, whether it meets every condition, as `apply_filters` takes them."""
    mask = np.ones(len(frame), bool)
    for name, wanted in filters.items():
        if name not in frame.columns:
            raise UnknownNameError(
                f"There is no column {name!r} to filter by.{did_you_mean(name, frame.columns)} "
                f"Columns: {', '.join(frame.columns)}."
            )
        mask &= _meets(frame[name], wanted).to_numpy(bool)
    return mask


def _meets(values: pd.Series, wanted: Any) -> pd.Series:
    numeric = pd.api.types.is_numeric_dtype(values)
    if isinstance(wanted, tuple) and len(wanted) == 2 and numeric:
        low, high = wanted
        if low is not None and high is not None and low > high:
            raise ParameterError(f"{values.name}=({low}, {high}): the first end is the lower one.")
        inside = values.notna()
        if low is not None:
            inside &= values >= low
        if high is not None:
            inside &= values <= high
        return inside
    several = isinstance(wanted, (list, tuple, set, frozenset, pd.Index, pd.Series))
    choices = list(wanted) if several else [wanted]
    meets = pd.Series(False, index=values.index)
    if any(choice is None for choice in choices):
        meets |= values.isna()
    known = [choice for choice in choices if choice is not None]
    if numeric:
        if any(isinstance(choice, str) for choice in known):
            raise ParameterError(
                f"{values.name} holds numbers; give a number, a list of them, or (low, high)."
            )
        return meets | values.isin(known)
    folded = {str(choice).casefold() for choice in known}
    return meets | values.str.casefold().isin(folded)
