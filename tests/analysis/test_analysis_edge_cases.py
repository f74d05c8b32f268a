"""Tests as they come: half of a cycle, no cycle, strange cells, decades of field data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import cc_cycles, frame, one_by_one

from bdg_explore.analysis import (
    capacity_voltage,
    charge_throughput,
    classify_cycles,
    count_cycles,
    summarize_cycles,
)
from bdg_explore.columns import (
    CAPACITY_SOURCE,
    CELL,
    CHARGING_DURATION,
    COLUMNS,
    COMPLETE,
    COULOMBIC_EFFICIENCY,
    CURRENT,
    CURRENT_STARTS,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_CLASS,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DC_RESISTANCE_1S,
    DC_RESISTANCE_10S,
    DC_RESISTANCE_30S,
    DC_RESISTANCE_EDGE,
    DISCHARGING_DURATION,
    DURATION,
    END_TIME,
    ENERGY_EFFICIENCY,
    GAP_DURATION,
    MAXIMUM_CURRENT,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_DISCHARGING_VOLTAGE,
    MINIMUM_CURRENT,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    PAUSED_DURATION,
    RECORD_COUNT,
    REST_DURATION,
    START_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
    VOLTAGE_EFFICIENCY,
)
from bdg_explore.errors import FrameError, ParameterError

CAPACITIES = [CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY]
NUMBERS = [c for c in COLUMNS if COLUMNS[c].kind == "float"]


def summary_of(records: pd.DataFrame, **more: object) -> pd.DataFrame:
    """Summarize; no infinity comes out, nothing is negative that cannot be, nothing is edited."""
    before = records.copy(deep=True)
    summary = summarize_cycles(records, **more)
    numbers = summary.select_dtypes("number")
    assert not np.isinf(numbers.to_numpy(dtype=float)).any()
    durations = [DURATION, CHARGING_DURATION, DISCHARGING_DURATION, REST_DURATION, GAP_DURATION]
    assert (numbers[[*durations, PAUSED_DURATION, RECORD_COUNT]] >= 0).all(axis=None)
    assert (summary[CAPACITIES].fillna(0) >= 0).all(axis=None)
    pd.testing.assert_frame_equal(records, before)
    return summary


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_cycles_of_one_direction(sign):
    records = cc_cycles(3)
    records = records[records[CURRENT] * sign > 0]
    summary = summary_of(records, nominal_capacity_ah=1.0)
    there, absent = CAPACITIES[:: int(sign)]
    assert summary[there].tolist() == pytest.approx([1.0] * 3)
    assert summary[absent].isna().all()
    ratios = [COULOMBIC_EFFICIENCY, ENERGY_EFFICIENCY, VOLTAGE_EFFICIENCY]
    assert summary[ratios].isna().all(axis=None)
    assert summary[COMPLETE].tolist() == [sign < 0] * 3


@pytest.mark.parametrize("first", [0, 1, 7])
def test_the_first_cycle_may_have_any_number(first):
    summary, usual = summary_of(cc_cycles(3, first=first)), summary_of(cc_cycles(3))
    assert summary[CYCLE].tolist() == [first, first + 1, first + 2]
    pd.testing.assert_frame_equal(summary.drop(columns=CYCLE), usual.drop(columns=CYCLE))


def test_missing_cycles_stay_missing_and_pair_with_nothing():
    records = cc_cycles(6)
    records[CURRENT] *= -1  # discharge first: efficiency asks for the cycle before
    summary = summary_of(records[~records[CYCLE].isin([3, 4])])
    assert summary[CYCLE].tolist() == [1, 2, 5, 6]
    assert summary[COULOMBIC_EFFICIENCY].isna().tolist() == [True, False, True, False]


def test_a_number_that_comes_back_is_a_cycle_of_its_own():
    records = cc_cycles(4, fade=0.1)
    records[CYCLE] = records[CYCLE].replace({3: 1, 4: 2})
    summary = summary_of(records)
    assert summary[CYCLE].tolist() == [1, 2, 1, 2]
    assert summary[CAPACITIES[1]].tolist() == pytest.approx([1.0, 0.9, 0.8, 0.7])
    assert summary[START_TIME].is_monotonic_increasing


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows(rows):
    records = cc_cycles(1).iloc[:rows].assign(**{SURFACE_TEMPERATURE: 25.0})
    summary = summary_of(records, nominal_capacity_ah=1.0)
    full = summary_of(cc_cycles(1).assign(**{SURFACE_TEMPERATURE: 25.0}), nominal_capacity_ah=1.0)
    assert (len(summary), list(summary)) == (min(rows, 1), list(full))
    assert summary[CYCLE_CLASS].tolist() == ["unfinished"] * len(summary)


def test_all_rest():
    summary = summary_of(frame(np.arange(0, 36000, 60.0), np.zeros(600)))
    assert summary[[*CAPACITIES, DC_RESISTANCE_10S]].isna().all(axis=None)
    assert summary[REST_DURATION].tolist() == summary[DURATION].tolist() == [35940.0]
    assert summary[CURRENT_STARTS].tolist() == [0]


@pytest.mark.parametrize("column", [VOLTAGE, CURRENT, SURFACE_TEMPERATURE])
def test_a_column_without_a_value(column):
    records = cc_cycles(2).assign(**{SURFACE_TEMPERATURE: 25.0}).assign(**{column: np.nan})
    summary = summary_of(records)
    gone = {
        VOLTAGE: [MINIMUM_VOLTAGE, *CAPACITIES],
        CURRENT: [MAXIMUM_CURRENT, *CAPACITIES],
        SURFACE_TEMPERATURE: [MAXIMUM_TEMPERATURE, MINIMUM_TEMPERATURE],
    }[column]
    assert summary[gone].isna().all(axis=None)
    assert summary[RECORD_COUNT].tolist() == [722, 722]


def test_a_half_cell_falls_while_it_is_charged():
    # graphite against lithium: lithiation is called charge here, and takes the voltage to 0
    records = cc_cycles(2)
    charging = records[CURRENT] > 0
    records.loc[charging, VOLTAGE] = np.tile(np.linspace(0.2, -0.005, 361), 2)
    records.loc[~charging, VOLTAGE] = np.tile(np.linspace(0.05, 0.8, 361), 2)
    summary = summary_of(records)
    assert summary[CAPACITIES].to_numpy() == pytest.approx(1.0)
    assert summary[COULOMBIC_EFFICIENCY].tolist() == pytest.approx([1.0, 1.0])
    assert (summary[VOLTAGE_EFFICIENCY] > 1).all()  # more comes out than went in: it is half a cell
    assert summary[MINIMUM_VOLTAGE].tolist() == [-0.005] * 2


def test_a_symmetric_cell_has_a_voltage_of_either_sign():
    records = cc_cycles(2)
    records[VOLTAGE] = 0.05 * records[CURRENT]
    summary = summary_of(records)
    assert summary[CAPACITIES].to_numpy() == pytest.approx(1.0)
    # both directions take work: the energy that comes out is negative
    assert summary[MEAN_DISCHARGING_VOLTAGE].tolist() == pytest.approx([-0.05] * 2)
    assert summary[CYCLE_DISCHARGING_ENERGY].tolist() == pytest.approx([-0.05] * 2)


def pulses(count: int = 12) -> pd.DataFrame:
    """A pulse of 10 s at 2 A and one of 0.5 h at 0.5 A, each before an hour of rest."""
    lengths = np.tile([1800.0, 10.0, 3600.0, 1800.0], count)
    currents = np.tile([0.0, -2.0, 0.0, -0.5], count)
    ends = np.cumsum(lengths)
    parts = [
        (np.arange(0.0, n + 0.5, 1.0 if n == 10 else 10.0) + end - n, i)
        for n, end, i in zip(lengths, ends, currents, strict=True)
    ]
    time = np.concatenate([t for t, _ in parts])
    current = np.concatenate([np.full(len(t), i) for t, i in parts])
    return frame(time, current, voltage=3.7 + 0.03 * current)


def test_pulses_are_counted_and_give_a_resistance():
    summary = summary_of(pulses(), nominal_capacity_ah=5.0)
    assert summary[CURRENT_STARTS].tolist() == [24]
    assert summary[CYCLE_CLASS].tolist() == ["pulse"]
    assert summary[DC_RESISTANCE_EDGE].tolist() == ["rest to discharge"]
    # the pulse is taken, since it alone has records at 1 s; it ends before 30 s
    assert summary[[DC_RESISTANCE_1S, DC_RESISTANCE_10S]].to_numpy() == pytest.approx(0.03)
    assert summary[DC_RESISTANCE_30S].isna().all()
    passed = 12 * (2.0 * 10 + 0.5 * 1800) / 3600
    assert summary[CAPACITIES[1]].tolist() == pytest.approx([passed])


@settings(max_examples=6)
@given(seed=st.integers(0, 1000))
def test_a_drive_cycle_is_integrated_to_the_last_regeneration(seed):
    rng = np.random.default_rng(seed)
    rows = 600
    current = rng.normal(-1.0, 2.0, rows)
    current[rng.random(rows) < 0.1] = 0.0
    voltage = 3.7 + 0.02 * current
    records = frame(np.arange(float(rows)), current, voltage=voltage)
    summary, long_way = summary_of(records), one_by_one(records)
    energies = [CYCLE_CHARGING_ENERGY, CYCLE_DISCHARGING_ENERGY]
    expected = [long_way[k] for k in ("charge", "discharge", "charge_energy", "discharge_energy")]
    found = summary[[*CAPACITIES, *energies]].iloc[0].abs().tolist()
    assert found == pytest.approx([abs(x) for x in expected], rel=1e-9)


def thirty_years() -> pd.DataFrame:
    """A record an hour for thirty years, a cycle a week; the wall clock is put twice a year."""
    weeks = 52 * 30
    hours = np.arange(weeks * 168)
    within = hours % 168
    current = np.select(
        [(within >= 2) & (within < 22), (within >= 30) & (within < 50)], [5.0, -5.0], 0.0
    )
    voltage = 3.7 + 0.02 * current
    clock = 8.0e8 + 3600.0 * hours
    summer = (hours // (26 * 168)) % 2 == 1
    return frame(3600.0 * hours, current, voltage=voltage, cycle=1 + hours // 168).assign(
        **{UNIX_TIME: clock + 3600.0 * summer}
    )


def test_thirty_years_in_the_field():
    records = thirty_years()
    assert (np.diff(records[UNIX_TIME]) <= 0).any()  # an hour comes twice each autumn
    summary = summary_of(records, nominal_capacity_ah=100.0)
    assert len(summary) == 1560
    assert summary[CAPACITIES].to_numpy() == pytest.approx(100.0, rel=0.01)
    assert summary[GAP_DURATION].max() == 0.0
    assert summary[END_TIME].iloc[-1] == pytest.approx(30 * 52 * 7 * 86400, rel=1e-5)
    assert set(summary[CYCLE_CLASS]) == {"ageing"}
    without = summarize_cycles(records.drop(columns=UNIX_TIME), nominal_capacity_ah=100.0)
    pd.testing.assert_frame_equal(summary, without)  # the wall clock decides nothing


def test_a_wall_clock_taken_for_test_time_is_an_error_where_it_is_put_back():
    records = thirty_years().iloc[: 53 * 168]
    wrong = records.assign(**{TEST_TIME: records[UNIX_TIME] - 8.0e8 + 1800.0 * (records.index % 2)})
    with pytest.raises(FrameError, match="runs backwards at row"):
        summarize_cycles(wrong)


@settings(max_examples=6)
@given(seed=st.integers(0, 99), shift=st.floats(-1e6, 1e9), scale=st.floats(0.01, 100))
def test_cells_labels_clock_and_size(seed, shift, scale):
    rng = np.random.default_rng(seed)
    a, b = cc_cycles(2).assign(cell="a"), cc_cycles(3, fade=0.1).assign(cell="b")
    both = pd.concat([a, b]).rename(columns={"cell": CELL})
    usual = summarize_cycles(both).set_index([CELL, CYCLE])
    mixed = pd.concat([b, a]).rename(columns={"cell": CELL}) if seed % 2 else both
    mixed = mixed.assign(
        **{
            CELL: mixed[CELL].astype(["object", "category", "string"][seed % 3]),
            TEST_TIME: mixed[TEST_TIME] + shift,
            CURRENT: mixed[CURRENT] * scale,
        }
    )
    mixed.index = rng.permutation(len(mixed))
    other = summarize_cycles(mixed)
    other[CELL] = other[CELL].astype(str)
    other = other.set_index([CELL, CYCLE]).reindex(usual.index)
    for name in usual.select_dtypes("number"):
        by = scale if COLUMNS[name].unit in ("Ah", "Wh", "A") else 1.0
        by = shift if name in (START_TIME, END_TIME) else by
        expected = usual[name] + by if name in (START_TIME, END_TIME) else usual[name] * by
        np.testing.assert_allclose(other[name], expected, rtol=1e-5, err_msg=name)
    assert other[[CYCLE_CLASS, CAPACITY_SOURCE]].equals(usual[[CYCLE_CLASS, CAPACITY_SOURCE]])


def test_duckdb_counts_the_same():
    duckdb = pytest.importorskip("duckdb")
    rng = np.random.default_rng(5)
    records = cc_cycles(20, fade=0.01)
    records[CURRENT] += rng.normal(0, 0.01, len(records))
    records[VOLTAGE] += rng.normal(0, 0.01, len(records))
    records[SURFACE_TEMPERATURE] = rng.normal(25, 1, len(records))
    simple = {
        RECORD_COUNT: "count(*)",
        START_TIME: f"min({TEST_TIME})",
        END_TIME: f"max({TEST_TIME})",
        DURATION: f"max({TEST_TIME}) - min({TEST_TIME})",
        MINIMUM_VOLTAGE: f"min({VOLTAGE})",
        MAXIMUM_VOLTAGE: f"max({VOLTAGE})",
        MINIMUM_CURRENT: f"min({CURRENT})",
        MAXIMUM_CURRENT: f"max({CURRENT})",
        MINIMUM_TEMPERATURE: f"min({SURFACE_TEMPERATURE})",
        MAXIMUM_TEMPERATURE: f"max({SURFACE_TEMPERATURE})",
    }
    listed = ", ".join(f"{what} as {name}" for name, what in simple.items())
    table = duckdb.sql(
        f"select {CYCLE}, {listed} from records group by {CYCLE} order by {CYCLE}"  # noqa: S608
    ).df()
    ours = summary_of(records)[[CYCLE, *simple]]
    pd.testing.assert_frame_equal(ours, table, check_dtype=False)


def two_cells_in_turns() -> pd.DataFrame:
    cells = [cc_cycles(3).assign(**{CELL: name}) for name in ("a", "b")]
    return pd.concat(cells).sort_values(TEST_TIME, kind="stable").reset_index(drop=True)


@pytest.mark.parametrize("work", [summarize_cycles, capacity_voltage])
@pytest.mark.parametrize(("value", "says"), [(np.nan, "no value"), (0.0, "runs backwards")])
def test_of_cells_that_lie_between_each_other_the_row_is_the_one_in_the_frame(work, value, says):
    records = two_cells_in_turns()
    row = int(records.index[records[CELL] == "b"][500])
    records.loc[row, TEST_TIME] = value
    with pytest.raises(FrameError, match=rf"{says} at row {row} "):
        work(records)


def test_of_chosen_cycles_the_row_is_the_one_in_the_frame():
    records = cc_cycles(3)
    records.loc[1800, TEST_TIME] = 0.0
    with pytest.raises(FrameError, match="runs backwards at row 1800 "):
        capacity_voltage(records, cycles=3)


@pytest.mark.parametrize("work", [charge_throughput, classify_cycles, count_cycles])
def test_a_row_without_a_cell_is_named(work):
    records = two_cells_in_turns()
    table = (records if work is count_cycles else summarize_cycles(records)).copy()
    table.loc[1, CELL] = None
    with pytest.raises(FrameError, match="cell has no value at row 1"):
        work(table)


@pytest.mark.parametrize("rest", [-1.0, np.nan, np.inf, "0.1"])
def test_a_rest_current_is_a_magnitude(rest):
    with pytest.raises(ParameterError, match="rest_current_ampere is a magnitude"):
        summarize_cycles(cc_cycles(1), rest_current_ampere=rest)
