"""The pages in a real Chromium: what a visitor sees, and how long it takes."""

import re
import time
from collections.abc import Callable

import pytest

from .browser import quiet_page

pytestmark = [pytest.mark.ui, pytest.mark.timeout(300)]

# What is in the page now: models that were replaced may linger in BokehJS for half a minute.
LIVE = """
const live = () => {
  const models = new Set();
  for (const one of window.Bokeh?.documents ?? [])
    for (const root of one.roots()) for (const model of root.references()) models.add(model);
  return [...models];
};
const fades = () => live().filter((m) => m.type === "Figure").flatMap((f) => f.renderers)
  .filter((r) => r.glyph?.type === "MultiLine").map((r) => r.data_source);
"""
CURVES = f"() => {{ {LIVE} return fades().reduce((n, s) => n + s.data.xs.length, 0); }}"
NAMES = f"() => {{ {LIVE} return fades().flatMap((s) => [...s.data.cell]); }}"
POINT = (
    f"""(cell) => {{ {LIVE}"""
    """
  for (const figure of live().filter((m) => m.type === "Figure"))
    for (const r of figure.renderers.filter((r) => r.glyph?.type === "MultiLine")) {
      const k = [...r.data_source.data.cell].indexOf(cell);
      const view = Bokeh.index.find_one_by_id(figure.id);
      const [xs, ys] = [r.data_source.data.xs[k], r.data_source.data.ys[k]];
      const i = Math.floor(xs.length / 2);
      const box = view.el.getBoundingClientRect();
      return [box.x + view.frame.x_scale.compute(xs[i]), box.y + view.frame.y_scale.compute(ys[i])];
    }
}"""
)
ADDRESS = "() => window.location.href"
ROWS = "tr[data-row]"


def _until(page, script: str, wanted: Callable[[object], bool], seconds: float = 30):
    """Ask again until the answer is the wanted one; return it."""
    end = time.perf_counter() + seconds
    while True:
        answer = page.evaluate(script)
        if wanted(answer):
            return answer
        assert time.perf_counter() < end, f"still {answer!r}"
        page.wait_for_timeout(20)


def _open(page, address: str) -> float:
    """Open a page; return the seconds until its first curve."""
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_function("() => window.Bokeh?.documents?.length > 0")
    _until(page, CURVES, lambda n: n > 0)
    page.locator("canvas").first.wait_for()
    return time.perf_counter() - start


def _found(page) -> int:
    return int(page.locator(".facets .head b").inner_text().replace(",", ""))


def _click(page, x: float, y: float) -> None:
    """Click as a hand does: BokehJS overlooks a press that ends in the same instant."""
    page.mouse.move(x - 4, y - 4)
    page.mouse.move(x, y)
    page.wait_for_timeout(60)
    page.mouse.down()
    page.wait_for_timeout(60)
    page.mouse.up()


def test_the_first_visit_shows_rows_and_curves(browser, server, hubs) -> None:
    with quiet_page(browser) as page:
        first = _open(page, f"{server}/explorer")
        page.locator(ROWS).first.wait_for()
        assert page.locator(ROWS).count() == 25
        assert _found(page) == len(hubs.cells)
        again = _open(page, f"{server}/explorer")
        print(f"\nfirst curve: {first:.2f} s, again {again:.2f} s")
        assert first < 15
        assert "Explorer" in page.title()


def test_a_query_changes_count_table_and_plot(browser, server, hubs) -> None:
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer")
        page.wait_for_timeout(500)
        page.keyboard.press("/")
        page.keyboard.type("demo nmc8")
        both, wanted = (len(hubs.find(words)) for words in ("demo nmc", "demo nmc811"))
        assert both != wanted
        head = page.locator(".facets .head b")
        head.filter(has_text=re.compile(rf"^{wanted}$")).wait_for()
        page.get_by_role("searchbox").fill("demo nmc")
        head.filter(has_text=re.compile(rf"^{both}$")).wait_for()
        start = time.perf_counter()
        page.get_by_role("searchbox").fill("demo nmc811")
        head.filter(has_text=re.compile(rf"^{wanted}$")).wait_for()
        page.locator(ROWS, has_text="NMC811").first.wait_for()
        print(f"\nquery: {time.perf_counter() - start:.3f} s, 0.14 s of it waiting for more keys")
        names = _until(page, NAMES, lambda names: len(names) == wanted)
        assert set(names) == set(hubs.find("demo nmc811").index)
        _until(page, ADDRESS, lambda address: "q=demo+nmc811" in address)


def test_nothing_found_says_what_to_remove(browser, server) -> None:
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer")
        page.get_by_role("searchbox").fill("demo unobtainium")
        page.locator("tbody", has_text="Remove").wait_for()
        page.locator(".nothing", has_text="No curves to show").wait_for()
        assert _found(page) == 0
        page.get_by_role("button", name="Clear all").click()
        _until(page, CURVES, lambda n: n > 0)


def test_what_a_search_did_is_told_and_can_be_taken_back(browser, server) -> None:
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer?q=demo")
        page.get_by_role("searchbox").fill("sevrson lifepo4 30c")
        told = page.locator(".understood")
        told.get_by_text("Showing results for severson").wait_for()
        assert told.locator(".taken").all_inner_texts() == ["lifepo4: LFP", "30c: 30 °C"]
        page.locator(".facets .head b", has_text=re.compile("^124$")).wait_for()
        told.get_by_role("button", name="search for exactly sevrson instead").click()
        page.locator("tbody", has_text="Nothing is called “sevrson”").wait_for()
        assert page.get_by_role("searchbox").input_value() == '"sevrson" lifepo4 30c'
        page.get_by_role("searchbox").fill("panasonic drive cycle")
        told.get_by_text("Found instead: 1 data set without a list of cells").wait_for()
        link = told.get_by_role("link")
        assert link.get_attribute("href").startswith("https://")
        assert link.get_attribute("rel") == "noopener noreferrer"
        page.get_by_role("searchbox").fill("demo lfp")
        told.wait_for(state="hidden")
        _until(page, CURVES, lambda n: n > 0)


def test_selecting_rows_makes_the_plot_follow_and_going_back_undoes_it(browser, server) -> None:
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer?q=demo+lfp")
        before = page.evaluate(CURVES)
        page.wait_for_timeout(1000)  # a step of its own for Back
        rows = page.locator(ROWS)
        chosen = [rows.nth(i).locator("th").inner_text() for i in (0, 1)]
        rows.nth(0).click()
        rows.nth(1).click()
        names = _until(page, NAMES, lambda names: len(names) == 2)
        assert names == chosen
        page.locator(".chip").nth(1).wait_for()
        _until(page, ADDRESS, lambda address: all(cell in address for cell in chosen))
        for _ in chosen:  # two clicks in a moment are one step, slower ones are two
            if "cells=" in page.evaluate(ADDRESS):
                page.go_back()
        _until(page, ADDRESS, lambda address: "cells=" not in address)
        _until(page, CURVES, lambda n: n == before)
        page.locator(".chip").first.wait_for(state="detached")


def test_rows_do_not_jump_away_from_the_mouse(browser, server) -> None:
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer?q=demo+lfp")
        page.wait_for_timeout(800)
        row = page.locator(ROWS).nth(3)
        before = row.bounding_box()["y"]
        row.click()
        page.locator(".chip").wait_for()
        page.wait_for_timeout(1000)
        assert abs(row.bounding_box()["y"] - before) < 2
        cell = page.locator(ROWS).nth(5).locator("th").inner_text()
        page.locator(ROWS).nth(5).dblclick()
        page.locator(".cell h2", has_text=cell).wait_for()


def test_facets_answer_each_other(browser, server, hubs) -> None:
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer")
        page.get_by_label(re.compile("^Kind: synthetic")).check()
        synthetic = int((hubs.cells["kind"] == "synthetic").sum())
        page.locator(".facets .head b", has_text=re.compile(rf"^{synthetic}$")).wait_for()
        dim = page.get_by_label(re.compile("^Hub: matr io, 0 cells"))
        dim.wait_for()
        assert dim.is_enabled()
        page.get_by_label(re.compile("^Kind: synthetic")).uncheck()
        page.locator(".facets .head span", has_text="hubs").wait_for()


def test_many_curves_come_at_once(browser, server, hubs) -> None:
    with quiet_page(browser) as page:
        found = hubs.find(
            "severson" if (hubs.find("severson")["availability"] == "here").any() else "demo"
        )
        many = int(
            ((found["availability"] == "here") & found["tables"].str.contains("cycles")).sum()
        )
        query = found["dataset"].iloc[0].split("-")[0]
        _open(page, f"{server}/explorer?q={query}&cells={found.index[0]}")
        assert page.evaluate(CURVES) == 1
        page.get_by_role("button", name="Clear", exact=True).first.click()
        shown = _until(page, CURVES, lambda n: n > 20)
        page.wait_for_timeout(1000)
        page.locator(ROWS).first.click()
        _until(page, CURVES, lambda n: n == 1)
        page.wait_for_timeout(1000)
        start = time.perf_counter()
        page.get_by_role("button", name="Clear", exact=True).first.click()
        _until(page, CURVES, lambda n: n == shown)
        print(f"\n{shown} curves of {many} cells: {time.perf_counter() - start:.2f} s")


def test_a_curve_opens_its_cell_and_escape_closes_it(browser, server, hubs) -> None:
    cell = hubs.find("demo lfp 45").index[0]
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer?cells={cell}")
        page.wait_for_timeout(800)
        _click(page, *page.evaluate(POINT, cell))
        page.locator(".cell h2", has_text=cell).wait_for()
        page.locator(".mark.synthetic").wait_for()
        _until(page, ADDRESS, lambda address: f"open={cell}" in address)
        facts = page.locator(".facts").inner_text()
        for word in ("Rights and citation", "CC0-1.0", "primary metadata", "Sources"):
            assert word in facts
        page.keyboard.press("Escape")
        page.locator(".cell h2").wait_for(state="hidden")
        _until(page, ADDRESS, lambda address: "open=" not in address)


def test_enter_opens_the_row_under_the_cursor(browser, server) -> None:
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer?q=demo+lfp")
        row = page.locator(ROWS).nth(1)
        row.focus()
        page.keyboard.press("Enter")
        cell = row.locator("th").inner_text()
        page.locator(".cell h2", has_text=cell).wait_for()
        assert f"open={cell}" in _until(page, ADDRESS, lambda address: "open=" in address)


def test_a_link_opens_the_same_view(browser, server, hubs) -> None:
    cell = hubs.find("demo nmc811 25").index[0]
    link = f"{server}/explorer?q=nmc811&kind=synthetic&cells={cell}&y=capacity&open={cell}"
    with quiet_page(browser) as page:
        _open(page, link)
        page.locator(".cell h2", has_text=cell).wait_for()
        assert page.get_by_role("searchbox").input_value() == "nmc811"
        assert page.get_by_label(re.compile("^Kind: synthetic")).is_checked()
        assert page.evaluate(NAMES) == [cell]
        assert page.locator(".chip .go").get_attribute("title") == f"Open {cell}"


def test_a_link_that_means_nothing_any_more_is_told(browser, server) -> None:
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer?open=gone/away&sort=nothing.asc")
        page.get_by_text("No cell is called 'gone/away' here.").wait_for()
        page.get_by_text(re.compile("The order in the link was left out")).wait_for()
        close = page.get_by_role("button", name="Close the notice")
        told = close.count()
        assert told >= 1
        close.first.click()
        close.nth(told - 1).wait_for(state="detached")
        assert close.count() == told - 1
        assert page.locator(ROWS).count() > 0


def test_taking_data_away_brings_licence_and_citation(browser, server) -> None:
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer?q=demo+lfp+45")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Cells csv").click()
        text = waiting.value.path().read_text()
        skip = int(re.search(r"skiprows=(\d+)", text)[1])
        assert "licence CC0-1.0" in text
        assert text.splitlines()[skip].startswith("cell,")


@pytest.mark.parametrize(
    ("path", "scheme"),
    [("/", "light"), ("/explorer", "light"), ("/explorer", "dark"), ("/bring", "dark"),
     ("/find-a-cell", "dark")],
)  # fmt: skip
def test_a_phone_scrolls_nothing_sideways(browser, server, path: str, scheme: str) -> None:
    with quiet_page(browser, viewport={"width": 390, "height": 844}, color_scheme=scheme) as page:
        page.goto(server + path)
        page.locator("h1, h2, tr[data-row]").first.wait_for()
        page.wait_for_timeout(1500)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= 390
        light = page.evaluate(
            "() => getComputedStyle(document.documentElement)"
            ".getPropertyValue('--panel-background-color').trim()"
        )
        assert (light == "#ffffff") == (scheme == "light")


def test_the_look_is_toggled_and_remembered(browser, server) -> None:
    colour = (
        "() => getComputedStyle(document.documentElement)"
        ".getPropertyValue('--panel-background-color').trim()"
    )
    with quiet_page(browser) as page:
        _open(page, f"{server}/explorer")
        assert page.evaluate(colour) == "#ffffff"
        page.get_by_label("Toggle theme").click()
        _until(page, colour, lambda one: one != "#ffffff")
        page.goto(f"{server}/")
        page.locator("h1").wait_for()
        _until(page, colour, lambda one: one not in ("", "#ffffff"))


def test_the_index_leads_to_every_page(browser, server) -> None:
    with quiet_page(browser) as page:
        page.goto(f"{server}/")
        page.locator("h1").wait_for()
        names = page.locator(".home h2").all_inner_texts()
        assert names[0] == "Explorer"
        assert "A story" in names
        assert "It ends well." in page.locator(".home ul").inner_text()
        page.locator(".home li a", has_text="A story").click()
        page.locator(".markdown h1", has_text="A story").wait_for()


def test_a_notebook_page_tells_its_story_and_follows_clicks(browser, server) -> None:
    with quiet_page(browser) as page:
        page.goto(f"{server}/a-story")
        page.locator(".card.error", has_text="Cell 3 failed").wait_for()
        assert "on purpose" in page.locator(".card.error").inner_text()
        page.locator("pre.out", has_text="still here").wait_for()
        assert page.locator("pre.in").count() == 0 or not page.locator("pre.in").first.is_visible()
        page.get_by_label("Show code").check()
        page.locator("pre.in", has_text="CellBrowser").wait_for()
        _until(page, CURVES, lambda n: n > 2)
        rows = page.locator(ROWS)
        rows.nth(0).click()
        rows.nth(1).click()
        _until(page, CURVES, lambda n: n == 2)


def test_the_notebook_that_ships_browses_like_the_explorer(browser, server) -> None:
    with quiet_page(browser) as page:
        page.goto(f"{server}/find-a-cell")
        page.locator(ROWS).first.wait_for(timeout=60_000)
        assert page.locator(".card.error").count() == 0
        page.get_by_role("searchbox").fill("demo lfp 45")
        page.locator(".facets .head span", has_text="of").wait_for()
        page.locator(ROWS).first.click()
        page.locator(".chip").wait_for()
