"""Is the current signed as it must be? Two votes that look at nothing but the measurements."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_VOLTAGE,
)

from ._rule import Bools, Column, Floats, Ints, plural
from .settings import Settings

Verdict = Literal["right", "wrong", "undecided"]
MOST_WINDOWS: Final = 25
LEAST_RECORDS: Final = 5
LEAST_CORRELATION: Final = 0.5
BALANCED: Final = 0.5  # smaller over larger half cycle: below it, the means compare unlike spans


@dataclass(frozen=True)
class SignVotes:
    """What the two votes say about the sign of the current.

    Attributes
    ----------
    steady : {"right", "wrong", "undecided"}
        Where a current flows steadily, the voltage must move in its direction.
    means : {"right", "wrong", "undecided"}
        In a cycle with both directions, the mean voltage must be higher while charging.
    windows, windows_wrong : int
        Steady windows that were judged, and those that say *wrong*.
    cycles, cycles_wrong : int
        Cycles that were judged, and those that say *wrong*.
    reason : str
        Why nothing could be decided, where that is so.
    unsigned : bool
        Whether the current never changes its sign although the voltage moves both ways under it.
    """

    steady: Verdict = "undecided"
    means: Verdict = "undecided"
    windows: int = 0
    windows_wrong: int = 0
    cycles: int = 0
    cycles_wrong: int = 0
    reason: str = ""
    unsigned: bool = False

    @property
    def verdict(self) -> Verdict:
        """Wrong only if both votes say so; right if one says so and the other does not object."""
        if self.reason:
            return "undecided"
        if self.steady == self.means == "wrong":
            return "wrong"
        return "right" if "wrong" not in (self.steady, self.means) and self.decided else "undecided"

    @property
    def decided(self) -> bool:
        """Whether any vote was cast."""
        return (self.steady, self.means) != ("undecided", "undecided")

    def __str__(self) -> str:
        """Say how the votes went."""
        ways = (
            f"voltage moves against the current in {self.windows_wrong} of "
            f"{plural(self.windows, 'steady window')}",
            f"mean voltage is lower while charging in {self.cycles_wrong} of "
            f"{plural(self.cycles, 'cycle')} with both directions",
        )
        text = "; ".join(ways)
        return f"{text}. {self.reason}".strip() if self.reason else text


def vote(
    time: Floats,
    voltage: Column,
    current: Column,
    *,
    flowing: Bools,
    cycles: pd.DataFrame,
    rest_ampere: float,
    settings: Settings,
) -> SignVotes:
    """Let both votes be cast.

    Parameters
    ----------
    time, voltage, current : ndarray
        Test time that never falls [s], voltage [V], current [A].
    flowing : ndarray of bool
        In which records a current flows.
    cycles : DataFrame
        Cycles by integration of that current: capacities [Ah], mean voltages [V].
    rest_ampere : float
        Up to this magnitude a current counts as rest [A].
    settings : Settings
        Thresholds.

    Returns
    -------
    SignVotes
        How they went.

    Notes
    -----
    *Steady*: of the spans in which the current is constant, the steadiest windows of 360 s in
    which the voltage moves by more than 1 mV and with time; battdat looks at the steadiest one.
    *Means*: voltages weighted by charge; only cycles whose smaller half is at least half of the
    larger. A voltage that stays
    below 2 V may be that of one electrode, which falls while the cell is charged, and one that
    lies on both sides of zero that of a symmetric cell: if the votes object there, nothing is
    decided.
    """
    windows, wrong, ways = _steady_windows(time, voltage, current, flowing, settings)
    judged, cycles_wrong = _means(cycles)
    majority = settings.sign_majority
    low, high = _limits(voltage)
    steady, means = _verdict(windows, wrong, majority), _verdict(judged, cycles_wrong, majority)
    reason = ""
    if "wrong" in (steady, means):
        if low < 0 < high and min(-low, high) > 0.1 * max(-low, high):
            reason = "The voltage lies on both sides of zero: a symmetric cell has no sign."
        elif high < settings.electrode_volt:
            reason = (
                f"The voltage stays below {settings.electrode_volt:g} V: it may be that of one "
                "electrode, which falls while the cell is charged."
            )
    one_way = not reason and _one_way(current, rest_ampere)
    unsigned = one_way and min(wrong, windows - wrong) >= 0.2 * windows and wrong > 0 and ways
    return SignVotes(steady, means, windows, wrong, judged, cycles_wrong, reason, bool(unsigned))


def _verdict(count: int, wrong: int, majority: float) -> Verdict:
    if not count:
        return "undecided"
    if wrong >= majority * count:
        return "wrong"
    return "right" if wrong <= (1 - majority) * count else "undecided"


def _limits(voltage: Column) -> tuple[float, float]:
    there = np.isfinite(voltage)
    if not there.any():
        return 0.0, 0.0
    low, high = float(np.nanmin(voltage)), float(np.nanmax(voltage))
    if low < 0 < high or high >= 2.0:  # perhaps by a spike alone
        low, high = (float(v) for v in np.percentile(voltage[there], (1, 99)))
    return low, high


def _one_way(current: Column, rest: float) -> bool:
    low, high = np.nanmin(current, initial=0.0), np.nanmax(current, initial=0.0)
    return bool((low >= -rest) != (high <= rest))


def spans_of_steady_current(
    current: Column, flowing: Bools, share: float, step: Column | None = None
) -> tuple[Ints, Ints]:
    """Return where the spans of constant current begin, and where they end (exclusive).

    Parameters
    ----------
    current : ndarray
        Current [A].
    flowing : ndarray of bool
        Which records belong to a span at all.
    share : float
        Relative change from record to record up to which a current is constant.
    step : ndarray, optional
        A number that changes with the tester's steps; spans end there.
    """
    if not len(current):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    largest = np.maximum(np.abs(current[1:]), np.abs(current[:-1]))
    joined = np.abs(current[1:] - current[:-1]) <= share * largest
    joined &= flowing[1:] & flowing[:-1]
    if step is not None:
        joined &= step[1:] == step[:-1]
    breaks = np.flatnonzero(~joined) + 1
    begins = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [len(current)]))
    return begins, ends


def _steady_windows(
    time: Floats, voltage: Column, current: Column, flowing: Bools, settings: Settings
) -> tuple[int, int, bool]:
    """Return how many windows say something, how many say wrong, if voltage went both ways."""
    begins, ends = spans_of_steady_current(current, flowing, settings.steady_share)
    length = settings.sign_window_second
    long = (ends - begins >= LEAST_RECORDS) & (time[ends - 1] - time[begins] >= length)
    begins, ends = begins[long], ends[long]
    if len(begins) > 3 * MOST_WINDOWS:  # enough, from all over the test
        chosen = np.linspace(0, len(begins) - 1, 3 * MOST_WINDOWS).astype(np.int64)
        begins, ends = begins[chosen], ends[chosen]
    seen: list[tuple[float, float, float]] = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        middle = 0.5 * (time[begin] + time[end - 1] - length)
        a = begin + int(np.searchsorted(time[begin:end], middle))
        b = begin + int(np.searchsorted(time[begin:end], middle + length, side="right"))
        a, b = (a, b) if b - a >= LEAST_RECORDS else (begin, end)
        t, v, i = time[a:b], np.asarray(voltage[a:b], np.float64), current[a:b]
        there = np.isfinite(v)
        t, v, i = t[there] - t[0], v[there], i[there]
        if len(v) < LEAST_RECORDS or np.std(v) <= settings.sign_least_volt or np.ptp(t) == 0:
            continue
        with_time = float(np.corrcoef(t, v)[0, 1])
        if abs(with_time) >= LEAST_CORRELATION:
            mean = float(np.mean(i))
            seen.append((float(np.std(i)) / abs(mean), with_time, mean))
    seen.sort(key=lambda one: one[0])
    seen = seen[:MOST_WINDOWS]
    wrong = sum(moves * mean < 0 for _, moves, mean in seen)
    return len(seen), wrong, len({moves > 0 for _, moves, _ in seen}) > 1


def _means(cycles: pd.DataFrame) -> tuple[int, int]:
    """Return how many cycles can be judged by their mean voltages, and how many say wrong."""

    def of(name: str) -> Floats:
        return cycles[name].to_numpy(dtype=np.float64, na_value=np.nan)

    charge, discharge = of(CYCLE_CHARGING_CAPACITY), of(CYCLE_DISCHARGING_CAPACITY)
    volts_in, volts_out = of(MEAN_CHARGING_VOLTAGE), of(MEAN_DISCHARGING_VOLTAGE)
    with np.errstate(invalid="ignore"):
        balanced = np.minimum(charge, discharge) >= BALANCED * np.maximum(charge, discharge)
        judged = balanced & np.isfinite(volts_in - volts_out) & (volts_in != volts_out)
        return int(judged.sum()), int((judged & (volts_in < volts_out)).sum())
