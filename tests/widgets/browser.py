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
def chromium_page(**options) -> Iterator:
    """Open a page; fail afterwards if it asked an outside host or logged an error of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=path, args=_FLAGS)
        except playwright.Error as error:
            pytest.skip(f"no Chromium is installed: {str(error).splitlines()[0]}")
        page = browser.new_page(**options)
        outside, errors = [], []
        page.on(
            "request", lambda request: outside.append(request.url) if _leaves(request.url) else None
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.errors = errors
        try:
            yield page
        finally:
            browser.close()
        assert outside == []
        assert errors == []


def _leaves(url: str) -> bool:
    parts = urlparse(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in (
        "localhost", "127.0.0.1",
    )  # fmt: skip
