"""Quantities in a search: what a number with a unit asks of which columns.

A bare `C` is a rate to some and a temperature to others. From 10 up, at 0 and below it is read as
a temperature (`25C`), else as a rate (`4C`); the other reading is taken only where no cell meets
the first. `4 °C` and `25C-rate` leave no choice.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CHARGING_C_RATE,
    DISCHARGING_C_RATE,
    MAXIMUM_VOLTAGE,
    MINIMUM_VOLTAGE,
    NOMINAL_CAPACITY,
)

_NEAR_KELVIN: Final = 5.0
_NEAR_SHARE: Final = 0.1
_ZERO_CELSIUS: Final = 273.15
_LOWEST_TEMPERATURE_READ: Final = 10.0  # [°C] of a bare C; below it is a rate

_NUMBER: Final = r"(−?\d{1,9}(?:[.,]\d{1,9})?)"
_UNITS: Final = {
    "ah": "Ah", "mah": "mAh", "v": "V", "volt": "V", "volts": "V", "mv": "mV", "k": "K",
    "kelvin": "K", "c": "C", "°c": "°C", "degc": "°C", "deg.c": "°C", "celsius": "°C",
    "c-rate": "C-rate", "crate": "C-rate",
}  # fmt: skip
_UNIT: Final = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_QUANTITY: Final = re.compile(rf"(<=|>=|<|>|≤|≥)?{_NUMBER}(?:\.\.{_NUMBER})?({_UNIT})?")
_FRACTION: Final = re.compile(r"c/(\d{1,4}(?:\.\d{1,3})?)")
_WAYS: Final = {
    "charge": (CHARGING_C_RATE,), "charging": (CHARGING_C_RATE,),
    "discharge": (DISCHARGING_C_RATE,), "discharging": (DISCHARGING_C_RATE,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What a number with a unit may ask for.

    Attributes
    ----------
    columns : tuple of str
        Columns of which any may hold it.
    low, high : float
        Borders, both inside, in the unit of the columns; an infinity is open.
    label : str
        How a sentence names it: `25 °C`.
    written : tuple of (str, tuple of str)
        Numbers and units as text holds them, for cells of which the columns say nothing.
    near : float
        How far off still counts as near.
    """

    columns: tuple[str, ...]
    low: float
    high: float
    label: str
    written: tuple[tuple[str, tuple[str, ...]], ...] = ()
    near: float = 0.0


def quantity(tokens: Sequence[str]) -> tuple[tuple[Reading, ...], int]:
    """Return the readings of the quantity that words begin with, and how many words it takes.

    Parameters
    ----------
    tokens : sequence of str
        Words from here on, folded, a minus sign written `−`.

    Returns
    -------
    readings : tuple of Reading
        The first that any cell meets is meant; empty if the words begin with no quantity.
    taken : int
        Words that belong to it.
    """
    slow = _FRACTION.fullmatch(tokens[0])
    if slow and float(slow[1]) > 0:
        rate = 1 / float(slow[1])
        texts = ((tokens[0], ("",)), (f"{rate:g}", ("c", "c-rate")))
        return _rate(tokens, 1, rate, rate, f"C/{float(slow[1]):g}", texts)
    found = _QUANTITY.fullmatch(tokens[0])
    taken = 1
    if found and not found[4]:
        spaced = "".join(tokens[1:3]) if tokens[1:2] == ["deg"] else "".join(tokens[1:2])
        taken = 3 if tokens[1:2] == ["deg"] else 2
        found = _QUANTITY.fullmatch(tokens[0] + spaced) if spaced in _UNITS else None
    if not found or not found[4]:
        return (), 0
    sign, first, second, unit = found[1], found[2], found[3], _UNITS[found[4]]
    low = _float(first)
    high = _float(second) if second else low
    if sign:
        low, high = (-math.inf, low) if sign in "<=≤" else (low, math.inf)
    elif low > high:
        low, high = high, low
    if unit == "K" and not _is_temperature(low, high):
        return (), 0
    return _read(tokens, taken, low, high, unit, first)


def _read(
    tokens: Sequence[str], taken: int, low: float, high: float, unit: str, typed: str
) -> tuple[tuple[Reading, ...], int]:
    if unit in ("mAh", "mV"):
        low, high, unit = low / 1000, high / 1000, unit[1:]
    elif unit == "K":
        # 298 K is 25 °C to whoever types it; 298.15 K is exactly that.
        low, high = (round(one - _ZERO_CELSIUS, 2 if "." in typed else 0) for one in (low, high))
        unit = "°C"
    if unit == "Ah":
        return (_capacity(low, high),), taken
    if unit == "V":
        return (_voltage(low, high),), taken
    if unit == "°C":
        return (_temperature(low, high),), taken
    texts = _spelled(low, high, ("c", "c-rate"))
    rates, with_way = _rate(tokens, taken, low, high, _label(low, high, "C"), texts)
    if unit == "C-rate" or with_way > taken:
        return rates, with_way
    warm = _temperature(low, high)
    border = low if math.isfinite(low) else high
    if border <= 0:
        return (warm,), taken
    return ((warm, *rates) if border >= _LOWEST_TEMPERATURE_READ else (*rates, warm)), taken


def _rate(
    tokens: Sequence[str],
    taken: int,
    low: float,
    high: float,
    label: str,
    texts: tuple[tuple[str, tuple[str, ...]], ...],
) -> tuple[tuple[Reading, ...], int]:
    way = _WAYS.get(tokens[taken]) if len(tokens) > taken else None
    where = f" {tokens[taken]}" if way else " rate"
    columns = way or (CHARGING_C_RATE, DISCHARGING_C_RATE)
    one = Reading(columns, low, high, label + where, texts, _share(low, high))
    return (one,), taken + bool(way)


def _temperature(low: float, high: float) -> Reading:
    texts = _spelled(low, high, ("c", "°c", " °c", "degc", " degc", " c"))
    label = _label(low, high, " °C")
    return Reading((AMBIENT_TEMPERATURE,), low, high, label, texts, _NEAR_KELVIN)


def _capacity(low: float, high: float) -> Reading:
    texts = _spelled(low, high, ("ah", " ah", "-ah"))
    if low == high:
        texts += ((f"{low * 1000:g}", ("mah", " mah")),)
    return Reading(
        (NOMINAL_CAPACITY,), low, high, _label(low, high, " Ah"), texts, _share(low, high)
    )


def _voltage(low: float, high: float) -> Reading:
    texts = _spelled(low, high, ("v", " v", "-v"))
    columns = (MINIMUM_VOLTAGE, MAXIMUM_VOLTAGE)
    label = _label(low, high, " V as a limit")
    return Reading(columns, low, high, label, texts, _share(low, high))


def _spelled(
    low: float, high: float, units: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ((f"{low:g}".replace("-", "−"), units),) if low == high else ()


def _label(low: float, high: float, unit: str) -> str:
    if low == high:
        return f"{low:g}{unit}"
    if math.isinf(low):
        return f"up to {high:g}{unit}"
    return f"from {low:g}{unit}" if math.isinf(high) else f"{low:g} to {high:g}{unit}"


def _share(low: float, high: float) -> float:
    return _NEAR_SHARE * abs(low) if low == high else 0.0


def _is_temperature(low: float, high: float) -> bool:
    return all(math.isinf(one) or 170 <= one <= 600 for one in (low, high))


def _float(text: str) -> float:
    return float(text.replace("−", "-").replace(",", "."))
