"""What the shipped catalogs say about hubs and data sets, read as plain YAML."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

from bdg_explore import readers
from bdg_explore.columns import COLUMNS
from bdg_explore.metadata.bricks import secondary_fields

CATALOGS = Path(__file__).parents[2] / "catalogs"
HUBS = [
    "demo", "matr_io", "battery_archive", "nasa_pcoe", "mendeley", "zenodo", "bdf_registry",
    "figshare", "ora", "calce", "battery_data_hub", "nlr_nrel", "osf", "rwth", "mediatum",
    "radar4kit", "deep_blue", "mdf", "huggingface", "materials_project", "github", "stanford_sdr",
    "borealis", "dataverse_eu", "uconn", "ieee_dataport", "battinfo_records",
    "battery_imaging_library", "sandia_safety", "tu4", "battery_data_commons", "ampworks",
    "bdg_local",
]  # fmt: skip
PRIMARY = {
    "objective_of_test",
    "anode_chemistry",
    "cathode_chemistry",
    "nominal_capacity_ah",
    "test_equipment",
    "contact_details",
}
SPDX = {
    "Apache-2.0", "BSD-3-Clause", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC0-1.0", "MIT",
    "ODbL-1.0", "LicenseRef-Academic-Use-Only", "LicenseRef-US-Government-Work", "unknown",
}  # fmt: skip
OBJECTIVES = {
    "abuse", "calendar_aging", "characterization", "cycle_aging", "drive_cycle", "eis",
    "fast_charge", "field_operation", "formation", "imaging", "materials_property", "random_use",
    "rate_capability", "safety", "second_life", "simulation",
}  # fmt: skip


def web_files(entry):
    """Yield what an entry names on the web: tables' files and downloads."""
    args = entry.get("args") or {}
    for table in (args.get("tables") or {}).values():
        yield from table.get("files") or [table]
    yield from args.get("downloads") or []


def test_the_collection_names_the_hubs(hub_files):
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


def test_data_sets_with_measurements_keep_their_ids(hub_files):
    held = {hub: set(file["sources"]) for hub, file in hub_files.items()}
    assert held["demo"] == {"demo-lfp", "demo-nmc811", "demo-nmc532"}
    assert {"severson-2019", "attia-2020"} <= held["matr_io"]
    assert {
        "ba-snl-lfp", "ba-snl-nca", "ba-snl-nmc", "ba-ul-pur", "ba-hnei", "ba-calce", "ba-oxford",
        "ba-mich-form", "ba-mich-exp",
    } <= held["battery_archive"]  # fmt: skip
    assert "nasa-pcoe-battery" in held["nasa_pcoe"]
    assert "hust-2022" in held["mendeley"]
    assert {"xjtu-2024", "zhu-2022-relaxation"} <= held["zenodo"]
    assert {"bdf-dlr-hydra-halfcells", "bdf-sintef-li-graphite"} <= held["bdf_registry"]


def test_required_metadata(hub_files):
    for hub, file in hub_files.items():
        for name, entry in file["sources"].items():
            metadata = entry["metadata"]
            assert entry["driver"] == "bdg_dataset", name
            assert 10 < len(entry["description"]) <= 100, name
            assert metadata["hub"] == hub, name
            assert metadata["licence"] in SPDX, name
            assert metadata["access"] in {"open", "on_request", "key"}, name
            assert set(metadata["primary"]) == PRIMARY, name
            beyond = secondary_fields(metadata["segment"])
            assert set(metadata.get("secondary") or {}) <= {*COLUMNS, *beyond}, name
            assert {"title", "authors", "year", "doi"} <= set(metadata["citation"]), name


def test_objectives_come_from_the_vocabulary(entries):
    for name, entry in entries.items():
        objective = entry["metadata"]["primary"]["objective_of_test"]
        given = objective if isinstance(objective, list) else [objective]
        assert set(given) <= OBJECTIVES, name


def test_half_cells_are_material_electrode(entries):
    for name in ("bdf-dlr-hydra-halfcells", "bdf-sintef-li-graphite"):
        assert entries[name]["metadata"]["segment"] == "material_electrode"
        assert entries[name]["metadata"]["primary"]["anode_chemistry"] == "lithium metal"


def test_no_unknown_is_claimed(entries):
    for name, entry in entries.items():
        metadata = entry["metadata"]
        if metadata["kind"] == "synthetic":
            continue
        unverified = set(metadata["unverified"])
        if any(metadata["citation"].values()):
            assert {"citation.bibliographic_detail", "citation"} & unverified, name
        if metadata["licence"] == "unknown":
            assert "licence" in unverified, name
        # An empty field needs no caveat; a filled one that is doubtful does.
        known = PRIMARY | set(COLUMNS) | {"citation", "counted"}
        known |= set(secondary_fields(metadata["segment"]))
        for field in unverified:
            assert field.split(".")[0].split(" ")[0] in known | {
                "cells_stated", "cycle", "downloads",
            }, (name, field)  # fmt: skip


def test_checksums_and_sizes(entries):
    named = [(name, file) for name, entry in entries.items() for file in web_files(entry)]
    sums = list(
        {
            str(file.get("url")) + str(file.get("member")) + str(file.get("name")): file["sha256"]
            for _, file in named
            if "sha256" in file
        }.values()
    )
    assert len(sums) == len(set(sums)) >= 7
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in sums)
    assert all(file["bytes"] > 0 for _, file in named if "bytes" in file)


def test_every_format_has_a_reader(entries):
    known = {*readers.formats().index, readers.HUST}
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
        if "url" in file and not file["url"].startswith(("{{ CATALOG_DIR }}/", "package://"))
    ]
    for url in urls:
        parts = urlsplit(url)
        # One maker's own site answers plain http only.
        secure = parts.scheme == "https" or parts.netloc == "ivstskl.changan.com.cn"
        assert secure and "." in parts.netloc, url
        assert re.fullmatch(r"[!-~]+", url), url


def test_files_on_github_with_a_checksum_are_pinned_to_a_commit(entries):
    raw = [
        file["url"]
        for entry in entries.values()
        for file in web_files(entry)
        if "githubusercontent" in file.get("url", "") and "sha256" in file
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
            assert re.search(r"bdg mirror add|mirror\.yaml", metadata["how_to_get"]), name
            assert not (entry["args"].get("tables")), name
        if metadata["hub"] == "battery_archive" and metadata["access"] == "on_request":
            assert "@" in metadata["how_to_get"] and name in metadata["how_to_get"], name
        if not any("url" in file for file in web_files(entry)):
            assert metadata.get("how_to_get"), name


@pytest.mark.parametrize("place", ["cells", "tables"])
def test_local_paths_stay_in_the_catalogs_folder(entries, place):
    for name, entry in entries.items():
        given = entry["args"].get(place)
        paths = (
            [given] if isinstance(given, str) else [t.get("url") for t in (given or {}).values()]
        )
        for path in (one for one in paths if one and "://" not in one):
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


def test_no_word_of_doubt_stands_where_a_value_belongs():
    for path in [*CATALOGS.glob("hubs/*.yaml"), *CATALOGS.glob("cells/*.csv")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"UNVERIFIED|UNKNOWN|<native id>", text), path.name
