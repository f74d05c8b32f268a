"""The charge that passes below each voltage of a grid, for many curves at once."""

from typing import Final

import numpy as np

from ..records.arrays import Floats, Ints
from .running_sums import padded_width, running_sums

SAME_VOLT: Final = 1e-6  # voltages closer than this are one voltage


class Grid:
    """Rising voltages, and where among them others lie.

    Attributes
    ----------
    points : ndarray
        The voltages [V].
    axis : ndarray
        The same from the first on, in steps if they are even, else in volts; padded with zeros.
    scale : float
        What turns a voltage above the first one into a place on that axis [1/V].
    """

    def __init__(self, points: Floats) -> None:
        above = points - points[0]
        step = above[-1] / (len(points) - 1)
        self.points = points
        self.even = bool(np.abs(above - step * np.arange(len(points))).max() < 1e-9)
        self.scale = float(1.0 / step) if self.even else 1.0
        self.width = padded_width(len(points) + 1)
        self.axis = np.zeros(self.width)
        self.axis[: len(points)] = above * self.scale

    def next_to(self, places: Floats) -> Floats:
        """Return which grid point, counted from 0, is the first above each place on the axis."""
        count = len(self.points)
        if not self.even:
            return np.searchsorted(self.axis[:count], places).astype(np.float64)
        if len(places) and (np.min(places) <= -1.0 or np.max(places) >= count):
            places = np.clip(places, -1.0, count - 1.0)
        return places + 1.0  # to be cut off after the comma


def charge_below(grid: Grid, voltage: Floats, moved: Floats, starts: Ints) -> Floats:
    """Return the charge each curve passes below each voltage, a row a curve [unit of `moved`].

    Parameters
    ----------
    grid : Grid
        The voltages.
    voltage, moved : ndarray
        Points of the curves, one after the other [V], and the charge since the point before.
    starts : ndarray of int
        First point of each curve; the first is 0.

    Notes
    -----
    Between two points the charge is spread evenly over the voltages between them, whichever way
    the voltage goes. So the charge below a voltage bends at the points and is straight between
    them: at every point the slope changes, and two running sums along the grid, of the changes and
    of where they stand, give all curves at once.
    """
    place = (voltage - grid.points[0]) * grid.scale
    rise = place[1:] - place[:-1]
    least = SAME_VOLT * grid.scale
    jumps = np.abs(rise) < least
    jumps[starts[1:] - 1] = False
    flat = np.flatnonzero(jumps)
    if len(flat):
        rise[flat] = np.inf  # a jump has no slope
    slope = np.zeros(len(place) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(moved[1:], rise, out=slope[1:-1])
    slope[starts] = 0.0  # from one curve to the next nothing passes
    bend = slope[1:] - slope[:-1]
    row = np.repeat(np.arange(len(starts)) * float(grid.width), np.diff(starts, append=len(place)))
    if len(flat):  # half of a jump lies on either side of its voltage
        middle, half = 0.5 * (place[flat] + place[flat + 1]), 0.5 * least
        steep = moved[flat + 1] / least
        place = np.concatenate([place, middle - half, middle + half])
        bend = np.concatenate([bend, steep, -steep])
        row = np.concatenate([row, row[flat], row[flat]])
    at = (grid.next_to(place) + row).astype(np.int64)
    shape = len(starts), grid.width
    below = running_sums(np.bincount(at, bend, shape[0] * shape[1]).reshape(shape))
    below *= grid.axis
    bend *= place
    below -= running_sums(np.bincount(at, bend, shape[0] * shape[1]).reshape(shape))
    return below[:, : len(grid.points)]
