"""The ES modules of the parts as text."""

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent
_SHARED: Final = {"panel_actions.js": "panel_taking.js", "panel_texts.js": "panel_taking.js"}


def part_source(name: str) -> str:
    """Return a part's module, after the functions it shares with others."""
    shared = _SHARED.get(name)
    before = (_HERE / shared).read_text(encoding="utf-8") if shared else ""
    return before + (_HERE / name).read_text(encoding="utf-8")
