"""Many hubs as one: cells, searches, tables, and honest gaps."""

import numpy as np
import pandas as pd
import pytest

import bdg_explore as bdg
from bdg_explore.errors import (
    BdgError,
    CatalogError,
    FetchError,
    MissingDataError,
    MissingDataWarning,
    ParameterError,
    UnknownNameError,
)
from bdg_explore.hubs.catalogs import datasets_in
from bdg_explore.hubs.collection import Hubs
from bdg_explore.shipped import catalogs_folder


@pytest.fixture
def hubs(lab):
    return Hubs(datasets_in(lab()))


def test_cells_join_facts_and_what_the_data_set_says(hubs):
    cells = hubs.cells
    assert list(cells.index) == ["lab-2026/a", "lab-2026/b", "lab-2026/c"]
    assert cells.index.name == "cell"
    assert set(cells["cathode_chemistry"]) == {"LFP"}
    assert cells["ambient_temperature_celsius"].tolist()[:2] == [25.0, 45.0]
    assert np.isnan(cells.loc["lab-2026/c", "ambient_temperature_celsius"])
    assert cells["availability"].tolist() == ["here"] * 3
    assert cells["anode_chemistry"].isna().all(), "what nobody said stays unknown"
    assert cells.loc["lab-2026/c", "tables"] == "timeseries"


def test_cycles_come_for_one_many_and_a_frame(hubs):
    one = hubs.cycles("lab-2026/a")
    assert one["cell"].unique().tolist() == ["lab-2026/a"]
    assert one["cycle_discharging_capacity_ah"].tolist() == [1.0, 0.99, 0.98, 0.97, 0.96]
    many = hubs.cycles(["lab-2026/b", "lab-2026/a"])
    assert set(many["cell"]) == {"lab-2026/a", "lab-2026/b"}
    assert hubs.cycles(hubs.find("lfp 45"))["cell"].unique().tolist() == ["lab-2026/b"]
    assert set(one["kind"]) == {"experimental"}
    assert one["equivalent_full_cycles"].tolist() == pytest.approx([1, 1.99, 2.97, 3.94, 4.9])


def test_a_cell_with_only_time_series_is_summarized(hubs):
    cycles = hubs.cycles(["lab-2026/a", "lab-2026/c"])
    summed = cycles[cycles["cell"] == "lab-2026/c"]
    assert len(summed) == 1
    assert summed["cycle_discharging_capacity_ah"].iloc[0] == pytest.approx(1.0, abs=1e-6)
    assert summed["energy_efficiency"].iloc[0] == pytest.approx(0.9, abs=1e-6)


def test_full_cycles_are_counted_beside_a_table_that_has_them(lab):
    demo = catalogs_folder() / "hubs" / "demo.yaml"
    hubs = Hubs([*datasets_in(lab()), *datasets_in(demo)])
    both = hubs.cycles(["demo-nmc811/NMC811_25C_0-100_1-1C_a", "lab-2026/a"])
    mine = both.loc[both["cell"] == "lab-2026/a", "equivalent_full_cycles"]
    assert mine.tolist() == pytest.approx([1, 1.99, 2.97, 3.94, 4.9])
    assert both["equivalent_full_cycles"].max() > 200


def test_time_series_take_one_cell_and_chosen_cycles(hubs):
    frame = hubs.timeseries("lab-2026/c")
    assert len(frame) == 122
    assert frame["current_ampere"].iloc[0] == 1.0
    assert len(hubs.timeseries("lab-2026/c", cycles=[1])) == 122
    with pytest.raises(MissingDataError, match="no time series of cycles"):
        hubs.timeseries("lab-2026/c", cycles=[7])
    with pytest.raises(ParameterError, match="takes one cell"):
        hubs.timeseries(["lab-2026/c", "lab-2026/a"])
    with pytest.raises(MissingDataError, match="holds nothing of this cell"):
        hubs.timeseries("lab-2026/a")


def test_some_missing_is_a_warning_all_missing_an_error(lab, entry):
    del entry["args"]["tables"]["timeseries"]
    hubs = Hubs(datasets_in(lab({"lab-2026": entry})))
    with pytest.warns(MissingDataWarning, match=r"lab-2026/c.*only a time series"):
        frame = hubs.cycles(["lab-2026/a", "lab-2026/c"])
    assert list(frame.attrs["missing"]) == ["lab-2026/c"]
    with pytest.raises(MissingDataError, match="lab-2026/c"):
        hubs.cycles("lab-2026/c")


def test_names_that_are_not_known_are_told_with_the_nearest(hubs):
    with pytest.raises(UnknownNameError, match="Did you mean lab-2026/a"):
        hubs.cycles("lab-2026/A1")
    with pytest.raises(UnknownNameError, match=r"is a native id.*'lab-2026/a'"):
        hubs.cycles("a")
    with pytest.raises(UnknownNameError, match="Did you mean cycles"):
        hubs.table("cycels", "lab-2026/a")
    with pytest.raises(UnknownNameError, match="Did you mean cathode_chemistry"):
        hubs.find(cathode_chemisty="LFP")
    with pytest.raises(UnknownNameError, match="Did you mean lab-2026"):
        hubs.dataset("lab-2025")
    with pytest.raises(MissingDataError, match="the list is empty"):
        hubs.cycles([])


def test_find_filters_by_value_list_range_and_case(hubs):
    assert len(hubs.find()) == 3
    assert len(hubs.find(cathode_chemistry="lfp")) == 3
    assert hubs.find(native_id=["a", "c"]).index.tolist() == ["lab-2026/a", "lab-2026/c"]
    assert hubs.find(ambient_temperature_celsius=(20, 30)).index.tolist() == ["lab-2026/a"]
    assert hubs.find(ambient_temperature_celsius=(30, None)).index.tolist() == ["lab-2026/b"]
    assert hubs.find(ambient_temperature_celsius=None).index.tolist() == ["lab-2026/c"]
    assert hubs.find("no such word").empty
    with pytest.raises(ParameterError, match="holds numbers"):
        hubs.find(nominal_capacity_ah="big")
    with pytest.raises(ParameterError, match="lower"):
        hubs.find(nominal_capacity_ah=(2, 1))


def test_sql_sees_the_same_tables(hubs):
    count = hubs.sql("select cathode_chemistry, count(*) as n from cells group by 1")
    assert count.to_dict("records") == [{"cathode_chemistry": "LFP", "n": 3}]
    joined = hubs.sql(
        "select ambient_temperature_celsius as t, min(cycle_discharging_capacity_ah) as q "
        "from cycles join cells using (cell) group by 1 order by 1"
    )
    assert joined["q"].tolist() == pytest.approx([0.96, 0.96])
    assert joined["t"].tolist() == [25.0, 45.0]
    with pytest.raises(BdgError, match="Tables here: cells, cycles, datasets"):
        hubs.sql("select * from cyclse")


def test_a_file_the_catalog_names_but_lacks_is_told(lab):
    folder = lab()
    hubs = Hubs(datasets_in(folder))
    (folder / "cycles.parquet").unlink()
    with pytest.raises(CatalogError, match="which is not there"):
        hubs.cycles("lab-2026/a")


def test_a_missing_facts_table_and_a_repeated_id_are_told(lab):
    folder = lab()
    pd.DataFrame({"native_id": ["a", "a"]}).to_csv(folder / "facts.csv", index=False)
    with pytest.raises(CatalogError, match="stands there twice"):
        Hubs(datasets_in(folder)).cells  # noqa: B018
    pd.DataFrame({"native_id": ["a"], "cathod_chemistry": ["x"]}).to_csv(
        folder / "facts.csv", index=False
    )
    with pytest.raises(CatalogError, match="Did you mean cathode_chemistry"):
        Hubs(datasets_in(folder)).cells  # noqa: B018
    (folder / "facts.csv").unlink()
    with pytest.raises(CatalogError, match="which is not there"):
        Hubs(datasets_in(folder)).cells  # noqa: B018


def test_no_network_and_no_mirror_is_one_clear_error(lab, entry, monkeypatch):
    monkeypatch.setenv("BDG_OFFLINE", "1")
    entry["args"]["tables"] = {
        "timeseries": {
            "format": "csv",
            "files": [{"cell": "c", "url": "https://host.invalid/c.csv"}],
        }
    }
    hubs = Hubs(datasets_in(lab({"lab-2026": entry})))
    assert hubs.cells.loc["lab-2026/c", "availability"] == "download"
    with pytest.raises(FetchError, match="BDG_MIRROR"):
        hubs.timeseries("lab-2026/c")
    with pytest.raises(MissingDataError, match="can be downloaded"):
        hubs.timeseries("lab-2026/c", download=False)


def test_open_hubs_adds_the_users_own(lab, monkeypatch):
    folder = lab()
    named = bdg.open_hubs(folder)
    monkeypatch.setenv("BDG_CATALOGS", str(folder))
    listed = bdg.open_hubs()
    for hubs in (named, listed):
        assert "lab-2026/a" in hubs.cells.index
        assert (hubs.cells["hub"] == "demo").sum() >= 48


def test_what_ships_opens_and_shows_itself():
    hubs = bdg.open_hubs()
    assert "severson-2019" in hubs.datasets.index
    assert hubs.datasets.loc["severson-2019", "cells_known"] == 124
    assert hubs.datasets.loc["severson-2019", "cells_here"] == 0
    assert "hubs" in repr(hubs)
    assert hubs.cells.index.is_unique


def test_unreadable_measurements_say_what_to_do():
    hubs = bdg.open_hubs()
    with pytest.raises(MissingDataError, match=r"MATLAB v7\.3.*BDG_MIRROR"):
        hubs.cycles("severson-2019/b1c0")
    uid = hubs.cells.index[hubs.cells["dataset"] == "ba-snl-lfp"][0]
    with pytest.raises(MissingDataError, match="without asking"):
        hubs.cycles(uid)
