"""Stack the parts of a test: one name a counter, labels as labels, and an account of it all."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from bdg_explore.columns import CYCLE

from ._seam import NEVER_RESET, Seam
from ._source import listed

_SCOPES: Final = ("", "cycle_", "step_", "schedule_")


def one_scope(frames: list[pd.DataFrame], notes: list[str]) -> list[pd.DataFrame]:
    """Give a counter one name throughout.

    A reader tells from a file's own records when its counters restart. In a file of one cycle it
    cannot; there the other parts tell.
    """
    for quantity in NEVER_RESET:
        held = [[s for s in _SCOPES if s + quantity in frame] for frame in frames]
        scopes = {scope for found in held for scope in found}
        if len(scopes) < 2 or any(len(found) != 1 for found in held):
            continue
        told = {
            found[0]
            for found, frame in zip(held, frames, strict=True)
            if _cycles_in(frame) > 1  # of one cycle, nothing is told
        }
        one = told.pop() if len(told) == 1 else "schedule_"
        frames = [
            frame.rename(columns={found[0] + quantity: one + quantity})
            for frame, found in zip(frames, held, strict=True)
        ]
        notes.append(
            f"{', '.join(sorted(s + quantity for s in scopes))} in different parts are one "
            f"counter; read as {one + quantity}"
        )
    return frames


def _cycles_in(frame: pd.DataFrame) -> int:
    return int(frame[CYCLE].nunique()) if CYCLE in frame else 0


def laid(frame: pd.DataFrame, found: Seam) -> pd.DataFrame:
    """Return the kept records with what is added to them; the caller's frame stays as it was."""
    kept = frame if found.keep.all() else frame[found.keep]
    moved: dict[str, Any] = {}
    for name, add in found.add.items():
        if add:
            values = kept[name].to_numpy()
            whole = np.issubdtype(values.dtype, np.integer) and add == round(add)
            moved[name] = values + (int(add) if whole else add)
    return kept.assign(**moved) if moved else kept


def stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames; labels stay categories, and columns that one lacks are missing there."""
    frames = [frame for frame in frames if len(frame)] or list(frames[:1])
    labels: dict[str, Any] = {}
    for name in dict.fromkeys(name for frame in frames for name in frame.columns):
        if any(name in f and isinstance(f[name].dtype, pd.CategoricalDtype) for f in frames):
            labels[name] = union_categoricals(
                [
                    pd.Categorical(
                        frame[name].astype("str") if name in frame else [None] * len(frame)
                    )
                    for frame in frames
                ],
                sort_categories=True,
            )
    plain = [frame.drop(columns=[n for n in labels if n in frame]) for frame in frames]
    stacked = pd.concat(plain, ignore_index=True)
    for name, values in labels.items():
        stacked[name] = values
    order = dict.fromkeys(name for frame in frames for name in frame.columns)
    return stacked[list(order)]


def account(
    sources: Sequence[dict[str, Any]], seams: Sequence[Seam], rows: int, notes: list[str]
) -> dict[str, Any]:
    """Put together what the parts tell: rows, columns, notes, and how they were joined."""
    columns: dict[str, dict[str, Any]] = {}
    for source in sources:
        for name, told in source["columns"].items():
            if name in columns:
                for key in ("nulls_in", "nulls_out"):
                    columns[name][key] += told[key]
            else:
                columns[name] = dict(told)
    parts = [
        {
            "file": source["file"],
            "rows_in": source["rows_in"],
            "rows_out": int(found.keep.sum()),
            "overlap_rows": found.shared,
            "pause_second": None if np.isnan(found.pause) else found.pause,
            "added": {name: add for name, add in found.add.items() if add},
        }
        for source, found in zip(sources, seams, strict=True)
    ]
    own = [f"{source['file']}: {note}" for source in sources for note in source["notes"]]
    told_once = {k: v for source in reversed(sources) for k, v in source.items()}
    return {
        **told_once,
        "file": listed([source["file"] for source in sources], 3),
        "rows_in": sum(source["rows_in"] for source in sources),
        "rows_out": rows,
        "overlap_rows": sum(found.shared for found in seams),
        "parts": parts,
        "columns": columns,
        "unmapped": list(dict.fromkeys(h for source in sources for h in source["unmapped"])),
        "notes": [*notes, *own],
    }
