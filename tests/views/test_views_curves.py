"""Curves over each other, as a map, and their peaks along a life: the data and the words drawn."""

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
from bokeh.core.serialization import Serializer
from bokeh.models import ColorBar, HoverTool

import bdg_explore as bdg
from bdg_explore.analysis import capacity_difference, track_peaks
from bdg_explore.columns import (
    CAPACITY_DIFFERENCE,
    CELL,
    CYCLE,
    DISCHARGING_CAPACITY,
    PEAK,
    PEAK_VOLTAGE,
    VOLTAGE,
)
from bdg_explore.errors import FrameError, ParameterError
from bdg_explore.views import curves, cycle_voltage_map, peaks

RIGHTS = {
    "dataset": "made",
    "kind": "synthetic",
    "licence": "CC0-1.0",
    "access": "open",
    "doi": None,
    "synthetic": True,
}


def table(cycles=(1, 10, 20, 60), cells=("made/a",)) -> pd.DataFrame:
    """Q(V) with a step at 3.5 V that moves up with the cycles, and less of it."""
    volts = np.linspace(3.0, 4.0, 201)
    parts = []
    for cell in cells:
        for cycle in cycles:
            charge = (1 - 0.002 * cycle) / (1 + np.exp((volts - 3.5 - 0.001 * cycle) / 0.02))
            columns = {CELL: cell, CYCLE: cycle, VOLTAGE: volts, DISCHARGING_CAPACITY: charge}
            parts.append(pd.DataFrame(columns))
    made = pd.concat(parts, ignore_index=True)
    made.attrs["rights"] = [RIGHTS]
    return made


def figure(picture):
    return hv.render(picture, backend="bokeh")


def lines_of(picture) -> hv.Contours:
    return picture.traverse(lambda e: e, [hv.Contours])[0]


def text_below(plot) -> str:
    return " ".join(one.text for one in plot.below if hasattr(one, "text"))


def size_of(plot) -> int:
    serializer = Serializer(deferred=True)
    content = serializer.serialize(plot)
    return len(str(content.content)) + sum(memoryview(b.data).nbytes for b in content.buffers)


@pytest.mark.parametrize(
    ("make", "across", "up"),
    (
        (bdg.capacity_voltage, "Voltage / V", "Discharging capacity / Ah"),
        (bdg.incremental_capacity, "Voltage / V", "Incremental capacity / Ah/V"),
        (
            bdg.differential_voltage,
            "Discharging capacity / Ah",
            "Differential voltage / V/Ah",
        ),
        (
            lambda t: capacity_difference(t, reference=1),
            "Voltage / V",
            "Capacity difference / Ah",
        ),
    ),
    ids=("Q(V)", "dQ/dV", "dV/dQ", "difference"),
)
def test_each_kind_of_curve_has_its_axes_its_cycles_and_its_licence(make, across, up):
    made = make(table())
    picture = curves(made)
    plot = figure(picture)
    assert (plot.xaxis[0].axis_label.casefold(), plot.yaxis[0].axis_label) == (
        across.casefold(),
        up,
    )
    drawn = lines_of(picture).dimension_values(CYCLE, expanded=False)
    assert drawn.tolist() == sorted(made[CYCLE].unique().tolist())
    bars = [one for one in plot.right if isinstance(one, ColorBar)]
    assert [bar.title for bar in bars] == ["Cycle"]
    assert "CC0-1.0" in text_below(plot)
    (hover,) = plot.select({"type": HoverTool})
    assert [name for name, _ in hover.tooltips][:2] == ["Cell", "Cycle"]


def test_the_points_drawn_are_points_of_the_table():
    made = table()
    lines = lines_of(curves(made))
    first = lines.data.offsets[1]
    assert first == 201
    np.testing.assert_allclose(lines.data.x[:first], made[VOLTAGE][:201], rtol=1e-6)
    np.testing.assert_allclose(lines.data.y[:first], made[DISCHARGING_CAPACITY][:201], rtol=1e-6)


def test_a_thousand_cycles_stay_below_a_megabyte_and_the_picture_says_what_it_leaves_out():
    long = table(cycles=range(1000))
    picture = curves(long)
    assert "200 of 1,000 curves" in figure(picture).title.text
    assert size_of(figure(picture)) < 1_000_000
    assert size_of(figure(cycle_voltage_map(long))) < 1_000_000
    drawn = lines_of(picture).dimension_values(CYCLE, expanded=False)
    assert (drawn[0], drawn[-1]) == (0, 999)


def test_several_cells_of_one_cycle_have_a_colour_and_a_name_each():
    picture = curves(table(cycles=(5,), cells=("made/a", "made/b")))
    (legend,) = figure(picture).legend
    assert [item.label.field for item in legend.items] == [CELL]
    assert lines_of(picture).dimension_values(CELL, expanded=False).tolist() == ["a", "b"]


def test_a_map_shows_the_nearest_measured_cycle():
    made = table(cycles=(0, 10, 100))
    picture = cycle_voltage_map(made)
    (image,) = picture.traverse(lambda e: e, [hv.Image])
    across = image.dimension_values(CYCLE, expanded=False)
    shown = image.dimension_values("nearest", expanded=True, flat=False)[0]
    assert sorted(set(shown.tolist())) == [0.0, 10.0, 100.0]
    expected = [min((0, 10, 100), key=lambda n: abs(n - at)) for at in across]
    away = np.abs(across - 55) > 1
    assert shown[away].tolist() == np.array(expected, dtype=float)[away].tolist()
    values = image.dimension_values("value", expanded=True, flat=False)
    rising = made[made[CYCLE] == 100].sort_values(VOLTAGE)[DISCHARGING_CAPACITY]
    assert np.sort(values[:, -1]) == pytest.approx(np.sort(rising), abs=1e-6)
    assert "CC0-1.0" in text_below(figure(picture))


def test_a_cycle_number_that_comes_back_is_another_curve_of_the_map():
    made = table(cycles=(1, 2, 2, 3))
    (image,) = cycle_voltage_map(made).traverse(lambda e: e, [hv.Image])
    assert np.isfinite(image.dimension_values("value")).all()
    assert image.range(CYCLE) == cycle_range(table(cycles=(1, 2, 3)))


def cycle_range(made: pd.DataFrame) -> tuple[float, float]:
    (image,) = cycle_voltage_map(made).traverse(lambda e: e, [hv.Image])
    return image.range(CYCLE)


def test_a_map_of_a_derivative_shows_its_magnitude():
    ica = bdg.incremental_capacity(table())
    (image,) = cycle_voltage_map(ica).traverse(lambda e: e, [hv.Image])
    assert image.get_dimension("value").label == "|dQ/dV| / Ah/V"
    assert np.nanmin(image.dimension_values("value")) >= 0
    difference = cycle_voltage_map(capacity_difference(table(), reference=1))
    (image,) = difference.traverse(lambda e: e, [hv.Image])
    assert np.nanmin(image.dimension_values("value")) < -0.05


def test_peaks_along_a_life_are_a_line_each():
    tracks = track_peaks(bdg.incremental_capacity(table(cells=("made/a", "made/b"))))
    picture = peaks(tracks)
    lines = lines_of(picture)
    assert lines.dimension_values(CELL, expanded=False).tolist() == ["made/a", "made/b"]
    np.testing.assert_allclose(lines.data.y[:4], tracks[PEAK_VOLTAGE][:4])
    plot = figure(picture)
    assert (plot.xaxis[0].axis_label, plot.yaxis[0].axis_label) == ("Cycle", "Peak voltage / V")
    assert "CC0-1.0" in text_below(plot)
    assert plot.title.text == "2 cells"
    areas = figure(peaks(tracks, y="area"))
    assert areas.yaxis[0].axis_label == "Peak area / Ah"
    gone = tracks.assign(**{PEAK: 2}).mask(tracks[CYCLE] > 10)
    both = pd.concat([tracks, gone.dropna(subset=[CYCLE])], ignore_index=True)
    drawn = lines_of(peaks(both)).dimension_values(PEAK, expanded=False).tolist()
    assert sorted(set(drawn)) == ["peak 1", "peak 2"]
    assert [item.label.field for item in figure(peaks(both)).legend[0].items] == [PEAK]


def test_where_there_is_nothing_a_sentence_says_so():
    ica = bdg.incremental_capacity(table())
    empty = ica.iloc[:0]
    assert "No curves to draw" in curves(empty).data[2]
    assert "No map to draw" in cycle_voltage_map(ica[ica[CYCLE] == 1]).data[2]
    assert "No map to draw" in cycle_voltage_map(empty).data[2]
    assert "No peaks to draw" in peaks(track_peaks(empty)).data[2]


def test_what_cannot_be_drawn_is_told():
    with pytest.raises(FrameError, match="holds no curves"):
        curves(pd.DataFrame({VOLTAGE: [3.0, 3.5]}))
    with pytest.raises(ParameterError, match="max_curves"):
        curves(table(), max_curves=0)
    with pytest.raises(ParameterError, match="one cell"):
        cycle_voltage_map(table(cells=("a", "b")))
    with pytest.raises(ParameterError, match="share their voltages"):
        cycle_voltage_map(table().iloc[1:])
    with pytest.raises(FrameError, match="over voltage"):
        cycle_voltage_map(bdg.differential_voltage(table()))
    with pytest.raises(ParameterError, match="Did you mean area"):
        peaks(pd.DataFrame(), y="areas")


def test_differences_of_many_cycles_are_those_of_each():
    several = capacity_difference(table(cells=("made/a", "made/b")), cycle=[10, 60], reference=1)
    assert several.groupby([CELL, CYCLE]).ngroups == 4
    alone = capacity_difference(table(), cycle=60, reference=1)
    among = several[(several[CELL] == "made/a") & (several[CYCLE] == 60)]
    assert list(alone.columns) == [CELL, VOLTAGE, CAPACITY_DIFFERENCE]
    np.testing.assert_allclose(among[CAPACITY_DIFFERENCE], alone[CAPACITY_DIFFERENCE], atol=1e-12)
    every = capacity_difference(table(), reference=1)
    assert every[CYCLE].unique().tolist() == [10, 20, 60]
    assert every.attrs == table().attrs
