"""Dates byte by byte, all records at once: their times of day, and where a new day begins."""

from typing import Any, Final

import numpy as np

_COLON, _ZERO, _P, _A, _LOWER = ord(":"), np.uint8(ord("0")), ord("p"), ord("a"), 32
_HALF_DAY: Final = 12


def times_of_day(text: Any, places: Any, first: Any) -> tuple[Any, Any]:
    """Read the time of day from the right of each text, where all are written as the first one.

    Parameters
    ----------
    text : array of uint8
        All texts, one behind the other.
    places : array
        Where each begins, and where the last one ends.
    first : re.Match
        The first text, taken apart: `to_second`, `part` (of a second), `half` (AM or PM).

    Returns
    -------
    seconds : array or None
        Since midnight [s]; None where a text is written otherwise or is no time.
    two : array of bool
        Whether the hour has two digits.
    """
    half, part = len(first["half"] or ""), len(first["part"] or "")
    seconds = 2 if first["to_second"] else 0
    end = half + part  # what stands behind the whole seconds
    tail = end + (seconds + 1 if seconds else 0) + 3

    def at(place: int) -> Any:  # counted from the right, from 1
        return text[places[1:] - place]

    def number(place: int, count: int) -> Any:
        found = np.zeros(len(places) - 1, np.int64)
        for i in range(count):
            found = found * 10 + at(place - i) - int(_ZERO)
        return found

    colons = {tail, *([end + 3] if seconds else [])}
    mark = {end} if part else set()
    digits = set(range(half + 1, tail + 2)) - colons - mark
    alike = (
        all(bool((at(p) == _COLON).all()) for p in colons)
        and all(bool((at(p) == ord(first["part"][0])).all()) for p in mark)
        and all(bool((at(p) - _ZERO <= 9).all()) for p in digits)
    )
    tens = at(tail + 2) - _ZERO  # uint8 wraps around: a blank is far above 9
    two = tens <= 9
    if not alike:
        return None, two
    hour = number(tail + 1, 1) + np.where(two, tens, 0).astype(np.int64) * 10
    if half:
        letter = at(2) | _LOWER
        if not ((letter == _A) | (letter == _P)).all() or not 1 <= hour.min() <= hour.max() <= 12:
            return None, two
        hour = hour % _HALF_DAY + _HALF_DAY * (letter == _P)
    minute, second = number(tail - 1, 2), number(end + 2, 2) if seconds else 0
    if hour.max() > 23 or minute.max() > 59 or np.max(second) > 59:
        return None, two
    whole = hour * 3600 + minute * 60 + second
    return (whole + number(end - 1, part - 1) / 10 ** (part - 1) if part > 1 else whole), two


def new_days(text: Any, starts: Any, lengths: Any) -> Any:
    """Return the records that begin with another day than the one before; the first is one.

    Parameters
    ----------
    text : array of uint8
        All texts, one behind the other.
    starts, lengths : array
        Where each text begins, and how many of its signs are the day.
    """
    new = np.r_[True, lengths[1:] != lengths[:-1]]
    for place in range(int(lengths.max())):
        sign = text[starts + place]
        new[1:] |= (sign[1:] != sign[:-1]) & (place < lengths[1:])
    return np.flatnonzero(new)
