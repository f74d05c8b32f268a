"""Rules about charge: unit of capacity, counters, sign of the current (Q06 to Q08)."""

from typing import Final

import numpy as np

from bdg_explore.analysis.cycles.capacity_source import AGREEMENT_OF_LARGEST
from bdg_explore.columns import CAPACITY_DEVIATION

from ._rule import (
    Bools,
    Floats,
    Found,
    Ints,
    Outcome,
    Rule,
    Unjudged,
    listed,
    plural,
    printed_step,
)
from ._series import Counting, Series
from ._tables import CycleTable
from ._units import CAPACITY_UNITS

_NONE: Final = np.zeros(0, dtype=np.int64)


def _capacity_unit(series: Series) -> Outcome:
    units = series.units
    if not units.ratios:
        return Unjudged("no counter can be held against the integral of the current")
    if not units.capacity:
        return None
    said = [
        f"{name} counts {units.ratios[name] / units.time:.4g} times the integral: it is in "
        f"{CAPACITY_UNITS[round(1 / factor)]}"
        for name, factor in units.capacity.items()
    ]
    return Found(
        _NONE,
        f"{'; '.join(said)}.",
        0.0,
        "table",
    )


def _cycles_capacity_unit(table: CycleTable) -> Outcome:
    if not table.judges_units:
        return Unjudged("neither the nominal capacity nor energies are known")
    factors = table.capacity_factors
    if not factors:
        return None
    said = [
        f"{name} is {table.capacity_ratio(name):.4g} times what is expected: it is in "
        f"{CAPACITY_UNITS[round(1 / factor)]}"
        for name, factor in factors.items()
    ]
    return Found(
        _NONE,
        f"{'; '.join(said)}.",
        0.0,
        "table",
    )


def _counters(series: Series) -> Outcome:
    if not series.countings:
        return Unjudged("the table has no counters of charge")
    numbers = series.cycle[series.starts]
    off = np.zeros((len(series.countings), len(numbers)))  # 1 is as far off as can be
    judged, said = np.zeros(off.shape, dtype=bool), []
    for place, counting in enumerate(series.countings):
        if counting.kind == "unknown":
            rows = _falls(series, counting)
            judged[place] = True
            cycles = np.searchsorted(series.starts, rows, side="right") - 1
            off[place, cycles if len(rows) else slice(None)] = 1.0

            said.append(
                f"{counting.name} falls back at {plural(len(rows), 'row')} where neither a cycle "
                f"nor a step begins, first at row {series.rows_of(rows[:1])[0]}"
                if len(rows)
                else f"{counting.name} goes up and down in a way that cannot be followed"
            )
        elif counting.kind != "empty":
            wrong, judged[place], apart = _disagree(series, counting)
            off[place] = np.where(wrong, apart, 0.0)
            if wrong.any():
                said.append(_difference(series, counting, wrong))
    if not judged.any():
        return Unjudged("gaps, coarse sampling or too small a current: no integral to believe")
    if not said:
        return None
    metric = 1.0 - float(np.sum(off[judged]) / np.sum(judged))
    return Found(numbers[(off > 0).any(axis=0)], f"{'; '.join(said)}.", metric, "cycle")


def _falls(series: Series, counting: Counting) -> Ints:
    """Return where a counter falls back without leave."""
    values = series.kept(counting.name)
    with np.errstate(invalid="ignore"):
        falls = np.diff(values) < -1e-6 * np.ptp(values[np.isfinite(values)])
    rows = np.flatnonzero(falls) + 1
    allowed = np.isin(rows, series.starts)
    if series.step is not None:
        allowed |= series.step[rows] != series.step[rows - 1]
    return rows[~allowed] if not allowed.all() else rows


def _disagree(series: Series, counting: Counting) -> tuple[Bools, Bools, Floats]:
    """Return where a counter disagrees with the integral, where it was judged, and how far off."""
    settings = series.settings
    said = counting.said(series.units.capacity.get(counting.name, 1.0))
    largest = max(float(np.max(one.integral, initial=0.0)) for one in series.countings)
    # of a coin cell 5 mAh is all there is, and what is printed with few digits is coarse
    absolute = min(settings.counter_ah, AGREEMENT_OF_LARGEST * largest)
    absolute += _restarts(series, counting) * printed_step(series.kept(counting.name))
    slack = np.maximum(settings.counter_share * counting.integral, absolute) + series.least_ah
    with np.errstate(invalid="ignore"):
        apart = np.abs(said - counting.integral)
        wrong = apart > slack
    judged = np.isfinite(said) & (largest > 10 * series.least_ah)
    judged &= ~series.unsure(wrong & judged)
    if len(series.life.cycle) == len(said):  # a capacity far off is told as a spike
        judged &= ~series.life.spikes
    if len(series.starts) > 1:  # a file may begin in the middle of a cycle
        judged[0] &= not _began_before(series, counting)
    share = np.minimum(apart / max(largest, 1e-12), 1.0)
    return wrong & judged, judged, np.nan_to_num(np.maximum(share, 1e-6))


def _restarts(series: Series, counting: Counting) -> int:
    """Return how often at most a counter begins anew in a cycle; each time it may be rounded."""
    if counting.kind != "step" or series.step is None:
        return 1
    changes = np.concatenate(([1], series.step[1:] != series.step[:-1]))
    return int(np.max(np.add.reduceat(changes, series.starts)))


def _began_before(series: Series, counting: Counting) -> bool:
    """Return whether a counter had counted before the first record."""
    first = float(series.kept(counting.name)[0])
    return bool(first > 1e-3 * np.max(counting.integral, initial=0.0))


def _difference(series: Series, counting: Counting, wrong: Bools) -> str:
    said = counting.said(series.units.capacity.get(counting.name, 1.0))[wrong]
    integral = counting.integral[wrong]
    worst = int(np.argmax(np.abs(said - integral)))
    cycles = series.cycle[series.starts][wrong]
    return (
        f"{counting.name} and the integral differ in {plural(len(cycles), 'cycle')} "
        f"({listed(cycles, 3)}), most in cycle {cycles[worst]}: {said[worst]:.5g} and "
        f"{integral[worst]:.5g} Ah"
    )


def _deviations(table: CycleTable) -> Outcome:
    if CAPACITY_DEVIATION not in table.columns:
        return Unjudged(f"the table has no {CAPACITY_DEVIATION}")
    off = np.asarray(table.kept(CAPACITY_DEVIATION), dtype=np.float64)
    judged = np.isfinite(off)
    if not judged.any():
        return Unjudged(f"{CAPACITY_DEVIATION} holds no value")
    with np.errstate(invalid="ignore"):
        wrong = np.abs(off) > table.settings.counter_share
    small = table.settings.counter_ah / np.maximum(table.life.capacity, 1e-12)
    wrong &= np.abs(off) > np.minimum(np.nan_to_num(small), AGREEMENT_OF_LARGEST)
    if not wrong.any():
        return None
    worst = int(np.nanargmax(np.where(wrong, np.abs(off), np.nan)))
    return Found(
        table.cycle[wrong],
        f"Counter and integral differ by more than 1 % in {plural(int(wrong.sum()), 'cycle')}, "
        f"most in cycle {table.cycle[worst]} by {100 * off[worst]:+.3g} %.",
        1.0 - float(np.sum(np.minimum(np.abs(off[wrong]), 1.0)) / np.sum(judged)),
        "cycle",
    )


def _sign(series: Series) -> Outcome:
    votes = series.votes
    if votes.verdict == "wrong":
        return Found(_NONE, f"Both votes: {votes}.", 0.0, "table")
    if votes.reason:
        return Unjudged(votes.reason)
    if votes.unsigned:
        return Found(
            _NONE,
            "The current never changes its sign, yet the voltage moves against it in "
            f"{votes.windows_wrong} of {plural(votes.windows, 'steady window')}: a magnitude "
            "without direction. Read the direction from the tester's step types.",
            0.0,
            "table",
            repair="",
        )
    if votes.steady == "wrong" and votes.means == "undecided" and not votes.cycles:
        return Found(
            _NONE,
            f"One vote, the other has nothing to go by: {votes}. Positive current must charge.",
            0.5,
            "table",
            severity="warn",
        )
    if votes.verdict == "undecided":
        return Unjudged(
            f"the votes do not agree: {votes}"
            if votes.decided
            else "no steady current for six minutes, and no cycle with both directions"
        )
    return None


RULES: Final = (
    Rule(
        "Q06",
        "capacity unit",
        "capacity is 1000 (mAh) or 3600 (As) times the integral, or the nominal capacity",
        "error",
        "capacity_unit",
        3.0,
        "scale_capacity",
        {"timeseries": _capacity_unit, "cycles": _cycles_capacity_unit},
    ),
    Rule(
        "Q07",
        "counter",
        "a counter restarts in the middle of a step, or is more than 1 % off the integral",
        "warn",
        "counter_agreement",
        2.0,
        "",
        {"timeseries": _counters, "cycles": _deviations},
    ),
    Rule(
        "Q08",
        "sign flipped",
        "steady current against the voltage's trend, and lower mean voltage while charging",
        "error",
        "sign_agreement",
        3.0,
        "flip_sign",
        {"timeseries": _sign},
    ),
)
