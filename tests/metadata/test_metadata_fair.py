"""FAIR indicators: each with its reason, and a mean one can check by hand."""

import pytest
from made_entries import ENTRY

from bdg_explore.metadata import DataFile, Primary, Record, fair_indicators, fair_score

NAMES = ["F1", "F2", "F3", "F4", "A1", "A1.2", "A2", "I1", "I2", "I3", "R1", "R1.2", "R1.3"]


def answers(record, **known):
    return {i.name: i.value for i in fair_indicators(record, **known)}


def test_a_record_that_says_nothing():
    found = fair_indicators(Record())
    assert [i.name for i in found] == NAMES
    assert all(i.reason for i in found)
    # The default level of access is stated (1), and the record is sound though empty (0.5).
    assert fair_score(found) == pytest.approx(1.5 / 13)


def test_a_good_record_by_hand():
    record = Record.from_entry(ENTRY, dataset="two")
    assert answers(record, listed=True, mapped=True, resolved=True) == {
        "F1": True,
        "F2": True,  # five of seven without the unverified anode
        "F3": True,
        "F4": True,
        "A1": True,
        "A1.2": True,
        "A2": True,
        "I1": "partial",  # csv and parquet, and a zip
        "I2": True,
        "I3": "partial",  # the article, no specification
        "R1": True,
        "R1.2": False,
        "R1.3": "partial",  # no test equipment
    }
    score = fair_score(fair_indicators(record, listed=True, mapped=True, resolved=True))
    assert score == pytest.approx((9 + 3 * 0.5) / 13)


def test_nothing_is_claimed_that_nobody_looked_at():
    record = Record.from_entry(ENTRY, dataset="two")
    assert answers(record)["A1"] == "partial"
    assert answers(record, resolved=False)["A1"] is False
    assert answers(record)["I2"] is False
    assert answers(Record(doi="10.1/x", unverified=("doi",)))["F1"] == "partial"
    assert answers(Record(licence="MIT", unverified=("licence",)))["R1"] == "partial"


@pytest.mark.parametrize(
    ("names", "value"),
    [(["a.csv", "b.PARQUET"], True), (["a.mat"], "partial"), (["a.csv", "b.xlsx"], "partial"),
     (["a.pkl"], False), ([], False), (["x.unheard"], False)],
)  # fmt: skip
def test_open_formats(names, value):
    files = tuple(DataFile(name=name) for name in names)
    assert answers(Record(files=files))["I1"] == value


@pytest.mark.parametrize(
    ("licence", "value"),
    [("CC-BY-4.0", True), ("ODbL-1.0", True), ("MIT", True), ("unknown", False),
     ("per data set", "partial"), ("LicenseRef-US-Government-Work", "partial")],
)  # fmt: skip
def test_licences(licence, value):
    assert answers(Record(licence=licence))["R1"] == value


def test_five_fields_are_enough_four_are_not():
    five = {"uid": "a/1", "anode_chemistry": "C", "cathode_chemistry": "LFP",
            "nominal_capacity_ah": 1.0, "test_equipment": "x"}  # fmt: skip
    assert answers(Record(primary=Primary(**five)))["F2"] is True
    assert answers(Record(primary=Primary(**dict(list(five.items())[:4]))))["F2"] is False
    doubtful = Record(primary=Primary(**five), unverified=("test_equipment",))
    assert answers(doubtful)["F2"] == "partial"
