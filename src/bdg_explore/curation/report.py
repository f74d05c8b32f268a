"""What `check` found, as a table, as text, as a small card in a notebook, and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from ._registry import BY_METRIC
from ._report_html import to_html
from ._report_text import to_text
from ._rule import SEVERITIES, Ints, Level, Severity

MOST_ROWS: Final = 1000


@dataclass(frozen=True, eq=False)
class Finding:
    """One thing that is not as it should be.

    Attributes
    ----------
    id, title, severity
        Of the rule; severity is ``info``, ``warn`` or ``error``.
    level : {"row", "cycle", "table"}
        What `rows` holds: positions in the table, cycle numbers, or all positions, where the
        finding is about the table as a whole.
    rows : ndarray of int
        Which ones, ascending.
    evidence : str
        What was seen, with numbers and units.
    repair : str
        Name of a repair, see `repair`; empty where there is none.
    metric : str
        The metric that is lowered.
    cell : str, optional
        Which cell, in a table of several.
    """

    id: str
    title: str
    severity: Severity
    level: Level
    rows: Ints
    evidence: str
    repair: str
    metric: str
    cell: str | None = None

    @property
    def count(self) -> int:
        """Number of rows, or of cycles."""
        return len(self.rows)

    def to_dict(self, most_rows: int = MOST_ROWS) -> dict[str, Any]:
        """Return it as JSON can hold it, with no more than so many rows."""
        return {
            "id": self.id,
            "title": self.title,
            "severity": self.severity,
            "level": self.level,
            "count": self.count,
            "rows": [] if self.level == "table" else self.rows[:most_rows].tolist(),
            "evidence": self.evidence,
            "repair": self.repair,
            "metric": self.metric,
            "cell": self.cell,
        }


@dataclass(frozen=True, eq=False)
class QualityReport:
    """Findings, metrics and a score of one table.

    Attributes
    ----------
    table : str
        Which table it is: ``timeseries``, ``cycles``, ``curves`` ...
    row_count : int
        Rows of the table.
    found : tuple of Finding
        What was found, the worst first.
    metrics : dict
        {metric: 0 to 1}, 1 is sound; only those that could be judged. Of several cells the mean.
    unjudged : dict
        {id of a rule: why it had nothing to go by}.
    measures : dict
        Plain facts that are neither good nor bad: `rows`, `cycles`, `sampling_dt_median_s`,
        `dv_median_mv`; and the shares that findings are about: `duplicate_share`, `spike_share`,
        `counter_deviation` (median difference over the capacity).

    Notes
    -----
    The score is the weighted geometric mean of the metrics; their weights are listed by `rules`.
    A metric of 0, such as a wrong unit or a flipped sign, makes it 0: such a table is not to be
    used as it stands.
    """

    table: str
    row_count: int
    found: tuple[Finding, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    unjudged: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Weighted geometric mean of the metrics, 0 to 1; 1 only if nothing at all was found."""
        if not self.metrics:
            return float("nan")
        weights = np.asarray([BY_METRIC[name].weight for name in self.metrics])
        values = np.asarray(list(self.metrics.values()), dtype=np.float64)
        if (values <= 0).any():
            return 0.0
        return float(np.exp(np.sum(weights * np.log(values)) / np.sum(weights)))

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings there may be."""
        return all(finding.severity != "error" for finding in self.found)

    @property
    def findings(self) -> pd.DataFrame:
        """One row a finding, the worst first.

        Columns: `id`, `title`, `severity`, `level`, `count`, `rows` (array of positions or of
        cycle numbers, see `level`), `evidence`, `repair`, `metric`, `cell`.
        """
        names = (
            "id", "title", "severity", "level", "count", "rows", "evidence", "repair", "metric",
            "cell",
        )  # fmt: skip
        columns = {name: [getattr(one, name) for one in self.found] for name in names}
        table = pd.DataFrame(
            {name: pd.Series(values, dtype=object) for name, values in columns.items()}
        )
        table["count"] = table["count"].astype("int64")
        return table

    def counts(self) -> dict[str, int]:
        """Return how many findings there are of each severity, errors first."""
        return {s: sum(one.severity == s for one in self.found) for s in SEVERITIES}

    def to_dict(self, *, most_rows: int = MOST_ROWS) -> dict[str, Any]:
        """Return the report as JSON can hold it.

        Parameters
        ----------
        most_rows : int
            No more than so many rows of a finding; `count` says how many there are.
        """
        return {
            "table": self.table,
            "rows": self.row_count,
            "score": None if np.isnan(self.score) else self.score,
            "ok": self.ok,
            "metrics": {name: float(value) for name, value in self.metrics.items()},
            "measures": {
                name: None if not np.isfinite(value) else float(value)
                for name, value in self.measures.items()
            },
            "findings": [one.to_dict(most_rows) for one in self.found],
            "unjudged": dict(self.unjudged),
        }

    def __str__(self) -> str:
        return to_text(self)

    def __repr__(self) -> str:
        number = self.counts()
        said = ", ".join(f"{n} {severity}" for severity, n in number.items() if n) or "no findings"
        return f"<QualityReport: {self.table}, score {self.score:.3f}, {said}>"

    def _repr_html_(self) -> str:
        return to_html(self)
