"""A private hub without its owner: no id, name, note or path comes through anywhere."""

import traceback
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import bdg_explore as bdg
from bdg_explore.errors import BdgError, MissingDataError, ParameterError
from bdg_explore.hubs.catalogs import records_in
from bdg_explore.hubs.collection import Hubs
from bdg_explore.widgets.state import BrowserState

KEY, OTHER = "0123456789abcdef0123", "fedcba9876543210fedc"
SECRETS = (
    "zorblax", "quimby", "frobozz", "lovelace", "xyzzy", "plugh", "vault", "10.1234", "grue",
    "1609459200",
)  # fmt: skip


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "vault_of_zorblax"
    folder.mkdir()
    cells = ["quimby-01", "quimby-02"]
    pd.DataFrame({
        "native_id": cells, "ambient_temperature_celsius": [25.0, 45.0], "cycle_life": [500, 300],
        "also_known_as": ["xyzzy-a", "xyzzy-b"], "note": "seen by Lovelace", "batch": "grue-7",
        "protocol": ["CC-CV 1C", "the zorblax protocol"], "barcode": "plugh",
    }).to_csv(folder / "facts.csv", index=False)  # fmt: skip
    pd.DataFrame({
        "cell": np.repeat(cells, 3), "cycle_count": [1, 2, 3] * 2,
        "cycle_discharging_capacity_ah": [1.0, 0.9, 0.8, 1.1, 1.0, 0.9],
        "note": "frobozz", "quimby_volt": 1.0,
    }).to_parquet(folder / "cycles.parquet")  # fmt: skip
    half = np.arange(0, 3601, 60.0)
    times = np.concatenate([half, 3600 + half])
    pd.DataFrame({
        "test_time_second": times, "unix_time_second": 1609459200 + times,
        "voltage_volt": np.repeat([4.0, 3.6], len(half)),
        "current_ampere": np.repeat([1.0, -1.0], len(half)), "cycle_count": 1,
    }).to_csv(folder / "quimby-01.csv", index=False)  # fmt: skip
    entry = {
        "driver": "bdg_dataset",
        "description": "Cells of zorblax",
        "args": {
            "cells": "{{ CATALOG_DIR }}/facts.csv",
            "tables": {
                "cycles": {"url": "{{ CATALOG_DIR }}/cycles.parquet", "format": "parquet"},
                "timeseries": {"url": "{{ CATALOG_DIR }}/{cell}.csv", "format": "csv",
                               "cells": cells[:1]},
            },
        },
        "metadata": {
            "hub": "zorblax", "title": "Frobozz ageing", "segment": "full_cell",
            "kind": "experimental", "licence": "CC-BY-4.0", "notes": "Ask Lovelace",
            "landing_url": "https://zorblax.invalid/", "doi": "10.1234/plugh",
            "citation": {"title": "Frobozz cells", "authors": "Ada Lovelace", "year": 2026},
            "primary": {"cathode_chemistry": "LFP", "anode_chemistry": "graphite",
                        "nominal_capacity_ah": 1.1, "contact_details": "lovelace@zorblax.invalid",
                        "test_equipment": "Maccor 4200", "objective_of_test": "cycle_aging"},
            "secondary": {"manufacturer": "Zorblax Cells", "form_factor": "18650",
                          "electrolyte": "1 M LiPF6 in EC:DMC"},
        },
    }  # fmt: skip
    hub = {
        "id": "zorblax", "name": "The Zorblax vault", "operator": "Frobozz Inc.",
        "contact": "lovelace@zorblax.invalid", "access": "private", "notes": "xyzzy",
    }  # fmt: skip
    content = {"metadata": {"version": 1, "hub": hub}, "sources": {"quimby-2026": entry}}
    (folder / "catalog.yaml").write_text(yaml.safe_dump(content))
    return Hubs(records_in(folder))


def secrets_in(text):
    return [word for word in SECRETS if word in str(text).casefold()]


def everything(hubs, folder):
    """Yield every text that whoever is given the store can see."""
    for path in sorted(folder.rglob("*")):
        yield str(path.relative_to(folder))
        if path.is_file():
            yield path.read_bytes().decode("latin-1")
    uids = list(hubs.cells.index)
    frames = [hubs.cells, hubs.datasets, hubs.hubs, hubs.cycles(uids), hubs.timeseries(_long(hubs)),
              hubs.sql("select * from cycles")]  # fmt: skip
    for frame in frames:
        yield from (frame.to_csv(), repr(frame.attrs), repr(list(frame.columns)))
    yield repr(hubs)
    yield repr([hubs.dataset(name) for name in hubs.datasets.index])
    yield BrowserState(hubs.cells, selection=tuple(uids)).code
    for name, cell in (("timeseries", uids), ("curves", uids), ("cycles", ["quimb-01"])):
        try:
            hubs.table(name, [uid for uid in cell if uid != _long(hubs)])
        except BdgError as error:
            told = "".join(traceback.format_exception(error))
            yield told.replace("quimb-01", "")
            yield str(error).replace("quimb-01", "")


def _long(hubs):
    return hubs.cells.index[hubs.cells["tables"].str.contains("timeseries")][0]


def test_no_secret_comes_through_and_the_science_does(own, tmp_path, capsys):
    folder = tmp_path / "shared"
    hubs = own.anonymised(folder, key=KEY)
    found = {
        word for text in everything(hubs, folder) for word in secrets_in(_without(text, tmp_path))
    }
    assert not found
    assert KEY not in "".join(everything(hubs, folder))
    cells = hubs.cells.sort_values("ambient_temperature_celsius")
    assert cells["cathode_chemistry"].tolist() == ["LFP", "LFP"]
    assert cells["nominal_capacity_ah"].tolist() == [1.1, 1.1]
    assert cells["cycle_life"].tolist() == [500, 300]
    assert cells["test_equipment"].tolist() == ["Maccor 4200"] * 2
    assert cells["protocol"].iloc[0] == "CC-CV 1C"
    assert pd.isna(cells["protocol"].iloc[1]), "it names the owner"
    assert cells["form_factor"].tolist() == ["18650"] * 2
    assert cells["contact_details"].isna().all()
    assert cells["batch"].iloc[0] == cells["batch"].iloc[1]
    assert hubs.datasets["licence"].tolist() == ["CC-BY-4.0"]
    assert hubs.dataset(hubs.datasets.index[0]).secondary["electrolyte"] == "1 M LiPF6 in EC:DMC"
    capacities = hubs.cycles(cells.index[1])["cycle_discharging_capacity_ah"]
    assert capacities.tolist() == [1.1, 1.0, 0.9]
    records = hubs.timeseries(_long(hubs))
    assert "unix_time_second" not in records.columns
    assert records["voltage_volt"].iloc[0] == 4.0


def _without(text, tmp_path):
    """The folder that the reader keeps the store in is theirs."""
    return text.replace(str(tmp_path), "")


def test_others_open_the_folder_and_the_owner_s_is_still_private(own, tmp_path):
    own.anonymised(tmp_path / "shared", key=KEY)
    opened = bdg.open_hubs(tmp_path / "shared")
    assert opened.cells["dataset"].str.startswith("set-").sum() == 2
    assert opened.for_others().cells["dataset"].str.startswith("set-").sum() == 2
    assert own.for_others().cells.empty


def test_names_depend_on_the_key_alone(own, tmp_path):
    once, again, other = (
        own.anonymised(tmp_path / name, key=key)
        for name, key in (("a", KEY), ("b", KEY.encode()), ("c", OTHER))
    )
    assert list(once.cells.index) == list(again.cells.index)
    assert _files(tmp_path / "a") == _files(tmp_path / "b"), "to the last byte"
    for frame in ("cells", "datasets", "hubs"):
        assert not set(getattr(once, frame).index) & set(getattr(other, frame).index)


def _files(folder: Path):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_is_refused(own, tmp_path):
    with pytest.raises(ParameterError, match="token_hex"):
        own.anonymised(tmp_path / "a", key="short")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    with pytest.raises(ParameterError, match="new or empty folder"):
        own.anonymised(tmp_path / "full", key=KEY)
    with pytest.raises(MissingDataError):
        bdg.open_hubs().anonymised(tmp_path / "b", key=KEY)
    assert not (tmp_path / "a").exists()
    assert not list(tmp_path.glob(".anonymised*"))
