"""Rules about single values: spikes, stuck sensors, sentinels, limits, no number.

Q09, Q14 to Q16 and Q20.
"""

from typing import Final

import numpy as np

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CHARGING_CAPACITY,
    CURRENT,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    MAXIMUM_CURRENT,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_TEMPERATURE,
    MINIMUM_CURRENT,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    VOLTAGE,
)
from bdg_explore.frames import CONTRACTS

from ._rule import (
    Bools,
    Column,
    Found,
    Ints,
    Outcome,
    Rule,
    Severity,
    Unjudged,
    plural,
    share_left,
    span_of,
)
from ._series import Series
from ._spikes import voltage_spikes
from ._subject import THERMOMETERS, Subject
from ._tables import CycleTable
from .time_rules import duration

_THERMAL: Final = (AMBIENT_TEMPERATURE, *THERMOMETERS)
HOLD_SHARE: Final = 0.05  # a current below this share of the largest may be that of a long hold
HOLD_FALL: Final = 0.9  # under a held voltage the current falls to less than this


def _spikes(series: Series) -> Outcome:
    spikes = voltage_spikes(series)
    if spikes is None:
        return Unjudged("no span of constant current has seven records")
    if not len(spikes.places):
        return None
    rows = series.rows_of(spikes.places)
    worst = int(np.argmax(np.abs(spikes.off_volt)))
    return Found(
        rows,
        f"{plural(len(rows), 'voltage')} off the median of seven records in constant current, the "
        f"worst by {1e3 * spikes.off_volt[worst]:+.0f} mV at row {rows[worst]} "
        f"({series.voltage[spikes.places[worst]]:.4g} V).",
        share_left(len(rows), series.length),
    )


def _constant(series: Series) -> Outcome:
    names = [VOLTAGE, *(name for name in THERMOMETERS if name in series.columns)]
    if series.units.time_evidence and series.units.time == 1.0:
        return Unjudged("how long anything lasts is not known: see Q04")
    found: list[Ints] = []
    said: list[str] = []
    for name in names:
        values = series.kept(name)
        for begin, end, length in _constant_runs(series, values, voltage=name == VOLTAGE):
            found.append(np.arange(begin, end))
            said.append(f"{name} reads {values[begin]:.6g} for {duration(length)} under current")
    if not found:
        return None
    places = np.unique(np.concatenate(found))
    still = sum(len(one) for one in found)
    more = f", and {plural(len(said) - 3, 'more span')}" if len(said) > 3 else ""
    return Found(
        series.rows_of(places),
        f"{'; '.join(said[:3])}{more}.",
        share_left(still, series.length * (len(names) + 1)),  # the current is a channel too
    )


def _constant_runs(
    series: Series, values: Column, *, voltage: bool
) -> list[tuple[int, int, float]]:
    """Return begin, end and time under current [s] of the spans in which a sensor stands still."""
    breaks = np.flatnonzero(values[1:] != values[:-1]) + 1
    begins = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [len(values)]))
    span = series.time[ends - 1] - series.time[begins] if len(values) else np.zeros(0)
    long = np.flatnonzero(span > series.settings.constant_second)
    found = []
    for begin, end in zip(begins[long].tolist(), ends[long].tolist(), strict=True):
        if np.isnan(values[begin]):
            continue
        rows = slice(begin, end)
        moving = series.flowing[begin : end - 1] & series.flowing[begin + 1 : end]
        under = float(series.passed[begin : end - 1][moving].sum())
        if under <= series.settings.constant_second:
            continue
        if voltage and _is_hold(series.current[rows], series.largest_ampere):
            continue
        found.append((begin, end, under))
    return found


def _is_hold(current: Column, largest: float) -> bool:
    """Return whether a voltage stands still because the tester holds it."""
    flow = current[np.isfinite(current)]
    if not len(flow) or (flow.min() < 0 < flow.max()):
        return False
    size = np.abs(flow)
    return bool(size[-1] < HOLD_FALL * size.max() or np.mean(size) < HOLD_SHARE * largest)


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


def _outside(values: Column, low: float, high: float) -> Bools:
    with np.errstate(invalid="ignore"):
        return np.asarray((values < low) | (values > high))


def _beyond_limits(series: Series) -> Outcome:
    facts, settings = series.facts, series.settings
    margin = settings.voltage_margin_volt
    limits: dict[str, tuple[float, float]] = {
        name: settings.temperature_celsius for name in _THERMAL if name in series.columns
    }
    low = -np.inf if facts.low_volt is None else facts.low_volt - margin
    high = np.inf if facts.high_volt is None else facts.high_volt + margin
    limits[VOLTAGE] = (low, high)
    if facts.nominal_ah is not None:
        limits[CURRENT] = (-settings.c_rate * facts.nominal_ah, settings.c_rate * facts.nominal_ah)
    if limits == {VOLTAGE: (-np.inf, np.inf)}:
        return Unjudged("no temperature, and neither voltage limits nor nominal capacity are known")
    found: list[Ints] = []
    said: list[str] = []
    for name, (least, most) in limits.items():
        values = series.kept(name)
        lowest, highest = span_of(values)
        if least <= lowest and highest <= most:
            continue
        places = np.flatnonzero(_outside(values, least, most))
        if name == VOLTAGE:  # a lone spike is told as such
            spikes = voltage_spikes(series)
            places = places if spikes is None else np.setdiff1d(places, spikes.places)
        if len(places):
            worst = values[places][np.argmax(np.abs(values[places] - 0.5 * _finite(least, most)))]
            found.append(places)
            said.append(
                f"{name} lies {_beyond(least, most)} in {plural(len(places), 'row')}, "
                f"for instance {worst:.5g}"
            )
    if not found:
        return None
    places = np.unique(np.concatenate(found))
    return Found(
        series.rows_of(places), f"{'; '.join(said)}.", share_left(len(places), series.length)
    )


def _beyond(low: float, high: float) -> str:
    if not np.isfinite(low):
        return f"above {high:g}"
    return f"outside {low:g} to {high:g}" if np.isfinite(high) else f"below {low:g}"


def _finite(low: float, high: float) -> float:
    return sum(v for v in (low, high) if np.isfinite(v))


def _cycles_beyond_limits(table: CycleTable) -> Outcome:
    facts, settings = table.facts, table.settings
    margin = settings.voltage_margin_volt
    rate = np.inf if facts.nominal_ah is None else settings.c_rate * facts.nominal_ah
    low = -np.inf if facts.low_volt is None else facts.low_volt - margin
    high = np.inf if facts.high_volt is None else facts.high_volt + margin
    limits = {
        MINIMUM_VOLTAGE: (low, np.inf),
        MAXIMUM_VOLTAGE: (-np.inf, high),
        MINIMUM_CURRENT: (-rate, np.inf),
        MAXIMUM_CURRENT: (-np.inf, rate),
        **dict.fromkeys(
            (MINIMUM_TEMPERATURE, MEAN_TEMPERATURE, MAXIMUM_TEMPERATURE, AMBIENT_TEMPERATURE),
            settings.temperature_celsius,
        ),
    }
    there = {
        name: ends
        for name, ends in limits.items()
        if name in table.columns and ends != (-np.inf, np.inf)
    }
    if not there:
        return Unjudged("the table has no limits of voltage, current or temperature to compare")
    hits = {name: _outside(table.kept(name), *ends) for name, ends in there.items()}
    places = np.flatnonzero(np.any(list(hits.values()), axis=0))
    if not len(places):
        return None
    said = [
        f"{name} lies {_beyond(*there[name])} in {plural(int(hit.sum()), 'cycle')}"
        for name, hit in hits.items()
        if hit.any()
    ]
    metric = share_left(len(places), len(table.rows))
    return Found(table.cycle[places], f"{'; '.join(said)}.", metric, "cycle")


def _missing(subject: Subject) -> Outcome:
    return _missing_in(subject, _watched(subject))


def _missing_in(subject: Subject, watched: dict[str, Ints]) -> Outcome:
    lost = {name: rows for name, rows in watched.items() if len(rows)}
    if not lost:
        return None
    shares = {name: len(rows) / subject.length for name, rows in lost.items()}
    severe: Severity = "warn"
    if any(s > subject.settings.missing_share for n, s in shares.items() if n not in _THERMAL):
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
    if contract:
        for name in contract.one_of:
            if name in subject.columns:
                watched[name] = subject.nonfinite.get(name, none)
    for name in _THERMAL:
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
        "Q09",
        "voltage spike",
        "off the median of 7 records by 6 scaled median deviations and 20 mV, in constant current",
        "warn",
        "spike_free_share",
        1.0,
        "mask_spikes",
        {"timeseries": _spikes},
    ),
    Rule(
        "Q14",
        "constant channel",
        "a thermometer or the voltage reads one value for more than 1 h under current",
        "warn",
        "live_share",
        1.0,
        "mask_constant",
        {"timeseries": _constant},
    ),
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
        "Q16",
        "beyond limits",
        "voltage 0.1 V outside its limits, -40 to 100 degC, or above ten times the 1 h rate",
        "error",
        "within_limits_share",
        2.0,
        "mask_limits",
        {"timeseries": _beyond_limits, "cycles": _cycles_beyond_limits},
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
