"""How lives, knees and features are distributed among cells, those counted that still live."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    CELL_COUNT,
    CENSORED,
    CENSORED_COUNT,
    END_OF_LIFE,
    GROUP,
    KNEE,
    LAST_CYCLE,
    LOWER,
    MEDIAN,
    SHARE,
    UNKNOWN_COUNT,
    UPPER,
)
from bdg_explore.errors import FrameError, did_you_mean
from bdg_explore.rights import carry

from ..records.arrays import Floats
from .groups import By, groups_of, members_of

ENDED: Final = (END_OF_LIFE, KNEE)
"""Columns whose value a cell may not have reached yet."""
QUARTILES: Final = (0.25, 0.5, 0.75)


def distribution(
    table: pd.DataFrame,
    value: str,
    *,
    by: By = None,
    cells: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return how a value is distributed among cells, group by group.

    Parameters
    ----------
    table : DataFrame
        One row a cell: index or column `cell`; for instance of `end_of_life`, `find_knee` or
        `life_features`.
    value : str
        Its column.
    by, cells
        What makes a group, as in `group_bands`; a column of `table` will do too.

    Returns
    -------
    DataFrame
        One row a cell (index `cell`) in rising order within its group: `group`, the value,
        `censored`, and `share`, the share of the group's cells at or below the value.
        ``.attrs["unknown"]`` counts the cells of each group without a value.

    Raises
    ------
    FrameError
        If a column is missing, or a cell has more than one row.

    Notes
    -----
    An end of life or a knee that a cell has not reached is no value, but it is not nothing either:
    it lies somewhere beyond the last cycle. Where the table has a column `censored`, `share` is one
    minus Kaplan and Meier's estimate [1]_, which counts such a cell among those at risk up to its
    last cycle; its own row stands there. Without censored cells that is the empirical distribution.

    References
    ----------
    .. [1] Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958) 457, doi 10.2307/2281868.
    """
    if value not in table.columns:
        raise FrameError(
            f"The table has no column {value}.{did_you_mean(value, map(str, table.columns))}"
        )
    facts = table.set_index(CELL) if CELL in table.columns else table
    if facts.index.has_duplicates:
        twice = facts.index[facts.index.duplicated()][0]
        raise FrameError(
            f"The table has more than one row of cell {twice!r}, and a distribution counts each "
            "cell once. Choose one row a cell first, for instance with drop_duplicates."
        )
    at = facts[value].to_numpy(dtype=np.float64, na_value=np.nan)
    alive = np.zeros(len(facts), dtype=bool)
    if value in ENDED and CENSORED in facts.columns:
        alive = facts[CENSORED].to_numpy(dtype=bool)
        if LAST_CYCLE in facts.columns:
            at = np.where(alive, facts[LAST_CYCLE].to_numpy(dtype=np.float64), at)
    group_of = groups_of(list(facts.index), by, cells, facts.reset_index(names=CELL))
    place = {name: k for k, name in enumerate(facts.index)}
    parts, unknown = [], {}
    for group, names in members_of(group_of):
        rows = np.array([place[name] for name in names])
        known = rows[np.isfinite(at[rows])]
        unknown[str(group)] = len(rows) - len(known)
        order = known[np.lexsort((alive[known], at[known]))]  # of ties, who ended comes first
        parts.append(
            pd.DataFrame(
                {
                    GROUP: group,
                    value: at[order],
                    CENSORED: alive[order],
                    SHARE: _share(at[order], alive[order]),
                },
                index=facts.index[order],
            )
        )
    columns = [GROUP, value, CENSORED, SHARE]
    found = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    found.index.name = CELL
    found.attrs = {
        "by": by if isinstance(by, str) else "",
        "value": value,
        "unknown": unknown,
    }
    return carry(table, found)


def summarize_distribution(found: pd.DataFrame) -> pd.DataFrame:
    """Return the quartiles of each group of a distribution.

    Parameters
    ----------
    found : DataFrame
        What `distribution` returned.

    Returns
    -------
    DataFrame
        One row a group (index `group`): `cell_count`, `censored_count`, `unknown_count`, and
        `lower`, `median` and `upper`, the smallest value at or below which a quarter, half and
        three quarters of the cells lie; missing where so many cells have not got there.
    """
    value = found.attrs["value"]
    rows = {}
    for group, of_group in found.groupby(GROUP, sort=False, observed=True):
        ended = of_group[~of_group[CENSORED].to_numpy(dtype=bool)]
        share, at = ended[SHARE].to_numpy(), ended[value].to_numpy()
        reached = [at[share >= q - 1e-12] for q in QUARTILES]
        lower, median, upper = (float(r[0]) if len(r) else np.nan for r in reached)
        rows[group] = {
            CELL_COUNT: len(of_group),
            CENSORED_COUNT: len(of_group) - len(ended),
            UNKNOWN_COUNT: found.attrs["unknown"].get(str(group), 0),
            LOWER: lower,
            MEDIAN: median,
            UPPER: upper,
        }
    summary = pd.DataFrame.from_dict(rows, orient="index")
    summary.index.name = GROUP
    return summary


def _share(at: Floats, alive: NDArray[np.bool_]) -> Floats:
    """Return one minus Kaplan and Meier's estimate at each of some sorted values."""
    left = len(at) - np.arange(len(at))
    survived = np.cumprod(np.where(alive, 1.0, 1.0 - 1.0 / left))
    last = np.searchsorted(at, at, side="right") - 1
    ended_last = np.maximum.accumulate(np.where(alive, -1, np.arange(len(at))))[last]
    before = np.where(ended_last >= 0, survived[np.maximum(ended_last, 0)], 1.0)
    return np.asarray(1.0 - before)
