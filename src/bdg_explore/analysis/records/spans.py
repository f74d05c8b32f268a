"""Stretches of records in which the current flows one way, or rests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .arrays import Column, Floats, Ints, Records

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
    seconds, charge : ndarray
        How long it lasts [s] and the charge that passed [A s], as they are integrated.
    """

    first: Ints
    stop: Ints
    way: Ints
    cycle: Ints
    seconds: Floats
    charge: Floats

    def __len__(self) -> int:
        return len(self.first)

    @classmethod
    def of(
        cls, parts: Sequence[tuple[Ints, Ints, Ints, Floats, Floats]], records: Records
    ) -> "Spans":
        """Put runs together: first row, way, cycle, seconds and charge of each, part by part.

        Neighbours of one way, cycle and step of the tester become one.
        """
        if not parts:
            none, empty = np.zeros(0, dtype=np.int64), np.zeros(0)
            return cls(none, none, none, none, empty, empty)
        first, way, cycle, seconds, charge = map(np.concatenate, zip(*parts, strict=True))
        stop = np.append(first[1:], len(records.time))
        runs = cls(first, stop, way, cycle, seconds, charge)
        return runs.merged(None if records.step is None else records.step[first])

    def merged(self, step: Column | None = None) -> "Spans":
        """Return the spans, neighbours of one way, cycle (and step, if given) put together."""
        if not len(self):
            return self
        apart = (self.way[1:] != self.way[:-1]) | (self.cycle[1:] != self.cycle[:-1])
        if step is not None:
            apart |= step[1:] != step[:-1]
        begins = np.append(0, np.flatnonzero(apart) + 1)
        return Spans(
            self.first[begins],
            self.stop[np.append(begins[1:], len(self)) - 1],
            self.way[begins],
            self.cycle[begins],
            np.add.reduceat(self.seconds, begins),
            np.add.reduceat(self.charge, begins),
        )

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
        return replace(self, way=np.where(noise, 0, self.way)).merged()


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
        chosen = np.flatnonzero(rests & (before == way))
        order = chosen[np.lexsort((-chosen, lasting[chosen], spans.cycle[chosen]))]
        value = np.full(cycles, np.nan)  # the last of a cycle stays: the first of the longest
        value[spans.cycle[order]] = voltage[spans.stop[order] - 1]
        found.append(value)
    return found[0], found[1]
