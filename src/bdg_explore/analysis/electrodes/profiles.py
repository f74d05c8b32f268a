"""How far a capacity can be moved before a fit gets worse: intervals by profile likelihood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .fitting import Curve, Fit, descend, jacobian, residuals
from .half_cells import Array
from .shares import MOST, SUMS, chart_of

_ROUNDS: Final = 14
_CLOSE: Final = 0.02  # of the rise that is looked for
_LEAST_FREEDOM: Final = 2.0  # a misfit that never changes its sign leaves none


@dataclass(frozen=True)
class Profile:
    """What is known of the three sums of a fit; see `shares`.

    Attributes
    ----------
    interval : ndarray, shape (3, 2)
        Limits at the confidence asked for.
    alike : ndarray, shape (3, 2)
        Limits within which the curve changes by no more than `alike_volt`.
    alike_volt : float
        Root mean square by which curves may differ that count as alike [V].
    better : Fit or None
        A better fit that was met on the way.
    """

    interval: Array
    alike: Array
    alike_volt: float
    better: Fit | None


def profile(
    curve: Curve,
    found: Fit,
    *,
    fixed: Mapping[int, float],
    confidence: float,
    tolerance_volt: float,
) -> Profile:
    """Return limits of each sum: where the best fit with it held there is just too bad.

    Parameters
    ----------
    curve : Curve
        The measurement.
    found : Fit
        Its best fit.
    fixed : mapping
        Sums held in the fit; they have no limits (NaN).
    confidence : float
        Of the intervals, 0 to 1.
    tolerance_volt : float
        Root mean square by which curves may differ that count as alike [V]; no less than what the
        fit misses the curve by, as far as neighbouring points share it.

    Notes
    -----
    The sum of squares may rise by the quantile of F(1, n - p) times the variance of the residuals,
    their sum of squares over n - p. Residuals that resemble their neighbours, as they do where
    half-cell curves are not those of the cell or a cycle was too fast, are fewer than they seem:
    n is their count over their `correlation_length` [1]_, [2]_. Where points crowd, or dV/dQ has a
    weight, the rise is scaled by the sandwich variance over the naive one.

    References
    ----------
    .. [1] Bayley and Hammersley, Suppl. J. R. Stat. Soc. 8 (1946) 184, doi 10.2307/2983560: the
       effective number of independent observations.
    .. [2] Geyer, Statistical Science 7 (1992) 473, doi 10.1214/ss/1177011137: where to end the sum.
    """
    free = [k for k in SUMS if k not in fixed]
    rises = _statistical_rise(curve, found, confidence, free, len(fixed))
    alike_volt = max(tolerance_volt, _shared_misfit(curve, found))
    alike = float(curve.scale @ curve.scale) * alike_volt**2
    jobs = [(k, side, rise) for k in free for rise in (rises[k], alike) for side in (-1.0, 1.0)]
    limits, better = _search(curve, found, fixed, jobs)
    interval, same = np.full((3, 2), np.nan), np.full((3, 2), np.nan)
    for place, k in enumerate(free):
        interval[k] = limits[4 * place : 4 * place + 2]
        same[k] = limits[4 * place + 2 : 4 * place + 4]
    return Profile(interval, same, alike_volt, better)


def _shared_misfit(curve: Curve, found: Fit) -> float:
    """Return the root mean square of what neighbouring residuals share [V]: no noise is in it."""
    gap = residuals(curve, found.shares[None])[0, : len(curve.passed)]
    return float(np.sqrt(max(float(gap[1:] @ gap[:-1]), 0.0) / float(curve.scale @ curve.scale)))


def _statistical_rise(
    curve: Curve, found: Fit, confidence: float, free: list[int], held: int
) -> dict[int, float]:
    from scipy.special import fdtri  # late: the other analyses do not need it

    gap, along = jacobian(curve, found.shares[None])
    plain, along = gap[0, : len(curve.passed)], along[0]
    count = float(curve.scale @ curve.scale)
    parameters = 4 + (curve.drop_sign != 0) - held
    freedom = max(count / correlation_length(plain) - parameters, _LEAST_FREEDOM)
    rise = float(fdtri(1, freedom, confidence)) * float(plain @ plain) / freedom
    if not curve.derivative_weight and np.min(curve.scale) > 0.99:
        return dict.fromkeys(free, rise)
    return {k: rise * _sandwich(curve, along, found.shares, k) for k in free}


def correlation_length(gap: Array) -> float:
    """Return how many neighbouring residuals say what one independent residual would say.

    Parameters
    ----------
    gap : ndarray
        Residuals in the order of the curve.

    Returns
    -------
    float
        At least 1, and 1 for noise: ``1 + 2 sum of rho(k)`` over the lags k, up to where the sum of
        two neighbouring autocorrelations rho first falls to zero.
    """
    count = len(gap)
    padded = np.fft.rfft(gap, 2 * count)
    power = np.fft.irfft(np.abs(padded) ** 2)[: count - count % 2]
    if not power[0] > 0:
        return 1.0
    pairs = power.reshape(-1, 2).sum(axis=1) / power[0]
    end = int(np.argmax(pairs <= 0)) if (pairs <= 0).any() else len(pairs)
    return max(2 * float(pairs[:end].sum()) - 1, 1.0)


def _sandwich(curve: Curve, along: Array, shares: Array, k: int) -> float:
    """Return the variance of a sum over what it were if all rows were independent."""
    count = len(curve.passed)
    inner = (shares > 1e-9) & (np.abs(along).max(axis=0) > 0)
    along = along[:, inner]
    toward = np.zeros(5)
    toward[[k, k + 1]] = 1.0
    toward = toward[inner]
    whole = along[:count] * curve.scale[:, None]
    if curve.derivative_weight:  # and the transpose of `differ`
        tilted = along[count:] * curve.weights[:, None]
        whole[curve.lag :] += tilted
        whole[: -curve.lag] -= tilted
    lever = np.linalg.pinv(along.T @ along) @ toward
    naive = float(toward @ lever)
    return float(np.sum((whole @ lever) ** 2)) / naive if naive > 0 else 1.0


def _search(
    curve: Curve, found: Fit, fixed: Mapping[int, float], jobs: list[tuple[int, float, float]]
) -> tuple[Array, Fit | None]:
    """Return, for each (sum, side, rise), where the profile has risen that much, or its bound."""
    kinds = np.array([k for k, *_ in jobs], dtype=np.intp)
    sides = np.array([side for _, side, _ in jobs])
    rises = np.array([rise for *_, rise in jobs])
    centre = found.shares[kinds] + found.shares[kinds + 1]
    bound = np.where(sides < 0, 0.0, 2 * MOST)
    low, f_low = centre.copy(), np.zeros(len(jobs))
    high, f_high = bound.copy(), np.full(len(jobs), np.inf)
    at = centre + sides * _first_step(curve, found, kinds, rises)
    start = np.repeat(found.shares[None], len(jobs), axis=0)
    done = np.zeros(len(jobs), dtype=bool)
    best: Fit | None = None
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(~done)
        if not len(rows):
            break
        at = np.where(sides < 0, np.maximum(at, bound), np.minimum(at, bound))
        sums = [{**fixed, int(kinds[j]): float(at[j])} for j in rows]
        shares, cost, converged = _at_sums(curve, sums, start[rows], 1e-3 * rises[rows])
        top = int(np.argmin(cost))
        if cost[top] < found.cost * (1 - 1e-4) - 1e-14 and (best is None or cost[top] < best.cost):
            best = Fit(shares[top], float(cost[top]), bool(converged[top]))
        rise = np.sqrt(np.maximum(cost - found.cost, 0.0) / rises[rows])
        under = rise < 1
        for j, f, inside, begin in zip(rows, rise, under, shares, strict=True):
            if inside:
                low[j], f_low[j], start[j] = at[j], f, begin
            else:
                high[j], f_high[j] = at[j], f
        done[rows] = (np.abs(rise - 1) < _CLOSE) | (under & (at[rows] == bound[rows]))
        done[rows] |= np.abs(high[rows] - low[rows]) < 1e-6
        at = np.where(done, at, _next(low, f_low, high, f_high, centre))
    return at, best


def _next(low: Array, f_low: Array, high: Array, f_high: Array, centre: Array) -> Array:
    """Return the next trial: the rise grows about straight with the distance from the centre."""
    with np.errstate(divide="ignore", invalid="ignore"):
        between = low + (high - low) * np.clip((1 - f_low) / (f_high - f_low), 0.05, 0.95)
        beyond = centre + (low - centre) * np.clip(1.05 / f_low, 1.2, 4.0)
    return np.where(np.isfinite(f_high), between, beyond)


def _first_step(curve: Curve, found: Fit, kinds: NDArray[np.intp], rises: Array) -> Array:
    """Return how far each sum goes for its rise if the cost were a parabola."""
    along = jacobian(curve, found.shares[None])[1][0]
    inner = (found.shares > 1e-9) & (np.abs(along).max(axis=0) > 0)
    spread = np.zeros((5, 5))
    spread[np.ix_(inner, inner)] = np.linalg.pinv(along[:, inner].T @ along[:, inner])
    of = {k: spread[k, k] + spread[k + 1, k + 1] + 2 * spread[k, k + 1] for k in SUMS}
    straight = np.sqrt(rises * np.array([max(of[int(k)], 0.0) for k in kinds]))
    return np.asarray(np.clip(straight, 1e-5, 0.5))


def _at_sums(
    curve: Curve, sums: list[dict[int, float]], start: Array, slack: Array
) -> tuple[Array, Array, Array]:
    """Fit with sums held, each problem from its own start."""
    shares, cost = np.empty_like(start), np.empty(len(sums))
    converged = np.empty(len(sums), dtype=bool)
    patterns: dict[tuple[int, ...], list[int]] = {}
    for j, held in enumerate(sums):
        patterns.setdefault(tuple(sorted(held)), []).append(j)
    ohmic = curve.drop_sign != 0
    for rows in patterns.values():
        chart = chart_of([sums[j] for j in rows], ohmic)
        shares[rows], cost[rows], converged[rows] = descend(
            curve, chart, chart.nearest(start[rows]), slack[rows]
        )
    return shares, cost, converged
