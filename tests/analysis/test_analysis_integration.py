"""How intervals are integrated, and which are left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import cc_cycles, frame, one_by_one

from bdg_explore.analysis import summarize_cycles
from bdg_explore.analysis.cycles import integration
from bdg_explore.analysis.records import arrays
from bdg_explore.columns import (
    CHARGING_DURATION,
    COULOMBIC_EFFICIENCY,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DISCHARGING_DURATION,
    ENERGY_EFFICIENCY,
    GAP_DURATION,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_VOLTAGE,
    REST_DURATION,
    STEP,
    STEP_TIME,
    TEST_TIME,
    VOLTAGE_EFFICIENCY,
)
from bdg_explore.errors import FrameError

SUMS = {
    "charge": CYCLE_CHARGING_CAPACITY,
    "discharge": CYCLE_DISCHARGING_CAPACITY,
    "charge_energy": CYCLE_CHARGING_ENERGY,
    "discharge_energy": CYCLE_DISCHARGING_ENERGY,
}


def test_an_hour_in_and_an_hour_out():
    row = summarize_cycles(cc_cycles(1)).iloc[0]
    assert row[CYCLE_CHARGING_CAPACITY] == pytest.approx(1.0, abs=1e-12)
    assert row[CYCLE_DISCHARGING_CAPACITY] == pytest.approx(1.0, abs=1e-12)
    assert row[CYCLE_CHARGING_ENERGY] == pytest.approx(4.0, abs=1e-12)
    assert row[CYCLE_DISCHARGING_ENERGY] == pytest.approx(3.6, abs=1e-12)
    assert row[COULOMBIC_EFFICIENCY] == pytest.approx(1.0, abs=1e-12)
    assert row[ENERGY_EFFICIENCY] == pytest.approx(0.9, abs=1e-12)
    assert row[MEAN_CHARGING_VOLTAGE] == pytest.approx(4.0, abs=1e-12)
    assert row[MEAN_DISCHARGING_VOLTAGE] == pytest.approx(3.6, abs=1e-12)
    assert row[VOLTAGE_EFFICIENCY] == pytest.approx(0.9, abs=1e-12)
    assert row[CHARGING_DURATION] == row[DISCHARGING_DURATION] == 3600.0


@pytest.mark.parametrize(("inwards", "outwards"), [(1.0, 1.0), (2.0, 0.5)])
def test_a_crossing_credits_each_side_with_its_own_triangle(inwards, outwards):
    seconds = 60.0
    row = summarize_cycles(frame([0, seconds], [inwards, -outwards])).iloc[0]
    whole = inwards + outwards
    assert row[CYCLE_CHARGING_CAPACITY] * 3600 == pytest.approx(0.5 * inwards**2 / whole * seconds)
    assert row[CYCLE_DISCHARGING_CAPACITY] * 3600 == pytest.approx(
        0.5 * outwards**2 / whole * seconds
    )
    # a clipped trapezoid would give both sides this much more (I dt / 4 if both are equal)
    clipped = 0.5 * inwards * seconds
    surplus = inwards * outwards * seconds / (2 * whole)
    assert clipped - row[CYCLE_CHARGING_CAPACITY] * 3600 == pytest.approx(surplus)


intervals = st.floats(0.0, 100.0)
currents = st.one_of(st.just(0.0), st.floats(-5.0, 5.0))


@settings(max_examples=150)
@given(st.lists(st.tuples(intervals, currents, st.floats(-1.0, 4.5)), min_size=2, max_size=40))
def test_sums_equal_those_worked_out_one_by_one(rows):
    time = np.cumsum([row[0] for row in rows])
    records = frame(time, [row[1] for row in rows], voltage=[row[2] for row in rows])
    summary = summarize_cycles(records).iloc[0]
    expected = one_by_one(records)
    slack = 1e-3 * np.abs(records["current_ampere"]).max() * (time[-1] - time[0]) / 3600 * 5
    for name, column in SUMS.items():
        if np.isnan(summary[column]):  # nothing above the rest current went that way
            assert abs(expected[name]) <= slack
        else:
            assert summary[column] == pytest.approx(expected[name], rel=1e-9, abs=1e-12)


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(3)
    records = cc_cycles(40, fade=0.01)
    records["current_ampere"] += rng.normal(0, 0.3, len(records))
    records["surface_temperature_celsius"] = rng.normal(25, 1, len(records))
    records[STEP] = np.arange(len(records)) // 361
    whole = summarize_cycles(records)
    for rows in (7, 361, 5000):
        for module in (arrays, integration):
            monkeypatch.setattr(module, "BLOCK_ROWS", rows)
        part = summarize_cycles(records)
        for column in whole.select_dtypes("number"):
            np.testing.assert_allclose(part[column], whole[column], rtol=1e-12, err_msg=column)


def test_nothing_flows_between_two_cycles():
    records = frame([0, 10, 20, 30], [1, 1, 1, 1], cycle=[1, 1, 2, 2])
    charged = summarize_cycles(records)[CYCLE_CHARGING_CAPACITY] * 3600
    assert charged.tolist() == pytest.approx([10.0, 10.0])


def test_a_gap_with_a_current_beside_it_is_not_bridged():
    time = [*range(0, 100, 10), *range(5000, 5100, 10)]
    row = summarize_cycles(frame(time, [1.0] * 20)).iloc[0]
    assert row[GAP_DURATION] == 5000 - 90
    assert row[CYCLE_CHARGING_CAPACITY] * 3600 == pytest.approx(180.0)


def test_a_long_rest_and_slow_sampling_are_no_gaps():
    resting = frame([*range(0, 100, 10), 5000, 5010], [1.0] * 9 + [0.0] * 3)
    assert summarize_cycles(resting)[GAP_DURATION].tolist() == [0.0]
    hourly = frame(np.arange(10) * 3600.0, [0.1] * 10)
    row = summarize_cycles(hourly).iloc[0]
    assert row[GAP_DURATION] == 0
    assert row[CYCLE_CHARGING_CAPACITY] == pytest.approx(0.9)


def test_hour_long_steps_sampled_each_minute_are_exact_where_steps_are_known():
    """A clipped trapezoid would count 0.8 % too much on either side of the turn."""
    time = np.arange(122) * 60.0
    current = np.repeat([1.0, -1.0], 61)
    row = summarize_cycles(frame(time, current, **{STEP: np.repeat([1, 2], 61)})).iloc[0]
    assert row[CYCLE_CHARGING_CAPACITY] == pytest.approx(1.0, rel=1e-12)
    assert row[CYCLE_DISCHARGING_CAPACITY] == pytest.approx(1.0, rel=1e-12)


def test_a_step_owns_what_step_time_says_before_its_first_record():
    """Arbin writes a step's first record one interval after it began."""
    step_time = [0, 30, 60, 30, 60]
    records = frame([0, 30, 60, 90, 120], [1, 1, 1, -1, -1], **{STEP: [1, 1, 1, 2, 2]})
    without = summarize_cycles(records).iloc[0]
    assert without[CYCLE_DISCHARGING_CAPACITY] * 3600 == pytest.approx(30.0)
    row = summarize_cycles(records.assign(**{STEP_TIME: step_time})).iloc[0]
    assert row[CYCLE_CHARGING_CAPACITY] * 3600 == pytest.approx(60.0)
    assert row[CYCLE_DISCHARGING_CAPACITY] * 3600 == pytest.approx(60.0)
    assert row[DISCHARGING_DURATION] == 60.0


def test_a_current_flows_on_from_cc_to_cv_but_not_into_a_noisy_rest():
    on = frame([0, 60, 120], [1, 1, 0.5], **{STEP: [1, 1, 2]})
    assert summarize_cycles(on)[CYCLE_CHARGING_CAPACITY].tolist() == [
        pytest.approx((60 + 45) / 3600)
    ]
    stop = frame([0, 60, 120], [-4, -4, -0.0007], **{STEP: [1, 1, 2]})
    assert summarize_cycles(stop)[CYCLE_DISCHARGING_CAPACITY].tolist() == [
        pytest.approx(240 / 3600)
    ]


def test_records_without_a_value_are_a_gap_and_no_more():
    whole = cc_cycles(2)
    broken = whole.copy()
    broken.loc[100, "current_ampere"] = np.nan
    broken.loc[900, "voltage_volt"] = np.nan
    summary, reference = summarize_cycles(broken), summarize_cycles(whole)
    assert summary[GAP_DURATION].tolist() == pytest.approx([20.0, 20.0])
    lost = reference[CYCLE_CHARGING_CAPACITY] - summary[CYCLE_CHARGING_CAPACITY]
    assert (lost * 3600).tolist() == pytest.approx([20.0, 20.0])
    assert summary[MEAN_CHARGING_VOLTAGE].tolist() == pytest.approx([4.0, 4.0])


def test_a_rest_whose_first_current_is_missing_is_a_rest_all_the_same():
    row = summarize_cycles(frame(range(0, 110, 10), [1.0] * 5 + [np.nan] + [0.0] * 5)).iloc[0]
    assert row[REST_DURATION] == pytest.approx(40.0)  # of 50 s, the one beside it is a gap
    assert row[GAP_DURATION] == pytest.approx(20.0)


@pytest.mark.parametrize(("row", "value"), [(0, np.nan), (9, np.nan), (5, np.inf), (9, np.inf)])
def test_a_time_that_is_no_number_is_named_with_its_row(row, value):
    records = frame(np.arange(10.0), [1.0] * 10)
    records.loc[row, TEST_TIME] = value
    with pytest.raises(FrameError, match=f"test_time_second has no value at row {row} "):
        summarize_cycles(records)
    with pytest.raises(FrameError, match="test_time_second has no value at row 0 "):
        summarize_cycles(records.iloc[row : row + 1])


def test_time_that_runs_backwards_is_named_with_its_row():
    records = cc_cycles(2)
    records.loc[500:, "test_time_second"] -= 4000
    with pytest.raises(FrameError, match=r"test_time_second runs backwards at row 500 .*Join"):
        summarize_cycles(records)
    records = cc_cycles(2)
    records.loc[7, "test_time_second"] = np.nan
    with pytest.raises(FrameError, match="no value at row 7"):
        summarize_cycles(records)
