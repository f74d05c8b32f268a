"""What is typed and what it is taken for: units, other names, misspellings, and what is told."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bdg_explore as bdg
from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CATHODE,
    CELL,
    CHARGING_C_RATE,
    DATASET,
    DISCHARGING_C_RATE,
    NOMINAL_CAPACITY,
    NOTE,
    OBJECTIVE,
    PROTOCOL,
)
from bdg_explore.errors import SearchWarning
from bdg_explore.hubs import Hubs
from bdg_explore.hubs.search import CellIndex
from bdg_explore.hubs.search.spelling import Spelling
from bdg_explore.hubs.search.terms import MOST_TERMS, typed
from bdg_explore.metadata.synonyms import also_called, folded, shown_name
from bdg_explore.metadata.terms import material_class


@pytest.fixture(scope="module")
def hubs() -> Hubs:
    return bdg.open_hubs()


@pytest.fixture(scope="module")
def index() -> CellIndex:
    rows = [
        # name, cathode, Ah, °C, charge, discharge, objective, protocol, note
        ("lab/warm", "LFP", 1.1, 30.0, 1.0, 4.0, "cycle_aging, fast_charge", None, None),
        ("lab/room", "LFP", 1.1, 25.0, 0.5, 1.0, "cycle_aging", "4C steps", "beside warm"),
        ("lab/x_25C_1", "NMC-LCO", 2.5, np.nan, np.nan, np.nan, "eis", "0.5C charge", None),
        ("lab/cold", "NCM", 5.0, 4.0, 25.0, 0.5, "calendar_aging", None, "Baumhöfer's cell"),
    ]
    columns = [
        CELL, CATHODE, NOMINAL_CAPACITY, AMBIENT_TEMPERATURE, CHARGING_C_RATE,
        DISCHARGING_C_RATE, OBJECTIVE, PROTOCOL, NOTE,
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns).set_index(CELL)
    return CellIndex(frame.assign(**{DATASET: "lab"}))


def found(index: CellIndex, query: str) -> list[str]:
    return [index.cells.index[at].split("/")[1] for at in index.search(query)]


@pytest.mark.parametrize(
    ("query", "expected", "meaning"),
    [
        ("25C", ["room", "x_25C_1"], "25 °C"),  # from 10 up a temperature; a name will do
        ("25 degC", ["room", "x_25C_1"], "25 °C"),
        ("25 °C", ["room", "x_25C_1"], "25 °C"),
        ("25℃", ["room", "x_25C_1"], "25 °C"),
        ("298 K", ["room", "x_25C_1"], "25 °C"),
        ("298.15K", ["room", "x_25C_1"], "25 °C"),
        ("25C-rate", ["cold", "x_25C_1"], "25C rate"),
        ("4C", ["warm"], "4C rate"),  # the protocol of `room` is not asked: its rates are known
        ("4 °C", ["cold"], "4 °C"),
        ("30C", ["warm"], "30 °C"),
        ("1C", ["warm", "room"], "1C rate"),
        ("C/2", ["room", "cold", "x_25C_1"], "C/2 rate"),
        ("0.5C charge", ["room", "x_25C_1"], "0.5C charge"),
        ("0.5C discharge", ["cold", "x_25C_1"], "0.5C discharge"),
        ("2.5 Ah", ["x_25C_1"], "2.5 Ah"),
        ("2,5Ah", ["x_25C_1"], "2.5 Ah"),
        ("2500 mAh", ["x_25C_1"], "2.5 Ah"),
        (">2Ah", ["x_25C_1", "cold"], "from 2 Ah"),
        ("<=4°C", ["cold"], "up to 4 °C"),
        ("1..3Ah", ["warm", "room", "x_25C_1"], "1 to 3 Ah"),
        ("LiFePO4", ["warm", "room"], "LFP"),
        ("lithium iron phosphate", ["warm", "room"], "LFP"),
        ("nmc", ["cold", "x_25C_1"], "nmc"),
        ("fast charging", ["warm"], "fast charge"),
        ("fast-charge", ["warm"], "fast charge"),
        ("XFC", ["warm"], "fast charge"),
        ("impedance", ["x_25C_1"], "eis"),
        ("calendar", ["cold"], "calendar"),
        ("baumhofer", ["cold"], "baumhofer"),
    ],
)
def test_words_are_understood(index: CellIndex, query, expected, meaning) -> None:
    assert found(index, query) == expected
    assert [one.meaning for one in index.ask(query).words] == [meaning]
    assert index.ask(query).told == ()


def test_nothing_is_a_quantity_without_reason() -> None:
    for text in ("2.5", "25%", "3.6C(80%)-3.6C", "18650", "b1c0", "0-100", "3K", "1e9Ah", "C/0"):
        assert [term.readings for term in typed(text).terms] == [()], text


def test_near_values_are_taken_only_where_nothing_meets_all_and_told(index: CellIndex) -> None:
    answer = index.ask("lfp 25c fast charge")
    assert [index.cells.index[at] for at in answer.positions] == ["lab/warm"]
    assert answer.told == ("No cell has 25 °C and all the rest; showing the nearest, 30 °C.",)
    assert index.ask("lfp 25c").told == ()
    assert found(index, "lfp 60c") == []  # 30 °C is not near that
    counts = dict(index.facet_counts([CATHODE], "lfp 25c fast charge")[CATHODE])
    assert counts["LFP"] == 1  # of what is shown


def test_the_best_come_first(index: CellIndex) -> None:
    assert found(index, "warm") == ["warm"]  # the note that mentions it does not count
    assert found(index, "cycle aging") == ["warm", "room"]
    frame = pd.DataFrame(
        {PROTOCOL: ["not an nmcx", "an nmc cell", "nmc"], CATHODE: ["a", "b", "c"]},
        index=pd.Index(["1", "2", "3"], name=CELL),
    )
    assert CellIndex(frame).search("nmc").tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("typed_word", "meant"),
    [("fast_chrage", None), ("calender", "calendar"), ("lfpp", "lfp"), ("agign", "aging"),
     ("eiss", None), ("lmc", None), ("chharge", "charge"), ("xyzzy", None), ("b1c9", None),
     ("nmc8", None)],
)  # fmt: skip
def test_misspellings_are_forgiven_and_told(index: CellIndex, typed_word, meant) -> None:
    answer = index.ask(typed_word)
    assert [one.meaning for one in answer.corrected] == ([meant] if meant else [])
    if meant:
        assert answer.told[0].startswith(
            f"Showing results for {meant}; search for exactly {typed_word} instead"
        )
        assert found(index, typed_word) == found(index, meant)
        assert found(index, f'"{typed_word}"') == []


def test_equally_near_words_are_chosen_by_first_letter_then_by_use() -> None:
    spelling = Spelling({"cell": 1, "bell": 9, "ball": 3, "cold": 2, "gold": 9})
    assert spelling.nearest("celd") == "cold"
    assert spelling.nearest("xold") == "gold"
    assert spelling.nearest("bal") is None
    assert spelling.nearest("blal") == "ball"
    assert Spelling({}).nearest("anything") is None


# --- properties -----------------------------------------------------------------------------------
WORDS = st.sampled_from(
    ["lfp", "lifepo4", "25c", "4c", "1.1ah", "fast", "aging", "room", "wram", "eis", "lab", "nmc",
     "baumhöfer", "calender", "298k", "c/2", '"lab"', "x", "0.5", "sevrson", ">1ah"]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(WORDS, max_size=4), WORDS)
def test_one_word_more_never_adds_cells(index: CellIndex, query: list, word: str) -> None:
    """Property: what meets all of more words meets all of fewer; near values are always told."""
    fewer, more = index.ask(" ".join(query)), index.ask(" ".join([*query, word]))
    if not more.near:
        assert set(more.positions) <= set(fewer.positions)
    else:
        assert more.told
        assert all(one.held for one in more.words)


@settings(max_examples=100)
@given(
    st.lists(WORDS, min_size=1, max_size=4).flatmap(
        lambda q: st.tuples(st.just(q), st.permutations(q))
    )
)
def test_order_of_words_does_not_matter(index: CellIndex, two: tuple) -> None:
    """Property: the same cells in the same order, whatever the order of the words."""
    one, other = (index.search(" ".join(query)).tolist() for query in two)
    assert one == other


@settings(max_examples=100)
@given(st.lists(WORDS, min_size=1, max_size=3))
def test_case_and_accents_do_not_matter(index: CellIndex, query: list) -> None:
    """Property: capitals and accents change nothing."""
    text = " ".join(query)
    plain = index.search(text).tolist()
    assert index.search(text.upper()).tolist() == plain
    assert index.search(text.replace("a", "á").replace("o", "ö")).tolist() == plain


@settings(max_examples=60)
@given(st.data())
def test_a_word_that_something_holds_is_never_corrected(hubs: Hubs, data) -> None:
    """Property: any piece of any value of any cell or data set is taken as it stands."""
    table = data.draw(st.sampled_from([hubs.cells, hubs.datasets]))
    column = data.draw(st.sampled_from(["title", "hub", "note", "citation", "objective_of_test"]))
    values = table[column].dropna()
    text = str(values.iloc[data.draw(st.integers(0, len(values) - 1))])
    pieces = [one for one in text.replace('"', " ").replace("_", " ").split() if one]
    word = data.draw(st.sampled_from(pieces or ["lfp"]))
    answer = hubs.index.ask(word)
    assert answer.corrected == ()


HOSTILE = [
    '"' * 5,
    '"open', "(((([[[", ".*+?^${}|\\", "'; drop table cells; --", "🔋" * 50, "\x00\x1e\x1f",
    "a" * 10_000, "x " * 5_000, "9" * 10_000, "9" * 400 + "Ah", "-" * 5_000, "é" * 3_000, "\ud800",
    '"a\x1eb"', "١٢ Ah", "1e400C", "<script>alert(1)</script>", "../../etc/passwd", "%00", "c/0",
    "".join(chr(i) for i in range(1, 3000)), "lfp\tOR\n1=1", "ﷺ" * 500, "\u202e25c", ">..<Ah",
    "qwertyuiop " * 900, " ".join(f"abcdefg{chr(97 + i % 26)}hij" for i in range(900)),
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_queries_are_answered_in_time(hubs: Hubs, query: str) -> None:
    hubs.index.ask("warm up the spelling too: zzzzzz")
    start = time.process_time()
    answer = hubs.index.ask(query)
    hubs.index.explain_nothing(query)
    hubs.index.datasets.unlisted(query)
    assert time.process_time() - start < 1.0
    assert len(answer.words) <= MOST_TERMS


def test_too_many_words_are_told(hubs: Hubs) -> None:
    answer = hubs.index.ask(" ".join(f"w{i}" for i in range(40)))
    assert len(answer.words) == MOST_TERMS
    assert answer.told == (f"Only the first {MOST_TERMS} words were looked for.",)


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_is_answered(index: CellIndex, text: str) -> None:
    """Property: no text breaks a search, and in quotes nothing is ever changed."""
    index.search(text)
    inner = text.replace('"', "")
    assert index.ask(f'"{inner}"').told == ()


# --- over the hubs that ship ----------------------------------------------------------------------
def test_the_severson_set_comes_first(hubs: Hubs) -> None:
    with pytest.warns(SearchWarning, match="No cell has 25 °C and all the rest"):
        cells = hubs.find("lfp 25c 1.1ah fast charge")
    assert set(cells[DATASET].head(124)) == {"severson-2019"}
    with pytest.warns(SearchWarning):
        assert hubs.find_datasets("lfp 25c 1.1ah fast charge").index[0] == "severson-2019"
    assert hubs.find("lfp 1.1ah fast charge")[DATASET].iloc[0] == "severson-2019"


def test_find_tells_what_it_did(hubs: Hubs) -> None:
    with pytest.warns(SearchWarning, match="Showing results for severson"):
        cells = hubs.find("sevrson")
    assert len(cells) == 124
    assert cells.attrs["understood"] == {"sevrson": "severson"}
    with pytest.warns(SearchWarning, match="1 data set without a list of cells: kollmeyer"):
        assert hubs.find("panasonic drive cycle").empty
    assert hubs.find('"sevrson"').empty  # no warning: it was done as asked


def test_filters_and_words_meet_before_anything_near_is_taken(hubs: Hubs) -> None:
    cells = hubs.find("25c", dataset="demo-lfp")
    assert set(cells[AMBIENT_TEMPERATURE]) == {25.0}
    with pytest.warns(SearchWarning, match="30 °C"):
        assert len(hubs.find("25c", dataset="severson-2019")) == 124


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("HUST", "hust-2022"),
        ("Panasonic drive cycle", "kollmeyer-panasonic-18650pf"),
        ("module", "nissan-leaf-sweat-test"),
        ("modules", "nissan-leaf-sweat-test"),
        ("impedance", "wmg-faraji-niri-eis"),
        ("second life", "stanford-second-life-2024"),
        ("vehicle", "ved"),
        ("electric car", "deng-20-ev"),
        ("sodium ion", "bdf-hina-nacr32140"),
        ("calendar nmc811", "wmg-calendar-lgm50"),
    ],
)  # fmt: skip
def test_data_sets_are_found_without_a_list_of_cells(hubs: Hubs, query, expected) -> None:
    assert expected in hubs.find_datasets(query).index


def test_every_data_set_is_found_by_its_id_and_by_its_title(hubs: Hubs) -> None:
    for name, title in hubs.datasets["title"].items():
        assert hubs.find_datasets(name).index[0] == name
        assert name in hubs.find_datasets(title).index


def test_data_sets_beside_the_cells_obey_the_same_filters(hubs: Hubs) -> None:
    unlisted = hubs.index.datasets.unlisted
    known = hubs.datasets["cells_known"]
    assert (known[unlisted("drive cycle")] == 0).all()
    only = unlisted("drive cycle", {"segment": ["module_pack"]})
    assert set(hubs.datasets.loc[only, "segment"]) == {"module_pack"}
    assert unlisted("drive cycle", {"availability": ["here"]}) == []
    assert unlisted("") == []


# --- names ----------------------------------------------------------------------------------------
def test_a_name_belongs_to_one_family() -> None:
    assert also_called("Fast_Charging")[0] == "fast charge"
    assert also_called("zinc") == ()
    assert shown_name("C6") == "graphite"
    assert shown_name("zinc") == "zinc"
    assert folded("Ünïcode_Ⅳ") == "unicode iv"
    assert material_class("LiFePO4") == material_class("LFP") == "LithiumIronPhosphate"
    assert material_class("NCM 811") == "LithiumNickelManganeseCobaltOxide811"
