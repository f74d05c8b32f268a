"""The ES modules of the parts as text."""

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent
_SHARED: Final = {
    "panel_actions.js": ("panel_once.js", "panel_taking.js"),
    "panel_facets.js": ("panel_once.js",),
    "panel_texts.js": ("panel_taking.js",),
    "panel_told.js": ("panel_once.js",),
}


def part_source(name: str) -> str:
    """Return a part's module, after the functions it shares with others."""
    files = (*_SHARED.get(name, ()), name)
    return "".join((_HERE / file).read_text(encoding="utf-8") for file in files)
