"""What is said of simulated cycles is what `summarize_cycles` says of all their records."""

import numpy as np
import pandas as pd
import pytest

from bdg_explore.analysis import summarize_cycles
from bdg_explore.analysis.cycles.resistance import DELAYS
from bdg_explore.analysis.electrodes.designs import CHEN2020
from bdg_explore.analysis.electrodes.losses import aged_state
from bdg_explore.columns import (
    CURRENT,
    CV_CAPACITY_SHARE,
    CV_DURATION_SHARE,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    DC_RESISTANCE_EDGE,
    MEAN_CHARGING_CURRENT,
    REST_DURATION,
    REST_VOLTAGE_AFTER_CHARGE,
    REST_VOLTAGE_AFTER_DISCHARGE,
    STEP,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.frames import TIMESERIES, check_frame
from bdg_explore.simulation.cycle_facts import SUMMARIZED, as_records, cycle_facts
from bdg_explore.simulation.cycling import Protocol, simulate_cycles
from bdg_explore.simulation.particle import CellPhysics

PHYSICS = CellPhysics(0.024, 3000, 3500, 0.019, 0.085, 60, 300, 72, 0.14, 1.2e-4)


@pytest.fixture(scope="module", params=[(0.0, 1.0), (0.2, 0.8)], ids=["full", "window"])
def batch(request):
    lli = np.array([0.0, 0.08, 0.16])
    return simulate_cycles(
        CHEN2020,
        PHYSICS,
        Protocol(2.5, 5.0, 0.25, *request.param, 600.0, 1200.0),
        aged_state(CHEN2020, lli=lli),
        resistance_factor=1 + 2 * lli,
        ambient_celsius=np.full(3, 25.0),
        coulombic_efficiency=np.full(3, 1 - 3e-4),
    )


def dense(batch):
    """A record each eighth of a second in the first minute of a step, each second after it."""
    frames, offset = [], 0.0
    for row in range(len(batch.time_second)):
        for step in np.unique(batch.phase):
            mine = batch.phase == step
            t, i, v = (
                values[row, mine]
                for values in (batch.time_second, batch.current_ampere, batch.voltage_volt)
            )
            if t[-1] - t[0] < 0.25:
                continue
            early = np.arange(t[0] + 0.125, min(t[0] + 60, t[-1]), 0.125)
            at = np.append(np.append(early, np.arange(early[-1] + 1, t[-1], 1.0)), t[-1])
            drawn = {CURRENT: np.interp(at, t, i), VOLTAGE: np.interp(at, t, v)}
            frames.append(
                pd.DataFrame({CYCLE: row, STEP: 5 * row + step, TEST_TIME: at + offset, **drawn})
            )
        offset += batch.time_second[row, -1] + 0.125
    return pd.concat(frames, ignore_index=True)


def test_facts_are_those_of_the_full_records(batch):
    facts, words = cycle_facts(batch, nominal_capacity_ah=5.0)
    summary = summarize_cycles(dense(batch), nominal_capacity_ah=5.0)
    for name in SUMMARIZED:
        near = 1e-3 if name in (CV_DURATION_SHARE, CV_CAPACITY_SHARE) else 2e-5
        assert np.isfinite(facts[name]).all(), name
        np.testing.assert_allclose(facts[name], summary[name], rtol=near, atol=near, err_msg=name)
    assert (summary[list(words)] == words).all().all()
    np.testing.assert_allclose(
        facts[CYCLE_DISCHARGING_CAPACITY], summary[CYCLE_DISCHARGING_CAPACITY], rtol=2e-4
    )


def test_resistance_is_what_the_voltage_drops_by(batch):
    facts, words = cycle_facts(batch, nominal_capacity_ah=5.0)
    assert words[DC_RESISTANCE_EDGE] == "rest to discharge"
    flowing, resting = batch.phase == 3, np.flatnonzero(batch.phase == 2)[-1]
    for name, delay in DELAYS.items():
        for row, ohm in enumerate(facts[name]):
            time = batch.time_second[row, flowing]
            later = np.interp(time[0] + delay, time, batch.voltage_volt[row, flowing])
            drop = batch.voltage_volt[row, resting] - later
            assert ohm == pytest.approx(drop / 5.0, rel=1e-6)
        assert (np.diff(facts[name]) > 0).all()


def test_rests_and_holds_are_those_of_the_protocol(batch):
    facts, _ = cycle_facts(batch, nominal_capacity_ah=5.0)
    assert facts[REST_DURATION] == pytest.approx([1799.75] * 3)  # a tick before each rest
    assert facts[MEAN_CHARGING_CURRENT] == pytest.approx([2.5] * 3, rel=1e-3)
    ends = [np.flatnonzero(batch.phase == rest)[-1] for rest in (2, 4)]
    for name, end in zip(
        (REST_VOLTAGE_AFTER_CHARGE, REST_VOLTAGE_AFTER_DISCHARGE), ends, strict=True
    ):
        np.testing.assert_array_equal(facts[name], batch.voltage_volt[:, end])
    held = batch.time_second[:, batch.phase == 1]
    assert ((facts[CV_DURATION_SHARE] > 0) == (np.ptp(held, axis=1) > 60)).all()


def test_all_points_become_records(batch):
    records = check_frame(as_records(batch), TIMESERIES)
    assert records[CYCLE].unique().tolist() == [0, 1, 2]
    assert records[STEP].is_monotonic_increasing
    assert records[TEST_TIME].is_monotonic_increasing
