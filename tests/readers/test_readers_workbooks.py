"""Workbooks: what damaged, strange and hostile ones come to, and that joined sheets are whole."""

import datetime as dt
import io
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

sys.path.insert(0, str(Path(__file__).parents[1] / "samples"))
from workbook_files import xls, xlsx

from bdg_explore import readers
from bdg_explore.errors import BdgError, FrameError, ReadError, UnknownFormatError

HEADS = ["Data_Point", "Test_Time(s)", "Step_Index", "Cycle_Index", "Current(A)", "Voltage(V)"]
ROWS = [[i, 10.0 * i, 1, 1, 0.5, 3.5 + i / 16] for i in range(1, 5)]


def _arbin(rows=ROWS, heads=HEADS, **more):
    return xlsx({"Channel_1_1": [heads, *rows], **more})


def test_header_may_stand_below_other_rows():
    frame = readers.read(xlsx({"Sheet1": [["made by"], [], [None, *HEADS], [None, *ROWS[0]]]}))
    assert frame["voltage_volt"].tolist() == [3.5625]
    assert frame.attrs["source"]["format"] == "arbin_xlsx"


def test_empty_rows_at_the_end_are_no_records():
    frame = readers.read(_arbin([*ROWS, [None] * 6, [""] * 6]))
    assert len(frame) == frame.attrs["source"]["rows_in"] == 4


def test_an_empty_cell_between_is_a_missing_value_and_counted():
    rows = [*ROWS[:2], [3, 30.0, 1, 1, None, 3.75], ROWS[3]]
    frame = readers.read(_arbin(rows))
    assert np.isnan(frame["current_ampere"].iloc[2])
    assert frame.attrs["source"]["columns"]["current_ampere"]["nulls_in"] == 1


def test_an_error_of_a_formula_is_missing_and_counted():
    rows = [ROWS[0], [2, 20.0, 1, 1, "#DIV/0!", 3.75], *ROWS[2:]]
    frame = readers.read(_arbin(rows))
    assert frame["current_ampere"].isna().sum() == 1
    assert frame.attrs["source"]["columns"]["current_ampere"]["nulls_out"] == 1


def test_a_text_among_numbers_names_sheet_and_row():
    rows = [ROWS[0], [2, 20.0, 1, 1, "half", 3.75], *ROWS[2:]]
    with pytest.raises(ReadError, match=r"sheet Channel_1_1, row 3, column 'Current\(A\)': 'half'"):
        readers.read(_arbin(rows))


def test_numbers_kept_as_texts_are_numbers():
    rows = [[str(value) for value in row] for row in ROWS]
    assert readers.read(_arbin(rows))["voltage_volt"].tolist() == [3.5625, 3.625, 3.6875, 3.75]


def test_a_header_twice_is_refused():
    with pytest.raises(ReadError, match="'Voltage\\(V\\)' 2 times"):
        readers.read(_arbin([[*row, 9.0] for row in ROWS], [*HEADS, "Voltage(V)"]))


def test_time_backwards_is_refused():
    with pytest.raises(FrameError, match="runs backwards at row 1"):
        readers.read(_arbin([ROWS[1], ROWS[0]]))


def test_headers_without_records():
    with pytest.raises(ReadError, match="headers and no records"):
        readers.read(_arbin([]))


def test_several_channels_are_told_apart_in_the_column_cell():
    frame = readers.read(_arbin(Channel_2_1=[HEADS, *ROWS[:2]]))
    assert frame["cell"].astype(str).tolist() == ["1"] * 4 + ["2"] * 2
    assert len(readers.read(_arbin(Channel_2_1=[HEADS, *ROWS[:2]]), cells=["2"])) == 2


def test_columns_of_a_later_sheet_are_found_by_their_headers():
    swapped = [[*row[:4], row[5], row[4]] for row in ROWS[2:]]
    heads = [*HEADS[:4], HEADS[5], HEADS[4]]
    frame = readers.read(
        xlsx({"Channel_1_1": [HEADS, *ROWS[:2]], "Channel_1_2": [heads, *swapped]})
    )
    assert frame["voltage_volt"].tolist() == [3.5625, 3.625, 3.6875, 3.75]


def test_neware_sheets_of_two_tests_are_not_joined():
    heads = ["DataPoint", "Cycle Index", "Step Index", "Step Type", "Total Time", "Current(A)",
             "Voltage(V)"]  # fmt: skip
    rows = [[i, 1, 1, "CC Chg", f"00:00:{i:02}", 0.5, 3.5] for i in range(1, 4)]
    with pytest.raises(ReadError, match="records of the same numbers"):
        readers.read(xlsx({"record": [heads, *rows], "other": [heads, *rows]}))


def test_abuse_clocks_that_share_instants_share_rows():
    heads = ["Running Time", "Axial Force", "Axial Displacement", "", "Running Time 1", "TC 01"]
    rows = [[1.0, 5.0, 0.5, None, 1.0, 20.5], [2.0, 6.0, 0.75, None, 2.0, 21.5]]
    frame = readers.read(xlsx({"data": [heads, *rows]}))
    assert frame["temperature_t1_celsius"].tolist() == [20.5, 21.5]
    assert frame.attrs["source"]["records_merged"] == 2


@pytest.mark.parametrize("kind", [xlsx, xls])
def test_both_kinds_of_workbook_give_one_frame(kind):
    stamps = [dt.datetime(2011, 1, 3, 10, 38, s) for s in (25, 30, 40, 55)]
    rows = [[*row, stamp] for row, stamp in zip(ROWS, stamps, strict=True)]
    frame = readers.read(kind({"Channel_1-008": [[*HEADS, "Date_Time"], *rows]}))
    seconds = [(s - dt.datetime(1970, 1, 1)).total_seconds() for s in stamps]
    assert frame["unix_time_second"].tolist() == seconds
    assert frame["current_ampere"].tolist() == [0.5] * 4


def test_an_address_far_outside_is_refused_before_room_is_set_aside():
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'
        "</row></sheetData></worksheet>"
    )
    content = xlsx({"Channel_1_1": [HEADS]}, {"xl/worksheets/sheet1.xml": sheet.encode()})
    with pytest.raises(ReadError, match="spans 1048576 rows and 16384 columns"):
        readers.read(content, format="arbin_xlsx")


def test_a_bomb_of_texts_is_refused():
    text = b"<sst><si><t>" + b"x" * 200_000 + b"</t></si></sst>"
    content = xlsx({"Channel_1_1": [HEADS]}, {"xl/sharedStrings.xml": text})
    with pytest.raises(ReadError, match="a text of 2000"):
        readers.read(content, format="arbin_xlsx")


def test_a_workbook_of_no_known_format_is_named():
    with pytest.raises(UnknownFormatError, match="a zip archive or an Office workbook"):
        readers.read(xlsx({"Sheet1": [["a", "b"], [1, 2]]}))


def test_a_document_that_is_no_workbook():
    content = bytearray(xls({"Sheet1": [["a"]]}))
    name = "Workbook".encode("utf-16-le")
    content[content.index(name) : content.index(name) + 2] = b"X\0"
    with pytest.raises(ReadError, match="no Excel workbook"):
        readers.read(bytes(content), format="arbin_xlsx")


def test_a_chain_that_runs_in_a_circle_ends():
    content = bytearray(xls({"Channel_1_1": [HEADS, *ROWS]}))
    content[-512:-508] = b"\0\0\0\0"  # the first sector is followed by itself
    with pytest.raises(BdgError):
        readers.read(bytes(content), format="arbin_xlsx")


def test_speed_is_that_of_the_library():
    rows = [[i, 10.0 * i, 1, 1, 0.5, 3.5] for i in range(1, 20_001)]
    content = _arbin(rows)
    started = time.perf_counter()
    CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    library = time.perf_counter() - started
    started = time.perf_counter()
    frame = readers.read(content, format="arbin_xlsx")
    ours = time.perf_counter() - started
    assert len(frame) == 20_000
    assert ours < 4 * library + 1


def test_wide_tables_are_measured_exactly():
    heads = [*HEADS, *(f"Extra_{i}" for i in range(900))]
    rows = [[*row, *range(900)] for row in ROWS]
    frame = readers.read(_arbin(rows, heads))
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == 4


def test_a_workbook_of_ones_own_by_a_map_of_columns():
    rows = [["t", "U", "I"], [0, 3500, 1], [10, 3600, 1]]
    names = {"t": "test_time_second", "U": "voltage_millivolt", "I": "current_ampere"}
    for kind in (xlsx, xls):
        frame = readers.read(kind({"first": [["x"]], "mine": rows}), columns=names)
        assert frame["voltage_volt"].tolist() == [3.5, 3.6]
        assert frame.attrs["source"]["sheet"] == "mine"
    with pytest.raises(ReadError, match="no sheet with the headers t, W"):
        readers.read(xlsx({"mine": rows}), columns={"t": "test_time_second", "W": "voltage_volt"})
