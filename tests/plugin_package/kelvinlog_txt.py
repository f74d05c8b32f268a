"""Kelvinlog text files, written by a tester that does not exist.

The first line is ``KELVINLOG`` and a version; lines that begin with ``%`` are remarks; the records
follow a line of names, ``|`` between. Time in minutes, voltage in mV, temperature in K; the current
[A] is positive while the cell is discharged, and turned here.
"""

import pandas as pd

from bdg_explore.columns import CURRENT, STEP_TYPE, SURFACE_TEMPERATURE, TEST_TIME, VOLTAGE
from bdg_explore.readers import From, Head, Reader, Request


def _recognises(head: Head) -> bool:
    return head.raw.startswith(b"KELVINLOG ")


def _load(request: Request) -> pd.DataFrame:
    with request.source.open() as stream:
        return pd.read_csv(stream, sep="|", comment="%", skiprows=1)


READER = Reader(
    name="kelvinlog_txt",
    description="Kelvinlog, an invented tester",
    tester="Kelvinlog",
    recognises=_recognises,
    load=_load,
    columns={
        TEST_TIME: From("min", scale=60),
        VOLTAGE: From("mV", scale=1e-3),
        CURRENT: From("A out", scale=-1),
        SURFACE_TEMPERATURE: From("K", offset=-273.15),
        STEP_TYPE: From("what"),
    },
    suffixes=(".txt",),
)
