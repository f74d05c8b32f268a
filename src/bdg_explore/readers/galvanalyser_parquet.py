"""Partitions of a Galvanalyser (galv): Parquet with the standard columns of its server.

The server names what its user mapped: ``ElapsedTime_s``, ``Voltage_V``, ``Current_A``,
``Temperature_K``, ``StepNumber``, ``StepTime_s``, ``SampleNumber``, ``DateTime``; all else keeps
the name the tester gave it, and of that a cycle number and the tester's word for what it does
(``State``) are taken. The server does not say which way the current is positive: it is as the
tester wrote it, with its sign from ``State`` where it is written without one. What
``ChargeCapacity_A.h`` counts is not said either, and it is left unmapped. Dates without a zone are
read as if UTC.

References
----------
https://github.com/galv-team/galv-backend
"""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from bdg_explore.columns import (
    CURRENT,
    CYCLE,
    RECORD,
    STEP_ID,
    STEP_TIME,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

from ._headers import ZERO_CELSIUS
from ._parquet import load_parquet
from ._reader import From, Reader
from ._signs import Direction, direction_of_word, sign_by_state
from ._source import Head, squeeze
from ._steps import number_steps
from .maccor import LETTERS

_KNOWN_BY = ("ElapsedTime_s", "Voltage_V", "Current_A")


def _recognises(head: Head) -> bool:
    there = {squeeze(name) for name in head.parquet_columns}
    return {squeeze(name) for name in _KNOWN_BY} <= there


def _seconds(values: Any) -> tuple[Any, str]:
    """Turn dates into seconds since 1970."""
    if not pa.types.is_timestamp(values.type):
        return np.asarray(values.cast(pa.float64())), ""
    whole = values.cast(pa.timestamp("us", values.type.tz)).cast(pa.int64())
    zone = "" if values.type.tz else "dates have no zone and are read as if UTC"
    return whole.cast(pa.float64()).to_numpy(zero_copy_only=False) * 1e-6, zone


def _direction(word: str) -> Direction | None:
    return LETTERS.get(word.strip().upper()) or direction_of_word(word)


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame = number_steps(frame, CYCLE, STEP_ID, STEP_TYPE)
    if STEP_TYPE in frame.columns and CURRENT in frame.columns:
        return sign_by_state(frame, STEP_TYPE, _direction, notes)
    notes.append("the current is taken as it stands, positive charges; nothing here says so")
    return frame


READER = Reader(
    name="galvanalyser_parquet",
    description="Galvanalyser (galv), partition of a harvested file",
    recognises=_recognises,
    load=load_parquet,
    columns={
        TEST_TIME: From("ElapsedTime_s"),
        VOLTAGE: From("Voltage_V"),
        CURRENT: From("Current_A"),
        UNIX_TIME: From("DateTime", parse=_seconds),
        CYCLE: From(("Cycle_Index", "Cyc#", "Cycle", "cycle number", "CycleNumber")),
        STEP_ID: From("StepNumber"),
        STEP_TIME: From("StepTime_s"),
        STEP_TYPE: From("State"),
        RECORD: From("SampleNumber"),
        SURFACE_TEMPERATURE: From("Temperature_K", offset=ZERO_CELSIUS),
    },
    finish=_finish,
    suffixes=(".parquet",),
    known_by="the columns ElapsedTime_s, Voltage_V and Current_A of a Parquet file",
)
