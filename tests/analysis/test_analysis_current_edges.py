"""Edges of the current: where they stand, how long they take, and what the voltage is later."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bdg_explore.analysis.records import current_edges
from bdg_explore.analysis.records.current_edges import find_edges, held_after

RESISTANCE, CAPACITANCE = 0.05, 1.0


def pulse(dt: float = 0.1, rest: float = 20.0, height: float = -1.0, length: float = 40.0):
    """Rest, a pulse, rest; each moment of switching recorded with the old and the new current."""
    n, m = round(rest / dt), round(length / dt)
    time = np.concatenate([np.arange(n + 1), n + np.arange(m + 1), n + m + np.arange(n + 1)]) * dt
    current = np.concatenate([np.zeros(n + 1), np.full(m + 1, height), np.zeros(n + 1)])
    since = np.clip(time - rest, 0, length)
    voltage = 3.7 + RESISTANCE * current + 1e-3 * since * height
    return time, voltage, current


def test_a_pulse_has_two_edges_that_take_no_time():
    time, _, current = pulse()
    edges = find_edges(time, current, least_change_ampere=0.1)
    assert edges.before.tolist() == [200, 601]
    assert edges.after.tolist() == [201, 602]
    assert edges.start.tolist() == pytest.approx([20, 60])
    assert edges.ramp.tolist() == pytest.approx([0, 0])
    assert edges.change.tolist() == [-1, 1]


@pytest.mark.parametrize("delay", [1.0, 10.0, 30.0])
def test_the_voltage_a_delay_after_an_edge(delay):
    time, voltage, current = pulse()
    edges = find_edges(time, current, least_change_ampere=0.1)
    later, flowing = held_after(edges, time, voltage, current, delay)
    assert later[0] == pytest.approx(3.7 - 0.05 - 1e-3 * delay, abs=1e-9)
    assert flowing[0] == -1
    # the rest after the pulse lasts 20 s only
    assert (later[1] == pytest.approx(3.7 - 0.04)) if delay <= 20 else np.isnan(later[1])


def test_between_records_the_voltage_is_interpolated():
    time, voltage, current = pulse(dt=0.8, rest=16.0)
    edges = find_edges(time, current, least_change_ampere=0.1)
    later, _ = held_after(edges, time, voltage, current, 1.0)
    assert not np.isclose(time - 16.0, 1.0).any()
    assert later[0] == pytest.approx(3.7 - 0.05 - 1e-3)


def test_records_too_far_apart_give_nothing():
    time, voltage, current = pulse(dt=20.0, rest=40.0, length=80.0)
    edges = find_edges(time, current, least_change_ampere=0.1)
    later, _ = held_after(edges, time, voltage, current, 10.0)
    near, _ = held_after(edges, time, voltage, current, 19.5)  # a record stands half a second off
    assert np.isnan(later).all()
    assert near[0] == voltage[4]


def test_a_ramp_is_one_edge_and_says_how_long_it_took():
    time = np.arange(40) * 0.5
    current = np.clip((time - 5.0) / 2.0, 0.0, 1.0)
    edges = find_edges(time, current, least_change_ampere=0.1)
    assert (edges.start.tolist(), edges.ramp.tolist()) == ([5.0], [2.0])
    assert (edges.old.tolist(), edges.new.tolist()) == ([0.0], [1.0])


def test_noise_beside_an_edge_does_not_make_it_longer():
    current = np.array([0, 0, 0.012, 1.0, 1.012, 1, 1, 1])
    edges = find_edges(np.arange(8.0), current, least_change_ampere=0.1)
    assert (edges.before.tolist(), edges.after.tolist()) == ([2], [3])


def test_a_slow_change_is_no_edge():
    time = np.arange(1000.0)
    edges = find_edges(time, np.exp(-time / 300.0), least_change_ampere=0.05)
    assert len(edges) == 0


def test_where_the_step_began_between_two_records_the_edge_begins_there():
    time = np.array([0.0, 60.0, 130.0, 131.0, 140.0])
    current = np.array([0.0, 0.0, -1.0, -1.0, -1.0])
    step_time = np.array([0.0, 60.0, 10.0, 11.0, 20.0])
    without = find_edges(time, current, least_change_ampere=0.1)
    told = find_edges(time, current, least_change_ampere=0.1, step_time=step_time)
    assert (without.start[0], without.ramp[0]) == (60.0, 70.0)
    assert (told.start[0], told.ramp[0]) == (120.0, 0.0)
    later, _ = held_after(told, time, np.array([3.7, 3.7, 3.6, 3.59, 3.58]), current, 10.0)
    assert later[0] == 3.6


def test_a_current_that_does_not_hold_gives_nothing():
    time, voltage, current = pulse()
    current[(time > 24.0) & (time < 24.5)] = -1.06
    edges = find_edges(time, current, least_change_ampere=0.1)
    before, _ = held_after(edges, time, voltage, current, 3.0)
    after, _ = held_after(edges, time, voltage, current, 10.0)
    assert np.isfinite(before[0])
    assert np.isnan(after[0])


@settings(deadline=None)
@given(
    heights=st.lists(st.floats(-5, 5).filter(lambda x: abs(x) > 0.2), min_size=1, max_size=6),
    shift=st.floats(-1e6, 1e6),
    block=st.integers(7, 50),
)
def test_every_pulse_is_found_wherever_the_clock_starts(heights, shift, block):
    levels = np.concatenate([[0.0, h] for h in heights])
    current = np.repeat(levels, 20)
    time = np.arange(len(current)) * 0.5
    edges = find_edges(time + shift, current, least_change_ampere=0.1)
    boundaries = np.arange(20, len(current), 20)
    close = find_edges(time + shift, current, least_change_ampere=0.1, near=boundaries)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(current_edges, "BLOCK_ROWS", block)
        cut = find_edges(time + shift, current, least_change_ampere=0.1)
    assert edges.change == pytest.approx(np.diff(levels))
    assert edges.before.tolist() == close.before.tolist() == cut.before.tolist()


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_records_have_no_edges(rows):
    time = np.arange(float(rows))
    edges = find_edges(time, np.zeros(rows), least_change_ampere=0.0)
    later, _ = held_after(edges, time, time, time, 10.0)
    assert (len(edges), len(later)) == (0, 0)


def test_records_without_a_current_end_an_edge():
    current = np.array([0.0, 0.0, np.nan, -1.0, -1.0])
    edges = find_edges(np.arange(5.0), current, least_change_ampere=0.1)
    assert len(edges) == 0
