"""Readers are found in the folder and among plug-ins; a file is known by its content."""

import pickle
import warnings
from importlib.metadata import EntryPoint

import pandas as pd
import pytest

from bdg_explore import readers
from bdg_explore.columns import CURRENT, TEST_TIME, VOLTAGE
from bdg_explore.errors import ParameterError, ReadError, UnknownFormatError
from bdg_explore.readers import From, Reader, _registry

COLUMNS = {
    TEST_TIME: From("zeit/h", scale=3600),
    VOLTAGE: From("U/mV", scale=1e-3),
    CURRENT: From("I/A"),
}
PLUG_IN = Reader(
    name="hauslabor_txt",
    description="A made-up laboratory's own text files",
    tester="Hauslabor",
    recognises=lambda head: b"# Hauslabor" in head,
    load=lambda request: pd.read_csv(request.source.open(), skiprows=1, sep=" "),
    columns=COLUMNS,
    suffixes=(".txt",),
)
CLASHING = Reader("arbin_csv", "", lambda head: False, PLUG_IN.load, COLUMNS)
GREEDY = Reader("greedy", "", lambda head: b"# Hauslabor" in head, PLUG_IN.load, COLUMNS)
NO_READER = 42
FILE = b"# Hauslabor 3\nzeit/h U/mV I/A Raum\n0 3500 0.5 B12\n0.5 3600 0.5 B12\n"


@pytest.fixture
def plug_ins(monkeypatch):
    """Pretend that entry points are installed."""

    def install(*names):
        points = [EntryPoint(n.lower(), f"{__name__}:{n}", _registry.ENTRY_POINTS) for n in names]
        monkeypatch.setattr(
            _registry,
            "entry_points",
            lambda *, group: points if group == _registry.ENTRY_POINTS else [],
        )
        _registry.readers.cache_clear()

    yield install
    monkeypatch.undo()
    _registry.readers.cache_clear()


def test_plug_in_is_found_by_entry_point(plug_ins):
    plug_ins("PLUG_IN")
    assert readers.formats().loc["hauslabor_txt", "tester"] == "Hauslabor"
    assert readers.detect(FILE) is PLUG_IN
    frame = readers.read(FILE)
    assert frame[TEST_TIME].tolist() == [0.0, 1800.0]
    assert frame[VOLTAGE].tolist() == [3.5, 3.6]
    assert frame.attrs["source"]["unmapped"] == ["Raum"]
    assert frame.attrs["source"]["columns"][TEST_TIME]["scale"] == 3600


def test_two_readers_of_one_name_are_an_error_that_names_both(plug_ins):
    plug_ins("CLASHING")
    with pytest.raises(UnknownFormatError, match=r"arbin_csv.*readers\.arbin_csv and .*CLASHING"):
        readers.formats()


def test_two_candidates_for_one_file_are_an_error_that_names_both(plug_ins):
    plug_ins("PLUG_IN", "GREEDY")
    with pytest.raises(UnknownFormatError, match="any of greedy, hauslabor_txt"):
        readers.read(FILE)
    assert len(readers.read(FILE, format="greedy")) == 2


def test_plug_in_that_does_not_load_is_told_and_the_others_work(plug_ins):
    plug_ins("PLUG_IN", "MISSING", "NO_READER")
    with pytest.warns(UserWarning) as caught:
        known = readers.formats().index
    assert {"hauslabor_txt", "arbin_csv"} <= set(known)
    said = " ".join(str(w.message) for w in caught)
    assert "MISSING does not load" in said
    assert "NO_READER declares no Reader" in said


def test_formats_has_a_row_a_format():
    table = readers.formats()
    assert table.index.is_unique
    assert table.loc["nasa_pcoe_mat", "table"] == "timeseries"
    assert table.loc["batteryarchive_cycles_csv", "table"] == "cycles"
    assert (table["description"].str.len() > 10).all()


def test_unknown_name_names_the_nearest():
    with pytest.raises(UnknownFormatError, match=r"'arbn_csv'. Did you mean arbin_csv\?"):
        readers.read(FILE, format="arbn_csv")


def test_no_installed_plug_in_breaks_the_readers():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _registry.readers.cache_clear()
        assert len(readers.formats()) >= 8


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"a,b,c\n1,2,3\n", "begins with 'a,b,c'"),
        (b"\x89PNG\r\n\x1a\n....", "a PNG picture"),
        (b"PK\x03\x04....", "a zip archive"),
        (b"\x89HDF\r\n\x1a\n....", "an HDF5 file"),
        (b"\x7fELF\x02\x01\x01\x00", "a binary file that begins with 7f 45 4c 46"),
        (b"<!DOCTYPE html><title>Sign in</title>", "a web page"),
        (b'[{"a": 1}]', "a JSON text"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
        (b"MATLAB 5.0 MAT-file" + b" " * 200, "a MATLAB file"),
    ],
)
def test_unrecognised_file_says_what_was_seen_and_what_to_do(content, seen):
    with pytest.raises(UnknownFormatError) as caught:
        readers.detect(content)
    said = str(caught.value)
    assert seen in said
    assert "format=" in said
    assert "columns=" in said
    assert "bdg.formats()" in said


@pytest.mark.parametrize("protocol", range(6))
def test_pickle_is_refused_with_the_reason(protocol, tmp_path):
    path = tmp_path / "cell.pkl"
    path.write_bytes(pickle.dumps({"cell_id": "x", "cycle_data": []}, protocol=protocol))
    with pytest.raises(UnknownFormatError, match=r"Python pickle.*runs whatever code is inside"):
        readers.read(path)
    if protocol >= 2:  # told by its magic number, whatever it is called
        path.rename(tmp_path / "cell.csv")
        with pytest.raises(UnknownFormatError, match="Python pickle"):
            readers.read(tmp_path / "cell.csv")


def test_suffix_alone_is_never_believed(tmp_path):
    path = tmp_path / "pretends.bdf.parquet"
    path.write_text("test_time_second,voltage_volt,current_ampere\n0,3.5,1\n")
    assert readers.detect(path).name == "bdf_csv"


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(ReadError, match="There is no file"):
        readers.read(tmp_path / "nowhere.csv")
    with pytest.raises(ReadError, match="is a folder"):
        readers.read(tmp_path)
    with pytest.raises(ReadError, match="Cannot read from int"):
        readers.read(3)


def test_table_that_the_format_does_not_give():
    sample = b"test_time_second,voltage_volt,current_ampere\n0,3.5,1\n"
    with pytest.raises(ParameterError, match="bdf_csv gives timeseries, impedance, not 'cycles'"):
        readers.read(sample, format="bdf_csv", table="cycles")
    with pytest.raises(ParameterError, match=r"Did you mean cycles\?"):
        readers.read(sample, format="csv", table="cylces")


def test_every_format_says_what_gives_it_away():
    silent = [key for key, one in _registry.readers().items() if not one.known_by]
    assert not silent
