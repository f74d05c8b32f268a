"""Half-cell balance: published cells, silent losses, clamping and impossible cells."""

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bdg_explore.analysis.electrodes.balance import (
    AgedState,
    open_circuit_voltage,
    solve_balance,
    stoichiometry_at,
)
from bdg_explore.analysis.electrodes.designs import (
    CHEN2020,
    DESIGNS,
    MOHTAT2020,
    PRADA2013,
    cell_design,
)
from bdg_explore.analysis.electrodes.losses import aged_state
from bdg_explore.errors import ParameterError, UnknownNameError

# x0, x100, y0, y100 to five decimals, and capacity [Ah]
PUBLISHED = {
    "chen2020": ((0.02635, 0.91062, 0.85397, 0.26385), 5.15320),
    "prada2013": ((0.01762, 0.81004, 0.70350, 0.00376), 2.30345),
    "marquis2019": ((0.18322, 0.94932, 0.96102, 0.51260), 0.87284),
    "mohtat2020": ((0.00150, 0.83340, 0.89091, 0.03352), 4.96914),
    "kim2011": ((0.06820, 0.69655, 0.98304, 0.34212), 0.48313),
    "ecker2015": ((0.00355, 0.84842, 0.92908, 0.23526), 0.17100),
}
RELATIVE = [
    ("prada2013", {"lli": [0.05, 0.1, 0.2]}, [0.94865, 0.89729, 0.79471]),
    (
        "prada2013",
        {"lam_ne": [0.05, 0.1, 0.2, 0.3, 0.4]},
        [1.00111, 1.00222, 0.99177, 0.86780, 0.74383],
    ),
    (
        "prada2013",
        {"lam_pe": [0.05, 0.1, 0.2, 0.3, 0.4]},
        [1.00024, 1.00045, 1.00019, 0.97786, 0.85424],
    ),
    ("prada2013", {"lli": 0.08, "lam_ne": 0.10, "lam_pe": 0.05}, 0.92030),
    ("chen2020", {"lli": [0.05, 0.1, 0.2]}, [0.92754, 0.85501, 0.71152]),
    (
        "chen2020",
        {"lam_ne": [0.05, 0.1, 0.2, 0.3, 0.4]},
        [1.00146, 0.99092, 0.88077, 0.77063, 0.66051],
    ),
    (
        "chen2020",
        {"lam_pe": [0.05, 0.1, 0.2, 0.3, 0.4]},
        [1.02086, 1.04146, 0.99796, 0.84016, 0.67071],
    ),
    ("chen2020", {"lli": 0.08, "lam_ne": 0.10, "lam_pe": 0.05}, 0.90795),
]


def test_every_design_is_checked():
    assert set(PUBLISHED) == set(DESIGNS)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_balances(name):
    ends, capacity = PUBLISHED[name]
    solved = solve_balance(cell_design(name))
    found = [solved.x0, solved.x100, solved.y0, solved.y100]
    np.testing.assert_allclose(found, ends, rtol=1e-4, atol=5e-6)
    assert solved.capacity_ah == pytest.approx(capacity, rel=1e-4)
    assert not solved.plating
    assert solved.window_reached


@pytest.mark.parametrize(("name", "losses", "relative"), RELATIVE)
def test_published_relative_capacities(name, losses, relative):
    design = cell_design(name)
    fresh = solve_balance(design).capacity_ah
    aged = solve_balance(design, aged_state(design, **losses)).capacity_ah
    np.testing.assert_allclose(aged / fresh, relative, rtol=0, atol=1e-4)


def test_a_scaled_cell_keeps_its_stoichiometries():
    small = PRADA2013.scaled(1.1 / 2.30345)
    big, little = solve_balance(PRADA2013), solve_balance(small)
    assert little.capacity_ah == pytest.approx(1.1, rel=1e-5)
    for field in ("x0", "x100", "y0", "y100"):
        assert getattr(little, field) == pytest.approx(float(getattr(big, field)), abs=1e-9)
    losses = {"lli": 0.1, "lam_ne": 0.15}
    health = [
        solve_balance(d, aged_state(d, **losses)).capacity_ah / solve_balance(d).capacity_ah
        for d in (PRADA2013, small)
    ]
    assert health[0] == pytest.approx(health[1], rel=1e-9)


def test_lithium_is_conserved_and_the_window_is_met():
    state = aged_state(CHEN2020, lli=[0.0, 0.05, 0.1], lam_pe=[0.0, 0.02, 0.2])
    solved = solve_balance(CHEN2020, state)
    for x, y, volt in ((solved.x0, solved.y0, 2.5), (solved.x100, solved.y100, 4.2)):
        held = x * state.negative_capacity_ah + y * state.positive_capacity_ah
        np.testing.assert_allclose(held, state.lithium_ah, rtol=1e-12)
        np.testing.assert_allclose(open_circuit_voltage(CHEN2020, x, state), volt, atol=1e-9)
    other_side = state.positive_capacity_ah * (solved.y0 - solved.y100)
    np.testing.assert_allclose(other_side, solved.capacity_ah, rtol=1e-12)


def test_a_full_negative_clamps_and_flags_plating():
    solved = solve_balance(CHEN2020, aged_state(CHEN2020, lam_ne=[0.05, 0.2]))
    assert solved.plating.tolist() == [False, True]
    assert solved.window_reached.tolist() == [True, False]
    assert solved.x100[1] == pytest.approx(1.0, abs=1e-8)
    full = open_circuit_voltage(CHEN2020, solved.x100, aged_state(CHEN2020, lam_ne=[0.05, 0.2]))
    assert full[1] < 4.2 - 0.01


def test_clamping_without_lithium_left_is_not_plating():
    # so little lithium that the negative can take all of it below the upper voltage
    starved = dataclasses.replace(MOHTAT2020, maximum_voltage_volt=6.0)
    solved = solve_balance(starved)
    assert not solved.plating
    assert not solved.window_reached


def test_many_states_equal_one_by_one():
    lli = np.linspace(0, 0.4, 7)
    many = solve_balance(PRADA2013, aged_state(PRADA2013, lli=lli)).capacity_ah
    each = [solve_balance(PRADA2013, aged_state(PRADA2013, lli=x)).capacity_ah for x in lli]
    np.testing.assert_array_equal(many, each)
    square = solve_balance(PRADA2013, aged_state(PRADA2013, lli=lli[:, None], lam_ne=[0.0, 0.1]))
    assert square.capacity_ah.shape == (7, 2)


def test_losing_lithiated_material_costs_its_lithium():
    fresh = solve_balance(CHEN2020)
    lost = aged_state(CHEN2020, lam_ne_lithiated=0.05)
    assert lost.negative_capacity_ah == pytest.approx(0.95 * CHEN2020.negative_capacity_ah)
    taken = 0.05 * CHEN2020.negative_capacity_ah * float(fresh.x100)
    assert lost.lithium_ah == pytest.approx(CHEN2020.lithium_ah - taken)
    empty = solve_balance(CHEN2020, aged_state(CHEN2020, lam_ne=0.05)).capacity_ah
    assert solve_balance(CHEN2020, lost).capacity_ah < empty
    positive = aged_state(CHEN2020, lam_pe_lithiated=0.05)
    taken = 0.05 * CHEN2020.positive_capacity_ah * float(fresh.y0)
    assert positive.lithium_ah == pytest.approx(CHEN2020.lithium_ah - taken)


@settings(max_examples=40)
@given(
    lli=st.floats(0, 0.5),
    more=st.floats(0.001, 0.2),
    lam_ne=st.floats(0, 0.3),
    lam_pe=st.floats(0, 0.3),
)
def test_more_lithium_lost_never_adds_capacity(lli, more, lam_ne, lam_pe):
    state = aged_state(PRADA2013, lli=[lli, lli + more], lam_ne=lam_ne, lam_pe=lam_pe)
    found = solve_balance(PRADA2013, state, impossible="nan")
    # Where the negative electrode is full at the top (plating), lithium is not what limits: losing
    # some then lets the cell empty a little further.
    assume(not found.plating[0])
    less, most = found.capacity_ah
    assert np.isnan(most) or most <= less + 1e-9


def test_stoichiometry_at_inverts_the_voltage():
    x = np.linspace(0.05, 0.9, 30)
    volt = open_circuit_voltage(CHEN2020, x)
    np.testing.assert_allclose(stoichiometry_at(CHEN2020, volt), x, atol=1e-9)


@pytest.mark.parametrize("loss", [{"lli": 5}, {"lam_ne": -0.1}, {"lam_pe": np.nan}, {"lli": 1.0}])
def test_a_loss_must_be_a_fraction(loss):
    with pytest.raises(ParameterError, match="must be a fraction"):
        aged_state(CHEN2020, **loss)


def test_losses_together_must_leave_something():
    with pytest.raises(ParameterError, match="negative_capacity_ah"):
        aged_state(CHEN2020, lam_ne=0.6, lam_ne_lithiated=0.6)
    with pytest.raises(ParameterError, match="lithium_ah"):
        aged_state(CHEN2020, lli=0.9, lam_ne_lithiated=0.5)


def test_an_impossible_cell_is_named():
    flooded = AgedState(np.array([5.0, 1.0]), np.array([8.0, 1.0]), np.array([7.0, 3.0]))
    with pytest.raises(ParameterError, match=r"chen2020 stores no charge.*state 1 of 2"):
        solve_balance(CHEN2020, flooded)
    solved = solve_balance(CHEN2020, flooded, impossible="nan")
    assert np.isfinite(solved.capacity_ah).tolist() == [True, False]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lithium_ah": 0.0}, "lithium_ah"),
        ({"positive_capacity_ah": -1.0}, "positive_capacity_ah"),
        ({"minimum_voltage_volt": 4.2}, "voltage window"),
    ],
)
def test_a_design_must_be_possible(change, message):
    with pytest.raises(ParameterError, match=message):
        dataclasses.replace(CHEN2020, **change)


def test_unknown_design_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean chen2020"):
        cell_design("chen202")
