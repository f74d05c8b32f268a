"""CH Instruments, impedance exported as text.

Lines about the test (``A.C. Impedance``, date, model, settings ``name = value``), a line of names
``Freq/Hz, Z'/ohm, Z"/ohm, Z/ohm, Phase/deg``, a blank line, and the records with commas between.
``Z"`` and the phase are negative for a capacitor, as they stand. Both are printed with few digits:
the phase with one decimal.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from bdg_explore.columns import (
    ABSOLUTE_IMPEDANCE,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    PHASE,
    REAL_IMPEDANCE,
)
from bdg_explore.errors import ReadError

from ._delimited import delimited
from ._reader import From, Raw, Reader, Request
from ._source import Head
from ._spectra import finish_spectrum

_NAMES: Final = re.compile(r"\s*Freq/Hz\s*[,;\t]\s*Z'/ohm\s*[,;\t]\s*Z(?:\"|'')/ohm\b", re.I)
_SETTING: Final = re.compile(r"([A-Z][^=:]{2,40}?)\s*[=:]\s*(\S.{0,80}?)\s*")
_KEPT: Final = ("Init E (V)", "Amplitude (V)", "Instrument Model", "Quiet Time (sec)")


def _header_line(lines: Sequence[str]) -> int:
    return next((i for i, line in enumerate(lines) if _NAMES.match(line)), -1)


def _recognises(head: Head) -> bool:
    if not head.is_text:
        return False
    preamble = any(line.strip() == "A.C. Impedance" for line in head.lines[:5])
    return preamble or _header_line(head.lines) >= 0


def _load(request: Request) -> Raw:
    head = request.source.head
    if not head.is_text:
        raise ReadError(f"{request.source.name} is not text but {head.describe()}.")
    if _header_line(head.lines) < 0:
        raise ReadError(
            f'{request.source.name} has no line of names "Freq/Hz, Z\'/ohm, ...", so no table of '
            "impedance. It may be cut; export it again."
        )
    raw = delimited(header_line=_header_line)(request)
    settings: dict[str, Any] = {}
    for line in head.lines[: _header_line(head.lines)]:
        found = _SETTING.fullmatch(line.strip())
        if found and found[1] in _KEPT:
            settings[found[1]] = found[2]
    raw.facts["settings"] = settings
    return raw


READER = Reader(
    name="chi_txt",
    description="CH Instruments, impedance exported as text",
    tester="CH Instruments",
    recognises=_recognises,
    load=_load,
    table="impedance",
    columns={
        FREQUENCY: From("Freq/Hz"),
        REAL_IMPEDANCE: From("Z'/ohm"),
        IMAGINARY_IMPEDANCE: From(('Z"/ohm', "Z''/ohm")),
        ABSOLUTE_IMPEDANCE: From("Z/ohm"),
        PHASE: From("Phase/deg"),
    },
    known_by="the line A.C. Impedance, or the names Freq/Hz, Z'/ohm and Z\"/ohm",
    suffixes=(".txt",),
    finish=finish_spectrum,
)
