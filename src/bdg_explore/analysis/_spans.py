"""Stretches of records in which the current flows one way, or rests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ._records import Column, Floats, Ints

LEAST_REST_SECOND: Final = 60.0
NOISE_SHARE: Final = 0.01  # of the cell's largest current: less, and briefly, is noise of a rest
NOISE_SECOND: Final = 600.0


@dataclass(frozen=True)
class Spans:
    """Spans of one cell in test order; none reaches beyond its cycle.

    Attributes
    ----------
    first, stop : ndarray of int
        First row, and the row after the last one.
    way : ndarray of int
        1 charge, -1 discharge, 0 rest.
    cycle : ndarray of int
        Position of the cycle.
    """

    first: Ints
    stop: Ints
    way: Ints
    cycle: Ints

    def __len__(self) -> int:
        return len(self.first)

    @classmethod
    def of(cls, parts: "Sequence[tuple[Ints, Ints, Ints]]", rows: int) -> "Spans":
        """Put together what `merged` gave, of a cell with so many rows."""
        if not parts:
            none = np.zeros(0, dtype=np.int64)
            return cls(none, none, none, none)
        first, way, cycle = merged(*(np.concatenate(part) for part in zip(*parts, strict=True)))
        return cls(first, np.append(first[1:], rows), way, cycle)

    def durations(self, time: Column) -> Floats:
        """Return how long each span lasts, from the record before it if of the same cycle [s]."""
        begin = self.first.copy()
        begin[1:] -= self.cycle[1:] == self.cycle[:-1]
        end = np.asarray(time[self.stop - 1], dtype=np.float64)
        return end - np.asarray(time[begin], dtype=np.float64)

    def without_noise(self, time: Column, current: Column, largest_ampere: float) -> "Spans":
        """Return the spans, those of a small current for a short time taken for rest."""
        if not len(self):
            return self
        middle = np.asarray(current[(self.first + self.stop) // 2], dtype=np.float64)
        noise = np.abs(middle) < NOISE_SHARE * largest_ampere
        noise &= self.durations(time) < NOISE_SECOND
        first, way, cycle = merged(self.first, np.where(noise, 0, self.way), self.cycle)
        return Spans(first, np.append(first[1:], self.stop[-1]), way, cycle)

    def longest(self, weights: Floats, cycles: int) -> Ints:
        """Return for each cycle the span of the largest weight; -1 where none is above 0."""
        chosen = np.full(cycles, -1, dtype=np.int64)
        order = np.lexsort((-np.arange(len(weights)), weights, self.cycle))
        order = order[weights[order] > 0]
        chosen[self.cycle[order]] = order  # the last of a cycle stays: the first of the largest
        return chosen


def merged(first: Ints, way: Ints, cycle: Ints) -> tuple[Ints, Ints, Ints]:
    """Put together neighbours of the same way and cycle."""
    begins = np.ones(len(first), dtype=bool)
    begins[1:] = (way[1:] != way[:-1]) | (cycle[1:] != cycle[:-1])
    return first[begins], way[begins], cycle[begins]


def rest_voltages(
    spans: Spans, time: Column, voltage: Column, cycles: int
) -> tuple[Floats, Floats]:
    """Return the voltage at the end of each cycle's longest rest after charge, after discharge.

    Parameters
    ----------
    spans : Spans
        Of one cell.
    time, voltage : ndarray
        Test time [s] and voltage [V] of its records.
    cycles : int
        Number of cycles.

    Returns
    -------
    tuple of ndarray
        Two voltages a cycle [V]; NaN where there is no such rest of at least a minute.

    Notes
    -----
    A rest with which a cycle begins follows what flowed last in the cycle before.
    """
    place = np.arange(len(spans))
    last = np.maximum.accumulate(np.where(spans.way != 0, place, -1))
    before = np.where(last >= 0, spans.way[last], 0)
    lasting = spans.durations(time)
    rests = (spans.way == 0) & (lasting >= LEAST_REST_SECOND)
    found = []
    for way in (1, -1):
        chosen = spans.longest(np.where(rests & (before == way), lasting, 0.0), cycles)
        value = np.full(cycles, np.nan)
        there = chosen >= 0
        value[there] = voltage[spans.stop[chosen[there]] - 1]
        found.append(value)
    return found[0], found[1]
