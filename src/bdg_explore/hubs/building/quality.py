"""How sound the tables of a cell are, as rows of the table `quality`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    ERROR_FINDINGS,
    FINDINGS,
    INFO_FINDINGS,
    MAXIMUM_VOLTAGE,
    METRICS,
    MINIMUM_VOLTAGE,
    NOMINAL_CAPACITY,
    QUALITY_SCORE,
    SOC_MAXIMUM,
    SOC_MINIMUM,
    TABLE,
    WARNING_FINDINGS,
)
from bdg_explore.curation import QualityReport, check
from bdg_explore.errors import BdgError

# What is known about a cell beside its tables and bears on how they are judged.
FACTS: Final = (NOMINAL_CAPACITY, MINIMUM_VOLTAGE, MAXIMUM_VOLTAGE, SOC_MINIMUM, SOC_MAXIMUM)
CHECKED: Final = ("timeseries", "cycles", "impedance", "curves", "abuse", "reported_cycles")
_SEVERITIES: Final = {"error": ERROR_FINDINGS, "warn": WARNING_FINDINGS, "info": INFO_FINDINGS}
_MOST_ROWS: Final = 20


def quality_rows(
    tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any], notes: list[str]
) -> list[dict[str, Any]]:
    """Check every table of a cell.

    Parameters
    ----------
    tables : mapping
        Table name -> frame.
    facts : mapping
        What is known about the cell, of `FACTS`.
    notes : list of str
        Where to say that a table could not be checked.

    Returns
    -------
    list of dict
        One row a table, columns of the table `quality`.
    """
    rows = []
    for name, report in checks_of({k: f for k, f in tables.items() if not f.empty}, facts):
        if isinstance(report, BdgError):
            notes.append(f"{name} could not be checked: {report}")
        else:
            rows.append(row_of(report, name))
    return rows


def checks_of(
    tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]
) -> Iterator[tuple[str, QualityReport | BdgError]]:
    """Check every table of a cell that there are rules for, records beside their cycles.

    Yields
    ------
    tuple of str and QualityReport or BdgError
        The table, and what the check came to, or why there was none.
    """
    for name, frame in tables.items():
        if name not in CHECKED:
            continue
        kind = "cycles" if name == "reported_cycles" else name
        cycles = tables.get("cycles") if name == "timeseries" else None
        try:
            yield name, check(frame, table=kind, cycles=cycles, **facts)
        except BdgError as error:
            yield name, error


def row_of(report: QualityReport, table: str) -> dict[str, Any]:
    """Return a report as one row: score, findings by severity, and both lists as JSON text."""
    told = report.to_dict(most_rows=_MOST_ROWS)
    counts = report.counts()
    return {
        TABLE: table,
        QUALITY_SCORE: None if np.isnan(report.score) else report.score,
        **{name: counts.get(severity, 0) for severity, name in _SEVERITIES.items()},
        METRICS: json.dumps(told["metrics"], sort_keys=True),
        FINDINGS: json.dumps(told["findings"], ensure_ascii=False),
    }
