"""Headers that state their unit, ``Current(mA)``, ``I/mA``, ``U[V]``, ``current_A``: to columns."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bdg_explore.columns import COLUMNS

from ._clock import duration, local_time
from ._headers import unit_of
from ._reader import From, Parse, Rules
from ._source import squeeze

_BRACKETED: Final = re.compile(r"(?P<quantity>.*?)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]\s*")
_SLASHED: Final = re.compile(r"(?P<quantity>.*?)\s*/\s*(?P<unit>[^/]*)")
_SUFFIXED: Final = re.compile(r"(?P<quantity>.*)_(?P<unit>[A-Za-z]+)")
# Spellings of units that only testers use; each is a word of the grammar of column names.
_SPELT: Final = {
    "amp": "ampere", "amps": "ampere", "mamps": "milliampere", "uamps": "microampere",
    "volts": "volt", "mvolts": "millivolt", "watts": "watt", "mwatts": "milliwatt",
    "min": "minute", "minutes": "minute", "s": "second", "sec": "second", "secs": "second",
    "seconds": "second", "h": "hour", "hr": "hour", "hrs": "hour", "hours": "hour",
    "decimal hours": "hour", "days": "day", "amphr": "ah", "ahr": "ah", "mahr": "mah",
    "whr": "wh", "mwhr": "mwh", "o": "ohm", "ohms": "ohm", "mo": "milliohm", "m?": "milliohm",
    "mω": "milliohm", "mohms": "milliohm", "℃": "celsius", "?": "celsius", "?c": "celsius",
    "°c": "celsius", "degc": "celsius", "c": "celsius", "°": "celsius", "k": "kelvin",
    "psi": "pascal", "": "",
}  # fmt: skip
_CASED: Final = {"mO": "milliohm", "MO": "", "uAh": "", "µAh": "", "mohm": "milliohm"}
_CLOCK: Final = re.compile(r"h+\s*:\s*m+", re.IGNORECASE)
_PER_MICRO: Final = {"uAh": 1e-6, "µAh": 1e-6, "uWh": 1e-6, "µWh": 1e-6, "uW": 1e-6, "µW": 1e-6}
PSI: Final = 6894.757293168361  # pascals


def unit_rules(
    names: Mapping[str, str | tuple[str, ...]],
    *,
    dates: tuple[str, ...] = (),
    parse: Mapping[str, Parse] | None = None,
) -> Callable[[Sequence[str]], Rules]:
    """Make the columns function of a format whose headers state their units.

    Parameters
    ----------
    names : mapping
        {canonical name: how the format calls the quantity, without the unit}. Of several, the
        first that the file has is taken. Case, spaces, underscores and degree signs do not matter.
    dates : tuple of str
        Which of the canonical names hold dates.
    parse : mapping, optional
        {canonical name: how its texts become numbers}.

    Returns
    -------
    callable
        Takes the headers, gives the rules. A header in a unit of another kind (``mAh/g``) is left
        out; one without a unit is taken as the unit of the column; a time that states
        ``hh:mm:ss`` or states nothing is read as a duration where it is written as one.
    """
    wanted = {
        canonical: tuple(squeeze(q) for q in ((given,) if isinstance(given, str) else given))
        for canonical, given in names.items()
    }

    def rules(headers: Sequence[str]) -> Rules:
        split = [(h, *quantity_and_unit(h)) for h in headers]
        found: dict[str, From] = {}
        for canonical, quantities in wanted.items():
            rule = next(
                (
                    rule
                    for quantity in quantities
                    for header, called, unit in split
                    if squeeze(called) == quantity or squeeze(header) == quantity
                    for rule in [_rule(canonical, header, unit, called, canonical in dates)]
                    if rule is not None
                ),
                None,
            )
            if rule is not None:
                own = (parse or {}).get(canonical)
                found[canonical] = From(rule.source, rule.scale, rule.offset, own) if own else rule
        return found

    return rules


def quantity_and_unit(header: str) -> tuple[str, str | None]:
    """Take a header apart; the unit is None where it states none."""
    text = header.strip().lstrip("\ufeff~#").strip()
    for pattern in (_BRACKETED, _SLASHED):
        parts = pattern.fullmatch(text)
        if parts and parts["quantity"]:
            return parts["quantity"], parts["unit"].strip()
    parts = _SUFFIXED.fullmatch(text)
    if parts and _word(parts["unit"]) is not None:
        return parts["quantity"], parts["unit"]
    return text, None


def scale_to(canonical: str, unit: str) -> tuple[float, float] | None:
    """Give ``value * scale + offset`` to the unit a canonical name ends on; None: another kind."""
    if unit in _PER_MICRO:
        kind = {"Ah": "ah", "Wh": "wh", "W": "watt"}[unit[1:]]
        return (_PER_MICRO[unit], 0.0) if canonical.endswith(f"_{kind}") else None
    if unit.casefold() == "psi":
        return (PSI, 0.0) if canonical.endswith("_pa") else None
    word = _word(unit)
    found = unit_of(word) if word else None
    if found is None:
        return None
    kind, scale, offset = found
    return (scale, offset) if canonical.endswith(f"_{kind}") else None


def _word(unit: str) -> str | None:
    """Give the word of a unit as the grammar of names has it."""
    if unit in _CASED:
        return _CASED[unit] or None
    spelt = unit.replace("\ufffd", "?").replace("º", "°").replace("Â", "").casefold()
    if "?" in spelt or "°" in spelt:  # a degree sign, or what is left of one
        return _SPELT.get(spelt)
    return unit if unit_of(unit) is not None else _SPELT.get(spelt)


def _rule(canonical: str, header: str, unit: str | None, called: str, date: bool) -> From | None:
    if date:
        return From(header, parse=local_time)
    known = COLUMNS.get(canonical)
    if known is not None and known.kind != "float":
        return From(header) if not unit or known.unit in ("", "1") else None
    time = canonical.endswith("_second")
    if unit is None or squeeze(called) == squeeze(header) or unit == "":
        return From(header, parse=duration if time else None)
    if time and _CLOCK.search(unit):
        return From(header, parse=duration)
    scaled = scale_to(canonical, unit)
    if scaled is None:
        return None
    return From(header, *scaled)
