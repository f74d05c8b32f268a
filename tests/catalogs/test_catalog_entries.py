"""What the shipped catalogs say about hubs and data sets, read as plain YAML."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

from bdg_explore import readers
from bdg_explore.columns import COLUMNS

CATALOGS = Path(__file__).parents[2] / "catalogs"
HUBS = ["demo", "matr_io", "battery_archive", "nasa_pcoe", "mendeley", "zenodo", "bdf_registry"]
PRIMARY = {
    "objective_of_test",
    "anode_chemistry",
    "cathode_chemistry",
    "nominal_capacity_ah",
    "test_equipment",
    "contact_details",
}
SPDX = {"CC0-1.0", "CC-BY-4.0", "Apache-2.0", "LicenseRef-US-Government-Work", "unknown"}
OBJECTIVES = {
    "characterization",
    "cycle_aging",
    "eis",
    "fast_charge",
    "random_use",
    "rate_capability",
}


def web_files(entry):
    """Yield what an entry names on the web: tables' files and downloads."""
    args = entry.get("args") or {}
    for table in (args.get("tables") or {}).values():
        yield from table.get("files") or [table]
    yield from args.get("downloads") or []


def test_the_collection_names_the_seven_hubs(hub_files):
    assert list(hub_files) == HUBS
    assert [file["metadata"]["hub"]["id"] for file in hub_files.values()] == HUBS


def test_every_hub_says_who_it_is(hub_files):
    for file in hub_files.values():
        hub = file["metadata"]["hub"]
        for key in ("name", "operator", "landing_url", "access", "licence", "contact"):
            assert hub.get(key), (hub["id"], key)


def test_ids_are_unique(hub_files):
    ids = [name for file in hub_files.values() for name in file["sources"]]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in ids)


def test_the_data_sets_of_every_hub_are_there(hub_files):
    held = {hub: set(file["sources"]) for hub, file in hub_files.items()}
    assert held["demo"] == {"demo-lfp", "demo-nmc811", "demo-nmc532"}
    assert held["matr_io"] == {"severson-2019", "attia-2020"}
    assert held["battery_archive"] == {
        "ba-snl-lfp", "ba-snl-nca", "ba-snl-nmc", "ba-ul-pur", "ba-hnei", "ba-calce", "ba-oxford",
        "ba-mich-form", "ba-mich-exp",
    }  # fmt: skip
    assert held["nasa_pcoe"] == {"nasa-pcoe-battery"}
    assert held["mendeley"] == {"hust-2022"}
    assert held["zenodo"] == {"xjtu-2024", "zhu-2022-relaxation"}
    assert {"bdf-dlr-hydra-halfcells", "bdf-sintef-li-graphite"} <= held["bdf_registry"]


def test_required_metadata(hub_files):
    for hub, file in hub_files.items():
        for name, entry in file["sources"].items():
            metadata = entry["metadata"]
            assert entry["driver"] == "bdg_dataset", name
            assert 10 < len(entry["description"]) <= 100, name
            assert metadata["hub"] == hub, name
            assert metadata["kind"] == ("synthetic" if hub == "demo" else "experimental"), name
            assert metadata["segment"] in {"full_cell", "material_electrode"}, name
            assert metadata["licence"] in SPDX, name
            assert metadata["access"] in {"open", "on_request"}, name
            assert set(metadata["primary"]) == PRIMARY, name
            assert set(metadata.get("secondary") or {}) <= set(COLUMNS), name
            assert {"title", "authors", "year", "doi"} <= set(metadata["citation"]), name


def test_objectives_come_from_the_vocabulary(entries):
    for name, entry in entries.items():
        objective = entry["metadata"]["primary"]["objective_of_test"]
        given = objective if isinstance(objective, list) else [objective]
        assert set(given) <= OBJECTIVES, name


def test_half_cells_are_material_electrode(entries):
    half = {n for n, e in entries.items() if e["metadata"]["segment"] == "material_electrode"}
    assert half == {"bdf-dlr-hydra-halfcells", "bdf-sintef-li-graphite"}
    for name in half:
        assert entries[name]["metadata"]["primary"]["anode_chemistry"] == "lithium metal"


def test_no_unknown_is_claimed(entries):
    for name, entry in entries.items():
        metadata = entry["metadata"]
        if metadata["kind"] == "synthetic":
            continue
        unverified = set(metadata["unverified"])
        assert {"citation.bibliographic_detail", "citation"} & unverified, name
        if metadata["licence"] == "unknown":
            assert "licence" in unverified, name
        # An empty field needs no caveat; a filled one that is doubtful does.
        known = PRIMARY | set(COLUMNS) | {"electrolyte", "citation"}
        for field in unverified:
            assert field.split(".")[0].split(" ")[0] in known | {
                "cells_stated", "cycle", "downloads",
            }, (name, field)  # fmt: skip


def test_checksums_and_sizes(entries):
    named = [(name, file) for name, entry in entries.items() for file in web_files(entry)]
    sums = [file["sha256"] for _, file in named if "sha256" in file]
    assert len(sums) == len(set(sums)) >= 7
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in sums)
    assert all(file["bytes"] > 0 for _, file in named if "bytes" in file)


def test_every_format_has_a_reader(entries):
    known = set(readers.formats().index)
    for name, entry in entries.items():
        for table in ((entry.get("args") or {}).get("tables") or {}).values():
            assert table["format"] in known, name


def test_every_file_read_from_the_web_has_a_checksum(entries):
    for name, entry in entries.items():
        for table in ((entry.get("args") or {}).get("tables") or {}).values():
            for file in table.get("files") or []:
                assert {"cell", "url", "bytes", "sha256"} <= set(file), name


def test_addresses_are_well_formed_and_https(entries, hub_files):
    urls = [file["metadata"]["hub"]["landing_url"] for file in hub_files.values()]
    urls += [entry["metadata"]["landing_url"] for entry in entries.values()]
    urls += [
        file["url"]
        for entry in entries.values()
        for file in web_files(entry)
        if "url" in file and not file["url"].startswith("{{ CATALOG_DIR }}/")
    ]
    for url in urls:
        parts = urlsplit(url)
        assert parts.scheme == "https" and "." in parts.netloc, url
        assert re.fullmatch(r"[!-~]+", url), url


def test_files_on_github_are_pinned_to_a_commit(entries):
    raw = [
        file["url"]
        for entry in entries.values()
        for file in web_files(entry)
        if "githubusercontent" in file.get("url", "")
    ]
    assert len(raw) >= 5
    pinned = re.compile(r"https://raw\.githubusercontent\.com/[^/]+/[^/]+/[0-9a-f]{40}/.+")
    assert all(pinned.fullmatch(url) for url in raw)


def test_dois_are_bare(entries):
    for name, entry in entries.items():
        for doi in (entry["metadata"].get("doi"), entry["metadata"]["citation"]["doi"]):
            assert doi is None or re.fullmatch(r"10\.\d{4,}/\S+", doi), name


def test_what_needs_asking_says_how(entries):
    for name, entry in entries.items():
        metadata = entry["metadata"]
        if metadata["access"] == "on_request":
            assert "@" in metadata["how_to_get"] and "mirror.yaml" in metadata["how_to_get"], name
            assert name in metadata["how_to_get"]
            assert not (entry["args"].get("tables")), name


@pytest.mark.parametrize("place", ["cells", "tables"])
def test_local_paths_stay_in_the_catalogs_folder(entries, place):
    for name, entry in entries.items():
        given = entry["args"].get(place)
        paths = (
            [given] if isinstance(given, str) else [t.get("url") for t in (given or {}).values()]
        )
        for path in filter(None, paths):
            resolved = Path(path.replace("{{ CATALOG_DIR }}", str(CATALOGS / "hubs"))).resolve()
            assert resolved.is_relative_to(CATALOGS.resolve()), name


def test_the_time_bug_is_named(entries):
    notes = entries["bdf-melasta-time-bug"]["metadata"]["notes"]
    assert "backwards in 19 places" in notes and "on purpose" in notes


@pytest.mark.parametrize("dataset", ["demo-lfp", "demo-nmc811", "demo-nmc532"])
def test_the_demo_holds_what_its_entry_states(dataset, entries):
    entry = entries[dataset]
    path = entry["args"]["cells"].replace("{{ CATALOG_DIR }}", str(CATALOGS / "hubs"))
    cells = pd.read_parquet(path)
    assert cells["native_id"].nunique() == len(cells) == entry["metadata"]["cells_stated"]
    assert set(cells["cathode_chemistry"]) == {entry["metadata"]["primary"]["cathode_chemistry"]}
