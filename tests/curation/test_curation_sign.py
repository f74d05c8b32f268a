"""The sign of the current is a property of the data: votes, and an error instead of a flip."""

import numpy as np
import pandas as pd
import pytest
from faults import SERIES

from bdg_explore.columns import CELL, CURRENT, CYCLE, TEST_TIME, VOLTAGE
from bdg_explore.curation import check, require_sign, sign_votes
from bdg_explore.errors import BdgError, FrameError, SignError


def records(current, volt, every: float = 10.0) -> pd.DataFrame:
    time = every * np.arange(len(current))
    return pd.DataFrame({TEST_TIME: time, VOLTAGE: volt, CURRENT: current, CYCLE: 1})


def ramp(low: float, high: float, count: int = 200) -> np.ndarray:
    return np.linspace(low, high, count)


def there_and_back(low: float, high: float, offset: float = 0.05) -> pd.DataFrame:
    """1 A in while the voltage rises, 1 A out while it falls; `offset` is the polarisation."""
    current = np.concatenate((np.ones(200), -np.ones(200)))
    volt = np.concatenate((ramp(low, high), ramp(high, low))) + offset * current
    return records(current, volt)


def test_both_votes_say_right():
    votes = sign_votes(SERIES)
    assert (votes.steady, votes.means, votes.verdict) == ("right", "right", "right")
    assert votes.cycles == 12
    assert votes.cycles_wrong == votes.windows_wrong == 0
    assert require_sign(SERIES) is SERIES


def test_both_votes_say_wrong():
    flipped = SERIES.assign(**{CURRENT: -SERIES[CURRENT]})
    votes = sign_votes(flipped)
    assert (votes.steady, votes.means, votes.verdict) == ("wrong", "wrong", "wrong")
    assert votes.windows_wrong == votes.windows == 24  # one in each charge and discharge
    with pytest.raises(SignError, match=r"wrong sign: voltage moves against .* in 24 of 24.*flip"):
        require_sign(flipped)
    assert issubclass(SignError, BdgError)
    assert (flipped[CURRENT] == -SERIES[CURRENT]).all()  # nothing was flipped


def test_of_several_cells_the_one_is_named():
    cells = pd.concat(
        [SERIES.assign(**{CELL: "a"}), SERIES.assign(**{CELL: "b", CURRENT: -SERIES[CURRENT]})]
    )
    with pytest.raises(SignError, match="current_ampere of b has the wrong sign"):
        require_sign(cells)
    with pytest.raises(FrameError, match="holds 2 cells"):
        sign_votes(cells)


def test_a_held_voltage_says_nothing():
    """In the tail of a charge the current falls and the voltage stands: within 1 mV, no vote."""
    seconds = 10.0 * np.arange(400)
    tail = records(np.exp(-seconds / 5e3), 4.2 + 1e-4 * np.sin(seconds / 300.0))
    votes = sign_votes(tail)
    assert votes.windows == 0
    assert votes.verdict == "undecided"


def test_one_direction_alone_is_a_warning_not_an_error():
    discharge = records(np.ones(400), ramp(4.1, 3.1, 400))
    votes = sign_votes(discharge)
    assert (votes.steady, votes.means, votes.verdict) == ("wrong", "undecided", "undecided")
    report = check(discharge)
    assert [(one.id, one.severity) for one in report.found] == [("Q08", "warn")]
    assert "One vote" in report.found[0].evidence
    assert require_sign(discharge) is discharge
    assert sign_votes(records(-np.ones(400), ramp(4.1, 3.1, 400))).verdict == "right"


def test_a_single_electrode_is_left_undecided():
    """Graphite against lithium falls while the cell is charged."""
    anode = there_and_back(0.05, 1.2)
    anode[CURRENT] *= -1
    votes = sign_votes(anode)
    assert (votes.steady, votes.means) == ("wrong", "wrong")
    assert votes.verdict == "undecided"
    assert "one electrode" in votes.reason
    assert require_sign(anode) is anode
    report = check(anode)
    assert not report.found
    assert "below 2 V" in report.unjudged["Q08"]


def test_a_half_cell_counted_the_usual_way_is_right():
    assert sign_votes(there_and_back(0.05, 1.2)).verdict == "right"


def test_a_symmetric_cell_is_left_undecided():
    symmetric = there_and_back(-0.3, 0.3, offset=0.0)
    symmetric[CURRENT] *= -1
    votes = sign_votes(symmetric)
    assert votes.verdict == "undecided"
    assert "symmetric" in votes.reason
    assert sign_votes(there_and_back(-0.3, 0.3, offset=0.4)).verdict == "right"


def test_a_rest_says_nothing():
    rest = records(np.zeros(100), 3.7 + 1e-5 * np.arange(100))
    votes = sign_votes(rest)
    assert not votes.decided
    assert votes.verdict == "undecided"
    assert "Q08" in check(rest).unjudged


def test_votes_that_disagree_decide_nothing():
    """The voltage moves with the current, but charge is passed at the lower voltages."""
    mixed = there_and_back(3.0, 3.4, offset=0.0)
    mixed.loc[200:, VOLTAGE] += 0.5
    votes = sign_votes(mixed)
    assert (votes.steady, votes.means, votes.verdict) == ("right", "wrong", "undecided")
    assert "do not agree" in check(mixed).unjudged["Q08"]


def test_cycles_with_a_small_half_are_not_compared():
    """A full discharge and a short charge at its end: the charge is at low voltage, rightly."""
    current = np.concatenate((-np.ones(300), np.ones(20)))
    volt = np.concatenate((ramp(4.1, 3.0, 300), ramp(3.1, 3.2, 20)))
    votes = sign_votes(records(current, volt))
    assert votes.cycles == 0
    assert votes.verdict == "right"


def test_the_clock_and_the_unit_of_time_do_not_mislead_the_votes():
    flipped = SERIES.assign(**{CURRENT: -SERIES[CURRENT], TEST_TIME: SERIES[TEST_TIME] * 1000.0})
    assert sign_votes(flipped).verdict == "wrong"


def test_an_empty_series_has_no_sign():
    with pytest.raises(FrameError, match="no rows"):
        sign_votes(SERIES.iloc[:0])
    with pytest.raises(FrameError, match="needs the column current_ampere"):
        sign_votes(SERIES.drop(columns=[CURRENT]))
