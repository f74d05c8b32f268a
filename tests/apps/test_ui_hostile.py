"""A catalog with scripts in every field, looked at in a real browser: text it is, and stays."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
import requests
import yaml

import bdg_explore as bdg
from bdg_explore.columns import COLUMNS

from .browser import quiet_page, served

pytestmark = [pytest.mark.ui, pytest.mark.timeout(240)]

RUNS = '<img src=nowhere onerror="window.ran=1"><script>window.ran=2</script>{{7*7}}${7*7}'
NATIVE = 'a"><svg onload=window.ran=3>'
# What a script would leave behind, in the page and in every shadow root of it.
LEFT = """() => {
  const found = [];
  const walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.matches("img[src=nowhere], svg[onload], [onerror]")) found.push(one.outerHTML);
      if (one.matches("a[href^='javascript']")) found.push(one.outerHTML);
      if (one.tagName === "SCRIPT" && one.textContent.includes("window.ran")
          && !one.textContent.includes("docs_json") && one.type !== "application/json")
        found.push(one.outerHTML.slice(0, 200));
      if (one.shadowRoot) walk(one.shadowRoot);
    }
  };
  walk(document);
  return [found, window.ran ?? null];
}"""
TEXT = """() => {
  let text = "";
  const walk = (root) => {
    text += root.textContent ?? "";
    for (const one of root.querySelectorAll("*")) if (one.shadowRoot) walk(one.shadowRoot);
  };
  walk(document.body);
  return text;
}"""


def said(field: str) -> str:
    return f"{field} {RUNS}"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A catalog whose every text, in entry and facts table, is a script."""
    folder = tmp_path_factory.mktemp("foe")
    facts = {"native_id": [NATIVE, "=cmd|'/C calc'!A0"]}
    for name in ("protocol", "note", "cell_model", "manufacturer", "batch", "form_factor"):
        assert COLUMNS[name].kind == "text"
        facts[name] = [said(name), "=1+1"]
    pd.DataFrame(facts).to_csv(folder / "facts.csv", index=False)
    cycles = np.arange(1, 30)
    pd.DataFrame(
        {"cell": NATIVE, "cycle_count": cycles,
         "cycle_discharging_capacity_ah": 1 - 0.01 * cycles}
    ).to_parquet(folder / "cycles.parquet")  # fmt: skip
    entry = {
        "driver": "bdg_dataset",
        "description": said("description"),
        "args": {
            "cells": "facts.csv",
            "tables": {"cycles": {"url": "cycles.parquet", "format": "parquet", "cells": [NATIVE],
                                  "note": said("table note")}},
            "downloads": [{"name": said("download"), "url": "https://example.org/x.csv",
                           "layout": said("layout"), "note": said("download note")}],
        },
        "metadata": {
            "title": said("title"), "segment": "full_cell", "kind": "experimental",
            "licence": said("licence"), "access": "open", "cells_stated": 2,
            "citation": {"title": said("cited"), "authors": said("authors"),
                         "journal": said("journal"), "year": 2020},
            "landing_url": "https://example.org/'onmouseover='window.ran=4",
            "primary": {"anode_chemistry": said("anode"), "cathode_chemistry": said("cathode"),
                        "test_equipment": said("equipment"), "contact_details": said("contact"),
                        "nominal_capacity_ah": 1.0},
            "unverified": [said("unverified")], "notes": said("notes"),
            "how_to_get": said("how"),
        },
    }  # fmt: skip
    hub = {key: said(f"hub {key}") for key in ("name", "operator", "licence", "contact", "notes")}
    catalog = {
        "metadata": {
            "version": 1,
            "hub": {"id": "foe", "landing_url": "https://example.org/"} | hub,
        },
        "sources": {"foe-2026": entry},
    }
    path = folder / "catalog.yaml"
    path.write_text(yaml.safe_dump(catalog, sort_keys=False))
    return path


def _text(page, told, seconds=45):
    """Return what a page says, once it says all that is waited for, or the time is over."""
    end = time.monotonic() + seconds
    while True:
        text = page.evaluate(TEXT)
        if all(one in text for one in told) or time.monotonic() > end:
            return text
        page.wait_for_timeout(300)


def test_nothing_in_a_catalog_runs_in_a_page(browser, hostile):
    uid = quote(f"foe-2026/{NATIVE}")
    visits = {
        f"explorer?q=foe&open={uid}&cells={uid}": ["protocol", "cathode", "contact", "note"],
        "glance?open=foe-2026": ["title", "contact"],
    }
    with served("--catalog", hostile) as (address, log):
        for path, fields in visits.items():
            with quiet_page(browser) as page:
                asked = []
                page.on("request", lambda one, asked=asked: asked.append(one.url))
                page.on("dialog", lambda one: pytest.fail(one.message))
                page.goto(f"{address}/{path}")
                told = [f"{field} <img src=nowhere" for field in fields]
                text = _text(page, told)
                assert [one for one in told if one not in text] == [], path
                assert "{{7*7}}${7*7}" in text, path
                found, ran = page.evaluate(LEFT)
                assert (found, ran) == ([], None), path
                assert not [url for url in asked if url.endswith("nowhere")], path
        assert "Traceback" not in "".join(log)


def test_nothing_runs_in_a_notebook(browser, hostile):
    hubs = bdg.open_hubs(hostile)
    shown = [hubs.find("foe"), hubs.datasets, hubs.hubs, hubs.cycles(f"foe-2026/{NATIVE}")]
    page_text = "".join(one._repr_html_() for one in [*shown, hubs] if hasattr(one, "_repr_html_"))
    with quiet_page(browser) as page:
        page.set_content(f"<!doctype html><body>{page_text}</body>")
        page.wait_for_timeout(300)
        found, ran = page.evaluate(LEFT)
        assert (found, ran) == ([], None)
        assert "hub name <img" in page.evaluate(TEXT)


def test_what_a_visitor_writes_in_the_address_is_not_opened(browser, tmp_path):
    """No part of an address names a catalog, a file or a host that the server would open."""
    asked = []

    class Victim(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    victim = ThreadingHTTPServer(("127.0.0.1", 0), Victim)
    threading.Thread(target=victim.serve_forever, daemon=True).start()
    secret = tmp_path / "secret.yaml"
    secret.write_text("metadata: {hub: {id: what-nobody-sees}}\nsources: {}\n")
    url = f"http://127.0.0.1:{victim.server_port}/catalog.yaml"
    try:
        names = ("catalog", "catalogs", "hub", "hubs", "source", "url", "file", "path", "open",
                 "cells", "set", "q", "src", "load", "x", "y", "sort")  # fmt: skip
        visits = (("explorer", url), ("explorer", secret), ("glance", "../../../../etc/passwd"))
        with served() as (address, log):
            for page_name, value in visits:
                given = "&".join(f"{name}={quote(str(value))}" for name in names)
                answer = requests.get(f"{address}/{page_name}?{given}", timeout=60)
                assert answer.ok
                assert "what-nobody-sees" not in answer.text
                assert "root:x:" not in answer.text
            for path in ("/../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
                         "/static/../../../../etc/passwd", "//etc/passwd"):  # fmt: skip
                answer = requests.get(f"{address}{path}", timeout=60)
                assert answer.status_code in (400, 403, 404)
            with quiet_page(browser) as page:
                given = "&".join(f"{name}={quote(url)}" for name in names if name != "q")
                page.goto(f"{address}/explorer?{given}")
                page.locator(".facets").first.wait_for()
                page.wait_for_timeout(1000)
            assert "Traceback" not in "".join(log)
        assert asked == []
    finally:
        victim.shutdown()
        victim.server_close()
