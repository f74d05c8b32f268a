"""Parstat (Princeton Applied Research), records exported as text.

One line of names with TABs between: ``Potential (V)``, ``Current (A)``, ``Elapsed Time (s)``,
``Frequency (Hz)``, ``Zre (ohms)``, ``Zim (ohms)``, ``|Vac| (V)``, ``|Iac| (A)``. A record with
frequency 0 is one of direct current; the spectra are the others. ``Zim`` is negative for a
capacitor and the current positive for a charge, as they stand.

The default table is the spectra, without the records of direct current, which a note counts;
``table="timeseries"`` gives voltage and current of all records.
"""

from typing import Any, Final

from bdg_explore.columns import (
    CURRENT,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    REAL_IMPEDANCE,
    TEST_TIME,
    VOLTAGE,
)

from ._delimited import delimited
from ._reader import From, Raw, Reader, Request
from ._source import Head
from ._spectra import (
    CURRENT_AMPLITUDE,
    VOLTAGE_AMPLITUDE,
    finish_spectrum,
    without_direct_current,
)


def is_parstat(head: Head) -> bool:
    """Whether the first line is that of Parstat."""
    return head.has_headers("Potential (V)", "Elapsed Time (s)", "Frequency (Hz)", "Zre (ohms)")


def _load_spectra(request: Request) -> Raw:
    return without_direct_current(delimited()(request), request.source.name)


_RECORDS = {
    TEST_TIME: From("Elapsed Time (s)"),
    VOLTAGE: From("Potential (V)"),
    CURRENT: From("Current (A)"),
}

_ALIKE: Final[dict[str, Any]] = {
    "name": "parstat_txt",
    "description": "Parstat, spectra and records exported as text",
    "tester": "Princeton Applied Research",
    "known_by": "the names Potential (V), Elapsed Time (s), Frequency (Hz) and Zre (ohms)",
    "suffixes": (".txt",),
}

READERS = [
    Reader(
        **_ALIKE,
        recognises=is_parstat,
        load=_load_spectra,
        table="impedance",
        columns={
            **_RECORDS,
            FREQUENCY: From("Frequency (Hz)"),
            REAL_IMPEDANCE: From("Zre (ohms)"),
            IMAGINARY_IMPEDANCE: From("Zim (ohms)"),
            VOLTAGE_AMPLITUDE: From("|Vac| (V)"),
            CURRENT_AMPLITUDE: From("|Iac| (A)"),
        },
        finish=finish_spectrum,
    ),
    Reader(
        **_ALIKE,
        recognises=is_parstat,
        load=delimited(),
        columns=_RECORDS,
    ),
]
