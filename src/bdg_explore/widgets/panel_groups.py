"""What the facets of a page show, worked out from the headless state."""

import math
from typing import Any, Final

import numpy as np

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    AVAILABILITY,
    CATHODE,
    CHARGING_C_RATE,
    CYCLE_LIFE,
    DATASET,
    DISCHARGING_C_RATE,
    FORM_FACTOR,
    HUB,
    KIND,
    LICENCE,
    NOMINAL_CAPACITY,
    SEGMENT,
    column,
)

from .state import BrowserState

# The order people ask in, and which are unfolded from the start.
_ORDER: Final = {
    CATHODE: True,
    AMBIENT_TEMPERATURE: True,
    NOMINAL_CAPACITY: True,
    KIND: True,
    AVAILABILITY: True,
    HUB: True,
    DATASET: False,
    CHARGING_C_RATE: False,
    DISCHARGING_C_RATE: False,
    CYCLE_LIFE: False,
    FORM_FACTOR: False,
    SEGMENT: False,
    LICENCE: False,
}
_WORDS: Final = {
    (AVAILABILITY, "here"): "on this machine",
    (AVAILABILITY, "install"): "to install with pip",
    (AVAILABILITY, "download"): "to download",
    (AVAILABILITY, "request"): "on request",
}


def value_label(name: str, value: Any) -> str:
    """Return a value of a facet in plain words."""
    if value is None:
        return "unknown"
    if isinstance(value, float):
        return f"{value:g}"
    return _WORDS.get((name, str(value)), str(value).replace("_", " "))


def facet_groups(state: BrowserState) -> list[dict[str, Any]]:
    """Return the facets and ranges of a state as JSON, in reading order.

    A facet has `values` (value, label, count, on), a range has `edges` and `counts` of its spread
    and the borders asked for. A facet with one value only says nothing and is left out.
    """
    known = [*_ORDER, *state.facet_columns, *state.range_columns]
    groups = []
    for name in dict.fromkeys(known):
        if name in state.facet_columns:
            group = _facet(state, name)
        elif name in state.range_columns:
            group = _range(state, name)
        else:
            continue
        if group is not None:
            record = column(name)
            head = {"column": name, "title": record.title, "help": record.meaning}
            groups.append(head | {"open": _ORDER.get(name, False)} | group)
    return groups


def _facet(state: BrowserState, name: str) -> dict[str, Any] | None:
    chosen = state.facets.get(name, [])
    values = [
        {"value": value, "label": value_label(name, value), "count": count, "on": value in chosen}
        for value, count in state.facet_counts.get(name, ())
    ]
    return {"values": values} if len(values) > 1 or chosen else None


def _range(state: BrowserState, name: str) -> dict[str, Any] | None:
    spread = state.histogram(name)
    edges = np.asarray(spread.edges, float)
    if edges[0] == edges[-1]:
        return None
    low, high = state.ranges.get(name, (-math.inf, math.inf))
    unit = column(name).unit
    return {
        "unit": "" if unit == "1" else unit,
        "edges": edges.tolist(),
        "counts": np.asarray(spread.counts).tolist(),
        "unknown": int(spread.unknown),
        "low": None if math.isinf(low) else low,
        "high": None if math.isinf(high) else high,
    }
