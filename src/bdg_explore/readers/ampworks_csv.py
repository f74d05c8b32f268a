"""The csv of ampworks: ``Seconds,Amps,Volts`` and, in any order, ``Ah,State,Step,Cycle``.

The units are in the names. ampworks itself keeps charge positive; which way round a file is, is
looked at: by ``State`` (C, D, R) where there is one, else the current is taken as it stands. ``Ah``
may count up on discharge; a counter that goes against the current is turned, so that it is
`net_capacity_ah` with charge positive; one that counts up both ways is `cumulative_capacity_ah`.
"""

from typing import Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CUMULATIVE_CAPACITY,
    CURRENT,
    CYCLE,
    NET_CAPACITY,
    STEP_ID,
    STEP_TYPE,
    TEST_TIME,
    VOLTAGE,
)

from ._counters import goes_with, settle_counters
from ._delimited import delimited
from ._reader import From, Reader
from ._signs import Direction, sign_by_state
from ._source import Head
from ._steps import number_steps

_LETTERS: Final[dict[str, Direction]] = {"C": "charge", "D": "discharge", "R": "rest"}


def _recognises(head: Head) -> bool:
    return head.has_headers("Seconds", "Amps", "Volts")


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame = number_steps(frame, CYCLE, STEP_ID, STEP_TYPE)
    current = frame[CURRENT].to_numpy() if CURRENT in frame.columns else np.zeros(0)
    frame = frame.assign(**{CURRENT: current + 0.0}) if len(current) else frame  # no -0.0
    if STEP_TYPE in frame.columns and len(current):
        frame = sign_by_state(frame, STEP_TYPE, _LETTERS, notes)
    elif len(current):
        notes.append("the current is taken as it stands, positive charges; the file has no state")
    if NET_CAPACITY in frame.columns and len(current):
        values, flow = frame[NET_CAPACITY].to_numpy(), frame[CURRENT].to_numpy()
        if goes_with(-values, flow) or (goes_with(values, -flow) and not goes_with(values, flow)):
            frame[NET_CAPACITY] = 0.0 - values
            notes.append(
                "'Ah' goes up while the cell discharges; turned, so that charge is positive"
            )
        elif not goes_with(values, flow) and (np.diff(values) >= 0).all():
            frame = frame.rename(columns={NET_CAPACITY: CUMULATIVE_CAPACITY})
    return settle_counters(frame, notes)


READER = Reader(
    name="ampworks_csv",
    description="csv of ampworks: Seconds, Amps, Volts",
    recognises=_recognises,
    load=delimited(),
    columns={
        TEST_TIME: From("Seconds"),
        VOLTAGE: From("Volts"),
        CURRENT: From("Amps"),
        STEP_TYPE: From("State"),
        STEP_ID: From("Step"),
        CYCLE: From("Cycle"),
        NET_CAPACITY: From("Ah"),
    },
    finish=_finish,
    known_by="headers Seconds, Amps, Volts",
)
