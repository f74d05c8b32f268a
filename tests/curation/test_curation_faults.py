"""Clean input scores 1; each of the 22 faults is found where it is and lowers only its metric."""

import numpy as np
import pytest
from faults import CURVES, CYCLES, INJECTORS, SERIES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_cells import KNOWN, timeseries

from bdg_explore.curation import check, rules

CASES = [
    pytest.param(finding, injector, id=f"{finding}-{i}")
    for finding, injectors in sorted(INJECTORS.items())
    for i, injector in enumerate(injectors)
]
METRIC = rules()["metric"].to_dict()


def test_there_is_a_fault_for_every_rule():
    assert list(rules().index) == [f"Q{n:02}" for n in range(1, 23)]
    assert set(INJECTORS) == set(rules().index)
    assert rules()["metric"].is_unique
    assert (rules()["weight"] > 0).all()


@pytest.mark.parametrize(
    "frame", [SERIES, CYCLES, CURVES, timeseries(scope="test"), timeseries(3, every=1.0)]
)
def test_clean_input_scores_one(frame):
    other = {"elsewhere/b": [1.5] * 20}
    report = check(frame, **KNOWN, known=other)
    assert not report.found, str(report)
    assert report.score == 1.0
    assert report.ok
    assert set(report.metrics.values()) == {1.0}


def test_all_22_metrics_are_judged_by_one_table_or_another():
    judged = set()
    for frame in (SERIES, CYCLES, CURVES):
        judged |= set(check(frame, **KNOWN, known={}).metrics)
    assert judged == set(METRIC.values())


@pytest.mark.parametrize(("finding", "injector"), CASES)
@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(where=st.floats(0, 1))
def test_a_fault_is_found_where_it_is_and_lowers_its_metric_only(finding, injector, where):
    fault = injector(where)
    report = check(fault.frame, **fault.arguments)
    assert [one.id for one in report.found] == [finding], str(report)
    (found,) = report.found
    assert found.level == fault.level
    np.testing.assert_array_equal(found.rows, fault.rows)
    assert report.metrics[METRIC[finding]] < 1.0
    others = {name: v for name, v in report.metrics.items() if name != METRIC[finding]}
    assert set(others.values()) == {1.0}
    assert 0.0 <= report.score < 1.0
