"""The colours of a fade picture: by a column of cells or of cycles, or cell by cell."""

import numpy as np
import pandas as pd

from bdg_explore.columns import CELL
from bdg_explore.errors import ParameterError, did_you_mean

from ._colour import Colouring, colour_by
from ._fade_words import DIRECT_LABELS
from .theme import CATEGORICAL, OTHER


def colouring_of(
    color: str | None, facts: pd.DataFrame, rows: pd.DataFrame, names: list[str]
) -> tuple[Colouring | None, str | None]:
    if color is None:
        if not 1 < len(names) <= DIRECT_LABELS:
            return None, None
        color = CELL
    if color == CELL:
        return colour_by(pd.Series(names, dtype=object), CELL), CELL
    for held in (facts, rows):
        if color in held.columns:
            return colour_by(held[color], color), color
    known = [*map(str, facts.columns), *map(str, rows.columns)]
    raise ParameterError(
        f"Neither cells nor cycles have a column {color!r} to colour by."
        f"{did_you_mean(color, known)}" + (" Give cells=..." if not len(facts.columns) else "")
    )


def colours_of(colouring: Colouring | None, count: int) -> list[str]:
    """Return the colour of each label."""
    if colouring is None:
        return [CATEGORICAL[0]] * count
    if isinstance(colouring.colours, dict):
        return [colouring.colours[value] for value in colouring.values]
    low, high = np.nanmin(colouring.values), np.nanmax(colouring.values)
    places = (colouring.values - low) / ((high - low) or 1.0) * (len(colouring.colours) - 1)
    return [OTHER if np.isnan(p) else colouring.colours[int(p)] for p in places]
