"""Search: what a word finds, what facets and ranges do together, what is said when nothing fits."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bdg_explore.columns import (
    ALSO_KNOWN_AS,
    AMBIENT_TEMPERATURE,
    CATHODE,
    CELL,
    CHARGING_C_RATE,
    CYCLE_LIFE,
    DATASET,
    FORM_FACTOR,
    HUB,
    KIND,
    NOMINAL_CAPACITY,
    NOTE,
    PROTOCOL,
    TITLE,
)
from bdg_explore.errors import ParameterError, UnknownNameError
from bdg_explore.hubs.search import CellIndex
from bdg_explore.hubs.search.terms import words

NAMES = {
    "severson-2019/b1c0": ("LFP", 1.1, 30.0, 3.6, 1852.0),
    "severson-2019/b1c10": ("LFP", 1.1, 30.0, 4.0, 1115.0),
    "nasa-pcoe/B0029": (None, 2.0, 43.0, 0.75, np.nan),
    "nasa-pcoe/B0045": (None, 2.0, 4.0, 0.75, np.nan),
    "snl/SNL_18650_NMC_25C_0-100_0.5-1C_a": ("NMC532", 3.0, 25.0, 0.5, 900.0),
    "demo/lfp-45c-r1": ("LiFePO4", 2.25, 45.0, 1.0, 700.0),
    "demo/ncm-cold": ("NCM811", 5.0, -10.0, 0.05, np.nan),
}


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    rows = pd.DataFrame.from_dict(
        NAMES,
        orient="index",
        columns=[CATHODE, NOMINAL_CAPACITY, AMBIENT_TEMPERATURE, CHARGING_C_RATE, CYCLE_LIFE],
    )
    rows.index.name = CELL
    rows[DATASET] = [name.split("/")[0] for name in rows.index]
    rows[HUB] = ["matr_io", "matr_io", "nasa", "nasa", "battery_archive", "demo", "demo"]
    rows[TITLE] = rows[DATASET].map({"severson-2019": "Data-driven prediction of cycle life"})
    rows[KIND] = ["experimental"] * 5 + ["synthetic"] * 2
    rows[FORM_FACTOR] = ["18650", "18650", "18650", "18650", "18650", "pouch", "pouch"]
    rows[PROTOCOL] = ["3.6C(80%)-3.6C", "4C(45%)-3C", None, None, None, "CC-CV", None]
    rows[NOTE] = [None, None, "not LFP", "stopped at room temperature", None, None, None]
    rows[ALSO_KNOWN_AS] = ["EL150800460514", None, None, None, None, None, None]
    return rows


@pytest.fixture(scope="module")
def index(cells: pd.DataFrame) -> CellIndex:
    return CellIndex(cells)


def found(index: CellIndex, *question, **more) -> list[str]:
    return [index.cells.index[at] for at in index.search(*question, **more)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", list(NAMES)),
        ("LFP", ["severson-2019/b1c0", "severson-2019/b1c10", "demo/lfp-45c-r1"]),
        ("lifepo4 severson", ["severson-2019/b1c0", "severson-2019/b1c10"]),
        ("iron phosphate 45", ["demo/lfp-45c-r1"]),
        ("nmc811", ["demo/ncm-cold"]),
        ("ncm532", ["snl/SNL_18650_NMC_25C_0-100_0.5-1C_a"]),
        ("nmc", ["snl/SNL_18650_NMC_25C_0-100_0.5-1C_a", "demo/ncm-cold"]),
        ("lfp 45", ["demo/lfp-45c-r1"]),
        ("lfp 45degC", ["demo/lfp-45c-r1"]),
        ("45°C", ["demo/lfp-45c-r1"]),
        ("25", ["snl/SNL_18650_NMC_25C_0-100_0.5-1C_a"]),  # neither 2.25 Ah nor 0.25
        ("45%", ["severson-2019/b1c10"]),  # a percentage is another thing than 45 degC
        ("25c", ["snl/SNL_18650_NMC_25C_0-100_0.5-1C_a"]),
        ("2.25ah", ["demo/lfp-45c-r1"]),
        ("2250mAh", ["demo/lfp-45c-r1"]),
        ("1.1 ah", ["severson-2019/b1c0", "severson-2019/b1c10"]),
        ("2.0Ah", ["nasa-pcoe/B0029", "nasa-pcoe/B0045"]),
        ("4c", ["severson-2019/b1c10"]),  # below 10 it is a rate
        ("4°C", ["nasa-pcoe/B0045"]),
        ("4degc", ["nasa-pcoe/B0045"]),
        ("4c-rate", ["severson-2019/b1c10"]),
        ("c/20", ["demo/ncm-cold"]),
        ("c/2", ["snl/SNL_18650_NMC_25C_0-100_0.5-1C_a"]),  # not c/20
        ("-10c", ["demo/ncm-cold"]),
        ("10c", []),  # -10 is not 10
        ("severson-2019/b1c0", ["severson-2019/b1c0"]),
        ("b1c1", ["severson-2019/b1c10"]),
        ("SNL_18650_NMC_25C_0-100_0.5-1C_a", ["snl/SNL_18650_NMC_25C_0-100_0.5-1C_a"]),
        ("el1508", ["severson-2019/b1c0"]),
        ("prediction 1.1ah", ["severson-2019/b1c0", "severson-2019/b1c10"]),
        ('"room temperature"', ["nasa-pcoe/B0045"]),
        ('"temperature room"', []),
        ("synthetic", ["demo/lfp-45c-r1", "demo/ncm-cold"]),
        ("battery-archive", []),
        ("battery_archive", ["snl/SNL_18650_NMC_25C_0-100_0.5-1C_a"]),
        ("186 nasa", ["nasa-pcoe/B0029", "nasa-pcoe/B0045"]),  # no such number: words that start so
        ("experimental synthetic", []),
        ("lfp [", []),
        ("3.6c(80%)", ["severson-2019/b1c0"]),
    ],
)
def test_a_query_finds(index: CellIndex, query: str, expected: list[str]) -> None:
    assert found(index, query) == expected


def test_notes_are_read_only_for_words_that_nothing_else_holds(index: CellIndex) -> None:
    assert "nasa-pcoe/B0029" not in found(index, "lfp")
    assert found(index, '"not lfp"') == ["nasa-pcoe/B0029"]


def test_words_keep_phrases_and_drop_repeats() -> None:
    assert words('LFP "Room Temperature" full_cell "open') == [
        ("lfp", False), ("room temperature", True), ("full cell", False), ("open", True),
    ]  # fmt: skip
    assert words(' "" " ') == []


def test_facets_are_any_of_and_none_means_unknown(index: CellIndex) -> None:
    assert found(index, "", {CATHODE: ["LFP", "NMC532"]}) == [
        "severson-2019/b1c0", "severson-2019/b1c10", "snl/SNL_18650_NMC_25C_0-100_0.5-1C_a",
    ]  # fmt: skip
    assert found(index, "", {CATHODE: [None]}) == ["nasa-pcoe/B0029", "nasa-pcoe/B0045"]
    assert found(index, "", {CATHODE: []}) == list(NAMES)
    assert found(index, "", {AMBIENT_TEMPERATURE: [4.0]}) == ["nasa-pcoe/B0045"]
    assert found(index, "", {CATHODE: ["nothing of the kind"]}) == []


def test_ranges_include_their_borders_and_leave_the_unknown_out(index: CellIndex) -> None:
    assert found(index, "", ranges={NOMINAL_CAPACITY: (2.25, 5)}) == [
        "snl/SNL_18650_NMC_25C_0-100_0.5-1C_a", "demo/lfp-45c-r1", "demo/ncm-cold",
    ]  # fmt: skip
    assert found(index, "nasa", ranges={CYCLE_LIFE: (None, None)}) == []
    assert found(index, "", ranges={CYCLE_LIFE: (1000, None)}) == [
        "severson-2019/b1c0", "severson-2019/b1c10",
    ]  # fmt: skip


def test_counts_ignore_their_own_filter_and_keep_what_gives_nothing(index: CellIndex) -> None:
    counts = index.facet_counts([CATHODE, KIND], "", {CATHODE: ["LFP"]})
    assert counts[CATHODE] == [
        ("LFP", 2), ("NMC532", 1), ("LiFePO4", 1), ("NCM811", 1), (None, 2),
    ]  # fmt: skip
    assert counts[KIND] == [("experimental", 2), ("synthetic", 0)]


def test_a_histogram_ignores_its_own_range_and_keeps_its_edges(index: CellIndex) -> None:
    histogram = index.histogram(NOMINAL_CAPACITY, "", ranges={NOMINAL_CAPACITY: (1, 2)}, bins=4)
    assert histogram.counts.tolist() == [4, 2, 0, 1]
    assert histogram.edges[[0, -1]].tolist() == [1.1, 5.0]
    narrowed = index.histogram(NOMINAL_CAPACITY, "nasa", bins=4)
    assert narrowed.edges.tolist() == histogram.edges.tolist()
    assert narrowed.counts.tolist() == [2, 0, 0, 0]
    assert index.histogram(CYCLE_LIFE, "nasa").unknown == 2


def test_sorting_is_stable_with_the_unknown_last_both_ways(index: CellIndex) -> None:
    every = index.search()
    up = index.order(every, CYCLE_LIFE).tolist()
    down = index.order(every, CYCLE_LIFE, descending=True).tolist()
    assert up == [5, 4, 1, 0, 2, 3, 6]
    assert down == [0, 1, 4, 5, 2, 3, 6]
    assert index.order(every, KIND, descending=True).tolist() == [5, 6, 0, 1, 2, 3, 4]
    assert index.order(every, CELL).tolist()[:2] == [5, 6]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            ("lfp 45", {KIND: ["experimental"]}),
            "No cell matches. Remove “45” (would give 2) or experimental (would give 1).",
        ),
        (
            ("nasa", {AMBIENT_TEMPERATURE: [45.0]}),
            "No cell matches. Remove 45 °C (would give 2) or “nasa” (would give 1).",
        ),
        (
            ("severson", {}, {NOMINAL_CAPACITY: (2, 3)}),
            "No cell matches. Remove “severson” (would give 4) "
            "or Nominal capacity 2 to 3 Ah (would give 2).",
        ),
        (
            ('"seversen"',),
            "No cell matches. Nothing is called “seversen”. Did you mean severson? "
            "Remove “seversen” (would give 7).",
        ),
        (("lfp",), ""),
    ],
)
def test_nothing_found_is_explained(index: CellIndex, question: tuple, sentence: str) -> None:
    assert index.explain_nothing(*question) == sentence


def test_when_no_single_filter_helps_all_go(index: CellIndex) -> None:
    sentence = index.explain_nothing("nasa demo", {KIND: ["computed"]})
    assert sentence == "No cell matches. Clear all filters (would give 7)."


def test_wrong_questions_name_what_is_wrong(index: CellIndex) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean cathode_chemistry"):
        index.search("", {"cathode_chemistri": ["LFP"]})
    with pytest.raises(ParameterError, match="must run upwards"):
        index.search("", ranges={NOMINAL_CAPACITY: (2, 1)})
    with pytest.raises(ParameterError, match="holds no numbers"):
        index.search("", ranges={CATHODE: (1, 2)})


def test_an_empty_table_is_answered() -> None:
    empty = pd.DataFrame({HUB: pd.Series([], dtype=str), CYCLE_LIFE: pd.Series([], dtype=float)})
    index = CellIndex(empty)
    assert index.search("lfp").tolist() == []
    assert index.facet_counts([HUB]) == {HUB: []}
    assert index.histogram(CYCLE_LIFE).counts.sum() == 0
    assert "no cell to look through" in index.explain_nothing("lfp")


def test_the_table_is_left_as_it_was_and_categories_work(cells: pd.DataFrame) -> None:
    before = cells.copy()
    index = CellIndex(cells.assign(**{CATHODE: cells[CATHODE].astype("category")}))
    assert found(index, "lfp 45", {CATHODE: ["LiFePO4"]}) == ["demo/lfp-45c-r1"]
    assert index.facet_counts([CATHODE])[CATHODE][-1] == (None, 2)
    pd.testing.assert_frame_equal(cells, before)


MADE_CELLS = Path(__file__).parents[2] / "benchmarks" / "made_cells.py"


def _synthetic(count: int) -> pd.DataFrame:
    return runpy.run_path(str(MADE_CELLS))["synthetic_cells"](count)


@pytest.fixture(scope="module")
def many() -> CellIndex:
    """More cells than distinct texts are kept for, so that names are searched row by row."""
    return CellIndex(_synthetic(6000))


@pytest.fixture(scope="module")
def read_aloud(many: CellIndex) -> list[str]:
    """Everything that stands in a row, as one would read it."""
    readable = many.cells.drop(columns=["availability", "licence"]).astype(object).to_numpy()
    rows = zip(many.cells.index, readable, strict=True)
    return ["\n".join([name, *map(str, row)]).lower().replace("_", " ") for name, row in rows]


TEXTS = st.lists(
    st.sampled_from(["lfp", "nmc8", "author1", "w1", "pouch", "w05-00", "stopped early", "a123"]),
    max_size=2,
)


@settings(max_examples=40)
@given(
    TEXTS,
    st.sets(st.sampled_from(["LFP", "NCA", None]), max_size=2),
    st.tuples(st.floats(0, 60), st.floats(0, 60)).map(sorted),
)
def test_agrees_with_looking_at_every_row(many, read_aloud, texts, cathodes, span) -> None:
    """Property: the same cells as reading each row's values one after the other."""
    got = many.search(
        " ".join(f'"{text}"' for text in texts),
        {CATHODE: list(cathodes)},
        {NOMINAL_CAPACITY: tuple(span)},
    )
    cathode = many.cells[CATHODE].astype(object).where(many.cells[CATHODE].notna(), None)
    expected = many.cells[NOMINAL_CAPACITY].between(*span).to_numpy(copy=True)
    if cathodes:
        expected &= np.array([value in cathodes for value in cathode])
    for text in texts:
        expected &= np.array([text in row for row in read_aloud])
    assert got.tolist() == np.flatnonzero(expected).tolist()


@settings(max_examples=25)
@given(TEXTS, st.sets(st.sampled_from(["LFP", "NCA"]), max_size=2))
def test_every_count_is_the_size_of_that_search(many: CellIndex, texts, cathodes) -> None:
    """Property: choosing a value alone gives exactly as many cells as its count promised."""
    query = " ".join(f'"{text}"' for text in texts)
    facets = {CATHODE: list(cathodes)}
    for column, counts in many.facet_counts([CATHODE, KIND], query, facets).items():
        for value, count in counts:
            assert len(many.search(query, facets | {column: [value]})) == count


def test_a_column_that_differs_in_every_row_is_searched_too() -> None:
    count = 5000
    cells = pd.DataFrame(
        {DATASET: "long-2026", PROTOCOL: [f"Tray {i} left" for i in range(count)]},
        index=pd.Index([f"long-2026/c{i}" for i in range(count)], name=CELL),
    )
    index = CellIndex(cells)
    assert index.search('"tray 4711"').tolist() == [4711]
    assert index.search("4711 long-2026/c47").tolist() == [4711]
    assert index.search("left tray").size == count
    assert index.search('"c12 tray"').size == 0  # no word reaches from one column into the next
