"""The grammar of column names: both header dialects of the Battery Data Format, and its units.

``Test Time / ms``, ``test_time_millisecond`` and ``test_time_second`` are one quantity; the grammar
``<scope>_<quantity>_<unit>`` tells the unit, so a column in another unit of the same kind is
converted, and a column the vocabulary lacks still has a name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bdg_explore.columns import COLUMNS

from ._reader import From


@dataclass(frozen=True)
class _Unit:
    """What a unit is called in canonical names, and ``value * scale + offset`` to get there."""

    word: str
    scale: float = 1.0
    offset: float = 0.0


ZERO_CELSIUS: Final = -273.15  # offset of the kelvin

# Words as machine-readable names end on them. Only words no quantity could end on by chance.
_WORDS: Final = {
    "second": _Unit("second"),
    "millisecond": _Unit("second", 1e-3),
    "microsecond": _Unit("second", 1e-6),
    "minute": _Unit("second", 60),
    "hour": _Unit("second", 3600),
    "day": _Unit("second", 86400),
    "volt": _Unit("volt"),
    "millivolt": _Unit("volt", 1e-3),
    "ampere": _Unit("ampere"),
    "milliampere": _Unit("ampere", 1e-3),
    "microampere": _Unit("ampere", 1e-6),
    "celsius": _Unit("celsius"),
    "kelvin": _Unit("celsius", 1, ZERO_CELSIUS),
    "fahrenheit": _Unit("celsius", 5 / 9, -160 / 9),
    "ah": _Unit("ah"),
    "mah": _Unit("ah", 1e-3),
    "ampere_hour": _Unit("ah"),
    "milliampere_hour": _Unit("ah", 1e-3),
    "wh": _Unit("wh"),
    "mwh": _Unit("wh", 1e-3),
    "watt_hour": _Unit("wh"),
    "milliwatt_hour": _Unit("wh", 1e-3),
    "joule": _Unit("wh", 1 / 3600),
    "watt": _Unit("watt"),
    "milliwatt": _Unit("watt", 1e-3),
    "kilowatt": _Unit("watt", 1e3),
    "ohm": _Unit("ohm"),
    "milliohm": _Unit("ohm", 1e-3),
    "pa": _Unit("pa"),
    "pascal": _Unit("pa"),
    "kilopascal": _Unit("pa", 1e3),
    "hertz": _Unit("hertz"),
    "kilohertz": _Unit("hertz", 1e3),
    "newton": _Unit("newton"),
    "kilonewton": _Unit("newton", 1e3),
    "millimetre": _Unit("millimetre"),
    "micrometre": _Unit("millimetre", 1e-3),
    "centimetre": _Unit("millimetre", 10),
    "square_centimetre": _Unit("square_centimetre"),
    "gram": _Unit("gram"),
    "milligram": _Unit("gram", 1e-3),
    "kilogram": _Unit("gram", 1e3),
    "kilojoule": _Unit("kilojoule"),  # heat; the joule stands for the energy of a cell
    "watt_per_square_centimetre": _Unit("watt_per_square_centimetre"),
    "wh_per_kilogram": _Unit("wh_per_kilogram"),
    "wh_per_litre": _Unit("wh_per_litre"),
    "degree": _Unit("degree"),
    "radian": _Unit("degree", 57.29577951308232),
    "dimensionless": _Unit(""),
}
# Symbols as labels end on them; case matters (mPa is not MPa).
_SYMBOLS: Final = {
    "s": "second", "sec": "second", "ms": "millisecond", "us": "microsecond", "µs": "microsecond",
    "min": "minute", "h": "hour", "hr": "hour", "d": "day",
    "V": "volt", "mV": "millivolt", "A": "ampere", "mA": "milliampere", "uA": "microampere",
    "µA": "microampere", "degC": "celsius", "C": "celsius", "K": "kelvin", "degF": "fahrenheit",
    "F": "fahrenheit", "Ah": "ah", "A.h": "ah", "A·h": "ah", "mAh": "mah", "mA.h": "mah",
    "mA·h": "mah", "Wh": "wh", "W.h": "wh", "W·h": "wh", "mWh": "mwh", "mW.h": "mwh", "J": "joule",
    "W": "watt", "mW": "milliwatt", "kW": "kilowatt", "ohm": "ohm", "Ohm": "ohm", "Ω": "ohm",
    "\u2126": "ohm", "mohm": "milliohm", "mOhm": "milliohm", "mΩ": "milliohm", "Pa": "pa",
    "kPa": "kilopascal", "Hz": "hertz", "kHz": "kilohertz", "deg": "degree", "rad": "radian",
    "1": "dimensionless", "-": "dimensionless",
    "N": "newton", "kN": "kilonewton", "mm": "millimetre", "µm": "micrometre", "um": "micrometre",
    "\u03bcm": "micrometre", "cm": "centimetre", "cm2": "square_centimetre", "cm²":
    "square_centimetre", "g": "gram", "mg": "milligram", "kg": "kilogram", "kJ": "kilojoule",
    "W/cm2": "watt_per_square_centimetre", "W/cm²": "watt_per_square_centimetre",
    "Wh/kg": "wh_per_kilogram", "Wh/L": "wh_per_litre", "Wh/l": "wh_per_litre",
}  # fmt: skip
_LONGEST_FIRST: Final = sorted(_WORDS, key=len, reverse=True)
# Older names of the same terms.
_FORMER: Final = {
    "date_time_second": "unix_time_second",
    "cycle": "cycle_count",
    "cycle_index": "cycle_count",
    "step": "step_count",
}


def vocabulary_columns(headers: Sequence[str]) -> dict[str, From]:
    """Say which canonical column each header is, by the grammar of names.

    Parameters
    ----------
    headers : sequence of str
        All headers of a file.

    Returns
    -------
    dict
        {canonical name: `From`}, in the order of the file. Where two headers give one column, the
        one already in the canonical unit is taken. Headers that do not follow the grammar are
        left out, and so are those in a unit of another kind (``voltage_second``).
    """
    found: dict[str, From] = {}
    for header in dict.fromkeys(headers):  # of a damaged file there may be thousands alike
        rule = canonical_name(header)
        if rule is None:
            continue
        name, unit = rule
        before = found.get(name)
        if before is None or (before.scale != 1 and unit.scale == 1):
            found[name] = From(header, unit.scale, unit.offset)
    return found


def unit_of(symbol: str) -> tuple[str, float, float] | None:
    """Say what canonical names call a unit, and the scale and offset to get there; None: no unit.

    Parameters
    ----------
    symbol : str
        ``mA``, ``degC``, ``milliampere`` ...
    """
    word = _word(symbol)
    if word is None:
        return None
    unit = _WORDS[word]
    return unit.word, unit.scale, unit.offset


def canonical_name(header: str) -> tuple[str, _Unit] | None:
    """Return the canonical name of a header and its unit, None if it follows no grammar."""
    header = header.strip().lstrip("\ufeff")
    quantity, slash, symbol = header.rpartition(" / ")
    if slash:
        word = _word(symbol.strip())
        if word is None:
            return None
        return _named(_snake(quantity), _WORDS[word])
    if not re.fullmatch(r"[a-z][a-z0-9_]*", header):
        name = _snake(header)  # a label without a unit: Step Type, Step ID
        return (name, _Unit("")) if name in COLUMNS and COLUMNS[name].unit in ("", "1") else None
    if header in COLUMNS:
        return header, _Unit("")
    for word in _LONGEST_FIRST:
        if header.endswith(f"_{word}"):
            return _named(header[: -len(word) - 1], _WORDS[word])
    return _former(header, _Unit(""), strict=True)


def _word(symbol: str) -> str | None:
    if symbol in _SYMBOLS:
        return _SYMBOLS[symbol]
    bare = re.sub(r"Â|[°˚º�?]", "", symbol)  # a degree sign, or what is left of one
    if bare != symbol:
        return {"C": "celsius", "F": "fahrenheit", "": "degree"}.get(bare)
    return symbol.lower() if symbol.lower() in _WORDS else None


def _snake(label: str) -> str:
    return re.sub(r"[^0-9a-z]+", "_", label.casefold()).strip("_")


def _named(quantity: str, unit: _Unit) -> tuple[str, _Unit] | None:
    name = f"{quantity}_{unit.word}" if unit.word else quantity
    return _former(name, unit, strict=not unit.word) if quantity else None


def _former(name: str, unit: _Unit, *, strict: bool) -> tuple[str, _Unit] | None:
    """Give a name its present spelling; `strict` refuses names outside the vocabulary."""
    name = re.sub(r"^(?:surface_)?temperature_t?(\d+)_celsius$", r"temperature_t\1_celsius", name)
    name = _FORMER.get(name, name)
    return None if strict and name not in COLUMNS and name != "step_index" else (name, unit)


def label(name: str) -> str:
    """Write a canonical name as the label dialect does, for instance ``Test Time / s``."""
    symbols = {"second": "s", "volt": "V", "ampere": "A", "celsius": "degC", "ah": "Ah", "wh": "Wh",
               "watt": "W", "ohm": "ohm", "pa": "Pa", "hertz": "Hz", "degree": "deg"}  # fmt: skip
    quantity, _, word = name.rpartition("_")
    unit = symbols.get(word, "")
    if not unit:
        known = COLUMNS.get(name)
        quantity, unit = name, "1" if known and known.kind == "count" and word != "id" else ""
    words = [w.upper() if re.fullmatch(r"ac|dc|id|t\d+", w) else w.title() for w in
             quantity.split("_")]  # fmt: skip
    return " ".join(words) + (f" / {unit}" if unit else "")
