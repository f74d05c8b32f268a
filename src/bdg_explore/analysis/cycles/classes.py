"""What a cycle was for: ageing, diagnosis, pulses, formation; or unfinished."""

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    COMPLETE,
    COULOMBIC_EFFICIENCY,
    CURRENT_STARTS,
    CYCLE,
    CYCLE_CLASS,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_TYPE,
    DISCHARGING_DURATION,
    DURATION,
    MEAN_DISCHARGING_CURRENT,
    REST_DURATION,
    START_TIME,
)
from bdg_explore.errors import FrameError
from bdg_explore.frames import CYCLES, check_frame

from ..records.arrays import Column, Floats, run_starts
from ..records.by_cell import rows_by_cell
from ..records.from_frames import numbers_of

AGEING: Final = "ageing"
DIAGNOSTIC: Final = "diagnostic"
PULSE: Final = "pulse"
FORMATION: Final = "formation"
UNFINISHED: Final = "unfinished"

WORDS: Final = {  # in the file's own name of a cycle's type; the first that fits
    PULSE: ("hppc", "pulse", "gitt", "dcir"),
    FORMATION: ("form",),
    DIAGNOSTIC: ("rpt", "reset", "diag", "reference", "check", "charact", "capacity", "ocv"),
    AGEING: ("aging", "ageing", "cycl", "regular"),
}
SAME_RATE: Final = 1.2  # rates nearer than this factor are one rate
MOST_IN_A_ROW: Final = 10  # longer is a change of protocol, not a diagnosis
LEAST_USUAL: Final = 5  # cycles of one rate, before any can be told from it
MOST_UNUSUAL: Final = 1 / 3  # of all cycles; more, and there is no usual rate
PULSE_STARTS: Final = 8
PULSE_FACTOR: Final = 3.0  # more starts of current than this times what is usual
PULSE_REST: Final = 0.5  # or more of the cycle at rest than this
FORMATION_EFFICIENCY: Final = 0.95  # of a first cycle; below it lithium goes into the SEI


def classify_cycles(cycles: pd.DataFrame) -> "pd.Series[Any]":
    """Say of every cycle what it was for.

    Parameters
    ----------
    cycles : DataFrame
        One row a cycle, as `summarize_cycles` gives them; with a column `cell`, of many cells.
        The rate comes from `mean_discharging_current_ampere` [A], else from capacity [Ah] over
        discharging duration [s]; `cycle_type`, `complete`, `current_start_count` and
        `coulombic_efficiency` are used where they are there.

    Returns
    -------
    Series
        `cycle_class` with the index of `cycles`: *ageing*, *diagnostic*, *pulse*, *formation* or
        *unfinished*.

    Raises
    ------
    FrameError
        If the frame tells neither a rate nor a type.

    Notes
    -----
    What the file says (`cycle_type`) decides, where it says anything. Otherwise, for each cell:
    cycles that are not complete are unfinished. Discharging currents within a factor of 1.2 of
    their neighbours in size are one rate, and the rate of most cycles is the usual one. Cycles of
    another rate are diagnostic, if no more than ten of them stand in a row (else the protocol was
    changed), and if they are at most a third of all. They are pulse tests if the current starts
    8 times or more, and either more than three times as often as usual or, where only few of a
    cell's cycles look like this, with more rest than current. A test that
    begins with slower cycles of which the first gave back less than 95 % begins with formation.

    Fit trends of capacity to one class at a time: a slow diagnosis gives more capacity than the
    fast cycles around it.
    """
    check_frame(cycles, CYCLES)
    rate = _rates(cycles)
    if rate is None and CYCLE_TYPE not in cycles:
        raise FrameError(
            f"To tell cycles apart takes {MEAN_DISCHARGING_CURRENT}, or "
            f"{CYCLE_DISCHARGING_CAPACITY} with {DISCHARGING_DURATION}, or {CYCLE_TYPE}, and the "
            "frame has none of them. summarize_cycles gives the first."
        )
    rate = np.full(len(cycles), np.nan) if rate is None else rate
    classes = np.full(len(cycles), AGEING, dtype=object)
    clock = cycles[START_TIME if START_TIME in cycles else CYCLE].to_numpy(dtype=np.float64)
    for _, rows in rows_by_cell(cycles):
        ordered = rows[np.argsort(clock[rows], kind="stable")]
        classes[ordered] = _of_cell(cycles, ordered, rate[ordered])
    if CYCLE_TYPE in cycles:
        told = cycles[CYCLE_TYPE].map(_of_word, na_action="ignore").to_numpy(dtype=object)
        known = pd.notna(told)
        classes[known] = told[known]
    return pd.Series(classes, index=cycles.index, name=CYCLE_CLASS)


def _rates(cycles: pd.DataFrame) -> Floats | None:
    if MEAN_DISCHARGING_CURRENT in cycles:
        return numbers_of(cycles, MEAN_DISCHARGING_CURRENT)
    if not {CYCLE_DISCHARGING_CAPACITY, DISCHARGING_DURATION} <= set(cycles.columns):
        return None
    hours = numbers_of(cycles, DISCHARGING_DURATION) / 3600.0
    passed = numbers_of(cycles, CYCLE_DISCHARGING_CAPACITY)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(hours > 0, passed / hours, np.nan)


def _of_word(word: object) -> str | None:
    text = str(word).lower()
    return next((kind for kind, words in WORDS.items() if any(w in text for w in words)), None)


def _of_cell(cycles: pd.DataFrame, rows: NDArray[np.intp], rate: Floats) -> Column:
    """Return the classes of one cell's cycles, which are given in test order."""

    def column(name: str) -> Floats | None:
        return numbers_of(cycles, name)[rows] if name in cycles else None

    classes = np.full(len(rows), AGEING, dtype=object)
    unusual, slower = _unusual(rate)
    classes[unusual] = DIAGNOSTIC
    efficiency = column(COULOMBIC_EFFICIENCY)
    if efficiency is not None and len(rows) and unusual[0] and slower[0]:
        begins = int(np.argmin(unusual)) if not unusual.all() else len(rows)
        if efficiency[0] < FORMATION_EFFICIENCY and slower[:begins].all():
            classes[:begins] = FORMATION
    starts, rest, whole = column(CURRENT_STARTS), column(REST_DURATION), column(DURATION)
    if starts is not None and np.isfinite(starts).any():
        many = starts >= PULSE_STARTS
        more = many & (starts > PULSE_FACTOR * np.nanmedian(starts))
        if rest is not None and whole is not None:
            resting = many & (rest > PULSE_REST * whole)
            few = resting.mean() <= MOST_UNUSUAL or len(rows) < LEAST_USUAL
            more |= resting & few
        classes[more] = PULSE
    complete = column(COMPLETE)
    if complete is not None:
        classes[complete == 0] = UNFINISHED
    return classes


def _unusual(rate: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which cycles run at another rate than most, and which at a lower one."""
    none = np.zeros(len(rate), dtype=bool)
    known = np.flatnonzero(rate > 0)
    if not len(known):
        return none, none
    logs = np.log(rate[known])
    order = np.argsort(logs, kind="stable")
    group = np.empty(len(known), dtype=np.int64)
    group[order] = np.append(0, np.cumsum(np.diff(logs[order]) > np.log(SAME_RATE)))
    counts = np.bincount(group)
    usual = int(np.argmax(counts))
    other = group != usual
    begins = run_starts(group)
    lengths = np.repeat(np.diff(begins, append=len(group)), np.diff(begins, append=len(group)))
    other &= lengths <= MOST_IN_A_ROW
    if counts[usual] < LEAST_USUAL or other.mean() > MOST_UNUSUAL:
        return none, none
    unusual, slower = none.copy(), none.copy()
    unusual[known] = other
    slower[known] = group < usual
    return unusual, slower
