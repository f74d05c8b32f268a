"""Write a record for DataCite, who register DOIs of data."""

from typing import Any, Final

from bdg_explore.errors import MetadataError

from .citation import Author
from .facts import facts_of
from .licences import SPDX_URI, licence_uri, spdx_of
from .record import Record
from .schema_org import SYNTHETIC, access_words, open_files

SCHEMA_VERSION: Final = "http://datacite.org/schema/kernel-4"
UNKNOWN: Final = ":unkn"
"""DataCite's own word for a value that exists but is not known."""


def to_datacite(record: Record, *, include_unverified: bool = False) -> dict[str, Any]:
    """Write a record as DataCite metadata, schema 4, in its JSON form.

    Parameters
    ----------
    record : Record
        What to write. Without a DOI of its own, the ``uid`` stands as alternate identifier.
    include_unverified : bool
        Keep values that nobody has traced to a primary source; else only their names are told.

    Returns
    -------
    dict
        The mandatory six (identifier, creators, titles, publisher, year, type), and rights, article
        (``IsSupplementTo``), contact, sizes, formats, subjects and descriptions where known.

    Raises
    ------
    MetadataError
        No year of publication is known: the one mandatory field without a word for unknown.

    References
    ----------
    DataCite Metadata Schema 4.5, https://schema.datacite.org/meta/kernel-4.5/
    """
    told = record if include_unverified else record.verified()
    year = told.citation.year
    if year is None or not 1000 <= year <= 9999:
        raise MetadataError(
            f"{told.primary.uid or told.dataset}: DataCite needs a year of publication of four "
            "digits; write it under citation: {year: ...}."
        )
    files = open_files(told)
    sizes = [f"{int(f.bytes)} B" for f in files if f.bytes is not None]
    uid = told.primary.uid or told.dataset
    node: dict[str, Any] = {
        "schemaVersion": SCHEMA_VERSION,
        "doi": told.doi,
        "alternateIdentifiers": [
            {"alternateIdentifier": uid, "alternateIdentifierType": "Battery Data Genome uid"}
        ] if uid else [],
        "url": told.landing_url,
        "creators": [_creator(a) for a in told.citation.people] or [{"name": UNKNOWN}],
        "titles": [{"title": told.title or told.citation.title or uid or UNKNOWN}],
        "publisher": {"name": told.publisher or told.hub or UNKNOWN},
        "publicationYear": str(year),
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": f"{told.kind} battery data"},
        "subjects": _subjects(told),
        "contributors": _contact(told),
        "rightsList": [_rights(told), {"rights": f"access: {access_words(told)}"}],
        "relatedIdentifiers": _related(told),
        "sizes": list(dict.fromkeys(sizes)),
        "formats": list(dict.fromkeys(f.media_type for f in files if f.media_type)),
        "descriptions": _descriptions(told),
    }  # fmt: skip
    return {name: value for name, value in node.items() if value not in (None, [], {})}


def _creator(author: Author) -> dict[str, Any]:
    kind = "Organizational" if author.is_body else "Personal"
    node = {"name": author.inverted, "nameType": kind}
    if not author.is_body:
        node["familyName"] = author.family
        if author.given:
            node["givenName"] = author.given
    return node


def _rights(record: Record) -> dict[str, Any]:
    spdx, address = spdx_of(record.licence), licence_uri(record.licence)
    if spdx is None or address is None:
        return {"rights": f"licence: {record.licence}"}
    return {
        "rights": spdx,
        "rightsUri": address,
        "rightsIdentifier": spdx,
        "rightsIdentifierScheme": "SPDX",
        "schemeUri": SPDX_URI,
    }


def _contact(record: Record) -> list[dict[str, Any]]:
    contact = record.primary.contact_details
    return [{"contributorType": "ContactPerson", "name": contact}] if contact else []


def _related(record: Record) -> list[dict[str, Any]]:
    article = record.citation.doi
    if not article or article == record.doi:
        return []
    return [
        {
            "relatedIdentifier": article,
            "relatedIdentifierType": "DOI",
            "relationType": "IsSupplementTo",
        }
    ]


def _subjects(record: Record) -> list[dict[str, Any]]:
    words = ["battery", record.segment.replace("_", " "), record.kind]
    objective = record.primary.objective_of_test or ()
    words += [objective] if isinstance(objective, str) else list(objective)
    words += [w for w in (record.primary.cathode_chemistry, record.primary.anode_chemistry) if w]
    return [{"subject": word} for word in dict.fromkeys(words)]


def _descriptions(record: Record) -> list[dict[str, Any]]:
    about = record.description or record.title or ""
    abstract = ((SYNTHETIC if record.is_synthetic else "") + about).strip()
    facts = facts_of(record.primary)
    lines = [
        f"{name}: {value}" + (f" {facts[name].unit}" if facts[name].unit else "")
        for name, value in record.primary.known().items()
    ]
    if record.unverified:
        lines.append("unverified: " + ", ".join(record.unverified))
    found = [{"description": abstract, "descriptionType": "Abstract"}] if abstract else []
    told = {"description": "; ".join(lines), "descriptionType": "TechnicalInfo"}
    return [*found, told] if lines else found
