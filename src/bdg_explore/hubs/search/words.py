"""Where words occur among many short texts, and how well each occurrence fits.

A word of letters is found anywhere in a text; a word that starts with a digit is found only where
a word starts, and a plain number only as a whole number: `25` finds 25 °C and not 2.25 Ah.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CHARGING_C_RATE,
    DATASET,
    DISCHARGING_C_RATE,
    FORM_FACTOR,
    MAXIMUM_VOLTAGE,
    MINIMUM_VOLTAGE,
    NOMINAL_CAPACITY,
    OBJECTIVE,
    SEGMENT,
)
from bdg_explore.metadata.synonyms import folded

# How well a word fits, from a remark that mentions it to a field that says just that.
NOTHING, REMARK, PART, WORD, EXACT = range(5)
Grades = NDArray[np.uint8]

_NUMBER: Final = re.compile(r"(?:c/)?\d+(?:\.\d+)?")
_ROW_END: Final = "\x1e"
PART_END: Final = "\x1f"
_WORD_BYTE: Final = np.array(
    [bytes([b]).isalnum() or b >= 0x80 or b == ord(".") for b in range(256)]
)
_DIGIT: Final = np.array([0x30 <= b <= 0x39 for b in range(256)])
_LETTER: Final = np.array([bytes([b]).isalpha() or b >= 0x80 for b in range(256)])
# A name goes on behind these: `/` joins a data set to the cell's own name.
_FIELD_START: Final = np.array([chr(b) in f"{_ROW_END}{PART_END}/" for b in range(256)])
_FIELD_END: Final = np.array([chr(b) in f"{_ROW_END}{PART_END}" for b in range(256)])
_SHORT: Final = 2
_LONG_NUMBER: Final = 4
_BLOCK: Final = 1 << 17  # [bytes]
_STEP: Final = 32  # [bytes]


def normal(text: str) -> str:
    """Write text as the index holds it: folded, with a true minus sign before a number."""
    text = folded(text)
    # A minus of its own must not look like the dash in `lfp-25c`.
    for before in (" ", PART_END, _ROW_END):
        text = text.replace(f"{before}-", f"{before}−")
    return "−" + text[1:] if text.startswith("-") else text


def is_number(word: str) -> bool:
    """Return whether a word is a plain number, or a slow rate like `c/20`."""
    return bool(_NUMBER.fullmatch(word))


def describe(column: str, value: Any) -> str:
    """Return everything a value of a cells column is written as in a search, any case."""
    written = _WRITTEN.get(column)
    return written(value) if written else str(value)


def _with_unit(unit: str) -> Callable[[Any], str]:
    def written(value: Any) -> str:
        number = f"{float(value):g}"
        return PART_END.join((number, f"{number} {unit}", f"{number}{unit}"))

    return written


def _spaced(value: Any) -> str:
    # Both spellings: `full_cell` reads "full cell" once underscores are spaces.
    return f"{value}{PART_END}{str(value).replace('_', '-')}"


def _listed(value: Any) -> str:
    return PART_END.join(_spaced(one.strip()) for one in str(value).split(","))


_WRITTEN: Final[Mapping[str, Callable[[Any], str]]] = {
    AMBIENT_TEMPERATURE: _with_unit("°C"),
    NOMINAL_CAPACITY: _with_unit("Ah"),
    MINIMUM_VOLTAGE: _with_unit("V"),
    MAXIMUM_VOLTAGE: _with_unit("V"),
    CHARGING_C_RATE: _with_unit("C-rate"),
    DISCHARGING_C_RATE: _with_unit("C-rate"),
    FORM_FACTOR: _spaced,
    SEGMENT: _spaced,
    OBJECTIVE: _listed,
    # The joint of a pasted `<data set>/<native id>`.
    DATASET: lambda value: f"{value}{PART_END}{value}/",
}


class Texts:
    """Many short texts as one run of bytes, so that a word is looked up by comparing arrays.

    Parameters
    ----------
    texts : sequence of str
        Any case; `normal` is applied here, to all of them at once.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        joined = _ROW_END.join(texts)
        if joined.count(_ROW_END) >= max(1, len(texts)):
            joined = _ROW_END.join(text.replace(_ROW_END, " ") for text in texts)
        # A row end in front and three behind: looking around a word then needs no edge cases.
        framed = f"{_ROW_END}{normal(joined)}{_ROW_END * 3}"
        self._bytes = np.frombuffer(framed.encode("utf-8", "replace"), np.uint8)
        self._starts = np.flatnonzero(self._bytes == ord(_ROW_END))[: len(texts)]
        self._common = np.bincount(self._bytes[::17], minlength=256)
        self._ends = np.append(self._starts[1:], len(self._bytes))
        steps = np.arange(0, len(self._bytes), _STEP)
        self._text_of_step = np.searchsorted(self._starts, steps, "right").astype(np.int32) - 1

    @property
    def nbytes(self) -> int:
        """Memory that is held [bytes]."""
        return self._bytes.nbytes + 2 * self._starts.nbytes + self._text_of_step.nbytes

    def grades(self, word: str, *, whole: bool = False) -> Grades:
        """Return, for each text, how well the word fits the best of its occurrences.

        Parameters
        ----------
        word : str
            As `normal` writes it.
        whole : bool
            Only where no letter stands on either side; digits may follow: `nmc` of `nmc811`.
        """
        raw = word.encode()
        places = self._places(raw)
        if word[0] in "−0123456789" or is_number(word):
            before = self._bytes[places - 1]
            if len(word) >= _LONG_NUMBER and word.isdigit():
                places = places[~_DIGIT[before] & (before != ord("."))]  # 18650 of INR18650
            else:
                places = places[~_WORD_BYTE[before]]
            if word[-1].isdigit():
                places = places[~self._goes_on(places + len(raw))]
        elif whole:
            outside = _WORD_BYTE[self._bytes[places - 1]] | _LETTER[self._bytes[places + len(raw)]]
            places = places[~outside]
        return self._graded(places, len(raw))

    def grades_of_number(self, number: str, units: Sequence[str]) -> Grades:
        """Return, for each text, how well a number with any of some units behind it fits."""
        raw = number.encode()
        places = self._places(raw)
        before = self._bytes[places - 1]
        places = places[~_DIGIT[before] & (before != ord("."))]
        best = np.zeros(len(self._starts), np.uint8)
        for unit in units:
            spelled = unit.encode()
            there = places
            for at, byte in enumerate(spelled, len(raw)):
                inside = there + at < len(self._bytes) - 1
                there = there[inside]
                there = there[self._bytes[there + at] == byte]
            length = len(raw) + len(spelled)
            after = there + length
            open_end = _LETTER[self._bytes[after]] if unit else self._goes_on(after)
            np.maximum(best, self._graded(there[~open_end], length), out=best)
        return best

    def grades_of_prefix(self, number: str) -> Grades:
        """Return, for each text, whether a word in it starts with these digits: `186` of 18650."""
        places = self._places(number.encode())
        places = places[~_WORD_BYTE[self._bytes[places - 1]]]
        return np.minimum(self._graded(places, len(number)), PART)

    def _places(self, word: bytes) -> NDArray[np.intp]:
        """Return where the bytes of a word start, its rarest bytes compared first."""
        span = len(self._bytes) - len(word) - 1
        if span <= 0 or not len(self._starts):
            return np.empty(0, np.intp)
        order = sorted(range(len(word)), key=lambda at: int(self._common[word[at]]))
        first, second = order[0], order[-1 if len(order) < 2 else 1]
        # Block by block in the same two buffers: they stay in the processor's cache.
        match, other = np.empty(_BLOCK, bool), np.empty(_BLOCK, bool)
        found = []
        for start in range(0, span, _BLOCK):
            size = min(_BLOCK, span - start)
            one, two = (self._bytes[start + at : start + at + size] for at in (first, second))
            np.equal(one, word[first], out=match[:size])
            np.equal(two, word[second], out=other[:size])
            np.logical_and(match[:size], other[:size], out=match[:size])
            found.append(np.flatnonzero(match[:size]) + start)
        places = np.concatenate(found)
        for at in order[2:]:
            places = places[self._bytes[places + at] == word[at]]
        return places

    def _texts_of(self, places: NDArray[np.intp]) -> NDArray[np.int32]:
        """Return which text each place lies in: that of a place shortly before, and on from there.

        Where there are many places this is several times faster than a binary search for each.
        """
        rows = self._text_of_step[places // _STEP]
        behind = np.arange(len(places))
        while len(behind):
            behind = behind[self._ends[rows[behind]] < places[behind]]
            rows[behind] += 1
        return rows

    def _goes_on(self, after: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return whether a number goes on: with a digit, a decimal, or as a percentage."""
        following = self._bytes[after]
        point = following == ord(".")
        decimal = point & _DIGIT[self._bytes[after + 1]]
        goes_on: NDArray[np.bool_] = _DIGIT[following] | decimal | (following == ord("%"))
        return goes_on

    def _graded(self, places: NDArray[np.intp], length: int) -> Grades:
        best = np.zeros(len(self._starts), np.uint8)
        rows = self._texts_of(places)
        best[rows] = PART
        before, after = self._bytes[places - 1], self._bytes[places + length]
        # `nmc` is a word of `nmc811`, `81` is none of it.
        letters = _LETTER[self._bytes[places + length - 1]]
        words = ~_WORD_BYTE[before] & ~np.where(letters, _LETTER[after], _WORD_BYTE[after])
        best[rows[words]] = WORD
        best[rows[words & _FIELD_START[before] & _FIELD_END[after]]] = EXACT
        return best


def is_short(word: str) -> bool:
    """Return whether a word is so short that only whole words can be meant: `si`, `ev`."""
    return len(word) <= _SHORT and word.isalpha()


def spellings(word: str) -> Iterator[str]:
    """Yield a word and how else its number may stand in a text: `2.0ah` as `2ah`."""
    yield word
    shorter = re.sub(r"^(−?\d+)\.(\d*?)0+(?=\D|$)", lambda m: f"{m[1]}.{m[2]}".rstrip("."), word)
    if shorter != word:
        yield shorter


def row_text(parts: Sequence[str]) -> str:
    """Join the texts of one row so that no word reaches from one into the next."""
    return PART_END.join(parts)
