"""Any tester file to a file that every program reads."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from bdg_explore.analysis import summarize_cycles
from bdg_explore.curation import QualityReport, check
from bdg_explore.errors import BdgError, ParameterError
from bdg_explore.readers import checked_target, read, write_bdf, write_table

_BDF_TABLES = ("timeseries", "impedance")


@dataclass(frozen=True)
class Conversion:
    """A file that was converted.

    Attributes
    ----------
    path : Path
        The new file.
    source : dict
        What the reader told: format, tester, table, rows in and out, notes.
    columns : tuple of str
        Columns of the new file.
    report : QualityReport or None
        Findings; None where the table is not checked.
    """

    path: Path
    source: dict[str, Any]
    columns: tuple[str, ...]
    report: QualityReport | None

    def __str__(self) -> str:
        told = self.source
        tester = f" ({told['tester']})" if told.get("tester") else ""
        left_out = [
            f"{told[key]} {what}"
            for key, what in (("overlap_rows", "in two parts"), ("rows_left_out", "left out"))
            if told.get(key)
        ]
        counts = ", ".join([f"{told['rows_in']:,} records in", *left_out])
        lines = [
            f"{told['file']}: {told['format']}{tester}, {told['table']}, {counts}",
            *(f"  {note}" for note in told["notes"]),
        ]
        if self.report is not None:
            lines.append(f"  quality {self.report.score:.3f}")
            lines += [
                f"  {one.severity} {one.id} {one.title}: {one.evidence}"
                for one in self.report.found
            ]
        lines.append(f"{self.path}: {told['rows_out']:,} rows, {len(self.columns)} columns")
        return "\n".join(lines)


def convert(
    paths: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    format: str | None = None,
    table: str | None = None,
    headers: Literal["machine", "label"] = "machine",
    overwrite: bool = False,
) -> Conversion:
    """Read a tester file, or the parts of one test, and write it as csv or Parquet.

    Parameters
    ----------
    paths : sequence of path
        The file, or the parts.
    out : path
        Ends on ``.csv``, ``.csv.gz`` or ``.parquet``. Time series and spectra become files of the
        Battery Data Format, other tables plain ones with canonical columns.
    format, table : str, optional
        See `read`.
    headers : {"machine", "label"}
        ``test_time_second`` or ``Test Time / s``.
    overwrite : bool
        Whether a file that is there already may be replaced.

    Returns
    -------
    Conversion
        What was read, written and found; prints as a summary.

    Raises
    ------
    ParameterError
        `out` is there already, is one of the files to read, or has another suffix.
    BdgError
        A file cannot be read, or `out` cannot be written.
    """
    target = checked_target(out)
    if any(target.resolve() == Path(path).resolve() for path in paths):
        raise ParameterError(f"{target} is the file to read. Give the result another name.")
    if target.exists() and not overwrite:
        raise ParameterError(f"{target} is there already. Give another name, or --force.")
    given = paths[0] if len(paths) == 1 else list(paths)
    frame = read(given, format=format, table=table)
    source = frame.attrs["source"]
    report = _checked(frame, str(source["table"]))
    try:
        write = write_bdf if source["table"] in _BDF_TABLES else write_table
        write(frame, target, headers=headers)
    except OSError as error:
        raise BdgError(
            f"{target} cannot be written: {error.strerror or error}. "
            "Give a folder that is there and that you may write to."
        ) from error
    return Conversion(target, source, tuple(map(str, frame.columns)), report)


def _checked(frame: pd.DataFrame, table: str) -> QualityReport | None:
    try:
        cycles = summarize_cycles(frame) if table == "timeseries" else None
        return check(frame, table=table, cycles=cycles)
    except BdgError:
        return None  # a table that has no rules
