"""Rules about what is no value at all: sentinels, and no number (Q15, Q20)."""

from typing import Final

import numpy as np

from bdg_explore.columns import (
    CHARGING_CAPACITY,
    CHARGING_DURATION,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    DISCHARGING_DURATION,
)
from bdg_explore.frames import CONTRACTS

from ._rule import Found, Ints, Outcome, Rule, Severity, plural, share_left
from ._subject import THERMAL, Subject


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
    lost = {name: rows for name, rows in lacking(subject).items() if len(rows)}
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
        1.0 - sum(shares.values()) / len(lacking(subject)),
        severity=severe,
        repair="" if set(lost) <= set(THERMAL) else None,
    )


def lacking(subject: Subject) -> dict[str, Ints]:
    """Return {column: rows without a number} of the columns that must be whole.

    These are the columns that the table's contract requires, of cycles also the capacity, and
    thermometers that are read in most records: one on a slower clock lacks nothing in between.
    """
    none = np.zeros(0, dtype=np.int64)
    contract = CONTRACTS.get(subject.table)
    names = (*contract.required, *contract.one_of) if contract else ()
    watched = {n: subject.nonfinite.get(n, none) for n in names if n in subject.columns}
    for name in THERMAL:
        if (
            name in subject.columns
            and len(subject.nonfinite.get(name, none)) < 0.5 * subject.length
        ):
            watched[name] = subject.nonfinite.get(name, none)
    if subject.table == "cycles":
        watched.update(_no_capacity(subject))
    return watched


def _no_capacity(table: Subject) -> dict[str, Ints]:
    """Return {column: rows} of the cycles that passed charge in neither direction, nor rested.

    A cycle may have one direction only, or none, if it lasted no time in either.
    """
    for pair in (
        (CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY),
        (CHARGING_CAPACITY, DISCHARGING_CAPACITY),
    ):
        there = [name for name in pair if name in table.columns]
        if there:
            values = np.array([table.columns[name] for name in there], dtype=np.float64)
            blank = ~np.isfinite(values).any(axis=0)
            if {CHARGING_DURATION, DISCHARGING_DURATION} <= set(table.columns):
                rested = table.columns[CHARGING_DURATION] + table.columns[DISCHARGING_DURATION] == 0
                blank &= ~rested
            blank |= np.isinf(values).any(axis=0)
            return {there[-1]: np.flatnonzero(blank)}
    return {}


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
        {"any": _missing},
    ),
)
