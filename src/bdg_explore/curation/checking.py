"""Check a table: walk all rules over it, cell by cell, and report."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ._measures import measures_of
from ._parts import Given, cells_of, columns_of, cycles_of, make_subject, of_cell, table_of
from ._registry import RULES
from ._rule import SEVERITIES, Found, Ints, Unjudged
from ._subject import Facts, Subject
from .fingerprints import Fingerprint, known_cells
from .identity_rules import of_subject
from .report import Finding, QualityReport
from .settings import DEFAULTS, Settings


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
    kind = table_of(frame, table)
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
    with np.errstate(all="ignore"):  # no number is too wild to be looked at
        for cell, rows in parts:
            own = {name: of_cell(value, cell, labels[name]) for name, value in facts.items()}
            subject = make_subject(
                {n: v if rows is None else v[rows] for n, v in columns.items()},
                kind,
                Facts(cell, known=seen if several or others is not None else None, **own),
                settings,
                cycles_of(cycles, cell),
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
            _below_one(outcome.metric) if isinstance(outcome, Found) else 1.0
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


def _below_one(metric: float) -> float:
    """Return a metric as it is told of a finding: from 0 to the last number before 1."""
    return min(max(metric, 0.0), float(np.nextafter(1.0, 0.0))) if not np.isnan(metric) else 0.0


def _positions(outcome: Found, subject: Subject, rows: Ints | None) -> Ints:
    places = np.arange(subject.length) if outcome.level == "table" else outcome.rows
    if len(places) > 1 and not np.all(places[1:] > places[:-1]):
        places = np.unique(places)
    if outcome.level == "cycle":
        return places
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
