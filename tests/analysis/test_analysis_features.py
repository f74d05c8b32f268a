"""Features: what they are by hand, that nothing later gets in, and the published regression."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import bdg_explore as bdg
from bdg_explore.analysis import FEATURES, describe_features, life_features
from bdg_explore.columns import (
    CELL,
    CHARGING_DURATION,
    COMPLETE,
    COULOMBIC_EFFICIENCY,
    CV_CAPACITY_SHARE,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    DC_INTERNAL_RESISTANCE,
    DISCHARGING_CAPACITY,
    DURATION,
    ENERGY_EFFICIENCY,
    GAP_DURATION,
    INTERNAL_RESISTANCE,
    MAXIMUM_TEMPERATURE,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_VOLTAGE,
    MEAN_TEMPERATURE,
    MINIMUM_TEMPERATURE,
    START_TIME,
    VOLTAGE,
    column,
)
from bdg_explore.errors import FrameError, ParameterError, UnknownNameError
from bdg_explore.shipped import catalogs_folder

GRID = np.linspace(3.6, 2.0, 81)
VARIANCE = "log10_variance_capacity_difference"
FULL = [name for name, one in FEATURES.items() if "full" in one.models]


def life(last=150, cell="a", seed=0) -> pd.DataFrame:
    """A fade of one cell with everything a summary has."""
    rng = np.random.default_rng(seed)
    k = np.arange(1, last + 1)
    noise = rng.normal(0, 1e-3, (6, last))
    return pd.DataFrame(
        {
            CELL: cell,
            CYCLE: k,
            CYCLE_DISCHARGING_CAPACITY: 1.1 - 2e-4 * k + noise[0],
            CHARGING_DURATION: 800.0 + k,
            DURATION: 3600.0,
            GAP_DURATION: 0.0,
            MEAN_TEMPERATURE: 30.0 + noise[1],
            MAXIMUM_TEMPERATURE: 35.0 + noise[2],
            MINIMUM_TEMPERATURE: 28.0 + noise[2],
            INTERNAL_RESISTANCE: 0.02 - 1e-4 * np.minimum(k, 50) + 2e-4 * np.maximum(k - 50, 0),
            COULOMBIC_EFFICIENCY: 0.999 + noise[3],
            ENERGY_EFFICIENCY: 0.95 + noise[4],
            MEAN_CHARGING_VOLTAGE: 3.5 + 1e-4 * k,
            MEAN_DISCHARGING_VOLTAGE: 3.2 - 1e-4 * k,
            CV_CAPACITY_SHARE: 0.05 + 1e-4 * k,
            START_TIME: 3600.0 * k,
        }
    )


def curves(last=150, cell="a", seed=0) -> pd.DataFrame:
    """Discharge curves every tenth cycle, which fall away at low voltages as the cell ages."""
    wild = np.random.default_rng(seed).uniform(0.5, 1.5, len(GRID))
    falls = np.sort(np.random.default_rng(seed + 1).uniform(0, 1.1, len(GRID)))
    every = range(10, last + 1, 10)
    return pd.concat(
        pd.DataFrame(
            {
                CELL: cell,
                CYCLE: k,
                VOLTAGE: GRID,
                DISCHARGING_CAPACITY: falls * (1 - 1e-3 * k * np.cumsum(wild) / wild.sum()),
            }
        )
        for k in every
    )


@pytest.fixture(scope="module")
def one():
    return life_features(life(), curves=curves()).loc["a"]


def delta(frame: pd.DataFrame, late=100, early=10) -> np.ndarray:
    q = {k: f[DISCHARGING_CAPACITY].to_numpy() for k, f in frame.groupby(CYCLE)}
    return q[late] - q[early]


# --- by hand --------------------------------------------------------------------------------------


def test_statistics_of_the_difference_are_the_ones_of_scipy(one):
    d = delta(curves())
    assert one["log10_minimum_capacity_difference"] == pytest.approx(np.log10(-d.min()))
    assert one["log10_mean_capacity_difference"] == pytest.approx(np.log10(-d.mean()))
    assert one["log10_variance_capacity_difference"] == pytest.approx(np.log10(np.var(d, ddof=1)))
    assert one["log10_skewness_capacity_difference"] == pytest.approx(
        np.log10(abs(stats.skew(d, bias=True)))
    )
    assert one["log10_kurtosis_capacity_difference"] == pytest.approx(
        np.log10(stats.kurtosis(d, fisher=False, bias=True))
    )
    assert one["log10_quartile_range_capacity_difference"] == pytest.approx(np.log10(stats.iqr(d)))
    assert one["minimum_difference_voltage_volt"] == pytest.approx(GRID[np.argmin(d)])


def test_fade_features_are_the_ones_of_numpy(one):
    q = life().set_index(CYCLE)[CYCLE_DISCHARGING_CAPACITY]
    slope, intercept = np.polyfit(np.arange(2, 101), q.loc[2:100], 1)
    assert one["capacity_slope_ah_per_cycle"] == pytest.approx(slope, rel=1e-9)
    assert one["capacity_intercept_ah"] == pytest.approx(intercept)
    assert one["first_capacity_ah"] == q[2]
    assert one["window_end_capacity_ah"] == q[100]
    assert one["capacity_rise_ah"] == pytest.approx(q.loc[2:100].max() - q[2])
    late = np.polyfit(np.arange(91, 101), q.loc[91:100], 1)
    assert one["late_capacity_slope_ah_per_cycle"] == pytest.approx(late[0], rel=1e-6)
    assert one["late_capacity_intercept_ah"] == pytest.approx(late[1])
    halves = [np.polyfit(q.loc[a:b].index, q.loc[a:b], 1)[0] for a, b in ((2, 51), (52, 100))]
    assert one["capacity_slope_change_ah_per_cycle"] == pytest.approx(halves[1] - halves[0])
    assert one["measured_count"] == 99


def test_time_heat_resistance_and_efficiency_by_hand(one):
    held = life().set_index(CYCLE).loc[2:100]
    assert one["early_charging_duration_second"] == 804.0  # the mean of 802 to 806
    assert one["temperature_integral_celsius_hour"] == pytest.approx(held[MEAN_TEMPERATURE].sum())
    assert one["minimum_resistance_ohm"] == pytest.approx(0.015)
    assert one["resistance_change_ohm"] == pytest.approx((0.015 + 0.01) - 0.0198)
    assert one["mean_coulombic_efficiency"] == pytest.approx(held[COULOMBIC_EFFICIENCY].mean())
    assert one["coulombic_efficiency_deviation"] == pytest.approx(held[COULOMBIC_EFFICIENCY].std())
    assert one["mean_polarisation_volt"] == pytest.approx(0.3 + 2e-4 * 51)
    assert one["polarisation_slope_volt_per_cycle"] == pytest.approx(2e-4)
    assert one["discharging_voltage_slope_volt_per_cycle"] == pytest.approx(-1e-4)
    assert one["mean_cv_capacity_share"] == pytest.approx(0.05 + 1e-4 * 51)
    assert one["cv_capacity_share_slope_per_cycle"] == pytest.approx(1e-4)
    gaps = life().assign(**{GAP_DURATION: 900.0})
    integral = life_features(gaps)["temperature_integral_celsius_hour"].iloc[0]
    assert integral == pytest.approx(0.75 * held[MEAN_TEMPERATURE].sum())


def test_the_full_model_has_nine_features_the_discharge_model_six_the_variance_model_one():
    by_model = describe_features()["severson_models"]
    counts = {m: by_model.str.contains(m).sum() for m in ("full", "discharge", "variance")}
    assert counts == {"full": 9, "discharge": 6, "variance": 1}


def test_another_window_is_another_pair_of_curves():
    row = life_features(life(), curves=curves(), window=(1, 50), early_cycle=20).iloc[0]
    expected = np.log10(np.var(delta(curves(), 50, 20), ddof=1))
    assert row["log10_variance_capacity_difference"] == pytest.approx(expected)
    assert row["first_capacity_ah"] == life()[CYCLE_DISCHARGING_CAPACITY].iloc[0]


def test_the_capacity_and_the_resistance_may_be_named():
    frame = life().rename(columns={INTERNAL_RESISTANCE: DC_INTERNAL_RESISTANCE})
    named = frame.assign(mine=frame[CYCLE_DISCHARGING_CAPACITY] * 2, ohm=1.0)
    assert life_features(frame)["minimum_resistance_ohm"].iloc[0] == pytest.approx(0.015)
    row = life_features(named, capacity="mine", resistance="ohm").iloc[0]
    assert row["first_capacity_ah"] == pytest.approx(2 * frame[CYCLE_DISCHARGING_CAPACITY][1])
    assert row["minimum_resistance_ohm"] == 1.0
    nought = life().assign(
        **{INTERNAL_RESISTANCE: lambda f: f[INTERNAL_RESISTANCE].mask(f[CYCLE] == 60, 0)}
    )
    assert life_features(nought)["minimum_resistance_ohm"].iloc[0] > 0  # 0 Ohm is no measurement


# --- nothing later gets in ------------------------------------------------------------------------

CYCLES_OF_THREE = pd.concat([life(150, "a", 0), life(130, "b", 1), life(101, "c", 2)])
CURVES_OF_THREE = pd.concat([curves(150, "a", 0), curves(130, "b", 1), curves(100, "c", 2)])
KNOWN = life_features(CYCLES_OF_THREE, curves=CURVES_OF_THREE)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    fate=st.sampled_from(["cut", "some", "garbled", "nothing"]),
    shuffled=st.booleans(),
)
def test_later_cycles_change_nothing(seed, fate, shuffled):
    rng = np.random.default_rng(seed)
    frames = []
    for frame in (CYCLES_OF_THREE, CURVES_OF_THREE):
        later = frame[CYCLE].to_numpy() > 100
        if fate == "cut":
            changed = frame[~later]
        elif fate == "some":
            changed = frame[~later | (rng.random(len(frame)) < 0.5)]
        else:
            changed = frame.copy()
            for name in frame.columns.difference([CELL, CYCLE]):
                wild = rng.normal(0, 10, later.sum()) if fate == "garbled" else np.nan
                changed.loc[later, name] = wild
        frames.append(changed)
    cycles = frames[0].sample(frac=1, random_state=seed % 1000) if shuffled else frames[0]
    found = life_features(cycles, curves=frames[1])
    pd.testing.assert_frame_equal(found.loc[KNOWN.index], KNOWN, check_exact=False, rtol=1e-12)


def test_a_time_series_is_cut_as_curves_are():
    records = pd.read_parquet(
        catalogs_folder() / "demo" / "demo-nmc811" / "timeseries.parquet",
        filters=[(CELL, "==", "NMC811_25C_0-100_0.5-1C_a")],
    )
    summary = bdg.summarize_cycles(records)
    window = {"window": (1, 100), "early_cycle": 1}
    whole = life_features(summary, curves=records, **window)
    assert whole["log10_variance_capacity_difference"].notna().all()
    early = records[records[CYCLE] <= 100]
    alone = life_features(bdg.summarize_cycles(early), curves=early, **window)
    pd.testing.assert_frame_equal(whole, alone)


def test_cells_do_not_know_of_each_other():
    for name in "abc":
        alone = life_features(
            CYCLES_OF_THREE[CYCLES_OF_THREE[CELL] == name],
            curves=CURVES_OF_THREE[CURVES_OF_THREE[CELL] == name],
        )
        pd.testing.assert_frame_equal(alone, KNOWN.loc[[name]])


@pytest.mark.parametrize("dtype", ["object", "category", "str"])
def test_neither_labels_nor_kinds_of_text_matter_and_nothing_is_edited(dtype):
    cycles = CYCLES_OF_THREE.astype({CELL: dtype}).set_index(np.arange(len(CYCLES_OF_THREE)) % 7)
    several = CURVES_OF_THREE.astype({CELL: dtype})
    before = cycles.copy(), several.copy()
    found = life_features(cycles, curves=several)
    found.index = found.index.astype(KNOWN.index.dtype)
    pd.testing.assert_frame_equal(found, KNOWN)
    pd.testing.assert_frame_equal(cycles, before[0])
    pd.testing.assert_frame_equal(several, before[1])


def test_the_clock_may_start_anywhere_and_capacities_scale_as_they_must():
    moved = CYCLES_OF_THREE.assign(**{START_TIME: CYCLES_OF_THREE[START_TIME] + 1e7})
    pd.testing.assert_frame_equal(life_features(moved, curves=CURVES_OF_THREE), KNOWN)
    twice = [
        frame.assign(**{name: 2 * frame[name]})
        for frame, name in (
            (CYCLES_OF_THREE, CYCLE_DISCHARGING_CAPACITY),
            (CURVES_OF_THREE, DISCHARGING_CAPACITY),
        )
    ]
    found = life_features(twice[0], curves=twice[1])
    moves = {"log10(Ah)": np.log10(2), "log10(Ah²)": np.log10(4)}
    for name in FEATURES:
        unit = column(name).unit
        expected = KNOWN[name] * (2 if unit in ("Ah", "Ah/cycle") else 1) + moves.get(unit, 0)
        np.testing.assert_allclose(found[name], expected, rtol=1e-9, err_msg=name)


def test_without_a_column_of_cells_there_is_one_row():
    bare = life_features(life().drop(columns=CELL), curves=curves().drop(columns=CELL))
    assert len(bare) == 1
    np.testing.assert_array_equal(
        bare[list(FEATURES)].to_numpy(), KNOWN.loc[["a"], list(FEATURES)].to_numpy()
    )


# --- who is left out, and what is missing ---------------------------------------------------------


def test_cells_that_end_inside_the_window_have_a_reason_and_no_numbers():
    table = life_features(
        pd.concat([CYCLES_OF_THREE, life(99, "short", 5), life(60, "shorter", 6)]),
        curves=CURVES_OF_THREE,
        life_cycles={"b": 100, "c": np.nan},
    )
    assert table["reason"].ne("").sum() == 3
    assert table.loc["short", "reason"].startswith("its last cycle up to 100 is 99: it ended")
    assert table.loc["b", "reason"].startswith("its life ended at cycle 100, inside the window")
    assert table.loc[table["reason"] != "", list(FEATURES)].isna().all(axis=None)
    assert table.loc[["a", "c"], list(FEATURES)].notna().all(axis=None)
    described = describe_features(table)
    assert (described["known_count"] == 2).all()
    assert (described["missing_count"] == 0).all()


def test_check_ups_far_apart_reach_the_end_where_the_next_was_not_due():
    sparse = life(400)[lambda f: f[CYCLE] % 60 == 1]
    assert life_features(sparse)["reason"].iloc[0] == ""  # 61, and 121 was not due
    assert life_features(sparse, window=(2, 121))["reason"].iloc[0] == ""
    ended = life_features(sparse[sparse[CYCLE] <= 181], window=(2, 300))["reason"].iloc[0]
    assert ended.startswith("its last cycle up to 300 is 181: it ended inside the window, or lacks")
    hole = life_features(life()[lambda f: f[CYCLE] != 100])["reason"].iloc[0]
    assert hole.endswith("or lacks the window's end")  # it goes on, which the window cannot know


def test_a_tester_that_counts_anew_brings_no_later_life_into_the_window():
    again = life(150).assign(**{START_TIME: lambda f: f[START_TIME] + 1e7})
    again[CYCLE_DISCHARGING_CAPACITY] -= 0.3
    both = pd.concat([life(150), again]).sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(life_features(both), life_features(life(150)))
    blind = life_features(both.drop(columns=START_TIME))
    assert blind["reason"].iloc[0].startswith("cycle numbers come back, and no start_test_time")
    twice = pd.concat([life(150), life(150)[4:5]])
    assert life_features(twice)["reason"].iloc[0] == "cycle 5 stands there twice"


def test_what_is_missing_is_missing_and_says_why():
    holes = life()
    holes.loc[holes[CYCLE] == 2, CYCLE_DISCHARGING_CAPACITY] = np.nan
    holes.loc[holes[CYCLE] == 4, CHARGING_DURATION] = np.nan
    holes.loc[holes[CYCLE].isin([50, 51]), MEAN_TEMPERATURE] = np.nan
    table = life_features(holes.drop(columns=COULOMBIC_EFFICIENCY), curves=curves(90))
    why = {name: told["a"] for name, told in table.attrs["missing"].items()}
    assert set(table.columns[table.isna().any()]) == set(why)
    assert why["first_capacity_ah"] == "cycle_discharging_capacity_ah: no value at cycle 2"
    assert why["capacity_rise_ah"] == why["first_capacity_ah"]
    assert why["early_charging_duration_second"] == "charging_duration_second: no value at cycle 4"
    assert why["temperature_integral_celsius_hour"].endswith("no value at cycle 50 and 1 more")
    assert why["mean_coulombic_efficiency"].endswith("the cycles have no such column")
    assert why["log10_variance_capacity_difference"] == "no discharge curve of cycle 100"
    assert table["capacity_slope_ah_per_cycle"].notna().all()  # a line needs not every cycle
    described = describe_features(table)
    assert described.loc["first_capacity_ah", "missing_count"] == 1
    assert described.loc["first_capacity_ah", "reason"] == why["first_capacity_ah"]


def test_unfinished_cycles_count_as_cycles_but_not_their_values():
    frame = life().assign(**{COMPLETE: lambda f: f[CYCLE] != 100})
    frame.loc[frame[CYCLE] == 100, CYCLE_DISCHARGING_CAPACITY] = 9.0
    row = life_features(frame).iloc[0]
    assert row["reason"] == ""
    assert np.isnan(row["window_end_capacity_ah"])
    assert row["capacity_rise_ah"] < 0.1
    assert life_features(frame, complete_only=False)["window_end_capacity_ah"].iloc[0] == 9.0


@pytest.mark.parametrize("unknown", [pd.NA, None, np.nan])
def test_a_cycle_of_which_nobody_knows_whether_it_is_complete_counts(unknown):
    told = [unknown, *[True] * 98, False, *[True] * 50]
    for kind in ("boolean", object):
        frame = life().assign(**{COMPLETE: pd.Series(told, dtype=kind).to_numpy()})
        row = life_features(frame, window=(1, 100), early_cycle=1).iloc[0]
        assert row["first_capacity_ah"] == life()[CYCLE_DISCHARGING_CAPACITY].iloc[0]
        assert np.isnan(row["window_end_capacity_ah"])


def test_curves_that_do_not_differ_have_no_logarithm():
    same = pd.concat([curves()[lambda f: f[CYCLE] == 10].assign(**{CYCLE: k}) for k in (10, 100)])
    table = life_features(life(), curves=same)
    assert table.filter(like="capacity_difference").isna().all(axis=None)
    why = table.attrs["missing"]["log10_variance_capacity_difference"]["a"]
    assert why == "the variance of ΔQ is zero, which has no logarithm"


def test_a_cell_that_only_has_curves_has_what_they_tell():
    table = life_features(
        life(), curves=pd.concat([curves(), curves(150, "z", 3), curves(90, "y")])
    )
    assert list(table.index) == ["a", "z", "y"]
    assert table.loc["z", "log10_variance_capacity_difference"] < 0
    assert np.isnan(table.loc["z", "first_capacity_ah"])
    assert table.loc["y", "reason"] == "has no cycles, and no curve of cycle 100"


@pytest.mark.parametrize("empty", [life().iloc[:0], life().iloc[:0].drop(columns=CELL)])
def test_no_rows_give_no_numbers(empty):
    table = life_features(empty)
    assert list(table.columns) == [*FEATURES, "measured_count", "reason"]
    assert table[list(FEATURES)].isna().all(axis=None)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"window": (100, 2)}, ParameterError, "ends before it begins: cycles 100 to 2"),
        ({"window": 100}, ParameterError, "a first and a last cycle"),
        ({"window": (2.5, 100)}, ParameterError, "a first and a last cycle"),
        ({"early_cycle": "x"}, ParameterError, "early_cycle is the number of a cycle"),
        ({"life_cycles": 100}, ParameterError, "by its name, not 100"),
        ({"features": ["first_capacity"]}, UnknownNameError, "Did you mean first_capacity_ah"),
        ({"resistance": "ohms"}, FrameError, "no column ohms"),
        ({"capacity": "cap"}, FrameError, "no column cap"),
        ({"curves": curves().drop(columns=CYCLE)}, FrameError, "count_cycles"),
        ({"curves": curves().drop(columns=CELL)}, FrameError, "one has a column cell"),
    ],
)
def test_what_cannot_be_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        life_features(life(), **arguments)


def test_every_feature_is_described():
    table = describe_features()
    assert list(table.index) == list(FEATURES)
    assert table.drop(columns="severson_models").ne("").all(axis=None)
    assert table["reference"].str.contains(r"\d{4}, (?:doi 10\.\d+/|patent US \d+)").all()
    assert table.loc["log10_variance_capacity_difference", "feature_cycles"] == "100 minus 10"
    few = life_features(life(), curves=curves(), window=(1, 50), features=FULL[:2])
    assert describe_features(few)["feature_cycles"].tolist() == ["50 minus 10"] * 2


# --- published numbers ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def severson(mirror: Path) -> pd.DataFrame:
    """Features of the train and test1 cells, with their split and their published life."""
    folder = mirror / "severson"
    if not folder.is_dir():
        pytest.skip(f"no Severson tables in {mirror}")
    parts = ("train", "test1")
    fades = pd.concat([pd.read_parquet(folder / f"capacity_{p}.parquet") for p in parts])
    wide = pd.concat([pd.read_parquet(folder / f"qdlin_{p}.parquet") for p in parts])
    wide = wide[wide["cycle"].isin([9, 10, 99, 100])]
    several = pd.DataFrame(
        {
            CELL: np.repeat(wide["cell"].to_numpy(), 1000),
            CYCLE: np.repeat(wide["cycle"].to_numpy(), 1000),
            VOLTAGE: np.tile(np.linspace(3.6, 2.0, 1000), len(wide)),
            DISCHARGING_CAPACITY: np.concatenate(wide["qdlin"].to_numpy()),
        }
    )
    cycles = fades.rename(
        columns={"cycle": CYCLE, "discharge_capacity_ah": CYCLE_DISCHARGING_CAPACITY}
    )
    cells = pd.concat([pd.read_csv(folder / f"cells_{p}.csv") for p in parts]).set_index("cell")
    table = life_features(cycles, curves=several)
    assert len(table) == 84
    assert table["reason"].eq("").all()
    one_off = life_features(
        cycles, curves=several, window=(2, 99), early_cycle=9, features=[VARIANCE]
    )
    told = table.assign(one_off=one_off[VARIANCE])
    return cells[["split", "cycle_life"]].join(told)


def fitted(table: pd.DataFrame, names: list[str], target: str) -> tuple[np.ndarray, pd.Series]:
    """Fit log10 of a life by least squares on train; return what was found, and all lives told."""
    design = np.column_stack([np.ones(len(table)), *(table[name] for name in names)])
    train = (table["split"] == "train").to_numpy()
    found = np.linalg.lstsq(design[train], np.log10(table.loc[train, target]), rcond=None)[0]
    return found, pd.Series(10 ** (design @ found), index=table.index)


def errors(off: pd.Series) -> tuple[float, float]:
    return float(np.sqrt((off**2).mean())), float(off.abs().mean())


def test_the_variance_model_gives_the_published_errors(severson):
    (intercept, slope), told = fitted(severson, [VARIANCE], "cycle_life")
    assert intercept == pytest.approx(1.346321, abs=1e-4)
    assert slope == pytest.approx(-0.395814, abs=1e-4)
    off = told - severson["cycle_life"]
    rows = {part: severson["split"] == part for part in ("train", "test1")}
    rows["test1 without b2c1"] = rows["test1"] & (severson["cycle_life"] != 148)
    for part, count, rmse, mae, mape in (
        ("train", 41, 103.57, 88.58, 14.12),
        ("test1", 43, 137.90, 99.24, 14.75),
        ("test1 without b2c1", 42, 138.33, 98.78, 13.20),
    ):
        here = off[rows[part]]
        assert len(here) == count
        assert errors(here) == pytest.approx((rmse, mae), abs=0.02)
        assert 100 * (here / severson["cycle_life"]).abs().mean() == pytest.approx(mape, abs=0.01)
    train = severson[rows["train"]]
    correlation = np.corrcoef(train[VARIANCE], np.log10(train["cycle_life"]))[0, 1]
    assert correlation == pytest.approx(-0.904, abs=0.001)


def test_one_cycle_off_is_told_by_its_errors(severson):
    _, told = fitted(severson, ["one_off"], "cycle_life")
    off = told - severson["cycle_life"]
    assert errors(off[severson["split"] == "train"])[0] == pytest.approx(108.1, abs=0.1)
    assert errors(off[severson["split"] == "test1"])[0] == pytest.approx(143.3, abs=0.1)


def test_the_variance_model_of_0p935_lives_gives_the_listed_errors(severson, mirror: Path):
    path = mirror.parent / "reference" / "severson_labels.csv"
    if not path.is_file():
        pytest.skip("severson_labels.csv is not beside the mirror")
    labels = pd.read_csv(path, comment="#")
    lives = pd.concat(  # in the order of the cells of each split
        labels.loc[labels["split"] == part, "n_0p935_sustained3"] for part in ("train", "test1")
    )
    table = severson.assign(life=lives.to_numpy())
    assert (table["life"] < table["cycle_life"]).all()
    found, told = fitted(table, [VARIANCE], "life")
    assert found == pytest.approx([1.27480, -0.40633], abs=1e-4)
    off = told - table["life"]
    assert errors(off[table["split"] == "train"]) == pytest.approx((93.6, 79.1), abs=0.1)
    assert errors(off[table["split"] == "test1"]) == pytest.approx((131.2, 91.9), abs=0.1)
