"""One function a fault: a sound table in, the spoilt table out, with what must be found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from made_cells import KNOWN, NOMINAL_AH, curve_table, cycle_table, timeseries

from bdg_explore.columns import (
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    STEP,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.curation import fingerprint

SERIES = timeseries()
CYCLES = cycle_table()
CURVES = curve_table()


@dataclass(frozen=True)
class Fault:
    """A spoilt table.

    `level` says what `rows` are: positions, cycle numbers; `table` stands for all positions.
    """

    frame: pd.DataFrame
    rows: np.ndarray
    level: str = "row"
    arguments: dict[str, Any] = field(default_factory=lambda: dict(KNOWN))


Injector = Callable[[float], Fault]
INJECTORS: dict[str, list[Injector]] = {}


def injects(finding: str):
    def keep(injector: Injector) -> Injector:
        INJECTORS.setdefault(finding, []).append(injector)
        return injector

    return keep


def inside(where: float, margin: int = 8) -> int:
    """Return a row well inside a step of constant current; `where` from 0 to 1."""
    flowing = np.isclose(np.abs(SERIES[CURRENT].to_numpy()), 2.0, rtol=0.002)
    step = SERIES[STEP].to_numpy()
    good = flowing.copy()
    for shift in (-margin, margin):
        good &= np.roll(step, shift) == step
        good &= np.roll(flowing, shift)
    good[:margin] = good[-margin:] = False
    rows = np.flatnonzero(good)
    return int(rows[int(where * (len(rows) - 1))])


def one_cycle(where: float, table: pd.DataFrame, margin: int = 2) -> int:
    """Return a cycle number, not at the ends."""
    numbers = np.unique(table[CYCLE])
    return int(numbers[margin + int(where * (len(numbers) - 1 - 2 * margin))])


def with_value(frame: pd.DataFrame, column: str, rows, value) -> pd.DataFrame:
    spoilt = frame.copy()
    values = spoilt[column].to_numpy(dtype=float).copy()
    values[rows] = value
    return spoilt.assign(**{column: values})


def whole(frame: pd.DataFrame) -> np.ndarray:
    return np.arange(len(frame))


@injects("Q01")
def clock_steps_back(where):
    row = inside(where)
    early = SERIES[TEST_TIME].iloc[row - 1] - 30.0
    return Fault(with_value(SERIES, TEST_TIME, row, early), np.array([row]))


@injects("Q01")
def clock_stands_still(where):
    row = inside(where)
    same = SERIES[TEST_TIME].iloc[row - 1]
    return Fault(with_value(SERIES, TEST_TIME, row, same), np.array([row]))


@injects("Q01")
def clock_runs_ahead(where):
    """One record is dated an hour late: the next one lies before it."""
    row = inside(where)
    late = SERIES[TEST_TIME].iloc[row] + 3600.0
    return Fault(with_value(SERIES, TEST_TIME, row, late), np.array([row + 1]))


@injects("Q02")
def record_twice(where):
    row = inside(where)
    order = np.insert(np.arange(len(SERIES)), row + 1, row)
    return Fault(SERIES.iloc[order].reset_index(drop=True), np.array([row + 1]))


@injects("Q02")
def block_twice(where):
    """A file was appended that begins with the last records of the one before."""
    row = inside(where)
    order = np.insert(np.arange(len(SERIES)), row + 1, np.arange(row - 4, row + 1))
    return Fault(SERIES.iloc[order].reset_index(drop=True), np.arange(row + 1, row + 6))


@injects("Q02")
def cycle_twice(where):
    row = one_cycle(where, CYCLES) - 1
    order = np.insert(np.arange(len(CYCLES)), row + 1, row)
    return Fault(CYCLES.iloc[order].reset_index(drop=True), np.array([row + 1]))


@injects("Q03")
def power_cut(where):
    row = inside(where)
    later = SERIES[TEST_TIME].to_numpy() + 900.0 * (np.arange(len(SERIES)) >= row)
    return Fault(SERIES.assign(**{TEST_TIME: later}), np.array([row]))


@injects("Q03")
def long_power_cut(where):
    row = inside(where)
    later = SERIES[TEST_TIME].to_numpy() + 90_000.0 * (np.arange(len(SERIES)) >= row)
    return Fault(SERIES.assign(**{TEST_TIME: later}), np.array([row]))


def _time_in(unit: float):
    def inject(where):
        spoilt = SERIES.assign(**{TEST_TIME: SERIES[TEST_TIME] / unit})
        return Fault(spoilt, whole(spoilt), "table")

    return inject


def _time_in_without_counters(unit: float):
    def inject(where):
        spoilt = SERIES.assign(**{TEST_TIME: SERIES[TEST_TIME] / unit})
        spoilt = spoilt.drop(columns=[CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY])
        return Fault(spoilt, whole(spoilt), "table")

    return inject


for seconds in (1e-3, 60.0, 3600.0, 1e-9):
    injects("Q04")(_time_in(seconds))
    injects("Q04")(_time_in_without_counters(seconds))


@injects("Q05")
def time_per_cycle(where):
    begin = SERIES.groupby(CYCLE)[TEST_TIME].transform("min")
    spoilt = SERIES.assign(**{TEST_TIME: SERIES[TEST_TIME] - begin})
    return Fault(spoilt, np.flatnonzero(np.diff(SERIES[CYCLE]) > 0) + 1)


def _counters_in(number: float):
    def inject(where):
        names = [CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY]
        spoilt = SERIES.assign(**{name: SERIES[name] * number for name in names})
        return Fault(spoilt, whole(spoilt), "table")

    return inject


injects("Q06")(_counters_in(1000.0))
injects("Q06")(_counters_in(3600.0))


@injects("Q06")
def one_counter_in_milliamperehours(where):
    name = CYCLE_DISCHARGING_CAPACITY
    spoilt = SERIES.assign(**{name: SERIES[name] * 1000.0})
    return Fault(spoilt, whole(spoilt), "table")


@injects("Q06")
def cycles_in_milliamperehours(where):
    name = CYCLE_DISCHARGING_CAPACITY
    spoilt = CYCLES.assign(**{name: CYCLES[name] * 1000.0})
    return Fault(spoilt, whole(spoilt), "table")


@injects("Q07")
def counter_restarts_within_a_step(where):
    row = inside(where, margin=40)
    charges = SERIES[CURRENT].iloc[row] > 0
    name = CYCLE_CHARGING_CAPACITY if charges else CYCLE_DISCHARGING_CAPACITY
    number = SERIES[CYCLE].iloc[row]
    values = SERIES[name].to_numpy().copy()
    later = (np.arange(len(SERIES)) >= row) & (SERIES[CYCLE].to_numpy() == number)
    values[later] -= values[row]
    return Fault(SERIES.assign(**{name: values}), np.array([number]), "cycle")


@injects("Q07")
def counter_runs_fast(where):
    name = CYCLE_DISCHARGING_CAPACITY
    spoilt = SERIES.assign(**{name: SERIES[name] * 1.03})
    return Fault(spoilt, np.unique(SERIES[CYCLE]), "cycle")


@injects("Q08")
def current_turned_round(where):
    spoilt = SERIES.assign(**{CURRENT: -SERIES[CURRENT]})
    return Fault(spoilt, whole(spoilt), "table")


@injects("Q08")
def current_without_direction(where):
    spoilt = SERIES.assign(**{CURRENT: SERIES[CURRENT].abs()})
    return Fault(
        spoilt.drop(columns=[CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY]),
        whole(spoilt),
        "table",
        {},
    )


@injects("Q09")
def voltage_spikes(where):
    row = inside(where)
    volt = SERIES[VOLTAGE].iloc[row]
    return Fault(with_value(SERIES, VOLTAGE, row, volt + 0.4), np.array([row]))


@injects("Q09")
def two_spikes_side_by_side(where):
    row = inside(where)
    spoilt = with_value(SERIES, VOLTAGE, [row, row + 1], [0.0, 5.0])
    return Fault(spoilt, np.array([row, row + 1]))


@injects("Q10")
def capacity_spikes(where):
    number = one_cycle(where, CYCLES)
    spoilt = with_value(CYCLES, CYCLE_DISCHARGING_CAPACITY, number - 1, 45.337)
    return Fault(spoilt, np.array([number]), "cycle")


@injects("Q10")
def capacity_spikes_a_little(where):
    number = one_cycle(where, CYCLES)
    spoilt = with_value(CYCLES, CYCLE_DISCHARGING_CAPACITY, number - 1, 2.45)
    return Fault(spoilt, np.array([number]), "cycle", {})


@injects("Q10")
def curve_far_too_large(where):
    number = one_cycle(where, CURVES)
    values = CURVES[DISCHARGING_CAPACITY] * np.where(CURVES[CYCLE] == number, 40.0, 1.0)
    spoilt = CURVES.assign(**{DISCHARGING_CAPACITY: values})
    return Fault(spoilt, np.array([number]), "cycle", {})


@injects("Q11")
def curve_falls_back(where):
    curve, point = divmod(int(where * (20 * 48 - 1)), 48)
    row = 50 * curve + 1 + point  # neither the first nor the last point of a curve
    value = CURVES[DISCHARGING_CAPACITY].iloc[row] + 0.060
    number = CURVES[CYCLE].iloc[row]
    spoilt = with_value(CURVES, DISCHARGING_CAPACITY, row, value)
    return Fault(spoilt, np.array([number]), "cycle", {})


@injects("Q12")
def cycle_lost(where):
    number = one_cycle(where, SERIES)
    spoilt = SERIES[SERIES[CYCLE] != number].reset_index(drop=True)
    return Fault(spoilt, np.array([number]), "cycle")


@injects("Q12")
def first_cycle_lost(where):
    return Fault(CYCLES.iloc[1:], np.array([1]), "cycle")


@injects("Q12")
def cycles_lost(where):
    number = one_cycle(where, CYCLES, margin=5)
    spoilt = CYCLES[~CYCLES[CYCLE].between(number, number + 2)]
    return Fault(spoilt, np.arange(number, number + 3), "cycle")


@injects("Q13")
def numbers_begin_anew(where):
    number = one_cycle(where, SERIES, margin=4)
    later = SERIES[CYCLE] > number
    spoilt = SERIES.assign(**{CYCLE: SERIES[CYCLE] - number * later})
    return Fault(spoilt, np.flatnonzero(later)[:1])


@injects("Q13")
def table_begins_anew(where):
    number = one_cycle(where, CYCLES, margin=10)
    spoilt = CYCLES.assign(**{CYCLE: CYCLES[CYCLE] - number * (CYCLES[CYCLE] > number)})
    return Fault(spoilt, np.array([number]))


@injects("Q14")
def thermometer_stuck(where):
    number = one_cycle(where, SERIES)
    rows = np.flatnonzero(SERIES[CYCLE] == number)
    return Fault(with_value(SERIES, SURFACE_TEMPERATURE, rows, 24.875), rows)


@injects("Q14")
def voltage_stuck(where):
    """From the middle of a charge to the middle of the discharge."""
    number = one_cycle(where, SERIES)
    mine = (SERIES[CYCLE] == number) & np.isclose(SERIES[CURRENT].abs(), 2.0, rtol=0.002)
    rows = np.flatnonzero(mine)
    rows = np.arange(rows[len(rows) // 6], rows[-len(rows) // 6])
    value = SERIES[VOLTAGE].iloc[rows[0] - 1] + 0.0005
    return Fault(with_value(SERIES, VOLTAGE, rows, value), rows)


def _sentinel(column: str, value: float):
    def inject(where):
        row = inside(where)
        return Fault(with_value(SERIES, column, row, value), np.array([row]))

    return inject


for number in (-9999.0, 65535.0, 1e6, 4294967.295, 4294967295.0):
    for name in (VOLTAGE, CURRENT, SURFACE_TEMPERATURE, TEST_TIME, CYCLE_DISCHARGING_CAPACITY):
        injects("Q15")(_sentinel(name, number))


@injects("Q16")
def too_hot(where):
    row = inside(where)
    rows = np.arange(row, row + 5)
    return Fault(with_value(SERIES, SURFACE_TEMPERATURE, rows, 150.0), rows)


@injects("Q16")
def charged_too_far(where):
    row = inside(where, margin=60)
    rows = np.arange(row, row + 40)
    value = 4.5 + 0.001 * np.arange(40)
    return Fault(with_value(SERIES, VOLTAGE, rows, value), rows)


@injects("Q16")
def too_much_current(where):
    row = inside(where)
    return Fault(with_value(SERIES, CURRENT, row, -25.0), np.array([row]))


@injects("Q17")
def capacity_comes_back(where):
    number = one_cycle(where, CYCLES)
    values = CYCLES[CYCLE_DISCHARGING_CAPACITY] * np.where(CYCLES[CYCLE] >= number, 1.05, 1.0)
    spoilt = CYCLES.assign(**{CYCLE_DISCHARGING_CAPACITY: values})
    return Fault(spoilt, np.array([number]), "cycle")


@injects("Q18")
def stopped_in_the_last_discharge(where):
    last = np.flatnonzero((SERIES[CYCLE] == SERIES[CYCLE].max()) & (SERIES[CURRENT] < 0))
    row = last[5 + int(where * (0.9 * len(last) - 5))]
    return Fault(SERIES.iloc[:row], np.array([SERIES[CYCLE].max()]), "cycle")


@injects("Q18")
def last_capacity_too_small(where):
    value = NOMINAL_AH * 0.8 * where
    spoilt = with_value(CYCLES, CYCLE_DISCHARGING_CAPACITY, -1, value)
    return Fault(spoilt, np.array([len(CYCLES)]), "cycle")


@injects("Q19")
def hardly_any_capacity(where):
    number = one_cycle(where, CYCLES)
    spoilt = with_value(CYCLES, CYCLE_DISCHARGING_CAPACITY, number - 1, 0.08)
    return Fault(spoilt, np.array([number]), "cycle")


def _no_number(column: str, value: float):
    def inject(where):
        row = inside(where)
        return Fault(with_value(SERIES, column, [row, row + 3], value), np.array([row, row + 3]))

    return inject


for name in (VOLTAGE, CURRENT, TEST_TIME, SURFACE_TEMPERATURE):
    for value in (np.nan, np.inf):
        injects("Q20")(_no_number(name, value))


def _nominal(value: float):
    def inject(where):
        return Fault(SERIES, whole(SERIES), "table", {**KNOWN, "nominal_capacity_ah": value})

    return inject


injects("Q21")(_nominal(10.0))
injects("Q21")(_nominal(1.1))


@injects("Q22")
def the_same_measurements(where):
    known = {"elsewhere/a": fingerprint(SERIES)}
    return Fault(SERIES, whole(SERIES), "table", {**KNOWN, "known": known})


@injects("Q22")
def the_same_capacities(where):
    known = {"elsewhere/a": CYCLES[CYCLE_DISCHARGING_CAPACITY].tolist()[:20]}
    return Fault(CYCLES, whole(CYCLES), "table", {**KNOWN, "known": known})
