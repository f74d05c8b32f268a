"""Fit of two half-cell curves to one slow voltage curve, many starts or bounds at a time.

Bounded Levenberg-Marquardt over the shares of `shares`, with the derivatives written out. PyProBE,
ampworks and PyBaMM fit such curves too (all BSD-3-Clause); each brings an engine or a simulator
along, and none gives limits of the modes, which is why none is a dependency.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .half_cells import Array
from .potentials import Potential
from .shares import Chart, chart_of

_ITERATIONS: Final = 60
_STARTS: Final = 12
_TRIALS: Final = 1500
_COARSE: Final = 100  # points on which starts are improved
_SKETCH: Final = 30  # points on which trials are compared


@dataclass(frozen=True)
class Curve:
    """One slow curve and what to lay over it.

    Attributes
    ----------
    passed : ndarray
        Charge since the cell was full over the charge of the curve, 0 to 1, rising.
    voltage : ndarray
        Voltage [V] there.
    negative, positive : Potential
        Half-cell curves.
    drop_sign : float
        -1 where current lowers the voltage (discharge), 1 where it lifts it; 0 for no ohmic drop.
    derivative_weight : float
        Weight of the residual's derivative over `passed`; 0 for none.
    """

    passed: Array
    voltage: Array
    negative: Potential
    positive: Potential
    drop_sign: float = 0.0
    derivative_weight: float = 0.0

    @cached_property
    def scale(self) -> Array:
        """Factor of each residual: below 1 where points crowd, so that they count by charge."""
        return np.sqrt(np.minimum(np.gradient(self.passed) * len(self.passed), 1.0))

    @property
    def lag(self) -> int:
        """Points over which the derivative is formed."""
        return max(1, len(self.passed) // 50)

    @property
    def weights(self) -> Array:
        """Factor of each difference, such that their squares sum up to an integral over charge."""
        step = self.passed[self.lag :] - self.passed[: -self.lag]
        even = self.lag / len(self.passed)
        return self.derivative_weight / np.sqrt(np.maximum(step, 1e-6) * even)

    def differ(self, values: Array) -> Array:
        """Return the weighted derivative of values along their second axis."""
        weight = self.weights.reshape((-1,) + (1,) * (values.ndim - 2))
        return (values[:, self.lag :] - values[:, : -self.lag]) * weight

    def thinned(self, points: int) -> "Curve":
        """Return the curve at fewer of its points, evenly chosen."""
        if len(self.passed) <= points:
            return self
        keep = np.linspace(0, len(self.passed) - 1, points).round().astype(np.intp)
        return Curve(
            self.passed[keep],
            self.voltage[keep],
            self.negative,
            self.positive,
            self.drop_sign,
            self.derivative_weight,
        )


@dataclass(frozen=True)
class Fit:
    """The best shares of one curve.

    Attributes
    ----------
    shares : ndarray
        The five parameters.
    cost : float
        Sum of squared residuals, those of the derivative included [V^2].
    converged : bool
        The last step changed next to nothing.
    """

    shares: Array
    cost: float
    converged: bool


def modelled(curve: Curve, shares: Array) -> Array:
    """Return the voltage [V] of each row of shares at the points of the curve."""
    return _voltage(curve, shares)[0]


def _voltage(curve: Curve, shares: Array) -> tuple[Array, Array, Array, Array, Array]:
    free_n, left_n, left_p, free_p, drop = (shares[:, k, None] for k in range(5))
    x = (left_n + 1 - curve.passed) / (1 + free_n + left_n)
    y = (left_p + curve.passed) / (1 + left_p + free_p)
    u_n, slope_n = curve.negative(x)
    u_p, slope_p = curve.positive(y)
    return u_p - u_n + curve.drop_sign * drop, x, y, slope_n, slope_p


def residuals(curve: Curve, shares: Array) -> Array:
    """Return model less measurement [V], scaled, a row a set of shares; the derivative's follow."""
    gap = modelled(curve, shares) - curve.voltage
    scaled = gap * curve.scale
    return (
        np.concatenate([scaled, curve.differ(gap)], axis=1) if curve.derivative_weight else scaled
    )


def jacobian(curve: Curve, shares: Array) -> tuple[Array, Array]:
    """Return residuals, and their derivatives by the five parameters along a third axis."""
    volts, x, y, slope_n, slope_p = _voltage(curve, shares)
    gap = volts - curve.voltage
    along = np.empty((*gap.shape, 5))
    over_n = slope_n / (1 + shares[:, 0] + shares[:, 1])[:, None]
    over_p = slope_p / (1 + shares[:, 2] + shares[:, 3])[:, None]
    along[..., 0] = over_n * x
    along[..., 1] = over_n * (x - 1)
    along[..., 2] = over_p * (1 - y)
    along[..., 3] = -over_p * y
    along[..., 4] = curve.drop_sign
    scaled, tilted = gap * curve.scale, along * curve.scale[:, None]
    if curve.derivative_weight:
        scaled = np.concatenate([scaled, curve.differ(gap)], axis=1)
        tilted = np.concatenate([tilted, curve.differ(along)], axis=1)
    return scaled, tilted


def descend(
    curve: Curve, chart: Chart, at: Array, slack: Array | float = 0.0
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Run a bounded Levenberg-Marquardt search for every problem of a chart at once.

    Parameters
    ----------
    curve : Curve
        The measurement.
    chart : Chart
        Coordinates and bounds, one row a problem.
    at : ndarray
        Where each begins.
    slack : ndarray or float
        A problem is done where a step lowers its cost by no more than this [V^2].

    Returns
    -------
    shares, cost, converged : ndarray
        Of each problem; cost is infinite where its sums contradict each other.
    """
    possible = (chart.low <= chart.high + 1e-12).all(axis=1)
    shares = chart.shares(at)
    gap, along = jacobian(curve, shares)
    cost = np.einsum("kn,kn->k", gap, gap)
    damping = np.full(len(at), 1e-3)
    done = ~possible
    nothing = 1e-18 * float(curve.voltage @ curve.voltage)
    enough = np.broadcast_to(slack, len(at))
    for _ in range(_ITERATIONS):
        rows = np.flatnonzero(~done)
        if not len(rows):
            break
        low, high, ways = chart.low[rows], chart.high[rows], chart.ways[rows]
        step = _step(gap[rows], along[rows] @ ways, damping[rows], at[rows], low, high)
        trial = np.clip(at[rows] + step, low, high)
        moved = np.abs(trial - at[rows]).max(axis=1)
        trial_shares = chart.origin[rows] + np.einsum("kij,kj->ki", ways, trial)
        new_gap, new_along = jacobian(curve, trial_shares)
        new_cost = np.einsum("kn,kn->k", new_gap, new_gap)
        better = new_cost < cost[rows]
        gain = cost[rows] - new_cost
        calm = (gain <= 1e-9 * cost[rows] + nothing) & (moved < 1e-4) | (gain <= enough[rows])
        done[rows] = (calm & better) | (moved < 1e-9) | (damping[rows] > 1e8)
        taken = rows[better]
        at[taken], cost[taken], shares[taken] = (
            trial[better],
            new_cost[better],
            trial_shares[better],
        )
        gap[taken], along[taken] = new_gap[better], new_along[better]
        damping[rows] = np.where(better, np.maximum(damping[rows] * 0.2, 1e-12), damping[rows] * 5)
    return shares, np.where(possible, cost, np.inf), done & possible


def _step(gap: Array, along: Array, damping: Array, at: Array, low: Array, high: Array) -> Array:
    """Return the damped Gauss-Newton step; what pushes against a bound stays where it is."""
    slope = np.einsum("knp,kn->kp", along, gap)
    curvature = along.transpose(0, 2, 1) @ along
    held = ((at <= low) & (slope > 0)) | ((at >= high) & (slope < 0)) | (low >= high)
    count = at.shape[1]
    scale = np.maximum(np.einsum("kpp->kp", curvature), 1e-12)
    matrix = curvature + (damping[:, None] * scale)[:, None, :] * np.eye(count)
    matrix = np.where(held[:, :, None] | held[:, None, :], np.eye(count), matrix)
    matrix = matrix + np.eye(count) * (1e-14 * scale)[:, None, :]
    return -np.linalg.solve(matrix, np.where(held, 0.0, slope)[..., None])[..., 0]


def fit(
    curve: Curve, *, fixed: Mapping[int, float] | None = None, warm: Array | None = None
) -> Fit:
    """Find the shares that describe a curve best.

    Parameters
    ----------
    curve : Curve
        The measurement.
    fixed : mapping, optional
        Sums that are known, as shares of the curve's charge less one.
    warm : ndarray, optional
        Shares of the same cell one cycle before: one more start; kept where no other start ends
        at a cost that is lower by more than chance.

    Notes
    -----
    The starts are the best of 1500 points of a fixed low-discrepancy sequence (Roberts' R), spread
    over the shares; they are improved on a hundred points of the curve, and the best of what they
    end at on all of them. Nothing is random.
    """
    fixed = fixed or {}
    coarse = curve.thinned(_COARSE)
    ohmic = curve.drop_sign != 0
    trials = _spread(_TRIALS)
    chart = chart_of([fixed], ohmic)
    everywhere = Chart(*(np.repeat(p, len(trials), axis=0) for p in _parts(chart)))
    at = everywhere.nearest(trials)
    gaps = residuals(curve.thinned(_SKETCH), everywhere.shares(at))
    order = np.argsort(np.einsum("kn,kn->k", gaps, gaps), kind="stable")[:_STARTS]
    some = Chart(*(np.repeat(p, len(order), axis=0) for p in _parts(chart)))
    shares, cost, _ = descend(coarse, some, at[order])
    best = np.argsort(cost, kind="stable")
    keep = [best[0]]
    keep += [k for k in best[1:] if np.abs(shares[k] - shares[best[0]]).max() > 1e-3][:2]
    begin = shares[keep]
    if warm is not None:
        begin = np.concatenate([warm[None], begin])
    few = Chart(*(np.repeat(p, len(begin), axis=0) for p in _parts(chart)))
    shares, cost, converged = descend(curve, few, few.nearest(begin))
    chosen = int(np.argmin(cost))
    if warm is not None and cost[0] <= cost[chosen] * (1 + 4 / max(len(curve.passed) - 5, 1)):
        chosen = 0
    return Fit(shares[chosen], float(cost[chosen]), bool(converged[chosen]))


def _parts(chart: Chart) -> tuple[Array, Array, Array, Array]:
    return chart.origin, chart.ways, chart.low, chart.high


def _spread(count: int) -> Array:
    """Return shares spread evenly: most cells leave little free, some a lot."""
    root = 1.16730397826142  # of g**5 = g + 1: the even sequence of four dimensions
    steps = root ** -np.arange(1.0, 5.0)
    even = (0.5 + np.arange(1, count + 1)[:, None] * steps) % 1.0
    return np.concatenate([1.2 * even**2, np.full((count, 1), 0.002)], axis=1)
