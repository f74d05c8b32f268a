"""Spectra whose numbers are known."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE

FREQUENCIES = np.logspace(4, -2, 61)


def spectrum(
    impedance: NDArray[Any],
    frequency: NDArray[Any] = FREQUENCIES,
    *,
    noise: float = 0.0,
    seed: int = 0,
    **names: Any,
) -> pd.DataFrame:
    """One spectrum as a table; `noise` is a fraction of the modulus, in either part."""
    rng = np.random.default_rng(seed)
    parts = noise * rng.standard_normal((2, len(frequency)))
    z = impedance + np.abs(impedance) * (parts[0] + 1j * parts[1])
    return pd.DataFrame(
        {**names, FREQUENCY: frequency, REAL_IMPEDANCE: z.real, IMAGINARY_IMPEDANCE: z.imag}
    )


def two_arcs(frequency: NDArray[Any] = FREQUENCIES) -> NDArray[Any]:
    """10 mΩ, then 20 mΩ with 1 ms, then 30 mΩ with 0.1 s."""
    s = 2j * np.pi * frequency
    return 0.01 + 0.02 / (1 + s * 1e-3) + 0.03 / (1 + s * 0.1)


def randles(
    frequency: NDArray[Any] = FREQUENCIES,
    *,
    ohmic: float = 0.015,
    transfer: float = 0.025,
    coefficient: float = 1.2,
    exponent: float = 0.85,
    warburg: float = 0.004,
) -> NDArray[Any]:
    """Charge transfer and diffusion beside a constant phase element, after a resistance."""
    s = 2j * np.pi * frequency
    diffusion = warburg * (1 - 1j) / np.sqrt(2 * np.pi * frequency)
    return ohmic + 1 / (1 / (transfer + diffusion) + coefficient * s**exponent)


def drifting(growth: float, frequency: NDArray[Any] = FREQUENCIES) -> NDArray[Any]:
    """A cell whose resistance grows by a fraction while three periods of each are measured."""
    done = np.cumsum(3 / frequency)
    grown = 1 + growth * done / done[-1]
    s = 2j * np.pi * frequency
    return 0.01 + grown * (0.02 / (1 + s * 0.02) + 0.01 / np.sqrt(s))
