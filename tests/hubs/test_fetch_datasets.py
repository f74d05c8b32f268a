"""Fetching data sets: what is offered, what may be fetched, several files at once, the terms."""

import hashlib
import importlib
import io
import threading
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import bdg_explore as bdg
from bdg_explore.cli import main
from bdg_explore.errors import FetchError, MissingDataError, OfflineError, UnknownNameError
from bdg_explore.hubs.catalogs import datasets_in
from bdg_explore.hubs.collection import Hubs
from bdg_explore.hubs.download import run as running
from bdg_explore.hubs.download.consent import check_access
from bdg_explore.hubs.fetching.fetch import fetch

CSV = (
    "test_time_second,voltage_volt,current_ampere,cycle_count\n"
    + "".join(f"{60 * i},{4.0 if i < 61 else 3.6},{1 if i < 61 else -1},1\n" for i in range(122))
).encode()
RAW = b"PK raw" * 1000


@pytest.fixture(autouse=True)
def _no_accounts(at_once, monkeypatch):
    monkeypatch.setenv("NETRC", "/dev/null")


@pytest.fixture
def server(server):
    for cell in "abc":
        server.add(f"/{cell}.csv", CSV)
    server.add("/raw.zip", RAW)
    return server


@pytest.fixture
def far(lab, entry, server):
    """Return a function that opens a hub whose files lie on the server."""

    def open_far(**metadata):
        entry["args"]["tables"] = {
            "timeseries": {
                "format": "csv",
                "files": [
                    {"cell": cell, "url": server.url(f"/{cell}.csv"),
                     "md5": hashlib.md5(CSV, usedforsecurity=False).hexdigest()}
                    for cell in "abc"
                ],
            }
        }  # fmt: skip
        entry["args"]["downloads"] = [{"name": "all.zip", "url": server.url("/raw.zip")}]
        entry["metadata"] |= metadata
        return Hubs(datasets_in(lab()))

    return open_far


def bodies(server) -> list[str]:
    return sorted(one.path for one in server.asked if one.sent)


def test_everything_comes_with_its_terms(far, server, tmp_path):
    hubs = far(licence="CC-BY-4.0")
    planned = hubs.fetch("lab-2026", dry_run=True)
    assert planned["path"].isna().all()
    assert planned["bytes"].tolist() == [len(CSV)] * 3 + [len(RAW)]  # the server was asked
    assert bodies(server) == []
    found = hubs.fetch("lab-2026")
    assert found.index.tolist() == ["a.csv", "b.csv", "c.csv", "all.zip"]
    assert found["table"].tolist() == ["timeseries"] * 3 + ["raw"]
    assert [Path(p).read_bytes() for p in found["path"]] == [CSV] * 3 + [RAW]
    assert bodies(server) == ["/a.csv", "/b.csv", "/c.csv", "/raw.zip"]
    note = (tmp_path / "cache" / "LICENCE-lab-2026.txt").read_text()
    assert "Licence: CC-BY-4.0, https://creativecommons.org/licenses/by/4.0/" in note
    assert "Cite: Nobody. Invented. 2026" in note and "@misc{lab-2026," in note
    assert [Path(p).name in note for p in found["path"]] == [True] * 4
    server.asked.clear()
    again = hubs.fetch("lab-2026")
    assert again["path"].tolist() == found["path"].tolist()
    assert hubs.timeseries("lab-2026/a")["voltage_volt"].iloc[0] == 4.0
    assert server.asked == []  # md5 says that the copies are what is meant; raw.zip was not asked


@pytest.mark.parametrize(
    ("chosen", "paths"),
    [
        ({"cells": "a"}, ["/a.csv"]),
        ({"cells": ["lab-2026/a", "b"]}, ["/a.csv", "/b.csv"]),
        ({"tables": ["raw"]}, ["/raw.zip"]),
        ({"tables": ["timeseries"], "files": ["[bc].*"]}, ["/b.csv", "/c.csv"]),
        ({"files": ["*.zip"]}, ["/raw.zip"]),
    ],
)
def test_part_of_it(chosen, paths, far, server):
    far().fetch("lab-2026", **chosen)
    assert bodies(server) == paths


@pytest.mark.parametrize(
    ("dataset", "chosen", "words"),
    [
        ("lab-2025", {}, "Did you mean lab-2026"),
        ("lab-2026", {"tables": ["timeserie"]}, "Did you mean timeseries"),
        ("lab-2026", {"cells": ["aa"]}, "no file of lab-2026 holds the cell 'aa'"),
        ("lab-2026", {"files": ["all.zp"]}, "Did you mean all.zip"),
    ],
)
def test_names_that_are_none(dataset, chosen, words, far, server):
    with pytest.raises(UnknownNameError, match=f"(?i){words}"):
        far().fetch(dataset, **chosen)
    assert server.asked == []


# ---- may it be fetched?


def test_unknown_licence_needs_a_yes_everywhere(far, server):
    hubs = far(licence="unknown", landing_url="https://lab.example/data")
    for ask in (
        lambda: hubs.fetch("lab-2026"),
        lambda: hubs.timeseries("lab-2026/a"),
        lambda: hubs.cycles("lab-2026/a"),
        lambda: hubs.table("timeseries", "lab-2026/a"),
    ):
        with pytest.raises(FetchError, match=r"nobody has stated its licence.*lab\.example.*--acc"):
            ask()
    assert bodies(server) == []
    assert len(hubs.timeseries("lab-2026/a", accept_unknown_licence=True)) == 122
    hubs.fetch("lab-2026", cells="b", accept_unknown_licence=True)
    assert bodies(server) == ["/a.csv", "/b.csv"]
    assert len(hubs.timeseries("lab-2026/b")) == 122  # it is here, with a yes
    assert len(hubs.cycles("lab-2026/a")) == 1


@pytest.mark.parametrize(
    ("access", "words"),
    [
        ("key", "to those who have a key"),
        ("login", "to those who log in"),
        ("on_request", "only on request"),
        ("private", "is private"),
        ("embargo", "under embargo until 2999-01-31"),
    ],
)
def test_what_is_not_open_is_not_fetched(access, words, far, server):
    more = {"embargo_until": "2999-01-31"} if access == "embargo" else {}
    hubs = far(access=access, how_to_get="Write to lab@example.org.", **more)
    for ask in (lambda: hubs.fetch("lab-2026"), lambda: hubs.timeseries("lab-2026/a")):
        with pytest.raises(FetchError, match=words) as told:
            ask()
        assert "Write to lab@example.org. What you got then: `bdg mirror add PATH" in str(
            told.value
        )
    assert bodies(server) == []


def test_an_account_opens_what_is_not_open(far, server, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert len(far(access="private").timeseries("lab-2026/a")) == 122
    assert server.asked[-1].headers["authorization"].startswith("Basic ")


def test_an_embargo_ends(far):
    dataset = far(access="embargo", embargo_until="2026-02-01").dataset("lab-2026")
    check_access(dataset, ["https://h.example/a"], on=date(2026, 2, 1))
    with pytest.raises(FetchError, match="under embargo until 2026-02-01"):
        check_access(dataset, ["https://h.example/a"], on=date(2026, 1, 31))


def test_a_data_set_without_files_says_how_to_get_it(far, entry, lab):
    far(how_to_get="Ask lab@example.org.", doi=None)
    entry["args"] = {}
    with pytest.raises(MissingDataError, match=r"no file is named.*Ask lab@example\.org"):
        Hubs(datasets_in(lab())).fetch("lab-2026")
    with pytest.raises(MissingDataError, match="on this machine already"):
        bdg.open_hubs().fetch("demo-lfp")


# ---- several at once, and what goes wrong


def test_files_come_several_at_once_but_not_all(far, server, monkeypatch):
    for file in server.files.values():
        file.delay = 0.3
    hubs, seen, lock = far(), [], threading.Lock()
    real = running.fetch

    def watched(*args, **options):
        with lock:
            seen.append(1 + (seen[-1] if seen else 0))
        try:
            return real(*args, **options)
        finally:
            with lock:
                seen.append(seen[-1] - 1)

    monkeypatch.setattr(running, "fetch", watched)
    plan = hubs.offer("lab-2026")
    running.bring(plan, running.Permit(), workers=2)
    assert max(seen) == 2


def test_one_bad_file_does_not_stop_the_others(far, server):
    server.files["/b.csv"].body = b"other"
    hubs = far()
    with pytest.raises(FetchError, match=r"b\.csv is not the file the catalog means.*md5"):
        hubs.fetch("lab-2026")
    here = hubs.fetch("lab-2026", dry_run=True)["path"].notna()
    assert here.to_dict() == {"a.csv": True, "b.csv": False, "c.csv": True, "all.zip": True}
    server.files["/a.csv"].answers = server.files["/c.csv"].answers = []


def test_no_room_is_told_before_anything_is_asked(far, server, monkeypatch):
    hubs = far()
    usage = type("Usage", (), {"free": 10_000})
    monkeypatch.setattr(running.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(
        FetchError, match=r"are to come.*10 kB left; nothing was fetched.*BDG_CACHE"
    ):
        hubs.fetch("lab-2026")
    assert bodies(server) == []


def test_offline_is_one_sentence_that_names_what_is_here(
    far, server, monkeypatch, capsys, tmp_path
):
    hubs = far()
    hubs.fetch("lab-2026", cells="a")
    monkeypatch.setenv("BDG_OFFLINE", "1")
    with pytest.raises(OfflineError, match=r"1 of 4 files are here \(a\.csv\), and BDG_OFFLINE"):
        hubs.fetch("lab-2026")
    assert len(hubs.timeseries("lab-2026/a")) == 122
    monkeypatch.delenv("BDG_OFFLINE")
    for file in server.files:  # the network is gone: nobody listens there
        server.files[file].hang_up = 0
    server._server.shutdown()
    server._server.server_close()
    assert main(["fetch", "lab-2026", "--catalog", str(tmp_path / "my_lab")]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "1 of 4 files are here (a.csv), and 127.0.0.1" in told and "cannot be reached" in told
    server._thread = threading.Thread(target=lambda: None)
    server._thread.start()
    server._server.shutdown = server._server.server_close = lambda: None


def test_stopping_keeps_what_came(far, server):
    for file in server.files.values():
        file.pause, file.piece = 0.05, 500
    stop = threading.Event()
    plan = far().offer("lab-2026")
    brought = running.bring(plan, running.Permit(), stop=stop, told=lambda *_: stop.set())
    assert brought.failed == () and len(brought.plan.missing) == 4


# ---- in a zip archive


def test_tables_inside_an_archive(lab, entry, server):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for cell in "ab":
            zipped.writestr(f"data/{cell} 1.csv", CSV)
        zipped.writestr("large.bin", RAW * 500)
    server.add("/all.zip", buffer.getvalue())
    entry["args"]["tables"] = {
        "timeseries": {"url": server.url("/all.zip"), "member": "data/{cell} 1.csv",
                       "format": "csv", "cells": ["a", "b"]}
    }  # fmt: skip
    hubs = Hubs(datasets_in(lab()))
    assert hubs.cells.loc["lab-2026/a", "availability"] == "download"
    assert set(hubs.timeseries("lab-2026/b")["cell"]) == {"lab-2026/b"}
    assert hubs.fetch("lab-2026")["path"].notna().all()
    folder = lab()
    (folder / "local.zip").write_bytes(buffer.getvalue())
    entry["args"]["tables"]["timeseries"]["url"] = "{{ CATALOG_DIR }}/local.zip"
    hubs = Hubs(datasets_in(lab()))
    assert hubs.cells.loc["lab-2026/a", "availability"] == "here"
    assert len(hubs.timeseries("lab-2026/a")) == 122
    with zipfile.ZipFile(folder / "cycles.zip", "w") as zipped:
        zipped.write(folder / "cycles.parquet", "in/cycles.parquet")
    entry["args"]["tables"]["cycles"] = {
        "url": "{{ CATALOG_DIR }}/cycles.zip", "member": "in/cycles.parquet", "format": "parquet",
    }  # fmt: skip
    hubs = Hubs(datasets_in(lab()))
    assert len(hubs.sql("select * from cycles")) == 10
    entry["args"]["tables"]["timeseries"]["member"] = "../{cell}.csv"
    with pytest.raises(bdg.BdgError, match="names no file inside"):
        Hubs(datasets_in(lab()))


# ---- the command


def test_the_command_shows_sizes_first_and_says_where_files_are(far, tmp_path, capsys):
    far(licence="CC-BY-4.0", unverified=["licence"])
    catalog = ["--catalog", str(tmp_path / "my_lab")]
    assert main(["fetch", "lab-2026", "--list", *catalog]) == 0
    listed = capsys.readouterr().out
    assert "licence   CC-BY-4.0 (unverified), https://creativecommons.org" in listed
    assert "4 files, 24.2 kB to fetch" in listed or "to fetch" in listed
    assert main(["fetch", "lab-2026", *catalog]) == 0
    text = capsys.readouterr().out
    assert "4 fetched, all 4 are here and verified" in text
    assert str(tmp_path / "cache") in text and "LICENCE-lab-2026.txt" in text
    assert main(["fetch", "lab-2026", *catalog]) == 0
    assert "nothing to fetch" in capsys.readouterr().out


def test_the_command_asks_for_a_yes(far, tmp_path, capsys, server, monkeypatch):
    far(licence="unknown")
    line = ["fetch", "lab-2026", "--catalog", str(tmp_path / "my_lab")]
    assert main(line) == 1
    told = capsys.readouterr()
    assert "unknown: nobody has stated the terms" in told.out
    assert "--accept-unknown-licence" in told.err and bodies(server) == []
    module = importlib.import_module("bdg_explore.cli.fetch")
    monkeypatch.setattr(module, "_somebody_answers", lambda: True)
    for answer, code in (("", 1), ("n", 1), ("yes", 0)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert main(line) == code
    assert main([*line, "--accept-unknown-licence"]) == 0


def test_sizes_nobody_knows_are_said_to_be_unknown(far, server, tmp_path, capsys):
    for file in server.files.values():
        file.length = False
    far()
    assert main(["fetch", "lab-2026", "--list", "--catalog", str(tmp_path / "my_lab")]) == 0
    assert "4 files, 4 of unknown size to fetch" in capsys.readouterr().out


def test_a_copy_somebody_replaced_is_fetched_anew(far, server):
    hubs = far()
    path = Path(hubs.fetch("lab-2026", cells="a")["path"].iloc[0])
    path.write_bytes(CSV[:-1] + b"9")
    assert pd.isna(hubs.fetch("lab-2026", cells="a", dry_run=True)["path"].iloc[0])
    assert fetch(server.url("/a.csv")).read_bytes() == CSV
