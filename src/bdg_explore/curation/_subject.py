"""One cell's table under examination, and what all rules need of it, worked out once.

Faults are peeled off in turn: what one rule has found is taken out of what the later rules see, so
that a wrong unit, a number that means "no value" or a reversed clock is told once, by its own rule.
The table itself is never edited.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from bdg_explore.columns import AMBIENT_TEMPERATURE, CYCLE, SURFACE_TEMPERATURE

from ._rule import Column, Ints
from .fingerprints import Fingerprint
from .settings import Settings

MOST_CYCLES: Final = 1_000_000  # a larger number counts no cycles
# columns that may hold any number, and those that rise through all numbers
_FREE: Final = ("count", "index", "unix_time", "pressure", "frequency", "impedance", "phase")
_RISING: Final = ("time", "duration", "capacity", "energy", "equivalent_full_cycles")
# thermometers of the cell; that of a chamber stands still for good reasons
THERMOMETERS: Final = (SURFACE_TEMPERATURE, *(f"temperature_t{i}_celsius" for i in range(1, 6)))
THERMAL: Final = (AMBIENT_TEMPERATURE, *THERMOMETERS)


@dataclass(frozen=True)
class Facts:
    """What is known about the cell beside the table; None where it is not."""

    cell: Hashable | None = None
    nominal_ah: float | None = None
    low_volt: float | None = None
    high_volt: float | None = None
    soc_low: float | None = None
    soc_high: float | None = None
    known: Mapping[str, Fingerprint] | None = field(default=None)

    @property
    def expected_ah(self) -> float | None:
        """Nominal capacity times the window of state of charge [Ah]."""
        if self.nominal_ah is None:
            return None
        low = 0.0 if self.soc_low is None else self.soc_low
        high = 1.0 if self.soc_high is None else self.soc_high
        return self.nominal_ah * (high - low) if high > low else self.nominal_ah


class Subject:
    """A table of one cell, of any kind.

    Parameters
    ----------
    columns : mapping
        Its columns of numbers and labels, by name, all of one length.
    table : str
        Which table it is.
    facts : Facts
        What is known beside it.
    settings : Settings
        Thresholds.
    """

    def __init__(
        self, columns: Mapping[str, Column], table: str, facts: Facts, settings: Settings
    ) -> None:
        self.columns = columns
        self.table = table
        self.facts = facts
        self.settings = settings
        self.length = len(next(iter(columns.values()))) if columns else 0
        self._clean: dict[str, Column] = {}
        self.memo: dict[str, Any] = {}  # what rules share, found once

    @cached_property
    def extents(self) -> dict[str, tuple[float, float]]:
        """Smallest and largest value of every column of numbers; NaN if a value is missing."""
        return {
            name: (float(values.min()), float(values.max()))
            for name, values in self.columns.items()
            if values.dtype.kind in "fiu" and len(values)
        }

    @cached_property
    def nonfinite(self) -> dict[str, Ints]:
        """Rows without a finite number, by column; only columns that have such rows."""
        found = {
            name: np.flatnonzero(~np.isfinite(self.columns[name]))
            for name, limits in self.extents.items()
            if not np.isfinite(limits).all()
        }
        low, high = self.extents.get(CYCLE, (0.0, 0.0))
        if not (low >= -MOST_CYCLES and high <= MOST_CYCLES):  # such a number counts nothing
            wild = ~(np.abs(self.columns[CYCLE]) <= MOST_CYCLES)
            if wild.any():
                found[CYCLE] = np.flatnonzero(wild)
        return found

    @cached_property
    def sentinels(self) -> dict[str, Ints]:
        """Rows that hold a number which stands for "no value", by column."""
        found = {}
        for name, (low, high) in self.extents.items():
            if any(word in name for word in _FREE):
                continue
            values = self.columns[name]
            complete = np.isfinite((low, high)).all()
            hits = [
                np.flatnonzero(values == values.dtype.type(number))  # as this column would hold it
                for number in self.settings.sentinels
                if not complete or low <= number <= high * (1 + 1e-6)
            ]
            rows = np.unique(np.concatenate(hits)) if hits else np.zeros(0, dtype=np.int64)
            if len(rows) and any(word in name for word in _RISING):
                rows = rows[~_in_order(values, rows)]
            if len(rows):
                found[name] = rows
        return found

    def clean(self, name: str) -> Column:
        """Return a column with NaN wherever its value is none."""
        if name not in self._clean:
            values = self.columns[name]
            bad = [rows[name] for rows in (self.nonfinite, self.sentinels) if name in rows]
            if bad:
                values = values.astype(np.float64)  # a copy
                values[np.concatenate(bad)] = np.nan
            self._clean[name] = values
        return self._clean[name]


def _in_order(values: Column, rows: Ints) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return which of the rows hold a number that lies between those before and after it."""
    last = len(values) - 1
    before, after = values[np.maximum(rows - 1, 0)], values[np.minimum(rows + 1, last)]
    low, here = np.where(rows > 0, before, values[rows]), values[rows]
    high = np.where(rows < last, after, values[rows])
    return np.asarray((low <= here) & (here <= high) & ((low < here) | (here < high)))
