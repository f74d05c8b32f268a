"""BEEP structured data (Toyota Research Institute): JSON with a summary of cycles and their curves.

``cycles`` comes from ``summary``; the cycles that ``diagnostic_summary`` lists carry their
`cycle_type` (reset, hppc, rpt_0.2C ...), and those that it alone lists are appended.
``charge_throughput`` and ``energy_throughput`` count on through the test and are the charging
capacity and energy that never restart. ``charge_duration`` is the time to a fixed capacity that
suits one kind of cell only, ``time_temperature_integrated`` is in minutes times degrees: both are
left unmapped, as is ``paused``.

``curves`` comes from ``cycles_interpolated``: capacity over an even grid of voltages, `step_type`
saying whether it was charged or discharged. Points outside what was measured have no value.

Cycle numbers are the tester's (from 0). Dates state their zone. Resistances of 0 are what BEEP
writes where it has none; they are left as they are, as a note says.

References
----------
P. Herring et al., BEEP: A Python library for Battery Evaluation and Early Prediction, SoftwareX 11,
100506, 2020.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CHARGING_CAPACITY,
    CHARGING_ENERGY,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    CYCLE_TYPE,
    DC_INTERNAL_RESISTANCE,
    DISCHARGING_CAPACITY,
    DISCHARGING_ENERGY,
    ENERGY_EFFICIENCY,
    INTERNAL_RESISTANCE,
    MAXIMUM_TEMPERATURE,
    MEAN_TEMPERATURE,
    MINIMUM_TEMPERATURE,
    STEP_ID,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._clock import local_time
from ._json import columns_in, keys, load_json, raw_of
from ._reader import From, Raw, Reader, Request
from ._source import Head, Source, listed

_SUMMARY: Final = ("summary", "structured_summary")
_CURVES: Final = ("cycles_interpolated", "structured_data")
_DIAGNOSTIC: Final = "diagnostic_summary"
_FACTS: Final = ("barcode", "protocol", "channel_id", "@version", "@class")


def _recognises(head: Head) -> bool:
    found = keys(head)
    if {"@module", "@class"} <= found and b"beep." in head.raw:
        return bool({*_SUMMARY, "barcode"} & found)
    return bool({*_SUMMARY} & found) and {"cycle_index", "discharge_capacity"} <= found


def _content(request: Request) -> Mapping[str, Any]:
    content = load_json(request.source)
    if not isinstance(content, Mapping):
        raise ReadError(f"{request.source.name} is JSON, but no structured data of BEEP.")
    return content


def _table(content: Mapping[str, Any], names: Sequence[str], source: Source) -> dict[str, Any]:
    held = next((content[name] for name in names if content.get(name)), None)
    if held is None:
        raise ReadError(
            f"{source.name} has no {names[0]} or it is empty; it has {listed(list(content))}."
        )
    return dict(columns_in(held, source))


def _facts(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.strip("@"): value
        for name in _FACTS
        if isinstance(value := content.get(name), str | int | float)
    }


def _load_cycles(request: Request) -> Raw:
    content = _content(request)
    columns = _table(content, _SUMMARY, request.source)
    diagnostic = content.get(_DIAGNOSTIC)
    kinds = _kinds(diagnostic)
    notes = []
    if kinds and "cycle_index" in columns:
        added = _append(columns, dict(columns_in(diagnostic, request.source)))
        if added:
            notes.append(f"{added} cycles stand in {_DIAGNOSTIC} alone; appended")
        columns[CYCLE_TYPE] = [kinds.get(number) for number in columns["cycle_index"]]
    raw = raw_of(request, columns, _facts(content))
    raw.notes.extend(notes)
    return raw


def _append(columns: dict[str, Any], diagnostic: Mapping[str, Sequence[Any]]) -> int:
    """Append the cycles that the diagnostic summary alone has; say how many."""
    known = set(columns["cycle_index"])
    rows = [i for i, number in enumerate(diagnostic["cycle_index"]) if number not in known]
    for name in columns:
        held = diagnostic.get(name)
        columns[name] = [*columns[name], *(held[i] if held else None for i in rows)]
    return len(rows)


def _kinds(diagnostic: Any) -> dict[Any, str]:
    """Return what each diagnostic cycle was for."""
    if not isinstance(diagnostic, Mapping):
        return {}
    numbers, kinds = diagnostic.get("cycle_index"), diagnostic.get(CYCLE_TYPE)
    if not isinstance(numbers, list) or not isinstance(kinds, list) or len(numbers) != len(kinds):
        return {}
    return {
        n: str(kind) for n, kind in zip(numbers, kinds, strict=True) if isinstance(n, int | float)
    }


def _load_curves(request: Request) -> Raw:
    content = _content(request)
    columns = _table(content, _CURVES, request.source)
    if not {"charge_capacity", "discharge_capacity"} & set(columns):
        raise ReadError(
            f"{request.source.name}: its {_CURVES[0]} holds {listed(list(columns))} and no "
            "capacities; it was cut for a test. Its summary gives table='cycles'."
        )
    return raw_of(request, columns, _facts(content))


def _tell(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    if DC_INTERNAL_RESISTANCE in frame.columns:
        nothing = int((frame[DC_INTERNAL_RESISTANCE].to_numpy() == 0).sum())
        if nothing:
            notes.append(f"{DC_INTERNAL_RESISTANCE} is 0 in {nothing} cycles: not measured")
    for energy, capacity in (
        (CYCLE_CHARGING_ENERGY, CYCLE_CHARGING_CAPACITY),
        (CYCLE_DISCHARGING_ENERGY, CYCLE_DISCHARGING_CAPACITY),
    ):
        if {energy, capacity} <= set(frame.columns):
            with np.errstate(divide="ignore", invalid="ignore"):
                volts = frame[energy].to_numpy() / frame[capacity].to_numpy()
            strange = np.isfinite(volts) & ((volts < 0) | (volts > 30))
            if strange.any():
                notes.append(
                    f"{energy} over {capacity} is no voltage in {int(strange.sum())} cycles"
                )
    return frame


_ALIKE: Final[dict[str, Any]] = {
    "name": "beep_json",
    "known_by": "JSON written by beep (@module) with a summary and cycles_interpolated",
    "recognises": _recognises,
    "suffixes": (".json",),
}

READERS = [
    Reader(
        **_ALIKE,
        description="BEEP structured data, JSON: one row a cycle",
        load=_load_cycles,
        columns={
            CYCLE: From("cycle_index"),
            UNIX_TIME: From("date_time_iso", parse=local_time),
            CYCLE_TYPE: From(CYCLE_TYPE),
            CYCLE_CHARGING_CAPACITY: From("charge_capacity"),
            CYCLE_DISCHARGING_CAPACITY: From("discharge_capacity"),
            CYCLE_CHARGING_ENERGY: From("charge_energy"),
            CYCLE_DISCHARGING_ENERGY: From("discharge_energy"),
            ENERGY_EFFICIENCY: From("energy_efficiency"),
            CHARGING_CAPACITY: From("charge_throughput"),
            CHARGING_ENERGY: From("energy_throughput"),
            DC_INTERNAL_RESISTANCE: From("dc_internal_resistance"),
            MEAN_TEMPERATURE: From("temperature_average"),
            MINIMUM_TEMPERATURE: From("temperature_minimum"),
            MAXIMUM_TEMPERATURE: From("temperature_maximum"),
        },
        table="cycles",
        finish=_tell,
    ),
    Reader(
        **_ALIKE,
        description="BEEP structured data, JSON: capacity over voltage",
        load=_load_curves,
        columns={
            CYCLE: From("cycle_index"),
            STEP_TYPE: From("step_type"),
            STEP_ID: From("step_index"),
            TEST_TIME: From("test_time"),
            VOLTAGE: From("voltage"),
            CURRENT: From("current"),
            CHARGING_CAPACITY: From("charge_capacity"),
            DISCHARGING_CAPACITY: From("discharge_capacity"),
            CHARGING_ENERGY: From("charge_energy"),
            DISCHARGING_ENERGY: From("discharge_energy"),
            INTERNAL_RESISTANCE: From("internal_resistance"),
            SURFACE_TEMPERATURE: From("temperature"),
        },
        table="curves",
    ),
]
