"""A private hub, an embargoed one and a public one, made up for tests."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

SECRET = ("zorblax", "quimby", "vault")  # in every id, name and text of the private hub


def write_hub(
    folder: Path, hub: str, dataset: str, cells: list[str], head=None, **metadata
) -> Path:
    """Write a hub of one data set: cycles of its cells, and the records of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"native_id": cells, "ambient_temperature_celsius": 25.0, "note": f"note of {hub}"}
    pd.DataFrame(facts).to_csv(folder / "facts.csv", index=False)
    count = 3
    pd.DataFrame({
        "cell": np.repeat(cells, count),
        "cycle_count": np.tile(np.arange(1, count + 1), len(cells)),
        "cycle_discharging_capacity_ah": np.tile([1.0, 0.9, 0.8], len(cells)),
    }).to_parquet(folder / "cycles.parquet")  # fmt: skip
    half = np.arange(0, 3601, 60.0)
    pd.DataFrame({
        "test_time_second": np.concatenate([half, 3600 + half]),
        "voltage_volt": np.repeat([4.0, 3.6], len(half)),
        "current_ampere": np.repeat([1.0, -1.0], len(half)),
        "cycle_count": 1,
    }).to_csv(folder / "first.csv", index=False)  # fmt: skip
    entry = {
        "driver": "bdg_dataset",
        "description": f"Data of {hub}",
        "args": {
            "cells": "{{ CATALOG_DIR }}/facts.csv",
            "tables": {
                "cycles": {"url": "{{ CATALOG_DIR }}/cycles.parquet", "format": "parquet"},
                "timeseries": {"url": "{{ CATALOG_DIR }}/first.csv", "format": "csv",
                               "cells": cells[:1]},
            },
            "downloads": [{"name": f"{dataset}.zip", "url": f"https://host.invalid/{dataset}.zip"}],
        },
        "metadata": {"hub": hub, "segment": "full_cell", "kind": "experimental",
                     "licence": "CC-BY-4.0", "access": "open",
                     "citation": {"title": f"Data of {hub}", "year": 2026},
                     "primary": {"cathode_chemistry": "LFP", "nominal_capacity_ah": 1.0},
                     **metadata},
    }  # fmt: skip
    top = {"id": hub, "name": f"The {hub}", "contact": f"{hub}@host.invalid", **(head or {})}
    catalog = {"metadata": {"version": 1, "hub": top}, "sources": {dataset: entry}}
    (folder / "catalog.yaml").write_text(yaml.safe_dump(catalog))
    return folder


def write_all(folder: Path) -> tuple[Path, Path, Path]:
    """Return the folders of a private hub, one under embargo, and a public one."""
    return (
        write_hub(folder / "vault", "zorblax", "quimby-1", ["quimby-a", "quimby-b"],
                  head={"access": "private"}),
        write_hub(folder / "later", "later", "later-1", ["later-a"], access="embargo",
                  embargo_until="2999-01-01"),
        write_hub(folder / "open", "openlab", "open-1", ["open-a", "open-b"]),
    )  # fmt: skip
