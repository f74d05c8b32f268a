"""Read the facts that a Battery Archive cell name carries.

The archive keeps no metadata beside its files: chemistry, temperature, state-of-charge window and
rates stand in the name and nowhere else.
"""

import re
from typing import Final, NoReturn

from bdg_explore import columns
from bdg_explore.errors import ParameterError, did_you_mean

EXAMPLE: Final = "SNL_18650_LFP_25C_0-100_0.5-1C_a"

FORM_FACTORS: Final = {
    "18650": "18650",
    "21700": "21700",
    "26650": "26650",
    "pouch": "pouch",
    "prism": "prismatic",
}
"""Form factor as names write it, and as the cells table does."""

_NUMBER = r"\d+(?:\.\d+)?"
_FILE_ENDING = re.compile(r"(_cycle_data|_timeseries(_data)?)?(\.csv)?\Z")
_REPLICATE = re.compile(r"[a-z]{1,2}")
_RATES = re.compile(rf"({_NUMBER})[-/]({_NUMBER})C")
_WINDOW = re.compile(rf"({_NUMBER})-({_NUMBER})")
_TEMPERATURE = re.compile(rf"(-?{_NUMBER})C")
_WORD = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


def parse_cell_name(name: str) -> dict[str, str | float | None]:
    """Take a Battery Archive cell name apart.

    A name reads ``<institution>[_<sample>]_<form factor>_<chemistry>_<temperature>C_<low>-<high>_
    <charge>-<discharge>C[_<replicate>]``. It is read from the right, because the sample may be
    missing and the chemistry of a blend contains an underscore (``NMC_LCO``).

    Parameters
    ----------
    name : str
        Cell id as the site writes it (``0.5/1C``) or as its files do (``0.5-1C``); a file name
        ending in ``_cycle_data.csv``, ``_timeseries.csv`` or ``_timeseries_data.csv`` will do.

    Returns
    -------
    dict
        Columns of the cells table: ``native_id`` (spelt as the files are), ``also_known_as`` (spelt
        as the site does), ``form_factor``, ``cathode_chemistry`` (a blend is joined by ``-``),
        ``ambient_temperature_celsius`` [degC], ``soc_minimum`` and ``soc_maximum`` [fractions],
        ``charging_c_rate`` and ``discharging_c_rate`` [1/h, both positive] and ``replicate``; and
        two parts that are no columns, ``institution`` and ``sample``. ``replicate`` and ``sample``
        are None where the name has none.

    Raises
    ------
    ParameterError
        If a part is missing or unreadable, the window does not rise within 0 to 100 %, or a rate
        is zero.

    Examples
    --------
    >>> parse_cell_name("MICH_02C_pouch_NMC_-5C_0-100_0.2-0.2C")["ambient_temperature_celsius"]
    -5.0
    """
    parts = _FILE_ENDING.sub("", name).split("_")
    replicate = parts.pop() if _REPLICATE.fullmatch(parts[-1]) else None
    charging, discharging = _take(_RATES, parts, "two C-rates such as 0.5-1C", name)
    low, high = _take(_WINDOW, parts, "a state-of-charge window such as 0-100", name)
    (temperature,) = _take(_TEMPERATURE, parts, "a temperature such as 25C", name)
    institution, sample, form, chemistry = _split_head(parts, name)
    if not 0 <= float(low) < float(high) <= 100:
        _refuse(name, f"a state-of-charge window that rises within 0 to 100, not {low}-{high}")
    if not (float(charging) and float(discharging)):
        _refuse(name, f"two C-rates above zero, not {charging}-{discharging}C")
    before = "_".join([*parts, f"{temperature}C", f"{low}-{high}"])
    after = f"C_{replicate}" if replicate else "C"
    return {
        columns.NATIVE_ID: f"{before}_{charging}-{discharging}{after}",
        columns.ALSO_KNOWN_AS: f"{before}_{charging}/{discharging}{after}",
        "institution": institution,
        "sample": sample,
        columns.FORM_FACTOR: FORM_FACTORS[form],
        columns.CATHODE: chemistry,
        columns.AMBIENT_TEMPERATURE: float(temperature),
        columns.SOC_MINIMUM: float(low) / 100,
        columns.SOC_MAXIMUM: float(high) / 100,
        columns.CHARGING_C_RATE: float(charging),
        columns.DISCHARGING_C_RATE: float(discharging),
        columns.REPLICATE: replicate,
    }


def _take(pattern: re.Pattern[str], parts: list[str], wanted: str, name: str) -> tuple[str, ...]:
    """Remove the last part and return what the pattern captures in it."""
    found = pattern.fullmatch(parts[-1]) if parts else None
    if found is None:
        _refuse(name, wanted, parts[-1] if parts else "")
    parts.pop()
    return found.groups()


def _split_head(parts: list[str], name: str) -> tuple[str, str | None, str, str]:
    """Split what stands left of the temperature: institution, sample, form factor, chemistry."""
    wrong = next((part for part in parts if not _WORD.fullmatch(part)), None)
    if wrong is not None:
        _refuse(name, "letters, digits and hyphens between underscores", wrong)
    # The institution comes first and the sample is one part at most, so the form factor stands
    # second or third; a sample may be spelt like one, hence the rightmost of the two.
    places = [place for place in (1, 2) if place < len(parts) and parts[place] in FORM_FACTORS]
    if not places:
        given = parts[2] if len(parts) > 3 else "".join(parts[1:2])
        known = ", ".join(FORM_FACTORS)
        _refuse(name, f"a form factor ({known})", given, did_you_mean(given, FORM_FACTORS))
    place = places[-1]
    if place + 1 == len(parts):
        _refuse(name, "a chemistry such as NMC after the form factor")
    sample = parts[1] if place == 2 else None
    return parts[0], sample, parts[place], "-".join(parts[place + 1 :])


def _refuse(name: str, wanted: str, found: str = "", hint: str = "") -> NoReturn:
    instead = f" where {found!r} stands" if found else ""
    raise ParameterError(
        f"{name!r} is no Battery Archive cell name: it needs {wanted}{instead}.{hint} "
        f"A whole one is {EXAMPLE}."
    )
