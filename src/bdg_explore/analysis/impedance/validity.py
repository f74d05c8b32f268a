"""Whether a spectrum of impedance can be that of a linear, steady and causal cell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    BEYOND_TOLERANCE,
    FITTING_MEASURE,
    FREQUENCY,
    IMAGINARY_RESIDUAL,
    IMAGINARY_RESIDUAL_RMS,
    LARGEST_RESIDUAL,
    LARGEST_RESIDUAL_FREQUENCY,
    RC_ELEMENTS,
    REAL_RESIDUAL,
    REAL_RESIDUAL_RMS,
    REASON,
    RECORD_COUNT,
    VALID,
)
from bdg_explore.errors import ParameterError
from bdg_explore.rights import carry

from ..records.arrays import Floats
from .spectra import NOTHING, Complexes, Spectrum, long_table, spectra_of

LEAST_FREQUENCIES: Final = 6  # fewer leave the smallest model no freedom to be wrong
ALLOWED_SHARE: Final = 0.05  # of residuals beyond the tolerance
ELEMENTS_A_DECADE: Final = 3
SINGULAR: Final = 1e-13


@dataclass(frozen=True)
class Verdict:
    """What the test of one spectrum found; residuals over the modulus, from high frequency down."""

    elements: int
    measure: float
    residual: Complexes


def kramers_kronig(
    spectra: pd.DataFrame,
    *,
    tolerance: float = 0.01,
    cutoff: float = 0.85,
    min_elements: int | None = None,
    max_elements: int = 50,
    capacitance: bool = True,
    by: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Test whether spectra obey the Kramers-Kronig relations (lin-KK).

    Parameters
    ----------
    spectra : DataFrame
        A table of impedance, in any order: frequency [Hz], real and imaginary part [ohm], the
        latter negative for a capacitor. One or many spectra.
    tolerance : float
        Largest residual, as a fraction of the modulus, that is taken for noise. A spectrum is
        valid if, of either part, at most one residual in twenty is larger.
    cutoff : float
        Value of mu at which the number of RC elements is enough.
    min_elements : int, optional
        Number of RC elements at least; three a decade of frequency if not given, but no more than
        half of the frequencies. With fewer, mu can fall while the model is still too coarse.
    max_elements : int
        Number of RC elements at most.
    capacitance : bool
        Give the model a capacitance in series too, for the tail of diffusion and of storage at
        low frequencies, which a finite number of RC elements cannot follow. The inductance of
        leads is always there.
    by : sequence of str, optional
        Columns that tell spectra apart; `cell`, `cycle_count` and `step_count`, as far as the
        table has them, if not given. Name a state of charge or a temperature here.

    Returns
    -------
    DataFrame
        One row a spectrum: what names it; `record_count`, the records that hold an impedance
        above 0 Hz; `rc_element_count` and `fitting_measure`, M and mu; `real_residual_rms`,
        `imaginary_residual_rms`, `largest_residual` with its frequency [Hz] and
        `beyond_tolerance_share`, as fractions of the modulus; `kramers_kronig_valid`; `reason`,
        why it is not valid, else empty. `kramers_kronig_residuals` gives every residual.

    Raises
    ------
    FrameError
        If a column is missing, or a frequency is missing or negative.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    A resistance, an inductance, a capacitance and M RC elements, whose time constants are spread
    evenly in their logarithm over the frequencies measured, are fitted to both parts by linear
    least squares, weighted by one over the modulus. Such a circuit obeys the relations, so what
    it cannot follow does not. M grows until ``mu = 1 - sum|R<0| / sum|R>=0|`` falls to `cutoff`
    [1]_: fewer elements underfit, more begin to fit noise with alternating signs. The paper begins
    at a few elements; a dip of mu there has refused sound spectra, hence `min_elements`.

    Between frequencies far apart sharp arcs are missed: of made-up sound spectra with three of
    them a decade one in ten is refused, with two more than one in four, and none with five.

    The test finds drift while the sweep runs, a nonlinear response, and errors of the instrument.
    A drift that is slow against the whole sweep passes it. Where a spectrum fails, look at the
    residuals: a trend at the low end is drift, scatter is noise.

    References
    ----------
    .. [1] Schönleber, Klotz and Ivers-Tiffée, Electrochimica Acta 131 (2014) 20,
       doi 10.1016/j.electacta.2014.01.034.
    .. [2] Boukamp, J. Electrochem. Soc. 142 (1995) 1885, doi 10.1149/1.2044210.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from bdg_explore import analysis
    >>> f = np.logspace(4, -1, 41)
    >>> z = 0.01 + 0.02 / (1 + 2j * np.pi * f * 0.02)
    >>> spectrum = pd.DataFrame(
    ...     {"frequency_hertz": f, "real_impedance_ohm": z.real, "imaginary_impedance_ohm": z.imag}
    ... )
    >>> bool(analysis.kramers_kronig(spectrum)["kramers_kronig_valid"].iloc[0])
    True
    """
    keys, parts = spectra_of(spectra, by)
    tests = _tests(parts, tolerance, cutoff, (min_elements, max_elements), capacitance)
    rows = [_row(part, test, tolerance) for part, test in zip(parts, tests, strict=True)]
    table = pd.DataFrame(rows, columns=list(_row(NOTHING, None, tolerance)))
    kinds = dict.fromkeys(table.columns, "float64") | {
        RECORD_COUNT: "int64",
        RC_ELEMENTS: "int64",
        VALID: "bool",
        REASON: "str",
    }
    return carry(spectra, pd.concat([keys, table.astype(kinds)], axis="columns"))


def kramers_kronig_residuals(
    spectra: pd.DataFrame,
    *,
    cutoff: float = 0.85,
    min_elements: int | None = None,
    max_elements: int = 50,
    capacitance: bool = True,
    by: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the residuals on which `kramers_kronig` judges spectra.

    Parameters
    ----------
    spectra, cutoff, min_elements, max_elements, capacitance, by
        As in `kramers_kronig`.

    Returns
    -------
    DataFrame
        One row a frequency, from high to low: what names the spectrum, `frequency_hertz` [Hz],
        `real_residual` and `imaginary_residual`, measured minus model over the modulus measured.
        Spectra of too few frequencies have no rows.

    Raises
    ------
    FrameError
        If a column is missing, or a frequency is missing or negative.
    ParameterError
        If an argument is out of range.
    """
    keys, parts = spectra_of(spectra, by)
    tests = _tests(parts, 1.0, cutoff, (min_elements, max_elements), capacitance)
    residuals = long_table(
        keys,
        (FREQUENCY, REAL_RESIDUAL, IMAGINARY_RESIDUAL),
        [
            (part.frequency, test.residual.real, test.residual.imag) if test else (np.zeros(0),) * 3
            for part, test in zip(parts, tests, strict=True)
        ],
    )
    return carry(spectra, residuals)


def _tests(
    parts: list[Spectrum],
    tolerance: float,
    cutoff: float,
    elements: tuple[int | None, int],
    capacitance: bool,
) -> list[Verdict | None]:
    if not tolerance > 0:
        raise ParameterError(
            f"tolerance is a positive fraction of the modulus, for instance 0.01, not {tolerance}."
        )
    if not 0 < cutoff < 1:
        raise ParameterError(f"cutoff lies between 0 and 1, for instance 0.85, not {cutoff}.")
    least, most = elements
    if not 1 <= (1 if least is None else least) <= most:
        raise ParameterError(
            f"min_elements is at least 1 and at most max_elements, not {least} and {most}."
        )
    return [
        _test(part, cutoff, elements, capacitance) if part.different >= LEAST_FREQUENCIES else None
        for part in parts
    ]


def _test(
    spectrum: Spectrum, cutoff: float, elements: tuple[int | None, int], capacitance: bool
) -> Verdict:
    """Fit more and more RC elements until mu says that they are enough."""
    circular, weights = spectrum.circular, spectrum.weights
    around: list[NDArray[Any]] = [np.ones(len(circular), dtype=np.complex128), 1j * circular]
    if capacitance:
        around.append(-1j / circular)
    around = [weights * column for column in around]
    target = weights * spectrum.impedance
    least, most = elements
    most = max(1, min(most, 2 * spectrum.different - len(around) - 1))
    if least is None:
        decades = float(np.log10(np.max(circular) / np.min(circular)))
        least = min(math.ceil(ELEMENTS_A_DECADE * decades), spectrum.different // 2)
    for count in range(min(least, most), most + 1):
        times = np.geomspace(1.0 / np.max(circular), 1.0 / np.min(circular), max(count, 2))[-count:]
        columns = [*around, *(weights / (1.0 + 1j * circular * time) for time in times)]
        values, residual = _least_squares(np.array(columns).T, target)
        measure = _measure(values[len(around) :])
        if measure <= cutoff:
            break
    return Verdict(count, measure, residual)


def _least_squares(columns: Complexes, target: Complexes) -> tuple[Floats, Complexes]:
    """Solve for real values with both parts of a complex equation."""
    both = np.concatenate([columns.real, columns.imag])
    lengths = np.linalg.norm(both, axis=0)
    wanted = np.concatenate([target.real, target.imag])
    q, r = np.linalg.qr(both / lengths)  # several times faster than by singular values
    if np.min(np.abs(np.diag(r))) > SINGULAR:
        values = np.linalg.solve(r, q.T @ wanted) / lengths
    else:
        values = np.linalg.lstsq(both / lengths, wanted, rcond=None)[0] / lengths
    return values, target - columns @ values


def _measure(resistances: Floats) -> float:
    positive = float(np.sum(resistances[resistances >= 0]))
    negative = -float(np.sum(resistances[resistances < 0]))
    if not positive:
        return -np.inf if negative else 1.0
    return 1.0 - negative / positive


def _row(spectrum: Spectrum, test: Verdict | None, tolerance: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        RECORD_COUNT: len(spectrum.frequency),
        RC_ELEMENTS: 0,
        FITTING_MEASURE: np.nan,
        REAL_RESIDUAL_RMS: np.nan,
        IMAGINARY_RESIDUAL_RMS: np.nan,
        LARGEST_RESIDUAL: np.nan,
        LARGEST_RESIDUAL_FREQUENCY: np.nan,
        BEYOND_TOLERANCE: np.nan,
        VALID: False,
        REASON: f"{spectrum.different} frequencies hold an impedance; "
        f"the test needs {LEAST_FREQUENCIES}",
    }
    if test is None:
        return row
    real, imaginary = np.abs(test.residual.real), np.abs(test.residual.imag)
    larger = np.maximum(real, imaginary)
    worst = int(np.argmax(larger))
    beyond = {
        "real": float(np.mean(real > tolerance)),
        "imaginary": float(np.mean(imaginary > tolerance)),
    }
    part = max(beyond, key=lambda name: beyond[name])
    valid = beyond[part] <= ALLOWED_SHARE
    reason = (
        f"{beyond[part]:.0%} of the residuals of the {part} part exceed {tolerance:.2g} of the "
        f"modulus, the largest {larger[worst]:.2g} at {spectrum.frequency[worst]:.3g} Hz"
    )
    return row | {
        RC_ELEMENTS: test.elements,
        FITTING_MEASURE: test.measure,
        REAL_RESIDUAL_RMS: np.sqrt(np.mean(real**2)),
        IMAGINARY_RESIDUAL_RMS: np.sqrt(np.mean(imaginary**2)),
        LARGEST_RESIDUAL: larger[worst],
        LARGEST_RESIDUAL_FREQUENCY: spectrum.frequency[worst],
        BEYOND_TOLERANCE: beyond[part],
        VALID: valid,
        REASON: "" if valid else "; ".join(filter(None, (reason, spectrum.suspicion))),
    }
