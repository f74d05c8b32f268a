"""The table's ES module in a real browser, with a model that only remembers."""

import json

import pytest

from apps.browser import chromium, quiet_page
from bdg_explore.columns import CATHODE, CELL, CYCLE_LIFE, KIND, NOMINAL_CAPACITY
from bdg_explore.widgets.state import BrowserState
from bdg_explore.widgets.table import TABLE_JS, WIDGETS_CSS, CellTable

from .made_up import fleet

# Stands in for the model of anywidget and of Panel, which offer the same few calls.
MODEL = """
class Model {
  constructor(values) { this.values = values; this.handlers = {}; this.saved = []; }
  get(name) { return this.values[name]; }
  set(name, value) { this.values[name] = value; this.tell(name); }
  save_changes() { this.saved.push(structuredClone(this.values)); }
  on(event, handler) { (this.handlers[event] ??= []).push(handler); }
  off(event, handler) { this.handlers[event] = this.handlers[event].filter((h) => h !== handler); }
  tell(name) { (this.handlers["change:" + name] ?? []).forEach((handler) => handler()); }
}
"""


def test_the_python_side_starts_and_holds_plain_values() -> None:
    state = BrowserState(fleet(), page_size=5)
    table = CellTable(columns=state.table_columns, rows=state.rows, total=state.total)
    assert table.rows[0][CELL] == "demo-lfp/lfp-10c-r0"
    assert "export default" in str(table._esm)
    json.dumps(table.get_state(["columns", "rows"])["rows"], allow_nan=False)


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser):
    with quiet_page(browser, viewport={"width": 1100, "height": 500}) as page:
        yield page


def show(page, *, scheme="light", width=None, **values) -> None:
    state = BrowserState(fleet(), page_size=5)
    model = {
        "columns": state.table_columns, "rows": state.rows, "total": state.total, "page": 0,
        "page_size": 5, "key": CELL, "label": "Cells", "sort": [], "selection": [], "opened": "",
        "message": "",
    } | values  # fmt: skip
    page.emulate_media(color_scheme=scheme)
    # JupyterLab's own variable names, so that the colours of a theme are tried too.
    ink, paper = ("#e0e0e0", "#111") if scheme == "dark" else ("#212121", "#fff")
    look = f"color-scheme:{scheme};background:{paper};--jp-ui-font-color1:{ink}"
    page.set_content(
        f"<style>{WIDGETS_CSS.read_text()}</style>"
        f"<body style='margin:16px;{look}'>"
        f"<div id=here style='max-width:{width or 2000}px'></div>"
    )
    module = TABLE_JS.read_text().replace("export default", "window.table =")
    page.add_script_tag(content=f"{{{MODEL}{module}\nwindow.Model = Model;}}")
    page.evaluate(
        """values => {
          window.model = new Model(values);
          table.render({model, el: document.querySelector("#here")});
        }""",
        model,
    )


def model_value(page, name):
    return page.evaluate(f"model.values.{name}")


@pytest.mark.ui
def test_it_is_a_real_table_with_names_and_roles(page) -> None:
    show(page, selection=["demo-lfp/lfp-25c-r3"], sort=[NOMINAL_CAPACITY, "desc"])
    grid = page.get_by_role("grid", name="Cells")
    assert grid.get_attribute("aria-rowcount") == "15"
    assert page.locator("tbody tr").count() == 5
    assert (
        page.locator(f"th[data-name={NOMINAL_CAPACITY}]").get_attribute("aria-sort") == "descending"
    )
    assert page.locator(f"th[data-name={KIND}]").get_attribute("aria-sort") == "none"
    chosen = page.locator("tr[aria-selected=true]")
    assert chosen.count() == 1
    assert chosen.get_by_role("rowheader").inner_text() == "demo-lfp/lfp-25c-r3"
    assert page.get_by_role("status").inner_text() == "1–5 of 14"
    assert page.get_by_role("checkbox", name="Select demo-lfp/lfp-25c-r3").is_checked()
    # 10.0 and nothing: a number is written short and stands right, what is unknown says so
    first = page.locator("tbody tr").first
    assert first.locator("[data-label='Ambient temperature / °C']").inner_text() == "10"
    assert first.locator("[data-label='Published life']").inner_text() == "unknown"
    number = page.locator("td[data-kind=number]").first
    assert number.evaluate("e => getComputedStyle(e).textAlign") == "right"
    assert "synthetic" in page.locator(".bdg-badge").first.inner_text()


@pytest.mark.ui
def test_the_mouse_selects_sorts_pages_and_opens(page) -> None:
    show(page)
    page.get_by_role("rowheader").nth(1).click()
    page.get_by_role("checkbox", name="Select demo-lfp/lfp-25c-r3").click()
    assert model_value(page, "selection") == ["demo-nmc811/nmc811-10c-r1", "demo-lfp/lfp-25c-r3"]
    assert page.locator("tr[aria-selected=true]").count() == 2
    page.get_by_role("rowheader").nth(1).click()
    assert model_value(page, "selection") == ["demo-lfp/lfp-25c-r3"]
    page.evaluate("model.set('selection', [])")
    assert page.locator("tr[aria-selected=true]").count() == 0
    page.get_by_role("checkbox", name="Select all rows of this page").click()
    assert len(model_value(page, "selection")) == 5
    head = page.get_by_role("button", name="Published life")
    for expected in ([CYCLE_LIFE, "asc"], [CYCLE_LIFE, "desc"], []):
        head.click()
        assert model_value(page, "sort") == expected
    page.get_by_role("button", name="Next page").click()
    assert model_value(page, "page") == 1
    page.get_by_role("rowheader").nth(2).dblclick()
    assert model_value(page, "opened") == "demo-nmc532/nmc532-10c-r2"


@pytest.mark.ui
def test_the_keyboard_does_all_of_it(page) -> None:
    show(page)
    page.locator("tbody tr").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    names = [row[CELL] for row in model_value(page, "rows")]
    assert model_value(page, "selection") == [names[2], names[1]]
    assert model_value(page, "opened") == names[4]
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("PageUp")  # there is no page before
    assert model_value(page, "page") == 0
    page.keyboard.press("PageDown")
    assert model_value(page, "page") == 1
    rows = BrowserState(fleet(), page_size=5, page=1).rows
    page.evaluate("rows => model.set('rows', rows)", rows)
    focused = page.evaluate("document.activeElement.querySelector('th').textContent")
    assert focused == rows[0][CELL]  # the focus waits in the first row of the page that came
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    assert model_value(page, "selection")[-1] == rows[0][CELL]


@pytest.mark.ui
def test_what_strangers_write_stays_text(page) -> None:
    evil = "<img src=x onerror=\"window.hacked='yes'\"><script>window.hacked='yes'</script>"
    rows = [{CELL: evil, CATHODE: evil, KIND: evil, NOMINAL_CAPACITY: evil}]
    columns = [
        {"name": name, "title": evil, "unit": evil, "kind": kind, "meaning": evil}
        for name, kind in (
            (CELL, "text"),
            (CATHODE, "text"),
            (KIND, "badge"),
            (NOMINAL_CAPACITY, "number"),
        )
    ]
    show(page, rows=rows, columns=columns, total=1, label=evil, message=evil, selection=[evil])
    page.get_by_role("rowheader").click()
    page.evaluate("model.set('rows', [])")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#here img, #here script").count() == 0
    assert evil in page.locator("tbody").inner_text()


@pytest.mark.ui
def test_nothing_found_shows_the_sentence(page) -> None:
    show(page, rows=[], total=0, message="No cell matches. Remove 45 °C (would give 31).")
    assert page.locator("tbody").inner_text() == "No cell matches. Remove 45 °C (would give 31)."
    assert page.get_by_role("status").inner_text() == "0 rows"
    assert page.get_by_role("button", name="Next page").is_disabled()


@pytest.mark.ui
def test_on_a_phone_rows_are_cards(page, tmp_path) -> None:
    show(page, width=358)
    card = page.locator("tbody tr").first.bounding_box()
    assert card["height"] > 100
    assert card["width"] <= 358
    box = page.locator(".bdg-scroll")
    assert box.evaluate("e => e.scrollWidth <= e.clientWidth")
    page.get_by_role("combobox", name="Sort by").select_option(label="Published life ▼")
    assert model_value(page, "sort") == [CYCLE_LIFE, "desc"]


@pytest.mark.ui
def test_several_changes_are_drawn_once(page) -> None:
    show(page)
    page.evaluate(
        """() => {
          window.drawn = 0;
          new MutationObserver((all) => { drawn += all.length; }).observe(
            document.querySelector("tbody"), {childList: true});
          const rows = model.get("rows").slice(0, 2);
          model.set("rows", rows);
          model.set("total", 2);
          model.set("message", "x");
          model.set("page", 0);
        }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("drawn") == 1
