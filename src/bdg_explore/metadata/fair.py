"""Say how findable, accessible, interoperable and reusable data are, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from .checking import problems
from .facts import facts_of
from .files import DataFile
from .licences import spdx_of
from .record import Record

OPEN_SUFFIXES: Final = ("csv", "parquet", "h5", "hdf5", "json", "jsonl", "jsonld", "txt", "tsv")
HALF_OPEN_SUFFIXES: Final = ("mat", "xlsx", "zip", "gz", "mpr", "mpt")
ENOUGH_PRIMARY: Final = 5


@dataclass(frozen=True, slots=True)
class Indicator:
    """One FAIR indicator of one record.

    Attributes
    ----------
    name : str
        ``F1`` to ``R1.3``.
    asks : str
        What it asks.
    value : True, False or "partial"
        The answer.
    reason : str
        Why.
    """

    name: str
    asks: str
    value: Literal[True, False, "partial"]
    reason: str

    @property
    def score(self) -> float:
        """1 for true, 0.5 for partial, 0 for false."""
        return 0.5 if self.value == "partial" else float(self.value)


def fair_indicators(
    record: Record,
    *,
    listed: bool = False,
    mapped: bool | None = None,
    resolved: bool | None = None,
) -> tuple[Indicator, ...]:
    """Answer thirteen questions about a record, each with its reason.

    Parameters
    ----------
    record : Record
        What is known.
    listed : bool
        Whether a catalog's index lists the data, and keeps the record if the data go.
    mapped : bool, optional
        Whether readers map every table to terms with an IRI; None where nobody tried.
    resolved : bool, optional
        Whether the address answered over HTTPS without a login; None where nobody asked.

    Returns
    -------
    tuple of Indicator
        F1, F2, F3, F4, A1, A1.2, A2, I1, I2, I3, R1, R1.2, R1.3.

    References
    ----------
    Wilkinson et al. 2016, The FAIR Guiding Principles, doi 10.1038/sdata.2016.18
    """
    answers = (
        ("F1", "The data have a DOI or a w3id", _identified(record)),
        ("F2", f"At least {ENOUGH_PRIMARY} of 7 primary fields are known", _described(record)),
        ("F3", "The record links the identifier to the data", _linked(record)),
        ("F4", "A catalog lists the data", (listed, "listed" if listed else "in no catalog")),
        ("A1", "The address answers anonymously over HTTPS", _answers(record, resolved)),
        ("A1.2", "The condition of access is stated", _access(record)),
        ("A2", "The metadata outlive the data", _outlives(record, listed)),
        ("I1", "The files are in an open format", _open_format(record.files)),
        ("I2", "Columns are mapped to an ontology", _mapping(mapped)),
        ("I3", "The record links cell specification and article", _links(record)),
        ("R1", "The licence has an SPDX identifier", _licence(record)),
        ("R1.2", "Provenance is told: tester and processing script", _provenance(record)),
        ("R1.3", "The record satisfies the published schema", _schema(record)),
    )
    return tuple(Indicator(name, asks, value, why) for name, asks, (value, why) in answers)


def fair_score(indicators: Sequence[Indicator]) -> float:
    """Return the mean of the indicators [0-1]; publish the list beside it, not the number alone.

    Raises
    ------
    ZeroDivisionError
        There are no indicators.
    """
    return sum(indicator.score for indicator in indicators) / len(indicators)


_Answer = tuple[Literal[True, False, "partial"], str]


def _identified(record: Record) -> _Answer:
    uid = record.primary.uid or ""
    if record.doi and record.is_unverified("doi"):
        return "partial", f"DOI {record.doi}, unverified"
    if record.doi:
        return True, f"DOI {record.doi}"
    if "://w3id.org/" in uid or "://doi.org/" in uid:
        return True, uid
    if record.citation.doi:
        return "partial", "only the article has a DOI, not the data"
    return False, "no DOI and no w3id is known"


def _described(record: Record) -> _Answer:
    total = len(facts_of(record.primary))
    known, sure = total - len(record.missing), total - len(record.verified().missing)
    if sure >= ENOUGH_PRIMARY:
        return True, f"{sure} of {total} known"
    if known >= ENOUGH_PRIMARY:
        return "partial", f"{known} of {total} stated, {sure} of them verified"
    return False, f"{known} of {total} known; missing: {', '.join(record.missing)}"


def _linked(record: Record) -> _Answer:
    name = record.primary.uid or record.doi
    place = record.landing_url or record.doi or any(f.is_on_web for f in record.files)
    if name and place:
        return True, "identifier and address stand in the record"
    if name or place:
        return "partial", "an identifier without an address" if name else "no identifier"
    return False, "neither identifier nor address"


def _answers(record: Record, resolved: bool | None) -> _Answer:
    addresses = [record.landing_url, *(file.url for file in record.files)]
    secure = any((address or "").startswith("https://") for address in addresses)
    secure = secure or record.doi is not None
    if resolved is not None:
        return resolved, "it answered" if resolved else "it did not answer"
    if record.access == "open" and secure:
        return "partial", "open with an HTTPS address; nobody asked whether it answers"
    return False, f"access is {record.access}" if secure else "no HTTPS address is known"


def _access(record: Record) -> _Answer:
    if record.is_unverified("access"):
        return "partial", f"{record.access}, unverified"
    if record.access == "embargo" and not record.embargo_until:
        return "partial", "embargo without a day on which it ends"
    return True, record.access


def _outlives(record: Record, listed: bool) -> _Answer:
    if listed:
        return True, "the catalog keeps the record"
    return ("partial", "a DOI's registry keeps some") if record.doi else (False, "nobody keeps it")


def _open_format(files: Sequence[DataFile]) -> _Answer:
    suffixes = sorted({file.suffix or (file.format or "").lower() for file in files} - {""})
    if not suffixes:
        return False, "no format is known"
    words = ", ".join(suffixes)
    ours = [s for s in suffixes if s in OPEN_SUFFIXES or s.endswith(("_csv", "_json", "_parquet"))]
    if len(ours) == len(suffixes):
        return True, words
    if ours or any(suffix in HALF_OPEN_SUFFIXES for suffix in suffixes):
        return "partial", f"{words}: not all open, or open inside a wrapper"
    return False, f"{words}: no open format"


def _mapping(mapped: bool | None) -> _Answer:
    if mapped is None:
        return False, "nobody mapped the columns"
    return mapped, "a reader maps the columns" if mapped else "no reader maps the columns"


def _links(record: Record) -> _Answer:
    cell: Any = record.secondary.get("commercial_cell")
    specification = getattr(cell, "specification", None)
    if specification and record.citation.doi:
        return True, f"{specification} and {record.citation.doi}"
    if specification or record.citation.doi:
        return "partial", "only the specification" if specification else "only the article"
    return False, "neither is linked"


def _licence(record: Record) -> _Answer:
    if record.licence == "unknown":
        return False, "the licence is unknown"
    if spdx_of(record.licence) is None:
        return "partial", f"{record.licence} has no SPDX identifier"
    if record.is_unverified("licence"):
        return "partial", f"{record.licence}, unverified"
    return True, record.licence


def _provenance(record: Record) -> _Answer:
    tester = "test_equipment" not in record.missing
    set_up: Any = record.secondary.get("test_set_up")
    script = getattr(set_up, "script", None)
    if tester and script:
        return True, "tester and script are told"
    if tester or script:
        return "partial", "only the tester is told" if tester else "only the script is told"
    return False, "neither is told"


def _schema(record: Record) -> _Answer:
    found = [p for p in problems(record.to_dict()) if p.level != "warning"]
    if not found:
        return True, "it does"
    names = ", ".join(p.where for p in found)
    return "partial", f"sound, but unknown: {names}"
