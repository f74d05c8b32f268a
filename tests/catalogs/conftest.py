import csv
from pathlib import Path

import pytest
import yaml

from real_files import FOLDERS, UNSET

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
def mirrored():
    """Return where the mirror keeps a file; skip where there is no mirror, or not that file."""

    def find(relative: str) -> Path:
        if not FOLDERS:
            pytest.skip(UNSET)
        path = next((f / relative for f in FOLDERS if (f / relative).is_file()), None)
        if path is None:
            pytest.skip(f"real data: no folder of BDG_MIRROR holds {relative}")
        return path

    return find
