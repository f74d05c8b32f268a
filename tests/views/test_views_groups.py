"""Marks on fades, bands of groups, columns along life, distributions, parallel coordinates."""

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
from bokeh.models import GlyphRenderer, Title
from made_fades import facts, fleet

from bdg_explore import analysis, views
from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CATHODE,
    CELL,
    COULOMBIC_EFFICIENCY,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    END_OF_LIFE,
    ENERGY_EFFICIENCY,
    EQUIVALENT_FULL_CYCLES,
    INTERNAL_RESISTANCE,
    KNEE,
    START_TIME,
    axis,
)
from bdg_explore.errors import FrameError, ParameterError
from bdg_explore.views.theme import CATEGORICAL, ordered

RIGHTS = [{"dataset": "made-up", "licence": "CC0-1.0", "access": "open", "doi": None,
           "kind": "synthetic", "citation": None, "synthetic": True}]  # fmt: skip


def elements(picture, kind, label=None):
    found = [e for e in picture.traverse(lambda e: e) if type(e) is kind]
    return [e for e in found if label is None or e.label == label]


def legend(plot) -> list[str]:
    return [item.label.value for one in plot.state.legend for item in one.items]


@pytest.fixture
def cycles():
    """Ten cells, 300 cycles; cell k has lost (k + 1) parts in 10,000 a cycle."""
    made = fleet(10, 300)
    made[START_TIME] = 43_200.0 * made[CYCLE]
    made[EQUIVALENT_FULL_CYCLES] = 0.9 * made[CYCLE]
    made[COULOMBIC_EFFICIENCY] = 0.999 + 1e-4 * np.sin(made[CYCLE])
    made.attrs["rights"] = RIGHTS
    return made


# --- marks on fades -------------------------------------------------------------------------------


def test_ends_of_life_stand_on_the_curves_and_the_alive_are_hollow(cycles, rendered):
    lives = analysis.end_of_life(cycles, threshold_ah=0.8)
    picture = views.capacity_fade(cycles, lives=lives)
    (ended,) = elements(picture, hv.Scatter, "end of life")
    (alive,) = elements(picture, hv.Scatter, "not reached")
    assert len(ended) == (~lives["censored"]).sum() == 4
    assert len(alive) == 6
    table = ended.dframe().set_index(CELL)
    assert table[CYCLE].to_dict() == lives.loc[table.index, END_OF_LIFE].to_dict()
    np.testing.assert_allclose(table[CYCLE_DISCHARGING_CAPACITY], 0.8, atol=2e-3)
    assert table["told"].iloc[-1] == "end of life at cycle 201"
    assert alive.dframe()["told"].unique().tolist() == ["not reached by cycle 300"]
    plot = rendered(picture)
    assert {"end of life", "not reached"} <= set(legend(plot))
    hollow = [
        r.glyph.fill_color
        for r in plot.state.renderers
        if isinstance(r, GlyphRenderer) and "told" in r.data_source.data
    ]
    assert None in hollow and len(hollow) == 2


def test_marks_follow_another_axis_and_a_relative_height(cycles):
    lives = analysis.end_of_life(cycles, threshold_ah=0.8)
    picture = views.capacity_fade(
        cycles, y="soh", reference_ah=2.0, x=EQUIVALENT_FULL_CYCLES, lives=lives
    )
    (ended,) = elements(picture, hv.Scatter, "end of life")
    np.testing.assert_allclose(
        ended.dframe()[EQUIVALENT_FULL_CYCLES],
        0.9 * lives.loc[ended.dframe()[CELL], END_OF_LIFE],
    )
    np.testing.assert_allclose(ended.dframe().iloc[:, 1], 0.4, atol=1e-3)


def test_knees_have_their_interval_as_a_bar_and_no_knee_has_no_mark():
    k = np.arange(1, 401)
    noise = np.random.default_rng(0).normal(0, 1e-3, (2, 400))
    bent = 1 - 1e-4 * k - 1e-3 * np.maximum(k - 300, 0) + noise[0]
    frame = pd.concat(
        pd.DataFrame({CELL: name, CYCLE: k, CYCLE_DISCHARGING_CAPACITY: values})
        for name, values in (("s/bent", bent), ("s/straight", 1 - 1e-4 * k + noise[1]))
    )
    knees = analysis.find_knee(frame)
    picture = views.capacity_fade(frame, knees=knees)
    (marks,) = elements(picture, hv.Scatter, "knee")
    assert marks.dframe()[CELL].tolist() == ["s/bent"]
    assert marks.dframe()[CYCLE].iloc[0] == pytest.approx(knees.loc["s/bent", KNEE])
    (bars,) = elements(picture, hv.Segments)
    row = bars.dframe().iloc[0]
    assert row.iloc[0] == pytest.approx(knees.loc["s/bent", "knee_lower_cycle"])
    assert row["x1"] == pytest.approx(knees.loc["s/bent", "knee_upper_cycle"])
    alone = frame[frame[CELL] == "s/bent"].drop(columns=CELL)
    picture = views.capacity_fade(alone, knees=analysis.find_knee(alone))
    assert len(elements(picture, hv.Scatter, "knee")) == 1


def test_two_thresholds_are_two_lines_and_labels_may_be_left_out(cycles, rendered):
    few = cycles[cycles[CELL] < "made-up/c0003"]
    picture = views.capacity_fade(few, y="soh", reference_ah=1.0, threshold=(0.8, 0.9))
    assert [line.data for line in elements(picture, hv.HLine)] == [0.8, 0.9]
    assert elements(picture, hv.Labels)
    bare = views.capacity_fade(few, labels=False)
    assert not elements(bare, hv.Labels)
    assert rendered(bare).state.legend[0].visible


def test_a_table_without_what_is_to_be_marked_is_refused(cycles):
    with pytest.raises(FrameError, match="no column knee_cycle"):
        views.capacity_fade(cycles, knees=analysis.end_of_life(cycles, threshold_ah=0.8))


# --- bands ----------------------------------------------------------------------------------------


def test_a_band_a_group_with_its_count_solid_while_all_live(cycles, rendered):
    short = cycles[(cycles[CELL] != "made-up/c0000") | (cycles[CYCLE] <= 150)]
    cells = facts(cycles)
    bands = analysis.group_bands(short, by=CATHODE, cells=cells, quantiles=(0, 1))
    picture = views.fade_bands(bands, threshold=0.8)
    assert len(elements(picture, hv.Area)) == 2
    lines = elements(picture, hv.Curve)
    dashes = [hv.Store.lookup_options("bokeh", line, "style").kwargs["line_dash"] for line in lines]
    assert dashes == ["solid", "dotted", "solid"]  # an LFP cell ends at 150
    plot = rendered(picture)
    assert legend(plot) == ["LFP (n = 7)", "NMC811 (n = 3)"]
    figure = plot.state
    assert figure.xaxis[0].axis_label == axis(CYCLE)
    assert figure.yaxis[0].axis_label == axis(CYCLE_DISCHARGING_CAPACITY)
    assert figure.title.text == "Cathode · median, 0 to 100 %\ndotted where cells have ended"
    (credit,) = [t.text for t in figure.select({"type": Title}) if t.name == "credit"]
    assert "CC0-1.0" in credit and "synthetic" in credit


def test_groups_that_are_numbers_have_the_colours_of_the_scale(cycles):
    cells = facts(cycles, **{AMBIENT_TEMPERATURE: np.resize([10.0, 45.0], 10)})
    bands = analysis.group_bands(cycles, by=AMBIENT_TEMPERATURE, cells=cells)
    areas = elements(views.fade_bands(bands), hv.Area)
    colours = [hv.Store.lookup_options("bokeh", a, "style").kwargs["fill_color"] for a in areas]
    assert colours == [ordered(2)[0], ordered(2)[-1]]
    assert not set(colours) & set(CATEGORICAL)


@pytest.mark.parametrize("draw", [views.fade_bands, views.distribution_steps])
def test_another_table_is_refused(draw, cycles):
    with pytest.raises(FrameError, match="what analysis"):
        draw(cycles)


# --- along life -----------------------------------------------------------------------------------


def test_a_panel_a_column_over_one_axis_and_what_nobody_measured_is_told(cycles, rendered):
    columns = [COULOMBIC_EFFICIENCY, CYCLE_DISCHARGING_CAPACITY, INTERNAL_RESISTANCE]
    picture = views.along_life(cycles, columns, x="time")
    assert len(picture) == 2
    panels = list(picture)
    assert "not measured: internal resistance" in panels[0].opts.get("plot").kwargs["title"]
    line = views.fade_lines(panels[0]).dimension_values(0, expanded=False)[0]
    assert (line[0], line[-1]) == (0.5, 150.0)  # days
    low, high = panels[0].opts.get("plot").kwargs["ylim"]
    assert high - low < 2e-3  # the fourth digit is seen
    credits = [
        t.text for t in rendered(picture).state.select({"type": Title}) if t.name == "credit"
    ]
    assert len(credits) == 1


def test_what_cannot_be_drawn_along_life(cycles):
    with pytest.raises(FrameError, match="no column coulombic_efficency"):
        views.along_life(cycles, "coulombic_efficency")
    with pytest.raises(FrameError, match="no column"):
        views.along_life(cycles, COULOMBIC_EFFICIENCY, x="days")
    said = views.along_life(cycles, [ENERGY_EFFICIENCY, INTERNAL_RESISTANCE])
    assert "Nobody measured energy efficiency, internal resistance" in " ".join(said.text.split())


# --- distributions --------------------------------------------------------------------------------


def test_steps_rise_at_each_cell_and_the_alive_are_hollow(cycles, rendered):
    lives = analysis.end_of_life(cycles, threshold_ah=0.8)
    found = analysis.distribution(lives, END_OF_LIFE, by=CATHODE, cells=facts(cycles))
    picture = views.distribution_steps(found)
    dots = [e.dframe() for e in elements(picture, hv.Scatter)]
    assert sum(map(len, dots)) == 10
    alive = pd.concat(d[d["told"].str.startswith("not reached by")] for d in dots)
    assert len(alive) == 6
    line = elements(picture, hv.Curve, "LFP (n = 7)")[0].dframe()
    of_group = found[found["group"] == "LFP"]
    assert line.iloc[-1].tolist() == [300.0, of_group["share"].iloc[-1]]
    assert (np.diff(line.iloc[:, 1]) >= 0).all()
    figure = rendered(picture).state
    assert figure.xaxis[0].axis_label == axis(END_OF_LIFE)
    assert figure.yaxis[0].axis_label == "Share of cells"
    assert "6 of 10 cells not there yet" in " ".join(figure.title.text.split())
    assert [t for t in figure.select({"type": Title}) if t.name == "credit"]


# --- parallel coordinates -------------------------------------------------------------------------


def test_each_cell_is_one_line_over_its_axes(cycles, rendered):
    table = facts(cycles, life=np.arange(10.0), size=[np.nan, *range(9)])
    picture = views.parallel_coordinates(table, [CATHODE, "size", "life"])
    lines = next(e for e in picture.traverse(lambda e: e) if isinstance(e, hv.Contours))
    ups = lines.dimension_values("place", expanded=False)
    assert len(ups) == 10
    np.testing.assert_allclose(ups[0], [0, -0.14, 0])  # LFP, unknown size, the shortest life
    np.testing.assert_allclose(ups[-1], [0, 1, 1])
    np.testing.assert_allclose(ups[1], [1, 0, 1 / 9])  # NMC811
    words = [w.strip() for e in elements(picture, hv.Labels) for w in e.dimension_values("text")]
    assert {"LFP", "NMC811", "unknown", "Cathode", "life", "9"} <= set(words)
    assert not rendered(picture).state.right, "the axis of life is the key to its colours"
    other = views.parallel_coordinates(table, [CATHODE, "size"], color="life")
    assert rendered(other).state.right, "a colour bar of life"


def test_what_has_no_axes(cycles):
    table = facts(cycles, maker=[f"m{k}" for k in range(10)], life=1.0)
    same = views.parallel_coordinates(table, ["life", CATHODE], color=CATHODE)
    lines = next(e for e in same.traverse(lambda e: e) if isinstance(e, hv.Contours))
    assert lines.dimension_values("place", expanded=False)[0][0] == 0.5
    with pytest.raises(ParameterError, match="two columns"):
        views.parallel_coordinates(table, ["life"])
    with pytest.raises(FrameError, match="a column lfe"):
        views.parallel_coordinates(table, ["lfe", CATHODE])
    many = pd.concat([table.assign(maker=lambda f, k=k: f["maker"] + str(k)) for k in range(2)])
    with pytest.raises(ParameterError, match="maker has 20 categories"):
        views.parallel_coordinates(many, ["maker", "life"])
