"""Check a table: walk all rules over it, cell by cell, and report."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from bdg_explore.columns import CELL, CYCLE, STEP, STEP_ID, TEST_TIME
from bdg_explore.errors import FrameError, ParameterError, did_you_mean
from bdg_explore.frames import (
    ABUSE,
    AUXILIARY,
    CELLS,
    CONTRACTS,
    CURVES,
    CYCLES,
    IMPEDANCE,
    TIMESERIES,
    check_frame,
)

from ._measures import measures_of
from ._registry import RULES
from ._rule import SEVERITIES, Column, Found, Ints, Unjudged
from ._series import Series
from ._subject import Facts, Subject
from ._tables import CurveTable, CycleTable
from .fingerprints import Fingerprint, known_cells
from .identity_rules import of_subject
from .report import Finding, QualityReport
from .settings import DEFAULTS, Settings

Given: TypeAlias = "float | Mapping[Any, float] | pd.Series[float] | None"
_GUESSED: Final = (TIMESERIES, IMPEDANCE, CURVES, CYCLES, ABUSE, CELLS, AUXILIARY)


def check(
    frame: pd.DataFrame,
    *,
    table: str | None = None,
    cycles: pd.DataFrame | None = None,
    nominal_capacity_ah: Given = None,
    minimum_voltage_volt: Given = None,
    maximum_voltage_volt: Given = None,
    soc_minimum: Given = None,
    soc_maximum: Given = None,
    known: Mapping[str, Any] | Iterable[Any] | None = None,
    settings: Settings = DEFAULTS,
) -> QualityReport:
    """Look for everything that is wrong with a table, and repair nothing.

    Parameters
    ----------
    frame : DataFrame
        Time series, cycles or curves with canonical columns; of other tables only values are
        looked at. It is left as it was; its index does not matter. With a column `cell`, each
        cell on its own.
    table : str, optional
        Which table it is; told by its columns if not given.
    cycles : DataFrame, optional
        One row a cycle of the same cells, if they were summarized already: the rules about
        cycles then look there. Otherwise a time series is summarized here.
    nominal_capacity_ah : float, mapping or Series, optional
        Nominal capacity [Ah], one for all or one a cell, as all of the following.
    minimum_voltage_volt, maximum_voltage_volt : float, mapping or Series, optional
        Voltage limits of the cell [V].
    soc_minimum, soc_maximum : float, mapping or Series, optional
        Window of state of charge that the test uses [fractions]; the capacity is then expected
        to be that part of the nominal one.
    known : mapping or iterable, optional
        Other cells, {name: `fingerprint`}; a content hash or a vector of capacities [Ah] will do.
        A cell is not compared with its own name. The cells of one table are compared with each
        other.
    settings : Settings
        All thresholds.

    Returns
    -------
    QualityReport
        `findings`, `metrics`, `score`, `ok`; shows itself in a notebook and as text.

    Raises
    ------
    FrameError
        The frame makes no table known here, lacks a column its table needs, or has no rows.
    ParameterError
        A limit is not a number, or `known` holds something else.

    Notes
    -----
    What is looked for stands in `rules`. Faults are told once: what one rule has found is taken
    out of what the others look at, in this order: values that are none (Q20, Q15), the clock
    (Q05, Q02, Q01), units (Q04, Q06), sign (Q08), then the rest.

    Each finding lowers one metric, and no other finding lowers it. A metric is the share of
    rows, intervals or cycles that is sound; 0 where the table as a whole is not. The score is
    their geometric mean, by these weights:

    ===== ==== =========================   ===== ==== =========================
    id    wt.  metric                      id    wt.  metric
    ===== ==== =========================   ===== ==== =========================
    Q01   3    monotonic_share             Q12   2    cycle_completeness
    Q02   1    unique_share                Q13   2    cycle_order
    Q03   2    time_coverage               Q14   1    live_share
    Q04   3    time_unit                   Q15   2    sentinel_free_share
    Q05   3    time_origin                 Q16   2    within_limits_share
    Q06   3    capacity_unit               Q17   0.5  regeneration_free_share
    Q07   2    counter_agreement           Q18   0.5  finished_share
    Q08   3    sign_agreement              Q19   1    capacity_share
    Q09   1    spike_free_share            Q20   3    completeness
    Q10   1    capacity_spike_free_share   Q21   1    metadata_agreement
    Q11   1    curve_order                 Q22   1    originality
    ===== ==== =========================   ===== ==== =========================

    A rule that has nothing to go by, for instance limits that are not known, is not counted; it
    stands in `unjudged` with the reason.

    Examples
    --------
    >>> import pandas as pd
    >>> cycles = pd.DataFrame(
    ...     {"cycle_count": range(1, 7), "cycle_discharging_capacity_ah": [1.0, 1.0, 45, 1, 1, 1]}
    ... )
    >>> check(cycles).findings[["id", "severity", "rows"]].values.tolist()
    [['Q10', 'warn', array([3])]]
    """
    kind = _table(frame, table)
    facts = {
        "nominal_ah": nominal_capacity_ah,
        "low_volt": minimum_voltage_volt,
        "high_volt": maximum_voltage_volt,
        "soc_low": soc_minimum,
        "soc_high": soc_maximum,
    }
    names = ("nominal_capacity_ah", "minimum_voltage_volt", "maximum_voltage_volt")
    labels = dict(zip(facts, (*names, "soc_minimum", "soc_maximum"), strict=True))
    others = None if known is None else known_cells(known)
    frame = frame.copy(deep=False)  # without attributes, which pandas copies with every column
    frame.attrs = {}
    columns = columns_of(frame)
    parts = cells_of(frame)
    several = len(parts) > 1
    seen: dict[str, Fingerprint] = dict(others or {})
    found: list[Finding] = []
    metrics: dict[str, list[float]] = {}
    unjudged: dict[str, str] = {}
    measured: list[dict[str, float]] = []
    for cell, rows in parts:
        own = {name: of_cell(value, cell, labels[name]) for name, value in facts.items()}
        subject = make_subject(
            {n: v if rows is None else v[rows] for n, v in columns.items()},
            kind,
            Facts(cell, known=seen if several or others is not None else None, **own),
            settings,
            _cycles_of(cycles, cell),
        )
        if several and kind in ("timeseries", "cycles", "curves"):
            seen = {**seen, str(cell): of_subject(subject)}
        judge(subject, str(cell) if several else None, rows, found, metrics, unjudged)
        measured.append(measures_of(subject))
    found.sort(key=lambda one: (SEVERITIES.index(one.severity), one.id))
    return QualityReport(
        kind,
        len(frame),
        tuple(found),
        {name: float(np.mean(values)) for name, values in metrics.items()},
        {rule: why for rule, why in unjudged.items() if not _judged(rule, metrics)},
        _merged(measured),
    )


def judge(
    subject: Subject,
    cell: str | None,
    rows: Ints | None,
    found: list[Finding],
    metrics: dict[str, list[float]],
    unjudged: dict[str, str],
) -> None:
    """Walk all rules over one cell and add what they say to what was said before."""
    for rule in RULES:
        look = rule.looks.get(subject.table) or rule.looks.get("any")
        if look is None:
            continue
        outcome = look(subject)
        if isinstance(outcome, Unjudged):
            unjudged.setdefault(rule.id, outcome.reason)
            continue
        metrics.setdefault(rule.metric, []).append(
            outcome.metric if isinstance(outcome, Found) else 1.0
        )
        if isinstance(outcome, Found):
            found.append(
                Finding(
                    rule.id,
                    rule.title,
                    outcome.severity or rule.severity,
                    outcome.level,
                    _positions(outcome, subject, rows),
                    outcome.evidence,
                    rule.repair if outcome.repair is None else outcome.repair,
                    rule.metric,
                    cell,
                )
            )


def _positions(outcome: Found, subject: Subject, rows: Ints | None) -> Ints:
    if outcome.level == "cycle":
        return np.unique(outcome.rows)
    places = np.arange(subject.length) if outcome.level == "table" else np.unique(outcome.rows)
    return places if rows is None else np.sort(rows[places])


def _judged(rule: str, metrics: Mapping[str, list[float]]) -> bool:
    return any(one.id == rule and one.metric in metrics for one in RULES)


def _merged(measured: list[dict[str, float]]) -> dict[str, float]:
    """Add up counts, and take the median of everything else, over the cells."""
    names = dict.fromkeys(name for one in measured for name in one)
    merged = {}
    for name in names:
        values = [one[name] for one in measured if name in one]
        merged[name] = float(np.sum(values) if name in ("rows", "cycles") else np.median(values))
    return merged


def _table(frame: pd.DataFrame, table: str | None) -> str:
    if table is None:
        source = frame.attrs.get("source")
        told = source.get("table") if isinstance(source, dict) else None
        contract = CONTRACTS.get(str(told))
        if contract is None or not set(contract.required) <= set(frame.columns):
            has = set(frame.columns)
            contract = next(
                (
                    c
                    for c in _GUESSED
                    if set(c.required) <= has and (not c.one_of or set(c.one_of) & has)
                ),
                None,
            )
        if contract is None:
            raise FrameError(
                "The frame makes no table that can be checked; it has "
                f"{', '.join(map(str, frame.columns[:12])) or 'no columns'}. A time series needs "
                f"{', '.join(TIMESERIES.required)}, cycles need {CYCLE}; say which with table=."
            )
    elif table in CONTRACTS:
        contract = CONTRACTS[table]
    else:
        raise ParameterError(
            f"No table is called {table!r}.{did_you_mean(table, CONTRACTS)} "
            f"There are {', '.join(CONTRACTS)}."
        )
    check_frame(frame, replace(contract, rules=()))  # what rules object to are findings here
    if not len(frame):
        raise FrameError(f"The table of {contract.name} has no rows: there is nothing to check.")
    return contract.name


def columns_of(frame: pd.DataFrame) -> dict[str, Column]:
    """Return the columns that rules can look at, as arrays, without copies where possible."""
    columns: dict[str, Column] = {}
    for place, name in enumerate(frame.columns):
        series = frame.iloc[:, place]
        if name in (STEP, STEP_ID) and not pd.api.types.is_numeric_dtype(series):
            columns[name] = np.asarray(pd.factorize(series)[0])
        elif pd.api.types.is_bool_dtype(series):
            columns[str(name)] = series.to_numpy()
        elif pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_complex_dtype(series):
            values = series.to_numpy()
            if values.dtype.kind not in "fi":
                values = series.to_numpy(dtype=np.float64, na_value=np.nan)
            elif values.dtype.kind == "i" and name not in (CYCLE, STEP, STEP_ID, TEST_TIME):
                values = values.astype(np.float64)
            columns[str(name)] = values
    return columns


def cells_of(frame: pd.DataFrame) -> list[tuple[Hashable | None, Ints | None]]:
    """Return the cells of a table and their rows; None for all rows."""
    if CELL not in frame.columns:
        return [(None, None)]
    cell = frame[CELL]
    first = cell.iloc[0]
    if bool((cell == first).all()):
        return [(first, None)]
    codes, names = pd.factorize(cell, use_na_sentinel=False)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(names) + 1))
    return [(names[i], np.sort(order[edges[i] : edges[i + 1]])) for i in range(len(names))]


def make_subject(
    columns: Mapping[str, Column],
    table: str,
    facts: Facts,
    settings: Settings,
    cycles: pd.DataFrame | None = None,
) -> Subject:
    """Return one cell's table, ready to be examined."""
    if table == "timeseries":
        return Series(columns, facts, settings, cycles)
    if table == "cycles":
        return CycleTable(columns, facts, settings)
    if table == "curves":
        return CurveTable(columns, facts, settings)
    return Subject(columns, table, facts, settings)


def _cycles_of(cycles: pd.DataFrame | None, cell: Hashable | None) -> pd.DataFrame | None:
    if cycles is None:
        return None
    check_frame(cycles, replace(CYCLES, rules=()))
    if cell is not None and CELL in cycles.columns:
        cycles = cycles[cycles[CELL] == cell]
    return cycles if len(cycles) else None


def of_cell(given: Any, cell: Hashable | None, name: str) -> float | None:
    """Return one cell's value of an argument; None where it is not known."""
    if isinstance(given, Mapping | pd.Series):
        given = given.get(cell)
    if given is None or given is pd.NA:
        return None
    try:
        value = float(given)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} must be a number, not {given!r}.") from None
    if np.isnan(value):
        return None
    if not np.isfinite(value) or (name == "nominal_capacity_ah" and value <= 0):
        raise ParameterError(f"{name} must be a positive number, not {value:g}.")
    return value
