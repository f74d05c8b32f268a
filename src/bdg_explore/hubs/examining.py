"""What is this file, and is it sound: a reader, the cycle summary and the findings, in one."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bdg_explore.analysis import summarize_cycles
from bdg_explore.curation import QualityReport, check
from bdg_explore.errors import BdgError, FrameError
from bdg_explore.readers import Reader, evidence, group, join, read, reader


@dataclass(frozen=True)
class Examination:
    """One test as its file, or files, tell it.

    Attributes
    ----------
    frame : DataFrame
        The table, canonical columns.
    cycles : DataFrame or None
        One row a cycle, where there is a time series, or the file is such a table.
    report : QualityReport or None
        Findings, metrics and score; None where nothing can be checked.
    problem : str
        Why the frame breaks its contract; empty if it does not.
    """

    frame: pd.DataFrame
    cycles: pd.DataFrame | None
    report: QualityReport | None
    problem: str = ""

    @property
    def source(self) -> dict[str, Any]:
        """What the reader tells: format, rows, units, values that were missing, notes."""
        told: dict[str, Any] = self.frame.attrs.get("source", {})
        return told

    @property
    def table(self) -> str:
        """Which table it is."""
        return str(self.source.get("table", ""))

    @property
    def reader(self) -> Reader:
        """The reader that knew the format."""
        return reader(str(self.source["format"]), self.table or None)


def examine(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    nominal_capacity_ah: float | None = None,
) -> Examination:
    """Read a file, or the parts of one test, summarize it and look for what is not sound.

    Parameters
    ----------
    paths : path or sequence of paths
        The file, or the files the tester wrote one test into.
    nominal_capacity_ah : float, optional
        Nominal capacity of the cell [Ah], for the findings that need one.

    Returns
    -------
    Examination
        A frame that breaks its contract (time that runs backwards) is returned too, with the
        reason: the findings say where.

    Raises
    ------
    UnknownFormatError
        The content is of no known format.
    ReadError
        The file is damaged.
    """
    given: Any = paths if isinstance(paths, str | os.PathLike) else list(paths)
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    problem = ""
    try:
        frame = read(given)
    except FrameError as error:
        problem = str(error)
        frame = read(given, check=False)
    return _look_at(frame, problem, nominal_capacity_ah)


def parts_of_one_test(examined: Mapping[Path, Examination]) -> list[list[Path]]:
    """Say which files are parts of one test: their names suggest it, their records bear it out.

    Parameters
    ----------
    examined : mapping
        What `examine` gave for each file.

    Returns
    -------
    list of list of Path
        Only tests of several files, each in the order of its parts.
    """
    formats = {path: f"{one.source['format']} {one.table}" for path, one in examined.items()}
    # each file may lie in a folder of its own; by name they belong together all the same
    flat = {Path(path.name): path for path in examined}
    named = {short: formats[path] for short, path in flat.items()}
    tests = []
    for members in group(list(flat), named):
        paths = [flat[short] for short in members]
        if len(paths) > 1 and evidence([examined[path].frame for path in paths])[0]:
            tests.append(paths)
    return tests


def examine_joined(
    parts: Sequence[Examination], *, nominal_capacity_ah: float | None = None
) -> Examination:
    """Join the parts of one test, and look at the whole.

    Raises
    ------
    ReadError
        They are not parts of one test.
    FrameError
        The whole breaks its contract.
    """
    return _look_at(join([part.frame for part in parts]), "", nominal_capacity_ah)


def _look_at(frame: pd.DataFrame, problem: str, nominal_capacity_ah: float | None) -> Examination:
    table = str(frame.attrs["source"]["table"])
    cycles = _cycles(frame, table, nominal_capacity_ah)
    try:
        report = check(frame, table=table, cycles=cycles, nominal_capacity_ah=nominal_capacity_ah)
    except BdgError as error:
        report, problem = None, problem or str(error)
    return Examination(frame, cycles, report, problem)


def _cycles(
    frame: pd.DataFrame, table: str, nominal_capacity_ah: float | None
) -> pd.DataFrame | None:
    if table == "cycles":
        return frame
    if table != "timeseries":
        return None
    try:
        return summarize_cycles(frame, nominal_capacity_ah=nominal_capacity_ah)
    except BdgError:
        return None  # time runs backwards, or the like: the findings tell
