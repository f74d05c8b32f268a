"""Bars, lollipops and maps of coverage: the numbers in the elements, names and states on them."""

import holoviews as hv
import pandas as pd
import pytest

from bdg_explore import views
from bdg_explore.errors import FrameError

COUNTS = pd.DataFrame(
    [("LFP", "known", 2), ("LFP", "unverified", 3), ("LFP", "demo", 1), ("a_long_name", "known", 1),
     (None, "unknown", 4)],
    columns=["value", "state", "datasets"],
)  # fmt: skip
SHARES = pd.DataFrame(
    {
        "hub": ["one", "one", "two", "two"],
        "field": ["uid", "anode", "uid", "anode"],
        "stated": [1.0, 0.5, 1.0, 0.0],
        "verified": [1.0, 0.25, 0.5, 0.0],
        "datasets": [4, 4, 2, 2],
    }
)


def figure(picture):
    return hv.renderer("bokeh").get_plot(picture).state


def texts(drawn):
    sources = [one.data_source.data for one in drawn.renderers]
    return next(list(data["text"]) for data in sources if "text" in data)


def test_bars_are_as_long_as_their_counts_and_stand_end_to_end():
    data = views.coverage_bars(COUNTS).dframe()
    assert ((data["right"] - data["left"]) == data["datasets"]).all()
    lfp = data[data["value"] == "LFP"]
    assert lfp["state"].tolist() == ["known", "unverified", "demo"]
    assert lfp["left"].tolist() == [0, 2, 5]
    assert data["datasets"].sum() == 11


def test_numbers_names_and_textures_stand_on_the_picture():
    drawn = figure(views.coverage_bars(COUNTS, names=lambda one: one.replace("_", " ")))
    assert texts(drawn) == ["5 + 1", "1", "4"]
    assert list(drawn.yaxis[0].major_label_overrides.values()) == ["LFP", "a long name", "unknown"]
    data = drawn.renderers[0].data_source.data
    looks = dict(zip(data["state"], data["pattern"], strict=True))
    assert len({looks["known"], looks["unverified"], looks["demo"]}) == 3  # not by colour alone
    drawn = figure(views.coverage_bars(COUNTS, ends="known", legend=True))
    assert texts(drawn) == ["2 known", "1 known", "0 known"]
    labels = [item.label.value for item in drawn.above[-1].items]
    assert labels == ["known", "unverified", "unknown", "demo"]


def test_values_beyond_the_most_become_one_bar_that_says_so():
    many = pd.DataFrame({"value": list("abcdef"), "state": "known", "datasets": [9, 5, 3, 2, 2, 1]})
    groups = views.bar_groups(many, most=4)
    assert groups == {"a": ["a"], "b": ["b"], "c": ["c"], "3 others": ["d", "e", "f"]}
    data = views.coverage_bars(many, most=4).dframe()
    assert data.set_index("value")["datasets"].to_dict() == {"a": 9, "b": 5, "c": 3, "3 others": 5}
    assert views.bar_groups(COUNTS)["unknown"] == [None]


def test_what_was_not_chosen_fades():
    data = views.coverage_bars(COUNTS, chosen=["LFP"]).dframe()
    bright = data[data["value"] == "LFP"].set_index("state")["alpha"]
    assert bright["known"] == 1
    assert (data.loc[data["value"] != "LFP", "alpha"] <= 0.25).all()
    unknown = views.coverage_bars(COUNTS, chosen=[None]).dframe()
    assert unknown.loc[unknown["value"] == "LFP", "alpha"].max() <= 0.25


def test_lollipops_reach_from_verified_to_stated():
    scores = pd.DataFrame(
        {"hub": ["x", "y"], "stated": [1.0, 0.5], "verified": [0.25, 0.5], "datasets": [3, 1]}
    )
    picture = views.completeness_lollipops(scores)
    (lines,) = picture.traverse(lambda one: one, [hv.Segments])
    assert lines.dimension_values("x0").tolist() == [0.25, 0.5]
    assert lines.dimension_values("x1").tolist() == [1.0, 0.5]
    assert figure(picture).xaxis[0].axis_label == "Share of the seven primary fields / %"


def test_the_map_has_a_tile_and_a_number_for_each_hub_and_field():
    picture = views.completeness_map(SHARES, names=str.upper)
    (tiles,) = picture.traverse(lambda one: one, [hv.Rectangles])
    assert tiles.dimension_values("stated").tolist() == [1.0, 0.5, 1.0, 0.0]
    (words,) = picture.traverse(lambda one: one, [hv.Labels])
    assert words.dimension_values("text").tolist() == ["100", "50", "100", "0"]
    names = figure(picture).above[0].major_label_overrides.values()
    assert list(names) == ["UID", "ANODE"]


@pytest.mark.parametrize(
    ("draw", "table"),
    [(views.coverage_bars, COUNTS), (views.completeness_map, SHARES),
     (views.completeness_lollipops, SHARES.drop(columns="field"))],
)  # fmt: skip
def test_input_is_left_alone_and_a_missing_column_is_told(draw, table):
    before = table.copy()
    draw(table)
    pd.testing.assert_frame_equal(table, before)
    with pytest.raises(FrameError, match="datasets"):
        draw(table.drop(columns="datasets"))
    assert isinstance(draw(table.iloc[:0]), hv.Text)
