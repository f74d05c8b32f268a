"""Ageing paths: check points, plating, rejection, and the slow curves they leave."""

import numpy as np
import pytest

from bdg_explore.analysis.electrodes.designs import CHEN2020, PRADA2013
from bdg_explore.columns import CYCLE, DISCHARGING_CAPACITY, VOLTAGE
from bdg_explore.errors import ParameterError
from bdg_explore.frames import CURVES, check_frame
from bdg_explore.simulation import solve_balance
from bdg_explore.simulation.ageing import (
    AgeingPath,
    ModePath,
    check_points,
    evolve,
    state_of,
    usable,
)
from bdg_explore.simulation.slow_discharge import slow_curves

PATH = AgeingPath(
    lli=ModePath(a=6e-4, p=0.7),
    lam_ne=ModePath(a=8e-5, b=0.01, c=0.003),
    lam_pe=ModePath(a=3e-5),
)
GRID = np.linspace(2.5, 4.2, 171)


def test_there_are_35_check_points():
    points = check_points()
    assert len(points) == 35
    assert points[:21].tolist() == list(range(0, 201, 10))
    assert points[21:].tolist() == list(range(400, 3001, 200))
    assert check_points(450).tolist()[-2:] == [200, 400]


def test_a_mode_path_by_hand():
    mode = ModePath(a=1e-3, p=0.5, b=0.01, c=np.log(2) / 100)
    np.testing.assert_allclose(mode.at([0, 100]), [0.0, 1e-3 * 10 + 0.01], rtol=1e-12)


def test_pathinfo_brings_the_path_back():
    path = AgeingPath(PATH.lli, PATH.lam_ne, PATH.lam_pe, plating=0.02)
    assert AgeingPath.from_pathinfo(path.pathinfo()) == path


@pytest.mark.parametrize("text", ["", "{}", '{"lli": 3}', "a k + b"])
def test_other_text_is_not_pathinfo(text):
    with pytest.raises(ParameterError, match="not the pathinfo"):
        AgeingPath.from_pathinfo(text)


@pytest.mark.parametrize("wrong", [{"p": 0.4}, {"p": 2.1}, {"a": -1e-4}, {"c": -0.1}])
def test_a_mode_path_has_bounds(wrong):
    with pytest.raises(ParameterError):
        ModePath(**wrong)


def test_plating_share_has_bounds():
    with pytest.raises(ParameterError, match="plating"):
        AgeingPath(plating=1.5)
    with pytest.raises(ParameterError, match="0 or more"):
        evolve(CHEN2020, PATH, [-1])


def test_plating_is_reversible_by_default_and_costs_lithium_when_asked():
    cycles = np.arange(0, 601, 50)
    steep = ModePath(a=5e-4)
    mild = evolve(CHEN2020, AgeingPath(lam_ne=steep), cycles)
    harsh = evolve(CHEN2020, AgeingPath(lam_ne=steep, plating=0.01), cycles)
    assert np.all(mild.lli == 0)
    flagged = solve_balance(CHEN2020, state_of(CHEN2020, mild)).plating
    # the overshoot begins exactly where the balance clamps at a full negative
    np.testing.assert_array_equal(mild.plated_ah > 0, flagged)
    assert flagged.any() and not flagged.all()
    first = int(np.argmax(flagged))
    assert np.all(harsh.lli[:first] == 0)
    assert np.all(np.diff(harsh.lli[first:]) > 0)


def test_plated_lithium_adds_up_cycle_by_cycle():
    path = AgeingPath(lam_ne=ModePath(a=5e-4), plating=0.01)
    every = evolve(CHEN2020, path, np.arange(0, 401))
    lost = 0.01 * np.cumsum(every.plated_ah)[:-1] / CHEN2020.lithium_ah
    np.testing.assert_allclose(every.lli[1:], lost, rtol=1e-9, atol=1e-15)


def test_a_silent_loss_makes_a_knee():
    path = AgeingPath(lli=ModePath(a=5e-5), lam_ne=ModePath(a=3e-4))
    cycles = np.arange(0, 1001, 10)
    evolution = evolve(PRADA2013, path, cycles)
    capacity = solve_balance(PRADA2013, state_of(PRADA2013, evolution)).capacity_ah
    slope = np.diff(capacity) / 10
    assert slope[-10:].mean() < 4 * slope[:10].mean() < 0


def test_hopeless_paths_are_rejected():
    steep = AgeingPath(lli=ModePath(a=1e-3))
    evolution = evolve(CHEN2020, steep, check_points())
    fit = usable(CHEN2020, evolution)
    assert fit[0] and not fit[-1]
    assert np.all(np.diff(fit.astype(int)) <= 0)
    with pytest.raises(ParameterError, match="rejected: at cycle"):
        slow_curves(CHEN2020, evolution, voltage_grid_volt=GRID)


def test_slow_curves_span_the_balance():
    evolution = evolve(CHEN2020, PATH, check_points(600))
    curves = check_frame(slow_curves(CHEN2020, evolution, voltage_grid_volt=GRID), CURVES)
    capacity = solve_balance(CHEN2020, state_of(CHEN2020, evolution)).capacity_ah
    for (cycle, curve), expected in zip(curves.groupby(CYCLE), capacity, strict=True):
        assert np.all(np.diff(curve[VOLTAGE]) < 0), cycle
        assert np.all(np.diff(curve[DISCHARGING_CAPACITY]) >= 0), cycle
        assert curve[DISCHARGING_CAPACITY].iloc[0] == pytest.approx(0, abs=1e-6)
        assert curve[DISCHARGING_CAPACITY].iloc[-1] == pytest.approx(expected, rel=1e-9)


def test_resistance_lowers_the_curve_and_its_end():
    evolution = evolve(CHEN2020, PATH, [0])
    rest = slow_curves(CHEN2020, evolution, voltage_grid_volt=GRID)
    slow = slow_curves(
        CHEN2020, evolution, voltage_grid_volt=GRID, current_ampere=0.5, resistance_ohm=0.04
    )
    # 0.5 A through 40 mohm is 20 mV: two points of a 10 mV grid
    assert len(rest) - len(slow) == 2
    assert slow[DISCHARGING_CAPACITY].iloc[-1] < rest[DISCHARGING_CAPACITY].iloc[-1]
    shifted = np.interp(3.72, rest[VOLTAGE][::-1], rest[DISCHARGING_CAPACITY][::-1])
    found = np.interp(3.70, slow[VOLTAGE][::-1], slow[DISCHARGING_CAPACITY][::-1])
    assert found == pytest.approx(shifted, abs=1e-6)


def test_a_discharge_current_has_no_sign():
    with pytest.raises(ParameterError, match="size of a discharge current"):
        slow_curves(
            CHEN2020, evolve(CHEN2020, PATH, [0]), voltage_grid_volt=GRID, current_ampere=-0.5
        )
