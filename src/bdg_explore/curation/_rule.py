"""What a rule is: a declaration with one small function that looks at a table and says what it saw.

A rule looks; it never repairs. Rules are walked in the order of their ids by `checking.check`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Column: TypeAlias = NDArray[Any]

Severity = Literal["info", "warn", "error"]
Level = Literal["row", "cycle", "table"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warn", "info")


@dataclass(frozen=True)
class Found:
    """What a rule found.

    Attributes
    ----------
    rows : ndarray of int
        Positions in the table where `level` is ``row``; cycle numbers where it is ``cycle``;
        empty where the finding is about the table as a whole.
    evidence : str
        One or two sentences with numbers and units.
    metric : float
        What the rule's metric falls to: 1 is sound, 0 is unusable.
    level : {"row", "cycle", "table"}
        What `rows` holds.
    severity : str, optional
        Where it differs from the rule's own.
    repair : str, optional
        Where it differs from the rule's own.
    """

    rows: Ints
    evidence: str
    metric: float
    level: Level = "row"
    severity: Severity | None = None
    repair: str | None = None


@dataclass(frozen=True)
class Unjudged:
    """A rule that had nothing to go by, and why."""

    reason: str


Outcome: TypeAlias = Found | Unjudged | None
"""None is a rule that looked and found nothing."""


@dataclass(frozen=True)
class Rule:
    """One finding: what it is called, what it lowers, and how it is looked for.

    Attributes
    ----------
    id : str
        ``Q01`` to ``Q22``.
    title : str
        A few words.
    meaning : str
        The rule in one line, with the defaults of `Settings`.
    severity : {"info", "warn", "error"}
        Unless the finding itself says otherwise.
    metric : str
        The metric it lowers, and no other; no two rules share one.
    weight : float
        Weight of the metric in the score.
    repair : str
        What one may do about it; empty where there is nothing to repair.
    looks : mapping
        {table: function that takes its subject and gives an `Outcome`}; ``any`` for all tables.
    """

    id: str
    title: str
    meaning: str
    severity: Severity
    metric: str
    weight: float
    repair: str
    looks: Mapping[str, Callable[[Any], Outcome]]


def span_of(values: Column) -> tuple[float, float]:
    """Return the smallest and the largest number there is; NaN if there is none."""
    low, high = np.min(values, initial=np.inf), np.max(values, initial=-np.inf)
    if np.isnan(low):
        there = values[~np.isnan(values)]
        low, high = np.min(there, initial=np.inf), np.max(there, initial=-np.inf)
    return (float(low), float(high)) if low <= high else (float("nan"), float("nan"))


PRINTED: Final = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
_SAMPLE: Final = 4096


def printed_step(values: Column) -> float:
    """Return the step in which a column was printed, ``0.001`` at most; 0 if there is none."""
    sample = np.asarray(values[:: max(1, len(values) // _SAMPLE)], dtype=np.float64)
    sample = sample[np.isfinite(sample)]
    for step in PRINTED:
        steps = sample / step
        if np.all(np.abs(steps - np.round(steps)) <= 1e-9 * np.abs(steps) + 1e-6):
            return step
    return 0.0


def share_left(count: int, total: int) -> float:
    """Return the share that is not affected; 1 only where nothing is."""
    return 1.0 - min(count, total) / total if total else 1.0


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Return ``1 row`` or ``1,234 rows``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def listed(values: Ints, most: int = 5) -> str:
    """Write numbers as ranges: ``3, 7 to 9, 12 ... 40``."""
    if not len(values):
        return "none"
    numbers = values if np.all(values[1:] > values[:-1]) else np.unique(values)
    breaks = np.flatnonzero(np.diff(numbers) > 1)
    begins = numbers[np.concatenate(([0], breaks + 1))]
    ends = numbers[np.concatenate((breaks, [len(numbers) - 1]))]
    shown = [
        f"{a}" if a == b else (f"{a}, {b}" if b == a + 1 else f"{a} to {b}")
        for a, b in zip(begins[:most].tolist(), ends[:most].tolist(), strict=True)
    ]
    return ", ".join(shown) + (f" ... {ends[-1]}" if len(begins) > most else "")
