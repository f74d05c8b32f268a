"""What the words of a query mean, given what the tables hold."""

from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np

from bdg_explore.metadata.synonyms import shown_name

from .answer import Understood
from .columns import SearchColumns
from .spelling import Spelling
from .terms import Term, Typed, typed
from .units import Reading
from .words import PART, Grades

_REMEMBERED_QUERIES = 16
_MOST_FORGIVEN = 8  # misspellings in one query


class Meaning:
    """Understand queries over some tables.

    A word that any of the tables holds is taken as it stands; one that none holds is taken for the
    nearest word that one does. A quantity is read in the first way that any row meets.

    Parameters
    ----------
    tables : sequence of SearchColumns
        The tables that are searched together.
    """

    def __init__(self, tables: Sequence[SearchColumns]) -> None:
        self._tables = tuple(tables)
        self.of = lru_cache(_REMEMBERED_QUERIES)(self._of)

    def _of(self, query: str) -> tuple[Typed, tuple[Understood, ...]]:
        asked = typed(query)
        understood: list[Understood] = []
        forgiven = 0
        for term in asked.terms:
            one = self._understood(term, forgive=forgiven < _MOST_FORGIVEN)
            forgiven += one.how == "corrected"
            understood.append(one)
        return asked, tuple(understood)

    def _understood(self, term: Term, *, forgive: bool) -> Understood:
        if term.readings:
            met = (one for one in term.readings if self._holds_reading(one))
            reading = next(met, None)
            meant = reading or term.readings[0]
            held = reading is not None
            return Understood(term.text, meant.label, "quantity", term, meant, held)
        held = self._holds(term)
        if term.exactly:
            return Understood(term.text, term.text, "exactly", term, held=held)
        if held or not forgive:
            if term.names and term.names[0] != term.text:
                return Understood(term.text, shown_name(term.text), "name", term, held=held)
            return Understood(term.text, term.text, "word", term, held=held)
        nearest = self._spelling.nearest(term.text)
        if nearest is None:
            return Understood(term.text, term.text, "word", term, held=False)
        return Understood(term.text, nearest, "corrected", term.spelled(nearest))

    def unheld(self, query: str) -> str:
        """Return a sentence, with a leading space, for each word that nothing holds."""
        return "".join(
            f" Nothing is called {one.label}.{self._near(one.typed)}"
            for one in self.of(query)[1]
            if not one.held
        )

    def _near(self, word: str) -> str:
        nearest = self._spelling.nearest(word)
        return f" Did you mean {nearest}?" if nearest else ""

    def _holds(self, term: Term) -> bool:
        return any(table.grades(term).any() for table in self._tables)

    def _holds_reading(self, reading: Reading) -> bool:
        return any(table.grades_of_reading(reading).any() for table in self._tables)

    @cached_property
    def _spelling(self) -> Spelling:
        counts: dict[str, int] = {}
        for table in self._tables:
            for word, count in table.vocabulary.items():
                counts[word] = counts.get(word, 0) + count
        return Spelling(counts)


def grades(one: Understood, table: SearchColumns, *, near: bool = False) -> Grades:
    """Return how well each row of a table fits one thing; `near` takes near quantities too."""
    if one.reading is None:
        return table.grades(one.term)
    exact = table.grades_of_reading(one.reading)
    if not near or not one.reading.near:
        return exact
    about = table.grades_of_reading(one.reading, near=True)
    return np.maximum(exact, np.minimum(about, PART))
