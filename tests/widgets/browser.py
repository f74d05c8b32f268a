"""A real Chromium for tests, without a request to any outside host."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlparse

import pytest

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


@contextmanager
def chromium() -> Iterator:
    """Start a Chromium, or skip and say why."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=path, args=_FLAGS)
        except playwright.Error as error:
            pytest.skip(f"no Chromium is installed: {str(error).splitlines()[0]}")
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def quiet_page(browser, **options) -> Iterator:
    """Open a page; fail afterwards if it asked an outside host or an error went uncaught."""
    page = browser.new_page(**options)
    outside, errors = [], []
    page.on("request", lambda one: outside.append(one.url) if _leaves(one.url) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
    finally:
        page.close()
    assert outside == []
    assert errors == []


def _leaves(url: str) -> bool:
    parts = urlparse(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in (
        "localhost", "127.0.0.1",
    )  # fmt: skip
