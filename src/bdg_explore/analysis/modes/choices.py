"""What may be chosen of a fit of degradation modes: checked, and put as the fit takes it."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CELL,
    LITHIUM_INVENTORY,
    NEGATIVE_CAPACITY,
    POSITIVE_CAPACITY,
)
from bdg_explore.errors import FrameError, ParameterError, did_you_mean

from ..curves.slow_curves import FEWEST
from ..electrodes.shares import LITHIUM, NEGATIVE, POSITIVE
from .of_one_cell import Stock

Reference = int | Mapping[str, float] | pd.DataFrame
STOCK: Final = {
    NEGATIVE: NEGATIVE_CAPACITY,
    LITHIUM: LITHIUM_INVENTORY,
    POSITIVE: POSITIVE_CAPACITY,
}
_FIXED: Final = {"lam_ne": NEGATIVE, "lli": LITHIUM, "lam_pe": POSITIVE}


def reference_of(reference: Reference | None, name: Any) -> "int | Stock | None":
    """Return the reference of one cell: a cycle number, capacities, or None for the first.

    Parameters
    ----------
    reference : int, mapping, DataFrame or None
        As in `degradation_modes`.
    name : object
        The cell; None where the frame names none.
    """
    if reference is None or isinstance(reference, int | np.integer):
        return None if reference is None else int(reference)
    if isinstance(reference, pd.DataFrame):
        rows = reference
        if name is not None and CELL in reference.columns:
            rows = reference[(reference[CELL] == name).to_numpy()]
        if not len(rows):
            raise ParameterError(
                f"The reference has no row of the cell {name}. Add one, or leave the cell out."
            )
        given: Mapping[Any, Any] = rows.iloc[0].to_dict()
    else:
        given = reference
    lacking = [column for column in STOCK.values() if column not in given]
    if lacking:
        raise FrameError(
            f"A reference of capacities needs {', '.join(STOCK.values())} [Ah]; it lacks "
            f"{', '.join(lacking)}."
        )
    held = np.array([float(given[STOCK[k]]) for k in sorted(STOCK)])
    if not (np.isfinite(held) & (held > 0)).all():
        raise ParameterError("The capacities of a reference must be above 0 Ah.")
    nothing = np.full((3, 2), np.nan)
    return Stock(held, nothing, nothing, name="given")


def fixed_sums(
    fixed: Mapping[str, float] | None,
    derivative_weight: float,
    confidence: float,
    tolerance_volt: float,
    points: int,
    reference: Any,
) -> dict[int, float]:
    """Return what is fixed of each capacity, or raise ParameterError where a choice is unsound."""
    wanted = (
        (derivative_weight >= 0, f"derivative_weight is 0 or more, not {derivative_weight!r}."),
        (
            0 < confidence < 1,
            f"confidence lies between 0 and 1, for instance 0.95: {confidence!r}.",
        ),
        (tolerance_volt > 0, f"tolerance_volt is a positive voltage, not {tolerance_volt!r}."),
        (
            isinstance(points, int | np.integer) and points >= FEWEST,
            f"points is a whole number, at least {FEWEST}, not {points!r}.",
        ),
        (
            isinstance(reference, int | np.integer | Mapping | pd.DataFrame | None)
            and not isinstance(reference, bool),
            "reference is a cycle number, capacities by column, or an earlier result, not "
            f"{reference!r}.",
        ),
    )
    for sound, message in wanted:
        if not sound:
            raise ParameterError(message)
    held = {}
    for name, value in (fixed or {}).items():
        if name not in _FIXED:
            raise ParameterError(
                f"fixed knows {', '.join(_FIXED)}, not {name!r}.{did_you_mean(name, _FIXED)}"
            )
        if not isinstance(value, int | float | np.number) or not -1 < value < 1:
            raise ParameterError(f"fixed[{name!r}] is a fraction of the reference, not {value!r}.")
        held[_FIXED[name]] = float(value)
    return held
