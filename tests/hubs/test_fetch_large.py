"""Large files from a bad server: whole, in little memory, after kills and changes.

`BDG_LARGE_BYTES` sets the size; the suite's is small, by hand it is 1000000000.
"""

import hashlib
import json
import mmap
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bdg_explore.hubs.fetching.cache import cached
from bdg_explore.hubs.fetching.parts import part_size
from bdg_explore.hubs.fetching.places import place_of

pytest.importorskip("resource", reason="not on Windows")
SIZE = int(os.environ.get("BDG_LARGE_BYTES", 60_000_000))
PATH = "/campaign.bin"
FETCH = """
import json, resource, sys, time
from bdg_explore.hubs.fetching import fetch as module
fetch, module._BACK_OFF = module.fetch, 0.0
url, cache, small = sys.argv[1:4]
fetch(small, cache=cache)  # all that is loaded once is loaded now
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.perf_counter()
path = fetch(url, cache=cache, timeout=60)
took = time.perf_counter() - begin
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"path": str(path), "grown_kb": grown, "seconds": took}))
"""


@pytest.fixture(scope="module")
def body(tmp_path_factory):
    """Bytes that do not repeat where a download could be joined wrongly, on disk."""
    path = tmp_path_factory.mktemp("large") / "body.bin"
    block = hashlib.shake_256(b"block").digest(1_000_000)
    with path.open("wb") as file:
        for number in range(SIZE // len(block)):
            file.write(number.to_bytes(8, "big") + block[8:])
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        yield mapped


@pytest.fixture
def server(server):
    server.add("/small.bin", b"x" * 200_000)
    return server


def start(server, cache) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, server.url(PATH), str(cache), server.url("/small.bin")],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_PROXY": "127.0.0.1"},
    )


def told_by(child) -> dict:
    out, _ = child.communicate(timeout=200)
    assert child.returncode == 0
    return json.loads(out)


def same(path, body) -> bool:
    with Path(path).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return found == hashlib.sha256(body).hexdigest()


def sent(server) -> int:
    return sum(one.sent for one in server.asked if one.path == PATH)


def test_whole_in_little_memory_through_every_fault(body, server, tmp_path):
    third = len(body) * 3 // 10
    server.add(
        PATH, body, etag='"1"', piece=256 * 1024, answers=[429, 500, 503, 200], hang_up=1,
        cuts=[third, third, third], headers={"Retry-After": "0"},
    )  # fmt: skip
    told = told_by(start(server, tmp_path))
    print(f"\n{len(body) / 1e6:.0f} MB, {len(body) / 1e6 / told['seconds']:.0f} MB/s, "
          f"{told['grown_kb'] / 1e3:.1f} MB more memory")  # fmt: skip
    assert same(told["path"], body)
    assert told["grown_kb"] < 50_000
    assert sent(server) < len(body) + 4 * 1024 * 1024  # what a cut left in the air comes twice


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_killed_twice_and_changed_once(body, server, tmp_path):
    file = server.add(PATH, body, etag='"1"', piece=256 * 1024, pause=0.002)
    url = server.url(PATH)
    here = 0
    for _ in range(2):
        child = start(server, tmp_path)
        while part_size(place_of(url, tmp_path)) < here + len(body) // 5:
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert cached(url, cache=tmp_path) is None
        assert part_size(place_of(url, tmp_path)) > here  # it went on
        here = part_size(place_of(url, tmp_path))
    file.pause, file.etag = 0, '"2"'
    file.body = memoryview(body)[: len(body) // 2].tobytes()[::-1]  # another version, and shorter
    told = told_by(start(server, tmp_path))
    assert same(told["path"], file.body)
    leftovers = {p.suffix for p in tmp_path.iterdir()}
    assert ".part" not in leftovers


def test_two_processes_make_one_download(body, server, tmp_path):
    server.add(PATH, body, etag='"1"', piece=256 * 1024, pause=0.001)
    children = [start(server, tmp_path) for _ in range(2)]
    paths = {told_by(child)["path"] for child in children}
    assert len(paths) == 1 and same(paths.pop(), body)
    assert sent(server) == len(body)
    assert sum(one.path == PATH for one in server.asked) <= 2  # the second may ask if it changed
