"""Write a record as BattINFO JSON-LD: a battery test in terms of the EMMO domain ontologies."""

from typing import Any

from .record import Record
from .schema_org import dataset_node
from .terms import BATTERY_CONTEXT, INLINE_CONTEXT, TEST_OBJECTS, material_class


def to_battinfo(record: Record, *, include_unverified: bool = False) -> dict[str, Any]:
    """Write a record as a BattINFO document.

    A ``BatteryTest`` has a test object (electrodes, active materials, rated capacity, form factor),
    test equipment, and as its output the data: a schema.org Dataset with licence, DOI, access and
    kind. A chemistry keeps its own words beside the ontology's class.

    Parameters
    ----------
    record : Record
        What to write.
    include_unverified : bool
        Keep values that nobody has traced to a primary source; else only their names are told.

    Returns
    -------
    dict
        Plain JSON values.

    References
    ----------
    Clark et al. 2022, doi 10.1002/aenm.202102702; https://w3id.org/emmo/domain/battery
    """
    told = record if include_unverified else record.verified()
    data = _prefixed(dataset_node(told, include_unverified=True))
    types = data["@type"]
    document: dict[str, Any] = {
        "@context": [BATTERY_CONTEXT, INLINE_CONTEXT],
        "@type": "BatteryTest",
        "hasTestObject": _test_object(told, data.pop("schema:about")),
        "hasOutput": {**data, "@type": ["BatteryTestResult", types]},
    }
    if told.primary.test_equipment:
        document["hasTestEquipment"] = {
            "@type": "schema:Product",
            "schema:name": told.primary.test_equipment,
        }
    return document


def _test_object(record: Record, product: dict[str, Any]) -> dict[str, Any]:
    primary = record.primary
    node = {**product, "@type": [TEST_OBJECTS[record.segment], product["@type"]]}
    if primary.uid:
        node["schema:identifier"] = primary.uid
    if primary.cathode_chemistry:
        node["hasPositiveElectrode"] = _electrode("Cathode", primary.cathode_chemistry)
    if primary.anode_chemistry:
        node["hasNegativeElectrode"] = _electrode("Anode", primary.anode_chemistry)
    if primary.nominal_capacity_ah is not None:
        node["hasProperty"] = [
            {
                "@type": "RatedCapacity",
                "hasNumericalPart": {
                    "@type": "RealData",
                    "hasNumberValue": primary.nominal_capacity_ah,
                },
                "hasMeasurementUnit": "emmo:AmpereHour",
            }
        ]
    form = getattr(record.secondary.get("cell_design"), "form_factor", None)
    if form:
        node["hasFormFactor"] = {"@type": "FormFactor", "schema:name": form}
    electrolyte = getattr(record.secondary.get("constituent_materials"), "electrolyte", None)
    if electrolyte:
        node["hasElectrolyte"] = {"@type": "Electrolyte", "schema:name": electrolyte}
    return node


def _electrode(role: str, chemistry: str) -> dict[str, Any]:
    # A cathode is the positive electrode by the convention of the field, on discharge.
    material: dict[str, Any] = {"schema:name": chemistry}
    term = material_class(chemistry)
    if term:
        material["@type"] = term
    return {"@type": ["Electrode", role], "hasActiveMaterial": material}


def _prefixed(node: Any) -> Any:
    """Write a schema.org node with its prefix, as documents of several vocabularies must."""
    if isinstance(node, list):
        return [_prefixed(item) for item in node]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key == "@type":
            found[key] = f"schema:{value}"
        else:
            found[key if key.startswith("@") else f"schema:{key}"] = _prefixed(value)
    return found
