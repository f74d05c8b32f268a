"""Dates as testers write them, to seconds since 1970; and clocks, to seconds."""

import re
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ._days import days_and_times
from ._reader import BadText
from ._values import texts

_WRITTEN: Final = re.compile(
    r"\s*(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"|(?P<month2>\d\d)/(?P<day2>\d\d)/(?P<year2>\d{4}))"
    r"[ T](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<part>\d{1,6}))?)?\s*",
    re.ASCII,
)
_ZONED: Final = r"(Z|[+-]\d{2}:?\d{2})$"
_LOCAL: Final = "the tester's local time, its zone not stated; read as if UTC"
_US_LOCAL: Final = "month/day/year; " + _LOCAL
_DAY_FIRST: Final = "day/month/year; " + _LOCAL
# Dates in other ways of writing: day and month in numbers, or the month by its English name.
_IN_NUMBERS: Final = re.compile(
    r"(?P<first>\d{1,4})(?P<sign>[/.-])(?P<second>\d{1,2})(?P=sign)(?P<third>\d{1,4})"
    r"(?P<between>[ T]+)(?P<clock>\d{1,2}:\d{2}(?P<to_second>:\d{2})?)"
    r"(?P<part>[.,]\d+)?(?P<half> ?[AaPp][Mm])?"
)
_BY_NAME: Final = re.compile(
    r"(?P<day>\d{1,2})(?P<sign>[- ])(?P<month>[A-Za-z]{3})(?P=sign)(?P<year>\d{2}(?:\d{2})?)"
    r"(?P<between>,? +)(?P<clock>\d{1,2}:\d{2}(?P<to_second>:\d{2})?)"
    r"(?P<part>[.,]\d+)?(?P<half> ?[AaPp][Mm])?"
)
_CLOCK: Final = re.compile(r"\s*(?:\d+\s*[dD]\s*|\d+[.-])?\d+:\d{1,2}(?::\d{1,2}(?:[.,]\d*)?)?\s*")
_FEW: Final = 64  # dates that are not worth the quick way
_PART: Final = r"[.,](\d+)( ?[AaPp][Mm])?$"


def local_time(values: Any) -> tuple[Any, str]:
    """Give seconds since 1970 [s] for dates, or for seconds as such.

    Dates may be ISO; ``month/day/year``, with or without AM and PM; ``day/month/year`` where the
    values show it; ``day.month.year``; or have the month by name (``23-Nov-23 3:56:11 PM``).

    Parameters
    ----------
    values : Arrow array
        Texts. Testers write local time and seldom say where they stand; a date without a zone is
        read as if it were UTC, and the note says so.

    Returns
    -------
    numbers : Arrow array
        float64 [s], null where the text is empty.
    note : str
        What was assumed about the time zone; empty if nothing was.

    Raises
    ------
    BadText
        A text is no date, or of another kind than the first one.
    """
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        return values, ""
    if pa.types.is_timestamp(values.type):
        return _since_1970(values), "" if values.type.tz else _LOCAL
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    quick = _alike(values)
    if quick is not None:
        american = "/" in values[0].as_py()
        if not (american and _runs_back(quick)):
            return quick, _US_LOCAL if american else _LOCAL
    days = _day_by_day(values)
    if days is not None:
        return days
    given = texts(values)
    first = next((text.as_py() for text in given if text.is_valid), None)
    if first is None or _is_number(first):
        return _numbers(given), ""
    other = _IN_NUMBERS.fullmatch(first) or _BY_NAME.fullmatch(first)
    if other and not (other["sign"] == "-" and len(other.groupdict().get("first") or "") == 4):
        return _otherwise(given, other)
    zone = "UTC" if pc.match_substring_regex(pa.scalar(first), _ZONED).as_py() else None
    for unit in ("us", "ns"):
        try:
            stamps = given.cast(pa.timestamp(unit, zone))
        except pa.ArrowInvalid:
            continue
        return _since_1970(stamps), "" if zone else _LOCAL
    raise _first_bad(given, zone)


def _since_1970(stamps: Any) -> Any:
    per_second = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[stamps.type.unit]
    return pc.divide(stamps.cast(pa.int64()).cast(pa.float64()), per_second)


def _alike(values: Any) -> Any:
    """Read dates that are all written alike, digit under digit: ten times faster than in general.

    Returns None where they are not, or one of them is no date; the general way then says which.
    """
    rows = len(values)
    width = len(values[0].as_py() or "") if rows and not values.null_count else 0
    _, offsets, data = values.buffers() if width else (None, None, None)
    if not width or data is None or not pa.types.is_string(values.type):
        return None
    ends = np.frombuffer(offsets, np.int32)[values.offset : values.offset + rows + 1]
    written = _WRITTEN.fullmatch(values[0].as_py())
    if written is None or (np.diff(ends) != width).any():
        return None
    signs = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]].reshape(rows, width)
    signs = np.ascontiguousarray(signs.T)
    spans = {name: written.span(name) for name in written.groupdict() if written[name]}
    digits = {place for span in spans.values() for place in range(*span)}
    for place in range(width):
        row = signs[place]
        alike = row - ord("0") <= 9 if place in digits else row == row[0]  # uint8 wraps around
        if not alike.all():
            return None
    days = _days(values, signs, written)
    hour, minute, second, part = (
        _number(signs, *spans.get(name, (0, 0))) for name in ("hour", "minute", "second", "part")
    )
    if days is None or hour.max() > 23 or minute.max() > 59 or second.max() > 59:
        return None
    finer = 10 ** (spans["part"][1] - spans["part"][0]) if "part" in spans else 1
    seconds = days + (hour * 3600 + minute * 60 + second)
    return pa.array((seconds * finer + part) / finer)


def _days(values: Any, signs: Any, written: "re.Match[str]") -> Any:
    """Give midnight of each record's day [s], looking only where the day changes."""
    style = "" if written["year"] else "2"
    start = min(written.start(name + style) for name in ("year", "month", "day"))
    stop = max(written.end(name + style) for name in ("year", "month", "day"))
    change = np.zeros(len(values), bool)
    change[0] = True
    for place in range(start, stop):
        change[1:] |= signs[place, 1:] != signs[place, :-1]
    begin = np.flatnonzero(change)
    style = "%Y-%m-%d" if written["year"] else "%m/%d/%Y"
    try:
        days = [
            datetime.strptime(values[int(i)].as_py()[start:stop], style).replace(tzinfo=UTC)
            for i in begin
        ]
    except ValueError:
        return None
    midnights = np.array([int(day.timestamp()) for day in days], np.int64)
    return np.repeat(midnights, np.diff(begin, append=len(values)))


def _number(signs: Any, start: int, stop: int) -> Any:
    """Read the digits in some columns of text as one number a record."""
    total = np.zeros(signs.shape[1], np.int32)
    for place in range(start, stop):
        total *= 10
        total += signs[place] - np.uint8(ord("0"))
    return total


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(given: Any) -> Any:
    try:
        return given.cast(pa.float64())
    except pa.ArrowInvalid:
        row = next(i for i, t in enumerate(given.to_pylist()) if t and not _is_number(t))
        raise BadText(row, given[row].as_py(), "a number of seconds") from None


def _otherwise(given: Any, first: "re.Match[str]") -> tuple[Any, str]:
    """Read dates that are not ISO by the format that the first of them shows."""
    bare, part = _without_part(given) if first["part"] else (given, None)
    found = _in_order(given, bare, first)
    if isinstance(found, pa.Array) and part is None:  # perhaps a later one has parts of a second
        bare, part = _without_part(given)
        found = _in_order(given, bare, first)
    if isinstance(found, pa.Array):
        row = pc.index(pc.and_(found.is_null(), given.is_valid()), True).as_py()
        raise BadText(row, given[row].as_py(), "a date like the first one")
    seconds, note = found
    if part is not None:
        seconds = pc.add(seconds, pc.fill_null(part, 0.0))
    return seconds, note


def _day_by_day(values: Any) -> tuple[Any, str] | None:
    """Read dates whose days come in long runs: the time of day from the right, a day only once.

    Returns None where they are not so written, or one of them is no date.
    """
    rows = len(values)
    if rows < _FEW or values.null_count or not pa.types.is_string(values.type):
        return None
    first = _IN_NUMBERS.fullmatch(values[0].as_py()) or _BY_NAME.fullmatch(values[0].as_py())
    _, offsets, data = values.buffers()
    if first is None or data is None:
        return None
    places = np.frombuffer(offsets, np.int32)[values.offset : values.offset + rows + 1]
    text = np.frombuffer(data, np.uint8)
    of_day, begin = days_and_times(text, places, first)
    if of_day is None or len(begin) * 8 > rows:
        return None
    some = values.take(pa.array(begin))
    found = _in_order(some, _without_part(some)[0] if first["part"] else some, first)
    if isinstance(found, pa.Array):
        return None
    midnight = found[0].to_numpy() - np.floor(of_day[begin])
    of_day += np.repeat(midnight, np.diff(begin, append=rows))
    return pa.array(of_day), found[1]


def _without_part(given: Any) -> tuple[Any, Any]:
    """Split dates into whole seconds and the parts of a second."""
    found = pc.extract_regex(given, r"(?P<part>[.,]\d+)(?: ?[AaPp][Mm])?$")
    part = pc.replace_substring(pc.struct_field(found, "part"), ",", ".").cast(pa.float64())
    return pc.replace_substring_regex(given, _PART, r"\2"), part


def _in_order(given: Any, bare: Any, first: "re.Match[str]") -> Any:
    """Give seconds and a note by the first order that all dates follow, else the best attempt."""
    best: Any = None
    for days, note in _orders(first):
        stamps = pc.strptime(bare, format=days + _times(first), unit="s", error_is_null=True)
        if stamps.null_count == given.null_count:
            seconds = stamps.cast(pa.int64()).cast(pa.float64())
            if "/" in days and "%m/%d" in days and _runs_back(seconds):
                swapped = pc.strptime(
                    bare, format="%d/%m/%Y" + _times(first), unit="s", error_is_null=True
                )
                other = swapped.cast(pa.int64()).cast(pa.float64())
                if swapped.null_count == given.null_count and not _runs_back(other):
                    return other, _DAY_FIRST
            return seconds, note
        if best is None or stamps.null_count < best.null_count:
            best = stamps
    return best


def _orders(first: "re.Match[str]") -> list[tuple[str, str]]:
    """Give the orders of day, month and year that the first date allows, the likeliest first."""
    sign = first["sign"]
    if "month" in first.groupdict():
        year = "%y" if len(first["year"]) == 2 else "%Y"
        return [(f"%d{sign}%b{sign}{year}", _LOCAL)]
    if len(first["first"]) == 4:
        return [(f"%Y{sign}%m{sign}%d", _LOCAL)]
    year = "%Y" if len(first["third"]) == 4 else "%y"
    day_first = (f"%d{sign}%m{sign}{year}", _DAY_FIRST.replace("/", sign, 2))
    month_first = (f"%m{sign}%d{sign}{year}", _US_LOCAL.replace("/", sign, 2))
    return [month_first, day_first] if sign == "/" else [day_first, month_first]


def _times(first: "re.Match[str]") -> str:
    """Give the format of the time of day."""
    between = "T" if "T" in first["between"] else first["between"].rstrip() + " "
    half = (" " if (first["half"] or "").startswith(" ") else "") + "%p" if first["half"] else ""
    return f"{between}{'%I' if half else '%H'}:%M{':%S' if first['to_second'] else ''}{half}"


def _runs_back(seconds: Any) -> bool:
    values = seconds.drop_null().to_numpy(zero_copy_only=False)
    return bool((np.diff(values) < 0).any())


def _first_bad(given: Any, zone: str | None) -> BadText:
    for row, text in enumerate(given.to_pylist()):
        try:
            pa.scalar(text).cast(pa.timestamp("ns", zone))
        except pa.ArrowInvalid:
            return BadText(row, given[row].as_py() or "", "a date like the first one")
    return BadText(0, given[0].as_py() or "", "a date")


def is_date(text: str) -> bool:
    """Whether a text is a date in a way of writing known here."""
    text = text.strip()
    return bool(_WRITTEN.match(text) or _IN_NUMBERS.fullmatch(text) or _BY_NAME.fullmatch(text))


def is_clock(text: str) -> bool:
    """Whether a text is a time of day or a duration, ``12:34:56`` or ``0d 12:34:56.78``."""
    return bool(_CLOCK.fullmatch(text))


def elapsed(values: Any) -> tuple[Any, str]:
    """Give seconds since the first record [s] for dates; numbers are taken as seconds as such."""
    seconds, note = local_time(values)
    if not note:
        return seconds, ""
    first = next((v.as_py() for v in seconds if v.is_valid), 0.0)
    return pc.subtract(seconds, first), "dates; seconds since the first record"


def duration(values: Any) -> tuple[Any, str]:
    """Give seconds [s] for ``hh:mm:ss.fff``, ``mm:ss``, ``0d hh:mm:ss`` or ``d.hh:mm:ss``.

    Numbers are taken as seconds as such. Hours may exceed 24.

    Parameters
    ----------
    values : Arrow array
        Texts or numbers.

    Returns
    -------
    numbers : Arrow array
        float64 [s], null where the text is empty.
    note : str
        Empty.

    Raises
    ------
    BadText
        A text is no duration.
    """
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        return values, ""
    given = texts(values)
    valid = given.drop_null()
    first = valid[0].as_py() if len(valid) else ""
    if not first or ":" not in first:
        return _numbers(given), ""
    plain = pc.replace_substring_regex(valid, r"^(\d+)(?:\s*[dD]\s*|[.-])(\d+:\d+:)", r"\1:\2")
    parts = pc.split_pattern(pc.replace_substring(plain, ",", "."), ":")
    counts = pc.list_value_length(parts).to_numpy(zero_copy_only=False)
    seconds = np.empty(len(valid))
    try:
        numbers = pc.list_flatten(parts).cast(pa.float64()).to_numpy(zero_copy_only=False)
        if (numbers < 0).any() or not np.isin(counts, (2, 3, 4)).all():
            raise pa.ArrowInvalid
    except pa.ArrowInvalid:
        raise _no_duration(given) from None
    begins = np.r_[0, np.cumsum(counts)[:-1]]
    for count, weights in (
        (2, (60.0, 1.0)),
        (3, (3600.0, 60.0, 1.0)),
        (4, (86400.0, 3600.0, 60.0, 1.0)),
    ):
        rows = counts == count
        if rows.any():
            at = begins[rows]
            seconds[rows] = sum(w * numbers[at + i] for i, w in enumerate(weights))
    if len(valid) == len(given):
        return pa.array(seconds), ""
    full = np.full(len(given), np.nan)
    held = given.is_valid().to_numpy(zero_copy_only=False)
    full[held] = seconds
    return pa.array(full, mask=~held), ""


def _no_duration(given: Any) -> BadText:
    for row, text in enumerate(given.to_pylist()):
        if text and not _CLOCK.fullmatch(text):
            return BadText(row, text, "a time like hh:mm:ss")
    return BadText(0, given[0].as_py() or "", "a time like hh:mm:ss")


def time_of_day(values: Any) -> Any:
    """Give seconds since midnight [s] as a numpy array; None where a text is no time of day."""
    try:
        seconds, _ = duration(values)
    except BadText:
        return None
    if seconds.null_count:
        return None
    numbers = seconds.to_numpy(zero_copy_only=False)
    return numbers if (numbers < 86400).all() else None
