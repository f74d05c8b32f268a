"""Real workbooks, HDF5 and JSON under BDG_MIRROR: figures checked by another way."""

import json

import h5py
import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from bdg_explore import readers
from bdg_explore.errors import ReadError, UnknownFormatError
from real_files import folder_with, needs_real

MIRROR = folder_with("calce")
pytestmark = needs_real("calce")
V, I, T = "voltage_volt", "current_ampere", "test_time_second"  # noqa: E741
ARBIN = {
    "calce/CS2_35_8_17_10.xlsx": (1091, 1, "schedule_"),
    "calce/CS2_35_1_10_11.xlsx": (12695, 50, ""),
    "raw/arbin/navani_bs542_gr_li_Channel_11.xlsx": (4526, 1, "schedule_"),
    "raw/arbin/batteryarchive_cycle-arbin_testfile.xlsx": (119, 2, "schedule_"),
}
SHEETS = {"calce": "Channel_1-008", "navani": "Channel_11_1", "batteryarchive": "Channel_2_1"}


def _passed(frame, sign):
    """Charge of one direction in each interval [Ah], not across a change of step."""
    time, current = frame[T].to_numpy(), np.clip(sign * frame[I].to_numpy(), 0, None)
    charge = (current[1:] + current[:-1]) / 2 * np.diff(time) / 3600
    same = frame["step_count"].to_numpy()
    return np.where(same[1:] == same[:-1], charge, current[1:] * np.diff(time) / 3600)


@pytest.mark.parametrize("file", ARBIN)
def test_arbin_workbook_holds_the_values_of_the_file(file):
    rows, cycles, scope = ARBIN[file]
    frame = readers.read(MIRROR / file)
    assert len(frame) == frame.attrs["source"]["rows_in"] == rows
    assert frame["cycle_count"].max() == cycles
    assert f"{scope}discharging_capacity_ah" in frame.columns
    sheet = next(name for part, name in SHEETS.items() if part in file)
    held = CalamineWorkbook.from_path(MIRROR / file).get_sheet_by_name(sheet).to_python()
    for header, name in (
        ("Voltage(V)", V),
        ("Current(A)", I),
        ("Test_Time(s)", T),
        ("Step_Index", "step_id"),
        ("Charge_Capacity(Ah)", f"{scope}charging_capacity_ah"),
    ):
        truth = np.array([row[held[0].index(header)] for row in held[1:]], dtype=float)
        np.testing.assert_array_equal(frame[name].to_numpy(dtype=float), truth)
    first = held[1][held[0].index("Date_Time")]
    seconds = (first - pd.Timestamp(1970, 1, 1)).total_seconds()
    assert frame["unix_time_second"].iloc[0] == seconds


@pytest.mark.parametrize("file", ARBIN)
def test_arbin_signs_by_both_votes_and_counters_by_the_integral(file):
    frame = readers.read(MIRROR / file)
    scope = ARBIN[file][2]
    steady = 0
    for _, step in frame.groupby("step_count"):
        flows = step[np.abs(step[I]) > 0.9 * np.abs(step[I]).max()]
        if len(flows) > 10 and np.abs(flows[I]).min() > 0 and np.ptp(flows[V]) > 1e-3:
            if np.ptp(flows[I]) > 0.02 * np.abs(flows[I]).max() or np.ptp(flows[V]) < 0.01:
                continue  # a constant voltage
            steady += 1
            slope = np.cov(flows[V], flows[T])[0, 1]
            assert np.sign(slope) == np.sign(flows[I].mean())
    assert steady
    for _, cycle in frame.groupby("cycle_count"):
        charging, drawing = cycle[cycle[I] > 0][V], cycle[cycle[I] < 0][V]
        if len(charging) > 5 and len(drawing) > 5 and "gr_li" not in file:  # not a half cell
            assert charging.mean() > drawing.mean()
    for sign, name in ((1, "charging"), (-1, "discharging")):
        counter = np.diff(frame[f"{scope}{name}_capacity_ah"].to_numpy())
        passed = _passed(frame, sign)
        kept = counter >= 0  # not across a restart
        cycle = frame["cycle_count"].to_numpy()[1:]
        for number in np.unique(cycle):
            mine = kept & (cycle == number)
            counted, integral = counter[mine].sum(), passed[mine].sum()
            assert abs(counted - integral) <= max(0.01 * integral, 0.005)


def test_calce_counters_run_on_and_agree_with_the_statistics_sheet():
    path = MIRROR / "calce" / "CS2_35_1_10_11.xlsx"
    frame = readers.read(path)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Statistics_1-008").to_python()
    place = rows[0].index("Discharge_Capacity(Ah)")
    last = frame.groupby("cycle_count")["discharging_capacity_ah"].last().to_numpy()
    np.testing.assert_allclose(last, [row[place] for row in rows[1:]], rtol=1e-9)


def test_calce_workbooks_join_in_the_order_of_their_dates():
    files = [MIRROR / "calce" / f"CS2_35_{date}.xlsx" for date in ("1_10_11", "8_17_10")]
    frame = readers.read(files)
    assert len(frame) == 1091 + 12695
    assert frame["unix_time_second"].is_monotonic_increasing
    assert np.diff(frame[T]).min() >= 0


def test_abuse_test_of_sandia():
    frame = readers.read(MIRROR / "abuse" / "SNL_abuse_file.xlsx")
    assert frame.attrs["source"]["table"] == "abuse"
    assert len(frame) == 3815
    assert frame[T].iloc[[0, -1]].tolist() == [1.06, 3815.06]
    assert frame["axial_force_newton"].max() == 2503.601
    assert frame["temperature_t1_celsius"].max() == 571.3
    failed = frame[T][frame[V] < 1].iloc[0]
    assert frame[T][frame["temperature_t1_celsius"].idxmax()] > failed  # it heats once it shorts


def test_failure_databank():
    frame = readers.read(MIRROR / "failure_databank" / "BatteryFailureDatabankV2.xlsx")
    assert frame.attrs["source"]["table"] == "failures"
    assert len(frame) == frame["native_id"].nunique() == 365
    assert frame["cell_model"].nunique() == 30
    triggers = frame["trigger_mechanism"].value_counts().to_dict()
    assert triggers == {"Heater (Non-ISC)": 156, "Nail": 110, "Heater (ISC)": 99}
    assert frame["corrected_total_energy_yield_kilojoule"].notna().all()
    shares = frame[
        [f"energy_share_{p}" for p in ("cell_body", "positive_ejecta", "negative_ejecta")]
    ]
    off = np.abs(shares.dropna().sum(axis=1) - 1) > 1e-6
    assert int(off.sum()) == 3  # three tests whose shares do not add up, as published
    parts = [f"energy_{p}_kilojoule" for p in ("cell_body", "positive_ejecta", "negative_ejecta")]
    whole = frame["corrected_total_energy_yield_kilojoule"]
    given = frame[parts].notna().all(axis=1)
    off = np.abs(frame.loc[given, parts].sum(axis=1) / whole[given] - 1) > 1e-3
    assert int(off.sum()) <= 3
    assert frame["heater_power_watt"].isna().sum() == 54
    cells = readers.read(
        MIRROR / "failure_databank" / "BatteryFailureDatabankV2.xlsx", table="cells"
    )
    assert len(cells) == 31
    assert set(frame["cell_model"].astype(str)) <= set(cells["native_id"].astype(str))


@pytest.mark.parametrize(
    ("file", "cells"),
    [
        ("metadata/batteryarchive_cycle_cell_list.xlsx", ["LG_MJ1", "HC_VC"]),
        ("metadata/batteryarchive_abuse_cell_list.xlsx", ["S1Abuse", "S2Abuse"]),
        ("abuse/cell_list.xlsx", ["ORNL_Abuse", "SNL_Abuse"]),
        ("raw/neware/pyprobe_Experiment_Record.xlsx", ["Cell1", "Cell2", "Cell3"]),
        ("battery_archive/HC_VC_cycle_data.feather", ["HC_VC"]),
    ],
)
def test_lists_of_cells(file, cells):
    frame = readers.read(MIRROR / file)
    assert frame.attrs["source"]["table"] == "cells"
    assert frame["native_id"].astype(str).tolist() == cells


def test_indigo():
    path = MIRROR / "raw" / "indigo" / "beep_indigo_test_sample.h5"
    frame = readers.read(path)
    with h5py.File(path) as file:
        group = file["time_series_data"]
        names = [name.decode() for name in group["block2_items"]]
        truth = group["block2_values"][:, names.index("cell_voltage_v")]
    np.testing.assert_array_equal(frame[V], truth.astype(np.float64))
    assert len(frame) == 20000
    assert frame["cycle_count"].iloc[-1] == 84
    np.testing.assert_allclose(frame["power_watt"], frame[V] * frame[I], rtol=1e-3, atol=1e-3)
    for _, cycle in frame.groupby("cycle_count"):
        assert cycle[cycle[I] > 1][V].mean() > cycle[cycle[I] < -1][V].mean()
    net = frame["schedule_net_capacity_ah"].to_numpy()
    step = frame["step_count"].to_numpy()
    change = np.diff(net)
    near = (step[1:] == step[:-1]) & (np.diff(frame[T]) < 60) & (np.abs(change) < 1)
    mean = (frame[I].to_numpy()[1:] + frame[I].to_numpy()[:-1]) / 2
    passed = mean * np.diff(frame[T]) / 3600
    assert np.corrcoef(change[near], passed[near])[0, 1] > 0.9  # a sample of one record in 250


def test_beep_structured():
    (path,) = (MIRROR / "beep_structured").glob("*.json")
    frame = readers.read(path)
    content = json.loads(path.read_text())
    assert len(frame) == 1613  # the last cycle stands among the diagnostic ones alone
    held = frame["cycle_discharging_capacity_ah"].to_numpy()
    np.testing.assert_array_equal(held[:-1], content["summary"]["discharge_capacity"])
    assert held[-1] == content["diagnostic_summary"]["discharge_capacity"][-1]
    assert frame["cycle_type"].notna().sum() == 82
    counted = frame["charging_capacity_ah"].iloc[-2]
    assert counted == pytest.approx(frame["cycle_charging_capacity_ah"].iloc[:-1].sum(), rel=0.01)
    with pytest.raises(ReadError, match="no capacities"):
        readers.read(path, table="curves")


def test_nasa_index_gives_the_cycles_of_the_matlab_files():
    index = readers.read(MIRROR / "nasa_pcoe" / "cycle_index_shared.csv")
    assert len(index) == 1907
    source = index.attrs["source"]
    assert source["rows_in"] == source["rows_out"] + source["rows_left_out"] == 5169
    mat = readers.read(MIRROR / "nasa_pcoe" / "B0047.mat")
    drawn = mat[mat["step_type"] == "discharge"].groupby("step_count").last()
    mine = index[index["cell"] == "B0047"].sort_values("cycle_count")
    assert mine["cycle_count"].tolist() == drawn["cycle_count"].tolist()
    assert mine["step_count"].tolist() == drawn.index.tolist()
    np.testing.assert_allclose(
        mine["cycle_discharging_capacity_ah"], drawn["cycle_discharging_capacity_ah"], rtol=1e-12
    )


@pytest.mark.parametrize("folder", ["nasa_pcoe", "bdf", "metadata"])
def test_companions_of_data_are_named(folder):
    files = [*(MIRROR / folder).glob("README*.txt"), *(MIRROR / folder).glob("*.jsonld")]
    assert files
    for path in files:
        with pytest.raises(UnknownFormatError, match="holds no measurements"):
            readers.read(path)
