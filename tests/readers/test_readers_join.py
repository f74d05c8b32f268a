"""Parts of one test: found by their names, put in true order, joined without loss or doubling."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bdg_explore as bdg
from bdg_explore.errors import FrameError, ParameterError, ReadError
from bdg_explore.readers._join import evidence
from bdg_explore.readers._series import group, name_part, order_by_name

DAY = 86_400.0
START = 1_282_000_000.0  # 16 August 2010


def records(cycles=2, *, unix=None, rows=20, seed=0, **more):
    """Some cycles of half an hour: time from 10 s, counters of the file, cycles from 1."""
    rng = np.random.default_rng(seed)
    count = cycles * rows
    time = 10.0 + 90.0 * np.arange(count)
    half = np.tile(np.repeat([1.0, -1.0], rows // 2), cycles)
    frame = pd.DataFrame(
        {
            "test_time_second": time,
            "voltage_volt": np.round(3.6 + 0.2 * half + rng.normal(0, 0.01, count), 6),
            "current_ampere": half,
            "cycle_count": np.repeat(np.arange(1, cycles + 1), rows),
            "step_count": np.repeat(np.arange(1, 2 * cycles + 1), rows // 2),
            "record_index": np.arange(1, count + 1),
            "charging_capacity_ah": np.cumsum(np.maximum(half, 0)) * 90 / 3600,
            "discharging_capacity_ah": np.cumsum(np.maximum(-half, 0)) * 90 / 3600,
        }
    )
    if unix is not None:
        frame["unix_time_second"] = unix + time
    return frame.assign(**more)


@pytest.fixture
def write(tmp_path):
    def _write(name, frame):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_csv(path, index=False)
        return path

    return _write


def accounted(frame):
    told = frame.attrs["source"]
    assert told["rows_out"] == len(frame)
    assert told["rows_in"] == len(frame) + told["overlap_rows"]
    assert sum(part["rows_out"] for part in told["parts"]) == len(frame)
    return told


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "base", "kind", "key"),
    [
        ("CS2_35_8_17_10.xlsx", "CS2_35", "date", (8, 17, 10, 0, 0, 0)),
        ("20160805_test001_45_cc_02.res", "20160805_test001_45_cc", "number", (2,)),
        ("example.001", "example", "number", (1,)),
        ("long_test_Part2.csv", "long_test", "part", (2,)),
        ("a (part 2 of 3).csv.gz", "a", "part", (2,)),
        ("aging_02_GCPL_C05.mpr", "aging_C05", "part", (2,)),
        ("cycling_2024-05-12_1430.bdf.csv", "cycling", "date", (2024, 5, 12, 14, 30, 0)),
        ("cycling_20240512.csv", "cycling", "date", (2024, 5, 12, 0, 0, 0)),
        ("cell_01.csv", "cell", "number", (1,)),
        ("coin-3.csv", "coin", "number", (3,)),
        ("B0005.mat", "B0005", "", ()),
        ("discharge_1.5.csv", "discharge_1.5", "", ()),
        ("test-120-6-53-99.ndax", "test-120-6-53-99", "number", ()),
    ],
)
def test_a_name_says_what_it_may_be_part_of(name, base, kind, key):
    found = name_part(name)
    if key or not kind:
        assert (found.base, found.kind, found.key) == (base, kind, key)
    else:  # no such date: at most a number, which is only a hint
        assert found.kind != "date"


def test_dates_are_put_in_order_as_dates_not_as_text():
    names = ["CS2_35_1_10_11.xlsx", "CS2_35_10_15_10.xlsx", "CS2_35_8_17_10.xlsx"]
    places, how = order_by_name(names)
    assert [names[place] for place in places] == names[::-1]
    assert "month_day_year" in how
    places, how = order_by_name(["a_1_2_2024.csv", "a_31_1_2024.csv"])
    assert (places, how.endswith("day_month_year")) == ([1, 0], True), "only so is 31 a day"
    assert order_by_name(["a_13_14_2024.csv", "b.csv"]) is None


def test_numbers_are_put_in_order_as_numbers():
    places, how = order_by_name(["ab_2.csv", "ab_10.csv", "ab_1.csv"])
    assert places == [2, 0, 1]
    assert "number" in how
    assert order_by_name(["ab_Part2.csv", "ab.csv"])[0] == [1, 0], "the first is not numbered"
    assert order_by_name(["run9.csv", "run10.csv"])[0] == [0, 1]
    assert order_by_name(["ab_1.csv", "cd_1.csv"]) is None, "one number twice tells nothing"
    assert order_by_name(["a1.csv", "b2.csv"]) is None


def test_files_of_a_folder_fall_into_tests():
    paths = [
        Path(name)
        for name in (
            "x/CS2_35_1_10_11.xlsx", "x/CS2_35_8_17_10.xlsx", "x/CS2_36_1_10_11.xlsx",
            "x/cell_1.csv", "x/cell_2.csv", "x/aging.csv", "x/aging_Part2.csv", "y/aging_Part3.csv",
            "x/long_1.res", "x/long_2.res", "x/long_2.csv", "x/run.csv", "x/run_part1.csv",
            "x/run_part2.csv",
        )
    ]  # fmt: skip
    found = [[path.as_posix() for path in members] for members in group(paths)]
    assert [members for members in found if len(members) > 1] == [
        ["x/CS2_35_8_17_10.xlsx", "x/CS2_35_1_10_11.xlsx"],
        ["x/aging.csv", "x/aging_Part2.csv"],
        ["x/long_1.res", "x/long_2.res"],
        ["x/run_part1.csv", "x/run_part2.csv"],
    ]
    every = [path for members in found for path in members]
    assert sorted(every) == sorted(path.as_posix() for path in paths)
    formats = {paths[5]: "arbin_csv", paths[6]: "maccor_csv"}
    assert [paths[5]] in group(paths, formats), "files of two formats are not one test"


# --- order, time, numbers -------------------------------------------------------------------------


def test_parts_join_by_their_absolute_times_with_the_real_pause(write):
    second = write("a_1.csv", records(3, unix=START + 5 * DAY, seed=2))
    first = write("a_2.csv", records(2, unix=START, seed=1))
    frame = bdg.read([second, first])
    told = accounted(frame)
    assert [part["file"] for part in told["parts"]] == ["a_2.csv", "a_1.csv"]
    assert any("start times" in note for note in told["notes"])
    time = frame["test_time_second"].to_numpy()
    unix = frame["unix_time_second"].to_numpy()
    assert np.all(np.diff(time) > 0)
    assert np.ptp(unix - time) < 1e-6, "test time runs on as the clock on the wall does"
    assert frame["cycle_count"].unique().tolist() == [1, 2, 3, 4, 5]
    assert frame["step_count"].unique().tolist() == list(range(1, 11))
    assert frame["record_index"].tolist() == list(range(1, 101))
    assert frame["cycle_count"].dtype == np.int64
    charged = frame["charging_capacity_ah"].to_numpy()
    assert np.all(np.diff(charged) >= 0)
    assert charged[-1] == pytest.approx(5 * 10 * 90 / 3600)
    assert told["parts"][1]["pause_second"] == pytest.approx(5 * DAY - 39 * 90)


def test_without_absolute_times_the_names_tell_and_the_pause_is_said_to_be_unknown(write):
    paths = [write(f"t_{name}.csv", records(1, seed=i)) for i, name in
             enumerate(["10_2_10", "8_17_10", "1_10_11"])]  # fmt: skip
    frame = bdg.read(paths)
    told = accounted(frame)
    assert [part["file"] for part in told["parts"]] == [
        "t_8_17_10.csv", "t_10_2_10.csv", "t_1_10_11.csv"
    ]  # fmt: skip
    assert any("month_day_year" in note for note in told["notes"])
    assert sum("pause is not known" in note for note in told["notes"]) == 2
    assert np.diff(frame["test_time_second"]).tolist() == pytest.approx([90.0] * 59)
    assert frame["cycle_count"].unique().tolist() == [1, 2, 3]


def test_where_nothing_tells_the_order_given_holds_and_is_told(write):
    frame = bdg.read([write("z.csv", records(1)), write("a.csv", records(1, seed=4))])
    assert frame.attrs["source"]["parts"][0]["file"] == "z.csv"
    assert any("as given" in note for note in frame.attrs["source"]["notes"])


def test_numbers_and_times_that_go_on_are_left_as_they_are(write):
    whole = records(4)
    paths = [write("w.001", whole[:33]), write("w.002", whole[33:50]), write("w.003", whole[50:])]
    frame = bdg.read(paths[::-1])
    told = accounted(frame)
    for name in whole.columns:
        assert frame[name].to_numpy() == pytest.approx(whole[name].to_numpy()), name
    assert all(not part["added"] for part in told["parts"])
    assert evidence([bdg.read(path) for path in paths])[0]


def test_a_part_that_restarts_after_one_of_a_single_cycle_counts_as_a_new_cycle(write):
    frame = bdg.read([write(f"s_{i}.csv", records(1, seed=i)) for i in (1, 2, 3)])
    assert frame.groupby("cycle_count").size().to_dict() == {1: 20, 2: 20, 3: 20}


def test_a_counter_is_one_counter_though_a_part_is_too_short_to_tell(write):
    names = {"charging_capacity_ah": "cycle_charging_capacity_ah"}
    short = records(1, seed=3).rename(columns=names)
    frame = bdg.read([write("c_1.csv", records(2)), write("c_2.csv", short)])
    assert "cycle_charging_capacity_ah" not in frame
    assert frame["charging_capacity_ah"].iloc[-1] == pytest.approx(3 * 10 * 90 / 3600)
    assert any("one counter" in note for note in frame.attrs["source"]["notes"])


def test_labels_stay_labels_and_columns_that_a_part_lacks_are_missing_there(write):
    first = records(1, step_type="rest")
    second = records(1, seed=1, step_type="charge", surface_temperature_celsius=25.0)
    frame = bdg.read([write("l_1.csv", first), write("l_2.csv", second)])
    assert list(frame["step_type"].cat.categories) == ["charge", "rest"]
    assert frame["step_type"].iloc[0] == "rest"
    assert frame["surface_temperature_celsius"].isna().sum() == 20
    assert any("l_1.csv lacks surface_temp" in note for note in frame.attrs["source"]["notes"])


# --- shared records -------------------------------------------------------------------------------


@pytest.mark.parametrize("unix", [None, START])
def test_records_in_two_parts_stand_there_once(write, unix):
    whole = records(4, unix=unix)
    paths = [write("o_1.csv", whole[:50]), write("o_2.csv", whole[40:])]
    frame = bdg.read(paths)
    told = accounted(frame)
    assert told["overlap_rows"] == 10
    for name in whole.columns:
        assert frame[name].to_numpy() == pytest.approx(whole[name].to_numpy()), name
    assert any("10 records" in note for note in told["notes"])


@pytest.mark.parametrize("unix", [None, START])
def test_weekly_exports_of_a_running_test_give_the_last_of_them(write, unix):
    whole = records(4, unix=unix)
    paths = [write(f"e_{i}.csv", whole[:rows]) for i, rows in enumerate((20, 50, 80), start=1)]
    frame = bdg.read(paths)
    assert accounted(frame)["overlap_rows"] == 70
    assert frame["test_time_second"].tolist() == whole["test_time_second"].tolist()
    assert frame["cycle_count"].tolist() == whole["cycle_count"].tolist()


def test_an_overlap_is_found_where_numbers_and_time_restart_too(write):
    whole = records(4, unix=START)
    second = whole[40:].copy()
    second["test_time_second"] -= 3600.0
    second["cycle_count"] -= 2
    second["charging_capacity_ah"] -= 0.5
    frame = bdg.read([write("r_1.csv", whole[:50]), write("r_2.csv", second)])
    for name in ("test_time_second", "cycle_count", "charging_capacity_ah"):
        assert frame[name].to_numpy() == pytest.approx(whole[name].to_numpy()), name


def test_the_same_file_twice_is_read_once(write):
    first = write("d_1.csv", records(2, unix=START))
    copy = write("d_1 (1).csv", records(2, unix=START))
    frame = bdg.read([first, copy])
    assert len(frame) == 40
    assert frame.attrs["source"]["copies"] == 1
    assert "same content as d_1.csv" in frame.attrs["source"]["notes"][0]


def test_two_cells_on_the_tester_at_the_same_time_are_refused(write):
    paths = [write(f"p_{i}.csv", records(2, unix=START + i, seed=i)) for i in (1, 2)]
    with pytest.raises(ReadError, match=r"p_2.csv runs at the same time .* not parts of one test"):
        bdg.read(paths)
    assert evidence([bdg.read(path) for path in paths])[0] is False


def test_two_cells_one_after_the_other_give_no_evidence(write):
    paths = [write(f"q_{i}.csv", records(2, unix=START + i * DAY, seed=i)) for i in (1, 2)]
    found, why = evidence([bdg.read(path) for path in paths])
    assert not found
    assert "nothing in the records" in why


# --- what is refused ------------------------------------------------------------------------------


def test_parts_of_two_formats_or_tables_are_refused(write, tmp_path):
    first = write("f_1.csv", records(1))
    cycles = write(
        "f_2.csv", pd.DataFrame({"cycle_count": [1], "cycle_discharging_capacity_ah": 1.0})
    )
    with pytest.raises(ReadError, match="their format is bdf_csv and csv"):
        bdg.read([first, cycles])
    with pytest.raises(ParameterError, match="empty"):
        bdg.read([])


def test_one_part_alone_and_buffers_work(write):
    path = write("one.csv", records(1))
    alone = bdg.read([path])
    assert "parts" not in alone.attrs["source"]
    texts = [records(1, seed=i).to_csv(index=False) for i in (1, 2)]
    assert len(bdg.read([io.StringIO(text) for text in texts])) == 40


def test_a_damaged_part_is_named(write):
    bad = records(1)
    bad.loc[5, "test_time_second"] = 0.0
    with pytest.raises(FrameError, match=r"b_2\.csv"):
        bdg.read([write("b_1.csv", records(1)), write("b_2.csv", bad)])


def test_cycle_tables_and_spectra_join_too(write):
    cycles = pd.DataFrame({"cycle_count": [1, 2], "cycle_discharging_capacity_ah": [1.0, 0.9]})
    later = cycles.assign(cycle_discharging_capacity_ah=[0.8, 0.7])
    frame = bdg.read([write("k_2.csv", later), write("k_1.csv", cycles)])
    assert frame["cycle_count"].tolist() == [1, 2, 3, 4]
    assert frame["cycle_discharging_capacity_ah"].tolist() == [1.0, 0.9, 0.8, 0.7]


def test_what_is_lent_is_left_as_it_was(write):
    paths = [write(f"i_{i}.csv", records(1, seed=i)) for i in (1, 2)]
    parts = [bdg.read(path) for path in paths]
    before = [part.copy() for part in parts]
    from bdg_explore.readers._join import join

    join(parts)
    for part, was in zip(parts, before, strict=True):
        pd.testing.assert_frame_equal(part, was)
        assert part.attrs == was.attrs


def test_one_barcode_is_evidence_that_two_files_are_one_test(write):
    paths = [write(f"one_{i}.csv", records(2, unix=START + i * DAY, seed=i)) for i in (1, 2)]
    parts = [bdg.read(path) for path in paths]
    for part in parts:
        part.attrs["source"]["barcode"] = "250403_gen9_06"
    assert evidence(parts) == (True, "the same barcode")
    parts[1].attrs["source"]["barcode"] = "250403_gen9_07"
    assert not evidence(parts)[0]


# --- real files -----------------------------------------------------------------------------------


def test_workbooks_named_by_their_dates(mirror):
    paths = [mirror / "calce" / f"CS2_35_{date}.xlsx" for date in ("1_10_11", "8_17_10")]
    if not all(path.exists() for path in paths):
        pytest.skip("the mirror holds no workbooks of CALCE")
    assert len(group(paths)) == 1
    frame = bdg.read(paths)
    told = accounted(frame)
    assert [part["file"] for part in told["parts"]] == [path.name for path in paths[::-1]]
    assert frame["cycle_count"].iloc[-1] == 51, "1 cycle in August, 50 in January"
    assert (np.diff(frame["test_time_second"]) >= 0).all()
    pause = frame[["unix_time_second", "test_time_second"]].diff().iloc[1091]
    assert pause.iloc[0] == pytest.approx(pause.iloc[1])
    assert pause.iloc[1] == pytest.approx(139.7 * DAY, rel=0.001)
    charged = frame["charging_capacity_ah"].to_numpy()
    assert (np.diff(charged) > -1e-6).all()
    assert charged[-1] == pytest.approx(1.158338494157204 + 38.05503528637966)


def test_a_copy_of_an_access_database_adds_nothing(mirror):
    folder = mirror / "raw" / "arbin"
    paths = [folder / f"cellpy_20160805_test001_45_cc_{n}.res" for n in ("01", "02")]
    if not all(path.exists() for path in paths):
        pytest.skip("the mirror holds no .res files")
    pytest.importorskip("access_parser")
    frame = bdg.read(paths)
    told = accounted(frame)
    assert len(frame) == 10261
    assert told["overlap_rows"] == 10261


def test_pieces_of_a_maccor_test(mirror):
    paths = [mirror / "raw" / "maccor" / f"rovi_maccor_example.00{n}" for n in (1, 2)]
    if not all(path.exists() for path in paths):
        pytest.skip("the mirror holds no pieces of a Maccor test")
    frame = bdg.read(paths[::-1])
    told = accounted(frame)
    assert [part["file"][-1] for part in told["parts"]] == ["1", "2"]
    assert frame["record_index"].tolist() == list(range(1, 17))
    assert frame["test_time_second"].iloc[8] == pytest.approx(86_400, abs=1)
    assert evidence([bdg.read(path) for path in paths]) == (True, "the same preamble")
