"""The table of cycles: its columns, its edges, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import cc_cycles, frame

from bdg_explore.analysis import count_cycles, equivalent_full_cycles, summarize_cycles
from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CELL,
    CHARGING_DURATION,
    COLUMNS,
    COMPLETE,
    COULOMBIC_EFFICIENCY,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    END_TIME,
    ENERGY_EFFICIENCY,
    EQUIVALENT_FULL_CYCLES,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_CHARGING_VOLTAGE,
    MEAN_TEMPERATURE,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    RECORD_COUNT,
    START_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
    VOLTAGE_EFFICIENCY,
)
from bdg_explore.errors import BdgError, FrameError, ParameterError, UnknownNameError

CAPACITIES = [CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY]


def noisy(seed: int, count: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    records = cc_cycles(count, fade=0.02)
    records[CURRENT] += rng.normal(0, 0.05, len(records))
    records[SURFACE_TEMPERATURE] = rng.normal(25, 2, len(records))
    return records


def same(a: pd.DataFrame, b: pd.DataFrame, **slack: float) -> None:
    pd.testing.assert_frame_equal(a, b, check_exact=False, **slack)


def test_every_column_is_in_the_vocabulary_and_there_are_at_least_twenty():
    summary = summarize_cycles(cc_cycles(2), nominal_capacity_ah=1.0)
    assert [c for c in summary.columns if c not in COLUMNS] == []
    assert len(summary.columns) >= 20


def test_times_counts_and_limits():
    summary = summarize_cycles(cc_cycles(2))
    assert summary[CYCLE].tolist() == [1, 2]
    assert summary[START_TIME].tolist() == [0.0, 7200.0]
    assert summary[END_TIME].tolist() == [7200.0, 14400.0]
    assert summary[RECORD_COUNT].tolist() == [722, 722]
    assert summary[MINIMUM_VOLTAGE].tolist() == [3.6, 3.6]
    assert summary[MAXIMUM_VOLTAGE].tolist() == [4.0, 4.0]


def test_mean_temperature_weighs_by_time_and_prefers_the_surface():
    records = frame([0, 10, 100], [1, 1, 1], **{AMBIENT_TEMPERATURE: [20.0, 20.0, 30.0]})
    row = summarize_cycles(records).iloc[0]
    assert row[MEAN_TEMPERATURE] == pytest.approx((10 * 20 + 90 * 25) / 100)
    assert (row[MINIMUM_TEMPERATURE], row[MAXIMUM_TEMPERATURE]) == (20.0, 30.0)
    records[SURFACE_TEMPERATURE] = [40.0, 40.0, 40.0]
    assert summarize_cycles(records)[MEAN_TEMPERATURE].tolist() == [40.0]
    records[SURFACE_TEMPERATURE] = np.nan
    assert summarize_cycles(records)[MAXIMUM_TEMPERATURE].tolist() == [30.0]


def test_temperature_that_some_records_lack():
    records = frame([0, 10, 20, 30], [1, 1, 1, 1], **{SURFACE_TEMPERATURE: [20, np.nan, 30, 30]})
    # each record stands for half the interval on either side: 5 s at 20, 10 s and 5 s at 30
    row = summarize_cycles(records).iloc[0]
    assert row[MEAN_TEMPERATURE] == pytest.approx((5 * 20 + 15 * 30) / 20)
    assert (row[MINIMUM_TEMPERATURE], row[MAXIMUM_TEMPERATURE]) == (20.0, 30.0)


# --- edges ----------------------------------------------------------------------------------------


def test_no_rows_give_no_rows_of_the_same_columns():
    records = cc_cycles(1)
    for part in (records, records.assign(**{CELL: "a"})):
        whole, none = summarize_cycles(part), summarize_cycles(part.iloc[:0])
        assert len(none) == 0
        assert list(none.columns) == list(whole.columns)


def test_one_row_is_a_cycle_in_which_nothing_happened():
    row = summarize_cycles(cc_cycles(1).iloc[:1]).iloc[0]
    assert row[RECORD_COUNT] == 1
    assert np.isnan(row[CYCLE_CHARGING_CAPACITY])
    assert not row[COMPLETE]


def test_a_cell_that_came_charged_gives_back_more_than_it_took():
    records = cc_cycles(3)
    late = (records[CYCLE] > 1) | (records[TEST_TIME] > 0.9 * 3600.0)  # 350 s of 3600
    summary = summarize_cycles(records[late])
    assert summary[COULOMBIC_EFFICIENCY].to_numpy() == pytest.approx([3600 / 350, 1.0, 1.0])


def test_rest_has_neither_capacity_nor_efficiency():
    row = summarize_cycles(frame([0, 60, 120], [0, 0, 0])).iloc[0]
    assert row[[*CAPACITIES, COULOMBIC_EFFICIENCY]].isna().all()
    assert row[CHARGING_DURATION] == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_one_direction_has_no_efficiency(sign):
    row = summarize_cycles(frame([0, 3600], [sign, sign])).iloc[0]
    there, other = CAPACITIES if sign > 0 else CAPACITIES[::-1]
    assert row[there] == pytest.approx(1.0)
    assert np.isnan(row[other])
    assert row[[COULOMBIC_EFFICIENCY, ENERGY_EFFICIENCY, VOLTAGE_EFFICIENCY]].isna().all()


def test_a_column_of_nothing_counts_as_absent():
    records = cc_cycles(2).assign(
        **{SURFACE_TEMPERATURE: np.nan, CYCLE_DISCHARGING_CAPACITY: np.nan}
    )
    summary = summarize_cycles(records)
    assert len(summary) == 2
    same(summary, summarize_cycles(cc_cycles(2)))


def test_numbers_of_the_tester_are_kept():
    records = cc_cycles(4)
    records[CYCLE] = records[CYCLE].map({1: 0, 2: 1, 3: 5, 4: 0})  # zero, a hole, a number again
    summary = summarize_cycles(records)
    assert summary[CYCLE].tolist() == [0, 1, 5, 0]
    assert summary[CYCLE_CHARGING_CAPACITY].tolist() == pytest.approx([1.0] * 4)


def test_cells_are_summarized_apart_wherever_their_rows_stand():
    a, b = noisy(1), noisy(2, count=3)
    joined = pd.concat([a.assign(**{CELL: "a"}), b.assign(**{CELL: "b"})], ignore_index=True)
    summary = summarize_cycles(joined)
    assert summary[CELL].tolist() == ["a"] * 4 + ["b"] * 3
    same(summary.drop(columns=CELL).iloc[:4], summarize_cycles(a))
    same(summary.drop(columns=CELL).iloc[4:].reset_index(drop=True), summarize_cycles(b))
    mixed = joined.sort_values(TEST_TIME, kind="stable")  # interleaved, index out of order
    same(summarize_cycles(mixed).sort_values([CELL, CYCLE], ignore_index=True), summary)


@pytest.mark.parametrize("dtype", ["category", "string", object])
def test_cells_of_any_text_type(dtype):
    records = cc_cycles(2).assign(**{CELL: pd.Series(["x"] * 1444, dtype=dtype)})
    assert summarize_cycles(records)[CELL].tolist() == ["x", "x"]


def test_a_record_that_names_no_cell_is_an_error():
    records = cc_cycles(1).assign(**{CELL: "a"})
    records.loc[3, CELL] = None
    with pytest.raises(FrameError, match="cell has no value at row 3"):
        summarize_cycles(records)


def test_numbers_of_any_type():
    records = noisy(5)
    small = records.astype({VOLTAGE: "float32", CURRENT: "float32", CYCLE: "int16"})
    same(summarize_cycles(small), summarize_cycles(records), rtol=1e-5)
    nullable = records.convert_dtypes()
    nullable.loc[5, SURFACE_TEMPERATURE] = pd.NA
    assert summarize_cycles(nullable)[CYCLE_CHARGING_CAPACITY].notna().all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.drop(columns=CURRENT), "current_ampere"),
        (lambda f: f.astype({CURRENT: str}), "must hold numbers"),
        (lambda f: f.assign(**{CYCLE: "one"}), "must hold numbers"),
        (lambda f: f.assign(**{CYCLE: [np.nan] + [1.0] * (len(f) - 1)}), "no value at row 0"),
    ],
)
def test_a_frame_that_is_none_says_why(change, says):
    with pytest.raises(FrameError, match=says):
        summarize_cycles(change(cc_cycles(1)))


def test_arguments_out_of_range_say_what_is_allowed():
    with pytest.raises(ParameterError, match=r"auto, integral, counter.*Did you mean integral"):
        summarize_cycles(cc_cycles(1), capacity="integrals")
    with pytest.raises(ParameterError, match="must be positive"):
        summarize_cycles(cc_cycles(1), nominal_capacity_ah=0.0)
    with pytest.raises(BdgError, match="one value a cell"):
        summarize_cycles(cc_cycles(1), nominal_capacity_ah={"a": 1.0})


# --- pairing, completeness, equivalent full cycles ------------------------------------------------


def discharge_first(count: int) -> pd.DataFrame:
    """Cycle k gives k per cent less than 1 Ah, then is charged with 1 Ah."""
    parts, begin = [], 0.0
    for k in range(1, count + 1):
        for current, length in ((-1.0, 36.0 * (100 - k)), (1.0, 3600.0)):
            parts.append(frame(begin + np.linspace(0, length, 50), [current] * 50, cycle=k))
            begin += length
    return pd.concat(parts, ignore_index=True)


def test_cycles_that_begin_with_their_discharge_are_paired_with_the_charge_before():
    summary = summarize_cycles(discharge_first(4))
    assert np.isnan(summary[COULOMBIC_EFFICIENCY][0])
    assert summary[COULOMBIC_EFFICIENCY][1:].tolist() == pytest.approx([0.98, 0.97, 0.96])
    hole = discharge_first(5).query(f"{CYCLE} != 3")
    efficiency = summarize_cycles(hole).set_index(CYCLE)[COULOMBIC_EFFICIENCY]
    assert efficiency.isna().to_dict() == {1: True, 2: False, 4: True, 5: False}


def test_only_a_last_cycle_that_fell_short_of_its_neighbours_is_incomplete():
    records = cc_cycles(60, fade=0.004)  # down to 76 %: the last is far below the first
    assert summarize_cycles(records)[COMPLETE].all()
    cut = records.iloc[:-30]  # the discharge breaks off
    assert summarize_cycles(cut)[COMPLETE].tolist() == [True] * 59 + [False]
    chosen = records[records[CYCLE].isin([1, 60])]  # nothing near to compare with
    assert summarize_cycles(chosen)[COMPLETE].all()


def test_equivalent_full_cycles_run_up_to_their_cycle():
    two = pd.concat([cc_cycles(3).assign(**{CELL: c}) for c in "ab"], ignore_index=True)
    summary = summarize_cycles(two, nominal_capacity_ah={"a": 1.0, "b": 2.0})
    assert summary[EQUIVALENT_FULL_CYCLES].tolist() == pytest.approx([1, 2, 3, 0.5, 1.0, 1.5])
    with pytest.raises(UnknownNameError, match="'b'"):
        summarize_cycles(two, nominal_capacity_ah={"a": 1.0})
    given = {"a": 1.0, "b": 2.0}
    later = equivalent_full_cycles(summary.iloc[::-1], nominal_capacity_ah=given)
    assert later.iloc[::-1].tolist() == pytest.approx([1, 2, 3, 0.5, 1.0, 1.5])
    discharges = summary.drop(columns=CYCLE_CHARGING_CAPACITY)
    alone = equivalent_full_cycles(discharges, nominal_capacity_ah=given)
    assert alone.tolist() == pytest.approx([1, 2, 3, 0.5, 1.0, 1.5])
    with pytest.raises(FrameError, match="has neither"):
        equivalent_full_cycles(summary[[CELL, CYCLE]], nominal_capacity_ah=1.0)


# --- a tester that did not count ------------------------------------------------------------------


def test_without_numbers_a_cycle_begins_with_each_charge_after_a_discharge():
    records = cc_cycles(3)
    assert count_cycles(records).eq(records[CYCLE]).all()
    summary = summarize_cycles(records.drop(columns=CYCLE))
    same(summary, summarize_cycles(records))
    late = records.iloc[361:].drop(columns=CYCLE)  # begins with a discharge
    assert summarize_cycles(late)[CYCLE].tolist() == [1, 2, 3]


def test_without_numbers_pulses_do_not_begin_a_cycle():
    records = cc_cycles(1).drop(columns=CYCLE)
    records.loc[500:503, CURRENT] = 1.0  # a charging pulse in the discharge
    records.loc[100:110, CURRENT] = -1.0  # and a discharging one in the charge
    assert count_cycles(records).unique().tolist() == [1]


def test_without_numbers_a_pause_in_a_charge_hides_no_cycle():
    records = cc_cycles(4)
    records.loc[180:, TEST_TIME] += 20 * 3600.0  # no record of the pause, a current on either side
    assert count_cycles(records).eq(records[CYCLE]).all()


def test_what_cannot_be_counted_is_told():
    records = cc_cycles(2)
    with pytest.raises(FrameError, match="needs the column current_ampere"):
        count_cycles(records.drop(columns=CURRENT))
    for value, says in ((np.nan, "no value at row 400"), (0.0, "runs backwards at row 400")):
        with pytest.raises(FrameError, match=says):
            count_cycles(
                records.assign(**{TEST_TIME: records[TEST_TIME].where(records.index != 400, value)})
            )


# --- what must always hold ------------------------------------------------------------------------


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), shift=st.integers(-(10**6), 10**7))
def test_the_clock_may_start_anywhere(seed, shift):
    records = noisy(seed)
    later = records.assign(**{TEST_TIME: records[TEST_TIME] + shift})
    clock = [START_TIME, END_TIME]
    a, b = summarize_cycles(records), summarize_cycles(later)
    same(a.drop(columns=clock), b.drop(columns=clock), rtol=1e-7)
    np.testing.assert_allclose(b[START_TIME] - a[START_TIME], shift)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), scale=st.floats(1e-3, 1e3))
def test_capacities_scale_with_the_current_and_ratios_do_not(seed, scale):
    records = noisy(seed)
    a = summarize_cycles(records)
    b = summarize_cycles(records.assign(**{CURRENT: records[CURRENT] * scale}))
    for column in (*CAPACITIES, CYCLE_CHARGING_ENERGY, CYCLE_DISCHARGING_ENERGY):
        np.testing.assert_allclose(b[column], scale * a[column], rtol=1e-9)
    for column in (COULOMBIC_EFFICIENCY, ENERGY_EFFICIENCY, MEAN_CHARGING_VOLTAGE, COMPLETE):
        np.testing.assert_allclose(b[column], a[column], rtol=1e-9)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_charge_minus_discharge_is_net(seed):
    records = noisy(seed, count=1)
    row = summarize_cycles(records).iloc[0]
    net = np.trapezoid(records[CURRENT], records[TEST_TIME]) / 3600
    assert row[CYCLE_CHARGING_CAPACITY] - row[CYCLE_DISCHARGING_CAPACITY] == pytest.approx(
        net, abs=1e-12
    )


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_voltage_efficiency_is_energy_over_coulombic(seed):
    summary = summarize_cycles(noisy(seed))
    np.testing.assert_allclose(
        summary[VOLTAGE_EFFICIENCY],
        summary[ENERGY_EFFICIENCY] / summary[COULOMBIC_EFFICIENCY],
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        summary[ENERGY_EFFICIENCY],
        summary[CYCLE_DISCHARGING_ENERGY] / summary[CYCLE_CHARGING_ENERGY],
        rtol=1e-12,
    )


def test_labels_of_rows_do_not_matter_and_the_frame_is_left_as_it_was():
    records = noisy(9).assign(**{CELL: "a"})
    before = records.copy(deep=True)
    a = summarize_cycles(records, nominal_capacity_ah=1.0)
    pd.testing.assert_frame_equal(records, before, check_exact=True)
    odd = records.set_axis(["x"] * len(records), axis=0)
    same(summarize_cycles(odd, nominal_capacity_ah=1.0), a, rtol=0, atol=0)
