import csv
import os
from pathlib import Path

import pytest
import yaml

CATALOGS = Path(__file__).parents[2] / "catalogs"


@pytest.fixture(scope="session")
def hub_files() -> dict[str, dict]:
    """Content of every hub's catalog, by hub id, in the order of the collection."""
    collection = yaml.safe_load((CATALOGS / "bdg.yaml").read_text(encoding="utf-8"))
    here = "{{ CATALOG_DIR }}"
    return {
        hub: yaml.safe_load(
            Path(entry["args"]["path"].replace(here, str(CATALOGS))).read_text(encoding="utf-8")
        )
        for hub, entry in collection["sources"].items()
    }


@pytest.fixture(scope="session")
def entries(hub_files) -> dict[str, dict]:
    """Every data set's entry by id; `test_ids_are_unique` guards the flattening."""
    return {name: entry for file in hub_files.values() for name, entry in file["sources"].items()}


@pytest.fixture(scope="session")
def facts() -> dict[str, dict[str, dict[str, str]]]:
    """Facts tables as they are written: data set -> native id -> column -> text."""
    tables = {}
    for path in sorted((CATALOGS / "cells").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = {row["native_id"]: row for row in csv.DictReader(file)}
    return tables


@pytest.fixture(scope="session")
def mirror() -> Path:
    folder = os.environ.get("BDG_MIRROR")
    if not folder:
        pytest.skip("real data: set BDG_MIRROR to a folder that holds a mirror.yaml")
    return Path(folder)
