"""What a search found, how it understood what was typed, and the sentences that tell it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from bdg_explore.columns import COLUMNS, axis

from .terms import MOST_TERMS, Term
from .units import Reading
from .words import Grades

_NAMED: Final = 3


@dataclass(frozen=True)
class Understood:
    """A word or a phrase of a query, and what it was taken for.

    Attributes
    ----------
    typed : str
        What was typed, letter case folded.
    meaning : str
        What was looked for: `25 °C`, `LFP`, `severson`.
    how : {"word", "name", "quantity", "corrected", "exactly"}
        A word as it stands, another name of something, a number with a unit, a forgiven
        misspelling, or something in quotes.
    held : bool
        Whether anything holds it.
    """

    typed: str
    meaning: str
    how: Literal["word", "name", "quantity", "corrected", "exactly"]
    term: Term = field(repr=False)
    reading: Reading | None = field(default=None, repr=False)
    held: bool = True

    @property
    def label(self) -> str:
        """How a sentence names it."""
        return self.meaning if self.how == "quantity" else f"“{self.meaning}”"

    @property
    def exact_query(self) -> str:
        """What to type to have it looked for letter by letter."""
        return f'"{self.typed}"'


@dataclass(frozen=True)
class Answer:
    """What was found, the best first.

    The more words a field says exactly, the better; a word of a field is better than a part of a
    word, and that better than a remark. Equally good rows stay in the order of the table.

    Attributes
    ----------
    positions : ndarray of int
        Rows of the table.
    words : tuple of Understood
        How each word of the query was understood.
    near : tuple of (str, str)
        Where nothing met every quantity: what was asked for, and the nearest there is, which was
        taken instead.
    left_out : tuple of str
        Words that say nothing, which were not looked for.
    too_many : bool
        Whether the query has more words than are looked for.
    noun : str
        What a row is.
    """

    positions: NDArray[np.intp]
    words: tuple[Understood, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    too_many: bool = False
    noun: str = "cell"

    @property
    def corrected(self) -> tuple[Understood, ...]:
        """The misspellings that were forgiven."""
        return tuple(one for one in self.words if one.how == "corrected")

    @property
    def told(self) -> tuple[str, ...]:
        """A sentence for everything that was answered in another way than it was typed."""
        forgiven = (
            f"Showing results for {one.meaning}; "
            f"search for exactly {one.typed} instead: {one.exact_query}, with its quotes."
            for one in self.corrected
        )
        return (*forgiven, *self.notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences of `told` that are not about misspellings."""
        said = [
            f"No {self.noun} has {asked} and all the rest; showing the nearest, {instead}."
            for asked, instead in self.near
        ]
        if self.too_many:
            said.append(f"Only the first {MOST_TERMS} words were looked for.")
        return tuple(said)


@dataclass(frozen=True)
class Filter:
    """One thing that was asked for, and which rows meet it.

    Attributes
    ----------
    kind : {"word", "facet", "range"}
        Where it was asked.
    name : str
        The word, or the column.
    label : str
        How a sentence names it: `45 °C`.
    mask : ndarray of bool
        One value a row.
    grades : ndarray of uint8, optional
        For a word, how well it fits each row.
    """

    kind: Literal["word", "facet", "range"]
    name: str
    label: str
    mask: NDArray[np.bool_]
    grades: Grades | None = None


@dataclass(frozen=True)
class Histogram:
    """How the numbers of a column are spread.

    Attributes
    ----------
    edges : ndarray of float
        Borders of the bins, one more than there are bins; those of the whole table.
    counts : ndarray of int
        Cells in each bin; the last bin includes its upper border.
    unknown : int
        Cells without a number.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    unknown: int


def told_unlisted(datasets: Sequence[str], *, beside: bool) -> str:
    """Return the sentence about data sets whose cells nobody listed; empty if there are none.

    `beside` says whether cells were found too.
    """
    if not datasets:
        return ""
    noun = "data set" if len(datasets) == 1 else "data sets"
    named = ", ".join(datasets[:_NAMED])
    more = f" and {len(datasets) - _NAMED} more" if len(datasets) > _NAMED else ""
    start = "And" if beside else "Found instead:"
    return f"{start} {len(datasets)} {noun} without a list of cells: {named}{more}."


def shown(column: str, value: Any) -> str:
    """Return a value of a cells column as a sentence names it: `45 °C`, `unknown cathode`."""
    record = COLUMNS.get(column)
    if value is None or value != value:
        return f"unknown {record.title.lower() if record else column}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:g} {record.unit}" if record and record.unit != "1" else f"{value:g}"
    return str(value)


def shown_range(column: str, low: float | None, high: float | None) -> str:
    """Return a range as a sentence names it: `Nominal capacity 2 to 3 Ah`."""
    record = COLUMNS.get(column)
    name = record.title if record else axis(column)
    unit = f" {record.unit}" if record and record.unit not in ("", "1") else ""
    lower = low is not None and np.isfinite(low)
    upper = high is not None and np.isfinite(high)
    if lower and upper:
        return f"{name} {low:g} to {high:g}{unit}"
    if lower:
        return f"{name} from {low:g}{unit}"
    return f"{name} up to {high:g}{unit}" if upper else f"{name} of any known value"
