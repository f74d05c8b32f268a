"""Batches of data.matr.io (Severson 2019, Attia 2020): MATLAB 7.3, a structure ``batch`` of cells.

Four tables, each with a column `cell` but the last: ``cycles`` from ``summary``, ``curves``
(`Qdlin` over `Vdlin`: discharged capacity on 1000 voltages), ``timeseries`` from ``cycles``, and
``cells``. A batch is large: name some cells with ``cells=``, and only they are read.

*Cells* are numbered from 0 as in the published scripts, ``b1c0`` for the first of 2017-05-12; the
batch is told from the date in the file or its name, and else left out.

*Cycles* carry the number that ``summary.cycle`` gives them, in the order of the file.

*Time* is in minutes and begins again with every cycle; `test_time_second` lays the cycles one after
the other, so pauses between them are not in it. ``chargetime`` is in minutes too.

*Current.* The file does not say its unit. The integral of the discharge current is compared with
``Qd``: where it is smaller by one factor throughout, the current is a rate and the factor the
capacity it refers to (1.1 Ah). A note tells what was found. Positive charges.

References
----------
K. A. Severson et al., Nature Energy 4, 383, 2019; P. M. Attia et al., Nature 578, 397, 2020.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bdg_explore.columns import (
    BARCODE,
    BATCH,
    CELL,
    CHARGING_DURATION,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_LIFE,
    DISCHARGING_CAPACITY,
    INTERNAL_RESISTANCE,
    MAXIMUM_TEMPERATURE,
    MEAN_TEMPERATURE,
    MINIMUM_TEMPERATURE,
    NATIVE_ID,
    PROTOCOL,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from . import _hdf5
from ._rates import ampere, laid, ratios_of
from ._reader import From, Raw, Reader, Request
from ._source import Head, Source, listed

_BATCH: Final = "/batch"
_DATED: Final = re.compile(r"(?<!\d)(20\d\d-\d\d-\d\d)(?!\d)")
_BATCHES: Final = {"2017-05-12": "b1", "2017-06-30": "b2", "2018-04-12": "b3"}
_CELL: Final = re.compile(r".*?c?(\d+)$")
_MOST_ROWS: Final = 25_000_000
_SERIES: Final = ("t", "I", "V", "T", "Qc", "Qd")

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class _Cells:
    """The cells asked for: where they stand in the file, and what they are called."""

    places: list[int]
    names: list[str]


def _recognises(head: Head) -> bool:
    tree = _hdf5.tree(head)
    if tree is None:
        return False
    held = [tree.nodes.get(f"{_BATCH}/{name}") for name in ("summary", "cycles")]
    return all(node is not None and node.kind == "reference" for node in held)


def _cells(request: Request) -> _Cells:
    source = request.source
    tree = _hdf5.open_tree(source)
    node = tree.nodes.get(f"{_BATCH}/summary")
    if node is None or node.kind != "reference":
        raise ReadError(
            f"{source.name} holds {listed(list(tree.nodes)) or 'nothing'} and no batch of cells. "
            "It is no file of data.matr.io."
        )
    count = int(np.prod(node.shape)) if node.shape else 0
    date = _date(source, tree)
    prefix = _BATCHES.get(date, f"{date}_" if date else "")
    names = [f"{prefix}c{i}" for i in range(count)]
    asked = request.only.get(CELL)
    if asked is None:
        return _Cells(list(range(count)), names)
    wanted = set(map(str, asked))
    places = [i for i, name in enumerate(names) if name in wanted]
    unknown = sorted(wanted - set(names))
    if unknown:
        raise ReadError(f"{source.name} has no cell {listed(unknown)}; it has {listed(names)}.")
    return _Cells(places, [names[i] for i in places])


def _date(source: Source, tree: _hdf5.Tree) -> str:
    node = tree.nodes.get("/batch_date")
    stated = ""
    if node is not None and node.kind == "number" and np.prod(node.shape) <= 64:
        codes = np.asarray(_hdf5.read(source, ["/batch_date"])["/batch_date"]).T.ravel()
        stated = "".join(chr(int(code)) for code in codes)
    for text in (stated, source.name):
        found = _DATED.search(text)
        if found:
            return found[1]
    return ""


def _read(
    request: Request, fields: dict[str, list[str] | None]
) -> tuple[_Cells, dict[str, list[Any]]]:
    cells = _cells(request)
    held = _hdf5.structures(request.source, _BATCH, fields, cells.places)
    missing = [name for name in fields if name not in held]
    if missing:
        raise ReadError(f"{request.source.name}: its batch has no field {listed(missing)}.")
    if any(len(values) != len(cells.places) for values in held.values()):
        raise ReadError(f"{request.source.name}: its fields are not of one length.")
    return cells, held


def _load_cycles(request: Request) -> Raw:
    cells, held = _read(request, {"summary": None})
    parts = [
        _numbers(s, request.source, name)
        for s, name in zip(held["summary"], cells.names, strict=True)
    ]
    fields = list(dict.fromkeys(name for part in parts for name in part))
    lengths = [len(next(iter(part.values()), [])) for part in parts]
    columns = {
        name: np.concatenate(
            [part.get(name, np.full(n, np.nan)) for part, n in zip(parts, lengths, strict=True)]
        )
        for name in fields
    }
    return _raw(request, {"cell": np.repeat(cells.names, lengths), **columns})


def _numbers(entry: Any, source: Source, cell: str) -> dict[str, Floats]:
    """Return the fields of a structure that are numbers, which must be of one length."""
    fields = entry if isinstance(entry, dict) else {}
    found = {name: np.ravel(v) for name, v in fields.items() if isinstance(v, np.ndarray)}
    if len({len(v) for v in found.values()}) > 1:
        raise ReadError(
            f"{source.name}, cell {cell}: the columns of summary are not of one length."
        )
    return found


def _load_cells(request: Request) -> Raw:
    cells = _cells(request)
    fields: dict[str, list[str] | None] = dict.fromkeys(
        ("policy_readable", "cycle_life", "barcode", "channel_id")
    )
    held = _hdf5.structures(request.source, _BATCH, fields, cells.places)
    date = _date(request.source, _hdf5.open_tree(request.source))
    columns: dict[str, Any] = {"cell": np.array(cells.names, dtype=object)}
    for name, values in held.items():
        columns[name] = np.array([_one(value) for value in values], dtype=object)
    if "cycle_life" in columns:
        lives = [v if isinstance(v, float) else np.nan for v in columns["cycle_life"]]
        columns["cycle_life"] = np.array(lives, dtype=np.float64)
    if date:
        columns["batch_date"] = np.array([date] * len(cells.names), dtype=object)
    return _raw(request, columns)


def _one(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return float(value.ravel()[0]) if value.size else None
    return value if isinstance(value, str) and value else None


def _load_curves(request: Request) -> Raw:
    cells, held = _read(request, {"cycles": ["Qdlin"], "Vdlin": None, "summary": ["cycle"]})
    names: list[Any] = []
    cycles: list[Any] = []
    voltages: list[Any] = []
    capacities: list[Any] = []
    rows = 0
    for i, name in enumerate(cells.names):
        curves = _ragged(held["cycles"][i], "Qdlin", request.source, name)
        given = held["Vdlin"][i]
        voltage: Any = np.ravel(given) if isinstance(given, np.ndarray) else np.empty(0)
        numbers = _cycle_numbers(held["summary"][i], len(curves.lengths))
        kept = _kept(request, numbers) & (curves.lengths > 0)
        if (curves.lengths[kept] != len(voltage)).any():
            raise ReadError(
                f"{request.source.name}, cell {name}: a curve Qdlin does not have the "
                f"{len(voltage)} points of Vdlin."
            )
        rows += int(curves.lengths[kept].sum())
        _check_rows(request, rows)
        capacities.append(curves.values[np.repeat(kept, curves.lengths)])
        voltages.append(np.tile(voltage, int(kept.sum())))
        cycles.append(np.repeat(numbers[kept], len(voltage)))
        names.append(np.repeat(name, len(capacities[-1])))
    joined = {
        "cell": names,
        "summary.cycle": cycles,
        "Vdlin": voltages,
        "Qdlin": capacities,
    }
    return _raw(request, {header: np.concatenate(parts) for header, parts in joined.items()})


def _load_timeseries(request: Request) -> Raw:
    cells, held = _read(request, {"cycles": list(_SERIES), "summary": ["cycle"]})
    notes: list[str] = []
    parts: dict[str, list[Any]] = {name: [] for name in ("cell", "summary.cycle", *_SERIES)}
    ratios: list[float] = []
    rows = 0
    for i, name in enumerate(cells.names):
        series = {f: _ragged(held["cycles"][i], f, request.source, name) for f in _SERIES}
        lengths = series["t"].lengths
        if any(not np.array_equal(s.lengths, lengths) for s in series.values()):
            raise ReadError(
                f"{request.source.name}, cell {name}: the columns of cycles are not of one length."
            )
        numbers = _cycle_numbers(held["summary"][i], len(lengths))
        ratios.extend(ratios_of(series))
        kept = _kept(request, numbers)
        rows += int(lengths[kept].sum())
        _check_rows(request, rows)
        records = np.repeat(kept, lengths)
        parts["t"].append(laid(series["t"])[records])
        for field in _SERIES[1:]:
            parts[field].append(series[field].values[records])
        parts["summary.cycle"].append(np.repeat(numbers[kept], lengths[kept]))
        parts["cell"].append(np.repeat(name, rows - sum(map(len, parts["cell"]))))
    columns = {header: np.concatenate(values) for header, values in parts.items()}
    columns["I"] = columns["I"] * ampere(ratios, notes)
    notes.append(
        "t: minutes within each cycle; cycles are laid one after the other, without pauses"
    )
    return _raw(request, columns, notes)


def _ragged(entry: Any, name: str, source: Source, cell: str) -> _hdf5.Ragged:
    """Return one field of all cycles: numbers, and how many each cycle has."""
    held = entry.get(name) if isinstance(entry, dict) else None
    if isinstance(held, _hdf5.Ragged) and (held.lengths >= 0).all():
        return held
    if isinstance(held, np.ndarray):
        return _hdf5.Ragged(held.ravel(), np.array([held.size]))
    if isinstance(held, list) and all(isinstance(part, np.ndarray) for part in held):
        parts = [part.ravel() for part in held]
        return _hdf5.Ragged(np.concatenate(parts), np.array([len(part) for part in parts]))
    raise ReadError(f"{source.name}, cell {cell}: its cycles have no numbers called {name}.")


def _cycle_numbers(summary: Any, count: int) -> Floats:
    """Give the cycles of a cell the numbers of its summary; from 1 where those do not fit."""
    held = summary.get("cycle") if isinstance(summary, dict) else None
    if isinstance(held, np.ndarray) and held.size == count:
        return held.ravel().astype(np.float64)
    return np.arange(1.0, count + 1)


def _kept(request: Request, numbers: Floats) -> Any:
    asked = request.only.get(CYCLE)
    return np.isin(numbers, list(asked)) if asked is not None else np.ones(len(numbers), bool)


def _check_rows(request: Request, rows: int) -> None:
    if rows > _MOST_ROWS:
        raise ReadError(
            f"{request.source.name} holds more than {_MOST_ROWS} records of this table. "
            "Name some of its cells with cells=, or cycles with cycles=."
        )


def _raw(request: Request, columns: dict[str, Any], notes: Sequence[str] = ()) -> Raw:
    headers = tuple(columns)
    plan = request.plan(headers)
    rows = len(columns["cell"])
    if not rows:
        raise ReadError(f"{request.source.name} has no records of what was asked for.")
    return Raw(plan, [columns[w.header] for w in plan], headers, rows, notes=list(notes))


_ALL: Final[dict[str, tuple[str, Callable[[Request], Raw], dict[str, From]]]] = {
    "cycles": (
        "one row a cycle",
        _load_cycles,
        {
            CELL: From("cell"),
            CYCLE: From("cycle"),
            CYCLE_CHARGING_CAPACITY: From("QCharge"),
            CYCLE_DISCHARGING_CAPACITY: From("QDischarge"),
            INTERNAL_RESISTANCE: From("IR"),
            MEAN_TEMPERATURE: From("Tavg"),
            MINIMUM_TEMPERATURE: From("Tmin"),
            MAXIMUM_TEMPERATURE: From("Tmax"),
            CHARGING_DURATION: From("chargetime", 60),
        },
    ),
    "curves": (
        "discharged capacity over voltage",
        _load_curves,
        {
            CELL: From("cell"),
            CYCLE: From("summary.cycle"),
            VOLTAGE: From("Vdlin"),
            DISCHARGING_CAPACITY: From("Qdlin"),
        },
    ),
    "timeseries": (
        "records",
        _load_timeseries,
        {
            CELL: From("cell"),
            TEST_TIME: From("t", 60),
            CYCLE: From("summary.cycle"),
            CURRENT: From("I"),
            VOLTAGE: From("V"),
            "cycle_charging_capacity_ah": From("Qc"),
            "cycle_discharging_capacity_ah": From("Qd"),
            SURFACE_TEMPERATURE: From("T"),
        },
    ),
    "cells": (
        "what is stated about each cell",
        _load_cells,
        {
            NATIVE_ID: From("cell"),
            PROTOCOL: From("policy_readable"),
            CYCLE_LIFE: From("cycle_life"),
            BARCODE: From("barcode"),
            BATCH: From("batch_date"),
        },
    ),
}

READERS = [
    Reader(
        name="matr_mat",
        description=f"Batch of data.matr.io, MATLAB 7.3: {what}",
        tester="Arbin",
        known_by="HDF5 with a structure batch whose fields summary and cycles refer to each cell",
        recognises=_recognises,
        load=loads,
        columns=rules,
        table=table,
        suffixes=(".mat",),
    )
    for table, (what, loads, rules) in _ALL.items()
]
