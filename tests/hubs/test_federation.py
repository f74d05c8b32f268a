"""Many hubs as one: every way in, names told apart, and no cell counted twice."""

import hashlib
import socket
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest_server import FileServer

import bdg_explore as bdg
from bdg_explore.errors import CatalogError, CatalogWarning
from bdg_explore.hubs.building import build
from bdg_explore.hubs.catalogs import datasets_in
from bdg_explore.hubs.collection import Hubs

EIGHT = [f"cell_{i}" for i in range(8)]
DOI = "10.5555/eight"


def write_hub(folder, hub="hub_a", dataset="set-a", cells=EIGHT, doi=DOI, aliases=None, **more):
    """Write a hub with one data set: a file of cycles, or none; `more` is metadata."""
    folder.mkdir(parents=True, exist_ok=True)
    with_table = more.pop("table", True)
    facts = pd.DataFrame({"native_id": cells})
    if aliases:
        facts["also_known_as"] = aliases
    facts.to_csv(folder / "facts.csv", index=False)
    tables = {}
    if with_table:
        pd.DataFrame({
            "cell": np.repeat(cells, 3),
            "cycle_count": np.tile([1, 2, 3], len(cells)),
            "cycle_discharging_capacity_ah": np.tile([1.0, 0.9, 0.8], len(cells)),
        }).to_parquet(folder / "cycles.parquet")  # fmt: skip
        tables = {"cycles": {"url": "{{ CATALOG_DIR }}/cycles.parquet", "format": "parquet"}}
    head = {"id": hub, "name": hub.title()} | more.pop("head", {})
    metadata = {"segment": "full_cell", "kind": "experimental", "licence": "CC-BY-4.0",
                "access": "open", "doi": doi, **more}  # fmt: skip
    entry = {
        "driver": "bdg_dataset",
        "description": f"Data of {hub}",
        "args": {"cells": "{{ CATALOG_DIR }}/facts.csv", "tables": tables},
        "metadata": metadata,
    }
    catalog = {"metadata": {"version": 1, "hub": head}, "sources": {dataset: entry}}
    (folder / "catalog.yaml").write_text(yaml.safe_dump(catalog))
    return folder


def opened(*folders):
    return Hubs([one for folder in folders for one in datasets_in(folder)])


# --- every way in ---------------------------------------------------------------------------------
def test_hubs_come_from_a_list_a_file_an_address_and_a_store(tmp_path, monkeypatch):
    served, listed, config = (
        write_hub(tmp_path / name, name, f"{name}-1", [f"{name}-c"], doi=None)
        for name in ("served", "listed", "config")
    )
    (tmp_path / "raw").mkdir()
    _records().to_csv(tmp_path / "raw" / "alpha.csv", index=False)
    build(tmp_path / "raw", tmp_path / "store", workers=0, progress=False)
    monkeypatch.setenv("BDG_CATALOGS", str(listed))
    settings = tmp_path / "config" / "catalogs.yaml"
    settings.write_text(f"catalogs: [{config}]")
    with FileServer() as server:
        for path in served.iterdir():
            server.add(f"/{path.name}", path.read_bytes())
        hubs = bdg.open_hubs(server.url("/catalog.yaml"), tmp_path / "store")
        assert {"demo", "served", "listed", "config", "raw"} <= set(hubs.hubs.index)
        found = ["served-1/served-c", "listed-1/listed-c", "config-1/config-c", "raw/alpha"]
        assert set(found) <= set(hubs.cells.index)
        assert len(hubs.cycles(["served-1/served-c", "listed-1/listed-c", "raw/alpha"])) == 7
    assert hubs.remarks == ()


def _records():
    half = np.arange(0, 3601, 60.0)
    return pd.DataFrame({
        "test_time_second": np.concatenate([half, 3600 + half]),
        "voltage_volt": np.repeat([4.0, 3.6], len(half)),
        "current_ampere": np.repeat([1.0, -1.0], len(half)),
        "cycle_count": 1,
    })  # fmt: skip


def test_what_cannot_be_reached_is_told_and_the_rest_opens(tmp_path, monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{probe.getsockname()[1]}/catalog.yaml"
    broken = tmp_path / "broken.yaml"
    broken.write_text("sources: {x: {driver: bdg_dataset, metadta: {}}}")
    monkeypatch.setenv("BDG_CATALOGS", f"{tmp_path / 'gone'}:{broken}")
    with pytest.warns(CatalogWarning) as told:
        hubs = bdg.open_hubs(dead)
    assert len(told) == len(hubs.remarks) == 3
    assert "gone" in hubs.remarks[0]
    assert "metadta" in hubs.remarks[1]
    assert dead in hubs.remarks[2]
    assert "demo" in hubs.hubs.index
    # A path that somebody has just typed is expected to be there.
    monkeypatch.delenv("BDG_CATALOGS")
    with pytest.raises(CatalogError, match="there is no catalog"):
        bdg.open_hubs(tmp_path / "gone")


def test_facts_that_cannot_be_reached_hide_only_their_own_cells(tmp_path):
    folder = write_hub(tmp_path / "a")
    with FileServer() as server:
        server.add("/catalog.yaml", (folder / "catalog.yaml").read_bytes())
        hubs = bdg.open_hubs(server.url("/catalog.yaml"))
        with pytest.warns(CatalogWarning, match="cells of set-a are not known"):
            cells = hubs.cells
    assert "set-a" in hubs.datasets.index
    assert (cells["hub"] == "demo").any()


def test_a_catalog_given_twice_is_opened_once(tmp_path, monkeypatch):
    folder = write_hub(tmp_path / "a")
    monkeypatch.chdir(tmp_path)
    ways = ("a", folder, folder / "catalog.yaml", f"{folder}/../a")
    hubs = bdg.open_hubs(*ways, bdg.catalog_path("demo"))
    assert hubs.remarks == ()
    assert (hubs.datasets.index == "set-a").sum() == 1
    assert len(hubs.datasets) == len(bdg.open_hubs("a").datasets)
    assert hubs.cells.index.is_unique


# --- names ----------------------------------------------------------------------------------------
def test_two_data_sets_of_one_name_are_told_apart(tmp_path):
    one = write_hub(tmp_path / "a", "hub_a", "cycling", ["x"], doi=None)
    two = write_hub(tmp_path / "b", "hub_b", "cycling", ["x"], doi=None)
    three = write_hub(tmp_path / "c", "hub_b", "cycling", ["x"], doi=None)
    hubs = opened(one, two, three)
    names = ["cycling", "cycling@hub_b", "cycling@hub_b-2"]
    assert list(hubs.datasets.index) == names
    assert list(hubs.cells.index) == [f"{name}/x" for name in names]
    assert len(hubs.remarks) == 2
    assert "hub_a and hub_b. The second is cycling@hub_b here" in hubs.remarks[0]
    cycles = hubs.cycles([f"{name}/x" for name in names])
    assert cycles["cell"].unique().tolist() == [f"{name}/x" for name in names]
    assert hubs.find("cycling@hub_b").index.tolist()[0] == "cycling@hub_b/x"
    counted = hubs.sql("select cell, count(*) n from cycles group by 1 order by 1")
    assert counted["n"].tolist() == [3, 3, 3]


# --- the same cell --------------------------------------------------------------------------------
def test_eight_shared_cells_are_listed_once_under_both_names(tmp_path):
    one = write_hub(tmp_path / "a", "hub_a", "set-a", [*EIGHT, "only_a"])
    two = write_hub(tmp_path / "b", "hub_b", "set-b", [*EIGHT, "only_b"])
    hubs = opened(one, two)
    assert len(hubs.cells) == 10
    assert hubs.datasets["cells_known"].to_dict() == {"set-a": 9, "set-b": 1}
    assert hubs.datasets["cells_elsewhere"].to_dict() == {"set-a": 0, "set-b": 8}
    assert hubs.datasets["cells_known"].sum() == len(hubs.cells)
    assert hubs.cells.loc["set-a/cell_3", "also_known_as"] == "set-b/cell_3"
    assert len(hubs.find(dataset="set-b")) == 9, "a cell is in each of its data sets"
    assert len(hubs.find(hub=["hub_a", "hub_b"])) == 10
    assert len(hubs.find("set-b/cell_3")) == 1
    # Either name opens it, once.
    by_other = hubs.cycles(["set-b/cell_3", "set-a/cell_3", "set-b/only_b"])
    assert by_other["cell"].value_counts().to_dict() == {"set-a/cell_3": 3, "set-b/only_b": 3}
    assert hubs.listed_as("set-b/cell_3") == "set-a/cell_3"
    assert hubs.table("cells", "set-b/cell_3").index.tolist() == ["set-a/cell_3"]
    counted = hubs.sql("select count(*) n, count(distinct cell) c from cycles")
    assert counted.to_dict("records") == [{"n": 30, "c": 10}]
    assert len(hubs.table("cycles")) == 30


def test_what_is_here_comes_before_what_was_opened_first(tmp_path):
    far = write_hub(tmp_path / "a", "hub_a", "set-a", table=False)
    here = write_hub(tmp_path / "b", "hub_b", "set-b")
    hubs = opened(far, here)
    assert set(hubs.cells["dataset"]) == {"set-b"}
    assert len(hubs.cycles("set-a/cell_0")) == 3
    assert hubs.cycles("set-a/cell_0")["cell"].unique().tolist() == ["set-b/cell_0"]


def test_a_table_is_taken_from_whichever_hub_has_it(tmp_path):
    one = write_hub(tmp_path / "a", "hub_a", "set-a", ["x"])
    two = write_hub(tmp_path / "b", "hub_b", "set-b", ["x"])
    (two / "cycles.parquet").unlink()
    _records().to_csv(two / "x.csv", index=False)
    content = yaml.safe_load((two / "catalog.yaml").read_text())
    content["sources"]["set-b"]["args"]["tables"] = {
        "timeseries": {"url": "{{ CATALOG_DIR }}/{cell}.csv", "format": "csv", "cells": ["x"]}
    }
    (two / "catalog.yaml").write_text(yaml.safe_dump(content))
    hubs = opened(one, two)
    assert len(hubs.cells) == 1
    assert hubs.timeseries("set-a/x")["cell"].unique().tolist() == ["set-a/x"]
    assert len(hubs.cycles("set-b/x")) == 3


@pytest.mark.parametrize(
    ("other", "cells"),
    [
        ({"doi": "10.5555/other"}, 16),
        ({"doi": DOI.upper()}, 8),
        ({"doi": DOI, "siblings": ["set-a"]}, 16),
        ({"doi": DOI, "unverified": ["doi"]}, 16),
        ({"doi": DOI, "hub": "hub_a"}, 16),
        ({"doi": None, "also_in": ["set-a"]}, 8),
        ({"doi": None, "also_in": ["set-a"], "hub": "hub_a"}, 8),
    ],
)
def test_a_name_alone_makes_no_cell_the_same(tmp_path, other, cells):
    one = write_hub(tmp_path / "a")
    two = write_hub(tmp_path / "b", other.pop("hub", "hub_b"), "set-b", **other)
    assert len(opened(one, two).cells) == cells


def test_a_cell_is_known_by_its_other_names_too(tmp_path):
    one = write_hub(tmp_path / "a")
    theirs = [f"EIGHT_{i}" for i in range(8)]
    two = write_hub(tmp_path / "b", "hub_b", "set-b", theirs, aliases=EIGHT)
    hubs = opened(one, two)
    assert len(hubs.cells) == 8
    assert hubs.listed_as("set-b/EIGHT_5") == "set-a/cell_5"
    assert hubs.find("eight_5").index.tolist() == ["set-a/cell_5"]


def test_two_cells_of_a_data_set_never_become_one(tmp_path):
    one = write_hub(tmp_path / "a", "hub_a", "set-a", ["x", "y"])
    two = write_hub(tmp_path / "b", "hub_b", "set-b", ["z"], aliases=["x;y"])
    hubs = opened(one, two)
    assert len(hubs.cells) == 2
    assert {"set-a/x", "set-a/y"} == set(hubs.cells.index)


def test_stores_of_the_same_files_hold_the_same_cells(tmp_path):
    for folder, names in (("raw_a", ("alpha", "beta")), ("raw_b", ("gamma", "delta"))):
        (tmp_path / folder).mkdir()
        for shift, name in enumerate(names):
            frame = _records()
            other = 1 if folder == "raw_b" and name == "delta" else 0
            frame["voltage_volt"] += 0.01 * shift + 0.1 * other
            frame.to_csv(tmp_path / folder / f"{name}.csv", index=False)
        build(tmp_path / folder, tmp_path / f"store_{folder}", workers=0, progress=False)
    hubs = opened(tmp_path / "store_raw_a", tmp_path / "store_raw_b")
    assert sorted(hubs.cells.index) == [
        "raw-a/alpha",
        "raw-a/beta",
        "raw-b/delta",
    ]
    assert hubs.cells.loc["raw-a/alpha", "also_known_as"] == "raw-b/gamma"


def test_files_with_one_checksum_are_one_cell(tmp_path):
    digest = hashlib.sha256(b"x").hexdigest()
    for hub in "ab":
        folder = write_hub(
            tmp_path / hub, f"hub_{hub}", f"set-{hub}", [f"{hub}1", "p", "q"], doi=None
        )
        content = yaml.safe_load((folder / "catalog.yaml").read_text())
        files = [{"cell": f"{hub}1", "url": "https://host.invalid/1.csv", "sha256": digest}]
        # One file of two cells, in both hubs: told apart by their native ids.
        files += [
            {"cell": c, "url": "https://host.invalid/2.csv", "sha256": "f" * 64} for c in "pq"
        ]
        content["sources"][f"set-{hub}"]["args"]["tables"] = {
            "timeseries": {"format": "csv", "files": files}
        }
        (folder / "catalog.yaml").write_text(yaml.safe_dump(content))
    hubs = opened(tmp_path / "a", tmp_path / "b")
    assert list(hubs.cells.index) == ["set-a/a1", "set-a/p", "set-a/q"]
    assert hubs.cells["also_known_as"].tolist() == ["set-b/b1", "set-b/p", "set-b/q"]


def test_shipped_catalogs_count_no_cell_twice():
    hubs = bdg.open_hubs()
    assert hubs.datasets["cells_known"].sum() == len(hubs.cells)
    assert hubs.listed_as("calce-cx2/CX2_38") != hubs.listed_as("calce-cx2/CX2_35")
    both = hubs.datasets.loc[["ba-calce", "calce-cx2"]]
    assert both["cells_elsewhere"].sum() == 6


def test_many_cells_in_two_hubs_are_joined_at_once(tmp_path):
    cells = [f"c{i}" for i in range(20_000)]
    folders = []
    for hub in ("a", "b"):
        folder = write_hub(tmp_path / hub, f"hub_{hub}", f"set-{hub}", ["x"])
        pd.DataFrame({"native_id": cells}).to_csv(Path(folder, "facts.csv"), index=False)
        folders.append(folder)
    hubs = opened(*folders)
    assert len(hubs.cells) == 20_000
    assert hubs.cells["also_known_as"].notna().all()
