"""What must hold of everything that is made of spectra: input, order, index, types, rights."""

import numpy as np
import pandas as pd
import pytest
from made_spectra import randles, spectrum, two_arcs

from bdg_explore import analysis
from bdg_explore.columns import CELL, CYCLE, FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE
from bdg_explore.rights import RIGHTS


def fit(frame: pd.DataFrame) -> pd.DataFrame:
    return analysis.fit_circuit(frame, "R0-p(R1-W1,CPE1)", starts=2)


MADE = {
    "kramers_kronig": analysis.kramers_kronig,
    "kramers_kronig_residuals": analysis.kramers_kronig_residuals,
    "fit_circuit": fit,
    "circuit_residuals": lambda frame: analysis.circuit_residuals(frame, fit(frame)),
    "circuit_impedance": lambda frame: analysis.circuit_impedance(fit(frame), [1.0, 10.0]),
    "relaxation_times": analysis.relaxation_times,
    "relaxation_distribution": analysis.relaxation_distribution,
    "relaxation_peaks": lambda f: analysis.relaxation_peaks(analysis.relaxation_distribution(f)),
}


@pytest.fixture
def spectra() -> pd.DataFrame:
    """Two spectra of one cell and one of another, with noise."""
    return pd.concat(
        [
            spectrum(randles(), noise=0.001, seed=1, **{CELL: "a", CYCLE: 1}),
            spectrum(randles(transfer=0.04), noise=0.001, seed=2, **{CELL: "a", CYCLE: 50}),
            spectrum(two_arcs(), noise=0.001, seed=3, **{CELL: "b", CYCLE: 1}),
        ],
        ignore_index=True,
    )


@pytest.mark.parametrize("name", MADE)
def test_the_input_stays_as_it_was(name, spectra):
    before = spectra.copy(deep=True)
    made = MADE[name](spectra)
    assert len(made) >= 3
    pd.testing.assert_frame_equal(spectra, before)


@pytest.mark.parametrize("name", MADE)
def test_order_of_rows_and_labels_of_the_index_do_not_matter(name, spectra):
    made = MADE[name](spectra)
    turned = spectra.sample(frac=1, random_state=7).set_index(np.arange(len(spectra))[::-1] * 3)
    again = MADE[name](turned)
    by = [
        CELL,
        CYCLE,
        *(n for n in (FREQUENCY, "relaxation_time_second", "peak_count") if n in made),
    ]
    pd.testing.assert_frame_equal(
        made.sort_values(by, ignore_index=True), again.sort_values(by, ignore_index=True)
    )


@pytest.mark.parametrize("kind", ["object", "string", "category"])
@pytest.mark.parametrize("name", ["kramers_kronig", "fit_circuit", "relaxation_times"])
def test_types_of_names_and_numbers_do_not_matter(name, kind, spectra):
    made = MADE[name](spectra)
    typed = spectra.astype({CELL: kind, REAL_IMPEDANCE: "Float64", CYCLE: "Int64"})
    again = MADE[name](typed)
    assert again[CELL].astype(str).tolist() == made[CELL].astype(str).tolist()
    numbers = made.select_dtypes("float64").columns
    pd.testing.assert_frame_equal(made[numbers], again[numbers])


@pytest.mark.parametrize("name", MADE)
def test_the_rights_go_with_what_is_made(name, spectra):
    spectra.attrs[RIGHTS] = [{"dataset": "made-up"}]
    assert MADE[name](spectra).attrs[RIGHTS] == [{"dataset": "made-up"}]


def test_spectra_of_one_table_do_not_touch_each_other(spectra):
    together = analysis.relaxation_times(spectra)
    for place, (_, part) in enumerate(spectra.groupby([CELL, CYCLE], sort=False)):
        alone = analysis.relaxation_times(part)
        pd.testing.assert_frame_equal(alone, together.iloc[[place]].reset_index(drop=True))


def test_an_inductive_tail_costs_nothing_where_the_circuit_has_leads(spectra):
    s = 2j * np.pi * spectra[FREQUENCY].to_numpy()
    tail = spectra.assign(**{IMAGINARY_IMPEDANCE: spectra[IMAGINARY_IMPEDANCE] + (s * 1e-6).imag})
    tail = tail[tail[CELL] == "a"]
    found = analysis.fit_circuit(tail, "L0-R0-p(R1-W1,CPE1)", starts=4)
    assert found["L0_henry"].to_numpy() == pytest.approx([1e-6] * 2, rel=0.01)
    assert analysis.kramers_kronig(tail)["kramers_kronig_valid"].all()
    told = analysis.relaxation_times(tail)
    assert told["inductance_henry"].to_numpy() == pytest.approx([1e-6] * 2, rel=0.05)
