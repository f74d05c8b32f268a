"""Whose data a picture shows, written under it: it is there in every copy, as PNG, SVG or HTML."""

import textwrap
from collections.abc import Callable, Iterable
from typing import Any, Final

import pandas as pd
from bokeh.models.annotations import Title

from bdg_explore.columns import ACCESS, DATASET, DOI, KIND, LICENCE
from bdg_explore.rights import SYNTHETIC, Rights, rights_in, rights_of

from .theme import FONT, INK

NAME: Final = "credit"
_LONGEST: Final = 46  # characters of a line; fits a phone
_MOST: Final = 3  # lots of data sets with the same rights
_MOST_NAMES: Final = 4
_KEPT: Final = "\u00a0"  # a space at which no line is broken
_LINE: Final = 14  # [px]
_STANDOFF: Final = 4


def rights_shown(
    frame: pd.DataFrame, cells: Iterable[str] = (), facts: pd.DataFrame | None = None
) -> Rights:
    """Return the rights of what a picture shows: of the cells' facts, else those the table carries.

    Parameters
    ----------
    frame : DataFrame
        What is drawn.
    cells : iterable of str
        Uids of the cells that are drawn.
    facts : DataFrame, optional
        Rows of the cells table about them.
    """
    if facts is not None and DATASET in facts.columns and facts[DATASET].notna().all():
        return rights_of(facts)
    told = rights_in(frame)
    sets = {uid.split("/", 1)[0] for uid in cells}
    return [one for one in told if one[DATASET] in sets] or told


def credit(rights: Rights) -> list[Callable[[Any, Any], None]]:
    """Return the HoloViews hook that writes rights under a picture; none where nothing is known."""
    if not rights:
        return []
    text = "\n".join(_lines(rights))

    def hook(plot: Any, _element: Any) -> None:
        figure = plot.state
        figure.tags = [{"rights": rights}]
        if any(one.name == NAME for one in figure.below):
            return
        figure.add_layout(
            Title(
                name=NAME,
                text=text,
                text_font=FONT,
                text_font_size="10px",
                text_font_style="normal",
                text_color=INK,
                standoff=_STANDOFF,
            ),
            "below",
        )

    return [hook]


def room(rights: Rights) -> int:
    """Return the height that the credit takes [px]."""
    return _LINE * len(_lines(rights)) + _STANDOFF if rights else 0


def _lines(rights: Rights) -> list[str]:
    """Return the lines of a credit; a part between commas is broken only where it must be."""
    kept = [lot.replace(" ", _KEPT).replace(f",{_KEPT}", ", ") for lot in _lots(rights)]
    lines = [one for lot in kept for one in textwrap.wrap(lot, _LONGEST, break_on_hyphens=False)]
    return [line.replace(_KEPT, " ") for line in lines]


def _lots(rights: Rights) -> list[str]:
    """Return a line for each lot of data sets that share their rights."""
    lots: dict[str, list[str]] = {}
    for one in rights:
        kind = SYNTHETIC if one[SYNTHETIC] else (one[KIND] or "kind unknown")
        access = str(one[ACCESS] or "unknown").replace("_", " ")
        licence = one[LICENCE] if one[LICENCE] != "unknown" else "unknown licence"
        doi = f"doi {one[DOI]}" if one[DOI] else "no doi"
        lots.setdefault(f"{kind}, {licence}, access {access}, {doi}", []).append(one[DATASET])
    lines = [f"{_named(names)}: {words}" for words, names in lots.items()]
    if len(lines) <= _MOST:
        return lines
    rest = list(lots.values())[_MOST - 1 :]
    licences = dict.fromkeys(
        one[LICENCE] for one in rights if any(one[DATASET] in names for names in rest)
    )
    count = sum(map(len, rest))
    return [*lines[: _MOST - 1], f"and {count} more data sets, licences {', '.join(licences)}"]


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
