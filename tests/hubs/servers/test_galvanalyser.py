"""A Galvanalyser as a hub, against a local server that speaks its REST interface."""

import json

import numpy as np
import pytest

import bdg_explore as bdg
from bdg_explore.errors import (
    ConnectionLostError,
    LoginError,
    MissingDataError,
    ParameterError,
    ReadError,
    ServerError,
)
from bdg_explore.frames import CONTRACTS, check_frame

from .galvanalyser import TOKEN, Fault, Galvanalyser, key, laboratory, records

FIRST = "lab-ageing/hg2-01"


@pytest.fixture
def galv(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setenv("GALVANALYSER_TOKEN", TOKEN)
    monkeypatch.setattr("bdg_explore.hubs.servers.galvanalyser_web._WAITS", (0.0, 0.0))
    with Galvanalyser() as server:
        laboratory(server)
        yield server


@pytest.fixture
def opened(galv):
    return bdg.open_hubs(f"{galv.address}?hub=lab")


def test_it_opens_as_a_hub_with_a_data_set_a_team(opened):
    hub = opened.hubs.loc["lab"]
    assert (hub["operator"], hub["access"], hub["datasets"]) == ("Battery lab", "private", 2)
    assert list(opened.datasets.index[opened.datasets["hub"] == "lab"]) == [
        "lab-ageing", "lab-safety",
    ]  # fmt: skip
    cell = opened.cells.loc[FIRST]
    assert (cell["cathode_chemistry"], cell["nominal_capacity_ah"]) == ("NMC", 3.0)
    assert (cell["manufacturer"], cell["cell_model"], cell["form_factor"]) == ("LG", "HG2", "18650")
    assert (cell["ambient_temperature_celsius"], cell["protocol"]) == (25.0, "Cell conditioning")
    assert (cell["test_equipment"], cell["batch"]) == ("Maccor 4200", "Fast formation")
    assert (cell["tables"], cell["also_known_as"]) == ("timeseries", key("hg2-01"))
    assert opened.cells.loc["lab-safety/hg2-01", "tables"] == ""
    assert opened.find("fast formation", hub="lab").index.tolist() == [FIRST]


def test_opening_asks_for_lists_only(galv, opened):
    assert not [path for path, _ in galv.asked if "/file" in path]
    assert {path.split("?")[0] for path, _ in galv.asked} == {
        f"/{kind}/"
        for kind in ("cells", "cycler_tests", "cell_families", "schedules", "schedule_families",
                     "equipment", "equipment_families", "experiments", "teams", "labs")
    }  # fmt: skip


def test_tests_of_a_cell_are_joined_partitions_in_order(opened):
    frame = opened.timeseries(FIRST)
    check_frame(frame, CONTRACTS["timeseries"])
    assert len(frame) == 300 and (frame["cell"] == FIRST).all()
    np.testing.assert_allclose(frame["test_time_second"].iloc[:200], np.arange(200) * 10.0)
    assert frame["test_time_second"].iloc[200] == 5000.0  # the real pause, by the clock
    np.testing.assert_allclose(frame["surface_temperature_celsius"], 25.0)
    assert frame["unix_time_second"].iloc[0] == 1704067200.0
    assert frame["current_ampere"].iloc[[0, 199]].tolist() == [1.0, -1.0]
    some = opened.timeseries(FIRST, cycles=[1])
    assert set(some["cycle_count"]) == {1}
    assert opened.cycles(FIRST)["record_count"].sum() == 300


def test_a_file_that_waits_is_told(opened):
    with pytest.raises(MissingDataError, match="has been imported yet"):
        opened.timeseries("lab-ageing/hg2-02")


def test_many_pages_and_links_that_lead_elsewhere(galv):
    for i in range(250):
        galv.add("cells", f"c{i}", identifier=f"c{i}", family=None, team=None)
    hubs = bdg.open_hubs(f"{galv.address}?hub=lab")
    assert (hubs.cells["dataset"] == "lab-cells").sum() == 250
    assert all(path.startswith("/") for path, _ in galv.asked)


def test_the_same_identifier_twice_is_told_apart(galv):
    galv.add("cells", "twin", identifier="hg2-02", family=None, team=galv.link("teams", 1))
    hubs = bdg.open_hubs(f"{galv.address}?hub=lab")
    assert f"lab-ageing/hg2-02 ({key('twin')[:8]})" in hubs.cells.index


@pytest.mark.parametrize("token", [None, "an old one"])
def test_a_wrong_or_missing_token(galv, monkeypatch, token):
    if token is None:
        monkeypatch.delenv("GALVANALYSER_TOKEN")
    else:
        monkeypatch.setenv("GALVANALYSER_TOKEN", token)
    with pytest.raises(LoginError, match=r"HTTP 401.*GALVANALYSER_TOKEN.*netrc") as caught:
        bdg.open_hubs(galv.address)
    assert str(token) not in str(caught.value)


def test_a_token_of_the_host_in_netrc(galv, monkeypatch, tmp_path):
    monkeypatch.delenv("GALVANALYSER_TOKEN")
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login token password {TOKEN}\n")
    (tmp_path / ".netrc").chmod(0o600)
    assert len(bdg.open_hubs(galv.address).datasets) > 2


def test_no_token_is_shown(opened):
    server = opened.dataset("lab-ageing").tables["timeseries"].server
    for text in (
        repr(opened),
        repr(server),
        repr(server.service),
        repr(opened.dataset("lab-ageing")),
    ):
        assert TOKEN not in text


def test_what_others_may_not_see_is_left_out(galv):
    galv.faults["/labs/"] = Fault(403, b"{}")
    galv.faults["/experiments/"] = Fault(404, b"{}")
    hubs = bdg.open_hubs(f"{galv.address}?hub=lab")
    assert (
        hubs.hubs.loc["lab", "operator"] is None
        or hubs.hubs.loc["lab", "operator"] != "Battery lab"
    )
    assert len(hubs.timeseries(FIRST)) == 300


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault(403, b"{}"), LoginError, "not for you"),
        (Fault(404, b"{}"), MissingDataError, "not there"),
        (Fault(500, b"oh"), ServerError, "HTTP 500"),
        (Fault(503, b"oh"), ServerError, "HTTP 503"),
        (Fault(200, b"<html>log in</html>"), ServerError, "no JSON"),
        (Fault(200, b"[" * 100_000), ServerError, "no JSON"),
        (Fault(200, b'{"cells": 1}'), ServerError, "gives no list"),
        (Fault(200, b'{"results": [1, 2]}'), ServerError, "gives no list"),
        (Fault(200, b'{"results": []}' * 99, drop_after=40), ConnectionLostError, "broke"),
        (Fault(200, b"", drop_after=0), ServerError, "no JSON"),
        (Fault(302, redirect="http://192.0.2.1/x"), ServerError, "only https"),
        (Fault(302, redirect="file:///etc/passwd"), ServerError, "only https"),
        (Fault(302, redirect="/cells/"), ServerError, "redirects more than"),
    ],
)
def test_faults_are_named(galv, fault, error, words):
    galv.faults["/cells/"] = fault
    with pytest.raises(error, match=words):
        bdg.open_hubs(galv.address)


def test_a_short_trouble_is_no_trouble(galv):
    galv.faults["/cells/"] = Fault(503, b"busy", times=2)
    assert len(bdg.open_hubs(galv.address).datasets) > 2


def test_a_server_that_never_ends_is_left(galv, monkeypatch):
    monkeypatch.setattr("bdg_explore.hubs.servers.galvanalyser_web._JSON_BYTES", 1000)
    galv.faults["/cells/"] = Fault(200, b"[" + b" " * 10_000_000 + b"]")
    with pytest.raises(ServerError, match="sends more than"):
        bdg.open_hubs(galv.address)


def test_a_server_that_gives_the_same_page_for_ever_is_left(galv):
    page = {"next": "x", "results": [{"id": key("a"), "identifier": "a", "team": None}]}
    galv.faults["/cells/"] = Fault(200, json.dumps(page).encode())
    hubs = bdg.open_hubs(f"{galv.address}?hub=lab")
    assert len(hubs.find(hub="lab")) == 1


def test_a_partition_that_breaks_off_or_is_no_parquet(galv, opened):
    path = f"/parquet_partitions/{key('one.txt 1')}/file/"
    whole = galv.partitions[key("one.txt 1")]
    galv.faults[path] = Fault(200, whole, drop_after=len(whole) // 2)
    with pytest.raises(ConnectionLostError, match="Nothing of what had come is kept"):
        opened.timeseries(FIRST)
    galv.faults[path] = Fault(200, b"PAR1 but not really")
    with pytest.raises(ReadError, match=r"one\.txt, partition 1 .* no whole Parquet file"):
        opened.timeseries(FIRST)
    galv.faults.clear()
    assert len(opened.timeseries(FIRST)) == 300


def test_the_token_does_not_follow_a_partition_to_its_store(galv, opened, monkeypatch):
    """A store elsewhere is asked without the token; here it stands in for one over https."""
    with Galvanalyser(token=None) as store:
        held = galv.partitions[key("one.txt 1")]
        store.things["x"] = {}
        store.faults["/x/part.parquet"] = Fault(200, held)
        monkeypatch.setattr(
            "bdg_explore.hubs.servers.galvanalyser_web._SAFE", ("https", "http"), raising=True
        )
        galv.faults[f"/parquet_partitions/{key('one.txt 1')}/file/"] = Fault(
            302, redirect=f"{store.base}/x/part.parquet"
        )
        assert len(opened.timeseries(FIRST)) == 300
        assert store.asked == [("/x/part.parquet", None)]


def test_a_current_without_a_sign_has_it_from_its_state(galv):
    frame = records(40)
    frame["State"] = np.where(frame["Current_A"] > 0, "C", "D")
    frame["Current_A"] = frame["Current_A"].abs()
    file = galv.add_file("magnitude.txt", frame.iloc[:30], frame.iloc[30:].drop(columns="Cyc#"))
    cell = galv.add("cells", "unsigned", identifier="unsigned", team=galv.link("teams", 1))
    galv.add("cycler_tests", "unsigned test", cell=cell, files=[file], schedule=None)
    hubs = bdg.open_hubs(f"{galv.address}?hub=lab")
    got = hubs.timeseries("lab-ageing/unsigned")
    assert got["current_ampere"].iloc[[0, -1]].tolist() == [1.0, -1.0]
    assert np.isnan(got["cycle_count"].iloc[-1])


def test_cycles_of_a_test_that_counts_none(galv):
    file = galv.add_file("plain.txt", records(20).drop(columns="Cyc#"))
    cell = galv.add("cells", "plain", identifier="plain", team=galv.link("teams", 1))
    galv.add("cycler_tests", "plain test", cell=cell, files=[file], schedule=None)
    hubs = bdg.open_hubs(f"{galv.address}?hub=lab")
    with pytest.raises(ParameterError, match="count no cycles"):
        hubs.timeseries("lab-ageing/plain", cycles=[1])


def test_hostile_words_stay_words(galv):
    galv.add("cells", "x", identifier="<script>alert(1)</script>/../../etc", family={"id": 5},
             team=None, custom_properties={"a": [1] * 1000})  # fmt: skip
    galv.add("cycler_tests", "y", cell=galv.link("cells", key("x")), files=["http://192.0.2.1/"],
             schedule=7, equipment=None)  # fmt: skip
    hubs = bdg.open_hubs(f"{galv.address}?hub=lab")
    assert "lab-cells/<script>alert(1)</script>/../../etc" in hubs.cells.index


def test_a_server_that_is_away(galv):
    with pytest.raises(ServerError, match="cannot be reached"):
        bdg.open_hubs("galvanalyser+http://127.0.0.1:1")
