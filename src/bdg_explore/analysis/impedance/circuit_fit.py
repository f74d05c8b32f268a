"""Fit the parameters of one equivalent circuit to one spectrum."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..records.arrays import Floats
from .circuit_elements import EXPONENT, Node
from .spectra import Spectrum

EXPONENTS: Final = 0.3, 1.0  # least and largest exponent of a constant phase element
FIRST_EXPONENT: Final = 0.8
AGREEMENT: Final = 0.01  # share by which two sums of squares may differ and be called the same
EXACT: Final = 1e-5  # of the modulus; residuals below it leave nothing to search for
MORE_STARTS: Final = 3  # times as many again, where none agrees with the best
ROUNDING: Final = 1e-18  # sums of squares that differ by less are the same
NULL: Final = 1e-8  # singular values below this share of the largest leave their direction open
LIMIT: Final = 200.0  # of a logarithm, so that nothing overflows
MOST_STEPS: Final = 120
LONGEST_STEP: Final = 2.0
TOLERANCE: Final = 1e-8  # relative gain of a step that ends the search


@dataclass(frozen=True)
class CircuitFit:
    """The best fit of a circuit.

    Attributes
    ----------
    values, spread : ndarray
        Parameters, and their standard errors: of the logarithm, of an exponent of itself.
    chi_squared : float
        Sum of squares of the residuals of both parts over the modulus.
    starts, agreeing : int
        From how many guesses the fit began, and how many of them came to it.
    """

    values: Floats
    spread: Floats
    chi_squared: float
    starts: int
    agreeing: int


def fit_spectrum(
    circuit: Node, spectrum: Spectrum, starts: int, guess: Mapping[str, float]
) -> CircuitFit | None:
    """Fit from several guesses and keep the best; None where none of them converges.

    Parameters
    ----------
    circuit : Node
        What to fit.
    spectrum : Spectrum
        To what.
    starts : int
        How many guesses; the first is `guess`, completed from the spectrum. Where no other comes to
        the best of several, three times as many are added.
    guess : mapping
        Values of some parameters to start from.
    """
    model = _Model(circuit, spectrum)
    rng = np.random.default_rng(0)
    first = _first_guess(circuit, spectrum, None) | dict(guess)
    others = [_first_guess(circuit, spectrum, rng) for _ in range(starts - 1)]
    values, costs = _from(model, [first, *others])
    if starts > 1 and _agreeing(costs) < 2 and np.min(costs) > EXACT**2 * len(spectrum.frequency):
        more = [_first_guess(circuit, spectrum, rng) for _ in range(MORE_STARTS * starts)]
        found = _from(model, more)
        values, costs = np.concatenate([values, found[0]]), np.concatenate([costs, found[1]])
    if not np.any(np.isfinite(costs)):
        return None
    best = int(np.nanargmin(costs))
    ordered = _in_order(circuit, values[best])
    spread = _spread(model, ordered, float(costs[best]))
    return CircuitFit(ordered, spread, float(costs[best]), len(costs), _agreeing(costs))


def _from(model: "_Model", guesses: list[dict[str, float]]) -> tuple[Floats, Floats]:
    """Return where the search ends from each guess, and its sum of squares there."""
    begin = np.array([[one[name] for name in model.names] for one in guesses])
    with np.errstate(all="ignore"):
        return _least_squares(model, begin)


def _agreeing(costs: Floats) -> int:
    """Return how many sums of squares are as good as the best."""
    return int(np.sum(costs <= (1 + AGREEMENT) * np.min(costs) + ROUNDING))


class _Model:
    """Residuals of a circuit to a spectrum, for many sets of parameters at once.

    Parameters are fitted as numbers without limits: the logarithm, of an exponent an angle.
    """

    def __init__(self, circuit: Node, spectrum: Spectrum) -> None:
        self.circuit, self.spectrum = circuit, spectrum
        self.names = circuit.parameters()
        self.exponents = np.array([name.endswith(f"_{EXPONENT}") for name in self.names])

    def free(self, values: Floats) -> Floats:
        """Return the numbers without limits that stand for parameters."""
        low, high = EXPONENTS
        share = np.clip(2.0 * (values - low) / (high - low) - 1.0, -1.0, 1.0)
        logarithm = np.log(np.where(self.exponents, 1.0, values))
        return np.where(self.exponents, np.arcsin(share), logarithm)

    def values(self, free: Floats) -> Floats:
        """Return the parameters."""
        low, high = EXPONENTS
        exponent = low + 0.5 * (high - low) * (1.0 + np.sin(free))
        return np.where(self.exponents, exponent, np.exp(np.clip(free, -LIMIT, LIMIT)))

    def residuals(self, values: Floats) -> tuple[Floats, Floats]:
        """Return residuals over the modulus, and their slopes by logarithm or exponent.

        Parameters
        ----------
        values : ndarray, shape (sets, parameters)
            Parameters.

        Returns
        -------
        tuple of ndarray
            Shapes (sets, 2 frequencies) and (sets, 2 frequencies, parameters).
        """
        columns = {name: values[:, [i]] for i, name in enumerate(self.names)}
        z, slopes = self.circuit.with_slopes(self.spectrum.circular, columns)
        weights = self.spectrum.weights
        off = weights * (z - self.spectrum.impedance)
        along = np.stack([weights * np.broadcast_to(slope, off.shape) for slope in slopes], axis=-1)
        return (
            np.concatenate([off.real, off.imag], axis=1),
            np.concatenate([along.real, along.imag], axis=1),
        )


def _least_squares(model: _Model, begin: Floats) -> tuple[Floats, Floats]:
    """Minimise the sum of squares by Levenberg and Marquardt, from each row of `begin`."""
    low, high = EXPONENTS

    def at(free: Floats) -> tuple[Floats, Floats, Floats]:
        residuals, slopes = model.residuals(model.values(free))
        turn = np.where(model.exponents, 0.5 * (high - low) * np.cos(free), 1.0)
        slopes = np.nan_to_num(slopes * turn[:, None, :], posinf=0.0, neginf=0.0)
        squares = np.sum(residuals**2, axis=1)
        costs = np.where(np.isfinite(squares), squares, np.inf)
        gradient = np.einsum("bnp,bn->bp", slopes, np.nan_to_num(residuals))
        return costs, gradient, np.einsum("bnp,bnq->bpq", slopes, slopes)

    free = model.free(begin)
    costs, gradient, curvature = at(free)
    damping = np.full(len(free), 1e-2)
    running = np.isfinite(costs)
    count = np.arange(free.shape[1])
    for _ in range(MOST_STEPS):
        here = np.flatnonzero(running)
        if not len(here):
            break
        diagonal = curvature[here][:, count, count]
        floor = 1e-12 * np.max(diagonal, axis=1, keepdims=True) + 1e-300
        damped = curvature[here]
        damped[:, count, count] += damping[here, None] * np.maximum(diagonal, floor) + floor
        step = -np.linalg.solve(damped, gradient[here, :, None])[:, :, 0]
        trial = free[here] + np.clip(step, -LONGEST_STEP, LONGEST_STEP)
        found = at(trial)
        better = found[0] < costs[here]
        gained = costs[here] - found[0]
        settled = better & (gained <= TOLERANCE * costs[here])
        damping[here] = np.where(better, np.maximum(damping[here] * 0.2, 1e-12), damping[here] * 5)
        taken = here[better]
        free[taken] = trial[better]
        costs[taken], gradient[taken], curvature[taken] = (part[better] for part in found)
        running[here] = ~settled & (damping[here] < 1e10)
    return model.values(free), costs


def _spread(model: _Model, values: Floats, chi_squared: float) -> Floats:
    """Return standard errors from the curvature: of logarithms, and of exponents themselves."""
    slopes = model.residuals(values[None, :])[1][0]
    freedom = len(slopes) - len(values)
    _, sizes, directions = np.linalg.svd(slopes, full_matrices=False)
    undetermined = sizes <= NULL * sizes[0]
    weights = np.where(undetermined, 0.0, 1.0 / np.where(undetermined, 1.0, sizes) ** 2)
    spread = np.sqrt(chi_squared / freedom * (weights @ directions**2))
    lost = np.sum(directions[undetermined] ** 2, axis=0) > 1e-6
    return np.where(lost, np.inf, spread)


def _first_guess(
    circuit: Node, spectrum: Spectrum, rng: np.random.Generator | None
) -> dict[str, float]:
    """Guess every parameter from the spectrum; with a generator, at random around that."""
    circular, z = spectrum.circular, spectrum.impedance
    ohmic = max(float(np.min(z.real)), 1e-3 * float(np.min(np.abs(z))))
    span = max(float(np.max(z.real)) - ohmic, 1e-2 * float(np.max(np.abs(z))))
    least, most = 1.0 / float(np.max(circular)), 1.0 / float(np.min(circular))
    outer = circuit.parts if circuit.kind == "series" else (circuit,)
    groups = [part for part in outer if part.parts]
    places = (np.arange(len(groups)) + 0.5) / max(len(groups), 1)
    shares = np.full(len(groups), 1.0 / max(len(groups), 1))
    if rng is not None:
        places = np.sort(rng.uniform(0.0, 1.0, len(groups)))
        shares = rng.dirichlet(np.full(len(groups), 2.0)) if groups else shares
        ohmic *= np.exp(rng.normal(0.0, 0.3))
    top = int(np.argmax(circular))
    lead = abs(float(z.imag[top])) / float(circular[top])
    guessed: dict[str, float] = {}
    for part in outer:
        if not part.parts:
            guessed |= _of_element(part, ohmic, most, 0.3 * span, lead, FIRST_EXPONENT)
    for part, place, share in zip(groups, places, shares, strict=True):
        time = least * (most / least) ** float(place)
        exponent = FIRST_EXPONENT if rng is None else float(rng.uniform(0.5, 0.98))
        for element in part.elements():
            guessed |= _of_element(element, float(share) * span, time, span, lead, exponent)
    return guessed


def _of_element(
    element: Node, resistance: float, time: float, span: float, lead: float, exponent: float
) -> dict[str, float]:
    values = {
        "R": (resistance,),
        "C": (time / resistance,),
        "L": (lead,),
        "CPE": (time**exponent / resistance, exponent),
        "W": (span / np.sqrt(2.0 * time),),
        "Wo": (span, time),
        "Ws": (span, time),
        "G": (span, time),
    }[element.kind]
    names = element.parameters()
    return dict(zip(names, map(float, values), strict=True))


def _in_order(circuit: Node, values: Floats) -> Floats:
    """Exchange parts in series that look alike, so that the faster stands first."""
    parts = circuit.parts if circuit.kind == "series" else ()
    lengths = [len(part.parameters()) for part in parts]
    ends = np.cumsum(lengths)
    alike: dict[object, list[int]] = {}
    for place, part in enumerate(parts):
        if part.kind == "parallel":
            alike.setdefault(part.shape, []).append(place)
    ordered = values.copy()
    for places in alike.values():
        blocks = [values[ends[i] - lengths[i] : ends[i]] for i in places]
        times = [_time(parts[i], block) for i, block in zip(places, blocks, strict=True)]
        for i, best in zip(places, np.argsort(times, kind="stable"), strict=True):
            ordered[ends[i] - lengths[i] : ends[i]] = blocks[best]
    return ordered


def _time(part: Node, values: Floats) -> float:
    """Return the time constant of a resistance beside a capacitance [s]; 0 where there is none."""
    named = dict(zip(part.parameters(), values, strict=True))
    first = {element.kind: element.name for element in reversed(list(part.elements()))}
    if "R" not in first:
        return 0.0
    resistance = named[f"{first['R']}_ohm"]
    if "CPE" in first:
        coefficient, exponent = (named[f"{first['CPE']}_{p}"] for p in ("coefficient", "exponent"))
        return float((resistance * coefficient) ** (1.0 / exponent))
    return float(resistance * named[f"{first['C']}_farad"]) if "C" in first else 0.0
