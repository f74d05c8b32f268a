"""Spectra of impedance: ugly files, spellings of names, signs, and real files."""

import numpy as np
import pandas as pd
import pytest
from reader_samples import SAMPLES, notes_of

from bdg_explore import readers
from bdg_explore.columns import (
    ABSOLUTE_IMPEDANCE,
    CURRENT,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    PHASE,
    REAL_IMPEDANCE,
    STEP,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import BdgError, FrameError, ReadError, UnknownFormatError
from bdg_explore.readers._spectra import column_of
from real_files import folder_with, needs_real

# format -> (sample, text of its last record, a number in it, its place in the frame)
FORMATS = {
    "gamry_dta": ("ocv_first.DTA", b"\t2\t12\t0.5\t0.75\t-1\t", b"0.75"),
    "zplot_z": ("end_comments.z", b"1.000000E+00\t5.0000E-03", b"1.5000E+01"),
    "nova_txt": ("semicolons.txt", b"3;1;2;1.5;", b"2.5"),
    "powersuite_txt": ("rising.txt", b"1000\t 1.5", b"0.125"),
    "chi_txt": ("ac_impedance.txt", b"1.000e+0, 3.000e+2", b"3.000e+2"),
    "parstat_txt": ("two_spectra.txt", b"3.48\t0\t33\t1\t", b"0.0275"),
    "versastudio_par": ("rest_and_two_spectra.par", b"2,1,3.8,", b"0.275"),
    "zhang2020_table": ("two_cells.csv", b"2,1,40,1,", b"0.6,"),
    "impedance_text": ("three_numbers.csv", b"1.000e+02", b"2.5e-02"),
}
each = pytest.mark.parametrize("name", FORMATS)


def _sample(name: str) -> bytes:
    return (SAMPLES / name / FORMATS[name][0]).read_bytes()


@each
def test_record_cut_short_at_the_end(name):
    sample, last = _sample(name), FORMATS[name][1]
    begin = sample.rindex(last)
    line = sample[:begin].count(b"\n") + 1
    with pytest.raises(ReadError, match=rf"line {line} is cut short: \d+ of \d+ fields"):
        readers.read(sample[: begin + 2 + (name != "powersuite_txt")], format=name)


@each
def test_file_cut_before_its_records(name):
    if name == "impedance_text":
        pytest.skip("it has nothing but records")
    sample = _sample(name)
    first = sample.index({"gamry_dta": b"\t0\t1\t", "chi_txt": b"9.961e+4",
                          "zplot_z": b"1.000000E+04", "versastudio_par": b"0,0,3.7"}.get(
                              name, sample.splitlines()[1]))  # fmt: skip
    with pytest.raises(ReadError, match=r"records|empty table ZCURVE"):
        readers.read(sample[:first], format=name)


@pytest.mark.parametrize(
    ("name", "part", "says"),
    [
        ("gamry_dta", b"ZCURVE", "no table ZCURVE.*It holds OCVCURVE"),
        ("zplot_z", b"End Comments", "ends before 'End Comments'"),
        ("chi_txt", b"Freq/Hz", "no line of names"),
        ("versastudio_par", b"<Segment1>", "no section <Segment1>"),
        ("zhang2020_table", b"ZImag_92Hz", "lacks the columns ZImag_92Hz"),
    ],
)
def test_without_the_table(name, part, says):
    sample = _sample(name)
    with pytest.raises(ReadError, match=says):
        readers.read(sample.replace(part, b"X" * len(part)), format=name)
    assert readers.detect(_sample(name)).name == name


@each
def test_field_too_few_in_the_middle(name):
    lines = _sample(name).replace(b"\r\n", b"\n").split(b"\n")
    last = next(i for i, line in enumerate(lines) if line.startswith(FORMATS[name][1]))
    sign = next(s for s in (b"\t", b";", b",") if s in lines[last].strip())
    lines.insert(last, lines[last].strip(b"\t").rpartition(sign)[0])
    if name == "gamry_dta":
        lines[last] = b"\t" + lines[last]
    with pytest.raises(ReadError, match=rf"line {last + 1}: \d+ fields under \d+ headers"):
        readers.read(b"\n".join(lines), format=name)


@each
@pytest.mark.parametrize("wrong", [b"abc", b"1.2.3", b"\0\0\0\0"])
def test_a_field_that_is_no_number(name, wrong):
    sample, number = _sample(name), FORMATS[name][2]
    at = sample.rindex(FORMATS[name][1])
    line = sample[:at].count(b"\n") + 1
    broken = sample[:at] + sample[at:].replace(number.strip(b","), wrong, 1)
    with pytest.raises(ReadError, match=rf"line {line}\b"):
        readers.read(broken, format=name)


@each
def test_nul_bytes_at_the_end(name):
    with pytest.raises(BdgError):
        readers.read(_sample(name).rstrip() + b"\n" + b"\0" * 300, format=name)


@each
def test_not_text(name):
    with pytest.raises(ReadError, match="is not text but a zip archive"):
        readers.read(b"PK\x03\x04" + bytes(500), format=name)
    with pytest.raises(ReadError):
        readers.read(b"\x89PNG\r\n\x1a\n\0\0\0\x0d", format=name)


@each
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_cut_anywhere_is_a_frame_or_a_named_error(name, share):
    sample = _sample(name)
    try:
        frame = readers.read(sample[: int(len(sample) * share)])
    except BdgError as error:
        assert len(str(error)) > 20
    else:
        assert len(frame)


def test_a_long_line_and_a_long_text_end_in_an_error():
    with pytest.raises(ReadError, match="longer than 1 MiB"):
        readers.read(b"EXPLAIN\n" + b"1" * 3_000_000)
    with pytest.raises(ReadError, match="more than 128 MiB"):
        readers.read(b"EXPLAIN\n" + (b"1" * 1_000_000 + b"\n") * 140)


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "name", "scale"),
    [
        ("f", FREQUENCY, 1),
        ("freq/Hz", FREQUENCY, 1),
        ("Frequency [kHz]", FREQUENCY, 1000),
        ("frequency_hz", FREQUENCY, 1),
        ("Z'", REAL_IMPEDANCE, 1),
        ("Z′ (Ω)", REAL_IMPEDANCE, 1),
        ("Re(Z)/Ohm", REAL_IMPEDANCE, 1),
        ("Zreal", REAL_IMPEDANCE, 1),
        ("Z_real_mOhm", REAL_IMPEDANCE, 0.001),
        ("z.real", REAL_IMPEDANCE, 1),
        ("Real (MΩ)", REAL_IMPEDANCE, 1e6),
        ("-Im(Z)/Ohm", IMAGINARY_IMPEDANCE, -1),
        ("Im(Z) [mΩ]", IMAGINARY_IMPEDANCE, 0.001),
        ("−Z″ / ohm", IMAGINARY_IMPEDANCE, -1),
        ('-Z"/ohm', IMAGINARY_IMPEDANCE, -1),
        ("-Z'' (?)", IMAGINARY_IMPEDANCE, -1),
        ("Zimag", IMAGINARY_IMPEDANCE, 1),
        ("- Zimag", IMAGINARY_IMPEDANCE, -1),
        ("neg_Zim", IMAGINARY_IMPEDANCE, -1),
        ("minus Im(Z)", IMAGINARY_IMPEDANCE, -1),
        ("|Z|/Ohm", ABSOLUTE_IMPEDANCE, 1),
        ("Zmod", ABSOLUTE_IMPEDANCE, 1),
        ("Phase(Z)/deg", PHASE, 1),
        ("-Phase (°)", PHASE, -1),
        ("theta [rad]", PHASE, 180 / np.pi),
        ("Potential (DC) (V)", VOLTAGE, 1),
        ("Time (s)", TEST_TIME, 1),
        ("<I>/mA", CURRENT, 0.001),
    ],
)
def test_a_header_is_understood(header, name, scale):
    found, rule, _ = column_of(header)
    assert found == name
    assert rule.scale == pytest.approx(scale)


@pytest.mark.parametrize(
    "header",
    [
        "Z' (Ω cm²)",
        "Re(Y)/Ohm-1",
        "-Zreal",
        "Cs/µF",
        "frequency_volt",
        "Error Z' (%)",
        "Z imag / V",
    ],
)
def test_a_header_of_another_kind_is_not(header):
    assert column_of(header) is None


def test_units_that_are_not_stated_are_assumed_with_a_note():
    assumed = readers.read(b"freq,Zre,-Zim\n10,1,2\n1,2,3\n")
    assert assumed[IMAGINARY_IMPEDANCE].tolist() == [-2, -3]
    assert "no unit is stated for freq, Zre, -Zim" in notes_of(assumed)
    stated = readers.read(b"freq/Hz ,Zre/ohm,Zim/ohm\n10,1,-2\n1,2,-3\n")
    assert stated.attrs["source"]["format"] == "impedance_text"
    assert "no unit" not in notes_of(stated)


@pytest.mark.parametrize(
    "names", ["", "f Zre Zim\n", "# f Zre Zim\n", "# made today\n# f Zre Zim\n"]
)
def test_white_space_and_comments(names):
    text = names + "  1e4   1.5  -0.25\n  1e3   1.75  -0.5\n  1e2   2  -1\n  1e1  2.5   -2\n"
    frame = readers.read(text.encode())
    assert frame[FREQUENCY].tolist() == [1e4, 1e3, 1e2, 1e1]
    assert frame[IMAGINARY_IMPEDANCE].tolist() == [-0.25, -0.5, -1, -2]
    assert ("has no names" in notes_of(frame)) == (not names)


@pytest.mark.parametrize(
    "records",
    [
        "1000;(0,5-0,25j)",  # a complex number with decimal commas is no complex number
        "1e3,0.5-0.25j\n1e2,0.5\n1e1,1-2j\n1,1-2j",
    ],
)
def test_complex_numbers_that_are_none(records):
    with pytest.raises(BdgError):
        readers.read((records + "\n").encode(), format="impedance_text")


def test_complex_numbers_as_others_write_them():
    frame = readers.read(
        b"(1e3+0j),0.5-0.25i\n(1e2+0j),0.75-0.5i\n(1e1+0j),1 - 2i\n(1e0+0j),2-3i\n"
    )
    assert frame[FREQUENCY].tolist() == [1000, 100, 10, 1]
    assert frame[IMAGINARY_IMPEDANCE].tolist() == [-0.25, -0.5, -2, -3]


def test_complex_numbers_as_numpy_saves_them(tmp_path):
    frequency = np.logspace(3, 0, 7)
    impedance = 1 / (0.5 + 1j * frequency / 100)
    np.savetxt(tmp_path / "spectrum.dat", np.c_[frequency, impedance], delimiter=",")
    frame = readers.read(tmp_path / "spectrum.dat")
    np.testing.assert_array_equal(frame[FREQUENCY], frequency)
    np.testing.assert_array_equal(frame[IMAGINARY_IMPEDANCE], impedance.imag)


def _three(first) -> bytes:
    return "".join(f"{value:g},3.7,-0.1\n" for value in first).encode()


def test_three_numbers_are_a_spectrum_only_if_the_first_can_be_frequencies():
    for ladder in (
        np.logspace(4, -2, 61),
        np.logspace(-1, 5, 25),
        [1000, 500, 200, 100, 50, 20, 10, 5],
    ):
        assert readers.detect(_three(ladder)).name == "impedance_text"
    seconds = np.arange(1, 400)
    for other in (
        seconds,  # times from 1 s
        np.arange(0, 4000, 10),
        np.arange(100, 5000, 1),
        np.linspace(100, 200, 50),  # no decade
        np.logspace(4, -2, 61) * -1,
        np.r_[np.logspace(3, 0, 31), np.logspace(3, 0, 31)],  # not monotone: say the format
        np.cumsum(np.random.default_rng(1).exponential(10, 200)) + 1,
    ):
        with pytest.raises(UnknownFormatError):
            readers.detect(_three(other))


def test_two_sweeps_are_told_apart():
    twice = readers.read(_three([1000, 100, 10, 1, 1000, 100, 10, 1]), format="impedance_text")
    assert twice[STEP].tolist() == [1, 1, 1, 1, 2, 2, 2, 2]
    assert STEP not in readers.read(_three([1000, 100, 10, 1])).columns


def test_a_frequency_or_a_part_missing_is_named():
    with pytest.raises(FrameError, match="needs the column imaginary_impedance_ohm"):
        readers.read(b"freq,Zre,x\n1,2,3\n", format="impedance_text")
    with pytest.raises(FrameError, match="frequency_hertz has no value at row 1"):
        readers.read(b"freq,Zre,Zim\n1,2,3\n,2,3\n", format="impedance_text")


# --- meaning --------------------------------------------------------------------------------------


@each
def test_a_capacitor_is_negative_and_parts_agree_with_modulus_and_phase(name):
    frame = readers.read(SAMPLES / name / FORMATS[name][0])
    slowest = frame.loc[frame[FREQUENCY].idxmin()]
    assert slowest[IMAGINARY_IMPEDANCE] < 0
    z = frame[REAL_IMPEDANCE] + 1j * frame[IMAGINARY_IMPEDANCE]
    if ABSOLUTE_IMPEDANCE in frame.columns:
        np.testing.assert_allclose(frame[ABSOLUTE_IMPEDANCE], np.abs(z), rtol=2e-3)
    if PHASE in frame.columns:
        np.testing.assert_allclose(frame[PHASE], np.degrees(np.angle(z)), atol=0.1)


def test_derived_columns_are_not_invented():
    frame = readers.read(SAMPLES / "powersuite_txt" / "rising.txt")
    assert list(frame.columns) == [FREQUENCY, REAL_IMPEDANCE, IMAGINARY_IMPEDANCE]


def test_positive_imaginary_parts_are_told_not_turned():
    frame = readers.read(b"freq,Zre,Zim\n100,1,2\n10,2,3\n1,2,4\n")
    assert frame[IMAGINARY_IMPEDANCE].tolist() == [2, 3, 4]
    assert "most imaginary parts are positive" in notes_of(frame)


def test_zhang_is_turned_only_where_the_phase_says_so():
    sample = _sample("zhang2020_table").decode().splitlines()
    assert "turned" in notes_of(readers.read(_sample("zhang2020_table")))
    turned = [sample[0]]
    for line in sample[1:]:
        fields = line.split(",")
        fields[7:10] = [f"{-float(f)!r}" if f else "" for f in fields[7:10]]
        turned.append(",".join(fields))
    again = readers.read("\n".join(turned).encode() + b"\n")
    assert "as it stands" in notes_of(again)
    pd.testing.assert_series_equal(
        again[IMAGINARY_IMPEDANCE], readers.read(_sample("zhang2020_table"))[IMAGINARY_IMPEDANCE]
    )


def test_gamry_units_are_looked_at():
    other = _sample("gamry_dta").replace(b"Hz\tohm\tohm", b"Hz\tkohm\tohm")
    with pytest.raises(FrameError, match=r"needs the column real_impedance_ohm.*Zreal \(kohm\)"):
        readers.read(other)


def test_gamry_experiment_that_was_aborted():
    aborted = _sample("gamry_dta").replace(b"ABORTED\tTOGGLE\tF", b"ABORTED\tTOGGLE\tT")
    frame = readers.read(aborted)
    assert frame.attrs["source"]["aborted"] is True
    assert "was aborted" in notes_of(frame)
    assert frame.attrs["source"]["other_tables"] == {"OCVCURVE": 2, "FRACURVE": 1}
    assert len(frame) == 3


def test_the_absent_thermocouple_is_told():
    assert "1 temperatures below -300" in notes_of(
        readers.read(SAMPLES / "gamry_dta" / "german_two_spectra.DTA")
    )


@pytest.mark.parametrize("name", ["parstat_txt", "versastudio_par"])
def test_records_of_direct_current_are_counted_and_can_be_read(name):
    path = SAMPLES / name / FORMATS[name][0]
    spectra, records = readers.read(path), readers.read(path, table="timeseries")
    source = spectra.attrs["source"]
    assert source["rows_in"] == len(records) == len(spectra) + source["rows_left_out"]
    assert "at frequency 0" in notes_of(spectra)
    assert {TEST_TIME, VOLTAGE, CURRENT} <= set(records.columns)
    assert records[TEST_TIME].is_monotonic_increasing


def test_nothing_but_direct_current():
    lines = _sample("parstat_txt").splitlines()
    with pytest.raises(ReadError, match=r"no impedance.*table='timeseries'"):
        readers.read(b"\n".join(lines[:3]) + b"\n")


def test_wrong_number_below_a_record_of_direct_current_names_its_line():
    broken = _sample("parstat_txt").replace(b"3.48\t0\t33", b"3.48\tx\t33")
    with pytest.raises(ReadError, match="line 8"):
        readers.read(broken)


def test_versastudio_without_the_end_of_its_segment():
    cut = _sample("versastudio_par").split(b"</Segment1>")[0]
    assert "ends inside <Segment1>" in notes_of(readers.read(cut))


def test_versastudio_galvanostatic_amplitude_is_a_current():
    frame = readers.read(_sample("versastudio_par").replace(b"Potentiostatic", b"Galvanostatic"))
    assert frame["current_amplitude_ampere"].tolist() == [0.01] * 4


def test_planned_points_that_are_missing_are_told():
    assert "3 of 4 planned points" in notes_of(readers.read(_sample("zplot_z")))


def test_spectra_written_as_bdf_are_read_again_the_same(tmp_path):
    for name in FORMATS:
        frame = readers.read(SAMPLES / name / FORMATS[name][0])
        for suffix in ("csv", "parquet"):
            for headers in ("machine", "label"):
                path = readers.write_bdf(frame, tmp_path / f"{name}.bdf.{suffix}", headers=headers)
                again = readers.read(path)
                assert again.attrs["source"]["table"] == "impedance"
                assert again.attrs["source"]["format"] == f"bdf_{suffix}"
                pd.testing.assert_frame_equal(again, frame)


# --- real files -----------------------------------------------------------------------------------

EIS = folder_with("eis") / "eis"
real = needs_real("eis")


@real
@pytest.mark.parametrize(
    ("file", "name", "rows", "first", "last"),
    [
        ("exampleData.csv", "impedance_text", 66, (0.0031623, 0.0494999, -0.0204387), None),
        ("exampleDataGamry.DTA", "gamry_dta", 72, (200015.6, 825.8584, -1367.239),
         (0.0158898, 17007.49, -6635.557)),
        ("exampleDataZPlot.z", "zplot_z", 21, (3e5, 147.77, -11.335), None),
        ("Circuit1_EIS_1.z", "zplot_z", 48, (5e4, 29.036, 0.63662), None),
        ("exampleDataAutolab.txt", "zplot_z", 41, (1e4, 0.013785863964281, 0.007191946305823),
         (0.1, 0.0345697771923854, -0.00390292888845954)),
    ],
)  # fmt: skip
def test_real_spectrum(file, name, rows, first, last):
    frame = readers.read(EIS / "impedance_py" / file)
    assert frame.attrs["source"]["format"] == name
    assert len(frame) == rows
    values = frame[[FREQUENCY, REAL_IMPEDANCE, IMAGINARY_IMPEDANCE]].to_numpy()
    np.testing.assert_allclose(values[0], first, rtol=1e-5)
    if last:
        np.testing.assert_allclose(values[-1], last, rtol=1e-12)


@real
def test_real_zhang_has_every_value_and_the_sign_of_its_phase():
    frame = readers.read(EIS / "zhang2020" / "data_eis_zhang2020_shared.csv.gz")
    wide = pd.read_csv(EIS / "zhang2020" / "data_eis_zhang2020_shared.csv.gz")
    assert len(frame) == len(wide) * 60
    assert sorted(frame["cell"].unique()) == ["1", "2", "4", "5", "7", "8"]
    imaginary = wide.filter(like="ZImag_").to_numpy().ravel()
    np.testing.assert_array_equal(frame[IMAGINARY_IMPEDANCE], -imaginary)
    np.testing.assert_array_equal(
        frame[REAL_IMPEDANCE], wide.filter(like="ZReal_").to_numpy().ravel()
    )
    same = np.sign(frame[IMAGINARY_IMPEDANCE]) == np.sign(frame[PHASE])
    assert same.mean() > 0.999
