"""Validity of spectra: known answers, another engine, real measurements, ugly input."""

import contextlib
import io

import numpy as np
import pandas as pd
import pytest
from impedance_engine import impedance_py
from made_spectra import FREQUENCIES, drifting, randles, spectrum, two_arcs

import bdg_explore as bdg
from bdg_explore.analysis import (
    fit_circuit,
    kramers_kronig,
    kramers_kronig_residuals,
    relaxation_times,
)
from bdg_explore.columns import CELL, CYCLE, FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE
from bdg_explore.errors import FrameError, ParameterError
from real_files import needs_real

SAMPLES = {  # what is to be seen of the spectra that impedance.py ships
    "exampleDataZPlot.z": True,
    "Circuit1_EIS_1.z": True,  # a dummy circuit
    "exampleData.csv": True,
    "exampleDataAutolab.txt": True,
    "exampleDataBioLogic.mpt": False,
    "exampleDataGamry.DTA": False,
}


def verdict(frame: pd.DataFrame, **choices) -> pd.Series:
    return kramers_kronig(frame, **choices).iloc[0]


def reference(frequency, z, *, capacitance):
    """Number of RC elements, mu and both residuals by impedance.py."""
    validation = impedance_py("validation")
    quiet = contextlib.redirect_stdout(io.StringIO())
    with quiet, np.printoptions(legacy="1.25"):  # it evaluates what numpy 1 would print
        count, mu, _, real, imaginary = validation.linKK(
            frequency, z, c=0.85, max_M=50, fit_type="complex", add_cap=capacitance
        )
    return count, mu, real, imaginary


def complex_of(frame: pd.DataFrame) -> np.ndarray:
    return frame[REAL_IMPEDANCE].to_numpy() + 1j * frame[IMAGINARY_IMPEDANCE].to_numpy()


@pytest.mark.parametrize("z", [two_arcs(), randles()], ids=["two arcs", "Randles"])
def test_what_a_circuit_of_passive_elements_gives_is_valid(z):
    found = verdict(spectrum(z))
    assert found["kramers_kronig_valid"]
    assert found["reason"] == ""
    assert found["largest_residual"] < 0.005
    assert verdict(spectrum(z, noise=0.003))["kramers_kronig_valid"]


def test_residuals_show_the_noise_that_was_added():
    found = verdict(spectrum(randles(), noise=0.005))
    assert found["real_residual_rms"] == pytest.approx(0.005, rel=0.3)
    assert found["imaginary_residual_rms"] == pytest.approx(0.005, rel=0.3)


def test_a_cell_that_drifts_while_it_is_measured_is_refused():
    assert verdict(spectrum(drifting(0.0)))["kramers_kronig_valid"]
    found = verdict(spectrum(drifting(0.2)))
    assert not found["kramers_kronig_valid"]
    assert found["largest_residual"] > 0.03
    assert found["largest_residual_frequency_hertz"] == pytest.approx(0.01)
    assert "exceed 0.01 of the modulus" in found["reason"]


def test_a_spectrum_with_a_wrong_part_is_refused():
    z = randles()
    assert not verdict(spectrum(z.real + 1.2j * z.imag))["kramers_kronig_valid"]
    turned = verdict(spectrum(np.conj(z)))
    assert not turned["kramers_kronig_valid"]
    assert "turn their sign" in turned["reason"]


def test_the_inductance_of_leads_is_no_fault():
    z = randles() + 2j * np.pi * FREQUENCIES * 2e-6
    assert z.imag[0] > 0
    assert verdict(spectrum(z))["kramers_kronig_valid"]


def test_tolerance_is_the_callers():
    noisy = spectrum(randles(), noise=0.02)
    assert not verdict(noisy)["kramers_kronig_valid"]
    assert verdict(noisy, tolerance=0.06)["kramers_kronig_valid"]


@pytest.mark.parametrize("capacitance", [False, True])
def test_another_engine_finds_the_same(capacitance):
    frame = spectrum(randles(), noise=0.002)
    count, mu, real, imaginary = reference(FREQUENCIES, complex_of(frame), capacitance=capacitance)
    found = verdict(frame, capacitance=capacitance, min_elements=1)
    assert found["rc_element_count"] == count
    assert found["fitting_measure"] == pytest.approx(mu, abs=1e-6)
    residuals = kramers_kronig_residuals(frame, capacitance=capacitance, min_elements=1)
    assert residuals["real_residual"].to_numpy() == pytest.approx(real, abs=1e-6)
    assert residuals["imaginary_residual"].to_numpy() == pytest.approx(imaginary, abs=1e-6)


@needs_real("eis/zhang2020")
def test_spectra_of_zhang_pass_where_another_engine_says_so(mirror):
    folder = mirror / "eis" / "zhang2020"
    frame = bdg.read(next(folder.glob("data_*.csv.gz")))
    exact = np.loadtxt(folder / "freq_eis_zhang2020.csv")  # the headers of the table round them
    rounded = frame[FREQUENCY].unique()
    frame = frame.assign(
        **{FREQUENCY: frame[FREQUENCY].map(dict(zip(rounded, exact, strict=True)))}
    )
    some = frame[frame[CYCLE] % 40 == 1]
    found = kramers_kronig(some).set_index([CELL, CYCLE])
    as_published = kramers_kronig(some, min_elements=1).set_index([CELL, CYCLE])
    assert len(found) > 15
    for name, part in some.groupby([CELL, CYCLE], observed=True):
        count, mu, real, imaginary = reference(exact, complex_of(part), capacitance=True)
        passes = max(np.mean(np.abs(real) > 0.01), np.mean(np.abs(imaginary) > 0.01)) <= 0.05
        assert found.loc[name, "kramers_kronig_valid"] == passes
        assert as_published.loc[name, "kramers_kronig_valid"] == passes
        assert as_published.loc[name, "rc_element_count"] == count
        assert as_published.loc[name, "fitting_measure"] == pytest.approx(mu, abs=1e-6)
    assert found["kramers_kronig_valid"].all()


@needs_real("eis/impedance_py")
@pytest.mark.parametrize("name", SAMPLES)
def test_files_of_potentiostats(mirror, name):
    path = mirror / "eis" / "impedance_py" / name
    found = verdict(bdg.read(path, table="impedance"))
    assert found["kramers_kronig_valid"] == SAMPLES[name]


def test_many_spectra_are_told_apart():
    frame = pd.concat(
        [
            spectrum(randles(transfer=0.02 * cycle), **{CELL: cell, CYCLE: cycle})
            for cell in ("b", "a")
            for cycle in (1, 5, 9)
        ]
    )
    found = kramers_kronig(frame)
    assert found[[CELL, CYCLE]].to_numpy().tolist() == [
        [cell, cycle] for cell in ("b", "a") for cycle in (1, 5, 9)
    ]
    shuffled = kramers_kronig(frame.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(
        found.sort_values([CELL, CYCLE], ignore_index=True),
        shuffled.sort_values([CELL, CYCLE], ignore_index=True),
    )
    states = frame.rename(columns={CYCLE: "state_of_charge"})
    assert len(kramers_kronig(states, by=[CELL, "state_of_charge"])) == 6
    with pytest.raises(FrameError, match="Did you mean state_of_charge"):
        kramers_kronig(states, by=["state_of_charg"])


def test_unsorted_doubled_empty_and_direct_current_records():
    clean = spectrum(randles())
    doubled = pd.concat([clean, clean]).sample(frac=1, random_state=1)
    assert verdict(doubled)["kramers_kronig_valid"]
    assert verdict(doubled)["record_count"] == 122
    holes = pd.concat(
        [
            clean,
            pd.DataFrame({FREQUENCY: [0.0], REAL_IMPEDANCE: [0.1], IMAGINARY_IMPEDANCE: [0.0]}),
            pd.DataFrame({FREQUENCY: [3.0], REAL_IMPEDANCE: [np.nan], IMAGINARY_IMPEDANCE: [0.0]}),
        ]
    )
    pd.testing.assert_frame_equal(kramers_kronig(holes), kramers_kronig(clean))


def test_spectra_that_nobody_told_apart_are_suspected():
    two = pd.concat([spectrum(randles()), spectrum(randles(transfer=0.05))])
    found = verdict(two)
    assert not found["kramers_kronig_valid"]
    assert found["reason"].endswith("name the columns that tell them apart with by=...")
    told = kramers_kronig(two.assign(soc=np.repeat([0.2, 0.8], len(two) // 2)), by=["soc"])
    assert told["kramers_kronig_valid"].all()
    for function in (fit_circuit, relaxation_times):
        assert function(two)["reason"].iloc[0].startswith("doubtful: most frequencies stand there")
        assert function(pd.concat([spectrum(randles())] * 2))["reason"].iloc[0] == ""


def test_a_spectrum_of_few_frequencies_is_not_refused_without_a_word():
    found = verdict(spectrum(two_arcs()[::5], frequency=FREQUENCIES[::5]))
    assert not found["kramers_kronig_valid"]
    assert "fewer than four frequencies a decade" in found["reason"]


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_too_few_frequencies_are_told_not_judged(rows):
    found = kramers_kronig(spectrum(randles()).iloc[:rows])
    residuals = kramers_kronig_residuals(spectrum(randles()).iloc[:rows])
    assert len(residuals) == 0
    assert len(found) == min(rows, 1)
    if rows:
        assert not found["kramers_kronig_valid"].iloc[0]
        assert found["reason"].iloc[0].startswith(f"{rows} frequencies")
        assert np.isnan(found["fitting_measure"].iloc[0])


def test_bad_input_is_refused():
    frame = spectrum(randles())
    with pytest.raises(FrameError, match=REAL_IMPEDANCE):
        kramers_kronig(frame.drop(columns=REAL_IMPEDANCE))
    with pytest.raises(FrameError, match="negative at row 0"):
        kramers_kronig(frame.assign(**{FREQUENCY: -1.0}))
    for choices in ({"tolerance": 0}, {"cutoff": 1.0}, {"min_elements": 0}, {"max_elements": 0}):
        with pytest.raises(ParameterError):
            kramers_kronig(frame, **choices)
