"""A folder of real tester files becomes a hub."""

import json
import os
from pathlib import Path

import pytest

import bdg_explore as bdg
from bdg_explore.hubs.building import build

MIRROR = os.environ.get("BDG_MIRROR")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    if not MIRROR:
        pytest.skip("BDG_MIRROR is not set: no real measurements here")
    folder = Path(MIRROR, "raw")
    if not folder.is_dir():
        pytest.skip("the mirror holds no raw files of testers")
    out = tmp_path_factory.mktemp("real") / "hub"
    return build(folder, out, name="real testers", workers=2, progress=False)


def test_every_file_is_accounted_for(built):
    every = [path for path in Path(MIRROR, "raw").rglob("*") if path.is_file()]
    assert len(built.files) == len(every)
    report = built.report.set_index("file")
    silent = report[(report["status"] != "read") & (report["reason"] == "")]
    assert silent.empty
    assert not (report["status"] == "bad").any(), report[report["status"] == "bad"]["reason"]
    read = report[report["status"] == "read"]
    assert (read["rows_in"] > 0).all()


def test_every_cell_opens(built):
    hubs = bdg.open_hubs(built.out)
    cells = hubs.find(dataset="real-testers")
    assert list(cells["native_id"]) == list(built.cells)
    assert set(cells["availability"]) == {"here"}
    provenance = hubs.table("provenance", cells)
    for uid, tables in cells["tables"].items():
        mine = provenance[provenance["cell"] == uid]
        for name in set(tables.split()) - {"quality", "provenance"}:
            frame = hubs.table(name, uid)
            if name != "cycles":  # made here, of the records
                assert len(frame) == mine[mine["table"] == name]["rows_out"].sum(), (uid, name)
    testers = {"Arbin", "Maccor", "Neware", "BioLogic", "Novonix", "Basytec", "PEC", "Bitrode"}
    assert testers <= set(cells["test_equipment"])


def test_values_are_those_of_the_file(built):
    hubs = bdg.open_hubs(built.out)
    read = bdg.read(Path(MIRROR, "raw/neware/cellpy_neware_uio.csv"))
    held = hubs.timeseries("real-testers/neware/cellpy_neware_uio")
    for name in ("test_time_second", "cycle_count", "step_count"):
        assert held[name].tolist() == read[name].tolist()
    for name in ("voltage_volt", "current_ampere"):
        assert held[name].tolist() == read[name].astype("float32").astype(float).tolist()


def test_parts_of_a_test_are_one_cell(built):
    report = built.report.set_index("file")
    parts = report[report["cell"] == "arbin/cellpy_20160805_test001_45_cc"]
    assert len(parts) == 2
    assert parts["rows_out"].tolist() == [10261, 0], "the second holds the same records"
    alone = report.loc[[f"maccor/rovi_maccor_example.00{n}" for n in (1, 2)], "cell"]
    assert alone.nunique() == 1, "one test, as their preambles say"


def test_findings_are_told(built):
    table = bdg.open_hubs(built.out).table("quality")
    mine = table[table["cell"].str.startswith("real-testers/")]
    assert mine["quality_score"].dropna().between(0, 1).all()
    for findings, errors in zip(mine["findings"], mine["error_findings"], strict=True):
        told = json.loads(findings)
        assert sum(one["severity"] == "error" for one in told) == errors
        assert all(one["evidence"] for one in told)
