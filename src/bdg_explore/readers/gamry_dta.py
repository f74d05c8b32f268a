"""Gamry Framework data files (``.DTA``): the spectra of an impedance test.

A text that begins with ``EXPLAIN``: one line a setting (name, kind, value, label; TAB between), and
tables. A table is a line ``ZCURVE<TAB>TABLE``, a line of names, a line of units, and its records,
each begun with a TAB; it ends where a line begins otherwise. Tables of other kinds (``OCVCURVE``
before, ``FRACURVE`` behind) are passed over and counted in ``attrs["source"]["other_tables"]``.

*Units.* The line of units is looked at: a column in another unit than Hz, ohm, degree, s, V, A or
degC is not taken but listed as unmapped. Decimal commas of German installations are understood.

*Sign.* ``Zimag`` is negative for a capacitor, as it stands. ``Idc`` is signed as the potentiostat
does it (setting ``CONVENTION``, kept in the facts).

*Spectra.* Where a file has several, `step_count` is the place of the table; the time counts from
the start of each and is `step_time_second` then. A temperature of about -327.7 degC is Gamry's word
for "no thermocouple" and becomes no value.
"""

import re
from typing import Any, Final

import pyarrow as pa

from bdg_explore.columns import (
    ABSOLUTE_IMPEDANCE,
    CURRENT,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    PHASE,
    REAL_IMPEDANCE,
    RECORD,
    STEP,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._blocks import Block, raw_of, text_lines
from ._reader import From, Raw, Reader, Request
from ._source import Head
from ._spectra import finish_spectrum, numbers

_TABLE: Final = re.compile(r"(\w+)\tTABLE\b.*")
_SPECTRUM: Final = re.compile(r"ZCURVE\d*", re.IGNORECASE)
_SETTINGS: Final = {"TAG": "technique", "TITLE": "title", "DATE": "date", "TIME": "time",
                    "PSTAT": "potentiostat", "CONVENTION": "current_convention"}  # fmt: skip
_NO_THERMOCOUPLE: Final = -300.0  # degC; below absolute zero
_SPECTRA: Final = "spectrum (place)"


def _recognises(head: Head) -> bool:
    return head.is_text and [line.strip() for line in head.lines[:1]] == ["EXPLAIN"]


def _load(request: Request) -> Raw:
    source = request.source
    blocks: list[Block] = []
    others: dict[str, int] = {}
    facts: dict[str, Any] = {}
    table, head = "", 0
    for number, line in text_lines(source):
        begins = _TABLE.fullmatch(line.rstrip("\t"))
        if begins:
            table, head = begins[1], 2
        elif not line.startswith("\t"):
            table = ""
            name, _, rest = line.partition("\t")
            if name in _SETTINGS and _SETTINGS[name] not in facts:
                facts[_SETTINGS[name]] = rest.split("\t")[1 if "\t" in rest else 0].strip()
            elif name == "EXPERIMENTABORTED" and rest.split("\t")[1:2] == ["T"]:
                facts["aborted"] = True
        elif not table:
            continue  # a further line of a setting, for instance a note
        elif not _SPECTRUM.fullmatch(table):
            others[table] = others.get(table, 0) + (head == 0)
            head = max(head - 1, 0)
        elif head == 2:
            head = 1
            blocks.append(Block(tuple(name.strip() for name in line.split("\t")), "\t"))
        elif head == 1:
            head = 0
            blocks[-1].headers = _with_units(blocks[-1].headers, line.split("\t"))
        elif line.strip():
            blocks[-1].add(number, line)
    spectra = [block for block in blocks if block.lines]
    if not spectra:
        what = "an empty table ZCURVE" if blocks else "no table ZCURVE"
        rest = f" It holds {', '.join(others)}." if others else ""
        raise ReadError(f"{source.name} has {what}, so no impedance.{rest} Export it again.")
    place = [i for i, block in enumerate(spectra, start=1) for _ in block.lines]
    more = {_SPECTRA: place} if len(spectra) > 1 else None
    to_end = bool(_SPECTRUM.fullmatch(table))
    raw = raw_of(request, spectra, more=more, to_end=to_end)
    raw.facts |= {"other_tables": others, "spectra": len(spectra), **facts}
    if facts.get("aborted"):
        raw.notes.append("the experiment was aborted")
    return _without_thermocouple(raw)


def _with_units(names: tuple[str, ...], units: list[str]) -> tuple[str, ...]:
    units = [*units, *[""] * (len(names) - len(units))]
    return tuple(
        f"{name} ({unit.strip()})" if name else "" for name, unit in zip(names, units, strict=False)
    )


def _without_thermocouple(raw: Raw) -> Raw:
    place = next((i for i, w in enumerate(raw.plan) if w.name == SURFACE_TEMPERATURE), None)
    if place is not None:
        given = raw.values[place].to_pylist()
        absent = numbers(raw.values[place]) < _NO_THERMOCOUPLE
        if absent.any():
            kept = [None if no else text for no, text in zip(absent, given, strict=True)]
            raw.values[place] = pa.array(kept, pa.string())
            raw.notes.append(
                f"{int(absent.sum())} temperatures below -300 degC mean no thermocouple; no value"
            )
    return raw


READER = Reader(
    name="gamry_dta",
    description="Gamry .DTA, the spectra of an impedance test",
    tester="Gamry",
    recognises=_recognises,
    load=_load,
    table="impedance",
    columns={
        STEP: From(_SPECTRA),
        RECORD: From(("Pt (#)", "Pt (##)")),
        TEST_TIME: From("Time (s)"),
        FREQUENCY: From("Freq (Hz)"),
        REAL_IMPEDANCE: From("Zreal (ohm)"),
        IMAGINARY_IMPEDANCE: From("Zimag (ohm)"),
        ABSOLUTE_IMPEDANCE: From("Zmod (ohm)"),
        PHASE: From(("Zphz (°)", "Zphz (deg)")),
        VOLTAGE: From("Vdc (V)"),
        CURRENT: From("Idc (A)"),
        SURFACE_TEMPERATURE: From("Temp (deg C)"),
    },
    known_by="its first line EXPLAIN",
    suffixes=(".DTA",),
    finish=finish_spectrum,
)
