"""Records that do not come into the table: left out, counted, and told."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ._reader import Raw


def values_of(raw: Raw, name: str) -> Any:
    """Return a loaded column by its canonical name, None if it was not loaded."""
    return next((v for w, v in zip(raw.plan, raw.values, strict=True) if w.name == name), None)


def numbers_of(values: Any) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return a loaded column of numbers as float64, missing ones as NaN."""
    if isinstance(values, pa.ChunkedArray | pa.Array):
        values = values.to_numpy() if isinstance(values, pa.ChunkedArray) else values.to_numpy(
            zero_copy_only=False
        )  # fmt: skip
    return np.asarray(values, dtype=np.float64)


def leave_out(raw: Raw, out: Any, why: str) -> None:
    """Leave records out of what was loaded; `raw.rows` goes on counting them.

    Parameters
    ----------
    raw : Raw
        What was loaded; changed.
    out : array of bool
        True for each record to leave out.
    why : str
        What they are, for the notes: ``{count} <why>``.
    """
    out = np.asarray(out, dtype=bool)
    count = int(out.sum())
    if not count:
        return
    kept = np.flatnonzero(~out)
    where = raw.place
    raw.values = [
        pc.take(v, pa.array(kept)) if isinstance(v, pa.ChunkedArray | pa.Array) else v[kept]
        for v in raw.values
    ]
    raw.place = lambda row: where(int(kept[row]))
    raw.notes.append(f"{count} {why}; left out")
    raw.facts["rows_left_out"] = int(raw.facts.get("rows_left_out", 0)) + count
