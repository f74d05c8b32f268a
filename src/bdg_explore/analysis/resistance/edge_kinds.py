"""Edges of the current, cell by cell: from what to what they go, and at which charge."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    CELL,
    CURRENT,
    SOC_BASIS,
    STATE_OF_CHARGE,
    STEP_TIME,
    TEST_TIME,
)
from bdg_explore.errors import ParameterError
from bdg_explore.rights import carry

from ..cycles.resistance import least_change, rest_level
from ..records.arrays import Floats
from ..records.by_cell import records_by_cell
from ..records.current_edges import CurrentEdges, find_edges
from ..records.from_frames import Columns, rest_current
from ..records.per_cell import Reference, nominal_by_cell

REST, CHARGE, DISCHARGE = "rest", "charge", "discharge"


def of_every_cell(
    timeseries: pd.DataFrame,
    nominal: Reference | None,
    made: Callable[[Columns, float | None], pd.DataFrame],
) -> pd.DataFrame:
    """Return one table of what is made of the records of each cell and its nominal capacity [Ah].

    Parameters
    ----------
    timeseries : DataFrame
        Records of one cell or, with a column `cell`, of many.
    nominal : float, mapping or Series, optional
        Nominal capacity [Ah], one for all or one a cell.
    made : callable
        Makes the table of one cell.
    """
    names, parts = records_by_cell(timeseries)
    nominals = nominal_by_cell(names, nominal)
    tables = [made(columns, ah) for (columns, _), ah in zip(parts, nominals, strict=True)]
    table = pd.concat(tables, ignore_index=True)
    if names is not None:
        cells = np.repeat(np.arange(len(names)), [len(one) for one in tables])
        table.insert(0, CELL, pd.Index(names).take(cells) if names else pd.Index([], dtype="str"))
    return carry(timeseries, table)


def check_edge_choices(least_change_ampere: float | None, start: float | None) -> None:
    """Raise ParameterError where no edge could be that small, or no state of charge that."""
    if least_change_ampere is not None and not least_change_ampere > 0:
        raise ParameterError(f"least_change_ampere is positive [A], not {least_change_ampere!r}.")
    if start is not None and not 0 <= start <= 1:
        raise ParameterError(f"state_of_charge_start lies from 0 to 1, not {start!r}.")


def edges_of(
    columns: Columns, nominal: float | None, least_change_ampere: float | None
) -> tuple[CurrentEdges, NDArray[Any], NDArray[Any]]:
    """Return the edges of a cell, and from what and to what each of them goes.

    Parameters
    ----------
    columns : dict of ndarray
        Records of one cell.
    nominal : float, optional
        Nominal capacity [Ah].
    least_change_ampere : float, optional
        Smallest change of current that counts [A].
    """
    current = columns[CURRENT]
    largest = float(np.nanmax(np.abs(current))) if np.isfinite(current).any() else 0.0
    if least_change_ampere is None:
        least_change_ampere = least_change(nominal, largest)
    edges = find_edges(
        columns[TEST_TIME],
        current,
        least_change_ampere=least_change_ampere,
        step_time=columns.get(STEP_TIME),
    )
    rest = rest_level(rest_current(None, largest), least_change_ampere)
    return edges, _levels(edges.old, rest), _levels(edges.new, rest)


def _levels(current: Floats, rest: float) -> NDArray[Any]:
    return np.select([current > rest, current < -rest], [CHARGE, DISCHARGE], REST)


def state_of_charge(
    charge: Floats, at: Floats, nominal: float | None, start: float | None
) -> dict[str, Any]:
    """Return the state of charge at some charges, and its basis: nominal or range."""
    basis = "range"
    soc = np.full(len(at), np.nan)
    if nominal is not None and start is not None:
        basis, soc = "nominal", start + at / nominal
    elif len(charge) and np.ptp(charge) > 0:
        soc = (at - np.min(charge)) / np.ptp(charge)
    return {STATE_OF_CHARGE: soc, SOC_BASIS: pd.array([basis] * len(at), "str")}
