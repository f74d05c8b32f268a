"""Bands over groups and distributions, by hand; and that cells which ended are told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bdg_explore.analysis import distribution, end_of_life, group_bands, summarize_distribution
from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CELL,
    CENSORED,
    COMPLETE,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    END_OF_LIFE,
    LAST_CYCLE,
)
from bdg_explore.errors import FrameError, MissingDataError, ParameterError


def fades(lasts=(100, 100, 60, 40), slopes=(1, 2, 3, 4)) -> pd.DataFrame:
    """Cells a, b, c, d: straight lines from 1 Ah, of some thousandths a cycle."""
    return pd.concat(
        pd.DataFrame(
            {
                CELL: name,
                CYCLE: np.arange(1, last + 1),
                CYCLE_DISCHARGING_CAPACITY: 1 - 1e-3 * slope * np.arange(1, last + 1),
            }
        )
        for name, last, slope in zip("abcd", lasts, slopes, strict=False)
    )


def lives(cycles, censored=None) -> pd.DataFrame:
    censored = [False] * len(cycles) if censored is None else censored
    return pd.DataFrame(
        {END_OF_LIFE: np.asarray(cycles, dtype=float), CENSORED: censored, LAST_CYCLE: cycles},
        index=pd.Index([f"c{k}" for k in range(len(cycles))], name=CELL),
    )


# --- bands ----------------------------------------------------------------------------------------


def test_a_band_is_of_the_cells_that_are_left():
    band = group_bands(fades(), quantiles=(0, 1), least=3).set_index(CYCLE)
    assert band.index.tolist() == list(range(1, 61))  # from 61 on two cells are left
    assert band["cell_count"].loc[[1, 40, 41, 60]].tolist() == [4, 4, 3, 3]
    assert (band["group_count"] == 4).all()
    row = band.loc[20]
    assert [row["lower"], row["median"], row["upper"]] == pytest.approx([0.92, 0.95, 0.98])
    assert band.loc[50, "median"] == pytest.approx(1 - 2e-3 * 50)  # of a, b and c


def test_groups_come_from_cells_from_cycles_or_one_by_one():
    cells = pd.DataFrame({AMBIENT_TEMPERATURE: [45.0, 10.0, 45.0, 10.0]}, index=list("abcd"))
    by_cells = group_bands(fades(), by=AMBIENT_TEMPERATURE, cells=cells, least=2)
    assert by_cells["group"].unique().tolist() == [10.0, 45.0]
    warm = fades().assign(kind=lambda f: np.where(f[CELL].isin(["a", "c"]), "x", "y"))
    for table in (
        group_bands(warm, by="kind", least=2),
        group_bands(fades(), by={"a": "x", "c": "x", "b": "y", "d": "y"}, least=2),
    ):
        assert table.groupby("group")[CYCLE].max().to_dict() == {"x": 60, "y": 40}
    some = group_bands(fades(), by={"a": "x", "b": "x"}, least=2)
    assert some["group"].unique().tolist() == ["x", "unknown"]
    few = group_bands(fades(), by={"a": "x", "b": "x", "c": "x", "d": "y"}, least=3)
    assert few.attrs["left_out"] == {"y": 1}


def test_order_of_rows_labels_and_unfinished_cycles():
    cycles = fades().assign(**{COMPLETE: True})
    spoilt = pd.concat([cycles, cycles.tail(1).assign(**{CYCLE: 41, COMPLETE: False})])
    mixed = spoilt.sample(frac=1, random_state=1)
    before = mixed.copy()
    pd.testing.assert_frame_equal(group_bands(mixed), group_bands(cycles))
    pd.testing.assert_frame_equal(mixed, before)
    assert (group_bands(spoilt, complete_only=False)["cell_count"] == 4).sum() == 41


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"by": "cathode"}, FrameError, "no column 'cathode' to group cells by"),
        ({"x": "efc"}, FrameError, "no column efc"),
        ({"value": "q"}, FrameError, "no column q"),
        ({"quantiles": (0.9, 0.1)}, ParameterError, "quantiles rise"),
        ({"least": 5}, MissingDataError, "No group has 5 cells"),
    ],
)
def test_what_cannot_be_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        group_bands(fades(), **arguments)


def test_a_group_whose_cells_lie_apart_has_no_band():
    apart = fades()
    apart[CYCLE] += 1000 * pd.factorize(apart[CELL])[0]
    with pytest.raises(MissingDataError, match=r"No group has 3 cells.*at one cycle_count"):
        group_bands(apart)
    both = pd.concat([apart, fades().assign(**{CELL: lambda f: "near " + f[CELL]})])
    of = {name: name.startswith("near") for name in both[CELL].unique()}
    bands = group_bands(both, by=of)
    assert bands["group"].unique().tolist() == [True]
    assert bands.attrs["left_out"] == {"False": 4}


# --- distributions --------------------------------------------------------------------------------


def test_without_censored_cells_it_is_the_empirical_distribution():
    found = distribution(lives([300, 100, 200, 200]), END_OF_LIFE)
    assert found[END_OF_LIFE].tolist() == [100, 200, 200, 300]
    assert found["share"].tolist() == pytest.approx([0.25, 0.75, 0.75, 1.0])
    row = summarize_distribution(found).iloc[0]
    assert row[["lower", "median", "upper"]].tolist() == [100, 200, 200]


def test_a_cell_counts_once():
    twice = lives([300, 100, 200, 200]).rename({"c1": "c0"})
    with pytest.raises(FrameError, match="more than one row of cell 'c0'"):
        distribution(twice, END_OF_LIFE)


def test_censored_cells_count_as_alive_up_to_their_last_cycle():
    """The numbers of Kaplan and Meier, by hand: (1 - 1/5)(1 - 1/3)(1 - 1/1)."""
    table = lives([10, 20, 30, 40, 50], [False, True, False, True, False])
    found = distribution(table, END_OF_LIFE)
    expected = [1 - 4 / 5, 1 - 4 / 5, 1 - 4 / 5 * 2 / 3, 1 - 4 / 5 * 2 / 3, 1.0]
    assert found["share"].tolist() == pytest.approx(expected)
    summary = summarize_distribution(found).iloc[0]
    assert summary[["cell_count", "censored_count"]].tolist() == [5, 2]
    assert summary["median"] == 50
    alive = summarize_distribution(distribution(lives([10, 20], [False, True]), END_OF_LIFE))
    assert alive.iloc[0][["lower", "median"]].tolist() == [10, 10]
    none = summarize_distribution(distribution(lives([10, 20], [True, True]), END_OF_LIFE))
    assert np.isnan(none["median"].iloc[0])


def test_a_knee_that_was_not_seen_stands_at_the_last_cycle():
    table = pd.DataFrame(
        {"knee_cycle": [50.0, np.nan], CENSORED: [False, True], LAST_CYCLE: [90.0, 70.0]},
        index=["a", "b"],
    )
    found = distribution(table, "knee_cycle")
    assert found["knee_cycle"].tolist() == [50.0, 70.0]
    assert found[CENSORED].tolist() == [False, True]


def test_other_columns_are_not_censored_and_unknown_values_are_counted():
    table = lives([1, 2, 3], [True, False, False]).assign(size=[np.nan, 5.0, 4.0], maker="x")
    found = distribution(table, "size", by="maker")
    assert found["size"].tolist() == [4.0, 5.0]
    assert summarize_distribution(found).loc["x", "unknown_count"] == 1
    assert not found[CENSORED].any()
    with pytest.raises(FrameError, match="no column siz"):
        distribution(table, "siz")


def test_from_cycles_to_the_distribution_of_lives():
    table = end_of_life(fades(), threshold_ah=0.9)
    found = distribution(table, END_OF_LIFE)
    assert found[END_OF_LIFE].tolist() == [26, 34, 51, 100]
    assert found[CENSORED].tolist() == [False, False, False, True]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=30))
def test_shares_rise_and_are_those_of_the_product(cases):
    table = lives([c for c, _ in cases], [a for _, a in cases])
    found = distribution(table, END_OF_LIFE)
    share = found["share"].to_numpy()
    assert (np.diff(share) >= -1e-12).all()
    assert ((share >= -1e-12) & (share <= 1 + 1e-12)).all()
    for at, told in zip(found[END_OF_LIFE], share, strict=True):
        left = 1.0
        for t in sorted({c for c, alive in cases if not alive and c <= at}):
            risk = sum(c >= t for c, _ in cases)
            left *= 1 - sum(c == t and not alive for c, alive in cases) / risk
        assert told == pytest.approx(1 - left)
    shuffled = distribution(table.sample(frac=1, random_state=2), END_OF_LIFE)
    assert shuffled["share"].tolist() == pytest.approx(share.tolist())
