"""Contracts of the tables: which columns a frame must have, and what they must hold.

A check looks; it never repairs. The caller's frame is returned as it came.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .columns import (
    CELL,
    CHARGING_CAPACITY,
    COMPLETE,
    CURRENT,
    CYCLE,
    DISCHARGING_CAPACITY,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    NATIVE_ID,
    REAL_IMPEDANCE,
    RECORD,
    STEP,
    TEST_TIME,
    VOLTAGE,
    column,
)
from .errors import FrameError, did_you_mean


@dataclass(frozen=True)
class Contract:
    """What a table promises.

    Attributes
    ----------
    name : str
        Name of the table.
    required : tuple of str
        Columns that must be there.
    one_of : tuple of str
        Columns of which at least one must be there; empty where it does not matter.
    rules : tuple of callable
        Each takes the frame and returns None, or a sentence that names the first broken row.
    """

    name: str
    required: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    rules: tuple[Callable[[pd.DataFrame], str | None], ...] = field(default=())


def _finite(name: str) -> Callable[[pd.DataFrame], str | None]:
    def rule(frame: pd.DataFrame) -> str | None:
        bad = ~np.isfinite(frame[name].to_numpy(dtype=float, na_value=np.nan))
        if not bad.any():
            return None
        return f"{name} has no value at row {int(np.flatnonzero(bad)[0])} ({int(bad.sum())} in all)"

    return rule


def _time_forward(frame: pd.DataFrame) -> str | None:
    time = frame[TEST_TIME].to_numpy(dtype=float)
    back = np.diff(time) < 0
    if CELL in frame.columns and back.any():
        cell = frame[CELL].to_numpy()
        back &= cell[1:] == cell[:-1]
    if not back.any():
        return None
    row = int(np.flatnonzero(back)[0]) + 1
    return (
        f"{TEST_TIME} runs backwards at row {row} ({time[row - 1]:g} s to {time[row]:g} s, "
        f"{int(back.sum())} times in all); join files in test order first, or look at the file "
        "as it is with check=False"
    )


CELLS: Final = Contract("cells", (NATIVE_ID,))
CYCLES: Final = Contract("cycles", (CYCLE,), rules=(_finite(CYCLE),))
TIMESERIES: Final = Contract(
    "timeseries",
    (TEST_TIME, VOLTAGE, CURRENT),
    rules=(_finite(TEST_TIME), _time_forward),
)
CURVES: Final = Contract(
    "curves",
    (CYCLE, VOLTAGE),
    one_of=(DISCHARGING_CAPACITY, CHARGING_CAPACITY),
    rules=(_finite(CYCLE),),
)
SPECTRUM_KEYS: Final = (CELL, CYCLE, STEP)
"""What tells the spectra of a table of impedance apart, as far as a table has them."""
# one row a frequency
IMPEDANCE: Final = Contract(
    "impedance", (FREQUENCY, REAL_IMPEDANCE, IMAGINARY_IMPEDANCE), rules=(_finite(FREQUENCY),)
)
# records of a nail, crush or heating test
ABUSE: Final = Contract("abuse", (TEST_TIME,), rules=(_finite(TEST_TIME), _time_forward))
# one row an abuse test: what was done, what came of it
FAILURES: Final = Contract("failures", (NATIVE_ID,))
# measured beside a test without its voltage and current, for instance thermometers alone
AUXILIARY: Final = Contract("auxiliary", (RECORD,))
CONTRACTS: Final = {
    contract.name: contract
    for contract in (CELLS, CYCLES, TIMESERIES, CURVES, IMPEDANCE, ABUSE, FAILURES, AUXILIARY)
}


def check_frame(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Return the frame as it came, or say where it breaks its contract.

    Parameters
    ----------
    frame : DataFrame
        A table with canonical column names.
    contract : Contract
        What it must hold.

    Returns
    -------
    DataFrame
        The same object.

    Raises
    ------
    FrameError
        A column is missing, is not a number where it must be, or a rule is broken; the message
        names the column and the row.
    """
    for name in contract.required:
        if name not in frame.columns:
            raise FrameError(
                f"A table of {contract.name} needs the column {name} ({column(name).meaning}) "
                f"and has {_listed(frame.columns)}.{did_you_mean(name, map(str, frame.columns))} "
                "Give a map of column names, {their name: canonical name}."
            )
    if contract.one_of and not set(contract.one_of) & set(frame.columns):
        raise FrameError(
            f"A table of {contract.name} needs one of {', '.join(contract.one_of)} "
            f"and has {_listed(frame.columns)}."
        )
    for name in (*contract.required, *contract.one_of):
        if name in frame.columns and column(name).kind in ("float", "count"):
            _check_number(frame, name, contract)
    for rule in contract.rules:
        problem = rule(frame)
        if problem:
            raise FrameError(f"A table of {contract.name} is not sound: {problem}.")
    return frame


def not_unfinished(cycles: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which cycles are not said to be incomplete; of which nothing is said may be whole."""
    if COMPLETE not in cycles.columns:
        return np.ones(len(cycles), dtype=bool)
    return cycles[COMPLETE].astype("boolean").fillna(True).to_numpy(dtype=bool)


def _check_number(frame: pd.DataFrame, name: str, contract: Contract) -> None:
    if not pd.api.types.is_numeric_dtype(frame[name]):
        raise FrameError(
            f"Column {name} of a table of {contract.name} must hold numbers "
            f"but holds {frame[name].dtype}, for instance {frame[name].iloc[:1].tolist()}. "
            "Convert it, or name the column that holds the numbers."
        )


def _listed(names: "pd.Index[str]") -> str:
    shown = ", ".join(map(str, names[:12]))
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown or "no columns"
