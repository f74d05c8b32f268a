"""Impact metrics by hand on a made-up collection; what a catalog cannot tell is never zero."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_catalog import made_hubs, shipped_hubs

from bdg_explore.errors import ParameterError
from bdg_explore.hubs import open_hubs
from bdg_explore.hubs.coverage import (
    datasets_per_hub,
    distinct,
    gini,
    impact_metrics,
    institutions,
    metrics_table,
)
from bdg_explore.metadata.bricks import SEGMENTS


def values(hubs):
    return {one.name: one.value for one in impact_metrics(hubs)}


def test_metrics_by_hand():
    found = values(made_hubs())
    assert found["hubs_listed"] == 3  # one of them an index without data; the demo is none
    assert found["datasets_listed"] == 5
    assert found["datasets_distinct"] == 4  # `copy` has the DOI of `whole`, and so has its sibling
    assert found["datasets_per_hub"] == 2.5  # 3 and 2
    assert found["institutions"] == 2  # "The First Institute" thrice, "Second Lab"
    assert found["contacts"] == 2
    assert found["bytes_shared"] == 1000  # a.csv once, its size told once; b.csv unknown
    assert found["rows_shared"] is None
    assert found["mapped_share"] == 0
    assert found["primary_score"] == pytest.approx((7 + 7 + 3 + 3 + 1) / 5 / 7)
    assert found["primary_score_verified"] == pytest.approx((7 + 5 + 3 + 3 + 1) / 5 / 7)
    assert found["gini"] == pytest.approx(0.1)  # of 3 and 2: 1 / (2 * 2 * 2.5)
    assert found["share_full_cell"] == 0.8
    assert found["share_field"] == 0.2
    assert found["share_module_pack"] == 0


def test_what_cannot_be_told_has_a_reason_and_no_value():
    metrics = impact_metrics(made_hubs())
    lacking = [one for one in metrics if one.value is None]
    assert {"hubs_opened", "annual_downloads", "publications_using_data"} <= {
        one.name for one in lacking
    }
    assert all(one.unknown.endswith(".") for one in lacking)
    assert all(one.formula and one.counts for one in metrics if one.value is not None)
    values_ = [one.value is None for one in metrics]
    assert values_ == sorted(values_), "those with a value come first"
    table = metrics_table(metrics)
    assert math.isnan(table.loc["annual_downloads", "value"])
    assert "opened" not in table.loc["hubs_listed", "formula"]


def test_hubs_without_an_operator_add_no_institution(tmp_path):
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(
        "metadata: {version: 1, hub: {id: lab}}\n"
        "sources:\n"
        "  lab-2026:\n"
        "    driver: bdg_dataset\n"
        "    description: nobody says who\n"
        "    metadata: {segment: full_cell, kind: experimental}\n"
    )
    alone = shipped_hubs()
    before = values(alone)["institutions"]
    beside = values(open_hubs(catalog))
    assert beside["institutions"] == before
    assert beside["datasets_listed"] == values(alone)["datasets_listed"] + 1


def test_hubs_by_hand():
    table = datasets_per_hub(made_hubs())
    assert table.index.tolist() == ["first", "second", "empty"]
    assert table["listed"].tolist() == [3, 2, 0]
    assert table["distinct"].tolist() == [3, 2, 0]
    assert table["elsewhere"].tolist() == [1, 1, 0]


def test_the_same_data_are_one_and_siblings_are_not():
    hubs = made_hubs()
    group = distinct([hubs.dataset(name) for name in hubs.datasets.index])
    assert group["copy"] == group["whole"] == "whole"
    assert group["sibling"] == "sibling"  # also of the copy, though neither says so
    strange = made_hubs(whole={"siblings": []})
    group = distinct([strange.dataset(name) for name in strange.datasets.index])
    assert group["sibling"] == group["copy"] == "whole"
    named = made_hubs(copy={"doi": None, "also_in": ["bare"]})
    group = distinct([named.dataset(name) for name in named.datasets.index])
    assert group["bare"] == group["copy"] == "copy"
    assert group["doubtful"] == "doubtful", "the DOI of an article is no sign"


def test_institutions_by_hand():
    assert institutions(["CALCE", "CALCE, University of Maryland", "calce"]) == [
        "CALCE, University of Maryland"
    ]
    several = ["Sandia / ORNL", "the  sandia", "info@x.org", "https://a.b/c d", None]
    assert institutions(several) == ["d", "ORNL", "Sandia"]
    assert institutions(["REIL (Iowa State / UConn)"]) == ["REIL"]


def test_the_shipped_catalogs():
    hubs = shipped_hubs()
    world = hubs.datasets[hubs.datasets["hub"] != "demo"]
    found = values(hubs)
    assert found["hubs_listed"] == len(hubs.hubs) - 1 >= 31
    assert found["datasets_listed"] == len(world) >= 142
    group = distinct([hubs.dataset(name) for name in world.index])
    assert set(group.index[group != group.index]) == {
        "zhang-2023-fault", "oxford-degradation-1", "calce-cx2", "kit-luh-blank-2024-results",
        "mich-formation-deepblue", "mich-expansion-deepblue",
    }  # fmt: skip
    assert found["datasets_distinct"] == len(world) - 6
    assert sum(found[f"share_{segment}"] for segment in SEGMENTS) == pytest.approx(1)
    assert found["annual_downloads"] is None


@given(st.lists(st.integers(0, 1000), min_size=1).filter(sum))
def test_gini_lies_between_even_and_all_in_one(counts):
    value = gini(counts)
    assert -1e-12 <= value <= 1 - 1 / len(counts) + 1e-12
    assert gini([7 * one for one in counts]) == pytest.approx(value)
    assert gini(counts * 2) == pytest.approx(value)
    pairs = sum(abs(a - b) for a in counts for b in counts)
    assert value == pytest.approx(pairs / (2 * len(counts) * sum(counts)))


def test_gini_of_nothing_is_an_error():
    assert gini([5, 5, 5]) == 0
    for bad in ([], [0, 0], [1, -1]):
        with pytest.raises(ParameterError, match="Gini"):
            gini(bad)


def test_rows_of_local_tables_are_counted(tmp_path):
    from bdg_explore.hubs.catalogs import datasets_in
    from bdg_explore.hubs.collection import Hubs

    pd.DataFrame({"cell": ["a"] * 5, "cycle_count": range(5)}).to_parquet(tmp_path / "c.parquet")
    (tmp_path / "catalog.yaml").write_text(
        "metadata: {version: 1, hub: {id: lab}}\n"
        "sources:\n  mine:\n    driver: bdg_dataset\n    description: Mine\n"
        "    args: {tables: {cycles: {url: '{{ CATALOG_DIR }}/c.parquet', format: parquet}}}\n"
        "    metadata: {segment: full_cell, kind: experimental, licence: MIT, access: open}\n"
    )
    found = values(Hubs(datasets_in(tmp_path)))
    assert (found["rows_shared"], found["bytes_shared"], found["mapped_share"]) == (5, None, 1)
