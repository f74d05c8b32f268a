"""Files that a package ships: listed always, here once it is installed, never imported."""

import hashlib
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from bdg_explore.errors import CatalogError, MissingDataError, ReadError
from bdg_explore.hubs import Hubs, catalog_path, open_hubs
from bdg_explore.hubs.catalogs import datasets_in
from bdg_explore.hubs.packages import packaged_file

CSV = "Seconds,Amps,Volts\n" + "".join(f"{10 * i}.0,-0.001,{4 - i / 100:.2f}\n" for i in range(20))
ICI = "ampworks/datasets/resources/ici/ici_charge.csv"


def installed():
    try:
        return distribution("ampworks").version.startswith("0.1.")
    except PackageNotFoundError:
        return False


@pytest.fixture
def absent(monkeypatch):
    """No package of that name, whatever is installed."""

    def none(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("bdg_explore.hubs.packages.distribution", none)


@pytest.fixture
def made_up(monkeypatch, tmp_path):
    """A package of that name with one file, found where packages are; importing it is an error."""
    site = tmp_path / "site"
    (site / ICI).parent.mkdir(parents=True)
    for name in (ICI, ICI.replace("charge", "discharge")):
        (site / name).write_text(CSV)
    (site / "ampworks" / "__init__.py").write_text("raise RuntimeError('imported')")
    info = site / "ampworks-0.1.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ampworks\nVersion: 0.1.9\n")
    monkeypatch.syspath_prepend(site)
    return site / ICI


def entries(sha256=None):
    """The entries that ship; all files of another checksum if one is given."""
    for dataset in datasets_in(catalog_path("ampworks")):
        (table,) = dataset.tables.values()
        files = table.files
        if sha256:
            files = tuple(replace(file, sha256=sha256) for file in files)
        yield replace(dataset, tables={table.name: replace(table, files=files)})


@pytest.mark.usefixtures("absent")
def test_what_is_not_installed_is_listed_and_says_how_to_get_it():
    hubs = open_hubs()
    cells = hubs.find(hub="ampworks")
    assert len(cells) == 9
    assert set(cells["availability"]) == {"install"}
    assert set(cells["licence"]) == {"BSD-3-Clause"}
    with pytest.raises(MissingDataError, match=r'pip install "bdg-explore\[samples\]"'):
        hubs.timeseries("ampworks-ici/ici_charge")
    with pytest.raises(MissingDataError, match="pip install --no-deps ampworks"):
        hubs.cycles("ampworks-ici/ici_charge")


def test_what_is_installed_is_read_without_importing_it(made_up):
    sha256 = hashlib.sha256(made_up.read_bytes()).hexdigest()
    hubs = Hubs(entries(sha256))
    assert hubs.cells.loc["ampworks-ici/ici_charge", "availability"] == "here"
    frame = hubs.timeseries("ampworks-ici/ici_charge")
    assert frame["voltage_volt"].iloc[[0, -1]].tolist() == [4.0, 3.81]
    assert "ampworks" not in sys.modules


@pytest.mark.usefixtures("made_up")
def test_a_file_of_another_version_is_not_taken_for_the_one_described():
    with pytest.raises(ReadError, match="the package has another version"):
        Hubs(entries()).timeseries("ampworks-ici/ici_charge")


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize(
    "inner",
    ["../../../etc/passwd", "datasets/../../x.csv", "/etc/passwd", "__init__", "%2e%2e/x.csv",
     "datasets\\x.csv", "datasets//x.csv", ".hidden/x.csv", ""],
)  # fmt: skip
def test_no_address_leads_out_of_a_package(inner):
    assert packaged_file(f"package://ampworks/{inner}") is None
    assert packaged_file(f"package://../{inner}") is None


def test_no_other_catalog_may_name_one(lab, entry):
    entry["args"]["tables"]["cycles"]["url"] = f"package://{ICI}"
    with pytest.raises(CatalogError, match="uses package:"):
        open_hubs(lab({"lab-2026": entry}))


@pytest.mark.skipif(not installed(), reason="ampworks 0.1 is not installed: the extra samples")
def test_what_the_package_ships_is_what_the_catalog_describes():
    hubs = Hubs(entries())
    assert set(hubs.cells["availability"]) == {"here"}
    for uid in hubs.cells.index:
        if "gitt" in uid:  # a million records
            continue
        frame = hubs.timeseries(uid)
        assert frame["voltage_volt"].between(0, 4.5).all()
        assert len(frame) > 500
