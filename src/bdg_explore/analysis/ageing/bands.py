"""Groups of cells along life: their median, and a band of quantiles around it."""

from typing import Any

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL_COUNT,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    GROUP,
    GROUP_COUNT,
    LOWER,
    MEDIAN,
    UPPER,
)
from bdg_explore.errors import FrameError, MissingDataError, ParameterError, did_you_mean
from bdg_explore.frames import not_unfinished
from bdg_explore.rights import carry

from ..records.arrays import Floats
from ..records.by_cell import check_capacities, rows_by_cell
from .fade_points import ordered
from .groups import By, groups_of, members_of


def group_bands(
    cycles: pd.DataFrame,
    *,
    by: By = None,
    cells: pd.DataFrame | None = None,
    value: str = CYCLE_DISCHARGING_CAPACITY,
    x: str = CYCLE,
    quantiles: tuple[float, float] = (0.1, 0.9),
    least: int = 3,
    least_share: float = 0.5,
    points: int = 200,
    complete_only: bool = True,
) -> pd.DataFrame:
    """Return the median and a band of quantiles of groups of cells along life.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle, with a column `cell`.
    by : str, mapping or Series, optional
        What makes a group: a column of `cells` or of `cycles`, or one value a cell; all cells
        together if not given.
    cells : DataFrame, optional
        What is known of the cells: index or column `cell`.
    value, x : str
        Columns of `cycles`: what the band is of, and along what.
    quantiles : tuple of float
        Lower and upper limit of the band, as shares of the cells that are left.
    least : int
        Where fewer cells of a group than this are left there is no band and no median ...
    least_share : float
        ... nor where less than this share of its cells is: the few that live longest tell nothing
        about the group.
    points : int
        Positions along `x` at most, the same for all groups.
    complete_only : bool
        Leave out cycles whose `complete` is False, where the frame has that column.

    Returns
    -------
    DataFrame
        One row a group and position: `group`, the column `x`, `median`, `lower` and `upper` (in
        the unit of `value`), `cell_count`, the cells left at that position, and `group_count`, all
        cells of the group. ``.attrs["left_out"]`` names the groups that nowhere have so many cells,
        and how many they have.

    Raises
    ------
    FrameError
        If a column is missing.
    ParameterError
        If the quantiles or `least` are out of range.
    MissingDataError
        If no group has so many cells anywhere.

    Notes
    -----
    Each cell is a straight line between its measured points and nothing beyond its first and its
    last: a cell that has ended is no longer among those of which the median is taken. Where
    `cell_count` is below `group_count` the median is that of the survivors, which flatters the
    group; pictures show that part differently.
    """
    check_capacities(cycles, value)
    if x not in cycles.columns:
        raise FrameError(f"The cycles have no column {x}.{did_you_mean(x, map(str, cycles))}")
    low, high = quantiles
    if not (0 <= low < high <= 1 and least >= 1 and 0 <= least_share <= 1 and points >= 2):
        raise ParameterError(
            "quantiles rise within 0 and 1, least is at least 1, least_share at most 1 and points "
            f"at least 2; not {quantiles!r}, {least!r}, {least_share!r} and {points!r}."
        )
    lines = _lines(cycles, x, value, complete_only)
    group_of = groups_of(list(lines), by, cells, cycles)
    grid = _grid(lines, points, whole=x == CYCLE)
    parts, left_out = [], {}
    for group, names in members_of(group_of):
        if len(names) < least:
            left_out[str(group)] = len(names)
            continue
        values = np.array([np.interp(grid, *lines[n], left=np.nan, right=np.nan) for n in names])
        count = np.isfinite(values).sum(axis=0)
        kept = count >= max(least, least_share * len(names))
        if not kept.any():  # their cycles lie apart
            left_out[str(group)] = len(names)
            continue
        band = np.nanquantile(values[:, kept], [low, 0.5, high], axis=0)
        parts.append(
            pd.DataFrame(
                {
                    GROUP: group,
                    x: grid[kept],
                    MEDIAN: band[1],
                    LOWER: band[0],
                    UPPER: band[2],
                    CELL_COUNT: count[kept],
                    GROUP_COUNT: len(names),
                }
            )
        )
    if not parts:
        raise MissingDataError(
            f"No group has {least} cells, and {least_share:g} of its cells, with {value} at one "
            f"{x}. Lower least= or least_share=, or group by something else."
        )
    table = pd.concat(parts, ignore_index=True)
    table.attrs = {
        "by": by if isinstance(by, str) else "",
        "value": value,
        "x": x,
        "quantiles": [low, high],
        "least": least,
        "left_out": left_out,
    }
    return carry(cycles, table)


def _lines(
    cycles: pd.DataFrame, x: str, value: str, complete_only: bool
) -> dict[Any, tuple[Floats, Floats]]:
    across = cycles[x].to_numpy(dtype=np.float64, na_value=np.nan)
    up = cycles[value].to_numpy(dtype=np.float64, na_value=np.nan)
    usable = np.isfinite(across) & np.isfinite(up)
    if complete_only:
        usable &= not_unfinished(cycles)
    kept = ((name, rows[usable[rows]]) for name, rows in rows_by_cell(cycles))
    return {name: ordered(across[rows], up[rows]) for name, rows in kept if len(rows)}


def _grid(lines: dict[Any, tuple[Floats, Floats]], points: int, *, whole: bool) -> Floats:
    if not lines:
        return np.zeros(0)
    low = min(line[0][0] for line in lines.values())
    high = max(line[0][-1] for line in lines.values())
    grid = np.linspace(low, high, points)
    return np.unique(np.round(grid)) if whole else grid
