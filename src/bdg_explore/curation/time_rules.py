"""Rules about time: order, duplicates, gaps, unit, restarts (Q01 to Q05)."""

from typing import Final

import numpy as np

from bdg_explore.columns import END_TIME, GAP_DURATION, START_TIME, TEST_TIME

from ._rule import Found, Ints, Outcome, Rule, Severity, Unjudged, plural, share_left
from ._series import Series
from ._tables import CycleTable

HELD_VOLT: Final = 2e-3  # a voltage that moves less from record to record is held
LEAST_OF_KIND: Final = 8  # fewer intervals have no habit of their own


def _not_increasing(series: Series) -> Outcome:
    clock = series.clock
    rows = np.union1d(clock.backward, clock.stuck)
    if not len(rows):
        return None
    said = []
    if len(clock.backward):
        row = int(clock.backward[0])
        time = series.columns[TEST_TIME]
        said.append(
            f"Time runs backwards at {plural(len(clock.backward), 'row')}, first from "
            f"{time[row - 1]:g} s to {time[row]:g} s at row {row}."
        )
    if len(clock.stuck):
        said.append(
            f"The clock stands still at {plural(len(clock.stuck), 'row')} within a step, first at "
            f"row {clock.stuck[0]}."
        )
    repair = None
    if len(clock.backward):  # lone records are misdated; else the clock was set back for good
        repair = (
            "interpolate_time" if 2 * len(clock.outliers) > len(clock.backward) else "shift_time"
        )
    metric = share_left(len(rows), max(len(clock.time) - 1, 1))
    # a clock that shows whole seconds stands still between fast records, and is in order
    severity: Severity | None = None if len(clock.backward) else "warn"
    return Found(rows, " ".join(said), metric, severity=severity, repair=repair)


def _cycles_not_increasing(table: CycleTable) -> Outcome:
    if START_TIME not in table.columns:
        return Unjudged(f"the table has no {START_TIME}")
    begin = np.asarray(table.kept(START_TIME), dtype=np.float64)
    places = np.flatnonzero(np.diff(begin) < 0) + 1
    if not len(places):
        return None
    place = int(places[0])
    return Found(
        table.cycle[places],
        f"{plural(len(places), 'cycle')} begin before the one before, first cycle "
        f"{table.cycle[place]}, at {begin[place]:g} s after {begin[place - 1]:g} s.",
        share_left(len(places), len(begin) - 1),
        "cycle",
        repair="",
    )


def _duplicate_records(series: Series) -> Outcome:
    rows = series.clock.duplicates
    if not len(rows):
        return None
    return Found(
        rows,
        f"{plural(len(rows), 'row')} of {series.length:,} repeat the time, voltage and current of "
        f"another, first row {rows[0]}.",
        share_left(len(rows), series.length),
    )


def _duplicate_cycles(table: CycleTable) -> Outcome:
    rows = table.duplicates
    if not len(rows):
        return None
    return Found(
        rows,
        f"{plural(len(rows), 'row')} of {table.length:,} repeat another in every column, first "
        f"row {rows[0]}.",
        share_left(len(rows), table.length),
    )


def gap_places(series: Series) -> Ints:
    """Return the places at which a gap ends, found once."""
    if "gaps" not in series.memo:
        series.memo["gaps"] = _find_gaps(series)
    return np.asarray(series.memo["gaps"])


def _find_gaps(series: Series) -> Ints:
    """Return the places at which a gap ends.

    Testers write less often while a cell rests, and while they hold its voltage; so an interval
    is compared with those of its kind. One that spans missing cycles is not a gap: they are told.
    """
    passed, settings = series.passed, series.settings
    following = series.cycle[1:] - series.cycle[:-1] <= 1
    usual = max(settings.gap_second, settings.gap_factor * float(np.median(passed)))
    if not np.max(passed) > usual / settings.gap_factor:
        return np.zeros(0, dtype=np.int64)
    flowing = series.flowing
    resting = ~(flowing[1:] | flowing[:-1])
    volts = np.abs(np.diff(series.voltage))
    steps = np.abs(np.diff(series.current))
    held = ~resting & (volts <= HELD_VOLT) & (steps > settings.steady_share * series.largest_ampere)
    found: list[Ints] = []
    for kind in (resting, held, ~(resting | held)):
        mine = passed[kind & (passed > 0)]
        if not len(mine):
            continue
        typical = (
            float(np.median(mine)) if len(mine) >= LEAST_OF_KIND else usual / settings.gap_factor
        )
        limit = max(settings.gap_second, settings.gap_factor * typical)
        long = mine[mine > limit]
        habit = max(3, int(settings.gap_habit_share * len(mine)))
        if len(long) > habit:
            limit = 2 * float(np.sort(long)[-habit - 1])
        found.append(np.flatnonzero(kind & following & (passed > limit)))
    return np.sort(np.concatenate(found)) + 1 if found else np.zeros(0, dtype=np.int64)


def _gaps(series: Series) -> Outcome:
    if len(series.passed) < 2:
        return Unjudged("fewer than three records")
    places = gap_places(series)
    if not len(places):
        return None
    lost = series.passed[places - 1]
    span = float(np.sum(series.passed[series.cycle[1:] - series.cycle[:-1] <= 1]))
    longest = int(np.argmax(lost))
    pauses = int((lost > series.settings.pause_second).sum())
    usual = float(np.median(series.passed))
    return Found(
        series.rows_of(places),
        f"{plural(len(places), 'gap')} of {duration(float(lost.sum()))} in all, the longest "
        f"{duration(float(lost[longest]))} before row {series.rows_of(places)[longest]}; the "
        f"median interval is {usual:g} s."
        + (f" {plural(pauses, 'of them is a pause', 'of them are pauses')}." if pauses else ""),
        max(0.0, 1.0 - float(lost.sum()) / span),
        severity="warn" if pauses else "info",
    )


def _gaps_of_cycles(table: CycleTable) -> Outcome:
    if not {START_TIME, END_TIME} <= set(table.columns):
        return Unjudged(f"the table has no {START_TIME} and {END_TIME}")
    begin, end = (np.asarray(table.kept(n), dtype=np.float64) for n in (START_TIME, END_TIME))
    inside = np.zeros(len(begin))
    if GAP_DURATION in table.columns:
        inside = np.nan_to_num(np.asarray(table.kept(GAP_DURATION), dtype=np.float64))
    between = np.zeros(len(begin))
    follows = np.diff(table.cycle) == 1
    between[1:] = np.where(follows, begin[1:] - end[:-1], 0.0)
    between = np.where(between > table.settings.pause_second, between, 0.0)
    places = np.flatnonzero((inside > 0) | (between > 0))
    if not len(places):
        return None
    lost = float(inside.sum() + between.sum())
    span = float(np.nansum(end - begin) + between.sum())
    pauses = max(float(np.max(inside)), float(np.max(between))) > table.settings.pause_second
    return Found(
        table.cycle[places],
        f"{plural(int((inside > 0).sum()), 'cycle')} with gaps inside and "
        f"{plural(int((between > 0).sum()), 'pause')} between cycles, {duration(lost)} in all.",
        max(0.0, 1.0 - lost / span) if span > 0 else 0.0,
        "cycle",
        severity="warn" if pauses else "info",
    )


def _time_unit(series: Series) -> Outcome:
    units = series.units
    if units.time_evidence:
        return Found(np.zeros(0, dtype=np.int64), units.time_evidence, 0.0, "table")
    if not units.time_judged:
        return Unjudged("no current flows, and there is nothing to hold the clock against")
    return None


def _per_cycle_time(series: Series) -> Outcome:
    rows = series.clock.restarts
    if not len(rows):
        return None
    return Found(
        rows,
        f"Time begins anew at {len(rows):,} of the {series.clock.cycles:,} places where a cycle "
        "follows another.",
        0.0,
    )


def duration(seconds: float) -> str:
    """Write a time in the unit one would say it in."""
    for length, unit in ((86_400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.3g} s"


RULES: Final = (
    Rule(
        "Q01",
        "time not increasing",
        "time falls back, or stands still while a step goes on",
        "error",
        "monotonic_share",
        3.0,
        "unstick_clock",
        {"timeseries": _not_increasing, "cycles": _cycles_not_increasing},
    ),
    Rule(
        "Q02",
        "duplicate rows",
        "rows with the time, voltage and current of another (of cycles: all columns)",
        "warn",
        "unique_share",
        1.0,
        "drop_duplicates",
        {"timeseries": _duplicate_records, "cycles": _duplicate_cycles},
    ),
    Rule(
        "Q03",
        "gap",
        "an interval above 60 s and ten median intervals of its kind; from 1 h on a pause",
        "info",
        "time_coverage",
        2.0,
        "",
        {"timeseries": _gaps, "cycles": _gaps_of_cycles},
    ),
    Rule(
        "Q04",
        "time unit",
        "the clock, the counters or the nominal capacity say time is not in seconds",
        "error",
        "time_unit",
        3.0,
        "scale_time",
        {"timeseries": _time_unit},
    ),
    Rule(
        "Q05",
        "time per cycle",
        "time begins anew with each cycle",
        "error",
        "time_origin",
        3.0,
        "shift_time",
        {"timeseries": _per_cycle_time},
    ),
)
