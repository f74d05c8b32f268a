"""Repairs of the clock and of the count of cycles."""

import numpy as np
import pandas as pd

from bdg_explore.columns import CYCLE, STEP_TIME, TEST_TIME
from bdg_explore.errors import ParameterError

from ._repairs_of_values import Job
from ._rule import Floats, plural
from .repair_log import Change

CLOCK_SHARE = 0.1  # of the median interval: how far apart records on a stuck clock are set


def scale_time(job: Job) -> tuple[pd.DataFrame, Change]:
    """Multiply all times of the test by a factor."""
    factor = job.factors["time"]
    factors = np.ones(len(job.frame))
    if factor is None:
        for series, places in job.series():
            factors[places] = series.units.time
        if (factors == 1.0).all():
            raise ParameterError(
                "Nothing in the data names the unit of time; give time_factor=, 0.001 for "
                "milliseconds."
            )
    else:
        factors[:] = factor
    names = [name for name in (TEST_TIME, STEP_TIME) if name in job.frame.columns]
    if not names:
        raise ParameterError(f"{job.name} needs {TEST_TIME}, which the table does not have.")
    rows = np.flatnonzero(factors != 1.0)
    new = {n: job.frame[n].to_numpy(np.float64, na_value=np.nan) * factors for n in names}
    return job.changed(
        dict.fromkeys(names, rows),
        {name: values[rows] for name, values in new.items()},
        f"{' and '.join(names)} times {factors[rows[:1]].sum():.6g}.",
    )


def _times(job: Job) -> Floats:
    """Return a copy of the test time of a time series."""
    if job.table != "timeseries":
        raise ParameterError(f"{job.name} repairs a time series, not {job.table}.")
    return job.frame[TEST_TIME].to_numpy(dtype=np.float64, na_value=np.nan).copy()


def shift_time(job: Job) -> tuple[pd.DataFrame, Change]:
    """Let time run on wherever it begins anew: per cycle, or where files were joined."""
    new = _times(job)
    falls = 0
    for _, places in job.series():
        time = new[places]
        there = np.flatnonzero(np.isfinite(time))
        steps = np.diff(time[there])
        back = np.where(steps < 0, -steps, 0.0)
        falls += int((steps < 0).sum())
        time[there[1:]] += np.cumsum(back)
        new[places] = time
    old = job.frame[TEST_TIME].to_numpy(dtype=np.float64, na_value=np.nan)
    rows = np.flatnonzero((new != old) & np.isfinite(new))
    said = f"{TEST_TIME} made to run on at {plural(falls, 'place')}."
    return job.changed({TEST_TIME: rows}, {TEST_TIME: new[rows]}, said)


def interpolate_time(job: Job) -> tuple[pd.DataFrame, Change]:
    """Date lone misdated records between their neighbours."""
    new = _times(job)
    changed = [np.zeros(0, dtype=np.int64)]
    for series, places in job.series():
        wrong = places[series.clock.outliers]
        good = np.setdiff1d(places[np.isfinite(new[places])], wrong)
        new[wrong] = np.interp(wrong, good, new[good])
        changed.append(wrong)
    rows = np.sort(np.concatenate(changed))
    said = f"{plural(len(rows), 'record')} dated between the neighbours."
    return job.changed({TEST_TIME: rows}, {TEST_TIME: new[rows]}, said)


def unstick_clock(job: Job) -> tuple[pd.DataFrame, Change]:
    """Set records at which the clock stood still a little apart."""
    new = _times(job)
    for series, places in job.series():
        if len(series.clock.stuck):
            here = places[series.clock.kept] if series.clock.kept is not None else places
            here = here[np.isfinite(new[here])]
            stuck = np.isin(here, places[series.clock.stuck])
            new[here] = _apart(new[here], stuck)
    old = job.frame[TEST_TIME].to_numpy(dtype=np.float64, na_value=np.nan)
    rows = np.flatnonzero((new != old) & np.isfinite(new))
    said = f"{plural(len(rows), 'record')} set apart by a tenth of the median interval or less."
    return job.changed({TEST_TIME: rows}, {TEST_TIME: new[rows]}, said)


def _apart(time: Floats, stuck: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Floats:
    """Return the times with the runs that hold a stuck record spread over a little time."""
    passed = np.diff(time)
    usual = float(np.median(passed[passed > 0])) if (passed > 0).any() else 0.0
    step = max(CLOCK_SHARE * usual, 1e-9)
    spread = time.copy()
    starts = np.concatenate(([0], np.flatnonzero(passed > 0) + 1))
    ends = np.append(starts[1:], len(time))
    for begin, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end - begin > 1 and stuck[begin:end].any():
            room = (time[end] - time[begin]) / (end - begin) if end < len(time) else step
            spread[begin:end] = time[begin] + min(step, room) * np.arange(end - begin)
    return spread


def renumber_cycles(job: Job) -> tuple[pd.DataFrame, Change]:
    """Count cycles on where their number falls."""
    if CYCLE not in job.frame.columns:
        raise ParameterError(f"{job.name} needs {CYCLE}, which the table does not have.")
    old = job.frame[CYCLE].to_numpy(dtype=np.float64, na_value=np.nan)
    new, falls = old.copy(), 0
    same_falls = job.table == "cycles"
    for _, places in job.cells():
        number = old[places]
        there = np.flatnonzero(np.isfinite(number))
        steps = np.diff(number[there])
        back = (steps <= 0) if same_falls else (steps < 0)
        falls += int(back.sum())
        number[there[1:]] += np.cumsum(np.where(back, 1.0 - steps, 0.0))
        new[places] = number
    rows = np.flatnonzero((new != old) & np.isfinite(new))
    values = new[rows]
    if pd.api.types.is_integer_dtype(job.frame[CYCLE].dtype):
        values = values.astype(np.int64)
    said = f"{CYCLE} made to count on at {plural(falls, 'place')}."
    return job.changed({CYCLE: rows}, {CYCLE: values}, said)
