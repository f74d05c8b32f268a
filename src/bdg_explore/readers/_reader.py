"""What a reader is: how to recognise a file, how to load it, which column is which."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pandas as pd

from bdg_explore.columns import COLUMNS
from bdg_explore.errors import ReadError, did_you_mean

from ._source import Head, Source, listed, squeeze

Held = Literal["float", "count", "text", "flag"]


# How texts become numbers, for instance dates: an Arrow array in; float64 out, and a note on what
# was assumed. It raises `BadText` at the first text it cannot take.
Parse = Callable[[Any], tuple[Any, str]]


class BadText(ValueError):  # noqa: N818  (it is a finding of `Parse`, never shown as it is)
    """A text that is not what it should be, and the row it stands in."""

    def __init__(self, row: int, text: str, what: str) -> None:
        super().__init__(text)
        self.row, self.text, self.what = row, text, what


@dataclass(frozen=True)
class From:
    """Where a canonical column comes from: ``value * scale + offset``.

    Attributes
    ----------
    source : str or tuple of str
        The header, or the headers it may have; the first that the file has is taken. Case, spaces,
        underscores and degree signs do not matter.
    scale, offset : float
        Conversion to the canonical unit, the offset in that unit.
    parse : callable, optional
        How texts become numbers, where they are not: an Arrow array in; float64 out, and a note
        on what was assumed.
    """

    source: str | tuple[str, ...]
    scale: float = 1.0
    offset: float = 0.0
    parse: Parse | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The headers it may have."""
        return (self.source,) if isinstance(self.source, str) else self.source


Rules = Mapping[str, From]


@dataclass(frozen=True)
class Wanted:
    """One column of one file: its place, its canonical name and its conversion."""

    name: str
    place: int
    header: str
    rule: From

    @property
    def held(self) -> Held:
        """How its values are held."""
        known = COLUMNS.get(self.name)
        return known.kind if known else "float"


@dataclass(frozen=True)
class Request:
    """What a load function is asked for.

    Attributes
    ----------
    source : Source
        Where the bytes are.
    rules : mapping or callable
        The reader's columns, or a function of the headers that gives them.
    own : mapping
        The user's columns; they go before the reader's, and each must be there.
    only : mapping
        {canonical column: values to keep}; a loader may use it to read less.
    """

    source: Source
    rules: "Rules | Callable[[Sequence[str]], Rules]"
    own: Rules = field(default_factory=dict)
    only: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def plan(self, headers: Sequence[str]) -> list[Wanted]:
        """Say which of a file's columns are wanted, once its headers are known.

        Raises
        ------
        ReadError
            A wanted header stands there twice, or one that the user named does not; or the file has
            none of the columns looked for.
        """
        rules = self.rules(headers) if callable(self.rules) else self.rules
        taken = {squeeze(source) for rule in self.own.values() for source in rule.sources}
        plan = []
        for name, rule in {**rules, **self.own}.items():
            mine = name in self.own
            sources = [s for s in rule.sources if mine or squeeze(s) not in taken]
            place = self._place(name, sources, headers)
            if place is not None:
                plan.append(Wanted(name, place, headers[place], rule))
            elif mine:
                raise ReadError(
                    f"{self.source.name} has no column {rule.source!r}, which columns= names; "
                    f"it has {listed(headers)}.{did_you_mean(rule.sources[0], headers)}"
                )
        if not plan:
            raise ReadError(
                f"{self.source.name} has none of the columns looked for; it has {listed(headers)}. "
                "Give columns={their header: canonical name}."
            )
        return plan

    def _place(self, name: str, sources: Sequence[str], headers: Sequence[str]) -> int | None:
        for source in sources:
            found = [i for i, h in enumerate(headers) if squeeze(h) == squeeze(source)]
            if len(found) > 1:  # spelt alike; perhaps only one is spelt just so
                found = [i for i in found if headers[i] == source] or found
            if len(found) > 1:
                raise ReadError(
                    f"{self.source.name} has the column {source!r} {len(found)} times (columns "
                    f"{listed([str(i + 1) for i in found])}), so {name} could be any of them. "
                    "Rename all but one in the file."
                )
            if found:
                return found[0]
        return None


@dataclass
class Raw:
    """What a load function gives back: the wanted columns as the file holds them.

    Attributes
    ----------
    plan : list of Wanted
        Which columns these are.
    values : list
        One Arrow or numpy array for each of them, in the same order.
    headers : tuple of str
        All headers of the file.
    rows : int
        Records in the file.
    place : callable
        Says where a record stands, ``line 812``.
    notes : list of str
        Assumptions and oddities that belong beside the numbers.
    facts : dict
        More about the file; only what JSON can hold.
    """

    plan: list[Wanted]
    values: list[Any]
    headers: tuple[str, ...]
    rows: int
    place: Callable[[int], str] = field(default=lambda row: f"record {row}")
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def _as_it_is(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:  # noqa: ARG001
    return frame


ANY_TABLE: Final = "any"


@dataclass(frozen=True)
class Reader:
    """One format: a declaration; the walk from file to canonical frame is written once.

    Attributes
    ----------
    name : str
        What `read` calls the format.
    description : str
        One line for `formats`.
    recognises : callable
        Takes the `Head` of a file; looks at its magic bytes, preamble or headers.
    load : callable
        Takes a `Request`, gives a `Raw`; or a DataFrame with the file's own headers.
    columns : mapping or callable
        {canonical name: `From`}, or a function of the headers that gives it.
    table : str
        The table it gives; ``any`` where the user or the columns say which.
    tester : str
        Whose files these are.
    suffixes : tuple of str
        Usual ends of the file name; for people, never for recognition.
    needs : str
        The extra to install, ``formats``, if the core does not suffice.
    finish : callable
        Last step where columns depend on each other; takes the frame and a list of notes to
        add to, gives a frame.
    known_by : str
        What gives the format away, in words: completes the sentence "Known by its content: ...".
    """

    name: str
    description: str
    recognises: Callable[[Head], bool]
    load: Callable[[Request], "Raw | pd.DataFrame"]
    columns: "Rules | Callable[[Sequence[str]], Rules]"
    table: str = "timeseries"
    tester: str = ""
    suffixes: tuple[str, ...] = (".csv",)
    needs: str = ""
    finish: Callable[[pd.DataFrame, list[str]], pd.DataFrame] = _as_it_is
    known_by: str = ""
