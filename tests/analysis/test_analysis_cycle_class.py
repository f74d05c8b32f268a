"""What cycles were for: told by the file, by their rate, by their pulses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import cc_cycles

from bdg_explore.analysis import classify_cycles, summarize_cycles
from bdg_explore.columns import (
    CELL,
    COMPLETE,
    COULOMBIC_EFFICIENCY,
    CURRENT_STARTS,
    CYCLE,
    CYCLE_CLASS,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_TYPE,
    DISCHARGING_DURATION,
    MEAN_DISCHARGING_CURRENT,
)
from bdg_explore.errors import FrameError


def table(rates: list[float], **more: object) -> pd.DataFrame:
    return pd.DataFrame({CYCLE: range(1, len(rates) + 1), MEAN_DISCHARGING_CURRENT: rates, **more})


def test_slow_cycles_among_fast_ones_are_diagnostic():
    rates = ([0.1, 0.1] + [1.0] * 48) * 3
    classes = classify_cycles(table(rates))
    assert classes.name == CYCLE_CLASS
    assert (classes == "diagnostic").tolist() == [r == 0.1 for r in rates]
    assert set(classes) == {"diagnostic", "ageing"}


def test_a_change_of_protocol_is_no_diagnosis():
    assert set(classify_cycles(table([1.0] * 60 + [2.0] * 40))) == {"ageing"}


def test_a_test_of_many_rates_has_no_usual_one():
    assert set(classify_cycles(table(np.geomspace(0.1, 10, 30).tolist()))) == {"ageing"}
    assert set(classify_cycles(table([0.05, 0.1, 0.5, 1.0]))) == {"ageing"}


def test_a_rate_that_drifts_is_one_rate():
    assert set(classify_cycles(table(np.linspace(1.0, 2.0, 50).tolist()))) == {"ageing"}


def test_slow_first_cycles_that_lose_charge_are_formation():
    rates = [0.1] * 3 + [1.0] * 20
    lossy = [0.85, 0.98, 0.99] + [0.999] * 20
    formed = classify_cycles(table(rates, **{COULOMBIC_EFFICIENCY: lossy}))
    checked = classify_cycles(table(rates, **{COULOMBIC_EFFICIENCY: [0.99] * 23}))
    assert formed.tolist() == ["formation"] * 3 + ["ageing"] * 20
    assert checked.tolist() == ["diagnostic"] * 3 + ["ageing"] * 20


def test_starts_of_which_nothing_is_known_tell_nothing():
    assert set(classify_cycles(table([1.0] * 5, **{CURRENT_STARTS: np.nan}))) == {"ageing"}


def test_many_starts_of_the_current_are_pulses():
    starts = [2] * 20 + [40] + [2] * 20
    classes = classify_cycles(table([1.0] * 41, **{CURRENT_STARTS: starts}))
    assert classes[20] == "pulse"
    assert set(classes.drop(20)) == {"ageing"}
    driving = classify_cycles(table([1.0] * 41, **{CURRENT_STARTS: [300] * 41}))
    assert set(driving) == {"ageing"}


def test_the_file_knows_best():
    types = ["reset", "hppc", "rpt_0.2C", "rpt_1C", "aging", "Formation 1", None, "soak"]
    classes = classify_cycles(table([1.0] * 8, **{CYCLE_TYPE: types}))
    assert classes.tolist() == [
        "diagnostic",
        "pulse",
        "diagnostic",
        "diagnostic",
        "ageing",
        "formation",
        "ageing",
        "ageing",
    ]
    named_only = pd.DataFrame({CYCLE: [1, 2], CYCLE_TYPE: ["rpt", "cycling"]})
    assert classify_cycles(named_only).tolist() == ["diagnostic", "ageing"]


def test_what_was_cut_short_is_unfinished():
    complete = [True] * 9 + [False]
    classes = classify_cycles(table([1.0] * 10, **{COMPLETE: complete}))
    assert classes.tolist() == ["ageing"] * 9 + ["unfinished"]


def test_the_rate_follows_from_capacity_and_duration_too():
    hours = np.array([1.0] * 10 + [10.0] + [1.0] * 10)
    cycles = pd.DataFrame(
        {
            CYCLE: range(21),
            CYCLE_DISCHARGING_CAPACITY: 1.0,
            DISCHARGING_DURATION: 3600.0 * hours,
        }
    )
    assert (classify_cycles(cycles) == "diagnostic").tolist() == (hours == 10).tolist()


def test_a_table_that_tells_nothing_is_an_error():
    with pytest.raises(FrameError, match="summarize_cycles"):
        classify_cycles(pd.DataFrame({CYCLE: [1, 2]}))


@settings(deadline=None)
@given(seed=st.integers(0, 99), scale=st.floats(1e-3, 1e3))
def test_neither_rows_nor_labels_nor_size_matter(seed, scale):
    rng = np.random.default_rng(seed)
    rates = rng.choice([1.0, 0.1], size=40, p=[0.9, 0.1])
    cycles = table(rates.tolist())
    both = pd.concat([cycles.assign(cell="a"), cycles.assign(cell="b")]).rename(
        columns={"cell": CELL}
    )
    both.index = rng.permutation(len(both)) + 7
    mixed = both.sample(frac=1, random_state=seed)
    mixed[MEAN_DISCHARGING_CURRENT] *= scale
    expected = classify_cycles(cycles).tolist() * 2
    assert classify_cycles(both).tolist() == expected
    assert classify_cycles(mixed).reindex(both.index).tolist() == expected


def test_a_summary_says_it_of_its_cycles():
    parts, begin = [], 0.0
    for hour, count, first in ((3600.0, 8, 1), (36000.0, 1, 9), (3600.0, 8, 10)):
        part = cc_cycles(count, first=first, hour=hour)
        part["current_ampere"] *= 3600.0 / hour
        part["test_time_second"] += begin
        begin = part["test_time_second"].iloc[-1]
        parts.append(part)
    summary = summarize_cycles(pd.concat(parts, ignore_index=True))
    assert summary[CYCLE_CLASS].tolist() == ["ageing"] * 8 + ["diagnostic"] + ["ageing"] * 8
