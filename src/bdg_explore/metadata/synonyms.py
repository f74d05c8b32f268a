"""What things are also called: chemistries, reasons for a test, what was tested.

The first name of a family is the one the catalogs use; a search for any of them finds all.
"""

import re
import unicodedata
from functools import cache
from typing import Final

CHEMISTRIES: Final[dict[str, tuple[str, ...]]] = {
    "LFP": ("LiFePO4", "lithium iron phosphate", "lithium-iron-phosphate", "iron phosphate"),
    "LMFP": ("LiMnFePO4", "lithium manganese iron phosphate"),
    "NMC": ("NCM", "nickel manganese cobalt", "LiNiMnCoO2"),
    "NCA": ("nickel cobalt aluminium", "nickel cobalt aluminum", "LiNiCoAlO2"),
    "LCO": ("LiCoO2", "lithium cobalt oxide", "cobalt oxide"),
    "LMO": ("LiMn2O4", "lithium manganese oxide"),
    "LNMO": ("LiNi0.5Mn1.5O4", "high-voltage spinel"),
    "LNO": ("LiNiO2", "lithium nickel oxide"),
    "LTO": ("Li4Ti5O12", "lithium titanate", "titanate"),
    "graphite": ("Gr", "C6"),
    "silicon": ("Si",),
    "lithium metal": ("Li metal", "lithium-metal", "Li-metal"),
    "sodium-ion": ("sodium ion", "Na-ion", "Na ion"),
    "solid-state": ("solid state",),
    "lead-acid": ("lead acid", "lead dioxide"),
}

OBJECTIVES: Final[dict[str, tuple[str, ...]]] = {
    "abuse": ("abuse test", "mechanical abuse"),
    "calendar_aging": ("calendar ageing", "calendar life", "storage ageing", "storage aging"),
    "cycle_aging": ("cycle ageing", "cyclic ageing", "cyclic aging", "cycling aging"),
    "drive_cycle": ("driving cycle", "driving profile", "drive profile"),
    "eis": ("impedance", "electrochemical impedance spectroscopy", "impedance spectroscopy"),
    "fast_charge": ("fast charging", "fast charged", "quick charge", "extreme fast charge", "XFC"),
    "field_operation": ("field data", "field operation", "in the field"),
    "rate_capability": ("rate test", "rate performance"),
    "random_use": ("random walk", "randomized use", "randomised use"),
    "second_life": ("second use", "2nd life", "repurposed"),
}

TESTED: Final[dict[str, tuple[str, ...]]] = {
    "full_cell": ("complete cell",),
    "module": ("battery module",),
    "pack": ("battery pack",),
    "half cell": ("half-cell",),
    "electric vehicle": ("vehicle", "EV", "BEV", "car", "electric car"),
    "home storage": ("home storage system", "residential storage"),
    "grid storage": ("stationary storage", "BESS"),
}

NARROWER: Final[dict[str, tuple[str, ...]]] = {
    "cylindrical": ("18650", "21700", "26650", "32140", "4680"),
}
"""A word -> what counts as it, though it does not count as them."""

COMPOSITIONS: Final = {"NMC": re.compile(r"(?:nmc|ncm)[ -]?(\d{3})")}
"""A chemistry written with its proportions: NMC811, NCM 811."""

_ACCENTS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]")


def folded(text: str) -> str:
    """Return text without what should not matter: letter case, accents, `_` for a space.

    >>> folded("Baumhöfer_2014")
    'baumhofer 2014'
    """
    text = text.casefold().replace("_", " ")
    if text.isascii():
        return text
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()


@cache
def _families() -> dict[str, tuple[str, ...]]:
    """Every folded name -> its family, folded too, the name the catalogs use first."""
    found: dict[str, tuple[str, ...]] = {}
    for group in (CHEMISTRIES, OBJECTIVES, TESTED):
        for name, others in group.items():
            plain = (folded(one) for one in (name, *others))
            # `fast charge` is written `fast-charge` and `fast_charge` as well.
            spelled = (one for text in plain for one in (text, text.replace(" ", "-")))
            family = tuple(dict.fromkeys(spelled))
            found.update(dict.fromkeys(family, family))
    for name, kinds in NARROWER.items():
        found[folded(name)] = (folded(name), *kinds)
    return found


def also_called(name: str) -> tuple[str, ...]:
    """Return all names of what a name stands for, folded, the catalogs' first; () if unknown.

    >>> also_called("LiFePO4")[0]
    'lfp'
    >>> also_called("NCM 811")
    ('nmc811', 'ncm811')
    """
    text = folded(name)
    proportions = COMPOSITIONS["NMC"].fullmatch(text)
    if proportions:
        return f"nmc{proportions[1]}", f"ncm{proportions[1]}"
    known = _families()
    return known.get(text) or (known.get(text[:-1], ()) if text.endswith("s") else ())


def shown_name(name: str) -> str:
    """Return the catalogs' name of what a name stands for, as a sentence writes it.

    >>> shown_name("lithium iron phosphate"), shown_name("XFC"), shown_name("ncm811")
    ('LFP', 'fast charge', 'NMC811')
    """
    family = also_called(name)
    if not family:
        return name
    if COMPOSITIONS["NMC"].fullmatch(family[0]):
        return family[0].upper()
    return _shown()[family[0]]


@cache
def _shown() -> dict[str, str]:
    groups = (CHEMISTRIES, OBJECTIVES, TESTED, NARROWER)
    return {folded(name): name.replace("_", " ") for group in groups for name in group}
