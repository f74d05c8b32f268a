"""Dates eight signs at a time, all records at once: times of day, and where a new day begins.

Eight bytes of text are one number of 64 bits, its lowest byte the first sign. A few operations on
such numbers look at all eight signs, so a date costs no more than a number does.
"""

from typing import Any, Final

import numpy as np

_EIGHT: Final = 8
_SHORTEST: Final = 7  # signs of a day and of its hour: 1/5/23 4
_PIECE: Final = 32_768  # records at a time, which stay in the processor's cache
_ZERO, _P, _A, _LOWER = np.uint8(ord("0")), ord("p"), ord("a"), 32
_HALF_DAY: Final = 12


def _as_number(signs: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(signs, "little"))


_CLOCK: Final = _as_number(b"00:00:00")
_NO_SECONDS: Final = _as_number(b"\0\0\0\0\0:00")
_MINUTES: Final = np.uint64(24)  # bits before hh:mm in the eight signs that end on it
_BYTE: Final = np.uint64(0xFF)
# added to a digit or to nothing, these leave the highest bit of its byte as it is
_ABOVE: Final = _as_number(b"\x76\x76\x7f\x76\x76\x7f\x76\x76")
_HIGHEST: Final = _as_number(b"\x80" * _EIGHT)


def _eight_signs(text: Any, places: Any) -> Any:
    """Return the eight signs from each place on as one number, the first in its lowest byte."""
    rows = len(places)
    step = int(places[1] - places[0]) if rows > 1 else 1
    evenly = step > 0 and int(places[-1] - places[0]) == step * (rows - 1)
    if evenly and bool((np.diff(places) == step).all()):
        return np.ndarray((rows,), "<u8", text.data, int(places[0]), (step,)).copy()
    return np.ndarray((len(text) - _EIGHT + 1,), "<u8", text.data, 0, (1,))[places]


def days_and_times(text: Any, places: Any, first: Any) -> tuple[Any, Any]:
    """Take dates apart that are all written as the first one.

    Parameters
    ----------
    text : array of uint8
        All texts, one behind the other.
    places : array
        Where each begins, and where the last one ends.
    first : re.Match
        The first text, taken apart: `between` (day and time), `to_second`, `part` (of a second),
        `half` (AM or PM).

    Returns
    -------
    seconds : array or None
        Since midnight [s]; None where a text is written otherwise or is no time.
    begins : array
        The records that begin with another day than the one before; the first is one.
    """
    rows = len(places) - 1
    behind = len(first["half"] or "") + len(first["part"] or "")
    behind += (6 if first["to_second"] else 3) + len(first["between"])
    seconds, new = np.empty(rows), np.ones(rows, bool)
    for at in range(0, rows, _PIECE):
        begin, end = max(at - 1, 0), min(at + _PIECE, rows)
        piece = places[begin : end + 1]
        if int(np.diff(piece).min()) < behind + _SHORTEST:
            return None, new
        found, two = _times_of_day(text, piece, first)
        if found is None:
            return None, new
        seconds[begin:end] = found
        new[begin + 1 : end] = _other_day(text, piece[:-1], np.diff(piece) - behind - 1 - two)
    return seconds, np.flatnonzero(new)


def _times_of_day(text: Any, places: Any, first: Any) -> tuple[Any, Any]:
    """Read the time of day from the right of each text, and say where its hour has two digits."""
    half, part = len(first["half"] or ""), len(first["part"] or "")
    ends = places[1:]
    clock = _eight_signs(text, ends - (half + part + _EIGHT))
    if not first["to_second"]:
        clock = (clock >> _MINUTES) | _NO_SECONDS
    clock ^= _CLOCK
    two = (clock & _BYTE) <= 9
    if not two.all():
        clock &= ~np.where(two, np.uint64(0), _BYTE)  # what stands there is no digit of the hour
    if (((clock + _ABOVE) | clock) & _HIGHEST).any():
        return None, two
    pairs = clock * np.uint64(10) + (clock >> np.uint64(8))  # 99 at most: none runs over its byte
    hour, minute, second = (
        ((pairs >> np.uint64(8 * place)) & _BYTE).view(np.int64) for place in (0, 3, 6)
    )
    if half:
        letter = text[ends - 2] | _LOWER
        if not ((letter == _A) | (letter == _P)).all() or not 1 <= hour.min() <= hour.max() <= 12:
            return None, two
        hour = np.where(hour == _HALF_DAY, 0, hour) + _HALF_DAY * (letter == _P)
    if hour.max() > 23 or minute.max() > 59 or second.max() > 59:
        return None, two
    whole = hour * 3600 + minute * 60 + second
    if not part:
        return whole, two
    digits = _digits(text, ends - (half + part), first["part"])
    return (None if digits is None else whole + digits / 10 ** (part - 1)), two


def _digits(text: Any, places: Any, first: str) -> Any:
    """Read the digits behind a decimal sign as one number; None where they are none."""
    if (text[places] != ord(first[0])).any():
        return None
    total = np.zeros(len(places), np.int64)
    for place in range(1, len(first)):
        digit = text[places + place] - _ZERO  # uint8 wraps around: a blank is far above 9
        if (digit > 9).any():
            return None
        total = total * 10 + digit
    return total


def _other_day(text: Any, starts: Any, lengths: Any) -> Any:
    """Say of each text but the first whether its day is another than that of the one before."""
    new = lengths[1:] != lengths[:-1]
    if lengths.min() >= _EIGHT and lengths.max() <= 2 * _EIGHT:
        for places in (starts, starts + lengths - _EIGHT):
            signs = _eight_signs(text, places)
            new |= signs[1:] != signs[:-1]
        return new
    for place in range(int(lengths.max())):
        sign = text[starts + place]
        new |= (sign[1:] != sign[:-1]) & (place < lengths[1:])
    return new
