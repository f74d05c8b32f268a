"""Records of Neware ``.nda`` files: their layouts by version, and where they stand.

Byte 14 is the version. Up to 29, two 32-bit numbers from byte 64 on say where the records begin
and how long they are, the next two the same of auxiliary channels; records of 130 (BTS 9) have a
version of their own at byte 16 and 64-bit numbers at byte 82. A record begins with 0x55, one of an
auxiliary channel with 0x65. Versions below 5, 10, 19 and 21 are not read: no file of them could be
had, and what is told of them does not suffice.

References
----------
The public readers fastnda (Empa) and NewareNDA (SES AI), which found the layouts.
"""

import struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bdg_explore.errors import ReadError

from ._archive import AGAIN
from ._neware import Columns, Layout, multiplier, split_by_direction
from ._source import Source

_Fields = tuple[tuple[str, str], ...]
_RECORD, _AUXILIARY = 0x55, 0x65
_BTS9_BEGIN: Final = 1024

_HEAD: Final[_Fields] = (("_tag", "u1"), ("_0", "V1"), ("index", "<u4"), ("cycle", "<u4"))
_MEASURED: Final[_Fields] = (("voltage (0.1 mV)", "<i4"), ("current (range)", "<i4"), ("_1", "V8"))
_FOUR: Final[_Fields] = (
    ("charge capacity (range.s)", "<i8"),
    ("discharge capacity (range.s)", "<i8"),
    ("charge energy (range.s)", "<i8"),
    ("discharge energy (range.s)", "<i8"),
)
_SHARED: Final[_Fields] = (("capacity (range.s)", "<i8"), ("energy (range.s)", "<i8"))
_STEP: Final[_Fields] = (("step index", "<u2"), ("step type", "u1"))
_SMALL_STEP: Final[_Fields] = (("step index", "u1"), ("step type", "u1"))
_JUMPS: Final[_Fields] = (("_jumps", "u1"),)
_MILLISECONDS: Final[_Fields] = (("step time (ms)", "<u8"),)
_SECONDS: Final[_Fields] = (("step time (s)", "<u4"),)
_DATE: Final[_Fields] = (("date (s)", "<u8"),)
_CALENDAR: Final[_Fields] = (
    ("_year", "<u2"), ("_month", "u1"), ("_day", "u1"), ("_hour", "u1"), ("_minute", "u1"),
    ("_second", "u1"), ("_2", "V1"),
)  # fmt: skip
_RANGE: Final[_Fields] = (("range", "<i4"), ("_3", "V4"))

_OF_5: Final = Layout(
    (("_tag", "u1"), ("index", "<u4"), ("cycle", "<u4"), *_SMALL_STEP, *_SECONDS, *_MEASURED,
     *_SHARED, *_DATE, ("_3", "V4"))
)  # fmt: skip
_OF_9: Final = Layout((*_HEAD, *_SMALL_STEP, *_SECONDS, *_MEASURED, *_SHARED, *_DATE, ("_3", "V4")))
_OF_11: Final = Layout((*_HEAD, *_STEP, *_MILLISECONDS, *_MEASURED, *_SHARED, *_DATE, *_RANGE))
_OF_14: Final = Layout(
    (*_HEAD, *_STEP, *_JUMPS, *_MILLISECONDS, *_MEASURED, *_FOUR, *_DATE, *_RANGE)
)
_OF_25: Final = Layout(
    (*_HEAD, *_STEP, *_MILLISECONDS, *_MEASURED, *_SHARED, *_DATE, ("range", "<i4"), ("_3", "V5"))
)
_OF_28: Final = Layout(
    (*_HEAD, *_STEP, *_JUMPS, *_MILLISECONDS, *_MEASURED, *_FOUR, *_CALENDAR, *_RANGE)
)
_OF_29: Final = Layout(_OF_28.fields, checked=True)
LAYOUTS: Final = {
    **dict.fromkeys((5, 6, 7, 8), _OF_5),
    9: _OF_9,
    **dict.fromkeys((11, 12, 13, 15, 18), _OF_11),
    **dict.fromkeys((14, 16, 17, 20, 22, 23, 24), _OF_14),
    **dict.fromkeys((25, 27), _OF_25),
    **dict.fromkeys((26, 28), _OF_28),
    29: _OF_29,
}
_CYCLES_FROM_1: Final = (6, 8)
# Where voltage and temperature stand in an auxiliary record, by its size [bytes].
_CHANNEL_AT: Final = {86: (22, 34), 69: (21, 33)}

_BTS9_START: Final[_Fields] = (
    ("_tag", "<u2"), ("step index", "u1"), ("step type", "u1"), ("_0", "V4"), ("index", "<u4"),
    ("total time (s)", "<u4"), ("_nanoseconds", "<u4"), ("current (mA)", "<f4"),
    ("voltage (V)", "<f4"), ("capacity (mA.s)", "<f4"), ("energy (mW.s)", "<f4"),
)  # fmt: skip
_BTS9_END: Final[_Fields] = (
    ("cycle", "<u4"), ("_1", "V4"), ("date (s)", "<u4"), ("_date", "<u4"),
)  # fmt: skip
_THERMOMETER: Final[_Fields] = (("auxiliary temperature 1 (degC)", "<f4"),)
_BTS9: Final[dict[tuple[bool, int], Layout]] = {  # by record version from 19 on, and record size
    (False, 88): Layout(
        (
            ("_0", "V4"), ("_tag", "u1"), ("_1", "V4"), *_SMALL_STEP, ("_2", "V5"),
            ("index", "<u4"), ("_3", "V8"), ("step time (µs)", "<u8"), ("voltage (V)", "<f4"),
            ("current (mA)", "<f4"), ("_4", "V8"), ("charge capacity (mA.s)", "<f4"),
            ("charge energy (mW.s)", "<f4"), ("discharge capacity (mA.s)", "<f4"),
            ("discharge energy (mW.s)", "<f4"), ("date (µs)", "<u8"), ("_5", "V12"),
        )
    ),
    (True, 52): Layout((*_BTS9_START, *_BTS9_END)),
    (True, 56): Layout((*_BTS9_START, *_BTS9_END, *_THERMOMETER), checked=True),
    (True, 60): Layout(
        (*_BTS9_START, ("date (s)", "<u4"), ("_date", "<u4"), ("_1", "V4"), *_THERMOMETER,
         ("cycle", "<u4"), ("_2", "V4"))
    ),
}  # fmt: skip


def nda_records(content: bytes, source: Source) -> tuple[Columns, Layout, str]:
    """Read the records of versions up to 29.

    Returns
    -------
    columns : dict
        {``quantity (unit)``: values}.
    layout : Layout
        Their layout.
    version : str
        What to call it.

    Raises
    ------
    ReadError
        The version is not known, or the records do not stand where the file says.
    """
    version = content[14]
    if version in (129, 130):
        return _bts9(content, source)
    layout = LAYOUTS.get(version)
    if layout is None:
        raise ReadError(_unknown(source, str(version)))
    record = layout.record
    table = _table(content, 64, record, source)
    if not len(table):  # some clients leave out where the records begin
        begin = max(content.find(b"\x55\x00\x01\x00\x00\x00"), 0)
        table = np.frombuffer(content, record, (len(content) - begin) // record.itemsize, begin)
    tags = (_RECORD,) if version >= 9 else (0, _RECORD)
    chosen = table[np.isin(table["_tag"], tags) & (table["index"] != 0)]
    columns: Columns = {n: chosen[n] for n, _ in layout.fields if not n.startswith("_")}
    ranges = columns.pop("range", np.zeros(len(chosen), np.int32))
    columns = _scaled(columns, multiplier(np.where(ranges == 0, _fixed_range(content), ranges)))
    if "_jumps" in dict(layout.fields):
        columns["_jumps"] = chosen["_jumps"]
    if "_year" in dict(layout.fields):
        columns["_calendar"] = chosen
    if version in _CYCLES_FROM_1:
        columns["cycle"] = columns["cycle"] - 1
    if record.itemsize in _CHANNEL_AT:
        others = np.concatenate([table, _table(content, 72, record, source)])
        columns["_channels"] = _channels(others, record.itemsize)
    return columns, layout, str(version)


def _table(content: bytes, at: int, record: np.dtype[Any], source: Source) -> npt.NDArray[Any]:
    """Return the records of the block that the two numbers at a place say."""
    begin, length = _where(content, at, source)
    return np.frombuffer(content, record, length // record.itemsize, begin)


def _unknown(source: Source, version: str) -> str:
    return (
        f"{source.name} is a Neware .nda file of version {version}, whose layout is not known "
        "here. Export the test as csv from BTSDA, Neware's client, and please report the version."
    )


def _where(content: bytes, at: int, source: Source, kind: str = "<II") -> tuple[int, int]:
    """Read where a block begins and how long it is [bytes]."""
    begin, length = struct.unpack_from(kind, content, at)
    if begin + length > len(content):
        raise ReadError(
            f"{source.name} is cut short: its records end at byte {begin + length}, the file at "
            f"{len(content)}. {AGAIN}."
        )
    return begin, length


def _fixed_range(content: bytes) -> int:
    """Return the current range of the channel [mA], for records that state none."""
    (block,) = struct.unpack_from("<I", content, 16)
    if block + 30 > len(content):
        return 0
    (found,) = struct.unpack_from("<i", content, block + 26)
    return int(found)


def _scaled(columns: Columns, unit: npt.NDArray[np.float64]) -> Columns:
    scaled: Columns = {}
    for header, values in columns.items():
        if "(range" in header:
            letter = "mW" if "energy" in header else "mA"
            scaled[header.replace("range", letter)] = values * unit
        else:
            scaled[header] = values
    if "capacity (mA.s)" in scaled:
        scaled = split_by_direction(scaled, scaled["current (mA)"])
    return scaled


def _channels(table: npt.NDArray[Any], size: int) -> list[tuple[str, npt.NDArray[Any], Any]]:
    """Return header, index and values of each auxiliary channel that measures something."""
    volt, celsius = _CHANNEL_AT[size]
    own = np.dtype(
        {
            "names": ["tag", "channel", "index", "volt", "celsius"],
            "formats": ["u1", "u1", "<u4", "<i4", "<i2"],
            "offsets": [0, 1, 2, volt, celsius],
            "itemsize": size,
        }
    )
    records = table.view(own)
    records = records[records["tag"] == _AUXILIARY]
    found = []
    for channel in np.unique(records["channel"]).tolist():
        chosen = records[records["channel"] == channel]
        if chosen["volt"].any():
            header = f"auxiliary voltage {channel} (0.1 mV)"
            found.append((header, chosen["index"], chosen["volt"]))
        if chosen["celsius"].any():
            header = f"auxiliary temperature {channel} (0.1 degC)"
            found.append((header, chosen["index"], chosen["celsius"]))
    return found


def _bts9(content: bytes, source: Source) -> tuple[Columns, Layout, str]:
    """Read the records of BTS 9, in one block or several."""
    (version,) = struct.unpack_from("<H", content, 16)
    name = f"{content[14]} (records of version {version})"
    if version not in (2, 3, 19, 42):
        raise ReadError(_unknown(source, name))
    blocks = _bts9_blocks(content, source)
    begin = blocks[0][0]
    newer = version >= 19
    sign = content[begin : begin + 2] if newer else content[begin : begin + 5]
    end = begin + blocks[0][1]
    following = content.find(sign, begin + 1, end)
    size = (following if following >= 0 else end) - begin
    layout = _BTS9.get((newer, size))
    if layout is None or any(length % size for _, length in blocks):
        raise ReadError(_unknown(source, f"{name}, {size} bytes a record"))
    record = layout.record
    tables = [np.frombuffer(content, record, length // size, at) for at, length in blocks]
    table = np.concatenate(tables) if len(tables) > 1 else tables[0]
    tag = table["_tag"][0] if newer else _RECORD
    chosen = table[table["_tag"] == tag]
    columns: Columns = {n: chosen[n] for n, _ in layout.fields if not n.startswith("_")}
    if newer:
        columns["total time (s)"] = columns["total time (s)"] + chosen["_nanoseconds"] / 1e9
        columns["date (s)"] = columns["date (s)"] + chosen["_date"] / 1e9
        for what in ("capacity (mA.s)", "energy (mW.s)"):
            signed = columns.pop(what)
            columns[f"charge {what}"] = np.maximum(signed, 0)
            columns[f"discharge {what}"] = np.maximum(-signed, 0)
    else:
        for header in [h for h in columns if "capacity" in h or "energy" in h]:
            columns[header] = np.abs(columns[header])
    return columns, Layout(layout.fields, layout.checked and version == 19), name


def _bts9_blocks(content: bytes, source: Source) -> list[tuple[int, int]]:
    """Return where the blocks of records begin, and how long they are [bytes]."""
    begin, length = _where(content, 82, source, "<QQ")
    if begin or content[_BTS9_BEGIN : _BTS9_BEGIN + 6] != b"NEWARE":
        blocks = [(begin, length or len(content) - begin)]
    else:  # a head that sums up further heads, each of which points behind its own part
        blocks, at = [], _BTS9_BEGIN
        while content[at : at + 6] == b"NEWARE":
            block = _where(content, at + 82, source, "<QQ")
            blocks += [block] if block[1] else []
            part, size = _where(content, at + 242, source, "<QQ")
            if part + size <= at:
                break
            at = part + size
    if not blocks or blocks[0][1] <= 0:
        raise ReadError(f"{source.name} has no records: the test was not begun.")
    return blocks
