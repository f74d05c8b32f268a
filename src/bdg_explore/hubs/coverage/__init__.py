"""How much the hubs hold, how well it is described, and what follows from it."""

from .counts import (
    completeness,
    completeness_by_hub,
    counted,
    fair_answers,
    fair_counts,
    holding,
    parts,
    score_by_hub,
)
from .distinct import distinct, institutions
from .impact import datasets_per_hub, gini, impact_metrics
from .metric import metrics_table
from .rows import (
    CELLS_KNOWN,
    DEMO,
    FAIR_SCORE,
    FAMILIES,
    FIELDS,
    IS_DEMO,
    PRIMARY_STATED,
    PRIMARY_VERIFIED,
    STATED,
    STATES,
    families,
    indicator,
    overview,
    state,
)

__all__ = [
    "CELLS_KNOWN",
    "DEMO",
    "FAIR_SCORE",
    "FAMILIES",
    "FIELDS",
    "IS_DEMO",
    "PRIMARY_STATED",
    "PRIMARY_VERIFIED",
    "STATED",
    "STATES",
    "completeness",
    "completeness_by_hub",
    "counted",
    "datasets_per_hub",
    "distinct",
    "fair_answers",
    "fair_counts",
    "families",
    "gini",
    "holding",
    "impact_metrics",
    "indicator",
    "institutions",
    "metrics_table",
    "overview",
    "parts",
    "score_by_hub",
    "state",
]
