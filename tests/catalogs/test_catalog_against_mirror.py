"""The facts tables against independent tables of real data; skipped without BDG_MIRROR."""

import csv
import hashlib
import json
from collections import defaultdict

import pandas as pd

from bdg_explore.metadata.battery_archive_names import parse_cell_name


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_archive_index_is_listed_and_agrees(mirrored, facts, entries):
    index = rows_of(mirrored("metadata/batteryarchive_metadata_116cells.csv"))
    assert len(index) == 116
    known = {
        row["also_known_as"]: (dataset, row)
        for dataset, table in facts.items()
        if dataset.startswith("ba-")
        for row in table.values()
    }
    for said in index:
        dataset, row = known[said["cell_id"]]
        assert row["cathode_chemistry"] == said["cathode"]
        assert row["form_factor"] == said["form_factor"]
        assert float(row["ambient_temperature_celsius"]) == float(said["temperature"])
        assert float(row["soc_minimum"]) == float(said["min_soc"]) / 100
        assert float(row["soc_maximum"]) == float(said["max_soc"]) / 100
        assert float(row["charging_c_rate"]) == float(said["charge_crate"])
        assert float(row["discharging_c_rate"]) == float(said["discharge_crate"])
        primary = entries[dataset]["metadata"]["primary"]
        assert primary["nominal_capacity_ah"] == float(said["capacity_ah"])
        assert primary["anode_chemistry"] == said["anode"]
        assert parse_cell_name(said["cell_id"])["native_id"] == row["native_id"]


def test_severson_policy_life_and_barcode(mirrored, facts):
    by_alias = {
        r["also_known_as"]: r for r in facts["severson-2019"].values() if r["also_known_as"]
    }
    dates = {"5/12/17": "2017-05-12", "6/30/17": "2017-06-30"}
    published = [
        row
        for part in ("train", "test1")
        for row in rows_of(mirrored(f"severson/cells_{part}.csv"))
    ]
    assert len(published) == 84
    for said in published:
        row = by_alias[said["cell"]]
        assert row["protocol"] == said["charging_policy"]
        assert row["barcode"] == said["barcode"]
        assert row["split"] == said["split"]
        assert row["batch"] == dates[said["batch_date"]]
        assert float(row["cycle_life"]) == float(said["cycle_life"])


def test_nasa_temperatures(mirrored, facts):
    seen = defaultdict(set)
    for row in rows_of(mirrored("nasa_pcoe/cycle_index_shared.csv")):
        if row["type"] != "impedance":
            seen[row["battery_id"]].add(float(row["ambient_temperature"]))
    assert len(seen) == 24
    for native, temperatures in seen.items():
        row = facts["nasa-pcoe-battery"][native]
        if len(temperatures) == 1:
            assert {float(row["ambient_temperature_celsius"])} == temperatures, native
        else:
            assert row["ambient_temperature_celsius"] == "", native
            assert all(f"{t:g}" in row["note"] for t in temperatures), native


def test_life_tables_hold_the_cells_we_name(mirrored, facts):
    for dataset, name in (("hust-2022", "hust_77cells"), ("xjtu-2024", "xjtu_55cells")):
        held = pd.read_parquet(mirrored(f"life_tables/{name}.parquet"), columns=["cell"])
        assert set(held["cell"].astype(str)) == set(facts[dataset])


def test_checksums_of_the_small_files_are_those_of_the_copies(mirrored, entries):
    copies = {
        (copy["repo"], copy["commit"], copy["path"]): copy
        for copy in json.loads(mirrored("manifest.json").read_text(encoding="utf-8"))
    }
    checked = 0
    for entry in entries.values():
        args = entry["args"]
        files = [f for t in (args.get("tables") or {}).values() for f in t.get("files") or []]
        for file in [*files, *(args.get("downloads") or [])]:
            if "githubusercontent" not in file.get("url", "") or "sha256" not in file:
                continue
            owner, repo, commit, path = file["url"].split("/", 6)[3:]
            copy = copies[f"{owner}/{repo}", commit, path]
            content = mirrored(copy["dest"]).read_bytes()
            assert (copy["sha"], copy["size"]) == (file["sha256"], file["bytes"])
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
            checked += 1
    assert checked == 6
