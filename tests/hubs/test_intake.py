"""Every behaviour of Intake we lean on, held by a test."""

import os
import subprocess
import sys
from importlib.metadata import entry_points

import intake
import pandas as pd
import pytest

import bdg_explore as bdg
from bdg_explore.errors import CatalogError, MissingDataError, ParameterError
from bdg_explore.hubs.intake_drivers import HubCatalog


@pytest.fixture
def catalog():
    return intake.open_catalog(bdg.catalog_path("bdg"))


def test_the_collection_lists_its_hubs(catalog):
    assert set(catalog) >= {"demo", "matr_io", "battery_archive", "nasa_pcoe", "bdf_registry"}
    assert "severson-2019" in catalog.matr_io


def test_a_demo_table_reads_as_pandas_and_as_dask(catalog):
    source = catalog.demo["demo-lfp"].cycles
    frame = source.read()
    assert isinstance(frame, pd.DataFrame)
    cell = frame["cell"].iloc[0]
    one = source(cell=cell.split("/", 1)[1]).read()
    of_all = frame[frame["cell"] == cell].reset_index(drop=True)
    for name in of_all.select_dtypes("category"):  # all cells together may know more words
        of_all[name] = of_all[name].cat.remove_unused_categories()
    pd.testing.assert_frame_equal(one.reset_index(drop=True), of_all)
    dask = pytest.importorskip("dask.dataframe", reason="Dask is not installed")
    lazy = source.to_dask()
    assert isinstance(lazy, dask.DataFrame)
    assert lazy.npartitions == frame["cell"].nunique()
    assert len(lazy) == len(frame)
    assert lazy["cycle_discharging_capacity_ah"].mean().compute() == pytest.approx(
        frame["cycle_discharging_capacity_ah"].mean()
    )


def test_a_cell_that_is_not_there_is_refused_by_name(catalog):
    with pytest.raises(ParameterError, match="cell='b1c0' is not a cell of this table"):
        catalog.demo["demo-lfp"].cycles(cell="b1c0").read()


def test_search_finds_nested_entries(catalog):
    found = list(catalog.search("severson", depth=3))
    assert any("severson-2019" in name for name in found)


def test_a_source_tells_its_schema(catalog):
    info = catalog.demo["demo-lfp"].cycles.discover()
    assert "cycle_discharging_capacity_ah" in info["dtype"]


@pytest.mark.usefixtures("mirror")
def test_a_mirrored_table_opens_through_intake():
    catalog = intake.open_catalog(bdg.catalog_path("bdg"))
    frame = catalog.matr_io["severson-2019"].cycles(cell="b1c1").read()
    assert set(frame["cell"]) == {"severson-2019/b1c1"}
    assert len(frame) > 1000


def test_the_built_in_catalog_knows_us_without_an_activated_environment():
    world = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    code = "import intake; print(sorted(intake.cat.bdg)[:2]); print(len(intake.cat.bdg.demo))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=world, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "battery_archive" in done.stdout


def test_every_entry_opens_and_what_is_not_to_be_had_says_how_to_get_it(catalog):
    """Nothing is downloaded: what is not here says so, and never in an error of Intake's."""
    count = 0
    for hub in catalog:
        for name in catalog[hub]:
            count += 1
            dataset = catalog[hub][name]
            assert dataset.description
            assert dataset.metadata["segment"]
            assert "cells" in list(dataset)
            assert dataset.cells.read().index.is_unique
            for table in dataset:
                assert dataset[table].describe()["container"] == "dataframe"
            with pytest.raises(MissingDataError) as caught:
                dataset["no such table"]
            assert name in str(caught.value)
            assert not hasattr(dataset, "no_such_table")
    assert count == len(bdg.open_hubs().datasets)


def test_an_entry_with_nothing_to_read_says_how_to_get_it(catalog):
    with pytest.raises(MissingDataError, match=r"cannot be downloaded without asking|not read"):
        catalog.battery_archive["ba-snl-lfp"].timeseries  # noqa: B018
    with pytest.raises(MissingDataError, match=r"pip install"):
        catalog.ampworks["ampworks-ici"].curves  # noqa: B018


def test_a_catalog_that_intake_itself_opened_is_held_to_its_folder(
    lab, entry, tmp_path, monkeypatch
):
    monkeypatch.setenv("SECRET", str(tmp_path / "secret.csv"))
    (tmp_path / "secret.csv").write_text("cell,cycle_count\na,1\n")
    for url in ("{{ env(SECRET) }}", "../secret.csv", "{{ CATALOG_DIR }}/../secret.csv",
                "file:///etc/passwd"):  # fmt: skip
        entry["args"]["tables"]["cycles"]["url"] = url
        folder = lab({"lab-2026": entry})
        opened = intake.open_catalog(str(folder / "catalog.yaml"))
        with pytest.raises(CatalogError, match=r"leads out of|uses file:"):
            list(opened["lab-2026"])


def test_a_foreign_catalog_opens_as_data(lab, entry, monkeypatch):
    opened = HubCatalog(str(lab({"lab-2026": entry})))
    assert list(opened) == ["lab-2026"]
    frame = opened["lab-2026"].cycles(cell="a").read()
    assert set(frame["cell"]) == {"lab-2026/a"}
    monkeypatch.setenv("SECRET", "x")
    for bad in ("{{ env(SECRET) }}", "{{ shell(id) }}", "../x.csv"):
        entry["args"]["tables"]["cycles"]["url"] = bad
        with pytest.raises(CatalogError, match=r"uses a template|leads out of"):
            list(HubCatalog(str(lab({"lab-2026": entry}))))


def test_intake_knows_that_driver():
    (point,) = entry_points(group="intake.drivers", name="bdg_catalog")
    assert point.load() is HubCatalog


@pytest.mark.parametrize("driver", ["csv", "intake.source.csv.CSVSource", "textfiles"])
def test_no_driver_of_intakes_is_reached_that_way(lab, entry, driver):
    entry.update(driver=driver)
    with pytest.raises(CatalogError, match="no driver is called"):
        list(HubCatalog(str(lab({"lab-2026": entry}))))
