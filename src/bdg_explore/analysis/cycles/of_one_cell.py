"""One row a cycle, of the records of one cell."""

from dataclasses import dataclass, replace

import numpy as np

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CAPACITY_DEVIATION,
    CAPACITY_SOURCE,
    CHARGING_DURATION,
    COMPLETE,
    COULOMBIC_EFFICIENCY,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DISCHARGING_DURATION,
    DURATION,
    END_TIME,
    ENERGY_EFFICIENCY,
    GAP_DURATION,
    MAXIMUM_CURRENT,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_VOLTAGE,
    MEAN_TEMPERATURE,
    MINIMUM_CURRENT,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    PAUSED_DURATION,
    POLARISATION,
    RECORD_COUNT,
    REST_DURATION,
    START_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE_EFFICIENCY,
)
from bdg_explore.errors import ParameterError

from ..records.arrays import Column, Floats, Ints, Records, Rows, extremes, largest, run_starts
from ..records.counter_columns import COUNTERS
from ..records.cycle_order import are_complete, begins_with_discharge, numbered, pair
from ..records.from_frames import SECONDS_AN_HOUR, Columns, records_of, rest_current
from .capacity_source import SOURCES, CapacityPolicy, Direction, choose_source, take
from .counters import Counter, is_coarse, read_counter
from .flow import cycle_flow
from .integration import integrate_cycles
from .resistance import cycle_resistances, least_change
from .sums import CycleSums


@dataclass(frozen=True)
class Options:
    """The choices a user may make; see `summarize_cycles`."""

    capacity: CapacityPolicy = "auto"
    rest_current_ampere: float | None = None


def summarize_cell(
    columns: Columns, rows: Rows, options: Options, nominal_ah: float | None = None
) -> Columns:
    """Summarize the records of one cell, in test order; see `summarize_cycles`.

    Parameters
    ----------
    columns : dict of ndarray
        Records of one cell, by column.
    rows : sequence of int
        Row of the caller's frame at which each stands, for messages.
    options : Options
        The user's choices.
    nominal_ah : float, optional
        Nominal capacity [Ah].

    Returns
    -------
    dict of ndarray
        One value a cycle, by column.
    """
    current = columns[CURRENT]
    numbers = columns.get(CYCLE)
    if numbers is None:
        numbers = numbered(columns[TEST_TIME], current)
    starts = run_starts(numbers)
    lowest, highest, missing = extremes(current, starts)
    most = largest(lowest, highest)
    rest = rest_current(options.rest_current_ampere, most)
    records = replace(records_of(columns, starts, rows), temperature=_temperature(columns))
    sums = integrate_cycles(records, rest_current_ampere=rest, missing_current=missing)
    cycle = numbers[starts].astype(np.int64)
    summary: Columns = {CYCLE: cycle}
    summary.update(_capacities(columns, records, sums, cycle, options))
    summary.update(_conditions(records, sums))
    summary[MINIMUM_CURRENT], summary[MAXIMUM_CURRENT] = lowest, highest
    measured = summary[CYCLE_DISCHARGING_CAPACITY]
    summary.update(
        cycle_flow(records, sums, largest_ampere=most, measured_ah=measured, nominal_ah=nominal_ah)
    )
    summary.update(
        cycle_resistances(
            records,
            sums.steps.merged(),
            rest_current_ampere=rest,
            least_change_ampere=least_change(nominal_ah, most),
        )
    )
    summary[COMPLETE] = are_complete(summary[CYCLE_DISCHARGING_CAPACITY], cycle)
    return summary


def _temperature(columns: Columns) -> Column | None:
    """Return the temperature of the surface or, where that was not measured, of the chamber."""
    measured = (
        columns[name] for name in (SURFACE_TEMPERATURE, AMBIENT_TEMPERATURE) if name in columns
    )
    return next((values for values in measured if _holds_any(values)), None)


def _holds_any(values: Column) -> bool:
    return len(values) > 0 and (not np.isnan(values[0]) or not np.isnan(values).all())


def _capacities(
    columns: Columns, records: Records, sums: CycleSums, cycle: Ints, options: Options
) -> Columns:
    charge, discharge = _directions(columns, records, sums, cycle)
    if options.capacity == "counter" and not any(
        d.counter is not None and d.counter.speaks for d in (charge, discharge)
    ):
        raise ParameterError(
            "capacity='counter' was asked for, but no column of the frame counts charge in a way "
            "that can be followed. Use capacity='auto' or 'integral'."
        )
    ends = records.ends

    def unsure(position: int) -> bool:
        if sums.gap[position] > 0:  # the tester counted on where records are wanting
            return True
        rows = slice(records.starts[position], ends[position] + 1)
        return is_coarse(records.voltage[rows], records.time[rows])

    source_in, source_out = choose_source(charge, discharge, policy=options.capacity, unsure=unsure)
    q_in, v_in, e_in = take(charge, source_in, sums.voltage_limits)
    q_out, v_out, e_out = take(discharge, source_out, sums.voltage_limits)
    later = begins_with_discharge(records, ~np.isnan(q_in) & ~np.isnan(q_out))

    def over_charge(outwards: Floats, inwards: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = outwards / pair(inwards, cycle, discharge_first=later)
        return np.where(np.isfinite(ratio), ratio, np.nan)

    coulombic = over_charge(q_out, q_in)
    one_source = source_out == pair(source_in.astype(np.float64), cycle, discharge_first=later)
    integrated = over_charge(discharge.integral, charge.integral)
    coulombic = np.where(one_source | np.isnan(coulombic), coulombic, integrated)
    of_voltage = over_charge(v_out, v_in)
    return {
        CYCLE_CHARGING_CAPACITY: q_in,
        CYCLE_DISCHARGING_CAPACITY: q_out,
        CYCLE_CHARGING_ENERGY: e_in,
        CYCLE_DISCHARGING_ENERGY: e_out,
        COULOMBIC_EFFICIENCY: coulombic,
        ENERGY_EFFICIENCY: coulombic * of_voltage,
        VOLTAGE_EFFICIENCY: of_voltage,
        MEAN_CHARGING_VOLTAGE: v_in,
        MEAN_DISCHARGING_VOLTAGE: v_out,
        POLARISATION: pair(v_in, cycle, discharge_first=later) - v_out,
        CAPACITY_SOURCE: SOURCES[np.where(np.isnan(q_out), source_in, source_out)],
        CAPACITY_DEVIATION: discharge.deviation(),
    }


def _directions(
    columns: Columns, records: Records, sums: CycleSums, cycle: Ints
) -> tuple[Direction, Direction]:
    def counter(name: str, sign: int, scope: str) -> Counter | None:
        if name not in columns:
            return None
        return read_counter(
            columns[name],
            records.current,
            cycle,
            records.starts,
            sign=sign,
            scope=scope,
            step=records.step,
        )

    def direction(sign: int) -> Direction:
        inwards = sign > 0
        capacity = energy = None
        for scope, names in COUNTERS[sign].items():
            capacity = counter(names[0], sign, scope)
            if capacity is not None and capacity.speaks:
                energy = counter(names[1], sign, scope)
                break
        return Direction(
            (sums.charge if inwards else sums.discharge) / SECONDS_AN_HOUR,
            (sums.charge_energy if inwards else sums.discharge_energy) / SECONDS_AN_HOUR,
            sums.charging if inwards else sums.discharging,
            capacity,
            energy,
        )

    return direction(1), direction(-1)


def _conditions(records: Records, sums: CycleSums) -> Columns:
    time = records.time
    begin = np.asarray(time[records.starts], dtype=np.float64)
    end = np.asarray(time[records.ends] if len(time) else time, dtype=np.float64)
    counted = end - begin - sums.gap - sums.switching - sums.no_temperature
    low, high = sums.temperature_limits
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(counted > 0, sums.temperature / counted, 0.5 * (low + high))
    if records.temperature is None:
        mean = np.full(len(begin), np.nan)
    return {
        MINIMUM_VOLTAGE: sums.voltage_limits[0],
        MAXIMUM_VOLTAGE: sums.voltage_limits[1],
        MEAN_TEMPERATURE: mean,
        MINIMUM_TEMPERATURE: low,
        MAXIMUM_TEMPERATURE: high,
        START_TIME: begin,
        END_TIME: end,
        DURATION: end - begin,
        CHARGING_DURATION: sums.charging,
        DISCHARGING_DURATION: sums.discharging,
        REST_DURATION: sums.resting,
        PAUSED_DURATION: sums.paused,
        GAP_DURATION: sums.gap,
        RECORD_COUNT: np.diff(np.append(records.starts, len(time))),
    }
