"""Degradation modes: known cells are found again, and what cannot be told is said."""

import numpy as np
import pandas as pd
import pytest
from made_modes import FRESH, fleet, records, slow_curves

import bdg_explore as bdg
from bdg_explore.analysis import degradation_modes, fitted_voltages
from bdg_explore.analysis.electrodes import DESIGNS, HALF_CELLS, aged_state, cell_design
from bdg_explore.columns import (
    CELL,
    CHARGING_CAPACITY,
    COLUMNS,
    CONVERGED,
    CYCLE,
    DISCHARGING_CAPACITY,
    FIT_RMSE,
    FITTED_VOLTAGE,
    LITHIUM_INVENTORY,
    LITHIUM_LOWER,
    LITHIUM_UPPER,
    LITHIUM_WORD,
    LOSS_OF_LITHIUM,
    LOSS_OF_MATERIAL_NE,
    LOSS_OF_MATERIAL_PE,
    MATERIAL_NE_WORD,
    MATERIAL_PE_LOWER,
    MATERIAL_PE_UPPER,
    MATERIAL_PE_WORD,
    NEGATIVE_CAPACITY,
    NEGATIVE_EMPTY,
    NEGATIVE_FULL,
    OHMIC_DROP,
    PLATING,
    POSITIVE_CAPACITY,
    POSITIVE_EMPTY,
    POSITIVE_FULL,
    REASON,
    REFERENCE,
    STATE_OF_HEALTH,
    TEST_TIME,
    VOLTAGE,
    VOLTAGE_RESIDUAL,
)
from bdg_explore.errors import (
    FrameError,
    MissingDataError,
    ParameterError,
    UnknownNameError,
)

MODES = {"lli": LOSS_OF_LITHIUM, "lam_ne": LOSS_OF_MATERIAL_NE, "lam_pe": LOSS_OF_MATERIAL_PE}
AGED = {"lli": 0.12, "lam_ne": 0.08, "lam_pe": 0.05}
SHARE = np.linspace(0, 1, 30)
FALLING = np.c_[SHARE, 1 - SHARE]
STOCK = [NEGATIVE_CAPACITY, LITHIUM_INVENTORY, POSITIVE_CAPACITY]


@pytest.fixture(scope="module")
def life():
    states = [{k: share * v for k, v in AGED.items()} for share in (0.0, 0.3, 0.6, 1.0)]
    return slow_curves("chen2020", states, noise=1e-3, points=200)


@pytest.fixture(scope="module")
def modes(life):
    return degradation_modes(life, half_cells="chen2020")


@pytest.mark.parametrize("name", DESIGNS)
def test_every_published_cell_is_found_again(name):
    curve = slow_curves(name)
    found = degradation_modes(curve, half_cells=name, intervals=False).iloc[0]
    design = cell_design(name)
    held = [design.negative_capacity_ah, design.lithium_ah, design.positive_capacity_ah]
    np.testing.assert_allclose(found[STOCK].astype(float), held, rtol=2e-3)
    assert found[FIT_RMSE] < 0.05
    assert found[CONVERGED]


def test_nmc_cells_with_noise_are_told_within_half_a_point():
    curves, truth = fleet("chen2020", 8, points=200)
    found = degradation_modes(curves, half_cells="chen2020")
    aged = found[found[CYCLE] == 100].reset_index(drop=True)
    inside = 0
    for key, name in MODES.items():
        error = (aged[name] - truth[key]).abs()
        assert error.median() < 0.001  # half a point is asked for
        assert error.max() < 0.005
        inside += int(
            ((aged[f"{name}_lower"] <= truth[key]) & (truth[key] <= aged[f"{name}_upper"])).sum()
        )
        assert (aged[f"{name}_identifiability"] == "identified").all()
    assert inside >= 20  # of 24, at 95 %
    assert aged[FIT_RMSE].between(0.8, 1.2).all()
    assert (aged[PLATING] == truth["plating"]).sum() >= 7


def test_of_lfp_the_positive_electrode_is_said_not_to_be_identifiable():
    curves, truth = fleet("prada2013", 4, points=200)
    found = degradation_modes(curves, half_cells="prada2013")
    aged = found[found[CYCLE] == 100].reset_index(drop=True)
    assert aged[MATERIAL_PE_WORD].str.startswith("not identifiable: ").all()
    assert aged[MATERIAL_PE_WORD].str.endswith(" % fit within 2 mV").all()
    assert (aged[LITHIUM_WORD] == "identified").all()
    assert (aged[MATERIAL_NE_WORD] == "identified").all()
    assert (aged[LOSS_OF_LITHIUM] - truth["lli"]).abs().max() < 0.005
    assert (aged[LOSS_OF_MATERIAL_NE] - truth["lam_ne"]).abs().max() < 0.005
    wide = aged[MATERIAL_PE_UPPER] - aged[MATERIAL_PE_LOWER]
    assert (wide > 5 * (aged[LITHIUM_UPPER] - aged[LITHIUM_LOWER])).all()


def test_a_known_mode_can_be_held():
    states = [FRESH, {"lli": 0.1, "lam_ne": 0.06, "lam_pe": 0.0}]
    curves = slow_curves("prada2013", states, noise=1e-3, points=200)
    found = degradation_modes(curves, half_cells="prada2013", fixed={"lam_pe": 0.0}).iloc[1]
    assert found[LOSS_OF_MATERIAL_PE] == pytest.approx(0.0, abs=1e-12)
    assert found[MATERIAL_PE_WORD] == "fixed"
    assert found[MATERIAL_PE_LOWER] == found[MATERIAL_PE_UPPER] == found[LOSS_OF_MATERIAL_PE]
    assert found[LOSS_OF_LITHIUM] == pytest.approx(0.1, abs=0.002)
    assert found[LOSS_OF_MATERIAL_NE] == pytest.approx(0.06, abs=0.005)


def test_all_three_modes_can_be_held_at_once():
    curves = slow_curves("chen2020", [FRESH, AGED], points=100)
    found = degradation_modes(curves, half_cells="chen2020", fixed=AGED).iloc[1]
    for key, name in MODES.items():
        assert found[name] == pytest.approx(AGED[key], abs=1e-9)
    assert found[FIT_RMSE] < 0.5


def test_what_is_held_must_leave_the_charge_of_the_curve():
    curves = slow_curves("chen2020", [FRESH, FRESH], points=60)
    found = degradation_modes(curves, half_cells="chen2020", fixed={"lli": 0.6})
    assert found[REASON].iloc[1] == "what is fixed leaves less than the charge of the curve"
    assert np.isnan(found[LOSS_OF_MATERIAL_NE].iloc[1])
    assert found[REASON].iloc[0] == ""


def test_a_life_is_followed(modes):
    assert modes[CYCLE].tolist() == [0, 100, 200, 300]
    for key, name in MODES.items():
        assert modes[name].iloc[0] == 0.0
        expected = np.array([0.0, 0.3, 0.6, 1.0]) * AGED[key]
        np.testing.assert_allclose(modes[name], expected, atol=0.003)
    assert (modes[REFERENCE] == "cycle 0").all()
    assert modes[STATE_OF_HEALTH].is_monotonic_decreasing
    assert not modes[PLATING].any()


def test_rows_obey_the_balance_of_lithium(modes):
    held = {
        "empty": modes[NEGATIVE_CAPACITY] * modes[NEGATIVE_EMPTY]
        + modes[POSITIVE_CAPACITY] * modes[POSITIVE_EMPTY],
        "full": modes[NEGATIVE_CAPACITY] * modes[NEGATIVE_FULL]
        + modes[POSITIVE_CAPACITY] * modes[POSITIVE_FULL],
    }
    for lithium in held.values():
        np.testing.assert_allclose(lithium, modes[LITHIUM_INVENTORY], rtol=1e-12)
    ends = modes[[NEGATIVE_EMPTY, NEGATIVE_FULL, POSITIVE_EMPTY, POSITIVE_FULL]]
    assert ((ends >= 0) & (ends <= 1)).all(axis=None)


def test_every_column_is_in_the_vocabulary(modes):
    assert set(modes.columns) <= set(COLUMNS)
    assert bdg.degradation_modes is degradation_modes


def test_the_answer_does_not_depend_on_how_the_table_lies(life, modes):
    before = life.copy(deep=True)
    blocks = [life[life[CYCLE] == k] for k in (300, 0, 200, 100)]
    shuffled = pd.concat(blocks).set_index(pd.Index(np.arange(len(life)) * 7 % 31))
    pd.testing.assert_frame_equal(degradation_modes(shuffled, half_cells="chen2020"), modes)
    pd.testing.assert_frame_equal(life, before)


def test_cells_are_told_apart_whatever_their_order_and_type(life, modes):
    other = slow_curves("chen2020", [FRESH], points=100)
    for dtype in ("category", "str", object):
        both = pd.concat([other.assign(cell="b"), life.assign(cell="a")])
        both[CELL] = both[CELL].astype(dtype)
        found = degradation_modes(both, half_cells="chen2020", intervals=False)
        assert found[CELL].astype(object).tolist() == ["b", "a", "a", "a", "a"]
        np.testing.assert_allclose(
            found[LOSS_OF_LITHIUM].iloc[1:], modes[LOSS_OF_LITHIUM], atol=1e-6
        )


def test_capacities_scale_and_modes_do_not(life, modes):
    small = life.assign(**{DISCHARGING_CAPACITY: life[DISCHARGING_CAPACITY] * 1e-3})
    found = degradation_modes(small, half_cells="chen2020")
    np.testing.assert_allclose(found[STOCK], modes[STOCK] * 1e-3, rtol=1e-6)
    for name in MODES.values():
        np.testing.assert_allclose(found[name], modes[name], atol=1e-6)
        np.testing.assert_allclose(found[f"{name}_lower"], modes[f"{name}_lower"], atol=1e-5)


def test_records_of_a_tester_give_what_their_curves_give(life, modes):
    test = records(life)
    found = degradation_modes(test, half_cells="chen2020", cycles=[0, 300])
    later = test.assign(**{TEST_TIME: test[TEST_TIME] + 1e6})
    shifted = degradation_modes(later, half_cells="chen2020", cycles=[0, 300])
    for name in MODES.values():
        np.testing.assert_allclose(found[name], modes[name].iloc[[0, 3]], atol=1e-5)
        np.testing.assert_allclose(shifted[name], found[name], atol=1e-6)


def test_long_records_are_averaged():
    test = records(slow_curves("chen2020", [FRESH, AGED], noise=2e-3, points=6000))
    found = degradation_modes(test, half_cells="chen2020", intervals=False).iloc[1]
    for key, name in MODES.items():
        assert found[name] == pytest.approx(AGED[key], abs=0.002)
    assert found[FIT_RMSE] < 1.0  # of means, not of the 2 mV of a record


def test_a_charge_tells_what_a_discharge_tells(life, modes):
    whole = life.groupby(CYCLE)[DISCHARGING_CAPACITY].transform("max")
    charge = life.assign(**{CHARGING_CAPACITY: whole - life[DISCHARGING_CAPACITY]})
    charge = charge.drop(columns=DISCHARGING_CAPACITY)[::-1]
    found = degradation_modes(charge, half_cells="chen2020")
    for name in MODES.values():
        np.testing.assert_allclose(found[name], modes[name], atol=1e-5)


@pytest.mark.parametrize("direction", ["discharge", "charge"])
def test_an_ohmic_drop_is_found(direction):
    sign = 1 if direction == "discharge" else -1
    curves = slow_curves("mohtat2020", [FRESH, AGED], noise=1e-3, points=200, drop=sign * 0.02)
    if direction == "charge":
        whole = curves.groupby(CYCLE)[DISCHARGING_CAPACITY].transform("max")
        curves[CHARGING_CAPACITY] = whole - curves.pop(DISCHARGING_CAPACITY)
    found = degradation_modes(curves, half_cells="mohtat2020", ohmic=True).iloc[1]
    assert found[OHMIC_DROP] == pytest.approx(0.02, abs=0.001)
    for key, name in MODES.items():
        assert found[name] == pytest.approx(AGED[key], abs=0.01)
    blind = degradation_modes(curves, half_cells="mohtat2020", intervals=False).iloc[1]
    assert np.isnan(blind[OHMIC_DROP])
    assert blind[FIT_RMSE] > 1.5 * found[FIT_RMSE]


def test_the_derivative_can_have_a_weight(life):
    found = degradation_modes(life, half_cells="chen2020", derivative_weight=0.05).iloc[3]
    for key, name in MODES.items():
        assert found[name] == pytest.approx(AGED[key], abs=0.005)
        assert found[f"{name}_lower"] < found[name] < found[f"{name}_upper"]
        assert found[f"{name}_upper"] - found[f"{name}_lower"] < 0.02


def test_a_full_negative_electrode_is_flagged():
    curves = slow_curves("chen2020", [FRESH, {**FRESH, "lam_ne": 0.2}], noise=1e-3, points=200)
    found = degradation_modes(curves, half_cells="chen2020", intervals=False)
    assert found[PLATING].tolist() == [False, True]
    assert found[NEGATIVE_FULL].iloc[1] > 0.995
    assert found[LOSS_OF_MATERIAL_NE].iloc[1] == pytest.approx(0.2, abs=0.005)


def test_material_lost_while_full_takes_its_lithium_along():
    design = cell_design("chen2020")
    empty, full = (aged_state(design, lam_ne=0.05), aged_state(design, lam_ne_lithiated=0.05))
    curves = slow_curves("chen2020", [FRESH, {"lam_ne": 0.05}, {"lam_ne_lithiated": 0.05}])
    found = degradation_modes(curves, half_cells="chen2020", intervals=False)
    np.testing.assert_allclose(found[LOSS_OF_MATERIAL_NE].iloc[1:], 0.05, atol=0.002)
    gone = 1 - float(full.lithium_ah) / float(empty.lithium_ah)
    np.testing.assert_allclose(found[LOSS_OF_LITHIUM].iloc[1:], [0.0, gone], atol=0.002)


def test_the_reference_can_be_a_cycle_or_capacities(life, modes):
    by_cycle = degradation_modes(life, half_cells="chen2020", reference=100, intervals=False)
    assert by_cycle[LOSS_OF_LITHIUM].iloc[1] == 0.0
    assert by_cycle[LOSS_OF_LITHIUM].iloc[0] < -0.03
    assert (by_cycle[REFERENCE] == "cycle 100").all()
    last = degradation_modes(life, half_cells="chen2020", cycles=300, reference=0)
    assert last[CYCLE].tolist() == [300]
    assert last[LOSS_OF_LITHIUM].iloc[0] == pytest.approx(modes[LOSS_OF_LITHIUM].iloc[3], abs=1e-5)
    fresh = modes.iloc[0][STOCK].to_dict()
    later = life[life[CYCLE] == 300]
    for given in (fresh, modes, modes.iloc[:1]):
        found = degradation_modes(later, half_cells="chen2020", reference=given).iloc[0]
        assert found[REFERENCE] == "given"
        assert found[LOSS_OF_LITHIUM] == pytest.approx(modes[LOSS_OF_LITHIUM].iloc[3], abs=1e-4)
        assert found[LITHIUM_LOWER] < found[LOSS_OF_LITHIUM] < found[LITHIUM_UPPER]


def test_a_reference_that_is_not_there_is_said(life):
    found = degradation_modes(life, half_cells="chen2020", reference=77, intervals=False)
    assert found[LOSS_OF_LITHIUM].isna().all()
    assert found[LITHIUM_INVENTORY].notna().all()
    assert (found[REASON] == "no curve of the reference, cycle 77, could be fitted").all()


def test_a_curve_that_cannot_be_fitted_has_a_reason(life):
    short = life[life[CYCLE] == 0].iloc[::20].assign(**{CYCLE: 400})
    flat = life[life[CYCLE] == 0].assign(**{CYCLE: 500, VOLTAGE: 3.7})
    found = degradation_modes(pd.concat([life, short, flat]), half_cells="chen2020")
    assert found[REASON].iloc[4] == "10 records are too few: 20 are needed"
    assert found[REASON].iloc[5] == "the voltage changes by less than 50 mV"
    assert found[STOCK].iloc[4:].isna().all(axis=None)
    assert not found[CONVERGED].iloc[4:].any()


def test_the_wrong_material_is_doubtful(life):
    found = degradation_modes(life, half_cells="prada2013", cycles=0).iloc[0]
    assert found[FIT_RMSE] > 100
    assert found[REASON].startswith("the half-cell curves miss this curve by")
    assert found[LITHIUM_WORD].startswith("doubtful: the fit misses the curve by")


def test_measured_half_cells_serve_as_closed_forms_do(life, modes):
    share = np.linspace(0, 1, 400)
    negative, positive = (
        pd.DataFrame({"s": share, "U": HALF_CELLS[name].potential(share)}).sample(
            frac=1, random_state=1
        )
        for name in ("graphite_chen2020", "nmc811_chen2020")
    )
    pair = (negative.to_numpy(), (positive["s"], positive["U"]))
    for own in ((negative, positive), pair, ("graphite_chen2020", positive)):
        found = degradation_modes(life, half_cells=own, cycles=[0, 300], intervals=False)
        for name in MODES.values():
            np.testing.assert_allclose(found[name], modes[name].iloc[[0, 3]], atol=1e-3)


def test_a_half_cell_that_ends_too_early_is_said(life):
    share = np.linspace(0.35, 1, 200)
    positive = np.c_[share, HALF_CELLS["nmc811_chen2020"].potential(share)]
    found = degradation_modes(
        life, half_cells=("graphite_chen2020", positive), cycles=0, intervals=False
    )
    assert "its half-cell curve from 0.35 to 1.00 only" in found[REASON].iloc[0]


def test_fitted_voltages_are_those_of_the_fit(life, modes):
    fitted = fitted_voltages(life, modes, half_cells="chen2020")
    assert len(fitted) == len(life)
    gap = fitted[VOLTAGE] - fitted[FITTED_VOLTAGE]
    np.testing.assert_allclose(1e3 * gap, fitted[VOLTAGE_RESIDUAL], atol=1e-9)
    rmse = fitted.groupby(CYCLE)[VOLTAGE_RESIDUAL].agg(lambda r: np.sqrt(np.mean(r**2)))
    np.testing.assert_allclose(rmse, modes[FIT_RMSE], rtol=1e-9)
    np.testing.assert_allclose(fitted[DISCHARGING_CAPACITY], life[DISCHARGING_CAPACITY])
    assert set(fitted.columns) <= set(COLUMNS)


def test_fitted_voltages_of_some_rows_and_cells(life, modes):
    two = pd.concat([life.assign(cell="a"), life.assign(cell="b")])
    some = modes.assign(cell="b").iloc[[1]]
    fitted = fitted_voltages(two, some, half_cells="chen2020")
    assert fitted[CELL].unique().tolist() == ["b"]
    assert fitted[CYCLE].unique().tolist() == [100]
    none = fitted_voltages(two, some.assign(**{POSITIVE_FULL: np.nan}), half_cells="chen2020")
    assert len(none) == 0
    pd.testing.assert_series_equal(none.dtypes, fitted.dtypes)
    with pytest.raises(FrameError, match="give what degradation_modes returned"):
        fitted_voltages(life, modes[[CYCLE]], half_cells="chen2020")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"half_cells": "chen202"}, UnknownNameError, "Did you mean chen2020"),
        ({"half_cells": ("graphite", "lfp_prada2013")}, UnknownNameError, "No half cell is called"),
        ({"half_cells": ("lfp_prada2013", "lfp_prada2013")}, ParameterError, "negative one"),
        ({"half_cells": ("a", "b", "c")}, ParameterError, "a pair"),
        ({"half_cells": (np.zeros((30, 3)), "lfp_prada2013")}, FrameError, "two columns"),
        ({"half_cells": (np.full((30, 2), np.nan), "lfp_prada2013")}, FrameError, "lacks a value"),
        ({"fixed": {"lam": 0.0}}, ParameterError, "Did you mean lam_"),
        ({"fixed": {"lli": 5}}, ParameterError, "fraction"),
        ({"confidence": 95}, ParameterError, "confidence"),
        ({"points": 3}, ParameterError, "points"),
        ({"points": 50.5}, ParameterError, "whole number"),
        ({"half_cells": None}, ParameterError, "a pair"),
        ({"half_cells": {"negative": "a", "positive": "b"}}, ParameterError, "a pair"),
        ({"half_cells": ((SHARE, SHARE[:-5]), "lfp_prada2013")}, FrameError, "as many"),
        ({"half_cells": ([["x", "y"]] * 30, "lfp_prada2013")}, FrameError, "columns of numbers"),
        ({"half_cells": (FALLING * [1, 150], "lfp_prada2013")}, FrameError, "in volts"),
        ({"half_cells": (FALLING + np.array([0, 3]), FALLING)}, ParameterError, "Exchange them"),
        ({"fixed": {"lli": "a"}}, ParameterError, "fraction"),
        ({"reference": [0]}, ParameterError, "reference is a cycle number"),
        ({"tolerance_volt": 0}, ParameterError, "tolerance_volt"),
        ({"derivative_weight": -1}, ParameterError, "derivative_weight"),
        ({"reference": "fresh"}, ParameterError, "reference is a cycle number"),
        ({"reference": {LITHIUM_INVENTORY: 1.0}}, FrameError, "it lacks"),
        ({"cycles": 7}, MissingDataError, "No cycle has the number 7"),
    ],
)
def test_what_cannot_be_meant_is_refused(life, change, error, message):
    with pytest.raises(error, match=message):
        degradation_modes(life, **{"half_cells": "chen2020", **change})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.c_[np.linspace(0, 3, 30), np.linspace(1, 0, 30)], "lithiated shares"),
        (np.c_[np.linspace(0, 1, 30), np.linspace(0, 1, 30)], "rises with stoichiometry"),
    ],
)
def test_a_half_cell_table_says_what_is_wrong(life, table, message):
    with pytest.raises(FrameError, match=message):
        degradation_modes(life, half_cells=(table, "nmc811_chen2020"))


def test_no_rows_give_no_rows(life, modes):
    found = degradation_modes(life.iloc[:0], half_cells="chen2020")
    assert len(found) == 0
    assert found.columns.tolist() == modes.columns.tolist()
