"""Mirrors stand in for the web: a small one of our own, and the real one where it is set."""

import os

import numpy as np
import pandas as pd
import pytest
import yaml

import bdg_explore as bdg
from bdg_explore.errors import CatalogError, FrameError, MissingDataError, MissingDataWarning
from bdg_explore.hubs.catalogs import datasets_in
from bdg_explore.hubs.collection import Hubs
from bdg_explore.hubs.mirror import all_mirrors


def write_mirror(folder, datasets):
    folder.mkdir(exist_ok=True)
    (folder / "mirror.yaml").write_text(yaml.safe_dump({"version": 1, "datasets": datasets}))
    return folder


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A mirror that calls its cells by other names, and holds curves on a grid."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    pd.DataFrame(
        {"cell": ["row1", "row1", "new"], "k": [1, 2, 1], "q": [1.0, 0.9, 0.8]}
    ).to_parquet(folder / "cycles.parquet")
    pd.DataFrame({"cell": ["row1"], "k": [1], "q": [[0.0, 0.5, 1.0]]}).to_parquet(
        folder / "curves.parquet"
    )
    rename = {"k": "cycle_count", "q": "cycle_discharging_capacity_ah"}
    monkeypatch.setenv("BDG_MIRROR", str(folder))
    return write_mirror(
        folder,
        {
            "lab-2026": {
                "cycles": {"path": "cycles.parquet", "rename": rename},
                "curves": {
                    "path": "curves.parquet",
                    "rename": {"k": "cycle_count", "q": "discharging_capacity_ah"},
                    "grid": {"voltage_volt": {"start": 3.6, "stop": 2.0, "num": 3}},
                },
            },
            "unheard-of": {"cycles": {"path": "cycles.parquet"}},
        },
    )


@pytest.fixture
def hubs(lab, entry, small):
    entry["args"]["tables"] = {}
    folder = lab({"lab-2026": entry})
    facts = pd.read_csv(folder / "facts.csv").assign(also_known_as=["row1", "EL15; x", None])
    facts.to_csv(folder / "facts.csv", index=False)
    return Hubs(datasets_in(folder), all_mirrors())


def test_other_names_lead_to_the_catalogs_own(hubs):
    cycles = hubs.cycles("lab-2026/a")
    assert cycles["cycle_discharging_capacity_ah"].tolist() == [1.0, 0.9]
    assert set(cycles["cell"]) == {"lab-2026/a"}


def test_a_cell_only_the_mirror_knows_is_there_too(hubs):
    assert hubs.cells.loc["lab-2026/new", "cathode_chemistry"] == "LFP"
    assert hubs.cycles("lab-2026/new")["cycle_discharging_capacity_ah"].tolist() == [0.8]
    assert hubs.cells.loc["lab-2026/b", "availability"] == "request"


def test_lists_become_points_on_their_grid(hubs):
    curves = hubs.table("curves", "lab-2026/a")
    assert curves["voltage_volt"].tolist() == [3.6, 2.8, 2.0]
    assert curves["discharging_capacity_ah"].tolist() == [0.0, 0.5, 1.0]
    assert curves["cycle_count"].tolist() == [1, 1, 1]


def test_sql_translates_names_and_columns(hubs):
    found = hubs.sql("select cell, max(cycle_count) as n from cycles group by 1 order by 1")
    assert found.to_dict("records") == [
        {"cell": "lab-2026/a", "n": 2},
        {"cell": "lab-2026/new", "n": 1},
    ]


def test_a_list_that_does_not_fit_its_grid_is_told(hubs, small):
    pd.DataFrame({"cell": ["row1"], "k": [1], "q": [[0.0, 0.5]]}).to_parquet(
        small / "curves.parquet"
    )
    with pytest.raises(FrameError, match=r"row 0.*holds 2 values"):
        hubs.table("curves", "lab-2026/a")


def test_a_folder_that_is_no_mirror_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("BDG_MIRROR", str(tmp_path))
    with pytest.raises(CatalogError, match=r"holds no mirror\.yaml"):
        bdg.open_hubs()
    write_mirror(tmp_path, {"x": {"cycles": {"path": "../../etc/passwd"}}})
    with pytest.raises(CatalogError, match="leads out of"):
        bdg.open_hubs()
    write_mirror(tmp_path, {"x": {"cycles": {"pth": "a"}}})
    with pytest.raises(CatalogError, match="Did you mean path"):
        bdg.open_hubs()


def test_a_mirror_without_the_file_is_told(hubs, small):
    (small / "curves.parquet").unlink()
    with pytest.raises(CatalogError, match="the mirror names"):
        hubs.table("curves", "lab-2026/a")


# --- the real one ---------------------------------------------------------------------------------


def test_a_mirror_may_name_formats_otherwise_and_hold_tests_without_ids(lab, monkeypatch, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    lab()  # writes c.csv, one cycle of a cell
    (folder / "run_7.csv").write_bytes((tmp_path / "my_lab" / "c.csv").read_bytes())
    (folder / "mirror.yaml").write_text(
        "version: 1\ndatasets:\n  lab-2026:\n    timeseries:\n"
        "      path: run_7.csv\n      format: somebody_elses_csv\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("BDG_MIRROR", str(folder))
    hubs = Hubs(datasets_in(lab()), all_mirrors())
    assert "lab-2026/run_7" in hubs.cells.index
    frame = hubs.timeseries("lab-2026/run_7")
    assert len(frame) == 122 and set(frame["cell"]) == {"lab-2026/run_7"}


def test_several_files_of_one_cell_are_one_test(lab, monkeypatch, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    place = lab()  # writes c.csv, one cycle of a cell
    part = pd.read_csv(place / "c.csv")
    part.to_csv(folder / "run_1.csv", index=False)
    later = part.assign(voltage_volt=part["voltage_volt"] + 1e-3)  # its clock begins anew
    later.to_csv(folder / "run_2.csv", index=False)
    write_mirror(
        folder,
        {
            "lab-2026": {
                "timeseries": {"path": ["run_2.csv", "run_1.csv"], "format": "csv", "cells": ["a"]}
            }
        },
    )
    monkeypatch.setenv("BDG_MIRROR", str(folder))
    hubs = Hubs(datasets_in(place), all_mirrors())
    frame = hubs.timeseries("lab-2026/a")
    assert frame["test_time_second"].is_monotonic_increasing and len(frame) == 2 * len(part)
    assert sorted(frame["cycle_count"].unique()) == [1, 2]
    assert len(hubs.timeseries("lab-2026/a", cycles=[2])) == len(part)


@pytest.fixture(scope="module")
def real():
    folder = os.environ.get("BDG_MIRROR")
    if not folder:
        pytest.skip("BDG_MIRROR is not set: no real measurements here")
    return bdg.open_hubs()


@pytest.mark.usefixtures("mirror")
class TestRealMeasurements:
    def test_severson_is_found_and_reaches_its_published_lives(self, real):
        found = real.find("severson")
        assert len(found) == 124
        here = found[found["availability"] == "here"]
        assert len(here) == 84
        batch = here[here["batch"] == "2017-06-30"]
        with pytest.warns(MissingDataWarning, match="b2c1"):
            cycles = real.cycles(batch)
        assert list(cycles.attrs["missing"]) == ["severson-2019/b2c1"]
        ends = bdg.end_of_life(cycles, threshold_ah=0.88)
        lives = batch["cycle_life"].drop("severson-2019/b2c1")
        assert len(lives) == 42
        first = ends["first_touch_cycle"].reindex(lives.index)
        assert (first == lives).all(), (first - lives)[first != lives]

    def test_the_grid_of_seversons_curves(self, real):
        curves = real.table("curves", "severson-2019/b1c1", cycles=[10])
        assert len(curves) == 1000
        assert curves["voltage_volt"].iloc[[0, -1]].tolist() == [3.6, 2.0]
        assert 1.0 < curves["discharging_capacity_ah"].max() < 1.1

    def test_nasa_is_summarized(self, real):
        frame = real.timeseries("nasa-pcoe-battery/B0029")
        assert (np.diff(frame["test_time_second"]) >= 0).all()
        cycles = real.cycles("nasa-pcoe-battery/B0029")
        capacity = cycles["cycle_discharging_capacity_ah"].dropna()
        assert (capacity > 0).sum() == 40
        assert capacity.iloc[0] == pytest.approx(1.6975, rel=0.02)
        assert capacity.iloc[-1] == pytest.approx(1.612, rel=0.02)

    def test_cells_only_the_mirror_knows(self, real):
        assert real.datasets.loc["hust-2022", "cells_known"] == 77
        assert real.datasets.loc["xjtu-2024", "cells_known"] == 55
        cycles = real.cycles("hust-2022/1-1")
        assert cycles["cycle_discharging_capacity_ah"].iloc[0] == pytest.approx(1.1695, abs=1e-3)

    def test_battery_archive_excerpts(self, real):
        uid = "ba-calce/CALCE_CX2-33_prism_LCO_25C_0-100_0.5-0.5C_d"
        assert real.cycles(uid)["cycle_discharging_capacity_ah"].iloc[0] == pytest.approx(1.292)
        assert len(real.timeseries(uid)) == 15

    def test_a_cell_without_measurements_says_so(self, real):
        with pytest.raises(MissingDataError, match="b3c0"):
            real.cycles("severson-2019/b3c0")
