"""One record of metadata: three tiers, and what every export carries."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bdg_explore import columns
from bdg_explore.errors import MetadataError

from .bricks import ACCESS_LEVELS, KINDS, OF_SEGMENT, SECONDARY, SEGMENTS, STANDS_FOR, Primary
from .checking import problems
from .citation import Citation
from .facts import Checked, facts_of, is_unknown, tidy
from .files import DataFile

PLAIN: Final = (
    "title", "description", "dataset", "hub", "publisher", "doi", "landing_url", "embargo_until",
    "notes",
)  # fmt: skip

# Columns of the cells table that repeat what the data set says of itself.
_OF_DATASET: Final = frozenset({
    columns.CELL, columns.DATASET, columns.NATIVE_ID, columns.HUB, columns.TITLE, columns.SEGMENT,
    columns.KIND, columns.LICENCE, columns.ACCESS, columns.DOI, columns.CITATION,
    columns.LANDING_URL, columns.UNVERIFIED, columns.TABLES, columns.AVAILABILITY,
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known about a cell, or about all cells of a data set.

    Attributes
    ----------
    primary : Primary
        The seven fields of Table S1.
    secondary : mapping of str to Checked
        Brick name -> brick (`SECONDARY`), those that say something.
    special : Checked or None
        The brick of the segment (`OF_SEGMENT`): material and electrode, module and pack, field.
    tertiary : mapping
        Anything else; kept as it came, never indexed, in no export.
    segment, kind, licence, access : str
        One of `SEGMENTS`, `KINDS`; an SPDX identifier or ``unknown``; one of `ACCESS_LEVELS`.
    dataset, hub, publisher : str or None
        Id of the data set, id of the hub, and who operates that hub.
    doi, landing_url : str or None
        Identifier of the data (not of the article: that is ``citation.doi``), and their page.
    citation : Citation
        What to cite.
    files : tuple of DataFile
        Where the data are.
    unverified : tuple of str
        Fields nobody has traced to a primary source; exports leave their values out.
    embargo_until : str or None
        Day from which data under embargo are open, YYYY-MM-DD.
    """

    primary: Primary = field(default_factory=Primary)
    secondary: Mapping[str, Checked] = field(default_factory=dict)
    special: Checked | None = None
    tertiary: Mapping[str, Any] = field(default_factory=dict)
    segment: str = "full_cell"
    kind: str = "experimental"
    licence: str = "unknown"
    access: str = "on_request"
    title: str | None = None
    description: str | None = None
    dataset: str | None = None
    hub: str | None = None
    publisher: str | None = None
    doi: str | None = None
    landing_url: str | None = None
    embargo_until: str | None = None
    notes: str | None = None
    citation: Citation = field(default_factory=Citation)
    files: tuple[DataFile, ...] = ()
    unverified: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse words outside the vocabularies.

        Raises
        ------
        MetadataError
            Segment, kind or access is none of those there are, or a brick is of another segment.
        """
        for name, allowed in (("segment", SEGMENTS), ("kind", KINDS), ("access", ACCESS_LEVELS)):
            if getattr(self, name) not in allowed:
                raise MetadataError(
                    f"{name} is {getattr(self, name)!r}; write one of {', '.join(allowed)}."
                )
        wanted = OF_SEGMENT.get(self.segment)
        if self.special is not None and (wanted is None or not isinstance(self.special, wanted)):
            raise MetadataError(
                f"{type(self.special).__name__} says nothing about segment {self.segment}."
            )

    @property
    def missing(self) -> tuple[str, ...]:
        """Primary fields that are unknown, in the order of Table S1.

        An areal capacity stands for the nominal one of a material or an electrode, and a logger
        for the test equipment in the field.
        """
        field_, other = STANDS_FOR.get(self.segment, ("", ""))
        answered = {field_} if getattr(self.special, other or "_", None) is not None else set()
        known = self.primary.known().keys() | answered
        return tuple(name for name in facts_of(Primary) if name not in known)

    @property
    def completeness(self) -> float:
        """Share of the seven primary fields that are known [0-1]."""
        total = len(facts_of(Primary))
        return (total - len(self.missing)) / total

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed but should be looked at, each with a suggestion."""
        found = problems(self.to_dict())
        return tuple(str(problem) for problem in found if problem.level == "warning")

    @property
    def is_synthetic(self) -> bool:
        """Whether the data were made up by a program, not measured."""
        return self.kind != "experimental"

    def is_unverified(self, name: str) -> bool:
        """Tell whether nobody has traced a field to a primary source."""
        return any(name in (entry, entry.rpartition(".")[2]) for entry in self.unverified)

    def verified(self) -> "Record":
        """Return the record without the values that nobody has traced; their names stay.

        The licence becomes ``unknown``: a licence that was not seen permits nothing.
        """
        doubtful = {n for n in _all_names() if self.is_unverified(n)}
        return replace(
            self,
            primary=_without(self.primary, doubtful),
            secondary=_told({k: _without(v, doubtful) for k, v in self.secondary.items()}),
            special=None if self.special is None else _without(self.special, doubtful),
            licence="unknown" if self.is_unverified("licence") else self.licence,
            doi=None if self.is_unverified("doi") else self.doi,
            citation=self.citation.without(self.unverified),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values; what is unknown is left out."""
        held: dict[str, Any] = {"primary": self.primary.known()}
        secondary = {name: brick.known() for name, brick in self.secondary.items()}
        held["secondary"] = {name: known for name, known in secondary.items() if known}
        if self.special is not None:
            held[self.segment] = self.special.known()
        held["tertiary"] = dict(self.tertiary)
        for name in ("segment", "kind", "licence", "access", *PLAIN):
            held[name] = getattr(self, name)
        held["citation"] = self.citation.known()
        held["files"] = [file.known() for file in self.files]
        held["unverified"] = list(self.unverified)
        needed = ("primary", "segment", "kind", "licence", "access")
        return {k: v for k, v in held.items() if k in needed or v not in (None, {}, [])}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Record":
        """Read a record in the layout of the published schema; unknown fields may be left out.

        Raises
        ------
        MetadataError
            The record is empty, has a key that means nothing, or a value that its field cannot
            hold; every fault is told.
        """
        wrong = [problem for problem in problems(given) if problem.level == "error"]
        if wrong:
            raise MetadataError("\n".join(map(str, wrong)))
        segment = tidy(given["segment"]) if given.get("segment") else "full_cell"
        special = OF_SEGMENT.get(segment)
        held = {name: given[name] for name in PLAIN if not is_unknown(given.get(name))}
        for name in ("kind", "licence", "access"):
            if not is_unknown(given.get(name)):
                held[name] = given[name] if name == "licence" else tidy(given[name])
        return cls(
            primary=Primary(**(given.get("primary") or {})),
            secondary=_told({
                name: SECONDARY[name](**(brick or {}))
                for name, brick in (given.get("secondary") or {}).items()
            }),
            special=special(**given[segment]) if special and given.get(segment) else None,
            tertiary=dict(given.get("tertiary") or {}),
            segment=segment,
            citation=Citation(**(given.get("citation") or {})),
            files=tuple(DataFile(**file) for file in given.get("files") or ()),
            unverified=tuple(given.get("unverified") or ()),
            **held,
        )  # fmt: skip

    @classmethod
    def from_entry(
        cls,
        entry: Mapping[str, Any],
        *,
        dataset: str,
        cell: str | None = None,
        facts: Mapping[str, Any] | None = None,
        hub: Mapping[str, Any] | None = None,
    ) -> "Record":
        """Read what a catalog says about a data set, or about one cell of it.

        Parameters
        ----------
        entry : mapping
            A whole entry (``description``, ``args``, ``metadata``), or its ``metadata`` alone.
        dataset : str
            Id of the data set; a record of the whole data set has it as ``uid``.
        cell : str, optional
            Native id; the ``uid`` becomes ``<data set>/<native id>``.
        facts : mapping, optional
            The cell's row of the facts table; it goes before what holds for all cells. NaN is
            unknown.
        hub : mapping, optional
            Head of the hub's catalog; its operator is who publishes.

        Raises
        ------
        MetadataError
            A value is one that its field cannot hold.
        """
        whole = "metadata" in entry or "args" in entry
        metadata: Mapping[str, Any] = (entry.get("metadata") or {}) if whole else entry
        args: Mapping[str, Any] = (entry.get("args") or {}) if whole else {}
        if not isinstance(metadata, Mapping) or not isinstance(args, Mapping):
            raise MetadataError(f"{dataset}: metadata and args hold keys with values.")
        shared = {**(metadata.get("primary") or {}), **(metadata.get("secondary") or {})}
        own = {
            name: value
            for name, value in (facts or {}).items()
            if name not in _OF_DATASET and not is_unknown(value)
        }
        values = {**shared, **own}
        values["uid"] = f"{dataset}/{cell}" if cell else dataset
        segment = str(metadata.get("segment") or "full_cell")
        given: dict[str, Any] = {
            "dataset": dataset,
            "title": metadata.get("title"),
            "description": entry.get("description") if whole else None,
            "publisher": (hub or {}).get("operator") or (hub or {}).get("name"),
            "hub": metadata.get("hub") or (hub or {}).get("id"),
            "files": [file.known() for file in DataFile.all_of(args, cell)],
            "unverified": list(_as_texts(metadata.get("unverified"))),
            "citation": {k: v for k, v in (metadata.get("citation") or {}).items() if v},
            **_sorted_into_bricks(values, segment),
        }
        for name in ("segment", "kind", "licence", "access", "doi", "landing_url", "notes"):
            given[name] = metadata.get(name)
        until = metadata.get("embargo_until")
        given["embargo_until"] = str(until) if until else None  # YAML makes a date of a bare day
        told = {k: v for k, v in given.items() if not is_unknown(v)}
        try:
            return cls.from_dict(told)
        except MetadataError as error:
            raise MetadataError(f"{values['uid']}: {error}") from error


def _sorted_into_bricks(values: Mapping[str, Any], segment: str) -> dict[str, Any]:
    """Put flat fields where they belong; what belongs nowhere becomes tertiary."""
    homes: dict[str, tuple[str, ...]] = dict.fromkeys(facts_of(Primary), ("primary",))
    for brick, model in SECONDARY.items():
        homes.update(dict.fromkeys(facts_of(model), ("secondary", brick)))
    if segment in OF_SEGMENT:
        homes.update(dict.fromkeys(facts_of(OF_SEGMENT[segment]), (segment,)))
    sorted_: dict[str, Any] = {}
    for name, value in values.items():
        if is_unknown(value):
            continue
        place = sorted_
        for step in homes.get(name, ("tertiary",)):
            place = place.setdefault(step, {})
        place[name] = value
    return sorted_


def _told(bricks: Mapping[str, Checked]) -> dict[str, Checked]:
    """Leave out bricks that say nothing, and put the others in the published order."""
    return {name: bricks[name] for name in SECONDARY if name in bricks and bricks[name].known()}


def _without(brick: Any, names: set[str]) -> Any:
    return type(brick)(**{k: v for k, v in brick.known().items() if k not in names})


def _all_names() -> set[str]:
    models = (Primary, *SECONDARY.values(), *OF_SEGMENT.values())
    return {name for model in models for name in facts_of(model)} - {"uid"}


def _as_texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(map(str, value))
