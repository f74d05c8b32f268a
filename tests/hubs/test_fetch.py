"""Fetching from a real server that does what servers do."""

import gzip
import hashlib
import importlib
import io
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
import requests
from conftest_server import FileServer
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bdg_explore.errors import FetchError
from bdg_explore.hubs.fetching import receiving
from bdg_explore.hubs.fetching.cache import cached, forget
from bdg_explore.hubs.fetching.fetch import fetch
from bdg_explore.hubs.fetching.parts import part_size
from bdg_explore.hubs.fetching.places import place_of
from bdg_explore.hubs.fetching.records import read_record

module = importlib.import_module("bdg_explore.hubs.fetching.fetch")
BODY = random.Random(7).randbytes(400_000)
DIGEST = hashlib.sha256(BODY).hexdigest()
PATH = "/data/b1c0.bin"
HERE = 131_072  # two pieces of what is read at a time


pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def slept(monkeypatch):
    """Waits that `fetch` would have made [s]."""
    waits = []
    clock = SimpleNamespace(sleep=waits.append, time=time.time)
    monkeypatch.setattr(module, "time", clock)  # the server keeps the real one
    return waits


def broken(server, cache, **behaviour):
    """Serve `BODY`, of which the first `HERE` bytes are left here by an interrupted download."""
    file = server.add(PATH, BODY, **behaviour)

    def interrupt(done, _total):
        if done >= HERE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(server.url(PATH), cache=cache, progress=interrupt)
    assert cached(server.url(PATH), cache=cache) is None
    assert part_size(place_of(server.url(PATH), cache)) == HERE
    server.asked.clear()
    return file


# ---- whole files, and whether they changed


def test_file_comes_whole_with_a_record(server, tmp_path):
    server.add(PATH, BODY, last_modified="Mon, 01 Jan 2024 00:00:00 GMT")
    path = fetch(server.url(PATH), cache=tmp_path)
    assert path.read_bytes() == BODY
    assert path.name.endswith("-b1c0.bin")
    assert cached(server.url(PATH), cache=tmp_path) == path
    record = read_record(place_of(server.url(PATH), tmp_path).side)
    assert (record.size, record.sha256) == (len(BODY), DIGEST)
    assert record.etag == server.files[PATH].tag()
    assert record.last_modified == "Mon, 01 Jan 2024 00:00:00 GMT"
    assert record.fetched_at.startswith("20")
    assert server.asked[0].headers["user-agent"].startswith("bdg-explore/")
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".bin", ".json", ".lock"]


def test_with_the_checksum_nothing_is_asked_twice(server, tmp_path):
    server.add(PATH, BODY)
    first = fetch(server.url(PATH), sha256=DIGEST, size=len(BODY), cache=tmp_path)
    assert fetch(server.url(PATH), sha256="SHA256:" + DIGEST.upper(), cache=tmp_path) == first
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"etag": None, "last_modified": "Mon, 01 Jan 2024 00:00:00 GMT"},
        {"etag": 'W/"weak"'},
        {"etag": None},  # nothing but its length says which version it is
    ],
)
def test_unchanged_file_is_not_sent_again(named, server, tmp_path):
    server.add(PATH, BODY, pause=0.01, **named)
    first = fetch(server.url(PATH), cache=tmp_path)
    stamp = first.stat().st_mtime_ns
    assert fetch(server.url(PATH), cache=tmp_path) == first
    assert first.stat().st_mtime_ns == stamp
    assert len(server.asked) == 2
    if named.get("etag", "") is not None or "last_modified" in named:
        assert server.asked[1].status == 304


def test_server_that_ignores_the_question_is_read_no_further_than_its_etag(server, tmp_path):
    server.add(PATH, BODY, answers=[200, 200])
    first = fetch(server.url(PATH), cache=tmp_path)
    stamp = first.stat().st_mtime_ns
    server.files[PATH].last_modified = None
    server.files[PATH].headers = {"ETag": server.files[PATH].tag()}
    server.files[PATH].etag = None  # now the tag is sent and never compared
    assert fetch(server.url(PATH), cache=tmp_path).stat().st_mtime_ns == stamp
    assert server.asked[1].status == 200


@pytest.mark.parametrize("named", [{}, {"etag": None}])
def test_changed_file_is_fetched_anew(named, server, tmp_path):
    file = server.add(PATH, BODY, **named)
    fetch(server.url(PATH), cache=tmp_path)
    file.body = BODY[::-1] + b"more"
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == file.body


def test_copy_with_another_checksum_is_fetched_anew(server, tmp_path):
    file = server.add(PATH, BODY, etag='"never changes"')
    fetch(server.url(PATH), cache=tmp_path)
    file.body = BODY[::-1]
    digest = hashlib.sha256(file.body).hexdigest()
    assert fetch(server.url(PATH), sha256=digest, cache=tmp_path).read_bytes() == file.body
    assert "if-none-match" not in server.asked[1].headers


def test_forgotten_file_is_fetched_anew(server, tmp_path):
    server.add(PATH, BODY)
    fetch(server.url(PATH), cache=tmp_path)
    forget(server.url(PATH), tmp_path)
    fetch(server.url(PATH), cache=tmp_path)
    assert [one.sent for one in server.asked] == [len(BODY)] * 2


@pytest.mark.parametrize("how", [{"length": False}, {"chunked": True}, {}])
@pytest.mark.parametrize("body", [b"", b"x", BODY])
def test_every_way_to_end_a_body(how, body, server, tmp_path):
    server.add(PATH, body, **how)
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == body


def test_compressed_transfer_is_undone_but_an_archive_is_left_as_it_is(server, tmp_path):
    packed = gzip.compress(b"a,b\n" * 1000)
    for name in ("/a.csv", "/a.csv.gz"):
        server.add(name, packed, headers={"Content-Encoding": "gzip"})
    assert fetch(server.url("/a.csv"), cache=tmp_path).read_bytes() == b"a,b\n" * 1000
    assert fetch(server.url("/a.csv.gz"), cache=tmp_path).read_bytes() == packed
    assert server.asked[0].headers["accept-encoding"] == "identity"


def test_compressed_transfer_that_breaks_off_is_not_resumed(server, tmp_path):
    text = "".join(f"{i},{i * i}\n" for i in range(40_000)).encode()
    packed = gzip.compress(text)
    server.add("/a.csv", packed, headers={"Content-Encoding": "gzip"}, cuts=[70_000])
    assert fetch(server.url("/a.csv"), cache=tmp_path).read_bytes() == text
    assert [one.range for one in server.asked] == [None, None]


# ---- resuming


def test_broken_download_goes_on_where_it_stopped(server, tmp_path):
    file = broken(server, tmp_path)
    path = fetch(server.url(PATH), sha256=DIGEST, cache=tmp_path)
    assert path.read_bytes() == BODY
    (asked,) = server.asked
    assert asked.range == f"bytes={HERE}-"
    assert asked.headers["if-range"] == file.tag()
    assert (asked.status, asked.sent) == (206, len(BODY) - HERE)


def test_one_call_survives_many_breaks(server, tmp_path):
    server.add(PATH, BODY, cuts=[40_000] * 8)  # more breaks than tries without progress
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == BODY
    assert sum(one.sent for one in server.asked) == len(BODY)


def test_server_that_breaks_off_for_ever_is_given_up(server, tmp_path, monkeypatch):
    server.add(PATH, BODY, cuts=[10] * 100)
    monkeypatch.setattr(module, "_TRIES_IN_ALL", 20)
    with pytest.raises(FetchError, match="200 bytes are kept"):
        fetch(server.url(PATH), cache=tmp_path)
    assert len(server.asked) == 20


@pytest.mark.parametrize(
    "behaviour",
    [
        {},
        {"if_range": False},  # sends the rest of the new version as if nothing had happened
        {"ranges": False},
        {"etag": None, "last_modified": "Mon, 01 Jan 2024 00:00:00 GMT", "if_range": False},
    ],
)
@pytest.mark.parametrize("longer", [0, 1000])
def test_halves_of_two_versions_are_never_joined(behaviour, longer, server, tmp_path):
    file = broken(server, tmp_path, **behaviour)
    file.body = BODY[::-1] + b"n" * longer
    if file.last_modified:
        file.last_modified = "Tue, 02 Jan 2024 00:00:00 GMT"
    path = fetch(server.url(PATH), cache=tmp_path)
    assert path.read_bytes() == file.body


def test_server_without_names_of_versions(server, tmp_path):
    file = broken(server, tmp_path, etag=None)
    fetch(server.url(PATH), cache=tmp_path)
    assert server.asked[0].range is None  # no checksum, no name: from the start

    forget(server.url(PATH), tmp_path)
    file = broken(server, tmp_path, etag=None)
    fetch(server.url(PATH), sha256=DIGEST, cache=tmp_path)
    assert server.asked[0].sent == len(BODY) - HERE  # the checksum tells whether they fit

    forget(server.url(PATH), tmp_path)
    file = broken(server, tmp_path, etag=None)
    file.body = BODY[::-1]
    digest = hashlib.sha256(file.body).hexdigest()
    assert fetch(server.url(PATH), sha256=digest, cache=tmp_path).read_bytes() == file.body
    assert [one.status for one in server.asked] == [206, 200]


def test_weak_etag_is_not_trusted_for_halves(server, tmp_path):
    broken(server, tmp_path, etag='W/"1"')
    fetch(server.url(PATH), cache=tmp_path)
    assert server.asked[0].range is None


def test_file_that_shrank_below_the_part(server, tmp_path):
    file = broken(server, tmp_path, if_range=False)
    file.body = BODY[:1000]
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == BODY[:1000]
    assert [one.status for one in server.asked] == [416, 200]


@pytest.mark.parametrize(
    "lie",
    [
        lambda first, last, total: f"bytes {first - 100}-{last}/{total}",
        lambda first, last, total: f"bytes {first}-{last}/{total + 5}",
        lambda first, last, total: f"bytes {first}-{last}/*",
        lambda first, last, total: "nonsense",
    ],
)
def test_content_range_that_does_not_fit_starts_over(lie, server, tmp_path):
    broken(server, tmp_path, content_range=lie)
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == BODY
    assert [one.status for one in server.asked] == [206, 200]


def test_part_sent_with_status_200_is_not_taken_for_the_whole(server, tmp_path):
    broken(server, tmp_path, range_status=200)
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == BODY


def test_rest_that_comes_in_portions_is_asked_for_until_it_is_whole(server, tmp_path):
    broken(server, tmp_path, most=100_000)
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == BODY
    assert [one.sent for one in server.asked] == [100_000, 100_000, len(BODY) - HERE - 200_000]


def test_unordered_part_is_given_up(server, tmp_path):
    server.add(PATH, BODY, headers={"Content-Range": "bytes 0-9/10"})
    with pytest.raises(FetchError, match="does not fit"):
        fetch(server.url(PATH), cache=tmp_path)
    assert cached(server.url(PATH), cache=tmp_path) is None


def test_part_of_an_old_version_is_dropped_once_the_copy_is_current(server, tmp_path):
    file = server.add(PATH, BODY)
    fetch(server.url(PATH), cache=tmp_path)
    file.body, file.cuts = BODY[::-1], [1000] + [0] * 10
    with pytest.raises(FetchError):  # the copy is known to be old: it does not stand in
        fetch(server.url(PATH), cache=tmp_path)
    file.body = BODY  # put back upstream
    file.cuts.clear()
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == BODY
    assert not place_of(server.url(PATH), tmp_path).part.exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(0, 3000),
    cuts=st.lists(st.integers(0, 3000), max_size=8),
    etag=st.sampled_from(["auto", None, 'W/"w"']),
    ranges=st.booleans(),
    if_range=st.booleans(),
    changes=st.booleans(),
    knows=st.booleans(),
)
@example(
    size=1000, cuts=[500] + [0] * 7, etag=None, ranges=True, if_range=False, changes=True,
    knows=True,
)  # fmt: skip
def test_whatever_breaks_what_is_returned_is_the_file(
    server, tmp_path, size, cuts, etag, ranges, if_range, changes, knows
):
    url = server.url(PATH)
    forget(url, tmp_path)
    old, new = BODY[:size], BODY[1 : size + 1] if changes else BODY[:size]
    file = server.add(PATH, old, cuts=cuts, etag=etag, ranges=ranges, if_range=if_range)
    for body in (old, new, new):
        file.body = body
        sha256 = hashlib.sha256(body).hexdigest() if knows else None
        try:
            path = fetch(url, sha256=sha256, cache=tmp_path)
        except FetchError:
            path = cached(url, sha256, tmp_path)
        # without a name, a version is told from another by its length alone, as documented
        if path is not None:
            assert path.read_bytes() == body or (
                etag != "auto" and not knows and path.read_bytes() == old
            )


# ---- what is wrong with a file


def test_wrong_checksum_leaves_nothing(server, tmp_path):
    server.add(PATH, BODY)
    wrong = "0" * 64
    with pytest.raises(FetchError) as caught:
        fetch(server.url(PATH), sha256=wrong, cache=tmp_path)
    for word in (server.url(PATH), wrong, DIGEST, "removed", "Next:"):
        assert word in str(caught.value)
    assert [p.suffix for p in tmp_path.iterdir()] == [".lock"]
    assert cached(server.url(PATH), cache=tmp_path) is None


def test_checksum_that_is_none_is_told_before_anything_is_asked(server, tmp_path):
    with pytest.raises(FetchError, match="not 64 hexadecimal"):
        fetch(server.url(PATH), sha256="d41d8cd9", cache=tmp_path)
    assert not server.asked


@pytest.mark.parametrize("how", [{}, {"length": False}, {"chunked": True}])
@pytest.mark.parametrize("size", [len(BODY) - 1, len(BODY) + 1])
def test_wrong_size_leaves_nothing(how, size, server, tmp_path):
    server.add(PATH, BODY, **how)
    with pytest.raises(FetchError, match=rf"should have {size:,} bytes.*Next:"):
        fetch(server.url(PATH), size=size, cache=tmp_path)
    assert [p.suffix for p in tmp_path.iterdir()] == [".lock"]
    if not how:  # told by the header: the body was not waited for
        assert len(server.asked) == 1


def test_body_without_end_is_not_waited_for(server, tmp_path):
    server.add(PATH, BODY * 50, chunked=True, pause=0.002)
    with pytest.raises(FetchError, match="should have 1,000 bytes"):
        fetch(server.url(PATH), size=1000, cache=tmp_path)
    assert server.asked[0].sent < len(BODY) * 25


def test_body_shorter_than_its_length_is_never_whole(server, tmp_path):
    server.add(PATH, BODY, length_lie=10)
    with pytest.raises(FetchError, match="broke off"):
        fetch(server.url(PATH), cache=tmp_path)
    assert cached(server.url(PATH), cache=tmp_path) is None


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><p>log in", b"\xef\xbb\xbf \n<HTML>", b"<html>"])
def test_page_to_log_in_is_no_file(page, server, tmp_path):
    server.add(PATH, page, headers={"Content-Type": "text/html; charset=utf-8"})
    with pytest.raises(FetchError, match="gives a web page, not a file"):
        fetch(server.url(PATH), cache=tmp_path)
    assert cached(server.url(PATH), cache=tmp_path) is None
    server.add("/page.html", page, headers={"Content-Type": "text/html"})
    assert fetch(server.url("/page.html"), cache=tmp_path).read_bytes() == page
    server.add("/a.csv", b"a,b\n", headers={"Content-Type": "text/html"})  # a careless server
    assert fetch(server.url("/a.csv"), cache=tmp_path).read_bytes() == b"a,b\n"


# ---- what a server answers


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "it is not there.*landing page.*BDG_MIRROR"),
        (410, "it is not there"),
        (401, "access may be on request"),
        (403, "access may be on request"),
        (202, "HTTP 202"),
        (418, "HTTP 418"),
        (501, "HTTP 501"),
    ],
)
def test_refusals_are_told_at_once(status, words, server, tmp_path, slept):
    server.add(PATH, BODY, answers=[status] * 9)
    with pytest.raises(FetchError, match=words) as caught:
        fetch(server.url(PATH), cache=tmp_path)
    assert server.url(PATH) in str(caught.value) and "Next: " in str(caught.value)
    assert len(server.asked) == 1 and not slept


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_is_waited_out(status, server, tmp_path, slept, monkeypatch):
    monkeypatch.setattr(module, "_BACK_OFF", 0.5)
    server.add(PATH, BODY, answers=[status] * 3)
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == BODY
    assert slept == [0.5, 1.0, 2.0]


def test_lasting_trouble_is_told(server, tmp_path, slept):
    server.add(PATH, BODY, answers=[503] * 99)
    with pytest.raises(FetchError, match=r"HTTP 503 Service Unavailable. Next: try again"):
        fetch(server.url(PATH), cache=tmp_path)
    assert len(server.asked) == 5


def test_wait_that_the_server_asks_for(server, tmp_path, slept):
    server.add(PATH, BODY, answers=[429, 503], headers={"Retry-After": "7"})
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == BODY
    assert slept == [7.0, 7.0]


def test_wait_given_as_a_date(server, tmp_path, slept):
    soon = formatdate(time.time() + 30, usegmt=True)
    server.add(PATH, BODY, answers=[429], headers={"Retry-After": soon})
    fetch(server.url(PATH), cache=tmp_path)
    assert 25 < slept[0] <= 30


def test_wait_without_sense_is_the_usual_one(server, tmp_path, slept):
    server.add(PATH, BODY, answers=[429], headers={"Retry-After": "soon"})
    fetch(server.url(PATH), cache=tmp_path)
    assert slept == [0.0]


def test_wait_that_is_too_long_is_told(server, tmp_path, slept):
    server.add(PATH, BODY, answers=[429], headers={"Retry-After": "3600"})
    with pytest.raises(FetchError, match=r"asks to wait 3600 s. Next: try again in 3600 s"):
        fetch(server.url(PATH), cache=tmp_path)
    assert not slept


def test_server_that_hangs_up_without_a_word_is_asked_again(server, tmp_path):
    server.add(PATH, BODY, hang_up=2)
    assert fetch(server.url(PATH), cache=tmp_path).read_bytes() == BODY


def test_silence_before_and_within_the_body(server, tmp_path):
    file = server.add(PATH, BODY, delay=0.5)
    with pytest.raises(FetchError, match=r"was silent for 0.05 s"):
        fetch(server.url(PATH), cache=tmp_path, timeout=0.05)
    file.delay, file.pause, file.piece = 0, 0.5, 300_000
    server.asked.clear()
    assert fetch(server.url(PATH), cache=tmp_path, timeout=0.05).read_bytes() == BODY
    # what is read at a time is never given up half: the piece that was waited for comes again
    assert [one.range for one in server.asked] == [None, f"bytes={2 * HERE}-"]


# ---- redirections


def test_redirections_are_followed(server, tmp_path):
    server.add("/old", b"", redirect="/older")
    server.add("/older", b"", redirect=server.url(PATH))
    file = server.add(PATH, BODY, cuts=[1000])
    path = fetch(server.url("/old"), cache=tmp_path)
    assert path.read_bytes() == BODY and path.name.endswith("-old")
    assert server.asked[-1].path == PATH and server.asked[-1].range == "bytes=1000-"
    file.body = BODY[::-1]
    assert fetch(server.url("/old"), cache=tmp_path).read_bytes() == BODY[::-1]


def test_circle_of_redirections(server, tmp_path):
    server.add("/a", b"", redirect="/b")
    server.add("/b", b"", redirect="/a")
    with pytest.raises(FetchError, match=r"redirects more than 10 times. Next:"):
        fetch(server.url("/a"), cache=tmp_path)
    assert len(server.asked) == 11


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://h.example/x", "gopher://x/"])
def test_redirection_to_another_scheme_is_refused(target, server, tmp_path):
    server.add("/a", b"", redirect=target)
    with pytest.raises(FetchError, match="which is not followed"):
        fetch(server.url("/a"), cache=tmp_path)


def test_redirection_from_https_to_http_is_refused(server, tmp_path, monkeypatch):
    server.add(PATH, BODY)
    real, asked = requests.Session.get, []

    def get(session, url, **how):
        asked.append(url)
        if url.startswith("http:"):
            return real(session, url, **how)
        answer = requests.Response()
        answer.status_code, answer.url, answer.raw = 302, url, io.BytesIO()
        answer.headers["Location"] = server.url(PATH)
        return answer

    monkeypatch.setattr(requests.Session, "get", get)
    with pytest.raises(FetchError, match="not followed: only https"):
        fetch("https://hub.example/x", cache=tmp_path)
    assert asked == ["https://hub.example/x"]


# ---- offline, and no network


@pytest.mark.parametrize("environment", ["1", "true", "yes"])
def test_offline_asks_no_server(environment, server, tmp_path, monkeypatch, caplog):
    server.add(PATH, BODY)
    path = fetch(server.url(PATH), cache=tmp_path)
    server.add("/b", BODY)
    server.asked.clear()
    monkeypatch.setenv("BDG_OFFLINE", environment)
    for offline in (None, False, True):
        with caplog.at_level(logging.INFO):
            assert fetch(server.url(PATH), cache=tmp_path, offline=offline) == path
        assert "offline" in caplog.text
        with pytest.raises(FetchError, match=r"/b is not in the cache.*Next: go online.*BDG_MIRR"):
            fetch(server.url("/b"), cache=tmp_path, offline=offline)
        with pytest.raises(FetchError, match="an other version of it is"):
            fetch(server.url(PATH), sha256="0" * 64, cache=tmp_path, offline=offline)
    assert not server.asked


def test_offline_by_argument_and_what_does_not_count_as_set(server, tmp_path, monkeypatch):
    broken(server, tmp_path)
    monkeypatch.setenv("BDG_OFFLINE", "0")
    with pytest.raises(FetchError, match=f"{HERE:,} bytes of it are"):
        fetch(server.url(PATH), cache=tmp_path, offline=True)
    assert not server.asked
    assert fetch(server.url(PATH), cache=tmp_path, sha256=DIGEST).read_bytes() == BODY


def test_no_network(tmp_path, slept):
    for url, why in (
        ("http://127.0.0.1:9/x", "Connection refused"),
        ("http://nowhere.invalid/x", "cannot be reached"),
    ):
        with pytest.raises(FetchError, match=rf"{why}.*Next: check the network.*BDG_MIRROR"):
            fetch(url, cache=tmp_path)
    assert not slept  # nobody waits for a network that is not there


@pytest.mark.parametrize("trouble", ["gone", 404, 403, 500, "silent"])
def test_copy_stands_in_while_no_server_answers(trouble, tmp_path, caplog):
    with FileServer() as server:
        file = server.add(PATH, BODY)
        path = fetch(server.url(PATH), cache=tmp_path)
        if trouble == "silent":
            file.delay = 0.3
        elif trouble != "gone":
            file.answers = [trouble] * 9
        else:
            server.__exit__()
            server._thread = threading.Thread(target=lambda: None)
            server._server.shutdown = lambda: None
            server._thread.start()
        assert fetch(server.url(PATH), cache=tmp_path, timeout=0.1) == path
        (message,) = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
        assert message.startswith("the copy of 20") and server.url(PATH) in message
        with pytest.raises(FetchError):  # not what was asked for: it does not stand in
            fetch(server.url(PATH), sha256="0" * 64, cache=tmp_path, timeout=0.1)


# ---- addresses


@pytest.mark.parametrize(
    "url",
    ["ftp://h.example/x", "data:,x", "javascript:1", "ssh://h/x", "C:\\x.csv", "memory://x",
     "filecache::https://h/x", "github://o:r@/x"],
)  # fmt: skip
def test_other_schemes_are_refused_by_name(url, tmp_path):
    with pytest.raises(FetchError, match=r"the scheme '\w+|has no scheme"):
        fetch(url, cache=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/data/x.csv", "no scheme.*file:///absolute/path"),
        ("", "no scheme"),
        ("https:///x", "names no host"),
        ("http://[::1/x", "is not a url"),
        ("http://a b/x", "correct the address"),
        ("http://.x/", "correct the address"),
        ("http://127.0.0.1:99999/", "correct the address"),
    ],
)
def test_addresses_that_are_none(url, words, tmp_path):
    with pytest.raises(FetchError, match=words):
        fetch(url, cache=tmp_path)


def test_local_file_is_checked_and_used_where_it_lies(tmp_path):
    path = tmp_path / "a b.bin"
    path.write_bytes(BODY)
    assert fetch(path.as_uri(), sha256=DIGEST, size=len(BODY), offline=True) == path
    with pytest.raises(FetchError, match="left as it is"):
        fetch(path.as_uri(), sha256="0" * 64)
    with pytest.raises(FetchError, match="should have 3 bytes"):
        fetch(path.as_uri(), size=3)
    with pytest.raises(FetchError, match="is not there"):
        fetch((tmp_path / "none").as_uri())
    assert path.read_bytes() == BODY


def test_password_is_in_no_message_and_no_record(server, tmp_path):
    server.add(PATH, BODY)
    url = server.url(PATH).replace("http://", "http://me:secret@")
    path = fetch(url, cache=tmp_path)
    assert server.asked[0].headers["authorization"].startswith("Basic ")
    assert "secret" not in place_of(url, tmp_path).side.read_text() + str(path)
    server.files[PATH].answers = [404]
    with pytest.raises(FetchError) as caught:
        fetch(url, cache=tmp_path, sha256="0" * 64)
    assert "secret" not in str(caught.value)


# ---- the disk


def test_full_disk_is_told_before_a_byte_is_written(server, tmp_path, monkeypatch):
    server.add(PATH, BODY)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(FetchError, match=r"needs 400,000 more bytes.*has 1,000 left.*BDG_CACHE"):
        fetch(server.url(PATH), cache=tmp_path)
    assert not place_of(server.url(PATH), tmp_path).part.exists()


@pytest.mark.skipif(os.name == "nt", reason="no file size limit there")
def test_disk_that_fills_up_on_the_way(server, tmp_path):
    server.add(PATH, BODY)
    child = run_child(
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        f"try: fetch({server.url(PATH)!r}, cache={str(tmp_path)!r})\n"
        "except FetchError as error: print(error)"
    )
    said, _ = child.communicate()
    assert "cannot write to the cache" in said and "Next:" in said
    assert cached(server.url(PATH), cache=tmp_path) is None
    assert fetch(server.url(PATH), cache=tmp_path, sha256=DIGEST).read_bytes() == BODY
    assert server.asked[-1].range == "bytes=100000-"


def test_cache_that_cannot_be_is_told(server, tmp_path):
    server.add(PATH, BODY)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FetchError, match=r"cannot write to the cache.*BDG_CACHE"):
        fetch(server.url(PATH), cache=tmp_path / "file" / "cache")
    assert not server.asked


def test_disk_that_takes_a_piece_in_bits(tmp_path):
    class Reluctant(io.FileIO):
        def write(self, data):
            return super().write(bytes(data)[:3])

    with Reluctant(tmp_path / "x", "w") as sink:
        receiving._write(place_of("https://h.example/x", tmp_path), sink, BODY[:1000])
    assert (tmp_path / "x").read_bytes() == BODY[:1000]


# ---- progress


def test_progress_counts_to_the_end(server, tmp_path):
    server.add(PATH, BODY)
    told = []
    fetch(server.url(PATH), cache=tmp_path, progress=lambda *now: told.append(now))
    assert told[0] == (0, len(BODY)) and told[-1] == (len(BODY), len(BODY))
    assert told == sorted(told)


def test_progress_does_not_know_what_the_server_does_not_say(server, tmp_path):
    server.add(PATH, BODY, chunked=True)
    told = []
    fetch(server.url(PATH), cache=tmp_path, progress=lambda *now: told.append(now))
    assert told[-1] == (len(BODY), None)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, OSError])
def test_caller_can_stop_and_go_on_later(error, server, tmp_path):
    server.add(PATH, BODY)

    def stop(done, _total):
        if done > 100_000:
            raise error("enough")

    with pytest.raises(error, match="enough"):
        fetch(server.url(PATH), cache=tmp_path, progress=stop)
    assert cached(server.url(PATH), cache=tmp_path) is None
    here = part_size(place_of(server.url(PATH), tmp_path))
    assert 100_000 < here < len(BODY)
    assert fetch(server.url(PATH), cache=tmp_path, sha256=DIGEST).read_bytes() == BODY
    assert server.asked[-1].range == f"bytes={here}-"


def test_bar_only_where_somebody_looks_and_waits(server, tmp_path, monkeypatch, capsys):
    server.add(PATH, BODY)
    server.add("/large.bin", BODY * 3)

    def bar(path, **how):
        forget(server.url(path), tmp_path)
        fetch(server.url(path), cache=tmp_path, **how)
        return capsys.readouterr().err

    assert "b1c0.bin: " in bar(PATH, progress=True)
    assert bar("/large.bin") == ""  # a log file, a server, a pipe
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert bar(PATH) == ""
    assert "large.bin: " in bar("/large.bin")
    assert bar("/large.bin", progress=False) == ""


# ---- killed, and two at once


def run_child(script: str) -> subprocess.Popen:
    head = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from bdg_explore.errors import FetchError\n"
        "from bdg_explore.hubs.fetching.fetch import fetch\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", head + script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_PROXY": "127.0.0.1"},
    )


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
@pytest.mark.parametrize("moment", [0, 1, 130_000, 250_000, 399_999])
def test_killed_download_is_never_whole_and_goes_on(moment, server, tmp_path):
    file = server.add(PATH, BODY, pause=0.01, piece=20_000)
    url = server.url(PATH)
    child = run_child(
        "def tell(done, total):\n"
        f"    if done >= {moment}: print(done, flush=True); sys.stdin.read()\n"
        f"fetch({url!r}, cache={str(tmp_path)!r}, progress=tell)"
    )
    here = int(child.stdout.readline())
    assert here >= moment
    assert cached(url, cache=tmp_path) is None  # while it runs
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert cached(url, cache=tmp_path) is None
    assert part_size(place_of(url, tmp_path)) == here
    file.pause = 0
    server.asked.clear()
    assert fetch(url, sha256=DIGEST, cache=tmp_path).read_bytes() == BODY
    assert sum(one.sent for one in server.asked) == len(BODY) - here


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
@pytest.mark.parametrize("name", ["part", "json", "bin"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_the_file_gets_its_name(name, when, server, tmp_path):
    """Kill at each of the renames that end a download, over a copy of an older version."""
    url, suffix = server.url(PATH), f".{name}"
    file = server.add(PATH, BODY[::-1])
    old = fetch(url, cache=tmp_path)
    file.body = BODY
    child = run_child(
        "real, parts = Path.replace, []\n"
        "def replace(path, target):\n"
        "    end = Path(target).name\n"
        "    hit = end.endswith('.part.json') if "
        f"{name!r} == 'part' else (end.endswith({suffix!r}) and '.part' not in end)\n"
        f"    if hit and {when!r} == 'before': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    result = real(path, target)\n"
        "    if hit: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return result\n"
        "Path.replace = replace\n"
        f"fetch({url!r}, cache={str(tmp_path)!r})"
    )
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    left = cached(url, cache=tmp_path)  # the old version, the new version or nothing
    if left is not None:
        assert left == old and left.read_bytes() in (BODY, BODY[::-1])
        assert cached(url, hashlib.sha256(left.read_bytes()).hexdigest(), tmp_path)
    server.asked.clear()
    assert fetch(url, cache=tmp_path).read_bytes() == BODY
    if name != "part":  # all bytes were here: none comes twice
        assert [one.status for one in server.asked] == [304]
    assert cached(url, DIGEST, tmp_path)


@pytest.mark.parametrize(("sha256", "named"), [(DIGEST, {}), (None, {"etag": None})])
def test_two_processes_make_one_download(sha256, named, server, tmp_path):
    server.add(PATH, BODY, delay=0.3, pause=0.05, **named)
    script = (
        "print('ready', flush=True); sys.stdin.readline()\n"
        f"print(fetch({server.url(PATH)!r}, sha256={sha256!r}, cache={str(tmp_path)!r}))"
    )
    children = [run_child(script) for _ in range(2)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    paths = [child.communicate()[0].strip() for child in children]
    assert paths[0] == paths[1] and Path(paths[0]).read_bytes() == BODY
    assert len(server.asked) == 1


def test_many_threads_make_one_download(server, tmp_path):
    server.add(PATH, BODY, pause=0.02)
    paths = []
    threads = [
        threading.Thread(target=lambda: paths.append(fetch(server.url(PATH), cache=tmp_path)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(paths)) == 1 and len(paths) == 6
    assert len(server.asked) == 1


# ---- buckets


@pytest.fixture
def bucket(monkeypatch):
    """A bucket in memory under the scheme s3, with the answers that s3fs gives."""
    from fsspec.implementations.memory import MemoryFileSystem

    class Bucket(MemoryFileSystem):
        protocol = "s3"
        store: ClassVar = {}
        pseudo_dirs: ClassVar = [""]
        options: ClassVar = []

        @classmethod
        def _strip_protocol(cls, path):
            return "/" + path.removeprefix("s3://").strip("/")

        def __init__(self, **options):
            super().__init__(**options)
            Bucket.options.append(options)

        def info(self, path, **how):
            told = super().info(path, **how)
            body = self.cat_file(path)
            return told | {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}  # noqa: S324

    registry = importlib.import_module("fsspec.registry")
    monkeypatch.setitem(registry._registry, "s3", Bucket)
    return Bucket(skip_instance_cache=True)


def test_bucket(bucket, tmp_path):
    url = "s3://open-batteries/b1c0.bin"
    bucket.pipe_file("/open-batteries/b1c0.bin", BODY)
    path = fetch(url, cache=tmp_path)
    assert path.read_bytes() == BODY
    assert {"anon": True} in bucket.options
    stamp = path.stat().st_mtime_ns
    assert fetch(url, cache=tmp_path).stat().st_mtime_ns == stamp
    bucket.pipe_file("/open-batteries/b1c0.bin", BODY[::-1])
    assert fetch(url, cache=tmp_path).read_bytes() == BODY[::-1]
    with pytest.raises(FetchError, match="is not there"):
        fetch("s3://open-batteries/none", cache=tmp_path)


def test_bucket_download_goes_on(bucket, tmp_path):
    url = "s3://open-batteries/b1c0.bin"
    bucket.pipe_file("/open-batteries/b1c0.bin", BODY)
    told = []

    def stop(done, total):
        told.append((done, total))
        if done > 100_000 and len(told) < 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(url, cache=tmp_path, progress=stop)
    here = told[-1][0]
    told[:] = [(0, 0)] * 10
    assert fetch(url, cache=tmp_path, progress=stop).read_bytes() == BODY
    assert told[10] == (here, len(BODY))


@pytest.mark.parametrize(("url", "package"), [("s3://b/x", "s3fs"), ("gs://b/x", "gcsfs")])
def test_bucket_without_its_package(url, package, tmp_path):
    if importlib.util.find_spec(package):
        pytest.skip(f"{package} is installed")
    with pytest.raises(FetchError, match=f"pip install {package}"):
        fetch(url, cache=tmp_path)
