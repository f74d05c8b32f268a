"""Workbooks (``.xlsx``, ``.xls``): their sheets, and the tables that stand in them.

A sheet is opened only after its cells were measured: the library behind it sets aside room for
every cell between the first and the last, and one damaged address would take the process down.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
from python_calamine import CalamineWorkbook

from bdg_explore.errors import ReadError

from ._archive import AGAIN, Archive
from ._biff import OLE, BiffBook
from ._source import Head, Source, listed, squeeze

PREVIEW: Final = 60  # rows of a sheet among which its headers are looked for
_MOST_CELLS: Final = 25_165_824  # a sheet of Excel's most rows and 24 columns
_KEPT_CELLS: Final = 4_194_304
_MOST_SHEETS: Final = 512
_LONGEST_TEXT: Final = 131_072
_BATCH_BYTES: Final = 268_435_456
_ZIP: Final = b"PK\x03\x04"
_CONTENT: Final = "xl/workbook.xml"
# Parts of a workbook that hold no cells.
_NO_CELLS: Final = re.compile(
    r"(?i)xl/(?:sharedStrings\.xml|styles\.xml|theme/.*|media/.*|drawings/.*|calcChain\.xml)"
    r"|docProps/.*|.*\.rels|.*\.bin|.*\.png|.*\.jpe?g|.*\.emf"
)
_FAR_ROW: Final = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*(\d{6,})")
_FAR_COLUMN: Final = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{2,})\d")
_ADDRESS: Final = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)(\d*)")
_NEAR: Final = (99_999, 26)  # rows and columns of addresses that neither pattern finds
_CARRIED: Final = 64  # bytes an address may span, carried from one piece to the next


@dataclass(frozen=True)
class Table:
    """A table in a sheet.

    Attributes
    ----------
    sheet : str
        Name of the sheet.
    row : int
        Rows of the sheet above the first record.
    headers : tuple of str
        Its headers.
    columns : tuple
        A float64 array for each column of numbers (NaN where a cell is empty), else a list of what
        the cells hold, the empty ones as None.
    """

    sheet: str
    row: int
    headers: tuple[str, ...]
    columns: tuple[Any, ...]

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.columns[0]) if self.columns else 0


class Workbook:
    """An open workbook; `names` are its sheets, in their order.

    Raises
    ------
    ReadError
        It is no whole workbook, or one that would not fit into memory.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._previews: dict[str, list[list[Any]]] = {}
        self._sheets: dict[str, Any] = {}
        self._longest = 0
        if source.head.raw.startswith(OLE):
            self._book: Any = BiffBook(source)
            self.names = tuple(self._book.names)
        else:
            self._measure(Archive(source))
            with library_errors(source):
                self._book = (
                    CalamineWorkbook.from_path(source.path)
                    if source.path and not source.gzipped
                    else CalamineWorkbook.from_filelike(io.BytesIO(source.content()))
                )
                self.names = tuple(self._book.sheet_names)
        if len(self.names) > _MOST_SHEETS:
            raise ReadError(f"{source.name} has {len(self.names)} sheets. It is not read.")

    def _measure(self, archive: Archive) -> None:
        """Unpack every part once: all must be whole, and no sheet may span more than fits."""
        for name in archive.members:
            if _NO_CELLS.fullmatch(name):
                longest = max((_longest_text(piece) for piece in archive.pieces(name)), default=0)
                self._longest = max(self._longest, longest)
                continue
            rows, columns = _extent(archive.pieces(name), far_only=True)
            if rows * columns > _MOST_CELLS:
                rows, columns = _extent(archive.pieces(name), far_only=False)
            if rows * columns > _MOST_CELLS:
                raise ReadError(
                    f"{name} in {self._source.name} spans {rows} rows and {columns} columns, more "
                    f"than fit into memory. If it is whole, export it as csv; if not: {AGAIN}."
                )
        if self._longest > _LONGEST_TEXT:
            raise ReadError(
                f"{self._source.name} holds a text of {self._longest} bytes in one cell, more than "
                f"a workbook may. {AGAIN}."
            )

    def preview(self, name: str) -> list[list[Any]]:
        """Return the first rows of a sheet."""
        if name not in self._previews:
            with library_errors(self._source):
                self._previews[name] = list(islice(self._rows(name), PREVIEW))
        return self._previews[name]

    def find(self, *headers: str, sheets: Sequence[str] = ()) -> list[tuple[str, int]]:
        """Say in which sheets, and in which row of each, all these headers stand.

        Parameters
        ----------
        headers : str
            Case, spaces, underscores and degree signs do not matter.
        sheets : sequence of str
            Where to look; everywhere by default.
        """
        wanted = {squeeze(header) for header in headers}
        found = []
        for name in sheets or self.names:
            for row, cells in enumerate(self.preview(name)):
                if wanted <= {squeeze(c) for c in cells if isinstance(c, str)}:
                    found.append((name, row))
                    break
        return found

    def table(self, name: str, header_row: int) -> Table:
        """Read the table whose headers stand in a row of a sheet; empty records at its end go."""
        with library_errors(self._source):
            rows = self._rows(name)
            given = next(islice(rows, header_row, None), [])
            headers = [_header(cell) for cell in given]
            while headers and not headers[-1]:
                headers.pop()
            width = max(len(given), 1)
            size = max(16, min(20_000, _BATCH_BYTES // (width * max(self._longest, 64))))
            batches: list[list[Any]] = [[] for _ in headers]
            while batch := list(islice(rows, size)):
                for kept, cells in zip(batches, zip(*batch, strict=True), strict=False):
                    kept.append(_cells(cells))
        self._sheets.pop(name, None)
        columns = [joined(parts) for parts in batches]
        last = max((_filled(column) for column in columns), default=0)
        return Table(name, header_row + 1, tuple(headers), tuple(c[:last] for c in columns))

    def _rows(self, name: str) -> Iterator[list[Any]]:
        """Yield the rows of a sheet from its first one on, empty ones included."""
        if isinstance(self._book, BiffBook):
            yield from self._book.rows(name)
            return
        sheet = self._sheets.get(name)
        if sheet is None:
            sheet = self._book.get_sheet_by_name(name)
            if sheet.height * sheet.width <= _KEPT_CELLS:
                self._sheets[name] = sheet
        above, left = sheet.start or (0, 0)
        for _ in range(above):
            yield [""] * (left + sheet.width)
        indent = [""] * left
        for row in sheet.iter_rows():
            yield indent + row


def workbook(head: Head) -> Workbook | None:
    """Return the workbook that a file is; None if it is none, or not whole."""
    try:
        return open_workbook(head.source)
    except ReadError:
        return None


def open_workbook(source: Source) -> Workbook:
    """Open a file as a workbook; what was opened once is kept for the next one who asks.

    Raises
    ------
    ReadError
        It is no whole workbook.
    """
    held = source.seen.get("workbook")
    if held is None:
        raw = source.head.raw
        try:
            if not raw.startswith((_ZIP, OLE)):
                raise ReadError(f"{source.name} is no workbook but {source.head.describe()}.")
            if raw.startswith(_ZIP) and _CONTENT not in Archive(source):
                raise ReadError(f"{source.name} is a zip archive and no workbook (.xlsx).")
            held = Workbook(source)
        except ReadError as error:
            held = error
        source.seen["workbook"] = held
    if isinstance(held, ReadError):
        raise held
    book: Workbook = held
    return book


@contextmanager
def library_errors(source: Source) -> Iterator[None]:
    """Turn what the library says about a damaged workbook into a `ReadError`.

    Its own errors are ordinary; a panic of its compiled part is no `Exception`.
    """
    try:
        yield
    except (ReadError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        text = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ReadError(f"{source.name} is not a whole workbook ({text}). {AGAIN}.") from error


def joined(parts: Sequence[Any]) -> Any:
    """Join pieces of one column; numbers stay an array where all of them are."""
    if not parts:
        return np.empty(0)
    if all(isinstance(part, np.ndarray) for part in parts):
        return np.concatenate(parts) if len(parts) > 1 else parts[0]
    cells: list[Any] = []
    for part in parts:
        if isinstance(part, np.ndarray):
            part = [None if np.isnan(number) else number for number in part.tolist()]
        cells.extend(part)
    return cells


def _header(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return re.sub(r"\s*[\r\n]+\s*", " ", str(cell)).strip()


def _cells(cells: Sequence[Any]) -> Any:
    """Hold cells as numbers if they are, or are empty; else as they are, empty ones as None."""
    kinds = set(map(type, cells))
    if kinds <= {float, int}:
        return np.array(cells, dtype=np.float64)
    bare = [None if cell == "" else cell for cell in cells]
    if set(map(type, bare)) <= {float, int, type(None)}:
        return np.array(bare, dtype=np.float64)
    return bare


def _filled(column: Any) -> int:
    """Return how many records there are up to the last one with a value."""
    if isinstance(column, np.ndarray):
        given = np.flatnonzero(~np.isnan(column))
        return int(given[-1]) + 1 if len(given) else 0
    return next((i for i in range(len(column), 0, -1) if column[i - 1] is not None), 0)


def _longest_text(piece: bytes) -> int:
    """Return the length of the longest shared text in a piece [bytes]."""
    return max(map(len, piece.split(b"</si>"))) if b"</si>" in piece else 0


def _extent(pieces: Iterator[bytes], *, far_only: bool) -> tuple[int, int]:
    """Return how many rows and columns the cells of a sheet span, at most.

    Looking for far addresses only is four times as fast as looking at all.
    """
    rows, columns = _NEAR if far_only else (1, 1)
    counted, carried = 0, b""
    for piece in pieces:
        text = carried + piece
        counted += piece.count(b"<row")
        if far_only:
            for (digits,) in zip(_FAR_ROW.findall(text), strict=True):
                rows = max(rows, int(digits[:9]))
            letters = set(_FAR_COLUMN.findall(text))
        else:
            found = _ADDRESS.findall(text)
            rows = max(rows, max((int(digits[:9]) for _, digits in found if digits), default=1))
            letters = {letter for letter, _ in found}
        columns = max(columns, max(map(_column_number, letters), default=1))
        carried = text[-_CARRIED:]
    return max(rows, counted), columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:6].upper():
        number = number * 26 + letter - 64
    return number


def no_table(source: Source, book: Workbook, what: str) -> ReadError:
    """Make the error for a workbook without the table looked for."""
    return ReadError(
        f"{source.name} has no sheet with {what}; its sheets are {listed(book.names)}. "
        "Give the file as the tester exported it, or one sheet as csv with columns=."
    )


def sheets_with(source: Source, *headers: str) -> tuple[Workbook, list[tuple[str, int]]]:
    """Open a workbook and say in which sheets, and in which row of each, these headers stand.

    Raises
    ------
    ReadError
        It is no whole workbook, or no sheet has them all.
    """
    book = open_workbook(source)
    found = book.find(*headers)
    if not found:
        raise no_table(source, book, f"the headers {', '.join(headers)}")
    return book, found
