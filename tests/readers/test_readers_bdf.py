"""Battery Data Format: the grammar of names, and a round trip that loses nothing."""

import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bdg_explore import readers
from bdg_explore.columns import COLUMNS
from bdg_explore.errors import FrameError, ParameterError, ReadError
from bdg_explore.readers._headers import canonical_name, label, vocabulary_columns

BASE = {"test_time_second": [0.0, 1.0], "voltage_volt": [3.5, 3.6], "current_ampere": [1.0, -1.0]}


@pytest.mark.parametrize(
    ("header", "name", "value", "canonical"),
    [
        ("test_time_second", "test_time_second", 2.0, 2.0),
        ("Test Time / s", "test_time_second", 2.0, 2.0),
        ("Test Time / ms", "test_time_second", 1001.0, 1.001),
        ("Test Time / h", "test_time_second", 0.5, 1800.0),
        ("Test Time / min", "test_time_second", 0.5, 30.0),
        ("test_time_millisecond", "test_time_second", 1001.0, 1.001),
        ("test_time_hour", "test_time_second", 2.0, 7200.0),
        ("date_time_millisecond", "unix_time_second", 1700000000123.0, 1700000000.123),
        ("cycle_dimensionless", "cycle_count", 3.0, 3.0),
        ("Cycle Count / 1", "cycle_count", 3.0, 3.0),
        ("Step ID", "step_id", 3.0, 3.0),
        ("Current / mA", "current_ampere", 250.0, 0.25),
        ("Charging Capacity / mAh", "charging_capacity_ah", 250.0, 0.25),
        ("charging_capacity_ampere_hour", "charging_capacity_ah", 0.25, 0.25),
        ("Net Energy / mWh", "net_energy_wh", 250.0, 0.25),
        ("Temperature 1 / °C", "temperature_t1_celsius", 25.0, 25.0),
        ("Temperature 1 / �C", "temperature_t1_celsius", 25.0, 25.0),
        ("Temperature 1 / Â°C", "temperature_t1_celsius", 25.0, 25.0),
        ("Surface Temperature T2 / degC", "temperature_t2_celsius", 25.0, 25.0),
        ("Ambient Temperature / K", "ambient_temperature_celsius", 298.15, 25.0),
        ("ambient_temperature_kelvin", "ambient_temperature_celsius", 298.15, 25.0),
        ("Internal Resistance / mOhm", "internal_resistance_ohm", 25.0, 0.025),
        ("Internal Resistance / Ω", "internal_resistance_ohm", 0.25, 0.25),
        ("AC Internal Resistance / ohm", "ac_internal_resistance_ohm", 0.25, 0.25),
        ("Phase / deg", "phase_degree", -45.0, -45.0),
        ("Casing Pressure / kPa", "casing_pressure_pa", 2.0, 2000.0),  # not in the vocabulary
    ],
)
def test_header_gives_name_and_unit(header, name, value, canonical):
    others = {n: v for n, v in {**BASE, header: [value]}.items() if n != name or n == header}
    text = f"{','.join(others)}\n{','.join(repr(v[0]) for v in others.values())}\n"
    frame = readers.read(text.encode(), format="bdf_csv")
    assert frame[name].tolist() == [pytest.approx(canonical, rel=1e-15)]
    assert frame.attrs["source"]["columns"][name]["from"] == header


@pytest.mark.parametrize(
    "header",
    ["Voltage / s/V", "Operator", "thickness", "Voltage", "Test Time", "", " / V", "U_volt_2"],
)
def test_header_outside_the_grammar_is_no_column(header):
    assert canonical_name(header) is None


def test_a_quantity_in_a_unit_of_another_kind_is_another_column():
    assert "voltage_volt" not in vocabulary_columns(["voltage_second"])


@pytest.mark.parametrize("name", [c.name for c in COLUMNS.values() if c.bdf])
def test_label_dialect_leads_back_to_the_name(name):
    back = canonical_name(label(name))
    assert back is not None
    assert back[0] == name
    assert (back[1].scale, back[1].offset) == (1, 0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("test_time_second", "Test Time / s"),
        ("cycle_count", "Cycle Count / 1"),
        ("step_id", "Step ID"),
        ("step_type", "Step Type"),
        ("temperature_t1_celsius", "Temperature T1 / degC"),
        ("dc_internal_resistance_ohm", "DC Internal Resistance / ohm"),
        ("schedule_charging_capacity_ah", "Schedule Charging Capacity / Ah"),
        ("surface_pressure_pa", "Surface Pressure / Pa"),
    ],
)
def test_labels_are_those_of_the_published_term_list(name, text):
    assert label(name) == text


def test_column_in_the_canonical_unit_goes_before_its_twin():
    text = b"test_time_millisecond,test_time_second,voltage_volt,current_ampere\n7,1,3.5,1\n"
    frame = readers.read(text)
    assert frame["test_time_second"].tolist() == [1.0]
    assert frame.attrs["source"]["unmapped"] == ["test_time_millisecond"]


def test_former_step_index_is_named_by_its_values():
    def named(values):
        rows = "".join(f"{t},3.5,1,{v}\n" for t, v in enumerate(values))
        frame = readers.read(
            f"test_time_second,voltage_volt,current_ampere,step_index\n{rows}".encode()
        )
        assert frame.iloc[:, 3].dtype == np.int64
        return frame.columns[3]

    assert named([1, 2, 3, 4, 1, 2, 3, 1, 2]) == "step_record_index"
    assert named([1, 1, 1, 2, 2, 3, 3, 1, 1]) == "step_id"
    assert named([4, 4, 4]) == "step_id"


FINITE = st.floats(allow_nan=False, allow_infinity=False, width=64)
MAYBE = st.one_of(st.just(float("nan")), FINITE)
COUNTS = st.integers(-(2**40), 2**40)
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=8
).filter(lambda text: text == text.strip())


@st.composite
def timeseries(draw):
    n = draw(st.integers(1, 30))

    def column(strategy):
        return draw(st.lists(strategy, min_size=n, max_size=n))

    frame = pd.DataFrame(
        {
            "test_time_second": np.sort(np.array(column(FINITE))),
            "voltage_volt": np.array(column(MAYBE)),
            "current_ampere": np.array(column(MAYBE)),
        }
    )
    if draw(st.booleans()):
        frame["cycle_count"] = np.array(column(COUNTS), dtype=np.int64)
    if draw(st.booleans()):
        texts = column(st.one_of(st.none(), TEXTS))
        known = pd.Index(sorted({t for t in texts if t}), dtype=str)
        frame["step_type"] = pd.Categorical(texts, categories=known)
    if draw(st.booleans()):
        frame["temperature_t1_celsius"] = np.array(column(MAYBE))
    if draw(st.booleans()):
        frame["casing_pressure_pa"] = np.array(column(MAYBE))
    return frame


@pytest.mark.parametrize("headers", ["machine", "label"])
@pytest.mark.parametrize("suffix", [".bdf.csv", ".bdf.csv.gz", ".bdf.parquet"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=timeseries())
def test_what_is_written_is_read_back_identical(frame, suffix, headers, tmp_path):
    path = readers.write_bdf(frame, tmp_path / f"round{suffix}", headers=headers)
    back = readers.read(path)
    assert back.attrs["source"]["unmapped"] == []
    pd.testing.assert_frame_equal(back, frame, check_exact=True)


def test_writing_refuses_what_it_cannot_give_back(tmp_path):
    frame = pd.DataFrame(BASE)
    with pytest.raises(ParameterError, match="must end on"):
        readers.write_bdf(frame, tmp_path / "x.txt")
    with pytest.raises(ParameterError, match="cannot name Operator"):
        readers.write_bdf(frame.assign(Operator="AB"), tmp_path / "x.csv")
    with pytest.raises(FrameError, match="runs backwards"):
        readers.write_bdf(frame.iloc[::-1].reset_index(drop=True), tmp_path / "x.csv")
    with pytest.raises(ParameterError, match="line break"):
        readers.write_bdf(frame.assign(step_type="a\nb"), tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


def test_interrupted_writing_leaves_the_old_file(tmp_path, monkeypatch):
    from bdg_explore.readers import _write

    path = readers.write_bdf(pd.DataFrame(BASE), tmp_path / "x.bdf.csv")
    before = path.read_bytes()

    def stop(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(_write.pacsv, "write_csv", stop)
    with pytest.raises(KeyboardInterrupt):
        readers.write_bdf(pd.DataFrame(BASE).assign(power_watt=1.0), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x.bdf.csv"]
    assert os.access(path, os.R_OK)


def test_dates_of_every_kind():
    def read(text):
        row = f"1,0,{text},0,0,1,3,0.5,0.5,0,0\n"
        head = "Data_Point,Test_Time(s),Date_Time,Step_Time(s),Step_Index,Cycle_Index,Voltage(V),"
        head += "Current(A),Charge_Capacity(Ah),Discharge_Capacity(Ah),x\n"
        frame = readers.read((head + row).encode())
        return frame["unix_time_second"].iloc[0], frame.attrs["source"]["notes"]

    assert read("2021-03-07 09:05:07")[0] == 1615107907.0
    assert read("2021-03-07T09:05:07.125")[0] == 1615107907.125
    assert read("03/07/2021 09:05:07.125")[0] == 1615107907.125
    assert read("3/7/2021 9:05:07")[0] == 1615107907.0
    assert read("1615107907.125")[0] == 1615107907.125
    assert "read as if UTC" in str(read("2021-03-07 09:05:07")[1])
    assert "month/day/year" not in str(read("2021-03-07 09:05:07")[1])
    assert "month/day/year" in str(read("03/07/2021 09:05:07")[1])
    assert "month/day/year" in str(read("3/7/2021 9:05:07")[1])
    zoned, notes = read("2021-03-07T10:05:07+01:00")
    assert zoned == 1615107907.0
    assert notes == []
    assert np.isnan(read("")[0])
    with pytest.raises(ReadError, match=r"line 2, column 'Date_Time': 'yesterday' is not a date"):
        read("yesterday")
    with pytest.raises(ReadError, match=r"line 2, column 'Date_Time': '13/45/2021 9:05' is not"):
        read("13/45/2021 9:05")
