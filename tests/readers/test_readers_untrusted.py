"""What is sent to fill a memory, run code or pass for data is refused with a sentence."""

import bz2
import gzip
import io
import lzma
import pickle
import struct
import zipfile
import zlib

import pytest

from bdg_explore import readers
from bdg_explore.errors import ReadError, UnknownFormatError
from bdg_explore.readers._archive import Archive, check_archive, parse_xml
from bdg_explore.readers._source import as_source

HEADER = b"Test_Time(s),Data_Point,Step_Time(s),Current(A),Voltage(V),Charge_Capacity(Ah)\n"
BILLION_LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>'


def _zip(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return target.getvalue()


def test_an_archive_gives_its_files():
    archive = Archive(as_source(_zip({"a.txt": b"one", "b/c.bin": b"\0" * 1000})))
    assert archive.members == ("a.txt", "b/c.bin")
    assert "a.txt" in archive
    assert archive.read("a.txt") == b"one"
    assert archive.read("b/c.bin") == b"\0" * 1000
    with pytest.raises(ReadError, match=r"has no file d; it has a\.txt, b/c\.bin"):
        archive.read("d")


def test_a_zip_bomb_is_not_unpacked():
    bomb = as_source(_zip({"data.ndc": b"\0" * 80_000_000}))
    assert bomb.size < 100_000
    for look in (Archive, check_archive):
        with pytest.raises(ReadError, match="says it unpacks to 80000000: a zip bomb"):
            look(bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_found_while_unpacking():
    data = bytearray(_zip({"data.ndc": b"\0" * 80_000_000}))
    for at in (data.find(b"PK\3\4") + 22, data.find(b"PK\1\2") + 24):
        assert struct.unpack_from("<I", data, at) == (80_000_000,)
        struct.pack_into("<I", data, at, 1000)
    for look in (lambda source: Archive(source).read("data.ndc"), check_archive):
        with pytest.raises(ReadError, match="more comes out than it says"):
            look(as_source(bytes(data)))


def test_damage_in_an_archive_is_told():
    whole = _zip({"a.txt": b"one two three" * 100})
    with pytest.raises(ReadError, match="not a whole zip archive"):
        Archive(as_source(whole[:-30]))
    at = whole.find(b"a.txt") + 10
    broken = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
    with pytest.raises(ReadError, match=r"a\.txt in the buffer is damaged"):
        Archive(as_source(broken)).read("a.txt")


def test_names_that_lead_out_of_the_folder_stay_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = as_source(_zip({"../../evil.txt": b"x", "/etc/evil.txt": b"y"}))
    assert Archive(source).read("../../evil.txt") == b"x"
    check_archive(source)
    assert not list(tmp_path.iterdir())


def test_an_archive_of_very_many_files_is_refused():
    with pytest.raises(ReadError, match="holds 10001 files"):
        Archive(as_source(_zip({str(i): b"" for i in range(10_001)})))


@pytest.mark.parametrize(
    "text", [BILLION_LAUGHS, "<a", "<a>" * 100 + "x", "\0", "<a/>" * 2_000_000]
)
def test_xml_that_expands_or_is_broken_is_refused(text):
    with pytest.raises(ReadError, match=r"Step\.xml in the buffer"):
        parse_xml(text, "Step.xml", as_source(b"x"))
    assert parse_xml(
        "<?xml version='1.0' encoding='GB2312'?><a b='\u6d4b'/>", "Step.xml", as_source(b"")
    ).get("b")


@pytest.mark.parametrize("read", [readers.read, lambda data: as_source(data).content()])
def test_a_gzip_bomb_is_not_unpacked(read):
    bomb = gzip.compress(HEADER + b"0,0,0,0,0,0\n" * 6_000_000)
    assert len(bomb) < 700_000
    with pytest.raises(ReadError, match="decompression bomb"):
        read(bomb)


def test_a_large_file_is_not_held_in_one_piece(tmp_path, monkeypatch):
    monkeypatch.setattr("bdg_explore.readers._source.LARGEST", 1000)
    path = tmp_path / "large.mat"
    path.write_bytes(b"\0" * 1001)
    with pytest.raises(ReadError, match="read in one piece"):
        as_source(path).content()
    assert as_source(path).content(10) == b"\0" * 10


PICKLES = {
    f"protocol {n}": pickle.dumps({"cell_id": "x", "values": [1.0]}, protocol=n) for n in range(6)
}
PACKED = {
    "gzip": gzip.compress(PICKLES["protocol 4"]),
    "zlib, as joblib packs": zlib.compress(PICKLES["protocol 4"]),
    "bzip2": bz2.compress(PICKLES["protocol 4"]),
    "xz": lzma.compress(PICKLES["protocol 4"]),
    "in a zip, as PyTorch saves": _zip({"archive/data.pkl": PICKLES["protocol 4"]}),
}


@pytest.mark.parametrize("content", [*PICKLES.values(), *PACKED.values()], ids=[*PICKLES, *PACKED])
def test_a_pickle_is_refused_with_the_reason(content):
    with pytest.raises(UnknownFormatError, match="loading a pickle runs whatever code is inside"):
        readers.read(content)


@pytest.mark.parametrize(
    "name", ["cell.pkl", "cell.PICKLE", "cell.joblib", "cell.pkl.gz", "a.dill"]
)
def test_a_file_named_as_a_pickle_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(HEADER)
    with pytest.raises(UnknownFormatError, match="is a Python pickle"):
        readers.read(path)


@pytest.mark.parametrize(
    ("begin", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (b"GIF89a", "a GIF picture"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save a workbook as .xlsx or csv"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\x93NUMPY\x01\0", "a numpy array without column names"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path, begin, what):
    path = tmp_path / "renamed.csv"
    path.write_bytes(begin + bytes(range(256)) * 10)
    with pytest.raises(UnknownFormatError, match=f"renamed.csv, .*{what}"):
        readers.read(path)
