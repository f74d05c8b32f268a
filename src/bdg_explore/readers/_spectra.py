"""What spectra of impedance share: how their columns are spelt, and what is told of them."""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bdg_explore.columns import (
    ABSOLUTE_IMPEDANCE,
    CURRENT,
    CYCLE,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    PHASE,
    REAL_IMPEDANCE,
    RECORD,
    STEP,
    STEP_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._reader import From, Raw
from ._values import texts

VOLTAGE_AMPLITUDE: Final = "voltage_amplitude_volt"
CURRENT_AMPLITUDE: Final = "current_amplitude_ampere"
DC_SIGN: Final = (
    "current as the potentiostat signs it: positive charges the cell if its positive electrode is "
    "the working electrode"
)

# Spellings, reduced to small letters and quotes; the unit and a minus sign are taken off before.
_SPELT: Final = {
    FREQUENCY: r"f|freq\.?|freqs|frequency|frequencies|frequenz",
    REAL_IMPEDANCE: r"z'|z'?re|z?real|realz?|rez?|z\.?r|z\.real|zreal|realpart|realimpedance"
    r"|impedancereal|zprime|realpartofz|realpartofimpedance",
    IMAGINARY_IMPEDANCE: r"z''|z'{0,2}im|z?imag|imagz?|imz?|zimg|z\.?i|z\.imag|imaginary|zimaginary"
    r"|imaginaryz|imaginarypart|imaginaryimpedance|impedanceimag|impedanceimaginary|zdoubleprime"
    r"|zdprime|imaginarypartofz|imaginarypartofimpedance|imagimpedance",
    ABSOLUTE_IMPEDANCE: r"\|z\||z|zmod|modz|zmag|magz|zabs|absz|abs\(z\)|modulus|magnitude"
    r"|impedance|impedancemodulus|impedancemagnitude|absoluteimpedance",
    PHASE: r"phase|phasez|zphase|zphz|phz|theta|phi|θ|φ|phaseangle|phaseofz|anglez|zangle",
    TEST_TIME: r"time|elapsedtime|testtime",
    VOLTAGE: r"e|v|u|edc|vdc|e\(dc\)|<ewe>|voltage|potential|potential\(dc\)|dcvoltage|dcpotential",
    CURRENT: r"i|idc|i\(dc\)|<i>|current|current\(dc\)|dccurrent",
    SURFACE_TEMPERATURE: r"temp|temperature|celltemperature",
    CYCLE: r"cycle|cyclenumber|cyclecount|cycleindex",
    RECORD: r"index|pt|point|pointnumber",
}
_NAMES: Final = [(name, re.compile(pattern)) for name, pattern in _SPELT.items()]
# The scale and offset that bring each unit to that of its column; small and big letters differ.
_UNITS: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "hertz": {"Hz": (1, 0), "hz": (1, 0), "hertz": (1, 0), "Hertz": (1, 0), "kHz": (1e3, 0),
              "MHz": (1e6, 0), "mHz": (1e-3, 0), "s-1": (1, 0), "1/s": (1, 0)},
    "ohm": {"ohm": (1, 0), "ohms": (1, 0), "Ω": (1, 0), "kohm": (1e3, 0), "kΩ": (1e3, 0),
            "mohm": (1e-3, 0), "mΩ": (1e-3, 0), "Mohm": (1e6, 0), "MΩ": (1e6, 0), "?": (1, 0)},
    "degree": {"deg": (1, 0), "degree": (1, 0), "degrees": (1, 0), "°": (1, 0), "?": (1, 0),
               "rad": (57.29577951308232, 0), "radian": (57.29577951308232, 0), "º": (1, 0)},
    "second": {"s": (1, 0), "sec": (1, 0), "second": (1, 0), "seconds": (1, 0), "ms": (1e-3, 0),
               "min": (60, 0), "h": (3600, 0)},
    "volt": {"V": (1, 0), "volt": (1, 0), "mV": (1e-3, 0)},
    "ampere": {"A": (1, 0), "ampere": (1, 0), "mA": (1e-3, 0), "uA": (1e-6, 0), "µA": (1e-6, 0)},
    "celsius": {"°C": (1, 0), "C": (1, 0), "degC": (1, 0), "celsius": (1, 0), "?C": (1, 0),
                "K": (1, -273.15)},
}  # fmt: skip
_BRACKETED: Final = re.compile(r"(?P<quantity>.+?)\s*[(\[]\s*(?P<unit>[^()\[\]]*)\s*[)\]]")
_SLASHED: Final = re.compile(r"(?P<quantity>.+?)\s*/\s*(?P<unit>[^/]+)")
_WORDED: Final = re.compile(
    r"(?P<quantity>.+?)[_\s]+(?P<unit>[kmM]?hz|[kmM]?Hz|hertz|[kmM]?[oO]hms?|deg|degrees?|rad|volt"
    r"|ampere|seconds?|celsius|s|V|A)"
)


def column_of(header: str) -> tuple[str, From, bool] | None:
    """Say which column of a spectrum a header is, in any common spelling.

    Parameters
    ----------
    header : str
        For instance ``-Z'' (Ω)``, ``Re(Z)/Ohm``, ``Zimag`` or ``frequency_hz``.

    Returns
    -------
    name : str
        Canonical name.
    rule : From
        The conversion; its scale is negative where the header writes a minus sign.
    stated : bool
        Whether the header states the unit.

    None if the header is none of them, or in a unit of another kind (``Ω cm²``).
    """
    bare = _plain(header)
    found = _matched(bare)
    if found is not None:
        name, sign = found
        return name, From(header, sign), name in (CYCLE, RECORD)
    for pattern in (_BRACKETED, _SLASHED, _WORDED):
        parts = pattern.fullmatch(bare)
        found = _matched(parts["quantity"]) if parts else None
        if parts and found:
            name, sign = found
            scaled = _scale(name, parts["unit"].strip())
            if scaled is not None:
                return name, From(header, sign * scaled[0], scaled[1]), True
    return None


def _plain(header: str) -> str:
    """Write quotes, minus signs and ohms one way, and ``Re(Z)`` without brackets."""
    text = header.strip().strip("#").strip().replace("\ufeff", "")
    text = re.sub(r"[″”“\"]", "''", text)
    text = re.sub(r"[′’‘´`]", "'", text)
    text = re.sub(r"[−–]", "-", text).replace("\u2126", "Ω").replace("\ufffd", "?")
    text = text.replace("Â°", "°").replace("Î©", "Ω")  # UTF-8 read as Latin-1
    text = re.sub(r"ohm", "ohm", text, flags=re.IGNORECASE)
    return re.sub(r"(re|im|real|imag|phase|mod|abs)\s*[(\[]\s*z\s*[)\]]", r"\1z", text, flags=re.I)


def _matched(quantity: str) -> tuple[str, float] | None:
    squeezed = re.sub(r"[\s_]", "", quantity).casefold()
    minus = re.fullmatch(r"(?:-|minus|neg(?:ative)?\.?)(.+)", squeezed)
    for name, pattern in _NAMES:
        if pattern.fullmatch(squeezed):
            return name, 1.0
        if minus and name in (IMAGINARY_IMPEDANCE, PHASE) and pattern.fullmatch(minus[1]):
            return name, -1.0
    return None


def _scale(name: str, unit: str) -> tuple[float, float] | None:
    kind = name.rpartition("_")[2]
    return _UNITS.get(kind, {}).get(re.sub(r"hz$", "Hz", unit))


def spectrum_columns(headers: Sequence[str]) -> dict[str, From]:
    """Give the columns of a spectrum that a file's headers spell; the first of each name."""
    found: dict[str, From] = {}
    for header in headers:
        known = column_of(header)
        if known:
            found.setdefault(known[0], known[1])
    return found


def is_spectrum(names: Sequence[str] | dict[str, From]) -> bool:
    """Whether there are a frequency and both parts of the impedance."""
    return {FREQUENCY, REAL_IMPEDANCE, IMAGINARY_IMPEDANCE} <= set(names)


def numbers(values: Any) -> npt.NDArray[np.float64]:
    """Give the numbers a loaded column holds, NaN for what is none; for a look, not for results."""
    if isinstance(values, pa.Array | pa.ChunkedArray) and pa.types.is_string(values.type):
        return pd.to_numeric(pd.Series(texts(values).to_pylist()), errors="coerce").to_numpy(float)
    return np.asarray(values, dtype=float)


def without_direct_current(raw: Raw, name: str) -> Raw:
    """Leave out the records at frequency 0, which testers write between spectra; say how many.

    Raises
    ------
    ReadError
        All records are such.
    """
    place = next((i for i, w in enumerate(raw.plan) if w.name == FREQUENCY), None)
    if place is None:
        return raw
    zero = numbers(raw.values[place]) == 0
    count = int(zero.sum())
    if not count:
        return raw
    if count == len(zero):
        raise ReadError(
            f"{name} has no impedance: the frequency is 0 in all {count} records. "
            "Read their voltage and current with table='timeseries'."
        )
    kept = np.flatnonzero(~zero)
    raw.values = [pc.take(values, pa.array(kept)) for values in raw.values]
    where = raw.place
    raw.place = lambda row: where(int(kept[row]))
    raw.notes.append(f"{count} records at frequency 0 hold no impedance; left out")
    raw.facts["rows_left_out"] = count
    return raw


def finish_spectrum(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Tell spectra apart, leave out a clock that stood still, and say what the signs look like.

    `step_count` is added where the frequency starts again and nothing else tells spectra apart. A
    time that is 0 throughout was not recorded. A time that starts again with a spectrum is
    `step_time_second`.
    """
    if FREQUENCY not in frame.columns:
        return frame
    if TEST_TIME in frame.columns and len(frame) > 1 and not frame[TEST_TIME].any():
        notes.append(f"the time is 0 throughout, not recorded; {TEST_TIME} is left out")
        frame = frame.drop(columns=TEST_TIME)
    if not {STEP, CYCLE} & set(frame.columns):
        number = count_spectra(frame[FREQUENCY].to_numpy())
        if number[-1:].tolist() > [1]:
            frame = frame.assign(**{STEP: number})
            notes.append(f"{number[-1]} spectra: {STEP} goes up where the frequency starts again")
    if TEST_TIME in frame.columns and (np.diff(frame[TEST_TIME].to_numpy()) < 0).any():
        notes.append(f"the time starts again with each spectrum; read as {STEP_TIME}")
        frame = frame.rename(columns={TEST_TIME: STEP_TIME})
    if CURRENT in frame.columns and DC_SIGN not in notes:
        notes.append(DC_SIGN)
    if IMAGINARY_IMPEDANCE in frame.columns and (frame[IMAGINARY_IMPEDANCE] > 0).mean() > 0.5:
        notes.append(
            "most imaginary parts are positive, as of an inductor; if the file writes them with "
            "the opposite sign without saying so, they are to be turned"
        )
    return frame


def count_spectra(frequency: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Give each sweep a number, from 1: a new one begins where the frequency turns back."""
    steps = np.sign(np.diff(frequency))
    course = np.sign(steps.sum())
    return np.concatenate([[1], 1 + np.cumsum((steps == -course) & (course != 0))]).astype(np.int64)
