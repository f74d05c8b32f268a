"""Voltages that leave their neighbours while the current is constant: Hampel's rule."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ._rule import Bools, Floats, Ints

if TYPE_CHECKING:
    from ._series import Series

SCALE: Final = 1.4826  # median deviation of normal noise to its standard deviation
REST_SLACK: Final = 2e-3  # of the largest current
AT_ONCE: Final = 200_000


@dataclass(frozen=True)
class Spikes:
    """Where the voltage spikes, and by how much [V]."""

    places: Ints
    off_volt: Floats


def voltage_spikes(series: "Series") -> Spikes | None:
    """Return the spikes of a series, found once; None if there is nowhere to look."""
    if "spikes" not in series.memo:
        series.memo["spikes"] = _find(series)
    found: Spikes | None = series.memo["spikes"]
    return found


def _find(series: "Series") -> Spikes | None:
    settings = series.settings
    width = settings.spike_window
    reach = width // 2
    voltage = series.voltage
    there = np.flatnonzero(np.isfinite(voltage)) if np.isnan(voltage.sum()) else None
    voltage = np.asarray(voltage if there is None else voltage[there], dtype=np.float64)
    current = series.current if there is None else series.current[there]
    step = series.step if there is None or series.step is None else series.step[there]
    if len(voltage) < width:
        return None
    # the same current from record to record, so that a window of seven is constant or is not
    slack = np.maximum(np.abs(current[1:]), np.abs(current[:-1])) * settings.steady_share
    np.maximum(slack, REST_SLACK * series.largest_ampere, out=slack)
    joined: Bools = np.abs(np.diff(current)) <= slack
    if step is not None:
        joined &= step[1:] == step[:-1]
    broken = np.concatenate(([0], np.cumsum(~joined)))
    whole = broken[width - 1 :] == broken[: 1 - width]  # windows without a break, by first record
    if not whole.any():
        return None
    # a value 20 mV off most of its window has a step of a third of it within three records
    jumps = np.abs(np.diff(voltage)) >= settings.spike_volt / reach
    near = np.concatenate(([0], np.cumsum(jumps)))
    lively = near[width - 1 :] > near[: 1 - width]
    begins = np.flatnonzero(whole & lively)
    windows = np.lib.stride_tricks.sliding_window_view(voltage, width)
    places: list[Ints] = []
    off: list[Floats] = []
    for first in range(0, len(begins), AT_ONCE):
        chosen = begins[first : first + AT_ONCE]
        window = windows[chosen]
        middle = np.sort(window, axis=1)[:, reach]
        away = window[:, reach] - middle
        wild = np.abs(away) > settings.spike_volt
        chosen, window, middle, away = chosen[wild], window[wild], middle[wild], away[wild]
        deviation = np.sort(np.abs(window - middle[:, None]), axis=1)[:, reach]
        spike = np.abs(away) > settings.spike_deviations * SCALE * deviation
        places.append(chosen[spike] + reach)
        off.append(away[spike])
    found = np.concatenate(places) if places else np.zeros(0, dtype=np.int64)
    return Spikes(
        found if there is None else there[found], np.concatenate(off) if off else np.zeros(0)
    )
