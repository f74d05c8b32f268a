"""A small hub in a folder, and the real mirror where there is one."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest_server import FileServer

REAL_MIRROR = os.environ.get("BDG_MIRROR")


@pytest.fixture(autouse=True)
def _own_world(monkeypatch, tmp_path):
    """Nothing of the machine's own settings, and no network, reaches a test."""
    monkeypatch.delenv("BDG_MIRROR", raising=False)
    monkeypatch.delenv("BDG_CATALOGS", raising=False)
    monkeypatch.setenv("BDG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "bdg_explore.hubs.settings.config_file", lambda: tmp_path / "config" / "catalogs.yaml"
    )


@pytest.fixture
def mirror(monkeypatch):
    """The folder of real measurements, set as the mirror."""
    if not REAL_MIRROR:
        pytest.skip("BDG_MIRROR is not set: no real measurements here")
    monkeypatch.setenv("BDG_MIRROR", REAL_MIRROR)
    return Path(REAL_MIRROR)


@pytest.fixture
def at_once(monkeypatch):
    """Let a fetch ask again without a pause, and reach servers on this machine."""
    monkeypatch.setattr("bdg_explore.hubs.fetching.fetch._BACK_OFF", 0.0)
    monkeypatch.delenv("BDG_OFFLINE", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server(at_once):
    """A web server of our own."""
    with FileServer() as server:
        yield server


def cycles_frame(cells=("a", "b"), count=5):
    """Cycles of a few cells: capacity falls by 0.01 Ah a cycle from 1 Ah."""
    return pd.DataFrame(
        {
            "cell": np.repeat(list(cells), count),
            "cycle_count": np.tile(np.arange(1, count + 1), len(cells)),
            "cycle_discharging_capacity_ah": np.tile(1 - 0.01 * np.arange(count), len(cells)),
        }
    )


def timeseries_frame():
    """One cycle worth 1 Ah each way: 1 A for an hour at 4.0 V, then -1 A at 3.6 V."""
    half = np.arange(0, 3601, 60.0)
    return pd.DataFrame(
        {
            "test_time_second": np.concatenate([half, 3600 + half]),
            "voltage_volt": np.repeat([4.0, 3.6], len(half)),
            "current_ampere": np.repeat([1.0, -1.0], len(half)),
            "cycle_count": 1,
            "step_count": np.repeat([1, 2], len(half)),
        }
    )


@pytest.fixture
def entry():
    """A well-formed entry: cycles of two cells in one file, a time series of a third."""
    return {
        "driver": "bdg_dataset",
        "description": "Two invented cells",
        "args": {
            "cells": "{{ CATALOG_DIR }}/facts.csv",
            "tables": {
                "cycles": {"url": "{{ CATALOG_DIR }}/cycles.parquet", "format": "parquet",
                           "cells": ["a", "b"]},
                "timeseries": {"url": "{{ CATALOG_DIR }}/{cell}.csv", "format": "csv",
                               "cells": ["c"]},
            },
        },
        "metadata": {
            "segment": "full_cell",
            "kind": "experimental",
            "licence": "CC0-1.0",
            "access": "open",
            "citation": {"title": "Invented", "authors": "Nobody", "year": 2026},
            "primary": {"cathode_chemistry": "LFP", "nominal_capacity_ah": 1.0},
        },
    }  # fmt: skip


@pytest.fixture
def lab(tmp_path, entry):
    """Return a function that writes a hub's folder from entries, and returns the folder."""

    def write(entries=None, **head):
        folder = tmp_path / "my_lab"
        folder.mkdir(exist_ok=True)
        pd.DataFrame(
            {"native_id": ["a", "b", "c"], "ambient_temperature_celsius": [25.0, 45.0, None],
             "note": ["", "", "only a time series"]}
        ).to_csv(folder / "facts.csv", index=False)  # fmt: skip
        cycles_frame().to_parquet(folder / "cycles.parquet")
        timeseries_frame().to_csv(folder / "c.csv", index=False)
        catalog = {
            "metadata": {"version": 1, "hub": {"id": "my_lab", "name": "My lab"}, **head},
            "sources": entries if entries is not None else {"lab-2026": entry},
        }
        (folder / "catalog.yaml").write_text(yaml.safe_dump(catalog, sort_keys=False))
        return folder

    return write
