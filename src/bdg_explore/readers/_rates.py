"""Cycles kept one by one: laid on one time, and the unit of their current told by its integral."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ._hdf5 import Ragged

_SAME: Final = 0.03  # how far two ratios of capacity and integral may lie apart to be one
_RATES: Final = (0.2, 20.0)  # capacities a rate may refer to [Ah]

Floats = np.ndarray[Any, np.dtype[np.float64]]


def laid(time: Ragged) -> Floats:
    """Lay the cycles one after the other [min], unless time runs on by itself."""
    values: Floats = np.asarray(time.values, dtype=np.float64)
    ends = np.cumsum(time.lengths)
    begins = ends - time.lengths
    offset, end = np.zeros(len(ends)), -np.inf
    for i, (begin, stop) in enumerate(zip(begins, ends, strict=True)):
        if stop > begin:
            shift = max(end - float(values[begin]), 0.0) if np.isfinite(end) else 0.0
            offset[i] = shift
            end = float(values[stop - 1]) + shift
    return values + np.repeat(offset, time.lengths)


def ratios_of(series: Mapping[str, Ragged]) -> list[float]:
    """Compare the discharge of each cycle as counted with the integral of the current."""
    found = []
    at = 0
    for length in series["t"].lengths:
        part = slice(at, at + int(length))
        at += int(length)
        time, current = series["t"].values[part], series["I"].values[part]
        if length > 2 and np.isfinite(time).all() and np.isfinite(current).all():
            passed = float(np.trapezoid(np.clip(-current, 0, None), time)) / 60
            counted = float(np.nanmax(series["Qd"].values[part], initial=0.0))
            if passed > 0.01 and counted > 0.01:
                found.append(counted / passed)
    return found


def ampere(ratios: Sequence[float], notes: list[str]) -> float:
    """Return what one unit of the current is [A], and say how that is known."""
    if not ratios:
        notes.append("I: unit not stated, and no discharge to tell it by; taken as A")
        return 1.0
    ratio = float(np.median(ratios))
    spread = float(np.median(np.abs(np.asarray(ratios) / ratio - 1)))
    if abs(ratio - 1) < _SAME:
        notes.append(f"I: in A; its integral is Qd within {abs(ratio - 1):.1%}")
        return 1.0
    if spread < _SAME and _RATES[0] < ratio < _RATES[1]:
        capacity = round(ratio, 1) if abs(ratio / round(ratio, 1) - 1) < _SAME else ratio
        notes.append(
            f"I: a rate; Qd is {ratio:.3f} times its integral, so it is multiplied by "
            f"{capacity:g} Ah to give A"
        )
        return capacity
    notes.append(
        f"I: unit not stated; Qd is {ratio:.3f} times its integral, not always alike; taken as A"
    )
    return 1.0
