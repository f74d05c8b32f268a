"""Damaged files of every format end in a frame or a named error, in 10 s and 1 GiB.

A few hundred inputs; ``python benchmarks/fuzz_readers.py`` reads 5,000 and more.
"""

import io
import runpy
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bdg_explore import readers
from bdg_explore.errors import BdgError, ReadError

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "fuzz_readers.py"
FUZZ = runpy.run_path(str(SCRIPT))


def test_inputs_are_told_by_seed_and_number(monkeypatch):
    monkeypatch.delenv("BDG_MIRROR", raising=False)
    by_format = FUZZ["seeds"]()
    first = [FUZZ["made"](n, 7, by_format) for n in range(40)]
    assert first == [FUZZ["made"](n, 7, by_format) for n in range(40)]
    assert first != [FUZZ["made"](n, 8, by_format) for n in range(40)]


def test_every_format_is_changed(monkeypatch):
    monkeypatch.delenv("BDG_MIRROR", raising=False)
    assert set(FUZZ["seeds"]()) == set(readers.formats().index)


@pytest.mark.timeout(200)
def test_damaged_files_end_in_a_frame_or_a_named_error():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--inputs", "600", "--seed", "3"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "600 inputs over" in done.stdout
    assert ", 0 findings" in done.stdout


def _raise(error):
    raise error


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (lambda data, format: _raise(KeyError("not caught")), "finding: KeyError 'not caught'"),
        (lambda data, format: _raise(ReadError("bad")), "finding: says only bad"),
        (lambda data, format: _raise(MemoryError()), "finding: took more than 1 GiB"),
        (lambda data, format: _raise(ReadError("a sentence that says what is wrong")), "error"),
        (readers.read, "frame"),
    ],
)
def test_what_is_wrong_is_found_so_that_silence_means_something(read, told):
    data = (FUZZ["SAMPLES"] / "csv" / "cycles.csv").read_bytes()
    assert FUZZ["outcome"](read, data, None).startswith(told)


# --- what fuzzing found, and was mended -----------------------------------------------------------


def test_blank_labels_of_a_dictionary_are_counted_as_missing():
    cells = pa.array(["a", " ", "a"]).dictionary_encode()
    table = pa.table({"cell": cells, "cycle_count": [1, 2, 3], "coulombic_efficiency": [1.0] * 3})
    target = io.BytesIO()
    pq.write_table(table, target)
    account = readers.read(target.getvalue()).attrs["source"]["columns"]["cell"]
    assert account["nulls_in"] == account["nulls_out"] == 1


@pytest.mark.parametrize("fill", [b"\n", b"1,", b",", b"9"])
def test_millions_of_blank_lines_or_fields_are_refused_in_time(fill):
    sample = (FUZZ["SAMPLES"] / "arbin_csv" / "old_headers.csv").read_bytes()
    began = time.process_time()
    with pytest.raises(BdgError):
        readers.read(sample + fill * (6_000_000 // len(fill)) + b"\nnot,a,record\n")
    assert time.process_time() - began < 10


def test_a_number_out_of_range_is_found_without_a_warning(recwarn):
    text = b"test_time_second,voltage_volt,current_milliampere\n0,1e308,1e308\n"
    frame = readers.read(text, format="csv", columns={"current_milliampere": "current_ampere"})
    assert frame["voltage_volt"].tolist() == [1e308]
    assert not [w for w in recwarn if issubclass(w.category, RuntimeWarning)]


def test_a_time_that_is_no_number_is_counted_as_missing():
    lines = next(FUZZ["SAMPLES"].glob("calce_txt/*.txt")).read_bytes().split(b"\n")
    lines[1] = b"nan\t" + lines[1].split(b"\t", 1)[1]
    frame = readers.read(b"\n".join(lines), check=False)
    account = frame.attrs["source"]["columns"]["test_time_second"]
    assert account["nulls_in"] == account["nulls_out"] == 1


def test_an_index_of_millions_of_lines_is_refused_in_time():
    sample = next(FUZZ["SAMPLES"].glob("nasa_pcoe_index_csv/*.csv")).read_bytes()
    with pytest.raises(BdgError, match="too large"):
        readers.read(sample + b"\n" * 300_000, format="nasa_pcoe_index_csv")


def test_a_long_word_is_looked_at_once():
    began = time.process_time()
    with pytest.raises(BdgError):
        readers.read(b"x" * 65_000 + b"\n" + b"y" * 65_000)
    assert time.process_time() - began < 5
