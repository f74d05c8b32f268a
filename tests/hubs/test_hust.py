"""HUST as a hub sees it: the entry's checksum decides, for a fetched file and for a mirror's."""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "samples"))
import make_hust_samples as made

from bdg_explore.errors import BdgError, CatalogError, UnknownFormatError
from bdg_explore.hubs import Hubs, catalog_path, open_hubs
from bdg_explore.hubs.catalogs import datasets_in
from bdg_explore.hubs.mirror import all_mirrors


@pytest.fixture
def mirrored(tmp_path, monkeypatch):
    """A mirror that holds an archive, invented; returns the archive."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    archive = folder / "hust_data.zip"
    made.write_archive(archive, {name: made.cell(name) for name in ("1-1", "10-8")})
    tables = {
        name: {"path": archive.name, "format": "hust_pkl"} for name in ("timeseries", "cycles")
    }
    (folder / "mirror.yaml").write_text(yaml.safe_dump({"datasets": {"hust-2022": tables}}))
    monkeypatch.setenv("BDG_MIRROR", str(folder))
    return archive


def hust(sha256=None):
    """The shipped entry, alone; of another checksum if one is given."""
    (entry,) = (d for d in datasets_in(catalog_path("mendeley")) if d.id == "hust-2022")
    if sha256 is None:
        return entry
    tables = {
        name: replace(table, files=(replace(table.files[0], sha256=sha256),))
        for name, table in entry.tables.items()
    }
    return replace(entry, tables=tables)


def test_the_shipped_entry_states_which_archive_it_means():
    for table in hust().tables.values():
        (file,) = table.files
        assert file.size == 1_188_136_932
        assert len(file.sha256) == 64
    cells = open_hubs().find(dataset="hust-2022")
    assert len(cells) == 77
    assert set(cells["tables"]) == {"timeseries cycles"}
    assert set(cells["availability"]) == {"download"}


def test_an_archive_of_a_mirror_that_is_another_is_refused(mirrored):
    hubs = open_hubs()
    assert hubs.find(dataset="hust-2022")["availability"].value_counts()["here"] == 2
    with pytest.raises(UnknownFormatError, match="is not the archive that the catalog means"):
        hubs.timeseries("hust-2022/1-1")


def test_the_archive_that_is_meant_is_read(mirrored):
    sha256 = hashlib.sha256(mirrored.read_bytes()).hexdigest()
    hubs = Hubs([hust(sha256)], all_mirrors())
    frame = hubs.timeseries("hust-2022/1-1", cycles=[2])
    assert len(frame) == 12
    assert set(frame["cell"]) == {"hust-2022/1-1"}
    assert hubs.cycles("hust-2022/10-8")["cycle_discharging_capacity_ah"].tolist() == [
        1.1, 1.099, 1.098,
    ]  # fmt: skip


def test_no_other_catalog_may_name_pickles(lab, entry, mirrored):
    entry["args"]["tables"]["cycles"]["format"] = "hust_pkl"
    with pytest.raises(CatalogError, match="only the collection that ships may name it"):
        open_hubs(lab({"lab-2026": entry}))
    sha256 = hashlib.sha256(mirrored.read_bytes()).hexdigest()
    foreign = replace(hust(sha256), place=None)
    with pytest.raises(BdgError, match="no catalog that ships states its sha256"):
        Hubs([foreign], all_mirrors()).timeseries("hust-2022/1-1")
