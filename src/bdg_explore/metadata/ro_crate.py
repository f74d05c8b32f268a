"""Write a record as the metadata of a research object crate (RO-Crate 1.1)."""

from typing import Any, Final

from bdg_explore.errors import MetadataError

from .licences import licence_uri, spdx_of
from .record import Record
from .schema_org import dataset_node, open_files

CONTEXT: Final = "https://w3id.org/ro/crate/1.1/context"
PROFILE: Final = "https://w3id.org/ro/crate/1.1"
FILE_NAME: Final = "ro-crate-metadata.json"


def to_ro_crate(
    record: Record, *, published: str | None = None, include_unverified: bool = False
) -> dict[str, Any]:
    """Write a record as what stands in a crate's ``ro-crate-metadata.json``.

    Parameters
    ----------
    record : Record
        What to write. Its files on the web become the crate's web-based data entities.
    published : str, optional
        Day of publication, ISO 8601; else the year of the citation.
    include_unverified : bool
        Keep values that nobody has traced to a primary source; else only their names are told.

    Returns
    -------
    dict
        The flattened JSON-LD document; every nested thing is an entity with an ``@id``.

    Raises
    ------
    MetadataError
        Neither a day nor a year of publication is known; RO-Crate requires one.

    References
    ----------
    RO-Crate Metadata Specification 1.1.3, doi 10.5281/zenodo.7867028
    """
    told = record if include_unverified else record.verified()
    date = published or (str(told.citation.year) if told.citation.year else None)
    if date is None:
        raise MetadataError(
            f"{told.primary.uid or told.dataset}: RO-Crate needs a day of publication; write "
            'published="2026-12-31", or a year in the citation.'
        )
    root = dataset_node(told, include_unverified=True)
    root |= {"@id": "./", "datePublished": date, "license": _licence(told)}
    if told.doi:
        root["cite-as"] = f"https://doi.org/{told.doi}"
    root.pop("distribution", None)
    root["hasPart"] = [_file(file) for file in open_files(told)]
    entities: dict[str, dict[str, Any]] = {
        FILE_NAME: {
            "@id": FILE_NAME,
            "@type": "CreativeWork",
            "conformsTo": {"@id": PROFILE},
            "about": {"@id": "./"},
        }
    }
    _flatten(root, entities)
    return {"@context": CONTEXT, "@graph": list(entities.values())}


def _licence(record: Record) -> dict[str, Any]:
    address = licence_uri(record.licence)
    if address:
        name = spdx_of(record.licence)
        return {"@id": address, "@type": "CreativeWork", "name": name, "description": name}
    note = "No licence is known: ask before you use or share the data."
    known = record.licence != "unknown"
    about = f"Licence as stated: {record.licence}" if known else note
    return {"@id": "#licence", "@type": "CreativeWork", "name": record.licence,
            "description": about}  # fmt: skip


def _file(file: Any) -> dict[str, Any]:
    node = {
        "@id": file.url,
        "@type": "File",
        "name": file.name or file.url,
        "encodingFormat": file.media_type or file.format,
        "contentSize": str(int(file.bytes)) if file.bytes is not None else None,
        "sha256": file.sha256,
    }
    return {name: value for name, value in node.items() if value}


def _flatten(node: dict[str, Any], entities: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Put a node and everything nested in it among the entities; return a link to it."""
    name = node.get("@id") or f"#{str(node['@type']).lower()}-{len(entities)}"
    entity: dict[str, Any] = entities.setdefault(name, {"@id": name})
    for key, value in node.items():
        if isinstance(value, dict):
            entity[key] = _flatten(value, entities)
        elif isinstance(value, list):
            entity[key] = [_flatten(v, entities) if isinstance(v, dict) else v for v in value]
        else:
            entity[key] = value
    return {"@id": name}
