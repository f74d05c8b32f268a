"""Tables of a Microsoft Access database (Jet 4 and later), read with every length checked.

A database is a row of pages of 4096 bytes. A data page names the page that defines its table, and
lists where its rows begin; rows are packed from its end. A row is: number of columns, fixed-length
values, variable-length values and where they begin, and a bit a column that is 1 where it has a
value. The catalog is the table that page 2 defines. Numbers, dates, yes/no and text are read;
memos, pictures and encrypted databases are not.

References
----------
The format notes of mdbtools (HACKING), and the library Jackcess for the flags of rows.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bdg_explore.errors import ReadError

from ._archive import AGAIN
from ._source import Source

PAGE: Final = 4096
MAGIC: Final = (b"\x00\x01\x00\x00Standard Jet DB", b"\x00\x01\x00\x00Standard ACE DB")
_VERSION_AT: Final = 0x14
_DATA_PAGE, _TABLE_PAGE = b"\x01\x01", b"\x02\x01"
_CATALOG_PAGE: Final = 2
_DELETED, _ELSEWHERE, _OFFSET = 0x8000, 0x4000, 0x1FFF
_TEXT: Final = 10
_YES_NO: Final = 1
# Numpy types of fixed-length values, by the number of their type; 8 is a date in days.
_FIXED: Final = {2: "u1", 3: "<i2", 4: "<i4", 6: "<f4", 7: "<f8", 8: "<f8"}
_MOST_TEXTS: Final = 100_000
_MOST_DEFINITION: Final = 64  # pages that define one table
_TABLE_ID: Final = 0xFFFFFF

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class _Column:
    """One column of a table: its name, its type, and where it stands in a row."""

    name: str
    kind: int
    number: int
    fixed: bool
    offset: int
    variable: int


class Database:
    """An open database; `tables` maps the names of its tables to the pages that define them.

    Raises
    ------
    ReadError
        It is no Access database, of Access 97 or earlier, encrypted, or damaged.
    """

    def __init__(self, content: bytes, source: Source) -> None:
        self._source = source
        if not content.startswith(MAGIC):
            raise ReadError(f"{source.name} is no Access database but {source.head.describe()}.")
        if len(content) < 3 * PAGE:
            raise self._damaged("it has fewer than three pages")
        if content[_VERSION_AT] == 0:
            raise ReadError(
                f"{source.name} is a database of Access 97 or earlier, which is not read. Open it "
                "in Access 2000 or later and convert it, or export the test as csv."
            )
        self._bytes: Array = np.frombuffer(content, np.uint8)[: len(content) // PAGE * PAGE]
        self._content = content
        words = self._bytes.reshape(-1, PAGE)[:, :14].copy()
        is_data = (words[:, 0] == _DATA_PAGE[0]) & (words[:, 1] == _DATA_PAGE[1])
        self._owners = np.where(is_data, words[:, 4:8].copy().view("<u4").ravel(), 0)
        self._counts = words[:, 12:14].copy().view("<u2").ravel().astype(np.int64)
        catalog = self._read(_CATALOG_PAGE, "the catalog")
        self.tables: dict[str, int] = {}
        for name, number, kind in zip(
            *(catalog.get(c, []) for c in ("Name", "Id", "Type")), strict=False
        ):
            if kind == 1 and name:
                self.tables[str(name)] = int(number) & _TABLE_ID
        if not self.tables:
            raise ReadError(
                f"{source.name} lists no tables: the database is encrypted or damaged. Remove its "
                "password in Access, or export the test as csv."
            )

    def read(self, table: str) -> dict[str, Array]:
        """Read one table.

        Returns
        -------
        dict
            {column: values}: numbers as they are stored, float64 with NaN where some are missing;
            text as an array of str, "" where there is none.

        Raises
        ------
        ReadError
            There is no such table, or it is damaged.
        """
        if table not in self.tables:
            raise ReadError(
                f"{self._source.name} has no table {table}; it has {', '.join(self.tables)}."
            )
        return self._read(self.tables[table], table)

    def stated_rows(self, table: str) -> int:
        """Return how many rows the definition of a table says it has."""
        at = self.tables[table] * PAGE + 16
        return int.from_bytes(self._content[at : at + 4], "little")

    def _damaged(self, what: str) -> ReadError:
        return ReadError(f"{self._source.name} is not a whole Access database ({what}). {AGAIN}.")

    def _definition(self, page: int, name: str) -> bytes:
        """Join the pages that define a table."""
        parts = bytearray()
        for place in range(_MOST_DEFINITION):
            begin = page * PAGE
            raw = self._content[begin : begin + PAGE]
            if len(raw) < PAGE or raw[:2] != _TABLE_PAGE:
                raise self._damaged(f"page {page} does not define {name}")
            parts += raw if place == 0 else raw[8:]
            page = int.from_bytes(raw[4:8], "little")
            if page == 0:
                return bytes(parts)
        raise self._damaged(f"the definition of {name} has no end")

    def _columns(self, definition: bytes, name: str) -> list[_Column]:
        count = int.from_bytes(definition[45:47], "little")
        indexes = int.from_bytes(definition[51:55], "little")
        at = 63 + indexes * 12
        titles = at + count * 25
        columns = []
        for place in range(count):
            entry = definition[at + place * 25 : at + (place + 1) * 25]
            size = int.from_bytes(definition[titles : titles + 2], "little")
            title = definition[titles + 2 : titles + 2 + size]
            if len(entry) < 25 or len(title) < size or not size:
                raise self._damaged(f"the columns of {name} are cut short")
            number, variable = (int.from_bytes(entry[i : i + 2], "little") for i in (5, 7))
            offset = int.from_bytes(entry[21:23], "little")
            text = title.decode("utf-16-le", errors="replace")
            fixed = bool(entry[15] & 1)
            columns.append(_Column(text, entry[0], number, fixed, offset, variable))
            titles += 2 + size
        return columns

    def _rows(self, page: int, name: str) -> tuple[Array, Array]:
        """Return where the rows of a table begin and end [bytes from the start of the file]."""
        pages = np.flatnonzero(self._owners == page)
        counts = self._counts[pages]
        if (counts > (PAGE - 14) // 2).any():
            raise self._damaged(f"a page of {name} lists more rows than it has room for")
        total = int(counts.sum())
        base = np.repeat(pages * PAGE, counts)
        within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        at = base + 14 + within * 2
        stored = self._words(at)
        begin = (stored & _OFFSET).astype(np.int64)
        end = np.where(within == 0, PAGE, np.roll(begin, 1)) if total else begin
        begins, ends = base + begin, base + end
        moved = (stored & _ELSEWHERE != 0) & (stored & _DELETED == 0)
        for row in np.flatnonzero(moved)[:_MOST_TEXTS].tolist():
            begins[row], ends[row] = self._moved(int(begins[row]), name)
        kept = stored & _DELETED == 0
        begins, ends = begins[kept], ends[kept]
        if (ends - begins < 3).any() or (begins // PAGE != (ends - 1) // PAGE).any():
            raise self._damaged(f"a row of {name} has no length")
        return begins, ends

    def _moved(self, at: int, name: str) -> tuple[int, int]:
        """Follow a row that outgrew its page: its number there, and the page."""
        row, page = self._content[at], int.from_bytes(self._content[at + 1 : at + 4], "little")
        if page >= len(self._counts) or row >= self._counts[page]:
            raise self._damaged(f"a row of {name} is said to stand where there is none")
        base = page * PAGE
        places = self._words(base + 14 + 2 * np.array([max(row - 1, 0), row])) & _OFFSET
        return base + int(places[1]), base + (int(places[0]) if row else PAGE)

    def _words(self, at: Array) -> Array:
        """Return the 16-bit numbers at some places."""
        words: Array = self._bytes[at].astype(np.int64)
        words |= self._bytes[at + 1].astype(np.int64) << 8
        return words

    def _read(self, page: int, name: str) -> dict[str, Array]:
        columns = self._columns(self._definition(page, name), name)
        begins, ends = self._rows(page, name)
        held = self._words(
            begins
        )  # columns in the row; fewer if some were added to the table later
        bits = (held + 7) // 8
        values: dict[str, Array] = {}
        for column in columns:
            at = ends - bits + column.number // 8
            known = column.number < held
            if (known & ((at >= ends) | (at < begins))).any():
                raise self._damaged(f"a row of {name} is shorter than its columns")
            byte = self._bytes[np.where(known, at, 0)]
            given = known & (byte >> np.uint8(column.number % 8) & 1 == 1)
            if column.kind == _YES_NO:
                values[column.name] = given
            elif column.fixed and column.kind in _FIXED:
                values[column.name] = self._fixed(column, begins, ends - bits, given, name)
            elif column.kind == _TEXT and not column.fixed and len(begins) <= _MOST_TEXTS:
                values[column.name] = self._texts(column, begins, ends - bits, given)
        return values

    def _fixed(self, column: _Column, begins: Array, ends: Array, given: Array, name: str) -> Array:
        kind = np.dtype(_FIXED[column.kind])
        at = begins + 2 + column.offset
        if (given & (at + kind.itemsize > ends)).any():
            raise self._damaged(f"a value of {column.name} in {name} stands behind its row")
        windows = np.lib.stride_tricks.sliding_window_view(self._bytes, kind.itemsize)
        values: Array = windows[np.where(given, at, 0)].view(kind).ravel()
        return values if given.all() else np.where(given, values.astype(np.float64), np.nan)

    def _texts(self, column: _Column, begins: Array, ends: Array, given: Array) -> Array:
        """Read a text column, row by row; for small tables."""
        found: list[str] = []
        for begin, end, has in zip(begins.tolist(), ends.tolist(), given.tolist(), strict=True):
            at = end - 4 - 2 * column.variable
            if not has or at - 2 < begin:
                found.append("")
                continue
            start, stop = (int.from_bytes(self._content[i : i + 2], "little") for i in (at, at - 2))
            found.append(_decoded(self._content[begin + start : min(begin + stop, end)]))
        return np.array(found, dtype=object)


def _decoded(raw: bytes) -> str:
    """Decode a text: UTF-16, or one byte a letter after a mark that says so."""
    if raw[:2] == b"\xff\xfe":
        return raw[2:].replace(b"\0", b"").decode("latin-1")
    return raw.decode("utf-16-le", errors="replace")
