"""Layouts of others: BattINFO, schema.org, battery-data-schemas."""

import json

import pytest

from bdg_explore.errors import BdgError, MetadataError
from bdg_explore.metadata import from_battery_data_schemas, from_json_ld, problems
from real_files import needs_real

# After the example of the public repository, in values of our own.
HALF_CELL = {
    "preparation": {
        "battery design": {
            "constituents": {
                "positive electrode": {"chemistry": "LFP", "composition": False, "supplier": "A"},
                "negative electrode": {"chemistry": "graphite", "composition": False},
                "separator": {"chemistry": False, "supplier": "B"},
            },
            "electrode and cell design": {
                "capacity": {"value": 1500, "units": "mAh"},
                "porosity": {"value": 1.5, "units": "Ah"},
            },
            "cell type": {"type": "half-cell", "form factor": "18650", "manufacturer": "C"},
        },
        "formation": {"A": False},
    },
    "testing": {"protocol": {"A": False}, "data collection": {"rate": "1 Hz"}},
}


def test_battery_data_schemas_with_its_faults():
    record = from_battery_data_schemas(HALF_CELL, uid="set/1")
    assert record.primary.nominal_capacity_ah == 1.5
    assert record.primary.cathode_chemistry == "LFP"
    assert record.segment == "material_electrode"
    materials = record.secondary["constituent_materials"].known()
    assert materials == {"positive_supplier": "A", "separator_supplier": "B"}
    assert record.special is None or record.special.known() == {}
    assert record.notes == "Not taken over: porosity is given in Ah."
    assert record.tertiary == {"testing": {"data collection": {"rate": "1 Hz"}}}
    assert record.missing == ("objective_of_test", "test_equipment", "contact_details")
    assert record.is_unverified("kind")


def test_battery_data_schemas_as_its_schema_lays_it_out():
    design = {"cathode": {"chemistry": "NCA"}, "anode": {"chemistry": "graphite"}}
    record = from_battery_data_schemas({"preparation": {"design": design}})
    assert record.primary.known() == {"cathode_chemistry": "NCA", "anode_chemistry": "graphite"}


def test_an_areal_capacity_and_a_percentage():
    sizes = {"capacity": {"value": 20, "units": "Ah/m2"}, "porosity": {"value": 35, "units": "%"}}
    design = {"electrode and cell design": sizes, "cell type": {"type": "half-cell"}}
    record = from_battery_data_schemas({"preparation": {"battery design": design}})
    assert record.special.known() == {"areal_capacity_mah_per_cm2": 2.0, "porosity": 0.35}
    assert record.primary.nominal_capacity_ah is None
    assert record.notes is None


@pytest.mark.parametrize(
    ("sizes", "word"),
    [
        ({"capacity": 1.5}, "capacity is 1.5 and has no unit"),
        ({"capacity": {"value": "x", "units": "Ah"}}, "capacity is 'x' and no number"),
        ({"capacity": {"value": 1, "units": "C"}}, "capacity is given in C"),
        ({"porosity": {"value": 35, "units": ""}}, "porosity 35 is no fraction"),
    ],
)
def test_what_cannot_be_right_is_told(sizes, word):
    layout = {"preparation": {"battery design": {"electrode and cell design": sizes}}}
    assert word in from_battery_data_schemas(layout).notes


@pytest.mark.parametrize("ugly", [{}, [], "x", None, {"preparation": 3},
                                  {"preparation": {"battery design": [1]}}])  # fmt: skip
def test_what_is_no_such_layout_is_an_error(ugly):
    with pytest.raises(MetadataError):
        from_battery_data_schemas(ugly)


@needs_real("metadata")
def test_real_document_of_a_tesla_cell(mirror):
    path = mirror / "metadata" / "bdf_registry_tesla_inr46800_2022_536828.jsonld"
    record = from_json_ld(json.loads(path.read_text("utf-8")))
    assert record.primary.known() == {
        "uid": "https://w3id.org/digibatt/battery-data/tesla/inr46800/2022/536828",
        "anode_chemistry": "graphite",
        "cathode_chemistry": "NMC811",
        "nominal_capacity_ah": 22.078,
    }
    commercial = record.secondary["commercial_cell"]
    assert (commercial.cell_model, commercial.manufacturer) == ("INR46800", "Tesla")
    assert commercial.nominal_voltage_volt == 3.7
    assert record.secondary["geometry"].known() == {"mass_gram": 355.9, "volume_litre": 0.036}
    assert record.secondary["cell_design"].iec_code == "INR46/800"
    assert record.licence == "unknown"
    assert record.unverified == ("kind", "access")


@needs_real("metadata")
def test_real_document_of_a_melasta_campaign(mirror):
    path = mirror / "metadata" / "bdf_registry_melasta_slpba842126hv_202410.jsonld"
    record = from_json_ld(json.loads(path.read_text("utf-8")))
    assert record.title == "Melasta SLPBA842126HV Lithium-Ion Cell Test Data"
    assert record.licence == "CC-BY-4.0"
    assert record.citation.authors == "Clark, Simon; Guldahl, Julie Cathrine; Tolchard, Julian"
    assert len(record.files) == 17
    assert record.primary.known() == {}  # keywords are no facts


@needs_real("bdf")
def test_real_five_star_document(mirror):
    path = mirror / "bdf" / "fivestar_metadata.jsonld"
    record = from_json_ld(json.loads(path.read_text("utf-8")))
    assert record.primary.known() == {
        "anode_chemistry": "graphite",
        "cathode_chemistry": "LCO",
        "nominal_capacity_ah": 6.5,
    }
    (file,) = record.files
    assert file.suffix == "parquet"


def battery(**more):
    return {"@type": "BatteryCell", "hasPositiveElectrode": {}, **more}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "an object with keys, not list"),
        ({}, "holds neither a battery"),
        ({"@graph": [{"@id": "x"}]}, "holds neither a battery"),
        (
            battery(hasProperty={"@type": "RatedCapacity", "hasNumberValue": "2 Ah"}),
            "RatedCapacity has the value '2 Ah'",
        ),
        (
            battery(hasProperty={"@type": "RatedCapacity", "hasNumberValue": 2,
                                 "hasMeasurementUnit": "emmo:Coulomb"}),
            "RatedCapacity is in Coulomb; write it in AmpereHour",
        ),
        (
            {"@type": "Product", "additionalProperty": [
                {"propertyID": "nominal_capacity_ah", "value": "2.0 Ah"}]},
            "write 2.0, a number alone in Ah",
        ),
    ],
)  # fmt: skip
def test_ugly_documents_are_refused(document, words):
    with pytest.raises(BdgError) as told:
        from_json_ld(document)
    assert words in str(told.value)


def test_a_document_without_a_bottom_is_refused():
    deep = {}
    for _ in range(500):
        deep = {"hasPart": deep}
    with pytest.raises(MetadataError, match="nested more than"):
        from_json_ld(deep)


def test_links_in_a_circle_end():
    graph = [
        {"@id": "a", "@type": "Dataset", "name": "A", "isPartOf": {"@id": "b"}},
        {"@id": "b", "@type": "Dataset", "name": "B", "hasPart": {"@id": "a"}},
    ]
    assert from_json_ld({"@graph": graph}).title == "A"


def test_links_that_multiply_end():
    links = [{"@id": str(n)} for n in range(60)]
    graph = [{"@id": str(n), "@type": "Dataset", "hasPart": links} for n in range(60)]
    with pytest.raises(MetadataError, match="lead to more than"):
        from_json_ld({"@graph": graph})


def test_a_link_is_never_followed_to_the_web(monkeypatch):
    import socket

    def refuse(*args, **kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    document = {"@context": "https://127.0.0.1:9/context", **battery(model="X")}
    assert from_json_ld(document).secondary["commercial_cell"].cell_model == "X"


def test_what_is_read_passes_the_checks_again():
    record = from_battery_data_schemas(HALF_CELL, uid="set/1")
    assert not [p for p in problems(record.to_dict()) if p.level == "error"]
