"""Knees, on fades whose bend is known, and on the cells whose knees are published."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bdg_explore as bdg
from bdg_explore.analysis import find_knee
from bdg_explore.analysis.ageing.broken_lines import SIDE, BrokenLines
from bdg_explore.columns import CELL, COMPLETE, CYCLE, CYCLE_DISCHARGING_CAPACITY
from bdg_explore.errors import FrameError, MissingDataError, ParameterError

METHODS = ("bacon_watts", "kneedle", "bisector")


def fade(values, cycles=None, cell=None) -> pd.DataFrame:
    made = pd.DataFrame(
        {
            CYCLE: np.arange(1, len(values) + 1) if cycles is None else cycles,
            CYCLE_DISCHARGING_CAPACITY: np.asarray(values, dtype=float),
        }
    )
    return made if cell is None else made.assign(**{CELL: cell})


def bent(last=800, breaks=(600,), slopes=(-1e-4, -1e-3), noise=1e-4, seed=0) -> np.ndarray:
    """A line from 1 Ah that bends at cycles; noise is Gaussian."""
    k = np.arange(1, last + 1)
    values = 1 + slopes[0] * k
    for at, before, after in zip(breaks, slopes[:-1], slopes[1:], strict=True):
        values = values + (after - before) * np.maximum(k - at, 0)
    return values + np.random.default_rng(seed).normal(0, noise, last)


def one(values, **arguments) -> pd.Series:
    return find_knee(fade(values), **arguments).iloc[0]


# --- a number by hand -----------------------------------------------------------------------------


def test_the_synthetic_fade_of_two_lines():
    row = one(bent())
    assert row["knee_cycle"] == pytest.approx(600.01, abs=0.02)
    assert row["knee_lower_cycle"] < row["knee_cycle"] < row["knee_upper_cycle"]
    assert row["knee_upper_cycle"] - row["knee_lower_cycle"] < 0.2
    before, after = row["slope_before_ah_per_cycle"], row["slope_after_ah_per_cycle"]
    assert (before + after) / 2 == pytest.approx(-5.500e-4, abs=5e-8)  # a1 of Bacon and Watts
    assert (after - before) / 2 == pytest.approx(-4.500e-4, abs=5e-8)  # a2
    assert row["knee_capacity_ah"] == pytest.approx(0.94, abs=1e-4)
    assert not row["censored"]
    assert row["reason"] == ""
    assert abs(row["residual_autocorrelation"]) < 0.1


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_corner_of_two_lines(method):
    row = one(bent(noise=0), method=method, smoothing_cycles=1)
    assert row["knee_cycle"] == pytest.approx(600, abs=1.0)
    assert row["method"] == method
    smooth = one(bent(), method=method)
    assert smooth["knee_cycle"] == pytest.approx(600, abs=12)  # it rounds the corner


def test_only_bacon_watts_has_an_onset_and_intervals():
    row = one(bent(800, (400, 600), (-1e-4, -5e-4, -1.5e-3)), method="kneedle")
    assert row[["onset_cycle", "knee_lower_cycle", "knee_upper_cycle"]].isna().all()
    assert row["onset_reason"] == "kneedle has no onset"


def test_the_onset_is_the_first_of_two_breaks():
    row = one(bent(800, (400, 600), (-1e-4, -5e-4, -1.5e-3)))
    assert row["onset_cycle"] == pytest.approx(400, abs=2)
    assert row["bend_end_cycle"] == pytest.approx(600, abs=1)
    assert row["onset_cycle"] < row["knee_cycle"] < row["bend_end_cycle"]
    assert row["onset_lower_cycle"] < 400 < row["onset_upper_cycle"]
    assert row["onset_reason"] == ""


def test_a_sharp_knee_has_no_onset():
    row = one(bent())
    assert np.isnan(row["onset_cycle"])
    assert row["onset_reason"].startswith("one break does as well as two")


@pytest.mark.parametrize("count", [12, 20, 60, 200, 500])
def test_a_sharp_knee_without_any_noise_has_no_onset_in_its_rounding(count):
    for at in np.linspace(0.3, 0.8, 11) * count:
        row = one(bent(count, (at,), (-1e-4, -1e-3), noise=0))
        assert row["knee_cycle"] == pytest.approx(at, abs=0.02)
        assert np.isnan(row["onset_cycle"])


def test_the_end_of_a_rise_is_no_onset():
    row = one(bent(800, (80, 600), (1e-4, -1e-4, -1e-3)))
    assert row["knee_cycle"] == pytest.approx(600, abs=5)
    assert np.isnan(row["onset_cycle"])
    assert row["onset_reason"] == "capacity does not fall before its first break, cycle 80"


def test_state_of_health_at_the_knee_needs_a_named_reference():
    assert "knee_state_of_health" not in find_knee(fade(bent())).columns
    two = pd.concat([fade(bent(), cell="a"), fade(2 * bent(), cell="b")])
    found = find_knee(two, reference_ah={"a": 1.0, "b": 4.0})["knee_state_of_health"]
    assert found.tolist() == pytest.approx([0.94, 0.47], abs=1e-4)
    initial = find_knee(two, reference="initial")["knee_state_of_health"]
    assert initial.tolist() == pytest.approx([0.94, 0.94], abs=1e-3)


# --- the search is exact --------------------------------------------------------------------------


def least_by_hand(x, y, count) -> dict[tuple[float, ...], float]:
    """Sum of squares for every set of breaks, each by a least squares of its own."""
    found = {}
    for at in combinations(range(SIDE - 1, len(x) - SIDE + 1), count):
        if count == 2 and at[1] - at[0] < SIDE:
            continue
        breaks = tuple(x[list(at)])
        design = np.stack([np.ones_like(x), x, *(np.maximum(x - c, 0) for c in breaks)], axis=1)
        rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        found[breaks] = float(rest @ rest) / float(np.var(y))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_no_break_and_no_pair_of_breaks_is_better(seed):
    rng = np.random.default_rng(seed)
    x = np.sort(rng.choice(300, 30, replace=False)).astype(float)
    y = 1 - 1e-3 * x - 2e-3 * np.maximum(x - 150, 0) + rng.normal(0, 0.05, 30)
    lines = BrokenLines(x, y)
    single, double = least_by_hand(x, y, 1), least_by_hand(x, y, 2)
    assert lines.squares_once(lines.breaks()) == pytest.approx(list(single.values()))
    assert lines.squares_once(np.array([lines.once()]))[0] <= min(single.values()) * (1 + 1e-9)
    _, _, rest = lines.fit(*lines.twice())
    assert float(rest @ rest) / float(np.var(y)) <= min(double.values()) * (1 + 1e-9)
    profile = lines.squares_twice(np.inf)
    for at, least in zip(lines.breaks(), profile, strict=True):
        same = [left for pair, left in double.items() if pair[0] == pytest.approx(at)]
        assert least == pytest.approx(min(same, default=np.inf), rel=1e-6)


def test_blocks_of_pairs_are_left_out_without_losing_the_best():
    values = bent(400, (150, 280), (-1e-4, -3e-4, -1.2e-3), noise=3e-3, seed=3)
    lines = BrokenLines(np.arange(400.0), values)
    every = np.arange(len(lines.breaks()))
    left = lines._two_breaks(lines._all, every[:, None], every[None, :])
    first, second = np.unravel_index(int(np.argmin(left)), left.shape)
    assert lines.twice() == pytest.approx((lines.breaks()[[first, second]]), abs=1.0)
    looked = sum(rows.size * columns.shape[1] for rows, columns, _ in lines._candidates(left.min()))
    assert looked < 0.2 * left.size  # and it is worth it
    enough = 1.05 * left.min()
    asked = left.min(axis=1) <= enough
    np.testing.assert_array_equal(lines.squares_twice(enough)[asked], left.min(axis=1)[asked])


# --- no knee is an answer -------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.linspace(1, 0.8, 300), "a straight line does as well up to cycle 300"),
        (bent(300, (), (-5e-4,), noise=1e-3), "a straight line does as well"),
        (np.ones(50), "a straight line does as well"),
        (bent(400, (100,), (-1e-3, -1e-4)), "fade slows down at its best break, cycle 100"),
        (1 - 0.01 * np.sqrt(np.arange(500)), "fade slows down"),
        (bent(400, (200,), (1e-5, -1e-3)), "capacity does not fall before its best break"),
        (bent(800, (790,), (-1e-4, -1e-2)), "lies in the last 5 % of the record"),
        (bent(800, (15,), (-1e-4, -1e-2)), "lies in the first 5 % of the record"),
        (bent()[:9], "9 measured cycles are too few: 10 are needed"),
        ([], "0 measured cycles are too few"),
        (np.full(30, np.nan), "0 measured cycles are too few"),
    ],
)
def test_no_knee_has_a_reason_and_no_number(values, says, method):
    row = one(values, method=method)
    assert says in row["reason"]
    assert row["censored"]
    numbers = ["knee_cycle", "knee_lower_cycle", "knee_upper_cycle", "knee_capacity_ah"]
    assert row[[*numbers, "onset_cycle", "onset_lower_cycle", "bend_end_cycle"]].isna().all()
    assert row["onset_reason"] == "no knee"


def test_a_life_cut_before_its_knee_is_censored_at_its_last_cycle():
    row = one(bent()[:590])
    assert row["censored"]
    assert row["last_cycle"] == 590
    assert one(bent()[:680])["knee_cycle"] == pytest.approx(600, abs=1)


def test_straight_fades_with_noise_are_not_taken_for_bent_ones():
    rng = np.random.default_rng(5)
    for length in (12, 40, 200):
        k = np.tile(np.arange(length), 300)
        lines = fade(1 - 1e-3 * k + rng.normal(0, 2e-3, len(k)), cycles=k)
        found = find_knee(lines.assign(**{CELL: np.repeat(np.arange(300), length)}))
        assert found["knee_cycle"].notna().sum() <= 4, length


def test_intervals_cover_the_truth():
    rng = np.random.default_rng(6)
    lives, k = 120, np.arange(1, 201)
    truth = 1 - 1e-4 * k - 4e-4 * np.maximum(k - 70.4, 0) - 1e-3 * np.maximum(k - 130.3, 0)
    sharp = 1 - 1e-4 * k - 1e-3 * np.maximum(k - 110.3, 0)
    names = np.repeat(np.arange(lives), len(k))

    def found(values):
        noisy = np.tile(values, lives) + rng.normal(0, 2e-3, len(names))
        return find_knee(fade(noisy, cycles=np.tile(k, lives)).assign(**{CELL: names}))

    knees, onsets = found(sharp), found(truth).dropna(subset=["onset_cycle"])
    assert knees["knee_lower_cycle"].le(110.3).mul(knees["knee_upper_cycle"].ge(110.3)).mean() > 0.9
    assert len(onsets) > 110
    held = onsets["onset_lower_cycle"].le(70.4) & onsets["onset_upper_cycle"].ge(70.4)
    assert 0.9 < held.mean() <= 1
    narrow = find_knee(fade(sharp + rng.normal(0, 2e-3, 200)), confidence=0.5).iloc[0]
    assert narrow["knee_upper_cycle"] - narrow["knee_lower_cycle"] < 5


# --- what records are like ------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0, 1, 300, 650, 798, 799])
@pytest.mark.parametrize("value", [0.1, 1.6])
def test_a_cycle_that_failed_moves_no_knee(at, value):
    values = bent()
    values[at] = value
    row = one(values)
    assert row["stray_count"] == 1
    assert row["measured_count"] == 800
    assert row["knee_cycle"] == pytest.approx(600, abs=0.2)
    kept = one(values, outliers=None)
    assert kept["stray_count"] == 0
    assert np.isnan(kept["knee_cycle"]) or abs(kept["knee_cycle"] - 600) > 1


def test_noise_is_not_taken_for_failure():
    assert one(bent(noise=0.02))["stray_count"] == 0
    assert one(bent(noise=0))["stray_count"] == 0
    assert one(np.exp(-np.linspace(0, 5, 40)))["stray_count"] == 0


def test_check_ups_that_end_in_a_sudden_fall_keep_it():
    values = np.append(np.linspace(1, 0.95, 16), [0.85, 0.75])
    row = find_knee(fade(values, cycles=np.arange(18) * 50)).iloc[0]
    assert row["stray_count"] == 0
    assert row["knee_cycle"] == pytest.approx(750, abs=1)
    values[8] = 0.3
    again = find_knee(fade(values, cycles=np.arange(18) * 50)).iloc[0]
    assert again["stray_count"] == 1
    assert again["knee_cycle"] == pytest.approx(750, abs=1)


def test_a_step_is_not_an_onset():
    values = bent(noise=1e-4)
    values[300:] -= 0.01  # as after a pause
    row = one(values)
    assert row["knee_cycle"] == pytest.approx(600, abs=15)
    assert not 298 < row["onset_cycle"] < 303


def test_sparse_check_ups_between_many_cycles():
    k = np.arange(0, 1000, 40)
    row = find_knee(fade(bent(1000)[k], cycles=k + 1)).iloc[0]
    assert row["knee_cycle"] == pytest.approx(600, abs=3)


def test_unfinished_unmeasured_and_repeated_cycles():
    cycles = fade(bent()).assign(**{COMPLETE: True})
    cycles.loc[[5, 300], COMPLETE] = False
    cycles.loc[[5, 300], CYCLE_DISCHARGING_CAPACITY] = 0.2
    cycles.loc[700, CYCLE_DISCHARGING_CAPACITY] = np.nan
    row = find_knee(pd.concat([cycles, cycles.iloc[100:120]])).iloc[0]
    assert row["measured_count"] == 797
    assert row["stray_count"] == 0
    assert row["knee_cycle"] == pytest.approx(600, abs=0.1)
    every = find_knee(cycles, complete_only=False, outliers=None).iloc[0]
    assert every["measured_count"] == 799


def test_one_row_a_cell_in_the_order_of_the_frame():
    cells = {"z": bent(), "line": bent(300, (), (-1e-4,)), "a": bent(800, (400,)), "short": [1.0]}
    table = find_knee(pd.concat([fade(values, cell=name) for name, values in cells.items()]))
    assert table.index.tolist() == ["z", "line", "a", "short"]
    assert table.index.name == CELL
    assert table["censored"].tolist() == [False, True, False, True]
    assert table["knee_cycle"].round().tolist()[::2] == [600, 400]
    assert table["reason"].eq("").tolist() == [True, False, True, False]
    none = find_knee(fade([], cell="a"))
    assert len(none) == 0
    assert none.columns.tolist() == table.columns.tolist()
    assert none.dtypes.tolist() == table.dtypes.tolist()


def test_smoothing_is_a_choice_that_shows():
    noisy = bent(noise=5e-3)
    assert one(noisy, method="kneedle")["knee_cycle"] == pytest.approx(600, abs=30)
    raw = one(noisy, method="kneedle", smoothing_cycles=1)["knee_cycle"]
    assert raw != one(noisy, method="kneedle", smoothing_cycles=41)["knee_cycle"]
    all_of_it = [one(noisy, method="bisector", smoothing_cycles=n) for n in (799, 800, 5000)]
    assert len({row["knee_cycle"] for row in all_of_it}) == 1
    with pytest.raises(ParameterError, match="takes the points as measured"):
        one(noisy, smoothing_cycles=21)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"method": "knedle"}, "Did you mean kneedle"),
        ({"evidence": -1}, "difference of BIC"),
        ({"margin": 0.5}, "below one half"),
        ({"outliers": 0}, "None for none"),
        ({"smoothing_cycles": 0}, "at least 1"),
        ({"tangent_share": 0.6}, "up to one half"),
        ({"confidence": 95}, "between 0 and 1"),
        ({"reference_ah": 1.0, "reference": "initial"}, "Both were given"),
    ],
)
def test_what_cannot_be_is_refused(arguments, says):
    with pytest.raises(ParameterError, match=says):
        one(bent(), **arguments)


def test_a_missing_capacity_column_is_named():
    with pytest.raises(FrameError, match="Did you mean cycle_discharging_capacity_ah"):
        one(bent(), capacity="cycle_discharge_capacity_ah")


# --- what must always hold ------------------------------------------------------------------------

lives = st.builds(
    bent,
    last=st.integers(60, 240),
    breaks=st.tuples(st.integers(20, 40)),
    slopes=st.tuples(st.floats(-1e-3, -1e-4), st.floats(-9e-3, -2e-3)),
    noise=st.sampled_from([1e-4, 1e-3]),
    seed=st.integers(0, 10_000),
)
few = settings(max_examples=12)
EACH = pytest.mark.parametrize("method", METHODS)
PLACES = ("knee_cycle", "knee_lower_cycle", "knee_upper_cycle", "onset_cycle", "bend_end_cycle")


@EACH
@given(values=lives, shift=st.integers(-1000, 100_000))
@few
def test_counting_from_another_cycle_shifts_the_knee(values, shift, method):
    before = find_knee(fade(values), method=method).iloc[0]
    cycles = np.arange(1, len(values) + 1) + shift
    after = find_knee(fade(values, cycles=cycles), method=method).iloc[0]
    for name in PLACES:
        assert after[name] - shift == pytest.approx(before[name], abs=0.02, nan_ok=True)
    assert after["censored"] == before["censored"]


@EACH
@given(values=lives, factor=st.floats(1e-3, 1e3))
@few
def test_another_unit_of_capacity_moves_no_knee(values, factor, method):
    before = find_knee(fade(values), method=method).iloc[0]
    after = find_knee(fade(values * factor), method=method).iloc[0]
    for name in PLACES:
        assert after[name] == pytest.approx(before[name], abs=0.02, nan_ok=True)
    for name in ("knee_capacity_ah", "slope_after_ah_per_cycle"):
        assert after[name] == pytest.approx(before[name] * factor, rel=1e-3, nan_ok=True)


@EACH
@given(values=lives, seed=st.integers(0, 1000))
@few
def test_neither_order_nor_labels_of_rows_matter_and_nothing_is_edited(values, seed, method):
    cycles = pd.concat([fade(values, cell="a"), fade(values[::-1], cell="b"), fade(values[:30])])
    cycles = cycles.fillna({CELL: "c"})
    given_frame = cycles.copy(deep=True)
    table = find_knee(cycles, method=method)
    pd.testing.assert_frame_equal(cycles, given_frame)
    mixed = cycles.sample(frac=1, random_state=seed).astype({CELL: "category"})
    again = find_knee(mixed, method=method).loc[["a", "b", "c"]]
    again.index = again.index.astype(table.index.dtype)
    pd.testing.assert_frame_equal(again, table)


@EACH
@given(
    length=st.integers(10, 400),
    step=st.integers(1, 50),
    start=st.floats(0.01, 300),
    lost=st.floats(-0.5, 0.9),
)
@few
def test_a_straight_line_has_no_knee(length, step, start, lost, method):
    k = np.arange(length)
    line = fade(start * (1 - lost * k / length), cycles=k * step)
    row = find_knee(line, method=method).iloc[0]
    assert np.isnan(row["knee_cycle"])
    assert "straight line" in row["reason"]


# --- real cells -----------------------------------------------------------------------------------

# knee and onset as positions in the list of capacities, which begins at this cycle
LISTED = {
    "b3c45": (1425.5, 944.2, 1),
    "b1c0": (1215.1, 1177.4, 2),
    "b2c12": (371.0, 287.0, 1),
    "b2c1": (93.0, 43.2, 1),
    "b1c2": (1683.7, 1613.0, 2),
    "b3c0": (839.9, 715.0, 1),
}


@pytest.fixture(scope="module")
def hubs(mirror: Path):
    if not (mirror / "severson").is_dir():
        pytest.skip(f"no Severson tables in {mirror}")
    return bdg.open_hubs()


@pytest.mark.parametrize("cell", LISTED)
def test_severson_knees_and_onsets_are_the_listed_ones(hubs, cell, monkeypatch):
    monkeypatch.setenv("BDG_OFFLINE", "1")
    try:
        cycles = hubs.cycles(f"severson-2019/{cell}")
    except MissingDataError as error:
        pytest.skip(f"the mirror has no capacities of {cell}: {error}")
    knee, onset, first = LISTED[cell]
    row = bdg.find_knee(cycles).iloc[0]
    assert row["knee_cycle"] == pytest.approx(knee + first - 1, abs=3)
    assert row["onset_cycle"] == pytest.approx(onset + first - 1, abs=10)


def test_severson_knees_agree_with_the_derived_labels(hubs, mirror: Path):
    path = mirror.parent / "reference" / "severson_labels.csv"
    if not path.is_file():
        pytest.skip("severson_labels.csv is not beside the mirror")
    labels = pd.read_csv(path, comment="#").set_index("cell")
    labels = labels[labels["split"].isin(["train", "test1"])]
    cells = ("severson-2019/" + labels.index).difference(["severson-2019/b2c1"])
    table = bdg.find_knee(hubs.cycles(list(cells)))
    table.index = table.index.str.split("/").str[1]
    both = table.join(labels, how="inner")
    assert len(both) >= 82
    off = (both["knee_cycle"] - both["knee_bacon_watts"]).abs()
    # those lists had been cleaned of strays, and were fitted by a local optimiser from one guess
    assert off.median() < 0.6
    assert (off > 3).sum() <= 1
    assert off.max() < 4
    early = (both["onset_cycle"] - both["knee_onset_double_bw"]).abs()
    assert early.median() < 2
    assert early[early > 10].index.isin(["b1c21", "b1c29", "b2c2"]).all()
    health = bdg.find_knee(hubs.cycles(list(cells)), reference_ah=1.1)["knee_state_of_health"]
    assert health.mean() == pytest.approx(0.925, abs=0.015)
