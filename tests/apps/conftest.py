"""Hubs opened once, and one server for all browser tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import bdg_explore as bdg

from .browser import chromium, served
from .notebook_files import write_notebook


@pytest.fixture(scope="session")
def hubs() -> bdg.Hubs:
    return bdg.open_hubs()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    story = write_notebook(
        tmp_path_factory.mktemp("stories") / "90_a_story.ipynb",
        "# A story\n\nIt *ends* well. And more.",
        "import bdg_explore as bdg\nhubs = bdg.open_hubs()",
        "browser = bdg.CellBrowser(hubs, query='demo lfp')\nbrowser",
        "raise ValueError('on purpose')",
        "print('still here')",
    )
    with served("--notebook", Path(story)) as (address, _):
        yield address


# Not for the whole session: Playwright keeps an event loop running as long as it is open, and
# what other tests try behaves differently inside one.
@pytest.fixture(scope="module")
def browser() -> Iterator:
    with chromium() as one:
        yield one
