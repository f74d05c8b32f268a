"""Every export carries licence, DOI, access and kind, and satisfies its public schema.

The public schemas come with packages of the extra ``dev``: DataCite 4.5 with ``datacite``, the
schema.org vocabulary and a reader of crates with ``rocrate``. The EMMO context is nowhere to be
installed; ``battinfoconverter-backend`` ships the names of its terms but asks for an older pandas,
so it is looked at only where somebody installed it without its dependencies.
"""

import importlib.util
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_entries import ENTRY, PRIMARIES

from bdg_explore.errors import MetadataError
from bdg_explore.metadata import (
    Primary,
    Record,
    from_json_ld,
    to_battinfo,
    to_datacite,
    to_ro_crate,
    to_schema_org,
)
from bdg_explore.metadata.bricks import SEGMENTS

RECORD = Record.from_entry(ENTRY, dataset="two", cell="a", hub={"operator": "The lab"})
BARE = Record(primary=Primary(uid="a/1"), citation=RECORD.citation)
UNKNOWN_LICENCE = Record(
    primary=Primary(uid="x/1", contact_details="a@b.org"),
    licence="per data set",
    access="embargo",
    embargo_until="2030-01-31",
    citation=RECORD.citation,
    files=RECORD.files,
    segment="field",
)
EXPORTS = {f.__name__: f for f in (to_battinfo, to_datacite, to_ro_crate, to_schema_org)}
RECORDS = {"full": RECORD, "bare": BARE, "embargo": UNKNOWN_LICENCE}


@pytest.fixture(params=RECORDS, name="record")
def _record(request):
    return RECORDS[request.param]


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_carries_licence_doi_access_and_kind(name):
    told = json.dumps(EXPORTS[name](RECORD))
    assert "https://creativecommons.org/publicdomain/zero/1.0/" in told
    assert "10.5281/zenodo.1" in told
    assert "10.1234/article" in told
    assert "open" in told
    assert "Synthetic data, made by a program, not measured." in told
    assert '"unverified' in told or "unverified: anode_chemistry" in told
    assert "/home/someone" not in told
    assert "cycle_life" not in told  # tertiary
    held = json.dumps(EXPORTS[name](UNKNOWN_LICENCE))
    assert "embargo until 2030-01-31" in held
    assert "per data set" in held
    assert "example.org/a.parquet" not in held


@pytest.mark.parametrize("name", EXPORTS)
def test_unverified_values_are_left_out_unless_asked_for(name):
    assert "graphite" not in json.dumps(EXPORTS[name](RECORD)).lower()
    assert "graphite" in json.dumps(EXPORTS[name](RECORD, include_unverified=True)).lower()


def test_datacite_satisfies_its_schema(record):
    schema45 = pytest.importorskip("datacite.schema45", reason="datacite of the extra dev")
    exported = to_datacite(record)
    assert [error.message for error in schema45.validator.iter_errors(exported)] == []
    del exported["publisher"]
    (error,) = schema45.validator.iter_errors(exported)
    assert "publisher" in error.message


def test_datacite_by_hand():
    exported = to_datacite(RECORD)
    assert exported["doi"] == "10.5281/zenodo.1"
    assert exported["creators"][0] == {
        "name": "Lovelace, Ada",
        "nameType": "Personal",
        "familyName": "Lovelace",
        "givenName": "Ada",
    }
    assert exported["titles"] == [{"title": "Two made cells"}]
    assert exported["publisher"] == {"name": "The lab"}
    assert exported["publicationYear"] == "2026"
    assert exported["types"]["resourceTypeGeneral"] == "Dataset"
    assert exported["relatedIdentifiers"][0]["relationType"] == "IsSupplementTo"
    assert exported["rightsList"][0]["rightsIdentifier"] == "CC0-1.0"
    assert exported["contributors"] == [
        {"contributorType": "ContactPerson", "name": "a@example.org"}
    ]
    assert exported["sizes"] == ["1024 B"]
    assert to_datacite(BARE)["publisher"] == {"name": ":unkn"}


def test_what_a_format_demands_and_nobody_knows_is_an_error():
    nameless = Record(primary=Primary(uid="a/1"))
    with pytest.raises(MetadataError, match="needs a year of publication"):
        to_datacite(nameless)
    with pytest.raises(MetadataError, match="needs a day of publication"):
        to_ro_crate(nameless)
    assert to_ro_crate(nameless, published="2026-01-02")["@graph"][1]["datePublished"]


@pytest.fixture(scope="module", name="vocabulary")
def _vocabulary():
    """Return (type -> its kinds, property -> types it may stand on) of schema.org."""
    found = importlib.util.find_spec("rocrate")
    if found is None:
        pytest.skip("rocrate of the extra dev ships the vocabulary of schema.org")
    graph = json.loads((Path(found.origin).parent / "data" / "schema.jsonld").read_text("utf-8"))

    def ids(value):
        listed = value if isinstance(value, list) else [value] if value else []
        return {item["@id"].removeprefix("schema:") for item in listed}

    parents, domains = {}, {}
    for node in graph["@graph"]:
        name = node["@id"].removeprefix("schema:")
        parents[name] = ids(node.get("rdfs:subClassOf"))
        domains[name] = ids(node.get("schema:domainIncludes"))

    def kinds(name):
        return {name}.union(*(kinds(parent) for parent in parents.get(name, ())))

    return kinds, parents, domains


def strays(node, vocabulary):
    """Yield what schema.org does not know, or does not allow where it stands."""
    kinds, parents, domains = vocabulary
    if isinstance(node, list):
        for item in node:
            yield from strays(item, vocabulary)
    elif isinstance(node, dict):
        kind = node.get("@type")
        if kind is not None and kind not in parents:
            yield kind
        for key, value in node.items():
            if not key.startswith("@"):
                if not domains.get(key, set()) & kinds(kind):
                    yield f"{key} on {kind}"
                yield from strays(value, vocabulary)


def test_schema_org_uses_its_terms_where_they_are_allowed(record, vocabulary):
    exported = to_schema_org(record, include_unverified=True)
    assert exported["@context"] == "https://schema.org/"
    assert list(strays(exported, vocabulary)) == []
    assert list(strays({"@type": "Dataset", "voltage": 1}, vocabulary)) == ["voltage on Dataset"]


def test_a_crate_can_be_read(record, tmp_path):
    rocrate = pytest.importorskip("rocrate.rocrate", reason="rocrate of the extra dev")
    exported = to_ro_crate(record)
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(exported), encoding="utf-8")
    crate = rocrate.ROCrate(tmp_path)
    assert crate.metadata["conformsTo"] == "https://w3id.org/ro/crate/1.1"
    assert crate.root_dataset["datePublished"] == "2026"
    assert crate.license["name"] == ("CC0-1.0" if record is RECORD else record.licence)
    assert [e.id for e in crate.data_entities] == (
        ["https://example.org/data/a.csv", "https://example.org/a.parquet"]
        if record is RECORD
        else []
    )


def test_a_crate_is_flat_and_every_link_leads_somewhere(record):
    graph = to_ro_crate(record)["@graph"]
    names = [entity["@id"] for entity in graph]
    assert len(set(names)) == len(names)
    for entity in graph:
        for key, value in entity.items():
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    assert set(item) == {"@id"}, (entity["@id"], key)
                    if key != "conformsTo":
                        assert item["@id"] in names


def expanded(document):
    """Expand a document with its inline context alone, as one without a network can."""
    jsonld = pytest.importorskip("pyld.jsonld", reason="pyld of the extra dev")

    def nothing(url, options):
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": {}}}

    return jsonld.expand(document, {"documentLoader": nothing})


def test_battinfo_says_its_numbers_without_the_network():
    (test,) = expanded(to_battinfo(RECORD, include_unverified=True))
    echem = "https://w3id.org/emmo/domain/electrochemistry#electrochemistry_"
    battery = "https://w3id.org/emmo/domain/battery#battery_"
    (cell,) = test[f"{battery}da3b3f28_aaad_4d67_b674_df47e109fb8b"]
    (capacity,) = cell["https://w3id.org/emmo#EMMO_e1097637_70d2_4895_973f_2396f04fa204"]
    assert capacity["@type"] == [f"{echem}9b3b4668_0795_4a35_9965_2af383497a26"]
    (part,) = capacity["https://w3id.org/emmo#EMMO_8ef3cd6d_ae58_4a8d_9fc0_ad8f49015cd0"]
    assert part["https://w3id.org/emmo#EMMO_faf79f53_749d_40b2_807c_d34244c192f4"] == [
        {"@value": 1.1}
    ]
    unit = capacity["https://w3id.org/emmo#EMMO_bed1d005_b04e_4a90_94cf_02bc678a8569"]
    assert unit == [{"@id": "https://w3id.org/emmo#AmpereHour"}]
    (positive,) = cell[f"{echem}8e9cf965_9f92_46e8_b678_b50410ce3616"]
    assert f"{echem}35c650ab_3b23_4938_b312_1b0dede2e6d5" in positive["@type"]
    (negative,) = cell[f"{echem}5d299271_3f68_494f_ab96_3db9acdd3138"]
    assert f"{echem}b6319c74_d2ce_48c0_a75a_63156776b302" in negative["@type"]
    (form,) = cell[f"{echem}c17b514b_57f2_4f72_9b95_c2950dd2aa7f"]
    assert form["@type"] == [f"{echem}1586ef26_6d30_49e3_ae32_b4c9fc181941"]


def words_of(node):
    if isinstance(node, list):
        for item in node:
            yield from words_of(item)
    elif isinstance(node, dict):
        kinds = node.get("@type", [])
        yield from [kinds] if isinstance(kinds, str) else kinds
        for key, value in node.items():
            if key != "@context":
                yield key
                yield from words_of(value)


@pytest.mark.parametrize("segment", SEGMENTS)
def test_battinfo_uses_terms_of_the_public_context(segment):
    found = importlib.util.find_spec("battinfoconverter_backend")
    if found is None:
        pytest.skip("battinfoconverter-backend, installed without its dependencies, has the terms")
    path = Path(found.origin).parent / "_context" / "battery.json"
    terms = set(json.loads(path.read_text("utf-8"))["https://w3id.org/emmo/domain/battery#"])
    record = Record(segment=segment, primary=RECORD.primary, secondary=RECORD.secondary)
    used = {word for word in words_of(to_battinfo(record)) if word[0] != "@" and ":" not in word}
    assert {"BatteryTest", "RatedCapacity", "LithiumIronPhosphate", "hasTestObject"} <= used
    assert used - terms == set()
    from bdg_explore.metadata.terms import MATERIALS

    assert set(MATERIALS.values()) - terms == set()


@settings(max_examples=60)
@given(PRIMARIES, st.sampled_from(SEGMENTS), st.integers())
def test_what_goes_out_comes_back(primary, segment, seed):
    record = Record(primary=Primary(**primary), segment=segment, licence="CC-BY-4.0",
                    access="open", kind="synthetic", citation=RECORD.citation)  # fmt: skip
    for export in (to_battinfo, to_schema_org, to_ro_crate):
        document = json.loads(json.dumps(export(record)))
        back = from_json_ld(shuffled(document, random.Random(seed)))
        assert back.primary == record.primary, export.__name__
        held = (back.segment, back.licence, back.access, back.kind, back.unverified)
        assert held == (segment, "CC-BY-4.0", "open", "synthetic", ()), export.__name__
        assert back.citation.authors == "Lovelace, Ada; Volta, Alessandro"


def test_everything_typed_comes_back():
    for export in (to_battinfo, to_schema_org, to_ro_crate):
        back = from_json_ld(export(RECORD))
        sure = RECORD.verified()
        assert back.primary == sure.primary
        assert back.secondary == sure.secondary
        assert back.unverified == RECORD.unverified
        assert back.doi == RECORD.doi
        assert [f.url for f in back.files] == [f.url for f in RECORD.files if f.url]


def shuffled(node, chance):
    if isinstance(node, dict):
        keys = chance.sample(sorted(node), len(node))
        return {key: shuffled(node[key], chance) for key in keys}
    return [shuffled(item, chance) for item in node] if isinstance(node, list) else node
