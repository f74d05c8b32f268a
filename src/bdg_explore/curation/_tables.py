"""Tables of cycles and of curves under examination."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CHARGING_CAPACITY,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DISCHARGING_CAPACITY,
)

from ._life import FIRST_CYCLES, Life, read_life
from ._rule import Column, Ints
from ._subject import Facts, Subject
from ._units import CAPACITY_UNITS, near
from .settings import Settings

CAPACITIES: Final = (
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_CHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    CHARGING_CAPACITY,
)
_ENERGIES: Final = {
    CYCLE_DISCHARGING_CAPACITY: CYCLE_DISCHARGING_ENERGY,
    CYCLE_CHARGING_CAPACITY: CYCLE_CHARGING_ENERGY,
}
MEAN_VOLT: Final = 3.6  # of a lithium-ion cell; only a factor of a thousand is looked for


class CycleTable(Subject):
    """The cycles of one cell, one row a cycle; see `Subject`."""

    def __init__(self, columns: Mapping[str, Column], facts: Facts, settings: Settings) -> None:
        super().__init__(columns, "cycles", facts, settings)

    @cached_property
    def duplicates(self) -> Ints:
        """Rows that repeat another one in every column."""
        table = pd.DataFrame(dict(self.columns), copy=False)
        return np.flatnonzero(table.duplicated(keep="first").to_numpy())

    @cached_property
    def rows(self) -> Ints:
        """The rows that are worked on."""
        keep = np.ones(self.length, dtype=bool)
        keep[self.duplicates] = False
        keep &= np.isfinite(self.clean(CYCLE))
        return np.flatnonzero(keep)

    def kept(self, name: str) -> Column:
        """Return a column's values in the rows that are worked on."""
        return self.clean(name)[self.rows]

    @cached_property
    def cycle(self) -> Ints:
        """Number of each cycle."""
        return self.kept(CYCLE).astype(np.int64)

    @cached_property
    def cycles(self) -> pd.DataFrame:
        """The rows that are worked on, capacities in Ah."""
        table = pd.DataFrame({name: self.kept(name) for name in self.columns}, copy=False)
        for name, factor in self.capacity_factors.items():
            table[name] = table[name] * factor
        return table

    @cached_property
    def judges_units(self) -> bool:
        """Whether there is anything to judge the unit of capacity by."""
        names = [name for name in CAPACITIES if name in self.columns]
        return bool(names) and (
            self.facts.nominal_ah is not None
            or any(_ENERGIES.get(name) in self.columns for name in names)
        )

    @cached_property
    def capacity_factors(self) -> dict[str, float]:
        """{column: factor that brings it into Ah}, of the columns that are not."""
        factors = {}
        for name in CAPACITIES:
            if name not in self.columns:
                continue
            ratio = self.capacity_ratio(name)
            number = near(ratio, CAPACITY_UNITS, 3 * self.settings.unit_spread)
            if number != 1.0:
                factors[name] = 1.0 / number
        return factors

    def capacity_ratio(self, name: str) -> float:
        """Return a capacity over what it should be; NaN where that is not known."""
        values = np.asarray(self.kept(name), dtype=np.float64)
        energy = _ENERGIES.get(name, "")
        if self.facts.nominal_ah is not None:
            first = values[np.isfinite(values) & (values > 0)][:FIRST_CYCLES]
            return float(np.median(first)) / self.facts.nominal_ah if len(first) else float("nan")
        if energy not in self.columns:
            return float("nan")
        work = np.asarray(self.kept(energy), dtype=np.float64)
        both = np.isfinite(values) & np.isfinite(work) & (work > 0)
        return float(np.median(values[both] / work[both])) * MEAN_VOLT if both.any() else np.nan

    @cached_property
    def life(self) -> Life:
        """The capacities, cycle by cycle."""
        return read_life(
            self.cycles, nominal_ah=self.facts.expected_ah, factor=1.0, settings=self.settings
        )


class CurveTable(Subject):
    """The curves Q(V) of one cell, one row a point; see `Subject`."""

    def __init__(self, columns: Mapping[str, Column], facts: Facts, settings: Settings) -> None:
        super().__init__(columns, "curves", facts, settings)

    @cached_property
    def cycle(self) -> Ints:
        """Cycle of each point."""
        return np.nan_to_num(self.clean(CYCLE)).astype(np.int64)

    @cached_property
    def numbers(self) -> Ints:
        """The cycles there are, ascending."""
        changes = np.flatnonzero(self.cycle[1:] != self.cycle[:-1]) + 1
        return np.unique(self.cycle[np.concatenate(([0], changes))])

    @cached_property
    def life(self) -> Life:
        """The largest capacity of each curve, cycle by cycle."""
        name = next(n for n in CAPACITIES if n in self.columns)
        curves = pd.DataFrame({CYCLE: self.cycle, CYCLE_DISCHARGING_CAPACITY: self.clean(name)})
        return read_life(
            curves.groupby(CYCLE, as_index=False).max(),
            nominal_ah=self.facts.expected_ah,
            factor=1.0,
            settings=self.settings,
        )
