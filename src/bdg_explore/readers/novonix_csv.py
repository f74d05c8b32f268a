"""Novonix HPC and UHPC csv exports.

Blocks ``[Summary]``, ``[Protocol]`` and ``[Data]``, then the headers ``Date and Time,Cycle
Number,Step Number,Run Time (h), Step Time (h),Current (A),Potential (V),Capacity (Ah),...``. Times
are in hours, the current is signed, positive charges. ``Capacity (Ah)`` goes up on charge and down
on discharge. ``Step Number`` recurs (`step_id`); `step_count` runs.

A test that was started again is appended to the file: the headers are repeated, and run time, cycle
number and capacity begin anew. The run time is then carried on by the dates; the cycle number stays
as the tester counted, so it recurs. Both are noted. ``Temperature`` is that of the chamber.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CURRENT,
    CYCLE,
    NET_CAPACITY,
    NET_ENERGY,
    POWER,
    STEP_ID,
    STEP_TIME,
    STEP_TYPE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

from ._clock import local_time
from ._delimited import read_delimited
from ._finish import steps_and_counters
from ._layout import header_with
from ._reader import BadText, Raw, Reader, Request
from ._rows import leave_out, numbers_of, values_of
from ._source import Head
from ._units import unit_rules

_HEADER: Final = header_with("Run Time (h)", "Step Time (h)", "Potential (V)", "Cycle Number")
_COLUMNS: Final = unit_rules(
    {
        UNIX_TIME: "Date and Time",
        CYCLE: "Cycle Number",
        STEP_ID: "Step Number",
        STEP_TYPE: "Step Type",
        TEST_TIME: "Run Time",
        STEP_TIME: "Step Time",
        CURRENT: "Current",
        VOLTAGE: "Potential",
        POWER: "Power",
        NET_CAPACITY: "Capacity",
        NET_ENERGY: "Energy",
        AMBIENT_TEMPERATURE: "Temperature",
        "circuit_temperature_celsius": "Circuit Temperature",
    },
    dates=(UNIX_TIME,),
)


def _recognises(head: Head) -> bool:
    if not head.is_text:
        return False
    begins = "\n".join(head.lines[:40])
    return ("[Summary]" in begins and "ovonix" in begins) or _HEADER(head.lines[:3]) >= 0


def _load(request: Request) -> Raw:
    raw = read_delimited(request, _HEADER)
    restarts = raw.facts.get("restarts", [])
    if restarts:
        _carry_on(raw, restarts)
    time = values_of(raw, TEST_TIME)
    if time is not None and pa.types.is_floating(time.type):
        leave_out(
            raw,
            _stale(numbers_of(time)),
            "records are older ones that the tester wrote again at the end of a step (their run "
            "time falls back for this one record)",
        )
    return raw


def _stale(time: "np.ndarray[Any, np.dtype[np.float64]]") -> Any:
    """Find single records whose run time falls back, where the next one goes on."""
    out = np.zeros(len(time), bool)
    if len(time) < 3:
        return out
    back = time[1:-1] < time[:-2]
    out[1:-1] = back & (time[2:] >= time[:-2])
    falls = np.r_[False, time[1:] < time[:-1]]
    return out if not (falls & ~out).any() else np.zeros(len(time), bool)


def _carry_on(raw: Raw, restarts: list[int]) -> None:
    """Let the run time go on where the test was started again, by the dates."""
    at = {w.name: i for i, w in enumerate(raw.plan)}
    if TEST_TIME not in at or UNIX_TIME not in at:
        return
    time = numbers_of(raw.values[at[TEST_TIME]]).copy()  # hours
    try:
        seconds = numbers_of(local_time(raw.values[at[UNIX_TIME]])[0])
    except BadText:
        return  # told when the column is converted
    added = np.zeros(len(time))
    for row in restarts:
        gap = (seconds[row] - seconds[row - 1]) / 3600
        if time[row] < time[row - 1] and np.isfinite(gap) and gap >= 0:
            added[row:] = time[row - 1] + added[row - 1] + gap - time[row]
            raw.notes.append(
                f"the test was started again before record {row + 1} ({raw.place(row)}): the run "
                f"time is carried on by the dates, {gap:.4g} h after the record before; the cycle "
                "number and the capacity begin anew"
            )
    raw.values[at[TEST_TIME]] = pa.array(time + added)


READER = Reader(
    name="novonix_csv",
    description="Novonix HPC and UHPC csv export",
    tester="Novonix",
    recognises=_recognises,
    load=_load,
    columns=_COLUMNS,
    finish=steps_and_counters(CYCLE, STEP_ID, STEP_TYPE, STEP_TIME),
    known_by="[Summary] with Novonix in it, or headers Run Time (h) and Potential (V)",
)
