"""BioLogic EC-Lab and BT-Lab text exports (``.mpt``, ``.txt``), cycling and impedance.

``EC-Lab ASCII FILE`` or ``BT-Lab ASCII FILE``, ``Nb header lines : N``, settings, and in line N the
headers, TABs between; some exports have the headers alone. Headers state their unit behind a slash:
``Ewe/V``, ``I/mA``, ``(Q-Qo)/mA.h``. Degree signs may be mangled and decimals commas. The headers
may end on a TAB that records lack.

*Tables.* Records with a frequency are spectra (``impedance``), the others a ``timeseries``; a file
with both gives either, and says how many records stay out.

*Time.* ``time/s`` is in seconds, or holds dates ``MM/DD/YYYY hh:mm:ss.fff``; then the test time
counts from the first. The date of the start stands in the settings; it is local time, read as if
UTC.

*Signs.* mA and mA.h become A and Ah, ``-Im(Z)`` its negative. The current is signed as the
potentiostat does it: positive charges the cell if its positive electrode is the working electrode.
A technique that rests stores no current: it is 0 then, as a note says. The voltage is ``Ecell``,
else ``Ewe-Ece``, else ``Ewe``.

*Counters.* ``(Q-Qo)`` is signed and never restarts; when ``Q charge`` and ``Q discharge`` restart
is told from their values. `step_id` is the sequence ``Ns``.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from bdg_explore.columns import (
    ABSOLUTE_IMPEDANCE,
    CHARGING_CAPACITY,
    CHARGING_ENERGY,
    CURRENT,
    CYCLE,
    DISCHARGING_CAPACITY,
    DISCHARGING_ENERGY,
    FREQUENCY,
    HALF_CYCLE,
    IMAGINARY_IMPEDANCE,
    NET_CAPACITY,
    PHASE,
    POWER,
    REAL_IMPEDANCE,
    STEP_ID,
    STEP_TIME,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._biologic import MODES
from ._clock import elapsed, is_date, local_time
from ._counters import settle_counters
from ._delimited import read_delimited
from ._layout import Layout
from ._reader import BadText, From, Raw, Reader, Request, Rules, Wanted
from ._rows import leave_out, numbers_of, values_of
from ._source import HEAD_BYTES, Head, squeeze
from ._spectra import DC_SIGN, finish_spectrum
from ._steps import number_steps
from ._units import unit_rules

_ALIKE: Final[dict[str, Any]] = {
    "name": "biologic_mpt",
    "description": "BioLogic EC-Lab and BT-Lab text export (.mpt), cycling and impedance",
    "tester": "BioLogic",
    "suffixes": (".mpt", ".txt"),
}
_MAGIC: Final = re.compile(r"\s*(EC|BT)-Lab\s+ASCII\s+FILE", re.IGNORECASE)
_LINES: Final = re.compile(r"\s*Nb header lines\s*:\s*(\d+)", re.IGNORECASE)
_START: Final = re.compile(r"\s*(?:Acquisition|Technique) started on\s*:\s*(.*\S)")
_AT_REST: Final = re.compile(r"open circuit|\bOCV\b", re.IGNORECASE)
_SLASH_HEADERS: Final = 2  # headers with a unit behind a slash that a bare header line has at least
_MEASURED: Final[dict[str, str | tuple[str, ...]]] = {
    TEST_TIME: "time",
    VOLTAGE: ("Ecell", "<Ecell>", "Ewe-Ece", "Ewe", "<Ewe>"),
    CURRENT: ("I", "<I>"),
    CYCLE: "cycle number",
    STEP_ID: "Ns",
    SURFACE_TEMPERATURE: "Temperature",
}
_SERIES: Final = unit_rules(
    {
        **_MEASURED,
        HALF_CYCLE: "half cycle",
        STEP_TYPE: "mode",
        STEP_TIME: "step time",
        NET_CAPACITY: "(Q-Qo)",
        "schedule_net_capacity_ah": "Q charge/discharge",
        CHARGING_CAPACITY: "Q charge",
        DISCHARGING_CAPACITY: "Q discharge",
        CHARGING_ENERGY: ("Energy charge", "Energy we charge"),
        DISCHARGING_ENERGY: ("Energy discharge", "Energy we discharge"),
        POWER: ("P", "Pwe"),
        FREQUENCY: "freq",
    },
    parse={TEST_TIME: elapsed},
)
_SPECTRA: Final = unit_rules(
    {
        **_MEASURED,
        FREQUENCY: "freq",
        REAL_IMPEDANCE: "Re(Z)",
        IMAGINARY_IMPEDANCE: "-Im(Z)",
        ABSOLUTE_IMPEDANCE: "|Z|",
        PHASE: "Phase(Z)",
    },
    parse={TEST_TIME: elapsed},
)


def _header_line(lines: Sequence[str]) -> int:
    for line in lines[:10]:
        stated = _LINES.match(line)
        if stated and 0 < int(stated[1]) <= len(lines) and _is_header(lines[int(stated[1]) - 1]):
            return int(stated[1]) - 1
    return next((i for i, line in enumerate(lines) if _is_header(line)), -1)


def _is_header(line: str) -> bool:
    fields = {squeeze(field) for field in line.split("\t")}
    if {"freq/hz", "re(z)/ohm", "-im(z)/ohm"} <= fields:
        return True
    volts = {"ewe/v", "<ewe>/v", "ecell/v", "<ecell>/v", "ewe-ece/v", "i/ma", "<i>/ma", "i/a"}
    return "time/s" in fields and len(volts & fields) >= 1


def _is_text(head: Head) -> bool:
    if not head.is_text:
        return False
    return any(_MAGIC.match(line.lstrip("\ufeff")) for line in head.lines[:3]) or any(
        _is_header(line) for line in head.lines[:3]
    )


def _sounds(head: Head) -> bool:
    """Whether the first records are spectra."""
    at = _header_line(head.lines)
    if at < 0:
        return b"Impedance Spectroscopy" in head.raw and b"freq/Hz" in head.raw
    headers = [squeeze(h) for h in head.lines[at].split("\t")]
    if "freq/hz" not in headers:
        return False
    place = headers.index("freq/hz")
    fields = [line.split("\t") for line in head.lines[at + 1 : at + 100] if line.strip()]
    if len(head.raw) == HEAD_BYTES:
        fields = fields[:-1]
    texts = [f[place].replace(",", ".").strip() for f in fields if len(f) > place]
    sounding = [t for t in texts if re.match(r"[+]?[\d.]*[1-9]", t.split("E")[0].split("e")[0])]
    return not texts or len(sounding) > len(texts) / 2


def _recognises(head: Head) -> bool:
    return _is_text(head) and not _sounds(head)


def _recognises_impedance(head: Head) -> bool:
    return _is_text(head) and _sounds(head)


def _rules(layout: Layout) -> Rules:
    found = dict(_SERIES(layout.headers))
    return _with_turned_imaginary(_dated(found, layout))


def _spectra_rules(layout: Layout) -> Rules:
    return _with_turned_imaginary(_dated(dict(_SPECTRA(layout.headers)), layout))


def _dated(found: dict[str, From], layout: Layout) -> dict[str, From]:
    """Let a ``time/s`` that holds dates give the clock as well."""
    time = found.get(TEST_TIME)
    if time is None:
        return found
    place = list(layout.headers).index(time.sources[0])
    if place < len(layout.first) and is_date(layout.first[place]):
        found[UNIX_TIME] = From(time.source, parse=local_time)
    return found


def _with_turned_imaginary(found: dict[str, From]) -> dict[str, From]:
    minus = found.get(IMAGINARY_IMPEDANCE)
    if minus is not None:
        found[IMAGINARY_IMPEDANCE] = From(minus.source, -minus.scale)
    return found


def _load(request: Request) -> Raw:
    raw = _loaded(request, _rules)
    frequency = values_of(raw, FREQUENCY)
    if frequency is not None:
        sounding = numbers_of(frequency) > 0
        if sounding.all():
            raise ReadError(
                f"{request.source.name} holds no time series: its {raw.rows} records are impedance "
                "spectra. Read it with table='impedance'."
            )
        place = next(i for i, w in enumerate(raw.plan) if w.name == FREQUENCY)
        del raw.plan[place], raw.values[place]
        leave_out(raw, sounding, "records are of impedance spectra (table='impedance')")
    _at_rest(raw)
    return raw


def _load_spectra(request: Request) -> Raw:
    raw = _loaded(request, _spectra_rules)
    frequency = values_of(raw, FREQUENCY)
    if frequency is None or not (numbers_of(frequency) > 0).any():
        raise ReadError(
            f"{request.source.name} holds no impedance spectra. Read it with table='timeseries'."
        )
    leave_out(raw, ~(numbers_of(frequency) > 0), "records have no frequency (table='timeseries')")
    return raw


def _loaded(request: Request, rules: Any) -> Raw:
    settings: list[str] = []

    def with_settings(layout: Layout) -> Rules:
        settings.extend(layout.preamble)
        return rules(layout)  # type: ignore[no-any-return]

    raw = read_delimited(request, _header_line, with_settings)
    raw.notes.append(DC_SIGN)
    technique = next((t.strip() for t in settings[2:6] if t.strip()), "")
    if technique:
        raw.facts["technique"] = technique
    _clock_from_start(raw, settings)
    return raw


def _clock_from_start(raw: Raw, settings: Sequence[str]) -> None:
    """Add the date of the start, from the settings, to the time of each record."""
    time = values_of(raw, TEST_TIME)
    started = next((m[1] for m in map(_START.match, settings) if m), "")
    if time is None or not started or values_of(raw, UNIX_TIME) is not None:
        return
    if not pa.types.is_floating(time.type) or not is_date(started):
        return
    try:
        start, note = local_time(pa.array([started]))
    except BadText:
        return
    raw.plan.append(
        Wanted(UNIX_TIME, len(raw.headers), "time/s after Acquisition started on", From("time/s"))
    )
    raw.values.append(pa.array(numbers_of(time) + start[0].as_py()))
    raw.notes.append(f"the clock begins at {started}, {note}")


def _at_rest(raw: Raw) -> None:
    """Give techniques that rest, and store no current, a current of 0."""
    if values_of(raw, CURRENT) is not None:
        return
    mode = values_of(raw, STEP_TYPE)
    resting = mode is not None and set(mode.unique().to_pylist()) == {"3"}
    if not (resting or _AT_REST.search(str(raw.facts.get("technique", "")))):
        return
    rows = len(raw.values[0])
    raw.plan.append(Wanted(CURRENT, len(raw.headers) + 1, "none: at rest", From("I/mA")))
    raw.values.append(np.zeros(rows))
    raw.notes.append("the file stores no current; it is 0, for the cell rests throughout")


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    if STEP_TYPE in frame.columns:
        words = {str(i): word for i, word in enumerate(MODES)}
        frame[STEP_TYPE] = frame[STEP_TYPE].cat.rename_categories(
            lambda given: words.get(str(given), str(given))
        )
    frame = number_steps(frame, STEP_ID, HALF_CYCLE, STEP_TYPE)
    return settle_counters(frame, notes)


READERS = (
    Reader(
        **_ALIKE,
        recognises=_recognises,
        load=_load,
        columns={},
        finish=_finish,
        known_by="EC-Lab ASCII FILE or BT-Lab ASCII FILE, or headers time/s, Ewe/V, I/mA",
    ),
    Reader(
        **_ALIKE,
        recognises=_recognises_impedance,
        load=_load_spectra,
        table="impedance",
        columns={},
        finish=finish_spectrum,
        known_by="EC-Lab ASCII FILE, and headers freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm",
    ),
)
