"""Every real file of the mirror: it reads and keeps its contract, or is refused by name.

Nothing here names a value of one file; what must hold for any tester's file is asked of all.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bdg_explore as bdg
from bdg_explore.columns import (
    CAPACITY_SOURCE,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    GAP_DURATION,
    RECORD_COUNT,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.curation import sign_votes
from bdg_explore.errors import FrameError, ParameterError, UnknownFormatError
from bdg_explore.frames import CONTRACTS, check_frame
from bdg_explore.readers import write_bdf
from real_files import folder_with

PARTS = (
    "raw", "bdf", "eis", "beep_structured", "batterydata_energy", "calce", "nasa_pcoe", "module",
    "abuse", "failure_databank", "ampworks",
)  # fmt: skip

# What is no measurement, or defective by intent, and how its refusal begins to tell.
REFUSED = (
    ("Time_Bug.bdf.csv", FrameError, "runs backwards at row 722"),
    (".jsonld", UnknownFormatError, "holds no measurements"),
    ("README_", UnknownFormatError, "holds no measurements"),
    ("freq_eis_zhang2020.csv", UnknownFormatError, "No format is known"),
)


FILES = sorted(
    path for part in PARTS for path in (folder_with(part) / part).rglob("*") if path.is_file()
)
pytestmark = pytest.mark.skipif(not FILES, reason="BDG_MIRROR names no folder with real files")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_real_file(path: Path, tmp_path: Path) -> None:
    for part, error, said in REFUSED:
        if part in path.name:
            with pytest.raises(error, match=said):
                bdg.read(path)
            return
    frame = bdg.read(path)
    source = frame.attrs["source"]
    check_frame(frame, CONTRACTS[source["table"]])
    _nothing_is_lost(frame)
    if source["table"] == "timeseries":
        assert sign_votes(frame).verdict != "wrong"
        _counters_agree(frame)
        back = bdg.read(write_bdf(frame, tmp_path / "again.bdf.csv"))
        pd.testing.assert_frame_equal(back, frame)


def _nothing_is_lost(frame: pd.DataFrame) -> None:
    source = frame.attrs["source"]
    left_out = source.get("rows_left_out", 0)
    if source["rows_in"] != source["rows_out"]:
        assert source["notes"], "rows were left out without a word"
    if isinstance(left_out, int) and left_out:
        assert source["rows_in"] == source["rows_out"] + left_out
    for name, account in source["columns"].items():
        if name in frame.columns and source["rows_in"] == source["rows_out"]:
            assert account["nulls_in"] == account["nulls_out"], name
            assert int(frame[name].isna().sum()) == account["nulls_out"], name


def _counters_agree(frame: pd.DataFrame) -> None:
    """Compare the tester's counters with our integral where sampling allows.

    That is: at least 50 records a cycle, at most 60 s and 40 mV apart in the middle, no gap, a
    current printed to a thousandth of its size, and not the first cycle of a file that begins in
    the middle of one. They agree within 1 %, or 0.5 % of the largest half cycle.
    """
    if CYCLE not in frame.columns:
        return
    frame = frame.dropna(subset=[CYCLE])
    integral = bdg.summarize_cycles(frame, capacity="integral").set_index(CYCLE)
    try:
        counter = bdg.summarize_cycles(frame, capacity="counter").set_index(CYCLE)
    except ParameterError:
        return  # the file has no counter
    if (counter[CAPACITY_SOURCE] == "reported").any():
        return  # one value a cycle, by a rule of the laboratory (NASA: down to 2.7 V)
    both = [CYCLE_CHARGING_CAPACITY, CYCLE_DISCHARGING_CAPACITY]
    largest = float(np.nanmax(integral[both].to_numpy(), initial=0))
    current = frame[CURRENT].abs().to_numpy()
    steps = np.unique(np.round(current[current > 0], 12))
    fine = len(steps) > 1 and np.median(current[current > 0]) > 1000 * np.min(np.diff(steps))
    told = set(_rows_told(frame))
    first = integral.index[0]
    for cycle, part in frame.groupby(CYCLE):
        row = integral.loc[cycle]
        if not fine or cycle == first or isinstance(row, pd.DataFrame) or cycle in told:
            continue
        apart = np.median(np.diff(part[TEST_TIME]))
        jump = np.median(np.abs(np.diff(part[VOLTAGE])))
        if row[RECORD_COUNT] < 50 or apart > 60 or jump > 0.04 or row[GAP_DURATION] > 0:
            continue
        for name in both:
            ours, theirs = row[name], counter.loc[cycle, name]
            if np.isfinite(ours) and np.isfinite(theirs):
                assert abs(ours - theirs) <= max(0.01 * ours, 0.005 * largest), (cycle, name)


def _rows_told(frame: pd.DataFrame) -> list[int]:
    """Cycles whose counters disagree, as the check says: at most a tenth of them may."""
    findings = bdg.check(frame).findings
    rows = findings.loc[findings["id"] == "Q07", "rows"]
    cycles = [int(cycle) for one in rows for cycle in one]
    assert len(cycles) <= max(1, 0.1 * frame[CYCLE].nunique())
    return cycles
