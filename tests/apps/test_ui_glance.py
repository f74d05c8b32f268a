"""Hubs at a glance, in a real Chromium: see, filter by a bar, open a record, take it away."""

import json
import re
import time
from itertools import pairwise

import pytest

from .browser import quiet_page

pytestmark = [pytest.mark.ui, pytest.mark.timeout(300)]

ROWS = "tr[data-row]"
# Where the bar of a value lies on the screen, in the picture with a title.
BAR = """([title, value]) => {
  for (const one of Bokeh.documents) for (const root of one.roots())
    for (const m of root.references()) {
      if (m.type !== "Figure" || m.title?.text !== title) continue;
      const source = m.renderers.find((r) => r.data_source?.data.value)?.data_source;
      const at = source ? [...source.data.value].indexOf(value) : -1;
      if (at < 0) continue;
      const view = Bokeh.index.find_one_by_id(m.id);
      if (!view?.frame) continue;
      const box = view.el.getBoundingClientRect();
      const { left, right, bottom, top } = source.data;
      return [box.x + view.frame.x_scale.compute((left[at] + right[at]) / 2),
              box.y + view.frame.y_scale.compute((bottom[at] + top[at]) / 2)];
    }
}"""


def open_page(page, server: str, query: str = "") -> float:
    start = time.perf_counter()
    page.goto(f"{server}/glance{query}")
    page.locator(ROWS).first.wait_for(timeout=60_000)
    return time.perf_counter() - start


def tap(page, title: str, value: str) -> None:
    """Tap a bar as a hand does."""
    for _ in range(200):
        place = page.evaluate(BAR, [title, value])
        if place:
            break
        page.wait_for_timeout(100)
    x, y = place
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    page.wait_for_timeout(60)
    page.mouse.down()
    page.wait_for_timeout(60)
    page.mouse.up()


def total(page, count: int) -> None:
    head = page.locator(".facets .head b", has_text=re.compile(rf"^{count}$"))
    head.wait_for(timeout=30_000)


def test_the_first_visit_counts_and_a_bar_filters(browser, server, hubs) -> None:
    with quiet_page(browser) as page:
        first = open_page(page, server)
        again = open_page(page, server)
        print(f"\nfirst rows: {first:.2f} s, again {again:.2f} s")
        assert "Hubs at a glance" in page.title()
        tiles = page.locator(".tiles").inner_text().split()
        assert tiles[:2] == [str(len(hubs.hubs) - 1), "hubs"]
        assert str(len(hubs.datasets) - 3) in tiles  # without the demo
        total(page, len(hubs.datasets))
        page.locator("canvas").first.wait_for(timeout=60_000)
        tap(page, "Licence", "unknown")
        total(page, int((hubs.datasets["licence"] == "unknown").sum()))
        page.wait_for_url("**/glance?licence=*")
        page.get_by_role("button", name="Licence: unknown").click()
        total(page, len(hubs.datasets))


def test_a_record_opens_by_click_and_by_key_and_is_taken_away(
    browser, server, hubs, tmp_path
) -> None:
    with quiet_page(browser, viewport={"width": 1400, "height": 1300}) as page:
        open_page(page, server)
        page.get_by_role("searchbox").fill("severson")
        page.locator(ROWS, has_text="severson-2019").click()
        page.get_by_role("heading", name="Fast-charging cycle-life data of Severson").wait_for()
        page.wait_for_url("**open=severson-2019**")
        page.get_by_text("States 124 cells").wait_for()
        assert page.locator(".fair li").count() == 13
        link = page.get_by_role("link", name=re.compile("see them in the explorer"))
        assert link.get_attribute("href") == "./explorer?dataset=severson-2019"
        page.get_by_role("tab", name="BibTeX").click()
        page.get_by_text("@article{").wait_for()
        for label, name, mark in (
            ("BattINFO", "severson-2019.battinfo.jsonld", "hasTestObject"),
            ("DataCite", "severson-2019.datacite.json", "publicationYear"),
            ("schema.org", "severson-2019.schema_org.jsonld", "distribution"),
            ("RO-Crate", "ro-crate-metadata.json", "@graph"),
        ):
            page.get_by_role("tab", name=label).click()
            with page.expect_download() as coming:
                page.get_by_role("button", name=f"Download {label}").click()
            assert coming.value.suggested_filename == name
            coming.value.save_as(tmp_path / name)
            assert mark in json.loads((tmp_path / name).read_text("utf-8"))
        page.keyboard.press("Escape")
        page.get_by_role("heading", name="Fast-charging cycle-life data").wait_for(state="hidden")
        page.get_by_role("searchbox").fill("")
        total(page, len(hubs.datasets))
        page.locator(ROWS).nth(1).focus()
        page.keyboard.press("Enter")
        page.locator(".fair").wait_for()


def test_every_tab_draws_and_the_address_keeps_it(browser, server) -> None:
    with quiet_page(browser) as page:
        open_page(page, server)
        for tab in ("Hubs", "Metadata", "FAIR"):
            page.get_by_role("tab", name=tab, exact=True).click()
            page.wait_for_url(f"**show={tab}**")
            page.locator("canvas:visible").first.wait_for(timeout=30_000)
        page.get_by_role("tab", name="Impact").click()
        page.get_by_role("row", name=re.compile(r"Different data sets 1\d\d")).wait_for()
        page.get_by_text("Downloads per calendar year").wait_for()
        open_page(page, server, "?show=Metadata&q=zenodo&open=ved")
        page.get_by_text("383 vehicles").first.wait_for()
        chosen = page.get_by_role("tab", name="Metadata", selected=True)
        chosen.wait_for()
        assert chosen.count() == 1
        assert page.get_by_role("searchbox").input_value() == "zenodo"


def test_it_fits_a_phone_in_the_dark(browser, server) -> None:
    with quiet_page(
        browser, viewport={"width": 390, "height": 844}, color_scheme="dark", is_mobile=True,
        user_agent="Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130.0 Mobile Safari/537.36",
    ) as page:  # fmt: skip
        open_page(page, server)
        page.locator("canvas").first.wait_for(timeout=60_000)
        for query in ("?show=Metadata", "?show=Impact&open=severson-2019"):
            open_page(page, server, query)
            page.wait_for_timeout(1000)
            wide = page.evaluate("() => document.documentElement.scrollWidth")
            assert wide <= 390, query
        page.locator(".fair").wait_for()
        tops = page.locator(".drawer .facts, .drawer .texts").evaluate_all(
            "(all) => all.map((e) => e.getBoundingClientRect()).map((b) => [b.top, b.bottom])"
        )
        parts = sorted(set(map(tuple, tops)))  # a component and its root take the same place
        assert len(parts) >= 6
        for (_, end), (start, _) in pairwise(parts):
            assert start >= end - 1, "parts lie on top of each other"
        dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert max(map(int, re.findall(r"\d+", dark)[:3])) < 60
