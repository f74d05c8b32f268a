"""The published JSON Schema of a record, made from the declarations of its fields."""

import json
from typing import Any, Final

from bdg_explore.columns import COLUMNS

from .bricks import ACCESS_LEVELS, KINDS, OF_SEGMENT, SECONDARY, SEGMENTS, STANDS_FOR, Primary
from .checking import DAY_PATTERN, DOI_PATTERN, TEXTS
from .citation import Citation
from .facts import UNKNOWN_PATTERN, Checked, Fact, facts_of
from .files import DataFile

SCHEMA_ID: Final = (
    "https://github.com/bdg-explore/bdg-explore/blob/main/src/bdg_explore/metadata/schema.json"
)
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that a whole record satisfies.

    All seven primary fields are required; a record that lacks some of them is one that
    `problems` explains, and `Record.from_dict` still reads.
    """
    primary = _object(Primary)
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        "title": "Metadata of a battery, in the three tiers of the Battery Data Genome",
        "type": "object",
        "required": ["primary", "segment", "kind", "licence", "access"],
        "additionalProperties": False,
        "properties": {
            "primary": primary,
            "secondary": {
                "type": ["object", "null"],
                "additionalProperties": False,
                "properties": {name: _object(model) for name, model in SECONDARY.items()},
            },
            "tertiary": {
                "description": "Anything else: kept, never indexed.",
                "type": ["object", "null"],
            },
            **{name: _object(model) for name, model in OF_SEGMENT.items()},
            "segment": {"enum": list(SEGMENTS)},
            "kind": {"enum": list(KINDS)},
            "access": {"enum": list(ACCESS_LEVELS)},
            **{name: {"type": ["string", "null"]} for name in TEXTS},
            "licence": {
                "description": "SPDX identifier, or the word unknown.",
                "anyOf": [
                    {"const": "unknown"},
                    {"type": "string", "not": {"pattern": UNKNOWN_PATTERN}},
                ],
            },
            "doi": {"type": ["string", "null"], "pattern": DOI_PATTERN},
            "embargo_until": {"type": ["string", "null"], "pattern": DAY_PATTERN},
            "citation": _object(Citation),
            "files": {"type": ["array", "null"], "items": {**_object(DataFile), "type": "object"}},
            "unverified": {"type": ["array", "null"], "items": {"type": "string"}},
        },
        "allOf": [_of_segment(segment) for segment in SEGMENTS],
        "$defs": {
            "unknown": {
                "description": "What says nothing.",
                "anyOf": [
                    {"type": "null"},
                    {"type": "string", "pattern": UNKNOWN_PATTERN},
                    {"type": "array", "maxItems": 0},
                ],
            }
        },
    }


def json_schema_text() -> str:
    """Return the schema as it is published: one file, keys in reading order."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _of_segment(segment: str) -> dict[str, Any]:
    """Say what a segment needs, and that it has no other segment's brick."""
    needed = list(facts_of(Primary))
    field, other = STANDS_FOR.get(segment, ("", ""))
    then: dict[str, Any] = {"properties": {n: {"type": "null"} for n in OF_SEGMENT if n != segment}}
    ways = [_primary_with(needed)]
    if field:
        stated = {"type": "object", "required": [other], "properties": {other: _stated()}}
        rest = _primary_with([name for name in needed if name != field])["properties"]
        ways.append({"required": [segment], "properties": {**rest, segment: stated}})
    then["anyOf"] = ways
    condition = {"required": ["segment"], "properties": {"segment": {"const": segment}}}
    return {"if": condition, "then": then}


def _primary_with(names: list[str]) -> dict[str, Any]:
    known = {"required": names, "properties": {name: _stated() for name in names}}
    return {"properties": {"primary": {"type": "object", **known}}}


def _stated() -> dict[str, Any]:
    """Say that a value is there and says something."""
    return {"not": {"$ref": "#/$defs/unknown"}}


def _object(model: type[Checked]) -> dict[str, Any]:
    about = (model.__doc__ or "").strip().splitlines()[0]
    return {
        "description": about,
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {name: _property(name, fact) for name, fact in facts_of(model).items()},
    }


def _property(name: str, fact: Fact) -> dict[str, Any]:
    about = fact.meaning + (f" [{fact.unit}]" if fact.unit not in ("", "1") else "")
    held: dict[str, Any] = {"description": about}
    if name in COLUMNS and COLUMNS[name].iri:
        held["$comment"] = COLUMNS[name].iri
    if fact.example is not None:
        held["examples"] = [fact.example]
    unknown = {"$ref": "#/$defs/unknown"}
    if fact.kind in ("number", "count"):
        bounds = {"exclusiveMinimum": fact.above, "minimum": fact.minimum, "maximum": fact.maximum}
        value: dict[str, Any] = {"type": "integer" if fact.kind == "count" else "number"}
        value |= {key: bound for key, bound in bounds.items() if bound is not None}
        return held | {"anyOf": [value, unknown]}
    word = {"type": "string", **({"pattern": _any_of(fact.choices)} if fact.choices else {})}
    told = {**word, "not": {"pattern": UNKNOWN_PATTERN}}
    several = [{"type": "array", "items": told}] if fact.kind == "texts" else []
    return held | {"anyOf": [word, *several, unknown]}


def _any_of(choices: tuple[str, ...]) -> str:
    """Return a pattern that finds a word however it is capitalised and joined."""
    return r"^\s*(" + "|".join(_spellings(choice) for choice in choices) + r")\s*$"


def _spellings(word: str) -> str:
    letters = "".join(f"[{c.upper()}{c}]" if c.isalpha() else "[ _-]" for c in word)
    return letters.replace("[Aa][Gg][Ii][Nn][Gg]", "[Aa][Gg][Ee]?[Ii][Nn][Gg]")
