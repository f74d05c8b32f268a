"""What is typed into a search, word by word: phrases, names of things, quantities.

`"in quotes"` is looked for letter by letter: no other names, no units, no forgiven misspelling.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from bdg_explore.metadata.synonyms import also_called, folded

from .units import Reading, quantity

MOST_TERMS: Final = 32
_LONGEST_TERM: Final = 200
_LONGEST_PHRASE: Final = 4  # words
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Words of a sentence that tell no cell from another.
_EMPTY: Final = frozenset(
    {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to", "with"}
    | {"cell", "cells", "battery", "batteries", "data"}
)
_SINGULAR: Final = re.compile(r"([a-z]{4,}[^\Wsui])s")
_QUOTED: Final = re.compile(r'"([^"]+)"?|([^\s"]+(?:"[^\s"]+)*)')


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that was typed.

    Attributes
    ----------
    text : str
        As it was typed, folded; the words of a phrase together.
    names : tuple of str
        What else stands for the same, the catalogs' name first.
    readings : tuple of Reading
        For a quantity, what it may ask for, the likelier first.
    exactly : bool
        Whether it stood in quotes.
    """

    text: str
    names: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    exactly: bool = False

    def spelled(self, text: str) -> "Term":
        """Return what this would have been, had it been typed another way."""
        return replace(self, text=text, names=also_called(text))


@dataclass(frozen=True, slots=True)
class Typed:
    """A whole query: its terms, and what of it was not looked for."""

    terms: tuple[Term, ...]
    left_out: tuple[str, ...] = ()
    too_many: bool = False


def typed(query: str) -> Typed:
    """Take a query apart.

    Parameters
    ----------
    query : str
        Words in any order, letter case and accents.

    Returns
    -------
    Typed
        Each term once, at most `MOST_TERMS`.
    """
    tokens = words(query)
    plain = [text for text, _ in tokens]
    terms: list[Term] = []
    left_out: list[str] = []
    at = 0
    while at < len(tokens) and len(terms) < MOST_TERMS:
        text, quoted = tokens[at]
        if quoted:
            terms.append(Term(text, exactly=True))
            at += 1
            continue
        until = next((i for i in range(at, len(tokens)) if tokens[i][1]), len(tokens))
        names, taken = _named(plain[at:until])
        readings: tuple[Reading, ...] = ()
        if not taken:
            readings, taken = quantity(plain[at:until])
        if not taken and text in _EMPTY:
            left_out.append(text)
        else:
            taken = max(taken, 1)
            typed_here = " ".join(plain[at : at + taken])
            plural = None if names else _SINGULAR.fullmatch(typed_here)
            if plural:
                names = (typed_here, plural[1])
            terms.append(Term(typed_here, names, readings))
        at += max(taken, 1)
    once = dict.fromkeys(terms)
    return Typed(tuple(once), tuple(dict.fromkeys(left_out)), at < len(tokens))


def words(query: str) -> list[tuple[str, bool]]:
    """Split a query into words as the index holds them, and whether each stood in quotes."""
    found = _QUOTED.finditer(_CONTROL.sub(" ", query))
    split = []
    for one in found:
        text = as_held(one[1] or one[2])[:_LONGEST_TERM].strip()
        if text and text != '"':
            split.append((text, bool(one[1])))
        if len(split) > MOST_TERMS * _LONGEST_PHRASE:
            break
    return split


def in_quotes(query: str, word: str) -> str:
    """Return a query with one of its words, as `typed` gives it, in quotes."""
    for one in re.finditer(r'[^\s"]+', query):
        if as_held(one[0]) == word:
            return f'{query[: one.start()]}"{one[0]}"{query[one.end() :]}'
    return query


def as_held(text: str) -> str:
    """Write a word as the index holds text: folded, with a true minus sign in front."""
    text = folded(text)
    return "−" + text[1:] if text.startswith("-") else text


def _named(tokens: list[str]) -> tuple[tuple[str, ...], int]:
    """Return the names of what the first words call, the longest phrase that is known."""
    for taken in range(min(_LONGEST_PHRASE, len(tokens)), 0, -1):
        names = also_called(" ".join(tokens[:taken]))
        if names:
            return names, taken
    return (), 0
