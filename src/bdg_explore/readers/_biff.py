"""Workbooks of Excel 5 to 2003 (``.xls``, BIFF5 and BIFF8): what the cells of a sheet hold.

Formats are not looked at: a date is its number of days. Every length is checked.

References
----------
Microsoft, [MS-XLS]: Excel Binary File Format (.xls) Structure.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final

from bdg_explore.errors import ReadError

from ._archive import damage
from ._ole import OLE, streams
from ._source import Source

__all__ = ["OLE", "BiffBook"]

_BOF, _EOF, _SHEET, _TEXTS, _MORE, _PASSWORD = 0x0809, 0x000A, 0x0085, 0x00FC, 0x003C, 0x002F
_NUMBER, _RK, _MANY_RK, _SHARED, _LABEL, _RICH = 0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x00D6
_FORMULA, _STRING, _BOOL = 0x0006, 0x0207, 0x0205
_BIFF8: Final = 0x0600
_MOST_COLUMNS: Final = 256
_ERRORS: Final = {
    0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A",
}  # fmt: skip
_RK_CELL: Final = struct.Struct("<HHHI")
_NUMBER_CELL: Final = struct.Struct("<HHHd")
_ADDRESS: Final = struct.Struct("<HH")


class BiffBook:
    """An open ``.xls`` workbook; `names` are its sheets.

    Raises
    ------
    ReadError
        It is no such workbook, damaged, or has a password.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        with damage(source, "Excel workbook"):
            inside = {name.casefold(): data for name, data in streams(source.content()).items()}
        self._data = inside.get("workbook") or inside.get("book") or b""
        if not self._data:
            raise ReadError(f"{source.name} is an old Office document, but no Excel workbook.")
        self._texts: list[str] = []
        self._places: dict[str, int] = {}
        with damage(source, "Excel workbook"):
            self._globals()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its sheets."""
        return tuple(self._places)

    def _records(self, at: int) -> Iterator[tuple[int, bytes]]:
        """Yield records from a place in the workbook on, until the end of their part."""
        data = self._data
        while at + 4 <= len(data):
            kind, size = _ADDRESS.unpack_from(data, at)
            if at + 4 + size > len(data):
                raise ValueError("a record is longer than what is left of the file")
            if kind == _EOF:
                return
            yield kind, data[at + 4 : at + 4 + size]
            at += 4 + size

    def _globals(self) -> None:
        shared: list[bytes] = []
        last = 0
        self._biff8 = True
        for kind, data in self._records(0):
            if kind == _BOF:
                self._biff8 = struct.unpack_from("<H", data)[0] >= _BIFF8
            elif kind == _PASSWORD:
                raise ReadError(f"{self._source.name} has a password. Save it without one.")
            elif kind == _SHEET and data[5] == 0:  # a sheet with cells, not a chart
                place = struct.unpack_from("<I", data)[0]
                self._places.setdefault(self._text(data[6:], wide=False), place)
            elif kind == _TEXTS or (kind == _MORE and last == _TEXTS):
                shared.append(data)
                kind = _TEXTS
            last = kind
        if shared:
            self._texts = _shared_texts(shared)

    def _text(self, data: bytes, *, wide: bool = True) -> str:
        """Read a text that states its length in two bytes (`wide`) or one."""
        length = struct.unpack_from("<H", data)[0] if wide else data[0]
        begin = 2 if wide else 1
        if not self._biff8:
            return data[begin : begin + length].decode("cp1252", errors="replace")
        double = data[begin] & 1
        body = data[begin + 1 : begin + 1 + length * (1 + double)]
        return body.decode("utf-16-le" if double else "latin-1", errors="replace")

    def rows(self, name: str) -> Iterator[list[Any]]:
        """Yield the rows of a sheet from its first one on; empty cells are empty texts."""
        with damage(self._source, "Excel workbook"):
            cells = self._cells(self._places[name])
        width = max((max(row) for row in cells.values()), default=-1) + 1
        for number in range(max(cells, default=-1) + 1):
            row = cells.get(number, {})
            yield [row.get(column, "") for column in range(width)]

    def _cells(self, place: int) -> dict[int, dict[int, Any]]:
        cells: dict[int, dict[int, Any]] = {}
        pending: tuple[int, int] | None = None

        def put(row: int, column: int, value: Any) -> None:
            if column >= _MOST_COLUMNS:
                raise ValueError(f"a cell in column {column + 1}")
            cells.setdefault(row, {})[column] = value

        depth = 0
        for kind, data in self._records(place):
            if kind == _BOF:
                depth += 1
                if depth > 1:  # a chart, which stands behind the cells
                    break
            elif kind == _RK:
                row, column, _, number = _RK_CELL.unpack_from(data)
                put(row, column, _rk(number))
            elif kind == _NUMBER:
                row, column, _, value = _NUMBER_CELL.unpack_from(data)
                put(row, column, value)
            elif kind == _MANY_RK:
                row, column = _ADDRESS.unpack_from(data)
                for i, at in enumerate(range(6, len(data) - 5, 6)):
                    put(row, column + i, _rk(struct.unpack_from("<I", data, at)[0]))
            elif kind == _SHARED:
                row, column, _, number = _RK_CELL.unpack_from(data)
                put(row, column, self._texts[number])
            elif kind in (_LABEL, _RICH):
                row, column = _ADDRESS.unpack_from(data)
                put(row, column, self._text(data[6:]))
            elif kind == _BOOL:
                row, column, _, value, is_error = struct.unpack_from("<HHHBB", data)
                put(row, column, _ERRORS.get(value, "#N/A") if is_error else value)
            elif kind == _FORMULA:
                pending = _ADDRESS.unpack_from(data)
                put(*pending, _result(data[6:14]))
            elif kind == _STRING and pending:
                put(*pending, self._text(data))
        return cells


def _rk(number: int) -> float:
    """Decode a number packed into 32 bits."""
    if number & 2:
        value = float((number >> 2) - (1 << 30 if number & 0x80000000 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (number & 0xFFFFFFFC) << 32))[0]
    return value / 100 if number & 1 else value


def _result(data: bytes) -> Any:
    """Decode what a formula gave."""
    if data[6:8] != b"\xff\xff":
        return struct.unpack("<d", data)[0]
    kind, value = data[0], data[2]
    return {1: value, 2: _ERRORS.get(value, "#N/A")}.get(kind, "")


def _shared_texts(parts: list[bytes]) -> list[str]:
    """Read the shared texts; one may go on in the next record, perhaps in wider letters."""
    count = struct.unpack_from("<I", parts[0], 4)[0]
    texts: list[str] = []
    part, at = 0, 8

    def skip(size: int) -> None:
        nonlocal part, at
        at += size
        while part < len(parts) and at > len(parts[part]):
            at -= len(parts[part])
            part += 1

    while len(texts) < count and part < len(parts):
        if at >= len(parts[part]):
            part, at = part + 1, 0
            continue
        data = parts[part]
        length, flags = struct.unpack_from("<HB", data, at)
        at += 3
        runs = extra = 0
        if flags & 8:
            (runs,) = struct.unpack_from("<H", data, at)
            at += 2
        if flags & 4:
            (extra,) = struct.unpack_from("<I", data, at)
            at += 4
        letters, left, double = [], length, flags & 1
        while left:
            if part >= len(parts):
                raise ValueError("the shared texts are cut short")
            room = (len(parts[part]) - at) >> double
            taken = min(left, room)
            piece = parts[part][at : at + (taken << double)]
            letters.append(piece.decode("utf-16-le" if double else "latin-1", errors="replace"))
            at += taken << double
            left -= taken
            if left:  # goes on in the next record, which says how wide its letters are
                part += 1
                if part >= len(parts):
                    raise ValueError("the shared texts are cut short")
                double, at = parts[part][0] & 1, 1
        texts.append("".join(letters))
        skip(4 * runs + extra)
    return texts
