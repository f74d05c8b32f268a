"""The address bar is the state: what a page writes opens the same view again."""

import pytest

from bdg_explore.apps.address import LONGEST, read_address, write_address
from bdg_explore.apps.explorer import Explorer


@pytest.fixture
def lfp(hubs) -> list[str]:
    return list(hubs.find("demo lfp 45").index[:2])


def test_an_address_round_trips_text_of_any_kind() -> None:
    parts = {"q": 'a & b = "ü" #1 +?', "cells": "x/y,z", "t.range": "1..2"}
    assert read_address(write_address(parts)) == parts
    assert write_address({}) == ""
    assert write_address({"q": ""}) == ""


def test_a_very_long_selection_is_left_out_rather_than_cut() -> None:
    parts = {"q": "lfp", "cells": ",".join(f"set/{i:05d}" for i in range(2000))}
    assert read_address(write_address(parts)) == {"q": "lfp"}
    assert len(write_address({"q": "x" * 2 * LONGEST})) == 0


def test_everything_chosen_comes_back(hubs, lfp) -> None:
    one = Explorer(hubs)
    one.state.query = "demo"
    one.state.choose("cathode_chemistry", ["LFP"])
    one.state.narrow("ambient_temperature_celsius", 20.0, 45.0)
    one.state.sort = ("ambient_temperature_celsius", "desc")
    one.state.selection = tuple(lfp)
    one.fade.y.value = "capacity"
    one.fade.colour.value = "ambient_temperature_celsius"
    one.open(lfp[0])
    address = one.address()

    other = Explorer(hubs)
    other.restore(address)
    assert other.address() == address
    assert other.state.query == "demo"
    assert other.state.facets == {"cathode_chemistry": ["LFP"]}
    assert other.state.ranges == {"ambient_temperature_celsius": (20.0, 45.0)}
    assert other.state.selection == tuple(lfp)
    assert other.fade.y.value == "capacity"
    assert other.fade.linked.color == "ambient_temperature_celsius"
    assert other.drawer.uid == lfp[0]
    assert list(other.state.result.index) == list(one.state.result.index)


def test_the_bridge_is_told_every_change(hubs, lfp) -> None:
    one = Explorer(hubs)
    assert one.bridge.address == ""
    one.state.query = "demo lfp"
    assert read_address(one.bridge.address) == {"q": "demo lfp"}
    one.open(lfp[0])
    assert read_address(one.bridge.address)["open"] == lfp[0]
    one.drawer.close()
    assert "open" not in read_address(one.bridge.address)


def test_going_back_restores_what_was(hubs, lfp) -> None:
    one = Explorer(hubs)
    one.state.query = "demo lfp"
    before = one.bridge.address
    one.state.selection = tuple(lfp)
    one.open(lfp[0])
    one.restore(before)  # what the browser sends after Back
    assert one.state.selection == ()
    assert one.drawer.uid == ""
    assert one.bridge.address == before


@pytest.mark.parametrize(
    "search",
    [
        "?open=no/such-cell",
        "?cells=no/such-cell",
        "?ambient_temperature_celsius.range=hot",
        "?sort=nothing.asc",
        "?y=cost&colour=__class__",
        "?page=999999&cycle=-1",
        "?q=%FF%00<script>",
    ],
)
def test_a_bad_link_opens_a_page_all_the_same(hubs, search: str) -> None:
    one = Explorer(hubs)
    one.restore(search)
    assert one.drawer.uid == ""
    assert one.fade.y.value == "soh"
