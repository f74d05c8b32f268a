"""All rules, in the order of their ids, and the published weights of their metrics."""

from typing import Final

import pandas as pd

from . import (
    counter_rules,
    curve_rules,
    cycle_rules,
    identity_rules,
    sensor_rules,
    time_rules,
    value_rules,
)
from ._rule import Rule

RULES: Final[tuple[Rule, ...]] = tuple(
    sorted(
        (
            rule
            for module in (
                time_rules,
                value_rules,
                counter_rules,
                cycle_rules,
                curve_rules,
                identity_rules,
                sensor_rules,
            )
            for rule in module.RULES
        ),
        key=lambda rule: rule.id,
    )
)
BY_ID: Final = {rule.id: rule for rule in RULES}
BY_METRIC: Final = {rule.metric: rule for rule in RULES}


def rules() -> pd.DataFrame:
    """List what `check` looks for.

    Returns
    -------
    DataFrame
        One row a rule, the index its id: `title`, `meaning` with the default thresholds,
        `severity`, the `metric` it lowers, the metric's `weight` in the score, the suggested
        `repair`, and the `tables` it applies to.
    """
    rows = {
        rule.id: {
            "title": rule.title,
            "meaning": rule.meaning,
            "severity": rule.severity,
            "metric": rule.metric,
            "weight": rule.weight,
            "repair": rule.repair,
            "tables": " ".join(rule.looks),
        }
        for rule in RULES
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("id")
