"""The walk from a file to a canonical frame: load, rename, convert, check, account."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from bdg_explore.columns import (
    CELL,
    CHARGING_CAPACITY,
    COLUMNS,
    CURRENT,
    CYCLE,
    DISCHARGING_CAPACITY,
    NATIVE_ID,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import FrameError, ParameterError, ReadError, did_you_mean
from bdg_explore.frames import CONTRACTS, check_frame

from ._headers import canonical_name
from ._reader import ANY_TABLE, BadText, From, Raw, Reader, Request
from ._source import Source, listed
from ._values import convert, nulls

# Tables a reader may give; those without a contract yet are returned as they are read.
TABLES: Final = (*CONTRACTS, "materials", "quality", "provenance", "reported_cycles")
_SCOPE: Final = re.compile(r"^(?:cycle|step|schedule)_(?=\w+_(?:capacity_ah|energy_wh)$)")


def walk(
    reader: Reader,
    source: Source,
    *,
    table: str | None = None,
    columns: Mapping[str, str] | None = None,
    cells: Sequence[str] | None = None,
    cycles: Sequence[int] | None = None,
    check: bool = True,
) -> pd.DataFrame:
    """Read one file with one reader; see `bdg_explore.readers.read`."""
    only: dict[str, Sequence[Any]] = {}
    if cells is not None:
        only[CELL] = [str(cell) for cell in cells]
    if cycles is not None:
        only[CYCLE] = [int(cycle) for cycle in cycles]
    request = Request(source, reader.columns, _own(columns or {}), only)
    raw = reader.load(request)
    if isinstance(raw, pd.DataFrame):
        raw = _from_frame(raw, request)
    frame, accounts = _convert(raw, source)
    with np.errstate(over="ignore", invalid="ignore"):  # what is out of range, the checks find
        frame = reader.finish(frame, raw.notes)
    frame = _select(frame, only, source)
    accounts = _renamed(accounts, frame)
    kind = _table(reader, table, frame, source, check)
    mapped = {w.place for w in raw.plan}
    unmapped = [h for i, h in enumerate(raw.headers) if i not in mapped and h]
    if check and kind in CONTRACTS:
        try:
            check_frame(frame, CONTRACTS[kind])
        except FrameError as error:
            rest = f" Not mapped: {listed(unmapped)}." if unmapped else ""
            raise FrameError(f"{source.name} ({reader.name}): {error}{rest}") from None
    frame.attrs["source"] = {
        "file": source.name,
        "format": reader.name,
        "tester": reader.tester,
        "table": kind,
        "rows_in": raw.rows,
        "rows_out": len(frame),
        "columns": accounts,
        "unmapped": unmapped,
        "notes": raw.notes,
        **raw.facts,
    }
    return frame


def _own(columns: Mapping[str, str]) -> dict[str, From]:
    """Read the user's map; a name in another unit, ``test_time_hour``, is converted."""
    own: dict[str, From] = {}
    for header, given in columns.items():
        named = canonical_name(str(given))
        if named is None or _misspelt(named[0]):
            raise ParameterError(
                f"columns= calls {header!r} {given!r}, which is no canonical name."
                f"{did_you_mean(str(given), COLUMNS)} bdg_explore.columns.COLUMNS lists them."
            )
        name, unit = named
        if name in own:
            raise ParameterError(f"columns= gives {name} twice: {own[name].source!r}, {header!r}.")
        own[name] = From(str(header), unit.scale, unit.offset)
    return own


def _misspelt(name: str) -> bool:
    """Whether a name outside the vocabulary is all but one of it; ``..._t6_...`` is a new one."""
    near = [] if name in COLUMNS else get_close_matches(name, COLUMNS, n=1, cutoff=0.9)
    return bool(near) and re.sub(r"\d", "", near[0]) != re.sub(r"\d", "", name)


def _from_frame(frame: pd.DataFrame, request: Request) -> Raw:
    headers = tuple(str(name) for name in frame.columns)
    plan = request.plan(headers)
    values = [frame.iloc[:, w.place].to_numpy() for w in plan]
    return Raw(plan, values, headers, len(frame))


def _convert(raw: Raw, source: Source) -> tuple[pd.DataFrame, dict[str, dict[str, Any]]]:
    columns: dict[str, Any] = {}
    accounts: dict[str, dict[str, Any]] = {}
    for i, wanted in enumerate(raw.plan):
        values, raw.values[i] = raw.values[i], None  # converted one by one, to save memory
        before = nulls(values)
        try:
            converted, note = convert(wanted, values)
        except BadText as bad:
            raise ReadError(
                f"{source.name}, {raw.place(bad.row)}, column {wanted.header!r}: "
                f"{bad.text[:60]!r} is not {bad.what}. Correct it, or leave the field empty."
            ) from None
        except (pa.ArrowException, UnicodeError) as error:
            raise ReadError(
                f"{source.name}, column {wanted.header!r} cannot be read ({error}). "
                "Fetch, copy or export the file again."
            ) from error
        if wanted.held == "count" and len(converted) and nulls(converted) == len(converted):
            raw.notes.append(f"{wanted.header!r} is empty throughout; {wanted.name} is left out")
            continue
        if note:
            raw.notes.append(f"{wanted.header!r}: {note}")
        after = nulls(converted)
        if after != before:
            before = nulls(values, exact=True, numeric=wanted.held != "text")
        if after != before:
            raise ReadError(
                f"{source.name}, column {wanted.header!r}: {before} records without a value became "
                f"{after} in {wanted.name}. That is a fault of the reader; please report it."
            )
        columns[wanted.name] = converted
        accounts[wanted.name] = {
            "from": wanted.header,
            "unit": _unit(wanted.header),
            "scale": wanted.rule.scale,
            "offset": wanted.rule.offset,
            "nulls_in": before,
            "nulls_out": after,
        }
    return pd.DataFrame(columns, copy=False), accounts


def _renamed(
    accounts: Mapping[str, dict[str, Any]], frame: pd.DataFrame
) -> dict[str, dict[str, Any]]:
    """Keep the accounts under the names that columns have at last: counters change their scope."""
    own = {_SCOPE.sub("", name): name for name in map(str, frame.columns) if name not in accounts}
    return {
        name if name in frame.columns else own.get(_SCOPE.sub("", name), name): account
        for name, account in accounts.items()
    }


def _unit(header: str) -> str | None:
    """Return the unit a header states, for instance ``ms`` of ``Test Time / ms``."""
    stated = re.search(r" / (\S+)$|[(\[]([^)\]]*)[)\]]\s*(?:_?\d+)?$", header)
    return (stated[1] or stated[2]) if stated else None


def _select(frame: pd.DataFrame, only: Mapping[str, Sequence[Any]], source: Source) -> pd.DataFrame:
    for name, kept in only.items():
        if name not in frame.columns:
            raise FrameError(
                f"{source.name} has no column {name} to choose rows by; "
                f"it has {listed(list(frame.columns))}. Name it with columns=."
            )
        held = frame[name].astype(str) if name == CELL else frame[name]
        if not held.isin(kept).all():
            frame = frame[held.isin(kept)].reset_index(drop=True)
            if name == CELL:
                frame[CELL] = frame[CELL].cat.remove_unused_categories()
    return frame


def _table(
    reader: Reader, table: str | None, frame: pd.DataFrame, source: Source, check: bool
) -> str:
    """Say which table this is: as the reader states, as asked, or as the columns show."""
    if table is not None and table not in TABLES:
        raise ParameterError(
            f"There is no table {table!r}.{did_you_mean(table, TABLES)} Tables: {listed(TABLES)}."
        )
    if reader.table != ANY_TABLE:
        if table is not None and table != reader.table:
            raise ParameterError(
                f"{source.name} is {reader.name}, which gives {reader.table}, not {table}."
            )
        return reader.table
    if table is not None:
        return table
    return guess_table(frame.columns) or _unknown_table(frame, source, check)


def guess_table(names: "pd.Index[str] | Sequence[str]") -> str | None:
    """Say which table canonical columns make, None if none that is known."""
    has = set(names)
    if {TEST_TIME, VOLTAGE, CURRENT} <= has:
        return "timeseries"
    if CYCLE in has:
        curve = {CHARGING_CAPACITY, DISCHARGING_CAPACITY} & has
        return "curves" if VOLTAGE in has and curve else "cycles"
    return "cells" if NATIVE_ID in has else None


def _unknown_table(frame: pd.DataFrame, source: Source, check: bool) -> str:
    if not check:
        return ANY_TABLE
    known = [name for name in frame.columns if name in COLUMNS]
    raise FrameError(
        f"{source.name} makes no table known here: of its columns the vocabulary has "
        f"{listed(known) or 'none'}. Give columns={{their header: canonical name}}, or table=."
    )
