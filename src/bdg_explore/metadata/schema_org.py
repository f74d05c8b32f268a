"""Write a record as a schema.org Dataset."""

from typing import Any, Final

from bdg_explore.columns import COLUMNS

from .access import why_kept
from .bricks import OF_SEGMENT, SECONDARY
from .citation import Author, citation_text
from .facts import Fact, facts_of
from .licences import licence_uri
from .record import Record

CONTEXT: Final = "https://schema.org/"
SYNTHETIC: Final = "Synthetic data, made by a program, not measured. "


def to_schema_org(record: Record, *, include_unverified: bool = False) -> dict[str, Any]:
    """Write a record as a schema.org Dataset (JSON-LD).

    Licence, DOI, access and kind stand in ``license``, ``identifier``, ``conditionsOfAccess`` and
    ``genre``; what is known of the cell stands in ``about``, a field a ``PropertyValue``.

    Parameters
    ----------
    record : Record
        What to write. Tertiary metadata are left out, and so are the files of data under embargo
        and of private data.
    include_unverified : bool
        Keep values that nobody has traced to a primary source; else only their names are told.

    Returns
    -------
    dict
        Plain JSON values.

    References
    ----------
    https://schema.org/Dataset
    """
    return {"@context": CONTEXT, **dataset_node(record, include_unverified=include_unverified)}


def dataset_node(record: Record, *, include_unverified: bool = False) -> dict[str, Any]:
    """Return the Dataset without its context, for documents that hold one among others."""
    told = record if include_unverified else record.verified()
    about = told.description or told.title or told.primary.uid or told.dataset or "Battery data"
    node: dict[str, Any] = {
        "@type": "Dataset",
        "@id": f"https://doi.org/{told.doi}" if told.doi else None,
        "name": told.title or told.primary.uid or told.dataset or "Battery data",
        "description": (SYNTHETIC if told.is_synthetic else "") + about,
        "identifier": [i for i in (told.primary.uid, _doi_url(told.doi)) if i],
        "url": told.landing_url,
        "license": licence_uri(told.licence) or told.licence,
        "conditionsOfAccess": access_words(told),
        "isAccessibleForFree": True if told.access == "open" else None,
        "genre": told.kind,
        "keywords": ["battery", told.segment.replace("_", " "), told.kind],
        "creator": [_person(author) for author in told.citation.people],
        "publisher": {"@type": "Organization", "name": told.publisher} if told.publisher else None,
        "datePublished": str(told.citation.year) if told.citation.year else None,
        "citation": _article(told),
        "about": _product(told),
        "distribution": [_download(file.known(), file.media_type) for file in open_files(told)],
    }
    return {name: value for name, value in node.items() if value not in (None, [], {})}


def access_words(record: Record) -> str:
    """Return the level of access, with the day where an embargo ends."""
    if record.access == "embargo" and record.embargo_until:
        return f"embargo until {record.embargo_until}"
    return record.access


def open_files(record: Record) -> list[Any]:
    """Return the files on the web that an export may name; none under embargo or of a private set.

    Where they lie is part of what is not shared yet.
    """
    if why_kept(record.access, record.embargo_until):
        return []
    return [file for file in record.files if file.is_on_web]


def properties_of(record: Record) -> list[dict[str, Any]]:
    """Return every known field of the tiers one and two as a schema.org PropertyValue."""
    found = [_property(name, value, facts_of(record.primary)[name])
             for name, value in record.primary.known().items()]  # fmt: skip
    bricks = [record.secondary[name] for name in SECONDARY if name in record.secondary]
    if record.special is not None and record.segment in OF_SEGMENT:
        bricks.append(record.special)
    for brick in bricks:
        facts = facts_of(brick)
        found += [_property(name, value, facts[name]) for name, value in brick.known().items()]
    found.append(_property("segment", record.segment, None))
    if record.unverified:
        found.append(_property("unverified", list(record.unverified), None))
    return found


def _property(name: str, value: Any, fact: Fact | None) -> dict[str, Any]:
    title = COLUMNS[name].title if name in COLUMNS else name.replace("_", " ").capitalize()
    node: dict[str, Any] = {"@type": "PropertyValue", "propertyID": name, "name": title}
    node["value"] = value
    if fact is not None and fact.unit not in ("", "1"):
        node["unitText"] = fact.unit
    return node


def _product(record: Record) -> dict[str, Any]:
    commercial = record.secondary.get("commercial_cell")
    model, maker = getattr(commercial, "cell_model", None), getattr(commercial, "manufacturer", "")
    node: dict[str, Any] = {"@type": "Product", "name": record.primary.uid or model or "Battery"}
    if model:
        node["model"] = model
    if maker:
        node["manufacturer"] = {"@type": "Organization", "name": maker}
    node["additionalProperty"] = properties_of(record)
    return node


def _article(record: Record) -> dict[str, Any] | None:
    words = citation_text(record.citation)
    if not words:
        return None
    node: dict[str, Any] = {"@type": "CreativeWork", "name": record.citation.title or words}
    if record.citation.doi:
        node |= {"@id": _doi_url(record.citation.doi), "identifier": _doi_url(record.citation.doi)}
    return {**node, "creditText": words}


def _person(author: Author) -> dict[str, Any]:
    if author.is_body:
        return {"@type": "Organization", "name": author.family}
    name = f"{author.given} {author.family}".strip()
    node = {"@type": "Person", "name": name, "familyName": author.family}
    return {**node, "givenName": author.given} if author.given else node


def _download(file: dict[str, Any], media_type: str | None) -> dict[str, Any]:
    node: dict[str, Any] = {"@type": "DataDownload", "contentUrl": file["url"]}
    size = file.get("bytes")
    extra = {
        "name": file.get("name"),
        "encodingFormat": media_type or file.get("format"),
        "contentSize": f"{int(size)} B" if size is not None else None,
        "sha256": file.get("sha256"),
    }
    return node | {name: value for name, value in extra.items() if value}


def _doi_url(doi: str | None) -> str | None:
    return f"https://doi.org/{doi}" if doi else None
