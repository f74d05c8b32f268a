"""Plain facts about a table, neither good nor bad."""

import numpy as np

from ._series import Series
from ._spikes import voltage_spikes
from ._subject import Subject
from ._tables import CurveTable, CycleTable


def measures_of(subject: Subject) -> dict[str, float]:
    """Return the measures of one cell's table; see `QualityReport.measures`."""
    found = {"rows": float(subject.length)}
    if isinstance(subject, CycleTable):
        found["cycles"] = float(len(np.unique(subject.cycle)))
    if isinstance(subject, CurveTable):
        found["cycles"] = float(len(subject.numbers))
    if not isinstance(subject, Series):
        return found
    found["cycles"] = float(len(np.unique(subject.cycle[subject.starts])))
    if len(subject.passed):
        found["sampling_dt_median_s"] = float(np.median(subject.passed))
        volts = np.abs(np.diff(subject.voltage))
        volts = volts[np.isfinite(volts)] if np.isnan(volts.sum()) else volts
        if len(volts):
            found["dv_median_mv"] = 1e3 * float(np.median(volts))
    found["duplicate_share"] = len(subject.clock.duplicates) / subject.length
    spikes = voltage_spikes(subject)
    if spikes is not None:
        found["spike_share"] = len(spikes.places) / subject.length
    deviation = _counter_deviation(subject)
    if deviation is not None:
        found["counter_deviation"] = deviation
    return found


def _counter_deviation(series: Series) -> float | None:
    """Return the median difference of counter and integral, over the capacity."""
    off = []
    for counting in series.countings:
        if counting.counter.speaks:
            said = counting.said(series.units.capacity.get(counting.name, 1.0))
            off.append(np.abs(said - counting.integral)[np.isfinite(said)])
    capacity = series.facts.nominal_ah or series.life.typical_ah
    if not off or not len(np.concatenate(off)) or not capacity > 0:
        return None
    return float(np.median(np.concatenate(off))) / capacity
