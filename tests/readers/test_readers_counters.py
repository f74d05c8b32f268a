"""Counters named by their values, steps numbered as they ran, and currents signed."""

import numpy as np
import pandas as pd
import pytest

from bdg_explore.errors import ReadError
from bdg_explore.readers._counters import (
    positive,
    restarts,
    settle_counters,
    split_by_direction,
)
from bdg_explore.readers._signs import direction_of_word, sign_by_state, sign_by_voltage
from bdg_explore.readers._steps import number_steps, running_steps

CYCLE = np.repeat([1, 2], 8)
STEP = np.repeat([1, 2, 3, 4], 4)
CURRENT = np.repeat([1.0, -1.0, 1.0, -1.0], 4)
RAMP = np.array([0.0, 1, 2, 3])
ZERO = np.zeros(4)


def _cell(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate(parts).astype(float)


KINDS = {
    "never": _cell(RAMP, ZERO + 3, 3 + RAMP, ZERO + 6),
    "cycle": _cell(RAMP, ZERO + 3, RAMP, ZERO + 3),
    "step": _cell(RAMP, ZERO, RAMP, ZERO),
    "otherwise": _cell(RAMP, [3, 3, 0, 0], RAMP, [3, 3, 0, 0]),
    "signed": _cell(RAMP, 3 - RAMP, RAMP, 3 - RAMP),
}


@pytest.mark.parametrize("kind", KINDS)
def test_when_a_counter_restarts(kind):
    assert restarts(KINDS[kind], CYCLE, STEP, CURRENT) == kind


def test_rounding_is_no_restart():
    counter = KINDS["never"].copy()
    counter[5] -= 1e-7
    assert restarts(counter, CYCLE, STEP, CURRENT) == "never"


def test_missing_values_say_nothing():
    counter = KINDS["step"].copy()
    counter[[1, 9]] = np.nan
    assert restarts(counter, CYCLE, STEP, CURRENT) == "step"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("never", "charging_capacity_ah"),
        ("cycle", "cycle_charging_capacity_ah"),
        ("step", "step_charging_capacity_ah"),
        ("otherwise", "schedule_charging_capacity_ah"),
        ("signed", "net_capacity_ah"),
    ],
)
def test_counters_are_named_by_their_values(kind, name):
    notes: list[str] = []
    given = "cycle_charging_capacity_ah"
    frame = pd.DataFrame(
        {"cycle_count": CYCLE, "step_count": STEP, "current_ampere": CURRENT, given: KINDS[kind]}
    )
    named = settle_counters(frame, notes)
    assert named.columns[-1] == name
    assert len(notes) == (name != given)


def test_a_name_that_the_values_allow_stays():
    frame = pd.DataFrame({"cycle_count": CYCLE[:4], "step_charging_energy_wh": RAMP})
    notes: list[str] = []
    assert list(settle_counters(frame, notes).columns) == list(frame.columns)
    assert not notes


def test_counters_of_both_directions_are_split_by_the_step():
    counted = _cell(RAMP, RAMP, RAMP, RAMP)
    frame = pd.DataFrame(
        {"step_count": STEP, "current_ampere": CURRENT, "step_cumulative_capacity_ah": counted}
    )
    split = split_by_direction(frame, [])
    np.testing.assert_array_equal(split["step_charging_capacity_ah"], _cell(RAMP, ZERO, RAMP, ZERO))
    np.testing.assert_array_equal(
        split["step_discharging_capacity_ah"], _cell(ZERO, RAMP, ZERO, RAMP)
    )
    notes: list[str] = []
    both = frame.assign(current_ampere=np.tile([1.0, -1.0], 8))
    assert "step_cumulative_capacity_ah" in split_by_direction(both, notes)
    assert "charges and discharges" in notes[0]


def test_discharge_written_negative_becomes_positive():
    notes: list[str] = []
    frame = positive(pd.DataFrame({"discharging_capacity_ah": [0.0, -1.0]}), notes)
    assert frame["discharging_capacity_ah"].tolist() == [0, 1]
    assert "turned positive" in notes[0]


# --- steps ----------------------------------------------------------------------------------------


def test_steps_run_on_where_any_key_changes():
    line = [1, 1, 2, 2, 1, 1]
    word = pd.Categorical(["C", "C", "C", "R", "R", None])
    assert running_steps(line, word).tolist() == [1, 1, 2, 3, 4, 5]
    assert running_steps(np.array([np.nan, np.nan, 1.0])).tolist() == [1, 1, 2]
    assert running_steps([]).tolist() == []


def test_the_same_line_run_again_is_a_new_step_by_its_time():
    frame = pd.DataFrame(
        {"cycle_count": [1, 1, 2, 2], "step_id": 5, "step_time_second": [0.0, 10, 20, 0]}
    )
    numbered = number_steps(frame, "cycle_count", "step_id", "step_time_second")
    assert numbered["step_count"].tolist() == [1, 1, 1, 2]  # a new cycle alone begins none


# --- signs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "direction"),
    [
        ("CC DChg", "discharge"), ("CCCV Chg", "charge"), ("CC_DChg", "discharge"),
        ("Charge", "charge"), ("discharge CC", "discharge"), ("REST", "rest"), ("CHRG", "charge"),
        ("DCHG", "discharge"), ("Pause", "rest"), ("Entladen", "discharge"), ("Laden", "charge"),
        ("恒流放电", "discharge"), ("恒流充电", "charge"), ("搁置", "rest"), ("SIM", None),
        ("Pulse", None), ("", None),
    ],
)  # fmt: skip
def test_words_for_directions(word, direction):
    assert direction_of_word(word) == direction


def test_sign_is_that_of_the_state_and_the_frame_says_so():
    frame = pd.DataFrame({"current_ampere": [0.0, 2, 1], "step_type": ["R", "C", "D"]})
    notes: list[str] = []
    signed = sign_by_state(
        frame, "step_type", {"C": "charge", "D": "discharge", "R": "rest"}, notes
    )
    assert signed["current_ampere"].tolist() == [0, 2, -1]
    assert "written without a sign" in notes[0]


def test_current_in_a_rest_beyond_noise_is_refused():
    frame = pd.DataFrame({"current_ampere": [1.0, 1.0], "step_type": ["R", "C"]})
    with pytest.raises(ReadError, match="without a sign, in the state 'R'"):
        sign_by_state(frame, "step_type", {"C": "charge", "R": "rest"}, [])


@pytest.mark.parametrize("charges", [True, False])
def test_sign_by_the_answer_of_the_voltage(charges):
    way = 1 if charges else -1
    voltage = 3.6 + way * np.array([0, 0, 0.1, 0.11, 0.12, 0.13, 0.03])
    current = np.array([0.0, 0, 2, 2, 2, 2, 0])
    notes: list[str] = []
    signed = sign_by_voltage(np.arange(7) * 10, voltage, current, [1, 1, 2, 2, 2, 2, 3], notes)
    assert signed.tolist() == (current * way).tolist()
    assert "told by the voltage, in 1 steps by its slope and its jump" in notes[0]
