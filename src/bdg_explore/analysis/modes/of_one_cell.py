"""Degradation modes of one cell: its curves fitted one after the other, and counted from one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from ..curves.slow_curves import SlowCurve
from ..electrodes.fitting import Curve, Fit, fit, modelled
from ..electrodes.potentials import Potential
from ..electrodes.profiles import Profile, profile
from ..electrodes.shares import SUMS
from ..records.arrays import Floats

NOTHING: Final = np.full(3, np.nan)
OPEN: Final = np.full((3, 2), np.nan)
MISSES_VOLT: Final = 0.020  # a root mean square beyond this is no fit
_IDENTIFIED, _WEAK = 0.05, 0.08  # half of the span of values that fit alike


@dataclass(frozen=True)
class Choices:
    """What the caller chose; the words are those of `degradation_modes`."""

    negative: Potential
    positive: Potential
    drop_sign: float
    derivative_weight: float
    fixed: Mapping[int, float]
    intervals: bool
    confidence: float
    tolerance_volt: float


@dataclass(frozen=True)
class Stock:
    """Capacities [Ah] of the negative electrode, the lithium and the positive electrode.

    Attributes
    ----------
    held : ndarray, shape (3,)
        What they are.
    interval, alike : ndarray, shape (3, 2)
        Limits by chance, and limits within which the curve hardly changes; see `Profile`.
    alike_volt : float
        Root mean square by which curves differ that count as alike [V].
    charge : float
        Charge of the curve they were fitted to.
    name : str
        What it is called as a reference.
    """

    held: Floats
    interval: Floats
    alike: Floats
    alike_volt: float = np.nan
    charge: float = np.nan
    name: str = ""


@dataclass(frozen=True)
class Fitted:
    """One curve's fit; NaN where there is none, and why.

    Attributes
    ----------
    stock : Stock
        Capacities.
    shares : ndarray
        Parameters of the fit.
    rmse : float
        Root mean square of the residual [V].
    converged : bool
        Whether the fit came to rest.
    fixed : tuple of int
        Capacities that were given.
    reason : str
        Why there is no fit, or what is doubtful about it.
    """

    stock: Stock = field(default_factory=lambda: Stock(NOTHING, OPEN, OPEN))
    shares: Floats = field(default_factory=lambda: np.full(5, np.nan))
    rmse: float = np.nan
    converged: bool = False
    fixed: tuple[int, ...] = ()
    reason: str = ""


def fit_life(
    curves: Sequence[SlowCurve],
    numbers: Sequence[int],
    choices: Choices,
    reference: "int | Stock | None",
) -> tuple[list[Fitted], Stock | None]:
    """Fit the curves of one cell in order of their cycles.

    Parameters
    ----------
    curves : sequence of SlowCurve
        Rising cycle number.
    numbers : sequence of int
        Cycle numbers.
    choices : Choices
        How.
    reference : int, Stock or None
        Cycle, or capacities, that modes are counted from; the first cycle that can be fitted.

    Returns
    -------
    fits : list of Fitted
    reference : Stock or None
        None where the reference cycle has no fit.

    Notes
    -----
    The reference is fitted first, with nothing fixed; every other curve has the fit before it as a
    start of its own besides those that every fit has.
    """
    fits: dict[int, Fitted] = {}
    if isinstance(reference, Stock):
        base: Stock | None = reference
    else:
        base = None
        chosen = [
            k
            for k, curve in enumerate(curves)
            if not curve.reason and reference in (None, numbers[k])
        ]
        if chosen:
            fits[chosen[0]] = fit_curve(curves[chosen[0]], replace(choices, fixed={}), None, None)
            base = replace(fits[chosen[0]].stock, name=f"cycle {numbers[chosen[0]]}")
    before = next(iter(fits.values()), None)
    for k, curve in enumerate(curves):
        if k not in fits:
            fits[k] = fit_curve(curve, choices, before, base)
        before = before if np.isnan(fits[k].rmse) else fits[k]
    return [fits[k] for k in range(len(curves))], base


def fit_curve(
    slow: SlowCurve, choices: Choices, before: Fitted | None, base: Stock | None
) -> Fitted:
    """Fit one curve, and say how sure its capacities are."""
    if slow.reason:
        return Fitted(reason=slow.reason)
    if choices.fixed and base is None:
        return Fitted(reason="a mode is fixed, and there is no reference to count it from")
    curve = Curve(
        slow.passed,
        slow.voltage,
        choices.negative,
        choices.positive,
        choices.drop_sign,
        choices.derivative_weight,
    )
    fixed = {
        k: base.held[k] * (1 - loss) / slow.charge - 1
        for k, loss in choices.fixed.items()
        if base is not None
    }
    found = fit(curve, fixed=fixed, warm=None if before is None else _carried(before, slow.charge))
    if not np.isfinite(found.cost):
        return Fitted(reason="what is fixed leaves less than the charge of the curve")
    known = Profile(OPEN, OPEN, np.nan, None)
    if choices.intervals:
        for _ in range(2):  # once more where the search met a better fit on its way
            known = profile(
                curve,
                found,
                fixed=fixed,
                confidence=choices.confidence,
                tolerance_volt=choices.tolerance_volt,
            )
            if known.better is None:
                break
            found = fit(curve, fixed=fixed, warm=known.better.shares)
    return _fitted(slow, curve, found, known, tuple(fixed))


def _fitted(
    slow: SlowCurve,
    curve: Curve,
    found: Fit,
    known: Profile,
    fixed: tuple[int, ...],
) -> Fitted:
    gap = modelled(curve, found.shares[None])[0] - curve.voltage
    rmse = float(np.sqrt(np.average(gap**2, weights=curve.scale**2)))
    totals = np.array([1 + found.shares[k] + found.shares[k + 1] for k in SUMS])
    limits = (1 + known.interval) * slow.charge, (1 + known.alike) * slow.charge
    stock = Stock(totals * slow.charge, *limits, known.alike_volt, slow.charge)
    reason = ""
    if rmse > MISSES_VOLT:
        reason = (
            f"the half-cell curves miss this curve by {1e3 * rmse:.0f} mV: other materials, or too "
            "fast a cycle"
        )
    elif not found.converged:
        reason = "the fit did not come to rest"
    return Fitted(stock, found.shares, rmse, found.converged, fixed, reason)


def _carried(before: Fitted, charge: float) -> Floats:
    """Return shares of the same electrodes and lithium for a curve of another charge."""
    sums = before.stock.held / charge - 1
    left_n = min(max(before.shares[1] * before.stock.charge / charge, 0.0), max(sums[1], 0.0))
    left_p = max(sums[1] - left_n, 0.0)
    shares = [sums[0] - left_n, left_n, left_p, sums[2] - left_p, before.shares[4]]
    return np.asarray(np.maximum(shares, 0.0), dtype=np.float64)


def losses(one: Fitted, base: Stock | None) -> tuple[Floats, Floats]:
    """Return what is lost of each capacity since the reference, and its limits.

    Parameters
    ----------
    one : Fitted
        A fit.
    base : Stock or None
        The reference.

    Returns
    -------
    loss : ndarray, shape (3,)
        Fractions of the reference.
    limits : ndarray, shape (3, 2)
        Lower and upper; the errors of both fits count.

    Notes
    -----
    The interval of the ratio is put together from those of numerator and denominator, each side on
    its own and on a logarithmic scale, as variances are (MOVER).
    """
    if base is None:
        return NOTHING, OPEN
    loss = 1 - one.stock.held / base.held
    if one.stock.held is base.held or np.array_equal(one.stock.held, base.held):
        return np.zeros(3), np.zeros((3, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        here = np.log(one.stock.interval / one.stock.held[:, None])
        there = np.log(base.interval / base.held[:, None])
        there = np.where(np.isnan(there), 0.0, there) if base.name == "given" else there
        down = np.hypot(here[:, 0], there[:, 1])
        up = np.hypot(here[:, 1], there[:, 0])
        ratio = np.log(one.stock.held / base.held)
    limits = 1 - np.exp(np.stack([ratio + up, ratio - down], axis=1))
    for k in one.fixed:
        limits[k] = loss[k]
    return loss, limits


def words(one: Fitted, base: Stock | None) -> list[str]:
    """Return of each loss, in words, whether the curve tells it.

    A loss is known no better than what it is counted from: of the values that are alike for this
    curve, and those for the reference, the wider span counts.
    """
    said = []
    for k in SUMS:
        if k in one.fixed:
            said.append("fixed")
            continue
        if base is None or np.isnan(one.stock.alike[k]).any():
            said.append("")
            continue
        if one.rmse > MISSES_VOLT:
            said.append(f"doubtful: the fit misses the curve by {1e3 * one.rmse:.0f} mV")
            continue
        upper, lower = 1 - one.stock.alike[k] / base.held[k]
        volt = one.stock.alike_volt
        lower_too, upper_too = 1 - one.stock.held[k] / base.alike[k]
        if upper_too - lower_too > upper - lower:  # never where the reference was given as numbers
            lower, upper, volt = lower_too, upper_too, base.alike_volt
        half = 0.5 * (upper - lower)
        word = "identified" if half <= _IDENTIFIED else "weak"
        word = "not identifiable" if half > _WEAK else word
        span = f": {100 * lower:.0f} to {100 * upper:.0f} % fit within {1e3 * volt:.2g} mV"
        said.append(word if half <= _IDENTIFIED else word + span)
    return said
