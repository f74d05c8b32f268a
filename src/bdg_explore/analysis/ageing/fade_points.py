"""The points of one fade: in order, one a cycle, without stray ones, smoothed where asked."""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_WINDOW: Final = 11  # cycles among which a stray one is told from its neighbours
_FEW: Final = 100  # cycles below which they are check-ups far apart: fewer are neighbours
_WINDOW_OF_FEW: Final = 5
_NOISE: Final = 6  # robust standard deviations that are still noise
_TO_SIGMA: Final = 1.4826  # median absolute deviation of a normal distribution to its sigma


def ordered(numbers: Floats, amounts: Floats) -> tuple[Floats, Floats]:
    """Return cycles in order, the mean where a number occurs more than once."""
    order = np.lexsort((amounts, numbers))  # amounts too: the order of rows must not matter
    x, first, count = np.unique(numbers[order], return_index=True, return_counts=True)
    return x, np.add.reduceat(amounts[order], first) / count if len(x) else amounts


def stray(amounts: Floats, share: float) -> NDArray[np.bool_]:
    """Say which capacities are no measurement of the fade: unfinished, doubled, failed.

    Parameters
    ----------
    amounts : ndarray
        Capacities in the order of cycles.
    share : float
        How far from the median of its neighbours a stray one lies, as a share of the fade (the span
        of its middle four fifths).

    Returns
    -------
    ndarray of bool
        True for a stray one. Noise is none, however loud: taking away its larger half would bend
        the fade. Of a fade that only falls none is: a running median leaves that as it is.
    """
    few = len(amounts) < _FEW
    window = _WINDOW_OF_FEW if few else _WINDOW
    if len(amounts) < window:
        return np.zeros(len(amounts), dtype=bool)
    off = np.abs(amounts - _running_median(amounts, window))
    if few:  # a fall at the very end of a few check-ups may be the knee itself
        off[: window // 2] = off[-(window // 2) :] = 0
    low, high = np.quantile(amounts, [0.1, 0.9])
    noise = _NOISE * _TO_SIGMA * float(np.median(off))
    return np.asarray(off > max(noise, share * float(high - low)))


def smoothed(amounts: Floats, cycles: int) -> Floats:
    """Return the running straight-line fit (Savitzky-Golay of order 1) over so many cycles."""
    longest = len(amounts) - (1 - len(amounts) % 2)
    cycles = min(cycles | 1, longest)  # odd: the middle of a window is a cycle
    if cycles < 3:
        return amounts
    half = cycles // 2
    sums = np.append(0.0, np.cumsum(amounts))
    inner = (sums[cycles:] - sums[:-cycles]) / cycles  # on an even grid the line's middle value
    steps = np.arange(-half, half + 1)
    ends = [
        part.mean() + steps * (steps @ part) / (steps @ steps)
        for part in (amounts[:cycles], amounts[-cycles:])
    ]
    return np.concatenate((ends[0][:half], inner, ends[1][half + 1 :]))


def _running_median(amounts: Floats, window: int) -> Floats:
    half = window // 2
    begin = _turned(amounts[:window])[-half:]
    end = _turned(amounts[::-1][:window])[-half:][::-1]
    padded = np.concatenate((begin, amounts, end))
    return np.asarray(np.median(sliding_window_view(padded, window), axis=1))


def _turned(first: Floats) -> Floats:
    """Go on before the first points as they begin: turned about a first value that is robust."""
    slope = float(np.median(np.diff(first)))
    start = float(np.median(first)) - slope * (len(first) - 1) / 2
    return (2 * start - first)[::-1][:-1]
