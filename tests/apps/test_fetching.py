"""Fetching a cell's data from its page: only what a catalog names, only when asked."""

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from panel.pane import HTML

import bdg_explore as bdg
from bdg_explore.apps.explorer import Explorer
from bdg_explore.apps.fetching import FetchCard, files_to_fetch

from .browser import quiet_page, served

CSV = (
    "test_time_second,voltage_volt,current_ampere,cycle_count\n"
    + "".join(f"{10 * i},{3 + i / 1000:.3f},{1 if i < 50 else -1},1\n" for i in range(100))
).encode()
CELL = "far-away/one"


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, list[str]]]:
    """A catalog whose only file lies on a web server, and what that server was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(CSV)))
            self.end_headers()
            self.wfile.write(CSV)

        def log_message(self, *_) -> None:
            pass

    monkeypatch.setenv("BDG_CACHE", str(tmp_path / "cache"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    catalog = tmp_path / "far.yaml"
    catalog.write_text(
        f"""
metadata: {{version: 1, hub: {{id: far}}}}
sources:
  far-away:
    driver: bdg_dataset
    description: One cell on another machine
    args:
      tables:
        timeseries:
          format: bdf_csv
          files:
            - cell: one
              url: http://127.0.0.1:{server.server_port}/one.csv
              bytes: {len(CSV)}
              sha256: {hashlib.sha256(CSV).hexdigest()}
    metadata: {{segment: full_cell, kind: experimental, licence: CC0-1.0, access: open}}
"""
    )
    try:
        yield catalog, asked
    finally:
        server.shutdown()
        server.server_close()


def _wait(done) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_page_asks_nothing_of_the_web_until_somebody_clicks(far) -> None:
    catalog, asked = far
    one = Explorer(bdg.open_hubs(catalog))
    one.restore(f"?q=far&open={CELL}&cells={CELL}")
    assert asked == []
    buttons = [
        b for b in one.drawer._layout.select() if getattr(b, "label", "").startswith("Fetch")
    ]
    assert len(buttons) == 1
    buttons[0].clicks += 1
    _wait(lambda: asked == ["/one.csv"])
    _wait(lambda: one.drawer.cycle == 1)
    _wait(lambda: one.fade.linked.picture is not None)  # the selected cell has a curve now
    _wait(lambda: any("on this machine" in str(p.object) for p in one.drawer._layout.select(HTML)))


def test_only_files_of_the_catalog_that_are_not_here_are_offered(far) -> None:
    catalog, _ = far
    hubs = bdg.open_hubs(catalog)
    dataset = hubs.dataset("far-away")
    assert [file.cell for file in files_to_fetch(dataset, "one")] == ["one"]
    assert files_to_fetch(dataset, "../../etc/passwd") == []
    hubs.timeseries(CELL)
    assert files_to_fetch(dataset, "one") == []


def test_a_failed_download_is_a_card_with_the_reason(far) -> None:
    catalog, _ = far
    dataset = bdg.open_hubs(catalog).dataset("far-away")
    (file,) = files_to_fetch(dataset, "one")
    wrong = replace(file, sha256="0" * 64)
    done = []
    offer = FetchCard(dataset, [wrong], lambda: done.append(True))
    offer._begin(None)
    _wait(lambda: "The download failed" in offer._layout[0].object)
    assert done == []
    assert "sha256" in offer._layout[0].object
    assert offer._button.visible


def test_a_download_can_be_stopped(far) -> None:
    catalog, _ = far
    dataset = bdg.open_hubs(catalog).dataset("far-away")
    files = files_to_fetch(dataset, "one")
    offer = FetchCard(dataset, files, lambda: pytest.fail("it was stopped"))
    offer._stop.set = lambda: None  # the visitor is faster than the thread:
    offer._stop.is_set = lambda: True
    offer._begin(None)
    _wait(lambda: "Stopped" in str(offer._told.object))


def test_files_of_an_unknown_licence_wait_for_a_yes(far) -> None:
    catalog, asked = far
    dataset = bdg.open_hubs(catalog).dataset("far-away")
    unknown = replace(dataset, licence="unknown", landing_url="https://far.example/page")
    done = []
    offer = FetchCard(unknown, files_to_fetch(dataset, "one"), lambda: done.append(True))
    assert "Nobody has stated their licence" in offer._layout[0].object
    assert offer._yes.visible and offer._button.disabled
    offer._begin(None)  # a click that was forged: the server asks again
    _wait(lambda: "nobody has stated its licence" in offer._layout[0].object)
    assert asked == [] and done == []
    offer._yes.value = True
    assert not offer._button.disabled
    offer._begin(None)
    _wait(lambda: done == [True])
    assert asked == ["/one.csv"]


def test_what_is_given_on_request_shows_how_to_get_it(far) -> None:
    catalog, asked = far
    dataset = bdg.open_hubs(catalog).dataset("far-away")
    kept = replace(dataset, access="on_request", how_to_get="Write to far@example.org.")
    offer = FetchCard(kept, files_to_fetch(dataset, "one"), lambda: None)
    assert len(offer._layout) == 1
    assert "Write to far@example.org" in offer._layout[0].object
    assert asked == []


@pytest.mark.ui
@pytest.mark.timeout(240)
def test_a_visitor_fetches_a_cell(browser, far) -> None:
    catalog, asked = far
    with served("--catalog", catalog) as (address, _), quiet_page(browser) as page:
        page.goto(f"{address}/explorer?q=far&open={CELL}")
        page.get_by_role("button", name="Fetch").wait_for()
        assert asked == []
        page.get_by_role("button", name="Fetch").click()
        page.locator(".drawer canvas").first.wait_for()
        assert asked == ["/one.csv"]
