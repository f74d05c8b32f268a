"""The notebook face: traits, what follows them, and sentences instead of silence."""

import asyncio
import json

import pandas as pd
import pytest

from bdg_explore import views
from bdg_explore.columns import AVAILABILITY, CATHODE, CELL, KIND, NOMINAL_CAPACITY, TABLES
from bdg_explore.errors import FetchError, UnknownNameError
from bdg_explore.widgets.cell_browser import CellBrowser

from .made_up import FakeHubs

FIRST, SECOND, CLOSED = "demo-lfp/lfp-10c-r0", "demo-lfp/lfp-25c-r3", "closed-2020/c0"


def press(part, **message) -> None:
    """Say what a part's JavaScript says when something in it is pressed."""
    part._handle_custom_msg(message, [])


def drawn(browser: CellBrowser) -> dict:
    """Return what the plot in the browser was last given."""
    return browser._plot.item


def test_it_never_starts_empty(hubs: FakeHubs) -> None:
    browser = CellBrowser(hubs)
    assert len(browser._table.rows) == 10
    assert browser._table.total == 14
    assert drawn(browser)["version"]
    assert len(json.dumps(drawn(browser))) < 1_000_000
    # looking around reads only what is here: the two cells of the closed lab were not asked for
    assert len(hubs.asked) == 1
    assert len(hubs.asked[0]) == 12
    assert browser.fade.note == (
        "Showing 12 of 14 cells found; select some to see only them. "
        "2 have no table of cycles on this machine yet."
    )


def test_its_traits_are_those_of_the_state(hubs: FakeHubs) -> None:
    browser = CellBrowser(hubs, plot=False, query="lfp")
    assert browser._search.value == "lfp"
    browser.facets = {KIND: ["synthetic"]}
    browser.ranges = {NOMINAL_CAPACITY: (1, 2)}
    browser.selection = [FIRST, SECOND]
    assert browser.state.selection == browser.selection == (FIRST, SECOND)
    assert browser._table.selection == [FIRST, SECOND]
    assert browser.result.index.tolist() == browser.state.result.index.tolist()
    assert browser.result[CATHODE].unique().tolist() == ["LFP"]
    assert browser.code == browser.state.code == browser._actions.code
    browser.state.clear()
    assert (browser.query, browser.facets, browser.ranges) == ("", {}, {})
    assert browser._table.total == 14
    assert browser.selection == (FIRST, SECOND)


def test_what_is_done_on_the_screen_reaches_the_traits(hubs: FakeHubs) -> None:
    browser = CellBrowser(hubs, plot=False)
    browser._search.value = "demo"
    press(browser._facets, facet=CATHODE, values=["LFP", "NMC811"])
    press(browser._facets, range=NOMINAL_CAPACITY, low=2, high=None)
    assert browser.query == "demo"
    assert browser.facets == {CATHODE: ["LFP", "NMC811"]}
    assert browser.ranges == {NOMINAL_CAPACITY: (2, float("inf"))}
    assert {row[CATHODE] for row in browser._table.rows} == {"NMC811"}
    press(browser._facets, range=NOMINAL_CAPACITY, low=None, high=None)
    press(browser._facets, facet=CATHODE, values=[])
    assert (browser.facets, browser.ranges) == ({}, {})
    browser._table.sort = [CELL, "desc"]
    browser._table.page = 1
    assert browser.state.sort == (CELL, "desc")
    assert len(browser._table.rows) == 2
    browser._table.selection = [SECOND, FIRST]
    assert browser.selection == (SECOND, FIRST)
    press(browser._actions, drop=SECOND)
    assert browser.selection == browser.state.selection == (FIRST,)
    press(browser._actions, clear=True)
    assert browser.selection == ()
    press(browser._facets, reset=True)
    assert browser.state.total == 14


def test_facets_show_counts_and_keep_what_gives_nothing(hubs: FakeHubs) -> None:
    browser = CellBrowser(hubs, plot=False, query="lfp")
    groups = {group["column"]: group for group in browser._facets.groups}
    counts = {one["label"]: one["count"] for one in groups[CATHODE]["values"]}
    assert counts == {"LFP": 4, "NMC811": 0, "NMC532": 0, "unknown": 0}
    json.dumps(browser._facets.groups, allow_nan=False)


def test_the_plot_follows_the_selection(hubs: FakeHubs) -> None:
    browser = CellBrowser(hubs)
    before = drawn(browser)
    browser.selection = [FIRST, SECOND]
    assert hubs.asked[-1] == (FIRST, SECOND)
    assert drawn(browser) != before
    assert browser.fade.note == ""
    count = len(hubs.asked)
    browser.query = "nmc"  # what is selected stays in sight, so nothing is read again
    assert len(hubs.asked) == count
    browser.fade.y = "capacity"
    assert len(hubs.asked) == count
    browser.selection = []
    assert len(hubs.asked[-1]) == 8


def test_what_must_be_worked_out_first_is_left_for_later(cells, monkeypatch) -> None:
    """Cells that have only records take seconds each; a few are shown if there are no others."""
    cells[TABLES] = [
        "timeseries" if name.startswith("demo-nmc") else "cycles" for name in cells.index
    ]
    hubs = FakeHubs(pd.concat([cells, cells[2:].add_suffix("-again", axis=0)]))
    browser = CellBrowser(hubs)
    assert {name.split("/")[0] for name in hubs.asked[0]} == {"demo-lfp"}
    browser.query = "nmc"
    assert len(hubs.asked[-1]) == 8
    assert "Showing 8 of 15 cells found" in browser.fade.note


def test_it_says_which_cells_have_no_data_and_why(hubs: FakeHubs) -> None:
    browser = CellBrowser(hubs)
    browser.selection = [FIRST, CLOSED]
    assert drawn(browser)
    assert f"No curve for {CLOSED}: closed-2020 cannot be downloaded without asking" in (
        browser._note.value
    )
    browser.selection = [CLOSED]
    assert drawn(browser) == {}
    assert "write to the lab" in browser._note.value
    browser.selection = []
    browser.facets = {AVAILABILITY: ["request"]}
    assert "None of the 2 cells found has measurements on this machine." in browser._note.value
    browser.query = "nothing of the kind"
    assert "there is nothing to draw" in browser._note.value
    assert browser._table.message.startswith("No cell matches.")


@pytest.mark.parametrize("error", [FetchError("The host does not answer."), ZeroDivisionError("x")])
def test_what_goes_wrong_becomes_a_sentence(hubs: FakeHubs, error: Exception) -> None:
    def fails(cells, *, download=True):
        raise error

    hubs.cycles = fails
    browser = CellBrowser(hubs)
    assert str(error) in browser._note.value
    assert browser._table.total == 14


def test_a_view_that_fails_is_told_too(hubs: FakeHubs, monkeypatch) -> None:
    def fails(*args, **more):
        raise KeyError("cycle_count")

    monkeypatch.setattr(views, "capacity_fade", fails)
    browser = CellBrowser(hubs)
    assert "KeyError" in browser._note.value


def test_text_of_strangers_is_escaped_where_html_is_shown(hubs: FakeHubs) -> None:
    def fails(cells, *, download=True):
        raise FetchError("<img src=x onerror=alert(1)>")

    hubs.cycles = fails
    browser = CellBrowser(hubs)
    assert "<img" not in browser._note.value
    assert "&lt;img" in browser._note.value


def test_wrong_values_are_refused_in_code_and_told_on_the_screen(hubs: FakeHubs) -> None:
    browser = CellBrowser(hubs, plot=False)
    with pytest.raises(UnknownNameError, match="No cell is called"):
        browser.selection = ["nobody"]
    assert browser.selection == browser.state.selection == ()
    browser._table.selection = ["nobody"]  # a page left open while the catalogs changed
    assert "No cell is called" in browser._problem.value
    assert browser._problem.layout.display == "block"
    assert browser._table.selection == []
    browser._search.value = "lfp"
    assert browser._problem.layout.display == "none"


def test_a_forgiven_misspelling_is_shown_and_can_be_taken_back(hubs: FakeHubs) -> None:
    browser = CellBrowser(hubs, plot=False)
    browser._search.value = "synthetik"
    assert browser._table.total == 12
    assert browser._told.words == [
        {"typed": "synthetik", "meaning": "synthetic", "how": "corrected"}
    ]
    assert browser._table.order == "best match first"
    press(browser._told, exactly="synthetik")
    assert browser.query == '"synthetik"'
    assert browser._search.value == '"synthetik"'
    assert browser._table.total == 0


def test_a_table_of_cells_alone_can_be_browsed(cells) -> None:
    browser = CellBrowser(cells, query="lfp")
    assert browser.state.total == 4
    assert "Give CellBrowser hubs" in browser._note.value


def test_while_someone_types_curves_are_drawn_once(hubs: FakeHubs) -> None:
    async def typing() -> None:
        for text in ("l", "lf", "lfp"):
            browser._search.value = text
        assert browser._table.total == 4  # the table answers at once
        assert len(hubs.asked) == 1
        await asyncio.sleep(0.4)

    browser = CellBrowser(hubs)
    asyncio.run(typing())
    assert len(hubs.asked) == 2
    assert len(hubs.asked[-1]) == 4


def test_its_panel_face_shows_the_same_state_and_draws_instead(hubs: FakeHubs) -> None:
    panel = pytest.importorskip("panel")
    browser = CellBrowser(hubs)
    assert isinstance(panel.panel(browser), panel.viewable.Viewable)
    face = browser.__panel__()
    face.state.query = "closed"
    assert browser.query == "closed"
    before = drawn(browser)
    browser.selection = [FIRST]
    assert drawn(browser) == before  # the notebook face, which nobody sees, rests


def test_in_a_served_page_nothing_is_drawn_twice(hubs: FakeHubs) -> None:
    serving = pytest.importorskip("panel.io.state")
    document = pytest.importorskip("bokeh.document")
    with serving.set_curdoc(document.Document()):
        CellBrowser(hubs)
    assert hubs.asked == []
