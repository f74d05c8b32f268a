"""What a repair changed, in enough detail to take it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from bdg_explore.errors import ParameterError

from ._rule import Ints, listed, plural

_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Change:
    """One repair.

    Attributes
    ----------
    repair : str
        Its name.
    said : str
        What was done, with numbers.
    rows : ndarray of int
        Positions, in the frame as it was before this repair, of the rows changed or removed.
    before : dict
        {column: its values in those rows before}, where values were changed.
    raw : tuple of str
        Columns that were added to keep all values as they were.
    removed : DataFrame, optional
        The rows taken out.
    order : ndarray of int, optional
        Where rows were put in another order: the position each had before.
    """

    repair: str
    said: str
    rows: Ints = field(default_factory=lambda: _NONE)
    before: Mapping[str, "pd.Series[Any]"] = field(default_factory=dict)
    raw: tuple[str, ...] = ()
    removed: pd.DataFrame | None = None
    order: Ints | None = None

    def undo(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame as it was before this repair."""
        frame = frame.drop(columns=[name for name in self.raw if name in frame.columns])
        if self.order is not None:
            back = np.empty_like(self.order)
            back[self.order] = np.arange(len(self.order))
            frame = frame.iloc[back]
        if self.removed is not None:
            position = np.delete(np.arange(len(frame) + len(self.rows)), self.rows)
            whole = pd.concat([frame, self.removed])
            frame = whole.iloc[np.argsort(np.concatenate((position, self.rows)))]
        for name, values in self.before.items():
            frame[name] = with_values(frame[name], self.rows, values)
        return frame


def with_values(column: "pd.Series[Any]", rows: Ints, values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column with other values in some rows, held as those values are."""
    if len(rows) == len(column):
        return pd.Series(values.array.copy(), index=column.index, name=column.name)
    held = values.dtype
    changed = column.copy()
    if column.dtype != held:  # what is masked must be filled before whole numbers can be held
        changed = changed.astype(object)
    changed.iloc[rows] = values.array
    return changed.astype(held)


@dataclass(frozen=True, eq=False)
class RepairLog:
    """What was repaired, in order; `undo` takes all of it back.

    Attributes
    ----------
    changes : tuple of Change
        One for each repair that was asked for, in the order in which they were done.
    index : Index
        Of the frame before.
    attrs : dict
        Of the frame before.
    length : int
        Rows of the frame after.
    """

    changes: tuple[Change, ...]
    index: "pd.Index[Any]"
    attrs: Mapping[Any, Any]
    length: int

    def undo(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame as it was before all repairs.

        Parameters
        ----------
        frame : DataFrame
            The repaired frame; columns of your own that were added since stay.

        Returns
        -------
        DataFrame
            A new frame with the same values, types, rows, index and attributes as the one that
            was repaired.

        Raises
        ------
        ParameterError
            The frame has other rows than the repaired one, or lacks one of its columns.
        """
        lost = [n for c in self.changes for n in c.before if n not in frame.columns]
        if len(frame) != self.length or lost:
            raise ParameterError(
                f"This log belongs to a frame of {self.length:,} rows; the one given has "
                f"{len(frame):,}{' and lacks ' + lost[0] if lost else ''}. Give the frame that "
                "repair returned, with all its rows and columns."
            )
        frame = frame.copy(deep=False)
        frame.attrs = {}
        for change in reversed(self.changes):
            frame = change.undo(frame).copy(deep=False)
        frame.index = self.index
        frame.attrs = dict(self.attrs)
        return frame

    @property
    def table(self) -> pd.DataFrame:
        """One row a repair: `repair`, `said`, `columns`, `count`, `rows` (positions)."""
        return pd.DataFrame(
            {
                "repair": [c.repair for c in self.changes],
                "said": [c.said for c in self.changes],
                "columns": [" ".join(c.before) for c in self.changes],
                "count": [len(c.rows) for c in self.changes],
                "rows": pd.Series([c.rows for c in self.changes], dtype=object),
            }
        )

    def to_dict(self, *, most_rows: int = 1000) -> list[dict[str, Any]]:
        """Return the log as JSON can hold it, with no more than so many rows a repair."""
        return [
            {
                "repair": c.repair,
                "said": c.said,
                "columns": list(c.before),
                "count": len(c.rows),
                "rows": c.rows[:most_rows].tolist(),
            }
            for c in self.changes
        ]

    def __str__(self) -> str:
        return "\n".join(
            f"{c.repair}: {c.said}" + (f" Rows {listed(c.rows)}." if len(c.rows) else "")
            for c in self.changes
        )

    def __repr__(self) -> str:
        return f"<RepairLog: {plural(len(self.changes), 'repair')}, of {self.length:,} rows>"
