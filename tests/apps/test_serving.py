"""The server: ports, addresses, what it lists, how it ends."""

import socket
from pathlib import Path
from urllib.request import urlopen

import pytest

from bdg_explore.apps import serving
from bdg_explore.apps.notebooks import read_notebook
from bdg_explore.apps.serving import DEFAULT_PORT, PortError, apps_for, free_port
from bdg_explore.errors import ParameterError

from .notebook_files import write_notebook


def test_a_taken_port_is_said_with_the_next_step() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=rf"Port {port} .*--port"):
            free_port("127.0.0.1", port)


def test_without_a_port_the_next_free_one_is_taken() -> None:
    first = free_port("127.0.0.1", None)
    assert DEFAULT_PORT <= first < DEFAULT_PORT + 20
    with socket.socket() as taken:
        # as a server does: connections of one that ended may still linger on the port
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", first))
        taken.listen()
        assert first < free_port("127.0.0.1", None) < DEFAULT_PORT + 20


def test_a_server_that_was_quicker_is_given_way(monkeypatch) -> None:
    with socket.socket() as quicker:
        quicker.bind(("127.0.0.1", 0))
        quicker.listen()
        taken = quicker.getsockname()[1]
        said = iter([taken, taken])
        honest = serving.free_port
        monkeypatch.setattr(
            serving, "free_port", lambda address, port: next(said, None) or honest(address, port)
        )
        server = serving.listening({"/": lambda: None}, address="127.0.0.1", port=None)
        try:
            assert server.port != taken
            assert next(said, None) is None, "it was tried twice"
        finally:
            server.stop()


def test_every_page_has_an_address_of_its_own(hubs, tmp_path: Path) -> None:
    story = read_notebook(write_notebook(tmp_path / "07_a_b.ipynb", "# T", "1"))
    assert set(apps_for(hubs, [story])) == {"/", "/explorer", "/glance", "/bring", "/a-b"}
    with pytest.raises(ParameterError, match="a-b"):
        apps_for(hubs, [story, story])
    named = read_notebook(write_notebook(tmp_path / "explorer.ipynb", "# T", "1"))
    with pytest.raises(ParameterError, match="explorer"):
        apps_for(hubs, [named])


def test_a_served_page_answers_from_this_host_only(server: str) -> None:
    for path in ("/", "/explorer", "/bring", "/find-a-cell", "/a-story"):
        text = urlopen(server + path).read().decode()
        assert "BDG Explore" in text
        assert 'src="http' not in text
        assert 'href="http' not in text.replace('href="https://github.com', "")
