"""Colour cells by what is known of them: categories, numbers, or nothing."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import COLUMNS

from .theme import CATEGORICAL, OTHER, ordered

UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class Colouring:
    """One value a cell, and what colour it means.

    Attributes
    ----------
    title : str
        What the legend or the colour bar is called, unit included.
    values : ndarray
        Numbers, or text where `colours` names a colour for each.
    colours : dict or list
        Colour of each category, or the colours from low to high.
    """

    title: str
    values: NDArray[Any]
    colours: dict[str, str] | list[str]

    @property
    def by_number(self) -> bool:
        """Whether colours run along a scale."""
        return isinstance(self.colours, list)

    def grey(self) -> NDArray[np.bool_]:
        """Return which values are unknown, or beyond the categories that have a colour."""
        if isinstance(self.colours, list):
            return np.isnan(self.values.astype(np.float64))
        return np.array([self.colours[value] == OTHER for value in self.values], dtype=bool)

    def reordered(self, order: NDArray[np.int64]) -> "Colouring":
        """Return the same with its values in another order."""
        return replace(self, values=self.values[order])


def colour_by(values: "pd.Series[Any]", name: str) -> Colouring:
    """Choose colours for the values of one column.

    Parameters
    ----------
    values : Series
        One a cell.
    name : str
        The column's name.

    Returns
    -------
    Colouring
        A perceptually even scale for numbers; at most eight colours for categories, most frequent
        first, then grey; grey for what is unknown.
    """
    known = COLUMNS.get(name)
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if number and len(values.dropna().unique()) > 1:
        return Colouring(
            known.label if known else name,
            values.to_numpy(dtype=np.float64, na_value=np.nan),
            ordered(),
        )
    text = values.map(lambda v: UNKNOWN if pd.isna(v) else f"{v:g}" if number else str(v))
    counts = text[text != UNKNOWN].value_counts()  # ties in the order of appearance
    shown = list(counts.index)
    if len(shown) > len(CATEGORICAL):
        shown = shown[: len(CATEGORICAL) - 1]
        others = f"{len(counts) - len(shown)} others"
        text = text.where(text.isin([*shown, UNKNOWN]), others)
        colours = dict(zip(shown, CATEGORICAL, strict=False)) | {others: OTHER}
    else:
        colours = dict(zip(shown, CATEGORICAL, strict=False))
    if (text == UNKNOWN).any():
        colours[UNKNOWN] = OTHER
    title = known.label if known and number else known.title if known else name
    return Colouring(title, text.to_numpy(dtype=object), colours)


def group_colours(group_of: "pd.Series[Any]", name: str) -> dict[Any, str]:
    """Choose a colour for each group of cells, the same in every picture of them.

    Parameters
    ----------
    group_of : Series
        The group of each cell.
    name : str
        What makes the groups.

    Returns
    -------
    dict
        Colours by group: along a perceptually even scale where groups are numbers; else as
        `colour_by` has them.
    """
    groups = list(group_of.unique())
    numbers = sorted(group for group in groups if not isinstance(group, str))
    scale = dict(zip(numbers, ordered(max(len(numbers), 1)), strict=True)) if numbers else {}
    words = group_of[[isinstance(group, str) for group in group_of]]
    colouring = colour_by(words.where(words != UNKNOWN), name)
    if isinstance(colouring.colours, dict):
        for group, word in zip(words, colouring.values, strict=True):
            scale[group] = colouring.colours[word]
    return scale


def group_word(group: Any) -> str:
    """Return what a legend calls a group."""
    return group if isinstance(group, str) else f"{group:g}"
