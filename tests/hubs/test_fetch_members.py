"""Files inside zip archives, without the rest of the archive."""

import hashlib
import importlib
import io
import random
import struct
import zipfile
from pathlib import Path

import pytest

from bdg_explore.errors import FetchError
from bdg_explore.hubs.fetching.addresses import member_url, split_member
from bdg_explore.hubs.fetching.cache import cached
from bdg_explore.hubs.fetching.fetch import fetch

module = importlib.import_module("bdg_explore.hubs.fetching.fetch")
NOISE = random.Random(3).randbytes(3_000_000)  # does not pack
TEXT = "".join(f"{i},{i * i % 977}\n" for i in range(60_000)).encode()
ZIP = "/SNL LFP.zip".replace(" ", "%20")


def archive(how=zipfile.ZIP_DEFLATED, text=TEXT) -> bytes:
    """A zip of 200 members: a large one, then the one that is meant, then the others."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("large.bin", NOISE, zipfile.ZIP_STORED)
        zipped.writestr("cells/a_timeseries.csv", text, how)
        for i in range(198):
            zipped.writestr(f"cells/other_{i}.csv", NOISE[i : i + 2000])
    return buffer.getvalue()


BODY = archive()


pytestmark = pytest.mark.usefixtures("at_once")


def url_in(server, member="cells/a_timeseries.csv"):
    return member_url(server.url(ZIP), member)


def sent(server) -> int:
    return sum(one.sent for one in server.asked)


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_one_file_comes_without_the_rest(how, server, tmp_path):
    server.add(ZIP, archive(how=how))
    path = fetch(url_in(server), cache=tmp_path)
    assert path.read_bytes() == TEXT
    assert path.name.endswith("-a_timeseries.csv")
    assert len(server.asked) == 2  # the list of files, and the file
    assert sent(server) < len(TEXT) + 140_000 < len(NOISE) / 3
    assert cached(url_in(server), cache=tmp_path) == path
    assert cached(server.url(ZIP), cache=tmp_path) is None


def test_with_the_checksum_nothing_is_asked_twice(server, tmp_path):
    server.add(ZIP, BODY)
    for digest in (
        {"sha256": hashlib.sha256(TEXT).hexdigest()},
        {"md5": hashlib.md5(TEXT, usedforsecurity=False).hexdigest()},
    ):
        fetch(url_in(server), cache=tmp_path, size=len(TEXT), **digest)
    assert len(server.asked) == 2
    with pytest.raises(FetchError, match="not the file the catalog means"):
        fetch(url_in(server), cache=tmp_path / "other", md5="0" * 32)
    assert cached(url_in(server), cache=tmp_path / "other") is None


def test_unchanged_archive_is_asked_for_its_list_only(server, tmp_path):
    file = server.add(ZIP, BODY)
    first = fetch(url_in(server), cache=tmp_path)
    server.asked.clear()
    assert fetch(url_in(server), cache=tmp_path) == first
    assert len(server.asked) == 1
    file.body = archive(how=zipfile.ZIP_STORED)
    server.asked.clear()
    assert fetch(url_in(server), cache=tmp_path).read_bytes() == TEXT
    assert len(server.asked) == 2


def test_a_download_that_breaks_off_goes_on(server, tmp_path):
    server.add(ZIP, archive(how=zipfile.ZIP_STORED), cuts=[10**9, 100_000, 200_000], piece=20_000)
    assert fetch(url_in(server), cache=tmp_path).read_bytes() == TEXT
    starts = [int(one.range.split("=")[1].split("-")[0]) for one in server.asked[1:]]
    assert len(starts) == 3 and starts[1] - starts[0] == 100_000
    assert sent(server) < len(TEXT) + 200_000


def test_an_archive_that_changes_midway_is_noticed(server, tmp_path):
    file = server.add(ZIP, archive(how=zipfile.ZIP_STORED), cuts=[10**9, 100_000], piece=20_000)

    def change(done, _total):
        if done > 50_000:
            file.body = archive(how=zipfile.ZIP_STORED, text=TEXT[::-1])

    path = fetch(url_in(server), cache=tmp_path, progress=change)
    assert path.read_bytes() == TEXT[::-1]  # all of it from the new version


@pytest.mark.parametrize("behaviour", [{"ranges": False}, {"suffix_ranges": False}])
def test_servers_that_know_less(behaviour, server, tmp_path):
    server.add(ZIP, BODY, **behaviour)
    assert fetch(url_in(server), cache=tmp_path).read_bytes() == TEXT
    whole = cached(server.url(ZIP), cache=tmp_path)
    assert (whole is None) == ("suffix_ranges" in behaviour)
    server.asked.clear()  # the whole archive is here: its other files ask nobody
    if whole:
        assert fetch(url_in(server, "large.bin"), cache=tmp_path).read_bytes() == NOISE
        assert not server.asked


def test_a_local_archive(tmp_path):
    path = tmp_path / "a b.zip"
    path.write_bytes(BODY)
    url = member_url(path.as_uri(), "cells/a_timeseries.csv")
    first = fetch(url, cache=tmp_path / "cache", offline=True)
    assert first.read_bytes() == TEXT
    assert fetch(url, cache=tmp_path / "cache") == first
    path.unlink()
    with pytest.raises(FetchError, match="is not there"):
        fetch(url, cache=tmp_path / "other")


@pytest.mark.parametrize(
    "member", ["../x.csv", "/etc/passwd", "a/../../x", "a\\..\\x", "C:/x", "", "a/"]
)
def test_names_that_lead_out_are_refused(member, server, tmp_path):
    server.add(ZIP, BODY)
    with pytest.raises(FetchError, match="names no file inside"):
        member_url(server.url(ZIP), member)
    with pytest.raises(FetchError, match="names no file inside"):
        fetch(f"{server.url(ZIP)}#member={member}", cache=tmp_path)
    assert not server.asked


def test_an_address_keeps_the_name():
    for name in ("a.csv", "dir/a b#1.csv", "ü/ñ.csv", "a%20b.csv"):
        assert split_member(member_url("https://h.example/a.zip", name)) == (
            "https://h.example/a.zip",
            name,
        )


def test_a_name_that_is_not_there_is_told_with_the_nearest(server, tmp_path):
    server.add(ZIP, BODY)
    with pytest.raises(FetchError, match=r"Did you mean cells/a_timeseries\.csv\?.*It holds 200"):
        fetch(url_in(server, "cells/a_timeserie.csv"), cache=tmp_path)


def test_a_bomb_is_not_unpacked(server, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("bomb.csv", bytes(80_000_000))
    server.add(ZIP, buffer.getvalue())
    with pytest.raises(FetchError, match="zip bomb"):
        fetch(url_in(server, "bomb.csv"), cache=tmp_path)
    assert not list(tmp_path.rglob("*.part"))


def test_damage_is_told(server, tmp_path):
    packed = bytearray(BODY)
    packed[len(NOISE) + 5000] ^= 0xFF
    server.add(ZIP, bytes(packed))
    with pytest.raises(FetchError, match="cannot be taken out of its archive"):
        fetch(url_in(server), cache=tmp_path)
    assert cached(url_in(server), cache=tmp_path) is None
    server.add("/no.zip", b"<not a zip>" * 10)
    with pytest.raises(FetchError, match="cannot be taken out of its archive"):
        fetch(member_url(server.url("/no.zip"), "a.csv"), cache=tmp_path)


def test_a_list_of_files_that_says_it_is_huge_is_not_read(server, tmp_path):
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 200 * 2**20, 0, 0)

    server.add(ZIP, bytes(200 * 2**20) + end)
    with pytest.raises(FetchError, match="asks for 209,715,200 bytes at once"):
        fetch(url_in(server), cache=tmp_path)


def test_refusals_are_told_as_for_any_file(server, tmp_path):
    file = server.add(ZIP, BODY, answers=[429, 500, 503])
    assert fetch(url_in(server), cache=tmp_path).read_bytes() == TEXT
    file.answers = [403] * 9
    with pytest.raises(FetchError, match="gives it only to those it knows"):
        fetch(url_in(server), cache=tmp_path / "b")
    assert not list(Path(tmp_path / "b").glob("*.csv"))
