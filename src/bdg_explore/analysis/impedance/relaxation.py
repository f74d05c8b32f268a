"""Distributions of relaxation times: which processes a spectrum of impedance is made of."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    IMAGINARY_RESIDUAL_RMS,
    INDUCTANCE,
    OHMIC_RESISTANCE,
    PEAK,
    PEAK_COUNT,
    PEAK_DISTRIBUTION,
    PEAK_FREQUENCY,
    PEAK_RESISTANCE,
    PEAK_TIME,
    POLARISATION_RESISTANCE,
    REAL_RESIDUAL_RMS,
    REASON,
    RECORD_COUNT,
    REGULARISATION,
    RELAXATION_DISTRIBUTION,
    RELAXATION_TIME,
    SERIES_CAPACITANCE,
)
from bdg_explore.errors import FrameError, ParameterError
from bdg_explore.rights import carry

from .relaxation_inversion import LEAST_FREQUENCIES, Distribution, peaks_of, take_apart
from .spectra import MIXED, NOTHING, TURNED, Spectrum, long_table, spectra_of


def relaxation_times(
    spectra: pd.DataFrame,
    *,
    regularisation: float | None = None,
    points_per_decade: int = 10,
    capacitance: bool = True,
    prominence_share: float = 0.05,
    by: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Take spectra apart into relaxation times (DRT), one row a spectrum.

    Parameters
    ----------
    spectra : DataFrame
        A table of impedance, in any order: frequency [Hz], real and imaginary part [ohm], the
        latter negative for a capacitor. One or many spectra.
    regularisation : float, optional
        Weight of the smoothness against the residuals; chosen for each spectrum from its noise if
        not given. To compare along a life, give one for all.
    points_per_decade : int
        Relaxation times a decade.
    capacitance : bool
        Let a capacitance in series take the rise towards low frequencies.
    prominence_share : float
        How far a peak must rise above the higher of its valleys, as a fraction of the highest.
    by : sequence of str, optional
        Columns that tell spectra apart; `cell`, `cycle_count` and `step_count`, as far as the
        table has them, if not given. Name a state of charge or a temperature here.

    Returns
    -------
    DataFrame
        One row a spectrum: what names it; `record_count`; `ohmic_resistance_ohm` [ohm],
        `polarisation_resistance_ohm`, the area under the distribution [ohm], `inductance_henry`
        [H] and `series_capacitance_farad` [F], infinite where there is none; `regularisation`;
        `real_residual_rms` and `imaginary_residual_rms`, over the modulus;
        `relaxation_peak_count`; time [s] and resistance [ohm] of the peak with the most of it;
        `reason`, why there is nothing or what makes it doubtful, else empty.
        `relaxation_distribution` gives the curve, `relaxation_peaks` all of its peaks.

    Raises
    ------
    FrameError
        If a column is missing, or a frequency is missing or negative.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    ``Z = R + iwL + 1/(iwC) + sum over k of g_k d(ln t) / (1 + iw t_k)``, all of it at or above
    zero, by least squares of both parts over the modulus with Tikhonov's penalty on the first
    derivative of g by ln t [1]_, [2]_. The relaxation times reach half a decade beyond the
    frequencies measured; what lies there is extrapolated, and diffusion without end has no
    polarisation resistance.

    The weight is the largest that leaves residuals at most a tenth above the noise: what is finer
    than that the spectrum does not tell. The noise is what next to no regularisation leaves over,
    per value measured that no relaxation time in use has taken up. A weight too small breaks one
    broad process into several peaks, one too large melts neighbours into one; look at both.

    A loop at low frequencies, inductive and with a resistance that falls, has no such distribution:
    it shows in the residuals.

    References
    ----------
    .. [1] Schichlein et al., J. Appl. Electrochem. 32 (2002) 875, doi 10.1023/A:1020599525160.
    .. [2] Wan, Saccoccio, Chen and Ciucci, Electrochimica Acta 184 (2015) 483,
       doi 10.1016/j.electacta.2015.09.097.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from bdg_explore import analysis
    >>> f = np.logspace(4, -1, 41)
    >>> z = 0.01 + 0.02 / (1 + 2j * np.pi * f * 0.01)
    >>> spectrum = pd.DataFrame(
    ...     {"frequency_hertz": f, "real_impedance_ohm": z.real, "imaginary_impedance_ohm": z.imag}
    ... )
    >>> found = analysis.relaxation_times(spectrum).iloc[0]
    >>> float(round(found["polarisation_resistance_ohm"], 3))
    0.02
    >>> float(round(found["peak_relaxation_time_second"], 3))
    0.01
    """
    _check_share(prominence_share)
    keys, parts = spectra_of(spectra, by)
    found = _distributions(parts, regularisation, points_per_decade, capacitance)
    rows = [_row(p, d, prominence_share) for p, d in zip(parts, found, strict=True)]
    columns = list(_row(NOTHING, None, prominence_share))
    kinds = dict.fromkeys(columns, "float64")
    kinds |= {RECORD_COUNT: "int64", PEAK_COUNT: "int64", REASON: "str"}
    table = pd.DataFrame(rows, columns=columns).astype(kinds)
    return carry(spectra, pd.concat([keys, table], axis="columns"))


def relaxation_distribution(
    spectra: pd.DataFrame,
    *,
    regularisation: float | None = None,
    points_per_decade: int = 10,
    capacitance: bool = True,
    by: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the distribution of relaxation times of spectra, a curve each.

    Parameters
    ----------
    spectra, regularisation, points_per_decade, capacitance, by
        As in `relaxation_times`.

    Returns
    -------
    DataFrame
        One row a relaxation time, from short to long: what names the spectrum,
        `relaxation_time_second` [s] and `relaxation_distribution_ohm`, the resistance a unit of
        the natural logarithm of the time [ohm]. Spectra that cannot be taken apart have no rows.

    Raises
    ------
    FrameError
        If a column is missing, or a frequency is missing or negative.
    ParameterError
        If an argument is out of range.
    """
    keys, parts = spectra_of(spectra, by)
    found = _distributions(parts, regularisation, points_per_decade, capacitance)
    curves = long_table(
        keys,
        (RELAXATION_TIME, RELAXATION_DISTRIBUTION),
        [(d.times, d.density) if d else (np.zeros(0),) * 2 for d in found],
    )
    return carry(spectra, curves)


def relaxation_peaks(distribution: pd.DataFrame, *, prominence_share: float = 0.05) -> pd.DataFrame:
    """Find the peaks of distributions of relaxation times.

    Parameters
    ----------
    distribution : DataFrame
        What `relaxation_distribution` returns.
    prominence_share : float
        How far a peak must rise above the higher of its valleys, as a fraction of the highest.

    Returns
    -------
    DataFrame
        One row a peak: what names the spectrum; `peak_count` from 1 at the shortest time up;
        `peak_relaxation_time_second` [s] and `peak_frequency_hertz` [Hz];
        `peak_distribution_ohm`, its height [ohm], and `peak_resistance_ohm`, the area between the
        valleys beside it [ohm].

    Raises
    ------
    FrameError
        If a column is missing.
    ParameterError
        If the share is out of range.

    Notes
    -----
    Time and height are those of the parabola through the highest point and its neighbours. A rise
    to the end of the distribution is no peak.
    """
    _check_share(prominence_share)
    for name in (RELAXATION_TIME, RELAXATION_DISTRIBUTION):
        if name not in distribution.columns:
            raise FrameError(f"A distribution needs the column {name}: relaxation_distribution.")
    names = [n for n in distribution.columns if n not in (RELAXATION_TIME, RELAXATION_DISTRIBUTION)]
    if names:
        grouped = distribution.groupby(names, sort=False, observed=True, dropna=False)
        codes = grouped.ngroup().to_numpy()
    else:
        codes = np.zeros(len(distribution), dtype=np.int64)
    _, firsts = np.unique(codes, return_index=True)
    times, density = (
        distribution[n].to_numpy(dtype=np.float64)
        for n in (RELAXATION_TIME, RELAXATION_DISTRIBUTION)
    )
    order = np.lexsort((times, codes))
    edges = np.searchsorted(codes[order], np.arange(len(firsts) + 1))
    parts = [order[a:b] for a, b in pairwise(edges)]
    found = [peaks_of(times[rows], density[rows], prominence_share) for rows in parts]
    table = long_table(
        distribution[names].iloc[firsts],
        (PEAK, PEAK_TIME, PEAK_FREQUENCY, PEAK_DISTRIBUTION, PEAK_RESISTANCE),
        [
            (
                np.arange(1, len(peaks) + 1),
                peaks[:, 0],
                0.5 / np.pi / peaks[:, 0],
                peaks[:, 1],
                peaks[:, 2],
            )
            for peaks in found
        ],
    )
    return carry(distribution, table.astype({PEAK: "int64"}))


def _check_share(share: float) -> None:
    if not 0 < share < 1:
        raise ParameterError(f"prominence_share lies between 0 and 1, not {share!r}.")


def _distributions(
    parts: list[Spectrum], weight: float | None, points_per_decade: int, capacitance: bool
) -> list[Distribution | None]:
    if weight is not None and not 0 < weight < np.inf:
        raise ParameterError(f"regularisation is positive, for instance 1e-5, not {weight!r}.")
    if not 2 <= points_per_decade <= 50:
        raise ParameterError(f"points_per_decade lies from 2 to 50, not {points_per_decade!r}.")
    return [
        None
        if part.different < LEAST_FREQUENCIES or part.turned
        else take_apart(part, weight, points_per_decade, capacitance)
        for part in parts
    ]


def _row(spectrum: Spectrum, found: Distribution | None, share: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        RECORD_COUNT: len(spectrum.frequency),
        OHMIC_RESISTANCE: np.nan,
        POLARISATION_RESISTANCE: np.nan,
        INDUCTANCE: np.nan,
        SERIES_CAPACITANCE: np.nan,
        REGULARISATION: np.nan,
        REAL_RESIDUAL_RMS: np.nan,
        IMAGINARY_RESIDUAL_RMS: np.nan,
        PEAK_COUNT: 0,
        PEAK_TIME: np.nan,
        PEAK_RESISTANCE: np.nan,
        REASON: "",
    }
    if found is None:
        few = (
            f"{spectrum.different} frequencies hold an impedance; relaxation times need "
            f"{LEAST_FREQUENCIES}"
        )
        return row | {REASON: few if spectrum.different < LEAST_FREQUENCIES else TURNED}
    peaks = peaks_of(found.times, found.density, share)
    if len(peaks):
        main = peaks[np.argmax(peaks[:, 2])]
        row |= {PEAK_COUNT: len(peaks), PEAK_TIME: main[0], PEAK_RESISTANCE: main[2]}
    return row | {
        OHMIC_RESISTANCE: found.ohmic,
        POLARISATION_RESISTANCE: float(np.sum(found.density)) * found.step,
        INDUCTANCE: found.inductance,
        REASON: MIXED if spectrum.mixed else "",
        SERIES_CAPACITANCE: 1.0 / found.elastance if found.elastance > 0 else np.inf,
        REGULARISATION: found.weight,
        REAL_RESIDUAL_RMS: float(np.sqrt(np.mean(found.residual.real**2))),
        IMAGINARY_RESIDUAL_RMS: float(np.sqrt(np.mean(found.residual.imag**2))),
    }
