"""How much the shipped collection describes, and that it opens: hubs, data sets, segments."""

import re
from collections import Counter, defaultdict
from datetime import date
from itertools import combinations
from urllib.request import Request, urlopen

import pytest

from bdg_explore.hubs import catalog_path, open_hubs
from bdg_explore.hubs.entries import PRIMARY

# Ours beside the world's: the demo fleet, two files of the Battery Data Format's course, and
# what a package ships.
OWN = {"demo-lfp", "demo-nmc811", "demo-nmc532"}
EXTRA = {"bdf-melasta-time-bug", "bdf-melasta-slpba842124hv"}
PACKAGED = {
    "ampworks-dqdv", "ampworks-electrodes", "ampworks-gitt", "ampworks-hppc", "ampworks-ici",
}  # fmt: skip
BY_HUB = {
    "mendeley": 23, "zenodo": 23, "github": 13, "battery_archive": 12, "figshare": 9, "calce": 7,
    "rwth": 6, "osf": 6, "matr_io": 4, "mediatum": 4, "battery_data_hub": 4, "uconn": 4, "ora": 3,
    "nasa_pcoe": 3, "radar4kit": 3, "bdf_registry": 3, "deep_blue": 2, "borealis": 2,
    "nlr_nrel": 2, "dataverse_eu": 2, "bdg_local": 2, "stanford_sdr": 1, "mdf": 1,
    "huggingface": 1, "materials_project": 1, "battery_imaging_library": 1, "ieee_dataport": 0,
    "battinfo_records": 0, "sandia_safety": 0, "tu4": 0, "battery_data_commons": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def hubs(tmp_path_factory):
    """The shipped collection alone: no mirror, no catalog of the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BDG_MIRROR", raising=False)
        patch.delenv("BDG_CATALOGS", raising=False)
        nowhere = tmp_path_factory.mktemp("config") / "catalogs.yaml"
        patch.setattr("bdg_explore.hubs.settings.config_file", lambda: nowhere)
        yield open_hubs()


@pytest.fixture(scope="module")
def world(hubs):
    """The data sets that are not our own."""
    return hubs.datasets.drop(index=sorted(OWN | EXTRA | PACKAGED))


def test_every_entry_passes_and_the_counts_are_those_of_the_world(hubs, world):
    assert len(world) == 142 and len(hubs.datasets) == 152
    assert len(hubs.hubs) == 33 and set(hubs.hubs.index) == {"demo", "ampworks", *BY_HUB}
    held = Counter(world["hub"])
    assert {hub: held[hub] for hub in BY_HUB} == BY_HUB


def test_counts_by_segment_and_kind(world):
    assert Counter(world["segment"]) == {
        "full_cell": 96, "material_electrode": 14, "module_pack": 10, "field": 22,
    }  # fmt: skip
    assert Counter(world["kind"]) == {
        "experimental": 130, "synthetic": 9, "computed": 1, "literature_parameters": 1,
        "literature_mined": 1,
    }  # fmt: skip


def test_a_hub_without_a_data_set_is_still_known(hubs):
    index = hubs.hubs.loc["battery_data_commons"]
    assert index["datasets"] == 0 and "index" in index["note"]
    assert hubs.hubs["datasets"].sum() == len(hubs.datasets)


def test_cells_are_listed_where_their_ids_are_known_and_counted_where_not(hubs):
    real = hubs.cells[hubs.cells["kind"] == "experimental"]
    assert len(real) >= 1000
    listed = hubs.datasets[["cells_known", "cells_elsewhere"]].sum(axis=1)
    assert listed["kit-luh-blank-2024"] == listed["kit-luh-blank-2024-results"] == 228
    assert listed.sum() - len(hubs.cells) == 234, "those of KIT, and six of CALCE, are in two sets"
    row = hubs.datasets.loc["ved"]
    assert (row["cells_known"], row["stated"]) == (0, "383 vehicles")
    assert hubs.datasets.loc["diao-2019", "stated"] == "192 cells"
    assert hubs.datasets.loc["kit-fobss", "stated"] == "1 pack"
    assert hubs.datasets.loc["xcel-slpc", "stated"] == ""


def test_every_entry_lists_what_it_lacks_of_the_primary_tier(hubs, entries):
    for name, missing in hubs.datasets["missing"].items():
        primary = entries[name]["metadata"]["primary"]
        assert missing == ", ".join(key for key in PRIMARY if primary[key] is None), name
    assert hubs.datasets.loc["severson-2019", "missing"] == ""
    assert "anode_chemistry" in hubs.datasets.loc["calce-storage", "missing"]


@pytest.mark.parametrize(
    ("query", "dataset"),
    [
        ("VAH05", "cmu-evtol"),
        ("oxford drive 40", "oxford-degradation-1"),
        ("NCM+NCA relaxation", "zhu-2022-relaxation"),
        ("random walk 40", "nasa-randomized"),
    ],
)
def test_search_finds_cells_of_the_new_data_sets(hubs, query, dataset):
    assert dataset in set(hubs.find(query)["dataset"])


def test_no_doi_twice_unless_the_entries_name_each_other(entries):
    users = defaultdict(set)
    for name, entry in entries.items():
        metadata = entry["metadata"]
        for doi in {metadata.get("doi"), metadata["citation"]["doi"]} - {None}:
            users[doi.lower()].add(name)
    shared = [pair for names in users.values() for pair in combinations(sorted(names), 2)]
    assert len(shared) >= 10
    for one, other in shared:
        metadata = entries[one]["metadata"]
        told = {*(metadata.get("also_in") or []), *(metadata.get("siblings") or [])}
        assert other in told, (one, other)


@pytest.mark.parametrize("key", ["also_in", "siblings"])
def test_relations_are_mutual_and_lead_somewhere(entries, key):
    for name, entry in entries.items():
        for other in entry["metadata"].get(key) or []:
            assert other != name and name in entries[other]["metadata"][key], (name, other)


def test_a_doubtful_doi_is_cited_as_such(hubs):
    assert hubs.dataset("ba-abuse-lin-2023").reference.endswith("(unverified)")
    assert "unverified" not in hubs.dataset("severson-2019").reference


def test_md5_sums_are_well_formed(entries):
    sums = [
        file["md5"]
        for entry in entries.values()
        for file in entry["args"].get("downloads") or []
        if "md5" in file
    ]
    assert len(sums) == 7 and all(re.fullmatch(r"[0-9a-f]{32}", digest) for digest in sums)


def test_plain_intake_lists_and_opens_every_entry(entries, monkeypatch):
    monkeypatch.delenv("BDG_MIRROR", raising=False)
    import intake

    catalog = intake.open_catalog(catalog_path("bdg"))
    listed = {}
    for hub in catalog:
        for name in catalog[hub]:
            listed[name] = catalog[hub][name]
    assert set(listed) == set(entries)
    for name, source in listed.items():
        assert source.metadata["segment"] == entries[name]["metadata"]["segment"]
        assert "cells" in list(source), name


def test_years_are_years(entries):
    for name, entry in entries.items():
        year = entry["metadata"]["citation"]["year"]
        assert year is None or 1990 <= year <= date.today().year + 1, name


@pytest.mark.network
def test_every_address_answers(entries, hub_files):
    addresses = {file["metadata"]["hub"]["landing_url"] for file in hub_files.values()}
    for entry in entries.values():
        addresses.add(entry["metadata"]["landing_url"])
        named = [*(entry["args"].get("downloads") or [])]
        for table in (entry["args"].get("tables") or {}).values():
            named += table.get("files") or [table]
        urls = {str(file["url"]) for file in named if file.get("url")}
        addresses |= {url for url in urls if url.startswith("http")}
    failed = {}
    for address in sorted(addresses):
        request = Request(address, method="HEAD", headers={"User-Agent": "bdg-explore"})
        try:
            with urlopen(request, timeout=30) as answer:
                if answer.status >= 400:
                    failed[address] = answer.status
        except OSError as error:  # HTTPError and URLError are kinds of it
            failed[address] = error
    assert not failed
