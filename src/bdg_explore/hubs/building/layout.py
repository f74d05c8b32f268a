"""Where what lies in a store, and how to know one."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import yaml

CATALOG: Final = "catalog.yaml"
METADATA: Final = "metadata.yaml"
FACTS: Final = "cells.csv"
REPORT: Final = "report.csv"
REPORT_JSON: Final = "report.json"
ACCOUNTS: Final = "accounts.json"
WORK: Final = ".bdg-build"
MADE_BY: Final = "bdg build"
HEAD: Final = f"# Written by {MADE_BY}"
# Goes up whenever a build writes other things than before for the same files.
LAYOUT: Final = 1

# A safe loader, in C where PyYAML was built with it.
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Tables with many rows a cell: a file a cell. It is written where the cell is read, by one of
# several processes, stays as it is while other cells change, and opens without the others.
CELL_TABLES: Final = ("timeseries", "curves", "abuse", "auxiliary")
# Tables with few rows a cell: one file for all, whole cells in a row group.
SHARED_TABLES: Final = ("cycles", "impedance", "reported_cycles", "failures", "materials")
ROWS_IN_GROUP: Final = 65_536
LONGEST_NAME: Final = 180  # of a file or folder [bytes]; 255 is what file systems take


@cache
def package_version() -> str:
    """Return the version of this package."""
    try:
        return version("bdg-explore")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0+unknown"


def is_store(folder: Path) -> bool:
    """Whether `build` made, or is making, a store in a folder."""
    if (folder / WORK).is_dir():
        return True
    try:
        with (folder / CATALOG).open("rb") as stream:
            return stream.read(len(HEAD)) == HEAD.encode()
    except OSError:
        return False


def table_folders(out: Path) -> list[Path]:
    """Return the folders that hold tables which a build wrote; a store has one."""
    return [
        path.parent
        for path in sorted(out.glob(f"*/{ACCOUNTS}"))
        if (read_json(path) or {}).get("made_by") == MADE_BY
    ]


def read_json(path: Path) -> Any:
    """Return what a JSON file of ours holds; None where it is not there or not whole."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_json(content: Any, path: Path) -> None:
    """Write JSON that is the same for the same content."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
