"""The table of spectra and capacities of Zhang et al. 2020, one row a cell and cycle.

A csv with the columns ``seriesIdx`` (cell), ``cycle``, ``Q`` (discharging capacity [mAh]), ``q``
(``Q`` over that of the first spectrum of the cell) and, for each frequency, ``ZReal_<f>Hz``,
``ZImag_<f>Hz`` [ohm], ``Z_<f>Hz`` (modulus, also ``ZMag_``) and ``ZPhase_<f>Hz`` [degree] (also
``Phase_``). It becomes one row a cell, cycle and frequency.

*Sign.* ``ZImag`` is written with the opposite sign, positive for a capacitor: it has the sign of
minus the phase throughout. It is turned, as a note says; the phase stays as it stands. Where
imaginary part and phase have the same sign in most fields, the table was turned before and is taken
as it stands.

*Frequency.* The headers round it to two digits; a separate list has the values. The frequencies
here are the rounded ones, as a note says.

References
----------
Y. Zhang, Q. Tang, Y. Zhang, J. Wang, U. Stimming, A. A. Lee, Identifying degradation patterns of
lithium ion batteries from impedance spectroscopy using machine learning, Nature Communications 11,
1706 (2020), https://doi.org/10.1038/s41467-020-15235-7
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bdg_explore.columns import (
    ABSOLUTE_IMPEDANCE,
    CELL,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    PHASE,
    REAL_IMPEDANCE,
    STATE_OF_HEALTH,
)
from bdg_explore.errors import ReadError

from ._delimited import delimited
from ._reader import From, Raw, Reader, Request
from ._source import Head, listed
from ._spectra import numbers

_WIDE: Final = re.compile(
    r"(ZReal|ZImag|Z|ZMag|ZPhase|Phase)_(\d+(?:\.\d+)?(?:[eE][-+]?\d{1,2})?)Hz"
)
_PARTS: Final = {"ZMag": "Z", "Phase": "ZPhase"}
_KEYS: Final = ("seriesIdx", "cycle", "Q", "q")
_FREQUENCY: Final = "f (of the headers)"
_LONG: Final = (_FREQUENCY, "ZReal", "ZImag", "Z", "ZPhase")


def _recognises(head: Head) -> bool:
    wide = sum(bool(_WIDE.fullmatch(header.strip())) for header in head.headers[:40])
    return head.has_headers("seriesIdx", "cycle") and wide > 3


def _load(request: Request) -> Raw:
    source = request.source
    places: dict[tuple[str, float], int] = {}
    headers: Sequence[str] = ()

    def wide(found: Sequence[str]) -> dict[str, From]:
        """Ask for every column of the file: keys, and a name a part and frequency."""
        nonlocal headers
        headers = found
        rules = {key: From(key) for key in _KEYS if key in found}
        for place, header in enumerate(found):
            parts = _WIDE.fullmatch(header)
            if parts:
                places[_PARTS.get(parts[1], parts[1]), float(parts[2])] = place
                rules[header] = From(header)
        return rules

    given = delimited()(Request(source, wide))
    frequencies = sorted({f for _, f in places}, reverse=True)
    lacking = [
        f"{part}_{f:g}Hz"
        for f in frequencies
        for part in ("ZReal", "ZImag")
        if (part, f) not in places
    ]
    if lacking or not frequencies:
        raise ReadError(
            f"{source.name} lacks the columns {listed(lacking) or 'ZReal_<f>Hz'}. It is cut at its "
            "right side; fetch it again."
        )
    columns = {w.header: numbers(v) for w, v in zip(given.plan, given.values, strict=True)}
    long = _long(columns, places, frequencies, headers)
    plan = request.plan(tuple(long))
    notes = [*given.notes, "frequencies are those of the headers, rounded to two digits"]
    notes.append(_turn(long))
    return Raw(
        plan,
        [_as_text(long[w.header]) if w.name == CELL else long[w.header] for w in plan],
        tuple(long) + tuple(h for h in headers if h not in columns and not _WIDE.fullmatch(h)),
        given.rows * len(frequencies),
        lambda row: given.place(row // len(frequencies)),
        notes,
        {**given.facts, "spectra": given.rows, "frequencies": len(frequencies)},
    )


def _long(
    columns: dict[str, npt.NDArray[np.float64]],
    places: dict[tuple[str, float], int],
    frequencies: Sequence[float],
    headers: Sequence[str],
) -> dict[str, npt.NDArray[np.float64]]:
    """Lay the spectra of all rows one behind the other."""
    count, rows = len(frequencies), len(next(iter(columns.values())))
    long: dict[str, npt.NDArray[np.float64]] = {
        key: np.repeat(columns[key], count) for key in _KEYS if key in columns
    }
    long[_FREQUENCY] = np.tile(np.asarray(frequencies), rows)
    for part in _LONG[1:]:
        if any((part, f) in places for f in frequencies):
            table = np.full((rows, count), np.nan)
            for j, f in enumerate(frequencies):
                if (part, f) in places:
                    table[:, j] = columns[headers[places[part, f]]]
            long[part] = table.ravel()
    return long


def _turn(long: dict[str, npt.NDArray[np.float64]]) -> str:
    """Turn the sign of the imaginary part unless the phase says that it is right."""
    if "ZPhase" in long:
        product = np.sign(long["ZImag"]) * np.sign(long["ZPhase"])
        if (product > 0).sum() > (product < 0).sum():
            return "imaginary part as it stands: it has the sign of the phase"
        evidence = "its sign is that of minus the phase"
    else:
        evidence = "as the published table does; no phase is there to tell"
    long["ZImag"] = -long["ZImag"]
    return f"the file writes the imaginary part positive for a capacitor ({evidence}); turned"


def _as_text(values: npt.NDArray[np.float64]) -> Any:
    return np.array([f"{value:g}" for value in values], dtype=object)


READER = Reader(
    name="zhang2020_table",
    description="Spectra and capacities of Zhang et al. 2020, one row a cell and cycle",
    recognises=_recognises,
    load=_load,
    table="impedance",
    columns={
        CELL: From("seriesIdx"),
        CYCLE: From("cycle"),
        CYCLE_DISCHARGING_CAPACITY: From("Q", 1e-3),
        STATE_OF_HEALTH: From("q"),
        FREQUENCY: From(_FREQUENCY),
        REAL_IMPEDANCE: From("ZReal"),
        IMAGINARY_IMPEDANCE: From("ZImag"),
        ABSOLUTE_IMPEDANCE: From("Z"),
        PHASE: From("ZPhase"),
    },
    known_by="the names seriesIdx, cycle and ZReal_<f>Hz",
    suffixes=(".csv", ".csv.gz"),
)
