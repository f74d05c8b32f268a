"""A folder of made-up tester files, and a way to compare stores."""

import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bdg_explore.hubs.building import build

START = 1_700_000_000.0


def records(cycles=3, *, seed=0, capacity=1.0, start=START, first_cycle=1):
    """Constant current to and fro, a record a minute, with a little noise on the voltage."""
    rng = np.random.default_rng(seed)
    rows = int(60 * capacity)
    half = np.tile(np.repeat([1.0, -1.0], rows), cycles)
    count = len(half)
    time = 60.0 * np.arange(1, count + 1)
    soc = np.tile(np.concatenate([np.arange(rows), np.arange(rows)[::-1]]), cycles) / rows
    return pd.DataFrame(
        {
            "test_time_second": time,
            "voltage_volt": np.round(3.5 + 0.5 * soc + 0.05 * half + rng.normal(0, 1e-4, count), 5),
            "current_ampere": half,
            "unix_time_second": start + time,
            "cycle_count": np.repeat(np.arange(first_cycle, first_cycle + cycles), 2 * rows),
            "step_count": np.repeat(np.arange(1, 2 * cycles + 1), rows),
            "surface_temperature_celsius": np.round(25 + rng.normal(0, 0.05, count), 3),
        }
    )


def put(path, frame):
    """Write a frame as a csv file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False)
    return path


@pytest.fixture
def folder(tmp_path):
    """Three cells, one of them in two parts; a spectrum; a bad file; and what is beside data."""
    place = tmp_path / "lab files"
    put(place / "alpha.csv", records(seed=1))
    put(place / "batch 2" / "beta.csv", records(2, seed=2))
    whole = records(4, seed=3)
    put(place / "gamma_Part1.csv", whole[:250])
    put(
        place / "gamma_Part2.csv", whole[240:].assign(test_time_second=lambda f: f.iloc[:, 0] - 6e3)
    )
    put(
        place / "alpha_EIS.csv",
        pd.DataFrame(
            {
                "frequency_hertz": [1e3, 1e2, 1e1],
                "real_impedance_ohm": [0.01, 0.02, 0.03],
                "imaginary_impedance_ohm": [-0.001, -0.01, -0.002],
            }
        ),
    )
    (place / "bad.csv").write_text(records().to_csv(index=False)[:1_000].rsplit(",", 2)[0])
    (place / "notes.docx").write_bytes(b"PK\x03\x04 no table in here")
    (place / "README.txt").write_text("about")
    (place / ".hidden.csv").write_text("x")
    return place


def tree(out):
    """All files of a store and their bytes."""
    files = sorted(path for path in Path(out).rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def same(left, right):
    """Two stores hold the same files, and these the same bytes."""
    assert list(left) == list(right)
    for name, content in left.items():
        if content != right[name] and name.endswith(".parquet"):  # say what differs
            tables = [pd.read_parquet(io.BytesIO(held[name])) for held in (left, right)]
            pd.testing.assert_frame_equal(*tables)
        assert content == right[name], name
    return True


@pytest.fixture
def quick():
    """Build in this process: fast, and what the tests need unless they are about processes."""

    def run(folder, out, **more):
        return build(folder, out, **{"workers": 0, "progress": False, **more})

    return run


def in_child(job):
    """Start a job in a forked process; return its id."""
    child = os.fork()
    if child == 0:
        try:
            job()
        finally:
            os._exit(0)
    return child
