"""Cycle summary by other people's tools, where they are installed.

python benchmarks/bench_peers.py [--rows 1000000]

pip install polars cellpycore beep PyProBE-Data (Python 3.13), into an environment of their own that
has this package as well. Each is given the record in the form it wants, outside the clock, and
makes the table of cycles it makes; their columns differ, and are counted. Their capacities must
agree with ours, else the run ends.
"""

import argparse
import importlib.util
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from made_record import ROWS_A_CYCLE, record
from measured import Measure, as_table, turns

from bdg_explore.analysis import summarize_cycles
from bdg_explore.columns import (
    CHARGING_CAPACITY,
    CHARGING_ENERGY,
    CURRENT,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    DISCHARGING_ENERGY,
    STEP,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)

COUNTERS = [CHARGING_CAPACITY, DISCHARGING_CAPACITY, CHARGING_ENERGY, DISCHARGING_ENERGY]
# What a job gives: the discharging capacity of each cycle [Ah], and how many columns its table has.
Told = tuple[np.ndarray, int]
FASTER = {"cellpycore": 3.0, "beep": 80.0}  # how many times we want to be


def by_pandas(frame: pd.DataFrame) -> Callable[[], Told]:
    aggregations: dict[str, Any] = {
        **{key: ["min", "max"] for key in COUNTERS},
        **{key: ["min", "max", "mean"] for key in [VOLTAGE, CURRENT, SURFACE_TEMPERATURE]},
        TEST_TIME: ["first", "last", "count"],
    }

    def job() -> Told:
        table = frame.groupby(CYCLE).agg(aggregations)
        passed = table[DISCHARGING_CAPACITY]
        return (passed["max"] - passed["min"]).to_numpy(), table.shape[1]

    return job


def by_polars(frame: pd.DataFrame) -> Callable[[], Told]:
    import polars as pl

    whole = pl.from_pandas(frame)
    wanted = [
        *[(pl.col(c).max() - pl.col(c).min()) for c in COUNTERS],
        *[
            part(pl.col(c)).alias(f"{c}_{name}")
            for c in (VOLTAGE, CURRENT, SURFACE_TEMPERATURE)
            for name, part in (("min", pl.Expr.min), ("max", pl.Expr.max), ("mean", pl.Expr.mean))
        ],
        pl.col(TEST_TIME).first().alias("begin"),
        pl.col(TEST_TIME).last().alias("end"),
        pl.len(),
    ]

    def job() -> Told:
        table = whole.group_by(CYCLE).agg(wanted).sort(CYCLE)
        return table[DISCHARGING_CAPACITY].to_numpy(), table.width

    return job


def by_cellpycore(frame: pd.DataFrame) -> Callable[[], Told]:
    import polars as pl
    from cellpycore import Data, make_step_table, make_summary
    from cellpycore.config import RawCols

    names = RawCols()
    raw = pl.DataFrame(
        {
            names.datapoint_num: np.arange(1, len(frame) + 1),
            names.test_time: frame[TEST_TIME],
            names.step_time: _since(frame[TEST_TIME], frame[STEP]),
            names.test_id: np.zeros(len(frame), dtype=np.int64),
            names.step_num: ((frame[STEP] - 1) % 5 + 1).to_numpy(),
            names.cycle_num: frame[CYCLE].to_numpy(),
            names.potential: frame[VOLTAGE],
            names.current: frame[CURRENT],
            names.cumulative_charge_capacity: _in_cycle(frame, CHARGING_CAPACITY),
            names.cumulative_discharge_capacity: _in_cycle(frame, DISCHARGING_CAPACITY),
            names.cumulative_charge_energy: _in_cycle(frame, CHARGING_ENERGY),
            names.cumulative_discharge_energy: _in_cycle(frame, DISCHARGING_ENERGY),
            names.internal_resistance: np.zeros(len(frame)),
        }
    )

    def job() -> Told:
        data = Data()
        data.raw = raw
        table = make_summary(make_step_table(data)).summary
        return table["discharge_capacity"].to_numpy(), table.shape[1]

    return job


def by_pyprobe(frame: pd.DataFrame) -> Callable[[], Told]:
    import polars as pl
    from pyprobe.analysis.cycling import summary
    from pyprobe.filters import Experiment

    raw = pl.DataFrame(
        {
            "Time [s]": frame[TEST_TIME].to_numpy(),
            "Step": ((frame[STEP] - 1) % 5 + 1).to_numpy(),
            "Event": frame[STEP].to_numpy() - 1,
            "Current [A]": frame[CURRENT].to_numpy(),
            "Voltage [V]": frame[VOLTAGE].to_numpy(),
            "Capacity [Ah]": (frame[CHARGING_CAPACITY] - frame[DISCHARGING_CAPACITY]).to_numpy(),
        }
    )

    def job() -> Told:
        whole = Experiment(
            lf=raw.lazy(), info={}, column_definitions={}, step_descriptions={}, cycle_info=[]
        )
        table = summary(whole, dchg_before_chg=False).data
        return table["Discharge Capacity [Ah]"].to_numpy(), table.width

    return job


def by_beep(frame: pd.DataFrame) -> Callable[[], Told]:
    from beep.structure.base import BEEPDatapath

    class Held(BEEPDatapath):
        """Records that were read already."""

        @classmethod
        def from_file(cls, path: str) -> Any:
            raise NotImplementedError

    clock = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(frame[TEST_TIME], unit="s")
    raw = pd.DataFrame(
        {
            "test_time": frame[TEST_TIME],
            "date_time": clock.astype("int64") / 1e9,
            "date_time_iso": clock.map(pd.Timestamp.isoformat),
            "cycle_index": frame[CYCLE],
            "step_index": frame[STEP],
            "voltage": frame[VOLTAGE],
            "current": frame[CURRENT],
            "charge_capacity": _in_cycle(frame, CHARGING_CAPACITY),
            "discharge_capacity": _in_cycle(frame, DISCHARGING_CAPACITY),
            "charge_energy": _in_cycle(frame, CHARGING_ENERGY),
            "discharge_energy": _in_cycle(frame, DISCHARGING_ENERGY),
            "temperature": frame[SURFACE_TEMPERATURE],
            "internal_resistance": 0.0,
        }
    )

    def job() -> Told:
        cell = Held(raw.copy(), metadata={}, paths={})
        table = cell.summarize_cycles(nominal_capacity=1.0)
        return table["discharge_capacity"].to_numpy(), table.shape[1]

    return job


PEERS: dict[str, tuple[str, Callable[[pd.DataFrame], Callable[[], Told]]]] = {
    "pandas": ("pandas", by_pandas),
    "polars": ("polars", by_polars),
    "cellpycore": ("cellpycore", by_cellpycore),
    "pyprobe": ("PyProBE", by_pyprobe),
    "beep": ("BEEP", by_beep),
}


def measures(rows: int = 1_000_000, repeats: int = 5) -> Iterator[Measure]:
    """Yield the summary against each tool that is installed; the ratio is ours over theirs."""
    frame = record(rows // ROWS_A_CYCLE)
    ours = summarize_cycles(frame)
    for package, (name, prepare) in PEERS.items():
        if importlib.util.find_spec(package) is None:
            print(f"{name} is not installed here")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # theirs, about their own future
            job = prepare(frame)
            capacities, columns = job()
            _agree(name, capacities, ours[CYCLE_DISCHARGING_CAPACITY].to_numpy())
            count = 1 if package == "beep" else repeats
            theirs, mine = turns(job, lambda: summarize_cycles(frame), count=count)
        yield Measure(
            f"cycle summary in memory, {rows:,} rows, {len(ours.columns)} columns",
            f"{name}, {columns} columns",
            mine,
            theirs,
            target=1 / FASTER[package] if package in FASTER else None,
        )


def _agree(name: str, theirs: np.ndarray, ours: np.ndarray) -> None:
    # the last cycle may be left out, and a counter may begin at its first record
    if not np.allclose(theirs[: len(ours) - 1], ours[: len(theirs)][: len(ours) - 1], rtol=0.01):
        raise SystemExit(f"{name} finds other capacities: {theirs[:3]}, ours are {ours[:3]} Ah")


def _in_cycle(frame: pd.DataFrame, counter: str) -> np.ndarray:
    """Return a counter that begins anew with each cycle."""
    begins = frame.groupby(CYCLE)[counter].transform("first")
    return (frame[counter] - begins).to_numpy()


def _since(time: pd.Series, step: pd.Series) -> np.ndarray:
    return (time - time.groupby(step).transform("first")).to_numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    print(as_table(measures(parser.parse_args().rows)))


if __name__ == "__main__":
    main()
