"""The usage log: what it holds, whom it leaves out, and what reading it withholds."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bdg_explore.errors import ParameterError, ReadError
from bdg_explore.hubs.usage import (
    LEAST,
    WORDS,
    Sitting,
    is_counted,
    log_from_environment,
    read_usage,
    record_use,
)

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "new" / "usage.csv"


def write(log, count, segment, objective="cycle_aging", day=MONDAY, action="open"):
    for _ in range(count):
        record_use(log, action, segment=segment, objective=objective, day=day)


def test_a_line_holds_four_words_and_nothing_else(log):
    record_use(log, "open", segment="field", objective="field_operation, eis", day=MONDAY)
    record_use(log, "visit", day=TUESDAY)
    assert log.read_text().splitlines() == [
        "day,segment,objective_of_test,action",
        "2026-11-23,field,field_operation,open",
        "2026-11-24,,,visit",
    ]


@pytest.mark.parametrize(
    "words",
    [{"action": "lfp 45 of ada@example.org"}, {"action": "open", "segment": "severson-2019/b1c0"},
     {"action": "open", "objective": "127.0.0.1"}],
)  # fmt: skip
def test_free_text_does_not_get_in(log, words):
    with pytest.raises(ParameterError, match="no word of the log"):
        record_use(log, words.pop("action"), **words)
    assert not log.exists()


def test_counts_by_hand_and_what_is_withheld(log):
    write(log, 7, "field")
    write(log, 6, "full_cell")
    write(log, 4, "module_pack")
    write(log, 3, "material_electrode")
    found = read_usage(log, ["segment"])
    assert found.to_dict("list") == {"segment": ["field", "full_cell"], "sessions": [7, 6]}
    assert found.attrs["withheld"] == 2
    assert read_usage(log)["sessions"].tolist() == [20]
    assert len(read_usage(log, WORDS)) == 2


def test_one_group_alone_is_not_withheld_alone(log):
    write(log, 9, "field")
    write(log, 6, "full_cell")
    write(log, 4, "module_pack")
    found = read_usage(log, ["segment"])
    assert found["segment"].tolist() == ["field"], "15 + 4 of a known total would tell the four"
    assert found.attrs["withheld"] == 2


@given(counts=st.lists(st.integers(1, 12), min_size=1, max_size=4), least=st.integers(5, 9))
def test_nothing_below_the_limit_is_ever_told(tmp_path_factory, counts, least):
    log = tmp_path_factory.mktemp("usage") / "log.csv"
    segments = ("field", "full_cell", "module_pack", "material_electrode")
    for segment, count in zip(segments, counts, strict=False):
        write(log, count, segment)
    found = read_usage(log, ["segment"], least=least)
    assert (found["sessions"] >= least).all()
    assert found.attrs["withheld"] != 1 or len(counts) == 1
    told = dict(zip(segments, counts, strict=False))
    assert all(told[s] == n for s, n in zip(found["segment"], found["sessions"], strict=True))


def test_a_session_counts_once_a_day(log):
    one, other = Sitting(log), Sitting(log)
    for _ in range(20):
        one.note("open", "field", "eis")
    one.note("download", "field", "eis")
    other.note("open", "field", "eis")
    assert len(log.read_text().splitlines()) == 1 + 3


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Googlebot/2.1",
        "curl/8.5.0",
        "python-requests/2.32",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Mozilla/5.0 HeadlessChrome/130.0",
        "Mozilla/5.0 (compatible; AhrefsSpider)",
        "Go-http-client/2.0",
        "Tornado/6.5",
    ],
)
def test_robots_are_left_out(agent):
    assert not is_counted({"User-Agent": agent})


def test_people_count_unless_they_ask_not_to():
    assert is_counted({"user-agent": FIREFOX})
    assert not is_counted({"User-Agent": FIREFOX, "DNT": "1"})
    assert not is_counted({"User-Agent": FIREFOX, "Sec-GPC": "1"})
    assert is_counted({"User-Agent": FIREFOX, "DNT": "0"})


def test_it_is_off_unless_named(monkeypatch, tmp_path):
    monkeypatch.delenv("BDG_USAGE_LOG", raising=False)
    assert log_from_environment() is None
    monkeypatch.setenv("BDG_USAGE_LOG", str(tmp_path / "u.csv"))
    assert log_from_environment() == tmp_path / "u.csv"


def test_what_is_no_log_is_told(tmp_path, log):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    for path in (wrong, tmp_path / "nowhere.csv"):
        with pytest.raises(ReadError, match=re.escape(path.name)):
            read_usage(path)
    write(log, 6, "field")
    for bad in ({"by": ["ip"]}, {"by": []}, {"least": LEAST - 1}):
        with pytest.raises(ParameterError):
            read_usage(log, **bad)


def test_a_log_that_was_forgotten_does_not_fill_the_disk(log, monkeypatch):
    monkeypatch.setattr("bdg_explore.hubs.usage._LARGEST", 100)
    write(log, 50, "field")
    assert log.stat().st_size < 200
