"""Traits of a browser: what they refuse, and the one form they keep their values in.

Each belongs to an object with a `_index`, the `CellIndex` of the cells it shows. A wrong value is
refused where it is set, with the error of the search itself, also while notifications are held.
"""

import math
from typing import Any

import traitlets

from bdg_explore.columns import CELL
from bdg_explore.errors import ParameterError, UnknownNameError, did_you_mean


class FacetsTrait(traitlets.Dict):
    """Column -> list of values of which any will do; None stands for unknown."""

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the facets with lists as values, those without a value dropped."""
        given: dict[str, Any] = super().validate(obj, value) or {}
        facets = {
            str(column): list(values) if isinstance(values, (list, tuple, set)) else [values]
            for column, values in given.items()
        }
        for column in facets:
            _check_column(obj, column)
        return {column: values for column, values in facets.items() if values}


class RangesTrait(traitlets.Dict):
    """Column -> (low, high), both inside the range; None or an infinity leaves a side open."""

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the ranges as pairs of floats, those open on both sides too."""
        given: dict[str, Any] = super().validate(obj, value) or {}
        ranges = {}
        for column, pair in given.items():
            _check_column(obj, column)
            try:
                low, high = pair
                low = -math.inf if low is None else float(low)
                high = math.inf if high is None else float(high)
            except (TypeError, ValueError):
                raise ParameterError(
                    f"The range of {column} must be two numbers (low, high); got {pair!r}."
                ) from None
            obj._index.search(ranges={column: (low, high)})  # refuses text and swapped borders
            ranges[str(column)] = low, high
        return ranges


class SortTrait(traitlets.Tuple):
    """`()`, or a column and `"asc"` or `"desc"`."""

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the column and the direction, or nothing."""
        sort = super().validate(obj, tuple(value)) or ()
        if not sort:
            return sort
        if len(sort) != 2 or sort[1] not in ("asc", "desc"):
            raise ParameterError(f'Sort by (column, "asc") or (column, "desc"); got {sort!r}.')
        if sort[0] != CELL:
            _check_column(obj, sort[0])
        return sort


class SelectionTrait(traitlets.Tuple):
    """Names of cells in the order they were chosen, each once."""

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the names; one that the table of cells lacks is refused."""
        if isinstance(value, str):
            value = (value,)
        chosen = tuple(dict.fromkeys(super().validate(obj, tuple(value)) or ()))
        strangers = [uid for uid in chosen if uid not in obj._index.cells.index]
        if strangers:
            raise UnknownNameError(
                f"No cell is called {strangers[0]!r}."
                f"{did_you_mean(str(strangers[0]), map(str, obj._index.cells.index[:20_000]))} "
                "A selection holds names from the index of the cells table."
            )
        return chosen


def _check_column(obj: Any, column: str) -> None:
    known = obj._index.cells.columns
    if column not in known:
        raise UnknownNameError(
            f"The cells have no column {column!r}.{did_you_mean(str(column), map(str, known))}"
        )
