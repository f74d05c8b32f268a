"""Terms of the EMMO domain ontologies that BattINFO documents use, and their identifiers.

References
----------
EMMO domain battery 0.18, context.json, https://w3id.org/emmo/domain/battery/context
"""

from typing import Any, Final

from .synonyms import also_called, folded

BATTERY_CONTEXT: Final = "https://w3id.org/emmo/domain/battery/context"
_EMMO: Final = "https://w3id.org/emmo#"
_ECHEM: Final = "https://w3id.org/emmo/domain/electrochemistry#electrochemistry_"
_BATTERY: Final = "https://w3id.org/emmo/domain/battery#battery_"


def _link(address: str) -> dict[str, str]:
    return {"@id": address, "@type": "@id"}


# Repeats what the public context says of these terms, so that the structure and the numbers of a
# document can be read without the network. `RatedCapacity` is what the ontology calls the term
# that others label nominal capacity: the capacity the maker states.
INLINE_CONTEXT: Final[dict[str, Any]] = {
    "emmo": _EMMO,
    "schema": "https://schema.org/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "Anode": _ECHEM + "b6319c74_d2ce_48c0_a75a_63156776b302",
    "Cathode": _ECHEM + "35c650ab_3b23_4938_b312_1b0dede2e6d5",
    "Electrolyte": _ECHEM + "fb0d9eef_92af_4628_8814_e065ca255d59",
    "RatedCapacity": _ECHEM + "9b3b4668_0795_4a35_9965_2af383497a26",
    "FormFactor": _ECHEM + "1586ef26_6d30_49e3_ae32_b4c9fc181941",
    "hasActiveMaterial": _link(_ECHEM + "860aa941_5ff9_4452_8a16_7856fad07bee"),
    "hasElectrolyte": _link(_ECHEM + "3bd08946_4e81_455d_9fca_dc7a5ead9315"),
    "hasFormFactor": _link(_ECHEM + "c17b514b_57f2_4f72_9b95_c2950dd2aa7f"),
    "hasNegativeElectrode": _link(_ECHEM + "5d299271_3f68_494f_ab96_3db9acdd3138"),
    "hasPositiveElectrode": _link(_ECHEM + "8e9cf965_9f92_46e8_b678_b50410ce3616"),
    "hasTestEquipment": _link(_BATTERY + "df4ff8f1_2cf2_444a_9498_23f533bd295c"),
    "hasTestObject": _link(_BATTERY + "da3b3f28_aaad_4d67_b674_df47e109fb8b"),
    "hasMeasurementUnit": _link(_EMMO + "EMMO_bed1d005_b04e_4a90_94cf_02bc678a8569"),
    "hasNumericalPart": _link(_EMMO + "EMMO_8ef3cd6d_ae58_4a8d_9fc0_ad8f49015cd0"),
    "hasOutput": _link(_EMMO + "EMMO_c4bace1d_4db0_4cd3_87e9_18122bae2840"),
    "hasProperty": _link(_EMMO + "EMMO_e1097637_70d2_4895_973f_2396f04fa204"),
    "hasNumberValue": _EMMO + "EMMO_faf79f53_749d_40b2_807c_d34244c192f4",
}

MATERIALS: Final = {
    "C": "Graphite",
    "graphite": "Graphite",
    "hard carbon": "HardCarbon",
    "LCO": "LithiumCobaltOxide",
    "LFP": "LithiumIronPhosphate",
    "Li": "Lithium",
    "LMFP": "LithiumManganeseIronPhosphate",
    "LMO": "LithiumManganeseOxide",
    "LNMO": "LithiumNickelManganeseOxide",
    "LNO": "LithiumNickelOxide",
    "LTO": "LithiumTitanate",
    "NCA": "LithiumNickelCobaltAluminiumOxide",
    "NMC": "LithiumNickelManganeseCobaltOxide",
    "NMC111": "LithiumNickelManganeseCobaltOxide111",
    "NMC532": "LithiumNickelManganeseCobaltOxide532",
    "NMC622": "LithiumNickelManganeseCobaltOxide622",
    "NMC811": "LithiumNickelManganeseCobaltOxide811",
    "Si": "Silicon",
    "Si/graphite": "SiliconGraphite",
}
"""Chemistry as the catalogs write it -> class of the ontology; `synonyms` knows other names."""

TEST_OBJECTS: Final = {
    "full_cell": "BatteryCell",
    "material_electrode": "ElectrochemicalCell",
    "module_pack": "BatteryPack",
    "field": "BatteryPack",
}
"""Segment -> class of what was tested."""


def material_class(chemistry: str) -> str | None:
    """Return the class of a chemistry, or None where the ontology has no word we know."""
    by_name = {folded(name): term for name, term in MATERIALS.items()}
    asked = chemistry.strip()
    names = (folded(asked), *also_called(asked))
    return next((by_name[name] for name in names if name in by_name), None)


def chemistry_of(term: str) -> str:
    """Return how people write a class of material; a class we do not know stays as it is."""
    names = [name for name, known in MATERIALS.items() if known == term and len(name) > 1]
    plain = term.rpartition(":")[2].rpartition("#")[2]
    return names[0] if names else plain
