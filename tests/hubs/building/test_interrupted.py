"""Stopped at any moment and started again: the store of one run, and nothing left over."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import bdg_explore as bdg
from bdg_explore.errors import BdgError, CatalogError
from bdg_explore.hubs.building import assembly, build, commit, parquet, reading
from bdg_explore.hubs.building.commit import alone
from bdg_explore.hubs.building.workers import Workers

from .conftest import in_child, put, records, same, tree

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]


@pytest.fixture
def reference(folder, tmp_path, quick):
    """The store that one undisturbed run gives."""
    quick(folder, tmp_path / "reference")
    return tree(tmp_path / "reference")


def opens_whole_or_not_at_all(out, reference):
    """A store that opens as a hub holds what one run gives, beside the work that goes on."""
    try:
        bdg.open_hubs(out)
    except CatalogError:
        return
    held = {name: text for name, text in tree(out).items() if not name.startswith(".bdg-build")}
    assert same(held, reference)


@contextmanager
def dying(monkeypatch, step):
    """Kill this process at its nth change to files; with 0, list them."""
    seen = []

    def watch(owner, name):
        original = getattr(owner, name)

        def watched(*given, **more):
            seen.append(name)
            if len(seen) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*given, **more)

        monkeypatch.setattr(owner, name, watched)

    for name in ("mkdir", "rename", "replace", "touch", "unlink", "write_text"):
        watch(Path, name)
    watch(os, "link")
    watch(os, "unlink")
    watch(os, "rmdir")
    watch(reading, "write")
    watch(parquet, "_writer")
    watch(assembly, "write_shared")
    watch(commit, "write_json")
    yield seen
    monkeypatch.undo()


def test_killed_at_every_change_to_files(folder, tmp_path, quick, reference, monkeypatch):
    with dying(monkeypatch, 0) as seen:
        quick(folder, tmp_path / "counted")
    assert len(seen) > 100
    moves = [step for step, name in enumerate(seen, 1) if name in ("rename", "replace", "touch")]
    for step in sorted({*range(1, len(seen) + 1, 12), *moves, *(step + 1 for step in moves)}):
        out = tmp_path / f"out-{step}"

        def job(out=out, step=step):
            with dying(monkeypatch, step):
                quick(folder, out)

        _, status = os.waitpid(in_child(job), 0)
        if not out.exists():
            continue
        opens_whole_or_not_at_all(out, reference)
        assert os.WIFSIGNALED(status) or step >= len(seen) - 1, step
        quick(folder, out)
        assert same(tree(out), reference), step
        shutil.rmtree(out)


def test_killed_at_twenty_random_moments(folder, tmp_path, quick, reference):
    begun = time.perf_counter()
    quick(folder, tmp_path / "timed")
    lasts = time.perf_counter() - begun
    seed = random.randrange(10**6)
    print("seed", seed)
    moments = random.Random(seed)
    died = number = 0
    while died < 20 and number < 60:  # a moment that falls behind the end of a build is no kill
        number += 1
        out = tmp_path / f"out-{number}"
        for _ in range(2):  # killed, begun again, killed again
            child = in_child(lambda out=out: quick(folder, out))
            time.sleep(moments.uniform(0, lasts))
            os.kill(child, signal.SIGKILL)
            died += os.WIFSIGNALED(os.waitpid(child, 0)[1])
            if out.exists():
                opens_whole_or_not_at_all(out, reference)
        quick(folder, out)
        assert same(tree(out), reference), (seed, number)
        shutil.rmtree(out)
    assert died >= 20, "so many were killed while they were at work"


def test_a_store_is_kept_while_it_is_built_anew(folder, tmp_path, quick, monkeypatch):
    out = tmp_path / "hub"
    quick(folder, out)
    before = tree(out)
    put(folder / "delta.csv", records(seed=21))
    after = tree(quick(folder, shutil.copytree(out, tmp_path / "after")).out)
    with dying(monkeypatch, 0) as seen:
        quick(folder, shutil.copytree(out, tmp_path / "counted"))
    moves = [step for step, name in enumerate(seen, 1) if name in ("rename", "replace", "touch")]
    for step in moves:
        copy = shutil.copytree(out, tmp_path / f"copy-{step}")

        def job(copy=copy, step=step):
            with dying(monkeypatch, step):
                quick(folder, copy)

        os.waitpid(in_child(job), 0)
        held = {n: text for n, text in tree(copy).items() if not n.startswith(".bdg-build")}
        if "catalog.yaml" in held:
            whole = before if held["catalog.yaml"] == before["catalog.yaml"] else after
            for name, text in whole.items():
                if name not in ("cells.csv", "report.csv", "report.json"):
                    assert held[name] == text, (step, name)
        assert held["metadata.yaml"] == before["metadata.yaml"], "what people wrote is never away"
        assert "cells.csv" in held
        quick(folder, copy)
        assert same(tree(copy), after), step
        shutil.rmtree(copy)


def command(folder, out, *more):
    return [sys.executable, "-m", "bdg_explore.cli", "build", str(folder), str(out), *more]


def processes_of(parent):
    """Ids of the processes that a process has started."""
    try:
        return [int(n) for n in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see processes")
def test_workers_end_with_the_process_that_started_them(folder, tmp_path, quick, reference):
    out = tmp_path / "hub"
    whole = subprocess.Popen(command(folder, out, "--workers", "2"), stderr=subprocess.DEVNULL)
    workers: list[int] = []
    until = time.monotonic() + 60
    while len(workers) < 2 and time.monotonic() < until and whole.poll() is None:
        workers = processes_of(whole.pid)
        time.sleep(0.01)
    assert len(workers) == 2
    whole.kill()
    whole.wait()
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    done = subprocess.run(command(folder, out, "--workers", "2"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert same(tree(out), reference)


def test_ctrl_c_says_how_to_go_on(folder, tmp_path, quick, reference):
    for number in range(16):
        put(folder / f"more {number}.csv", records(8, seed=100 + number))
    out = tmp_path / "hub"
    building = subprocess.Popen(
        command(folder, out, "--workers", "1"), stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 60
    while not list(out.glob(".bdg-build/staged/*")) and time.monotonic() < until:
        time.sleep(0.01)
    building.send_signal(signal.SIGINT)
    _, told = building.communicate(timeout=60)
    assert building.returncode == 130
    assert "same command" in told
    assert "Traceback" not in told
    built = quick(folder, out)
    assert built.again >= 1
    quick(folder, tmp_path / "fresh")
    assert same(tree(out), tree(tmp_path / "fresh"))


def test_two_builds_do_not_meet_in_one_store(folder, tmp_path, quick):
    out = tmp_path / "hub"
    out.mkdir()
    with alone(out), pytest.raises(BdgError, match="Another bdg build is at work"):
        quick(folder, out)
    quick(folder, out)


# --- processes that die or hang -------------------------------------------------------------------

PLUGIN = """
import os, signal, time
import pandas as pd
from bdg_explore.readers import Reader, From

def load(request):
    text = request.source.content()
    if b"die" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"hang" in text:
        time.sleep(600)
    if b"fail" in text:
        raise ZeroDivisionError("of the reader")
    if b"memory" in text:
        raise MemoryError
    t = [float(line) for line in text.split()[3:]]
    return pd.DataFrame({"t": t, "v": 3.5, "i": 0.0})

READER = Reader(name="evil", description="Brings processes down",
                recognises=lambda head: head.raw.startswith(b"EVIL"), load=load,
                columns={"test_time_second": From("t"), "voltage_volt": From("v"),
                         "current_ampere": From("i")})
"""


@pytest.fixture
def evil(tmp_path, monkeypatch):
    """A package with a reader that brings its process down, as a broken library may."""
    place = tmp_path / "site"
    (place / "evil-1.0.dist-info").mkdir(parents=True)
    (place / "evil.py").write_text(PLUGIN)
    about = place / "evil-1.0.dist-info"
    about.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    about.joinpath("entry_points.txt").write_text("[bdg_explore.readers]\nevil = evil\n")
    monkeypatch.syspath_prepend(str(place))


def test_a_file_that_kills_its_worker_is_named_and_the_rest_is_read(folder, tmp_path, evil):
    for what in ("die", "fail", "memory"):
        (folder / f"{what}.evil").write_text(f"EVIL {what}")
    built = build(folder, tmp_path / "hub", workers=2, progress=False)
    assert built.cells == ("alpha", "batch 2/beta", "gamma")
    reasons = built.report.set_index("file")["reason"]
    assert "SIGKILL" in reasons["die.evil"]
    assert "ZeroDivisionError" in reasons["fail.evil"]
    assert "memory" in reasons["memory.evil"]
    again = build(folder, tmp_path / "hub", workers=2, progress=False)
    assert again.report.equals(built.report)


def test_a_part_that_kills_its_worker_does_not_take_the_others_with_it(tmp_path, evil):
    folder = tmp_path / "lab"
    folder.mkdir()
    text = "EVIL fine\nt\n"
    (folder / "x_Part1.evil").write_text(text + "0\n1\n2\n3\n4\n")
    (folder / "x_Part2.evil").write_text(text + "die\n")
    (folder / "x_Part3.evil").write_text(text + "5\n6\n7\n8\n9\n")
    built = build(folder, tmp_path / "hub", workers=1, progress=False)
    assert built.report.set_index("file")["status"].to_dict() == {
        "x_Part1.evil": "read", "x_Part2.evil": "bad", "x_Part3.evil": "read"
    }  # fmt: skip
    assert len(bdg.open_hubs(built.out).timeseries("lab/x")) == 10


def test_a_file_that_hangs_is_given_up(folder, tmp_path, evil):
    (folder / "hang.evil").write_text("EVIL hang")
    scratch, staged = tmp_path / "scratch", tmp_path / "staged"
    scratch.mkdir()
    job = {
        "do": "read", "cell": "x", "format": "evil", "only_by_number": False, "facts": {},
        "beside_records": False, "scratch": str(scratch), "staged": str(staged), "bytes": 9,
        "files": [{"path": str(folder / "hang.evil"), "name": "hang", "sha256": "", "bytes": 9}],
    }  # fmt: skip
    look = {"do": "look", "path": str(folder / "alpha.csv"), "bytes": 1}
    with Workers(1, tmp_path, seconds=5) as team:
        found = dict(team.answers([job, look]))
    assert "longer than 5 s" in found[0]["error"]
    assert found[1]["format"] == "bdf_csv", "another process took its place"
    assert not staged.exists()


def test_no_process_at_all_is_an_error_not_a_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    with Workers(2, tmp_path) as team, pytest.raises(BdgError, match="no python"):
        list(team.answers([{"do": "look", "path": "x", "bytes": 1}]))
