"""A time series under examination: its clock, its units, its sign, its counters, its cycles."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import pandas as pd

from bdg_explore.analysis import count_cycles, summarize_cycles
from bdg_explore.analysis.cycles.counters import Counter, CounterKind, is_coarse, read_counter
from bdg_explore.analysis.records.counter_columns import COUNTERS
from bdg_explore.columns import (
    CAPACITY_SOURCE,
    CHARGING_DURATION,
    COMPLETE,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_DURATION,
    GAP_DURATION,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_VOLTAGE,
    STEP,
    STEP_ID,
    STEP_TIME,
    TEST_TIME,
    VOLTAGE,
)

from ._clock import Clock, read_clock
from ._life import Life, read_life
from ._rule import Bools, Column, Floats, Ints, printed_step, span_of
from ._subject import Facts, Subject
from ._units import Units, read_units
from .settings import Settings
from .votes import SignVotes, vote

REST_SHARE: Final = 1e-3  # of the largest current: up to there a cell is at rest
BELIEVED_SHARE: Final = 0.05  # so many currents may be beyond belief, and the others are believed
COUNTED: Final = {
    names[0]: (sign, scope) for sign, scopes in COUNTERS.items() for scope, names in scopes.items()
}
"""{column that counts charge: (direction, scope)}."""


@dataclass(frozen=True)
class Counting:
    """What a counter says beside what the current gives; one value a cycle.

    Attributes
    ----------
    name : str
        The column.
    counter : Counter
        How it restarts, and what it counted [unit of the column, then Ah].
    integral : ndarray
        Integral of the current in the counter's direction [Ah].
    """

    name: str
    counter: Counter
    integral: Floats

    @property
    def kind(self) -> CounterKind:
        """When the counter restarts."""
        return self.counter.kind

    def said(self, factor: float = 1.0) -> Floats:
        """Return what it counted [Ah]."""
        return self.counter.amounts * factor


class Series(Subject):
    """The records of one cell; see `Subject`.

    Parameters
    ----------
    columns, facts, settings
        See `Subject`.
    cycles : DataFrame, optional
        The cell's cycles, where they were summarized already.
    """

    def __init__(
        self,
        columns: Mapping[str, Column],
        facts: Facts,
        settings: Settings,
        cycles: pd.DataFrame | None = None,
    ) -> None:
        super().__init__(columns, "timeseries", facts, settings)
        self.given = cycles

    def clean(self, name: str) -> Column:
        """Return a column with NaN wherever its value is none, or a current beyond belief.

        A few such currents would spoil every sum; where there are many, all of them are in doubt.
        """
        values = super().clean(name)
        nominal = self.facts.nominal_ah
        if name != CURRENT or nominal is None:
            return values
        if "current" not in self.memo:
            with np.errstate(invalid="ignore"):
                wild = np.abs(values) > self.settings.c_rate * nominal
            few = 0 < np.count_nonzero(wild) <= BELIEVED_SHARE * len(values)
            self.memo["current"] = np.where(wild, np.nan, values) if few else values
        return np.asarray(self.memo["current"])

    # --- which records are worked on -----------------------------------------------------------

    @cached_property
    def clock(self) -> Clock:
        """What the clock did; rows are positions in the table."""
        time = np.asarray(self.clean(TEST_TIME), dtype=np.float64)
        timed = np.isfinite(time)
        rows = None if timed.all() else np.flatnonzero(timed)

        def column(name: str) -> Column | None:
            if name not in self.columns:
                return None
            return self.clean(name) if rows is None else self.clean(name)[rows]

        clock = read_clock(
            time if rows is None else time[rows],
            measured=[c for c in (column(VOLTAGE), column(CURRENT)) if c is not None],
            labels=[c for c in (column(CYCLE), column(self._step_name)) if c is not None],
            cycle=column(CYCLE),
            settings=self.settings,
        )
        return clock if rows is None else clock.among(rows)

    @cached_property
    def _step_name(self) -> str:
        return next((name for name in (STEP, STEP_ID) if name in self.columns), "")

    def kept(self, name: str) -> Column:
        """Return a column's values in the records that are worked on."""
        values = self.clean(name)
        return values if self.clock.kept is None else values[self.clock.kept]

    def measured(self, name: str) -> Column:
        """Return the same with currents beyond belief as they were measured."""
        values = super().clean(name)
        return values if self.clock.kept is None else values[self.clock.kept]

    def rows_of(self, places: Ints) -> Ints:
        """Return the rows of the table behind places in the records that are worked on."""
        return places if self.clock.kept is None else self.clock.kept[places]

    @cached_property
    def cycle(self) -> Ints:
        """Cycle of every record, counted here where the tester did not."""
        if CYCLE in self.columns:
            numbers = self.kept(CYCLE)
            if np.isnan(numbers).any() if numbers.dtype.kind == "f" else False:
                numbers = pd.Series(numbers).ffill().bfill().fillna(0.0).to_numpy()
            return numbers.astype(np.int64, copy=False)
        records = pd.DataFrame({TEST_TIME: self.clock.time, CURRENT: self.kept(CURRENT)})
        return count_cycles(records).to_numpy(dtype=np.int64)

    @cached_property
    def starts(self) -> Ints:
        """Where cycles begin among the records worked on."""
        changes = np.flatnonzero(self.cycle[1:] != self.cycle[:-1]) + 1
        return np.concatenate((np.zeros(min(len(self.cycle), 1), dtype=np.int64), changes))

    @cached_property
    def step(self) -> Column | None:
        """A number that changes with the tester's steps."""
        return self.kept(self._step_name) if self._step_name else None

    # --- time, voltage and current, corrected --------------------------------------------------

    @cached_property
    def time(self) -> Floats:
        """Test time that never runs back [s]."""
        return self.clock.time if self.units.time == 1.0 else self.clock.time * self.units.time

    @cached_property
    def passed(self) -> Floats:
        """Time from each record to the next [s]."""
        return np.diff(self.time)

    @cached_property
    def voltage(self) -> Column:
        """Voltage [V]."""
        return self.kept(VOLTAGE)

    @cached_property
    def current(self) -> Column:
        """Current [A], positive charges."""
        current = self.kept(CURRENT)
        return -current if self.votes.verdict == "wrong" else current

    @cached_property
    def largest_ampere(self) -> float:
        """Magnitude of the largest current [A]."""
        current = self.kept(CURRENT)
        if not len(current):
            return 0.0
        low, high = span_of(current)
        return max(-low, high, 0.0) if np.isfinite(low) else 0.0

    @property
    def rest_ampere(self) -> float:
        """Up to this magnitude a current counts as rest [A]."""
        return REST_SHARE * self.largest_ampere

    @cached_property
    def flowing(self) -> Bools:
        """In which records a current flows."""
        current = self.kept(CURRENT)
        flowing: Bools = current > self.rest_ampere
        flowing |= current < -self.rest_ampere
        return flowing

    # --- what it adds up to --------------------------------------------------------------------

    @cached_property
    def as_written(self) -> pd.DataFrame:
        """Cycles by integration, with time and current as the file has them."""
        return self._summarize(self.clock.time, self.kept(CURRENT))

    @cached_property
    def units(self) -> Units:
        """Units that the numbers themselves speak for."""
        return read_units(self)

    @cached_property
    def votes(self) -> SignVotes:
        """What the two votes say about the sign of the current."""
        return vote(
            self.time,
            self.voltage,
            self.kept(CURRENT),
            flowing=self.flowing,
            cycles=self.as_written,
            rest_ampere=self.rest_ampere,
            settings=self.settings,
        )

    @cached_property
    def sums(self) -> pd.DataFrame:
        """Cycles by integration."""
        if self.units.time == 1.0 and self.votes.verdict != "wrong":
            return self.as_written
        return self._summarize(self.time, self.current)

    @cached_property
    def countings(self) -> list[Counting]:
        """What the file's own counters say, beside the integral."""
        return self.read_counters(self.current, self.sums)

    @cached_property
    def countings_as_written(self) -> list[Counting]:
        """The same, with time and current as the file has them."""
        return self.read_counters(self.kept(CURRENT), self.as_written)

    def read_counters(self, current: Column, sums: pd.DataFrame) -> list[Counting]:
        """Read every counter of charge that the table has."""
        found = []
        for name, (sign, scope) in COUNTED.items():
            if name in self.columns:
                counter = read_counter(
                    self.kept(name),
                    current,
                    self.cycle[self.starts],
                    self.starts,
                    sign=sign,
                    scope=scope,
                    step=self.step,
                )
                way = CYCLE_CHARGING_CAPACITY if sign > 0 else CYCLE_DISCHARGING_CAPACITY
                integral = np.nan_to_num(sums[way].to_numpy(dtype=np.float64))
                found.append(Counting(name, counter, integral))
        return found

    @cached_property
    def least_ah(self) -> Floats:
        """What a current smaller than its printed step may pass in each cycle [Ah]."""
        if not len(self.starts):
            return np.zeros(0)
        ends = np.append(self.starts[1:], len(self.clock.time)) - 1
        lasted = self.clock.time[ends] - self.clock.time[self.starts]
        return np.asarray(printed_step(self.kept(CURRENT)) * lasted / 3600.0)

    def unsure(self, asked: Bools) -> Bools:
        """Return in which of the cycles asked for the integral is not to be believed.

        These are cycles with gaps, and cycles that were sampled too coarsely.
        """
        unsure: Bools = asked & ~(self.sums[GAP_DURATION].to_numpy() == 0)
        edges = np.append(self.starts, len(self.time))
        for place in np.flatnonzero(asked & ~unsure).tolist():
            rows = slice(edges[place], edges[place + 1])
            unsure[place] = is_coarse(self.voltage[rows], self.time[rows])
        return unsure

    @cached_property
    def cycles(self) -> pd.DataFrame:
        """The cell's cycles: those given, or summarized here."""
        if self.given is not None:
            return self.given
        counters = {
            c.name: self.kept(c.name) * self.units.capacity.get(c.name, 1.0)
            for c in self.countings
            if c.counter.speaks
        }
        return self._summarize(self.time, self.current, counters) if counters else self.sums

    @cached_property
    def life(self) -> Life:
        """The capacities, cycle by cycle."""
        return read_life(
            self.cycles, nominal_ah=self.facts.expected_ah, factor=1.0, settings=self.settings
        )

    def _summarize(
        self, time: Floats, current: Column, counters: Mapping[str, Column] | None = None
    ) -> pd.DataFrame:
        columns = {CYCLE: self.cycle, TEST_TIME: time, VOLTAGE: self.voltage, CURRENT: current}
        for name in (self._step_name, STEP_TIME):
            if name in self.columns:
                columns[name] = self.kept(name)
        way: Literal["auto", "integral"] = "auto" if counters else "integral"
        table = pd.DataFrame({**columns, **(counters or {})}, copy=False)
        wanted = [
            CYCLE,
            CYCLE_CHARGING_CAPACITY,
            CYCLE_DISCHARGING_CAPACITY,
            CHARGING_DURATION,
            DISCHARGING_DURATION,
            GAP_DURATION,
            COMPLETE,
            CAPACITY_SOURCE,
            MEAN_CHARGING_VOLTAGE,
            MEAN_DISCHARGING_VOLTAGE,
        ]
        return summarize_cycles(table, capacity=way)[wanted]
