"""BioLogic EC-Lab and BT-Lab binary files (``.mpr``).

A file is a row of modules: settings, data, log, loops, external devices. Each begins with
``MODULE`` and a header that states its length and versions, of 51 bytes, or of 59 from EC-Lab
11.50 on. The data module holds the number of records, the numbers of the columns, zeros, and the
records; a record's bytes follow from the numbers of its columns (`_biologic`). A number that is not
known is an error that names it and where it stands: what comes behind it could only be guessed. The
records must fill the module exactly.

*Tables.* Records with a frequency are spectra (``impedance``), the others a ``timeseries``; a file
with both gives either, and says how many records stay out.

*Units and signs.* mA, mA.h and C become A and Ah, ``-Im(Z)`` its negative. The current is signed as
the potentiostat does it: positive charges the cell if its positive electrode is the working
electrode, and then ``Ewe`` is the voltage of a two-electrode cell. Of techniques that store no
current, it is 0 at rest, else the mean since the record before, from the charge ``dq``; a note says
so.

*Counters.* ``(Q-Qo)`` is signed and never restarts: `net_capacity_ah`. ``Q charge/discharge`` is
signed and restarts with each half cycle. The others are named by their values. Where no cycles are
counted, two half cycles are one.

*Steps.* `step_id` is the sequence ``Ns``, `step_type` what is imposed; `step_count` goes up where
sequence, half cycle or mode change. The clock starts with the log's date, in the computer's local
time, read as if UTC.
"""

import struct
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

from ._archive import AGAIN, damage
from ._biologic import FLAGS, MODES, REST, TECHNIQUES
from ._counters import settle_counters
from ._mpr import MAGIC, Module, modules_of, record_type, records_of, unpacked
from ._reader import From, Raw, Reader, Request
from ._source import Head, Source
from ._spectra import DC_SIGN, finish_spectrum
from ._steps import number_steps

_DATES_AT: Final = (585, 465, 469, 473)  # in the log, by the age of the software
_EXCEL_DAYS: Final = (32_874.0, 73_051.0)  # 1990 to 2100
_DAY: Final = 86_400
_UNIX_DAY: Final = 25_569
_DATE: Final = "date"
_PAIRS: Final = "half cycle // 2"
_MADE_OF: Final = {_DATE: "time/s", _PAIRS: "half cycle"}
_ONE_WAY: Final = (CHARGING_CAPACITY, DISCHARGING_CAPACITY, CHARGING_ENERGY, DISCHARGING_ENERGY)
_MASKS: Final = dict(FLAGS.values())


def _columns(records: np.ndarray[Any, Any], flags: list[str]) -> dict[str, Any]:
    """Return the columns by the names EC-Lab prints; one that comes twice is told by its place."""
    columns: dict[str, Any] = {}
    for field in records.dtype.names or ():
        if field == "flags":
            columns.update({name: (records["flags"], _MASKS[name]) for name in flags})
            continue
        times = field.count("\0")
        columns[field.partition("\0")[0] + f" ({times + 1})" * bool(times)] = records[field]
    if "cycle number" not in columns and "half cycle" in columns:
        columns[_PAIRS] = None
    return columns


def _values(columns: dict[str, Any], headers: list[str], start: float | None) -> list[Any]:
    """Take the wanted columns out of the records, flags out of the byte they share."""
    held = [columns[_MADE_OF.get(header, header)] for header in headers]
    arrays = unpacked([column[0] if isinstance(column, tuple) else column for column in held])
    values: list[Any] = []
    for header, column, array in zip(headers, held, arrays, strict=True):
        if header == _DATE and start is not None:
            values.append(array + start)
        elif header == _PAIRS:
            values.append(array // 2)
        elif not isinstance(column, tuple):
            values.append(array)
        elif column[1] == REST:
            values.append(pa.DictionaryArray.from_arrays(pa.array(array & REST), list(MODES)))
        else:
            values.append((array & column[1]) != 0)
    return values


def _start(log: Module | None, settings: Module, notes: list[str]) -> float | None:
    """Return when the clock was 0, in seconds since 1970 [s]."""
    found = []
    for at in _DATES_AT if log else ():
        if log and at + 8 <= len(log.data):
            (days,) = struct.unpack_from("<d", log.data, at)
            if _EXCEL_DAYS[0] < days < _EXCEL_DAYS[1]:
                found.append(round((days - _UNIX_DAY) * _DAY, 3))
    dated = [f for f in found if settings.date in _written(f)]
    if not found:
        notes.append("the start of the test is not stated (no log); no unix_time_second")
        return None
    if not dated:
        notes.append(
            f"the date of the settings is {settings.date!r} and not that of the log, which is used"
        )
    notes.append("the clock: the computer's local time, its zone not stated; read as if UTC")
    start: float = (dated or found)[0]
    return start


def _written(second: float) -> set[str]:
    """Write a date as module headers may."""
    date = pd.Timestamp(second, unit="s")
    return {date.strftime(f"%m{sign}%d{sign}%y") for sign in "/-."}


def _with_current(columns: dict[str, Any], technique: str, notes: list[str]) -> None:
    """Add the current where the technique stores none; see the module's head."""
    if {"<I>/mA", "I/mA"} & set(columns):
        return
    charge = next((columns[n] for n in ("dq/mA.h", "dQ/mA.h") if n in columns), None)
    rows = len(next(c for c in columns.values() if isinstance(c, np.ndarray)))
    byte, mask = columns.get("mode", (np.zeros(1, np.uint8), REST))
    if technique == "OCV" or bool((byte & mask == REST).all()):
        columns["I/mA (none: at rest)"] = np.zeros(rows)
        notes.append("the file stores no current; it is 0, for the cell rests throughout")
    elif charge is not None and "time/s" in columns:
        span = np.diff(columns["time/s"], prepend=np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(charge == 0, 0.0, charge * 3600 / np.where(span > 0, span, np.nan))
        columns["I/mA (from dq)"] = mean
        notes.append(
            "the file stores no current; it is the mean since the record before, from the charge dq"
        )


def _load(request: Request) -> Raw:
    return _loaded(request, spectra=False)


def _load_impedance(request: Request) -> Raw:
    return _loaded(request, spectra=True)


def _loaded(request: Request, *, spectra: bool) -> Raw:
    source = request.source
    content = source.content()
    if not content.startswith(MAGIC):
        raise ReadError(f"{source.name} is no BioLogic .mpr file but {source.head.describe()}.")
    with damage(source, "BioLogic .mpr file"):
        modules = {module.name: module for module in modules_of(content, source)}
        missing = {"VMP Set", "VMP data"} - set(modules)
        if missing:
            raise ReadError(
                f"{source.name} has no module {' and '.join(sorted(missing))}; it has "
                f"{', '.join(modules) or 'none'}. {AGAIN}."
            )
        settings = modules["VMP Set"]
        records, flags = records_of(modules["VMP data"], source)
        technique = TECHNIQUES.get(settings.data[0], f"number {settings.data[0]}")
        notes: list[str] = [DC_SIGN]
        start = _start(modules.get("VMP LOG"), settings, notes)
    facts: dict[str, Any] = {"technique": technique}
    if len(records) == 0:
        raise ReadError(f"{source.name} ({technique}) has no records: the test was not begun.")
    taken = _taken(records, spectra, source, notes, facts)
    columns = _columns(taken, flags)
    if not spectra:
        _with_current(columns, technique, notes)
    if _PAIRS in columns:
        notes.append("the file counts half cycles; two of them, from 0, are one cycle_count")
    if start is not None and "time/s" in columns:
        columns[_DATE] = None
    headers = tuple(columns)
    plan = request.plan(headers)
    return Raw(
        plan,
        _values(columns, [w.header for w in plan], start),
        headers,
        len(records),
        notes=notes,
        facts=facts,
    )


def _taken(
    records: np.ndarray[Any, Any],
    spectra: bool,
    source: Source,
    notes: list[str],
    facts: dict[str, Any],
) -> np.ndarray[Any, Any]:
    """Choose the records of the table that is asked for."""
    has = "freq/Hz" in (records.dtype.names or ())
    sounding = records["freq/Hz"] != 0 if has else np.zeros(len(records), bool)
    wanted = sounding if spectra else ~sounding
    if not wanted.any():
        what, other = ("impedance", "timeseries") if spectra else ("time series", "impedance")
        raise ReadError(
            f"{source.name} holds no {what}: its {len(records)} records are of the other kind. "
            f"Read it with table={other!r}."
        )
    left_out = len(records) - int(wanted.sum())
    if left_out:
        kind = "without a frequency" if spectra else "of impedance spectra"
        notes.append(
            f"{left_out} records {kind} are left out; they are read with table="
            f"{'timeseries' if spectra else 'impedance'!r}"
        )
        facts["rows_left_out"] = left_out
        records = records[wanted]
    return records


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame = number_steps(frame, STEP_ID, HALF_CYCLE, STEP_TYPE)
    return settle_counters(frame, notes, _ONE_WAY)


def _recognises(head: Head) -> bool:
    return head.raw.startswith(MAGIC) and not _sounds(head)


def _recognises_impedance(head: Head) -> bool:
    return head.raw.startswith(MAGIC) and _sounds(head)


def _sounds(head: Head) -> bool:
    """Whether the first records are spectra; False too where the beginning does not tell."""
    at = head.raw.find(b"MODULEVMP data")
    if at < 0 or len(head.raw) < at + 600:
        return False
    new = head.raw[at + 41 : at + 45] == b"\xff" * 4
    begin = at + (65 if new else 57)
    version = int.from_bytes(head.raw[at + 45 : at + 49], "little")
    module = Module("VMP data", new, version, "", begin, memoryview(head.raw)[begin:])
    try:
        kind, _, start = record_type(module, head.source)
        (stated,) = struct.unpack_from("<I", module.data)
        count = min(stated, (len(module.data) - start) // kind.itemsize)
        if count <= 0 or "freq/Hz" not in (kind.names or ()):
            return False
        frequency = np.frombuffer(module.data, kind, count, start)["freq/Hz"]
    except (ReadError, ValueError, ZeroDivisionError):
        return False
    return bool((frequency != 0).mean() > 0.5)


_ALIKE: Final[dict[str, Any]] = {
    "name": "biologic_mpr",
    "description": "BioLogic EC-Lab and BT-Lab binary file (.mpr), cycling and impedance",
    "known_by": "the words BIO-LOGIC MODULAR FILE it begins with, and its data module",
    "tester": "BioLogic",
    "suffixes": (".mpr",),
}
_MEASURED: Final = {
    TEST_TIME: From("time/s"),
    UNIX_TIME: From(_DATE),
    VOLTAGE: From(("Ewe-Ece/V", "Ewe/V", "<Ewe>/V")),
    STEP_ID: From("Ns"),
}

READERS = (
    Reader(
        **_ALIKE,
        recognises=_recognises,
        load=_load,
        columns={
            **_MEASURED,
            CURRENT: From(("<I>/mA", "I/mA", "I/mA (none: at rest)", "I/mA (from dq)"), 1e-3),
            CYCLE: From(("cycle number", _PAIRS)),
            HALF_CYCLE: From("half cycle"),
            STEP_TYPE: From("mode"),
            STEP_TIME: From("step time/s"),
            NET_CAPACITY: From("(Q-Qo)/mA.h", 1e-3),
            "half_cycle_net_capacity_ah": From("Q charge/discharge/mA.h", 1e-3),
            CHARGING_CAPACITY: From("Q charge/mA.h", 1e-3),
            DISCHARGING_CAPACITY: From("Q discharge/mA.h", 1e-3),
            CHARGING_ENERGY: From("Energy charge/W.h"),
            DISCHARGING_ENERGY: From("Energy discharge/W.h"),
            POWER: From("P/W"),
            SURFACE_TEMPERATURE: From("Temperature/°C"),
        },
        finish=_finish,
    ),
    Reader(
        **_ALIKE,
        recognises=_recognises_impedance,
        load=_load_impedance,
        table="impedance",
        columns={
            **_MEASURED,
            CURRENT: From(("<I>/mA", "I/mA"), 1e-3),
            FREQUENCY: From("freq/Hz"),
            REAL_IMPEDANCE: From("Re(Z)/Ohm"),
            IMAGINARY_IMPEDANCE: From("-Im(Z)/Ohm", -1.0),
            ABSOLUTE_IMPEDANCE: From("|Z|/Ohm"),
            PHASE: From("Phase(Z)/deg"),
            CYCLE: From("cycle number"),
            SURFACE_TEMPERATURE: From("Temperature/°C"),
        },
        finish=finish_spectrum,
    ),
)
