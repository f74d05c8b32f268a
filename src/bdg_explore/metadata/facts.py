"""Declare what a field of metadata holds, and look at a value with that in mind.

One declaration a field serves the Python model, the messages and the JSON Schema, so the three
cannot drift apart. Plain dataclasses, not a validation library: the room runs on the standard
library alone, imports in a quarter of the time that pydantic takes by itself, and a message can say
what to write instead.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from numbers import Real
from typing import Any, Final, Literal

from bdg_explore.columns import column
from bdg_explore.errors import MetadataError, did_you_mean

UNKNOWN_PATTERN: Final = r"^\s*(unknown|Unknown|UNKNOWN|n/a|N/A|tbd|TBD|\?|)\s*$"
"""How people write that they do not know; a regular expression that JSON Schema reads too."""

_UNKNOWN = re.compile(UNKNOWN_PATTERN)
_NUMBER = re.compile(r"\s*([+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*(\S*)\s*")
_THOUSANDS = re.compile(r"[+-]?\d+,\d{3}")

Kind = Literal["text", "texts", "number", "count"]


@dataclass(frozen=True, slots=True)
class Fact:
    """What one field holds.

    Attributes
    ----------
    kind : {"text", "texts", "number", "count"}
        One text; one text or several; a finite number; a whole number.
    unit : str
        Unit of a number as printed; empty for text.
    meaning : str
        One sentence.
    example : str or float or None
        A value as people would write it.
    above, minimum, maximum : float or None
        Bounds in the field's unit; `above` itself is not allowed, the other two are.
    choices : tuple of str
        The vocabulary; empty where any text will do.
    """

    kind: Kind
    unit: str
    meaning: str
    example: str | float | None = None
    above: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


def of_column(name: str, **more: Any) -> Any:
    """Declare a field whose unit and meaning the vocabulary of columns holds."""
    known = column(name)
    kind: Kind = "text" if known.kind == "text" else "number"
    return _declare(Fact(kind, known.unit, known.meaning, **more))


def text(meaning: str, **more: Any) -> Any:
    """Declare a field of text."""
    return _declare(Fact("text", "", meaning, **more))


def number(unit: str, meaning: str, **more: Any) -> Any:
    """Declare a field that holds a number in a unit."""
    return _declare(Fact("number", unit, meaning, **more))


def count(meaning: str, **more: Any) -> Any:
    """Declare a field that holds a whole number, one at least."""
    return _declare(Fact("count", "1", meaning, minimum=1, **more))


def texts(meaning: str, **more: Any) -> Any:
    """Declare a field that holds one text or several."""
    return _declare(Fact("texts", "", meaning, **more))


def facts_of(model: Any) -> dict[str, Fact]:
    """Return field name -> what it holds, of a model or its class."""
    return {f.name: f.metadata["fact"] for f in fields(model) if "fact" in f.metadata}


def is_unknown(value: Any) -> bool:
    """Tell whether a value says nothing: None, NaN, blank, ``unknown``, ``n/a``."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    if type(value).__name__ in ("NAType", "NaTType"):  # pandas' own, without importing it
        return True
    if isinstance(value, str):
        return _UNKNOWN.search(value) is not None
    return isinstance(value, (list, tuple)) and len(value) == 0


def faults(value: Any, fact: Fact) -> Iterator[str]:
    """Tell what is wrong with a known value, each time with what to write instead."""
    if fact.kind in ("number", "count"):
        yield from _faults_of_number(value, fact)
        return
    several = isinstance(value, (list, tuple)) and fact.kind == "texts"
    for item in value if several else [value]:
        if not isinstance(item, str):
            yield f"is {item!r}; write text"
        elif several and is_unknown(item):
            yield f"holds {item!r}, which says nothing; leave it out"
        elif fact.choices and tidy(item) not in fact.choices:
            known = ", ".join(fact.choices)
            yield f"is {item!r}.{did_you_mean(tidy(item), fact.choices)} Write one of {known}"


def settle(value: Any, fact: Fact) -> Any:
    """Return a sound value as the model keeps it: what says nothing as None, spelling tidied."""
    if is_unknown(value):
        return None
    if fact.kind == "number":
        return float(value)
    if fact.kind == "count":
        return int(value)
    if isinstance(value, (list, tuple)):
        kept = tuple(dict.fromkeys(tidy(i) if fact.choices else i.strip() for i in value))
        return kept[0] if len(kept) == 1 else kept
    return tidy(value) if fact.choices else value.strip()


def tidy(word: str) -> str:
    """Spell a word as vocabularies do: ``Calendar Ageing`` is ``calendar_aging``."""
    return re.sub(r"[ _-]", "_", word.strip().lower()).replace("ageing", "aging")


class Checked:
    """A model that looks at its own fields when it is made."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Refuse what a field cannot hold.

        Raises
        ------
        MetadataError
            A value has the wrong type, lies out of bounds or is not in the vocabulary.
        """
        for name, fact in facts_of(self).items():
            value = getattr(self, name)
            if not is_unknown(value):
                wrong = next(faults(value, fact), None)
                if wrong:
                    raise MetadataError(f"{name} {wrong}.")
            object.__setattr__(self, name, settle(value, fact))

    def known(self) -> dict[str, Any]:
        """Return the fields that are known, as plain JSON values."""
        held = {f: getattr(self, f) for f in facts_of(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in held.items()
            if value is not None
        }


def _faults_of_number(value: Any, fact: Fact) -> Iterator[str]:
    unit = f" in {fact.unit}" if fact.unit not in ("", "1") else ""
    if isinstance(value, str):
        yield f"is the text {value!r}; write {_as_number(value, fact)}{unit}"
        return
    if isinstance(value, bool) or not isinstance(value, Real):
        yield f"is {value!r}; write a number alone{unit}, or leave it out"
        return
    value = float(value)
    if not math.isfinite(value):
        yield f"is {value!r}; write a finite number{unit}, or leave it out"
    elif fact.kind == "count" and value != int(value):
        yield f"is {value!r}; write a whole number"
    elif fact.above is not None and value <= fact.above:
        yield f"is {value!r}; write a number above {fact.above:g}{unit}"
    elif fact.minimum is not None and value < fact.minimum:
        yield f"is {value!r}; write a number from {fact.minimum:g} on{unit}"
    elif fact.maximum is not None and value > fact.maximum:
        yield f"is {value!r}; write a number up to {fact.maximum:g}{unit}"


def _as_number(given: str, fact: Fact) -> str:
    """Return what a text such as ``2000 mAh`` would be as a number, if that is beyond doubt."""
    found = _NUMBER.fullmatch(given)
    alone = "a number alone"
    if found is None or _THOUSANDS.fullmatch(found[1]):
        return alone
    value, unit = float(found[1].replace(",", ".")), found[2]
    if unit.lower() in ("", fact.unit.lower()):
        return f"{value!r}, a number alone"
    if unit == f"m{fact.unit}":
        return f"{value / 1000!r}, a number alone"
    return alone


def _declare(fact: Fact) -> Any:
    return field(default=None, metadata={"fact": fact})


def unknown_keys(given: Iterable[Any], known: Iterable[str]) -> Iterator[str]:
    """Tell which keys mean nothing, and what was probably meant."""
    known = tuple(known)
    for key in given:
        if key not in known:
            hint = did_you_mean(str(key), known) or f" Known: {', '.join(known)}."
            yield f"has no key {key!r}.{hint}"
