"""Plain tables: a map of names, units in it, and rows chosen while reading."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bdg_explore import readers
from bdg_explore.errors import FrameError, ParameterError, ReadError

CSV = b"t,U,I,extra\n0,3.6,100,x\n0.5,3.7,-100,y\n"
NAMES = {"t": "test_time_hour", "U": "voltage_volt", "I": "Current / mA"}


@pytest.fixture
def fleet(tmp_path):
    """Twelve cells, one row group each, capacities as lists."""
    rows = [(f"c{i:02d}", k) for i in range(12) for k in range(1, 31)]
    table = pa.table(
        {
            "cell": pa.array([c for c, _ in rows]).dictionary_encode(),
            "cycle": pa.array([k for _, k in rows], pa.int16()),
            "q": pa.array([1 - k / 1000 for _, k in rows], pa.float32()),
            "curve": pa.array([[0.0, k / 2, float(k)] for _, k in rows], pa.list_(pa.float32(), 3)),
        }
    )
    path = tmp_path / "fleet.parquet"
    pq.write_table(table, path, row_group_size=30)
    return path


RENAME = {"cycle": "cycle_count", "q": "cycle_discharging_capacity_ah"}


def test_map_of_names_converts_by_the_unit_in_the_name():
    frame = readers.read(CSV, columns=NAMES)
    assert frame.columns.tolist() == ["test_time_second", "voltage_volt", "current_ampere"]
    assert frame["test_time_second"].tolist() == [0.0, 1800.0]
    assert frame["current_ampere"].tolist() == [0.1, -0.1]
    assert frame.attrs["source"]["unmapped"] == ["extra"]
    assert frame.attrs["source"]["table"] == "timeseries"


def test_map_names_what_is_wrong_with_it():
    with pytest.raises(ReadError, match=r"no column 'Volt', which columns= names"):
        readers.read(CSV, columns={**NAMES, "Volt": "power_watt"})
    with pytest.raises(ParameterError, match=r"'voltage_volts'.*Did you mean voltage_volt\?"):
        readers.read(CSV, columns={"U": "voltage_volts"})
    with pytest.raises(ParameterError, match=r"'test_tme_second'.*mean test_time_second\?"):
        readers.read(CSV, columns={"t": "test_tme_second"})
    assert "temperature_t6_celsius" in readers.read(
        CSV, columns={**NAMES, "U": "voltage_volt"} | {"I": "temperature_t6_celsius"}, check=False
    )
    with pytest.raises(FrameError, match="Not mapped: voltage_volts"):
        readers.read(b"test_time_second,voltage_volts,current_ampere\n0,3.5,1\n")
    with pytest.raises(ParameterError, match="gives voltage_volt twice"):
        readers.read(CSV, columns={"U": "voltage_volt", "I": "voltage_millivolt"})


def test_map_goes_before_the_readers_own_columns():
    text = b"test_time_second,voltage_volt,current_ampere,wrong\n0,9,1,3.5\n"
    frame = readers.read(text, format="bdf_csv", columns={"wrong": "voltage_volt"})
    assert frame["voltage_volt"].tolist() == [3.5]
    assert frame.attrs["source"]["unmapped"] == ["voltage_volt"]


def test_no_known_table_says_which_columns_there_are():
    with pytest.raises(FrameError, match=r"no table known here.*voltage_volt.*columns="):
        readers.read(b"voltage_volt,b\n3,1\n", format="csv")
    frame = readers.read(b"voltage_volt,b\n3,1\n", format="csv", check=False)
    assert frame.attrs["source"]["table"] == "any"
    with pytest.raises(ReadError, match="none of the columns looked for; it has a, b"):
        readers.read(b"a,b\n3,1\n", format="csv")


def test_rows_of_one_cell_are_chosen(fleet):
    whole = readers.read(fleet, format="parquet", table="cycles", columns=RENAME)
    assert len(whole) == 360
    assert whole["cycle_count"].dtype == np.int64
    assert whole["cycle_discharging_capacity_ah"].dtype == np.float64
    some = readers.read(
        fleet, format="parquet", table="cycles", columns=RENAME, cells=["c03", "c11"], cycles=[7, 9]
    )
    assert some["cell"].tolist() == ["c03", "c03", "c11", "c11"]
    assert some["cell"].cat.categories.tolist() == ["c03", "c11"]
    assert some["cycle_count"].tolist() == [7, 9, 7, 9]
    assert some.attrs["source"]["rows_in"] == 360
    assert some.attrs["source"]["rows_out"] == 4
    assert readers.read(
        fleet, format="parquet", table="cycles", columns=RENAME, cells=["nobody"]
    ).empty


def test_one_cell_decodes_only_its_row_groups(fleet, monkeypatch):
    loaded = []
    reader = readers.reader("parquet")

    def spy(request):
        raw = reader.load(request)
        loaded.append(len(raw.values[0]))
        return raw

    from bdg_explore.readers import _registry

    spied = type(reader)(**{**vars(reader), "load": spy})
    monkeypatch.setitem(_registry.readers(), (reader.name, reader.table), spied)
    readers.read(fleet, format="parquet", table="cycles", columns=RENAME, cells=["c05"])
    assert loaded == [30]


def test_csv_chooses_rows_too_and_cells_may_look_like_numbers():
    text = b"cell,cycle_count,cycle_discharging_capacity_ah\n01,1,1.0\n1,1,2.0\n01,2,3.0\n"
    frame = readers.read(text, cells=["01"])
    assert frame["cycle_discharging_capacity_ah"].tolist() == [1.0, 3.0]
    assert frame.index.tolist() == [0, 1]
    with pytest.raises(FrameError, match="has no column cell to choose rows by"):
        readers.read(b"cycle_count,cycle_net_capacity_ah\n1,1\n", cells=["a"])


def test_integer_cells_in_parquet(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"cell": [1, 2, 2], "cycle_count": [1, 1, 2]}), path)
    frame = readers.read(path, cells=["2"])
    assert frame["cell"].tolist() == ["2", "2"]


def test_lists_come_through_unchecked(fleet):
    columns = {"cycle": "cycle_count", "curve": "discharging_capacity_ah"}
    frame = readers.read(
        fleet, format="parquet", table="curves", columns=columns, cells=["c00"], check=False
    )
    assert frame["discharging_capacity_ah"].iloc[3].tolist() == [0.0, 2.0, 4.0]
    with pytest.raises(FrameError, match="voltage_volt"):
        readers.read(fleet, format="parquet", table="curves", columns=columns)


def test_parquet_cut_short_and_parquet_that_is_none(fleet):
    whole = fleet.read_bytes()
    for broken in (whole[:-20], whole[:100], b"PAR1"):
        with pytest.raises(ReadError, match="not a whole Parquet file"):
            readers.read(broken)
    with pytest.raises(ReadError, match="no Parquet file but a text file"):
        readers.read(CSV, format="parquet")


def test_dates_in_parquet_become_seconds(tmp_path):
    path = tmp_path / "t.parquet"
    when = pd.to_datetime(["2020-01-01 00:00:00.25", None])
    pq.write_table(
        pa.table(
            {
                "when": pa.array(when),
                "test_time_second": [0.0, 1.0],
                "voltage_volt": ["3.5", "3.6"],
                "current_ampere": [0, 1],
            }
        ),
        path,
    )
    frame = readers.read(path, columns={"when": "unix_time_second"})
    assert frame["unix_time_second"].iloc[0] == 1577836800.25
    assert np.isnan(frame["unix_time_second"].iloc[1])
    assert frame["voltage_volt"].tolist() == [3.5, 3.6]
    assert frame["current_ampere"].dtype == np.float64


def test_counts_with_gaps_stay_and_fractions_are_refused():
    text = b"cycle_count,step_count,cycle_net_capacity_ah\n1,3,0.1\n2,,0.2\n"
    frame = readers.read(text)
    assert frame["step_count"].dtype == np.float64
    assert np.isnan(frame["step_count"].iloc[1])
    with pytest.raises(ReadError, match=r"line 3, column 'cycle_count': '1.5' is not a whole"):
        readers.read(text.replace(b"\n2,", b"\n1.5,"))
    late = b"cycle_count,cycle_net_capacity_ah\n1,0.1\n2.0,0.2\n"  # integers, then not
    assert readers.read(late)["cycle_count"].tolist() == [1, 2]


def test_leading_zeros_lose_nothing():
    text = b"cycle_count,cycle_discharging_capacity_ah\n" + b"".join(
        b"%03d,%s\n" % (k, b"001" if k < 500 else b"0.98765") for k in range(1, 1000)
    )
    frame = readers.read(text)
    assert frame["cycle_count"].tolist() == list(range(1, 1000))
    assert frame["cycle_discharging_capacity_ah"].isna().sum() == 0
    assert frame["cycle_discharging_capacity_ah"].sum() == pytest.approx(499 + 500 * 0.98765)


def test_a_file_of_everything_missing_is_told():
    text = b"cycle_count,cycle_discharging_capacity_ah\n1,NA\n2,\n3,nan\n"
    column = readers.read(text).attrs["source"]["columns"]["cycle_discharging_capacity_ah"]
    assert column["nulls_in"] == column["nulls_out"] == 3
