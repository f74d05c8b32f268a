"""Voltage and current against time: the points chosen, the gaps kept, the words on the axes."""

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
from made_fades import records

from bdg_explore.columns import (
    CELL,
    CURRENT,
    CYCLE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
    axis,
)
from bdg_explore.errors import FrameError, ParameterError
from bdg_explore.views import voltage_current_trace
from bdg_explore.views.thinning import gaps_in_time
from bdg_explore.views.traces import Part, thinned_part


def figures(plot) -> list:
    return [child for child, *_ in plot.state.children]


def curves(picture) -> list[hv.Curve]:
    return [e for e in picture.traverse(lambda e: e) if isinstance(e, hv.Curve)]


def text_of(picture) -> str:
    return next(e.text for e in picture.traverse(lambda e: e) if isinstance(e, hv.Text))


def test_one_panel_below_the_other_over_one_axis(rendered):
    frame = records().assign(**{SURFACE_TEMPERATURE: 25.0})
    plot = rendered(voltage_current_trace(frame))
    panels = figures(plot)
    assert [p.yaxis[0].axis_label.replace("\n", " ") for p in panels] == [
        axis(VOLTAGE),
        axis(CURRENT),
        axis(SURFACE_TEMPERATURE),
    ]
    assert panels[-1].xaxis[0].axis_label == "Test time / h"
    assert len({p.x_range.id for p in panels}) == 1
    assert len(figures(rendered(voltage_current_trace(records())))) == 2


@pytest.mark.parametrize(
    ("step", "label", "end"),
    [(0.01, "s", 50.0), (1.0, "min", 5000 / 60), (10.0, "h", 50000 / 3600), (600.0, "d", 34.7)],
)
def test_the_time_axis_has_a_unit_that_fits(step, label, end):
    curve = curves(voltage_current_trace(records(step=step), dynamic=False))[0]
    assert curve.kdims[0].label == f"Test time / {label}"
    assert curve.dimension_values(0)[-1] == pytest.approx(end, rel=0.01)


def test_points_are_few_and_keep_ends_and_extremes():
    frame = records(200_000)
    frame.loc[123_456, VOLTAGE] = 9.0
    seconds = 86400  # in a unit of the axis
    for curve in curves(voltage_current_trace(frame, dynamic=False)):
        assert len(curve) <= 2000
        time = curve.dimension_values(0) * seconds
        assert time[0] == 0
        assert time[-1] == pytest.approx(frame[TEST_TIME].iloc[-1])
    voltage = curves(voltage_current_trace(frame, dynamic=False))[0]
    assert voltage.range(VOLTAGE)[1] == 9.0
    sent = sum(
        a.nbytes
        for c in curves(voltage_current_trace(frame, dynamic=False))
        for a in (c.dimension_values(0), c.dimension_values(1))
    )
    assert sent <= 60_000


def test_gaps_stay_open():
    frame = records(20_000)
    frame.loc[10_000:, TEST_TIME] += 50_000
    curve = curves(voltage_current_trace(frame, dynamic=False))[0]
    time, voltage = curve.dimension_values(0), curve.dimension_values(1)
    broken = np.flatnonzero(np.isnan(voltage))
    assert len(broken) == 1
    left, right = time[broken - 1], time[broken + 1]
    assert ((right - left) * 3600).tolist() == pytest.approx([50_010.0])


def test_zooming_chooses_points_anew():
    frame = records(200_000)
    time = frame[TEST_TIME].to_numpy()
    part = Part("", 0.0, time, {VOLTAGE: frame[VOLTAGE].to_numpy()}, gaps_in_time(time))
    whole = thinned_part(part, VOLTAGE, 500, unit=3600.0)[0]
    view = (100.0, 110.0)
    near = thinned_part(part, VOLTAGE, 500, unit=3600.0, view=view)[0]
    inside = (near >= view[0]) & (near <= view[1])
    assert inside.sum() > 5 * ((whole >= view[0]) & (whole <= view[1])).sum()
    assert near[0] < view[0] < view[1] < near[-1]  # the line runs on past both edges
    picture = voltage_current_trace(frame)
    assert all(isinstance(panel, hv.DynamicMap) for panel in picture)
    panel = next(iter(picture))
    redrawn = panel.callback(x_range=(4.0, 4.5)).dimension_values(0)  # days
    assert len(redrawn) > 1000
    assert (redrawn > 3.99).all()
    assert (redrawn < 4.51).all()


def test_chosen_cycles():
    frame = records(6000)
    one = curves(voltage_current_trace(frame, cycles=2, dynamic=False))[0]
    seconds = one.dimension_values(0) * 60
    assert (seconds.min(), seconds.max()) == pytest.approx((10_000, 19_990))
    apart = curves(voltage_current_trace(frame, cycles=[1, 4], dynamic=False))
    assert [c.label for c in apart[:2]] == ["cycle 1", "cycle 4"]
    assert apart[1].dimension_values(0)[0] == 0
    assert apart[0].kdims[0].label.startswith("Time since the cycle began / ")
    assert "None of these cycles" in text_of(voltage_current_trace(frame, cycles=99))


def test_a_record_of_few_cycles_far_apart_is_laid_over_one_another(rendered):
    frame = records(3000)
    frame = pd.concat(
        [part.assign(**{TEST_TIME: part[TEST_TIME] + 1e6 * k}) for k, part in frame.groupby(CYCLE)]
    )
    picture = voltage_current_trace(frame, dynamic=False)
    assert {c.label for c in curves(picture)} == {"cycle 1", "cycle 2", "cycle 3"}
    assert figures(rendered(picture))[0].title.text == "each cycle from its own start"


def test_nothing_to_draw_and_mistakes_say_what_to_do():
    assert "No records to draw" in text_of(voltage_current_trace(records().iloc[:0]))
    with pytest.raises(ParameterError, match="count_cycles"):
        voltage_current_trace(records().drop(columns=CYCLE), cycles=1)
    two = pd.concat([records().assign(**{CELL: c}) for c in "ab"])
    with pytest.raises(FrameError, match="the frame holds 2"):
        voltage_current_trace(two)
    with pytest.raises(FrameError, match="voltage_volt"):
        voltage_current_trace(records().drop(columns=VOLTAGE))


def test_values_that_are_missing_are_passed_over_and_the_frame_is_left_alone():
    frame = records(10_000)
    frame.loc[::7, VOLTAGE] = np.nan
    before = frame.copy(deep=True)
    curve = curves(voltage_current_trace(frame, dynamic=False))[0]
    assert not np.isnan(curve.dimension_values(1)).any()
    pd.testing.assert_frame_equal(frame, before)
