"""One spectrum as a distribution of relaxation times, and the peaks of that."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..records.arrays import Floats
from .spectra import Complexes, Spectrum

LEAST_FREQUENCIES: Final = 6
MARGIN_DECADES: Final = 0.5  # beyond the frequencies measured, on either side
WEIGHTS: Final = np.logspace(-9, 0, 28)
LOOSER: Final = 1.1  # how much larger residuals may be than with next to no regularisation
ROUNDING: Final = 1e-12  # of the largest modulus; all polarisation below it is rounding
NOISELESS: Final = 1e-4  # of the modulus; residuals below it are no measure of noise


@dataclass(frozen=True)
class Distribution:
    """One spectrum taken apart.

    Attributes
    ----------
    times, density : ndarray
        Relaxation times [s], evenly in their logarithm, and resistance a unit of it [ohm].
    ohmic, inductance, elastance : float
        Of what stands in series [ohm, H, 1/F].
    weight : float
        Of the regularisation.
    residual : ndarray of complex
        Measured minus model over the modulus.
    """

    times: Floats
    density: Floats
    ohmic: float
    inductance: float
    elastance: float
    weight: float
    residual: Complexes

    @property
    def step(self) -> float:
        """Step of the natural logarithm of the relaxation time."""
        return float(np.log(self.times[1] / self.times[0]))


def take_apart(
    spectrum: Spectrum, weight: float | None, points_per_decade: int, capacitance: bool
) -> Distribution:
    """Take one spectrum apart.

    Parameters
    ----------
    spectrum : Spectrum
        At least six different frequencies.
    weight : float, optional
        Of the regularisation; chosen from the noise if not given.
    points_per_decade : int
        Relaxation times a decade.
    capacitance : bool
        Whether a capacitance stands in series too.
    """
    from scipy.optimize import nnls  # late: the other analyses do not need it

    circular, weights = spectrum.circular, spectrum.weights
    least, most = -np.log10(np.max(circular)), -np.log10(np.min(circular))
    # on the same grid whatever the spectrum: whole steps from 1 s, whatever frequencies are rounded
    count = int(np.ceil((most - least + 2 * MARGIN_DECADES) * points_per_decade - 1e-4)) + 1
    first = np.floor((least - MARGIN_DECADES) * points_per_decade + 1e-4)
    times = 10.0 ** ((first + np.arange(count + 1)) / points_per_decade)
    step = float(np.log(10.0) / points_per_decade)
    around: list[NDArray[Any]] = [np.ones(len(circular)) + 0j, 1j * circular]
    if capacitance:
        around.append(-1j / circular)
    kernel = step / (1.0 + 1j * np.outer(circular, times))
    columns = weights[:, None] * np.column_stack([*around, kernel])
    matrix = np.concatenate([columns.real, columns.imag])
    wanted = weights * spectrum.impedance
    target = np.concatenate([wanted.real, wanted.imag])
    real = spectrum.impedance.real
    largest = float(np.max(np.abs(spectrum.impedance)))
    # a resistance alone spans nothing, a capacitance alone has no real part
    span = max(float(np.ptp(real)), 1e-3 * float(np.max(np.abs(real)))) or largest
    rough = np.zeros((len(times) - 1, matrix.shape[1]))
    rough[:, len(around) :] = np.diff(np.eye(len(times)), axis=0)
    rough *= np.sqrt(len(target) / step) / span
    lengths = np.linalg.norm(matrix, axis=0)
    lengths[len(around) :] = np.mean(lengths[len(around) :])

    def solved(chosen: float) -> tuple[Floats, Floats]:
        whole = np.concatenate([matrix, np.sqrt(chosen) * rough]) / lengths
        both = np.concatenate([target, np.zeros(len(rough))])
        values = nnls(whole, both, maxiter=50 * whole.shape[1])[0] / lengths
        return values, target - matrix @ values

    if weight is None:
        weight = _weight(solved)
    values, off = solved(weight)
    if step * np.sum(values[len(around) :]) < ROUNDING * largest:
        values[len(around) :] = 0.0
    half = len(off) // 2
    return Distribution(
        times=times,
        density=values[len(around) :],
        ohmic=float(values[0]),
        inductance=float(values[1]),
        elastance=float(values[2]) if capacitance else 0.0,
        weight=weight,
        residual=off[:half] + 1j * off[half:],
    )


def _weight(solved: Callable[[float], tuple[Floats, Floats]]) -> float:
    """Return the largest weight whose residuals are hardly larger than the noise.

    The noise is what next to no regularisation leaves over; the fewer the frequencies, the more of
    it the relaxation times in use have taken up.
    """

    def sum_of_squares(off: Floats) -> float:
        return float(off @ off)

    values, off = solved(WEIGHTS[0])
    free = max(len(off) - int(np.count_nonzero(values)), 1)
    allowed = LOOSER**2 * max(sum_of_squares(off) / free, NOISELESS**2) * len(off)
    low, high = 0, len(WEIGHTS)  # residuals grow with the weight
    while high - low > 1:
        middle = (low + high) // 2
        fits = sum_of_squares(solved(WEIGHTS[middle])[1]) <= allowed
        low, high = (middle, high) if fits else (low, middle)
    return float(WEIGHTS[low])


def peaks_of(times: Floats, density: Floats, share: float) -> Floats:
    """Return time [s], height [ohm] and area [ohm] of each peak, a row each."""
    from scipy.signal import find_peaks  # late: the other analyses do not need it

    if len(times) < 3 or not np.max(density) > 0:
        return np.zeros((0, 3))
    at, _ = find_peaks(density, prominence=share * np.max(density))
    if not len(at):
        return np.zeros((0, 3))
    logarithms = np.log(times)
    step = float(np.mean(np.diff(logarithms)))
    edges = [0, *at.tolist(), len(density) - 1]
    valleys = [low + int(np.argmin(density[low : high + 1])) for low, high in pairwise(edges)]
    # a valley belongs to both of its neighbours by half, so that the areas add up to the whole
    areas = [
        step * (np.sum(density[a : b + 1]) - 0.5 * (density[a] + density[b]))
        for a, b in pairwise(valleys)
    ]
    before, top, after = density[at - 1], density[at], density[at + 1]
    bend = before - 2.0 * top + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1.0), 0.0)
    height = top - 0.25 * (before - after) * shift
    return np.column_stack([np.exp(logarithms[at] + shift * step), height, areas])
