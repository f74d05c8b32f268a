"""The headless state of the browser: one answer a change, and a way back to it."""

import json
from types import SimpleNamespace
from unittest import mock
from urllib.parse import parse_qsl, urlencode

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bdg_explore as bdg
from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CATHODE,
    CELL,
    CYCLE_LIFE,
    DATASET,
    HUB,
    KIND,
    NOMINAL_CAPACITY,
)
from bdg_explore.errors import ParameterError, UnknownNameError
from bdg_explore.hubs.search import CellIndex
from bdg_explore.widgets.state import BrowserState

from .made_up import FakeHubs, fleet


@pytest.fixture
def state(cells: pd.DataFrame) -> BrowserState:
    return BrowserState(cells, page_size=5)


def test_it_answers_before_anything_is_asked(state: BrowserState) -> None:
    assert state.total == 14
    assert len(state.rows) == 5
    assert state.message == ""
    assert state.result.index.tolist() == state.cells.index.tolist()
    assert dict(state.facet_counts[KIND]) == {"synthetic": 12, "experimental": 2}


def test_rows_are_json_and_unknown_is_none(state: BrowserState) -> None:
    state.query = "closed"
    assert json.loads(json.dumps(state.rows, allow_nan=False)) == state.rows
    assert state.rows[0][CELL] == "closed-2020/c0"
    assert state.rows[0][CATHODE] is None
    assert state.rows[0][NOMINAL_CAPACITY] is None


def test_columns_nobody_knows_anything_about_are_not_offered(state: BrowserState) -> None:
    assert "form_factor" not in state.facet_columns
    assert state.facet_columns[0] == CATHODE
    titles = {column["name"]: (column["title"], column["unit"]) for column in state.table_columns}
    assert titles[AMBIENT_TEMPERATURE] == ("Ambient temperature", "°C")
    assert titles[CYCLE_LIFE] == ("Published life", "")
    assert {c["name"]: c["kind"] for c in state.table_columns}[KIND] == "badge"


def test_several_changes_at_once_are_answered_once(state: BrowserState) -> None:
    searches, seen = [], []
    search = state._index.ask
    state._index.ask = lambda *asked, **more: searches.append(asked) or search(*asked, **more)
    state.observe(lambda change: seen.append((state.query, state.total)), ["total", "rows"])
    with state.hold_trait_notifications():
        state.query = "demo"
        state.facets = {CATHODE: ["LFP"]}
        state.ranges = {AMBIENT_TEMPERATURE: (40, 50)}
        state.sort = (CELL, "desc")
    asked = [one for one in searches if one and one[0] == "demo"]
    assert len(asked) == 1
    assert set(seen) == {("demo", 1)}  # nobody ever saw a half-made answer
    assert state.result.index.tolist() == ["demo-lfp/lfp-45c-r6"]


def test_a_new_question_starts_at_the_first_page_and_keeps_the_selection(
    state: BrowserState,
) -> None:
    chosen = ("demo-lfp/lfp-10c-r0", "closed-2020/c1")
    state.selection = chosen
    state.page = 2
    assert len(state.rows) == 4
    state.query = "nmc"
    assert state.page == 0
    assert state.selection == chosen
    state.page = 99
    assert state.page == 1  # the last there is
    state.sort = (CELL, "asc")
    assert state.page == 0


def test_order_is_stable_with_unknown_last(state: BrowserState) -> None:
    state.sort = (CYCLE_LIFE, "desc")
    lives = state.result[CYCLE_LIFE].tolist()
    known = [life for life in lives if life == life]
    assert known == sorted(known, reverse=True)
    assert all(life != life for life in lives[len(known) :])
    assert state.rows[0][CYCLE_LIFE] == known[0]


def test_a_selection_of_strangers_is_refused_and_nothing_changes(state: BrowserState) -> None:
    state.selection = ["demo-lfp/lfp-10c-r0", "demo-lfp/lfp-10c-r0"]
    assert state.selection == ("demo-lfp/lfp-10c-r0",)
    with pytest.raises(UnknownNameError, match="Did you mean demo-lfp/lfp-10c-r0"):
        state.selection = ("demo-lfp/lfp-10c-r00",)
    with pytest.raises(UnknownNameError), state.hold_trait_notifications():
        state.selection = ("nobody",)
    assert state.selection == ("demo-lfp/lfp-10c-r0",)


@pytest.mark.parametrize(
    ("trait", "value", "error"),
    [
        ("facets", {"cathode": ["LFP"]}, UnknownNameError),
        ("ranges", {NOMINAL_CAPACITY: (2, 1)}, ParameterError),
        ("ranges", {NOMINAL_CAPACITY: 2}, ParameterError),
        ("ranges", {KIND: (1, 2)}, ParameterError),
        ("sort", (CELL, "upwards"), ParameterError),
        ("sort", ("nothing", "asc"), UnknownNameError),
    ],
)
def test_a_wrong_question_is_refused_by_name(state, trait, value, error) -> None:
    with pytest.raises(error):
        setattr(state, trait, value)
    assert state.total == 14


def test_nothing_found_says_what_to_do(state: BrowserState) -> None:
    state.query = "lfp"
    state.ranges = {AMBIENT_TEMPERATURE: (100, None)}
    assert state.total == 0
    assert state.rows == []
    assert "Remove Ambient temperature from 100 °C (would give 4)" in state.message
    state.clear()
    assert (state.total, state.message) == (14, "")


def test_what_a_search_did_is_told_and_can_be_undone(state: BrowserState) -> None:
    state.query = "synthetik 25C lifepo4"
    assert state.total == 1
    assert state.message.startswith("Showing results for synthetic; search for exactly synthetik")
    assert state.told["words"] == [
        {"typed": "synthetik", "meaning": "synthetic", "how": "corrected"},
        {"typed": "25c", "meaning": "25 °C", "how": "quantity"},
        {"typed": "lifepo4", "meaning": "LFP", "how": "name"},
    ]
    json.dumps(state.told, allow_nan=False)
    assert state.order_at_rest == "best match first"
    state.exactly("synthetik")
    assert state.query == '"synthetik" 25C lifepo4'
    assert state.total == 0
    assert state.message.startswith("No cell matches. Nothing is called “synthetik”.")
    state.clear()
    assert (state.message, state.told["words"], state.order_at_rest) == ("", [], "")


def test_near_values_are_told(state: BrowserState) -> None:
    state.query = "lfp 12C"
    assert state.total == 2
    assert state.message == "No cell has 12 °C and all the rest; showing the nearest, 10 °C."
    assert state.told["said"] == [state.message]


def test_rows_come_in_the_order_of_the_result(cells: pd.DataFrame) -> None:
    cells["protocol"] = [f"step {i}" if i % 3 else "nmcx" for i in range(len(cells))]
    state = BrowserState(cells, page_size=100, query="nmc")
    assert [row[CELL] for row in state.rows] == state.result.index.tolist()
    assert state.result[CATHODE].iloc[0].startswith("NMC")  # before what only a part of a word says
    assert state.result.index.tolist() != sorted(state.result.index, key=list(cells.index).index)


def test_data_sets_without_a_list_of_cells_are_named() -> None:
    hubs = bdg.open_hubs()
    state = BrowserState(hubs.index, query="panasonic drive cycle")
    assert state.total == 0
    assert state.told["datasets"][0]["id"] == "kollmeyer-panasonic-18650pf"
    assert state.told["datasets"][0]["url"].startswith("https://")
    assert not state.told["beside"]
    assert state.message.endswith(
        "Found instead: 1 data set without a list of cells: kollmeyer-panasonic-18650pf."
    )
    state.facets = {"segment": ["module_pack"]}
    assert state.told["datasets"] == []


def test_states_can_share_one_index(cells: pd.DataFrame) -> None:
    index = CellIndex(cells)
    one, other = BrowserState(index), BrowserState(index, query="closed")
    assert (one.total, other.total) == (14, 2)


def test_own_columns_can_bring_their_own_formatter(cells: pd.DataFrame) -> None:
    state = BrowserState(cells, [CELL, {"name": CYCLE_LIFE, "title": "Life", "kind": "bar"}])
    assert [column["title"] for column in state.table_columns] == ["Cell", "Life"]
    assert state.table_columns[1]["kind"] == "bar"
    assert set(state.rows[0]) == {CELL, CYCLE_LIFE}


# --- Python that repeats the question -------------------------------------------------------------
QUESTIONS = st.fixed_dictionaries(
    {
        "query": st.sampled_from(["", "lfp", '"cc-cv 1c" demo', "45", "nothing at all"]),
        "facets": st.dictionaries(
            st.sampled_from([CATHODE, HUB, DATASET, KIND]),
            st.sampled_from([["LFP"], ["NMC811", None], ["synthetic"], ["demo", "closed"]]),
            max_size=2,
        ),
        "ranges": st.dictionaries(
            st.sampled_from([NOMINAL_CAPACITY, AMBIENT_TEMPERATURE]),
            st.tuples(
                st.one_of(st.none(), st.floats(-20, 20)), st.one_of(st.none(), st.floats(20, 90))
            ),
            max_size=2,
        ),
        "sort": st.sampled_from([(), (CELL, "asc"), (CYCLE_LIFE, "desc"), (CATHODE, "asc")]),
        "selection": st.lists(st.sampled_from(fleet().index.tolist()), max_size=3),
    }
)


@settings(max_examples=60)
@given(QUESTIONS)
def test_the_code_gives_the_same_cells(asked: dict) -> None:
    """Property: what is written finds the result, in its order, and plots what is chosen."""
    hubs = FakeHubs(fleet())
    state = BrowserState(hubs.index, **asked)
    assert 3 <= len([line for line in state.code.splitlines() if line]) <= 6
    plotted = []
    views = SimpleNamespace(capacity_fade=lambda cycles, **_: plotted.extend(cycles))
    hubs.cycles = lambda cells, **_: list(cells.index if isinstance(cells, pd.DataFrame) else cells)
    names: dict = {}
    with mock.patch.dict(bdg.__dict__, {"open_hubs": lambda: hubs, "views": views}):
        exec(state.code, {}, names)  # noqa: S102
    if "cells" in names:
        pd.testing.assert_frame_equal(names["cells"], state.result)
    assert plotted == (list(state.selection) or state.result.index.tolist())


def test_the_code_runs_on_the_hubs_that_ship() -> None:
    hubs = bdg.open_hubs()
    state = BrowserState(hubs.index, query="demo 25", sort=(NOMINAL_CAPACITY, "desc"))
    state.choose(CATHODE, ["LFP", None])
    state.narrow(NOMINAL_CAPACITY, 0.5, None)
    names: dict = {}
    head, _plot = state.code.rsplit("\n", 1)
    exec(head, {}, names)  # noqa: S102
    assert len(names["cells"]) == state.total > 0
    assert names["cells"].index.equals(state.result.index)
    assert set(names["cycles"][CELL]) == set(state.result.index)


def test_the_code_reads_like_a_colleagues(state: BrowserState) -> None:
    state.query = "lfp"
    state.facets = {CATHODE: ["LFP"]}
    state.ranges = {NOMINAL_CAPACITY: (1, 2)}
    assert state.code == (
        "import bdg_explore as bdg\n"
        "\n"
        "hubs = bdg.open_hubs()\n"
        'cells = hubs.find("lfp", cathode_chemistry=["LFP"], nominal_capacity_ah=(1, 2))\n'
        "cycles = hubs.cycles(cells, download=False)\n"
        'bdg.views.capacity_fade(cycles, cells=hubs.cells, y="soh")'
    )


# --- the address bar ------------------------------------------------------------------------------
ODD = ["plain", "a,b", "?", "\\", "", "LFP?,\\,", "Ω m", "line\nbreak", "\\0"]


@settings(max_examples=80)
@given(QUESTIONS, st.lists(st.sampled_from([*ODD, None]), max_size=3, unique=True))
def test_a_link_brings_everything_back(asked: dict, odd: list) -> None:
    """Property: state -> address -> state, whatever the values are called."""
    cells = fleet()
    cells["batch"] = [ODD[i % len(ODD)] for i in range(len(cells))]
    asked["facets"] |= {"batch": odd}
    state = BrowserState(cells, page_size=3, **asked)
    state.page = 1
    query = state.as_query()
    assert all(isinstance(text, str) for text in query.values())
    other = BrowserState(cells, page_size=3)
    assert other.from_query(dict(parse_qsl(urlencode(query)))) == []
    for name in ("query", "facets", "ranges", "sort", "page", "selection"):
        assert getattr(other, name) == getattr(state, name), name
    assert other.result.index.equals(state.result.index)


def test_numbers_as_facets_come_back_as_numbers(cells: pd.DataFrame) -> None:
    state = BrowserState(cells, facets={AMBIENT_TEMPERATURE: [45.0, None]})
    other = BrowserState(cells)
    other.from_query(state.as_query())
    assert other.facets == {AMBIENT_TEMPERATURE: [45.0, None]}
    assert other.total == state.total == 5


def test_a_link_that_is_old_or_edited_says_what_it_could_not_do(state: BrowserState) -> None:
    state.query = "something else"
    problems = state.from_query(
        {
            "utm_source": "mail",
            "cathode_chemistry": "LFP",
            "nominal_capacity_ah.range": "lots",
            "ambient_temperature_celsius.range": "50..10",
            "cells": "demo-lfp/lfp-10c-r0,gone-1999/x",
            "sort": "colour.asc",
            "page": "many",
        }
    )
    assert len(problems) == 4
    assert "gone-1999/x" in " ".join(problems)
    assert state.query == ""
    assert state.facets == {CATHODE: ["LFP"]}
    assert state.ranges == {}
    assert state.selection == ("demo-lfp/lfp-10c-r0",)
    assert (state.sort, state.page) == ((), 0)
