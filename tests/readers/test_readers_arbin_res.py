"""Arbin .res: one test and several, what is wrong with a file, and another reader's numbers."""

import copy

import numpy as np
import pytest
from reader_samples import SAMPLES, cycler_maker, notes_of

from bdg_explore import readers
from bdg_explore.columns import CELL, CURRENT, CYCLE, RECORD, STEP, TEST_TIME, VOLTAGE
from bdg_explore.errors import ReadError
from bdg_explore.readers._jet import Database
from bdg_explore.readers._source import as_source
from real_files import folder_with, needs_real

SAMPLE = SAMPLES / "arbin_res" / "one_test.res"
MAKE = cycler_maker()
jet = MAKE["jet"]
REAL = folder_with("raw/arbin") / "raw/arbin"
real = needs_real("raw/arbin")


def tables(**changes):
    made = copy.deepcopy(MAKE["arbin_tables"]())
    for name, (kind, values) in changes.items():
        made["Channel_Normal_Table"][name] = (kind, values)
    return made


def test_several_tests_in_one_file_are_cells_to_choose_from():
    made = tables(Test_ID=("<i4", [7, 7, 8, 8]), Data_Point=("<i4", [1, 2, 1, 2]))
    made["Global_Table"] = {"Test_ID": ("<i4", [7, 8]), "Test_Name": ("text", ["one", "two"])}
    made.pop("Auxiliary_Table")
    frame = readers.read(jet(made))
    assert frame[CELL].tolist() == ["one", "one", "two", "two"]
    assert "2 tests in one file" in notes_of(frame)
    chosen = readers.read(jet(made), cells=["two"])
    assert chosen[TEST_TIME].tolist() == [30.5, 40.5]


def test_records_are_put_in_order():
    rows = {"Data_Point": ("<i4", [3, 4, 1, 2]), "Test_Time": ("<f8", [30.5, 40.5, 10.5, 20.5])}
    frame = readers.read(jet(tables(**rows)))
    assert frame[RECORD].tolist() == [1, 2, 3, 4]
    assert frame[TEST_TIME].is_monotonic_increasing
    assert "put in order" in notes_of(frame)


def test_rows_over_many_pages():
    count = 1000
    made = tables()
    made["Channel_Normal_Table"] = {
        name: (kind, [0] * count) for name, (kind, _) in made["Channel_Normal_Table"].items()
    } | {
        "Data_Point": ("<i4", list(range(count))),
        "Test_Time": ("<f8", [float(i) for i in range(count)]),
        "Voltage": ("<f4", [i / 1024 for i in range(count)]),
    }
    made.pop("Auxiliary_Table")
    frame = readers.read(jet(made, rows_a_page=37))
    np.testing.assert_array_equal(frame[VOLTAGE], np.arange(count) / 1024)


def test_rows_that_were_deleted_are_not_read():
    data = bytearray(SAMPLE.read_bytes())
    page = data.index(b"\x01\x01\0\0\x06\0\0\0")  # the rows of Channel_Normal_Table
    data[page + 14 + 2 + 1] |= 0x80
    frame = readers.read(bytes(data))
    assert frame[RECORD].tolist() == [1, 3, 4]
    assert "says that it has 4 rows and has 3" in notes_of(frame)


def test_a_row_that_outgrew_its_page_is_followed():
    data = bytearray(SAMPLE.read_bytes())
    page = data.index(b"\x01\x01\0\0\x06\0\0\0")
    moved = bytearray(4096)
    begin = int.from_bytes(data[page + 14 : page + 16], "little")
    moved[:12] = b"\x01\x01" + bytes(10)  # of no table, as pages with such rows are not scanned
    moved[12:14] = b"\x01\0"
    moved[14:16] = begin.to_bytes(2, "little")
    moved[begin:] = data[page + begin : page + 4096]
    data[page + 15] |= 0x40
    data[page + begin : page + begin + 4] = b"\0" + (len(data) // 4096).to_bytes(3, "little")
    frame = readers.read(bytes(data) + bytes(moved))
    assert frame[VOLTAGE].tolist() == [3.5, 3.625, 3.25, 3.125]


WHOLE = SAMPLE.read_bytes()
DEFINITION = 6 * 4096


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (jet(MAKE["arbin_tables"](), version=0), "Access 97 or earlier"),
        (jet({"Other": {"a": ("<i4", [1])}}), "without the table Channel_Normal_Table .* Other"),
        (jet({"Channel_Normal_Table": {"Test_ID": ("<i4", [1])}}), "has no column Data_Point"),
        (jet({"Channel_Normal_Table": {n: (k, []) for n, (k, _) in
              MAKE["arbin_tables"]()["Channel_Normal_Table"].items()}}), "has no records"),
        (WHOLE[:8192], "fewer than three pages"),
        (WHOLE[:DEFINITION], "page 6 does not define Channel_Normal_Table"),
        (WHOLE[: 2 * 4096] + b"\xaa" * 8192 + WHOLE[4 * 4096 :], "does not define the catalog"),
        (WHOLE[: 3 * 4096] + b"\xaa" * 4096 + WHOLE[4 * 4096 :], "encrypted or damaged"),
    ],
)  # fmt: skip
def test_damage_is_told(content, message):
    with pytest.raises(ReadError, match=message):
        readers.read(content)


def test_another_reader_of_access_databases_reads_the_sample_alike():
    access_parser = pytest.importorskip("access_parser")
    _assert_alike(access_parser.AccessParser(str(SAMPLE)), SAMPLE, "Channel_Normal_Table")


@real
@pytest.mark.parametrize("part", ["01", "02"])
def test_another_reader_of_access_databases_reads_real_files_alike(part):
    access_parser = pytest.importorskip("access_parser")
    path = REAL / f"cellpy_20160805_test001_45_cc_{part}.res"
    other = access_parser.AccessParser(str(path))
    for table in ("Channel_Normal_Table", "Global_Table", "Channel_Statistic_Table"):
        _assert_alike(other, path, table)


def _assert_alike(other, path, table):
    source = as_source(path)
    ours = Database(source.content(), source).read(table)
    theirs = other.parse_table(table)
    for name, values in ours.items():
        given = [v if v is not None else np.nan for v in theirs[name]]
        if values.dtype == object:
            assert [v or "" for v in theirs[name]] == values.tolist(), name
        else:
            np.testing.assert_array_equal(values.astype(float), np.array(given, float), name)


@real
@pytest.mark.parametrize("part", ["01", "02"])
def test_real_files(part):
    frame = readers.read(REAL / f"cellpy_20160805_test001_45_cc_{part}.res")
    assert len(frame) == 10_261
    assert frame[RECORD].tolist() == list(range(1, 10_262))
    # the test ended at 859,153.4 s in cycle 18, by Event_Table and Channel_Statistic_Table
    assert frame[CYCLE].iloc[-1] == 18
    assert 859_153 - 300 < frame[TEST_TIME].iloc[-1] < 859_153
    counters = [n for n in frame.columns if n.endswith("charging_capacity_ah")]
    time, current = frame[TEST_TIME].to_numpy(), frame[CURRENT].to_numpy()
    inside = frame[STEP].to_numpy()[1:] == frame[STEP].to_numpy()[:-1]
    charge = np.where(inside, np.diff(time) * (current[1:] + current[:-1]) / 7200, 0)
    for counter, sign in zip(counters, (1, -1), strict=True):
        passed = np.maximum(sign * charge, 0).sum()
        grown = np.maximum(np.diff(frame[counter]), 0).sum()
        assert passed == pytest.approx(grown, rel=0.01), counter
