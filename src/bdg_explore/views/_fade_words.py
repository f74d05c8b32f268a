"""The words of a fade picture: labels, kinds, and the line that says what is not seen."""

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import COLUMNS, KIND

from ._fade_data import Fades
from ._fade_glyphs import SYNTHETIC, short_names
from .theme import in_lines

DIRECT_LABELS: Final = 6


def labels_of(names: list[str], kinds: NDArray[Any]) -> list[str]:
    """Return what to write at the end of each curve; nothing where there are too many."""
    if len(names) > DIRECT_LABELS or not names[0]:
        return []
    pairs = zip(short_names(names), kinds, strict=True)
    return [f"{name} ({SYNTHETIC})" if kind == SYNTHETIC else name for name, kind in pairs]


def kinds_of(facts: pd.DataFrame, rows: pd.DataFrame) -> NDArray[Any]:
    held = next((f[KIND] for f in (facts, rows) if KIND in f.columns), None)
    if held is None:
        return np.full(len(facts), "", dtype=object)
    return held.astype(object).where(held.notna(), "").to_numpy(dtype=object)


def why_empty(cycles: pd.DataFrame, fades: Fades, drawn: str) -> str:
    if not len(cycles):
        return "No cycles to draw. Choose cells that have a cycles table."
    what = COLUMNS[drawn].title.lower() if drawn in COLUMNS else drawn
    count = len(fades.names)
    if count == 1:
        return f"The cell has no measured {what}."
    return f"None of the {count:,} cells has a measured {what}."


def notes_of(fades: Fades, total: int, lacking: int, beyond: int, kinds: NDArray[Any]) -> str:
    """Return the line above the picture: how many cells, and what is not seen."""
    shown, synthetic = len(fades.names), int((kinds == SYNTHETIC).sum())
    notes = []
    if shown < total:
        notes.append(f"showing {shown:,} of {total:,} cells")
    elif shown > DIRECT_LABELS:
        notes.append(f"{shown:,} cells")
    if synthetic == shown and (shown > DIRECT_LABELS or not fades.names[0]):
        notes.append(SYNTHETIC)
    elif synthetic and shown > DIRECT_LABELS:
        notes.append(f"{synthetic:,} of them {SYNTHETIC}")
    if lacking:
        notes.append(f"{lacking:,} without a reference not shown")
    if beyond:
        notes.append(f"{beyond:,} {'value' if beyond == 1 else 'values'} beyond the axis")
    return in_lines((*notes, *fades.left_out))
