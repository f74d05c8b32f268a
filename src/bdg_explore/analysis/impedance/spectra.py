"""Tables of impedance, taken apart: each spectrum on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE
from bdg_explore.errors import FrameError, did_you_mean
from bdg_explore.frames import IMPEDANCE, SPECTRUM_KEYS, check_frame

from ..records.arrays import Floats

Complexes = NDArray[np.complex128]

TURNED = (
    "most imaginary parts are positive, as of an inductor; turn their sign if the file writes "
    "minus the imaginary part"
)
MIXED = (
    "doubtful: most frequencies stand there more than once, with different impedances; if these "
    "are several spectra, name the columns that tell them apart with by=..."
)
APART: Final = 0.02  # of the modulus, by which impedances of one frequency differ that are several
SPARSE = "with fewer than four frequencies a decade sound spectra are refused too"
LEAST_A_DECADE: Final = 4


@dataclass(frozen=True)
class Spectrum:
    """One spectrum, frequencies from high to low, without records that hold no impedance.

    Attributes
    ----------
    frequency : ndarray
        Frequency [Hz], above 0.
    impedance : ndarray
        Complex impedance [ohm]; a capacitor's imaginary part is negative.
    """

    frequency: Floats
    impedance: Complexes

    @property
    def different(self) -> int:
        """How many different frequencies there are."""
        return len(np.unique(self.frequency))

    @property
    def turned(self) -> bool:
        """Whether most imaginary parts are positive."""
        return bool(np.mean(self.impedance.imag > 0) > 0.5) if len(self.impedance) else False

    @property
    def mixed(self) -> bool:
        """Whether most frequencies stand there more than once, with different impedances."""
        _, place, counts = np.unique(self.frequency, return_inverse=True, return_counts=True)
        if not np.mean(counts > 1) > 0.5:
            return False
        sums = [np.bincount(place, part) for part in (self.impedance.real, self.impedance.imag)]
        mean = (sums[0] + 1j * sums[1]) / counts
        apart = np.abs(self.impedance - mean[place]) * self.weights
        return bool(np.median(apart[counts[place] > 1]) > APART)

    @property
    def sparse(self) -> bool:
        """Whether there are fewer than four frequencies a decade."""
        decades = float(np.log10(np.max(self.frequency) / np.min(self.frequency)))
        return self.different - 1 < LEAST_A_DECADE * decades

    @property
    def suspicion(self) -> str:
        """What may be wrong with the table; empty where nothing shows."""
        told = (self.turned, TURNED), (self.mixed, MIXED), (self.sparse, SPARSE)
        return next((words for suspected, words in told if suspected), "")

    @property
    def circular(self) -> Floats:
        """Circular frequency [1/s]."""
        return np.asarray(2.0 * np.pi * self.frequency)

    @property
    def weights(self) -> Floats:
        """One over the modulus [1/ohm]."""
        return np.asarray(1.0 / np.abs(self.impedance))


NOTHING: Final = Spectrum(np.zeros(0), np.zeros(0, dtype=np.complex128))


def spectra_of(
    spectra: pd.DataFrame, by: Sequence[str] | None = None
) -> tuple[pd.DataFrame, list[Spectrum]]:
    """Return what names each spectrum, a row each, and the spectra in the same order.

    Parameters
    ----------
    spectra : DataFrame
        A table of impedance.
    by : sequence of str, optional
        Columns that tell spectra apart; `cell`, `cycle_count` and `step_count`, as far as the
        table has them, if not given.

    Raises
    ------
    FrameError
        A column is missing or holds no numbers, or a frequency is negative or missing.
    """
    check_frame(spectra, IMPEDANCE)
    keys = _keys(spectra, by)
    frequency, real, imaginary = (
        spectra[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in (FREQUENCY, REAL_IMPEDANCE, IMAGINARY_IMPEDANCE)
    )
    negative = np.flatnonzero(frequency < 0)
    if len(negative):
        raise FrameError(
            f"{FREQUENCY} is negative at row {negative[0]} ({frequency[negative[0]]:g} Hz, "
            f"{len(negative)} in all). Leave those records out, or look at the column's unit."
        )
    impedance = real + 1j * imaginary
    usable = (frequency > 0) & np.isfinite(impedance) & (impedance != 0)
    named = spectra[keys]
    if keys:
        codes = named.groupby(keys, sort=False, observed=True, dropna=False).ngroup().to_numpy()
    else:
        codes = np.zeros(len(spectra), dtype=np.int64)
    _, firsts = np.unique(codes, return_index=True)
    order = np.lexsort((imaginary, real, -frequency, codes))  # rows of equal frequency: any order
    order = order[usable[order]]
    edges = np.searchsorted(codes[order], np.arange(len(firsts) + 1))
    parts = [order[a:b] for a, b in pairwise(edges)]
    return named.iloc[firsts].reset_index(drop=True), [
        Spectrum(frequency[rows], impedance[rows]) for rows in parts
    ]


def long_table(
    keys: pd.DataFrame, names: Sequence[str], parts: Sequence[Sequence[NDArray[Any]]]
) -> pd.DataFrame:
    """Return one table of parts of several rows each, every row with what names its spectrum."""
    counts = [len(part[0]) for part in parts]
    table = keys.iloc[np.repeat(np.arange(len(keys)), counts)].reset_index(drop=True)
    for place, name in enumerate(names):
        table[name] = np.concatenate([np.zeros(0), *(part[place] for part in parts)])
    return table


def _keys(spectra: pd.DataFrame, by: Sequence[str] | None) -> list[str]:
    if by is None:
        return [name for name in SPECTRUM_KEYS if name in spectra.columns]
    keys = [by] if isinstance(by, str) else list(by)
    for name in keys:
        if name not in spectra.columns:
            raise FrameError(
                f"The spectra have no column {name!r} to be told apart by."
                f"{did_you_mean(str(name), map(str, spectra.columns))}"
            )
    return keys
