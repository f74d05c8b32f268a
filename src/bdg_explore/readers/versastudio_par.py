"""VersaStudio data files (``.par``): the spectra, or all records, of an experiment.

A text of sections ``<Name>`` ... ``</Name>``. A section ``<Segment1>`` holds its settings, a line
``Definition=Segment #, Point #, E(V), I(A), Elapsed Time(s), ...`` with the names, and the records
with commas between. A record with frequency 0 is one of direct current; the spectra are the others.
``Z Imag`` is negative for a capacitor, as it stands. ``AC Amplitude`` is a voltage [V], or a
current [A] where the section ``<Action..>`` is galvanostatic throughout.

*Step.* `step_count` goes up with the number of the section or of ``Segment #``, so it tells spectra
apart; `step_id` is ``Segment #`` as it stands.

The default table is the spectra, without the records of direct current, which a note counts;
``table="timeseries"`` gives voltage and current of all records.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from bdg_explore.columns import (
    CURRENT,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    REAL_IMPEDANCE,
    RECORD,
    STEP,
    STEP_ID,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._blocks import Block, fields_of, raw_of, text_lines
from ._layout import AGAIN
from ._reader import From, Raw, Reader, Request
from ._source import Head
from ._spectra import (
    CURRENT_AMPLITUDE,
    DC_SIGN,
    VOLTAGE_AMPLITUDE,
    finish_spectrum,
    without_direct_current,
)

_OPEN: Final = re.compile(r"<(Segment\d+|Action\d+)>", re.IGNORECASE)
_DEFINITION: Final = "Definition="
_STEP: Final = "step (counted)"


def _recognises(head: Head) -> bool:
    first = [line.strip() for line in head.lines[:12]] if head.is_text else []
    return first[:1] == ["<Application>"] and any("VersaStudio" in line for line in first)


def _load(request: Request) -> Raw:
    source = request.source
    blocks: list[Block] = []
    notes: list[str] = []
    techniques: list[str] = []
    section = ""
    for number, line in text_lines(source):
        opened = _OPEN.fullmatch(line.strip())
        if opened:
            section = opened[1].casefold()
        elif section and line.strip().casefold() == f"</{section}>":
            section = ""
        elif section.startswith("action") and line.startswith("Name="):
            techniques.append(line.removeprefix("Name=").strip())
        elif not section.startswith("segment"):
            continue
        elif line.startswith(_DEFINITION):
            names = [name.strip() for name in line.removeprefix(_DEFINITION).split(",")]
            names = names[:-1] if names[-1] == "0" else names  # ends the list, is no column
            blocks.append(Block(tuple(names), ","))
        elif blocks and line.strip() and not re.match(r"[A-Za-z]\w*=", line):
            blocks[-1].add(number, line)
    if section.startswith("segment"):
        notes.append(f"the file ends inside <{section.title()}>: it may be cut")
    filled = [block for block in blocks if block.lines]
    if not filled:
        what = "records" if blocks else "section <Segment1> with a line 'Definition='"
        raise ReadError(f"{source.name} has no {what}. {AGAIN}.")
    galvanostatic = [name for name in techniques if "EIS" in name]
    current = bool(galvanostatic) and all(n.startswith("Galvano") for n in galvanostatic)
    for block in filled:
        unit = "(A)" if current else "(V)"
        block.headers = tuple(f"{h} {unit}" if h == "AC Amplitude" else h for h in block.headers)
    raw = raw_of(request, filled, more={_STEP: _steps(filled)})
    raw.notes.extend(notes)
    raw.facts["techniques"] = techniques
    return raw


def _steps(blocks: Sequence[Block]) -> Any:
    """Count sections, and inside of them the changes of ``Segment #``."""
    keys = []
    for i, block in enumerate(blocks):
        place = block.headers.index("Segment #") if "Segment #" in block.headers else None
        for line in block.lines:
            fields = fields_of(line, block.delimiter)
            keys.append(f"{i} {'' if place is None else ''.join(fields[place : place + 1])}")
    changes = [a != b for a, b in pairwise(keys)]
    return np.concatenate([[1], 1 + np.cumsum(changes)]).astype(np.int64)


def _load_spectra(request: Request) -> Raw:
    return without_direct_current(_load(request), request.source.name)


def _load_records(request: Request) -> Raw:
    raw = _load(request)
    raw.notes.append(DC_SIGN)
    return raw


_RECORDS = {
    STEP: From(_STEP),
    STEP_ID: From("Segment #"),
    RECORD: From("Point #"),
    TEST_TIME: From("Elapsed Time(s)"),
    VOLTAGE: From("E(V)"),
    CURRENT: From("I(A)"),
}

_ALIKE: Final[dict[str, Any]] = {
    "name": "versastudio_par",
    "description": "VersaStudio .par, spectra and records",
    "tester": "Princeton Applied Research",
    "known_by": "its first section, <Application> with Name=VersaStudio",
    "suffixes": (".par",),
}

READERS = [
    Reader(
        **_ALIKE,
        recognises=_recognises,
        load=_load_spectra,
        table="impedance",
        columns={
            **_RECORDS,
            FREQUENCY: From("Frequency(Hz)"),
            REAL_IMPEDANCE: From("Z Real"),
            IMAGINARY_IMPEDANCE: From("Z Imag"),
            VOLTAGE_AMPLITUDE: From("AC Amplitude (V)"),
            CURRENT_AMPLITUDE: From("AC Amplitude (A)"),
        },
        finish=finish_spectrum,
    ),
    Reader(
        **_ALIKE,
        recognises=_recognises,
        load=_load_records,
        columns=_RECORDS,
    ),
]
