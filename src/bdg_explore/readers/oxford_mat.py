"""The Oxford battery degradation data sets: MATLAB version 5, structures of characterisations.

``Oxford_Battery_Degradation_Dataset_1.mat`` holds ``Cell1`` ... ``Cell8``, each with
characterisations ``cyc0000``, ``cyc0100`` ..., each with ``C1ch``, ``C1dc`` (1 C) and ``OCVch``,
``OCVdc`` (pseudo-OCV), each with time ``t`` (MATLAB days), ``v`` [V], ``q`` [mAh] and ``T`` [degC].
The numbers in the names count the drive cycles before; they are the cycle numbers here.
``ExampleDC_C1.mat`` holds one drive cycle, ``ch`` and ``dc``, with the current ``i`` [mA] as well.

Three tables, with a column `cell` where the file has more than one. ``curves``: capacity over
voltage. ``cycles``: the largest capacity of the 1 C discharge and charge. ``timeseries``: the
records; where the file has no current, it is the change of ``q`` over the change of time, as a note
says, positive while charging; `test_time_second` counts from the first record of the cell. Time
runs on in the file, so pauses (ageing between the characterisations) are in it.

*Capacity.* ``q`` grows from 0 and is written negative in discharges by some versions; its size is
taken. Parts are put in order of their first time; records inside a part stay as they are.

References
----------
C. R. Birkl, Diagnosis and Prognosis of Degradation in Lithium-Ion Batteries, PhD thesis, University
of Oxford, 2017; data: https://ora.ox.ac.uk/objects/uuid:03ba4b01-cfed-46d3-9b1a-7d4a7bdf6fac
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bdg_explore.columns import (
    CELL,
    CHARGING_CAPACITY,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    START_TIME,
    STEP,
    STEP_CHARGING_CAPACITY,
    STEP_DISCHARGING_CAPACITY,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._mat5 import load_mat5, opening
from ._reader import From, Raw, Reader, Request
from ._source import Head, Source, listed

_CELL: Final = re.compile(r"(?:Cell|Battery|Batt)_?(\d+)", re.IGNORECASE)
_CYCLE: Final = re.compile(r"cyc_?(\d+)", re.IGNORECASE)
_PARTS: Final = {
    "C1ch": "charge", "C1dc": "discharge", "OCVch": "charge", "OCVdc": "discharge",
    "ch": "charge", "dc": "discharge",
}  # fmt: skip
_FULL_RATE: Final = ("C1ch", "C1dc", "ch", "dc")
_DAY: Final = 86400.0
_DAYS_TO_1970: Final = 719529.0
_NEEDED: Final = ("t", "v", "q")

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class _Part:
    """One charge or discharge."""

    cell: str
    cycle: int
    name: str
    columns: dict[str, Floats]

    @property
    def charges(self) -> bool:
        return _PARTS[self.name] == "charge"

    def __len__(self) -> int:
        return len(self.columns["t"])


def _recognises(head: Head) -> bool:
    begin = opening(head)[:16384]
    if not begin:
        return False
    whole = all(name in begin for name in (b"C1ch", b"C1dc")) and b"cyc" in begin
    return whole or (b"ExampleDC_C1" in begin and b"ch" in begin and b"dc" in begin)


def _parts(request: Request) -> list[_Part]:
    source = request.source
    parts: list[_Part] = []
    for name, value in load_mat5(source).items():
        entry = _one(value)
        if entry is None:
            continue
        cell = _CELL.fullmatch(name)
        if cell is None and set(entry) <= set(_PARTS):
            parts.extend(_of_cycle(entry, name, 0, source))
            continue
        for cycle, inner in entry.items():
            number, held = _CYCLE.fullmatch(cycle), _one(inner)
            if number and held is not None:
                parts.extend(_of_cycle(held, name, int(number[1]), source))
    if not parts:
        raise ReadError(f"{source.name} holds no characterisations of the Oxford data sets.")
    return parts


def _one(value: Any) -> dict[str, Any] | None:
    """Return a structure of one entry; None for anything else."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        entry: dict[str, Any] = value[0]
        return entry
    return None


def _of_cycle(entry: Mapping[str, Any], cell: str, cycle: int, source: Source) -> list[_Part]:
    parts = []
    for name, inner in entry.items():
        fields = _one(inner)
        if name not in _PARTS or fields is None:
            continue
        where = f"{source.name}, {cell}, cycle {cycle}, {name}"
        columns = {
            field: values.ravel().astype(np.float64)
            for field, values in fields.items()
            if isinstance(values, np.ndarray) and not np.iscomplexobj(values)
        }
        missing = [field for field in _NEEDED if field not in columns]
        if missing:
            raise ReadError(f"{where} has no numbers called {listed(missing)}.")
        lengths = {len(columns[field]) for field in columns}
        if len(lengths) > 1:
            raise ReadError(f"{where}: its columns are not of one length.")
        if len(columns["t"]):
            parts.append(_Part(cell, cycle, name, columns))
    return parts


def _rows(parts: Sequence[_Part], values: Sequence[Any]) -> Any:
    return np.repeat(np.asarray(values), [len(part) for part in parts])


def _joined(parts: Sequence[_Part], field: str) -> Floats:
    return np.concatenate([part.columns.get(field, np.full(len(part), np.nan)) for part in parts])


def _shared(parts: Sequence[_Part]) -> dict[str, Any]:
    """Give the columns that curves and time series share."""
    charges = _rows(parts, [part.charges for part in parts])
    size = np.abs(_joined(parts, "q"))
    cells = {part.cell for part in parts}
    made: dict[str, Any] = {"cell": _rows(parts, [p.cell for p in parts])} if len(cells) > 1 else {}
    return {
        **made,
        "cyc": _rows(parts, [part.cycle for part in parts]),
        "part": _rows(parts, [part.name for part in parts]),
        "v": _joined(parts, "v"),
        "q (charge)": np.where(charges, size, 0.0),
        "q (discharge)": np.where(charges, 0.0, size),
        "T": _joined(parts, "T"),
    }


def _load_curves(request: Request) -> Raw:
    parts = _parts(request)
    columns = _shared(parts)
    charges = _rows(parts, [part.charges for part in parts])
    columns["q (charge)"] = np.where(charges, columns["q (charge)"], np.nan)
    columns["q (discharge)"] = np.where(charges, np.nan, columns["q (discharge)"])
    return _raw(request, columns, {})


def _load_cycles(request: Request) -> Raw:
    parts = [part for part in _parts(request) if part.name in _FULL_RATE]
    groups = list(dict.fromkeys((part.cell, part.cycle) for part in parts))
    rows: dict[str, list[Any]] = {
        "cell": [],
        "cyc": [],
        "q (charge)": [],
        "q (discharge)": [],
        "t": [],
    }
    first: dict[str, float] = {}
    for cell, cycle in groups:
        mine = [part for part in parts if (part.cell, part.cycle) == (cell, cycle)]
        begin = min(float(np.nanmin(part.columns["t"], initial=np.inf)) for part in mine)
        rows["cell"].append(cell)
        rows["cyc"].append(cycle)
        rows["t"].append(round((begin - first.setdefault(cell, begin)) * _DAY, 4))
        for header, charging in (("q (charge)", True), ("q (discharge)", False)):
            sizes = [
                np.nanmax(np.abs(p.columns["q"]), initial=0.0)
                for p in mine
                if p.charges is charging
            ]
            rows[header].append(max(sizes) if sizes else np.nan)
    if len(set(rows["cell"])) == 1:
        del rows["cell"]
    return _raw(request, {name: np.asarray(values) for name, values in rows.items()}, {})


def _load_timeseries(request: Request) -> Raw:
    parts = _parts(request)
    order = list(dict.fromkeys(part.cell for part in parts))
    parts.sort(key=lambda part: (order.index(part.cell), float(part.columns["t"][0])))
    notes = []
    first: dict[str, float] = {}
    for part in parts:
        first.setdefault(part.cell, float(part.columns["t"][0]))
    days = _joined(parts, "t")
    columns = _shared(parts)
    passed = days - _rows(parts, [first[part.cell] for part in parts])
    columns["t"] = np.round(passed * _DAY, 4)  # a date number resolves ten microseconds
    columns["t (date)"] = np.round((days - _DAYS_TO_1970) * _DAY, 3)
    columns["step"] = np.concatenate(
        [np.full(len(part), number) for number, part in enumerate(parts, start=1)]
    )
    if all("i" in part.columns for part in parts):
        columns["i"] = _joined(parts, "i")
    else:
        columns["i"] = np.concatenate([_current(part) for part in parts])
        notes.append("i: the file has no current; it is the change of q over the change of t")
    notes.append("t: MATLAB days, local time, its zone not stated; unix_time_second as if UTC")
    return _raw(request, columns, {"parts": len(parts)}, notes)


def _current(part: _Part) -> Floats:
    """Return the current [mA] of a part from its capacity; positive charges."""
    hours = part.columns["t"] * 24
    size = np.abs(part.columns["q"])
    if len(part) < 2:
        return np.zeros(len(part))
    step = np.diff(hours)
    with np.errstate(divide="ignore", invalid="ignore"):
        flow = np.where(step > 0, np.diff(size) / step, np.nan)
    flow = np.r_[flow[:1], flow]
    known = np.isfinite(flow)
    if not known.any():
        return np.zeros(len(part))
    rows = np.arange(len(flow))
    flow = np.asarray(np.interp(rows, rows[known], flow[known]), dtype=np.float64)
    signed: Floats = flow if part.charges else -flow
    return signed


def _raw(
    request: Request,
    columns: dict[str, Any],
    facts: dict[str, Any],
    notes: Sequence[str] = (),
) -> Raw:
    headers = tuple(columns)
    plan = request.plan(headers)
    values = [columns[wanted.header] for wanted in plan]
    return Raw(plan, values, headers, len(columns["cyc"]), notes=list(notes), facts=facts)


_MILLI: Final = 1e-3
_TABLES: Final[dict[str, tuple[str, Callable[[Request], Raw], dict[str, From]]]] = {
    "curves": (
        "capacity over voltage",
        _load_curves,
        {
            CELL: From("cell"),
            CYCLE: From("cyc"),
            STEP_TYPE: From("part"),
            VOLTAGE: From("v"),
            CHARGING_CAPACITY: From("q (charge)", _MILLI),
            DISCHARGING_CAPACITY: From("q (discharge)", _MILLI),
            SURFACE_TEMPERATURE: From("T"),
        },
    ),
    "cycles": (
        "capacities at 1 C",
        _load_cycles,
        {
            CELL: From("cell"),
            CYCLE: From("cyc"),
            START_TIME: From("t"),
            CYCLE_CHARGING_CAPACITY: From("q (charge)", _MILLI),
            CYCLE_DISCHARGING_CAPACITY: From("q (discharge)", _MILLI),
        },
    ),
    "timeseries": (
        "records",
        _load_timeseries,
        {
            CELL: From("cell"),
            TEST_TIME: From("t"),
            UNIX_TIME: From("t (date)"),
            CYCLE: From("cyc"),
            STEP: From("step"),
            STEP_TYPE: From("part"),
            CURRENT: From("i", _MILLI),
            VOLTAGE: From("v"),
            STEP_CHARGING_CAPACITY: From("q (charge)", _MILLI),
            STEP_DISCHARGING_CAPACITY: From("q (discharge)", _MILLI),
            SURFACE_TEMPERATURE: From("T"),
        },
    ),
}

READERS = [
    Reader(
        name="oxford_mat",
        description=f"Oxford battery degradation data set, MATLAB 5: {what}",
        known_by="a MATLAB 5 structure with C1ch and C1dc in cyc0000 ..., or ExampleDC_C1",
        recognises=_recognises,
        load=loads,
        columns=rules,
        table=table,
        suffixes=(".mat",),
    )
    for table, (what, loads, rules) in _TABLES.items()
]
