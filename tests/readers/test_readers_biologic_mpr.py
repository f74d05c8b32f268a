"""BioLogic .mpr: every layout, both tables, and what is wrong with a file."""

import numpy as np
import pandas as pd
import pytest
from reader_samples import SAMPLES, cycler_maker

from bdg_explore import readers
from bdg_explore.columns import (
    CURRENT,
    CYCLE,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    NET_CAPACITY,
    REAL_IMPEDANCE,
    STEP_TYPE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError
from real_files import folder_with, needs_real

MAKE = cycler_maker()
mpr, records = MAKE["mpr"], MAKE["records"]
REAL = folder_with("raw/biologic") / "raw/biologic"
real = needs_real("raw/biologic")

NUMBERS = [1, 4, 6, 8]
RECORDS = records(
    {
        "flags": ("u1", [1, 1, 3]),
        "time": ("<f8", [0, 1, 2]),
        "Ewe": ("<f4", [3, 3.5, 3.25]),
        "I": ("<f4", [500, 500, 0]),
    }
)


@pytest.mark.parametrize(
    "layout",
    [{"new": True}, *({"new": False, "version": v} for v in (0, 2, 3))],
    ids=["from 11.50 on", "version 0", "version 2", "version 3"],
)
def test_every_layout_gives_the_same_frame(layout):
    frame = readers.read(mpr(NUMBERS, RECORDS, 3, technique=0x18, **layout))
    assert frame[TEST_TIME].tolist() == [0, 1, 2]
    assert frame[VOLTAGE].tolist() == [3, 3.5, 3.25]
    assert frame[CURRENT].tolist() == [0.5, 0.5, 0]
    assert frame[UNIX_TIME].tolist() == [1704110400.0, 1704110401.0, 1704110402.0]
    assert frame[STEP_TYPE].tolist() == ["galvanostatic", "galvanostatic", "rest"]
    assert frame.attrs["source"]["technique"] == "CA"


def test_an_unknown_column_is_named_with_its_number_and_its_place():
    content = mpr([1, 4, 6, 9999, 8], RECORDS, 3, technique=0x18)
    place = content.index((9999).to_bytes(2, "big"))
    with pytest.raises(ReadError, match=rf"number 9999 \(the 4\. of its 5 columns, byte {place}\)"):
        readers.read(content)


def test_the_mean_current_comes_from_the_charge_where_none_is_stored():
    packed = records(
        {
            "flags": ("u1", [1, 1, 1, 3]),
            "time": ("<f8", [0, 10, 20, 20]),
            "dq": ("<f8", [0, 0.1, -0.2, 0]),
            "Ewe": ("<f4", [3, 3, 3, 3]),
        }
    )
    frame = readers.read(mpr([1, 4, 7, 6], packed, 4, technique=0x04))
    np.testing.assert_allclose(frame[CURRENT], [0, 0.036, -0.072, 0])
    assert any("from the charge dq" in note for note in frame.attrs["source"]["notes"])


def test_a_file_with_cycling_and_spectra_gives_either_and_says_what_is_left_out():
    packed = records(
        {
            "time": ("<f8", [0, 1, 2, 3, 4]),
            "Ewe": ("<f4", [3, 3, 3, 3, 3]),
            "I": ("<f4", [1, 1, 0, 0, 0]),
            "freq": ("<f4", [0, 0, 100, 1, 0]),
            "Re": ("<f4", [0, 0, 1, 2, 0]),
            "-Im": ("<f4", [0, 0, 3, 4, 0]),
        }
    )
    content = mpr([4, 6, 8, 32, 37, 38], packed, 5, technique=0x7F)
    cycling = readers.read(content)
    assert cycling[TEST_TIME].tolist() == [0, 1, 4]
    source = cycling.attrs["source"]
    assert source["rows_in"] == 5 == source["rows_out"] + source["rows_left_out"]
    spectra = readers.read(content, table="impedance")
    assert spectra[REAL_IMPEDANCE].tolist() == [1, 2]
    assert spectra[IMAGINARY_IMPEDANCE].tolist() == [-3, -4]
    assert spectra.attrs["source"]["rows_left_out"] == 3


def test_a_table_that_the_file_has_not_is_told():
    peis = (SAMPLES / "biologic_mpr" / "peis_older.mpr").read_bytes()
    assert readers.detect(peis).table == "impedance"
    with pytest.raises(ReadError, match=r"no time series: its 4 records .* table='impedance'"):
        readers.read(peis, table="timeseries")
    with pytest.raises(ReadError, match="no impedance: its 3 records"):
        readers.read(mpr(NUMBERS, RECORDS, 3, technique=0x18), table="impedance")


@pytest.mark.parametrize(
    ("changes", "note"),
    [({"days": None}, "is not stated"), ({"date": "05/06/24"}, "is '05/06/24' and not that of")],
)
def test_a_start_that_is_missing_or_doubtful_is_told(changes, note):
    frame = readers.read(mpr(NUMBERS, RECORDS, 3, technique=0x18, **changes))
    assert any(note in told for told in frame.attrs["source"]["notes"])
    assert (UNIX_TIME in frame.columns) == ("days" not in changes)


WHOLE = mpr(NUMBERS, RECORDS, 3, technique=0x18)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (WHOLE[:-1], "cut short: its module 'VMP LOG'"),
        (WHOLE[:-1200], "cut short"),
        (WHOLE[:60], "not a whole BioLogic"),
        (WHOLE[:52], "no module VMP Set and VMP data; it has none"),
        (WHOLE + b"\0", "no module at byte"),
        (mpr(NUMBERS, RECORDS, 4, technique=0x18), r"states 4 records of 17 bytes"),
        (mpr(NUMBERS, b"", 0, technique=0x18), r"\(CA\) has no records"),
        (mpr(NUMBERS, RECORDS, 3, technique=0x18, new=False).replace(
            b"\x03\0\0\x0001/01/24", b"\x09\0\0\x0001/01/24"), "data module of version 9"),
        (mpr([4, 4, 6, 8], RECORDS, 3, technique=0x18), "a column is wider than known"),
    ],
)  # fmt: skip
def test_damage_is_told(content, message):
    with pytest.raises(ReadError, match=message):
        readers.read(content, format="biologic_mpr")


@real
@pytest.mark.parametrize(
    ("name", "rows", "first", "last"),
    [  # test time [s], voltage [V], as galvani 0.5 reads them
        ("bdf_GCPL-0", 4, (0.0, 3.5150876), (2.81299993, 3.5146868)),
        ("bdf_MB-0", 2, (0.0, 1.4890101), (9.99759975, 1.4890865)),
        ("navani_00_test_01_OCV_C01", 2, (0.0, -0.37380898), (5.59319986, -0.37328216)),
        ("navani_00_test_02_MB_C01", 11, (6.16599984, -1.6501721), (16.16579959, -1.6501454)),
    ],
)
def test_real_cycling(name, rows, first, last):
    frame = readers.read(REAL / f"{name}.mpr")
    assert len(frame) == rows
    ends = frame[[TEST_TIME, VOLTAGE]].iloc[[0, -1]].to_numpy()
    np.testing.assert_allclose(ends, [first, last], rtol=1e-7)


@real
def test_real_current_is_the_charge_over_the_time():
    frame = readers.read(REAL / "navani_00_test_02_MB_C01.mpr")
    passed = np.diff(frame[NET_CAPACITY])
    middle = (frame[CURRENT].to_numpy()[1:] + frame[CURRENT].to_numpy()[:-1]) / 2
    np.testing.assert_allclose(passed, middle * np.diff(frame[TEST_TIME]) / 3600, rtol=0.05)


@real
def test_real_spectrum():
    frame = readers.read(REAL / "bdf_PEIS-0.mpr")
    assert frame.attrs["source"]["table"] == "impedance"
    assert len(frame) == 60
    row = frame.iloc[0][[FREQUENCY, REAL_IMPEDANCE, IMAGINARY_IMPEDANCE, VOLTAGE, CURRENT]]
    np.testing.assert_allclose(
        row.astype(float), [10001.0, 5.521314, -1.5513071, 3.0322132, -0.0010070825], rtol=1e-7
    )
    modulus = np.hypot(frame[REAL_IMPEDANCE], frame[IMAGINARY_IMPEDANCE])
    np.testing.assert_allclose(frame["absolute_impedance_ohm"], modulus, rtol=1e-5)
    begun = pd.Timestamp(frame[UNIX_TIME].iloc[0], unit="s")
    assert begun.strftime("%Y-%m-%d") == "2025-01-10"  # the date of the file's log
    assert frame[CYCLE].tolist() == [0] * 60
