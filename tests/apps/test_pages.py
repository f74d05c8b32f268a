"""Each page builds, and none of them can come up blank."""

import logging

import panel as pn
import panel_material_ui as pmui
import pytest
from bokeh.document import Document
from panel.io.application import set_curdoc

from bdg_explore.apps.bridge import Bridge, as_sentence, tell_visitor
from bdg_explore.apps.explorer import Explorer, explorer
from bdg_explore.apps.frame import error_page, guarded
from bdg_explore.apps.index_page import Entry, index_page
from bdg_explore.errors import CatalogError


def _document(page) -> Document:
    """Render a page as a server does."""
    return page.server_doc(Document())


def _html(page: pmui.Page) -> str:
    return "\n".join(str(pane.object) for pane in page.select(pn.pane.HTML))


def test_the_explorer_is_never_empty_at_first(hubs) -> None:
    first = Explorer(hubs)
    assert first.state.total == len(hubs.cells) > 0
    assert len(first.browser.table.rows) == first.state.page_size
    assert first.fade.linked.picture is not None
    assert set(first.fade.shown) <= set(hubs.cells.index)
    assert _document(first.page()).roots


def test_explorers_of_two_visitors_share_frames_but_not_state(hubs) -> None:
    one, other = Explorer(hubs), Explorer(hubs)
    assert one.shelf is other.shelf
    assert one.state.cells is other.state.cells
    one.state.query = "demo nmc811"
    assert other.state.query == ""
    assert one.state.total < other.state.total


def test_a_failing_builder_shows_a_card_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    def build() -> pmui.Page:
        raise CatalogError("lab.yaml: no key is called 'sorces'. Did you mean sources?")

    app = pn.io.server.build_applications({"/broken": guarded(build, "Broken")})["/broken"]
    with caplog.at_level(logging.ERROR):
        document = app.create_document()
    text = str(document.to_json())
    assert "Broken could not be shown" in text
    assert "Did you mean sources?" in text
    assert "could not be built" in caplog.text


def test_a_page_that_fails_while_it_is_drawn_shows_a_card() -> None:
    class Bad(pn.pane.HTML):
        def _get_model(self, *_, **__):
            raise RuntimeError("/home/somebody/secret")

    def build() -> pmui.Page:
        return pmui.Page(main=[pn.Column(Bad("x"))])

    app = pn.io.server.build_applications({"/late": guarded(build, "Late")})["/late"]
    text = str(app.create_document().to_json())
    assert "Late could not be shown" in text
    assert "RuntimeError" in text
    assert "secret" not in text  # what is not ours to say stays in the log


def test_errors_of_ours_are_told_and_others_only_named() -> None:
    assert as_sentence(CatalogError("Write x.")) == "Write x."
    told = as_sentence(KeyError("/somewhere/.hidden"))
    assert "KeyError" in told
    assert ".hidden" not in told


def test_an_exception_in_a_callback_reaches_the_visitor_and_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    document = Document()
    with set_curdoc(document):
        bridge = Bridge()
        said = []
        bridge._send_msg = said.append
        tell_visitor(CatalogError("This link is no catalog."))
    assert said == [{"notice": "This link is no catalog.", "kind": "error"}]
    assert "A callback failed" in caplog.text


def test_text_from_catalogs_is_escaped(hubs) -> None:
    bad = "<img src=x onerror=alert(1)>"
    page = index_page([Entry(bad, bad, "./a", "Notebook")], bad)
    assert "<img" not in _html(page)
    assert "<img" not in _html(error_page("x", CatalogError(bad)))


def test_pages_are_linked_relative_so_that_a_proxy_may_add_a_prefix(hubs) -> None:
    page = explorer(hubs, links=[("Explorer", "./explorer"), ("Find a cell", "./find-a-cell")])
    assert page.site_url == "./"
    assert 'href="./find-a-cell"' in _html(page)
    assert 'href="/' not in _html(page)


def test_no_page_enables_the_ipywidgets_extension(hubs) -> None:
    explorer(hubs)
    assert "ipywidgets" not in pn.extension._loaded_extensions


def test_the_python_of_a_view_draws_the_same_picture(hubs) -> None:
    one = Explorer(hubs)
    one.state.query = "demo lfp 45"
    one.fade.y.value = "capacity"
    one.fade.colour.value = "charging_c_rate"
    code = one.browser.actions.code
    assert 'hubs.find("demo lfp 45")' in code
    assert 'y="capacity", color="charging_c_rate"' in code
    names: dict = {}
    exec(code, names)  # noqa: S102
    assert list(names["cells"].index) == list(one.state.result.index)
