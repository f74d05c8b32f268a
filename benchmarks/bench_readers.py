"""Reading tester files against pyarrow, polars and the public readers of the same formats.

python benchmarks/bench_readers.py [--rows 1000000] [--repeats 7] [--public PYTHON]

The files are made from the record of `made_record.py`: an Arbin csv, a Maccor csv and text, two
Neware .ndax (with a time for every record, and for one in five, as testers write it), a BioLogic
.mpr. Public readers are used where they can be imported, by this Python or the one named with
--public: pip install NewareNDA fastnda galvani PyProBE-Data polars. Each reader, ours too, is a
process of its own; they read in turns, after one reading that does not count. Printed are the
median times, the median of the ratios of each turn, and the ratio of the best times. On a machine
that others use, the ratio of processor time is the steadier one. Rows and the sums of voltage and
current must agree, else the line says so.
"""

import argparse
import json
import os
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COLUMNS = ("Data_Point", "Test_Time(s)", "Step_Index", "Cycle_Index", "Current(A)", "Voltage(V)",
           "Charge_Capacity(Ah)", "Discharge_Capacity(Ah)", "Step_Time(s)",
           "Charge_Energy(Wh)")  # fmt: skip
Sums = tuple[int, float, float]  # rows, sums of voltage [V] and of the size of the current [A]


# --- other readers: each gives what was read, to be summed outside the clock ----------------------


def arrow_csv(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pacsv

    convert = pacsv.ConvertOptions(
        include_columns=list(COLUMNS), column_types=dict.fromkeys(COLUMNS, pa.float64())
    )
    return pacsv.read_csv(path, convert_options=convert).to_pandas()


def polars_csv(path: Path) -> Any:
    import polars as pl

    return pl.read_csv(path, columns=list(COLUMNS), infer_schema_length=10_000)


def pyprobe_maccor(path: Path) -> Any:
    import polars as pl
    from pyprobe.cyclers.maccor import Maccor

    frame = Maccor(input_data_path=str(path), output_data_path="unused").get_pyprobe_dataframe()
    return frame.collect() if isinstance(frame, pl.LazyFrame) else frame


def pandas_maccor(path: Path) -> Any:
    """Parse as the public readers of Maccor text begin (cellpy, BEEP): no dates, no signs."""
    import pandas as pd

    return pd.read_csv(path, sep="\t", skiprows=3)


def fastnda_ndax(path: Path) -> Any:
    import fastnda

    return fastnda.read(path, cycle_mode="raw")


def newarenda_ndax(path: Path) -> Any:
    import NewareNDA

    return NewareNDA.read(str(path), software_cycle_number=False, log_level="ERROR")


def galvani_view(path: Path) -> Any:
    from galvani import BioLogic

    return BioLogic.MPRfile(str(path)).data


def galvani_frame(path: Path) -> Any:
    import pandas as pd

    return pd.DataFrame(galvani_view(path))


def sums(read: Any) -> Sums:
    """Sum voltage [V] and the size of the current [A] of what any of them gives."""
    names = (
        list(getattr(read, "columns", None) or read.dtype.names)
        if not hasattr(read, "iloc")
        else list(read.columns)
    )
    volt = next(n for n in names if n.lower().startswith(("volt", "ewe")))
    ampere = next(n for n in names if n.lower().startswith(("current", "i/")))
    scale = 1e-3 if "mA" in ampere else 1.0
    as_floats = [float(sum_of(read[n])) for n in (volt, ampere)]
    return len(read), as_floats[0], as_floats[1] * scale


def sum_of(values: Any) -> float:
    import numpy as np

    return float(np.abs(np.asarray(values, dtype=float)).sum())


OTHERS: dict[str, dict[str, Callable[[Path], Any]]] = {
    "arbin.csv": {"pyarrow.csv": arrow_csv, "polars": polars_csv},
    "maccor.csv": {"PyProBE": pyprobe_maccor},
    "maccor.txt": {"pandas.read_csv": pandas_maccor},
    "full.ndax": {"fastnda": fastnda_ndax, "NewareNDA": newarenda_ndax},
    "sparse.ndax": {"fastnda": fastnda_ndax, "NewareNDA": newarenda_ndax},
    "cycling.mpr": {"galvani, view": galvani_view, "galvani, frame": galvani_frame},
}
TARGETS = {"arbin.csv": "target 1.3", "maccor.txt": "it only parses: no signs, no dates"}


# --- the files ------------------------------------------------------------------------------------


def make_files(folder: Path, rows: int) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as pacsv
    from made_record import ROWS_A_CYCLE, record

    make = runpy.run_path(str(HERE.parent / "tests" / "samples" / "make_cycler_samples.py"))
    frame = record(rows // ROWS_A_CYCLE).round(6)
    time_, volt, ampere = (frame.iloc[:, i].to_numpy() for i in range(3))
    cycle, step = frame["cycle_count"].to_numpy(), frame["step_count"].to_numpy()
    charge, discharge = (frame[f"{w}_capacity_ah"].to_numpy() for w in ("charging", "discharging"))
    begins = np.r_[0, np.flatnonzero(np.diff(step)) + 1]
    lengths = np.diff(np.r_[begins, len(step)])
    step_time = time_ - np.repeat(time_[begins], lengths)
    step_charge = charge - np.repeat(charge[begins], lengths)
    step_discharge = discharge - np.repeat(discharge[begins], lengths)
    point = np.arange(1, len(frame) + 1)
    kind = (step - 1) % 5  # CC, CV, rest, CC out, rest

    arbin = [point, time_, kind + 1, cycle, ampere, volt, charge, discharge, step_time, charge]
    table = dict(zip(COLUMNS, arbin, strict=True)) | {"dV/dt(V/s)": volt * 0}  # nobody's column
    pacsv.write_csv(pa.table(table), folder / "arbin.csv")

    dates = pa.array(np.array("2023-11-23T15:56:11", "M8[s]") + time_.astype("m8[s]"))
    written = pa.compute.strftime(dates, "%d-%b-%y %I:%M:%S %p")
    maccor = {
        "Rec": point, "Cycle C": cycle, "Step": kind + 1, "Test Time (sec)": time_,
        "Step Time (sec)": step_time, "Capacity": step_charge + step_discharge,
        "Energy": step_charge * 3.5, "Current": ampere, "Voltage": volt, "DPT Time": written,
        "Temp 1": volt * 0 + 25,
    }  # fmt: skip
    with (folder / "maccor.csv").open("wb") as stream:
        stream.write(b"Today's Date ,28-Nov-23\nDate of Test:,23-Nov-23 3:56:08 PM\n")
        options = pacsv.WriteOptions(quoting_style="none")
        pacsv.write_csv(pa.table(maccor), stream, options)
    text = {
        "Rec": point, "Cycle P": cycle * 0, "Cycle C": cycle, "Step": kind + 1,
        "TestTime": time_ / 60, "StepTime": step_time / 60,
        "Cap. [Ah]": step_charge + step_discharge, "Ener. [Wh]": step_charge * 3.5,
        "Current [A]": np.abs(ampere), "Voltage [V]": volt,
        "Md": np.array(["C", "C", "R", "D", "R"])[kind],
        "ES": np.ones(len(frame), np.int64),
        "DPT Time": pa.compute.strftime(dates, "%m/%d/%Y %I:%M:%S %p"),
    }  # fmt: skip
    with (folder / "maccor.txt").open("wb") as stream:
        stream.write(b"Name:\tinvented\nChannel:\t1\nStarted\t11/23/2023 3:56:11 PM\n\n")
        pacsv.write_csv(
            pa.table(text), stream, pacsv.WriteOptions(delimiter="\t", quoting_style="none")
        )

    cells = np.zeros(len(frame), [("V", "<f4"), ("A", "<f4")])
    cells["V"], cells["A"] = volt, ampere
    steps = np.zeros(int(step[-1]), [("cycle", "<u4"), ("line", "<u4"), ("_0", "V16"),
                                     ("type", "u1"), ("_1", "V12")])  # fmt: skip
    number = np.arange(len(steps))
    steps["cycle"], steps["line"] = number // 5, number % 5 + 1
    steps["type"] = np.array([1, 3, 4, 2, 4])[number % 5]
    for name, chosen in (
        ("full", point - 1),
        ("sparse", np.union1d(np.arange(0, len(frame), 5), begins)),
    ):
        run = np.zeros(len(chosen), [
            ("t", "<u4"), ("_0", "u1"), ("cc", "<f4"), ("dc", "<f4"), ("ce", "<f4"), ("de", "<f4"),
            ("_1", "V8"), ("dt", "<i4"), ("date", "<u4"), ("step", "<u4"), ("index", "<u4"),
            ("ms", "<u2"), ("_2", "V8"),
        ])  # fmt: skip
        run["t"], run["dt"] = step_time[chosen] * 1000, 8000
        run["cc"], run["dc"] = step_charge[chosen], step_discharge[chosen]
        run["ce"], run["de"] = run["cc"] * 3.5, run["dc"] * 3.4
        run["date"], run["step"], run["index"] = 1.7e9 + time_[chosen], step[chosen], chosen + 1
        parts = {"data.ndc": (1, cells), "data_step.ndc": (7, steps), "data_runInfo.ndc": (18, run)}
        content = {n: in_pages(make, kind, table) for n, (kind, table) in parts.items()}
        (folder / f"{name}.ndax").write_bytes(make["ndax"](content))

    numbers = [1, 2, 3, 21, 31, 65, 131, 4, 7, 13, 5, 6, 8, 39, 211, 468, 70]
    packed = np.zeros(len(frame), [
        ("flags", "u1"), ("Ns", "<u2"), ("time", "<f8"), ("dq", "<f8"), ("Q", "<f8"),
        ("control", "<f4"), ("Ewe", "<f4"), ("I", "<f4"), ("range", "<u2"), ("Qcd", "<f8"),
        ("half", "<u4"), ("P", "<f4"),
    ])  # fmt: skip
    packed["flags"], packed["Ns"], packed["time"] = 1, kind, time_
    packed["dq"], packed["Q"] = ampere * 8 / 3.6, (charge - discharge) * 1e3
    packed["Ewe"], packed["I"], packed["half"] = volt, ampere * 1e3, cycle * 2
    content = make["mpr"](numbers, packed.tobytes(), len(frame), technique=4)
    (folder / "cycling.mpr").write_bytes(content)


def in_pages(make: dict[str, Any], kind: int, table: Any) -> bytes:
    """Lay records out as `ndc` of the samples does; that goes slot by slot, this array by array."""
    import numpy as np

    size = table.dtype.itemsize
    a_page = (4096 - 132 - 1) // size
    pages = -(-len(table) // a_page)
    padded = np.zeros(pages * a_page, table.dtype)
    padded[: len(table)] = table
    body = np.zeros((pages, 4096), np.uint8)
    body[:, 132 : 132 + a_page * size] = padded.view(np.uint8).reshape(pages, -1)
    valid = (np.arange(pages * a_page) < len(table)).reshape(pages, a_page)
    bits = np.packbits(valid, axis=1, bitorder="little")
    body[:, 4 : 4 + bits.shape[1]] = bits
    few = make["ndc"](kind, 14, table[:2].tobytes(), size)  # both must lay out alike
    assert few[4096 + 132 : 4096 + 132 + size] == body[0, 132 : 132 + size].tobytes()
    return few[:4096] + body.tobytes()


# --- timing ---------------------------------------------------------------------------------------


def serve(reader: str, path: Path) -> None:
    """Read a file once, tell its sums; then read it again and tell the time for each line asked."""
    job = our_reader if reader == "ours" else OTHERS[path.name][reader]
    given = job(path)
    print(json.dumps(sums(given)), flush=True)
    for _ in sys.stdin:
        given = None  # before the clock starts
        begin = time.perf_counter(), time.process_time()
        given = job(path)
        took = time.perf_counter() - begin[0], time.process_time() - begin[1]
        print(json.dumps(took), flush=True)


def our_reader(path: Path) -> Any:
    from bdg_explore import readers

    return readers.read(path)


def told(process: "subprocess.Popen[str]") -> Any:
    """Return what a process that reads has to tell next; None if it has ended."""
    assert process.stdout
    line = process.stdout.readline()
    return json.loads(line) if line else None


def compare(path: Path, others: dict[str, Any], public: str, repeats: int) -> None:
    """Time our reader and the others in turns, a process each, and print the ratios."""
    running: dict[str, subprocess.Popen[str]] = {}
    read: dict[str, Any] = {}
    for reader in ("ours", *others):
        mine = reader in ("ours", "pyarrow.csv", "pandas.read_csv")
        command = [sys.executable if mine else public, __file__, "--serve", reader, str(path)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        read[reader] = told(process)
        if read[reader] is None:
            said = process.communicate()[1].strip().splitlines()[-1:] or ["?"]
            print(f"{path.name}: {reader} is left out: {said[0][:100]}")
            continue
        running[reader] = process
    times: dict[str, list[list[float]]] = {reader: [] for reader in running}
    for _ in range(repeats):
        for reader, process in running.items():
            assert process.stdin
            process.stdin.write("again\n")
            process.stdin.flush()
            times[reader].append(told(process))
    for process in running.values():
        process.communicate()
    size, target = path.stat().st_size / 1e6, TARGETS.get(path.name, "target 1.0")
    for reader in times:
        if reader != "ours":
            clock, processor = (
                statistics.median(
                    mine[way] / other[way]
                    for mine, other in zip(times["ours"], times[reader], strict=True)
                )
                for way in (0, 1)
            )
            seconds = [statistics.median(t[0] for t in times[r]) for r in (reader, "ours")]
            best = min(t[0] for t in times["ours"]) / min(t[0] for t in times[reader])
            same = all(
                abs(a - b) <= 1e-6 * abs(b) + 1e-3
                for a, b in zip(read["ours"], read[reader], strict=True)
            )
            note = "" if same else f"; VALUES DIFFER: {read['ours']} and {read[reader]}"
            print(
                f"{path.name} ({size:.0f} MB): {reader} {seconds[0]:.3f} s, ours {seconds[1]:.3f} "
                f"s, ratio {clock:.2f} ({target}), of the best times {best:.2f}, of processor time "
                f"{processor:.2f}{note}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--public", default=sys.executable, help="a Python with other readers")
    parser.add_argument("--only", nargs="*", help="names of files")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve[0], Path(given.serve[1]))
        return
    print(f"{given.rows:,} rows, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        make_files(Path(folder), given.rows)
        for name, others in OTHERS.items():
            if not given.only or name in given.only:
                compare(Path(folder) / name, others, given.public, given.repeats)


if __name__ == "__main__":
    main()
