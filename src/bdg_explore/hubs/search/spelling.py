"""The nearest known word to one that nothing holds."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

_SHORTEST: Final = 4  # letters; a shorter word is near to too many others
_TWO_SLIPS: Final = 7  # letters from which two slips are forgiven
_LETTERS: Final = 26


class Spelling:
    """Known words, and which of them was probably meant.

    Only words of letters are forgiven: `b1c9` and `nmc811` are other things than `b1c8` and
    `nmc622`, however near.

    Parameters
    ----------
    counts : mapping of str to int
        Known words, folded, and how often each occurs.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._words = [word for word in counts if _is_plain(word)]
        self._counts = [counts[word] for word in self._words]
        self._bags = np.zeros((len(self._words), _LETTERS + 1), np.int8)
        for row, word in enumerate(self._words):
            self._bags[row] = _bag(word)

    def nearest(self, word: str) -> str | None:
        """Return the known word that one or two slips of a key away, or None.

        A slip is a letter too much, too few, another one, or two that changed places. Of equally
        near words the one with the same first letter is meant, then the more frequent.
        """
        if not _is_plain(word) or len(word) < _SHORTEST or not self._words:
            return None
        most = 2 if len(word) >= _TWO_SLIPS else 1
        # No slip changes the letters of a word by more than two: most words are out at once.
        apart = np.abs(self._bags.astype(np.int16) - _bag(word)).sum(axis=1)
        candidates = (
            (slips, self._words[row][0] != word[0], -self._counts[row], self._words[row])
            for row in np.flatnonzero(apart <= 2 * most)
            if (slips := _slips(word, self._words[row], most)) <= most
        )
        best = min(candidates, default=None)
        return best[-1] if best else None


def count_words(texts: Iterable[str], most: int) -> dict[str, int]:
    """Return words of letters that occur in texts, up to a number of them, and how often."""
    found: dict[str, int] = {}
    for text in texts:
        for word in "".join(one if one.isalpha() else " " for one in text).split():
            if len(word) >= _SHORTEST - 1:
                found[word] = found.get(word, 0) + 1
        if len(found) >= most:
            break
    return found


def _is_plain(word: str) -> bool:
    return word.isalpha() and len(word) < 60


def _bag(word: str) -> "np.ndarray[tuple[int], np.dtype[np.int8]]":
    bag = np.zeros(_LETTERS + 1, np.int8)
    for letter in word:
        at = ord(letter) - ord("a")
        bag[at if 0 <= at < _LETTERS else _LETTERS] += 1
    return bag


def _slips(one: str, other: str, most: int) -> int:
    """Return how many slips turn one word into another; more than `most` is told as most + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            swapped = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted
            row.append(min(cost, last[j - 2] + 1) if swapped else cost)
        if min(row) > most:
            return most + 1
    return row[-1]
