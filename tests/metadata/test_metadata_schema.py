"""The published schema says what the models say."""

import copy
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_entries import SEED

import bdg_explore.metadata
from bdg_explore.metadata import json_schema, problems

PUBLISHED = Path(bdg_explore.metadata.__file__).parent / "schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
FIELD = {
    **SEED,
    "segment": "field",
    "primary": {k: v for k, v in SEED["primary"].items() if k != "test_equipment"},
    "field": {"logger": "BMS 7", "sampling_interval_second": 1},
}
ELECTRODE = {
    **SEED,
    "segment": "material_electrode",
    "primary": {**SEED["primary"], "nominal_capacity_ah": None},
    "material_electrode": {"areal_capacity_mah_per_cm2": 2.5, "porosity": 0.3},
    "secondary": {"cell_design": {"form_factor": "coin"}, "references": {"standards": ["IEC 1"]}},
    "citation": {"year": 2020},
    "files": [{"name": "a.csv", "bytes": 3}],
    "doi": "10.1234/x",
    "unverified": ["licence"],
}


def sound(record):
    return not any(p.level in ("error", "missing") for p in problems(record))


def test_the_published_file_is_current():
    made = subprocess.run(
        [sys.executable, "-m", "bdg_explore.metadata"], capture_output=True, text=True, check=True
    ).stdout
    assert made == PUBLISHED.read_text(encoding="utf-8"), (
        f"write it anew: python -m bdg_explore.metadata {PUBLISHED.name}"
    )


def test_the_schema_is_one():
    VALIDATOR.check_schema(json_schema())


@pytest.mark.parametrize("record", [SEED, FIELD, ELECTRODE])
def test_whole_records_pass(record):
    VALIDATOR.validate(record)
    assert sound(record)


def test_the_two_that_must_fail_fail():
    assert not VALIDATOR.is_valid({})
    faulty = copy.deepcopy(SEED)
    faulty["primary"]["nominal_capacity_ah"] = "2.0 Ah"
    assert not VALIDATOR.is_valid(faulty)


@pytest.mark.parametrize("name", SEED["primary"])
@pytest.mark.parametrize("nothing", [None, "", " ", "unknown", "n/a"])
def test_every_primary_field_is_required(name, nothing):
    record = copy.deepcopy(SEED)
    record["primary"][name] = nothing
    assert not VALIDATOR.is_valid(record)
    assert not sound(record)


@pytest.mark.parametrize("licence", [" tbd", "Unknown", "", None])
def test_a_licence_is_stated_or_said_to_be_unknown(licence):
    assert VALIDATOR.is_valid({**SEED, "licence": "unknown"})
    assert sound({**SEED, "licence": "unknown"})
    assert not VALIDATOR.is_valid({**SEED, "licence": licence})
    assert not sound({**SEED, "licence": licence})


def test_a_logger_does_not_answer_in_the_laboratory():
    assert not VALIDATOR.is_valid({**FIELD, "segment": "full_cell"})
    assert not VALIDATOR.is_valid({**FIELD, "field": {"logger": "unknown"}})


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3000), st.floats(-2, 2), st.text(max_size=5),
    st.sampled_from(["Cycle Ageing", "cycle-aging", "EIS", "open", "field", "unknown", " tbd", "?",
                     "10.1234/y", "2026-12-31", "CC0-1.0", "computed", "full_cell"]),
    st.just([]), st.just({}), st.lists(st.sampled_from(["eis", "Safety", "", "x", 3]), max_size=2),
)  # fmt: skip


def paths(node, at=()):
    for key, value in node.items():
        yield (*at, key)
        if isinstance(value, dict):
            yield from paths(value, (*at, key))


@settings(max_examples=400)
@given(st.sampled_from([SEED, FIELD, ELECTRODE]), st.data())
def test_schema_and_models_agree_on_every_change(record, data):
    changed = copy.deepcopy(record)
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(sorted(paths(changed))))
        place = changed
        for step in path[:-1]:
            place = place[step]
        how = data.draw(st.sampled_from(["drop", "set", "misspell"]))
        value = place.pop(path[-1])
        if how == "set":
            place[path[-1]] = data.draw(VALUES)
        elif how == "misspell":
            place[path[-1] + "s"] = value
    faults = [error.message for error in VALIDATOR.iter_errors(changed)]
    assert (not faults) == sound(changed), (changed, faults, problems(changed))
