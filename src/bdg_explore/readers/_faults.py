"""Which line of a text is wrong, and how: told after the fast way of reading failed."""

import zlib
from collections.abc import Sequence
from typing import Final

from ._layout import AGAIN, COMMA_NUMBER, Layout, records
from ._reader import Wanted
from ._source import Source

_MOST_LINES: Final = 1_000_000  # are looked at one by one, which takes some seconds
# What testers and spreadsheets write where there is no number.
NO_NUMBER: Final = (
    "", " ", "  ", "nan", "NaN", "NAN", "-nan", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "None",
    "-", "--", "1.#QNAN", "-1.#IND", "1.#IND", "1.#INF", "-1.#INF", "-1.#QNAN",
)  # fmt: skip


def diagnose(
    source: Source,
    layout: Layout,
    numbers: Sequence[Wanted],
    error: Exception | None,
) -> str:
    """Walk the lines to say which one is wrong, after the fast way failed."""
    wrong = cut = ""  # how a line of the wrong length is told if lines follow, and if none does
    try:
        for line, fields in records(source, layout, _MOST_LINES):
            if wrong:
                return wrong
            where = f"{source.name}, line {line}"
            if len(fields) != layout.width:
                wrong = cut = f"{where}: {_wrong_length(layout, fields)}"
                if len(fields) < layout.width:
                    cut = (
                        f"{where} is cut short: {len(fields)} of {layout.width} fields. The "
                        f"file was not written or copied to its end. {AGAIN}, or delete this "
                        "last line."
                    )
                continue
            for w in numbers:
                problem = _not_a_number(fields[w.place], layout)
                if problem:
                    return f"{where}, column {w.header!r}: {problem}"
    except (OSError, EOFError, zlib.error) as broken:
        return f"{source.name} is not a whole gzip file: {broken}. {AGAIN}."
    return cut or f"{source.name} cannot be read: {error}. {AGAIN}."


def _wrong_length(layout: Layout, fields: list[str]) -> str:
    text = f"{len(fields)} fields under {len(layout.headers)} headers. "
    if layout.delimiter == "," and len(fields) > len(layout.headers):
        return text + (
            "If it is written with decimal commas, export it with ';' between the fields or with "
            "decimal points."
        )
    return text + "Correct that line, or export the file again."


def _not_a_number(field: str, layout: Layout) -> str:
    if "\0" in field:
        return f"NUL bytes in place of a number; the file was not written to its end. {AGAIN}."
    text = field.strip()
    if text in NO_NUMBER:
        return ""
    try:
        float(text.replace(",", ".") if layout.decimal == "," else text)
    except ValueError:
        comma = " (a decimal comma?)" if COMMA_NUMBER.fullmatch(text) else ""
        return f"{text[:60]!r} is not a number{comma}. Correct it, or leave the field empty."
    return f"{text[:60]!r} is not a number." if "_" in text else ""
