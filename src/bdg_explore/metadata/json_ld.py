"""Read what BattINFO and schema.org documents say about a battery and its data."""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Final

from bdg_explore.errors import MetadataError

from .bricks import ACCESS_LEVELS, KINDS, OF_SEGMENT, SECONDARY, SEGMENTS, Primary
from .facts import facts_of
from .licences import spdx_of
from .record import Record
from .schema_org import SYNTHETIC
from .terms import TEST_OBJECTS, chemistry_of

# What other writers call a field, and what brings their unit to ours.
_OTHER_NAMES: Final = {
    "iec_code": ("iec_code", 1.0),
    "mass_g": ("mass_gram", 1.0),
    "nominal_voltage_v": ("nominal_voltage_volt", 1.0),
    "rated_capacity_ah": ("nominal_capacity_ah", 1.0),
    "rated_energy_wh": ("nominal_energy_wh", 1.0),
    "volume_l": ("volume_litre", 1.0),
}
_QUANTITIES: Final = {
    "NominalCapacity": ("nominal_capacity_ah", {"AmpereHour": 1.0, "MilliAmpereHour": 1e-3}),
    "RatedCapacity": ("nominal_capacity_ah", {"AmpereHour": 1.0, "MilliAmpereHour": 1e-3}),
    "NominalVoltage": ("nominal_voltage_volt", {"Volt": 1.0, "MilliVolt": 1e-3}),
    "NominalEnergy": ("nominal_energy_wh", {"WattHour": 1.0}),
    "RatedEnergy": ("nominal_energy_wh", {"WattHour": 1.0}),
    "Mass": ("mass_gram", {"Gram": 1.0, "Kilogram": 1e3, "KiloGram": 1e3}),
    "Volume": ("volume_litre", {"Litre": 1.0, "MilliLitre": 1e-3}),
}
_FIELDS: Final = {
    **dict.fromkeys(facts_of(Primary), ("primary",)),
    **{n: ("secondary", brick) for brick, model in SECONDARY.items() for n in facts_of(model)},
    **{n: (segment,) for segment, model in OF_SEGMENT.items() for n in facts_of(model)},
}
_PLAIN_KEYS: Final = (
    ("model", "cell_model"),
    ("manufacturer", "manufacturer"),
    ("hasFormFactor", "form_factor"),
    ("hasElectrolyte", "electrolyte"),
)
_SEGMENT_OF: Final = {"BatteryModule": "module_pack", "BatteryPack": "module_pack"} | {
    term: segment for segment, term in TEST_OBJECTS.items() if term != "BatteryPack"
}
_PREFIX = re.compile(r"^(schema:|dcat:|https?://schema\.org/|emmo:|https://w3id\.org/emmo#|rdfs:)")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)(10\.\d{4,9}/\S+)")
_FILES: Final = {"DataDownload", "Distribution", "File", "MediaObject"}
_DEPTH: Final = 60
_VISITS: Final = 200_000

Node = dict[str, Any]


def from_json_ld(document: Mapping[str, Any]) -> Record:
    """Read the facts of a BattINFO or schema.org document.

    Taken are identifier, chemistries, capacity, maker, model, form factor and sizes of the battery,
    the fields that our own exports write as properties, and of the data their title, licence, DOI,
    people, access and files. Nothing is guessed from titles or keywords. Addresses in the document
    are never fetched, its context least of all.

    Parameters
    ----------
    document : mapping
        The parsed JSON; nested, or flat with ``@graph`` as a research object crate has it.

    Raises
    ------
    MetadataError
        It is no JSON-LD object, holds neither a battery nor a data set, or a value in it is one
        that its field cannot hold.
    """
    if not isinstance(document, Mapping):
        raise MetadataError(f"JSON-LD is an object with keys, not {type(document).__name__}.")
    top = _linked(_plain(document, 0))
    nodes = list(_nodes(top, 0))
    data = next((node for node in nodes if "Dataset" in _types(node)), None)
    root = next((n for n in nodes if n.get("@id") == "./" and "Dataset" in _types(n)), data)
    battery = next((node for node in nodes if _is_battery(node)), None)
    if battery is None and root is None:
        raise MetadataError(
            "The document holds neither a battery (hasPositiveElectrode, hasProperty, Product) nor "
            "a Dataset; nothing can be read from it."
        )
    values: dict[str, Any] = {}
    if battery is not None:
        _take_battery(battery, values)
    for node in nodes:
        if "hasTestEquipment" in node:
            values.setdefault("test_equipment", _text(node["hasTestEquipment"]))
    given: dict[str, Any] = {"segment": _segment(values, battery)}
    unverified = values.pop("unverified", None)
    if unverified:
        given["unverified"] = [unverified] if isinstance(unverified, str) else list(unverified)
    for name, value in values.items():
        place = given
        if _FIELDS[name][0] in OF_SEGMENT and _FIELDS[name][0] != given["segment"]:
            continue
        for step in _FIELDS[name]:
            place = place.setdefault(step, {})
        place[name] = value
    if root is not None:
        _take_data(root, given)
    # What no one stated has to stand in a record all the same, and is told to be nobody's word.
    silent = [name for name in ("kind", "access") if name not in given]
    if silent:
        given["unverified"] = list(dict.fromkeys([*given.get("unverified", ()), *silent]))
    return Record.from_dict({"primary": {}, **given})


def _take_battery(node: Node, values: dict[str, Any]) -> None:
    for item in _listed(node.get("additionalProperty")):
        name = _text(item.get("propertyID")) if isinstance(item, dict) else None
        name, factor = _OTHER_NAMES.get((name or "").removeprefix("bdf:"), (name, 1.0))
        name = (name or "").removeprefix("bdf:")
        if name in _FIELDS or name in ("segment", "unverified"):
            value = item.get("value")
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            values.setdefault(name, value * factor if is_number and factor != 1 else value)
    for end, field in (
        ("hasPositiveElectrode", "cathode_chemistry"),
        ("hasNegativeElectrode", "anode_chemistry"),
    ):
        for electrode in _listed(node.get(end)):
            chemistry = _chemistry(electrode)
            if chemistry:
                values.setdefault(field, chemistry)
    found: dict[str, float] = {}
    for quantity in _listed(node.get("hasProperty")):
        _take_quantity(quantity, found)
    for field, value in found.items():
        values.setdefault(field, value)
    for key, field in _PLAIN_KEYS:
        told = _text(node.get(key))
        if told:
            values.setdefault(field, told)
    # An address is unique where a bare number is not; a name within the document is none at all.
    address = str(node.get("@id") or "")
    own = next(iter(_texts(node.get("identifier"))), "")
    uid = address if address.startswith("https://") and "/" not in own else own
    if uid:
        values.setdefault("uid", uid)


def _take_quantity(quantity: Any, found: dict[str, float]) -> None:
    if not isinstance(quantity, dict):
        return
    kind = next((t for t in _types(quantity) if t in _QUANTITIES), None)
    if kind is None:
        return
    field, units = _QUANTITIES[kind]
    part = next(iter(_listed(quantity.get("hasNumericalPart"))), quantity)
    stated = part if isinstance(part, dict) else {}
    number = stated.get("hasNumberValue", stated.get("hasNumericalValue"))
    number = number.get("@value") if isinstance(number, dict) else number
    unit = _PREFIX.sub("", str(_link(quantity.get("hasMeasurementUnit"))))
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise MetadataError(f"{kind} has the value {number!r}; write a number alone.")
    if unit not in units:
        raise MetadataError(f"{kind} is in {unit}; write it in {next(iter(units))}.")
    value = number * units[unit]
    if kind.startswith("Nominal"):
        found[field] = value
    else:
        found.setdefault(field, value)


def _take_data(node: Node, given: dict[str, Any]) -> None:
    identifiers = [*_texts(node.get("identifier")), str(node.get("@id") or "")]
    doi = next((m[1] for i in identifiers if (m := _DOI.match(i))), None)
    licence = _link(node.get("license"))
    conditions = _text(node.get("conditionsOfAccess")) or ""
    genre = _text(node.get("genre"))
    given["doi"] = doi
    given["title"] = _text(node.get("name"))
    about = _text(node.get("description"))
    given["description"] = about.removeprefix(SYNTHETIC) if about else None
    given["landing_url"] = _link(node.get("url"))
    given["publisher"] = _text(node.get("publisher"))
    if licence:
        given["licence"] = spdx_of(licence) or _text(node.get("license")) or licence
    level = conditions.split(" ")[0]
    if level in ACCESS_LEVELS:
        given["access"] = level
    if level == "embargo" and " until " in conditions:
        given["embargo_until"] = conditions.rpartition(" ")[2]
    if genre in KINDS:
        given["kind"] = genre
    given["citation"] = _citation(node)
    parts = [n for n in _nodes(node, 0) if _FILES & set(_types(n))]
    files = [
        {"name": _text(part.get("name")), "url": url}
        for part in parts
        if (url := _link(part.get("contentUrl", part.get("downloadURL"))) or part.get("@id"))
    ]
    given["files"] = list({file["url"]: file for file in files}.values())


def _citation(node: Node) -> dict[str, Any]:
    article = next(iter(_listed(node.get("citation"))), None)
    held: dict[str, Any] = {}
    names = [_author(person) for person in _listed(node.get("creator"))]
    held["authors"] = "; ".join(name for name in names if name) or None
    year = re.match(r"\d{4}", _text(node.get("datePublished")) or "")
    held["year"] = int(year[0]) if year else None
    if isinstance(article, dict):
        held["title"] = _text(article.get("name"))
        found = _DOI.match(_text(article.get("identifier")) or str(article.get("@id") or ""))
        held["doi"] = found[1] if found else None
    return {name: value for name, value in held.items() if value}


def _author(person: Any) -> str | None:
    family = _text(person.get("familyName")) if isinstance(person, dict) else None
    given = _text(person.get("givenName")) if isinstance(person, dict) else None
    return f"{family}, {given}" if family and given else family or _text(person)


def _segment(values: dict[str, Any], battery: Node | None) -> str:
    stated = values.pop("segment", None)
    if stated in SEGMENTS:
        return str(stated)
    kinds = _types(battery) if battery else []
    return next((_SEGMENT_OF[kind] for kind in kinds if kind in _SEGMENT_OF), "full_cell")


def _chemistry(electrode: Any) -> str | None:
    if not isinstance(electrode, dict):
        return None
    names = []
    for material in _listed(electrode.get("hasActiveMaterial")):
        if not isinstance(material, dict):
            continue
        kind = next(iter(_types(material)), None)
        names.append(_text(material.get("name")) or (chemistry_of(kind) if kind else None))
    return "-".join(name for name in names if name) or None


def _is_battery(node: Node) -> bool:
    electrodes = {"hasPositiveElectrode", "hasNegativeElectrode"} & node.keys()
    kinds = _types(node)
    return bool(electrodes) or any(k.endswith(("Battery", "BatteryCell")) for k in kinds) or (
        "Product" in kinds and "additionalProperty" in node
    )  # fmt: skip


def _plain(value: Any, depth: int) -> Any:
    """Return a copy without the prefixes of schema.org, EMMO and RDFS in keys."""
    if depth > _DEPTH:
        raise MetadataError(f"The document is nested more than {_DEPTH} levels deep.")
    if isinstance(value, Mapping):
        items = ((k, v) for k, v in value.items() if k != "@context")
        return {_PREFIX.sub("", str(k)): _plain(v, depth + 1) for k, v in items}
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth + 1) for item in value]
    return value


def _linked(top: Node) -> Node:
    """Put what an ``@id`` of the graph points at in its place, not in circles and not for ever."""
    graph = top.get("@graph")
    if not isinstance(graph, list):
        return top
    index = {str(n["@id"]): n for n in graph if isinstance(n, dict) and len(n) > 1 and "@id" in n}
    visits = count()

    def follow(value: Any, seen: tuple[str, ...]) -> Any:
        if next(visits) > _VISITS:
            raise MetadataError(f"The links of the document lead to more than {_VISITS} places.")
        if isinstance(value, list):
            return [follow(item, seen) for item in value]
        if not isinstance(value, dict):
            return value
        name = str(value.get("@id"))
        if set(value) == {"@id"} and name in index:
            return value if name in seen or len(seen) > 4 else follow(index[name], seen)
        return {key: follow(item, (*seen, name)) for key, item in value.items()}

    return {"@graph": [follow(node, ()) for node in graph]}


def _nodes(value: Any, depth: int) -> Iterator[Node]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _nodes(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)


def _types(node: Node) -> list[str]:
    return [_PREFIX.sub("", str(kind)) for kind in _listed(node.get("@type"))]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> Iterator[str]:
    for item in _listed(value):
        told = _text(item)
        if told:
            yield told


def _text(value: Any) -> str | None:
    """Return the words of a literal, of a node's name, or of the first of several."""
    if isinstance(value, list):
        return next((t for t in map(_text, value) if t), None)
    if isinstance(value, dict):
        return next((t for k in ("@value", "name", "label") if (t := _text(value.get(k)))), None)
    return value if isinstance(value, str) and value.strip() else None


def _link(value: Any) -> str | None:
    """Return the address a node points at, or its words."""
    first = next(iter(_listed(value)), None)
    if isinstance(first, dict) and isinstance(first.get("@id"), str):
        return str(first["@id"])
    return _text(first)
