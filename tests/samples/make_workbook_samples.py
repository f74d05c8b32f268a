"""Make the workbooks among the samples from invented numbers.

python tests/samples/make_workbook_samples.py
"""

import datetime as dt
import json
from pathlib import Path

from workbook_files import xls, xlsx

HERE = Path(__file__).parent
START = dt.datetime(2021, 3, 4, 5, 6, 7, 250_000)
UNIX = 1_614_834_367.25  # the same, as seconds since 1970


def _later(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def keep(folder: str, file: str, content: bytes, table: str, unmapped: list, columns: dict) -> None:
    """Write a sample, and beside it the frame it must give, worked out by hand."""
    path = HERE / folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    expected = {"table": table, "columns": columns, "unmapped": unmapped}
    path.with_name(f"{file}.expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def arbin_xlsx() -> None:
    about = [
        ["", "", "", "TEST REPORT"],
        [],
        ["Channel", "Start_DateTime", "Schedule_File_Name", "Comments"],
        ["1-008", START, "invented.sdu", ""],
    ]
    heads = [
        "Data_Point", "Test_Time(s)", "Date_Time", "Step_Time(s)", "Step_Index", "Cycle_Index",
        "Current(A)", "Voltage(V)", "Charge_Capacity(Ah)", "Discharge_Capacity(Ah)", "dV/dt(V/s)",
        "Internal_Resistance(Ohm)", "Aux_Temperature_1",
    ]  # fmt: skip
    first = [
        [1, 10.0, _later(0), 10.0, 1, 1, 0.0, 3.5, 0.0, 0.0, 0.0, 0.0, 25.5],
        [2, 1810.0, _later(1800), 1800.0, 2, 1, 1.0, 3.75, 0.5, 0.0, 0.0, 0.0625, 26.25],
        [3, 3610.0, _later(3600), 1800.0, 3, 1, -1.0, 3.25, 0.5, 0.5, 0.0, "", 27.0],
    ]
    second = [
        [4, 5410.0, _later(5400), 1800.0, 2, 2, 1.0, 3.75, 1.0, 0.5, 0.0, 0.0625, "#N/A"],
        [5, 7210.0, _later(7200), 1800.0, 3, 2, -1.0, 3.25, 1.0, 1.0, 0.0, 0.0625, 27.5],
    ]
    book = {
        "Info": about,
        "Channel_1-008_1": [heads, *second],  # what follows stands before
        "Channel_1-008": [heads, *first],
        "Statistics_1-008": [heads[5:6] + heads[1:2] + heads[6:8], [1, 3610.0, -1.0, 3.25]],
    }
    columns = {
        "record_index": [1, 2, 3, 4, 5],
        "test_time_second": [10.0, 1810.0, 3610.0, 5410.0, 7210.0],
        "unix_time_second": [UNIX + s for s in (0, 1800, 3600, 5400, 7200)],
        "step_time_second": [10.0, 1800.0, 1800.0, 1800.0, 1800.0],
        "step_id": [1, 2, 3, 2, 3],
        "cycle_count": [1, 1, 1, 2, 2],
        "step_count": [1, 2, 3, 4, 5],
        "current_ampere": [0.0, 1.0, -1.0, 1.0, -1.0],
        "voltage_volt": [3.5, 3.75, 3.25, 3.75, 3.25],
        "charging_capacity_ah": [0.0, 0.5, 0.5, 1.0, 1.0],
        "discharging_capacity_ah": [0.0, 0.0, 0.5, 0.5, 1.0],
        "internal_resistance_ohm": [0.0, 0.0625, None, 0.0625, 0.0625],
        "temperature_t1_celsius": [25.5, 26.25, 27.0, None, 27.5],
    }
    keep("arbin_xlsx", "continued.xlsx", xlsx(book), "timeseries", ["dV/dt(V/s)"], columns)
    old = xls({"Info": about, "Channel_1-008": [heads, *first]})
    # one cycle: nothing tells when the counters restart
    columns = {
        f"schedule_{name}" if name.endswith("charging_capacity_ah") else name: values[:3]
        for name, values in columns.items()
    }
    keep("arbin_xlsx", "legacy.xls", old, "timeseries", ["dV/dt(V/s)"], columns)


def neware_xlsx() -> None:
    heads = [
        "DataPoint", "Cycle Index", "Step Index", "Step Type", "Time", "Total Time", "Current(mA)",
        "Voltage(V)", "Chg. Cap.(mAh)", "DChg. Cap.(mAh)", "Date", "Power(W)",
    ]  # fmt: skip
    clock, hours = dt.time(0, 0, 10), dt.timedelta(hours=25)
    rows = [
        [1, 1, 1, "CC Chg", dt.time(0), dt.time(0), 500.0, 3.5, 0.0, 0.0, START, 1.75],
        [2, 1, 1, "CC Chg", clock, clock, 500.0, 3.75, 1.25, 0.0, _later(10), 1.875],
        [3, 1, 2, "CC DChg", dt.time(0), clock, -250.0, 3.5, 0.0, 0.0, _later(10), -0.875],
        [4, 1, 2, "CC DChg", hours, hours, -250.0, 3.25, 0.0, 6.25, _later(90000), -0.8125],
    ]
    book = {
        "unit": [["Start step ID", 1]],
        "record": [heads, *rows[:3]],
        "record_2": [heads, *rows[3:]],
        "cycle": [["Cycle Index", "Chg. Cap.(mAh)"], [1, 1.25]],
    }
    columns = {
        "record_index": [1, 2, 3, 4],
        "cycle_count": [1, 1, 1, 1],
        "step_id": [1, 1, 2, 2],
        "step_type": ["CC Chg", "CC Chg", "CC DChg", "CC DChg"],
        "test_time_second": [0.0, 10.0, 10.0, 90000.0],
        "step_time_second": [0.0, 10.0, 0.0, 90000.0],
        "step_count": [1, 1, 2, 2],
        "unix_time_second": [UNIX, UNIX + 10, UNIX + 10, UNIX + 90000],
        "current_ampere": [0.5, 0.5, -0.25, -0.25],
        "voltage_volt": [3.5, 3.75, 3.5, 3.25],
        "power_watt": [1.75, 1.875, -0.875, -0.8125],
        "step_charging_capacity_ah": [0.0, 0.00125, 0.0, 0.0],
        "step_discharging_capacity_ah": [0.0, 0.0, 0.0, 0.00625],
    }
    keep("neware_xlsx", "record.xlsx", xlsx(book), "timeseries", [], columns)
    heads = [
        "Record number", "State", "Jump", "Cycle", "Steps", "Current(mA)", "Voltage(V)",
        "CapaCity(mAh)", "Relative Time(h:min:s.ms)", "Date(h:min:s.ms)",
    ]  # fmt: skip
    rows = [
        [1, "CC_Chg", 1, 1, 1, 500, 3.5, 0, "0:00:00.000", "2021-03-04 05:06:07"],
        [2, "CC_Chg", 1, 1, 1, 500, 3.75, 1.25, "0:00:10.500", "2021-03-04 05:06:17"],
        [3, "CC_DChg", 2, 1, 2, -250, 3.5, 0, "0:00:00.000", "2021-03-04 05:06:17"],
        [4, "CC_DChg", 2, 1, 2, -250, 3.25, 1.25, "0:00:20.000", "2021-03-04 05:06:37"],
    ]
    warm = [
        ["Record number", "State", "Aux.CH TU1 T(°C)"],
        *([i, "", 20.5 + i] for i in range(1, 5)),
    ]
    book = {"Info_1": [["Device", "x"]], "Detail_1_1_1": [heads, *rows], "DetailTemp_1_1_1": warm}
    columns = {
        "record_index": [1, 2, 3, 4],
        "cycle_count": [1, 1, 1, 1],
        "step_id": [1, 1, 2, 2],
        "step_type": ["CC_Chg", "CC_Chg", "CC_DChg", "CC_DChg"],
        "test_time_second": [0.0, 10.5, 10.5, 30.5],
        "step_time_second": [0.0, 10.5, 0.0, 20.0],
        "step_count": [1, 1, 2, 2],
        "unix_time_second": [UNIX - 0.25 + s for s in (0, 10, 10, 30)],
        "current_ampere": [0.5, 0.5, -0.25, -0.25],
        "voltage_volt": [3.5, 3.75, 3.5, 3.25],
        "step_charging_capacity_ah": [0.0, 0.00125, 0.0, 0.0],
        "step_discharging_capacity_ah": [0.0, 0.0, 0.0, 0.00125],
        "temperature_t1_celsius": [21.5, 22.5, 23.5, 24.5],
    }
    keep("neware_xlsx", "detail.xlsx", xlsx(book), "timeseries", ["Jump"], columns)


def batteryarchive_abuse_xlsx() -> None:
    heads = ["Running Time", "Axial Displacement", "Axial Force", "Analog 1", "TC 01", "TC 02"]
    rows = [
        [1.0, -0.5, 4.5, 4.125, 20.5, 20.25],
        [2.0, 0.25, 1200.5, 4.0, 20.5, 21.0],
        [3.0, 0.5, 80.0, 0.0, 350.5, 99.5],
    ]
    folder = "batteryarchive_abuse_xlsx"
    columns = {
        "test_time_second": [1.0, 2.0, 3.0],
        "axial_displacement_millimetre": [-0.5, 0.25, 0.5],
        "axial_force_newton": [4.5, 1200.5, 80.0],
        "voltage_volt": [4.125, 4.0, 0.0],
        "temperature_t1_celsius": [20.5, 20.5, 350.5],
        "temperature_t2_celsius": [20.25, 21.0, 99.5],
    }
    keep(folder, "snl.xlsx", xlsx({"data": [heads, *rows]}), "abuse", [], columns)
    heads = [
        "Running Time", "Axial Force", "Analog 1", "Axial Displacement", "", "Running Time 1",
        "TC 05", "TC 01",
    ]  # fmt: skip
    rows = [
        [0.5, 4.5, 4.125, 0.0, None, 0.25, 20.5, 21.5],
        [1.0, 900.0, 4.0, 0.5, None, 0.75, 20.75, 22.5],
        [1.5, 80.0, 0.0, 1.0],
    ]
    columns = {
        "test_time_second": [0.25, 0.5, 0.75, 1.0, 1.5],
        "axial_displacement_millimetre": [None, 0.0, None, 0.5, 1.0],
        "axial_force_newton": [None, 4.5, None, 900.0, 80.0],
        "voltage_volt": [None, 4.125, None, 4.0, 0.0],
        "temperature_t1_celsius": [21.5, None, 22.5, None, None],
        "temperature_t5_celsius": [20.5, None, 20.75, None, None],
    }
    keep(folder, "ornl.xlsx", xlsx({"data": [heads, *rows]}), "abuse", [], columns)


def failure_databank_xlsx() -> None:
    designs = [
        [],
        [None, 1, 2, 3],
        [None, "Cell-Description", "Cell-Format", "Cell-Capacity-Ah", "Cathode-Characteristics",
         "Cell-Casing-Thickness-µm", "Bottom-Vent-Yes-No"],
        [None, "Invented 18650-X", 18650, 3.5, "-", 250, "No"],
    ]  # fmt: skip
    heads = [
        "Cell-Description", "Test-ID", "Test-Series", "Trigger-Mechanism", "Test-Date",
        "Cell-ID-Number", "Pre-Test-State-of-Charge-%", "Pre-Test-Cell-Mass-g",
        "Corrected-Total-Energy-Yield-kJ", "Energy-Percent-Cell-Body-%", "Heater-Power-W",
        "Avg-Cell-Temp-At-Trigger-degC", "Mass-Ejected", "Heat-Flux-Positive-W/cm2", "Ƭ-Cell-Body",
        "Radiography-ROI",
    ]  # fmt: skip
    rows = [
        ["Invented 18650-X", "T1_Run001", "T1", "Heater (ISC)", dt.datetime(2019, 12, 13), 66, 100,
         47.5, 55.25, 50, 940.5, 130.25, 23.5, 1000.5, 5.5, "Top"],
        ["Invented 18650-X", "T1_Run002", "T1", "Nail", dt.datetime(2019, 12, 14), "N17", 75,
         47.25, 60.5, "-", "-", "-", 20.25, "", 2.0, "N/A"],
    ]  # fmt: skip
    book = {
        "Read-Me": [["about"]],
        "Cell-Characteristics": designs,
        "Battery Failure Databank": [[], [None, 1, 2], [None, *heads], *([None, *r] for r in rows)],
    }
    columns = {
        "native_id": ["T1_Run001", "T1_Run002"],
        "cell_model": ["Invented 18650-X", "Invented 18650-X"],
        "test_series": ["T1", "T1"],
        "trigger_mechanism": ["Heater (ISC)", "Nail"],
        "test_date": ["2019-12-13", "2019-12-14"],
        "cell_number": ["66", "N17"],
        "pre_test_state_of_charge": [1.0, 0.75],
        "pre_test_cell_mass_gram": [47.5, 47.25],
        "corrected_total_energy_yield_kilojoule": [55.25, 60.5],
        "energy_share_cell_body": [0.5, None],
        "heater_power_watt": [940.5, None],
        "avg_cell_temp_at_trigger_celsius": [130.25, None],
        "mass_ejected_gram": [23.5, 20.25],
        "heat_flux_positive_watt_per_square_centimetre": [1000.5, None],
        "time_constant_cell_body_second": [5.5, 2.0],
    }
    folder = "failure_databank_xlsx"
    keep(folder, "databank.xlsx", xlsx(book), "failures", ["Radiography-ROI"], columns)


def cell_list() -> None:
    heads = [
        "file_id", "cell_id", "cathode", "anode", "source", "ah", "form_factor", "temperature",
        "soc_max", "soc_min", "crate_c", "crate_d", "tester", "test", "file_type",
    ]  # fmt: skip
    rows = [
        ["f1", "X-1", "NMC", "graphite", "commercial", 3.5, 18650, 25, 100, 25, 0.5, 1, "maccor",
         "cycle", "txt"],
        ["f2", "X-2", "LFP", "graphite", "commercial", 2.5, "pouch", 35, 75, 0, 0.25, 2, "arbin",
         "cycle", "xlsx"],
    ]  # fmt: skip
    columns = {
        "native_id": ["X-1", "X-2"],
        "cathode_chemistry": ["NMC", "LFP"],
        "anode_chemistry": ["graphite", "graphite"],
        "nominal_capacity_ah": [3.5, 2.5],
        "form_factor": ["18650", "pouch"],
        "ambient_temperature_celsius": [25.0, 35.0],
        "soc_maximum": [1.0, 0.75],
        "soc_minimum": [0.25, 0.0],
        "charging_c_rate": [0.5, 0.25],
        "discharging_c_rate": [1.0, 2.0],
        "test_equipment": ["maccor", "arbin"],
        "objective_of_test": ["cycle", "cycle"],
    }
    left = ["file_id", "source", "file_type"]
    keep("cell_list", "manifest.xlsx", xlsx({"Sheet1": [heads, *rows]}), "cells", left, columns)


def workbook() -> None:
    heads = ["cell", "cycle_count", "cycle_discharging_capacity_ah", "remark"]
    rows = [["x-1", 1, 1.5, "a"], ["x-1", 2, 1.25, "b"], ["x-2", 1, 1.75, "c"]]
    book = {"about": [["made", "up"]], "life": [["capacities"], [], heads, *rows]}
    columns = {
        "cell": ["x-1", "x-1", "x-2"],
        "cycle_count": [1, 2, 1],
        "cycle_discharging_capacity_ah": [1.5, 1.25, 1.75],
    }
    keep("workbook", "cycles.xlsx", xlsx(book), "cycles", ["remark"], columns)


if __name__ == "__main__":
    workbook()
    arbin_xlsx()
    neware_xlsx()
    batteryarchive_abuse_xlsx()
    failure_databank_xlsx()
    cell_list()
