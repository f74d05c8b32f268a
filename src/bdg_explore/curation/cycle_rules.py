"""Rules about cycles: their numbers, their capacities, what is known beside them.

Q10, Q12, Q13, Q17 to Q19 and Q21.
"""

from typing import Final, TypeAlias

import numpy as np

from bdg_explore.columns import CYCLE, MAXIMUM_VOLTAGE, MINIMUM_VOLTAGE

from ._life import Life
from ._rule import Found, Ints, Outcome, Rule, Unjudged, listed, plural, share_left
from ._series import Series
from ._tables import CurveTable, CycleTable

Lived: TypeAlias = Series | CycleTable
_NO_CAPACITY: Final = Unjudged("no cycle has a capacity")


def _capacity_spikes(subject: Lived | CurveTable) -> Outcome:
    life = subject.life
    if not life.counted:
        return _NO_CAPACITY
    if life.counted < 4 and subject.facts.nominal_ah is None:
        return Unjudged("fewer than four cycles with a capacity")
    repair = None if isinstance(subject, CycleTable) else ""  # only a summary holds capacities
    return _odd_cycles(life, np.flatnonzero(life.spikes), "far above their neighbours", repair)


def _odd_cycles(life: Life, places: Ints, what: str, repair: str | None) -> Outcome:
    if not len(places):
        return None
    worst = int(places[np.argmax(life.capacity[places])])
    around = life.neighbours_ah[worst]
    beside = f", beside {around:.4g} Ah" if np.isfinite(around) else ""
    return Found(
        life.cycle[places],
        f"{plural(len(places), 'capacity', 'capacities')} {what}: cycle {life.cycle[worst]} has "
        f"{life.capacity[worst]:.5g} Ah{beside}"
        + (f"; in all cycles {listed(life.cycle[places])}." if len(places) > 1 else "."),
        share_left(len(places), life.counted),
        "cycle",
        repair=repair,
    )


def _near_zero(subject: Lived) -> Outcome:
    life = subject.life
    if not life.counted:
        return _NO_CAPACITY
    places = np.flatnonzero(life.near_zero)
    if not len(places):
        return None
    share = 100 * subject.settings.near_zero_share
    least = float(np.min(life.capacity[places]))
    return Found(
        life.cycle[places],
        f"{plural(len(places), 'cycle')} ({listed(life.cycle[places])}) with less than "
        f"{share:g} % of {life.reference_ah:.4g} Ah, the least {least:.4g} Ah.",
        share_left(len(places), life.counted),
        "cycle",
    )


def _regenerations(subject: Lived) -> Outcome:
    life = subject.life
    if life.counted < 2:
        return Unjudged("fewer than two cycles with a capacity")
    places = np.flatnonzero(life.regenerations)
    if not len(places):
        return None
    share = 100 * subject.settings.regeneration_share
    return Found(
        life.cycle[places],
        f"Capacity rises by more than {share:g} % into {plural(len(places), 'cycle')} "
        f"({listed(life.cycle[places])}), as after a rest.",
        share_left(len(places), life.counted),
        "cycle",
    )


def _unfinished(subject: Lived) -> Outcome:
    life = subject.life
    if life.counted < 4:
        return Unjudged("fewer than four cycles with a capacity")
    if not life.unfinished:
        return None
    last, before = life.capacity[-1], life.neighbours_ah[-1]
    said = "no capacity" if np.isnan(last) else f"{last:.4g} Ah"
    return Found(
        life.cycle[-1:],
        f"The last cycle, {life.cycle[-1]}, has {said}; those before it {before:.4g} Ah.",
        share_left(1, max(life.counted, 2)),
        "cycle",
    )


def _numbers(subject: "Lived | CurveTable") -> tuple[Ints, bool]:
    """Return the cycle numbers there are, and whether they are a selection."""
    if isinstance(subject, Series) and subject.given is not None:
        given = subject.given[CYCLE].to_numpy(dtype=np.float64, na_value=np.nan)
        numbers = np.unique(given[np.isfinite(given)].astype(np.int64))
    elif isinstance(subject, Series):
        numbers = np.unique(subject.cycle[subject.starts])
    else:
        numbers = np.unique(subject.cycle)
    return numbers, len(numbers) > 1 and float(np.median(np.diff(numbers))) > 1


def _missing_cycles(subject: Lived) -> Outcome:
    if CYCLE not in subject.columns:
        return Unjudged(f"the table has no {CYCLE}")
    numbers, selected = _numbers(subject)
    if not len(numbers):
        return Unjudged("no cycle has a number")
    if selected:
        return Unjudged(
            f"{len(numbers):,} cycles of {numbers[0]} to {numbers[-1]}, most of them apart: a "
            "selection"
        )
    first = int(numbers[0])
    leading = first - 1 if 1 < first <= subject.settings.leading_cycles + 1 else 0
    leading = leading if len(numbers) > leading else 0  # as many must be there as are missing
    span = int(numbers[-1]) - first + 1
    lost = span - len(numbers) + leading
    if not lost:
        return None
    there = np.zeros(span + leading, dtype=bool)
    there[numbers - (first - leading)] = True
    missing = np.flatnonzero(~there) + (first - leading)
    return Found(
        missing,
        f"{plural(lost, 'cycle')} of {first - leading} to {numbers[-1]} "
        f"{'is' if lost == 1 else 'are'} not there: {listed(missing)}.",
        share_left(lost, span + leading),
        "cycle",
    )


def _repeated_records(series: Series) -> Outcome:
    if CYCLE not in series.columns:
        return Unjudged(f"the table has no {CYCLE}")
    places = np.flatnonzero(np.diff(series.cycle) < 0) + 1
    if not len(places):
        return None
    place = int(places[0])
    return Found(
        series.rows_of(places),
        f"The cycle number falls at {plural(len(places), 'row')}, first from "
        f"{series.cycle[place - 1]} to {series.cycle[place]} at row "
        f"{series.rows_of(places[:1])[0]}.",
        share_left(len(places), max(len(series.starts) - 1, 1)),
    )


def _repeated_cycles(table: CycleTable) -> Outcome:
    number = table.cycle
    places = np.flatnonzero(np.diff(number) <= 0) + 1
    if not len(places):
        return None
    place = int(places[0])
    return Found(
        table.rows[places],
        f"The cycle number does not rise at {plural(len(places), 'row')}, first from "
        f"{number[place - 1]} to {number[place]} at row {table.rows[place]}.",
        share_left(len(places), max(len(number) - 1, 1)),
    )


def _metadata(subject: Lived) -> Outcome:
    facts, life, settings = subject.facts, subject.life, subject.settings
    if facts.expected_ah is None:
        return Unjudged("the nominal capacity is not known")
    if not np.isfinite(life.typical_ah):
        return _NO_CAPACITY
    ratio = life.typical_ah / facts.expected_ah
    low, high = settings.nominal_range
    said = []
    agreement = 1.0
    if not low <= ratio <= high:
        agreement = min(ratio, 1 / ratio) if ratio > 0 else 0.0
        window = "" if facts.expected_ah == facts.nominal_ah else " in its window of charge"
        said.append(
            f"The first capacities are {life.typical_ah:.4g} Ah, {ratio:.3g} times the nominal "
            f"{facts.expected_ah:.4g} Ah{window}"
        )
    share = _window_share(subject) if facts.expected_ah == facts.nominal_ah else None
    if share is not None and ratio >= low and share < 0.5:
        agreement = min(agreement, max(share, 0.0))
        said.append(
            f"a full cycle uses {100 * share:.0f} % of the stated voltage window of "
            f"{facts.low_volt:g} to {facts.high_volt:g} V"
        )
    if not said:
        return None
    return Found(np.zeros(0, dtype=np.int64), f"{'; '.join(said)}.", agreement, "table")


def _window_share(subject: Lived) -> float | None:
    """Return the share of the stated voltage window that a cycle uses; None if not known."""
    low, high = subject.facts.low_volt, subject.facts.high_volt
    if low is None or high is None or high <= low:
        return None
    if isinstance(subject, Series):
        volts = np.asarray(subject.voltage, dtype=np.float64)
        least = np.fmin.reduceat(volts, subject.starts)
        most = np.fmax.reduceat(volts, subject.starts)
    elif {MINIMUM_VOLTAGE, MAXIMUM_VOLTAGE} <= set(subject.columns):
        least, most = subject.kept(MINIMUM_VOLTAGE), subject.kept(MAXIMUM_VOLTAGE)
    else:
        return None
    there = np.isfinite(least) & np.isfinite(most)
    if not there.any():
        return None
    used = min(float(np.median(most[there])), high) - max(float(np.median(least[there])), low)
    return used / (high - low)


RULES: Final = (
    Rule(
        "Q10",
        "capacity spike",
        "above 1.2 times the median of ten cycles on either side, or 1.3 times the nominal",
        "warn",
        "capacity_spike_free_share",
        1.0,
        "mask_capacity_spikes",
        {
            "timeseries": _capacity_spikes,
            "cycles": _capacity_spikes,
            "curves": _capacity_spikes,
        },
    ),
    Rule(
        "Q12",
        "missing cycles",
        "numbers that no cycle has between the first and the last, or before the first",
        "warn",
        "cycle_completeness",
        2.0,
        "",
        {"timeseries": _missing_cycles, "cycles": _missing_cycles},
    ),
    Rule(
        "Q13",
        "repeated cycle numbers",
        "the cycle number falls, as where files were joined",
        "error",
        "cycle_order",
        2.0,
        "renumber_cycles",
        {"timeseries": _repeated_records, "cycles": _repeated_cycles},
    ),
    Rule(
        "Q17",
        "regeneration",
        "capacity rises by more than 3 % from one cycle to the next",
        "info",
        "regeneration_free_share",
        0.5,
        "",
        {"timeseries": _regenerations, "cycles": _regenerations},
    ),
    Rule(
        "Q18",
        "unfinished cycle",
        "the last cycle has less than 0.97 of the median before it",
        "info",
        "finished_share",
        0.5,
        "",
        {"timeseries": _unfinished, "cycles": _unfinished},
    ),
    Rule(
        "Q19",
        "near-zero capacity",
        "less than a tenth of the nominal capacity, or of the median where that is not known",
        "warn",
        "capacity_share",
        1.0,
        "",
        {"timeseries": _near_zero, "cycles": _near_zero},
    ),
    Rule(
        "Q21",
        "metadata against data",
        "first capacities outside 0.7 to 1.3 of the nominal, or half the voltage window unused",
        "warn",
        "metadata_agreement",
        1.0,
        "",
        {"timeseries": _metadata, "cycles": _metadata},
    ),
)
