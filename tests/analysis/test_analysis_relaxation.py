"""Relaxation times: known peaks and areas, noise, real spectra, ugly input."""

import numpy as np
import pandas as pd
import pytest
from made_spectra import FREQUENCIES, randles, spectrum, two_arcs

import bdg_explore as bdg
from bdg_explore.analysis import relaxation_distribution, relaxation_peaks, relaxation_times
from bdg_explore.columns import CELL, CYCLE, FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE
from bdg_explore.errors import FrameError, ParameterError
from real_files import needs_real

STEP = 10 ** (1 / 10)


@pytest.mark.parametrize("noise", [0.0, 0.002, 0.005])
def test_two_arcs_give_two_peaks_where_they_are(noise):
    frame = spectrum(two_arcs(), noise=noise)
    found = relaxation_times(frame).iloc[0]
    assert found["relaxation_peak_count"] == 2
    assert found["polarisation_resistance_ohm"] == pytest.approx(0.05, rel=0.02)
    assert found["ohmic_resistance_ohm"] == pytest.approx(0.01, rel=0.02)
    peaks = relaxation_peaks(relaxation_distribution(frame))
    ratio = peaks["peak_relaxation_time_second"].to_numpy() / [1e-3, 0.1]
    assert (ratio < STEP).all()
    assert (ratio > 1 / STEP).all()
    assert peaks["peak_resistance_ohm"].to_numpy() == pytest.approx([0.02, 0.03], rel=0.05)
    assert peaks["peak_frequency_hertz"].iloc[0] == pytest.approx(
        1 / (2 * np.pi * peaks["peak_relaxation_time_second"].iloc[0])
    )


def test_times_between_the_points_of_the_grid_are_found_too():
    for time in np.geomspace(0.01, 0.1, 7):
        z = 0.02 + 0.03 / (1 + 2j * np.pi * FREQUENCIES * time)
        found = relaxation_times(spectrum(z, noise=0.003)).iloc[0]
        assert 1 / STEP < found["peak_relaxation_time_second"] / time < STEP
        assert found["polarisation_resistance_ohm"] == pytest.approx(0.03, rel=0.02)


def test_the_distribution_of_a_constant_phase_arc_is_the_closed_one():
    a, resistance, middle = 0.7, 0.03, 0.05
    s = 2j * np.pi * FREQUENCIES
    frame = spectrum(0.01 + resistance / (1 + (s * middle) ** a))
    found = relaxation_distribution(frame, regularisation=1e-7)
    x = np.log(found["relaxation_time_second"] / middle)
    closed = resistance / (2 * np.pi) * np.sin(np.pi * a) / (np.cosh(a * x) + np.cos(np.pi * a))
    inner = np.abs(x) < 4
    off = (found["relaxation_distribution_ohm"] - closed)[inner].abs().max()
    assert off < 0.05 * closed.max()


def test_areas_of_peaks_add_up_to_the_whole():
    frame = spectrum(two_arcs(), noise=0.002)
    peaks = relaxation_peaks(relaxation_distribution(frame))
    whole = relaxation_times(frame)["polarisation_resistance_ohm"].iloc[0]
    assert peaks["peak_resistance_ohm"].sum() == pytest.approx(whole, rel=0.01)


def test_inductance_and_capacitance_in_series_are_told():
    s = 2j * np.pi * FREQUENCIES
    found = relaxation_times(spectrum(two_arcs() + s * 5e-7 + 1 / (s * 800.0))).iloc[0]
    assert found["inductance_henry"] == pytest.approx(5e-7, rel=0.01)
    assert found["series_capacitance_farad"] == pytest.approx(800.0, rel=0.02)
    assert np.isinf(
        relaxation_times(spectrum(two_arcs()), capacitance=False)["series_capacitance_farad"].iloc[
            0
        ]
    )


@pytest.mark.parametrize(("ohmic", "farad"), [(0.05, np.inf), (0.0, 5.0), (0.05, 5.0)])
def test_a_resistance_or_a_capacitance_alone_has_no_relaxation_times(ohmic, farad):
    frame = spectrum(ohmic - 1j / farad / (2 * np.pi * FREQUENCIES))
    with np.errstate(all="raise"):
        found = relaxation_times(frame).iloc[0]
    assert found["ohmic_resistance_ohm"] == pytest.approx(ohmic, abs=1e-12)
    assert found["series_capacitance_farad"] == pytest.approx(farad)
    assert found["polarisation_resistance_ohm"] == 0.0
    assert found["relaxation_peak_count"] == 0


@pytest.mark.parametrize("per_decade", [2, 3, 5])
def test_few_frequencies_do_not_break_arcs_into_many(per_decade):
    frequency = np.logspace(4, -2, 6 * per_decade + 1)
    s = 2j * np.pi * frequency
    arcs = 0.01 + 0.02 / (1 + (s * 1e-3) ** 0.7) + 0.03 / (1 + (s * 0.3) ** 0.7)
    frame = pd.concat(
        [
            spectrum(arcs, frequency=frequency, noise=0.002, seed=seed, **{CYCLE: seed})
            for seed in range(12)
        ]
    )
    found = relaxation_times(frame)
    assert (found["relaxation_peak_count"] == 2).mean() >= 0.8
    assert found["polarisation_resistance_ohm"].between(0.046, 0.054).all()


def test_more_regularisation_is_smoother_and_fits_worse():
    frame = spectrum(randles(), noise=0.003)
    weights = [1e-7, 1e-4, 1e-1]
    found = [relaxation_times(frame, regularisation=weight).iloc[0] for weight in weights]
    rms = [one["real_residual_rms"] for one in found]
    assert rms == sorted(rms)
    assert [one["regularisation"] for one in found] == weights
    heights = [
        relaxation_distribution(frame, regularisation=w)["relaxation_distribution_ohm"].max()
        for w in weights
    ]
    assert heights == sorted(heights, reverse=True)


def test_the_rounding_of_frequencies_does_not_matter():
    frame = spectrum(randles(), noise=0.002)
    rounded = frame.assign(**{FREQUENCY: frame[FREQUENCY].astype("float32")})
    times = [relaxation_distribution(f)["relaxation_time_second"] for f in (frame, rounded)]
    pd.testing.assert_series_equal(*times)
    whole = [relaxation_times(f)["polarisation_resistance_ohm"].iloc[0] for f in (frame, rounded)]
    assert whole[1] == pytest.approx(whole[0], rel=1e-3)


def test_the_unit_of_the_impedance_does_not_matter():
    frame = spectrum(randles(), noise=0.003)
    milli = frame.assign(
        **{name: 1000 * frame[name] for name in (REAL_IMPEDANCE, IMAGINARY_IMPEDANCE)}
    )
    one, many = relaxation_times(frame).iloc[0], relaxation_times(milli).iloc[0]
    assert many["regularisation"] == one["regularisation"]
    ratio = many["polarisation_resistance_ohm"] / one["polarisation_resistance_ohm"]
    assert ratio == pytest.approx(1000, rel=1e-6)


def test_many_spectra_and_ugly_ones():
    good = spectrum(two_arcs(), noise=0.001)
    frame = pd.concat(
        [
            good.assign(**{CELL: "a", CYCLE: 1}),
            good.iloc[:3].assign(**{CELL: "a", CYCLE: 2}),
            good.assign(**{CELL: "b", CYCLE: 1, IMAGINARY_IMPEDANCE: -good[IMAGINARY_IMPEDANCE]}),
            good.assign(**{CELL: "c", CYCLE: 1, REAL_IMPEDANCE: np.nan}),
        ]
    )
    frame.loc[len(frame)] = {CELL: "a", CYCLE: 1, FREQUENCY: 0.0, REAL_IMPEDANCE: 0.1}
    found = relaxation_times(frame.sample(frac=1, random_state=0)).set_index([CELL, CYCLE])
    assert found.loc[("a", 1), "reason"] == ""
    assert found.loc[("a", 2), "reason"].startswith("3 frequencies")
    assert "turn their sign" in found.loc[("b", 1), "reason"]
    assert found.loc[("c", 1), "reason"].startswith("0 frequencies")
    assert found["polarisation_resistance_ohm"].notna().sum() == 1
    curve = relaxation_distribution(frame)
    assert curve[[CELL, CYCLE]].drop_duplicates().to_numpy().tolist() == [["a", 1]]
    assert len(relaxation_times(good.iloc[:0])) == 0
    assert len(relaxation_peaks(relaxation_distribution(good.iloc[:0]))) == 0


def test_bad_input_is_refused():
    frame = spectrum(two_arcs())
    for choices in ({"regularisation": 0}, {"points_per_decade": 1}, {"prominence_share": 1}):
        with pytest.raises(ParameterError):
            relaxation_times(frame, **choices)
    with pytest.raises(FrameError, match="relaxation_distribution"):
        relaxation_peaks(frame)


@needs_real("eis/zhang2020")
def test_the_slow_process_of_a_coin_cell_grows_along_its_life(mirror):
    frame = bdg.read(next((mirror / "eis" / "zhang2020").glob("data_*.csv.gz")))
    frame = frame[(frame[CELL] == "1") & (frame[CYCLE] % 40 == 1)]
    found = relaxation_times(frame, regularisation=1e-4)
    assert (found["real_residual_rms"] < 0.005).all()
    assert found["peak_relaxation_time_second"].is_monotonic_increasing
    assert found["polarisation_resistance_ohm"].is_monotonic_increasing
    grown = found["polarisation_resistance_ohm"].iloc[-1]
    assert grown / found["polarisation_resistance_ohm"].iloc[0] == pytest.approx(1.57, abs=0.1)
