"""A real Chromium and a real `bdg serve` for tests; nothing leaves this machine."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

# The first is Chromium without windows: a page takes three quarters of the processor time in it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        if os.environ.get("BDG_REQUIRE_BROWSER"):
            pytest.fail("no Chromium is installed, and BDG_REQUIRE_BROWSER asks for one")
        pytest.skip("no Chromium is installed: looked for " + ", ".join(NAMES))
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def quiet_page(browser, **options) -> Iterator:
    """A page in a context of its own; afterwards no outside request and no console error."""
    context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
    page = context.new_page()
    outside, errors = [], []
    page.on("request", lambda one: outside.append(one.url) if _leaves(one.url) else None)
    page.on("websocket", lambda one: outside.append(one.url) if _leaves(one.url) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
    try:
        yield page
    finally:
        context.close()
    assert outside == [], outside
    assert errors == [], errors


def _leaves(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in (
        "localhost",
        "127.0.0.1",
    )


@contextmanager
def served(*arguments: str | Path) -> Iterator[tuple[str, list[str]]]:
    """Run `bdg serve` in a process of its own; yield its address and what it has said so far."""
    command = [sys.executable, "-m", "bdg_explore.cli", "serve", "--no-show", *map(str, arguments)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/"
    )
    said: list[str] = []
    ready = threading.Event()
    address = []

    def listen() -> None:
        for line in process.stdout:
            said.append(line)
            found = re.search(r"is ready: (http://\S+?)/? ", line)
            if found:
                address.append(found[1])
                ready.set()
        ready.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        assert ready.wait(120), "".join(said)
        assert address, "".join(said)
        yield address[0], said
    finally:
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert code == 0, "".join(said)
    for trouble in ("A callback failed", "could not be built", "error handling message"):
        assert trouble not in "".join(said), "".join(said)
