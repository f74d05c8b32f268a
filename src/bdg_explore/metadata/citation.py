"""What to cite, and how it is written: plain text, BibTeX, CSL-JSON."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from bdg_explore.errors import MetadataError

from .facts import Checked, count, text

_VOLUME = re.compile(r"(?P<name>.*\D)\s+(?P<volume>\d+),\s*(?P<pages>\d+(?:-\d+)?)")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?)+")
_OTHERS = re.compile(r",?\s*(?:et al\.?|and others)\s*$", re.IGNORECASE)
_BODIES: Final = frozenset({
    "center", "centre", "consortium", "contributors", "corporation", "developers", "foundation",
    "gmbh", "group", "inc", "institute", "laboratory", "laboratories", "ltd", "project", "team",
    "university",
})  # fmt: skip
_BIBTEX: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


class Author(NamedTuple):
    """Who wrote: a person with a family name, or a body (then `given` is empty)."""

    family: str
    given: str = ""
    is_body: bool = False

    @property
    def inverted(self) -> str:
        """``Lovelace, Ada``."""
        return f"{self.family}, {self.given}" if self.given else self.family


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation(Checked):
    """What to cite, as a catalog writes it; None is unknown."""

    title: str | None = text("Title of the publication.")
    authors: str | None = text(
        "Authors: family names with commas, or whole names with semicolons.",
        example="Ada Lovelace; Alessandro Volta",
    )
    journal: str | None = text("Journal with volume and pages.", example="Nature Energy 4, 383-391")
    year: int | None = count("Year of publication.", maximum=9999)
    doi: str | None = text("DOI of the publication.", example="10.1038/s41560-019-0356-8")

    @property
    def people(self) -> tuple[Author, ...]:
        """The authors one by one, without ``et al.``."""
        return parse_authors(self.authors or "")

    @property
    def has_others(self) -> bool:
        """Whether the authors end in ``et al.``."""
        return _OTHERS.search(self.authors or "") is not None

    def without(self, unverified: Sequence[str]) -> "Citation":
        """Return the citation without the fields that a list names as ``citation.<field>``."""
        doubtful = {name.removeprefix("citation.") for name in unverified if "citation." in name}
        return Citation(**{k: v for k, v in self.known().items() if k not in doubtful})


def citation_text(citation: Citation, *, data_doi: str | None = None) -> str:
    """Write a citation as one line of text; empty where nothing is known.

    Parameters
    ----------
    citation : Citation
        What to cite.
    data_doi : str, optional
        DOI of the data, told where it is another than the publication's.
    """
    held = citation.known()
    parts = [held.get(key) for key in ("authors", "title", "journal", "year")]
    line = ". ".join(str(part).rstrip(". ") for part in parts if part)
    line += "." if line else ""
    if citation.doi:
        line += f" https://doi.org/{citation.doi}"
    if data_doi and data_doi != citation.doi:
        line += f" Data: https://doi.org/{data_doi}"
    return line.strip()


def bibtex(citation: Citation, *, key: str | None = None, data_doi: str | None = None) -> str:
    """Write a citation as an entry for BibTeX (UTF-8).

    Parameters
    ----------
    citation : Citation
        What to cite.
    key : str, optional
        Key of the entry; else first author, year and first word of the title.
    data_doi : str, optional
        DOI of the data, given as a note where it is another than the publication's.

    Raises
    ------
    MetadataError
        Nothing is known that could be cited.
    """
    _needs_something(citation, data_doi)
    journal, volume, pages = journal_parts(citation.journal)
    names = [_bibtex_author(person) for person in citation.people]
    names += ["others"] if citation.has_others else []
    note = f"Data: https://doi.org/{data_doi}" if data_doi and data_doi != citation.doi else None
    fields = {
        "author": " and ".join(names),
        "title": f"{{{_escaped(citation.title)}}}" if citation.title else None,
        "journal": _escaped(journal) if volume else None,
        "howpublished": _escaped(journal) if journal and not volume else None,
        "volume": volume,
        "pages": pages.replace("-", "--") if pages else None,
        "year": citation.year,
        "doi": citation.doi,
        "note": _escaped(note) if note else None,
    }
    kind = "article" if volume else "misc"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key or _key(citation)},", *lines, "}"]) + "\n"


def csl_json(
    citation: Citation, *, key: str | None = None, data_doi: str | None = None
) -> dict[str, Any]:
    """Write a citation as one item of CSL-JSON.

    Parameters
    ----------
    citation : Citation
        What to cite.
    key : str, optional
        Id of the item; else first author, year and first word of the title.
    data_doi : str, optional
        DOI of the data, given as a note where it is another than the publication's.

    Raises
    ------
    MetadataError
        Nothing is known that could be cited.
    """
    _needs_something(citation, data_doi)
    journal, volume, pages = journal_parts(citation.journal)
    item: dict[str, Any] = {
        "id": key or _key(citation),
        "type": "article-journal" if volume else "dataset",
        "title": citation.title,
        "author": [
            {"literal": person.family}
            if person.is_body
            else {k: v for k, v in (("family", person.family), ("given", person.given)) if v}
            for person in citation.people
        ],
        "container-title": journal,
        "volume": volume,
        "page": pages,
        "issued": {"date-parts": [[citation.year]]} if citation.year else None,
        "DOI": citation.doi,
    }
    if data_doi and data_doi != citation.doi:
        item["note"] = f"Data: https://doi.org/{data_doi}"
    return {name: value for name, value in item.items() if value}


def parse_authors(authors: str) -> tuple[Author, ...]:
    """Split a line of authors into people and bodies.

    Semicolons (or ``and``) part whole names; otherwise commas do, and an initial goes with the
    name before it (``Severson, K. A., Attia, P.``).
    """
    line = _OTHERS.sub("", " ".join(authors.split()))
    if ";" in line or " and " in line:
        return tuple(_author(part) for part in re.split(r";|,?\s+and\s+", line) if part.strip())
    found: list[Author] = []
    for part in filter(None, (piece.strip() for piece in line.split(","))):
        if found and not found[-1].given and _INITIALS.fullmatch(part):
            found[-1] = Author(found[-1].family, part)
        else:
            found.append(_author(part))
    return tuple(found)


def journal_parts(journal: str | None) -> tuple[str | None, str | None, str | None]:
    """Split ``Nature Energy 4, 383-391`` into name, volume and pages; None where there is none."""
    found = _VOLUME.fullmatch(journal.strip()) if journal else None
    if found is None:
        return journal, None, None
    return found["name"].strip(), found["volume"], found["pages"]


def _author(name: str) -> Author:
    name = name.strip()
    family, comma, given = (piece.strip() for piece in name.partition(","))
    if comma:
        return Author(family, given)
    words = name.split()
    last = words[-1].lower().rstrip(".")
    if last in _BODIES or any(word.lower() in _BODIES for word in words) or words[-1].islower():
        return Author(name, is_body=True)
    return Author(words[-1], " ".join(words[:-1]))


def _bibtex_author(author: Author) -> str:
    if author.is_body:
        return f"{{{_escaped(author.family)}}}"
    return _escaped(author.inverted)


def _escaped(words: str | None) -> str:
    return "".join(_BIBTEX.get(letter, letter) for letter in words or "")


def _key(citation: Citation) -> str:
    first = citation.people[0].family if citation.people else "anonymous"
    word = (citation.title or "data").split()[0]
    parts = [first, str(citation.year or ""), word]
    plain = unicodedata.normalize("NFKD", "".join(parts).lower())
    return re.sub(r"[^a-z0-9]", "", plain) or "data"


def _needs_something(citation: Citation, data_doi: str | None) -> None:
    if not citation.known() and not data_doi:
        raise MetadataError("Nothing is known to cite; give a title, authors or a DOI.")
