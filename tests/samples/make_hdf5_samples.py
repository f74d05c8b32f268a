"""Make the HDF5 and JSON samples from invented numbers: python tests/samples/make_hdf5_samples.py.

The functions that build files are used by tests too.
"""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.io import savemat

HERE = Path(__file__).parent


def keep(folder: str, file: str, content: bytes, table: str, unmapped: list, columns: dict) -> None:
    """Write a sample, and beside it the frame it must give, worked out by hand."""
    path = HERE / folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    expected = {"table": table, "columns": columns, "unmapped": unmapped}
    path.with_name(f"{file}.expected.json").write_text(json.dumps(expected, indent=1) + "\n")


# --- MATLAB 7.3 -----------------------------------------------------------------------------------


class Mat73:
    """Writes values as MATLAB 7.3 keeps them: cells and structures by references."""

    def __init__(self, file: h5py.File) -> None:
        self.file, self.count = file, 0

    def store(self, where: h5py.Group, name: str, value: object) -> h5py.Dataset | h5py.Group:
        """Write one value: text, numbers, a list (cell), a dict (structure)."""
        match value:
            case str():
                codes = np.array([[ord(c)] for c in value], dtype=np.uint16)
                made = where.create_dataset(name, data=codes)
                made.attrs["MATLAB_class"] = np.bytes_("char")
            case dict():
                made = where.create_group(name)
                made.attrs["MATLAB_class"] = np.bytes_("struct")
                for field, inner in value.items():
                    self.store(made, field, inner)
            case list():
                made = where.create_dataset(name, (len(value), 1), dtype=h5py.ref_dtype)
                made.attrs["MATLAB_class"] = np.bytes_("cell")
                for i, inner in enumerate(value):
                    made[i, 0] = self.refer(inner)
            case _:
                numbers = np.atleast_2d(np.asarray(value, dtype=np.float64))
                if numbers.size == 0:
                    made = where.create_dataset(name, data=np.array([0, 0], dtype=np.uint64))
                    made.attrs["MATLAB_empty"] = np.uint8(1)
                else:
                    made = where.create_dataset(name, data=numbers.T)
                made.attrs["MATLAB_class"] = np.bytes_("double")
        return made

    def refer(self, value: object) -> h5py.Reference:
        """Write a value where others refer to it."""
        self.count += 1
        return self.store(self.file.require_group("#refs#"), f"r{self.count}", value).ref


def mat73(variables: dict[str, object], records: dict[str, Sequence[dict]]) -> bytes:
    """Write a MATLAB 7.3 file; `records` are structure arrays of more than one entry."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=512) as file:
        mat = Mat73(file)
        for name, entries in records.items():
            group = file.create_group(name)
            group.attrs["MATLAB_class"] = np.bytes_("struct")
            for field in entries[0]:
                held = group.create_dataset(field, (len(entries), 1), dtype=h5py.ref_dtype)
                for i, entry in enumerate(entries):
                    held[i, 0] = mat.refer(entry[field])
        for name, value in variables.items():
            mat.store(file, name, value)
    content = bytearray(buffer.getvalue())
    text = b"MATLAB 7.3 MAT-file, Platform: none, Created on: never HDF5 schema 1.00 ."
    content[:128] = text.ljust(124) + b"\x00\x02IM"
    return bytes(content)


VOLTAGES = [3.5, 3.0, 2.5, 2.0]


def matr_cell(life: float, rate: float = 1.1) -> dict:
    """One invented cell: two cycles of an hour's charge and half an hour's discharge at 2 C."""
    minutes = [0.0, 60.0, 60.0, 90.0]
    current = [1.1 / rate, 1.1 / rate, -2.2 / rate, -2.2 / rate]
    again = {
        "t": [np.array(minutes[:])] * 2,
        "I": [np.array(current)] * 2,
        "V": [np.array([3.25, 3.5, 3.0, 2.5])] * 2,
        "T": [np.array([30.0, 30.5, 31.0, 32.0])] * 2,
        "Qc": [np.array([0.0, 1.1, 1.1, 1.1])] * 2,
        "Qd": [np.array([0.0, 0.0, 0.0, 1.1])] * 2,
        "Qdlin": [np.array([0.0, 0.5, 1.0, 1.1]), np.array([0.0, 0.45, 0.9, 1.0])],
    }
    summary = {
        "cycle": [1.0, 2.0], "QDischarge": [1.1, 1.0], "QCharge": [1.1, 1.05],
        "IR": [0.015, 0.0155], "Tavg": [30.5, 31.0], "Tmin": [29.5, 29.75], "Tmax": [33.0, 33.5],
        "chargetime": [10.0, 10.5],
    }  # fmt: skip
    return {
        "policy_readable": "3.6C(80%)-3.6C",
        "cycle_life": life,
        "barcode": "EL000",
        "channel_id": "CH1",
        "summary": {name: np.array(values) for name, values in summary.items()},
        "cycles": again,
        "Vdlin": np.array(VOLTAGES),
    }


def matr(cells: int = 2, rate: float = 1.1) -> bytes:
    """An invented batch of 2017-06-30."""
    entries = [matr_cell(500.0 + i, rate) for i in range(cells)]
    return mat73({"batch_date": "2017-06-30"}, {"batch": entries})


def matr_mat() -> None:
    columns = {
        "cell": ["b2c0", "b2c0", "b2c1", "b2c1"],
        "cycle_count": [1, 2, 1, 2],
        "cycle_charging_capacity_ah": [1.1, 1.05, 1.1, 1.05],
        "cycle_discharging_capacity_ah": [1.1, 1.0, 1.1, 1.0],
        "internal_resistance_ohm": [0.015, 0.0155, 0.015, 0.0155],
        "mean_temperature_celsius": [30.5, 31.0, 30.5, 31.0],
        "minimum_temperature_celsius": [29.5, 29.75, 29.5, 29.75],
        "maximum_temperature_celsius": [33.0, 33.5, 33.0, 33.5],
        "charging_duration_second": [600.0, 630.0, 600.0, 630.0],
    }
    keep("matr_mat", "batch.mat", matr(), "cycles", [], columns)


# --- HDF5 of other makers -------------------------------------------------------------------------


def store_of(columns: dict[str, Sequence], blocks: Sequence[Sequence[str]], group: str) -> bytes:
    """Write a frame as pandas does in its fixed form."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        made = file.create_group(group)
        made.attrs["pandas_type"] = np.bytes_("frame")
        made.attrs["nblocks"] = len(blocks)
        made["axis0"] = np.array(list(columns), dtype="S")
        made["axis1"] = np.arange(len(next(iter(columns.values()))))
        for i, names in enumerate(blocks):
            made[f"block{i}_items"] = np.array(names, dtype="S")
            made[f"block{i}_values"] = np.array([columns[name] for name in names]).T
    return buffer.getvalue()


def indigo_h5() -> None:
    out, back = 10, 4  # records of the discharge, 180 s apart, and of the charge
    rows = range(out + back)
    seconds = [180.0 * i for i in rows]
    current = [-2.0] * out + [2.0] * back
    coulomb = [-360.0 * i for i in range(out)] + [360.0 * i for i in range(back)]
    energy = [3.0 * q for q in coulomb]
    volts = [4.0 - i / 16 for i in range(out)] + [3.5 + i / 16 for i in range(back)]
    columns = {
        "cell_id": [452 for _ in rows],
        "cycle_count": [1 for _ in rows],
        "half_cycle_count": [1] * out + [2] * back,
        "system_time_us": [1_600_000_000_500_000 + 180_000_000 * i for i in rows],
        "time_s": seconds,
        "cell_coulomb_count_c": coulomb,
        "cell_current_a": current,
        "cell_temperature_c": [25.0 for _ in rows],
        "cell_power_w": [i * v for i, v in zip(current, volts, strict=True)],
        "cell_energy_j": energy,
        "cell_voltage_v": volts,
    }
    whole = ["cell_id", "cycle_count", "half_cycle_count"]
    rest = [name for name in columns if name not in (*whole, "system_time_us")]
    content = store_of(columns, [whole, ["system_time_us"], rest], "time_series_data")
    expected = {
        "record_index": list(rows),
        "test_time_second": seconds,
        "unix_time_second": [1_600_000_000.5 + s for s in seconds],
        "cycle_count": columns["cycle_count"],
        "step_count": columns["half_cycle_count"],
        "current_ampere": current,
        "voltage_volt": volts,
        "power_watt": columns["cell_power_w"],
        "step_net_capacity_ah": [q / 3600 for q in coulomb],
        "step_net_energy_wh": [e / 3600 for e in energy],
        "surface_temperature_celsius": columns["cell_temperature_c"],
    }
    keep("indigo_h5", "store.h5", content, "timeseries", [], expected)


def table_of(tables: dict[str, dict[str, Sequence]], attributes: dict[str, str]) -> bytes:
    """Write compound tables as PyTables does."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, columns in tables.items():
            arrays = {n: np.array(v, dtype="S") if isinstance(v[0], str) else np.array(v)
                      for n, v in columns.items()}  # fmt: skip
            rows = np.zeros(
                len(next(iter(arrays.values()))), [(n, a.dtype) for n, a in arrays.items()]
            )
            for column, array in arrays.items():
                rows[column] = array
            made = file.create_dataset(name, data=rows)
            for key, value in attributes.items():
                made.attrs[key] = value
        file.attrs["metadata"] = "{}"
    return buffer.getvalue()


BATTDAT = {
    "test_time": [0.0, 1800.0, 3600.0, 5400.0],
    "time": [1_600_000_000.0, 1_600_001_800.0, 1_600_003_600.0, 1_600_005_400.0],
    "cycle_number": [0, 0, 0, 1],
    "step_index": [0, 0, 1, 0],
    "state": ["charging", "charging", "discharging", "charging"],
    "method": ["constant_current", "constant_current", "constant_current", "constant_current"],
    "voltage": [3.5, 4.0, 3.5, 3.75],
    "current": [1.0, 1.0, -1.0, 1.0],
    "temperature": [25.0, 25.5, 26.0, 26.5],
    "cycle_capacity": [0.0, -0.5, -0.25, 0.0],
    "cycle_energy_charge": [0.0, 6750.0, 6750.0, 0.0],
    "cycle_capacity_charge": [0.0, 0.5, 0.5, 0.0],
}
BATTDAT_GIVES = {
    "test_time_second": [0.0, 1800.0, 3600.0, 5400.0],
    "unix_time_second": [1_600_000_000.0, 1_600_001_800.0, 1_600_003_600.0, 1_600_005_400.0],
    "cycle_count": [0, 0, 0, 1],
    "step_id": [0, 0, 1, 0],
    "step_count": [1, 1, 2, 3],
    "step_type": ["constant_current"] * 4,
    "voltage_volt": [3.5, 4.0, 3.5, 3.75],
    "current_ampere": [1.0, 1.0, -1.0, 1.0],
    "surface_temperature_celsius": [25.0, 25.5, 26.0, 26.5],
    "cycle_charging_capacity_ah": [0.0, 0.5, 0.5, 0.0],
    "cycle_charging_energy_wh": [0.0, 1.875, 1.875, 0.0],
    "cycle_net_capacity_ah": [0.0, 0.5, 0.25, 0.0],
}


def battdat() -> None:
    content = table_of({"raw_data": BATTDAT}, {"battdat_version": "1.0", "metadata": "{}"})
    keep("battdat_h5", "raw.h5", content, "timeseries", ["state"], BATTDAT_GIVES)
    table = pa.table(BATTDAT).replace_schema_metadata({"battery_metadata": "{}"})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    content = buffer.getvalue()
    keep("battdat_parquet", "raw.parquet", content, "timeseries", ["state"], BATTDAT_GIVES)


GALVANALYSER = {
    "SampleNumber": [1, 2, 3, 4],
    "ElapsedTime_s": [0.0, 60.0, 120.0, 180.0],
    "Voltage_V": [3.5, 3.75, 3.75, 3.5],
    "Current_A": [2.0, 2.0, 0.0, 1.0],
    "Temperature_K": [298.15, 298.65, 299.15, 298.15],
    "StepNumber": [1, 1, 2, 3],
    "State": ["C", "C", "R", "D"],
    "DateTime": [1_600_000_000_000_000 + 60_000_000 * i for i in range(4)],
    "Cyc#": [1.0, 1.0, 1.0, 1.0],
    "ChargeCapacity_A.h": [0.0, 0.25, 0.25, 0.25],
}
GALVANALYSER_GIVES = {
    "test_time_second": [0.0, 60.0, 120.0, 180.0],
    "voltage_volt": [3.5, 3.75, 3.75, 3.5],
    "current_ampere": [2.0, 2.0, 0.0, -1.0],
    "unix_time_second": [1_600_000_000.0, 1_600_000_060.0, 1_600_000_120.0, 1_600_000_180.0],
    "cycle_count": [1, 1, 1, 1],
    "step_id": [1, 1, 2, 3],
    "step_type": ["C", "C", "R", "D"],
    "step_count": [1, 1, 2, 3],
    "record_index": [1, 2, 3, 4],
    "surface_temperature_celsius": [25.0, 25.5, 26.0, 25.0],
}


def galvanalyser() -> None:
    table = pa.table(GALVANALYSER)
    dates = table["DateTime"].cast(pa.timestamp("us"))
    table = table.set_column(table.column_names.index("DateTime"), "DateTime", dates)
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    keep("galvanalyser_parquet", "partition.parquet", buffer.getvalue(), "timeseries",
         ["ChargeCapacity_A.h"], GALVANALYSER_GIVES)  # fmt: skip


BDF_GIVES = {
    "test_time_second": [0.0, 1.5, 3.0],
    "voltage_volt": [3.5, 3.625, 3.25],
    "current_ampere": [0.5, 0.5, -0.25],
}


def bdf_h5() -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["Test Time / ms"] = np.array([0, 1500, 3000])
        file["Voltage / V"] = np.array([3.5, 3.625, 3.25])
        file["Current / mA"] = np.array([500.0, 500.0, -250.0])
    order = ("current_ampere", "test_time_second", "voltage_volt")
    labels = {name: BDF_GIVES[name] for name in order}
    keep("bdf_h5", "labels.bdf.h5", buffer.getvalue(), "timeseries", [], labels)
    columns = {**BDF_GIVES, "comment": ["a", "b", "c"]}
    content = table_of({"data": columns}, {})
    keep("bdf_h5", "machine.bdf.h5", content, "timeseries", ["comment"], BDF_GIVES)


def bdf_json() -> None:
    labels = {"Test Time / h": [0.0, 0.5], "Voltage / V": [3.5, None], "Current / A": [0.5, 0.25]}
    text = "\n".join(json.dumps({n: v[i] for n, v in labels.items()}) for i in range(2))
    columns = {
        "test_time_second": [0.0, 1800.0],
        "voltage_volt": [3.5, None],
        "current_ampere": [0.5, 0.25],
    }
    keep("bdf_json", "lines.bdf.json", text.encode(), "timeseries", [], columns)
    whole = {"metadata": {"cell": "x"}, "data": BDF_GIVES}
    keep("bdf_json", "columns.bdf.json", json.dumps(whole).encode(), "timeseries", [], BDF_GIVES)


# --- BEEP, and MATLAB 5 ---------------------------------------------------------------------------


def beep_json() -> None:
    summary = {
        "cycle_index": [0, 1],
        "discharge_capacity": [4.5, 4.25],
        "charge_capacity": [4.0, 4.5],
        "discharge_energy": [16.5, 15.5],
        "charge_energy": [15.5, 17.5],
        "dc_internal_resistance": [0.05, 0.0625],
        "temperature_average": [float("nan"), 25.5],
        "date_time_iso": ["2019-12-16T22:03:25+00:00", "2019-12-17T14:01:41+00:00"],
        "energy_efficiency": [1.0625, 0.875],
        "charge_throughput": [4.0, 8.5],
        "energy_throughput": [15.5, 33.0],
        "charge_duration": [float("nan"), 20165.0],
        "paused": [0, 0],
    }
    curves = {
        "cycle_index": [0, 0],
        "step_type": ["discharge", "charge"],
        "voltage": [3.0, 3.0],
        "current": [-1.0, 1.0],
        "charge_capacity": [float("nan"), 0.25],
        "discharge_capacity": [4.25, 0.0],
    }
    diagnostic = {"cycle_index": [0, 1], "cycle_type": ["reset", "hppc"]}
    content = {
        "@module": "beep.structure",
        "@class": "ProcessedCyclerRun",
        "barcode": "00021F",
        "protocol": "invented.000",
        "summary": summary,
        "cycles_interpolated": curves,
        "diagnostic_summary": diagnostic,
        "diagnostic_interpolated": None,
    }
    columns = {
        "cycle_count": [0, 1],
        "unix_time_second": [1_576_533_805.0, 1_576_591_301.0],
        "cycle_type": ["reset", "hppc"],
        "cycle_charging_capacity_ah": [4.0, 4.5],
        "cycle_discharging_capacity_ah": [4.5, 4.25],
        "cycle_charging_energy_wh": [15.5, 17.5],
        "cycle_discharging_energy_wh": [16.5, 15.5],
        "energy_efficiency": [1.0625, 0.875],
        "charging_capacity_ah": [4.0, 8.5],
        "charging_energy_wh": [15.5, 33.0],
        "dc_internal_resistance_ohm": [0.05, 0.0625],
        "mean_temperature_celsius": [None, 25.5],
    }
    left = ["charge_duration", "paused"]
    keep("beep_json", "structure.json", json.dumps(content).encode(), "cycles", left, columns)


def oxford_part(day: float, capacity: float, volts: Sequence[float], **more: float) -> dict:
    """One charge or discharge of three records, six hours apart; 740 mAh in twelve hours."""
    columns = {
        "t": day + np.array([0.0, 0.25, 0.5]),
        "v": np.array(volts),
        "q": np.array([0.0, capacity / 2, capacity]),
        "T": np.array([40.0, 40.5, 41.0]),
        **{name: np.full(3, value) for name, value in more.items()},
    }
    return {name: values.reshape(-1, 1) for name, values in columns.items()}


def mat5(variables: dict) -> bytes:
    """Write a MATLAB 5 file that says nothing of when it was written."""
    buffer = io.BytesIO()
    savemat(buffer, variables, do_compression=True)
    content = bytearray(buffer.getvalue())
    content[:116] = b"MATLAB 5.0 MAT-file, Platform: none".ljust(116)
    return bytes(content)


def oxford_mat() -> None:
    up, down = (2.75, 3.75, 4.25), (4.25, 3.75, 2.75)

    def cycle(day: float, capacity: float) -> dict:
        return {
            "C1ch": oxford_part(day, capacity, up),
            "C1dc": oxford_part(day + 1, -capacity, down),
        }

    cells = {
        "Cell1": {"cyc0000": cycle(735000.0, 740.0), "cyc0100": cycle(735010.0, 720.0)},
        "Cell2": {"cyc0000": cycle(735000.5, 736.0)},
    }
    parts = [("Cell1", 0, 0.74), ("Cell1", 100, 0.72), ("Cell2", 0, 0.736)]
    milli = [1e3 * size * share for _, _, size in parts for share in (0, 0.5, 1)]
    charge, discharge = [], []
    for i in range(0, len(milli), 3):
        values = [float(f"{q:.6g}") / 1000 for q in milli[i : i + 3]]
        charge += [*values, None, None, None]
        discharge += [None, None, None, *values]
    columns = {
        "cell": [cell for cell, _, _ in parts for _ in range(6)],
        "cycle_count": [number for _, number, _ in parts for _ in range(6)],
        "step_type": ["C1ch"] * 3 + ["C1dc"] * 3 + ["C1ch"] * 3 + ["C1dc"] * 3 + ["C1ch"] * 3
        + ["C1dc"] * 3,
        "voltage_volt": [*up, *down] * 3,
        "charging_capacity_ah": charge,
        "discharging_capacity_ah": discharge,
        "surface_temperature_celsius": [40.0, 40.5, 41.0] * 6,
    }  # fmt: skip
    keep("oxford_mat", "dataset.mat", mat5(cells), "curves", [], columns)


if __name__ == "__main__":
    beep_json()
    oxford_mat()
    matr_mat()
    indigo_h5()
    battdat()
    galvanalyser()
    bdf_h5()
    bdf_json()
