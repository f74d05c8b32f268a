"""Rules about sensors: spikes of the voltage, standing still, beyond limits (Q09, Q14, Q16)."""

from typing import Final

import numpy as np

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CURRENT,
    MAXIMUM_CURRENT,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_TEMPERATURE,
    MINIMUM_CURRENT,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    VOLTAGE,
)

from ._rule import (
    Bools,
    Column,
    Floats,
    Found,
    Ints,
    Outcome,
    Rule,
    Unjudged,
    plural,
    share_left,
    span_of,
)
from ._series import Series
from ._spikes import voltage_spikes
from ._subject import THERMAL, THERMOMETERS
from ._tables import CycleTable
from .time_rules import duration, gap_places

HOLD_SHARE: Final = 0.05  # a current below this share of the largest may be that of a long hold
HOLD_FALL: Final = 0.9  # under a held voltage the current falls to less than this ...
HOLD_HIGH: Final = 0.95  # ... and is above this for less than half of the time


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
    if series.units.time_evidence and series.units.time == 1.0:
        return Unjudged("how long anything lasts is not known: see Q04")
    found: list[Ints] = []
    said: list[str] = []
    watched = _watched(series)
    for name in watched:
        values = series.kept(name)
        for begin, end, lasted in standing_still(series, name):
            found.append(np.arange(begin, end))
            said.append(f"{name} reads {values[begin]:.6g} for {duration(lasted)} under current")
    if not found:
        return None
    still = sum(len(places) for places in found)
    more = f", and {plural(len(said) - 3, 'more span')}" if len(said) > 3 else ""
    return Found(
        series.rows_of(np.unique(np.concatenate(found))),
        f"{'; '.join(said[:3])}{more}.",
        share_left(still, series.length * (len(watched) + 1)),  # the current is a channel too
    )


def _watched(series: Series) -> list[str]:
    return [VOLTAGE, *(name for name in THERMOMETERS if name in series.columns)]


def standing_still(series: Series, name: str) -> list[tuple[int, int, float]]:
    """Return begin, end and time under current [s] of the spans in which a sensor stands still."""
    values = series.kept(name)
    if not len(values):
        return []
    breaks = np.flatnonzero(values[1:] != values[:-1]) + 1
    begins = np.concatenate(([0], breaks))
    ends = np.append(breaks, len(values))
    long = np.flatnonzero(
        series.time[ends - 1] - series.time[begins] > series.settings.constant_second
    )
    if not len(long):
        return []
    recorded = series.passed.copy()
    recorded[gap_places(series) - 1] = 0.0  # nobody looked
    found = []
    for begin, end in zip(begins[long].tolist(), ends[long].tolist(), strict=True):
        passed = recorded[begin : end - 1]
        moving = series.flowing[begin : end - 1] & series.flowing[begin + 1 : end]
        under = float(passed[moving].sum())
        if under > series.settings.constant_second and not (
            name == VOLTAGE
            and _is_hold(series.current[begin : end - 1][moving], passed[moving], series)
        ):
            found.append((begin, end, under))
    return found


def _is_hold(current: Column, passed: Floats, series: Series) -> bool:
    """Return whether a voltage stands still because the tester holds it."""
    there = np.isfinite(current)
    size, passed = np.abs(current[there]), passed[there]
    if not len(size) or np.ptp(np.sign(current[there])) > 0:
        return False
    if np.mean(size) < HOLD_SHARE * series.largest_ampere:
        return True
    high = float(passed[size > HOLD_HIGH * np.max(size)].sum())
    return bool(size[-1] < HOLD_FALL * np.max(size) and high < 0.5 * passed.sum())


def _outside(values: Column, low: float, high: float) -> Bools:
    with np.errstate(invalid="ignore"):
        return np.asarray((values < low) | (values > high))


def limits_of(series: Series) -> dict[str, tuple[float, float]]:
    """Return {column: limits} of the columns whose limits are known."""
    facts, settings = series.facts, series.settings
    limits = {name: settings.temperature_celsius for name in THERMAL if name in series.columns}
    if facts.low_volt is not None or facts.high_volt is not None:
        margin = settings.voltage_margin_volt
        limits[VOLTAGE] = (
            -np.inf if facts.low_volt is None else facts.low_volt - margin,
            np.inf if facts.high_volt is None else facts.high_volt + margin,
        )
    if facts.nominal_ah is not None:
        most = settings.c_rate * facts.nominal_ah
        limits[CURRENT] = (-most, most)
    return limits


def beyond_limits(series: Series) -> dict[str, Ints]:
    """Return {column: places} of the values beyond their limits; a lone spike is told as such."""
    found = {}
    for name, (least, most) in limits_of(series).items():
        values = series.measured(name)
        lowest, highest = span_of(values)
        if lowest < least or highest > most:
            places = np.flatnonzero(_outside(values, least, most))
            spikes = voltage_spikes(series) if name == VOLTAGE else None
            if spikes is not None:
                places = np.setdiff1d(places, spikes.places)
            if len(places):
                found[name] = places
    return found


def _limits(series: Series) -> Outcome:
    limits = limits_of(series)
    if not limits:
        return Unjudged("no temperature, and neither voltage limits nor nominal capacity are known")
    found = beyond_limits(series)
    if not found:
        return None
    said = [
        f"{name} lies {_beyond(*limits[name])} in {plural(len(places), 'row')}, for instance "
        f"{series.measured(name)[places[0]]:.5g} at row {series.rows_of(places)[0]}"
        for name, places in found.items()
    ]
    rows = series.rows_of(np.unique(np.concatenate(list(found.values()))))
    return Found(rows, f"{'; '.join(said)}.", share_left(len(rows), series.length))


def _beyond(low: float, high: float) -> str:
    if not np.isfinite(low):
        return f"above {high:g}"
    return f"outside {low:g} to {high:g}" if np.isfinite(high) else f"below {low:g}"


def _limits_of_cycles(table: CycleTable) -> Outcome:
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
    return Found(table.cycle[places], f"{'; '.join(said)}.", metric, "cycle", repair="")


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
        "Q16",
        "beyond limits",
        "voltage 0.1 V outside its limits, -40 to 100 degC, or above ten times the 1 h rate",
        "error",
        "within_limits_share",
        2.0,
        "mask_limits",
        {"timeseries": _limits, "cycles": _limits_of_cycles},
    ),
)
