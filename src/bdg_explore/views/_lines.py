"""Thousands of lines as one HoloViews element, without a Python object a line.

HoloViews keeps many paths as a list of dictionaries and walks it several times for a picture,
about a second for a thousand. `Lines` keeps all points in two arrays; `LinesInterface` tells
HoloViews how to read them. What comes out is an ordinary `hv.Contours`, drawn as one glyph.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
from holoviews.core.data import Interface
from numpy.typing import NDArray

DATATYPE = "bdg_lines"


@dataclass(frozen=True)
class Lines:
    """Points of many lines, one after the other.

    Attributes
    ----------
    x, y : ndarray
        Positions of all points; a missing value parts a line.
    offsets : ndarray of int
        Where each line begins, and at last the number of points.
    facts : dict of ndarray
        One value a line.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    offsets: NDArray[np.int64]
    facts: dict[str, NDArray[Any]]


class LinesInterface(Interface):  # type: ignore[misc]  # HoloViews has no types
    """What HoloViews asks of data, answered for `Lines`."""

    types = (Lines,)
    datatype = DATATYPE
    multi = True

    @classmethod
    def applies(cls, obj: Any) -> bool:
        return isinstance(obj, Lines)

    @classmethod
    def init(cls, eltype: Any, data: Lines, kdims: Any, vdims: Any) -> tuple[Lines, Any, Any]:
        dims = {
            "kdims": eltype.kdims if kdims is None else kdims,
            "vdims": eltype.vdims if vdims is None else vdims,
        }
        return data, dims, {}

    @classmethod
    def validate(cls, dataset: Any, vdims: bool = True) -> None:
        lacking = [d.name for d in dataset.vdims if d.name not in dataset.data.facts]
        if vdims and lacking:
            raise ValueError(f"Lines hold no fact called {', '.join(lacking)}.")

    @classmethod
    def _column(cls, dataset: Any, dim: Any) -> tuple[NDArray[Any], bool]:
        """Return a dimension's values, and whether they are one a point."""
        place = dataset.get_dimension_index(dim)
        if place < 2:
            return (dataset.data.x, dataset.data.y)[place], True
        return dataset.data.facts[dataset.get_dimension(dim, strict=True).name], False

    @classmethod
    def dtype(cls, dataset: Any, dimension: Any) -> Any:
        return cls._column(dataset, dimension)[0].dtype

    @classmethod
    def dimension_type(cls, dataset: Any, dim: Any) -> type:
        kind: type = cls._column(dataset, dim)[0].dtype.type
        return kind

    @classmethod
    def isscalar(cls, dataset: Any, dim: Any, per_geom: bool = False) -> bool:
        return per_geom and not cls._column(dataset, dim)[1]

    @classmethod
    def isunique(cls, dataset: Any, dim: Any, per_geom: bool = False) -> bool:
        return cls.isscalar(dataset, dim, per_geom)

    @classmethod
    def range(cls, dataset: Any, dimension: Any) -> tuple[Any, Any]:
        values = cls._column(dataset, dimension)[0]
        if values.dtype.kind not in "fiu":
            names = sorted(map(str, values))
            return (names[0], names[-1]) if names else (np.nan, np.nan)
        known = values[~np.isnan(values)] if values.dtype.kind == "f" else values
        return (known.min(), known.max()) if len(known) else (np.nan, np.nan)

    @classmethod
    def length(cls, dataset: Any) -> int:
        return len(dataset.data.x)

    @classmethod
    def nonzero(cls, dataset: Any) -> bool:
        return len(dataset.data.x) > 0

    @classmethod
    def shape(cls, dataset: Any) -> tuple[int, int]:
        return len(dataset.data.x), len(dataset.dimensions())

    @classmethod
    def geom_type(cls, dataset: Any) -> str:  # noqa: ARG003 (asked with the element)
        return "Line"

    @classmethod
    def values(
        cls,
        dataset: Any,
        dimension: Any,
        expanded: bool = True,
        flat: bool = True,  # noqa: ARG003 (HoloViews gives all five)
        compute: bool = True,  # noqa: ARG003
        keep_index: bool = False,  # noqa: ARG003
    ) -> NDArray[Any]:
        """Return one value a point (expanded) or, of positions, one array a line."""
        values, of_points = cls._column(dataset, dimension)
        offsets = dataset.data.offsets
        if expanded:
            return values if of_points else np.repeat(values, np.diff(offsets))
        if not of_points:
            return values
        parts = np.empty(len(offsets) - 1, dtype=object)
        for place, (begin, end) in enumerate(pairwise(offsets)):
            parts[place] = values[begin:end]
        return parts

    @classmethod
    def dframe(cls, dataset: Any, dimensions: Any) -> pd.DataFrame:
        wanted = dimensions or dataset.dimensions()
        names = [dataset.get_dimension(d).name for d in wanted]
        return pd.DataFrame({name: cls.values(dataset, name) for name in names})

    @classmethod
    def split(cls, dataset: Any, start: int, end: int, datatype: Any, **_: Any) -> list[Any]:
        """Return each line as a data frame or a dictionary of columns."""
        frame = cls.dframe(dataset, None)
        offsets = dataset.data.offsets
        parts = [frame.iloc[a:b] for a, b in pairwise(offsets)]
        parts = parts[start:end]
        if datatype == "dataframe":
            return parts
        if datatype == "array":
            return [part.to_numpy() for part in parts]
        return [{name: part[name].to_numpy() for name in part} for part in parts]


Interface.register(LinesInterface)


def lines_element(lines: Lines, kdims: list[Any], vdims: list[Any], **params: Any) -> Any:
    """Return the lines as an `hv.Contours`; the first value dimension gives the colour."""
    return hv.Contours(lines, kdims, vdims, datatype=[DATATYPE], **params)
