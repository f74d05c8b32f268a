"""What a record holds, what it refuses and in which words."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_entries import ENTRY, PRIMARIES, SEED

from bdg_explore.errors import BdgError, MetadataError
from bdg_explore.metadata import Citation, DataFile, Primary, Record, problems
from bdg_explore.metadata.bricks import FieldUse, MaterialElectrode, ModulePack


def with_primary(**fields):
    return {**SEED, "primary": {**SEED["primary"], **fields}}


def test_the_example_of_the_paper_is_whole_and_gets_a_kind_word_about_its_uid():
    record = Record.from_dict(SEED)
    assert record.completeness == 1
    assert record.missing == ()
    assert record.primary.objective_of_test == "calendar_aging"
    assert record.warnings == (
        "primary.uid is '6', which other labs may use as well; <data set>/6 would be unique.",
    )
    named = Record.from_dict({**SEED, "dataset": "my-set"})
    assert "my-set/6 would be unique" in named.warnings[0]


@pytest.mark.parametrize("uid", ["my-set/6", "https://w3id.org/x/6", "doi:10.1/x", "bdg:a/6"])
def test_a_unique_uid_gets_no_word(uid):
    assert Record.from_dict(with_primary(uid=uid)).warnings == ()


def test_completeness_is_the_share_of_seven():
    record = Record(primary=Primary(uid="a/1", cathode_chemistry="LFP", anode_chemistry="unknown"))
    assert record.completeness == pytest.approx(2 / 7)
    assert record.missing == (
        "objective_of_test",
        "anode_chemistry",
        "nominal_capacity_ah",
        "test_equipment",
        "contact_details",
    )
    assert Record().completeness == 0


def test_an_areal_capacity_and_a_logger_answer_for_their_segment_only():
    electrode = Record(
        segment="material_electrode", special=MaterialElectrode(areal_capacity_mah_per_cm2=2.5)
    )
    assert "nominal_capacity_ah" not in electrode.missing
    vehicle = Record(segment="field", special=FieldUse(logger="BMS 7"))
    assert "test_equipment" not in vehicle.missing
    pack = Record(segment="module_pack", special=ModulePack(cells_in_series=12))
    assert len(pack.missing) == 7
    with pytest.raises(MetadataError, match="FieldUse says nothing about segment full_cell"):
        Record(special=FieldUse(logger="BMS 7"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "record is empty; write primary:"),
        ([], "holds keys with values"),
        ({"uid": "6"}, "uid stands at the top; write it under primary"),
        (with_primary(nominal_capacity_ah="2.0 Ah"), "write 2.0, a number alone in Ah"),
        (with_primary(nominal_capacity_ah="2000 mAh"), "write 2.0, a number alone in Ah"),
        (with_primary(nominal_capacity_ah="2,5"), "write 2.5, a number alone in Ah"),
        (with_primary(nominal_capacity_ah="2,500 Ah"), "write a number alone in Ah"),
        (with_primary(nominal_capacity_ah="2 V"), "write a number alone in Ah"),
        (with_primary(nominal_capacity_ah=0), "write a number above 0 in Ah"),
        (with_primary(nominal_capacity_ah=-1.1), "write a number above 0 in Ah"),
        (with_primary(nominal_capacity_ah=math.inf), "write a finite number in Ah"),
        (with_primary(nominal_capacity_ah=True), "write a number alone in Ah"),
        (with_primary(objective_of_test="calender ageing"), "Did you mean calendar_aging?"),
        (with_primary(objective_of_test=["eis", "eiss"]), "Did you mean eis?"),
        (with_primary(anode_chemistry=7), "primary.anode_chemistry is 7; write text"),
        (with_primary(anode="graphite"), "Did you mean anode_chemistry?"),
        ({**SEED, "primary": "LFP"}, "primary is 'LFP'; it holds keys with values"),
        ({**SEED, "secondary": {"geometri": {}}}, "Did you mean geometry?"),
        ({**SEED, "secondary": [1]}, "secondary is"),
        ({**SEED, "secondary": {"experiment_design": {"soc_maximum": 80}}}, "number up to 1"),
        ({**SEED, "secondary": {"cell_design": {"layer_count": 1.5}}}, "write a whole number"),
        ({**SEED, "tertiary": "secret"}, "tertiary is 'secret'"),
        ({**SEED, "field": {"vehicle": "van"}}, "field belongs to segment field alone"),
        ({**SEED, "segment": "Full Cell"}, "segment is 'Full Cell'; write full_cell"),
        ({**SEED, "access": "free"}, "write one of open, key"),
        ({**SEED, "kind": ["synthetic"]}, "write one of experimental"),
        ({**SEED, "doi": "https://doi.org/10.1/x"}, "write the bare DOI"),
        ({**SEED, "embargo_until": "next year"}, "write a day"),
        ({**SEED, "files": {"name": "a"}}, "write a list"),
        ({**SEED, "files": [None]}, "files[0]"),
        ({**SEED, "files": [{"size": 1}]}, "has no key 'size'"),
        ({**SEED, "unverified": [1]}, "write a field's name"),
        ({**SEED, "citation": {"year": "2019"}}, "citation.year is the text '2019'; write 2019"),
        ({**SEED, "licens": "MIT"}, "Did you mean licence?"),
    ],
)
def test_ugly_input_is_refused_with_what_to_write(given, words):
    with pytest.raises(MetadataError) as told:
        Record.from_dict(given)
    assert words in str(told.value)
    assert isinstance(told.value, BdgError)


def test_every_fault_is_told_at_once():
    faulty = {**with_primary(nominal_capacity_ah="2 Ah", uid=6), "access": "free"}
    with pytest.raises(MetadataError) as told:
        Record.from_dict(faulty)
    assert len(str(told.value).splitlines()) == 3


def test_models_refuse_by_themselves():
    with pytest.raises(MetadataError, match=r"write 2\.0, a number alone in Ah"):
        Primary(nominal_capacity_ah="2.0 Ah")
    with pytest.raises(MetadataError, match="segment is 'cell'"):
        Record(segment="cell")
    assert Primary(nominal_capacity_ah=np.float32(0.5)).nominal_capacity_ah == 0.5
    assert Primary(nominal_capacity_ah=np.int64(3)).nominal_capacity_ah == 3.0
    assert Primary(nominal_capacity_ah=pd.NA, uid=float("nan")).known() == {}


def test_milliampere_hours_and_crossed_limits_are_looked_at():
    record = Record.from_dict(
        {
            **with_primary(uid="a/1", nominal_capacity_ah=2500, contact_details="ask Bob"),
            "secondary": {"experiment_design": {"soc_minimum": 0.9, "soc_maximum": 0.1}},
        }
    )
    capacity, contact, window = record.warnings
    assert "if that is in mAh, write 2.5" in capacity
    assert "no e-mail, ORCID or ROR" in contact
    assert "is 0.9, not below soc_maximum 0.1" in window


def test_an_entry_of_a_catalog_becomes_a_record():
    record = Record.from_entry(ENTRY, dataset="two", hub={"operator": "The lab", "id": "lab"})
    assert record.primary.uid == "two"
    assert record.warnings == ()
    assert record.missing == ("test_equipment",)
    assert record.primary.objective_of_test == ("cycle_aging", "fast_charge")
    assert record.secondary["commercial_cell"].cell_model == "X1"
    assert record.secondary["experiment_design"].ambient_temperature_celsius == 25
    assert record.tertiary == {"cycle_life": 500.0}
    assert record.is_synthetic
    assert record.publisher == "The lab"
    assert record.citation.year == 2026
    assert [file.url for file in record.files] == [
        "https://example.org/data/a.csv",
        "https://example.org/data/b.csv",
        "https://example.org/a.parquet",
        None,
        None,
    ]
    assert "/home/someone" not in json.dumps(record.to_dict())


def test_what_is_known_of_one_cell_goes_before_the_data_set():
    row = pd.Series(
        {"nominal_capacity_ah": 1.05, "cathode_chemistry": np.nan, "licence": "none of mine",
         "batch": "1", "native_id": "a"}
    )  # fmt: skip
    record = Record.from_entry(ENTRY["metadata"], dataset="two", cell="a", facts=row.to_dict())
    assert record.primary.uid == "two/a"
    assert record.primary.nominal_capacity_ah == 1.05
    assert record.primary.cathode_chemistry == "LFP"
    assert record.secondary["experiment_design"].batch == "1"
    assert record.licence == "CC0-1.0"
    files = Record.from_entry(ENTRY, dataset="two", cell="b").files
    assert [f.name for f in files] == ["b.csv", "b.parquet", "all.zip"]


def test_a_bad_entry_says_which():
    with pytest.raises(MetadataError, match=r"two: primary\.nominal_capacity_ah is the text"):
        Record.from_entry({"primary": {"nominal_capacity_ah": "1 Ah"}}, dataset="two")


def test_what_is_unverified_is_left_out_but_named():
    record = Record.from_entry(ENTRY, dataset="two")
    sure = record.verified()
    assert record.primary.anode_chemistry == "graphite"
    assert sure.primary.anode_chemistry is None
    assert sure.primary.cathode_chemistry == "LFP"
    assert sure.unverified == record.unverified
    doubtful = Record(
        licence="MIT", unverified=("licence", "primary.uid"), primary=Primary(uid="a/1")
    )
    assert doubtful.verified().licence == "unknown"
    assert doubtful.verified().primary.uid == "a/1"


def test_tertiary_is_kept_as_it_came():
    secret = {"furnace": {"ramp": [1, 2]}, "why": None}
    record = Record.from_dict({**SEED, "tertiary": secret})
    assert record.to_dict()["tertiary"] == secret


@settings(max_examples=60)
@given(PRIMARIES, st.randoms())
def test_records_survive_plain_values_in_any_order_of_keys(primary, random):
    record = Record(primary=Primary(**primary), citation=Citation(year=2020, title="t"),
                    files=(DataFile(name="a.csv", bytes=3),))  # fmt: skip
    plain = json.loads(json.dumps(record.to_dict()))
    shuffled = dict(random.sample(list(plain.items()), len(plain)))
    shuffled["primary"] = dict(random.sample(list(primary.items()), len(primary)))
    assert Record.from_dict(shuffled) == record
    assert record.completeness == pytest.approx(len(primary) / 7)


def test_problems_of_a_whole_record_are_none():
    assert problems(with_primary(uid="a/6")) == ()
    assert [p.level for p in problems({**SEED, "licence": None})] == ["missing", "warning"]
