"""A browser's state as the short strings of an address bar, and back.

`?q=lfp&cathode_chemistry=LFP,?&nominal_capacity_ah.range=1..2&sort=cycle_life.desc&page=2`: a facet
under its column's name, a range under the name with `.range`, unknown as a question mark.
"""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

RANGE: Final = ".range"
_UNKNOWN: Final = "?"
_NOTHING: Final = r"\0"


def join_values(values: Iterable[Any]) -> str:
    """Write some values of a facet as one string."""
    return ",".join(_escaped(value) for value in values)


def split_values(text: str) -> list[str | None]:
    """Read what `join_values` wrote; numbers come back as their text."""
    return [_plain(part) for part in re.findall(r"(?:\\.|[^,\\])+", text, re.DOTALL)]


def as_known(texts: Sequence[str | None], known: Iterable[Any]) -> list[Any]:
    """Return the values of a column that read like these texts; the text itself where none does."""
    by_text = {str(value): value for value in known}
    return [None if text is None else by_text.get(text, text) for text in texts]


def join_range(low: float, high: float) -> str:
    """Write a range as `1..2`; an open side is left empty."""
    return "..".join("" if math.isinf(border) else f"{border!r}" for border in (low, high))


def split_range(text: str) -> tuple[float, float]:
    """Read what `join_range` wrote.

    Raises
    ------
    ValueError
        The text is not a range.
    """
    low, dots, high = text.partition("..")
    if not dots:
        raise ValueError(f"{text!r} is not a range like 1..2")
    return float(low or -math.inf), float(high or math.inf)


def _escaped(value: Any) -> str:
    if value is None:
        return _UNKNOWN
    return re.sub(r"([\\,?])", r"\\\1", str(value)) or _NOTHING


def _plain(part: str) -> str | None:
    if part == _UNKNOWN:
        return None
    return "" if part == _NOTHING else re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL)
