"""Measured and fitted voltage of the curves whose degradation modes are known."""

from typing import Any

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL,
    CYCLE,
    FITTED_VOLTAGE,
    NEGATIVE_EMPTY,
    NEGATIVE_FULL,
    OHMIC_DROP,
    POSITIVE_EMPTY,
    POSITIVE_FULL,
    VOLTAGE,
    VOLTAGE_RESIDUAL,
)
from bdg_explore.errors import FrameError
from bdg_explore.rights import carry

from ..curves.branches import Direction, branches_of
from ..curves.slow_curves import slow_curves
from ..electrodes.fitting import Curve, modelled
from ..electrodes.potentials import HalfCellPair, potentials_of
from ..electrodes.shares import shares_of
from ..records.arrays import Floats


def fitted_voltages(
    frame: pd.DataFrame,
    modes: pd.DataFrame,
    *,
    half_cells: HalfCellPair,
    direction: Direction | None = None,
    points: int = 500,
    hold_volt: float | None = 0.005,
    skip_share: float = 0.0,
    rest_current_ampere: float | None = None,
) -> pd.DataFrame:
    """Return measured and fitted voltage of the curves of which the degradation modes are known.

    Parameters
    ----------
    frame : DataFrame
        What `degradation_modes` was given.
    modes : DataFrame
        What it returned, or some of its rows.
    half_cells, direction, points, hold_volt, skip_share, rest_current_ampere
        As it was given them.

    Returns
    -------
    DataFrame
        A table of curves, a row a point, from full to empty: `cell` (if given), `cycle_count`,
        capacity of the half cycle up to there [Ah], `voltage_volt` [V], `fitted_voltage_volt` [V]
        and `voltage_residual_millivolt` [mV], measured less fitted.

    Raises
    ------
    FrameError
        `modes` is not what `degradation_modes` returns.
    MissingDataError
        The frame lacks a cycle of it.
    """
    needed = (CYCLE, NEGATIVE_EMPTY, NEGATIVE_FULL, POSITIVE_EMPTY, POSITIVE_FULL, OHMIC_DROP)
    lacking = [name for name in needed if name not in modes.columns]
    if lacking:
        raise FrameError(f"modes lacks {', '.join(lacking)}: give what degradation_modes returned.")
    negative, positive = potentials_of(half_cells)
    branches = branches_of(
        frame,
        direction=direction,
        cycles=np.unique(modes[CYCLE].to_numpy()).tolist(),
        rest_current_ampere=rest_current_ampere,
        hold_volt=hold_volt,
        skip_share=skip_share,
    )
    sign = -1.0 if branches.direction == "discharge" else 1.0
    labels = pd.DataFrame(branches.labels(1))
    parts = []
    known = _known(modes, with_cell=CELL in labels.columns)
    for k, slow in enumerate(slow_curves(branches, points)):
        key = (labels[CELL].iloc[k] if CELL in labels.columns else None, int(branches.cycle[k]))
        if slow.reason or key not in known:
            continue
        shares = known[key]
        curve = Curve(slow.passed, slow.voltage, negative, positive, sign)
        volts = modelled(curve, shares[None])[0]
        since = slow.passed if branches.direction == "discharge" else 1 - slow.passed
        columns = {name: [values] * len(volts) for name, values in labels.iloc[k].items()}
        part = pd.DataFrame(columns).astype({n: labels[n].dtype for n in labels.columns})
        part[branches.capacity_name] = since * slow.charge
        part[VOLTAGE], part[FITTED_VOLTAGE] = slow.voltage, volts
        part[VOLTAGE_RESIDUAL] = 1e3 * (slow.voltage - volts)
        parts.append(part)
    if not parts:
        names = [branches.capacity_name, VOLTAGE, FITTED_VOLTAGE, VOLTAGE_RESIDUAL]
        nothing = pd.DataFrame({n: pd.Series(dtype=np.float64) for n in names})
        parts = [pd.concat([labels.iloc[:0], nothing], axis="columns")]
    table = pd.concat(parts, ignore_index=True)
    table.attrs = {}
    return carry(frame, table)


def _known(modes: pd.DataFrame, *, with_cell: bool) -> dict[tuple[Any, int], Floats]:
    """Return the shares of every row that has a fit, by cell and cycle."""
    ends = [
        modes[name].to_numpy(dtype=np.float64)
        for name in (NEGATIVE_EMPTY, NEGATIVE_FULL, POSITIVE_EMPTY, POSITIVE_FULL)
    ]
    drop = np.nan_to_num(modes[OHMIC_DROP].to_numpy(dtype=np.float64))
    shares = shares_of(ends[0], ends[1], ends[2], ends[3], drop)
    cells = modes[CELL].tolist() if with_cell and CELL in modes.columns else [None] * len(modes)
    return {
        (cell, int(cycle)): row
        for cell, cycle, row in zip(cells, modes[CYCLE].to_numpy(), shares, strict=True)
        if np.isfinite(row).all()
    }
