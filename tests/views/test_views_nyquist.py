"""Impedance in the complex plane: orientation, parts, limits."""

import holoviews as hv
import numpy as np
import pandas as pd
import pytest

from bdg_explore import views
from bdg_explore.columns import CYCLE, FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE
from bdg_explore.errors import FrameError, ParameterError


def rc_element(cycle: int = 1, resistance: float = 0.02) -> pd.DataFrame:
    """0.01 Ω in series with R parallel to 1 F: a half circle between 0.01 and 0.01 + R."""
    f = np.logspace(4, -2, 40)
    z = 0.01 + resistance / (1 + 2j * np.pi * f * resistance)
    return pd.DataFrame(
        {CYCLE: cycle, FREQUENCY: f, REAL_IMPEDANCE: z.real, IMAGINARY_IMPEDANCE: z.imag}
    )


def curves(picture: hv.Overlay) -> list[hv.Curve]:
    return list(picture.traverse(lambda one: one, [hv.Curve]))


def test_a_capacitor_shows_above_the_axis_and_the_top_is_half_the_resistance():
    (curve,) = curves(views.nyquist(rc_element()))
    up = curve.dimension_values("minus_im")
    assert up.min() >= 0
    assert up.max() == pytest.approx(0.01, rel=0.01)


def test_each_cycle_is_a_curve_and_a_sweep_that_begins_again_too():
    frame = pd.concat([rc_element(1), rc_element(2, 0.03), rc_element(2, 0.04)])
    assert len(curves(views.nyquist(frame))) == 3


def test_too_many_are_spread_over_all_and_told():
    frame = pd.concat([rc_element(k) for k in range(1, 101)])
    picture = views.nyquist(frame, max_spectra=5)
    assert len(curves(picture)) == 5
    assert "5 of 100" in hv.Store.lookup_options("bokeh", picture, "plot").kwargs["title"]


def test_input_is_left_as_it_was_and_bad_input_is_refused():
    frame = rc_element()
    before = frame.copy()
    views.nyquist(frame)
    pd.testing.assert_frame_equal(frame, before)
    with pytest.raises(FrameError, match=REAL_IMPEDANCE):
        views.nyquist(frame.drop(columns=REAL_IMPEDANCE))
    with pytest.raises(ParameterError, match="at least 1"):
        views.nyquist(frame, max_spectra=0)
    assert isinstance(views.nyquist(frame.iloc[:0]), hv.Text)
