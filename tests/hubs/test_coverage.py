"""What catalogs tell of what they list: states, counts and FAIR answers."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_catalog import made_hubs, shipped_hubs

from bdg_explore.errors import ParameterError
from bdg_explore.hubs.coverage import (
    DEMO,
    FAMILIES,
    FIELDS,
    IS_DEMO,
    STATES,
    completeness,
    completeness_by_hub,
    counted,
    fair_answers,
    families,
    holding,
    overview,
    state,
)
from bdg_explore.hubs.metadata_record import record_of
from bdg_explore.metadata import to_schema_org
from bdg_explore.metadata.bricks import SEGMENTS


@pytest.fixture(scope="module")
def hubs():
    return made_hubs()


@pytest.fixture(scope="module")
def shipped():
    return shipped_hubs()


def told(table):
    return [tuple(row) for row in table.itertuples(index=False)]


def test_one_row_a_data_set_by_hand(hubs):
    rows = overview(hubs)
    assert list(rows.index) == ["whole", "doubtful", "copy", "sibling", "bare", "demo-x"]
    assert rows["primary_stated"].tolist() == [7, 7, 3, 3, 1, 7]  # the uid is always known
    assert rows["primary_verified"].tolist() == [7, 5, 3, 3, 1, 7]
    assert rows[state("licence")].tolist() == [
        "known", "unverified", "unknown", "unknown", "unknown", "known",
    ]  # fmt: skip
    assert rows.loc["doubtful", state("cathode_chemistry")] == "unverified"
    assert rows.loc["doubtful", state("anode_chemistry")] == "known"
    assert rows.loc["bare", state("nominal_capacity_ah")] == "unknown"
    assert rows.loc["whole", FAMILIES] == "NCA + NMC + LFP"
    assert rows[IS_DEMO].tolist() == [False] * 5 + [True]
    assert overview(hubs) is rows, "worked out once"


def test_counts_by_hand(hubs):
    rows = overview(hubs)
    assert told(counted(rows, "licence")) == [
        ("CC-BY-4.0", "known", 1),
        ("CC-BY-4.0", "unverified", 1),
        ("CC0-1.0", DEMO, 1),
        (None, "unknown", 3),
    ]
    assert told(counted(rows, "hub")) == [
        ("first", "known", 3), ("second", "known", 2), ("demo", DEMO, 1),
    ]  # fmt: skip
    chemistry = counted(rows, FAMILIES)
    assert told(chemistry[chemistry["value"] == "LFP"]) == [
        ("LFP", "known", 3), ("LFP", "unverified", 1), ("LFP", DEMO, 1),
    ]  # fmt: skip
    assert told(chemistry)[-1] == (None, "unknown", 1)
    objective = counted(rows, "objective_of_test")
    assert set(objective["value"]) == {"cycle_aging", "fast_charge", None}
    assert holding(rows, FAMILIES, ["LFP", None]) == ["NCA + NMC + LFP", "LFP", None]
    assert holding(rows, "licence", ["CC-BY-4.0"]) == ["CC-BY-4.0"]
    with pytest.raises(ParameterError, match="Did you mean licence"):
        counted(rows, "license")


def test_completeness_by_hand(hubs):
    rows = overview(hubs)
    table = completeness(rows)
    assert list(table["value"].unique()) == list(FIELDS)
    held = {(v, s): n for v, s, n in told(table)}
    assert held["uid", "known"] == 5
    assert [held["cathode_chemistry", one] for one in STATES] == [3, 1, 1]
    assert [held["test_equipment", one] for one in STATES] == [1, 1, 3]
    by_hub = completeness_by_hub(rows)
    assert list(by_hub["hub"].unique()) == ["first", "second"]
    first = by_hub[by_hub["hub"] == "first"].set_index("field")
    assert first.loc["test_equipment", "stated"] == pytest.approx(2 / 3)
    assert first.loc["test_equipment", "verified"] == pytest.approx(1 / 3)


def test_what_differs_from_cell_to_cell_is_known(shipped):
    rows = overview(shipped)
    own = shipped.datasets["cathode_chemistry"].isna() & rows[FAMILIES].notna()
    for name in own.index[own]:
        cells = shipped.cells[shipped.cells["dataset"] == name]
        assert cells["cathode_chemistry"].notna().any()


@pytest.mark.parametrize("by", ["segment", "hub", "licence", "access", "kind"])
def test_counts_add_up_to_the_data_sets(shipped, by):
    rows = overview(shipped)
    table = counted(rows, by)
    assert table["datasets"].sum() == len(rows)
    assert (table["datasets"] > 0).all()
    assert table.loc[table["state"] == DEMO, "datasets"].sum() == rows[IS_DEMO].sum() == 3


def test_the_shipped_catalogs_are_counted_apart_from_the_demo(shipped):
    rows = overview(shipped)
    world = rows[~rows[IS_DEMO]]
    assert len(world) == len(shipped.datasets) - 3 >= 142
    assert set(world["hub"]) <= set(shipped.hubs.index)
    assert set(counted(world, "segment")["value"]) == set(SEGMENTS)
    assert (rows.loc[rows[IS_DEMO], "kind"] == "synthetic").all()


def test_no_unverified_value_counts_as_known(shipped):
    for name in shipped.datasets.index:
        dataset = shipped.dataset(name)
        for field in set(dataset.unverified) & set(FIELDS):
            assert overview(shipped).loc[name, state(field)] != "known", (name, field)


def test_every_entry_has_its_fair_answers_with_reasons(shipped):
    answers = fair_answers(shipped)
    assert len(answers) == 13 * len(shipped.datasets)
    assert answers["reason"].str.len().gt(0).all()
    assert set(map(str, answers["value"])) == {"True", "False", "partial"}
    asked = answers[answers["indicator"] == "A1"]
    assert not asked["value"].isin([True]).any(), "no address was asked"
    one = answers[answers["dataset"] == "severson-2019"].set_index("indicator")
    assert one.loc["R1", "value"] is True
    assert one.loc["F1", "reason"] == "only the article has a DOI, not the data"


def test_a_record_of_every_entry(shipped):
    for name in shipped.datasets.index:
        record = record_of(shipped.dataset(name))
        assert record.primary.uid == record.dataset == name
        assert record.publisher
        assert all(one.url is None or one.is_on_web for one in record.files)


def test_embargo_reaches_the_record():
    held = {"access": "embargo", "embargo_until": "2031-05-06"}
    record = record_of(made_hubs(whole=held).dataset("whole"))
    assert (record.access, record.embargo_until) == ("embargo", "2031-05-06")


def test_all_of_a_private_hub_is_private_in_its_records():
    held = made_hubs().dataset("whole")
    record = record_of(replace(held, hub=replace(held.hub, access="private")))
    assert record.access == "private"
    assert "example.org/a.csv" not in str(to_schema_org(record))
    assert "example.org/a.csv" in str(to_schema_org(record_of(held)))


@given(st.lists(st.sampled_from(["NMC811", "lfp", "NCM", "LCO", "NCA"]), min_size=1))
def test_families_do_not_depend_on_how_they_are_joined(parts):
    wanted = families(" or ".join(parts))
    assert families("/".join(parts)) == families(", ".join(parts)) == wanted
    assert set(wanted) <= {"NMC", "LFP", "LCO", "NCA"}


def test_families_leave_alone_what_they_do_not_know():
    assert families("NMC-LCO") == ("NMC", "LCO")
    assert families("Fe(CN)6 catholyte") == ("Fe(CN)6 catholyte",)
    assert families("LCO/NCO blend") == ("LCO/NCO blend",)
    assert families(None) == families(pd.NA) == ()
