"""Is it sound: a file, every file of a folder, every cell of a catalog."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bdg_explore.columns import AVAILABILITY, TABLES
from bdg_explore.curation import QualityReport
from bdg_explore.errors import BdgError, ReadError, UnknownFormatError

from .building.files import PassedOver, files_in
from .building.quality import CHECKED, FACTS, checks_of
from .catalogs import datasets_in
from .collection import Hubs
from .examining import examine
from .mirror import all_mirrors


@dataclass(frozen=True)
class Checked:
    """What a check came to.

    Attributes
    ----------
    name : str
        The file, or the cell and its table.
    report : QualityReport or None
        Findings; None where nothing could be read.
    problem : str
        Why it cannot be read, or breaks the contract of its table; empty if neither.
    passed_over : bool
        Whether it is no file of measurements: a text, a picture, an unknown format.
    """

    name: str
    report: QualityReport | None = None
    problem: str = ""
    passed_over: bool = False

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings there may be."""
        return self.passed_over or (not self.problem and self.report is not None and self.report.ok)

    def __str__(self) -> str:
        if self.passed_over:
            return f"{self.name}: passed over: {self.problem}"
        if self.report is None:
            return f"{self.name}: {self.problem or 'there are no rules for this table'}"
        if not self.report.found and not self.problem:
            return f"{self.name}: {self.report.table}, score 1, nothing found"
        told = [f"  {line}".rstrip() for line in str(self.report).splitlines()]
        return "\n".join([f"{self.name}:", *told])


def check_path(
    path: str | os.PathLike[str], *, nominal_capacity_ah: float | None = None
) -> Iterator[Checked]:
    """Check what lies at a path, one file or one table of a cell after the other.

    Parameters
    ----------
    path : path
        A file of measurements; a folder of them; or a catalog: a YAML file, or a folder with
        ``catalog.yaml``, as `build` makes it.
    nominal_capacity_ah : float, optional
        Nominal capacity [Ah] of the cells in files. Of the cells in a catalog it is known from
        there.

    Yields
    ------
    Checked
        One a file, or one a cell and table.

    Raises
    ------
    ReadError
        Nothing is there.
    CatalogError
        The catalog is not what it should be.
    """
    place = Path(path)
    if not place.exists():
        raise ReadError(f"There is no file or folder {place}. Check the path.")
    if place.suffix in (".yaml", ".yml") or (place / "catalog.yaml").is_file():
        yield from _cells(place)
    elif place.is_dir():
        for one in files_in(place, place / ".no store"):
            if isinstance(one, PassedOver):
                yield Checked(one.name, problem=one.reason, passed_over=True)
            else:
                yield _file(one.path, one.name, nominal_capacity_ah, alone=False)
    else:
        yield _file(place, place.name, nominal_capacity_ah, alone=True)


def _file(path: Path, name: str, nominal_capacity_ah: float | None, *, alone: bool) -> Checked:
    try:
        found = examine(path, nominal_capacity_ah=nominal_capacity_ah)
    except UnknownFormatError as error:
        return Checked(name, problem=str(error), passed_over=not alone)
    except BdgError as error:
        return Checked(name, problem=str(error))
    return Checked(name, found.report, found.problem)


def _cells(place: Path) -> Iterator[Checked]:
    hubs = Hubs(datasets_in(place), all_mirrors())
    cells = hubs.cells
    for uid, row in cells[cells[AVAILABILITY] == "here"].iterrows():
        facts: dict[str, Any] = {
            name: float(row[name]) for name in FACTS if pd.notna(row.get(name))
        }
        held = [name for name in CHECKED if name in str(row[TABLES]).split()]
        tables: dict[str, Any] = {}
        for name in held:
            try:
                tables[name] = hubs.table(name, str(uid), download=False)
            except BdgError as error:
                yield Checked(f"{uid} {name}", problem=str(error))
        for table, report in checks_of(tables, facts):
            if isinstance(report, BdgError):
                yield Checked(f"{uid} {table}", problem=str(report))
            else:
                yield Checked(f"{uid} {table}", report)
