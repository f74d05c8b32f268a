"""Deliberate flaws of a few demo cells, for those who look for them; each cell says so itself."""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    CAPACITY_SOURCE,
    COMPLETE,
    COULOMBIC_EFFICIENCY,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DISCHARGING_DURATION,
    DURATION,
    END_TIME,
    ENERGY_EFFICIENCY,
    GAP_DURATION,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_TEMPERATURE,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    PAUSED_DURATION,
    RECORD_COUNT,
    REST_DURATION,
    REST_VOLTAGE_AFTER_DISCHARGE,
    START_TIME,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)

Tables: TypeAlias = tuple[pd.DataFrame, pd.DataFrame]
_DAY: Final = 86_400.0


def _paused(cycles: pd.DataFrame, timeseries: pd.DataFrame) -> Tables:
    pause = 9 * _DAY
    for name in (START_TIME, END_TIME):
        cycles[name] = cycles[name] + pause * (cycles[CYCLE] > 300)
    timeseries[TEST_TIME] = timeseries[TEST_TIME] + pause * (timeseries[CYCLE] > 300)
    hit = cycles[CYCLE] == 100
    begin = float(cycles.loc[hit, START_TIME].iloc[0]) + 1800
    lost = (timeseries[CYCLE] == 100) & timeseries[TEST_TIME].between(begin, begin + 3600)
    kept = timeseries[~lost].reset_index(drop=True)
    times = kept.loc[kept[CYCLE] == 100, TEST_TIME].to_numpy()
    cycles.loc[hit, [GAP_DURATION, PAUSED_DURATION]] = np.diff(times).max()
    cycles.loc[hit, CAPACITY_SOURCE] = "counter"  # records alone would lack an hour of charge
    cycles.loc[hit, RECORD_COUNT] -= int(lost.sum())
    return cycles, kept


def _spiked(cycles: pd.DataFrame, timeseries: pd.DataFrame) -> Tables:
    rows = timeseries.index[
        (timeseries[CYCLE] == 100) & (timeseries[STEP_TYPE] == "constant_current_discharge")
    ]
    wild = {rows[20]: 4.8123, rows[21]: 1.0341, rows[45]: 0.0127}
    for row, volt in wild.items():
        timeseries.loc[row, VOLTAGE] = volt
    hit = cycles[CYCLE] == 100
    cycles.loc[hit, MINIMUM_VOLTAGE] = min(wild.values())
    cycles.loc[hit, MAXIMUM_VOLTAGE] = max(wild.values())
    return cycles, timeseries


def _unfinished(cycles: pd.DataFrame, timeseries: pd.DataFrame) -> Tables:
    last = int(cycles[CYCLE].iloc[-1])
    mine = timeseries[CYCLE] == last
    falling = timeseries.index[mine & (timeseries[STEP_TYPE] == "constant_current_discharge")]
    stop = falling[len(falling) // 2]
    kept = timeseries.loc[:stop].copy()
    row = cycles.index[-1]
    begun = float(timeseries.loc[falling[0], TEST_TIME])
    ended = float(kept[TEST_TIME].iloc[-1])
    share = (ended - begun) / float(cycles.loc[row, DISCHARGING_DURATION])
    for name in (
        CYCLE_DISCHARGING_CAPACITY,
        COULOMBIC_EFFICIENCY,
        CYCLE_DISCHARGING_ENERGY,
        ENERGY_EFFICIENCY,
    ):
        cycles.loc[row, name] = float(cycles.loc[row, name]) * share
    cycles.loc[row, DISCHARGING_DURATION] = ended - begun
    resting = kept.loc[(kept[CYCLE] == last) & (kept[STEP_TYPE] == "rest"), TEST_TIME]
    cycles.loc[row, REST_DURATION] = float(resting.iloc[-1] - resting.iloc[0])
    cycles.loc[row, REST_VOLTAGE_AFTER_DISCHARGE] = np.nan
    cycles.loc[row, END_TIME] = ended
    cycles.loc[row, DURATION] = ended - float(cycles.loc[row, START_TIME])
    cycles.loc[row, COMPLETE] = False
    cycles.loc[row, RECORD_COUNT] = int((kept[CYCLE] == last).sum())
    cycles.loc[row, MINIMUM_VOLTAGE] = float(kept.loc[kept[CYCLE] == last, VOLTAGE].min())
    return cycles, kept


def _stuck(cycles: pd.DataFrame, timeseries: pd.DataFrame) -> Tables:
    stuck = 24.875
    late = cycles[CYCLE] >= 200
    for name in (MEAN_TEMPERATURE, MINIMUM_TEMPERATURE, MAXIMUM_TEMPERATURE):
        cycles.loc[late, name] = stuck
    timeseries.loc[timeseries[CYCLE] >= 200, SURFACE_TEMPERATURE] = stuck
    return cycles, timeseries


def _lost(cycles: pd.DataFrame, timeseries: pd.DataFrame) -> Tables:
    kept = cycles[~cycles[CYCLE].between(151, 170)].reset_index(drop=True)
    return kept, timeseries[~timeseries[CYCLE].between(151, 170)].reset_index(drop=True)


_SPOILERS: Final[dict[str, tuple[str, Callable[[pd.DataFrame, pd.DataFrame], Tables]]]] = {
    "LFP_25C_0-100_0.5-1C_c": (
        "nine days without power after cycle 300, and an hour unrecorded in cycle 100",
        _paused,
    ),
    "LFP_25C_0-100_3-1C_b": ("the thermometer reads one value from cycle 200 on", _stuck),
    "NMC532_10C_0-100_0.5-1C_b": ("cycles 151 to 170 are lost", _lost),
    "NMC532_25C_0-100_0.5-1C_c": (
        "the tester stopped half way through the last discharge",
        _unfinished,
    ),
    "NMC811_25C_0-100_0.5-1C_b": (
        "three wild voltages in the discharge of cycle 100",
        _spiked,
    ),
}
# What a spoilt cell says about itself.
FLAWS: Final = {name: text for name, (text, _) in _SPOILERS.items()}


def spoil(native_id: str, cycles: pd.DataFrame, timeseries: pd.DataFrame) -> Tables:
    """Give a cell its deliberate flaw, if it has one.

    Parameters
    ----------
    native_id : str
        The cell.
    cycles, timeseries : DataFrame
        Its sound tables.

    Returns
    -------
    cycles, timeseries : DataFrame
        The tables as a careless laboratory would have kept them.
    """
    if native_id not in _SPOILERS:
        return cycles, timeseries
    _, spoiler = _SPOILERS[native_id]
    return spoiler(cycles.copy(), timeseries.copy())
