"""The ``.ndc`` files inside a Neware ``.ndax``: pages of records, laid out by version and kind.

Byte 0 is the kind (1 records, 5 auxiliary channel, 7 steps, 18 run information), byte 2 the version
of the layout. After one page of header, each page holds bits that say which of its slots are valid
(from byte 4 on), then the slots. Versions 1, 3, 7, 10 and 15 are not read: no file of them could be
had, and what is told of them does not suffice.

References
----------
The public readers fastnda (Empa) and NewareNDA (SES AI), which found the layouts.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bdg_explore.errors import ReadError

from ._neware import Columns, Layout, multiplier
from ._source import Source

RECORDS, AUXILIARY, STEPS, RUN_INFO = 1, 5, 7, 18

_Fields = tuple[tuple[str, str], ...]
_COUNTED: Final[_Fields] = (
    ("charge capacity (range.s)", "<i8"),
    ("discharge capacity (range.s)", "<i8"),
    ("charge energy (range.s)", "<i8"),
    ("discharge energy (range.s)", "<i8"),
    ("_year", "<u2"),
    ("_month", "u1"),
    ("_day", "u1"),
    ("_hour", "u1"),
    ("_minute", "u1"),
    ("_second", "u1"),
    ("range", "<i4"),
)


def _whole(lead: int) -> _Fields:
    """Lay out records that hold everything, of versions 2, 4 and 5."""
    return (
        ("_0", f"V{lead}"),
        ("index", "<u4"),
        ("cycle", "<u4"),
        ("step index", "u1"),
        ("step type", "u1"),
        ("_1", "V5"),
        ("step time (ms)", "<u8"),
        ("voltage (0.1 mV)", "<i4"),
        ("current (range)", "<i4"),
        ("_2", "V4"),
        *_COUNTED,
        ("_3", "V8"),
    )


def _auxiliary(lead: int) -> _Fields:
    return (
        ("_0", f"V{lead}"),
        ("index", "<u4"),
        ("_1", "V19"),
        ("auxiliary voltage (0.1 mV)", "<i4"),
        ("_2", "V6"),
        ("auxiliary temperature (0.1 degC)", "<i2"),
        ("auxiliary temperature setpoint (0.1 degC)", "<i2"),
        ("_3", "V49"),
    )


def _run_info(capacity: str, energy: str, gap: int, tail: int, *, milliseconds: bool) -> _Fields:
    return (
        ("step time (ms)", "<u4"),
        ("_0", "V1"),
        (f"charge capacity ({capacity})", "<f4"),
        (f"discharge capacity ({capacity})", "<f4"),
        (f"charge energy ({energy})", "<f4"),
        (f"discharge energy ({energy})", "<f4"),
        ("_1", f"V{gap}"),
        ("interval (ms)", "<i4"),
        ("date (s)", "<u4"),
        ("step", "<u4"),
        ("index", "<u4"),
        *((("date (ms)", "<u2"),) if milliseconds else ()),
        *((("_2", f"V{tail}"),) if tail else ()),
    )


_SECONDS: Final = ("mA.s", "mW.s")
_HOURS: Final = ("A.h", "W.h")
_TENTHS: Final[_Fields] = (("voltage (0.1 mV)", "<f4"), ("current (mA)", "<f4"))
_PLAIN: Final[_Fields] = (("voltage (V)", "<f4"), ("current (A)", "<f4"))
_TAGGED: Final[_Fields] = (
    ("_0", "V1"),
    ("auxiliary voltage (0.1 mV)", "<f4"),
    ("auxiliary temperature (0.1 degC)", "<i2"),
)
_SHORT_TAG, _LONG_TAG = 0x65, 0x74  # what records of auxiliary channels begin with
_LONG_TAGGED: Final[_Fields] = (
    ("_0", "V1"),
    ("index", "<u4"),
    ("_1", "V30"),
    ("auxiliary temperature (0.1 degC)", "<i2"),
    ("_2", "V51"),
)
_UNNAMED: Final[_Fields] = (("?", "<f4"),)  # TestInfo.xml says what it is
_STEP: Final[_Fields] = (
    ("cycle", "<u4"), ("step index", "<u4"), ("_0", "V16"), ("step type", "u1"), ("_1", "V12"),
)  # fmt: skip
_LONG_STEP: Final[_Fields] = (*_STEP[:-1], ("_1", "V75"))
_VERSION_6: Final[_Fields] = (
    ("step time (ms)", "<u4"),
    ("_0", "V1"),
    *_PLAIN,
    ("charge capacity (A.h)", "<f4"),
    ("discharge capacity (A.h)", "<f4"),
    ("charge energy (W.h)", "<f4"),
    ("discharge energy (W.h)", "<f4"),
    ("_1", "V1"),
    ("date (s)", "<u4"),
    ("step", "<u4"),
)
_OLD: Final[dict[str, Any]] = {"begin": 5, "page": 512, "masked": False}

LAYOUTS: Final[dict[tuple[int, int], Layout]] = {
    (2, RECORDS): Layout(_whole(8), **_OLD),
    (2, AUXILIARY): Layout(_auxiliary(8), **_OLD),
    (4, RECORDS): Layout(_whole(8), **_OLD),
    (4, AUXILIARY): Layout(_auxiliary(8), **_OLD),
    (5, RECORDS): Layout(_whole(1), checked=True),
    (5, AUXILIARY): Layout(_auxiliary(1)),
    (6, RECORDS): Layout(_VERSION_6),
    (6, AUXILIARY): Layout(_UNNAMED),
    (6, STEPS): Layout(_STEP),
    (8, RECORDS): Layout(_PLAIN),
    (8, AUXILIARY): Layout(_UNNAMED),
    (8, STEPS): Layout(_STEP),
    (8, RUN_INFO): Layout(_run_info(*_HOURS, 5, 0, milliseconds=False)),
    (9, RECORDS): Layout(_TENTHS),
    (9, AUXILIARY): Layout(_TAGGED),
    (9, STEPS): Layout(_STEP),
    (9, RUN_INFO): Layout(_run_info(*_SECONDS, 8, 0, milliseconds=False)),
    (11, RECORDS): Layout(_TENTHS),
    (11, AUXILIARY): Layout(_TAGGED),
    (11, STEPS): Layout(_STEP),
    (11, RUN_INFO): Layout(_run_info(*_SECONDS, 8, 0, milliseconds=True)),
    (12, RECORDS): Layout(_PLAIN),
    (12, AUXILIARY): Layout(_UNNAMED),
    (12, STEPS): Layout(_STEP),
    (12, RUN_INFO): Layout(_run_info(*_HOURS, 8, 0, milliseconds=True)),
    (13, RECORDS): Layout(_TENTHS),
    (13, AUXILIARY): Layout(_TAGGED),
    (13, STEPS): Layout(_STEP),
    (13, RUN_INFO): Layout(_run_info(*_SECONDS, 8, 8, milliseconds=True)),
    (14, RECORDS): Layout(_PLAIN, checked=True),
    (14, AUXILIARY): Layout(_UNNAMED, checked=True),
    (14, STEPS): Layout(_STEP, checked=True),
    (14, RUN_INFO): Layout(_run_info(*_HOURS, 8, 8, milliseconds=True), checked=True),
    (16, RECORDS): Layout(_TENTHS),
    (16, AUXILIARY): Layout(_TAGGED),
    (16, STEPS): Layout(_LONG_STEP),
    (16, RUN_INFO): Layout(_run_info(*_SECONDS, 8, 53, milliseconds=True)),
    (17, RECORDS): Layout(_PLAIN),
    (17, AUXILIARY): Layout(_UNNAMED),
    (17, STEPS): Layout(_LONG_STEP),
    (17, RUN_INFO): Layout(_run_info(*_HOURS, 8, 53, milliseconds=True)),
}


def ndc_columns(data: bytes, name: str, source: Source) -> tuple[Columns, int, Layout]:
    """Read one ``.ndc`` file.

    Parameters
    ----------
    data : bytes
        Its content.
    name : str
        Its name, for errors.
    source : Source
        The archive it comes from.

    Returns
    -------
    columns : dict
        {``quantity (unit)``: values} of the valid records, ``index`` among them.
    version : int
        Version of the layout.
    layout : Layout
        The layout.

    Raises
    ------
    ReadError
        The version is not known, or the file is no whole number of pages.
    """
    if len(data) < 3:
        raise ReadError(f"{name} in {source.name} is empty. Copy or export the file again.")
    kind, version = data[0], data[2]
    layout = LAYOUTS.get((version, kind))
    if layout is None:
        raise ReadError(
            f"{name} in {source.name} is of version {version}, kind {kind}, whose layout is not "
            "known here. Export the test as csv from BTSDA, Neware's client, and please report "
            "the version."
        )
    if len(data) % layout.page:
        raise ReadError(
            f"{name} in {source.name} is no whole number of pages ({len(data)} bytes): it is "
            "damaged or cut short. Copy or export the file again."
        )
    if layout.fields == _TAGGED:
        layout = _tagged(layout, data, name, source)
    records, slots = _slots(data, layout)
    columns = {n: records[n] for n, _ in layout.fields if not n.startswith("_")}
    if "_year" in dict(layout.fields):
        columns["date (s)"] = _dates(records)
        columns = _ranged(columns)
    if "index" not in columns:
        columns["index"] = np.arange(1, len(slots) + 1) if kind == AUXILIARY else slots
    return columns, version, layout


def _tagged(layout: Layout, data: bytes, name: str, source: Source) -> Layout:
    """Choose between two layouts of auxiliary channels by what their records begin with."""
    tag = data[layout.page + layout.begin] if len(data) > layout.page else _SHORT_TAG
    if tag == _LONG_TAG:
        return Layout(_LONG_TAGGED)
    if tag != _SHORT_TAG:
        raise ReadError(
            f"{name} in {source.name} holds auxiliary records that begin with {tag:#04x}, whose "
            "layout is not known here. Export the test as csv from BTSDA, Neware's client."
        )
    return layout


def _slots(data: bytes, layout: Layout) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Return the valid records, and the number of each one's slot from 1."""
    record, page = layout.record, layout.page
    count = (page - layout.begin - 1) // record.itemsize
    pages = np.frombuffer(data, np.uint8, offset=page).reshape(-1, page)
    body = pages[:, layout.begin : layout.begin + count * record.itemsize]
    records = np.ascontiguousarray(body).view(record).ravel()
    if layout.masked:
        bits = pages[:, 4 : 4 + -(-count // 8)]
        valid = np.unpackbits(bits, axis=1, bitorder="little", count=count).ravel().view(bool)
    else:
        valid = records["index"] != 0
    places: npt.NDArray[np.int64] = np.flatnonzero(valid)
    end = int(places[-1]) + 1 if len(places) else 0
    chosen = records[:end] if len(places) == end else records[places]  # the former needs no copy
    return chosen, places + 1


def _dates(records: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return calendar dates as seconds since 1970 [s]; NaN for what is none."""
    parts = {n: records[f"_{n}"] for n in ("year", "month", "day", "hour", "minute", "second")}
    return calendar_seconds(**parts)


def calendar_seconds(
    year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any
) -> npt.NDArray[np.float64]:
    """Count seconds since 1970 [s] of dates given in parts; NaN where the parts are no date."""
    sound = (year >= 1970) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = (np.where(sound, year, 1970).astype(np.int64) - 1970) * 12 + np.where(sound, month, 1)
    midnight = (months - 1).astype("datetime64[M]").astype("datetime64[s]").astype(np.int64)
    days, hours, minutes = (part.astype(np.int64) for part in (day, hour, minute))
    clock = days * 86_400 + hours * 3600 + minutes * 60 + second
    return np.where(sound, midnight + clock - 86_400, np.nan).astype(np.float64)


def _ranged(columns: Columns) -> Columns:
    """Scale the integers that count units of the current range."""
    unit = multiplier(columns.pop("range"))
    names = {"range": "mA", "range.s": "mA.s"}
    scaled: Columns = {}
    for header, values in columns.items():
        bare, _, given = header.rstrip(")").partition(" (")
        if given not in names:
            scaled[header] = values
            continue
        what = names[given].replace("A", "W") if "energy" in bare else names[given]
        scaled[f"{bare} ({what})"] = values * unit
    return scaled
