"""Damaged files of every format end in a frame or a named error, in 10 s and 1 GiB.

A few hundred inputs; ``python benchmarks/fuzz_readers.py`` reads 5,000 and more.
"""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from bdg_explore import readers
from bdg_explore.errors import ReadError

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "fuzz_readers.py"
FUZZ = runpy.run_path(str(SCRIPT))


def test_inputs_are_told_by_seed_and_number():
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
