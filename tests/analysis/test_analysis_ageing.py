"""State of health and end of life, on fades whose crossing is known."""

import numpy as np
import pandas as pd
import pytest

from bdg_explore.analysis import end_of_life, find_knee, state_of_health
from bdg_explore.columns import (
    CELL,
    COMPLETE,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    NOMINAL_CAPACITY,
    STATE_OF_HEALTH,
)
from bdg_explore.errors import FrameError, ParameterError, UnknownNameError


def fade(values, cycles=None, cell=None) -> pd.DataFrame:
    made = pd.DataFrame(
        {
            CYCLE: np.arange(1, len(values) + 1) if cycles is None else cycles,
            CYCLE_DISCHARGING_CAPACITY: np.asarray(values, dtype=float),
        }
    )
    return made if cell is None else made.assign(**{CELL: cell})


def test_health_is_capacity_over_the_named_reference():
    cycles = fade([1.1, 1.0, 0.9])
    health = state_of_health(cycles, reference_ah=1.0)
    assert health.name == STATE_OF_HEALTH
    assert health.tolist() == pytest.approx([1.1, 1.0, 0.9])  # not clipped
    assert state_of_health(cycles, reference="initial").tolist() == pytest.approx(
        [1.0, 1 / 1.1, 0.9 / 1.1]
    )
    median = state_of_health(cycles, reference="median_first", first_cycles=3)
    assert median.tolist() == pytest.approx([1.1, 1.0, 0.9])


def test_the_initial_reference_is_the_first_complete_cycle_of_each_cell():
    a = fade([0.3, 1.0, 0.9], cell="a").assign(**{COMPLETE: [False, True, True]})
    b = fade([np.nan, 2.0, 1.0], cell="b").assign(**{COMPLETE: True})
    health = state_of_health(pd.concat([b, a]).iloc[::-1], reference="initial")
    assert health.tolist() == pytest.approx([0.9, 1.0, 0.3, 0.5, 1.0, np.nan], nan_ok=True)


def test_a_reference_may_be_given_for_each_cell():
    cycles = pd.concat([fade([1.0], cell="a"), fade([1.0], cell="b")], ignore_index=True)
    for given in ({"a": 1.0, "b": 2.0}, pd.Series({"b": 2.0, "a": 1.0})):
        assert state_of_health(cycles, reference_ah=given).tolist() == [1.0, 0.5]
    nominal = cycles.assign(**{NOMINAL_CAPACITY: [1.0, 2.0]})
    assert state_of_health(nominal, reference="nominal").tolist() == [1.0, 0.5]
    with pytest.raises(UnknownNameError, match="1 of 2 cells, for instance 'b'"):
        state_of_health(cycles, reference_ah={"a": 1.0})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "Neither was given"),
        ({"reference_ah": 1.0, "reference": "initial"}, "Both were given"),
        ({"reference": "inital"}, "Did you mean initial"),
        ({"reference_ah": -1.0}, "must be positive"),
    ],
)
def test_a_reference_that_is_not_one_is_refused(arguments, says):
    with pytest.raises(ParameterError, match=says):
        state_of_health(fade([1.0]), **arguments)
    if "reference_ah" not in arguments or arguments["reference_ah"] < 0:
        with pytest.raises(ParameterError, match=says):
            end_of_life(fade([1.0]), **arguments)


def test_a_missing_capacity_column_is_named():
    with pytest.raises(FrameError, match="Did you mean cycle_discharging_capacity_ah"):
        state_of_health(fade([1.0]), reference_ah=1.0, capacity="cycle_discharge_capacity_ah")
    with pytest.raises(FrameError, match="nominal_capacity_ah"):
        state_of_health(fade([1.0]), reference="nominal")


# --- end of life ----------------------------------------------------------------------------------


def test_first_touch_is_not_yet_sustained():
    row = end_of_life(fade([1.0, 0.79, 0.81, 0.78, 0.77, 0.76, 0.9]), reference_ah=1.0).iloc[0]
    assert row["first_touch_cycle"] == 2
    assert row["sustained_cycle"] == row["end_of_life_cycle"] == 4
    assert row["interpolated_cycle"] == pytest.approx(3 + 0.01 / 0.03)
    assert not row["censored"]
    assert row["last_cycle"] == 7
    assert row["threshold_ah"] == 0.8


def test_sparse_measurements_are_interpolated_between_their_neighbours():
    row = end_of_life(
        fade([1.0, 0.9, 0.7, 0.6, 0.5], cycles=[0, 100, 200, 300, 400]), reference_ah=1.0
    ).iloc[0]
    assert row["sustained_cycle"] == 200
    assert row["interpolated_cycle"] == pytest.approx(150.0)


def test_a_cell_that_was_stopped_before_is_censored_and_not_dropped():
    table = end_of_life(
        pd.concat([fade([1.0, 0.9], cell="young"), fade([0.9, 0.7, 0.7, 0.7], cell="old")]),
        reference_ah=1.0,
    )
    assert table.index.tolist() == ["young", "old"]
    assert table["censored"].tolist() == [True, False]
    assert table["end_of_life_cycle"].tolist() == [2, 2]
    assert table.loc["young", ["first_touch_cycle", "sustained_cycle"]].isna().all()


def test_a_record_that_ends_at_its_first_cycle_below_is_censored_there():
    row = end_of_life(fade([1.0, 0.9, 0.79]), reference_ah=1.0).iloc[0]
    assert row["censored"]
    assert row["first_touch_cycle"] == row["last_cycle"] == row["end_of_life_cycle"] == 3


def test_a_cell_below_from_the_start_has_nothing_to_interpolate():
    row = end_of_life(fade([0.7, 0.7, 0.7]), reference_ah=1.0).iloc[0]
    assert row["end_of_life_cycle"] == 1
    assert np.isnan(row["interpolated_cycle"])


def test_unfinished_and_unmeasured_cycles_are_passed_over():
    cycles = fade([1.0, 0.79, np.nan, 0.78, 0.2, 0.77]).assign(
        **{COMPLETE: [True, True, True, True, False, True]}
    )
    row = end_of_life(cycles, reference_ah=1.0).iloc[0]
    assert row["sustained_cycle"] == 2
    assert row["last_cycle"] == 6
    every = end_of_life(fade([1.0, 0.9, 0.2]), reference_ah=1.0, sustained=1)
    assert every["end_of_life_cycle"].tolist() == [3]


def test_the_threshold_may_be_a_capacity():
    row = end_of_life(fade([1.1, 0.87, 0.87, 0.87]), threshold_ah=0.88).iloc[0]
    assert row["end_of_life_cycle"] == 2
    with pytest.raises(ParameterError, match="leave out threshold and reference"):
        end_of_life(fade([1.0]), threshold_ah=0.88, threshold=0.8)
    with pytest.raises(ParameterError, match="threshold is a fraction"):
        end_of_life(fade([1.0]), reference_ah=1.0, threshold=80)
    with pytest.raises(ParameterError, match="at least 1"):
        end_of_life(fade([1.0]), threshold_ah=0.8, sustained=0)


def test_a_cell_whose_reference_is_unknown_is_named():
    cycles = pd.concat([fade([1.0], cell="a"), fade([1.0], cell="b")], ignore_index=True)
    with pytest.raises(UnknownNameError, match="reference of cell 'b' is not known"):
        end_of_life(cycles.assign(**{NOMINAL_CAPACITY: [1.0, np.nan]}), reference="nominal")


def test_neither_order_nor_labels_of_rows_matter_and_nothing_is_edited():
    rng = np.random.default_rng(0)
    cycles = pd.concat(
        [fade(np.linspace(1, 0.6, 60) + rng.normal(0, 0.01, 60), cell=c) for c in "abc"]
    )
    before = cycles.copy(deep=True)
    table = end_of_life(cycles, reference="initial")
    pd.testing.assert_frame_equal(cycles, before)
    shuffled = cycles.sample(frac=1, random_state=1).assign(
        **{CELL: lambda f: f[CELL].astype("category")}
    )
    again = end_of_life(shuffled, reference="initial").loc[list("abc")]
    np.testing.assert_array_equal(again.to_numpy(float), table.to_numpy(float))


def test_no_rows():
    assert len(end_of_life(fade([], cell="a"), reference_ah=1.0)) == 0
    row = end_of_life(fade([]), reference_ah=1.0).iloc[0]
    assert row["censored"]
    assert np.isnan(row["end_of_life_cycle"])


@pytest.mark.parametrize("nothing", [0.0, -1.0, np.nan, np.inf])
def test_a_reference_of_nothing_gives_no_health_and_no_life(nothing):
    cycles = fade([1.0, 0.7, 0.7, 0.7]).assign(**{NOMINAL_CAPACITY: nothing})
    assert state_of_health(cycles, reference="nominal").isna().all()
    with pytest.raises(UnknownNameError, match="The reference is not known or not positive"):
        end_of_life(cycles, reference="nominal")
    cycles = fade([0.0, 1.0, 0.7], cell="a")
    assert state_of_health(cycles, reference="initial").isna().all()
    with pytest.raises(
        UnknownNameError, match="The reference of cell 'a' is not known or not positive"
    ):
        end_of_life(cycles, reference="initial")


@pytest.mark.parametrize("given", [np.nan, np.inf, "1.0", [1.0], pd.NA])
def test_a_reference_that_is_no_number_is_refused(given):
    with pytest.raises(ParameterError, match="reference_ah must be positive"):
        state_of_health(fade([1.0]), reference_ah=given)
    with pytest.raises(UnknownNameError, match="no positive value for 1 of 1 cells"):
        state_of_health(fade([1.0], cell="a"), reference_ah={"a": given})


def test_a_record_shorter_than_the_run_asked_for_is_censored():
    row = end_of_life(fade([0.7, 0.7]), reference_ah=1.0, sustained=10).iloc[0]
    assert row["censored"]
    assert row["first_touch_cycle"] == 1
    assert np.isnan(row["sustained_cycle"])


@pytest.mark.parametrize("dtype", ["object", "boolean", "boolean[pyarrow]"])
def test_of_a_cycle_of_which_nothing_is_said_it_may_be_whole(dtype):
    cycles = fade([1.0, 0.7, 0.2, 0.7, 0.7])
    cycles[COMPLETE] = pd.Series([None, True, False, True, None], dtype=dtype)
    assert state_of_health(cycles, reference="initial").iloc[0] == 1.0
    row = end_of_life(cycles, reference="initial").iloc[0]
    assert row["sustained_cycle"] == 2
    assert find_knee(cycles)["measured_count"].iloc[0] == 4


def test_a_capacity_in_words_is_told_and_not_read():
    cycles = fade([1.0, 0.7]).astype({CYCLE_DISCHARGING_CAPACITY: object})
    cycles.loc[1, CYCLE_DISCHARGING_CAPACITY] = "low"
    for work in (end_of_life, state_of_health):
        with pytest.raises(FrameError, match="must hold numbers"):
            work(cycles, reference_ah=1.0)
    with pytest.raises(FrameError, match="must hold numbers"):
        find_knee(cycles)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"reference_ah": 1.0, "sustained": 1.5}, "sustained is a number of cycles"),
        ({"reference": "median_first", "first_cycles": 0}, "first_cycles is a number of cycles"),
        ({"reference": "median_first", "first_cycles": 2.5}, "first_cycles is a number of cycles"),
        ({"reference_ah": 1.0, "threshold": "80 %"}, "threshold is a fraction"),
        ({"threshold_ah": np.nan}, "threshold_ah must be positive"),
        ({"threshold_ah": "0.88"}, "threshold_ah must be positive"),
    ],
)
def test_an_argument_that_is_no_number_of_its_kind_is_refused(arguments, says):
    with pytest.raises(ParameterError, match=says):
        end_of_life(fade([1.0, 0.7, 0.7, 0.7]), **arguments)


def test_a_cell_that_is_named_right_is_not_asked_for_by_its_own_name():
    with pytest.raises(UnknownNameError) as told:
        state_of_health(fade([1.0], cell="a"), reference_ah={"a": 0.0})
    assert "Did you mean" not in str(told.value)
