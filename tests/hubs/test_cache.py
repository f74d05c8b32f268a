"""The cache on disk: names, records, and what counts as whole."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bdg_explore.errors import FetchError
from bdg_explore.hubs.fetching import addresses, checksums, parts, places, records
from bdg_explore.hubs.fetching import cache as box

URL = "https://hub.example/files/b1c0.csv"


def put(folder: Path, url: str, body: bytes) -> places.Place:
    """Bring a body into the cache as `fetch` does once it has verified it."""
    place = places.place_of(url, folder)
    with places.locked(place):
        parts.start_part(place, records.Record(url, etag='"1"', size=len(body)))
        place.part.write_bytes(body)
        parts.promote(place, records.Record(url, etag='"1"'), checksums.file_sha256(place.part))
    return place


def test_folder_is_argument_then_environment_then_system(tmp_path, monkeypatch):
    monkeypatch.setenv("BDG_CACHE", str(tmp_path / "mine"))
    assert box.cache_folder() == tmp_path / "mine"
    assert box.cache_folder(tmp_path) == tmp_path
    monkeypatch.setenv("BDG_CACHE", "")
    assert box.cache_folder().name == "bdg-explore"
    monkeypatch.setenv("BDG_CACHE", "~/here")
    assert box.cache_folder() == Path.home() / "here"


@given(st.text(max_size=200), st.text(max_size=200).filter(lambda text: "#" not in text))
def test_names_are_safe_and_belong_to_one_url(path, query):
    url = f"https://hub.example/{path.replace('#', '')}?{query}"
    name = places.place_of(url, "/cache").path.name
    assert name.isascii() and "/" not in name and "\\" not in name and not name.startswith(".")
    assert len(name) + len(".part.json") < 200
    assert name != places.place_of(url + "x", "/cache").path.name


@pytest.mark.parametrize(
    ("url", "ending"),
    [
        (URL, "-b1c0.csv"),
        (URL + "#sheet", "-b1c0.csv"),
        ("https://h.example/a%20b/..%2F..%2Fetc%2Fpasswd", "-passwd"),
        ("https://h.example/a/..", "-file"),
        ("https://h.example", "-file"),
        ("https://h.example/x/" + "n" * 300 + ".parquet", "nnn.parquet"),
    ],
)
def test_name_ends_as_the_url_does(url, ending, tmp_path):
    path = places.place_of(url, tmp_path).path
    assert path.name.endswith(ending)
    assert path.parent == tmp_path


@pytest.mark.parametrize("url", ["http://[::1/x", "ftp://h.example/x", "https://h/\ud800", "x.csv"])
def test_addresses_that_are_none_are_refused_here_too(url, tmp_path):
    for ask in (box.cached, box.forget):
        with pytest.raises(FetchError, match="Next: correct"):
            ask(url, cache=tmp_path)


def test_fragment_is_no_other_file_but_a_query_is():
    assert places.place_of(URL + "#a").path == places.place_of(URL).path
    assert places.place_of(URL + "?v=1").path != places.place_of(URL).path


def test_cached_and_forget(tmp_path):
    assert box.cached(URL, cache=tmp_path) is None
    place = put(tmp_path, URL, b"1,2\n")
    digest = checksums.file_sha256(place.path)
    assert box.cached(URL, cache=tmp_path) == place.path
    assert box.cached(URL, digest.upper(), tmp_path) == place.path
    assert box.cached(URL, "0" * 64, tmp_path) is None
    box.forget(URL, tmp_path)
    assert box.cached(URL, cache=tmp_path) is None
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]
    box.forget(URL, tmp_path / "never_made")
    assert not (tmp_path / "never_made").exists()


def test_file_url_stands_for_itself(tmp_path):
    path = tmp_path / "a b.csv"
    path.write_bytes(b"x")
    assert box.cached(path.as_uri()) == path
    assert box.cached(path.as_uri(), "0" * 64) is None
    assert box.cached((tmp_path / "none").as_uri()) is None


def test_checksum_that_is_none_is_told(tmp_path):
    with pytest.raises(FetchError, match=r"not 64 hexadecimal digits.*correct it"):
        box.cached(URL, "abc", tmp_path)


@pytest.mark.parametrize(
    "harm",
    [
        lambda place: place.path.write_bytes(b"1,3\n"),  # same length, other content
        lambda place: place.path.write_bytes(b"1,2"),
        lambda place: place.path.unlink(),
        lambda place: place.side.unlink(),
        lambda place: place.side.write_text(""),
        lambda place: place.side.write_text('{"url": '),
        lambda place: place.side.write_text("[]"),
        lambda place: place.side.write_text("{}"),
        lambda place: place.side.write_bytes(b"\xff\xfe"),
        lambda place: place.side.write_text('{"url": "x", "size": "4", "sha256": 7}'),
        lambda place: place.side.write_text('{"url": "x", "colour": "red"}'),
    ],
)
def test_a_file_or_record_that_was_harmed_is_not_whole(harm, tmp_path):
    place = put(tmp_path, URL, b"1,2\n")
    harm(place)
    assert box.cached(URL, cache=tmp_path) is None


def test_a_copied_cache_is_compared_once_and_used(tmp_path):
    place = put(tmp_path / "one", URL, b"1,2\n")
    shutil.copytree(tmp_path / "one", tmp_path / "two", copy_function=shutil.copyfile)
    there = places.place_of(URL, tmp_path / "two")
    assert there.path.stat().st_mtime_ns != place.path.stat().st_mtime_ns
    assert box.cached(URL, cache=tmp_path / "two") == there.path
    assert json.loads(there.side.read_text())["mtime_ns"] == there.path.stat().st_mtime_ns


def test_part_is_never_the_file(tmp_path):
    place = places.place_of(URL, tmp_path)
    with places.locked(place):
        parts.start_part(place, records.Record(URL, size=4))
        place.part.write_bytes(b"1,2\n")
    assert box.cached(URL, cache=tmp_path) is None
    assert parts.part_size(place) == 4


def test_complete_part_is_adopted_only_if_it_is_what_is_wanted(tmp_path):
    place = places.place_of(URL, tmp_path)

    def begin(body: bytes, size: int) -> None:
        parts.start_part(place, records.Record(URL, size=size))
        place.part.write_bytes(body)

    with places.locked(place):
        begin(b"1,2", size=4)
        parts.adopt_part(place, None, None)
        assert place.part.exists() and box.whole(place) is None
        begin(b"1,2\n", size=4)
        parts.adopt_part(place, "0" * 64, None)
        assert not place.part.exists() and box.whole(place) is None
        begin(b"1,2\n", size=4)
        parts.adopt_part(place, None, 5)
        assert not place.part.exists() and box.whole(place) is None
        begin(b"1,2\n", size=4)
        parts.adopt_part(place, None, 4)
    assert place.path.read_bytes() == b"1,2\n"
    assert box.whole(place)


def test_password_is_in_no_record():
    assert addresses.shown("https://me:secret@hub.example:8/x?y") == "https://hub.example:8/x?y"


def test_room(tmp_path):
    place = places.place_of(URL, tmp_path)
    places.check_room(place, 1)
    with pytest.raises(FetchError, match=r"more bytes.*free some space, or set BDG_CACHE"):
        places.check_room(place, shutil.disk_usage(tmp_path).free)


def test_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    place = places.place_of(URL, tmp_path / "file" / "cache")
    with (
        pytest.raises(FetchError, match=r"cannot write to the cache.*Next:.*BDG_CACHE"),
        places.locked(place),
    ):
        pytest.fail("there is no folder to lock in")


@pytest.mark.skipif(os.name == "nt", reason="Windows writes drive letters")
def test_local_paths():
    assert addresses.local_path("file:///a/b%20c.csv") == Path("/a/b c.csv")
    assert addresses.local_path("file://localhost/a") == Path("/a")
    for url in ("file://other/share/x", "file:relative.csv", "file:"):
        with pytest.raises(FetchError, match="names no file of this computer"):
            addresses.local_path(url)
