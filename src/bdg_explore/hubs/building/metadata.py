"""What people know about a data set: a file to fill in, and what it says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bdg_explore.columns import COLUMNS
from bdg_explore.errors import CatalogError, MetadataError, did_you_mean
from bdg_explore.hubs.entries import PRIMARY
from bdg_explore.metadata import Record
from bdg_explore.metadata.bricks import (
    ACCESS_LEVELS,
    KINDS,
    OBJECTIVES,
    SEGMENTS,
    secondary_fields,
)

_HUB: Final = {
    "name": "what people call your hub",
    "operator": "laboratory or institution",
    "landing_url": "its page, if it has one",
    "contact": "e-mail, ORCID or ROR",
}
_PRIMARY: Final = {
    "objective_of_test": "one of " + ", ".join(OBJECTIVES),
    "anode_chemistry": "graphite, Si/graphite, LTO, Li ...",
    "cathode_chemistry": "LFP, NMC811, NCA, LCO ...",
    "nominal_capacity_ah": "[Ah], a number; where cells differ, in cells.csv",
    "test_equipment": "brand and model of the tester",
    "contact_details": "e-mail, ORCID or ROR of whom to ask",
}
_SECONDARY: Final = (
    "cell_model", "manufacturer", "form_factor", "minimum_voltage_volt", "maximum_voltage_volt",
    "ambient_temperature_celsius", "charging_c_rate", "discharging_c_rate", "soc_minimum",
    "soc_maximum", "protocol",
)  # fmt: skip
_CITATION: Final = {
    "title": "of the publication, or of the data set",
    "authors": "Ada Lovelace; Alessandro Volta",
    "journal": "or repository",
    "year": "a number",
    "doi": "10.1234/abc",
}


@dataclass(frozen=True)
class About:
    """What people know about a data set.

    Attributes
    ----------
    hub : mapping
        The hub's own metadata, without its id.
    description : str
        One line.
    metadata : mapping
        The data set's metadata as a catalog holds it.
    """

    hub: Mapping[str, Any]
    description: str
    metadata: Mapping[str, Any]


def template(known: Mapping[str, Any] | None = None) -> str:
    """Return the file to fill in, with what is known already.

    Parameters
    ----------
    known : mapping, optional
        The same keys as the file has: ``licence``, ``primary: {cathode_chemistry: ...}`` ...

    Raises
    ------
    CatalogError
        A key is none of them.
    """
    given = dict(known or {})
    _refuse_unknown(given, "metadata")

    def line(key: str, default: Any, about: str, held: Mapping[str, Any], indent: str = "") -> str:
        value = held.get(key)
        text = _scalar(default if value is None else value)
        return f"{indent}{key}: {text}" + (f"  # {about}" if about else "")

    def block(name: str, keys: Mapping[str, str]) -> list[str]:
        held = given.get(name) or {}
        return [f"{name}:", *(line(key, None, about, held, "  ") for key, about in keys.items())]

    secondary = {key: COLUMNS[key].meaning.rstrip(".") for key in _SECONDARY}
    lines = [
        "# What is known about these data. Fill in what you know, leave null what you do not, and",
        "# run bdg build once more: it takes a moment, and this file stays as you wrote it.",
        "# What differs from cell to cell goes into cells.csv.",
        "",
        line("title", None, "of the data set", given),
        line("description", None, "one line", given),
        line("licence", "unknown", "SPDX identifier: CC-BY-4.0, CC0-1.0 ...", given),
        line("access", "private", "one of " + ", ".join(ACCESS_LEVELS), given),
        line("segment", "full_cell", "one of " + ", ".join(SEGMENTS), given),
        line("kind", "experimental", "one of " + ", ".join(KINDS), given),
        line("landing_url", None, "page of the record", given),
        line("notes", None, "what one should know before using the data", given),
        "",
        "# Table S1 of the Battery Data Genome: what everyone asks first. Its seventh field, the",
        "# unique identifier, is <data set>/<cell>.",
        *block("primary", _PRIMARY),
        "",
        "# Where it holds for every cell.",
        *block("secondary", secondary),
        "",
        "# What to cite.",
        *block("citation", _CITATION),
        "",
        "# Who hosts the data.",
        *block("hub", _HUB),
    ]
    return "\n".join(lines) + "\n"


def read_metadata(path: Path, known: Mapping[str, Any] | None = None) -> About:
    """Read the file that people filled in; where there is none, nothing is known.

    Raises
    ------
    CatalogError
        It is no YAML, or has a key that means nothing.
    """
    if not path.exists():
        return _about(yaml.safe_load(template(known)))
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CatalogError(f"{path} cannot be read: {error}. Correct it, or delete it.") from error
    if not isinstance(content, Mapping):
        raise CatalogError(f"{path} holds no keys with values. Correct it, or delete it.")
    _refuse_unknown(content, str(path))
    return _about(content)


def _about(content: Mapping[str, Any]) -> About:
    plain = ("title", "licence", "access", "segment", "kind", "landing_url", "notes")
    metadata: dict[str, Any] = {key: content[key] for key in plain if content.get(key)}
    for name in ("citation", "primary", "secondary"):
        held = {key: value for key, value in (content.get(name) or {}).items() if value is not None}
        metadata[name] = held
    hub = {key: value for key, value in (content.get("hub") or {}).items() if value is not None}
    metadata.setdefault("segment", "full_cell")
    metadata.setdefault("kind", "experimental")
    metadata.setdefault("licence", "unknown")
    metadata.setdefault("access", "private")
    return About(hub, str(content.get("description") or ""), metadata)


def _refuse_unknown(content: Mapping[str, Any], where: str) -> None:
    plain = {"title", "description", "licence", "access", "segment", "kind", "landing_url", "notes"}
    segment = str(content.get("segment") or "full_cell")
    blocks = {
        "primary": PRIMARY,
        "secondary": (*COLUMNS, *secondary_fields(segment)),
        "citation": tuple(_CITATION),
        "hub": tuple(_HUB),
    }
    for key, value in content.items():
        if key in plain:
            continue
        if key not in blocks:
            known = [*plain, *blocks]
            raise CatalogError(f"{where}: no key is called {key!r}.{did_you_mean(str(key), known)}")
        if value is None:
            continue
        if not isinstance(value, Mapping):
            raise CatalogError(f"{where}: {key} holds keys with values, not {value!r}.")
        for inner in value:
            if inner not in blocks[key]:
                raise CatalogError(
                    f"{where}: {key} has no key {inner!r}.{did_you_mean(str(inner), blocks[key])}"
                )
    tiers = {name: content.get(name) for name in ("segment", "primary", "secondary")}
    try:
        Record.from_entry({"metadata": tiers}, dataset=where)
    except MetadataError as error:
        raise CatalogError(str(error)) from error


def _scalar(value: Any) -> str:
    """Write one value as YAML does, on one line."""
    if isinstance(value, str) and "\n" in value:
        return json.dumps(value, ensure_ascii=False)
    text: str = yaml.safe_dump(value, allow_unicode=True, width=10_000, default_flow_style=True)
    return text.removesuffix("\n").removesuffix("\n...")
