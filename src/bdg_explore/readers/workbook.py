"""Any workbook with a map of its columns, or with canonical columns as they stand.

The table is the first one, in the order of the sheets, whose row of headers has the columns of the
map, or canonical names that make a table known here; it may stand below other rows.
"""

from collections.abc import Sequence

from bdg_explore.columns import COLUMNS

from ._headers import canonical_name, vocabulary_columns
from ._reader import ANY_TABLE, Raw, Reader, Request
from ._sheets import raw_of
from ._source import Head
from ._walk import guess_table
from ._workbook import Workbook, no_table, open_workbook
from ._workbook import workbook as workbook_of


def _is_table(headers: Sequence[str]) -> bool:
    named = (canonical_name(header) for header in headers)
    known = [name for name, _ in filter(None, named) if name in COLUMNS]
    return guess_table(known) is not None


def _place(book: Workbook) -> tuple[str, int] | None:
    for name in book.names:
        for row, cells in enumerate(book.preview(name)):
            if _is_table([cell for cell in cells if isinstance(cell, str) and cell]):
                return name, row
    return None


def _recognises(head: Head) -> bool:
    book = workbook_of(head)
    return book is not None and _place(book) is not None


def _load(request: Request) -> Raw:
    source = request.source
    book = open_workbook(source)
    own = list(dict.fromkeys(s for rule in request.own.values() for s in rule.sources))
    found = book.find(*own) if own else []
    place = found[0] if found else None if own else _place(book)
    if place is None:
        what = f"the headers {', '.join(own)}" if own else "headers that are canonical names"
        raise no_table(source, book, what)
    table = book.table(*place)
    notes = [f"several sheets have these headers; {place[0]} is read"] if len(found) > 1 else []
    return raw_of(request, [table], notes=notes, facts={"sheet": table.sheet})


def is_workbook(head: Head) -> bool:
    """Whether a file is a workbook, whatever is in it."""
    return workbook_of(head) is not None


READER = Reader(
    name="workbook",
    description="Any workbook with a map of its columns",
    known_by="a sheet whose headers are canonical names",
    recognises=_recognises,
    load=_load,
    columns=vocabulary_columns,
    table=ANY_TABLE,
    suffixes=(".xlsx", ".xls"),
)
