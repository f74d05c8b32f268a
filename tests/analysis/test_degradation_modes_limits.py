"""Limits and words of degradation modes where the half cells are not those of the cell."""

import numpy as np
import pytest
from made_modes import FRESH, fleet, slow_curves

from bdg_explore.analysis import degradation_modes
from bdg_explore.analysis.electrodes import HALF_CELLS
from bdg_explore.analysis.electrodes.profiles import correlation_length
from bdg_explore.columns import (
    CYCLE,
    FIT_RMSE,
    LITHIUM_INVENTORY,
    LITHIUM_WORD,
    LOSS_OF_LITHIUM,
    LOSS_OF_MATERIAL_NE,
    LOSS_OF_MATERIAL_PE,
    MATERIAL_NE_WORD,
    MATERIAL_PE_WORD,
    NEGATIVE_CAPACITY,
    POSITIVE_CAPACITY,
)

MODES = {"lli": LOSS_OF_LITHIUM, "lam_ne": LOSS_OF_MATERIAL_NE, "lam_pe": LOSS_OF_MATERIAL_PE}
WORDS = [LITHIUM_WORD, MATERIAL_NE_WORD, MATERIAL_PE_WORD]
AGED = {"lli": 0.12, "lam_ne": 0.08, "lam_pe": 0.05}
SHARE = np.linspace(0, 1, 400)


def wavy_positive(volt: float) -> tuple[str, np.ndarray]:
    """The half cells of chen2020, but for a wave in the positive one."""
    potential = HALF_CELLS["nmc811_chen2020"].potential(SHARE) + volt * np.sin(9 * SHARE)
    return "graphite_chen2020", np.c_[SHARE, potential]


def test_limits_widen_where_a_half_cell_is_not_that_of_the_cell():
    curves, truth = fleet("chen2020", 8, points=200)
    inside, halves = {}, {}
    for volt in (0.0, 0.005):
        found = degradation_modes(curves, half_cells=wavy_positive(volt))
        aged = found[found[CYCLE] == 100].reset_index(drop=True)
        assert aged[FIT_RMSE].max() < 4  # nobody would look twice
        lower, upper = (aged[[f"{n}_{end}" for n in MODES.values()]] for end in ("lower", "upper"))
        known = truth[list(MODES)].to_numpy()
        inside[volt] = float(((lower.to_numpy() <= known) & (known <= upper.to_numpy())).mean())
        halves[volt] = np.median(0.5 * (upper.to_numpy() - lower.to_numpy()), axis=0)
    assert inside[0.005] >= 0.9
    assert inside[0.0] >= 0.9
    assert (halves[0.0] < 0.003).all()  # and stay narrow where it is
    assert (halves[0.005] > 5 * halves[0.0]).all()


def test_a_cycle_too_fast_is_not_said_to_tell_the_modes():
    fast = slow_curves("chen2020", [FRESH, AGED], drop=0.06, points=200)
    found = degradation_modes(fast, half_cells="chen2020").iloc[1]
    assert 5 < found[FIT_RMSE] < 20
    assert not found[WORDS].eq("identified").any()
    assert found[LITHIUM_WORD].endswith("mV")
    for key, name in MODES.items():
        assert found[f"{name}_lower"] < AGED[key] < found[f"{name}_upper"]


def test_a_loss_is_known_no_better_than_the_reference():
    curves = slow_curves("mohtat2020", [FRESH, AGED], noise=1e-3, points=200)
    foreign = degradation_modes(curves, half_cells=("graphite_ecker2015", "nmc532_mohtat2020"))
    assert foreign[LITHIUM_WORD].str.startswith("not identifiable: ").all()
    given = {NEGATIVE_CAPACITY: 5.97326, LITHIUM_INVENTORY: 5.17238, POSITIVE_CAPACITY: 5.79569}
    known = degradation_modes(curves, half_cells="mohtat2020", reference=given).iloc[1]
    assert known[WORDS].eq("identified").all()


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_residuals_count_for_as_many_as_are_independent(rho):
    rng = np.random.default_rng(0)
    lengths = []
    for _ in range(200):
        noise = rng.standard_normal(500)
        for k in range(1, len(noise)):
            noise[k] += rho * noise[k - 1]
        lengths.append(correlation_length(noise))
    assert np.median(lengths) == pytest.approx((1 + rho) / (1 - rho), rel=0.15)


def test_a_wave_under_noise_is_seen():
    place = np.linspace(0, 1, 500)
    noise = np.random.default_rng(1).standard_normal(500)
    wave = 2 * np.sin(12 * place)
    rho = np.corrcoef(wave[1:] + noise[1:], wave[:-1] + noise[:-1])[0, 1]
    alone = (1 + rho) / (1 - rho)  # what the nearest neighbours alone would say
    assert correlation_length(wave + noise) > 5 * alone
    assert correlation_length(np.zeros(500)) == 1.0
    assert correlation_length(np.ones(3)) >= 1.0
