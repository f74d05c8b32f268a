"""Degradation modes of the demo fleet, whose truth is known, and of real slow curves."""

import numpy as np
import pandas as pd
import pytest

import bdg_explore as bdg
from bdg_explore.analysis import fitted_voltages
from bdg_explore.columns import (
    CELL,
    CHARGING_CAPACITY,
    CYCLE,
    FIT_RMSE,
    LITHIUM_WORD,
    LOSS_OF_LITHIUM,
    LOSS_OF_MATERIAL_NE,
    LOSS_OF_MATERIAL_PE,
    MATERIAL_PE_WORD,
    NEGATIVE_CAPACITY,
    POSITIVE_CAPACITY,
    REASON,
    VOLTAGE,
    VOLTAGE_RESIDUAL,
)
from bdg_explore.shipped import catalogs_folder
from real_files import needs_real

MODES = [LOSS_OF_LITHIUM, LOSS_OF_MATERIAL_NE, LOSS_OF_MATERIAL_PE]


@pytest.mark.parametrize(
    ("dataset", "pair"),
    [("demo-nmc811", "chen2020"), ("demo-nmc532", "mohtat2020"), ("demo-lfp", "prada2013")],
)
def test_the_demo_fleet_gives_back_what_it_was_made_with(dataset, pair):
    folder = catalogs_folder() / "demo" / dataset
    curves = pd.read_parquet(folder / "curves.parquet")
    cell = curves.loc[curves[CELL].str.contains("25C_0-100"), CELL].iloc[0]
    curves = curves[(curves[CELL] == cell) & (curves[CYCLE] % 200 == 0)]
    found = bdg.degradation_modes(curves, half_cells=pair, ohmic=True)
    truth = pd.read_parquet(folder / "cycles.parquet", columns=[CELL, CYCLE, *MODES])
    both = found.merge(truth, on=[CELL, CYCLE], suffixes=("", "_true"))
    assert len(both) >= 3
    for name in MODES:
        # modes are counted from the curve of cycle 0, truth from the fresh cell
        np.testing.assert_allclose(both[name], both[f"{name}_true"], atol=0.003)
    assert (found[FIT_RMSE] < 0.5).all()
    lfp = dataset == "demo-lfp"
    assert (found[MATERIAL_PE_WORD].str.startswith("not identifiable") == lfp).all()
    assert (found[LITHIUM_WORD] == "identified").all()


@pytest.fixture(scope="module")
def own_graphite(mirror) -> pd.DataFrame:
    """Delithiation of a graphite half cell at C/20 or so, as a user would give it."""
    name = "SINTEF__LiGrR2032__2024-04-30__25degC__Landt.bdf.csv"
    test = bdg.read(mirror / "bdf" / name)
    curve = bdg.capacity_voltage(test, direction="charge", cycles=2, step_volt=0.002).dropna()
    share = 1 - curve[CHARGING_CAPACITY] / curve[CHARGING_CAPACITY].max()
    return pd.DataFrame({"stoichiometry": share, "potential": curve[VOLTAGE]})


@needs_real("ampworks")
def test_a_real_slow_discharge_is_met_within_six_millivolt_by_measured_graphite(
    mirror, own_graphite
):
    test = bdg.read(mirror / "ampworks" / "dqdv_cell1_rough.csv")
    own = bdg.degradation_modes(test, half_cells=(own_graphite, "nmc532_mohtat2020"), ohmic=True)
    closed = bdg.degradation_modes(test, half_cells="mohtat2020", ohmic=True, intervals=False)
    assert 1 < own[FIT_RMSE].iloc[0] < 6.5
    assert own[FIT_RMSE].iloc[0] < closed[FIT_RMSE].iloc[0] < 20
    assert own[REASON].iloc[0] == ""
    left = fitted_voltages(test, own, half_cells=(own_graphite, "nmc532_mohtat2020"))
    rmse = np.sqrt(np.mean(left[VOLTAGE_RESIDUAL] ** 2))
    assert rmse == pytest.approx(own[FIT_RMSE].iloc[0], rel=1e-9)


@needs_real("bdf")
def test_a_real_lco_pouch_is_met_within_eleven_millivolt(mirror, own_graphite):
    test = bdg.read(mirror / "bdf" / "fivestar_structured_battery_data.bdf.csv")
    found = bdg.degradation_modes(
        test, half_cells=(own_graphite, "lco_marquis2019"), cycles=1
    ).iloc[0]
    assert 1 < found[FIT_RMSE] < 11
    assert 7 < found[NEGATIVE_CAPACITY] < 9  # [Ah], of a cell that gives 7.2 Ah
    assert found[POSITIVE_CAPACITY] > 10  # LCO is used from 0.4 up


@needs_real("bdf")
def test_a_curve_that_no_pair_describes_is_said_to_be_missed(mirror):
    name = "DLR__LiLNMOHydra0b__20221125__POCV__25degC__Basytec.bdf.csv"
    test = bdg.read(mirror / "bdf" / name)  # lithium against LNMO: none of the pairs is that
    found = bdg.degradation_modes(test, half_cells="chen2020", intervals=False).iloc[0]
    assert found[FIT_RMSE] > 100
    assert found[REASON].startswith("the half-cell curves miss this curve by")
