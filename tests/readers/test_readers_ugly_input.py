"""Ugly files of every csv format: the right frame, or one error that says what and where."""

import gzip

import pandas as pd
import pytest
from reader_samples import SAMPLES, text_of

from bdg_explore import readers
from bdg_explore.errors import BdgError, FrameError, ReadError, UnknownFormatError

# format -> (sample, header of a column the contract requires, header that holds time or None)
CSV = {
    "arbin_csv": ("old_headers.csv", "Voltage", "Test_Time"),
    "batteryarchive_cycles_csv": ("with_dates.csv", "Cycle_Index", None),
    "batteryarchive_timeseries_csv": ("no_temperatures.csv", "Voltage (V)", "Test_Time (s)"),
    "bdf_csv": ("machine.bdf.csv", "voltage_volt", "test_time_second"),
    "csv": ("cycles.csv", "cycle_count", None),
}
# these have tests of their own, most of them test_readers_tester_texts.py
ELSEWHERE = {
    "ampworks_csv", "batterydata_energy_csv", "bitrode_csv", "landt_csv", "neware_csv",
    "nasa_pcoe_index_csv", "neware_layered_csv", "novonix_csv", "pec_csv",
}  # fmt: skip
each = pytest.mark.parametrize("name", CSV)


def _sample(name: str) -> bytes:
    return (SAMPLES / name / CSV[name][0]).read_bytes()


def _lines(name: str) -> list[str]:
    return _sample(name).decode().splitlines()


def _without(name: str, header: str) -> bytes:
    rows = [line.split(",") for line in _lines(name)]
    place = rows[0].index(header)
    return text_of([",".join(row[:place] + row[place + 1 :]) for row in rows])


@each
def test_every_csv_format_stands_here(name):
    formats = readers.formats()
    assert name in formats.index
    assert {n for n in formats.index if n.endswith("csv")} == {*CSV, *ELSEWHERE}


@each
def test_empty(name):
    for given in (None, name):
        with pytest.raises(ReadError, match="is empty"):
            readers.read(b"", format=given)


@each
def test_header_only(name):
    with pytest.raises(ReadError, match="a header and no records"):
        readers.read(text_of(_lines(name)[:1]))


@each
def test_cut_in_mid_line(name):
    whole = _sample(name).rstrip(b"\n")
    last = whole.count(b"\n") + 1
    cut = whole[: whole.rindex(b",")]
    with pytest.raises(ReadError, match=rf"line {last} is cut short.*delete this last line"):
        readers.read(cut)


@each
def test_no_line_break_at_the_end_is_told(name):
    frame = readers.read(_sample(name).rstrip(b"\n"))
    assert any("no line break" in note for note in frame.attrs["source"]["notes"])
    assert "line break" not in str(readers.read(_sample(name)).attrs["source"]["notes"])


@each
def test_line_too_short_in_the_middle(name):
    lines = _lines(name)
    lines[2] = lines[2].rsplit(",", 1)[0]
    with pytest.raises(ReadError, match=r"line 3: \d+ fields under \d+ headers"):
        readers.read(text_of(lines))


@each
def test_column_of_the_contract_missing(name):
    header = CSV[name][1]
    with pytest.raises((FrameError, UnknownFormatError)) as caught:
        readers.read(_without(name, header))
    assert isinstance(caught.value, FrameError) or name == "csv"
    with pytest.raises(FrameError, match="needs the column"):
        readers.read(
            _without(name, header),
            format=name,
            table=readers.read(_sample(name)).attrs["source"]["table"],
        )


@pytest.mark.parametrize("name", [n for n in CSV if CSV[n][2]])
def test_time_backwards_names_the_row(name):
    header = CSV[name][2]
    rows = [line.split(",") for line in _lines(name)]
    place = rows[0].index(header)
    rows[-1][place] = "-5"
    text = text_of([",".join(row) for row in rows])
    with pytest.raises(FrameError, match=rf"{name}.*test_time_second.*row {len(rows) - 2}"):
        readers.read(text)
    looked_at = readers.read(text, check=False)
    assert looked_at["test_time_second"].iloc[-1] == -5


@each
def test_byte_order_mark(name):
    pd.testing.assert_frame_equal(
        readers.read(b"\xef\xbb\xbf" + _sample(name)), readers.read(_sample(name))
    )


@each
def test_utf_16(name):
    pd.testing.assert_frame_equal(
        readers.read(_sample(name).decode().encode("utf-16")), readers.read(_sample(name))
    )


@each
def test_windows_line_breaks_blank_lines_and_spaces(name):
    lines = _lines(name)
    text = "\r\n" + "\r\n\r\n".join(line.replace(",", ", ") for line in lines) + "\r\n"
    pd.testing.assert_frame_equal(readers.read(text.encode()), readers.read(_sample(name)))


@each
def test_latin_1_in_a_header_and_in_a_field(name):
    lines = [f"{line},{'T/°C' if i == 0 else 'Ø'}" for i, line in enumerate(_lines(name))]
    frame = readers.read("\n".join(lines).encode("latin-1") + b"\n")
    assert frame.attrs["source"]["unmapped"][-1] == "T/°C"


@each
def test_nul_bytes(name):
    lines = _sample(name).splitlines(keepends=True)
    fields = lines[-1].split(b",")
    lines[-1] = b",".join(b"\0" * len(field) for field in fields) + b"\n"
    with pytest.raises(ReadError, match=rf"line {len(lines)}.*NUL bytes"):
        readers.read(b"".join(lines))
    with pytest.raises(ReadError, match=rf"line {len(lines) + 1}.*NUL bytes|cut short"):
        readers.read(_sample(name) + b"\0" * 4096)


@each
def test_duplicate_header(name):
    header = CSV[name][1]
    rows = [line.split(",") for line in _lines(name)]
    place = rows[0].index(header)
    text = text_of([",".join([*row, row[place]]) for row in rows])
    with pytest.raises(ReadError, match=r"2 times \(columns \d+, \d+\)"):
        readers.read(text)


@each
def test_field_that_is_no_number_names_line_and_column(name):
    header = CSV[name][1]
    rows = [line.split(",") for line in _lines(name)]
    rows[2][rows[0].index(header)] = "OVERFLOW"
    with pytest.raises(ReadError) as caught:
        readers.read(text_of([",".join(row) for row in rows]))
    assert f"line 3, column {header!r}: 'OVERFLOW' is not a number" in str(caught.value)


@each
def test_decimal_commas(name):
    lines = _lines(name)
    right = [line.replace(",", ";").replace(".", ",") for line in lines[1:]]
    text = text_of([lines[0].replace(",", ";"), *right])
    pd.testing.assert_frame_equal(readers.read(text), readers.read(_sample(name)))
    wrong = text_of([lines[0], *(line.replace(".", ",") for line in lines[1:])])
    with pytest.raises(ReadError, match="decimal commas"):
        readers.read(wrong)


@each
def test_records_that_end_on_empty_fields(name):
    lines = _lines(name)
    text = text_of([lines[0], *(f"{line},," for line in lines[1:])])
    pd.testing.assert_frame_equal(readers.read(text), readers.read(_sample(name)))


@each
def test_gzip_cut_short(name, tmp_path):
    packed = gzip.compress(_sample(name), compresslevel=1)
    with pytest.raises(ReadError, match="not a whole gzip file"):
        readers.read(packed[:-12])


@each
def test_any_cut_gives_a_frame_or_a_named_error(name):
    whole = _sample(name)
    full = readers.read(whole)
    for end in range(len(whole)):
        try:
            frame = readers.read(whole[:end])
        except BdgError:
            continue
        assert len(frame) <= len(full)
        assert (
            len(frame) == len(full)
            or whole[end - 1 : end] == b"\n"
            or any("no line break" in note for note in frame.attrs["source"]["notes"])
        )
