"""Fewer points, the same picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bdg_explore.views.thinning import gaps_in_time, holes_in_life, thin, thin_all, with_breaks


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), length=st.integers(0, 3000), count=st.integers(4, 400))
def test_ends_and_extremes_stay_and_there_are_few_points(seed, length, count):
    rng = np.random.default_rng(seed)
    x, y = np.cumsum(rng.random(length)), rng.normal(size=length)
    y[rng.random(length) < 0.1] = np.nan
    chosen = thin(x, y, count)
    measured = np.flatnonzero(~np.isnan(y))
    assert len(chosen) <= max(count, 3) or len(chosen) == len(measured) <= count
    assert (np.diff(chosen) > 0).all()
    assert not np.isnan(y[chosen]).any()
    if len(measured):
        assert {measured[0], measured[-1]} <= set(chosen.tolist())


def test_a_single_spike_in_a_million_stays():
    y = np.zeros(1_000_000)
    y[654_321] = 1.0
    assert 654_321 in thin(np.arange(1_000_000.0), y, 2000)


def test_many_curves_at_once_keep_their_own_ends():
    rng = np.random.default_rng(1)
    sizes = [1, 2, 5000, 40, 900]
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    x = np.concatenate([np.arange(n, dtype=float) for n in sizes])
    y = rng.normal(size=len(x))
    chosen = thin_all(x, y, offsets, 50)
    assert {*offsets[:-1], *(offsets[1:] - 1)} <= set(chosen.tolist())
    counts = np.histogram(chosen, bins=offsets)[0]
    assert counts.max() <= 3 * 50
    assert counts[2] >= 25  # a long curve is not starved by short ones
    np.testing.assert_array_equal(thin_all(x, y, offsets, 10_000), np.arange(len(x)))


def test_gaps_are_long_and_unusual():
    time = np.arange(1000) * 10.0
    time[500:] += 1000.0
    assert gaps_in_time(time).tolist() == [499]
    assert gaps_in_time(np.arange(100) * 3600.0).tolist() == []  # slow sampling is no gap
    assert gaps_in_time(time, block=7).tolist() == [499]
    assert gaps_in_time(np.zeros(0)).tolist() == gaps_in_time(np.zeros(1)).tolist() == []


def test_holes_are_unusual_for_their_cell():
    daily = np.concatenate([np.arange(100), np.arange(300, 400)])
    sparse = np.arange(0, 2000, 100)
    both = np.concatenate([daily, sparse]).astype(float)
    assert holes_in_life(both, np.array([0, 200, 220])).tolist() == [99]
    assert holes_in_life(np.zeros(0), np.array([0])).tolist() == []


def test_a_break_keeps_both_its_sides():
    parted = with_breaks(np.array([0, 5, 20, 30]), np.array([10, 40]))
    assert parted.tolist() == [0, 5, 10, -1, 11, 20, 30]
    assert with_breaks(np.array([0, 5]), np.zeros(0, dtype=int)).tolist() == [0, 5]


def test_small_types_are_taken_as_they_are():
    y = np.arange(5000, dtype=np.int32)
    assert len(thin(np.arange(5000, dtype=np.int64), y, 100)) == pytest.approx(100, abs=2)
