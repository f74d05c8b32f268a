"""Repairs that change values: scale, turn round, leave without a value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bdg_explore.columns import CURRENT, VOLTAGE
from bdg_explore.errors import ParameterError

from ._parts import RAW, cells_of, columns_of, make_subject, of_cell
from ._rule import Ints, plural
from ._series import COUNTED, Series
from ._spikes import voltage_spikes
from ._subject import THERMOMETERS, Facts, Subject
from ._tables import CAPACITIES, CycleTable
from .repair_log import Change
from .sensor_rules import beyond_limits, standing_still
from .settings import Settings


@dataclass(frozen=True)
class Job:
    """What a repair is given: its name, the frame so far, and what the user said.

    Attributes
    ----------
    name, frame, table
        The repair, the frame as the repairs before left it, and which table it is.
    facts : mapping
        What is known about the cells.
    settings : Settings
        Thresholds.
    factors : mapping
        {"time": factor or None, "capacity": factor or None}.
    columns : sequence of str, optional
        Which columns to scale.
    """

    name: str
    frame: pd.DataFrame
    table: str
    facts: Mapping[str, Any]
    settings: Settings
    factors: Mapping[str, float | None]
    columns: Sequence[str] | None

    def cells(self) -> Iterator[tuple[Subject, Ints]]:
        """Yield every cell's table and the positions of its rows."""
        columns = columns_of(self.frame)
        for cell, rows in cells_of(self.frame):
            places = np.arange(len(self.frame)) if rows is None else rows
            own: dict[str, Any] = {n: of_cell(v, cell, n) for n, v in self.facts.items()}
            part = {name: values[places] for name, values in columns.items()}
            yield make_subject(part, self.table, Facts(cell, **own), self.settings), places

    def series(self) -> Iterator[tuple[Series, Ints]]:
        """Yield every cell's time series; say so if it is none."""
        for subject, places in self.cells():
            if not isinstance(subject, Series):
                raise ParameterError(f"{self.name} repairs a time series, not {self.table}.")
            yield subject, places

    def changed(
        self, rows: Mapping[str, Ints], values: Mapping[str, Any], said: str
    ) -> tuple[pd.DataFrame, Change]:
        """Return the frame with other values in some rows of some columns, and the change.

        Parameters
        ----------
        rows : mapping
            {column: positions}.
        values : mapping
            {column: the new values there, or one for all}.
        said : str
            What was done.
        """
        touched = [name for name, places in rows.items() if len(places)]
        if not touched:
            return self.frame, Change(self.name, "Nothing to repair.")
        hit = np.zeros(len(self.frame), dtype=bool)
        for name in touched:
            hit[rows[name]] = True
        where = np.flatnonzero(hit)
        frame = self.frame.copy(deep=False)
        before = {name: self.frame[name].iloc[where].copy() for name in touched}
        raw = tuple(f"{RAW}{name}" for name in touched if f"{RAW}{name}" not in frame.columns)
        for name in touched:
            column = frame[name]
            if isinstance(column.dtype, np.dtype) and column.dtype != _dtype_of(
                values[name], column
            ):
                column = column.astype(np.float64)
            new = column.copy()
            new.iloc[rows[name]] = values[name]
            if f"{RAW}{name}" in raw:
                frame[f"{RAW}{name}"] = self.frame[name]
            frame[name] = new
        return frame, Change(self.name, said, where, before, raw)


def _dtype_of(values: Any, column: "pd.Series[Any]") -> "np.dtype[Any]":
    """Return the type that holds both a column and its new values."""
    if isinstance(values, np.ndarray):
        return np.result_type(values.dtype, column.dtype)
    held = column.to_numpy().dtype
    return held if held.kind == "f" else np.dtype(np.float64)


def flip_sign(job: Job) -> tuple[pd.DataFrame, Change]:
    """Turn the current of all rows round."""
    if CURRENT not in job.frame.columns:
        raise ParameterError(f"{job.name} needs {CURRENT}, which the table does not have.")
    rows = np.arange(len(job.frame))
    new = (-job.frame[CURRENT]).to_numpy()
    return job.changed({CURRENT: rows}, {CURRENT: new}, f"{CURRENT} times -1.")


def scale_capacity(job: Job) -> tuple[pd.DataFrame, Change]:
    """Multiply capacities by a factor."""
    factor = job.factors["capacity"]
    factors: dict[str, np.ndarray[Any, np.dtype[np.float64]]] = {}
    if factor is not None:
        names = job.columns or [n for n in (*COUNTED, *CAPACITIES) if n in job.frame.columns]
        lost = [name for name in names if name not in job.frame.columns]
        if lost or not names:
            raise ParameterError(f"The table has no {lost[0] if lost else 'capacities'} to scale.")
        factors = {name: np.full(len(job.frame), factor) for name in dict.fromkeys(names)}
    else:
        for subject, places in job.cells():
            found = {}
            if isinstance(subject, Series):
                found = dict(subject.units.capacity)
            elif isinstance(subject, CycleTable):
                found = subject.capacity_factors
            for name, number in found.items():
                factors.setdefault(name, np.ones(len(job.frame)))[places] = number
        if not factors:
            raise ParameterError(
                "Nothing in the data names the unit of capacity; give capacity_factor=, "
                "0.001 for mAh."
            )
    new = {n: job.frame[n].to_numpy(np.float64, na_value=np.nan) * f for n, f in factors.items()}
    rows = {name: np.flatnonzero(f != 1.0) for name, f in factors.items()}
    said = ", ".join(f"{n} times {f[f != 1.0][:1].sum():.6g}" for n, f in factors.items())
    return job.changed(rows, {n: new[n][rows[n]] for n in rows}, f"{said}.")


def mask_spikes(job: Job) -> tuple[pd.DataFrame, Change]:
    """Leave spikes of the voltage without a value."""
    rows = [np.zeros(0, dtype=np.int64)]
    for series, places in job.series():
        spikes = voltage_spikes(series)
        if spikes is not None:
            rows.append(places[series.rows_of(spikes.places)])
    return _mask(job, {VOLTAGE: np.concatenate(rows)})


def mask_constant(job: Job) -> tuple[pd.DataFrame, Change]:
    """Leave sensors that stand still without a value."""
    rows: dict[str, list[Ints]] = {}
    for series, places in job.series():
        for name in (VOLTAGE, *THERMOMETERS):
            if name in series.columns:
                for begin, end, _ in standing_still(series, name):
                    found = places[series.rows_of(np.arange(begin, end))]
                    rows.setdefault(name, []).append(found)
    return _mask(job, {name: np.concatenate(parts) for name, parts in rows.items()})


def mask_limits(job: Job) -> tuple[pd.DataFrame, Change]:
    """Leave values beyond their limits without one."""
    rows: dict[str, list[Ints]] = {}
    for series, places in job.series():
        for name, found in beyond_limits(series).items():
            rows.setdefault(name, []).append(places[series.rows_of(found)])
    return _mask(job, {name: np.concatenate(parts) for name, parts in rows.items()})


def drop_sentinels(job: Job) -> tuple[pd.DataFrame, Change]:
    """Leave numbers that stand for no value without one."""
    rows: dict[str, list[Ints]] = {}
    for subject, places in job.cells():
        for name, found in subject.sentinels.items():
            rows.setdefault(name, []).append(places[found])
    return _mask(job, {name: np.concatenate(parts) for name, parts in rows.items()})


def mask_capacity_spikes(job: Job) -> tuple[pd.DataFrame, Change]:
    """Leave capacities far above their neighbours without a value."""
    rows: dict[str, list[Ints]] = {}
    for subject, places in job.cells():
        if not isinstance(subject, CycleTable):
            raise ParameterError(
                f"{job.name} repairs a table of cycles; summarize the time series first."
            )
        if subject.life.column:
            found = subject.rows[np.flatnonzero(subject.life.spikes)]
            rows.setdefault(subject.life.column, []).append(places[found])
    return _mask(job, {name: np.concatenate(parts) for name, parts in rows.items()})


def _mask(job: Job, rows: Mapping[str, Ints]) -> tuple[pd.DataFrame, Change]:
    said = [f"{plural(len(r), 'value')} of {name}" for name, r in rows.items() if len(r)]
    return job.changed(
        rows, dict.fromkeys(rows, np.nan), f"{', '.join(said)} left without a value."
    )
