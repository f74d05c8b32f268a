"""Tell everything that is wrong with a record, in words that say what to write."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, Literal

from .bricks import ACCESS_LEVELS, KINDS, OF_SEGMENT, SECONDARY, SEGMENTS, STANDS_FOR, Primary
from .citation import Citation
from .facts import Checked, facts_of, faults, is_unknown, tidy, unknown_keys
from .files import DataFile

TEXTS: Final = (
    "licence", "title", "description", "dataset", "hub", "publisher", "doi", "landing_url",
    "embargo_until", "notes",
)  # fmt: skip
WORDS: Final = {"segment": SEGMENTS, "kind": KINDS, "access": ACCESS_LEVELS}
DOI_PATTERN: Final = r"^10\.[0-9]{4,9}/\S+$"
DAY_PATTERN: Final = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
SUSPECT_CAPACITY_AH: Final = 1000.0
"""Above this a cell's capacity was probably written in mAh."""

_KNOWN: Final = (
    "primary", "secondary", "tertiary", *OF_SEGMENT, *WORDS, *TEXTS, "citation", "files",
    "unverified",
)  # fmt: skip
_CONTACT = re.compile(r"@|orcid\.org|ror\.org|\d{4}-\d{4}-\d{4}-\d{3}[\dX]|https?://")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    Attributes
    ----------
    level : {"error", "missing", "warning"}
        A value that cannot stand; a primary field that is unknown; something to look at.
    where : str
        Path of the field, ``primary.nominal_capacity_ah``.
    message : str
        What is wrong, and what to write.
    """

    level: Literal["error", "missing", "warning"]
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where} {self.message}." if self.where else f"{self.message}."


def problems(given: Any) -> tuple[Problem, ...]:
    """Tell everything that is wrong with a record in the published layout.

    A record without an error and with nothing missing is one that the JSON Schema accepts.

    Parameters
    ----------
    given : mapping
        The record as plain values; anything else is an error of its own.

    Returns
    -------
    tuple of Problem
        Errors, what is missing, and warnings; none for a whole and sound record.
    """
    if not isinstance(given, Mapping):
        return (Problem("error", "", f"A record holds keys with values, not {given!r}"),)
    found = [*_errors(given)]
    if not any(problem.level == "error" for problem in found):
        found += [*_missing(given), *_warnings(given)]
    return tuple(found)


def uid_warning(uid: str | None, dataset: str | None) -> str | None:
    """Return a kind word about an identifier that is not unique in the world, or None."""
    if uid is None or uid == dataset or re.search(r".[/:].", uid):
        return None
    better = f"{dataset or '<data set>'}/{uid}"
    return f"is {uid!r}, which other labs may use as well; {better} would be unique"


def _errors(given: Mapping[str, Any]) -> Iterator[Problem]:
    flat = [name for name in facts_of(Primary) if name in given]
    if not given:
        names = ", ".join(facts_of(Primary))
        yield Problem("error", "", f"The record is empty; write primary: {{{names}}}")
        return
    if flat:
        yield Problem("error", flat[0], "stands at the top; write it under primary")
        return
    yield from (Problem("error", "The record", m.rstrip(".")) for m in unknown_keys(given, _KNOWN))
    yield from _errors_in(given.get("primary"), Primary, "primary")
    secondary = given.get("secondary")
    if secondary is not None and not isinstance(secondary, Mapping):
        yield Problem("error", "secondary", f"is {secondary!r}; it holds bricks by name")
    elif secondary:
        for message in unknown_keys(secondary, SECONDARY):
            yield Problem("error", "secondary", message.rstrip("."))
        for name in SECONDARY.keys() & secondary.keys():
            yield from _errors_in(secondary[name], SECONDARY[name], f"secondary.{name}")
    for name, model in OF_SEGMENT.items():
        if given.get(name) is not None and given.get("segment") != name:
            yield Problem("error", name, f"belongs to segment {name} alone; leave it out")
        else:
            yield from _errors_in(given.get(name), model, name)
    yield from _errors_of_words(given)
    yield from _errors_in(given.get("citation"), Citation, "citation")
    yield from _errors_of_lists(given)
    if given.get("tertiary") is not None and not isinstance(given["tertiary"], Mapping):
        yield Problem("error", "tertiary", f"is {given['tertiary']!r}; it holds keys with values")


def _errors_in(held: Any, model: type[Checked], where: str) -> Iterator[Problem]:
    if held is None:
        return
    if not isinstance(held, Mapping):
        yield Problem("error", where, f"is {held!r}; it holds keys with values")
        return
    known = facts_of(model)
    yield from (Problem("error", where, m.rstrip(".")) for m in unknown_keys(held, known))
    for name in known:
        if not is_unknown(held.get(name)):
            for message in faults(held[name], known[name]):
                yield Problem("error", f"{where}.{name}", message)


def _errors_of_words(given: Mapping[str, Any]) -> Iterator[Problem]:
    for name, allowed in WORDS.items():
        value = given.get(name)
        if value is not None and value not in allowed:
            near = tidy(value) if isinstance(value, str) else ""
            hint = f"; write {near}" if near in allowed else f"; write one of {', '.join(allowed)}"
            yield Problem("error", name, f"is {value!r}{hint}")
    for name in TEXTS:
        value = given.get(name)
        if value is not None and not isinstance(value, str):
            yield Problem("error", name, f"is {value!r}; write text")
    doi, day = given.get("doi"), given.get("embargo_until")
    if isinstance(doi, str) and not re.search(DOI_PATTERN, doi):
        yield Problem("error", "doi", f"is {doi!r}; write the bare DOI, 10.1234/abc")
    if isinstance(day, str) and not re.search(DAY_PATTERN, day):
        yield Problem("error", "embargo_until", f"is {day!r}; write a day, 2026-12-31")


def _errors_of_lists(given: Mapping[str, Any]) -> Iterator[Problem]:
    for name in ("files", "unverified"):
        if given.get(name) is not None and not isinstance(given[name], (list, tuple)):
            yield Problem("error", name, f"is {given[name]!r}; write a list")
            return
    for place, file in enumerate(given.get("files") or ()):
        where = f"files[{place}]"
        if file is None:
            yield Problem("error", where, "is None; it holds keys with values")
        yield from _errors_in(file, DataFile, where)
    for place, name in enumerate(given.get("unverified") or ()):
        if not isinstance(name, str):
            yield Problem("error", f"unverified[{place}]", f"is {name!r}; write a field's name")


def _missing(given: Mapping[str, Any]) -> Iterator[Problem]:
    primary = given.get("primary") or {}
    segment = str(given.get("segment"))
    name, other = STANDS_FOR.get(segment, ("", ""))
    answered = name and not is_unknown((given.get(segment) or {}).get(other))
    for key, fact in facts_of(Primary).items():
        if is_unknown(primary.get(key)) and not (answered and key == name):
            yield Problem("missing", f"primary.{key}", f"is unknown: {fact.meaning.rstrip('.')}")
    for key in (*WORDS, "licence"):
        if is_unknown(given.get(key)) and given.get(key) != "unknown":
            yield Problem("missing", key, "is not stated")


def _warnings(given: Mapping[str, Any]) -> Iterator[Problem]:
    primary: Mapping[str, Any] = given.get("primary") or {}
    uid, capacity = primary.get("uid"), primary.get("nominal_capacity_ah")
    doubt = None if is_unknown(uid) else uid_warning(uid, given.get("dataset"))
    if doubt:
        yield Problem("warning", "primary.uid", doubt)
    is_cell = given.get("segment") in ("full_cell", "material_electrode")
    if is_cell and isinstance(capacity, Real) and float(capacity) > SUSPECT_CAPACITY_AH:
        less = float(capacity) / 1000
        doubt = f"is {less * 1000:g} Ah, much for one cell; if that is in mAh, write {less:g}"
        yield Problem("warning", "primary.nominal_capacity_ah", doubt)
    contact = primary.get("contact_details")
    if isinstance(contact, str) and not is_unknown(contact) and not _CONTACT.search(contact):
        yield Problem(
            "warning", "primary.contact_details", "has no e-mail, ORCID or ROR to write to"
        )
    bounds: Mapping[str, Any] = (given.get("secondary") or {}).get("experiment_design") or {}
    for low, high in (
        ("soc_minimum", "soc_maximum"),
        ("minimum_voltage_volt", "maximum_voltage_volt"),
    ):
        first, second = bounds.get(low), bounds.get(high)
        if is_unknown(first) or is_unknown(second) or first is None or second is None:
            continue
        if first >= second:
            where = f"secondary.experiment_design.{low}"
            yield Problem("warning", where, f"is {first:g}, not below {high} {second:g}")
