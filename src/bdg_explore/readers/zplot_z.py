"""Scribner ZPlot and ZView data files (``.z``), also as other makers export them.

Two forms. ``ZPLOT2 ASCII``: settings, then a line of names with TABs, a line ``End Comments`` and
the records with TABs (or commas). ``"ZPlotW Data File: Version ..."`` or ``"Z60W Data File: ..."``,
which Autolab exports for ZView: seven or more quoted lines, the number of points planned, all names
in one quoted line with spaces between, and the records with commas.

The columns are ``Freq(Hz)``, ``Ampl``, ``Bias``, ``Time(Sec)``, ``Z'(a)``, ``Z''(b)`` (negative for
a capacitor), ``GD``, ``Err`` and ``Range``. The amplitude is a voltage [V], or a current [A] where
the test says ``Control Current``. The bias is the programmed one, against the reference or against
the open circuit, which the columns do not say; it is kept as ``bias_volt`` or ``bias_ampere`` and
not as the voltage of the cell. A time, amplitude or bias that is 0 throughout (not recorded, or
none) is left out. Records that the tester marks with an error (``Err`` not 0) stay in; a note
counts them.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from bdg_explore.columns import FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE, TEST_TIME
from bdg_explore.errors import ReadError

from ._blocks import Block, raw_of, text_lines
from ._layout import AGAIN
from ._reader import From, Raw, Reader, Request
from ._source import Head
from ._spectra import CURRENT_AMPLITUDE, VOLTAGE_AMPLITUDE, finish_spectrum, numbers

_QUOTED: Final = re.compile(r'"?(?:ZPlotW|Z60W|ZView\w*) Data File', re.IGNORECASE)
_NAMES: Final = re.compile(r'"?\s*Freq\s*\(Hz\)', re.IGNORECASE)
_SETTING: Final = re.compile(r"\s*([A-Za-z][^:]*?):\s*(\S.*?)\s*")
_KEPT: Final = {
    "Experiment Type": "technique",
    "Date": "date",
    "Time": "time",
    "Open Circuit Potential (V)": "open_circuit_volt",
}
_ERROR: Final = "error"  # looked at and left out
_SPECTRUM: Final = (FREQUENCY, REAL_IMPEDANCE, IMAGINARY_IMPEDANCE)


def _recognises(head: Head) -> bool:
    if not head.is_text or not head.lines:
        return False
    return head.lines[0].startswith("ZPLOT2 ASCII") or bool(_QUOTED.match(head.lines[0]))


def _load(request: Request) -> Raw:
    source = request.source
    block: Block | None = None
    before: list[str] = []
    names: list[str] = []
    two = any(line.startswith("ZPLOT2") for line in source.head.lines[:1])
    for number, line in text_lines(source):
        if block is None:
            if _NAMES.match(line):
                names = re.split(r"[\s,]+", re.sub(r"\s+\(", "(", line.strip(' "\t')))
            if (two and line.strip() == "End Comments") or (names and not two):
                block = Block(tuple(names), "")
            else:
                before.append(line)
        elif line.strip():
            if not block.lines:
                block.delimiter = _delimiter(line)
            block.add(number, line.strip() if not block.delimiter else line)
    if block is None or not names:
        what = "'End Comments'" if two else "the names of its columns, Freq(Hz) ..."
        raise ReadError(f"{source.name} ends before {what}: it has no records. {AGAIN}.")
    current = any("control current" in line.lower() for line in before[:8])
    block.headers = _in_unit(block.headers, current)
    raw = raw_of(request, [block], to_end=True)
    raw.facts |= _facts(before, names)
    _leave_out_zeros(raw)
    planned = raw.facts.get("points_planned")
    if planned and raw.rows < planned:
        raw.notes.append(f"{raw.rows} of {planned} planned points are in the file")
    return raw


def _delimiter(line: str) -> str:
    return next((sign for sign in "\t;," if sign in line), "")


def _in_unit(names: Sequence[str], current: bool) -> tuple[str, ...]:
    unit = "(A)" if current else "(V)"
    return tuple(f"{name} {unit}" if name in ("Ampl", "Bias") else name for name in names)


def _facts(before: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {"names": list(names)}
    for line in before:
        setting = _SETTING.fullmatch(line.strip().strip('"'))
        if setting and setting[1] in _KEPT:
            facts.setdefault(_KEPT[setting[1]], setting[2])
        if setting and setting[1] == "Data Points" and setting[2].isdigit():
            facts["points_planned"] = int(setting[2])
    if before and re.fullmatch(r"\d{1,9}", before[-1].strip()):
        facts["points_planned"] = int(before[-1])
    return facts


def _leave_out_zeros(raw: Raw) -> None:
    """Take out what is 0 in every record; count the records with an error."""
    for i in reversed(range(len(raw.plan))):
        wanted, values = raw.plan[i], numbers(raw.values[i])
        wrong = int((values != 0).sum()) if wanted.name == _ERROR else 0
        zero = wanted.name not in (*_SPECTRUM, _ERROR) and not values.any()
        if wrong:
            raw.notes.append(f"{wrong} records are marked with an error by the tester; kept")
        if zero:
            raw.notes.append(f"{wanted.header!r} is 0 throughout; left out")
        if zero or wanted.name == _ERROR:
            del raw.plan[i], raw.values[i]


READER = Reader(
    name="zplot_z",
    description="Scribner ZPlot and ZView .z, and what Autolab exports for ZView",
    tester="Scribner ZPlot",
    recognises=_recognises,
    load=_load,
    table="impedance",
    columns={
        TEST_TIME: From(("Time(Sec)", "Time(s)")),
        FREQUENCY: From("Freq(Hz)"),
        REAL_IMPEDANCE: From(("Z'(a)", "Z'")),
        IMAGINARY_IMPEDANCE: From(("Z''(b)", "Z''", 'Z"(b)')),
        VOLTAGE_AMPLITUDE: From("Ampl (V)"),
        CURRENT_AMPLITUDE: From("Ampl (A)"),
        "bias_volt": From("Bias (V)"),
        "bias_ampere": From("Bias (A)"),
        _ERROR: From("Err"),
    },
    known_by="its first line, ZPLOT2 ASCII or ... Data File: Version",
    suffixes=(".z", ".txt"),
    finish=finish_spectrum,
)
