"""The page of hubs without a browser: what follows what, and that nothing is claimed or runs."""

import json

import panel as pn
import pytest
from bokeh.document import Document
from bokeh.models import GlyphRenderer, Quad
from panel.io.application import set_curdoc

from bdg_explore.apps import usage
from bdg_explore.apps.dataset_facts import fair_list, head, metadata
from bdg_explore.apps.dataset_texts import citations, layouts, python
from bdg_explore.apps.glance_page import Glance, glance
from bdg_explore.hubs.collection import Hubs
from bdg_explore.hubs.coverage import FAMILIES, overview
from bdg_explore.hubs.entries import Hub, dataset_from_entry

BAD = "<img src=x onerror=alert(1)>"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def html(page) -> str:
    return "\n".join(str(pane.object) for pane in page.select(pn.pane.HTML))


def test_the_first_screen_counts_and_lists(hubs) -> None:
    page = Glance(hubs)
    assert page.state.total == len(hubs.datasets)
    assert len(page.table.rows) == 15
    text = html(page.page())
    world = hubs.datasets[hubs.datasets["hub"] != "demo"]
    assert f"<b>{len(hubs.hubs) - 1}</b><span>hubs</span>" in text
    assert f"<b>{len(world)}</b><span>data sets listed</span>" in text
    assert "3 synthetic demo data sets ship with the package and are counted apart" in text
    assert "opened successfully" not in text
    assert "whether an address answers today nobody has asked" in text
    assert page.page().server_doc(Document()).roots


def tap(page, name, value, state=None) -> None:
    figure = page.pictures._panes[name].object
    (source,) = (
        one.data_source
        for one in figure.select(GlyphRenderer)
        if isinstance(one.glyph, Quad) and "value" in one.data_source.data
    )
    data = source.data
    rows = [
        i
        for i, (v, s) in enumerate(zip(data["value"], data["state"], strict=True))
        if v == value and state in (None, s)
    ]
    source.selected.indices = [rows[0]]


def test_a_bar_filters_the_table_and_once_more_takes_it_back(hubs) -> None:
    page = Glance(hubs)
    tap(page, "licence", "unknown")
    assert page.state.facets == {"licence": [None]}
    assert page.state.total == int((hubs.datasets["licence"] == "unknown").sum())
    assert [chip.label for chip in page.chips] == ["Licence: unknown"]
    assert page.address() == "?licence=%3F"
    tap(page, "licence", "unknown")
    assert page.state.total == len(hubs.datasets)
    assert not page.chips.visible


def test_a_bar_of_a_chemistry_finds_those_that_hold_others_too(hubs) -> None:
    page = Glance(hubs)
    tap(page, FAMILIES, "LFP")
    rows = overview(hubs)
    held = rows[FAMILIES].fillna("").str.split(" + ", regex=False).map(lambda one: "LFP" in one)
    assert page.state.total == int(held.sum())
    assert [chip.label for chip in page.chips] == ["Cathode: LFP"]


def test_a_field_and_an_indicator_filter_by_their_state(hubs) -> None:
    page = Glance(hubs)
    page.pictures.tab = "Metadata"
    tap(page, "fields", "test_equipment", "unknown")
    assert page.state.facets == {"test_equipment_state": ["unknown"]}
    assert [chip.label for chip in page.chips] == ["Test equipment: unknown"]
    page.state.clear()
    page.pictures.tab = "FAIR"
    tap(page, "fair", "R1", "false")
    assert page.state.total == int((hubs.datasets["licence"] == "unknown").sum())


def test_the_pictures_follow_the_question(hubs) -> None:
    page = Glance(hubs)
    page.state.query = "zenodo"
    data = [
        one.data_source.data
        for one in page.pictures._panes["segment"].object.select(GlyphRenderer)
        if "datasets" in one.data_source.data
    ]
    assert sum(data[0]["datasets"]) == page.state.total < len(hubs.datasets)


def test_an_address_brings_back_the_view_and_says_what_it_cannot(hubs) -> None:
    page = Glance(hubs)
    page.restore("?q=nmc&segment=field&open=severson-2019&show=FAIR&page=2")
    assert page.state.query == "nmc"
    assert page.drawer.name_shown == "severson-2019"
    assert page.pictures.tab == "FAIR"
    said = []
    page.bridge._send_msg = said.append
    page.restore("?open=no-such-set&show=nothing")
    assert page.drawer.name_shown == ""
    assert page.pictures.tab == ""
    assert "no-such-set" in str(said)


def test_choosing_a_row_opens_its_record_and_another_one_follows(hubs) -> None:
    page = Glance(hubs)
    page.table.selection = ["severson-2019"]
    assert page.drawer.name_shown == "severson-2019"
    page.table.selection = ["severson-2019", "attia-2020"]
    assert page.drawer.name_shown == "attia-2020"
    assert page.table.selection == ["attia-2020"]
    page.table.selection = []
    assert page.drawer.name_shown == ""


def test_a_record_tells_states_reasons_rights_and_how_to_get_it(hubs) -> None:
    dataset, row = hubs.dataset("severson-2019"), overview(hubs).loc["severson-2019"]
    text = head(dataset, row) + metadata(dataset, row) + fair_list(dataset)
    assert "States 124 cells" in text
    assert 'href="./explorer?dataset=severson-2019"' in text
    assert '<dd class="unverified"><span class="value">Toyota Research Institute' in text
    assert "7 of 7 stated, 6 of them verified" in text
    assert text.count('<li class="') == 13
    assert "only the article has a DOI, not the data" in text
    assert "nobody asked whether it answers" in text
    assert "https://creativecommons.org/licenses/by/4.0/" in text
    assert "3.03 GB" in text
    unknown = hubs.datasets.index[hubs.datasets["licence"] == "unknown"][0]
    text = metadata(hubs.dataset(unknown), overview(hubs).loc[unknown])
    assert "ask before you use or share the data" in text


def test_every_record_can_be_shown_and_taken_away(hubs) -> None:
    rows = overview(hubs)
    for name in hubs.datasets.index:
        dataset = hubs.dataset(name)
        assert head(dataset, rows.loc[name]) and metadata(dataset, rows.loc[name])
        for item in (*citations(dataset), *layouts(dataset)):
            assert item["text"] or item["note"], (name, item["label"])
            if item["text"] and "json" in item["type"]:
                assert json.loads(item["text"])


@pytest.mark.parametrize("name", ["severson-2019", "demo-lfp", "nasa-pcoe-battery"])
def test_what_is_taken_away_is_valid(hubs, name) -> None:
    items = {one["label"]: json.loads(one["text"]) for one in layouts(hubs.dataset(name))}
    schema45 = pytest.importorskip("datacite.schema45", reason="datacite of the extra dev")
    assert [error.message for error in schema45.validator.iter_errors(items["DataCite"])] == []
    assert items["schema.org"]["@type"] == "Dataset"
    assert items["RO-Crate"]["@graph"][0]["@id"] == "ro-crate-metadata.json"
    assert items["BattINFO"]["@type"] == "BatteryTest"
    names: dict = {}
    exec(python(hubs.dataset(name)), names)  # noqa: S102
    assert names["record"].dataset == name


def test_text_from_catalogs_is_escaped() -> None:
    held = {
        "description": BAD,
        "args": {"downloads": [{"name": BAD, "url": "javascript:alert(1)"}]},
        "metadata": {
            "title": BAD, "segment": "full_cell", "kind": "experimental", "licence": BAD,
            "access": "open", "notes": BAD, "how_to_get": BAD, "also_in": [BAD],
            "landing_url": "javascript:alert(1)", "unverified": [BAD],
            "primary": {"cathode_chemistry": BAD, "contact_details": BAD},
            "secondary": {"cell_model": BAD}, "citation": {"title": BAD},
        },
    }  # fmt: skip
    hubs = Hubs([dataset_from_entry("bad", held, Hub("h", BAD, BAD), "made up")])
    page = Glance(hubs)
    page.open("bad")
    text = html(page.page())
    assert "onerror" in text
    assert "<img" not in text
    assert "javascript:" not in text.replace("escaped", "")


def test_hubs_without_a_data_set_have_a_page() -> None:
    page = Glance(Hubs([Hub("alone", "Alone")]))
    assert page.state.total == 0
    assert "<b>0</b><span>data sets listed</span>" in html(page.page())


def test_pages_are_linked_relative(hubs) -> None:
    page = glance(hubs, links=[("Explorer", "./explorer")])
    assert 'href="/' not in html(page)


def test_nothing_is_counted_unless_asked_for(hubs, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("BDG_USAGE_LOG", raising=False)
    monkeypatch.setattr(type(pn.state), "headers", property(lambda _self: {"User-Agent": FIREFOX}))
    with set_curdoc(Document()):
        Glance(hubs).open("severson-2019")
    path = tmp_path / "usage.csv"
    usage.keep_usage_log(path)
    try:
        for _ in range(2):
            with set_curdoc(Document()):
                page = Glance(hubs)
                page.open("severson-2019")
                page.state.query = "a private question"
                page._taken("severson-2019")
    finally:
        usage.keep_usage_log(None)
    lines = [line.split(",")[1:] for line in path.read_text().splitlines()[1:]]
    assert lines == 2 * [
        ["", "", "visit"],
        ["full_cell", "cycle_aging", "open"],
        ["full_cell", "cycle_aging", "download"],
    ]
    assert "severson" not in path.read_text()
