"""Diffusion coefficients: recovered from closed solutions of diffusion; rules; a real test."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import bdg_explore as bdg
from bdg_explore.analysis import diffusion_coefficients
from bdg_explore.columns import CELL, CURRENT, CYCLE, TEST_TIME, VOLTAGE
from bdg_explore.errors import FrameError, ParameterError
from real_files import needs_real

D = 2e-14  # m2/s
LENGTH = 5e-6  # m
OHMIC = 0.03
VOLT_PER_FILLING = 0.6  # of a charge that fills a slab evenly, a volt an hour of 1 A


def surface_of_slab(own: np.ndarray) -> np.ndarray:
    """What 1 A for a time does to the surface of a slab, in evenly filled seconds."""
    own = np.maximum(own, 0.0)
    n = np.arange(1, 11)[:, None]
    theta = D * own / LENGTH**2
    series = np.sum(np.exp(-(n**2) * np.pi**2 * theta) / n**2, axis=0)
    late = own + LENGTH**2 / D * (1 / 3 - 2 / np.pi**2 * series)
    early = 2 * LENGTH * np.sqrt(own / (np.pi * D))  # as if the slab had no end
    return np.where(theta < 0.05, early, late)


def titration(
    current: float = -1.0, *, pulses: int = 3, on: float = 30.0, rest: float = 7200.0
) -> pd.DataFrame:
    """Pulses and rests of a slab, by adding up the answers to every edge."""
    edges = [rest + k * (on + rest) + late for k in range(pulses) for late in (0.0, on)]
    levels = [current if k % 2 == 0 else -current for k in range(len(edges))]
    bounds = [0.0, *edges, edges[-1] + rest]
    time = np.concatenate(
        [
            np.unique(np.concatenate([a + np.geomspace(1e-3, b - a, 60), [b]]))
            for a, b in pairwise(bounds)
        ]
    )
    time = np.unique(time)
    flowing = sum(level * (time > edge) for edge, level in zip(edges, levels, strict=True))
    filled = sum(
        level * surface_of_slab(time - edge) for edge, level in zip(edges, levels, strict=True)
    )
    voltage = 3.7 + VOLT_PER_FILLING * filled / 3600 + OHMIC * flowing
    return pd.DataFrame({TEST_TIME: time, CURRENT: flowing, VOLTAGE: voltage})


@pytest.mark.parametrize("current", [-1.0, 0.5])
def test_titration_of_a_slab_gives_the_coefficient_that_was_put_in(current):
    found = diffusion_coefficients(titration(current), length_metre=LENGTH, geometry="slab")
    assert len(found) == 3
    value = found["diffusion_coefficient_square_metre_per_second"].to_numpy()
    assert value == pytest.approx([D] * 3, rel=0.02)
    settled = current * 30.0 * VOLT_PER_FILLING / 3600
    assert found["equilibrium_voltage_change_volt"].iloc[0] == pytest.approx(settled, rel=1e-2)
    assert (found["root_time_linearity"] > 0.999).all()
    assert found["fourier_number"].iloc[0] == pytest.approx(D * 30 / LENGTH**2, rel=0.03)
    assert found["pulse_duration_second"].to_numpy() == pytest.approx([30.0] * 3, abs=1e-6)
    assert found["reason"].eq("").all()


def test_the_ohmic_drop_does_not_count():
    frame = titration()
    bare = frame.assign(**{VOLTAGE: frame[VOLTAGE] - OHMIC * frame[CURRENT]})
    column = "diffusion_coefficient_square_metre_per_second"
    with_drop = diffusion_coefficients(frame, length_metre=LENGTH)[column]
    without = diffusion_coefficients(bare, length_metre=LENGTH)[column]
    assert with_drop.to_numpy() == pytest.approx(without.to_numpy(), rel=1e-6)


def test_a_rest_too_short_for_equilibrium_is_called_doubtful():
    column = "diffusion_coefficient_square_metre_per_second"
    for rest in (30.0, 300.0):
        found = diffusion_coefficients(titration(rest=rest), length_metre=LENGTH, geometry="slab")
        assert found[column].iloc[0] > 1.3 * D
        assert found["reason"].str.startswith("doubtful: in the second half of a rest").all()
    enough = diffusion_coefficients(titration(rest=1500), length_metre=LENGTH, geometry="slab")
    assert enough["reason"].eq("").all()


def interruptions(currents: list[float], *, on: float = 900.0, rest: float = 5.0) -> pd.DataFrame:
    """Currents through a slab, each followed by a short rest."""
    edges = [50.0 + k * (on + rest) + late for k in range(len(currents)) for late in (0.0, on)]
    levels = [way * current for current in currents for way in (1, -1)]
    moments = [e + np.arange(0.0, 5.0, 0.05) for e in edges]
    edge_rows = [np.array([e, e + 1e-3]) for e in edges]
    time = np.unique(np.concatenate([np.arange(0, edges[-1] + 5, 5.0), *moments, *edge_rows]))
    flowing = sum(level * (time > edge) for edge, level in zip(edges, levels, strict=True))
    filled = sum(
        level * surface_of_slab(time - edge) for edge, level in zip(edges, levels, strict=True)
    )
    return pd.DataFrame(
        {TEST_TIME: time, CURRENT: flowing, VOLTAGE: 3.7 + VOLT_PER_FILLING * filled / 3600}
    )


def test_interruptions_of_a_current_give_it_too():
    frame = interruptions([-0.1] * 6)
    found = diffusion_coefficients(
        frame, length_metre=LENGTH, geometry="slab", method="ici", fit_to_second=4.0
    )
    assert found["direction"].eq("discharge").all()
    assert len(found) == 5
    value = found["diffusion_coefficient_square_metre_per_second"].to_numpy()
    assert value[1:] == pytest.approx([D] * 4, rel=0.03)  # the first is not yet steady
    assert (found["root_time_linearity"] > 0.999).all()


def test_interruptions_of_a_discharge_and_of_a_charge_do_not_speak_for_each_other():
    frame = interruptions([-0.1] * 5 + [0.1] * 5)
    found = diffusion_coefficients(
        frame, length_metre=LENGTH, geometry="slab", method="ici", fit_to_second=4.0
    )
    assert found["direction"].tolist() == ["discharge"] * 4 + ["charge"] * 4
    value = found["diffusion_coefficient_square_metre_per_second"].to_numpy()
    steady = [1, 2, 3, 5, 6, 7]
    assert value[steady] == pytest.approx([D] * len(steady), rel=0.05)
    ways = np.where(found["direction"] == "charge", 1, -1)
    assert (found["equilibrium_voltage_change_volt"] * ways > 0).all()


def test_geometry_is_a_matter_of_volume_over_surface_and_length_of_its_square():
    frame, column = titration(), "diffusion_coefficient_square_metre_per_second"
    slab = diffusion_coefficients(frame, length_metre=LENGTH, geometry="slab")[column]
    for geometry, share in (("cylinder", 4), ("sphere", 9)):
        other = diffusion_coefficients(frame, length_metre=LENGTH, geometry=geometry)[column]
        assert other.to_numpy() == pytest.approx(slab.to_numpy() / share)
    twice = diffusion_coefficients(frame, length_metre=2 * LENGTH, geometry="slab")[column]
    assert twice.to_numpy() == pytest.approx(4 * slab.to_numpy())


def test_a_pulse_that_is_too_long_is_seen_by_its_linearity_and_fourier_number():
    long = diffusion_coefficients(titration(on=3600.0), length_metre=LENGTH, geometry="slab")
    assert (long["fourier_number"] > 0.5).all()
    assert (long["root_time_linearity"] < 0.99).all()


def test_nothing_depends_on_clock_index_or_cells_and_the_input_stays():
    one = titration().assign(**{CELL: "a", CYCLE: 1})
    two = titration(0.5).assign(**{CELL: "b", CYCLE: 2})
    frame = pd.concat([one, two])
    before = frame.copy(deep=True)
    found = diffusion_coefficients(frame, length_metre=LENGTH)
    pd.testing.assert_frame_equal(frame, before)
    assert found[CELL].tolist() == ["a"] * 3 + ["b"] * 3
    turned = diffusion_coefficients(pd.concat([two, one]), length_metre=LENGTH)
    pd.testing.assert_frame_equal(
        found, turned.sort_values([CELL, "pulse_count"], ignore_index=True)
    )
    later = frame.assign(**{TEST_TIME: frame[TEST_TIME] + 1000.0})
    column = "diffusion_coefficient_square_metre_per_second"
    assert diffusion_coefficients(later, length_metre=LENGTH)[column].to_numpy() == pytest.approx(
        found[column].to_numpy(), rel=1e-6
    )


def test_what_cannot_be_told_says_why():
    frame = titration()
    cut = frame[frame[TEST_TIME] < 7200 + 15]
    assert len(diffusion_coefficients(cut, length_metre=LENGTH)) == 0
    sparse = frame[~frame[TEST_TIME].between(7200.01, 7229.9)]
    few = diffusion_coefficients(sparse, length_metre=LENGTH).iloc[0]
    assert few["reason"].startswith("fewer than 5 records")
    blind = frame.assign(**{VOLTAGE: frame[VOLTAGE].mask(frame[TEST_TIME].eq(7200.0))})
    told = diffusion_coefficients(blind, length_metre=LENGTH)["reason"]
    assert told.iloc[0].startswith("no voltage tells the equilibrium")
    assert told.iloc[1:].eq("").all()
    flat = diffusion_coefficients(frame.assign(**{VOLTAGE: 3.7}), length_metre=LENGTH)
    assert flat["reason"].str.contains("does not go the way").all()
    assert flat["diffusion_coefficient_square_metre_per_second"].isna().all()
    for rows in (0, 1):
        assert len(diffusion_coefficients(frame.iloc[:rows], length_metre=LENGTH)) == 0


def test_bad_input_is_refused():
    frame = titration()
    with pytest.raises(FrameError, match=VOLTAGE):
        diffusion_coefficients(frame.drop(columns=VOLTAGE), length_metre=LENGTH)
    for choices in (
        {"length_metre": 0.0},
        {"length_metre": LENGTH, "geometry": "spere"},
        {"length_metre": LENGTH, "method": "pitt"},
        {"length_metre": LENGTH, "fit_from_second": 5.0, "fit_to_second": 2.0},
        {"length_metre": LENGTH, "state_of_charge_start": -1.0},
        {"length_metre": LENGTH, "least_change_ampere": -1.0},
    ):
        with pytest.raises(ParameterError):
            diffusion_coefficients(frame, **choices)


@needs_real("ampworks")
def test_a_real_test_with_interruptions(mirror):
    records = bdg.read(mirror / "ampworks" / "ici_ici_discharge.csv")
    found = diffusion_coefficients(records, length_metre=1.8e-6, method="ici")
    assert len(found) > 120
    sound = found[found["reason"] == ""]
    assert len(sound) > 0.9 * len(found)
    assert sound["diffusion_coefficient_square_metre_per_second"].between(1e-18, 1e-12).all()
    assert (sound["root_time_linearity"] > 0.98).mean() > 0.9
