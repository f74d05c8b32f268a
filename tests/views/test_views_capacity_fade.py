"""What is in the fade picture: the data of the element, the words on the axes."""

import ast
import json
import subprocess
import sys
import time
from pathlib import Path

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
from bokeh.core.serialization import Serializer
from bokeh.models import ColorBar, GlyphRenderer, HoverTool, MultiLine
from made_fades import facts, fleet

from bdg_explore import views
from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CATHODE,
    CELL,
    COMPLETE,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    EQUIVALENT_FULL_CYCLES,
    KIND,
    NOMINAL_CAPACITY,
    STATE_OF_HEALTH,
    axis,
)
from bdg_explore.errors import FrameError, ParameterError
from bdg_explore.views import capacity_fade, fade_cells, fade_lines
from bdg_explore.views.theme import CATEGORICAL, OTHER


def values(picture, name: str) -> list[np.ndarray]:
    return list(fade_lines(picture).dimension_values(name, expanded=False))


def glyphs(plot):
    return [r for r in plot.state.renderers if isinstance(r, GlyphRenderer)]


def lines_glyph(plot):
    return next(r for r in glyphs(plot) if isinstance(r.glyph, MultiLine))


def texts(picture) -> list[str]:
    found = [e for e in picture.traverse(lambda e: e) if isinstance(e, hv.Text | hv.Labels)]
    return [
        text
        for element in found
        for text in (
            [element.text] if isinstance(element, hv.Text) else element.dimension_values("text")
        )
    ]


def title(plot) -> str:
    return plot.state.title.text


# --- the data and the words -----------------------------------------------------------------------


def test_the_curves_are_the_data_and_the_axes_say_what_they_are(rendered):
    cycles = fleet(3, 100)
    picture = capacity_fade(cycles)
    assert fade_cells(picture) == ["made-up/c0000", "made-up/c0001", "made-up/c0002"]
    assert [len(line) for line in values(picture, CYCLE)] == [100] * 3
    np.testing.assert_allclose(
        np.concatenate(values(picture, CYCLE_DISCHARGING_CAPACITY)),
        cycles[CYCLE_DISCHARGING_CAPACITY],
        rtol=1e-6,
    )
    figure = rendered(picture).state
    assert figure.xaxis[0].axis_label == axis(CYCLE) == "Cycle"
    assert figure.yaxis[0].axis_label == axis(CYCLE_DISCHARGING_CAPACITY)


def test_relative_to_the_nominal_capacity_in_per_cent(rendered):
    cycles = fleet(2)
    known = facts(cycles, **{NOMINAL_CAPACITY: [1.0, 2.0]})
    picture = capacity_fade(cycles, cells=known, y="soh")
    starts = [line[0] for line in values(picture, STATE_OF_HEALTH)]
    assert starts == pytest.approx([0.9999, 0.4999], rel=1e-6)
    figure = rendered(picture).state
    assert figure.yaxis[0].axis_label == axis(STATE_OF_HEALTH)
    assert figure.yaxis[0].formatter.format == "0 %"


def test_a_reference_may_be_given_and_one_in_the_cycles_is_taken():
    cycles = fleet(2)
    for reference in (2.0, {"made-up/c0000": 2.0, "made-up/c0001": 2.0}):
        picture = capacity_fade(cycles, y="soh", reference_ah=reference)
        assert values(picture, STATE_OF_HEALTH)[0][0] == pytest.approx(0.49995)
    held = cycles.assign(**{STATE_OF_HEALTH: 0.77})
    assert values(capacity_fade(held, y="soh"), STATE_OF_HEALTH)[0][0] == pytest.approx(0.77)


def test_against_equivalent_full_cycles(rendered):
    cycles = fleet(2).assign(**{EQUIVALENT_FULL_CYCLES: lambda f: 0.9 * f[CYCLE]})
    picture = capacity_fade(cycles, x=EQUIVALENT_FULL_CYCLES)
    assert values(picture, EQUIVALENT_FULL_CYCLES)[0][-1] == pytest.approx(270)
    assert rendered(picture).state.xaxis[0].axis_label == axis(EQUIVALENT_FULL_CYCLES)


def test_any_order_of_rows_and_a_frame_of_one_cell():
    cycles = fleet(3, 100)
    mixed = cycles.sample(frac=1, random_state=0).assign(
        **{CELL: lambda f: f[CELL].astype("category")}
    )
    a, b = capacity_fade(cycles), capacity_fade(mixed)
    order = [fade_cells(b).index(name) for name in fade_cells(a)]
    for k, place in enumerate(order):
        np.testing.assert_array_equal(
            values(a, CYCLE_DISCHARGING_CAPACITY)[k], values(b, CYCLE_DISCHARGING_CAPACITY)[place]
        )
    alone = capacity_fade(cycles[cycles[CELL] == "made-up/c0001"].drop(columns=CELL))
    assert fade_cells(alone) == [""]
    assert len(values(alone, CYCLE)[0]) == 100
    assert len(values(capacity_fade(fleet(1, 5000)), CYCLE)[0]) <= 200  # what a screen shows


def test_the_frame_is_left_as_it_was():
    cycles = fleet(2).assign(**{COMPLETE: True})
    before = cycles.copy(deep=True)
    capacity_fade(cycles, cells=facts(cycles), y="soh", color=CATHODE)
    pd.testing.assert_frame_equal(cycles, before)


# --- what is not drawn is told --------------------------------------------------------------------


def test_missing_cycles_are_not_bridged():
    cycles = fleet(1).query(f"{CYCLE} <= 100 or {CYCLE} > 200")
    line = values(capacity_fade(cycles), CYCLE)[0]
    gap = np.flatnonzero(np.isnan(line))
    assert line[gap - 1].tolist() == [100]
    assert line[gap + 1].tolist() == [201]
    sparse = fleet(1).iloc[::50]
    assert not np.isnan(values(capacity_fade(sparse), CYCLE)[0]).any()


def test_unfinished_cycles_are_left_out_and_counted(rendered):
    cycles = fleet(1).assign(**{COMPLETE: lambda f: f[CYCLE] < 300})
    picture = capacity_fade(cycles)
    assert values(picture, CYCLE)[0][-1] == 299
    assert "1 unfinished cycle left out" in title(rendered(picture))
    assert values(capacity_fade(cycles, complete_only=False), CYCLE)[0][-1] == 300


def test_more_cells_than_shown_is_said(rendered):
    cycles = fleet(30, 20)
    picture = capacity_fade(cycles, max_cells=10)
    assert len(fade_cells(picture)) == 10
    assert fade_cells(picture)[0] == "made-up/c0000"
    assert fade_cells(picture)[-1] == "made-up/c0029"
    assert "showing 10 of 30 cells" in title(rendered(picture))
    assert title(rendered(capacity_fade(cycles))) == "30 cells"


def test_single_wild_values_do_not_set_the_axis(rendered):
    cycles = fleet(10)
    cycles.loc[700, CYCLE_DISCHARGING_CAPACITY] = 25.0
    plot = rendered(capacity_fade(cycles))
    assert plot.state.y_range.end < 1.2
    assert "1 value beyond the axis" in title(plot)


def test_synthetic_is_marked_on_the_curve_above_it_and_under_the_pointer(rendered):
    few = fleet(2)
    picture = capacity_fade(few, cells=facts(few, **{KIND: ["synthetic", "experimental"]}))
    assert "c0000 (synthetic)" in texts(picture)
    assert "c0001" in texts(picture)
    assert list(fade_lines(picture).dimension_values(KIND, expanded=False)) == [
        "synthetic",
        "experimental",
    ]
    many = fleet(20, 10)
    every = capacity_fade(many, cells=facts(many, **{KIND: "synthetic"}))
    assert title(rendered(every)) == "20 cells · synthetic"
    in_cycles = capacity_fade(many.assign(**{KIND: "synthetic"}))
    assert title(rendered(in_cycles)) == "20 cells · synthetic"


@pytest.mark.parametrize(
    ("cycles", "says"),
    [
        (fleet(3).iloc[:0], "No cycles to draw"),
        (
            fleet(3).assign(**{CYCLE_DISCHARGING_CAPACITY: np.nan}),
            "None of the 3 cells has a measured discharging capacity",
        ),
        (
            fleet(1).assign(**{CYCLE_DISCHARGING_CAPACITY: np.nan}),
            "The cell has no measured discharging capacity",
        ),
    ],
)
def test_nothing_to_draw_says_why(rendered, cycles, says):
    picture = capacity_fade(cycles)
    assert says in " ".join(texts(picture)[0].split())
    assert fade_cells(picture) == []
    assert rendered(picture).state is not None


def test_a_cell_of_one_cycle_is_a_point(rendered):
    cycles = pd.concat([fleet(2), fleet(3, 1).tail(1)])
    plot = rendered(capacity_fade(cycles))
    points = [r for r in glyphs(plot) if type(r.glyph).__name__ == "Scatter"]
    assert len(points) == 1
    assert len(points[0].data_source.data[CYCLE]) == 1


# --- colours, labels, end of life -----------------------------------------------------------------


def test_numbers_get_a_colour_bar_and_unknown_is_grey(rendered):
    cycles = fleet(8, 30)
    known = facts(cycles, **{AMBIENT_TEMPERATURE: [10, 25, 45, np.nan] * 2})
    picture = capacity_fade(cycles, cells=known, color=AMBIENT_TEMPERATURE)
    plot = rendered(picture)
    bars = [item for item in plot.state.right if isinstance(item, ColorBar)]
    assert bars[0].title == axis(AMBIENT_TEMPERATURE)
    mapper = lines_glyph(plot).glyph.line_color.transform
    assert (mapper.low, mapper.high) == (10, 45)
    assert mapper.nan_color == OTHER
    assert len(fade_cells(picture)) == 8


def test_categories_get_a_legend_and_at_most_eight_colours(rendered):
    cycles = fleet(40, 10)
    names = [f"p{k % 12:02d}" for k in range(39)] + [None]
    picture = capacity_fade(cycles, cells=facts(cycles, protocol=names), color="protocol")
    plot = rendered(picture)
    mapper = lines_glyph(plot).glyph.line_color.transform
    assert len(mapper.factors) == 9  # seven, the others, the unknown
    assert mapper.palette[:7] == list(CATEGORICAL[:7])
    assert dict(zip(mapper.factors, mapper.palette, strict=True))["unknown"] == OTHER
    assert dict(zip(mapper.factors, mapper.palette, strict=True))["5 others"] == OTHER
    assert plot.state.legend[0].items
    # grey lines lie undermost, and every line still knows its cell
    source = lines_glyph(plot).data_source.data
    assert set(source["protocol"][:16]) == {"5 others", "unknown"}
    assert dict(zip(source[CELL], source["protocol"], strict=True))["made-up/c0039"] == "unknown"


def test_up_to_six_curves_are_labelled_and_not_in_a_legend(rendered):
    picture = capacity_fade(fleet(6))
    assert [t for t in texts(picture) if t.startswith("c0")] == [f"c000{k}" for k in range(6)]
    (legend,) = rendered(picture).state.legend
    assert not legend.visible, "it is for where labels have no room"
    assert [(item.label.value, item.index) for item in legend.items] == [
        (f"c000{k}", k) for k in range(6)
    ]
    assert not [t for t in texts(capacity_fade(fleet(7))) if t.startswith("c0")]


def test_labels_do_not_overlap_and_stay_inside_the_axis(rendered):
    cycles = fleet(6).assign(**{CYCLE_DISCHARGING_CAPACITY: lambda f: 1 - 1e-4 * f[CYCLE]})
    picture = capacity_fade(cycles)
    labels = next(e for e in picture.traverse(lambda e: e) if isinstance(e, hv.Labels))
    heights = np.sort(labels.dimension_values(1))
    figure = rendered(picture).state
    span = figure.y_range.end - figure.y_range.start
    assert (np.diff(heights) > 0.06 * span).all()
    assert figure.y_range.start < heights[0]
    assert heights[-1] < figure.y_range.end


def test_end_of_life_is_drawn_only_where_it_means_something():
    cycles = fleet(3)

    def lines(**asked):
        picture = capacity_fade(cycles, **asked)
        return [e.data for e in picture.traverse(lambda e: e) if isinstance(e, hv.HLine)]

    assert lines() == []  # no reference is known
    assert lines(cells=facts(cycles)) == [pytest.approx(0.8)]
    assert lines(cells=facts(cycles, **{NOMINAL_CAPACITY: [1.0, 2.0, 1.0]})) == []
    assert lines(y="soh", reference_ah=2.0, threshold=0.85) == [0.85]
    assert lines(y="soh", reference_ah=2.0, threshold=None) == []
    assert "End of life 80 %" in texts(capacity_fade(cycles, cells=facts(cycles)))


def test_the_tooltip_has_at_most_five_lines_and_names_the_cell(rendered):
    cycles = fleet(20, 10)
    picture = capacity_fade(cycles, cells=facts(cycles), color=CATHODE)
    hover = next(t for t in rendered(picture).state.tools if isinstance(t, HoverTool))
    assert len(hover.tooltips) <= 5
    assert hover.tooltips[0] == ("Cell", "@{cell}")
    assert {"cell", "cathode_chemistry", "kind"} <= set(
        lines_glyph(rendered(picture)).data_source.data
    )


# --- mistakes -------------------------------------------------------------------------------------


def test_mistakes_are_named_with_the_next_step():
    cycles = fleet(2)
    with pytest.raises(ParameterError, match="Did you mean cathode_chemistry"):
        capacity_fade(cycles, cells=facts(cycles), color="cathode_chemistr")
    with pytest.raises(ParameterError, match="y='soh' needs a reference"):
        capacity_fade(cycles, y="soh")
    with pytest.raises(FrameError, match="no column equivalent_full_cycles"):
        capacity_fade(cycles, x=EQUIVALENT_FULL_CYCLES)
    with pytest.raises(ParameterError, match="must be positive"):
        capacity_fade(cycles, y="soh", reference_ah=0)


# --- taps, budget, walls --------------------------------------------------------------------------


def test_a_tapped_line_is_known_by_its_cell(rendered):
    picture = capacity_fade(fleet(10, 20))
    tapped = hv.streams.Selection1D(source=fade_lines(picture))
    plot = rendered(picture)
    callbacks = [c for c in plot.traverse(lambda p: getattr(p, "callbacks", [])) if c]
    assert tapped in [s for group in callbacks for c in group for s in c.streams]
    tapped.event(index=[3])
    assert [fade_cells(picture)[k] for k in tapped.index] == ["made-up/c0003"]
    assert list(lines_glyph(plot).data_source.data[CELL]) == fade_cells(picture)


def size(model) -> int:
    serializer = Serializer(deferred=True)
    content = serializer.serialize(model)
    text = json.dumps(content.content, default=lambda _: "")
    return len(text) + sum(memoryview(b.data).nbytes for b in content.buffers)


def test_a_thousand_cells_are_one_glyph_under_a_megabyte_and_take_little_more_time(rendered):
    many, few = fleet(1000, 300), fleet(10, 300)

    def best(cycles: pd.DataFrame) -> float:
        times = []
        for _ in range(3):
            begin = time.perf_counter()
            rendered(capacity_fade(cycles, cells=facts(cycles), y="soh", color=CATHODE))
            times.append(time.perf_counter() - begin)
        return min(times)

    ratio = best(many) / best(few)
    assert ratio < 12  # a hundred times the cells; a HoloViews object a cell makes it 50 or more
    plot = rendered(capacity_fade(many, cells=facts(many), y="soh", color=CATHODE))
    assert sum(isinstance(r.glyph, MultiLine) for r in glyphs(plot)) == 1
    assert size(plot.state) < 1_000_000


def test_views_import_no_panel():
    for path in Path(views.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not [n for n in names if n.split(".")[0].startswith("panel")], path.name


def test_numbers_do_not_load_pictures():
    code = (
        "import sys, bdg_explore.analysis; "
        "print({'holoviews', 'bokeh', 'panel'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stdout + done.stderr


@pytest.mark.parametrize("dtype", ["boolean", object])
def test_cycles_of_which_nothing_is_said_are_drawn(dtype):
    cycles = fleet(2).assign(complete=pd.Series([True, None, False] * 200, dtype=dtype))
    (kept,) = capacity_fade(cycles).traverse(lambda e: e, [hv.Contours])
    numbers = kept.dimension_values(0)
    assert 2 in numbers, "nothing is said of it"
    assert 3 not in numbers, "unfinished"


def test_pictures_below_each_other_keep_their_own_width(rendered):
    assert not rendered(capacity_fade(fleet(2))).state.frame_align
