"""Straight lines that bend once or twice, fitted by looking at every break there can be.

A line with breaks at `c` and `d` is a sum of 1, x, (x - c)+ and (x - d)+. For given breaks it is
linear least squares, and every inner product it needs is a sum over the points beyond a break: sums
that are taken once. So all breaks, or all pairs of them, are compared and none is guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SIDE: Final = 3  # points that each piece of a broken line has at least
_BLOCKS: Final = 64  # blocks of breaks along an axis in the search for two
_PAIRS: Final = 10_000  # pairs that are compared at once; they stay in cache
_ZOOM: Final = 11  # breaks tried from a point to its neighbour, and again around the best of them
_ALIKE: Final = 1e-14  # determinant below which two breaks are one
_DIGITS: Final = 1e-14
_ROUNDING: Final = 1e-8  # deviations smaller than this share of the spread are rounding


@dataclass(frozen=True)
class _Hinges:
    """The functions (x - c)+ of many breaks, seen beside a straight line."""

    at: Floats
    first: Floats  # sums over the points beyond the break, of the hinge and of x times it
    second: Floats
    along_one: Floats  # inner products with the orthonormal 1 and x
    along_x: Floats
    size: Floats  # squared length of what a straight line leaves of the hinge
    pull: Floats  # inner product with what a straight line leaves of the data

    def take(self, rows: Ints) -> "_Hinges":
        return _Hinges(*(part[rows] for part in vars(self).values()))


@dataclass(frozen=True)
class _Blocks:
    """Pairs of blocks of breaks, the most hopeful first."""

    size: int
    first: Ints  # where each block begins
    second: Ints
    least: Floats  # what no pair of breaks in them can go below


class BrokenLines:
    """Straight, once and twice broken lines through one set of points.

    Parameters
    ----------
    x, y : ndarray
        The points, `x` rising strictly; at least seven.

    Notes
    -----
    Inside, x runs from -1 to 1 and y has mean 0 and spread 1; breaks go in and come out on the
    caller's axis, sums of squares are relative.
    """

    def __init__(self, x: Floats, y: Floats) -> None:
        self.x, self.y = x, y
        self._middle, self._half = (x[0] + x[-1]) / 2, (x[-1] - x[0]) / 2
        self._z: Floats = (x - self._middle) / self._half
        spread = float(np.std(y))
        blur = _DIGITS * float(np.max(np.abs(y)))  # what doubles can tell apart
        self._w = (y - y.mean()) / spread if spread > blur else np.zeros(len(y))
        mean = self._z.mean()
        self._one, self._slope = 1 / np.sqrt(len(x)), (self._z - mean)
        self._norm, self._mean = float(np.linalg.norm(self._slope)), float(mean)
        along = self._slope @ self._w / self._norm**2
        left = self._w - along * self._slope
        z, w, one = self._z, self._w, np.ones(len(x))
        self._beyond = [_from_end(part) for part in (one, z, z**2, left, left * z)]
        self._until = [_from_start(part) for part in (one, z, w, z**2, z * w, w**2)]
        self.rounding = len(x) * max(_ROUNDING, blur / max(spread, blur)) ** 2
        self.straight = float(left @ left)

    # --- one break ---

    def once(self) -> float:
        """Return the break of the best line broken once."""
        inner = self._inner()
        best = int(np.argmin(self._one_break(inner)))
        tried, k = inner, best
        for _ in range(3):
            tried = _around(tried, k)
            k = int(np.argmin(self._one_break(tried)))
        return float(self._out(tried[k]))

    def breaks(self) -> Floats:
        """Return the points at which a line may break."""
        return self._out(self._inner())

    def squares_once(self, breaks: Floats) -> Floats:
        """Return the sum of squares that each break leaves, the slopes being the best for it."""
        return self._one_break((breaks - self._middle) / self._half)

    def _one_break(self, breaks: Floats) -> Floats:
        hinges = self._hinges(breaks)
        return self._left(hinges.pull**2 / hinges.size)

    # --- two breaks ---

    def twice(self) -> tuple[float, float]:
        """Return the breaks of the best line broken twice."""
        inner = self._inner()
        coarse = np.arange(0, len(inner), self._blocks.size)
        left = self._two_breaks(self._all, coarse[:, None], coarse[None, :])
        row, column = np.unravel_index(int(np.argmin(left)), left.shape)
        best, pair = float(left[row, column]), (int(coarse[row]), int(coarse[column]))
        for rows, columns, least in self._candidates(best):
            if least > best + self.rounding:
                break
            left = self._two_breaks(self._all, rows[:, :, None], columns[:, None, :])
            some, row, column = np.unravel_index(int(np.argmin(left)), left.shape)
            if left[some, row, column] < best:
                best = float(left[some, row, column])
                pair = int(rows[some, row]), int(columns[some, column])
        return self._zoom(inner, *pair)

    def squares_twice(self, enough: float) -> Floats:
        """Return, for each of `breaks()` as the first, the least that two breaks leave.

        Parameters
        ----------
        enough : float
            Sum of squares above which nobody asks; it may stand as infinite.
        """
        least = np.full(len(self._all.at), np.inf)
        for rows, columns, _ in self._candidates(enough):
            left = self._two_breaks(self._all, rows[:, :, None], columns[:, None, :]).min(axis=2)
            np.minimum.at(least, rows, left)
        return least

    @cached_property
    def _all(self) -> _Hinges:
        return self._hinges(self._inner())

    @cached_property
    def _blocks(self) -> _Blocks:
        many = len(self._z) - 2 * (SIDE - 1)
        size = max(1, many // _BLOCKS)
        begin = np.arange(0, many, size)
        low = begin + SIDE - 1  # the first and the last point of each
        high = np.minimum(begin + size, many) - 1 + SIDE - 1
        before = self._line(np.zeros_like(low), low + 1)
        after = self._line(high, np.full_like(high, len(self._z)))
        one, two = np.triu_indices(len(begin))
        least = (
            before[one] + self._line(high[one], np.maximum(low[two] + 1, high[one])) + after[two]
        )
        order = np.argsort(least, kind="stable")
        return _Blocks(size, begin[one[order]], begin[two[order]], least[order])

    def _candidates(self, enough: float) -> Iterator[tuple[Ints, Ints, float]]:
        """Yield the breaks of all pairs of blocks that may leave no more than `enough`, best first.

        Wherever in two blocks the breaks stand, the line is straight before the first block,
        between the two and after the second: three free lines there leave less. Blocks whose three
        lines leave more than enough hold no such pair. The third of what is yielded is the least
        that this pair and all that follow can leave.
        """
        blocks = self._blocks
        count = int(np.searchsorted(blocks.least, enough + self.rounding, side="right"))
        step = max(1, _PAIRS // blocks.size**2)
        inside, last = np.arange(blocks.size), len(self._z) - 2 * (SIDE - 1) - 1
        for k in range(0, count, step):
            some = slice(k, min(k + step, count))
            rows = np.minimum(blocks.first[some, None] + inside, last)
            columns = np.minimum(blocks.second[some, None] + inside, last)
            yield rows, columns, float(blocks.least[k])

    def _two_breaks(
        self, hinges: _Hinges, rows: Ints, columns: Ints, between: int = SIDE
    ) -> Floats:
        """Return what is left with breaks at these rows and columns.

        It is infinite where the second does not follow by so many: two breaks side by side are a
        step, as after a pause, and no bend.
        """
        c, d = hinges.take(rows), hinges.take(columns)
        both = d.second - c.at * d.first
        both -= c.along_one * d.along_one
        both -= c.along_x * d.along_x
        apart = c.size * d.size
        gain = c.pull**2 * d.size + d.pull**2 * c.size - 2 * (c.pull * d.pull) * both
        both *= both
        apart -= both
        fine = (apart > _ALIKE) & (columns - rows >= between)
        return np.where(fine, self._left(gain / np.where(fine, apart, 1.0)), np.inf)

    def _zoom(self, inner: Floats, row: int, column: int) -> tuple[float, float]:
        """Look for better breaks between the neighbours of a pair, and once more between theirs."""
        first = second = inner
        for _ in range(2):
            first, second = _around(first, row), _around(second, column)
            hinges, many = self._hinges(np.concatenate((first, second))), len(first)
            places = np.arange(many)
            left = self._two_breaks(hinges, places[:, None], places[None, :] + many, between=0)
            row, column = divmod(int(np.argmin(left)), many)
        return float(self._out(first[row])), float(self._out(second[column]))

    # --- what both need ---

    def fit(self, *breaks: float) -> tuple[float, Floats, Floats]:
        """Fit the line with these breaks.

        Returns
        -------
        tuple
            The value at the first break, the slope of each piece, and the residuals, on the
            caller's axes.
        """
        shape = [np.ones(len(self.x)), self.x - breaks[0]]
        shape += [np.maximum(self.x - at, 0) for at in breaks]
        design = np.stack(shape, axis=1)
        found = np.linalg.lstsq(design, self.y, rcond=None)[0]
        return float(found[0]), np.cumsum(found[1:]), self.y - design @ found

    def _inner(self) -> Floats:
        return self._z[SIDE - 1 : len(self._z) - SIDE + 1]

    def _out(self, z: Floats) -> Floats:
        return np.asarray(z * self._half + self._middle)

    def _left(self, gain: Floats) -> Floats:
        return np.asarray(np.maximum(self.straight - gain, 0.0))

    def _hinges(self, at: Floats) -> _Hinges:
        k = np.searchsorted(self._z, at, side="right")
        count, sums, squares, left, moment = (part[k] for part in self._beyond)
        first, second = sums - at * count, squares - at * sums
        one = first * self._one
        x = (second - self._mean * first) / self._norm
        whole = second - at * first
        return _Hinges(at, first, second, one, x, whole - one**2 - x**2, moment - at * left)

    def _line(self, begin: Ints, end: Ints) -> Floats:
        """Return what a free straight line leaves of the points from `begin` to before `end`."""
        n, z, w, zz, zw, ww = (part[end] - part[begin] for part in self._until)
        n = np.maximum(n, 1)
        a, b, c = zz - z * z / n, zw - z * w / n, ww - w * w / n
        steep = np.divide(b * b, a, out=np.zeros_like(a), where=a > 1e-14)
        return np.where(end - begin > 2, np.maximum(c - steep, 0.0), 0.0)


def _from_end(values: Floats) -> Floats:
    """Return, for each k, the sum of the values from k on."""
    return np.append(np.cumsum(values[::-1])[::-1], 0.0)


def _from_start(values: Floats) -> Floats:
    """Return, for each k, the sum of the values before k."""
    return np.append(0.0, np.cumsum(values))


def _around(grid: Floats, k: int) -> Floats:
    """Return a finer grid from the neighbour before to the neighbour after, itself included."""
    before, after = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
    return np.concatenate(
        (np.linspace(before, grid[k], _ZOOM), np.linspace(grid[k], after, _ZOOM)[1:])
    )
