"""Words of a search: what is typed, what a value is also called, and where a word occurs.

A word of letters is found anywhere in a text; a word that starts with a digit is found only where
a word starts, and a plain number only as a whole number: `25` finds 25 degC and not 2.25 Ah.
`4c` is a temperature to some and a rate to others, and finds both; `4degc` and `4c-rate` do not.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    ANODE,
    CATHODE,
    CHARGING_C_RATE,
    DATASET,
    DISCHARGING_C_RATE,
    FORM_FACTOR,
    NOMINAL_CAPACITY,
    SEGMENT,
)

# What one chemistry is called, in one line a family. A text that holds one name gets them all.
_SYNONYMS: Final = (
    ("lfp", "lifepo4", "lithium iron phosphate"),
    ("nmc", "ncm", "nickel manganese cobalt"),
    ("nca", "nickel cobalt aluminium", "nickel cobalt aluminum"),
    ("lco", "licoo2", "lithium cobalt oxide"),
    ("lmo", "limn2o4", "lithium manganese oxide"),
    ("lmfp", "limnfepo4"),
    ("lto", "li4ti5o12", "titanate"),
    ("graphite", "gr"),
    ("silicon", "si"),
    ("na-ion", "sodium ion", "sodium-ion"),
)
_FAMILY: Final = {name: family for family in _SYNONYMS for name in family}
_NUMBER: Final = re.compile(r"(?:c/)?\d+(?:\.\d+)?")
_ROW_END: Final = "\x1e"
_PART_END: Final = "\x1f"
_WORD_BYTE: Final = np.array(
    [bytes([b]).isalnum() or b >= 0x80 or b == ord(".") for b in range(256)]
)
_DIGIT: Final = np.array([0x30 <= b <= 0x39 for b in range(256)])


def words(query: str) -> list[str]:
    """Split a query into its words, lower case, each once; `"two words"` stay together."""
    found = re.findall(r'"([^"]+)"?|(\S+)', query)
    cleaned = (normal(phrase or word.strip('"')).strip() for phrase, word in found)
    return list(dict.fromkeys(word for word in cleaned if word))


def normal(text: str) -> str:
    """Write text as the index holds it: lower case, `_` as a space, a true minus sign."""
    text = text.lower().replace("_", " ")
    # A minus of its own must not look like the dash in `lfp-25c`.
    for before in (" ", _PART_END, _ROW_END):
        text = text.replace(f"{before}-", f"{before}−")
    return "−" + text[1:] if text.startswith("-") else text


def is_number(word: str) -> bool:
    """Return whether a word is a plain number, or a slow rate like `c/20`."""
    return bool(_NUMBER.fullmatch(word))


def describe(column: str, value: Any) -> str:
    """Return everything a value of a cells column may be called in a search, any case."""
    written = _WRITTEN.get(column)
    return written(value) if written else str(value)


def _temperature(value: Any) -> str:
    number = f"{float(value):g}"
    return f"{number}c {number}degc {number}°c {number} degc"


def _capacity(value: Any) -> str:
    return f"{float(value):g}ah {float(value):g} ah {float(value) * 1000:g}mah"


def _rate(value: Any) -> str:
    rate = float(value)
    slow = f" c/{round(1 / rate, 1):g}" if 0 < rate < 1 else ""
    return f"{rate:g}c {rate:g}c-rate{slow}"


def _chemistry(value: Any) -> str:
    text = str(value).lower()
    extra: dict[str, None] = {}
    for part in re.findall(r"na-ion|[a-z][a-z0-9]*", text):
        stem = part if part in _FAMILY else re.sub(r"\d+$", "", part)
        for name in _FAMILY.get(stem, ()):
            extra[name] = None
            if stem in ("nmc", "ncm") and name in ("nmc", "ncm"):
                extra[name + part[len(stem) :]] = None
    return " ".join((text, *extra))


def _spaced(value: Any) -> str:
    # Both spellings: `full_cell` reads "full cell" once underscores are spaces.
    return f"{value} {str(value).replace('_', '-')}"


_WRITTEN: Final[Mapping[str, Callable[[Any], str]]] = {
    AMBIENT_TEMPERATURE: _temperature,
    NOMINAL_CAPACITY: _capacity,
    CHARGING_C_RATE: _rate,
    DISCHARGING_C_RATE: _rate,
    CATHODE: _chemistry,
    ANODE: _chemistry,
    FORM_FACTOR: _spaced,
    SEGMENT: _spaced,
    DATASET: lambda value: f"{value}/",  # the joint of a pasted `<data set>/<native id>`
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
        self._bytes = np.frombuffer(framed.encode(), np.uint8)
        self._starts = np.flatnonzero(self._bytes == ord(_ROW_END))[: len(texts)]
        self._common = np.bincount(self._bytes[::17], minlength=256)

    def find(self, word: str) -> NDArray[np.bool_]:
        """Return, for each text, whether the word occurs in it as the module says."""
        raw = word.encode()
        places = self._places(raw)
        if word[0] in "−0123456789" or is_number(word):
            places = places[~_WORD_BYTE[self._bytes[places - 1]]]
            if word[-1].isdigit():
                places = places[~self._goes_on(places + len(raw))]
        return self._texts_at(places)

    def find_prefix(self, number: str) -> NDArray[np.bool_]:
        """Return, for each text, whether a word in it starts with these digits: `186` of 18650."""
        places = self._places(number.encode())
        return self._texts_at(places[~_WORD_BYTE[self._bytes[places - 1]]])

    def _places(self, word: bytes) -> NDArray[np.intp]:
        """Return where the bytes of a word start, its rarest bytes compared first."""
        span = len(self._bytes) - len(word) - 1
        if span <= 0 or not len(self._starts):
            return np.empty(0, np.intp)
        order = sorted(range(len(word)), key=lambda at: int(self._common[word[at]]))
        match = self._bytes[order[0] : order[0] + span] == word[order[0]]
        for at in order[1:2]:
            match &= self._bytes[at : at + span] == word[at]
        places = np.flatnonzero(match)
        for at in order[2:]:
            places = places[self._bytes[places + at] == word[at]]
        return places

    def _goes_on(self, after: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return whether a number goes on: with a digit, a decimal, or as a percentage."""
        following = self._bytes[after]
        point = following == ord(".")
        decimal = point & _DIGIT[self._bytes[after + 1]]
        goes_on: NDArray[np.bool_] = _DIGIT[following] | decimal | (following == ord("%"))
        return goes_on

    def _texts_at(self, places: NDArray[np.intp]) -> NDArray[np.bool_]:
        hit = np.zeros(len(self._starts), bool)
        hit[np.searchsorted(self._starts, places) - 1] = True
        return hit


def spellings(word: str) -> Iterator[str]:
    """Yield a word and how else its number may stand in a text: `2.0ah` as `2ah`."""
    yield word
    shorter = re.sub(r"^(−?\d+)\.(\d*?)0+(?=\D|$)", lambda m: f"{m[1]}.{m[2]}".rstrip("."), word)
    if shorter != word:
        yield shorter


def row_text(parts: Sequence[str]) -> str:
    """Join the texts of one row so that no word reaches from one into the next."""
    return _PART_END.join(parts)
