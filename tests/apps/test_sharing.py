"""What is private or under embargo leaves in no export, link or served page, by any way out."""

import json
from datetime import date

import pandas as pd
import panel as pn
import pytest

import bdg_explore as bdg
from bdg_explore.apps.address import read_address
from bdg_explore.apps.explorer import Explorer, explorer
from bdg_explore.apps.glance_page import Glance
from bdg_explore.apps.notebook_page import notebook_page, shown
from bdg_explore.apps.notebook_run import run
from bdg_explore.apps.notebooks import read_notebook
from bdg_explore.apps.serving import announce, apps_for, audience
from bdg_explore.cli import main
from bdg_explore.errors import MissingDataError, SharingError, SharingWarning, UnknownNameError
from bdg_explore.hubs.building import build
from bdg_explore.hubs.catalogs import datasets_in, records_in
from bdg_explore.hubs.collection import Hubs
from bdg_explore.hubs.sharing import showing_others
from bdg_explore.metadata import (
    Record,
    to_battinfo,
    to_datacite,
    to_ro_crate,
    to_schema_org,
)
from bdg_explore.metadata.access import why_kept

from .notebook_files import write_notebook
from .private_hub import SECRET, write_all, write_hub

PRIVATE, EMBARGOED, PUBLIC = "quimby-1/quimby-a", "later-1/later-a", "open-1/open-a"


@pytest.fixture
def folders(tmp_path):
    return write_all(tmp_path)


@pytest.fixture
def own(folders):
    """The three hubs as their owner opens them."""
    return Hubs(one for folder in folders for one in records_in(folder))


def holds_secret(text: str) -> list[str]:
    return [word for word in (*SECRET, "later-a") if word in str(text).casefold()]


# --- the rule -------------------------------------------------------------------------------------
def test_the_rule():
    assert why_kept("private") == "private"
    assert why_kept("embargo") == "under embargo"
    assert (
        why_kept("embargo", "2030-01-31", on=date(2030, 1, 30)) == "under embargo until 2030-01-31"
    )
    assert why_kept("embargo", date(2030, 1, 31), on=date(2030, 1, 31)) == ""
    for level in ("open", "key", "login", "on_request"):
        assert why_kept(level) == ""


def test_the_owner_reads_everything(own, tmp_path):
    assert len(own.cycles([PRIVATE, EMBARGOED, PUBLIC])) == 9
    own.cycles(PRIVATE).to_parquet(tmp_path / "mine.parquet")
    assert own.cells.loc[PRIVATE, "access"] == "private", "all of a private hub is private"
    assert own.withheld == {"quimby-1": "private", "later-1": "under embargo until 2999-01-01"}


def test_others_see_neither_the_private_hub_nor_tables_under_embargo(own):
    seen = own.for_others()
    assert seen is own.for_others()
    assert set(seen.cells.index) == {"open-1/open-a", "open-1/open-b"}
    assert list(seen.datasets.index) == ["later-1", "open-1"]
    assert seen.datasets.loc["later-1", "tables"] == ""
    assert set(seen.hubs.index) == {"later", "openlab"}
    for frame in (seen.cells, seen.datasets, seen.hubs, seen.find("lfp"), seen.table("cycles")):
        assert not holds_secret(frame.to_json()) or frame is seen.hubs
    assert not holds_secret(seen.sql("select * from cycles").to_json())
    assert not holds_secret(seen.sql("select * from cells").to_json())
    assert seen.index.search("quimby").size == 0
    with pytest.raises(UnknownNameError) as told:
        seen.cycles("open-1/x")
    assert not holds_secret(told.value)
    for uid in (PRIVATE, EMBARGOED):
        with pytest.raises((UnknownNameError, MissingDataError)):
            seen.cycles(uid)


def test_hubs_without_secrets_are_shown_as_they_are(folders):
    hubs = Hubs(datasets_in(folders[2]))
    assert hubs.for_others() is hubs


def test_an_embargo_ends(tmp_path):
    folder = write_hub(tmp_path / "a", "later", "later-1", ["x"], access="embargo",
                       embargo_until="2020-01-01")  # fmt: skip
    hubs = Hubs(datasets_in(folder))
    assert hubs.withheld == {}
    assert len(hubs.for_others().cycles("later-1/x")) == 3


def test_a_cell_that_a_public_hub_has_too_leaves_as_the_public_one_has_it(tmp_path):
    private = write_hub(
        tmp_path / "a", "zorblax", "quimby-1", ["x"], access="private", doi="10.1234/x"
    )
    public = write_hub(tmp_path / "b", "openlab", "open-1", ["x"], doi="10.1234/x")
    own = Hubs([*datasets_in(private), *datasets_in(public)])
    assert list(own.cells.index) == ["quimby-1/x"]
    path = own.export("cycles", "quimby-1/x", tmp_path / "out.csv")
    text = path.read_text()
    assert "open-1/x" in text
    assert not holds_secret(text)


# --- files ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json", ".html"])
@pytest.mark.parametrize("table", ["cycles", "cells"])
def test_exports_leave_private_data_out_and_carry_the_rights(own, tmp_path, suffix, table):
    path = tmp_path / f"out{suffix}"
    with pytest.warns(SharingWarning, match="2 cells, which are private or under embargo"):
        own.export(table, [PRIVATE, EMBARGOED, PUBLIC], path)
    content = path.read_bytes().decode("utf-8", "replace")
    assert not holds_secret(content)
    assert str(tmp_path) not in content
    told = _rights(path)
    assert told == [{"dataset": "open-1", "licence": "CC-BY-4.0", "access": "open", "doi": None,
                     "citation": "Data of openlab. 2026", "kind": "experimental",
                     "synthetic": False}]  # fmt: skip
    path.unlink()
    with pytest.raises(SharingError, match="include_private=True"):
        own.export(table, PRIVATE, path)
    assert not path.exists()
    own.export(table, [PRIVATE, PUBLIC], path, include_private=True)
    assert "quimby" in path.read_bytes().decode("utf-8", "replace")


def _rights(path):
    if path.suffix == ".parquet":
        return pd.read_parquet(path).attrs["rights"]
    text = path.read_text()
    if path.suffix == ".json":
        return json.loads(text)["rights"]
    if path.suffix == ".html":
        import html
        import re

        return json.loads(html.unescape(re.search(r'name="rights" content="([^"]*)"', text)[1]))
    first, *head = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    assert f"skiprows={len(head) + 1}" in first
    pd.read_csv(path, skiprows=len(head) + 1)
    line = "open-1: experimental, licence CC-BY-4.0, access open, no doi, synthetic: no"
    assert line in head
    return [{"dataset": "open-1", "licence": "CC-BY-4.0", "access": "open", "doi": None,
             "citation": head[head.index(line) + 1].removeprefix("open-1: cite as "),
             "kind": "experimental", "synthetic": False}]  # fmt: skip


def test_a_table_carries_its_rights_into_parquet_by_itself(own, tmp_path):
    own.cycles(PUBLIC).to_parquet(tmp_path / "x.parquet")
    assert pd.read_parquet(tmp_path / "x.parquet").attrs["rights"][0]["licence"] == "CC-BY-4.0"
    demo = bdg.open_hubs()
    uid = demo.find(hub="demo").index[0]
    assert demo.cycles(uid).attrs["rights"][0]["synthetic"] is True


def test_a_table_on_a_page_tells_its_rights(own):
    assert "licence CC-BY-4.0, access open" in shown(own.cycles(PUBLIC)).object
    assert "Rights" not in shown(pd.DataFrame({"a": [1]})).object


def test_bdg_find_csv(folders, capsys):
    catalogs = [f"--catalog={folder}" for folder in folders]
    assert main(["find", "1.0Ah", "lfp", "25C", "--csv", *catalogs]) in (0, 1)
    out, err = capsys.readouterr()
    assert not holds_secret(out)
    assert "open-1/open-a" in out
    assert "--include-private" in err
    assert main(["find", "quimby", "--csv", "--include-private", *catalogs]) == 0
    out, _ = capsys.readouterr()
    assert PRIVATE in out
    for column in ("licence", "access", "doi", "kind"):
        assert column in out.splitlines()[0].split(",")
    assert main(["find", "quimby", *catalogs]) == 0, "the owner's own screen"
    assert PRIVATE in capsys.readouterr().out


def test_a_store_that_bdg_build_makes_is_private_until_its_owner_says_otherwise(folders, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "quimby.csv").write_bytes((folders[0] / "first.csv").read_bytes())
    for access, count in ((None, 0), ("open", 1)):
        store = tmp_path / f"store_{access}"
        about = {"access": access} if access else None
        build(raw, store, workers=0, progress=False, about=about)
        hubs = Hubs(records_in(store))
        assert len(hubs.cells) == 1
        assert len(hubs.for_others().cells) == count
    # Built from a private store, another one is no more open than that.
    build(tmp_path / "store_None", tmp_path / "again", workers=0, progress=False)
    assert Hubs(records_in(tmp_path / "again")).for_others().cells.empty


@pytest.mark.parametrize("write", [to_datacite, to_ro_crate, to_schema_org, to_battinfo])
@pytest.mark.parametrize(
    ("access", "until", "named"),
    [("private", None, False), ("embargo", "2999-01-01", False), ("embargo", "2020-01-01", True),
     ("open", None, True)],
)  # fmt: skip
def test_metadata_name_no_file_that_must_not_leave(write, access, until, named):
    record = Record.from_dict({
        "primary": {"uid": "quimby-1"}, "segment": "full_cell", "kind": "experimental",
        "licence": "CC-BY-4.0", "access": access, "embargo_until": until, "title": "t",
        "citation": {"year": 2026, "title": "t"},
        "files": [{"name": "vault.csv", "url": "https://host.invalid/vault.csv", "bytes": 777}],
    })  # fmt: skip
    text = json.dumps(write(record))
    assert ("vault.csv" in text or "777" in text) is (named and write is not to_battinfo) or (
        named and write is to_battinfo
    )
    assert access in text


def test_intake_shows_others_nothing_private(folders):
    import intake

    catalog = intake.open_catalog(str(folders[0] / "catalog.yaml"))
    assert len(catalog["quimby-1"].cycles.read()) == 6, "the owner reads"
    with showing_others():
        again = intake.open_catalog(str(folders[0] / "catalog.yaml"))
        assert "cycles" not in list(again["quimby-1"])
        assert again["quimby-1"].cells.read().empty


# --- pages ----------------------------------------------------------------------------------------
def test_who_sees_a_server():
    assert audience("127.0.0.1") == audience("localhost") == audience("::1") == "show"
    assert audience("0.0.0.0") == audience("192.168.1.4") == audience("") == "hide"
    assert audience("127.0.0.1", ["lab.example.org"]) == "hide"
    assert audience("0.0.0.0", share_private=True) == "share"


def test_a_page_hides_by_default(own):
    page = explorer(own)
    assert page is not None
    hidden = Explorer(own.for_others())
    assert not holds_secret(hidden.state.cells.to_json())
    hidden.restore(f"?open={PRIVATE}&cells={PRIVATE},{PUBLIC}")
    assert hidden.drawer.uid == ""
    assert hidden.state.selection == (PUBLIC,)
    assert not holds_secret(hidden.address())
    assert not holds_secret(hidden.browser.code)


def test_on_the_owners_page_private_cells_are_seen_but_stay(own):
    shown = Explorer(own)
    told = []
    shown.bridge.notify = lambda text, kind="info": told.append(text)
    shown.state.selection = (PRIVATE, PUBLIC)
    shown.fade.draw()
    name, text = shown._cells()
    assert name == "cells.csv" and "open-1/open-a" in text and not holds_secret(text)
    _, text = shown._cycles()
    assert not holds_secret(text)
    assert "licence CC-BY-4.0" in text
    assert "private or under embargo" in told[0]
    # The link names only what others know.
    shown.open(PRIVATE)
    shown.state.choose("dataset", ["quimby-1", "open-1"])
    address = shown.address()
    assert not holds_secret(address)
    assert read_address(address)["cells"] == PUBLIC
    assert read_address(address)["dataset"] == "open-1"
    shown.state.query = "quimby-1"
    assert "q" not in read_address(shown.address())
    # The opened cell's downloads.
    sent = []
    actions = type("Actions", (), {"send": sent.append})
    for way in ("cycles", "trace"):
        with pytest.raises(SharingError, match="--share-private"):
            shown.drawer._download(actions, {"download": way})
    assert sent == [{}, {}]
    shown.state.query = ""
    shown.state.selection = (PRIVATE,)
    with pytest.raises(SharingError):
        shown._cells()


def test_links_to_the_hubs_at_a_glance_name_nothing_private(own):
    shown = Glance(own)
    shown.state.choose("hub", ["zorblax", "openlab"])
    shown.open("quimby-1")
    assert read_address(shown.address()).get("hub") == "openlab"
    assert not holds_secret(shown.address())
    shown.open("open-1")
    assert read_address(shown.address())["open"] == "open-1"
    assert not holds_secret(Glance(own.for_others()).rows.to_json().replace("later-a", ""))


def test_pictures_of_private_cells_cannot_be_saved(own):
    def savable(page):
        figure = page.fade._plot.object
        return any(type(tool).__name__ == "SaveTool" for tool in figure.toolbar.tools)

    shown = Explorer(own)
    for selection, may in (((PUBLIC,), True), ((PRIVATE, PUBLIC), False)):
        shown.state.selection = selection
        shown.fade.draw()
        assert savable(shown) is may
    shown.open(PRIVATE)
    assert shown.drawer._plot.object.opts.get("plot").kwargs["toolbar"] is None
    shared = Explorer(own, own)
    shared.state.selection = (PRIVATE,)
    shared.fade.draw()
    assert savable(shared)


def test_the_owner_may_say_so(own):
    shared = Explorer(own, own)
    shared.state.selection = (PRIVATE,)
    shared.open(PRIVATE)
    assert PRIVATE in shared._cells()[1]
    assert PRIVATE in shared._cycles()[1]
    assert read_address(shared.address())["open"] == PRIVATE


def test_a_notebook_browser_lets_nothing_private_out(own):
    browser = bdg.CellBrowser(own, plot=False)
    sent = []
    browser._actions.send = sent.append
    browser._wanted(None, {"download": "cells"}, None)
    assert "open-1/open-a" in sent[0]["text"]
    assert not holds_secret(sent[0]["text"])
    browser.selection = (PRIVATE,)
    with pytest.raises(SharingError):
        browser._wanted(None, {"download": "cells"}, None)


def test_notebooks_of_a_page_open_only_what_others_may_see(folders, tmp_path):
    listed = [str(folder) for folder in folders]
    path = write_notebook(
        tmp_path / "01_a.ipynb", "# A", "import bdg_explore as bdg\n"
        f"hubs = bdg.open_hubs(*{listed})",
        "print(sorted(hubs.cells.index))", f"hubs.cycles({PRIVATE!r})",
    )  # fmt: skip
    with showing_others():
        _, _, printed, failed = run(read_notebook(path))
    assert "open-1/open-a" in printed.printed
    assert not holds_secret(printed.printed)
    assert isinstance(failed.error, UnknownNameError)
    assert notebook_page(read_notebook(path)) is not None
    _, _, printed, failed = run(read_notebook(path))
    assert failed.error is None, "the owner's own notebook reads everything"


def _documents(hubs, private):
    """Every page as a server sends it."""
    apps = pn.io.server.build_applications(apps_for(hubs, private=private))
    return "".join(str(app.create_document().to_json()) for app in apps.values())


def test_pages_that_others_can_reach_show_nothing_private(own):
    text = _documents(own, audience("0.0.0.0"))
    assert "open-1/open-a" in text
    assert not holds_secret(text)


def test_pages_of_ones_own_show_everything(own):
    assert PRIVATE in _documents(own, audience("127.0.0.1"))


def test_a_server_says_what_it_hides(own):
    said = []
    announce(own, "hide", said.append)
    assert "quimby-1 (private), later-1 (under embargo until 2999-01-01)" in said[0]
    assert "--share-private" in said[0]
    announce(own, "show", said.append)
    assert len(said) == 1
