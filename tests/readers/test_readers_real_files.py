"""Real files, under BDG_MIRROR: each reads to figures checked by another way, or fails by name."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bdg_explore import readers
from bdg_explore.errors import FrameError
from real_files import folder_with, needs_real

MIRROR = folder_with("nasa_pcoe")
pytestmark = needs_real("nasa_pcoe")
V, I, T = "voltage_volt", "current_ampere", "test_time_second"  # noqa: E741


def _by_hand(path: Path, header: str) -> list[float]:
    """One column, read by the csv module alone."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [float(row[header]) for row in csv.DictReader(stream) if row[header]]


@pytest.mark.parametrize(
    ("file", "rows", "headers"),
    [
        (
            "bdf/DLR__LiLNMOHydra0b__20221125__POCV__25degC__Basytec.bdf.csv",
            17860,
            {V: V, T: T, "ambient_temperature_celsius": "ambient_temperature_celsius"},
        ),
        (
            "bdf/SINTEF__LiGrR2032__2024-04-30__25degC__Landt.bdf.csv",
            25162,
            {V: V, T: T, "step_id": "step_index", "discharging_capacity_ah": None},
        ),
        (
            "bdf/fivestar_structured_battery_data.bdf.csv",
            13084,
            {
                V: "Voltage / V",
                T: "Test Time / s",
                "unix_time_second": "Unix Time / s",
                "temperature_t3_celsius": "Temperature 3 / °C",
                "step_count": "Step Count / 1",
            },
        ),
        (
            "raw/arbin/beep_2017-05-09_test-TC-contact_CH33.csv",
            287,
            {V: "Voltage", T: "Test_Time", "unix_time_second": "DateTime"},
        ),
        (
            "raw/arbin/beep_FastCharge_000025_CH8.csv",
            248,
            {V: "Voltage", "surface_temperature_celsius": "Temperature"},
        ),
        (
            "raw/arbin/rovi_arbin_example.csv",
            2142,
            {
                V: "Voltage",
                I: "Current",
                "cycle_charging_capacity_ah": "Charge_Capacity",
                "cycle_discharging_energy_wh": "Discharge_Energy",
                "internal_resistance_ohm": "Internal_Resistance",
                "cycle_count": "Cycle_Index",
            },
        ),
        (
            "raw/arbin/pyprobe_sample_data_arbin.csv",
            13,
            {
                V: "Voltage (V)",
                "temperature_t1_celsius": "Aux_Temperature_1 (C)",
                "internal_resistance_ohm": "Internal Resistance (Ohm)",
                "power_watt": "Power (W)",
            },
        ),
        (
            "battery_archive/CALCE_CX2-33_prism_LCO_25C_0-100_0.5-0.5C_d_cycle_data.csv",
            9,
            {
                "cycle_count": "Cycle_Index",
                "cycle_discharging_capacity_ah": "Discharge_Capacity (Ah)",
                "end_test_time_second": "Test_Time (s)",
                "maximum_current_ampere": "Max_Current (A)",
            },
        ),
        (
            "battery_archive/CALCE_CX2-33_prism_LCO_25C_0-100_0.5-0.5C_d_timeseries.csv",
            15,
            {V: "Voltage (V)", "cycle_charging_capacity_ah": "Charge_Capacity (Ah)"},
        ),
    ],
)
def test_csv_holds_the_values_of_the_file(file, rows, headers):
    frame = readers.read(MIRROR / file)
    assert len(frame) == rows
    for name, header in headers.items():
        truth = np.array(_by_hand(MIRROR / file, header or name))
        np.testing.assert_array_equal(frame[name].dropna().to_numpy(dtype=float), truth)


def test_fivestar_csv_and_parquet_are_one_test():
    path = MIRROR / "bdf" / "fivestar_structured_battery_data.bdf"
    both = [readers.read(f"{path}{suffix}") for suffix in (".csv", ".parquet")]
    pd.testing.assert_frame_equal(*both, check_exact=True)
    assert both[0][T].iloc[[0, -1]].tolist() == [0.0, 125618.21]


def test_legacy_bdf_in_milliseconds():
    frame = readers.read(MIRROR / "bdf" / "legacy.bdf.parquet")
    raw = pd.read_parquet(MIRROR / "bdf" / "legacy.bdf.parquet")
    assert len(frame) == 5000
    assert frame[T].iloc[1] == 1.0
    np.testing.assert_array_equal(frame[T], raw["test_time_millisecond"] / 1000)
    assert frame["unix_time_second"].iloc[0] == 1719933538.046
    np.testing.assert_array_equal(frame["cycle_count"], raw["cycle_dimensionless"])


def test_published_time_bug_is_refused_and_can_be_looked_at():
    (path,) = (MIRROR / "bdf").glob("*Time_Bug.bdf.csv")
    with pytest.raises(FrameError, match=r"Time_Bug.*runs backwards at row 722 .*19 times in all"):
        readers.read(path)
    frame = readers.read(path, check=False)
    assert len(frame) == 13086
    assert int((np.diff(frame[T]) < 0).sum()) == 19


def test_arbin_dates():
    arbin = MIRROR / "raw" / "arbin"
    frame = readers.read(arbin / "pyprobe_sample_data_arbin.csv")
    first = datetime(2024, 9, 20, 8, 32, 34, 558000, tzinfo=UTC).timestamp()
    assert frame["unix_time_second"].iloc[0] == first
    assert any("read as if UTC" in note for note in frame.attrs["source"]["notes"])
    old = readers.read(arbin / "beep_2017-05-09_test-TC-contact_CH33.csv")
    assert old["unix_time_second"].iloc[0] == 1494377253.17
    assert "cycle_count" not in old.columns
    assert old["current_ampere"].iloc[0] == 6.600444793701172


def test_arbin_counter_agrees_with_the_integral():
    frame = readers.read(MIRROR / "raw" / "arbin" / "rovi_arbin_example.csv")
    time, current = frame[T].to_numpy(), frame[I].to_numpy()
    for sign, name in ((1, "charging"), (-1, "discharging")):
        counter = np.diff(frame[f"cycle_{name}_capacity_ah"].to_numpy())
        passed = np.clip(sign * (current[1:] + current[:-1]) / 2, 0, None) * np.diff(time) / 3600
        kept = counter >= 0  # not across a restart
        assert counter[kept].sum() == pytest.approx(passed[kept].sum(), rel=0.01)


def test_battery_archive_excerpts():
    folder = MIRROR / "battery_archive"
    (path,) = folder.glob("*_cycle_data.csv")
    cycles = readers.read(path)
    assert cycles["cycle_discharging_capacity_ah"].sum() == pytest.approx(11.627, abs=1e-9)
    assert cycles["cycle_count"].tolist() == list(range(1, 10))
    (path,) = folder.glob("*_timeseries.csv")
    frame = readers.read(path)
    assert (
        frame["unix_time_second"].iloc[0]
        == datetime(2010, 9, 2, 14, 35, 40, tzinfo=UTC).timestamp()
    )
    source = frame.attrs["source"]["columns"]["surface_temperature_celsius"]
    assert source["nulls_in"] == source["nulls_out"] == 15


# file: records, cycles, discharges, capacities stated, missing
NASA = {
    "B0025": (104120, 29, 28, 28, 0),
    "B0029": (110487, 40, 40, 40, 0),
    "B0030": (110487, 40, 40, 40, 0),
    "B0038": (138423, 47, 47, 47, 0),
    "B0039": (138423, 47, 47, 47, 0),
    "B0045": (125484, 72, 72, 70, 2),
    "B0047": (125484, 72, 72, 69, 3),
    "B0049": (82411, 25, 25, 24, 1),
}


@pytest.mark.parametrize("cell", NASA)
def test_nasa_cell(cell):
    frame = readers.read(MIRROR / "nasa_pcoe" / f"{cell}.mat")
    records, cycles, discharges, stated, missing = NASA[cell]
    source = frame.attrs["source"]
    assert len(frame) == records
    assert frame["cycle_count"].max() == cycles
    assert (source["capacities_stated"], source["capacities_missing"]) == (stated, missing)
    assert np.diff(frame[T]).min() >= 0
    sign = frame.groupby("step_type", observed=True)["current_ampere"].mean()
    assert sign["charge"] > 0 > sign["discharge"]
    drawn = frame[frame["step_type"] == "discharge"]
    assert drawn["step_count"].nunique() == discharges
    assert drawn.groupby("cycle_count")["step_count"].nunique().max() == 1
    for _, part in drawn.groupby("step_count"):
        capacity = part["cycle_discharging_capacity_ah"].iloc[-1]
        below = np.flatnonzero(part[V].to_numpy() < 2.7)
        if np.isnan(capacity):
            assert len(below) == 0
            continue
        upto = part.iloc[: below[0] + 1]  # the first record below 2.7 V is the last that counts
        integral = -np.trapezoid(upto[I], upto[T]) / 3600
        assert integral == pytest.approx(capacity, rel=1e-4)


@pytest.mark.parametrize("cell", NASA)
def test_nasa_capacities_are_those_of_the_published_index(cell):
    index = pd.read_csv(MIRROR / "nasa_pcoe" / "cycle_index_shared.csv")
    mine = index[(index["battery_id"] == cell) & (index["type"] == "discharge")]
    assert len(mine) == NASA[cell][2]
    truth = pd.to_numeric(mine.sort_values("test_id")["Capacity"], errors="coerce")
    frame = readers.read(MIRROR / "nasa_pcoe" / f"{cell}.mat")
    drawn = frame[frame["step_type"] == "discharge"].groupby("step_count").last()
    np.testing.assert_allclose(
        np.nan_to_num(drawn["cycle_discharging_capacity_ah"].to_numpy()),
        np.nan_to_num(truth.to_numpy()),
        rtol=1e-12,
    )


def test_repacked_parquet_by_a_map_of_names():
    names = {"cycle": "cycle_count", "discharge_capacity_ah": "cycle_discharging_capacity_ah"}
    path = MIRROR / "severson" / "capacity_train.parquet"
    whole = readers.read(path, format="parquet", table="cycles", columns=names)
    assert len(whole) == 28160
    one = readers.read(
        path, format="parquet", table="cycles", columns=names, cells=["train_cell05"]
    )
    raw = pd.read_parquet(path)
    raw = raw[raw["cell"] == "train_cell05"]
    assert len(one) == len(raw) > 0
    assert (
        one["cycle_discharging_capacity_ah"].sum()
        == raw["discharge_capacity_ah"].astype(float).sum()
    )
    life = {"row": "cycle_count", "capacity_ah": "cycle_discharging_capacity_ah"}
    for file, rows in (("hust_77cells", 144366), ("xjtu_55cells", 23297)):
        frame = readers.read(MIRROR / "life_tables" / f"{file}.parquet", columns=life)
        assert len(frame) == rows
        assert frame["cell"].nunique() == int(file.split("_")[1].removesuffix("cells"))


def test_curves_as_lists_of_one_cell():
    names = {"cycle": "cycle_count", "qdlin": "discharging_capacity_ah"}
    frame = readers.read(
        MIRROR / "severson" / "qdlin_train.parquet",
        format="parquet",
        table="curves",
        columns=names,
        cells=["train_cell01"],
        cycles=[2],
        check=False,
    )
    assert len(frame) == 1
    assert len(frame["discharging_capacity_ah"].iloc[0]) == 1000
