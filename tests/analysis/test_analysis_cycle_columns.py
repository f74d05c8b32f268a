"""Polarisation, constant voltage, rates, resistance, rests, throughput: known numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import cc_cycles, frame

from bdg_explore.analysis import charge_throughput, summarize_cycles
from bdg_explore.columns import (
    CHARGING_C_RATE,
    CHARGING_THROUGHPUT,
    CURRENT,
    CURRENT_STARTS,
    CV_CAPACITY_SHARE,
    CV_DURATION_SHARE,
    CYCLE,
    DC_RESISTANCE_1S,
    DC_RESISTANCE_10S,
    DC_RESISTANCE_30S,
    DC_RESISTANCE_EDGE,
    DISCHARGING_C_RATE,
    DISCHARGING_THROUGHPUT,
    MEAN_CHARGING_CURRENT,
    MEAN_DISCHARGING_CURRENT,
    MEASURED_DISCHARGING_C_RATE,
    PAUSED_DURATION,
    POLARISATION,
    REST_DURATION,
    REST_VOLTAGE_AFTER_CHARGE,
    REST_VOLTAGE_AFTER_DISCHARGE,
    STEP_TIME,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import FrameError

RESISTANCES = [DC_RESISTANCE_1S, DC_RESISTANCE_10S, DC_RESISTANCE_30S]
TAU = 600.0


def cell_test(
    cycles: int = 2, *, dt: float = 1.0, ohm: float = 0.05, slow_ohm: float = 0.02
) -> pd.DataFrame:
    """CC to 4.2 V in an hour at 2 A, CV while the current falls with 600 s, rest, CC out, rest.

    Switching takes no time; a second resistance comes in with 20 s after an edge to discharge.
    """
    parts, begin = [], 0.0
    steps = [("in", 3600.0), ("hold", 1800.0), ("rest", 1200.0), ("out", 3000.0), ("low", 1200.0)]
    for number in range(1, cycles + 1):
        for name, length in steps:
            t = np.arange(round(length / dt) + 1) * dt
            current = {"in": 2.0, "hold": 2.0 * np.exp(-t / TAU), "out": -2.0}.get(
                name, 0.0
            ) + 0 * t
            voltage = {
                "in": 3.6 + 0.6 * t / length,
                "hold": 4.2 + 0 * t,
                "rest": 4.15 + 0 * t,
                "out": 4.15 - 2.0 * (ohm + slow_ohm * (1 - np.exp(-t / 20.0))),
                "low": 3.3 + 0 * t,
            }[name]
            parts.append(frame(begin + t, current, voltage=voltage, cycle=number))
            begin += length
    return pd.concat(parts, ignore_index=True)


def test_polarisation_is_the_difference_of_the_mean_voltages():
    assert summarize_cycles(cc_cycles(2))[POLARISATION].tolist() == pytest.approx([0.4, 0.4])


def test_polarisation_pairs_as_the_efficiencies_do():
    records = cc_cycles(3)
    records[CURRENT] *= -1  # each cycle begins with its discharge now
    polarisation = summarize_cycles(records)[POLARISATION]
    assert np.isnan(polarisation[0])
    assert polarisation[1:].tolist() == pytest.approx([-0.4, -0.4])


def test_shares_of_constant_voltage():
    summary = summarize_cycles(cell_test())
    held = 2.0 * TAU * (1 - np.exp(-3.0))  # ampere seconds while the current falls
    assert summary[CV_DURATION_SHARE].tolist() == pytest.approx([1 / 3] * 2, abs=0.002)
    assert summary[CV_CAPACITY_SHARE].tolist() == pytest.approx(
        [held / (7200 + held)] * 2, abs=0.003
    )
    assert summary[MEAN_CHARGING_CURRENT].tolist() == pytest.approx([2.0] * 2, abs=1e-3)


@pytest.mark.parametrize("noise", [0.0, 0.5e-3, 1e-3])
def test_constant_voltage_is_found_in_noise(noise):
    records = cell_test(6)
    rng = np.random.default_rng(4)
    records[VOLTAGE] += rng.normal(0, noise, len(records))
    records[CURRENT] *= 1 + rng.normal(0, noise, len(records))
    shares = summarize_cycles(records)[CV_DURATION_SHARE]
    assert shares.tolist() == pytest.approx([1 / 3] * 6, abs=0.01)


def test_a_charge_at_constant_current_has_no_part_at_constant_voltage():
    summary = summarize_cycles(cc_cycles(2))
    assert summary[CV_DURATION_SHARE].tolist() == [0.0, 0.0]
    assert summary[CV_CAPACITY_SHARE].tolist() == [0.0, 0.0]


def test_a_tester_may_rest_before_it_holds_the_voltage():
    records = cell_test()
    step = records[TEST_TIME].diff().eq(0).cumsum()  # no time passes from step to step
    moved, shift = [], 0.0
    for _, part in records.groupby(step):
        moved.append(part.assign(**{TEST_TIME: part[TEST_TIME] + shift}))
        if part[VOLTAGE].iloc[-1] == pytest.approx(4.2) and part[VOLTAGE].iloc[0] < 4.0:
            end, number = moved[-1][TEST_TIME].iloc[-1], part[CYCLE].iloc[0]
            moved.append(frame([end, end + 120], [0.0, 0.0], voltage=4.19, cycle=number))
            shift += 120.0
    summary = summarize_cycles(pd.concat(moved, ignore_index=True))
    assert shift == 240.0
    assert summary[CV_DURATION_SHARE].tolist() == pytest.approx([1 / 3] * 2, abs=0.002)
    assert summary[MEAN_CHARGING_CURRENT].tolist() == pytest.approx([2.0] * 2, abs=1e-3)


def test_noise_in_a_rest_is_neither_a_start_nor_the_end_of_it():
    records = cell_test()
    rest = records[CURRENT] == 0
    rng = np.random.default_rng(1)
    records.loc[rest, CURRENT] = rng.normal(0, 0.004, rest.sum())
    summary = summarize_cycles(records)
    assert summary[CURRENT_STARTS].tolist() == [2, 2]
    assert summary[REST_VOLTAGE_AFTER_CHARGE].tolist() == [4.15, 4.15]
    assert summary[REST_VOLTAGE_AFTER_DISCHARGE].tolist() == [3.3, 3.3]


def test_a_current_stepped_down_on_the_way_is_not_constant_voltage():
    t = np.arange(3601.0)
    current = np.where(t < 1800, 4.0, 2.0)
    voltage = np.where(t < 1800, 3.4 + 0.6 * t / 1800, 3.5 + 0.6 * (t - 1800) / 1800)
    summary = summarize_cycles(frame(t, current, voltage=voltage))
    assert summary[CV_DURATION_SHARE][0] == pytest.approx(0.0, abs=0.01)


def test_without_a_charge_there_are_no_shares():
    summary = summarize_cycles(frame([0, 3600], [-1.0, -1.0]))
    assert (
        summary[[CV_DURATION_SHARE, CV_CAPACITY_SHARE, MEAN_CHARGING_CURRENT]].isna().all(axis=None)
    )
    assert summary[MEAN_DISCHARGING_CURRENT][0] == 1.0


def test_rates_over_nominal_and_over_measured_capacity():
    records = cell_test()
    without, with_nominal = (
        summarize_cycles(records),
        summarize_cycles(records, nominal_capacity_ah=2.0),
    )
    assert {CHARGING_C_RATE, DISCHARGING_C_RATE}.isdisjoint(without.columns)
    assert with_nominal[CHARGING_C_RATE].tolist() == pytest.approx([1.0] * 2, abs=1e-3)
    assert with_nominal[DISCHARGING_C_RATE].tolist() == pytest.approx([1.0] * 2)
    # 2 A for 3000 s are 1.667 Ah: it is empty after 3000 s
    assert without[MEASURED_DISCHARGING_C_RATE].tolist() == pytest.approx([1.2] * 2, rel=1e-3)


def test_resistance_at_the_edge_from_rest_to_discharge():
    summary = summarize_cycles(cell_test(), nominal_capacity_ah=2.0)
    expected = 0.05 + 0.02 * (1 - np.exp(-np.array([1.0, 10.0, 30.0]) / 20.0))
    for _, row in summary.iterrows():
        assert row[RESISTANCES].tolist() == pytest.approx(expected.tolist(), rel=1e-6)
    assert summary[DC_RESISTANCE_EDGE].tolist() == ["rest to discharge"] * 2


def test_all_cycles_of_a_cell_are_asked_at_one_kind_of_edge():
    records = cell_test(4)
    in_first = (records[CYCLE] == 1) & (records[CURRENT] == 0)
    summary = summarize_cycles(records[~in_first])  # the first cycle has no rest
    assert summary[DC_RESISTANCE_EDGE].isna().tolist() == [True, False, False, False]
    assert summary[RESISTANCES].iloc[0].isna().all()
    assert set(summary[DC_RESISTANCE_EDGE].iloc[1:]) == {"rest to discharge"}


def test_too_few_records_for_a_resistance_give_none():
    summary = summarize_cycles(cell_test(dt=60.0))
    assert summary[RESISTANCES].isna().all(axis=None)
    assert summary[DC_RESISTANCE_EDGE].isna().all()


def test_a_change_of_current_below_a_tenth_c_has_no_resistance():
    records = cell_test()
    assert summarize_cycles(records, nominal_capacity_ah=19.0)[DC_RESISTANCE_1S].notna().all()
    assert summarize_cycles(records, nominal_capacity_ah=21.0)[DC_RESISTANCE_1S].isna().all()


def test_a_ramp_of_more_than_a_second_has_no_resistance():
    t = np.arange(0.0, 100.0, 0.5)
    ramps = {width: np.clip((t - 20.0) / width, 0.0, 1.0) * -2.0 for width in (1.0, 2.0)}
    resistance = {
        width: summarize_cycles(frame(t, current, voltage=3.7 + 0.05 * current))[DC_RESISTANCE_10S]
        for width, current in ramps.items()
    }
    assert resistance[1.0][0] == pytest.approx(0.05)
    assert np.isnan(resistance[2.0][0])


def test_step_time_says_when_the_current_was_switched_on():
    # a record a minute at rest, the first of the pulse 5 s after it began
    t = np.array([0.0, 60.0, 100.0, 105.0, 115.0, 125.0])
    own = np.array([0.0, 60.0, 5.0, 10.0, 20.0, 30.0])
    current = np.array([0.0, 0.0, -2.0, -2.0, -2.0, -2.0])
    voltage = np.array([3.7, 3.7, 3.62, 3.6, 3.59, 3.58])
    records = frame(t, current, voltage=voltage)
    assert summarize_cycles(records)[RESISTANCES].isna().all(axis=None)
    told = summarize_cycles(records.assign(**{STEP_TIME: own}))
    assert np.isnan(told[DC_RESISTANCE_1S][0])
    assert told[DC_RESISTANCE_10S][0] == pytest.approx(0.05)
    assert told[DC_RESISTANCE_30S][0] == pytest.approx(0.06)


def test_rests_and_their_last_voltages():
    summary = summarize_cycles(cell_test())
    assert summary[REST_VOLTAGE_AFTER_CHARGE].tolist() == [4.15, 4.15]
    assert summary[REST_VOLTAGE_AFTER_DISCHARGE].tolist() == [3.3, 3.3]
    assert summary[REST_DURATION].tolist() == pytest.approx([2400.0] * 2)
    assert summary[CURRENT_STARTS].tolist() == [2, 2]


def test_the_rest_with_which_a_cycle_begins_follows_the_cycle_before():
    records = cell_test(2)
    low = (records[VOLTAGE] == 3.3) & (records[CYCLE] == 1)
    records.loc[low, CYCLE] = 2
    summary = summarize_cycles(records)
    assert np.isnan(summary[REST_VOLTAGE_AFTER_DISCHARGE][0])
    assert summary[REST_VOLTAGE_AFTER_DISCHARGE][1] == 3.3


def test_a_moment_without_current_is_no_rest():
    summary = summarize_cycles(frame([0, 100, 110, 120, 200], [1.0, 1.0, 0.0, -1.0, -1.0]))
    assert summary[REST_VOLTAGE_AFTER_CHARGE].isna().all()


def test_a_pause_is_told_from_a_gap():
    rest = frame([0, 10, 20, 7220, 7230], [1.0, 1.0, 0.0, 0.0, 1.0])
    cut = frame([0, 10, 20, 7220, 7230], [1.0, 1.0, 1.0, 1.0, 1.0])
    short = frame([0, 10, 20, 3620, 3630], [1.0, 1.0, 0.0, 0.0, 1.0])
    paused = [summarize_cycles(f)[PAUSED_DURATION][0] for f in (rest, cut, short)]
    assert paused == [7200.0, 7200.0, 0.0]


def test_throughput_sums_each_direction():
    records = cc_cycles(3, fade=0.1)
    summary = summarize_cycles(records)
    assert summary[CHARGING_THROUGHPUT].tolist() == pytest.approx([1.0, 1.9, 2.7])
    assert summary[DISCHARGING_THROUGHPUT].tolist() == pytest.approx([1.0, 1.9, 2.7])
    back = charge_throughput(summary.iloc[::-1])
    assert back[CHARGING_THROUGHPUT].tolist() == pytest.approx([2.7, 1.9, 1.0])
    with pytest.raises(FrameError, match="neither"):
        charge_throughput(summary[[CYCLE]])


@settings(max_examples=10)
@given(scale=st.floats(0.01, 100), shift=st.floats(-1e5, 1e7))
def test_a_larger_cell_has_the_same_shares_and_a_smaller_resistance(scale, shift):
    records = cell_test(1, dt=5.0)
    larger = records.assign(
        **{CURRENT: records[CURRENT] * scale, TEST_TIME: records[TEST_TIME] + shift}
    )
    a, b = summarize_cycles(records), summarize_cycles(larger)
    alike = [CV_DURATION_SHARE, CV_CAPACITY_SHARE, POLARISATION, MEASURED_DISCHARGING_C_RATE]
    assert b[alike].iloc[0].tolist() == pytest.approx(a[alike].iloc[0].tolist(), rel=1e-6)
    assert b[DC_RESISTANCE_10S][0] * scale == pytest.approx(a[DC_RESISTANCE_10S][0], rel=1e-6)
    assert b[MEAN_CHARGING_CURRENT][0] == pytest.approx(scale * a[MEAN_CHARGING_CURRENT][0])
