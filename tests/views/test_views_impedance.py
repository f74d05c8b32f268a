"""Spectra against frequency, fits over them, relaxation times, pulses: what is drawn, and where."""

import holoviews as hv
import numpy as np
import pandas as pd
import pytest

from bdg_explore import views
from bdg_explore.analysis import (
    circuit_impedance,
    fit_circuit,
    pulse_resistance,
    relaxation_distribution,
)
from bdg_explore.columns import (
    CELL,
    CURRENT,
    CYCLE,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    REAL_IMPEDANCE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import FrameError, ParameterError
from bdg_explore.rights import RIGHTS

CREDIT = [
    {
        "dataset": "made-up",
        "licence": "CC0-1.0",
        "access": "open",
        "doi": None,
        "citation": None,
        "kind": "synthetic",
        "synthetic": True,
    }
]


def spectra(*cycles: int) -> pd.DataFrame:
    """A resistance and an arc that grows with the cycle."""
    f = np.logspace(4, -2, 40)
    parts = []
    for cycle in cycles:
        z = 0.01 + 0.02 * cycle / (1 + 2j * np.pi * f * 0.02)
        parts.append(
            pd.DataFrame(
                {CYCLE: cycle, FREQUENCY: f, REAL_IMPEDANCE: z.real, IMAGINARY_IMPEDANCE: z.imag}
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    frame.attrs[RIGHTS] = CREDIT
    return frame


def pulses(*cells: str) -> pd.DataFrame:
    """20 mΩ while discharging, 30 mΩ while charging, of each cell."""
    time = np.arange(0.0, 400.0, 0.5)
    current = np.select([(time >= 50) & (time < 100), (time >= 200) & (time < 250)], [-1.0, 1.0], 0)
    voltage = 3.7 + np.where(current < 0, 0.02, 0.03) * current
    parts = [
        pd.DataFrame({CELL: c, TEST_TIME: time, CURRENT: current, VOLTAGE: voltage}) for c in cells
    ]
    return pulse_resistance(pd.concat(parts, ignore_index=True))


def found(picture, kind):
    return list(picture.traverse(lambda one: one, [kind]))


def below(plot) -> str:
    return " ".join(one.text for one in plot.state.below if getattr(one, "name", "") == "credit")


def test_fits_are_lines_and_what_was_measured_is_points():
    frame = spectra(1, 2)
    fit = circuit_impedance(fit_circuit(frame, "R0-p(R1,C1)"), np.logspace(4, -2, 7))
    picture = views.nyquist(frame, fit=fit)
    assert [len(one) for one in found(picture, hv.Curve)] == [7, 7]
    assert [len(one) for one in found(picture, hv.Scatter)] == [40, 40]
    only_one = views.nyquist(frame, fit=fit[fit[CYCLE] == 2])
    assert len(found(only_one, hv.Curve)) == 1
    assert len(found(only_one, hv.Scatter)) == 2
    for view in (views.nyquist, views.bode):
        with pytest.raises(FrameError, match="circuit_impedance"):
            view(frame, fit=fit_circuit(frame, "R0-p(R1,C1)"))


def test_an_ohm_is_as_long_upward_as_across_at_any_width(rendered):
    figure = rendered(views.nyquist(spectra(1))).state
    changes = figure.js_property_callbacks
    assert {"change:inner_width", "change:inner_height"} <= set(changes)
    assert figure.x_range.start < 0.01 < 0.03 < figure.x_range.end
    assert figure.y_range.start < 0.0 < 0.01 < figure.y_range.end


def test_many_cycles_are_coloured_by_their_number_with_a_bar(rendered):
    cycles = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100]
    picture = views.nyquist(spectra(*cycles))
    colours = [
        hv.Store.lookup_options("bokeh", one, "style").kwargs["color"]
        for one in found(picture, hv.Curve)
    ]
    assert colours[-1] != colours[0]
    # nine cycles crowd at one end of the scale, as their numbers do
    scale = views.theme.ordered()
    assert max(scale.index(c) for c in colours[:-1]) < 0.1 * len(scale)
    bars = [r for r in rendered(picture).state.right if type(r).__name__ == "ColorBar"]
    assert [bar.title for bar in bars] == ["Cycle"]
    for drawn, panels in ((picture, 1), (views.bode(spectra(*cycles)), 2)):
        points = found(drawn, hv.Scatter)  # one element for all: many would take seconds
        assert [len(one) for one in points] == [40 * len(cycles)] * panels
        ours = np.array(points[0]["colour"], dtype=str).reshape(len(cycles), 40)
        assert ours[:, 0].tolist() == colours and (ours == ours[:, :1]).all()


def test_modulus_and_phase_stand_against_frequency(rendered):
    picture = views.bode(spectra(1))
    modulus, phase = found(picture, hv.Curve)
    assert modulus.dimension_values("modulus")[[0, -1]] == pytest.approx([0.03, 0.01], rel=0.01)
    # the phase of R + arc is largest at 1/(2 pi tau) times the root of the ratio of the ends
    at = modulus.dimension_values("f")[np.argmax(phase.dimension_values("minus_phase"))]
    assert at == pytest.approx(np.sqrt(3) / (2 * np.pi * 0.02), rel=0.25)
    assert phase.dimension_values("minus_phase").max() == pytest.approx(30.0, abs=0.5)
    plots = rendered(picture).subplots.values()
    assert len(plots) == 2


def test_relaxation_times_have_their_credit(rendered):
    curve = relaxation_distribution(spectra(1, 2))
    picture = views.relaxation_times(curve)
    assert len(found(picture, hv.Curve)) == 2
    plot = rendered(picture)
    assert "made-up" in below(plot)
    assert plot.state.xaxis[0].axis_label == "Relaxation time / s"
    assert "made-up" in below(rendered(views.nyquist(spectra(1))))


def test_pulses_of_one_cell_show_every_delay_and_of_several_one():
    one = views.pulse_resistance(pulses("a"))
    values = {curve.label: curve.dimension_values("ohm").tolist() for curve in found(one, hv.Curve)}
    assert values.keys() == {
        f"{d} s, {way}" for d in (1, 10, 30) for way in ("discharge", "charge")
    }
    assert values["10 s, discharge"] == pytest.approx([0.02])
    assert values["10 s, charge"] == pytest.approx([0.03])
    many = views.pulse_resistance(pulses("a", "b"), delay_second=10)
    assert {c.label for c in found(many, hv.Curve)} == {
        f"{cell}, {way}" for cell in "ab" for way in ("discharge", "charge")
    }
    everything = views.pulse_resistance(pulses("a"), onsets_only=False, delay_second=10)
    assert sum(len(c) for c in found(everything, hv.Curve)) == 4


def test_nothing_to_draw_is_said_and_bad_input_refused():
    frame = spectra(1)
    assert isinstance(views.bode(frame.iloc[:0]), hv.Text)
    assert isinstance(views.relaxation_times(relaxation_distribution(frame.iloc[:0])), hv.Text)
    assert isinstance(views.pulse_resistance(pulses("a").iloc[:0]), hv.Text)
    with pytest.raises(FrameError, match=REAL_IMPEDANCE):
        views.bode(frame.drop(columns=REAL_IMPEDANCE))
    with pytest.raises(FrameError, match="relaxation_distribution"):
        views.relaxation_times(frame)
    with pytest.raises(FrameError, match="pulse_resistance"):
        views.pulse_resistance(frame)
    with pytest.raises(ParameterError, match="1, 10, 30 s"):
        views.pulse_resistance(pulses("a"), delay_second=5)
    with pytest.raises(ParameterError, match="at least 1"):
        views.bode(frame, max_spectra=0)


def test_the_input_is_left_as_it_was():
    frame, table = spectra(1, 2), pulses("a")
    curve = relaxation_distribution(frame)
    copies = frame.copy(), table.copy(), curve.copy()
    views.nyquist(frame, fit=frame)
    views.bode(frame, fit=frame)
    views.relaxation_times(curve)
    views.pulse_resistance(table)
    for before, after in zip(copies, (frame, table, curve), strict=True):
        pd.testing.assert_frame_equal(before, after)
