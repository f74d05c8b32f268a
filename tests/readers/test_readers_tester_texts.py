"""Text formats of testers: signs, units, counters, preambles, and what is done with ugly files."""

import numpy as np
import pandas as pd
import pytest
from reader_samples import SAMPLES, notes_of, text_of

from bdg_explore import readers
from bdg_explore.errors import BdgError, ReadError, UnknownFormatError

# format -> (sample, delimiter, line of the headers, header of a column of numbers)
TEXTS = {
    "maccor": ("seconds.001", "\t", 2, "Volts"),
    "neware_csv": ("record_layer.csv", ",", 1, "Voltage(V)"),
    "biologic_mpt": ("impedance_without_settings.mpt", "\t", 1, "Re(Z)/Ohm"),
    "novonix_csv": ("blocks.csv", ",", 10, "Potential (V)"),
    "basytec_txt": ("hours.txt", "\t", 4, "U[V]"),
    "landt_csv": ("preamble.csv", ",", 3, "voltage_V"),
    "pec_csv": ("preamble.csv", ",", 9, "Voltage (mV)"),
    "bitrode_csv": ("three_loops.csv", ",", 1, "Voltage(V)"),
    "ampworks_csv": ("state.csv", ",", 1, "Volts"),
    "batterydata_energy_csv": ("made-up-raw.csv", ",", 1, "Voltage_V"),
}
each = pytest.mark.parametrize("name", TEXTS)
# those with a layout of their own are cut and bent too
ALL = {**{n: t[0] for n, t in TEXTS.items()}, "neware_layered_csv": "three_layers.csv",
       "labview_lvm": "headers.lvm"}  # fmt: skip
every = pytest.mark.parametrize("name", ALL)
V, I, T = "voltage_volt", "current_ampere", "test_time_second"  # noqa: E741


def _sample(name: str, file: str | None = None) -> bytes:
    return (SAMPLES / name / (file or ALL[name])).read_bytes()


def _lines(name: str) -> list[str]:
    raw = _sample(name)
    text = raw.decode("latin-1" if b"\xb0" in raw and b"\xc2\xb0" not in raw else "utf-8")
    return text.replace("\r\n", "\n").splitlines()


# --- ugly files of every format -------------------------------------------------------------------


@every
def test_empty(name):
    for given in (None, name):
        with pytest.raises(ReadError, match="is empty"):
            readers.read(b"", format=given)


@every
def test_another_file_under_this_format_is_refused(name):
    with pytest.raises(BdgError):
        readers.read(b"a,b\n1,2\n3,4\n", format=name)
    with pytest.raises(BdgError):
        readers.read(b"\x89PNG\r\n\x1a\n" + bytes(200), format=name)


@each
def test_header_only(name):
    with pytest.raises(ReadError, match="a header and no records"):
        readers.read(text_of(_lines(name)[: TEXTS[name][2]]))


@each
def test_windows_line_breaks_and_blank_lines(name):
    at = TEXTS[name][2]
    lines = _lines(name)
    text = "\r\n".join([*lines[:at], "", *lines[at:], ""]) + "\r\n"
    pd.testing.assert_frame_equal(readers.read(text.encode()), readers.read(_sample(name)))


@each
def test_utf_16_and_a_byte_order_mark(name):
    expected = readers.read(_sample(name))
    text = "\n".join(_lines(name)) + "\n"
    pd.testing.assert_frame_equal(readers.read(text.encode("utf-16")), expected)
    pd.testing.assert_frame_equal(readers.read(text.encode("utf-8-sig")), expected)


@each
def test_line_of_another_length_is_told_by_its_number(name):
    _, delimiter, at, _ = TEXTS[name]
    lines = _lines(name)
    lines[at + 1] = delimiter.join(lines[at + 1].split(delimiter)[:3])
    with pytest.raises(ReadError, match=rf"line {at + 2}: 3 fields under \d+ headers"):
        readers.read(text_of(lines))


@each
def test_field_that_is_no_number_is_told_by_line_and_column(name):
    _, delimiter, at, header = TEXTS[name]
    lines = _lines(name)
    place = [h.strip() for h in lines[at - 1].split(delimiter)].index(header)
    fields = lines[at + 1].split(delimiter)
    fields[place] = "OVERFLOW"
    lines[at + 1] = delimiter.join(fields)
    with pytest.raises(ReadError) as caught:
        readers.read(text_of(lines))
    assert f"line {at + 2}, column {header!r}: 'OVERFLOW' is not a number" in str(caught.value)


@each
def test_record_cut_short_at_the_end(name):
    _, delimiter, _, _ = TEXTS[name]
    lines = _lines(name)
    cut = delimiter.join(lines[-1].split(delimiter)[:4])
    with pytest.raises(ReadError, match=rf"line {len(lines)} is cut short"):
        readers.read("\n".join([*lines[:-1], cut]).encode())


@each
def test_headers_repeated_in_the_middle_are_left_out_and_counted(name):
    at = TEXTS[name][2]
    lines = _lines(name)
    text = text_of([*lines[: at + 2], lines[at - 1], *lines[at + 2 :]])
    frame, whole = readers.read(text), readers.read(_sample(name))
    pd.testing.assert_frame_equal(frame, whole)
    source = frame.attrs["source"]
    assert source["lines_left_out"] == {"headers repeated": 1}
    assert source["rows_in"] == source["rows_out"] == len(whole)
    assert "headers repeated 1" in notes_of(frame)


@pytest.mark.parametrize("name", [n for n in TEXTS if n != "bitrode_csv"])
def test_words_behind_the_last_record_are_left_out_and_kept_aside(name):
    lines = [*_lines(name), "", "End of the data file"]
    frame = readers.read(text_of(lines))
    pd.testing.assert_frame_equal(frame, readers.read(_sample(name)))
    assert frame.attrs["source"]["footer"] == ["End of the data file"]


@each
def test_semicolons_and_decimal_commas(name):
    _, delimiter, at, _ = TEXTS[name]
    if name == "pec_csv":
        pytest.skip("its preamble has commas of its own")
    lines = _lines(name)

    def other(line: str) -> str:
        return line.replace(delimiter, ";")

    def commas(line: str) -> str:
        fields = line.split(delimiter)
        return ";".join(
            f.replace(".", ",") if f.replace(".", "", 1).strip("+-Ee").replace("E", "").isdigit()
            or (f.count(".") == 1 and ":" not in f) else f
            for f in fields
        )  # fmt: skip

    if name == "biologic_mpt":
        text = text_of([line.replace(".", ",") for line in lines])
    else:
        text = text_of([*lines[: at - 1], other(lines[at - 1]), *map(commas, lines[at:])])
    frame = readers.read(text)
    pd.testing.assert_frame_equal(frame, readers.read(_sample(name)))
    assert frame.attrs["source"]["decimal"] == ","


@every
def test_nul_bytes(name):
    with pytest.raises(BdgError):
        readers.read(_sample(name).rstrip(b"\r\n") + b"\n" + b"\0" * 4096)


@every
def test_any_cut_gives_a_frame_or_a_named_error(name):
    whole = _sample(name)
    full = readers.read(whole)
    for end in range(0, len(whole), 3):
        try:
            frame = readers.read(whole[:end])
        except BdgError:
            continue
        assert len(frame) <= len(full)


@every
def test_any_byte_turned_gives_every_record_or_a_named_error(name):
    whole = bytearray(_sample(name))
    full = readers.read(bytes(whole))
    rng = np.random.default_rng(len(name))
    read = 0
    for place in rng.integers(0, len(whole), 60):
        bent = whole.copy()
        bent[place] = rng.integers(0, 256)
        try:
            frame = readers.read(bytes(bent))
        except BdgError:
            continue
        read += 1
        source = frame.attrs["source"]
        assert len(frame) == len(full) == source["rows_out"]
        kept = [frame[column].equals(full[column]) for column in full if column in frame]
        assert source["table"] != full.attrs["source"]["table"] or np.mean(kept) > 0.5
    assert read >= 5


# --- Maccor ---------------------------------------------------------------------------------------

_HEAD = (
    "Today's Date 04/01/2021  Date of Test:\t03/01/2021\n"
    "Rec#\tCyc#\tStep\tTest (Sec)\tStep (Sec)\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\tES\tDPt Time\n"
)


def _maccor(*records: tuple[object, ...]) -> bytes:
    """Records of: step, test time, step time, capacity, current, voltage, state."""
    text = _HEAD
    for i, (step, time, inside, q, amps, volts, state) in enumerate(records, start=1):
        date = f"03/01/2021 {int(time) // 3600:02d}:{int(time) // 60 % 60:02d}:{int(time) % 60:02d}"
        text += "\t".join(map(str, (i, 1, step, time, inside, q, 0, amps, volts, state, 1, date)))
        text += "\n"
    return text.encode()


def test_maccor_current_that_has_signs_is_compared_and_left():
    frame = readers.read(
        _maccor((1, 0, 0, 0, 0, 3.5, "R"), (2, 10, 10, 0.01, 3.6, 3.7, "C"),
                (3, 20, 10, 0.01, -3.6, 3.3, "D"))
    )  # fmt: skip
    assert frame[I].tolist() == [0, 3.6, -3.6]
    assert "has signs already" in notes_of(frame)


def test_maccor_signed_against_its_own_letters_is_refused():
    with pytest.raises(ReadError, match=r"signs already, against its own states.*Nothing is flip"):
        readers.read(_maccor((2, 10, 10, 0.01, -3.6, 3.7, "C"), (3, 20, 10, 0.01, 3.6, 3.3, "D")))


def test_maccor_current_in_an_unknown_state_is_refused():
    with pytest.raises(ReadError, match=r"Record 1 holds a current of 3\.6 A without a sign.*'X'"):
        readers.read(_maccor((2, 10, 10, 0.01, 3.6, 3.7, "X"), (3, 20, 10, 0.01, 3.6, 3.3, "D")))


def test_maccor_suspension_flows_as_the_record_before():
    frame = readers.read(
        _maccor((3, 10, 10, 0.01, 3.6, 3.3, "D"), (3, 20, 20, 0.02, 3.6, 3.2, "S"),
                (4, 30, 1, 0.0, 0.0, 3.3, "R"))
    )  # fmt: skip
    assert frame[I].tolist() == [-3.6, -3.6, 0]
    assert frame["step_discharging_capacity_ah"].tolist() == [0.01, 0.02, 0]
    assert "signed as the record before" in notes_of(frame)


def test_maccor_suspension_without_a_record_before_is_refused():
    with pytest.raises(ReadError, match="without a sign, in the state 'S'"):
        readers.read(_maccor((3, 10, 10, 0.01, 3.6, 3.3, "S"), (3, 20, 20, 0.02, 3.6, 3.2, "D")))


def test_maccor_without_letters_and_without_an_answer_of_the_voltage_is_refused():
    text = (
        b"Rec,Cycle C,Step,Test Time (sec),Step Time (sec),Capacity,Energy,Current,Voltage\n"
        b"1,1,1,0,0,0,0,0,3.6\n2,1,2,10,10,0.01,0,3.6,3.6\n3,1,2,20,20,0.02,0,3.6,3.6\n"
    )
    with pytest.raises(ReadError, match=r"records 2 to 3 the voltage says nothing"):
        readers.read(text)


def test_maccor_without_letters_where_slope_and_jump_disagree_is_refused():
    text = (
        b"Rec,Cycle C,Step,Test Time (sec),Step Time (sec),Capacity,Energy,Current,Voltage\n"
        b"1,1,1,0,0,0,0,0,3.6\n2,1,2,10,10,0.01,0,3.6,3.7\n3,1,2,20,20,0.02,0,3.6,3.6\n"
        b"4,1,2,30,30,0.03,0,3.6,3.5\n"
    )
    with pytest.raises(ReadError, match=r"the voltage says two ways \(slope -1, jump \+1\)"):
        readers.read(text)


def test_maccor_thousands_are_told_apart_from_decimal_commas():
    lines = _maccor((1, 0, 0, 0, 0, 3.5, "R"), (1, 10, 10, 0, 0, 3.5, "R")).decode().splitlines()
    lines[3] = lines[3].replace("\t10\t10\t", "\t1,234.5\t1,234.5\t")
    frame = readers.read(text_of(lines))
    assert frame[T].tolist() == [0, 1234.5]
    lines[3] = lines[3].replace("1,234.5\t1,234.5", "1,23.5\t5")
    with pytest.raises(ReadError, match=r"line 4, column 'Test \(Sec\)': '1,23.5' is not a number"):
        readers.read(text_of(lines))


@pytest.mark.parametrize(("header", "seconds"), [("Test (Min)", 60), ("Test (Hr)", 3600)])
def test_maccor_units_of_time(header, seconds):
    text = _maccor((1, 0, 0, 0, 0, 3.5, "R"), (1, 2, 2, 0, 0, 3.5, "R")).replace(
        b"Test (Sec)", header.encode()
    )
    assert readers.read(text)[T].tolist() == [0, 2 * seconds]


def test_maccor_time_of_day_takes_its_day_from_the_preamble():
    text = _maccor((1, 0, 0, 0, 0, 3.5, "R"), (1, 60, 60, 0, 0, 3.5, "R")).decode()
    text = text.replace("03/01/2021 00:00:00", "23:59:30").replace("03/01/2021 00:01:00", "0:00:30")
    frame = readers.read(text.encode())
    day = pd.Timestamp("2021-03-01").timestamp()
    assert frame["unix_time_second"].tolist() == [day + 86370, day + 86430]


def test_maccor_millivolts_and_unplugged_thermometers_are_told():
    text = (
        "Rec#\tCyc#\tStep\tTestTime\tmAmps\tVolts\tState\tAux #1\t Units\tAux #2\t Units\n"
        "1\t0\t1\t  0d 00:00:0\t0.0\t1853.8\tR\t-2501.7\t C  \t25.5\t C  \n"
        "2\t0\t1\t  0d 00:00:5.05\t0.0\t1853.0\tR\t-2501.7\t C  \t25.5\t C  \n"
    )
    frame = readers.read(text.encode())
    assert frame[V].tolist() == [1.8538, 1.853]
    assert frame[T].tolist() == [0, 5.05]
    assert "taken as mV" in notes_of(frame)
    assert "not connected: temperature_t1_celsius" in notes_of(frame)


# --- Neware ---------------------------------------------------------------------------------------


def test_neware_layered_line_of_another_length_is_told():
    lines = _lines("neware_layered_csv")
    lines[5] = ",,1,0:00:01.0"
    with pytest.raises(ReadError, match=r"line 6|fields where the first line of its layer has"):
        readers.read(text_of(lines))


def test_neware_layered_record_before_any_cycle_is_refused():
    lines = _lines("neware_layered_csv")
    with pytest.raises(ReadError, match="before the first cycle"):
        readers.read(text_of([*lines[:3], *lines[5:]]))


def test_neware_layered_field_that_is_no_number_is_told():
    text = _sample("neware_layered_csv").replace(b"3.22,1000", b"OVER,1000")
    with pytest.raises(ReadError, match=r"line 7, column 'Voltage\(V\)': 'OVER' is not a number"):
        readers.read(text)


def test_neware_record_layer_survives_bdf(tmp_path):
    frame = readers.read(_sample("neware_csv"))
    for suffix in (".csv", ".parquet"):
        path = readers.write_bdf(frame, tmp_path / f"neware.bdf{suffix}")
        pd.testing.assert_frame_equal(readers.read(path), frame, check_exact=True)


# --- BioLogic -------------------------------------------------------------------------------------


def test_biologic_with_spectra_between_records_gives_either_table():
    lines = _lines("biologic_mpt")
    rest = "1\t5.0\t3.5\t0.0\t0.0\t0.0\t0.0\t0.0\t0.0"
    text = text_of([lines[0], rest, *lines[1:], rest.replace("5.0", "20.0")])
    spectra, series = readers.read(text), readers.read(text, table="timeseries")
    assert spectra.attrs["source"]["table"] == "impedance"
    assert (len(spectra), len(series)) == (3, 2)
    assert spectra.attrs["source"]["rows_left_out"] == 2
    assert series.attrs["source"]["rows_left_out"] == 3
    assert series[T].tolist() == [5, 20]
    assert spectra["imaginary_impedance_ohm"].tolist() == [0.1, -0.3, -0.8]


def test_biologic_asked_for_a_table_it_has_not():
    with pytest.raises(ReadError, match="holds no impedance"):
        readers.read(_sample("biologic_mpt", "decimal_commas.txt"), table="impedance")
    with pytest.raises(ReadError, match="holds no time series"):
        readers.read(_sample("biologic_mpt"), table="timeseries")


def test_biologic_settings_longer_than_the_head():
    raw = _sample("biologic_mpt", "decimal_commas.txt").decode("latin-1")
    lines = raw.splitlines()
    long = [f"setting {i} " + "x" * 700 for i in range(200)]
    lines = [*lines[:6], *long, *lines[6:]]
    lines[1] = f"Nb header lines : {9 + len(long)}"
    frame = readers.read(("\n".join(lines) + "\n").encode("latin-1"))
    pd.testing.assert_frame_equal(
        frame, readers.read(_sample("biologic_mpt", "decimal_commas.txt"))
    )


# --- Novonix --------------------------------------------------------------------------------------


def test_novonix_started_again_is_carried_on_by_its_dates():
    lines = _lines("novonix_csv")
    again = [line.replace("2025-07-19", "2025-07-20") for line in lines]
    frame = readers.read(text_of([*lines, *again]))
    assert frame[T].tolist() == [0, 3600, 7200, 10800, 86400, 90000, 93600, 97200]
    assert frame["cycle_count"].tolist() == [1, 1, 2, 2, 1, 1, 2, 2]
    assert frame["step_count"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert frame.attrs["source"]["lines_left_out"] == {
        "headers repeated": 1,
        "before repeated headers": 9,
    }
    assert "started again before record 5" in notes_of(frame)


def test_novonix_record_written_again_is_left_out_and_told():
    lines = _lines("novonix_csv")
    stale = lines[11].replace("16:26:20", "17:30:00")
    frame = readers.read(text_of([*lines[:13], stale, *lines[13:]]))
    pd.testing.assert_frame_equal(frame, readers.read(_sample("novonix_csv")))
    source = frame.attrs["source"]
    assert (source["rows_in"], source["rows_out"], source["rows_left_out"]) == (5, 4, 1)


# --- Bitrode, batterydata.energy.gov, LabVIEW -----------------------------------------------------


def test_bitrode_module_says_how_many_lines_it_has():
    raw = _sample("bitrode_csv", "module.csv")
    footer = b"Total Number of Data Lines in the Database: 000000000"
    frame = readers.read(raw + footer + b"3\n")
    pd.testing.assert_frame_equal(frame, readers.read(raw))
    with pytest.raises(ReadError, match="says it has 4 data lines and holds 3"):
        readers.read(raw + footer + b"4\n")


def test_raw_csv_of_the_hub_keeps_spectra_apart():
    lines = _lines("batterydata_energy_csv")
    head = lines[0] + ",Frequency_Hz,Z_Real_Ohm,Z_Imag_Ohm"
    rows = [f"{line},NaN,NaN,NaN" for line in lines[1:]]
    sounding = "2,9,14400,NaN,0,-3.8,NaN,719531,0,0,0,2.5,1.5,,NaN,1000,0.3,-0.1"
    text = text_of([head, *rows, sounding])
    series, spectra = readers.read(text), readers.read(text, table="impedance")
    assert (len(series), len(spectra)) == (4, 1)
    assert series[V].min() == 3.4
    assert series.attrs["source"]["rows_in"] == 5
    assert series.attrs["source"]["rows_left_out"] == 1
    assert spectra["imaginary_impedance_ohm"].tolist() == [-0.1]
    with pytest.raises(ReadError, match="holds no impedance"):
        readers.read(_sample("batterydata_energy_csv"), table="impedance")


def test_lvm_numbers_that_are_no_temperatures_are_refused():
    with pytest.raises(ReadError, match="no temperatures"):
        readers.read(b"\t24.5\t1013.0\n\t24.6\t1013.1\n")


def test_lvm_pieces_are_laid_by_their_clocks():
    raw = _sample("labview_lvm", "headers.lvm").decode()
    piece = raw[raw.index("Channels") :]
    text = raw + piece.replace("23:59:59,5", "00:00:09,5").replace("2023/09/21", "2023/09/22")
    frame = readers.read(text.encode())
    assert frame[T].tolist() == [0, 0.5, 10, 10.5]
    assert frame["force_1_newton"].tolist() == [-0.25, 0.5, -0.25, 0.5]


def test_lvm_times_counted_by_delta_x():
    text = (
        "LabVIEW Measurement\t\nSeparator\tTab\nDecimal_Separator\t.\n***End_of_Header***\t\n\n"
        "Channels\t1\t\nDate\t2023/09/21\t\nTime\t12:00:00\t\nX0\t1.0\t\nDelta_X\t0.25\t\n"
        "***End_of_Header***\t\t\nX_Value\tUntitled\tComment\n\t1.5\n\t2.5\n\t3.5\n"
    )
    frame = readers.read(text.encode())
    assert frame[T].tolist() == [1, 1.25, 1.5]
    assert frame["untitled"].tolist() == [1.5, 2.5, 3.5]


def test_numbers_without_headers_are_not_guessed():
    with pytest.raises(UnknownFormatError, match="numbers without a line of headers"):
        readers.read(b"0,0.03,4.14,0.12,22.9\n1,-2.99,4.05,-12.1,22.9\n")
