"""LabVIEW measurement files (``.lvm``): thermometers and other signals beside a test.

*With headers*: ``LabVIEW Measurement``, keys and values up to ``***End_of_Header***``; then, for
each piece that was written, ``Channels``, ``Samples``, ``Date``, ``Time``, ``Y_Unit_Label``,
``X0``, ``Delta_X`` a channel, again ``***End_of_Header***``, the channels' names and the numbers.
The decimal sign and the separator are those the file states. Each channel becomes a column named
after it and its unit (a unit the grammar of names lacks is kept as a word); the time is that of
the first ``X_Value`` column, or counted from ``X0`` by ``Delta_X``; pieces are laid one after the
other by their dates and times.

*Without*: lines of TABs and numbers alone, the first field empty. Nothing says what they are.
They are taken as thermometers, `temperature_t1_celsius` ..., if all lie between -60 and 200, as
notes say; there is no time, only the number of the record.

The table is ``auxiliary``: `record_index` joins nothing by itself; a test is matched by its clock.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from bdg_explore.columns import RECORD, TEST_TIME, UNIX_TIME
from bdg_explore.errors import ReadError

from ._clock import local_time
from ._faults import NO_NUMBER
from ._headers import unit_of
from ._layout import AGAIN
from ._reader import BadText, From, Raw, Reader, Request, Wanted
from ._source import HEAD_BYTES, Head, Source, lines_of

_MAGIC: Final = "LabVIEW Measurement"
_END: Final = "***End_of_Header***"
_NUMBERS: Final = re.compile(r"(\t[-+]?\d+(?:[.,]\d*)?(?:[eE][-+]?\d+)?)+\t?")
_PLAUSIBLE: Final = (-60.0, 200.0)
_SEPARATORS: Final = {"tab": "\t", "comma": ","}
_UNITS: Final = {"volts": "volt", "amps": "ampere", "deg c": "celsius", "degc": "celsius",
                 "celsius": "celsius", "amperes": "ampere", "°c": "celsius", "c": "celsius",
                 "seconds": "second", "ohms": "ohm", "watts": "watt"}  # fmt: skip
_MOST_PIECES: Final = 100_000


@dataclass
class _Piece:
    """What one header of a piece says of its channels."""

    names: list[str] = field(default_factory=list)
    facts: dict[str, list[str]] = field(default_factory=dict)
    first_line: int = 0
    lines: int = 0


def _recognises(head: Head) -> bool:
    return head.is_text and (_headed(head) or _bare(head))


def _headed(head: Head) -> bool:
    return bool(head.lines) and head.lines[0].lstrip("\ufeff").startswith(_MAGIC)


def _bare(head: Head) -> bool:
    """Whether it is TABs and numbers alone, the first field empty, as LabVIEW leaves it."""
    lines = [line for line in head.lines[:200] if line.strip()]
    if len(head.raw) == HEAD_BYTES:
        lines = lines[:-1]  # the last one may be cut
    counts = {line.rstrip("\t").count("\t") for line in lines}
    return len(lines) >= 2 and len(counts) == 1 and all(_NUMBERS.fullmatch(x) for x in lines)


def _load(request: Request) -> Raw:
    source = request.source
    if not source.head.raw:
        raise ReadError(f"{source.name} is empty (0 bytes). {AGAIN}.")
    if _headed(source.head):
        return _with_headers(source)
    if not _bare(source.head):
        raise ReadError(
            f"{source.name} is no LabVIEW measurement file but {source.head.describe()}."
        )
    return _without_headers(source)


def _raw(columns: dict[str, tuple[str, Any]], rows: int, facts: dict[str, Any]) -> Raw:
    plan = [
        Wanted(name, place, header, From(header))
        for place, (name, (header, _)) in enumerate(columns.items())
    ]
    headers = tuple(header for header, _ in columns.values())
    return Raw(plan, [v for _, v in columns.values()], headers, rows, facts=facts)


# --- numbers alone --------------------------------------------------------------------------------


def _without_headers(source: Source) -> Raw:
    decimal = "," if "," in source.head.lines[0] else "."
    width = source.head.lines[0].rstrip("\t").count("\t") + 1
    values = _table(source.content(), "\t", decimal, source, 0, width)
    numbers = np.stack([v.to_numpy() for v in values[1:width]])
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    if low < _PLAUSIBLE[0] or high > _PLAUSIBLE[1]:
        raise ReadError(
            f"{source.name} holds numbers without headers, from {low:g} to {high:g}: no "
            "temperatures. Add a line of headers with units, and read it as csv with columns=."
        )
    columns: dict[str, tuple[str, Any]] = {
        RECORD: ("(counted)", np.arange(1, len(values[0]) + 1, dtype=np.int64))
    }
    for i, column in enumerate(values[1:width], start=1):
        columns[f"temperature_t{i}_celsius"] = (f"column {i + 1}", column.to_numpy())
    raw = _raw(columns, len(values[0]), {"decimal": decimal})
    raw.place = lambda row: f"line {row + 1}"
    raw.notes.append(
        f"the file has no headers: its {width - 1} columns are assumed to be thermometers in degC "
        f"({low:g} to {high:g}); there is no time"
    )
    return raw


# --- with headers ---------------------------------------------------------------------------------


def _with_headers(source: Source) -> Raw:
    content = source.content()
    lines = lines_of(content.decode(source.head.encoding, errors="replace"))
    general: dict[str, str] = {}
    at = 0
    while at < len(lines) and not lines[at].startswith(_END):
        key, _, value = lines[at].partition("\t")
        general[key.strip()] = value.strip()
        at += 1
    separator = _SEPARATORS.get(general.get("Separator", "Tab").casefold(), "\t")
    stated = general.get("Decimal_Separator", "")
    decimal = stated if stated in (".", ",") else _guessed_decimal(lines)
    pieces = _pieces(lines, at + 1, separator, source)
    frames = [_read_piece(lines, piece, separator, decimal, source) for piece in pieces]
    names = frames[0][0]
    for (other, _), piece in zip(frames, pieces, strict=True):
        if other != names:
            raise ReadError(
                f"{source.name}, line {piece.first_line}: a piece with other channels than the "
                f"first ({', '.join(other[:8])}). Split the file there."
            )
    starts = _starts(pieces, source)
    times, begin = [], []
    for (_, table), start in zip(frames, starts, strict=True):
        times.append(table[0] + start - starts[0])
        begin.append(start)
    rows = sum(len(t) for t in times)
    columns: dict[str, tuple[str, Any]] = {
        RECORD: ("(counted)", np.arange(1, rows + 1, dtype=np.int64)),
        TEST_TIME: ("X_Value", np.concatenate(times)),
    }
    if np.isfinite(starts[0]) and starts[0] > 0:
        columns[UNIX_TIME] = ("Date, Time", np.concatenate(times) + starts[0])
    units = pieces[0].facts.get("Y_Unit_Label", [])
    for i, name in enumerate(names):
        unit = units[i] if i < len(units) else ""
        values = np.concatenate([table[i + 1] for _, table in frames])
        columns[_canonical(name, unit, columns)] = (f"{name} [{unit}]" if unit else name, values)
    raw = _raw(columns, rows, {"decimal": decimal, "pieces": len(pieces), "preamble": general})
    if np.isfinite(starts[0]) and starts[0] > 0:
        raw.notes.append(
            "the clock: the computer's local time, its zone not stated; read as if UTC"
        )
    if len(pieces) > 1:
        raw.notes.append(f"{len(pieces)} pieces, laid one after the other by their date and time")
    raw.notes.append("units are those the channels state; a channel without one has none")
    return raw


def _guessed_decimal(lines: Sequence[str]) -> str:
    numbers = [line for line in lines[20:60] if re.match(r"[-\d\t]", line)]
    return "," if numbers and not any("." in n for n in numbers) and any(
        "," in n for n in numbers
    ) else "."  # fmt: skip


def _pieces(lines: list[str], at: int, separator: str, source: Source) -> list[_Piece]:
    """Find the pieces: a header of channels each, and the lines that follow."""
    pieces: list[_Piece] = []
    while at < len(lines) and len(pieces) < _MOST_PIECES:
        facts: dict[str, list[str]] = {}
        while at < len(lines) and not lines[at].startswith(_END):
            if _names_line(lines[at]) and "Channels" not in facts:
                break
            key, *values = lines[at].split(separator)
            facts[key.strip()] = [v.strip() for v in values]
            at += 1
        if at < len(lines) and lines[at].startswith(_END):
            at += 1
        if at >= len(lines):
            break
        names = [name.strip() for name in lines[at].split(separator)]
        first = at + 1
        stop = first
        while stop < len(lines) and not lines[stop].startswith(("Channels", _END)):
            if _names_line(lines[stop]):
                break
            stop += 1
        pieces.append(_Piece(names, facts, first, stop - first))
        at = stop
    pieces = [piece for piece in pieces if piece.lines]
    if not pieces:
        raise ReadError(f"{source.name} has headers and no records. {AGAIN}.")
    return pieces


def _names_line(line: str) -> bool:
    return line.startswith(("X_Value", "Time\t", "Time,"))


def _read_piece(
    lines: list[str], piece: _Piece, separator: str, decimal: str, source: Source
) -> tuple[list[str], list[Any]]:
    """Return the channels' names, and the time and the values of one piece."""
    names = piece.names
    comment = len(names) - 1 if names and names[-1].casefold() == "comment" else len(names)
    text = [line for line in lines[piece.first_line : piece.first_line + piece.lines] if line]
    padded = [separator.join((line.split(separator) + [""] * len(names))[: len(names)])
              for line in text]  # fmt: skip
    values = _table(
        ("\n".join(padded) + "\n").encode(),
        separator,
        decimal,
        source,
        piece.first_line,
        len(names),
    )
    numbers = [v.to_numpy() for v in values[:comment]]
    x = [i for i, name in enumerate(names[:comment]) if name in ("X_Value", "Time")]
    channels = [i for i in range(comment) if i not in x and names[i]]
    time = numbers[x[0]] if x else np.full(len(text), np.nan)
    if np.isnan(time).all():
        step = _first_number(piece.facts.get("Delta_X", []), decimal)
        begin = _first_number(piece.facts.get("X0", []), decimal)
        if not np.isfinite(step):
            raise ReadError(f"{source.name} has no X_Value and no Delta_X: its times are unknown.")
        time = (0.0 if not np.isfinite(begin) else begin) + step * np.arange(len(text))
    return [names[i] for i in channels], [time, *(numbers[i] for i in channels)]


def _first_number(texts: Sequence[str], decimal: str) -> float:
    for text in texts:
        try:
            return float(text.replace(decimal, "."))
        except ValueError:
            continue
    return float("nan")


def _starts(pieces: list[_Piece], source: Source) -> list[float]:
    """Return when each piece begins, in seconds since 1970 [s]; 0 where none states it."""
    starts: list[float] = []
    for piece in pieces:
        date = next((d for d in piece.facts.get("Date", []) if d), "")
        clock = next((t for t in piece.facts.get("Time", []) if t), "")
        found = re.match(r"(\d+:\d+:\d+)(?:[.,](\d{1,6}))?", clock)
        if not date or not found:
            if len(pieces) > 1:
                raise ReadError(
                    f"{source.name} has several pieces and piece {len(starts) + 1} states no date "
                    "and time, so their order in time is unknown."
                )
            return [0.0]
        try:
            seconds, _ = local_time(pa.array([f"{date} {found[1]}"]))
        except BadText as bad:
            raise ReadError(
                f"{source.name}: piece {len(starts) + 1} begins at {bad.text[:60]!r}, which is no "
                f"date. {AGAIN}."
            ) from None
        part = float(f"0.{found[2]}") if found[2] else 0.0
        starts.append(seconds[0].as_py() + part)
    return starts


def _canonical(name: str, unit: str, taken: dict[str, Any]) -> str:
    """Name a channel by the grammar ``<quantity>_<unit>``."""
    known = unit_of(unit) if unit else None
    word = known[0] if known else _UNITS.get(unit.casefold(), "")
    if not word and unit:
        word = re.sub(r"[^0-9a-z]+", "_", unit.casefold()).strip("_")
    quantity = re.sub(r"[^0-9a-z]+", "_", name.casefold()).strip("_") or "channel"
    full = f"{quantity}_{word}" if word and not quantity.endswith(f"_{word}") else quantity
    number = 2
    unique = full
    while unique in taken:
        unique = f"{quantity}_{number}_{word}" if word else f"{quantity}_{number}"
        number += 1
    return unique


def _table(
    content: bytes, separator: str, decimal: str, source: Source, first_line: int, width: int
) -> list[Any]:
    try:
        table = pacsv.read_csv(
            pa.BufferReader(content),
            pacsv.ReadOptions(column_names=[f"c{i}" for i in range(width)]),
            pacsv.ParseOptions(delimiter=separator),
            pacsv.ConvertOptions(
                column_types={f"c{i}": pa.float64() for i in range(width)},
                null_values=list(NO_NUMBER),
                decimal_point=decimal,
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise ReadError(
            f"{source.name}, behind line {first_line}: {str(error)[:200]}. {AGAIN}."
        ) from error
    return list(table.columns)


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    if TEST_TIME in frame.columns and (np.diff(frame[TEST_TIME].to_numpy()) < 0).any():
        notes.append("the time falls back between pieces; look at their dates")
    return frame


READER = Reader(
    name="labview_lvm",
    description="LabVIEW measurement file (.lvm): thermometers and other signals beside a test",
    tester="LabVIEW",
    recognises=_recognises,
    load=_load,
    columns={},
    table="auxiliary",
    suffixes=(".lvm",),
    finish=_finish,
    known_by="a first line LabVIEW Measurement; or TABs and numbers alone, the first field empty",
)
