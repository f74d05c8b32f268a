"""Peaks of dQ/dV under noise, along a life, and what must not change them."""

import numpy as np
import pandas as pd
import pytest
from made_records import frame
from scipy.stats import norm

import bdg_explore as bdg
from bdg_explore.analysis import find_peaks, track_peaks
from bdg_explore.columns import CELL, CURRENT, CYCLE, PEAK, PEAK_VOLTAGE, TEST_TIME
from bdg_explore.errors import ParameterError

PLACES = ((3.5, 0.4, 0.025), (3.8, 0.6, 0.03))  # position [V], area [Ah], standard deviation [V]


def discharge(*, noise: float, seed: int, count: int, shift: float = 0.0, cycle: int = 1):
    fine = np.linspace(3.2, 4.1, 9001)
    charge = 0.02 * (fine - 3.2) + sum(a * norm.cdf(fine, at + shift, s) for at, a, s in PLACES)
    charge -= charge[0]
    passed = np.linspace(0.0, charge[-1], count)
    voltage = np.interp(charge[-1] - passed, charge, fine)
    voltage = voltage + noise * np.random.default_rng(seed).standard_normal(count)
    return frame(36000 * passed, np.full(count, -0.1), voltage=voltage, cycle=cycle)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", (300, 1000, 5000))
def test_finite_differences_of_noisy_records_show_no_peak_that_is_not_there(count, seed):
    ica = bdg.incremental_capacity(
        discharge(noise=1e-3, seed=seed, count=count), method="finite_difference"
    )
    assert find_peaks(ica)[PEAK_VOLTAGE].tolist() == pytest.approx([3.5, 3.8], abs=0.01)


def test_without_a_factor_for_noise_its_maxima_are_peaks():
    ica = bdg.incremental_capacity(
        discharge(noise=1e-3, seed=0, count=300), method="finite_difference"
    )
    assert len(find_peaks(ica, noise_factor=0)) > 10
    with pytest.raises(ParameterError, match="noise_factor"):
        find_peaks(ica, noise_factor=-1)


@pytest.mark.parametrize("method", ("savitzky_golay", "lean", "finite_difference"))
def test_what_is_not_noisy_keeps_its_small_peaks(method):
    small = discharge(noise=0.0, seed=0, count=20000)
    for factor in (0.0, 8.0):
        found = find_peaks(
            bdg.incremental_capacity(small, method=method),
            noise_factor=factor,
            prominence_share=0.5,
        )
        assert found[PEAK_VOLTAGE].tolist() == pytest.approx([3.5, 3.8], abs=3e-3)


@pytest.mark.parametrize("method", ("savitzky_golay", "lean"))
@pytest.mark.parametrize("seed", range(6))
def test_a_thousand_points_and_a_millivolt_move_a_peak_by_at_most_three(method, seed):
    ica = bdg.incremental_capacity(discharge(noise=1e-3, seed=seed, count=2000), method=method)
    assert find_peaks(ica)[PEAK_VOLTAGE].tolist() == pytest.approx([3.5, 3.8], abs=3e-3)


def life() -> pd.DataFrame:
    """Twelve cycles in which both peaks wander up by 2 mV a cycle, with noise."""
    parts = []
    for k in range(12):
        part = discharge(noise=1e-3, seed=k, count=3000, shift=0.002 * k, cycle=10 * k)
        parts.append(part.assign(**{TEST_TIME: part[TEST_TIME] + 1e5 * k}))
    return pd.concat(parts, ignore_index=True)


def test_peaks_are_followed_along_a_life():
    tracks = track_peaks(bdg.incremental_capacity(life(), step_volt=0.002))
    for number, begin in ((1, 3.5), (2, 3.8)):
        one = tracks[tracks[PEAK] == number]
        assert one[CYCLE].tolist() == list(range(0, 120, 10))
        slope, at = np.polyfit(one[CYCLE], one[PEAK_VOLTAGE], 1)
        assert at == pytest.approx(begin, abs=2e-3)
        assert slope == pytest.approx(2e-4, abs=3e-5)


@pytest.mark.parametrize("dtype", ("object", "category", "str"))
def test_peaks_depend_on_no_label_order_type_clock_or_scale(dtype):
    records = life()
    cells = pd.concat([records.assign(cell="b"), records[records[CYCLE] < 50].assign(cell="a")])
    cells[CELL] = cells[CELL].astype(dtype)
    cells.index = np.arange(len(cells))[::-1]
    before = cells.copy(deep=True)
    ica = bdg.incremental_capacity(cells, step_volt=0.002)
    untouched = ica.copy(deep=True)
    tracks = track_peaks(ica)
    pd.testing.assert_frame_equal(cells, before)
    pd.testing.assert_frame_equal(ica, untouched)
    assert tracks[CELL].dtype == cells[CELL].dtype

    alone = track_peaks(bdg.incremental_capacity(records, step_volt=0.002))
    of_b = tracks[tracks[CELL] == "b"].drop(columns=CELL).reset_index(drop=True)
    pd.testing.assert_frame_equal(of_b, alone, atol=1e-9)

    later = records.assign(**{TEST_TIME: records[TEST_TIME] + 1e7})
    pd.testing.assert_frame_equal(
        track_peaks(bdg.incremental_capacity(later, step_volt=0.002)), alone, atol=1e-6
    )
    larger = records.assign(**{CURRENT: 5 * records[CURRENT]})
    grown = track_peaks(bdg.incremental_capacity(larger, step_volt=0.002))
    expected = alone.assign(
        **{name: 5 * alone[name] for name in ("peak_height_ah_per_volt", "peak_area_ah")}
    )
    pd.testing.assert_frame_equal(grown, expected, atol=1e-9)
