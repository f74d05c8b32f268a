"""What a report says, as a table, as text, as HTML, as JSON; and what check does not do."""

import json
import re
import warnings
from html.parser import HTMLParser

import faults
import numpy as np
import pandas as pd
import pytest
from faults import CURVES, CYCLES, SERIES
from hypothesis import given, settings
from hypothesis import strategies as st
from made_cells import KNOWN, cycle_table, timeseries

import bdg_explore as bdg
from bdg_explore.columns import (
    CELL,
    CURRENT,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    DISCHARGING_CAPACITY,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    NATIVE_ID,
    REAL_IMPEDANCE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.curation import Settings, check, fingerprint, rules
from bdg_explore.errors import FrameError, ParameterError


def spoilt() -> pd.DataFrame:
    frame = faults.voltage_spikes(0.3).frame
    frame = faults.with_value(frame, VOLTAGE, 3000, 65535.0)
    return frame[frame[CYCLE] != 7]


def test_bdg_check_is_check():
    assert bdg.check is check


def test_the_score_is_the_weighted_geometric_mean():
    report = check(spoilt(), **KNOWN)
    weight = rules().set_index("metric")["weight"]
    total = sum(weight[name] for name in report.metrics)
    product = np.prod([value ** (weight[name] / total) for name, value in report.metrics.items()])
    assert report.score == pytest.approx(product, rel=1e-12)
    # 1 spike, 1 sentinel; 1 of 12 cycles
    length = len(spoilt())
    assert report.metrics["spike_free_share"] == 1 - 1 / length
    assert report.metrics["sentinel_free_share"] == 1 - 1 / length
    assert report.metrics["cycle_completeness"] == pytest.approx(11 / 12)


def test_a_metric_of_zero_makes_the_score_zero():
    report = check(faults.current_turned_round(0).frame, **KNOWN)
    assert report.metrics["sign_agreement"] == 0
    assert report.score == 0
    assert not report.ok


def test_findings_are_a_table_with_the_worst_first():
    table = check(spoilt(), **KNOWN).findings
    assert list(table["id"]) == ["Q15", "Q09", "Q12"]
    assert list(table["severity"]) == ["error", "warn", "warn"]
    assert list(table["level"]) == ["row", "row", "cycle"]
    assert [rows.tolist() for rows in table["rows"][1:]] == [
        faults.voltage_spikes(0.3).rows.tolist(),
        [7],
    ]
    assert list(table["count"]) == [1, 1, 1]
    assert list(table["repair"]) == ["drop_sentinels", "mask_spikes", ""]
    empty = check(SERIES).findings
    assert empty.empty
    assert list(empty.columns) == list(table.columns)


def test_ok_means_no_error():
    assert check(SERIES).ok
    assert check(faults.voltage_spikes(0.5).frame).ok
    assert not check(faults._sentinel(VOLTAGE, -9999.0)(0.5).frame).ok


def test_text_fits_a_terminal_and_says_everything():
    report = check(spoilt(), **KNOWN)
    text = str(report)
    assert max(map(len, text.splitlines())) <= 100
    for one in report.found:
        assert one.id in text
        assert one.title in text
        assert one.evidence.split(";")[0][:40] in " ".join(text.split())
    assert "1 error, 2 warnings: not to be used as it stands." in text
    assert "Nothing found" in str(check(SERIES))
    long = check(spoilt().assign(**{CELL: "x" * 300}))
    assert max(map(len, str(long).splitlines())) <= 100
    assert repr(report).startswith("<QualityReport: timeseries, score 0.9")


class _Balance(HTMLParser):
    """Every tag that is opened is closed, in order; nothing is fetched from anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert not {"src", "href", "onclick", "onload"} & {name for name, _ in attrs}
        assert tag not in ("script", "link", "img", "iframe")
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def test_html_is_whole_and_self_contained():
    for frame in (spoilt(), SERIES, CURVES):
        html = check(frame, **KNOWN)._repr_html_()
        parser = _Balance()
        parser.feed(html)
        assert not parser.open
        assert "http" not in html
        assert "url(" not in html
    said = " ".join(parser.text)
    assert "1.000" in said


def test_html_says_severity_by_word_and_shape():
    html = check(spoilt(), **KNOWN)._repr_html_()
    assert "Error: sentinel" in html
    assert "Warning: voltage spike" in html
    assert len(set(re.findall(r"<svg[^>]*>(.*?)</svg>", html))) == 2


def test_html_escapes_what_it_is_given():
    evil = "<script>alert(1)</script>&\"'"
    bad = faults.voltage_spikes(0.2).frame.assign(**{CELL: evil})
    both = pd.concat([bad, SERIES.assign(**{CELL: "b"})])
    report = check(both, known={"<img src=x>": fingerprint(SERIES)})
    assert {one.cell for one in report.found} == {evil, "b"}
    html = report._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;img" in html


def test_json():
    report = check(spoilt(), **KNOWN)
    told = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert told["score"] == report.score
    assert told["ok"] is False
    assert [one["id"] for one in told["findings"]] == ["Q15", "Q09", "Q12"]
    assert told["findings"][2]["rows"] == [7]
    assert report.to_dict(most_rows=0)["findings"][0]["rows"] == []
    whole = check(faults.current_turned_round(0).frame).to_dict()["findings"][0]
    assert (whole["count"], whole["rows"]) == (len(SERIES), [])


def test_measures_are_plain_facts():
    measures = check(SERIES, **KNOWN).measures
    assert measures["rows"] == len(SERIES)
    assert measures["cycles"] == 12
    assert measures["sampling_dt_median_s"] == 20.0
    assert measures["duplicate_share"] == measures["spike_share"] == 0
    assert 0 < measures["counter_deviation"] < 0.01
    assert check(faults.record_twice(0.5).frame).measures["duplicate_share"] == 1 / (
        len(SERIES) + 1
    )


# --- what check does not do -----------------------------------------------------------------------

FRAMES = [i(0.4).frame for injectors in faults.INJECTORS.values() for i in injectors[:1]]


@pytest.mark.parametrize("frame", FRAMES, ids=list(faults.INJECTORS))
def test_check_leaves_its_input_as_it_was(frame):
    before = frame.copy(deep=True)
    for column in frame:  # nobody writes into the values either
        assert frame[column].to_numpy() is not None
    frame.attrs["source"] = {"note": [1, 2]}
    check(frame, **KNOWN)
    pd.testing.assert_frame_equal(frame, before, check_exact=True)
    assert frame.attrs == {"source": {"note": [1, 2]}}


@settings(max_examples=10)
@given(data=st.data())
def test_index_and_order_of_columns_do_not_matter(data):
    finding = data.draw(st.sampled_from(sorted(faults.INJECTORS)))
    fault = faults.INJECTORS[finding][0](0.4)
    plain = check(fault.frame, **fault.arguments)
    index = data.draw(
        st.sampled_from(
            [
                lambda n: pd.Index([f"row {i}" for i in range(n)]),
                lambda n: pd.Index(np.zeros(n, dtype=int)),
                lambda n: pd.date_range("2020-01-01", periods=n, freq="s"),
                lambda n: pd.MultiIndex.from_arrays([np.arange(n), np.arange(n)[::-1]]),
            ]
        )
    )
    other = fault.frame[list(fault.frame.columns)[::-1]].set_axis(index(len(fault.frame)))
    told = check(other, **fault.arguments)
    assert told.metrics == plain.metrics
    for one, two in zip(plain.found, told.found, strict=True):
        assert one.id == two.id
        np.testing.assert_array_equal(one.rows, two.rows)


def test_cells_are_judged_each_on_its_own_rows():
    """Interleaved row by row, each cell's fault is found in the rows of the whole table."""
    a = faults.voltage_spikes(0.5).frame.assign(**{CELL: "a"})
    b = faults.clock_steps_back(0.3).frame.assign(**{CELL: "b"})
    both = pd.concat([a, b]).iloc[np.arange(2 * len(a)).reshape(2, -1).T.ravel()]
    table = check(both, **KNOWN).findings.set_index("id")
    assert table.loc["Q09", "cell"] == "a"
    assert table.loc["Q09", "rows"].tolist() == [2 * faults.voltage_spikes(0.5).rows[0]]
    assert table.loc["Q01", "cell"] == "b"
    assert table.loc["Q01", "rows"].tolist() == [2 * faults.clock_steps_back(0.3).rows[0] + 1]
    assert table.loc["Q22", "cell"] == "b"  # it is the same cell as a, by its capacities


def test_limits_may_be_given_for_each_cell():
    a, b = CYCLES.assign(**{CELL: "a"}), cycle_table(30).assign(**{CELL: "b"})
    b[CYCLE_DISCHARGING_CAPACITY] *= 3.0
    both = pd.concat([a, b])
    assert [one.cell for one in check(both, nominal_capacity_ah=2.0).found] == ["b"]
    for given_ in ({"a": 2.0, "b": 6.0}, pd.Series({"a": 2.0, "b": 6.0})):
        assert check(both, nominal_capacity_ah=given_).score == 1.0
    assert "Q21" not in check(both, nominal_capacity_ah={"a": 2.0}).unjudged


def test_a_given_summary_is_where_cycles_are_looked_for():
    """The records of some cycles, and the summary of all."""
    some = SERIES[SERIES[CYCLE].isin([1, 6, 12])]
    assert "selection" in check(some).unjudged["Q12"]
    whole = bdg.summarize_cycles(SERIES)
    assert check(some, cycles=whole).metrics["cycle_completeness"] == 1.0
    report = check(some, cycles=whole[whole[CYCLE] != 4])
    assert [(one.id, one.rows.tolist()) for one in report.found] == [("Q12", [4])]


def test_check_ups_between_partial_cycles_are_no_spikes():
    """Each twentieth cycle is a full one, of 2 Ah; those between pass 1 Ah."""
    number = np.arange(1, 101)
    capacity = np.where(number % 20 == 0, 2.0, 1.0) * (1 - 1e-3 * number)
    cycles = pd.DataFrame({CYCLE: number, CYCLE_DISCHARGING_CAPACITY: capacity})
    assert not check(cycles).found
    one = cycles.assign(**{CYCLE_DISCHARGING_CAPACITY: np.where(number == 50, 1.6, capacity)})
    assert [(f.id, f.rows.tolist()) for f in check(one).found] == [("Q10", [50])]


def test_the_window_of_charge_is_part_of_what_is_expected():
    half = CYCLES.assign(**{CYCLE_DISCHARGING_CAPACITY: 1.2})
    assert [one.id for one in check(half, nominal_capacity_ah=2.0).found] == ["Q21"]
    assert not check(half, nominal_capacity_ah=2.0, soc_minimum=0.2, soc_maximum=0.8).found


# --- thresholds, tables, ugly input ---------------------------------------------------------------


def test_a_threshold_is_a_setting():
    spiky = faults.voltage_spikes(0.5).frame
    assert not check(spiky, settings=Settings(spike_volt=0.5)).found
    short = faults.power_cut(0.5).frame
    assert check(short).found[0].severity == "info"
    assert check(short, settings=Settings(pause_second=600.0)).found[0].severity == "warn"


def test_worked_by_hand():
    """Ten records, 10 s apart; the clock falls back once, one voltage is missing."""
    time = [0.0, 10, 20, 30, 25, 50, 60, 70, 80, 90]
    volt = [3.0, 3.1, 3.2, 3.3, 3.4, np.nan, 3.6, 3.7, 3.8, 3.9]
    frame = pd.DataFrame({TEST_TIME: time, VOLTAGE: volt, CURRENT: 1.0})
    report = check(frame)
    table = report.findings.set_index("id")
    assert table.loc["Q01", "rows"].tolist() == [4]
    assert "from 30 s to 25 s at row 4" in table.loc["Q01", "evidence"]
    assert report.metrics["monotonic_share"] == pytest.approx(1 - 1 / 9)
    assert table.loc["Q20", "rows"].tolist() == [5]
    assert table.loc["Q20", "severity"] == "error"  # 10 % is more than 5 %
    assert report.metrics["completeness"] == pytest.approx(1 - 0.1 / 3)


def test_gap_share_by_hand():
    """Eleven records 10 s apart and 900 s of nothing: 900 of 1000 s are lost."""
    time = np.concatenate((np.arange(0.0, 60.0, 10.0), np.arange(950.0, 1001.0, 10.0)))
    frame = pd.DataFrame({TEST_TIME: time, VOLTAGE: np.linspace(3, 4, 12), CURRENT: 1.0})
    report = check(frame)
    assert report.found[0].rows.tolist() == [6]
    assert report.metrics["time_coverage"] == pytest.approx(1 - 900 / 1000)


def test_other_tables_are_looked_at_for_values_only():
    spectrum = pd.DataFrame(
        {
            FREQUENCY: [1e6, 1e3, 1.0],
            REAL_IMPEDANCE: [0.01, 0.02, np.nan],
            IMAGINARY_IMPEDANCE: [-0.01, -0.02, -0.03],
        }
    )
    report = check(spectrum)
    assert report.table == "impedance"
    assert [one.id for one in report.found] == ["Q20"]  # 1 MHz is no sentinel
    cells = pd.DataFrame({NATIVE_ID: ["a", "b"], "nominal_capacity_ah": [2.0, -9999.0]})
    assert [one.id for one in check(cells).found] == ["Q15"]


def test_times_and_counters_may_pass_through_the_number_of_a_sentinel():
    """A test of 65535 s and more, recorded each second, has a record at 65535 s."""
    time = np.arange(60_000.0, 70_000.0)
    frame = pd.DataFrame({TEST_TIME: time, VOLTAGE: 3.5 + 1e-5 * (time - 6e4), CURRENT: 1.0})
    assert not check(frame).found


def test_a_chamber_may_stand_still_and_a_thermometer_on_a_slower_clock_lacks_nothing():
    frame = SERIES.assign(ambient_temperature_celsius=25.0)
    sparse = frame[SURFACE_TEMPERATURE].where(np.arange(len(frame)) % 3 == 0)
    assert check(frame.assign(**{SURFACE_TEMPERATURE: sparse})).score == 1.0


@pytest.mark.parametrize(
    "frame",
    [
        SERIES.iloc[:1],
        SERIES.iloc[:2],
        SERIES[SERIES[CURRENT] == 0],
        SERIES[[TEST_TIME, VOLTAGE, CURRENT]].assign(**{VOLTAGE: np.nan}),
        SERIES[[TEST_TIME, VOLTAGE, CURRENT]].assign(**{CURRENT: np.nan}),
        SERIES[[TEST_TIME, VOLTAGE, CURRENT]].assign(**{TEST_TIME: np.nan}),
        SERIES[[TEST_TIME, VOLTAGE, CURRENT]].assign(**{TEST_TIME: 7.0}),
        SERIES[[TEST_TIME, VOLTAGE, CURRENT]].astype("float32"),
        SERIES[[TEST_TIME, VOLTAGE, CURRENT]].astype("Float64"),
        SERIES.assign(**{CYCLE: np.nan}),
        SERIES.assign(**{CYCLE: SERIES[CYCLE].where(SERIES[CYCLE] != 3)}),
        SERIES.assign(**{VOLTAGE: np.inf, CURRENT: -np.inf}),
        SERIES.assign(**{CURRENT: 1e300}),
        SERIES.iloc[::-1],
        CYCLES.iloc[:1],
        CYCLES.assign(**{CYCLE_DISCHARGING_CAPACITY: np.nan}),
        CYCLES[[CYCLE]],
        CYCLES.assign(**{CYCLE_DISCHARGING_CAPACITY: 0.0}),
        CYCLES.iloc[::-1],
        CURVES.iloc[:1],
        CURVES.assign(**{DISCHARGING_CAPACITY: np.nan}),
        pd.concat([SERIES.assign(**{CELL: "a"}), SERIES.assign(**{CELL: None})]),
    ],
)
def test_ugly_input_gives_a_report(frame):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check(frame, **KNOWN)
    assert 0.0 <= report.score <= 1.0
    assert str(report)
    json.dumps(report.to_dict(), allow_nan=False)
    assert report._repr_html_()


NUMBERS = st.one_of(
    st.sampled_from(
        [0.0, 1.0, -1.0, 3.7, np.nan, np.inf, -np.inf, -9999.0, 1e300, 5e-324, 65535.0]
    ),
    st.floats(-10, 10),
)


@settings(max_examples=60, derandomize=True)
@given(
    rows=st.lists(st.tuples(*[NUMBERS] * 5), min_size=1, max_size=25),
    names=st.permutations(
        [CYCLE, VOLTAGE, CYCLE_DISCHARGING_CAPACITY, DISCHARGING_CAPACITY, SURFACE_TEMPERATURE]
    ),
    kind=st.sampled_from(["timeseries", "cycles", "curves"]),
)
def test_any_numbers_give_a_report(rows, names, kind):
    need = {
        "timeseries": [TEST_TIME, VOLTAGE, CURRENT],
        "cycles": [CYCLE],
        "curves": [CYCLE, VOLTAGE, DISCHARGING_CAPACITY],
    }[kind]
    columns = list(dict.fromkeys([*need, *names]))[:5]
    frame = pd.DataFrame(rows, columns=columns)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check(frame, table=kind, **KNOWN)
    assert 0.0 <= report.score <= 1.0
    json.dumps(report.to_dict(), allow_nan=False)


def test_what_cannot_be_checked_is_said():
    with pytest.raises(FrameError, match="has no rows"):
        check(SERIES.iloc[:0])
    with pytest.raises(FrameError, match="makes no table that can be checked"):
        check(pd.DataFrame({"U": [1.0]}))
    with pytest.raises(FrameError, match="needs the column voltage_volt"):
        check(SERIES.drop(columns=[VOLTAGE]), table="timeseries")
    with pytest.raises(FrameError, match="must hold numbers"):
        check(SERIES.assign(**{VOLTAGE: "3.7 V"}))
    with pytest.raises(ParameterError, match="Did you mean timeseries"):
        check(SERIES, table="timeserie")
    with pytest.raises(ParameterError, match="nominal_capacity_ah must be a number"):
        check(SERIES, nominal_capacity_ah="two")
    with pytest.raises(ParameterError, match="positive"):
        check(SERIES, nominal_capacity_ah=-1.0)
    with pytest.raises(ParameterError, match="known= holds for x"):
        check(SERIES, known={"x": object()})


# --- the same cell elsewhere ----------------------------------------------------------------------


def test_a_fingerprint_survives_storage_in_float32():
    stored = SERIES.astype(
        {n: "float32" for n in SERIES.columns if n not in (TEST_TIME, CYCLE)}
    ).astype("float64")
    one, other = fingerprint(SERIES), fingerprint(stored)
    assert one.content == other.content
    assert one.matches(other) == "content"
    np.testing.assert_allclose(one.capacities, other.capacities, rtol=1e-5)


def test_a_fingerprint_knows_a_summary_of_the_same_cell():
    cycles = bdg.summarize_cycles(SERIES)
    assert fingerprint(cycles).content != fingerprint(SERIES).content
    assert fingerprint(cycles).matches(fingerprint(SERIES)) == "capacities"
    rounded = cycles.assign(
        **{CYCLE_DISCHARGING_CAPACITY: cycles[CYCLE_DISCHARGING_CAPACITY].round(4)}
    )
    assert fingerprint(rounded).matches(fingerprint(SERIES)) == "capacities"


def test_a_fingerprint_tells_cells_apart():
    other = SERIES.assign(**{VOLTAGE: SERIES[VOLTAGE] + 1e-3, CURRENT: SERIES[CURRENT] * 1.001})
    other = other.drop(columns=["cycle_charging_capacity_ah", CYCLE_DISCHARGING_CAPACITY])
    assert fingerprint(other).matches(fingerprint(SERIES)) == ""
    assert fingerprint(timeseries(3)).matches(fingerprint(timeseries(3, every=10.0))) == ""
    shifted = SERIES.assign(**{TEST_TIME: SERIES[TEST_TIME] + 1e6})
    assert fingerprint(shifted).matches(fingerprint(SERIES)) == "content"


def test_a_cell_is_not_its_own_duplicate():
    named = SERIES.assign(**{CELL: "hub/a"})
    known = {"hub/a": fingerprint(SERIES)}
    assert check(named, known=known).score == 1.0
    assert [one.id for one in check(named, known={"other/a": known["hub/a"]}).found] == ["Q22"]


@pytest.mark.parametrize("wrap", [lambda f: f, lambda f: f.content, lambda f: f.to_dict()])
def test_known_cells_may_be_given_in_several_ways(wrap):
    assert [one.id for one in check(SERIES, known=[wrap(fingerprint(SERIES))]).found] == ["Q22"]


def test_a_fingerprint_needs_something_measured():
    with pytest.raises(FrameError, match="A fingerprint needs"):
        fingerprint(pd.DataFrame({CYCLE: [1]}))
