"""CALCE text files of older cells (CS2_3, CS2_33 ...): tab between ``Time``, ``mA``, ``mV`` ...

``Charge count`` goes up with every charge and every discharge; a cycle is two of them, so that
``cycle = count // 2 + 1``, and the count itself is the step's line. ``Time`` states no unit and is
taken as seconds, or as a clock where it is written as one. Where no current is negative the file
holds magnitudes; their sign is then told by how the voltage answers, step by step, and a note says
so.

References
----------
CALCE Battery Research Group, University of Maryland, https://calce.umd.edu/battery-data
"""

from typing import Final

import pandas as pd

from bdg_explore.columns import CURRENT, CYCLE, STEP_ID, SURFACE_TEMPERATURE, TEST_TIME, VOLTAGE

from ._clock import duration
from ._delimited import delimited
from ._layout import header_with
from ._reader import From, Reader
from ._signs import sign_by_voltage
from ._source import Head
from ._steps import number_steps

_KNOWN_BY: Final = ("Time", "mA", "mV", "Charge count")
_HEADER: Final = header_with(*_KNOWN_BY)


def _recognises(head: Head) -> bool:
    return head.is_text and _HEADER(head.lines[:40]) >= 0


def _finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame = number_steps(frame, STEP_ID)
    if STEP_ID in frame.columns:
        place = list(frame.columns).index(STEP_ID)
        frame.insert(place, CYCLE, frame[STEP_ID] // 2 + 1)
        notes.append(f"{CYCLE} is half the count of charges and discharges, rounded down, plus 1")
    notes.append("'Time': unit not stated; numbers are taken as seconds")
    current = frame[CURRENT].to_numpy()
    if not (current < 0).any() and STEP_ID in frame.columns:
        frame[CURRENT] = sign_by_voltage(
            frame[TEST_TIME], frame[VOLTAGE], current, frame[STEP_ID], notes
        )
    return frame


READER = Reader(
    name="calce_txt",
    description="CALCE text file with Time, mA, mV and Charge count",
    known_by="headers Time, mA, mV and Charge count",
    recognises=_recognises,
    load=delimited(header_line=_HEADER),
    columns={
        TEST_TIME: From("Time", parse=duration),
        STEP_ID: From("Charge count"),
        CURRENT: From("mA", 1e-3),
        VOLTAGE: From("mV", 1e-3),
        SURFACE_TEMPERATURE: From(("Temperature", "Temp", "C")),
    },
    suffixes=(".txt",),
    finish=_finish,
)
