"""Curves are computed many at once, in blocks: the numbers must be those of one at a time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from made_records import frame

import bdg_explore as bdg
from bdg_explore.analysis.curves import cutting, voltage_grid
from bdg_explore.analysis.curves.charge_below import SAME_VOLT, Grid, charge_below
from bdg_explore.analysis.curves.derivatives import finite_difference, savitzky_golay
from bdg_explore.analysis.curves.running_sums import BLOCK, padded_width, running_sums
from bdg_explore.columns import CURRENT, CYCLE, STEP, TEST_TIME, VOLTAGE
from bdg_explore.errors import FrameError

voltages = hnp.arrays(float, 12, elements=st.floats(2.9, 4.3).map(lambda x: round(x, 2)))
charges = hnp.arrays(float, 12, elements=st.floats(0.0, 2.0))


def one_at_a_time(grid, voltage, moved):
    """Spread the charge of every interval evenly over its voltages, one after the other."""
    below = np.zeros(len(grid))
    for one, other, charge in zip(voltage[:-1], voltage[1:], moved[1:], strict=True):
        low, high = min(one, other), max(one, other)
        if high - low < SAME_VOLT:
            low, high = 0.5 * (low + high - SAME_VOLT), 0.5 * (low + high + SAME_VOLT)
        below += charge * np.clip((grid - low) / (high - low), 0.0, 1.0)
    return below


@pytest.mark.parametrize(
    "grid",
    (np.linspace(3.0, 4.2, 97), np.array([3.0, 3.01, 3.5, 3.505, 4.0, 4.25]), np.array([3.3, 3.6])),
    ids=("even", "uneven", "two"),
)
@settings(max_examples=60)
@given(voltage=voltages, moved=charges)
def test_charge_below_is_the_sum_of_all_intervals(grid, voltage, moved):
    starts = np.array([0, 5, 7])
    found = charge_below(Grid(grid), voltage, moved, starts)
    for k, part in enumerate((slice(0, 5), slice(5, 7), slice(7, 12))):
        expected = one_at_a_time(grid, voltage[part], moved[part])
        np.testing.assert_allclose(found[k], expected, atol=1e-9)


@settings(max_examples=20)
@given(st.integers(1, 5), st.integers(1, 60), st.integers(0, 10**6))
def test_running_sums_are_cumulative_sums(rows, width, seed):
    values = np.zeros((rows, padded_width(width)))
    values[:, :width] = np.random.default_rng(seed).normal(size=(rows, width))
    expected = np.cumsum(values, axis=1)
    assert values.shape[1] % BLOCK == 0
    np.testing.assert_allclose(running_sums(values), expected, atol=1e-12)


def cycles(count: int = 40, rows: int = 60) -> pd.DataFrame:
    """Charge, rest, discharge; noise, a converter's steps, a held voltage, and records missing."""
    rng = np.random.default_rng(8)
    k = np.arange(rows)
    current = np.select([k < 20, k < 28, k >= 32], [1.0, 0.3, -0.9])
    voltage = 3.4 + np.minimum(np.cumsum(current), 20) / 25
    volts = np.round(np.tile(voltage, count) + rng.normal(0, 2e-3, rows * count), 3)
    flow = np.tile(current, count) * rng.uniform(0.9, 1.1, rows * count)
    volts[rng.integers(0, len(volts), 30)] = np.nan
    flow[rng.integers(0, len(flow), 30)] = np.nan
    step = np.tile(np.digitize(k, [20, 28, 32]), count) + 4 * np.repeat(np.arange(count), rows)
    made = frame(np.arange(rows * count) * 30.0, flow, voltage=volts)
    return made.assign(**{CYCLE: np.repeat(np.arange(count), rows), STEP: step})


MAKERS = (bdg.capacity_voltage, bdg.incremental_capacity, bdg.differential_voltage)


@pytest.mark.parametrize("make", MAKERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("way", ("charge", "discharge"))
@pytest.mark.parametrize("rows", (1, 100, 1000))
def test_how_records_are_cut_into_blocks_changes_nothing(make, way, rows, monkeypatch):
    whole = make(cycles(), direction=way)
    monkeypatch.setattr(cutting, "PART_ROWS", rows)
    monkeypatch.setattr(voltage_grid, "BATCH", rows)
    assert whole.notna().all(axis=1).sum() > 500
    pd.testing.assert_frame_equal(make(cycles(), direction=way), whole, atol=1e-8)


@pytest.mark.parametrize("make", MAKERS, ids=lambda f: f.__name__)
def test_each_cycle_alone_gives_what_it_gives_among_others(make):
    together = make(cycles(), direction="charge")
    for cycle in (0, 17, 39):
        alone = make(cycles(), direction="charge", cycles=cycle)
        among = together[together[CYCLE] == cycle]
        if make is not bdg.differential_voltage:  # its grid of voltages is that of all cycles
            among = among[among[VOLTAGE].between(alone[VOLTAGE].min(), alone[VOLTAGE].max())]
        pd.testing.assert_frame_equal(alone, among.reset_index(drop=True), atol=1e-8)


def test_time_that_runs_backwards_between_blocks_is_told(monkeypatch):
    monkeypatch.setattr(cutting, "PART_ROWS", 60)
    wrong = cycles()
    wrong.loc[wrong[CYCLE] >= 20, TEST_TIME] -= 5000.0
    with pytest.raises(FrameError, match=r"runs backwards at row 1200"):
        bdg.capacity_voltage(wrong)


def test_a_pulse_between_two_records_of_a_half_keeps_its_charge():
    flow = np.array([-1.0, -1.0, 0.0, -1.0, -1.0])
    records = frame([0, 3600, 5400, 7200, 10800], flow, voltage=[4.0, 3.5, 3.6, 3.4, 3.0])
    curve = bdg.capacity_voltage(records, grid=[4.0, 3.5, 3.4, 3.0])
    assert curve.iloc[:, -1].tolist() == pytest.approx([0.0, 1.0, 1.5, 2.5])


@settings(max_examples=20)
@given(
    hnp.arrays(float, (3, 40), elements=st.floats(-5, 5)),
    st.integers(0, 20),
    st.integers(22, 40),
    st.integers(1, 30),
)
def test_finite_differences_reach_to_the_ends_of_each_row(values, begin, end, increment):
    values[1, :begin], values[1, end:] = np.nan, np.nan
    slope = finite_difference(values, increment)
    for row, (low, high) in enumerate(((0, 39), (begin, end - 1), (0, 39))):
        for column in range(low, high + 1):
            a, b = max(column - increment, low), min(column + increment, high)
            expected = (values[row, b] - values[row, a]) / (b - a)
            assert slope[row, column] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(np.delete(slope[1], np.arange(begin, end))).all()


def test_a_row_shorter_than_its_window_has_no_derivative():
    rows = np.full((3, 20), np.nan)
    rows[0], rows[1, 4:8] = np.arange(20.0), 1.0
    slope = savitzky_golay(rows, 5, 2)
    np.testing.assert_allclose(slope[0], 1.0)
    assert np.isnan(slope[1:]).all()
    assert np.isnan(savitzky_golay(rows, 25, 2)).all()


def test_integers_and_small_floats_give_the_same_curves():
    plain = cycles().dropna()
    small = plain.astype({CURRENT: "float32", CYCLE: "int32", STEP: "int16"})
    one, other = bdg.capacity_voltage(plain), bdg.capacity_voltage(small)
    pd.testing.assert_frame_equal(one, other, atol=1e-6)
