"""Every behaviour of Intake we lean on, held by a test."""

import os
import subprocess
import sys

import intake
import pandas as pd
import pytest

import bdg_explore as bdg
from bdg_explore.errors import ParameterError


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
    pd.testing.assert_frame_equal(
        one.reset_index(drop=True), frame[frame["cell"] == cell].reset_index(drop=True)
    )
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


def test_every_entry_opens_and_describes_itself(catalog):
    count = 0
    for hub in catalog:
        for name in catalog[hub]:
            source = catalog[hub][name]
            assert source.description
            assert source.metadata["segment"]
            count += 1
    assert count == len(bdg.open_hubs().datasets)


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
