"""Small made-up tests, whose sums one can work out by hand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bdg_explore.columns import CURRENT, CYCLE, TEST_TIME, VOLTAGE


def frame(
    time: Sequence[float],
    current: Sequence[float],
    *,
    voltage: float | Sequence[float] = 3.7,
    cycle: int | Sequence[int] = 1,
    **more: Sequence[float],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            TEST_TIME: np.asarray(time, dtype=float),
            VOLTAGE: np.broadcast_to(np.asarray(voltage, dtype=float), (len(time),)).copy(),
            CURRENT: np.asarray(current, dtype=float),
            CYCLE: np.broadcast_to(np.asarray(cycle, dtype=np.int64), (len(time),)).copy(),
            **more,
        }
    )


def cc_cycles(count: int = 3, *, fade: float = 0.0, first: int = 1, hour: float = 3600.0):
    """Each cycle: an hour in at 1 A and 4.0 V, an hour out at 1 A and 3.6 V, 10 s apart."""
    parts, begin = [], 0.0
    for k in range(count):
        steps = [(1.0, 4.0, hour * (1 - fade * k)), (-1.0, 3.6, hour * (1 - fade * k))]
        for current, voltage, length in steps:
            time = np.linspace(0.0, length, 361)
            parts.append(frame(begin + time, [current] * 361, voltage=voltage, cycle=first + k))
            begin += length
    return pd.concat(parts, ignore_index=True)


def one_by_one(records: pd.DataFrame) -> dict[str, float]:
    """Integrate one cycle interval by interval, the long way; [Ah, Wh]."""
    t, i, v = (records[c].to_numpy() for c in (TEST_TIME, CURRENT, VOLTAGE))
    sums = dict.fromkeys(("charge", "discharge", "charge_energy", "discharge_energy"), 0.0)
    for k in range(len(t) - 1):
        span = t[k + 1] - t[k]
        pieces = [(span, i[k], i[k + 1], i[k] * v[k], i[k + 1] * v[k + 1])]
        if i[k] * i[k + 1] < 0:
            before = span * abs(i[k]) / (abs(i[k]) + abs(i[k + 1]))
            pieces = [
                (before, i[k], 0.0, i[k] * v[k], 0.0),
                (span - before, 0.0, i[k + 1], 0.0, i[k + 1] * v[k + 1]),
            ]
        for length, a, b, pa, pb in pieces:
            way = "charge" if a + b > 0 else "discharge"
            sums[way] += abs(0.5 * (a + b) * length) / 3600
            sums[f"{way}_energy"] += np.sign(a + b) * 0.5 * (pa + pb) * length / 3600
    return sums
