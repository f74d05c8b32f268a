"""What of a data set can be copied or saved: its citation, its metadata in four layouts, Python."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from bdg_explore.errors import MetadataError
from bdg_explore.hubs import Dataset
from bdg_explore.hubs.metadata_record import record_of
from bdg_explore.metadata import (
    Record,
    bibtex,
    citation_text,
    csl_json,
    to_battinfo,
    to_datacite,
    to_ro_crate,
    to_schema_org,
)

Item = dict[str, Any]

_LEFT_OUT: Final = "Unverified values are left out; their names stay."
_LAYOUTS: Final[tuple[tuple[str, str, str, Callable[[Record], Any]], ...]] = (
    ("BattINFO", "battinfo.jsonld", "application/ld+json", to_battinfo),
    ("DataCite", "datacite.json", "application/json", to_datacite),
    ("schema.org", "schema_org.jsonld", "application/ld+json", to_schema_org),
    ("RO-Crate", "ro-crate-metadata.json", "application/ld+json", to_ro_crate),
)


def citations(dataset: Dataset) -> list[Item]:
    """Return the citation as text, BibTeX and CSL-JSON, as `panel_parts.Texts` shows them."""
    record = record_of(dataset)
    doubtful = [name for name in dataset.unverified if name in ("citation", "doi", "citation.doi")]
    doubtful += [n for n in dataset.unverified if n.startswith("citation.") and n not in doubtful]
    note = f"Unverified: {', '.join(doubtful)}." if doubtful else ""
    cited, own = record.citation, record.doi
    made = (
        ("Text", "citation.txt", "text/plain", lambda: citation_text(cited, data_doi=own)),
        ("BibTeX", "citation.bib", "text/plain", lambda: bibtex(cited, data_doi=own)),
        (
            "CSL-JSON",
            "citation.json",
            "application/json",
            lambda: _json([csl_json(cited, data_doi=own)]),
        ),
    )
    return [_item(dataset, *one, note=note, wraps=True) for one in made]


def layouts(dataset: Dataset) -> list[Item]:
    """Return the metadata as BattINFO, DataCite, schema.org and RO-Crate documents."""
    record = record_of(dataset)
    return [
        _item(dataset, label, file, kind, partial(_written, write, record), note=_LEFT_OUT)
        for label, file, kind, write in _LAYOUTS
    ]


def python(dataset: Dataset) -> str:
    """Return the Python that gives the same record, and its exports."""
    return (
        "import bdg_explore as bdg\n"
        "from bdg_explore.hubs.metadata_record import fair_of, record_of\n"
        "from bdg_explore.metadata import citation_text, to_datacite\n\n"
        "hubs = bdg.open_hubs()\n"
        f"dataset = hubs.dataset({dataset.id!r})\n"
        "record = record_of(dataset)\n"
        "fair_of(dataset), citation_text(record.citation), to_datacite(record)"
    )


def _item(
    dataset: Dataset,
    label: str,
    file: str,
    kind: str,
    write: Callable[[], str],
    *,
    note: str,
    wraps: bool = False,
) -> Item:
    try:
        text, told = write(), note
    except MetadataError as error:
        text, told = "", str(error)
    if not text and not told:
        told = "Nothing is known to cite."
    # A crate's file has its one name; the others are told apart by the data set's.
    name = file if file.startswith("ro-crate") else f"{dataset.id}.{file}"
    return {
        "name": label, "label": label, "text": text, "file": name, "type": kind, "note": told,
        "wraps": wraps,
    }  # fmt: skip


def _written(write: Callable[[Record], Any], record: Record) -> str:
    return _json(write(record))


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
