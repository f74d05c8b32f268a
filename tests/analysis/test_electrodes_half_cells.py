"""Open-circuit potentials: published values, and what an unknown name gets."""

import numpy as np
import pytest

from bdg_explore.analysis.electrodes.half_cells import HALF_CELLS, half_cell, open_circuit_potential
from bdg_explore.errors import UnknownNameError

STOICHIOMETRY = [0.1, 0.3, 0.5, 0.7, 0.9]
PUBLISHED = {
    "graphite_chen2020": [0.40652, 0.16297, 0.13309, 0.09219, 0.09202],
    "lfp_prada2013": [3.40567, 3.40162, 3.39757, 3.3934, 3.34465],
    "nmc811_chen2020": [4.59448, 4.20539, 3.97196, 3.7304, 3.5682],
    "graphite_marquis2019": [0.30103, 0.21599, 0.19538, 0.17787, 0.13031],
    "lco_marquis2019": [4.67476, 4.46204, 4.18604, 3.93909, 3.90624],
    "graphite_mohtat2020": [0.19389, 0.1207, 0.0995, 0.0917, 0.0903],
    "nmc532_mohtat2020": [4.19449, 3.96249, 3.81478, 3.74036, 3.65039],
    "graphite_kim2011": [0.30101, 0.13426, 0.056, 0.03806, 0.03185],
    "nca_kim2011": [6.70329, 4.35141, 3.97596, 3.73837, 3.55331],
    "graphite_ecker2015": [0.21812, 0.1472, 0.12402, 0.08451, 0.08372],
    "nco_ecker2015": [4.50945, 4.17016, 3.94783, 3.88385, 3.6407],
}


def test_every_half_cell_is_checked():
    assert set(PUBLISHED) == set(HALF_CELLS)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_potentials(name):
    potential = open_circuit_potential(half_cell(name), STOICHIOMETRY)
    np.testing.assert_allclose(potential, PUBLISHED[name], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", HALF_CELLS)
def test_potential_falls_as_lithium_enters(name):
    s = np.linspace(0.005, 0.995, 500)
    # the Marquis graphite is flat to a microvolt near s = 0.32
    assert np.all(np.diff(open_circuit_potential(half_cell(name), s)) < 1e-5)


@pytest.mark.parametrize("name", HALF_CELLS)
def test_each_record_cites_its_paper(name):
    record = half_cell(name)
    assert record.name == name
    assert "Soc." in record.citation
    assert record.doi is None or record.doi.startswith("10.1149/")


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean nmc811_chen2020"):
        half_cell("nmc811_chen")
