"""Catalogs are data: what is well formed opens, everything else is refused by name."""

import copy
from datetime import date

import pytest
import yaml

from bdg_explore.errors import BdgError, CatalogError
from bdg_explore.hubs import catalog_path
from bdg_explore.hubs.catalogs import Place, datasets_in, place_of, records_in


def test_an_entry_becomes_a_record(lab):
    (dataset,) = datasets_in(lab())
    assert (dataset.id, dataset.hub.name, dataset.segment) == ("lab-2026", "My lab", "full_cell")
    assert dataset.reference == "Nobody. Invented. 2026"
    assert dataset.tables["timeseries"].files[0].cell == "c"
    assert dataset.tables["timeseries"].files[0].url.endswith("/c.csv")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda e: e.update(discription="x"), "no key is called 'discription'. Did you mean descr"),
        (lambda e: e["args"].update(tabels={}), "Did you mean tables?"),
        (lambda e: e["args"]["tables"]["cycles"].update(sha265="x"), "Did you mean sha256?"),
        (lambda e: e["metadata"].update(license="x"), "Did you mean licence?"),
        (lambda e: e["metadata"]["primary"].update(cathode="x"), "Did you mean cathode_chem"),
        (lambda e: e.update(driver="bdg_datset"), "Did you mean bdg_dataset?"),
        (lambda e: e.update(driver="os.system"), "no driver is called 'os.system'"),
        (lambda e: e["metadata"].update(segment="fullcell"), "Did you mean full_cell?"),
        (lambda e: e["args"]["tables"].update(cycles={"format": "parquet"}), "names no file"),
        (lambda e: e["args"].update(tables=["cycles"]), "must be a mapping"),
        (lambda e: e["metadata"].update(counted={"vehicels": 3}), "Did you mean vehicles?"),
        (lambda e: e["metadata"].update(counted={"tests": "55"}), "must be a whole number above 0"),
        (lambda e: e["metadata"].update(embargo_until="2030-01-01"), "Write access: embargo"),
        (
            lambda e: e["metadata"].update(access="embargo", embargo_until="soon"),
            "must be a day, YYYY-MM-DD",
        ),
        (
            lambda e: e["metadata"].update(secondary={"vehicle": "x"}),
            "no key is called 'vehicle'",
        ),
    ],
)
def test_a_mistake_is_named_with_the_nearest_right_word(lab, entry, change, told):
    change(entry)
    with pytest.raises(CatalogError, match="lab-2026") as caught:
        list(datasets_in(lab({"lab-2026": entry})))
    assert told in str(caught.value)


def test_a_field_entry_says_what_it_counts_and_what_vehicle_it_is(lab, entry):
    entry["metadata"].update(
        segment="field", counted={"vehicles": 1, "battery_units": 2}, cells_stated=None,
        secondary={"vehicle": "Invented", "cells_in_series": 96},
        access="embargo", embargo_until=date(2030, 1, 31),
    )  # fmt: skip
    (dataset,) = datasets_in(lab({"lab-2026": entry}))
    assert dataset.stated == "1 vehicle, 2 battery units"
    assert dataset.secondary["vehicle"] == "Invented"
    assert dataset.embargo_until == date(2030, 1, 31)


def test_a_hub_without_data_sets_is_a_record_too(tmp_path):
    path = tmp_path / "index.yaml"
    path.write_text("metadata: {version: 1, hub: {id: index}}\nsources: {}\n", encoding="utf-8")
    assert [record.id for record in records_in(path)] == ["index"]
    assert list(datasets_in(path)) == []


def test_a_changed_catalog_is_read_again(lab, entry):
    path = lab({"lab-2026": entry})
    assert [dataset.id for dataset in datasets_in(path)] == ["lab-2026"]
    path = lab({"lab-2027": entry})
    assert [dataset.id for dataset in datasets_in(path)] == ["lab-2027"]


@pytest.mark.parametrize("cell", ["../../outside", "a/../../../b", "/etc/x", "..\\b"])
def test_the_name_of_a_cell_cannot_leave_the_folder_either(lab, entry, cell):
    entry["args"]["tables"]["timeseries"]["cells"] = [cell]
    with pytest.raises(CatalogError, match="leads out of"):
        list(datasets_in(lab({"lab-2026": entry})))


@pytest.mark.parametrize(
    "path",
    [
        "../outside.parquet",
        "/etc/passwd",
        "{{ CATALOG_DIR }}/../outside.parquet",
        "file:///etc/passwd",
        "ftp://host/file",
        "{{ env(HOME) }}/x",
        "{{ shell(id) }}",
        "{% if 1 %}x{% endif %}",
    ],
)
def test_a_catalog_cannot_leave_its_folder_or_run_anything(lab, entry, path):
    entry["args"]["tables"]["cycles"]["url"] = path
    with pytest.raises(CatalogError, match=r"leads out of|uses"):
        list(datasets_in(lab({"lab-2026": entry})))


def test_a_link_out_of_the_folder_is_refused(lab, entry, tmp_path):
    (tmp_path / "secret.parquet").write_bytes(b"x")
    folder = lab({"lab-2026": entry})
    (folder / "cycles.parquet").unlink()
    (folder / "cycles.parquet").symlink_to(tmp_path / "secret.parquet")
    with pytest.raises(CatalogError, match="leads out of"):
        list(datasets_in(folder))


def test_web_catalogs_stay_on_their_own_site():
    place = Place("https://host/lab/catalog.yaml", "https://host/lab/")
    assert place.resolve("{{ CATALOG_DIR }}/a.csv", "x") == "https://host/lab/a.csv"
    assert place.resolve("https://zenodo.org/a.csv", "x") == "https://zenodo.org/a.csv"
    with pytest.raises(CatalogError, match="leads out of"):
        place.resolve("{{ CATALOG_DIR }}/../../etc/passwd", "x")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sources: [unclosed", "cannot be parsed"),
        ("- a\n- b", "is a mapping"),
        ("surces: {}", "needs a key sources"),
        ("!!python/object/apply:os.system ['true']", "asks for an object"),
        ("", "is a mapping"),
    ],
)
def test_what_is_not_a_catalog_is_told(tmp_path, text, told):
    path = tmp_path / "catalog.yaml"
    path.write_text(text)
    with pytest.raises(CatalogError, match=told):
        list(datasets_in(path))


def test_a_missing_catalog_and_an_odd_address_are_told(tmp_path):
    with pytest.raises(CatalogError, match="there is no catalog"):
        place_of(tmp_path / "nowhere.yaml")
    with pytest.raises(CatalogError, match="https, http or a local path"):
        place_of("s3://bucket/catalog.yaml")


def test_catalogs_that_nest_for_ever_end(tmp_path):
    loop = {"driver": "yaml_file_cat", "args": {"path": "{{ CATALOG_DIR }}/catalog.yaml"}}
    path = tmp_path / "catalog.yaml"
    path.write_text(yaml.safe_dump({"sources": {"again": loop}}))
    with pytest.raises(CatalogError, match="nested in itself"):
        list(datasets_in(path))


def test_the_entry_is_left_as_it_was(lab, entry):
    before = copy.deepcopy(entry)
    list(datasets_in(lab({"lab-2026": entry})))
    assert entry == before


def test_catalog_path_names_what_ships():
    assert catalog_path("bdg").endswith("bdg.yaml")
    assert catalog_path("demo").endswith("demo.yaml")
    with pytest.raises(BdgError, match="Did you mean demo"):
        catalog_path("demmo")
