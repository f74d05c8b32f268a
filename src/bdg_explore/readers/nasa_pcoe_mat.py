"""NASA PCoE battery ageing files (``B0005.mat`` ...): charges, discharges and impedance sweeps.

A file is a list of operations. Charges and discharges become one time series; impedance sweeps are
left out of it and counted in ``attrs["source"]["operations"]``.

*Time.* Each operation states when it began (MATLAB date vector) and counts its own seconds from
there; `test_time_second` is the sum, counted from the first charge or discharge. An operation that
would begin before the one in front of it has ended is moved to that end (told in the notes), so
time never runs backwards between operations. The time zone is not stated; `unix_time_second` reads
the dates as if UTC.

*Sign.* ``Current_measured`` is positive while charging, as it stands. ``Current_charge`` or
``Current_load`` and their voltages are those of the charger and the load, not of the cell; they are
listed as unmapped.

*Step.* `step_count` is the operation's place in the file, impedance sweeps counted.

*Cycle.* The file has no cycle number; discharges are counted. If the first of its charges and
discharges is a discharge, a cycle is a discharge and the charges that follow it, up to the next
discharge. If it is a charge, a cycle is the charges and the discharge that ends them; charges after
the last discharge are one more cycle, without a discharge. No cycle has two discharges.

*Capacity.* The file states one number a discharge. It stands in `cycle_discharging_capacity_ah` on
the last record of that discharge and nowhere else. On eight of the files it was found to be the
trapezoid of ``Current_measured`` up to and including the first record below 2.7 V, to 0.001 %;
what was drawn after that is not in it. Where it is empty or 0 (the voltage never came below 2.7 V)
there is no value.

References
----------
B. Saha and K. Goebel, Battery Data Set, NASA Prognostics Data Repository, 2007.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CURRENT,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    STEP,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._mat5 import load_mat5, opening
from ._reader import From, Raw, Reader, Request
from ._source import Head, Source

_CHARGE, _DISCHARGE = "charge", "discharge"
_MEASURED = ("Voltage_measured", "Current_measured", "Temperature_measured")

Floats = npt.NDArray[np.float64]
Entry = dict[str, Any]


@dataclass(frozen=True)
class _Operation:
    """One charge or discharge."""

    place: int
    kind: str
    start: float
    ambient: float
    time: Floats
    measured: dict[str, Floats]
    capacity: float


def _recognises(head: Head) -> bool:
    names = opening(head)[:8192]
    return all(name in names for name in (b"cycle", b"ambient_temperature", b"type", b"data"))


def _load(request: Request) -> Raw:
    source = request.source
    entries = _entries(source)
    kinds = [str(entry.get("type", "")).strip().lower() for entry in entries]
    operations = [
        _operation(entry, kind, place, source)
        for place, (entry, kind) in enumerate(zip(entries, kinds, strict=True), start=1)
        if kind in (_CHARGE, _DISCHARGE)
    ]
    notes: list[str] = []
    kept = [op for op in operations if len(op.time)]
    if not kept:
        raise ReadError(f"{source.name} has no charge and no discharge with records.")
    cycles = dict(zip([op.place for op in operations], count_cycles(operations), strict=True))
    if len(kept) < len(operations):
        notes.append(f"{len(operations) - len(kept)} operations have no records")
    values = _columns(kept, cycles, notes)
    skipped = _others(entries)
    headers = (*values, *skipped)
    plan = request.plan(headers)
    stated = [op.capacity for op in kept if op.kind == _DISCHARGE]
    facts = {
        "operations": dict(Counter(kinds)),
        "capacities_stated": int(np.isfinite(stated).sum()),
        "capacities_missing": int(np.isnan(stated).sum()),
    }
    rows = sum(len(op.time) for op in kept)
    return Raw(plan, [values[w.header] for w in plan], headers, rows, notes=notes, facts=facts)


def _entries(source: Source) -> list[Entry]:
    content = load_mat5(source)
    batteries = [v[0] for v in content.values() if isinstance(v, list) and len(v) == 1]
    found = [b["cycle"] for b in batteries if isinstance(b, dict) and "cycle" in b]
    if len(found) != 1 or not _is_structure(found[0]):
        raise ReadError(
            f"{source.name} holds {', '.join(content) or 'nothing'} and not one battery with a "
            "list of operations called cycle. It is no file of the NASA PCoE battery data set."
        )
    entries: list[Entry] = found[0]
    return entries


def _is_structure(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _data(entry: Entry) -> Entry:
    data = entry.get("data")
    return data[0] if data and _is_structure(data) else {}


def _operation(entry: Entry, kind: str, place: int, source: Source) -> _Operation:
    data = _data(entry)
    missing = [name for name in ("Time", *_MEASURED) if name not in data]
    if missing:
        raise ReadError(
            f"{source.name}, operation {place} ({kind}) has no field {', '.join(missing)}."
        )
    time = _floats(data["Time"])
    measured = {name: _floats(data[name]) for name in _MEASURED}
    for name, values in measured.items():
        if len(values) != len(time):
            raise ReadError(
                f"{source.name}, operation {place} ({kind}): {len(values)} values of {name} "
                f"for {len(time)} of Time."
            )
    return _Operation(
        place,
        kind,
        _start(entry.get("time")),
        _one(_floats(entry.get("ambient_temperature"))),
        time,
        measured,
        _one(_floats(data.get("Capacity"))) or np.nan,  # 0 Ah: never came below 2.7 V
    )


def _floats(value: Any) -> Floats:
    """Return the numbers of a field; none where it holds text, or nothing."""
    if not isinstance(value, np.ndarray) or np.iscomplexobj(value):
        return np.empty(0)
    return value.ravel(order="F")


def _one(values: Floats) -> float:
    return float(values[0]) if len(values) == 1 else np.nan


def _start(vector: Any) -> float:
    """Return seconds since 1970 [s] of a date vector ``[Y M D h m s]``, NaN if it is none."""
    parts = _floats(vector)
    if len(parts) != 6 or not np.isfinite(parts).all() or np.abs(parts).max() > 9999:
        return np.nan
    year, month, day, hour, minute = (int(part) for part in parts[:5])
    try:
        base = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return np.nan
    seconds = 3600 * hour + 60 * minute + float(parts[5])
    return (base - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1) + seconds


def count_cycles(operations: Sequence[_Operation]) -> list[int]:
    """Give each charge and discharge its cycle number; the rule stands in the module's head."""
    discharge_first = bool(operations) and operations[0].kind == _DISCHARGE
    cycles, number, ended = [], 0 if discharge_first else 1, False
    for operation in operations:
        if discharge_first:
            number += operation.kind == _DISCHARGE
        elif ended:
            number += 1
        ended = operation.kind == _DISCHARGE
        cycles.append(number)
    return cycles


def _columns(
    operations: Sequence[_Operation], cycles: dict[int, int], notes: list[str]
) -> dict[str, Any]:
    """Join operations to one array a column, keyed by where in the file it comes from."""
    first = operations[0].start
    times, unix, end, moved = [], [], 0.0, 0
    for operation in operations:
        begin = operation.start - first
        if np.isnan(begin) or begin + operation.time[0] < end:
            begin = end - operation.time[0]
            moved += 1
        times.append(begin + operation.time)
        unix.append(operation.start + operation.time)
        end = float(times[-1][-1])
    if moved:
        notes.append(
            f"{moved} operations are undated or begin before the one in front of them has ended; "
            "moved to that end"
        )
    notes.append("time: local dates, their zone not stated; unix_time_second reads them as if UTC")
    lengths = [len(operation.time) for operation in operations]
    capacity = np.full(sum(lengths), np.nan)
    capacity[np.cumsum(lengths) - 1] = [
        op.capacity if op.kind == _DISCHARGE else np.nan for op in operations
    ]

    def spread(values: Sequence[Any]) -> Any:
        return np.repeat(np.asarray(values), lengths)

    return {
        "data.Time": np.concatenate(times),
        "time": np.concatenate(unix),
        **{
            f"data.{name}": np.concatenate([op.measured[name] for op in operations])
            for name in _MEASURED
        },
        "ambient_temperature": spread([op.ambient for op in operations]),
        "cycle (counted)": spread([cycles[op.place] for op in operations]),
        "cycle (place)": spread([op.place for op in operations]),
        "type": spread([op.kind for op in operations]),
        "data.Capacity": capacity,
    }


def _others(entries: Sequence[Entry]) -> list[str]:
    """Name the fields of all operations that the time series leaves out."""
    mapped = {"Time", "Capacity", *_MEASURED}
    fields: dict[str, None] = {}
    for entry in entries:
        fields.update(dict.fromkeys(_data(entry)))
    return [f"data.{name}" for name in fields if name not in mapped]


READER = Reader(
    name="nasa_pcoe_mat",
    description="NASA PCoE battery ageing data set, one .mat a cell",
    known_by="a MATLAB 5 file with the fields cycle, type, ambient_temperature and data",
    recognises=_recognises,
    load=_load,
    columns={
        TEST_TIME: From("data.Time"),
        UNIX_TIME: From("time"),
        VOLTAGE: From("data.Voltage_measured"),
        CURRENT: From("data.Current_measured"),
        SURFACE_TEMPERATURE: From("data.Temperature_measured"),
        AMBIENT_TEMPERATURE: From("ambient_temperature"),
        CYCLE: From("cycle (counted)"),
        STEP: From("cycle (place)"),
        STEP_TYPE: From("type"),
        CYCLE_DISCHARGING_CAPACITY: From("data.Capacity"),
    },
    suffixes=(".mat",),
)
