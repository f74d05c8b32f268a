"""Equivalent circuits: known answers, intervals, another engine's elements, ugly input."""

import numpy as np
import pandas as pd
import pytest
from impedance_engine import impedance_py
from made_spectra import FREQUENCIES, randles, spectrum, two_arcs

import bdg_explore as bdg
from bdg_explore.analysis import circuit_impedance, circuit_residuals, fit_circuit
from bdg_explore.columns import CELL, CYCLE, FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE
from bdg_explore.errors import FrameError, ParameterError
from real_files import needs_real

RANDLES = "R0-p(R1-W1,CPE1)"
TRUE = {
    "R0_ohm": 0.015,
    "R1_ohm": 0.025,
    "W1_ohm_per_root_second": 0.004,
    "CPE1_coefficient": 1.2,
    "CPE1_exponent": 0.85,
}
ELEMENTS = {
    "R": [0.02],
    "C": [3.0],
    "L": [1e-6],
    "CPE": [1.4, 0.8],
    "W": [0.01],
    "Wo": [0.03, 20.0],
    "Ws": [0.03, 20.0],
    "G": [0.03, 5.0],
}


def made(circuit: str, values: list[float], frequency=FREQUENCIES) -> pd.DataFrame:
    """The spectrum of a circuit, its parameters given in the order of the columns."""
    names = [c for c in fit_circuit(spectrum(randles()), circuit, starts=1) if "_" in c]
    names = [n for n in names if n + "_error" in names]
    return circuit_impedance(
        pd.DataFrame([dict(zip(names, values, strict=True)) | {"circuit": circuit}]), frequency
    )


def complex_of(frame: pd.DataFrame) -> np.ndarray:
    return frame[REAL_IMPEDANCE].to_numpy() + 1j * frame[IMAGINARY_IMPEDANCE].to_numpy()


def test_two_arcs_are_found_without_noise_and_the_faster_stands_first():
    fit = fit_circuit(spectrum(two_arcs()), "R0-p(R1,C1)-p(R2,C2)").iloc[0]
    found = fit[["R0_ohm", "R1_ohm", "C1_farad", "R2_ohm", "C2_farad"]].to_numpy(dtype=float)
    assert found == pytest.approx([0.01, 0.02, 1e-3 / 0.02, 0.03, 0.1 / 0.03], rel=1e-6)
    assert fit["chi_squared"] < 1e-15
    assert fit["agreeing_start_count"] >= 4
    assert fit["reason"] == ""


def test_a_randles_circuit_is_found_without_noise():
    fit = fit_circuit(spectrum(randles()), RANDLES).iloc[0]
    assert fit[list(TRUE)].to_numpy(dtype=float) == pytest.approx(list(TRUE.values()), rel=1e-6)


@pytest.mark.parametrize(
    ("circuit", "values"),
    [
        ("L0-R0-p(R1,CPE1)", [2e-7, 0.01, 0.02, 0.8, 0.9]),
        ("R0-p(R1,C1)-Wo1", [0.01, 0.02, 0.1, 0.03, 50.0]),
        ("R0-p(R1,C1)-Ws1", [0.01, 0.02, 0.1, 0.03, 5.0]),
        ("R0-G1", [0.01, 0.05, 0.2]),
        ("p(R1,C1)", [0.02, 0.5]),
        ("R0-C1", [0.02, 40.0]),
    ],
)
def test_other_circuits_are_found_without_noise(circuit, values):
    fit = fit_circuit(made(circuit, values), circuit).iloc[0]
    names = [name[: -len("_error")] for name in fit.index if name.endswith("_error")]
    assert fit[names].to_numpy(dtype=float) == pytest.approx(values, rel=1e-3)


def test_intervals_hold_the_truth_as_often_as_they_say():
    frame = pd.concat(
        [spectrum(randles(), noise=0.005, seed=seed, **{CYCLE: seed}) for seed in range(60)]
    )
    fits = fit_circuit(frame, RANDLES, starts=2)
    inside = np.mean(
        [
            (fits[f"{name}_lower"] <= value) & (value <= fits[f"{name}_upper"])
            for name, value in TRUE.items()
        ]
    )
    assert 0.90 <= inside <= 0.99
    scatter = fits["R1_ohm"].std() / fits["R1_ohm_error"].mean()
    assert scatter == pytest.approx(1.0, abs=0.25)
    assert np.sqrt(fits["reduced_chi_squared"].mean()) == pytest.approx(0.005, rel=0.05)


def test_what_the_spectrum_does_not_determine_has_no_error_to_trust():
    fit = fit_circuit(spectrum(two_arcs(), noise=0.002), "R0-R9-p(R1,C1)-p(R2,C2)").iloc[0]
    assert np.isinf(fit["R0_ohm_error"])
    assert fit["R0_ohm_lower"] == 0.0
    assert np.isinf(fit["R0_ohm_upper"])
    assert fit["R0_ohm"] + fit["R9_ohm"] == pytest.approx(0.01, rel=0.01)
    assert np.isfinite(fit["R1_ohm_error"])


@pytest.mark.parametrize("kind", ELEMENTS)
def test_elements_are_those_of_another_engine(kind):
    elements = impedance_py("models.circuits.elements")
    theirs = getattr(elements, kind)(ELEMENTS[kind], list(FREQUENCIES))
    ours = complex_of(made(f"{kind}1", ELEMENTS[kind]))
    assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("kind", ELEMENTS)
def test_slopes_are_those_of_finite_differences(kind):
    from bdg_explore.analysis.impedance.circuit_elements import parse_circuit

    node = parse_circuit(f"p(R9-{kind}1,C9)")
    values = dict(zip(node.parameters(), [0.05, *ELEMENTS[kind], 0.7], strict=True))
    circular = 2 * np.pi * FREQUENCIES
    _, slopes = node.with_slopes(circular, values)
    step = 1e-6
    for name, slope in zip(values, slopes, strict=True):
        old = values[name]
        new = old + step if name.endswith("exponent") else old * np.exp(step)
        moved = node.impedance(circular, values | {name: new})
        assert (moved - node.impedance(circular, values)) / step == pytest.approx(slope, rel=1e-4)


def test_residuals_and_the_spectrum_of_a_fit():
    frame = spectrum(randles(), noise=0.003, **{CELL: "a", CYCLE: 7})
    fit = fit_circuit(frame, RANDLES)
    drawn = circuit_impedance(fit, [100.0, 1.0])
    assert drawn[[CELL, CYCLE]].drop_duplicates().to_numpy().tolist() == [["a", 7]]
    assert complex_of(drawn) == pytest.approx(randles(np.array([100.0, 1.0])), rel=0.005)
    residuals = circuit_residuals(frame, fit)
    both = residuals[["real_residual", "imaginary_residual"]].to_numpy()
    assert np.sum(both**2) == pytest.approx(fit["chi_squared"].iloc[0], rel=1e-9)
    with pytest.raises(FrameError, match="other spectra"):
        circuit_residuals(frame.assign(**{CYCLE: 8}), fit)


def test_where_no_start_agrees_with_the_best_more_are_made():
    frequency = np.logspace(4, -2, 43)  # a small arc beside one of eight times its resistance
    s = 2j * np.pi * frequency
    large, small = 0.0679 / (1 + (s * 1.53e-4) ** 0.807), 0.00879 / (1 + (s * 2.18e-3) ** 0.886)
    z = s * 1.82e-8 + 0.00627 + large + small + 1 / (52.7 * s**0.518)
    fits = fit_circuit(
        pd.concat(
            [spectrum(z, frequency=frequency, noise=0.002, seed=k, **{CYCLE: k}) for k in (0, 1, 4)]
        )
    )
    assert (np.sqrt(fits["reduced_chi_squared"]) < 0.0024).all()  # eight starts leave one at 0.0032
    assert fits["start_count"].tolist() == [8, 32, 32]
    assert (fits["agreeing_start_count"] >= 2).all()
    inside = (fits["R2_ohm_lower"] <= 0.00879) & (fits["R2_ohm_upper"] >= 0.00879)
    assert inside.sum() >= 2


def test_a_guess_is_where_the_first_start_begins():
    frame = spectrum(randles())
    near = fit_circuit(frame, RANDLES, guess=TRUE, starts=1).iloc[0]
    assert near["chi_squared"] < 1e-15
    with pytest.raises(ParameterError, match="Did you mean R1_ohm"):
        fit_circuit(frame, RANDLES, guess={"R1_ohms": 1.0})
    with pytest.raises(ParameterError, match="does not lie"):
        fit_circuit(frame, RANDLES, guess={"R1_ohm": -1.0})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "something else"),
        ("R0--R1", "no element"),
        ("R0-p(R1)", "two branches"),
        ("R0-p(R1,C1", "a '\\)'"),
        ("R0-", "it ends"),
        ("R0-X1", "'X1' is no element"),
        ("R0-R0", "stands in it twice"),
        ("R0)C1", "should end"),
        ("__import__('os')", "something else"),
    ],
)
def test_what_is_no_circuit_is_told(text, why):
    with pytest.raises(ParameterError, match=why):
        fit_circuit(spectrum(randles()), text)


def test_ugly_spectra():
    clean = spectrum(randles(), noise=0.001)
    row = {FREQUENCY: 2.0, REAL_IMPEDANCE: np.nan, IMAGINARY_IMPEDANCE: 0.0}
    direct = {FREQUENCY: 0.0, REAL_IMPEDANCE: 0.1, IMAGINARY_IMPEDANCE: 0.0}
    ugly = pd.concat([clean, pd.DataFrame([row, direct])]).sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(fit_circuit(clean, RANDLES), fit_circuit(ugly, RANDLES))
    few = fit_circuit(clean.iloc[:2], RANDLES).iloc[0]
    assert few["reason"] == "2 frequencies hold an impedance, too few for 5 parameters"
    assert np.isnan(few["R0_ohm"])
    assert len(circuit_impedance(fit_circuit(clean.iloc[:2], RANDLES), [1.0])) == 0
    assert len(fit_circuit(clean.iloc[:0], RANDLES)) == 0
    turned = clean.assign(**{IMAGINARY_IMPEDANCE: -clean[IMAGINARY_IMPEDANCE]})
    assert "turn their sign" in fit_circuit(turned, RANDLES)["reason"].iloc[0]
    doubled = fit_circuit(pd.concat([clean, clean]), RANDLES).iloc[0]
    assert doubled["R1_ohm"] == pytest.approx(fit_circuit(clean, RANDLES)["R1_ohm"].iloc[0])


def test_resistances_grow_with_the_impedance_and_times_do_not():
    frame = spectrum(randles(), noise=0.002)
    tenfold = frame.assign(
        **{name: 10 * frame[name] for name in (REAL_IMPEDANCE, IMAGINARY_IMPEDANCE)}
    )
    one, ten = fit_circuit(frame, RANDLES).iloc[0], fit_circuit(tenfold, RANDLES).iloc[0]
    assert ten["R1_ohm"] == pytest.approx(10 * one["R1_ohm"], rel=1e-4)
    assert ten["CPE1_coefficient"] == pytest.approx(one["CPE1_coefficient"] / 10, rel=1e-4)
    assert ten["chi_squared"] == pytest.approx(one["chi_squared"], rel=1e-6)


@needs_real("eis/zhang2020")
def test_a_coin_cell_is_followed_along_its_life(mirror):
    frame = bdg.read(next((mirror / "eis" / "zhang2020").glob("data_*.csv.gz")))
    frame = frame[(frame[CELL] == "1") & (frame[CYCLE] % 40 == 1)]
    fits = fit_circuit(frame)
    assert len(fits) == 7
    assert fits["reason"].eq("").all()
    assert (np.sqrt(fits["reduced_chi_squared"]) < 0.02).all()
    polarisation = fits["R1_ohm"] + fits["R2_ohm"]
    assert polarisation.is_monotonic_increasing
    assert polarisation.iloc[-1] / polarisation.iloc[0] == pytest.approx(1.56, abs=0.1)
