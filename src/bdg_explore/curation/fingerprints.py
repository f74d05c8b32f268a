"""By what a cell is recognised again: its measurements, and its first capacities (Q22)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from bdg_explore.analysis import summarize_cycles
from bdg_explore.columns import (
    CHARGING_CAPACITY,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import FrameError, ParameterError

from ._rule import Column, Floats
from .settings import DEFAULTS, Settings

CAPACITIES: Final = 20
CAPACITY_COLUMNS: Final = (
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    CYCLE_CHARGING_CAPACITY,
    CHARGING_CAPACITY,
)
_MEASURED: Final = (
    (VOLTAGE, CURRENT),
    *((VOLTAGE, name) for name in CAPACITY_COLUMNS),
    *((name,) for name in CAPACITY_COLUMNS),
)


@dataclass(frozen=True)
class Fingerprint:
    """By what a cell is recognised in another table.

    Attributes
    ----------
    content : str
        Hash of the measured columns, each number rounded to float32: the same for a table that
        was stored in float32 and one that was not. Empty if not known.
    capacities : tuple of float
        Capacity of the first 20 cycles that have one [Ah]. Empty if not known.
    """

    content: str = ""
    capacities: tuple[float, ...] = ()

    def matches(self, other: "Fingerprint", settings: Settings = DEFAULTS) -> str:
        """Say by what two cells are one: ``content``, ``capacities``, or an empty string.

        Parameters
        ----------
        other : Fingerprint
            Of the other cell.
        settings : Settings
            `same_capacity`, the relative tolerance, and `same_cycles`, the fewest capacities
            that must agree.
        """
        if self.content and self.content == other.content:
            return "content"
        count = min(len(self.capacities), len(other.capacities))
        if count < settings.same_cycles:
            return ""
        mine, theirs = np.asarray(self.capacities[:count]), np.asarray(other.capacities[:count])
        same = np.abs(mine - theirs) <= settings.same_capacity * np.abs(mine)
        return "capacities" if same.all() else ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {"content": self.content, "capacities": list(self.capacities)}


def fingerprint(frame: pd.DataFrame, *, cycles: pd.DataFrame | None = None) -> Fingerprint:
    """Return by what a cell is recognised again.

    Parameters
    ----------
    frame : DataFrame
        Time series, cycles or curves of one cell, canonical columns.
    cycles : DataFrame, optional
        One row a cycle, where it was summarized already.

    Returns
    -------
    Fingerprint
        Hash of the content, and the first 20 capacities [Ah].

    Raises
    ------
    FrameError
        The frame holds neither voltage and current nor a capacity.

    Notes
    -----
    Of a time series voltage and current are hashed, of curves voltage and capacity, of cycles the
    capacity; time is left out, because the same test may begin at another zero in another hub.
    Numbers are rounded to float32 first, so that the hash does not depend on how they were
    stored. Two tables of one cell that were summarized by others in their own way have different
    content, but the same capacities within rounding.
    """
    names = next((n for n in _MEASURED if set(n) <= set(frame.columns)), None)
    if names is None:
        raise FrameError(
            "A fingerprint needs voltage and current, or a capacity; the frame has "
            f"{', '.join(map(str, frame.columns[:12])) or 'no columns'}."
        )
    if cycles is None:
        if {TEST_TIME, VOLTAGE, CURRENT} <= set(frame.columns):
            cycles = summarize_cycles(frame)
        elif VOLTAGE not in frame.columns:
            cycles = frame
    content = content_hash([frame[n].to_numpy(dtype=np.float64, na_value=np.nan) for n in names])
    return Fingerprint(content, () if cycles is None else first_capacities(cycles))


def content_hash(columns: Sequence[Column]) -> str:
    """Return the sha256 of columns of numbers, rounded to float32; one kind of NaN, one zero."""
    digest = hashlib.sha256()
    for values in columns:
        with np.errstate(over="ignore"):
            rounded = values.astype(np.float32) + np.float32(0.0)  # -0.0 becomes 0.0
        rounded[np.isnan(rounded)] = np.nan
        digest.update(np.ascontiguousarray(rounded).astype("<f4", copy=False).data)
        digest.update(b"|")
    return digest.hexdigest()


def first_capacities(cycles: pd.DataFrame) -> tuple[float, ...]:
    """Return the capacities of the first 20 cycles that have one [Ah]."""
    name = next((n for n in CAPACITY_COLUMNS if n in cycles.columns), None)
    if name is None:
        return ()
    values: Floats = cycles[name].to_numpy(dtype=np.float64, na_value=np.nan)
    if CYCLE in cycles.columns:
        values = values[np.argsort(cycles[CYCLE].to_numpy(dtype=np.float64), kind="stable")]
    return tuple(values[np.isfinite(values)][:CAPACITIES].tolist())


def known_cells(given: Any) -> dict[str, Fingerprint]:
    """Read what a caller knows of other cells.

    Parameters
    ----------
    given : mapping or iterable
        Fingerprints, content hashes, or vectors of capacities [Ah]; a mapping names the cells.

    Raises
    ------
    ParameterError
        An entry is none of these.
    """
    if isinstance(given, Mapping):
        named: Iterable[tuple[Any, Any]] = given.items()
    elif isinstance(given, Iterable) and not isinstance(given, str):
        named = ((f"cell {i + 1} of those given", one) for i, one in enumerate(given))
    else:
        named = (("the cell given", given),)
    return {str(name): _one(name, value) for name, value in named}


def _one(name: object, value: Any) -> Fingerprint:
    if isinstance(value, Fingerprint):
        return value
    if isinstance(value, str):
        return Fingerprint(content=value)
    if isinstance(value, Mapping):
        return Fingerprint(
            str(value.get("content", "")), tuple(float(q) for q in value.get("capacities", ()))
        )
    try:
        capacities = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        capacities = np.zeros((0, 0))
    if capacities.ndim != 1:
        raise ParameterError(
            f"known= holds for {name} a {type(value).__name__}; give what fingerprint() returns, "
            "its content hash, or the capacities of the first cycles [Ah]."
        )
    return Fingerprint(capacities=tuple(capacities[np.isfinite(capacities)][:CAPACITIES].tolist()))
