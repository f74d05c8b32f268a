"""One server for every page: dashboards, curated notebooks, and an index of them."""

import errno
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui
from tornado.httpclient import AsyncHTTPClient

from bdg_explore.errors import BdgError, ParameterError
from bdg_explore.hubs import Hubs, open_hubs
from bdg_explore.hubs.sharing import Private, sentence, showing_others
from bdg_explore.shipped import notebooks_folder

from .bring_page import bring
from .explorer import explorer
from .frame import guarded
from .glance_page import glance
from .index_page import Entry, index_page
from .notebook_page import notebook_page
from .notebooks import Notebook, read_notebook
from .usage import keep_usage_log, usage_file

log = logging.getLogger(__name__)

DEFAULT_PORT: Final = 5006
_MORE_PORTS: Final = 20
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

App = Callable[[], None]


class PortError(BdgError):
    """The port a server was to listen on is not free."""


def apps_for(
    hubs: Hubs,
    notebooks: Sequence[Notebook] = (),
    *,
    index: bool = True,
    private: Private = "hide",
) -> dict[str, App]:
    """Return the pages of a server by their address: `/`, `/explorer`, one for each notebook.

    Parameters
    ----------
    hubs : Hubs
        What they show.
    notebooks : sequence of Notebook
        Shown as pages.
    index : bool
        Whether `/` lists the others.
    private : {"hide", "show", "share"}
        What becomes of private and embargoed data, see `explorer`.

    Raises
    ------
    ParameterError
        Two pages would have the same address.
    """
    entries = [
        Entry(
            "Explorer",
            "Find cells by words, facets and ranges, and compare how they fade.",
            "./explorer",
            "Dashboard",
        ),
        Entry(
            "Hubs at a glance",
            "What the hubs share, how well it is described, and how to get it.",
            "./glance",
            "Dashboard",
        ),
        Entry(
            "Bring your own data",
            "Drop a tester's files: what they are, whether they are sound, and a hub of your own.",
            "./bring",
            "Dashboard",
        ),
        *(Entry(one.title, one.sentence, f"./{one.slug}", "Notebook") for one in notebooks),
    ]
    addresses = [entry.address for entry in entries]
    for address in addresses:
        if addresses.count(address) > 1:
            raise ParameterError(f"Two pages would be called {address[2:]}. Rename a notebook.")
    links = [
        ("Explorer", "./explorer"),
        ("Hubs", "./glance"),
        ("Bring files", "./bring"),
        ("Notebooks", "./"),  # the page that lists them: a header has room for few
    ]

    def page_of(notebook: Notebook) -> Callable[[], pmui.Page]:
        return lambda: notebook_page(notebook, links=links, private=private)

    # From here on nothing of what is hidden is at hand.
    hubs = hubs.for_others() if private == "hide" else hubs
    apps = {"/explorer": guarded(lambda: explorer(hubs, links=links, private=private), "Explorer")}
    apps["/glance"] = guarded(
        lambda: glance(hubs, links=links, private=private), "Hubs at a glance"
    )
    apps["/bring"] = guarded(lambda: bring(links=links), "Bring your own data")
    apps |= {f"/{one.slug}": guarded(page_of(one), one.title) for one in notebooks}
    if index:
        apps["/"] = guarded(lambda: index_page(entries, _facts(hubs)), "Home")
    return apps


def shipped_notebooks() -> list[Notebook]:
    """Return the curated notebooks that ship, in their order."""
    return [read_notebook(path) for path in sorted(notebooks_folder().glob("*.ipynb"))]


def serve(
    sources: Sequence[str | Path] = (),
    *,
    port: int | None = None,
    address: str = "127.0.0.1",
    show: bool = True,
    notebooks: Sequence[str | Path] = (),
    prefix: str = "",
    origins: Sequence[str] = (),
    usage_log: str | Path | None = None,
    share_private: bool = False,
    say: Callable[[str], object] = print,
) -> None:
    """Serve every page until Ctrl-C.

    Parameters
    ----------
    sources : sequence of str or Path
        Catalogs beside the ones that ship.
    port : int, optional
        Where to listen; by default 5006, or the next port that is free.
    address : str
        Whom to listen to: `127.0.0.1` is this machine only.
    show : bool
        Whether to open a browser.
    notebooks : sequence of str or Path
        Notebooks beside the ones that ship. They run with the rights of this process.
    prefix : str
        Path under which a proxy shows the server.
    origins : sequence of str
        Hosts under which others see the server, where it is behind a proxy: `host` or `host:port`.
    usage_log : str or Path, optional
        Count in this file what pages are used for, as `hubs.usage` describes: no visitor, no
        query, no name. Not given, only ``BDG_USAGE_LOG`` could switch it on.
    share_private : bool
        The owner's word that visitors may see, and take away, private data and data under embargo.
        Without it they are not there where others can reach the server, by its address or by
        `origins`; on this machine only they are shown, and stay out of downloads and links.
    say : callable
        Where to say what happens.

    Raises
    ------
    PortError
        The port is taken.
    BdgError
        A catalog or a notebook is not what it should be.
    """
    stories = [*shipped_notebooks(), *(read_notebook(Path(one)) for one in notebooks)]
    free_port(address, port)  # a port that is taken is said at once
    if usage_log is not None:
        keep_usage_log(Path(usage_log).expanduser())
    if counting := usage_file():
        say(f"Uses are counted in {counting}: day, segment, objective, action, and nobody's name.")
    say("Opening the catalogs ...")
    hubs = open_hubs(*sources)
    private = audience(address, origins, share_private=share_private)
    announce(hubs, private, say)
    apps = apps_for(hubs, stories, private=private)
    say("Loading the pages ...")
    logging.getLogger("bokeh").setLevel(logging.WARNING)
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    server = listening(apps, address=address, port=port, prefix=prefix, origins=origins)
    if port is None and server.port != DEFAULT_PORT:
        say(f"Port {DEFAULT_PORT} is taken; using {server.port}.")
    server.start()
    # Our own pages are made once, so that the first visitor waits for nobody. A story is computed
    # for each of its visitors anyhow, and many of them would keep all others waiting now.
    told = {f"/{story.slug}" for story in stories}
    pages = [path for path in apps if path not in told]
    server.io_loop.run_sync(lambda: _visit(address, server.port, server.prefix, pages))
    shown = "localhost" if address in ("127.0.0.1", "0.0.0.0", "::", "") else address  # noqa: S104
    url = f"http://{shown}:{server.port}{server.prefix}"
    say(f"BDG Explore is ready: {url}/  (Ctrl-C ends it)")
    for path in sorted(apps):
        if path != "/":
            say(f"  {url}{path}")
    if show:
        server.io_loop.add_callback(lambda: server.show("/"))
    signal.signal(signal.SIGTERM, lambda *_: server.io_loop.add_callback_from_signal(_stop, server))
    try:
        with showing_others() if private == "hide" else nullcontext():
            server.io_loop.start()
    except KeyboardInterrupt:
        pass
    finally:
        server.stop(wait=False)
    say("Stopped.")


def audience(address: str, origins: Sequence[str] = (), *, share_private: bool = False) -> Private:
    """Return what becomes of private data on a server: hidden where others can reach it.

    Parameters
    ----------
    address : str
        Where it listens.
    origins : sequence of str
        Hosts under which a proxy shows it.
    share_private : bool
        The owner's word that it may be seen.
    """
    if share_private:
        return "share"
    return "hide" if origins or address not in _LOOPBACK else "show"


def announce(hubs: Hubs, private: Private, say: Callable[[str], object]) -> None:
    """Say what whoever starts a server should know of its hubs: they alone read this."""
    for remark in hubs.remarks:
        say(remark)
    if private == "hide" and hubs.withheld:
        next_step = "Others can reach this server; --share-private shows them what is left out."
        say(sentence(hubs.withheld, next_step))


def free_port(address: str, port: int | None) -> int:
    """Return the port asked for, or the first free one from 5006 on.

    Raises
    ------
    PortError
        The port asked for is taken, or none near 5006 is free.
    """
    for wanted in [port] if port is not None else range(DEFAULT_PORT, DEFAULT_PORT + _MORE_PORTS):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, wanted))
            except OSError as error:
                reason = error.strerror or str(error)
                continue
            return int(probe.getsockname()[1])
    if port is None:
        raise PortError(
            f"No port from {DEFAULT_PORT} to {DEFAULT_PORT + _MORE_PORTS - 1} is free on {address} "
            f"({reason}). Name one: bdg serve --port 8080."
        )
    raise PortError(
        f"Port {port} on {address} cannot be used ({reason}). Stop what listens there, or leave "
        "--port out: the next free one is then taken."
    )


def listening(
    apps: Mapping[str, App],
    *,
    address: str,
    port: int | None,
    prefix: str = "",
    origins: Sequence[str] = (),
) -> Any:
    """Return a server that listens, not started yet; `port` None takes the next free one.

    Raises
    ------
    PortError
        The port asked for is taken, or none near 5006 is free.
    """
    for _ in range(_MORE_PORTS):
        free = free_port(address, port)
        try:
            return pn.io.server.get_server(
                dict(apps),
                port=free,
                address=address,
                websocket_origin=[*_origins(address, free), *origins],
                start=False,
                show=False,
                prefix=prefix.rstrip("/"),
            )
        except OSError as error:  # another server may have been quicker: look again
            if error.errno != errno.EADDRINUSE:
                raise
    raise PortError(
        f"Every port that was free on {address} was taken by another server a moment later. "
        "Name one: bdg serve --port 8080."
    )


async def _visit(address: str, port: int, prefix: str, addresses: Iterable[str]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(address, address)  # noqa: S104
    client = AsyncHTTPClient()
    for one in addresses:
        answer = await client.fetch(
            f"http://{host}:{port}{prefix}{one}", request_timeout=120, raise_error=False
        )
        if answer.code != 200:
            log.warning("%s answers with %s: %s", one, answer.code, answer.error)


def _origins(address: str, port: int) -> list[str]:
    hosts = dict.fromkeys(("localhost", "127.0.0.1", address, socket.gethostname()))
    return [f"{host}:{port}" for host in hosts if host and host not in ("0.0.0.0", "::")]  # noqa: S104


def _stop(server: Any) -> None:
    server.io_loop.stop()


def _facts(hubs: Hubs) -> str:
    cells, sets = hubs.cells, hubs.datasets
    here = int((cells["availability"] == "here").sum())
    synthetic = int((cells["kind"] == "synthetic").sum())
    return (
        f"{len(cells):,} cells of {len(sets)} data sets in {sets['hub'].nunique()} hubs are "
        f"listed; the data of {here:,} are on this machine, {synthetic:,} of them synthetic and "
        "labelled so. Each data set keeps its own licence and citation."
    )
