"""Repairs do what they are asked, no more; the log takes them back exactly."""

import json

import faults
import numpy as np
import pandas as pd
import pytest
from faults import CYCLES, SERIES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_cells import KNOWN

from bdg_explore.columns import (
    CELL,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    STEP,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.curation import check, repair, repairs
from bdg_explore.errors import FrameError, ParameterError

# fault -> (repair, what is still told once it is done)
CURES = {
    faults.clock_steps_back: ("interpolate_time", []),
    faults.clock_runs_ahead: ("interpolate_time", []),
    faults.clock_stands_still: ("unstick_clock", []),
    faults.record_twice: ("drop_duplicates", []),
    faults.block_twice: ("drop_duplicates", []),
    faults.cycle_twice: ("drop_duplicates", []),
    faults._time_in(1e-3): ("scale_time", []),
    faults._time_in(3600.0): ("scale_time", []),
    faults.time_per_cycle: ("shift_time", []),
    faults._counters_in(1000.0): ("scale_capacity", []),
    faults.one_counter_in_milliamperehours: ("scale_capacity", []),
    faults.cycles_in_milliamperehours: ("scale_capacity", []),
    faults.current_turned_round: ("flip_sign", []),
    faults.voltage_spikes: ("mask_spikes", ["Q20"]),
    faults.two_spikes_side_by_side: ("mask_spikes", ["Q20"]),
    faults.capacity_spikes: ("mask_capacity_spikes", ["Q20"]),
    faults.numbers_begin_anew: ("renumber_cycles", []),
    faults.table_begins_anew: ("renumber_cycles", []),
    faults.thermometer_stuck: ("mask_constant", ["Q20"]),
    faults._sentinel(VOLTAGE, 65535.0): ("drop_sentinels", ["Q20"]),
    faults.too_hot: ("mask_limits", ["Q20"]),
    faults.charged_too_far: ("mask_limits", ["Q20"]),
    faults._no_number(VOLTAGE, np.nan): ("drop_missing", []),
}


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        one, other, check_exact=True, check_index_type="exact", check_column_type="exact"
    )
    assert one.attrs == other.attrs
    assert type(one.index) is type(other.index)


@pytest.mark.parametrize(
    ("injector", "cure"), CURES.items(), ids=[f"{i}-{c[0]}" for i, c in enumerate(CURES.values())]
)
def test_a_repair_cures_its_fault_and_is_taken_back(injector, cure):
    name, left = cure
    fault = injector(0.4)
    spoilt, before = fault.frame, fault.frame.copy()
    spoilt.attrs["source"] = {"file": "a.csv"}
    before.attrs["source"] = {"file": "a.csv"}
    found = check(spoilt, **fault.arguments).found
    assert [one.repair for one in found] == [name]
    mended, log = repair(spoilt, name, **fault.arguments)
    same(spoilt, before)  # the caller's frame is left as it was
    assert [one.id for one in check(mended, **fault.arguments).found] == left
    assert mended.attrs["repairs"][0]["repair"] == name
    same(log.undo(mended), before)


@pytest.mark.parametrize("finding", sorted(faults.INJECTORS))
def test_a_repair_that_is_suggested_can_be_done(finding):
    for injector in faults.INJECTORS[finding]:
        fault = injector(0.6)
        facts = {n: v for n, v in fault.arguments.items() if n != "known"}
        for one in check(fault.frame, **fault.arguments).found:
            if one.repair:
                mended, log = repair(fault.frame, one.repair, **facts)
                assert log.changes[0].said != "Nothing to repair."
                left = [f.id for f in check(mended, **facts).found]
                assert finding not in left


def test_what_is_repaired_is_what_was_sound():
    spoilt = faults._time_in(60.0)(0).frame
    mended, log = repair(spoilt, "scale_time")
    np.testing.assert_allclose(mended[TEST_TIME], SERIES[TEST_TIME], rtol=1e-12)
    np.testing.assert_array_equal(mended[f"raw_{TEST_TIME}"], spoilt[TEST_TIME])
    assert log.changes[0].rows.tolist() == list(range(len(SERIES)))
    mended, _ = repair(faults.current_turned_round(0).frame, "flip_sign")
    np.testing.assert_array_equal(mended[CURRENT], SERIES[CURRENT])
    mended, _ = repair(faults.record_twice(0.7).frame, "drop_duplicates")
    np.testing.assert_array_equal(mended[TEST_TIME], SERIES[TEST_TIME])


def test_a_stuck_clock_is_set_on_by_a_tenth_of_the_median_interval():
    time = np.arange(0.0, 1000.0, 10.0)
    time[50] = time[51] = time[49]  # three records at 490 s, the next at 520 s
    frame = pd.DataFrame({TEST_TIME: time, VOLTAGE: 3.5 + 1e-3 * np.arange(100), CURRENT: 1.0})
    mended, log = repair(frame, "unstick_clock")
    assert mended[TEST_TIME].iloc[48:53].tolist() == [480.0, 490.0, 491.0, 492.0, 520.0]
    assert log.changes[0].rows.tolist() == [50, 51]


def test_rows_are_put_in_order_and_back():
    order = np.arange(len(SERIES))
    order[100:120] = order[100:120][::-1]
    mixed = SERIES.iloc[order]
    mended, log = repair(mixed, "sort_time")
    np.testing.assert_array_equal(mended[TEST_TIME], SERIES[TEST_TIME])
    np.testing.assert_array_equal(mended[VOLTAGE], SERIES[VOLTAGE])
    assert log.changes[0].rows.tolist() == list(range(100, 120))
    same(log.undo(mended), mixed)


def test_several_repairs_are_done_in_the_order_they_are_named():
    spoilt = faults.record_twice(0.2).frame
    spoilt = faults.with_value(spoilt, VOLTAGE, 3000, -9999.0)
    spoilt = spoilt.assign(**{CURRENT: -spoilt[CURRENT]})
    mended, log = repair(spoilt, "drop_sentinels", "drop_duplicates", "flip_sign", "drop_missing")
    assert [c.repair for c in log.changes] == [
        "drop_sentinels",
        "drop_duplicates",
        "flip_sign",
        "drop_missing",
    ]
    assert check(mended, **KNOWN).score == 1.0
    same(log.undo(mended), spoilt)
    assert list(log.table["count"]) == [1, 1, len(spoilt) - 1, 1]
    assert "drop_duplicates: 1 row that repeat another taken out." in str(log)
    json.dumps(log.to_dict())


def test_a_log_of_a_log_is_taken_back_step_by_step():
    spoilt = faults.with_value(faults.record_twice(0.2).frame, VOLTAGE, 3000, -9999.0)
    once, first = repair(spoilt, "drop_duplicates")
    twice, second = repair(once, "drop_sentinels")
    assert [entry["repair"] for entry in twice.attrs["repairs"]] == [
        "drop_duplicates",
        "drop_sentinels",
    ]
    same(second.undo(twice), once)
    same(first.undo(second.undo(twice)), spoilt)


def test_types_index_and_order_of_columns_come_back():
    spoilt = faults.record_twice(0.3).frame.astype({VOLTAGE: "float32", STEP: "int32"})
    spoilt = spoilt.assign(**{CYCLE: spoilt[CYCLE].astype("Int64")})
    spoilt["note"] = pd.Categorical(["a", "b"] * (len(spoilt) // 2) + ["a"] * (len(spoilt) % 2))
    spoilt.index = pd.Index([f"r{i}" for i in range(len(spoilt))], name="label")
    spoilt.iloc[500, spoilt.columns.get_loc(VOLTAGE)] = np.float32(65535.0)
    mended, log = repair(spoilt, "drop_duplicates", "drop_sentinels", "scale_time", time_factor=2.0)
    assert mended.index[0] == "r0"
    same(log.undo(mended), spoilt)
    own = mended.assign(mine=1.0)
    assert "mine" in log.undo(own)


def test_whole_numbers_come_back_as_such():
    spoilt = SERIES.assign(**{VOLTAGE: np.where(np.arange(len(SERIES)) == 9, -9999, 4)})
    spoilt[VOLTAGE] = spoilt[VOLTAGE].astype("int64")
    mended, log = repair(spoilt, "drop_sentinels")
    assert np.isnan(mended[VOLTAGE].iloc[9])
    same(log.undo(mended), spoilt)


ROW_FAULTS = [
    faults.clock_steps_back,
    faults.clock_stands_still,
    faults.record_twice,
    faults.voltage_spikes,
    faults.too_hot,
    faults._sentinel(CURRENT, -9999.0),
]
NAMES = [n for n in repairs().index if n not in ("mask_capacity_spikes", "scale_time")]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fault=st.sampled_from(ROW_FAULTS),
    where=st.floats(0, 1),
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=5),
)
def test_any_repairs_in_any_order_are_taken_back(fault, where, names):
    spoilt = fault(where).frame
    mended, log = repair(spoilt, *names, capacity_factor=0.5, **KNOWN)
    back = log.undo(mended)
    assert len(back) == len(spoilt)
    same(back, spoilt)


def test_each_cell_is_repaired_on_its_own():
    one = faults.time_per_cycle(0).frame.assign(**{CELL: "a"})
    other = SERIES.assign(**{CELL: "b"})
    both = pd.concat([one, other])
    mended, log = repair(both, "shift_time")
    assert (mended.loc[(mended[CELL] == "b").to_numpy(), TEST_TIME].to_numpy()
            == SERIES[TEST_TIME].to_numpy()).all()  # fmt: skip
    assert log.changes[0].rows.max() < len(one)
    same(log.undo(mended), both)


def test_nothing_to_repair_changes_nothing():
    for name in ("mask_spikes", "drop_duplicates", "sort_time", "drop_sentinels", "drop_missing"):
        mended, log = repair(SERIES, name)
        pd.testing.assert_frame_equal(mended, SERIES)
        assert log.changes[0].said == "Nothing to repair."


def test_what_cannot_be_done_is_said():
    with pytest.raises(ParameterError, match="Did you mean mask_spikes"):
        repair(SERIES, "mask_spike")
    with pytest.raises(ParameterError, match="at least one"):
        repair(SERIES)
    with pytest.raises(ParameterError, match="give time_factor="):
        repair(SERIES, "scale_time")
    with pytest.raises(ParameterError, match="give capacity_factor="):
        repair(SERIES, "scale_capacity")
    with pytest.raises(ParameterError, match="positive number"):
        repair(SERIES, "scale_time", time_factor=-1.0)
    with pytest.raises(ParameterError, match="no nonsense to scale"):
        repair(SERIES, "scale_capacity", capacity_factor=0.1, columns=["nonsense"])
    with pytest.raises(ParameterError, match="summarize the time series first"):
        repair(SERIES, "mask_capacity_spikes")
    with pytest.raises(ParameterError, match="repairs a time series"):
        repair(CYCLES, "mask_spikes")
    with pytest.raises(ParameterError, match="needs current_ampere"):
        repair(CYCLES, "flip_sign")
    with pytest.raises(FrameError, match="makes no table"):
        repair(pd.DataFrame({"a": [1]}), "flip_sign")


def test_a_log_belongs_to_its_frame():
    mended, log = repair(faults.record_twice(0.5).frame, "drop_duplicates")
    with pytest.raises(ParameterError, match="belongs to a frame of"):
        log.undo(mended.iloc[:-1])
    mended, log = repair(SERIES, "flip_sign")
    with pytest.raises(ParameterError, match="lacks current_ampere"):
        log.undo(mended.drop(columns=[CURRENT]))


def test_given_factors_and_columns_are_used():
    names = [CYCLE_CHARGING_CAPACITY]
    mended, _ = repair(SERIES, "scale_capacity", capacity_factor=0.5, columns=names)
    np.testing.assert_allclose(
        mended[CYCLE_CHARGING_CAPACITY], 0.5 * SERIES[CYCLE_CHARGING_CAPACITY]
    )
    np.testing.assert_array_equal(
        mended[CYCLE_DISCHARGING_CAPACITY], SERIES[CYCLE_DISCHARGING_CAPACITY]
    )
