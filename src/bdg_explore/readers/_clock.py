"""Dates as testers write them, to seconds since 1970."""

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from ._reader import BadText
from ._values import texts

_SLASHED: Final = (
    r"^(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}) (?P<t>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)$"
)


_ZONED: Final = r"(Z|[+-]\d{2}:?\d{2})$"
_LOCAL: Final = "the tester's local time, its zone not stated; read as if UTC"


def local_time(values: Any) -> tuple[Any, str]:
    """Give seconds since 1970 [s] for dates: ISO, ``MM/DD/YYYY hh:mm:ss.fff``, or seconds as such.

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
    given = texts(values)
    first = next((text.as_py() for text in given if text.is_valid), None)
    if first is None or _is_number(first):
        return _numbers(given), ""
    iso = _from_slashes(given) if "/" in first else given
    zone = "UTC" if pc.match_substring_regex(pa.scalar(first), _ZONED).as_py() else None
    for unit, per_second in (("us", 1e6), ("ns", 1e9)):
        try:
            stamps = iso.cast(pa.timestamp(unit, zone))
        except pa.ArrowInvalid:
            continue
        seconds = pc.divide(stamps.cast(pa.int64()).cast(pa.float64()), per_second)
        return seconds, "" if zone else _LOCAL
    raise _first_bad(given, iso, zone)


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


def _from_slashes(given: Any) -> Any:
    """Turn US dates into ISO ones, column-wise: fixed slices where every field has two digits."""
    lengths = pc.min_max(pc.utf8_length(given)).as_py()
    at = [pc.utf8_slice_codeunits(given, i, i + 1) for i in (2, 5, 10)]
    fixed = lengths["min"] >= 16 and all(
        pc.all(pc.equal(part, sign)).as_py() for part, sign in zip(at, "// ", strict=True)
    )
    if fixed:
        year, month, day = (
            pc.utf8_slice_codeunits(given, a, b) for a, b in ((6, 10), (0, 2), (3, 5))
        )
        time = pc.utf8_slice_codeunits(given, 11, 40)
    else:
        parts = pc.extract_regex(given, _SLASHED)
        if parts.null_count > given.null_count:
            row = pc.index(pc.and_(parts.is_null(), given.is_valid()), True).as_py()
            raise BadText(row, given[row].as_py(), "a date")
        year, month, day, time = (
            pc.struct_field(parts, name) if name in "y" else _two(pc.struct_field(parts, name))
            for name in "ymdt"
        )
    return pc.binary_join_element_wise(
        pc.binary_join_element_wise(year, month, day, "-"), time, " "
    )


def _two(part: Any) -> Any:
    """Pad one-digit months, days and hours; a time keeps what follows its hour."""
    one_digit = pc.match_substring_regex(part, r"^\d(:|$)")
    return pc.if_else(one_digit, pc.binary_join_element_wise("0", part, ""), part)


def _first_bad(given: Any, iso: Any, zone: str | None) -> BadText:
    for row, text in enumerate(iso.to_pylist()):
        try:
            pa.scalar(text).cast(pa.timestamp("ns", zone))
        except pa.ArrowInvalid:
            return BadText(row, given[row].as_py() or "", "a date like the first one")
    return BadText(0, given[0].as_py() or "", "a date")
