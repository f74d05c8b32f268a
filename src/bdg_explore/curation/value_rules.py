"""Rules about what is no value at all: sentinels, and no number (Q15, Q20)."""

from typing import Final

import numpy as np

from bdg_explore.columns import (
    CHARGING_CAPACITY,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
)
from bdg_explore.frames import CONTRACTS

from ._rule import Found, Ints, Outcome, Rule, Severity, plural, share_left
from ._subject import THERMAL, Subject
from ._tables import CycleTable


def _sentinels(subject: Subject) -> Outcome:
    found = subject.sentinels
    if not found:
        return None
    said = []
    for name, rows in found.items():
        values, count = np.unique(subject.columns[name][rows], return_counts=True)
        said += [f"{n:,} x {v:.10g} in {name}" for v, n in zip(values, count, strict=True)]
    rows = np.unique(np.concatenate(list(found.values())))
    more = f" and {len(said) - 4} more" if len(said) > 4 else ""
    return Found(
        rows,
        f"Numbers that stand for no value: {', '.join(said[:4])}{more}.",
        share_left(len(rows), subject.length),
    )


def _missing(subject: Subject) -> Outcome:
    return _missing_in(subject, _watched(subject))


def _missing_in(subject: Subject, watched: dict[str, Ints]) -> Outcome:
    lost = {name: rows for name, rows in watched.items() if len(rows)}
    if not lost:
        return None
    shares = {name: len(rows) / subject.length for name, rows in lost.items()}
    severe: Severity = "warn"
    if any(s > subject.settings.missing_share for n, s in shares.items() if n not in THERMAL):
        severe = "error"
    said = [
        f"{name} in {plural(len(rows), 'row')} ({100 * shares[name]:.2g} %)"
        for name, rows in lost.items()
    ]
    return Found(
        np.unique(np.concatenate(list(lost.values()))),
        f"No number: {', '.join(said)}.",
        1.0 - sum(shares.values()) / len(watched),
        severity=severe,
    )


def _watched(subject: Subject) -> dict[str, Ints]:
    """Return {column: rows without a number} of the columns that must be whole.

    These are the columns that the table's contract requires, and thermometers that are read in
    most records: one on a slower clock has no value in between, and lacks nothing.
    """
    none = np.zeros(0, dtype=np.int64)
    contract = CONTRACTS.get(subject.table)
    names = [n for n in (contract.required if contract else ()) if n in subject.columns]
    watched = {name: subject.nonfinite.get(name, none) for name in names}
    if CYCLE in subject.nonfinite:
        watched[CYCLE] = subject.nonfinite[CYCLE]
    if contract:
        for name in contract.one_of:
            if name in subject.columns:
                watched[name] = subject.nonfinite.get(name, none)
    for name in THERMAL:
        if name in subject.columns:
            rows = subject.nonfinite.get(name, none)
            if len(rows) < 0.5 * subject.length:
                watched[name] = rows
    return watched


def _missing_of_cycles(table: CycleTable) -> Outcome:
    watched = _watched(table)
    pairs = (
        (CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY),
        (CHARGING_CAPACITY, DISCHARGING_CAPACITY),
    )
    for pair in pairs:
        there = [name for name in pair if name in table.columns]
        # a cycle may have one direction only; one that has neither lacks something
        blank = [table.nonfinite.get(name, np.zeros(0, dtype=np.int64)) for name in there]
        infinite = [
            rows[np.isinf(table.columns[n][rows])] for n, rows in zip(there, blank, strict=True)
        ]
        if there:
            both = blank[0] if len(blank) == 1 else np.intersect1d(blank[0], blank[1])
            watched[there[-1]] = np.union1d(both, np.concatenate(infinite))
            break
    return _missing_in(table, watched)


RULES: Final = (
    Rule(
        "Q15",
        "sentinel",
        "4294967.295, 4294967295, -9999, 1e6 or 65535 where a measurement should be",
        "error",
        "sentinel_free_share",
        2.0,
        "drop_sentinels",
        {"any": _sentinels},
    ),
    Rule(
        "Q20",
        "no number",
        "NaN or infinite in a required column, or in a thermometer that is read in most records",
        "warn",
        "completeness",
        3.0,
        "drop_missing",
        {"any": _missing, "cycles": _missing_of_cycles},
    ),
)
