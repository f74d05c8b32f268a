"""A visitor's files: limits, order of pieces, names, and that nothing is left behind."""

import os
from pathlib import Path

import pytest

from bdg_explore.apps.uploads import Limits, Shelf, UploadError

SMALL = Limits(file_bytes=100, all_bytes=150, files=3)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    one = Shelf(SMALL)
    yield one
    one.close()


def bring(shelf: Shelf, number: int, name: str, content: bytes) -> Path:
    upload = shelf.begin(number, name, len(content))
    shelf.take(number, 0, content)
    assert upload.whole
    return upload.path


def test_pieces_make_the_file(shelf):
    shelf.begin(0, "run.csv", 6)
    assert not shelf.take(0, 0, b"abc").whole
    assert shelf.take(0, 3, b"def").whole
    assert shelf.uploads[0].path.name == "run.csv"
    assert shelf.uploads[0].path.read_bytes() == b"abcdef"


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("big.csv", 101, "takes files of up to"),
        ("big.csv", 2_000_000_000, "2 GB"),
        ("none.csv", 0, "is empty"),
    ],
)
def test_a_file_outside_the_limits_is_refused_before_it_comes(shelf, name, size, said):
    with pytest.raises(UploadError, match=said):
        shelf.begin(0, name, size)
    assert not shelf.uploads


def test_all_files_together_and_their_number_are_limited(shelf):
    bring(shelf, 0, "a", b"x" * 100)
    with pytest.raises(UploadError, match="150 bytes"):
        shelf.begin(1, "b", 51)
    bring(shelf, 1, "b", b"y")
    bring(shelf, 2, "c", b"z")
    with pytest.raises(UploadError, match="3 files are here already"):
        shelf.begin(3, "d", 1)
    shelf.remove(0)
    bring(shelf, 3, "d", b"w" * 100)


@pytest.mark.parametrize(("at", "piece"), [(1, b"ab"), (0, b"x" * 7), (0, b"")])
def test_pieces_out_of_order_end_the_file(shelf, at, piece):
    path = shelf.begin(0, "run.csv", 6).path
    with pytest.raises(UploadError, match="Choose it again"):
        shelf.take(0, at, piece)
    assert not path.exists()
    assert not shelf.uploads


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..", "C:\\Users\\me\\run.csv", "a/b/c.csv", "x\0y.csv", "", "." * 300,
     "ü" * 200 + ".csv", "con:1"],
)  # fmt: skip
def test_a_name_is_never_a_way_out(shelf, name):
    path = bring(shelf, 0, name, b"x")
    folder = shelf.folder
    assert path.parent.parent == folder
    assert path.resolve().is_relative_to(folder.resolve())
    assert not {"/", "\\", "\0"} & set(path.name)
    assert len(path.name.encode()) < 256


def test_two_files_of_one_name_stay_apart(shelf):
    assert bring(shelf, 0, "run.csv", b"one") != bring(shelf, 1, "run.csv", b"two")


def test_closing_leaves_nothing(shelf):
    folder = shelf.folder
    bring(shelf, 0, "a", b"x")
    shelf.begin(1, "b", 5)
    shelf.close()
    assert not folder.exists()


def test_what_a_killed_server_left_is_swept_and_what_a_living_one_has_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = tmp_path / "bdg-bring-999999999-x"
    dead.mkdir()
    (dead / "run.csv").write_text("x")
    living = tmp_path / f"bdg-bring-{os.getpid()}-x"
    living.mkdir()
    other = tmp_path / "bdg-bring-notes"
    other.mkdir()
    Shelf(SMALL).close()
    assert not dead.exists()
    assert living.exists()
    assert other.exists()
