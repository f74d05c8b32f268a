"""Real text files of testers, under BDG_MIRROR: rows, values, signs, and counters by integral."""

import csv
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from bdg_explore import readers
from bdg_explore.analysis import summarize_cycles
from bdg_explore.errors import UnknownFormatError
from real_files import folder_with, needs_real

MIRROR = folder_with("raw")
pytestmark = needs_real("raw")
V, I, T, U = "voltage_volt", "current_ampere", "test_time_second", "unix_time_second"  # noqa: E741
CHARGE, DISCHARGE = "cycle_charging_capacity_ah", "cycle_discharging_capacity_ah"

# file: (format, records, {column: (header, scale)} whose every value is compared, lines before
# the headers, delimiter)
FILES = {
    "raw/maccor/batteryarchive_MACCOR_example.txt": (
        "maccor", 499, {V: ("Voltage", 1), "temperature_t1_celsius": ("Aux #1", 1),
                        T: ("Test Time (sec)", 1)}, 4, "\t"),
    "raw/maccor/beep_PreDiag_000412_00008Fshort.022": (
        "maccor", 10344, {V: ("Volts", 1), I: ("Amps", 1), T: ("Test (Sec)", 1)}, 1, "\t"),
    "raw/maccor/beep_PredictionDiagnostics_000109_tztest.010": (
        "maccor", 2165, {V: ("Volts", 1), I: ("Amps", 1), "cycle_count": ("Cyc#", 1)}, 1, "\t"),
    "raw/maccor/cellpy_maccor_002.txt": (
        "maccor", 7446, {V: ("Voltage [V]", 1), T: ("TestTime", 60), "step_id": ("Step", 1),
                         "cycle_count": ("Cycle C", 1)}, 13, "\t"),
    "raw/maccor/pyprobe_sample_data_maccor.csv": (
        "maccor", 15, {V: ("Voltage", 1), I: ("Current", 1), T: ("Test Time (sec)", 1)}, 2, ","),
    "raw/maccor/rovi_maccor_example.001": ("maccor", 8, {T: ("Test (Min)", 60)}, 1, "\t"),
    "raw/maccor/rovi_maccor_example.002": ("maccor", 8, {V: ("Volts", 1)}, 1, "\t"),
    "raw/neware/cellpy_neware_uio.csv": (
        "neware_csv", 9065, {V: ("Voltage(V)", 1), I: ("Current(A)", 1),
                             "step_charging_capacity_ah": ("Chg. Cap.(Ah)", 1),
                             "step_discharging_energy_wh": ("DChg. Energy(Wh)", 1)}, 0, ","),
    "raw/landt/SINTEF__LiGrR2032__2024-04-30__25degC__Landt.csv": (
        "landt_csv", 25162, {V: ("voltage_V", 1), T: ("test_time_s", 1),
                             "step_discharging_capacity_ah": ("discharge_capacity_Ah", 1)}, 6, ","),
    "raw/pec/cellpy_pec_Test25205.csv": (
        "pec_csv", 489, {V: ("Voltage (V)", 1), "step_time_second": ("Step Time (Seconds)", 1),
                         DISCHARGE: ("Discharge Capacity (mAh)", 1e-3)}, 45, ","),
    "raw/basytec/pyprobe_sample_data_basytec.txt": (
        "basytec_txt", 74, {V: ("U[V]", 1), I: ("I[A]", 1), T: ("~Time[s]", 1),
                            "net_capacity_ah": ("Ah[Ah]", 1)}, 12, "\t"),
    "raw/biologic/pyprobe_Sample_data_biologic_CA1.txt": (
        "biologic_mpt", 1397, {V: ("Ecell/V", 1), I: ("I/mA", 1e-3), T: ("time/s", 1),
                               "net_capacity_ah": ("(Q-Qo)/mA.h", 1e-3)}, 102, "\t"),
    "raw/biologic/pyprobe_Sample_data_biologic_no_header.mpt": (
        "biologic_mpt", 13, {V: ("Ecell/V", 1), T: ("time/s", 1)}, 0, "\t"),
    "eis/impedance_py/exampleDataBioLogic.mpt": (
        "biologic_mpt", 43, {"imaginary_impedance_ohm": ("-Im(Z)/Ohm", -1),
                             "frequency_hertz": ("freq/Hz", 1)}, 60, "\t"),
    "raw/bitrode/leaf_cell-discharge-bitrode-1c.csv": (
        "bitrode_csv", 2287, {V: ("Voltage(V)", 1), I: ("Current(A)", 1),
                              "schedule_net_capacity_ah": ("Capacity(Ah)", 1)}, 0, ","),
    "raw/bitrode/leaf_cell-low-current-hppc-25c-2.csv": (
        "bitrode_csv", 13248, {V: ("Voltage(V)", 1), T: ("Time(s)", 1)}, 0, ","),
    "module/leaf_module123-irdischarge-65ah-1_0c.csv": (
        "bitrode_csv", 4144, {V: ("Voltage", 1), "cell_voltage_a6_volt": ("Cell Voltage A6", 1),
                              "step_discharging_capacity_ah": ("Amp Hours Discharge", -1)},
        17, ","),
    "module/leaf_module123-irdischarge-65ah-2_0c.csv": (
        "bitrode_csv", 2209, {V: ("Voltage", 1), "temperature_a3_celsius": ("Temperature A3", 1)},
        17, ","),
    "ampworks/dqdv_cell1_rough.csv": (
        "ampworks_csv", 4217, {V: ("Volts", 1), I: ("Amps", 1), "net_capacity_ah": ("Ah", -1)},
        0, ","),
    "ampworks/hppc_hppc_discharge.csv": (
        "ampworks_csv", 15838, {V: ("Volts", 1), I: ("Amps", 1), "net_capacity_ah": ("Ah", -1)},
        0, ","),
    "ampworks/ici_ici_discharge.csv": ("ampworks_csv", 21410, {V: ("Volts", 1)}, 0, ","),
    "batterydata_energy/p492-13-summary.csv": (
        "batterydata_energy_csv", 267, {DISCHARGE: ("Q_dis", 1), "energy_efficiency": ("EE", 1)},
        0, ","),
}  # fmt: skip


def _by_hand(file: str, header: str, before: int, delimiter: str) -> list[float]:
    """Read one column with the csv module alone."""
    with (MIRROR / file).open(encoding="latin-1", newline="") as stream:
        rows = [r for r in list(csv.reader(stream, delimiter=delimiter))[before:] if len(r) > 1]
    clean = [h.strip().replace("\ufeff", "") for h in rows[0]]
    place = clean.index(header)
    values = [row[place].strip().replace(",", "") for row in rows[1:]]
    return [float(v) if v and v != "NaN" else np.nan for v in values]


@pytest.mark.parametrize("file", FILES)
def test_every_value_is_that_of_the_file(file):
    name, rows, headers, before, delimiter = FILES[file]
    frame = readers.read(MIRROR / file)
    source = frame.attrs["source"]
    assert source["format"] == name
    assert (source["rows_in"], source["rows_out"]) == (rows, rows)
    for column, (header, scale) in headers.items():
        truth = np.array(_by_hand(file, header, before, delimiter)) * scale
        np.testing.assert_allclose(frame[column], truth, rtol=1e-15, atol=0, err_msg=column)
    assert all(c["nulls_in"] == c["nulls_out"] for c in source["columns"].values())


def test_lvm_holds_four_thermometers_and_no_time():
    frame = readers.read(MIRROR / "raw/bitrode/leaf_cell-discharge-temperature-3c.lvm")
    assert frame.shape == (1316, 5)
    assert frame.attrs["source"]["table"] == "auxiliary"
    assert frame.iloc[-1].tolist() == [1316, 26.508032, 27.009025, 26.452926, 25.467939]


def test_novonix_repeated_header_and_records_written_again():
    frame = readers.read(MIRROR / "raw/novonix/preparenovonix_example_data.csv")
    source = frame.attrs["source"]
    assert (source["rows_in"], source["rows_out"], source["rows_left_out"]) == (6699, 6694, 5)
    assert source["lines_left_out"] == {"headers repeated": 1, "before repeated headers": 678}
    clock = frame[U] - frame[U].iloc[0]
    assert np.abs(clock - frame[T]).max() < 3  # the dates are in whole seconds


def test_hub_raw_csv_gives_series_and_spectra():
    path = MIRROR / "batterydata_energy/p492-13-raw.csv"
    series, spectra = readers.read(path), readers.read(path, table="impedance")
    assert (len(series), len(spectra)) == (1943, 78)
    assert series.attrs["source"]["rows_in"] == spectra.attrs["source"]["rows_in"] == 2021
    assert series[V].min() > 2.9
    assert spectra["imaginary_impedance_ohm"].iloc[-1] < 0


def test_headerless_tables_are_not_guessed():
    for path in sorted((MIRROR / "samsung30q").glob("*.csv")):
        with pytest.raises(UnknownFormatError, match="numbers without a line of headers"):
            readers.read(path)


def test_landt_and_its_published_twin_are_one_test():
    stem = "SINTEF__LiGrR2032__2024-04-30__25degC__Landt"
    raw = readers.read(MIRROR / "raw/landt" / f"{stem}.csv")
    twin = readers.read(MIRROR / "bdf" / f"{stem}.bdf.csv")
    pairs = {T: T, V: V, I: I, "step_id": "step_id",
             "step_discharging_capacity_ah": "discharging_capacity_ah",
             "step_charging_capacity_ah": "charging_capacity_ah",
             "temperature_t1_celsius": "ambient_temperature_celsius"}  # fmt: skip
    for ours, theirs in pairs.items():
        np.testing.assert_array_equal(raw[ours], twin[theirs], err_msg=ours)


@pytest.mark.parametrize(
    "file", ["raw/neware/cellpy_neware_uio.csv", "raw/landt/*.csv", "raw/maccor/cellpy*.txt"]
)
def test_what_is_written_as_bdf_is_read_again(file, tmp_path):
    (path,) = MIRROR.glob(file)
    frame = readers.read(path)
    for suffix in (".csv", ".parquet"):
        again = readers.read(readers.write_bdf(frame, tmp_path / f"again.bdf{suffix}"))
        pd.testing.assert_frame_equal(again, frame, check_exact=True)


# --- signs and counters ---------------------------------------------------------------------------

CYCLING = [
    file for file, (name, rows, *_) in FILES.items()
    if rows > 50 and not file.endswith(("summary.csv", "BioLogic.mpt")) and name != "pec_csv"
]  # fmt: skip
# at 2C the cell warms up and its voltage falls while it is charged; its cycles tell the sign
WARMED_UP = "tztest.010"


def _slope_vote(frame: pd.DataFrame) -> bool | None:
    """Whether the voltage goes with the current in the steadiest 360 s."""
    time, voltage, current = (frame[c].to_numpy() for c in (T, V, I))
    best: tuple[float, bool] | None = None
    for begin in range(0, len(time), max(1, len(time) // 2000)):
        end = int(np.searchsorted(time, time[begin] + 360, "right"))
        turns = np.flatnonzero(np.sign(current[begin:end]) != np.sign(current[begin]))
        end = begin + int(turns[0]) if len(turns) else end
        flow, answer = current[begin:end], voltage[begin:end]
        if end - begin < 5 or current[begin] == 0 or np.std(answer) < 1e-3:
            continue
        steady = float(np.std(flow) / abs(flow.mean()))
        if best is None or steady < best[0]:
            rises = np.cov(answer, time[begin:end])[0, 1] > 0
            best = steady, bool(rises == (flow.mean() > 0))
    return best[1] if best else None


def _mean_votes(frame: pd.DataFrame) -> Sequence[bool]:
    """Whether charge is taken up at a higher voltage than given away, cycle by cycle."""
    if "cycle_count" not in frame.columns:
        return []
    cycles = summarize_cycles(frame, capacity="integral")
    amounts = cycles[[CHARGE, DISCHARGE]]
    both = amounts.min(axis=1, skipna=False) > 0.6 * amounts.max(axis=1)
    whole = both & (cycles[CHARGE] > 0.5 * cycles[CHARGE].max())
    up, down = cycles["mean_charging_voltage_volt"], cycles["mean_discharging_voltage_volt"]
    return (up > down)[whole].tolist()


@pytest.mark.parametrize("file", CYCLING)
def test_signs_by_both_votes(file):
    frame = readers.read(MIRROR / file)
    slope, means = _slope_vote(frame), _mean_votes(frame)
    assert slope is not None or means
    assert slope is not False or (file.endswith(WARMED_UP) and means)
    assert all(means)


# One per cent a cycle, or 5 mAh, where sampling allows: the median interval of the cycle is at most
# 60 s and it has more than ten records. The first cycle of a file that begins within it, and files
# thinned out by their publisher, count what the records do not hold.
@pytest.mark.parametrize(
    "file",
    [
        "raw/maccor/batteryarchive_MACCOR_example.txt",
        "raw/maccor/beep_PreDiag_000412_00008Fshort.022",
        "raw/maccor/beep_PredictionDiagnostics_000109_tztest.010",
        "raw/maccor/cellpy_maccor_002.txt",
        "raw/neware/cellpy_neware_uio.csv",
        "raw/biologic/pyprobe_Sample_data_biologic_CA1.txt",
        "raw/basytec/pyprobe_sample_data_basytec.txt",
        "module/leaf_module123-irdischarge-65ah-1_0c.csv",
        "module/leaf_module123-irdischarge-65ah-2_0c.csv",
    ],
)
def test_counters_agree_with_the_integral(file):
    frame = readers.read(MIRROR / file)
    counted = summarize_cycles(frame, capacity="counter")
    ours = summarize_cycles(frame, capacity="integral")
    fine = frame.groupby("cycle_count")[T].agg(lambda t: np.median(np.diff(t)) if len(t) > 10
                                              else np.inf)  # fmt: skip
    compared = 0
    for counter, integral in zip(counted.to_dict("records"), ours.to_dict("records"), strict=True):
        cycle = counter["cycle_count"]
        begun = file.endswith(WARMED_UP) and cycle == counted["cycle_count"].iloc[0]
        thinned = file.endswith("short.022") and cycle > 1
        if fine[cycle] > 60 or begun or thinned:
            continue
        for name in (CHARGE, DISCHARGE):
            if counter[name] > 0:
                assert integral[name] == pytest.approx(counter[name], rel=0.01, abs=1e-6)
                compared += 1
    assert compared


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("raw/novonix/preparenovonix_example_data.csv", "schedule_net_capacity_ah"),
        ("raw/bitrode/leaf_cell-discharge-bitrode-1c.csv", "schedule_net_capacity_ah"),
        ("raw/bitrode/leaf_cell-low-current-hppc-25c-2.csv", "schedule_net_capacity_ah"),
        ("raw/biologic/pyprobe_Sample_data_biologic_CA1.txt", "net_capacity_ah"),
        ("ampworks/hppc_hppc_discharge.csv", "net_capacity_ah"),
        ("ampworks/dqdv_cell1_rough.csv", "net_capacity_ah"),
        ("batterydata_energy/p492-13-raw.csv", "net_capacity_ah"),
    ],
)
def test_signed_counters_agree_with_the_integral_step_by_step(file, name):
    frame = readers.read(MIRROR / file)
    time, current, counter = (frame[c].to_numpy() for c in (T, I, name))
    step = frame["step_count"].to_numpy() if "step_count" in frame else np.ones(len(frame))
    inside = step[1:] == step[:-1]
    counted = np.where(inside, np.diff(counter), 0)
    passed = np.where(inside, (current[1:] + current[:-1]) / 2 * np.diff(time) / 3600, 0)
    both = pd.DataFrame({"counted": counted, "passed": passed, "interval": np.diff(time)})
    steps = both[["counted", "passed"]].groupby(step[1:]).sum()
    fine = both["interval"].groupby(step[1:]).quantile(0.9) <= 60
    large = fine & (steps["counted"].abs() > 0.02 * np.abs(counter).max())
    assert large.any()
    deviation = steps["passed"][large] / steps["counted"][large] - 1
    assert deviation.abs().max() < 0.01
