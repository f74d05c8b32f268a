"""Random numbers that repeat: one stream a cell and purpose, the same on every machine.

NumPy promises the raw stream of a bit generator for ever, but not what its distributions make of
it. So we take raw bits and add eight 16-bit uniforms (Irwin-Hall), which is normal enough for
sensor noise, never strays beyond 4.9 standard deviations and is exact integer arithmetic.
"""

import hashlib
from typing import Final

import numpy as np

from bdg_explore.analysis.electrodes.half_cells import Array

_UNIFORMS: Final = 8
_MEAN: Final = _UNIFORMS * 65535 / 2
_SCALE: Final = float(np.sqrt(_UNIFORMS * (65536.0**2 - 1) / 12))


# Clocks tick in eighths of a second, which sums keep exact.
TIME_BITS: Final = 3
# One tick [s]: between the last record of a step, or of a cycle, and the first of the next.
TICK: Final = 2.0**-TIME_BITS
# Spread of a measured voltage [V].
VOLT_NOISE: Final = 1.5e-4


def quantize(values: Array, bits: int) -> Array:
    """Round to multiples of `2**-bits`, which binary numbers hold exactly.

    Parameters
    ----------
    values : ndarray
        Anything.
    bits : int
        Binary places to keep.
    """
    scale = 2.0**bits
    return np.asarray(np.round(values * scale) / scale)


class Noise:
    """A stream of near-normal numbers, named by what it is for.

    Parameters
    ----------
    *names : str
        Anything that tells this stream from others, for instance a cell and a purpose.
    """

    def __init__(self, *names: str) -> None:
        digest = hashlib.sha256("/".join(names).encode()).digest()
        self._bits = np.random.PCG64(int.from_bytes(digest[:16], "big"))

    def normal(self, count: int) -> Array:
        """Draw numbers of mean 0 and standard deviation 1.

        Parameters
        ----------
        count : int
            How many.
        """
        raw = self._bits.random_raw(count * _UNIFORMS // 4)
        total = np.zeros(count, dtype=np.int64)
        for shift in (0, 16, 32, 48):
            part = (raw >> np.uint64(shift)) & np.uint64(0xFFFF)
            total += part.astype(np.int64).reshape(count, -1).sum(axis=1)
        return np.asarray((total - _MEAN) / _SCALE, dtype=np.float64)

    def drift(self, count: int, *, memory: float) -> Array:
        """Draw a slow wander of mean 0 and standard deviation 1 (first-order autoregression).

        Parameters
        ----------
        count : int
            How many.
        memory : float
            Correlation of neighbours, 0 to below 1 [1].
        """
        kicks = (self.normal(count) * np.sqrt(1 - memory**2)).tolist()
        value, path = 0.0, []
        for kick in kicks:
            value = memory * value + kick
            path.append(value)
        return np.asarray(path)
