"""Rules about curves: capacity that falls back along a discharge or a charge (Q11)."""

from typing import Final

import numpy as np

from bdg_explore.columns import CHARGING_CAPACITY, DISCHARGING_CAPACITY, VOLTAGE

from ._rule import Found, Outcome, Rule, Unjudged, listed, plural, share_left
from ._tables import CurveTable


def _reversals(table: CurveTable) -> Outcome:
    cycle = table.cycle
    voltage = np.asarray(table.clean(VOLTAGE), dtype=np.float64)
    total = len(table.numbers)
    bad: dict[int, float] = {}
    judged = False
    for name, way in ((DISCHARGING_CAPACITY, -1.0), (CHARGING_CAPACITY, 1.0)):
        if name not in table.columns:
            continue
        capacity = np.asarray(table.clean(name), dtype=np.float64)
        rows = np.flatnonzero(np.isfinite(capacity) & np.isfinite(voltage))
        # along the branch: a discharge goes down in voltage
        rows = rows[np.lexsort((way * voltage[rows], cycle[rows]))]
        back = -np.diff(capacity[rows])
        inside = np.diff(cycle[rows]) == 0
        judged |= bool(inside.any())
        for place in np.flatnonzero(inside & (back > table.settings.reversal_ah)).tolist():
            number = int(cycle[rows[place]])
            bad[number] = max(bad.get(number, 0.0), float(back[place]))
    if not judged:
        return Unjudged("no curve has two points")
    if not bad:
        return None
    worst = max(bad, key=lambda number: bad[number])
    numbers = np.asarray(sorted(bad), dtype=np.int64)
    return Found(
        numbers,
        f"Capacity falls back by more than {1e3 * table.settings.reversal_ah:g} mAh in "
        f"{plural(len(bad), 'curve')} of {total:,} (cycles {listed(numbers)}), most in cycle "
        f"{worst} by {1e3 * bad[worst]:.3g} mAh.",
        share_left(len(bad), total),
        "cycle",
    )


RULES: Final = (
    Rule(
        "Q11",
        "non-monotone Q(V)",
        "capacity falls back by more than 5 mAh between two points of a curve",
        "warn",
        "curve_order",
        1.0,
        "",
        {"curves": _reversals},
    ),
)
