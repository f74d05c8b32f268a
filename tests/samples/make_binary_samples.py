"""Make the binary samples from invented numbers: python tests/samples/make_binary_samples.py."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.io import savemat

HERE = Path(__file__).parent


def bdf_parquet() -> None:
    table = pa.table(
        {
            "test_time_millisecond": pa.array([0, 1500, 3001], pa.int64()),
            "current_ampere": [0.5, 0.5, -0.25],
            "voltage_volt": pa.array([3.5, 3.625, 3.25], pa.float32()),
            "cycle_dimensionless": pa.array([0, 0, 1], pa.int32()),
            "date_time_millisecond": pa.array([1700000000000, 1700000001500, 1700000003001]),
            "Ambient Temperature / degC": [25.0, None, 25.5],
            "comment": ["a", "b", "c"],
        }
    )
    pq.write_table(table, HERE / "bdf_parquet" / "legacy.bdf.parquet")


def parquet() -> None:
    table = pa.table(
        {
            "cell": pa.array(["x-1", "x-1", "x-2"]).dictionary_encode(),
            "cycle_count": pa.array([1, 2, 1], pa.int16()),
            "cycle_discharging_capacity_ah": pa.array([1.5, 1.25, 1.75], pa.float32()),
            "complete": [True, True, False],
            "remark": ["", "", "end"],
        }
    )
    pq.write_table(table, HERE / "parquet" / "cycles.parquet")


def nasa_pcoe_mat() -> None:
    def measured(kind: str, time: list[float], current: list[float], voltage: list[float]):
        name = "charge" if kind == "charge" else "load"
        return {
            "Voltage_measured": np.array(voltage),
            "Current_measured": np.array(current),
            "Temperature_measured": np.full(len(time), 24.5),
            f"Current_{name}": np.array(current),
            f"Voltage_{name}": np.array(voltage),
            "Time": np.array(time),
        }

    sweep = {"Sense_current": np.array([1 + 1j]), "Re": 0.05, "Rct": 0.07}
    discharge = measured("discharge", [0, 10, 20.5], [-0.0, -2, -2], [4.1, 3.5, 2.5])
    operations = [
        ("discharge", 24, [2009, 12, 31, 23, 59, 30.5], {**discharge, "Capacity": 0.0057}),
        ("impedance", 24, [2010, 1, 1, 0, 5, 0], sweep),
        ("charge", 24, [2010, 1, 1, 0, 10, 0], measured("charge", [0, 5], [1.5, 1.5], [3, 3.2])),
        ("discharge", 4, [2010, 1, 1, 1, 0, 0], {**discharge, "Capacity": np.empty((0, 0))}),
    ]
    cycle = np.empty(len(operations), dtype=object)
    for i, (kind, ambient, start, data) in enumerate(operations):
        cycle[i] = {
            "type": kind,
            "ambient_temperature": ambient,
            "time": np.array(start, dtype=float),
            "data": data,
        }
    records = np.zeros((1, len(operations)), dtype=[(name, object) for name in cycle[0]])
    for i, operation in enumerate(cycle):
        records[0, i] = tuple(operation.values())
    savemat(HERE / "nasa_pcoe_mat" / "B9999.mat", {"B9999": {"cycle": records}})


if __name__ == "__main__":
    bdf_parquet()
    parquet()
    nasa_pcoe_mat()
