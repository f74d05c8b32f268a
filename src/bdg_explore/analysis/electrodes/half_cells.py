"""Open-circuit potentials of electrode materials, in closed form.

Each function gives the potential against lithium [V] of a material at stoichiometry `s` (the
lithiated share of its sites, 0 to 1). Each curve is a fit of its authors to one material; cite the
parameter paper of the record, not only the library that re-publishes the constants.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy import exp, tanh
from numpy.typing import ArrayLike, NDArray

from bdg_explore.errors import UnknownNameError, did_you_mean

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HalfCell:
    """One electrode material and its open-circuit potential.

    Attributes
    ----------
    name : str
        Key in `HALF_CELLS`.
    material : str
        What the material is, in words.
    electrode : {"negative", "positive"}
        The electrode it serves in.
    potential : callable
        Potential against Li/Li+ [V] of the stoichiometry [1].
    citation : str
        The paper that published the parameters.
    doi : str or None
        Identifier of that paper; None where we have not seen it written down.
    """

    name: str
    material: str
    electrode: Literal["negative", "positive"]
    potential: Callable[[Array], Array]
    citation: str
    doi: str | None


def _graphite_chen(s: Array) -> Array:
    return (
        1.9793 * exp(-39.3631 * s)
        + 0.2482
        - 0.0909 * tanh(29.8538 * (s - 0.1234))
        - 0.04478 * tanh(14.9159 * (s - 0.2769))
        - 0.0205 * tanh(30.4444 * (s - 0.6103))
    )


def _lfp(s: Array) -> Array:
    return 3.4077 - 0.020269 * s + 0.5 * exp(-150 * s) - 0.9 * exp(-30 * (1 - s))


def _nmc811_chen(s: Array) -> Array:
    return (
        -0.8090 * s
        + 4.4875
        - 0.0428 * tanh(18.5138 * (s - 0.5542))
        - 17.7326 * tanh(15.7890 * (s - 0.3117))
        + 17.5842 * tanh(15.9308 * (s - 0.3120))
    )


def _nmc532_mohtat(s: Array) -> Array:
    polynomial = 4.3452 + s * (-1.6518 + s * (1.6225 + s * (-2.0843 + s * (3.5146 - 2.2166 * s))))
    return polynomial - 0.5623e-4 * exp(109.451 * s - 100.006)


def _graphite_mohtat(s: Array) -> Array:
    return (
        0.063
        + 0.8 * exp(-75 * (s + 0.001))
        - 0.0120 * tanh((s - 0.127) / 0.016)
        - 0.0118 * tanh((s - 0.155) / 0.016)
        - 0.0035 * tanh((s - 0.220) / 0.020)
        - 0.0095 * tanh((s - 0.190) / 0.013)
        - 0.0145 * tanh((s - 0.490) / 0.020)
        - 0.08 * tanh((s - 1.030) / 0.055)
    )


def _graphite_marquis(s: Array) -> Array:
    return (
        0.194
        + 1.5 * exp(-120 * s)
        + 0.0351 * tanh((s - 0.286) / 0.083)
        - 0.0045 * tanh((s - 0.849) / 0.119)
        - 0.035 * tanh((s - 0.9233) / 0.05)
        - 0.0147 * tanh((s - 0.5) / 0.034)
        - 0.102 * tanh((s - 0.194) / 0.142)
        - 0.022 * tanh((s - 0.9) / 0.0164)
        - 0.011 * tanh((s - 0.124) / 0.0226)
        + 0.0155 * tanh((s - 0.105) / 0.029)
    )


def _lco_marquis(s: Array) -> Array:
    u = 1.062 * s
    return (
        2.16216
        + 0.07645 * tanh(30.834 - 54.4806 * u)
        + 2.1581 * tanh(52.294 - 50.294 * u)
        - 0.14169 * tanh(11.0923 - 19.8543 * u)
        + 0.2051 * tanh(1.4684 - 5.4888 * u)
        + 0.2531 * tanh((-u + 0.56478) / 0.1316)
        - 0.02167 * tanh((u - 0.525) / 0.006)
    )


def _graphite_kim(s: Array) -> Array:
    return (
        0.124
        + 1.5 * exp(-70 * s)
        - 0.0351 * tanh((s - 0.286) / 0.083)
        - 0.0045 * tanh((s - 0.9) / 0.119)
        - 0.035 * tanh((s - 0.99) / 0.05)
        - 0.0147 * tanh((s - 0.5) / 0.034)
        - 0.102 * tanh((s - 0.194) / 0.142)
        - 0.022 * tanh((s - 0.98) / 0.0164)
        - 0.011 * tanh((s - 0.124) / 0.0226)
        + 0.0155 * tanh((s - 0.105) / 0.029)
    )


# from the constant up; below a stoichiometry of about 0.25 the polynomial leaves the material
_NCA_KIM: Final = (
    11.8058,
    -66.3691,
    264.427,
    -554.774,
    621.3475,
    -344.566,
    81.246,
    -23.488,
    15.056,
    -2.222,
    1.638,
)


def _nca_kim(s: Array) -> Array:
    polynomial = np.polynomial.polynomial.polyval(s, _NCA_KIM)
    return np.asarray(polynomial - 0.61386 * exp(5.8201 * s**136.4))


def _graphite_ecker(s: Array) -> Array:
    return (
        0.140031
        + 0.716502 * exp(-369.028 * s)
        + 0.12193 * exp(-35.6478 * (s - 0.0530947))
        - 0.0189193 * tanh(21.1967 * (s - 0.196176))
        - 0.0169644 * tanh(27.1365 * (s - 0.312832))
        - 0.0199313 * tanh(28.5697 * (s - 0.614221))
        - 0.931153 * exp(36.328 * (s - 1.10743))
    )


def _nco_ecker(s: Array) -> Array:
    return (
        4.23285
        - 2.35211 * s
        - 0.0747061 * tanh(31.886 * (s - 0.0219921))
        + 6.34984 * tanh(2.66395 * (s - 0.174352))
        - 0.640243 * tanh(5.48623 * (s - 0.439245))
        - 3.82383 * tanh(4.12167 * (s - 0.176187))
        - 0.0542123 * tanh(18.2919 * (s - 0.762272))
    )


_CHEN: Final = ("Chen et al. 2020, J. Electrochem. Soc. 167, 080534", "10.1149/1945-7111/ab9050")
_PRADA: Final = ("Prada et al. 2013, J. Electrochem. Soc. 160, A616", None)
_MOHTAT: Final = (
    "Mohtat et al. 2020, J. Electrochem. Soc. 167, 110561",
    "10.1149/1945-7111/aba5d1",
)
_MARQUIS: Final = ("Marquis et al. 2019, J. Electrochem. Soc. 166, A3693", "10.1149/2.0341915jes")
_KIM: Final = ("Kim et al. 2011, J. Electrochem. Soc. 158, A955", None)
_ECKER: Final = (
    "Ecker et al. 2015, J. Electrochem. Soc. 162, A1836; closed form of Richardson et al. 2020, "
    "Electrochim. Acta 339, 135862",
    None,
)

GRAPHITE_CHEN: Final = HalfCell(
    "graphite_chen2020", "graphite with 10 % SiOx", "negative", _graphite_chen, *_CHEN
)
LFP: Final = HalfCell("lfp_prada2013", "LiFePO4", "positive", _lfp, *_PRADA)
NMC811_CHEN: Final = HalfCell(
    "nmc811_chen2020", "LiNi0.8Mn0.1Co0.1O2", "positive", _nmc811_chen, *_CHEN
)
NMC532_MOHTAT: Final = HalfCell(
    "nmc532_mohtat2020", "LiNi0.5Mn0.3Co0.2O2", "positive", _nmc532_mohtat, *_MOHTAT
)
GRAPHITE_MOHTAT: Final = HalfCell(
    "graphite_mohtat2020", "graphite", "negative", _graphite_mohtat, *_MOHTAT
)
GRAPHITE_MARQUIS: Final = HalfCell(
    "graphite_marquis2019", "graphite", "negative", _graphite_marquis, *_MARQUIS
)
LCO_MARQUIS: Final = HalfCell("lco_marquis2019", "LiCoO2", "positive", _lco_marquis, *_MARQUIS)
GRAPHITE_KIM: Final = HalfCell("graphite_kim2011", "graphite", "negative", _graphite_kim, *_KIM)
NCA_KIM: Final = HalfCell("nca_kim2011", "LiNiCoAlO2", "positive", _nca_kim, *_KIM)
GRAPHITE_ECKER: Final = HalfCell(
    "graphite_ecker2015", "graphite", "negative", _graphite_ecker, *_ECKER
)
NCO_ECKER: Final = HalfCell("nco_ecker2015", "LiNiCoO2", "positive", _nco_ecker, *_ECKER)

HALF_CELLS: Final = {
    record.name: record
    for record in (
        GRAPHITE_CHEN,
        GRAPHITE_ECKER,
        GRAPHITE_KIM,
        GRAPHITE_MARQUIS,
        GRAPHITE_MOHTAT,
        LCO_MARQUIS,
        LFP,
        NCA_KIM,
        NCO_ECKER,
        NMC532_MOHTAT,
        NMC811_CHEN,
    )
}


def half_cell(name: str) -> HalfCell:
    """Return the record of an electrode material.

    Parameters
    ----------
    name : str
        Key of `HALF_CELLS`, for instance ``"graphite_chen2020"``.

    Raises
    ------
    UnknownNameError
        If there is no such material; names the nearest one.
    """
    try:
        return HALF_CELLS[name]
    except KeyError:
        raise UnknownNameError(
            f"No half cell is called {name!r}.{did_you_mean(name, HALF_CELLS)} "
            f"There are {', '.join(HALF_CELLS)}."
        ) from None


def open_circuit_potential(half: HalfCell, stoichiometry: ArrayLike) -> Array:
    """Evaluate the open-circuit potential of a material.

    Parameters
    ----------
    half : HalfCell
        The material.
    stoichiometry : array_like
        Lithiated share of the sites, 0 to 1 [1].

    Returns
    -------
    ndarray
        Potential against Li/Li+ [V].
    """
    return half.potential(np.asarray(stoichiometry, dtype=np.float64))
