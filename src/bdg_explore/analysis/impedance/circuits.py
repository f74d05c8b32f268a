"""Equivalent circuits: fitted to spectra, and the spectra they have."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    AGREEING_STARTS,
    CHI_SQUARED,
    CIRCUIT,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    IMAGINARY_RESIDUAL,
    REAL_IMPEDANCE,
    REAL_RESIDUAL,
    REASON,
    RECORD_COUNT,
    REDUCED_CHI_SQUARED,
    START_COUNT,
)
from bdg_explore.errors import FrameError, ParameterError, did_you_mean
from bdg_explore.rights import carry

from ..records.arrays import Floats
from .circuit_elements import EXPONENT, Node, parse_circuit
from .circuit_fit import EXPONENTS, CircuitFit, fit_spectrum
from .spectra import MIXED, NOTHING, TURNED, Spectrum, long_table, spectra_of

FULL_CELL: Final = "L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3"
SUFFIXES: Final = ("", "_error", "_lower", "_upper")
_FACTS: Final = (
    CIRCUIT,
    RECORD_COUNT,
    CHI_SQUARED,
    REDUCED_CHI_SQUARED,
    START_COUNT,
    AGREEING_STARTS,
    REASON,
)


def fit_circuit(
    spectra: pd.DataFrame,
    circuit: str = FULL_CELL,
    *,
    guess: Mapping[str, float] | None = None,
    starts: int = 8,
    confidence: float = 0.95,
    by: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Fit an equivalent circuit to every spectrum.

    Parameters
    ----------
    spectra : DataFrame
        A table of impedance, in any order: frequency [Hz], real and imaginary part [ohm], the
        latter negative for a capacitor. One or many spectra.
    circuit : str
        Elements in series with ``-``, branches in parallel as ``p(a,b)``, numbered. R, C and L;
        CPE, a constant phase element; W, Wo and Ws, diffusion without end, in a closed layer and
        in an open one; G, a Gerischer element. The one given serves full cells: leads,
        ohmic resistance, two arcs, and a tail of diffusion whose slope is free.
    guess : mapping, optional
        Values of some parameters, by the names of their columns, for the first of the starts.
    starts : int
        From how many guesses the fit begins; the best is kept. The first is read off the
        spectrum, the others lie at random around it, the same ones in every call. Where no other
        comes to the best of several, three times as many are added.
    confidence : float
        Level of the intervals.
    by : sequence of str, optional
        Columns that tell spectra apart; `cell`, `cycle_count` and `step_count`, as far as the
        table has them, if not given. Name a state of charge or a temperature here.

    Returns
    -------
    DataFrame
        One row a spectrum: what names it; `circuit`; `record_count`; of every parameter its value
        and with ``_error``, ``_lower`` and ``_upper`` its standard error and interval;
        `chi_squared` and `reduced_chi_squared`; `start_count` and `agreeing_start_count`;
        `reason`, why there is no fit or what makes it doubtful, else empty. Parameters are named
        after their element and unit: ``R0_ohm``, ``C1_farad``, ``L0_henry``,
        ``W1_ohm_per_root_second``, ``Wo1_ohm`` and ``Wo1_second`` (also Ws, G),
        ``CPE1_coefficient`` [s^exponent/ohm] and ``CPE1_exponent``.

    Raises
    ------
    FrameError
        If a column is missing, or a frequency is missing or negative.
    ParameterError
        If the circuit cannot be read, or another argument is out of range.

    Notes
    -----
    Complex nonlinear least squares [1]_ by Levenberg and Marquardt, each residual over the modulus
    measured. Parameters are positive (their logarithms are fitted), exponents from 0.3 to 1.

    Standard errors come from the curvature at the best fit and the scatter found, ``chi_squared``
    over twice the frequencies less the parameters. They are those of the logarithm, and so the
    intervals are not symmetric. They hold for a circuit that is right and for noise in proportion
    to the modulus. A parameter that the spectrum does not determine has an infinite error, and an
    interval from 0 to infinity: take its element out. Parts in series that look alike are
    interchangeable; the faster one comes first, so that they can be followed along a life.

    Few `agreeing_start_count` of many mean that the fit found a minimum with difficulty. A circuit
    that fits is not yet a circuit that is true: see that the residuals show no trend
    (`circuit_residuals`), and that the spectrum is valid (`kramers_kronig`).

    References
    ----------
    .. [1] Boukamp, Solid State Ionics 20 (1986) 31, doi 10.1016/0167-2738(86)90031-7.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from bdg_explore import analysis
    >>> f = np.logspace(4, -1, 41)
    >>> z = 0.01 + 0.02 / (1 + 2j * np.pi * f * 0.02 * 0.5)
    >>> spectrum = pd.DataFrame(
    ...     {"frequency_hertz": f, "real_impedance_ohm": z.real, "imaginary_impedance_ohm": z.imag}
    ... )
    >>> fit = analysis.fit_circuit(spectrum, "R0-p(R1,C1)")
    >>> fit[["R0_ohm", "R1_ohm", "C1_farad"]].round(4).iloc[0].tolist()
    [0.01, 0.02, 0.5]
    """
    node = parse_circuit(circuit)
    names = node.parameters()
    guess = dict(guess or {})
    _check_choices(names, guess, starts, confidence)
    keys, parts = spectra_of(spectra, by)
    rows = []
    for part in parts:
        reason = _why_not(part, node, len(names))
        fit = None if reason else fit_spectrum(node, part, starts, guess)
        if fit is not None and part.mixed:
            reason = MIXED
        if fit is None and not reason:
            reason = f"no fit converged from {starts} starts; give a guess, or a simpler circuit"
        rows.append(_row(circuit, names, part, fit, starts, confidence, reason))
    columns = list(_row(circuit, names, NOTHING, None, starts, confidence, ""))
    counts = (RECORD_COUNT, START_COUNT, AGREEING_STARTS)
    kinds = dict.fromkeys(columns, "float64") | dict.fromkeys(counts, "int64")
    kinds |= {CIRCUIT: "str", REASON: "str"}
    table = pd.DataFrame(rows, columns=columns).astype(kinds)
    return carry(spectra, pd.concat([keys, table], axis="columns"))


def circuit_impedance(
    fits: pd.DataFrame, frequency_hertz: Sequence[float] | Floats
) -> pd.DataFrame:
    """Return the spectra of circuits, to draw over what was measured or to make some up.

    Parameters
    ----------
    fits : DataFrame
        What `fit_circuit` returns; or any table with a column `circuit` and the columns of its
        parameters.
    frequency_hertz : sequence of float
        Frequencies [Hz], above 0.

    Returns
    -------
    DataFrame
        A table of impedance, one row a spectrum and frequency. Rows without a fit have none.

    Raises
    ------
    FrameError
        If the column `circuit`, or one of a parameter, is missing.
    ParameterError
        If a frequency is not above 0, or a circuit cannot be read.
    """
    frequency = np.asarray(frequency_hertz, dtype=np.float64).ravel()
    if not np.all(np.isfinite(frequency) & (frequency > 0)):
        raise ParameterError("Frequencies lie above 0 Hz; leave out those that do not.")
    names, fitted = _fitted(fits)
    impedances = [_spectrum_of(fits, place, frequency) for place in np.flatnonzero(fitted).tolist()]
    spectra = long_table(
        fits.loc[fitted, names],
        (FREQUENCY, REAL_IMPEDANCE, IMAGINARY_IMPEDANCE),
        [(frequency, z.real, z.imag) for z in impedances],
    )
    return carry(fits, spectra)


def circuit_residuals(
    spectra: pd.DataFrame, fits: pd.DataFrame, *, by: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return what fits leave over.

    Parameters
    ----------
    spectra : DataFrame
        The spectra that were fitted.
    fits : DataFrame
        What `fit_circuit` made of them.
    by : sequence of str, optional
        As in `fit_circuit`.

    Returns
    -------
    DataFrame
        One row a frequency, from high to low: what names the spectrum, `frequency_hertz` [Hz],
        `real_residual` and `imaginary_residual`, measured minus fit over the modulus measured.
        Spectra without a fit have no rows.

    Raises
    ------
    FrameError
        If a column is missing, or the fits are not of these spectra.
    """
    keys, parts = spectra_of(spectra, by)
    _, fitted = _fitted(fits)
    same = len(fits) == len(keys) and set(keys.columns) <= set(fits.columns)
    if not same or not keys.astype(object).reset_index(drop=True).equals(
        fits[list(keys.columns)].astype(object).reset_index(drop=True)
    ):
        raise FrameError(
            f"The fits are of other spectra: {len(fits)} rows for {len(keys)} spectra. Fit these "
            "spectra, with the same by=..., and leave the rows in their order."
        )
    rows = []
    for place, part in enumerate(parts):
        if fitted[place]:
            off = part.impedance - _spectrum_of(fits, place, part.frequency)
            off, frequency = off * part.weights, part.frequency
        else:
            off, frequency = np.zeros(0, dtype=np.complex128), np.zeros(0)
        rows.append((frequency, off.real, off.imag))
    residuals = long_table(keys, (FREQUENCY, REAL_RESIDUAL, IMAGINARY_RESIDUAL), rows)
    return carry(spectra, residuals)


def _check_choices(
    names: list[str], guess: Mapping[str, float], starts: int, confidence: float
) -> None:
    if starts < 1 or not 0 < confidence < 1:
        raise ParameterError(
            f"starts is at least 1 and confidence lies between 0 and 1, not {starts} and "
            f"{confidence}."
        )
    for name, value in guess.items():
        if name not in names:
            raise ParameterError(
                f"The circuit has no parameter {name!r}.{did_you_mean(name, names)} "
                f"It has {', '.join(names)}."
            )
        low, high = EXPONENTS if name.endswith(EXPONENT) else (0.0, np.inf)
        if not low < value < high:
            raise ParameterError(
                f"The guess {value!r} of {name} does not lie in {low:g}..{high:g}."
            )


def _why_not(spectrum: Spectrum, node: Node, parameters: int) -> str:
    if 2 * spectrum.different <= parameters:
        return (
            f"{spectrum.different} frequencies hold an impedance, too few for {parameters} "
            "parameters"
        )
    inductive = any(element.kind == "L" for element in node.elements())
    return TURNED if spectrum.turned and not inductive else ""


def _row(
    circuit: str,
    names: list[str],
    spectrum: Spectrum,
    fit: CircuitFit | None,
    starts: int,
    confidence: float,
    reason: str,
) -> dict[str, Any]:
    from scipy.special import stdtrit  # late: the other analyses do not need it

    freedom = max(2 * len(spectrum.frequency) - len(names), 1)
    row: dict[str, Any] = {CIRCUIT: circuit, RECORD_COUNT: len(spectrum.frequency)}
    reach = float(stdtrit(freedom, 0.5 + 0.5 * confidence))  # of Student's t
    for place, name in enumerate(names):
        value, spread = (fit.values[place], fit.spread[place]) if fit else (np.nan, np.nan)
        if name.endswith(f"_{EXPONENT}"):
            low, high = EXPONENTS
            limits = max(value - reach * spread, low), min(value + reach * spread, high)
            numbers = value, spread, *limits
        else:
            with np.errstate(over="ignore"):
                factor = np.exp(reach * spread)
            numbers = value, value * spread, value / factor, value * factor
        row |= {f"{name}{s}": n for s, n in zip(SUFFIXES, numbers, strict=True)}
    return row | {
        CHI_SQUARED: fit.chi_squared if fit else np.nan,
        REDUCED_CHI_SQUARED: fit.chi_squared / freedom if fit else np.nan,
        START_COUNT: fit.starts if fit else starts,
        AGREEING_STARTS: fit.agreeing if fit else 0,
        REASON: reason,
    }


def _fitted(fits: pd.DataFrame) -> tuple[list[str], Any]:
    """Return the columns that name spectra, and which rows have all parameters."""
    if CIRCUIT not in fits.columns:
        raise FrameError(f"The fits have no column {CIRCUIT}. Give what fit_circuit returns.")
    made = set(_FACTS)
    fitted = np.ones(len(fits), dtype=bool)
    for text in fits[CIRCUIT].unique():
        names = parse_circuit(text).parameters()
        here = (fits[CIRCUIT] == text).to_numpy(dtype=bool)
        for name in names:
            if name not in fits.columns:
                raise FrameError(
                    f"The fits have no column {name}, which {text} needs."
                    f"{did_you_mean(name, map(str, fits.columns))}"
                )
            made |= {f"{name}{suffix}" for suffix in SUFFIXES}
            fitted &= ~here | np.isfinite(fits[name].to_numpy(dtype=np.float64))
    return [name for name in fits.columns if name not in made], fitted


def _spectrum_of(fits: pd.DataFrame, place: int, frequency: Floats) -> Any:
    row = fits.iloc[place]
    node = parse_circuit(row[CIRCUIT])
    values = {name: float(row[name]) for name in node.parameters()}
    return node.impedance(np.asarray(2.0 * np.pi * frequency), values)
