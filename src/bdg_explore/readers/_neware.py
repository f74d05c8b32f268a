"""What Neware's two binary formats share: step types, ranges, and columns that name their unit.

A layout names each field as ``quantity (unit)``; the conversion follows from the unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from bdg_explore.columns import (
    CURRENT,
    CYCLE,
    RECORD,
    STEP,
    STEP_CHARGING_CAPACITY,
    STEP_CHARGING_ENERGY,
    STEP_DISCHARGING_CAPACITY,
    STEP_DISCHARGING_ENERGY,
    STEP_ID,
    STEP_TIME,
    STEP_TYPE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

from ._counters import settle_counters
from ._reader import From
from ._signs import direction_of_word, sign_by_state
from ._steps import number_steps, with_test_time

Columns = dict[str, Any]

# The step types by their number, in the words of the client's exports.
STEP_TYPES: Final = {
    1: "CC Chg", 2: "CC DChg", 3: "CV Chg", 4: "Rest", 5: "Cycle", 6: "End", 7: "CCCV Chg",
    8: "CP DChg", 9: "CP Chg", 10: "CR DChg", 11: "CR Chg", 12: "IR", 13: "Pause", 16: "Pulse",
    17: "SIM", 18: "PCCCV Chg", 19: "CV DChg", 20: "CCCV DChg", 21: "Control", 22: "OCV",
    23: "SubStep", 24: "Follow", 25: "Ramp", 26: "CPCV DChg", 27: "CPCV Chg", 28: "CRCV DChg",
    29: "CRCV Chg", 30: "Cyclic Voltammetry",
}  # fmt: skip
_WORDS: Final = pa.array([STEP_TYPES.get(n, f"type {n}") for n in range(256)])
DISCHARGES: Final = tuple(n for n, word in STEP_TYPES.items() if "DChg" in word)
CHARGES: Final = tuple(n for n, word in STEP_TYPES.items() if "Chg" in word and "DChg" not in word)

# What brings each unit to that of its column.
_SCALES: Final = {
    "V": 1.0, "0.1 mV": 1e-4, "A": 1.0, "mA": 1e-3, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "A.h": 1.0,
    "mA.h": 1e-3, "mA.s": 1 / 3.6e6, "W.h": 1.0, "mW.h": 1e-3, "mW.s": 1 / 3.6e6, "degC": 1.0,
    "0.1 degC": 0.1,
}  # fmt: skip
_NAMES: Final = {  # in the order of the columns of the frame
    "index": RECORD,
    "total time": TEST_TIME,
    "step time": STEP_TIME,
    "date": UNIX_TIME,
    "voltage": VOLTAGE,
    "current": CURRENT,
    "cycle": CYCLE,
    "step": STEP,
    "step index": STEP_ID,
    "step type": STEP_TYPE,
    "charge capacity": STEP_CHARGING_CAPACITY,
    "discharge capacity": STEP_DISCHARGING_CAPACITY,
    "charge energy": STEP_CHARGING_ENERGY,
    "discharge energy": STEP_DISCHARGING_ENERGY,
}
_NUMBERED: Final = {  # what auxiliary channels measure, {} their number
    "auxiliary temperature": "temperature_t{}_celsius",
    "auxiliary temperature setpoint": "temperature_setpoint_t{}_celsius",
    "auxiliary voltage": "auxiliary_voltage_{}_volt",
    "auxiliary current": "auxiliary_current_{}_ampere",
}


def rules(headers: Sequence[str]) -> Mapping[str, From]:
    """Give the columns of fields that name their unit, for the `columns` of a reader."""
    found: dict[str, From] = {}
    for header in headers:
        bare, _, unit = header.rstrip(")").partition(" (")
        quantity, _, number = bare.rpartition(" ") if bare[-1:].isdigit() else (bare, "", "")
        name = _NAMES.get(bare) or _NUMBERED.get(quantity, "").format(number)
        if name and (unit in _SCALES or not unit):
            found.setdefault(name, From(header, _SCALES.get(unit, 1.0), float(name == CYCLE)))
    order = [name for name in _NAMES.values() if name in found]
    return {name: found[name] for name in (*order, *sorted(set(found) - set(order)))}


def words(step_types: npt.NDArray[Any]) -> Any:
    """Write step types as the client does."""
    return pa.DictionaryArray.from_arrays(pa.array(step_types.astype(np.uint8)), _WORDS)


def multiplier(ranges: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return what one unit of an integer current is in mA, by the current range of the channel.

    Parameters
    ----------
    ranges : array
        Range [mA] as the file states it; negative for the finer generation of channels.

    Notes
    -----
    Known from files for the ranges that public readers list; those between follow their neighbours.
    """
    known, place = np.unique(ranges, return_inverse=True)
    return np.array([_unit_of_range(int(r)) for r in known])[place]


def _unit_of_range(current_range: int) -> float:
    size = abs(current_range)
    if current_range == 0 or current_range < -2_000_000_000:
        return 0.1
    steps = ((10, 1e-4), (100, 1e-3), (1000, 1e-2)) if current_range > 0 else _FINE
    return next((unit for below, unit in steps if size < below), 0.1 if current_range > 0 else 1e-6)


_FINE: Final = (
    (10, 1e-5), (100, 1e-4), (1000, 1e-3), (1_000_000, 1e-2), (10_000_000, 1e-8),
    (100_000_000, 1e-7),
)  # fmt: skip


def finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Give a frame its running steps and its test time, look at signs, and name counters."""
    frame = number_steps(frame, CYCLE, STEP_ID, STEP_TYPE, STEP_TIME)
    frame = with_test_time(frame, notes)
    if {STEP_TYPE, CURRENT} <= set(frame.columns) and (frame[CURRENT] < 0).any():
        told: list[str] = []
        frame = sign_by_state(frame, STEP_TYPE, direction_of_word, told)  # it only looks
        notes.extend(note for note in told if "as its" not in note)
    return settle_counters(frame, notes)


def split_by_direction(columns: Columns, current: npt.NDArray[Any]) -> Columns:
    """Make counters of charge and discharge of those that older versions share between both.

    The direction is that of the step; in steps of no or both directions, that of the current.
    """
    kind = columns["step type"]
    out = np.isin(kind, DISCHARGES) | (~np.isin(kind, CHARGES) & (current < 0))
    for header in [h for h in columns if h.startswith(("capacity (", "energy ("))]:
        size = np.abs(columns.pop(header))
        columns[f"charge {header}"] = np.where(out, 0, size)
        columns[f"discharge {header}"] = np.where(out, size, 0)
    return columns


@dataclass(frozen=True)
class Layout:
    """How the records of one version are laid out.

    Attributes
    ----------
    fields : tuple
        Name and numpy type of each field; names that begin with ``_`` are not read.
    checked : bool
        Whether it was compared with a file; else it is known only from public readers.
    begin, page : int
        Where records begin in a page [bytes], and the size of one; pages after the first hold
        records.
    masked : bool
        Whether bits at the head of each page say which records are valid.
    """

    fields: tuple[tuple[str, str], ...]
    checked: bool = False
    begin: int = 132
    page: int = 4096
    masked: bool = True

    @property
    def record(self) -> np.dtype[Any]:
        """The numpy type of a record."""
        return np.dtype(list(self.fields))


def unverified(what: str) -> str:
    """Say that a layout was never compared with a file."""
    return (
        f"unverified layout: {what} is read by what public readers tell, never compared with a "
        "file here; compare some values with an export of the tester's own software"
    )
