"""One simulated cycle: limits, balance of charge, cold, rate and relaxation."""

import numpy as np
import pytest

from bdg_explore.analysis.electrodes.designs import CHEN2020
from bdg_explore.analysis.electrodes.losses import aged_state
from bdg_explore.simulation.cycling import Protocol, simulate_cycles
from bdg_explore.simulation.particle import CellPhysics

PHYSICS = CellPhysics(0.024, 3000, 3500, 0.019, 0.085, 60, 300, 72, 0.14, 1.2e-4)
CHARGE, HOLD, CHARGED_REST, DISCHARGE, REST = range(5)


def cycle(*, charge=2.5, discharge=5.0, window=(0.0, 1.0), celsius=25.0, lli=(0.0,), loss=3e-4):
    count = len(lli)
    return simulate_cycles(
        CHEN2020,
        PHYSICS,
        Protocol(charge, discharge, 0.25, *window, 600.0, 1200.0),
        aged_state(CHEN2020, lli=np.asarray(lli)),
        resistance_factor=np.ones(count),
        ambient_celsius=np.full(count, celsius),
        coulombic_efficiency=np.full(count, 1 - loss),
    )


def amp_hours(batch, *phases):
    total = 0.0
    for phase in phases:
        mine = batch.phase == phase
        i, t = batch.current_ampere[:, mine], batch.time_second[:, mine]
        total = total + np.trapezoid(i, t, axis=1) / 3600
    return total


def test_limits_are_kept_and_time_runs_on():
    batch = cycle(lli=(0.0, 0.1, 0.2))
    assert np.all(np.isfinite(batch.voltage_volt))
    assert batch.voltage_volt.max() <= 4.2 + 1e-6
    assert batch.voltage_volt.min() >= 2.5 - 1e-6
    assert np.all(np.diff(batch.time_second, axis=1) >= 0)
    ends = batch.voltage_volt[:, np.flatnonzero(batch.phase == DISCHARGE)[-1]]
    np.testing.assert_allclose(ends, 2.5, atol=1e-6)


def test_currents_have_their_sign():
    batch = cycle()
    assert np.all(batch.current_ampere[:, batch.phase == CHARGE] == 2.5)
    assert np.all(batch.current_ampere[:, batch.phase == DISCHARGE] == -5.0)
    assert np.all(batch.current_ampere[:, batch.phase == REST] == 0)
    hold = batch.current_ampere[0, batch.phase == HOLD]
    assert np.all(np.diff(hold) <= 0)
    assert hold[-1] == pytest.approx(0.25, abs=1e-6)


@pytest.mark.parametrize("loss", [0.0, 3e-4, 2e-3])
def test_what_is_not_stored_is_lost(loss):
    batch = cycle(lli=(0.0, 0.15), loss=loss)
    efficiency = -amp_hours(batch, DISCHARGE) / amp_hours(batch, CHARGE, HOLD)
    np.testing.assert_allclose(efficiency, 1 - loss, atol=2e-5)


def test_capacity_falls_with_rate_cold_and_lithium():
    reference = -amp_hours(cycle(), DISCHARGE)[0]
    assert -amp_hours(cycle(discharge=1.0), DISCHARGE)[0] > reference
    assert -amp_hours(cycle(celsius=5.0), DISCHARGE)[0] < reference
    assert -amp_hours(cycle(lli=(0.1,)), DISCHARGE)[0] < 0.9 * reference


def test_current_warms_the_cell_and_cold_warms_it_more():
    warm, cold = cycle(), cycle(celsius=5.0)
    assert 2 < warm.temperature_celsius.max() - 25 < 15
    assert cold.temperature_celsius.max() - 5 > warm.temperature_celsius.max() - 25


def test_voltage_relaxes_after_discharge():
    batch = cycle()
    rest = batch.voltage_volt[0, batch.phase == REST]
    assert rest[-1] - rest[0] > 0.1
    assert np.all(np.diff(rest) >= -1e-9)


def test_a_window_passes_its_share_of_the_slow_capacity():
    batch = cycle(window=(0.2, 0.8), lli=(0.0, 0.1))
    slow = np.array([5.15320, 5.15320 * 0.85501])
    np.testing.assert_allclose(-amp_hours(batch, DISCHARGE), 0.6 * slow, rtol=1e-4)
    assert np.all(np.abs(amp_hours(batch, HOLD)) < 1e-9)
    assert batch.voltage_volt.max() < 4.2


def test_states_do_not_mix():
    together = cycle(lli=(0.0, 0.1, 0.2))
    alone = cycle(lli=(0.1,))
    q = -amp_hours(together, DISCHARGE)[1]
    assert q == pytest.approx(-amp_hours(alone, DISCHARGE)[0], rel=1e-9)
