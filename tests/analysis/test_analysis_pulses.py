"""Resistance of pulses: a circuit worked out by hand, rules, ugly input, real tests."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bdg_explore as bdg
from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CELL,
    CURRENT,
    CYCLE,
    STEP_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import FrameError, ParameterError, UnknownNameError
from real_files import needs_real

OHMIC, SLOW, TIME = 0.020, 0.015, 12.0  # a resistance, then another with 12 s
DELAYS = ("dc_internal_resistance_1s_ohm", "dc_internal_resistance_10s_ohm",
          "dc_internal_resistance_30s_ohm")  # fmt: skip


def expected(delay: float) -> float:
    """R0 + R1 (1 - exp(-t / tau)), by hand."""
    return OHMIC + SLOW * (1 - np.exp(-delay / TIME))


def pulse(
    current: float = -2.0, *, rest: float = 60.0, on: float = 40.0, step: float = 0.5
) -> pd.DataFrame:
    """Rest, a pulse, rest, of a circuit at 3.7 V that begins at equilibrium.

    At either edge a record stands just before it and another 1 ms after.
    """
    parts = []
    state, begin = 0.0, 0.0
    for level, length in ((0.0, rest), (current, on), (0.0, rest)):
        own = np.arange(0.0, length + step / 2, step)
        own[0] = 0.001
        slow = level * SLOW + (state - level * SLOW) * np.exp(-own / TIME)
        parts.append(
            pd.DataFrame(
                {TEST_TIME: begin + own, CURRENT: level, VOLTAGE: 3.7 + level * OHMIC + slow}
            )
        )
        state, begin = float(slow[-1]), begin + length
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("current", [-2.0, 1.5])
def test_a_resistance_and_an_arc_answer_as_worked_out_by_hand(current):
    found = bdg.pulse_resistance(pulse(current))
    assert len(found) == 2
    onset = found.iloc[0]
    values = onset[list(DELAYS)].to_numpy(dtype=float)
    assert values == pytest.approx([expected(d) for d in (1.0, 10.0, 30.0)], rel=1e-4)
    assert onset["ohmic_pulse_resistance_ohm"] == pytest.approx(OHMIC, rel=1e-4)
    assert onset["start_test_time_second"] == pytest.approx(60.0)
    assert onset["pulse_duration_second"] == pytest.approx(40.0)
    assert onset["current_before_ampere"] == 0.0
    assert onset["current_after_ampere"] == current
    assert onset["voltage_before_volt"] == pytest.approx(3.7)
    way = "charge" if current > 0 else "discharge"
    assert onset["current_edge"] == f"rest to {way}"
    assert found["current_edge"].iloc[1] == f"{way} to rest"
    assert found["direction"].tolist() == [way, way]
    assert found["reason"].tolist() == ["", ""]


def test_the_end_of_a_pulse_answers_from_where_the_pulse_came_to():
    found = bdg.pulse_resistance(pulse(), delays=[10.0]).iloc[1]
    reached = SLOW * (1 - np.exp(-40 / TIME))
    by_hand = OHMIC + reached * (1 - np.exp(-10 / TIME))
    assert found["dc_internal_resistance_10s_ohm"] == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("current", [-2.0, 1.5])
def test_the_table_of_cycles_tells_the_same(current):
    frame = pulse(current).assign(**{CYCLE: 4})
    (cycle,) = bdg.summarize_cycles(frame).to_dict("records")
    found = bdg.pulse_resistance(frame).set_index("current_edge")
    same = found.loc[cycle["dc_internal_resistance_edge"]]
    assert [cycle[name] for name in DELAYS] == pytest.approx(same[list(DELAYS)].tolist(), rel=1e-9)


def test_a_pulse_too_short_says_so():
    found = bdg.pulse_resistance(pulse(on=12.0)).iloc[0]
    assert found["dc_internal_resistance_10s_ohm"] == pytest.approx(expected(10.0), rel=1e-4)
    assert np.isnan(found["dc_internal_resistance_30s_ohm"])
    assert found["reason"] == "it ends before 30 s"


def test_records_far_apart_give_no_ohmic_part_and_no_early_one():
    sparse = pulse(step=10.0)
    sparse = sparse[(sparse[TEST_TIME] % 10 < 0.0005) | (sparse[TEST_TIME] < 1)]
    own = np.where(sparse[CURRENT] != 0, sparse[TEST_TIME] - 60, sparse[TEST_TIME])
    own = np.where(sparse[TEST_TIME] > 100, sparse[TEST_TIME] - 100, own)
    found = bdg.pulse_resistance(sparse.assign(**{STEP_TIME: own})).iloc[0]
    assert np.isnan(found["ohmic_pulse_resistance_ohm"])
    assert np.isnan(found["dc_internal_resistance_1s_ohm"])
    assert found["dc_internal_resistance_10s_ohm"] == pytest.approx(expected(10.0), rel=1e-4)
    assert "by 1 s" in found["reason"]
    unknown = bdg.pulse_resistance(sparse).iloc[0]  # nobody says when the current came
    assert np.isnan(unknown["dc_internal_resistance_10s_ohm"])
    assert "more than 1 s" in unknown["reason"]


def test_a_ramp_is_no_edge_to_take_a_resistance_at():
    time = np.arange(0.0, 100.0, 0.5)
    current = -np.clip((time - 20.0) / 4.0, 0.0, 1.0) * 2.0
    frame = pd.DataFrame({TEST_TIME: time, CURRENT: current, VOLTAGE: 3.7 + current * OHMIC})
    found = bdg.pulse_resistance(frame)
    assert len(found) == 1
    assert found[list(DELAYS)].isna().all(axis=None)
    assert "more than 1 s" in found["reason"].iloc[0]


def test_a_clock_of_a_record_a_second_may_stray_by_milliseconds():
    even = np.arange(0.0, 100.0)
    time = even + np.where(even % 2 == 0, 0.004, -0.004)
    current = np.where((even >= 20) & (even < 61), -2.0, 0.0)
    frame = pd.DataFrame({TEST_TIME: time, CURRENT: current, VOLTAGE: 3.7 + current * OHMIC})
    found = bdg.pulse_resistance(frame)
    assert found["reason"].tolist() == ["", ""]
    assert found[list(DELAYS)].to_numpy() == pytest.approx(np.full((2, 3), OHMIC))
    (cycle,) = bdg.summarize_cycles(frame.assign(**{CYCLE: 1})).to_dict("records")
    assert cycle["dc_internal_resistance_10s_ohm"] == pytest.approx(OHMIC)


def test_a_voltage_that_goes_against_the_current_is_no_resistance():
    records = pulse()
    on = records[CURRENT] < 0
    records.loc[on, VOLTAGE] = 3.75  # it rises under a discharge: it was still relaxing
    onset = bdg.pulse_resistance(records).iloc[0]
    assert onset[["ohmic_pulse_resistance_ohm", *DELAYS]].isna().all()
    assert onset["reason"] == "the voltage did not follow the current"
    for column in DELAYS:
        told = bdg.summarize_cycles(records.assign(**{CYCLE: 1}))[column]
        assert not (told <= 0).any()


def test_a_record_of_the_very_moment_still_has_the_old_voltage():
    records = pulse()
    first = records.index[records[CURRENT] < 0][0]
    moment = records.loc[[first]].assign(**{TEST_TIME: 60.0, VOLTAGE: 3.69995})
    late = pd.concat([records[:first], moment, records[first:]], ignore_index=True)
    late[STEP_TIME] = late[TEST_TIME] - 60.0 * (late[TEST_TIME] >= 60.0)
    onset = bdg.pulse_resistance(late).iloc[0]
    assert onset["ohmic_pulse_resistance_ohm"] == pytest.approx(OHMIC, rel=1e-3)


def test_one_record_a_step_tells_no_voltage_before_the_next():
    """A file that keeps the first record of each step: the end of none is known."""
    records = pulse(rest=3600.0, on=600.0, step=60.0)
    step = (records[CURRENT].diff() != 0).cumsum()
    own = records.groupby(step)[TEST_TIME]
    records[STEP_TIME] = records[TEST_TIME] - own.transform("first") + 0.001
    firsts = records[own.cumcount() == 0].reset_index(drop=True)
    end = bdg.pulse_resistance(firsts).iloc[1]
    assert end[["ohmic_pulse_resistance_ohm", *DELAYS]].isna().all()
    assert end["reason"] == "no voltage before the edge"
    whole = bdg.pulse_resistance(records)["ohmic_pulse_resistance_ohm"]
    assert whole.tolist() == pytest.approx([OHMIC, OHMIC], rel=1e-3)


def test_from_charge_to_discharge_there_is_none():
    time = np.arange(0.0, 100.0, 0.5)
    current = np.where(time < 50, 1.0, -1.0)
    frame = pd.DataFrame({TEST_TIME: time, CURRENT: current, VOLTAGE: 3.7 + current * OHMIC})
    found = bdg.pulse_resistance(frame).iloc[0]
    assert found["current_edge"] == "charge to discharge"
    assert found["reason"] == "the current turns round"
    assert np.isnan(found["dc_internal_resistance_10s_ohm"])


def test_a_current_that_strays_does_not_hold():
    frame = pulse()
    falling = frame[TEST_TIME].between(66, 100)
    frame.loc[falling, CURRENT] = -2.0 + 0.08 * (frame[TEST_TIME][falling] - 66)
    found = bdg.pulse_resistance(frame).iloc[0]
    assert np.isfinite(found["dc_internal_resistance_1s_ohm"])
    assert np.isnan(found["dc_internal_resistance_10s_ohm"])


@pytest.mark.parametrize("offset", [-0.008, 0.0, 0.008])
def test_a_channel_that_is_not_quite_zero_at_rest_is_at_rest(offset):
    frame = pulse().assign(**{CURRENT: lambda f: f[CURRENT] + offset, CYCLE: 1})
    found = bdg.pulse_resistance(frame)
    assert found["current_edge"].tolist() == ["rest to discharge", "discharge to rest"]
    onset = found[list(DELAYS)].iloc[0].tolist()
    assert onset == pytest.approx([expected(d) for d in (1.0, 10.0, 30.0)], rel=1e-3)
    if offset >= 0:  # below, the table of cycles sees one discharge from first to last
        (cycle,) = bdg.summarize_cycles(frame).to_dict("records")
        same = found.set_index("current_edge").loc[cycle["dc_internal_resistance_edge"]]
        assert [cycle[n] for n in DELAYS] == pytest.approx(same[list(DELAYS)].tolist(), rel=1e-9)


def test_small_changes_do_not_count():
    frame = pulse(-0.05)
    assert len(bdg.pulse_resistance(frame)) == 2  # 5 % of the largest current is 2.5 mA
    assert len(bdg.pulse_resistance(frame, nominal_capacity_ah=1.0)) == 0  # 0.1C is 0.1 A
    assert len(bdg.pulse_resistance(frame, nominal_capacity_ah=0.4)) == 2
    assert len(bdg.pulse_resistance(frame, least_change_ampere=0.06)) == 0


def test_state_of_charge_on_a_named_basis():
    frame = pulse()
    given = bdg.pulse_resistance(frame, nominal_capacity_ah=2.0, state_of_charge_start=0.6)
    passed = -2.0 * 40 / 3600
    assert given["net_charge_ah"].to_numpy() == pytest.approx([0.0, passed], abs=1e-5)
    assert given["state_of_charge"].to_numpy() == pytest.approx([0.6, 0.6 + passed / 2], abs=1e-5)
    assert given["state_of_charge_basis"].tolist() == ["nominal"] * 2
    spanned = bdg.pulse_resistance(frame)
    assert spanned["state_of_charge"].to_numpy() == pytest.approx([1.0, 0.0], abs=1e-3)
    assert spanned["state_of_charge_basis"].tolist() == ["range"] * 2


def test_temperature_is_the_cells_before_that_of_the_surroundings():
    frame = pulse().assign(**{AMBIENT_TEMPERATURE: 25.0})
    assert bdg.pulse_resistance(frame)["temperature_celsius"].tolist() == [25.0, 25.0]
    warm = frame.assign(**{SURFACE_TEMPERATURE: 31.0})
    assert bdg.pulse_resistance(warm)["temperature_celsius"].tolist() == [31.0, 31.0]
    assert bdg.pulse_resistance(pulse())["temperature_celsius"].isna().all()


def test_many_cells_in_any_order_and_under_any_index():
    one = pulse().assign(**{CELL: "a", CYCLE: 3})
    two = pulse(1.0).assign(**{CELL: "b", CYCLE: 8})
    both = bdg.pulse_resistance(pd.concat([one, two]))
    assert both[CELL].tolist() == ["a", "a", "b", "b"]
    assert both[CYCLE].tolist() == [3, 3, 8, 8]
    turned = bdg.pulse_resistance(pd.concat([two, one]).set_index(np.arange(len(one) * 2)[::-1]))
    pd.testing.assert_frame_equal(
        both, turned.sort_values([CELL, "pulse_count"], ignore_index=True)
    )
    mixed = pd.concat([one, two]).sort_values(TEST_TIME, kind="stable")
    pd.testing.assert_frame_equal(both, bdg.pulse_resistance(mixed))
    nominal = bdg.pulse_resistance(pd.concat([one, two]), nominal_capacity_ah={"a": 2.0, "b": 20.0})
    assert nominal[CELL].tolist() == ["a", "a"]
    with pytest.raises(UnknownNameError, match="'b'"):
        bdg.pulse_resistance(pd.concat([one, two]), nominal_capacity_ah={"a": 2.0})


def test_the_input_stays_and_its_types_do_not_matter():
    frame = pulse().assign(**{CELL: "a", CYCLE: 1})
    before = frame.copy(deep=True)
    found = bdg.pulse_resistance(frame)
    pd.testing.assert_frame_equal(frame, before)
    for kind in ("object", "string", "category"):
        again = bdg.pulse_resistance(frame.astype({CELL: kind}))
        pd.testing.assert_frame_equal(found, again, check_dtype=False, check_categorical=False)
    nullable = frame.astype({VOLTAGE: "Float64", CURRENT: "Float64"})
    pd.testing.assert_frame_equal(found, bdg.pulse_resistance(nullable))


@settings(max_examples=50)
@given(
    shift=st.floats(-1e6, 1e6),
    factor=st.floats(0.01, 100.0),
    current=st.sampled_from([-3.0, -0.7, 0.4, 2.0]),
)
def test_clock_and_scale(shift, factor, current):
    frame = pulse(current, step=1.0)
    found = bdg.pulse_resistance(frame)[list(DELAYS)].to_numpy()
    later = frame.assign(**{TEST_TIME: frame[TEST_TIME] + shift})
    assert bdg.pulse_resistance(later)[list(DELAYS)].to_numpy() == pytest.approx(found, rel=1e-5)
    stronger = frame.assign(**{CURRENT: factor * frame[CURRENT]})
    scaled = bdg.pulse_resistance(stronger)[list(DELAYS)].to_numpy()
    assert scaled == pytest.approx(found / factor, rel=1e-9)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_next_to_no_records_have_no_pulses(rows):
    found = bdg.pulse_resistance(pulse().iloc[:rows])
    assert len(found) == 0
    assert set(DELAYS) < set(found.columns)
    assert len(bdg.pulse_resistance(pulse().iloc[:rows].assign(**{CELL: "a"}))) == 0


def test_missing_values_cost_only_their_pulses():
    frame = pulse()
    silent = frame.assign(**{VOLTAGE: frame[VOLTAGE].mask(frame[TEST_TIME].between(59, 60.0005))})
    found = bdg.pulse_resistance(silent)
    assert found["reason"].tolist() == ["no voltage before the edge", ""]
    assert len(bdg.pulse_resistance(frame.assign(**{CURRENT: np.nan}))) == 0
    assert len(bdg.pulse_resistance(frame.assign(**{CURRENT: 0.0}))) == 0


def test_bad_input_is_refused():
    frame = pulse()
    with pytest.raises(FrameError, match="runs backwards"):
        bdg.pulse_resistance(frame.iloc[::-1])
    with pytest.raises(FrameError, match=VOLTAGE):
        bdg.pulse_resistance(frame.drop(columns=VOLTAGE))
    wrong = (
        {"delays": ()},
        {"delays": (0.0,)},
        {"delays": (10, 10)},
        {"least_change_ampere": 0.0},
        {"state_of_charge_start": 1.2},
        {"nominal_capacity_ah": -1.0},
    )
    for choices in wrong:
        with pytest.raises(ParameterError):
            bdg.pulse_resistance(frame, **choices)


@needs_real("ampworks")
def test_a_real_pulse_power_test(mirror):
    records = bdg.read(mirror / "ampworks" / "hppc_hppc_discharge.csv")
    found = bdg.pulse_resistance(records)
    pulses = found[found["current_after_ampere"].abs() > 0.002]
    assert pulses["direction"].value_counts().to_dict() == {"discharge": 9, "charge": 9}
    discharge = pulses[pulses["direction"] == "discharge"]
    # the first pulse by hand: from 4.026181 to 3.972276 V within 1 ms of -3.2 mA
    by_hand = (4.026181 - 3.972276) / 0.0032
    assert discharge["ohmic_pulse_resistance_ohm"].iloc[0] == pytest.approx(by_hand, rel=1e-4)
    assert discharge[list(DELAYS)].notna().all(axis=None)
    grows = discharge[["ohmic_pulse_resistance_ohm", *DELAYS]].to_numpy()
    assert (np.diff(grows, axis=1) > 0).all()
    assert discharge["state_of_charge"].iloc[0] == pytest.approx(0.9, abs=0.01)
    assert discharge["state_of_charge"].is_monotonic_decreasing


@needs_real("module")
def test_the_start_of_a_discharge_of_a_real_module(mirror):
    records = bdg.read(mirror / "module" / "leaf_module123-irdischarge-65ah-1_0c.csv")
    (found,) = bdg.pulse_resistance(records).to_dict("records")
    assert found["current_after_ampere"] == -65.0
    assert 0.004 < found["dc_internal_resistance_1s_ohm"] < 0.008
    assert found["dc_internal_resistance_30s_ohm"] > found["dc_internal_resistance_10s_ohm"]
