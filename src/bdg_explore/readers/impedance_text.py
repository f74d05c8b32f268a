"""Spectra of impedance as plain text: columns with common names, or three numbers a line.

*With a line of names* (the first one, ``#`` before it or not): frequency, real and imaginary part
in any common spelling (``freq``, ``Frequency [Hz]``, ``Z'``, ``Re(Z) / Ohm``, ``Zreal``,
``-Im(Z)``, ``Z_imag_ohm`` ...), in any order; modulus, phase, time, voltage, current, temperature
and cycle are taken along. Units in the names are converted (kHz, mΩ, rad ...); where they are not
stated Hz, ohm and degree are assumed, as a note says. A minus sign in the name of the imaginary
part or of the phase is undone; without one the values stand as they are.

*Without names*: ``f, Zre, Zim`` a line. Such a file is recognised only if its first column can be
hardly anything but frequencies: positive, monotone, over more than a decade, and spaced evenly on a
logarithmic scale. A note says that this is assumed.

*Complex numbers*: in place of the two parts there may be one complex text, ``0.05-0.02j`` or
``(0.05-0.02i)``, as Python and Matlab write them, or ``(0.05+-0.02j)``, as NumPy does.

Fields are separated by commas, semicolons, TABs or white space; decimal commas are understood where
no comma separates. Lines begun with ``#`` are passed over. Where the frequency starts again, a new
spectrum begins, counted in `step_count`.
"""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

import numpy as np

from bdg_explore.columns import FREQUENCY
from bdg_explore.errors import ReadError

from ._blocks import Block, fields_of, raw_of, text_lines
from ._layout import AGAIN
from ._reader import Raw, Reader, Request
from ._source import Head
from ._spectra import column_of, finish_spectrum, is_spectrum, spectrum_columns
from .bdf import is_bdf
from .nova_txt import is_nova
from .parstat_txt import is_parstat
from .powersuite_txt import is_powersuite

_NUMBER: Final = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")
_PART: Final = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_COMPLEX: Final = re.compile(rf"\(?\s*([-+]?{_PART})\s*([-+]|\+-)\s*({_PART})\s*[ij]\s*\)?")
_HEADLESS: Final = ("frequency", "Zre", "Zim")  # names given to columns without any
_BIOLOGIC: Final = {"freq/hz", "re(z)/ohm"}


def _recognises(head: Head) -> bool:
    if not head.is_text or _is_another(head):
        return False
    lines = [line for line in head.lines[:400] if line.strip()]
    if len(head.raw) >= 65_536:
        lines = lines[:-1]  # the last one is cut
    names, delimiter, records = _opening(lines)
    if names:
        known = [column_of(name) for name in names]
        found = {column[0] for column in known if column}
        if _is_complex(names, delimiter, records):
            return FREQUENCY in found
        return is_spectrum(list(found)) and 2 * len(found) >= sum(bool(n) for n in names)
    rows = [_numbers_of(line, delimiter) for line in records]
    return len(rows) >= 4 and all(rows) and _is_ladder([row[0] for row in rows if row])


def _is_another(head: Head) -> bool:
    """Whether a format with names of its own spells the headers so."""
    biologic = {h.strip().casefold() for h in head.headers} >= _BIOLOGIC
    return biologic or is_bdf(head.headers) or any(
        test(head) for test in (is_nova, is_parstat, is_powersuite)
    )  # fmt: skip


def _opening(lines: Sequence[str]) -> tuple[tuple[str, ...], str, list[str]]:
    """Give the names, if there are any, the delimiter, and the first lines with records."""
    comments = [line for line in lines if line.startswith("#")]
    rest = [line for line in lines if not line.startswith("#")]
    if not rest:
        return (), "", []
    delimiter = _delimiter(rest)
    first = _split(rest[0], delimiter)
    if not any(_NUMBER.fullmatch(field) or _COMPLEX.fullmatch(field) for field in first):
        return tuple(first), delimiter, rest[1:]
    named = _split(comments[-1].lstrip("# "), delimiter) if comments else []
    width = len(first) - (not first[-1])
    return (tuple(named) if len(named) == width else ()), delimiter, rest


def _delimiter(lines: Sequence[str]) -> str:
    """Return what stands between the fields of records; empty for white space."""
    sample = lines[1] if len(lines) > 1 else lines[0]
    return next((sign for sign in "\t;," if sign in sample), "")


def _split(line: str, delimiter: str) -> list[str]:
    if not delimiter:
        line = re.sub(r"\(\s*([^()]*?)\s*\)", lambda m: re.sub(r"\s", "", m[0]), line)
    return [field.strip() for field in fields_of(line, delimiter)]


def _numbers_of(line: str, delimiter: str) -> tuple[float, ...]:
    """Give the three numbers of a line, frequency first; none if it is another."""
    fields = _split(line, delimiter)
    fields = fields[:-1] if len(fields) > 2 and not fields[-1] else fields
    if len(fields) == 2 and (parts := _COMPLEX.fullmatch(fields[1])):
        fields = [_real(fields[0]), parts[1], parts[2][-1] + parts[3]]
    if len(fields) != 3 or not all(_NUMBER.fullmatch(field) for field in fields):
        return ()
    return tuple(float(field.replace(",", ".")) for field in fields)


def _real(text: str) -> str:
    """Write a complex number without imaginary part as a real one."""
    parts = _COMPLEX.fullmatch(text)
    return parts[1] if parts and float(parts[3]) == 0 else text


def _is_ladder(values: Sequence[float]) -> bool:
    """Whether these can be hardly anything but the frequencies of a sweep.

    Evenly spaced on a linear scale, as times are, steps on the logarithmic scale vary by more than
    0.7 of their mean wherever they span a decade.
    """
    frequency = np.asarray(values)
    if not np.isfinite(frequency).all() or (frequency <= 0).any():
        return False
    steps = np.diff(np.log10(frequency))
    monotone = bool((steps > 0).all() or (steps < 0).all())
    return monotone and abs(float(steps.sum())) > 1 and bool(steps.std() < 0.6 * abs(steps.mean()))


def _is_complex(names: Sequence[str], delimiter: str, records: Sequence[str]) -> bool:
    fields = _split(records[0], delimiter) if records else []
    return len(names) == 2 and len(fields) == 2 and bool(_COMPLEX.fullmatch(fields[1]))


def _load(request: Request) -> Raw:
    source = request.source
    lines = islice((line for _, line in text_lines(source) if line.strip()), 400)
    names, delimiter, records = _opening(list(lines))
    if not records:
        raise ReadError(f"{source.name} has a header and no records. {AGAIN}.")
    parts = _is_complex(names, delimiter, records) or (
        not names and len(_split(records[0], delimiter)) == 2
    )
    block = Block(_HEADLESS if parts or not names else names, delimiter)
    skipping = bool(names)
    for number, line in text_lines(source):
        if not line.strip() or line.startswith("#"):
            continue
        if skipping and line is not None and _split(line, delimiter) == list(names):
            skipping = False
            continue
        block.add(number, _in_parts(line, delimiter, number, source.name) if parts else line)
    block.delimiter = "\t" if parts else delimiter
    raw = raw_of(request, [block], to_end=True)
    if not names:
        raw.notes.append(
            "the file has no names: its columns are taken as frequency [Hz], real and imaginary "
            "part [ohm]"
        )
    unstated = [w.header for w in raw.plan if (c := column_of(w.header)) and not c[2]]
    if names and unstated:
        raw.notes.append(f"no unit is stated for {', '.join(unstated)}: Hz, ohm, degree, s assumed")
    return raw


def _in_parts(line: str, delimiter: str, number: int, name: str) -> str:
    """Write a record with a complex number as one with two real ones."""
    fields = _split(line, delimiter)
    complex_number = _COMPLEX.fullmatch(fields[1]) if len(fields) == 2 else None
    if complex_number is None:
        raise ReadError(
            f"{name}, line {number}: {line.strip()[:60]!r} is not a frequency and a complex number "
            f"like the first record. Correct it, or delete the line."
        )
    return f"{_real(fields[0])}\t{complex_number[1]}\t{complex_number[2][-1]}{complex_number[3]}"


READER = Reader(
    name="impedance_text",
    description="Spectra as plain text: columns with common names, or f, Zre, Zim without any",
    recognises=_recognises,
    load=_load,
    table="impedance",
    columns=spectrum_columns,
    known_by=(
        "the names of a frequency and of both parts of an impedance, or a first column that can "
        "only be frequencies"
    ),
    suffixes=(".csv", ".txt", ".dat"),
    finish=finish_spectrum,
)
